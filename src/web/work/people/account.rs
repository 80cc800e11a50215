//! `/work/accounts/{id}`: one season account: its figures, its movements, the years before it, corrections and opening stock with the second
//! person's decision.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::names::{Names, day_of, state};
use super::super::todo::{Step, Todo};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::{Failure, Outcome};
use crate::trace::account::Bucket;
use crate::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment, refuse_adjustment};
use crate::trace::commands::history::record_past_output;
use crate::trace::goods::Goods;
use crate::trace::history::PastOutputInput;
use crate::trace::queries::account::{AccountView, account};

type Typed = BTreeMap<String, String>;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/accounts/{id}", needs(P::SeasonAccountRead), show),
        Route::post("/work/accounts/{id}/adjustments", needs(P::AdjustmentPropose), propose),
        Route::post("/work/accounts/{id}/past-outputs", needs(P::HistoryRecord), past),
        Route::post("/work/accounts/{id}/adjustments/{adjustment}/approve", needs(P::AdjustmentApprove), approve),
        Route::post("/work/accounts/{id}/adjustments/{adjustment}/refuse", needs(P::AdjustmentApprove), refuse),
    ]
}

#[derive(Template)]
#[template(path = "staff/people/account.html")]
struct Page<'a> {
    frame: Frame<'a>,
    facts: Vec<(String, String)>,
    notes: Vec<String>,
    figures: Table,
    history: Table,
    may_history: bool,
    history_open: bool,
    history_action: String,
    history_key: String,
    sources: Vec<(String, String)>,
    adjustments: Vec<Todo>,
    may_adjust: bool,
    adjust_open: bool,
    adjust_action: String,
    adjust_key: String,
    kinds: Vec<(String, String)>,
    movements: Table,
    unit: String,
    typed: &'a Typed,
}

impl Page<'_> {
    fn value(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, &Typed::new(), None).await?))
}

/// Which field of the two forms a pointer means.
fn field(past: bool) -> impl Fn(&str) -> String {
    move |pointer| {
        let name = match pointer {
            "/amount_g" | "/net_weight_g" | "/quantity" => "amount",
            other => other.trim_start_matches('/'),
        };
        if past { format!("h_{name}") } else { name.to_owned() }
    }
}

async fn page(app: &App, reader: &Reader, id: &str, typed: &Typed, refused: Option<&Failure>) -> Result<String, Refusal> {
    let view = account(&app.db, &reader.actor(P::SeasonAccountRead)?, id).await?;
    let mut names = Names::new(app);
    let goods = names.goods(&view.product_id).await?;
    let party = names.party(reader, &view.party_id).await?;
    let past = typed.keys().any(|name| name.starts_with("h_"));
    let errors = refused.map(|failure| faults(reader.lang, failure, field(past))).unwrap_or_default();
    let page = Page {
        facts: facts(reader, &view, &party),
        notes: notes(reader, &goods, &view),
        figures: figures(reader, &goods, &view),
        history: history(reader, &goods, &view),
        may_history: reader.may(P::HistoryRecord),
        history_open: past,
        history_action: reader.to(&format!("/work/accounts/{id}/past-outputs")),
        history_key: fresh_key(app),
        sources: ["declared", "statistics"].map(|word| (word.to_owned(), reader.word("output_source", word))).into(),
        adjustments: adjustments(app, reader, &goods, &view),
        may_adjust: reader.may(P::AdjustmentPropose),
        adjust_open: !past && !typed.is_empty(),
        adjust_action: reader.to(&format!("/work/accounts/{id}/adjustments")),
        adjust_key: fresh_key(app),
        kinds: ["opening", "adjustment"].map(|word| (word.to_owned(), reader.word("adjustment_kind", word))).into(),
        movements: movements(reader, &goods, &view),
        unit: reader.word("unit", if goods.unit == BaseUnit::G { "kg" } else { goods.unit.word() }),
        typed,
        frame: reader.frame(reader.fill("account_heading", &[("product", &goods.name), ("season", &view.season)]), errors),
    };
    Ok(page.render()?)
}

fn facts(reader: &Reader, view: &AccountView, party: &str) -> Vec<(String, String)> {
    let rows = [
        ("people.party", Some(party.to_owned())),
        ("state", Some(reader.word("account_state", &view.state))),
        ("people.basis", Some(reader.word("basis", &view.basis))),
        ("people.basis_note", Some(view.basis_note.clone()).filter(|note| !note.is_empty())),
        ("people.evidence", view.evidence.clone()),
        ("people.closes_on", view.closes_on.as_deref().map(|day| day_of(reader.lang, day))),
    ];
    rows.into_iter().filter_map(|(key, value)| Some((reader.say(key), value?))).collect()
}

/// What is to be said before the figures: history that is missing or stands out, and what would lapse.
fn notes(reader: &Reader, goods: &Goods, view: &AccountView) -> Vec<String> {
    let mut notes = Vec::new();
    match &view.history {
        Some(history) if history.stands_out => {
            let (total, most) = (goods.show(history.figure("season_total")), goods.show(history.figure("largest")));
            let year = history.largest_season.clone().unwrap_or_default();
            notes.push(reader.fill("people.stands_out", &[("total", &total), ("largest", &most), ("year", &year)]));
        }
        Some(history) if history.known => {}
        _ => notes.push(reader.say("people.no_history")),
    }
    let lapses = view.figures.get("lapses").or_else(|| view.figures.get("lapses_g")).copied().unwrap_or(0);
    if let Some(day) = view.closes_on.as_deref().filter(|_| lapses > 0) {
        notes.push(reader.fill("people.lapses", &[("day", &day_of(reader.lang, day)), ("amount", &goods.show(lapses))]));
    }
    notes
}

fn figures(reader: &Reader, goods: &Goods, view: &AccountView) -> Table {
    let shown = Bucket::ALL.iter().filter(|b| **b != Bucket::Excess && (view.figure(**b) != 0 || **b == Bucket::Remaining));
    Table {
        caption: reader.say("account_caption"),
        columns: vec![Column::text(reader.say("what")), Column::number(reader.say("amount"))],
        rows: shown.map(|b| vec![Cell::text(reader.word("bucket", b.word())), Cell::text(goods.show(view.figure(*b)))]).collect(),
        empty: String::new(),
    }
}

fn history(reader: &Reader, goods: &Goods, view: &AccountView) -> Table {
    let years = view.history.as_ref().map(|history| history.years.as_slice()).unwrap_or_default();
    let rows = years.iter().map(|year| {
        let amount = year.figures.values().next().copied().unwrap_or(0);
        vec![Cell::text(year.season.clone()), Cell::text(goods.show(amount)), Cell::text(reader.word("output_source", &year.source))]
    });
    Table {
        caption: reader.say("people.history_caption"),
        columns: vec![
            Column::text(reader.say("people.year")),
            Column::number(reader.say("people.output")),
            Column::text(reader.say("people.source")),
        ],
        rows: rows.collect(),
        empty: reader.say("people.no_history"),
    }
}

fn movements(reader: &Reader, goods: &Goods, view: &AccountView) -> Table {
    let rows = view.movements.iter().map(|movement| {
        let amount = movement.figures.values().next().copied().unwrap_or(0);
        let day = Cell::text(day_of(reader.lang, &movement.happened_on));
        vec![
            Cell::text(reader.word("movement_kind", &movement.kind)).with_small(movement.reason.clone().unwrap_or_default()),
            Cell::text(goods.show(amount)),
            if movement.late { day.with_small(reader.say("people.late_mark")) } else { day },
        ]
    });
    Table {
        caption: reader.say("people.movements_caption"),
        columns: vec![Column::text(reader.say("what")), Column::number(reader.say("amount")), Column::text(reader.say("people.day"))],
        rows: rows.collect(),
        empty: reader.say("people.movements_none"),
    }
}

fn adjustments(app: &App, reader: &Reader, goods: &Goods, view: &AccountView) -> Vec<Todo> {
    let todo = |adjustment: &crate::trace::queries::account::AdjustmentView| {
        let at = format!("/work/accounts/{}/adjustments/{}", view.id, adjustment.id);
        let amount = adjustment.figures.values().next().copied().unwrap_or(0);
        let step = |path: &str, label: &str, class: &'static str, reason: String| Step {
            action: reader.to(&format!("{at}/{path}")),
            label: reader.say(label),
            class,
            key: fresh_key(app),
            reason,
        };
        let waits = adjustment.state == "proposed" && reader.may(P::AdjustmentApprove);
        let lines = [Some(adjustment.reason.clone()), adjustment.evidence.clone(), adjustment.decision_reason.clone()];
        Todo {
            title: format!("{} {}", reader.word("adjustment_kind", &adjustment.kind), goods.show(amount)),
            href: String::new(),
            lines: lines.into_iter().flatten().collect(),
            state: state(reader, "account_state", &adjustment.state),
            steps: if waits {
                vec![step("approve", "approve", "go", String::new()), step("refuse", "refuse", "stop", format!("reason-{}", adjustment.id))]
            } else {
                Vec::new()
            },
        }
    };
    view.adjustments.iter().map(todo).collect()
}

/// A typed amount in the product's unit: kilograms for goods in grams. Below zero takes away.
pub(super) fn amount(unit: BaseUnit, typed: &str) -> Option<i64> {
    let typed = typed.trim();
    let (sign, plain) = typed.strip_prefix(['-', '－']).map_or((1, typed), |rest| (-1, rest));
    let plain: String = plain.chars().map(crate::kernel::text::narrow).collect();
    Some(sign * parse_amount(&plain, if unit == BaseUnit::G { 1000 } else { 1 })?)
}

async fn answered(app: &App, reader: &Reader, id: &str, typed: &Typed, tried: Result<Response, Refusal>) -> Result<Response, Refusal> {
    super::super::parts::answered(tried, async |failure| {
        let html = page(app, reader, id, typed, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}

async fn unit_of(app: &App, reader: &Reader, id: &str) -> Outcome<(AccountView, BaseUnit)> {
    let view = account(&app.db, &reader.actor(P::SeasonAccountRead)?, id).await?;
    let unit = Names::new(app).goods(&view.product_id).await?.unit;
    Ok((view, unit))
}

async fn propose(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, typed, named) = (reader.lang, posted.body.clone(), id.clone());
    let (_, unit) = unit_of(&app, &reader, &id).await?;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let text = |name: &str| typed.get(name).cloned().unwrap_or_default();
            let amount = amount(unit, &text("amount"));
            let input = AdjustmentInput {
                kind: typed.get("kind").cloned(),
                amount_g: amount.filter(|_| unit == BaseUnit::G),
                quantity: amount.filter(|_| unit != BaseUnit::G),
                unit: None,
                reason: text("reason"),
                evidence: typed.get("evidence").cloned(),
                happened_on: None,
            };
            propose_adjustment(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/accounts/{id}"), "adjustment_proposed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, &typed, tried).await
}

async fn past(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, mut typed, named) = (reader.lang, posted.body.clone(), id.clone());
    // So that the page knows which of its forms was sent, whatever was left out.
    typed.entry("h_season".to_owned()).or_default();
    let (view, unit) = unit_of(&app, &reader, &id).await?;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, party_id, product_id) = (named.clone(), view.party_id.clone(), view.product_id.clone());
        Box::pin(async move {
            let text = |name: &str| typed.get(name).cloned().unwrap_or_default();
            let amount = amount(unit, &text("h_amount"));
            let input = PastOutputInput {
                party_id,
                product_id,
                season: text("h_season"),
                net_weight_g: amount.filter(|_| unit == BaseUnit::G),
                quantity: amount.filter(|_| unit != BaseUnit::G),
                unit: None,
                source: text("h_source"),
                evidence: typed.get("h_evidence").cloned(),
            };
            record_past_output(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/accounts/{id}"), "history_recorded")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, &typed, tried).await
}

async fn approve(
    State(app): State<App>,
    Path((id, adjustment)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, adjustment) = (named.clone(), adjustment.clone());
        Box::pin(async move {
            approve_adjustment(tx, &desk, &adjustment).await?;
            Ok(Done::see(done_at(lang, &format!("/work/accounts/{id}"), "adjustment_decided")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, &Typed::new(), tried).await
}

async fn refuse(
    State(app): State<App>,
    Path((id, adjustment)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (id, adjustment) = (named.clone(), adjustment.clone());
        Box::pin(async move {
            refuse_adjustment(tx, &desk, &adjustment, typed.get("reason").map_or("", String::as_str)).await?;
            Ok(Done::see(done_at(lang, &format!("/work/accounts/{id}"), "adjustment_decided")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, &Typed::new(), tried).await
}
