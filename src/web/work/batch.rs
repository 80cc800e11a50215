//! `/work/batches/{id}`: one batch with its facts, every check with its figure and what would be right, the rights it relies on, what
//! happened to it, and what may be done with it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::Posted;
use super::super::failure::Refusal;
use super::super::figure::figure;
use super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::route::{Access, Route};
use super::desk::{Reader, again, done_at, faults, fresh_key, on_the_form};
use super::history::{Line, history};
use super::lists::amount;
use super::names::{Names, day_of, moment_of, state};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::registry::queries::plot;
use crate::trace::batch::BatchState;
use crate::trace::commands::batch::{ReleaseInput, hold_batch, release_batch, unhold_batch, void_batch};
use crate::trace::goods::Goods;
use crate::trace::queries::batch::{BatchView, SourceView, batch};
use crate::trace::queries::delivery::delivery;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/batches/{id}", needs(P::BatchRead), show),
        Route::post("/work/batches/{id}/release", needs(P::BatchRelease), release),
        Route::post("/work/batches/{id}/hold", needs(P::BatchHold), hold),
        Route::post("/work/batches/{id}/unhold", needs(P::BatchHold), unhold),
        Route::post("/work/batches/{id}/void", needs(P::BatchVoid), void),
    ]
}

/// A form at the foot of the page.
struct Verb {
    action: String,
    label: String,
    about: String,
    class: &'static str,
    key: String,
    /// Id of the field for a reason; empty where none is asked for.
    reason: String,
    must: bool,
    typed: String,
}

#[derive(Template)]
#[template(path = "staff/batch.html")]
struct Page<'a> {
    frame: Frame<'a>,
    state: Cell,
    /// Why it is held, or why it was voided.
    why: String,
    facts: Vec<(String, String)>,
    sources: Table,
    /// Checks a person must look at, and all others.
    broken: Table,
    checks: Table,
    rights: Table,
    history: Vec<Line>,
    verbs: Vec<Verb>,
    order: Option<String>,
}

/// What one of the forms said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// The page; `tried` is the verb that was refused and the reason typed with it.
async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<(&str, &str)>) -> Result<String, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, id).await?;
    let mut names = Names::new(app);
    let goods = names.goods(&view.product_id).await?;
    let producer = names.party(reader, &view.producer_id).await?;
    let orders = reader.may(P::CodeOrderRequest)
        && reader.own() == Some(view.producer_id.as_str())
        && matches!(view.state.as_str(), "registered" | "released")
        && view.figure("covered") > view.figure("coded");
    let page = Page {
        state: state(reader, "batch_state", &view.state),
        why: view.hold_reason.clone().filter(|_| view.state == "on_hold").or(view.void_reason.clone()).unwrap_or_default(),
        facts: facts(reader, &view, &goods, &producer),
        sources: sources(app, reader, &view, &goods).await?,
        broken: checks(reader, &view, true),
        checks: checks(reader, &view, false),
        rights: rights(reader, &view),
        history: history(app, reader, id).await?,
        verbs: verbs(app, reader, &view, tried),
        order: orders.then(|| reader.to(&format!("/work/orders/new?batch={id}"))),
        frame: reader.frame(reader.fill("batch_heading", &[("product", &goods.name), ("lot", &view.lot)]), errors),
    };
    Ok(page.render()?)
}

fn facts(reader: &Reader, view: &BatchView, goods: &Goods, producer: &str) -> Vec<(String, String)> {
    let day = |day: &Option<String>| day.as_deref().map(|d| day_of(reader.lang, d));
    let show = |name: &str| Some(goods.show(view.figure(name)));
    let harvest = if view.harvested_from == view.harvested_to {
        day_of(reader.lang, &view.harvested_from)
    } else {
        format!("{} – {}", day_of(reader.lang, &view.harvested_from), day_of(reader.lang, &view.harvested_to))
    };
    let all = [
        ("producer", Some(producer.to_owned())),
        ("season", Some(view.season.clone())),
        ("amount", Some(goods.show(amount(view)))),
        ("covered", show("covered")),
        ("pending", show("pending").filter(|_| view.figure("pending") > 0)),
        ("coded", show("coded")),
        ("harvest", Some(harvest)),
        ("produced_on", day(&view.produced_on)),
        ("packed_on", day(&view.packed_on)),
        ("best_before", day(&view.best_before)),
        ("origin", Some(view.origin.clone()).filter(|o| !o.is_empty())),
        ("standard", view.standard_version.clone()),
        ("late_reason", view.late_reason.clone()),
        ("registered_at", Some(moment_of(reader.lang, &view.registered_at))),
        ("released_at", view.released_at.as_deref().map(|at| moment_of(reader.lang, at))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((reader.word("batch_fact", name), value?))).collect()
}

async fn sources(app: &App, reader: &Reader, view: &BatchView, goods: &Goods) -> Outcome<Table> {
    let mut rows = Vec::with_capacity(view.sources.len());
    for source in &view.sources {
        let taken = source.figures.get("net_weight_g").or_else(|| source.figures.get("quantity")).copied().unwrap_or(0);
        rows.push(vec![Cell::text(source_name(app, reader, source).await), Cell::text(goods.show(taken))]);
    }
    Ok(Table {
        caption: reader.say("sources_caption"),
        columns: vec![Column::text(reader.say("source")), Column::number(reader.say("amount"))],
        rows,
        empty: String::new(),
    })
}

/// A source by name where the reader may know it, by its kind otherwise.
async fn source_name(app: &App, reader: &Reader, source: &SourceView) -> String {
    if let Some(material) = &source.input {
        return reader.fill("source_material", &[("name", &material.name)]);
    }
    if let Some(id) = &source.plot_id {
        let found = match reader.acting(P::PlotRead) {
            Some(actor) => plot(&app.db, &actor, id).await.ok(),
            None => None,
        };
        return found.map_or_else(|| reader.say("source_plot"), |plot| reader.fill("source_plot_named", &[("name", &plot.name)]));
    }
    let found = match (&source.delivery_id, reader.acting(P::DeliveryRead)) {
        (Some(id), Some(actor)) => delivery(&app.db, &actor, id).await.ok(),
        _ => None,
    };
    found.map_or_else(
        || reader.say("source_delivery"),
        |found| reader.fill("source_delivery_of", &[("day", &day_of(reader.lang, &found.delivered_on))]),
    )
}

fn checks(reader: &Reader, view: &BatchView, broken: bool) -> Table {
    let class = |outcome: &str| match outcome {
        "passed" => "ok",
        "held" => "amber",
        "refused" => "red",
        _ => "soft",
    };
    let say = |key: String| reader.lang.say(&key).into_owned();
    let row = |check: &crate::trace::queries::batch::CheckView| {
        vec![
            Cell::text(say(format!("check.{}", check.code))),
            Cell::badge(say(format!("check_outcome.{}", check.outcome)), class(&check.outcome)),
            Cell::text(figure(reader.lang, check.figure.as_deref().unwrap_or_default())),
            Cell::text(check.right.clone().unwrap_or_default()),
        ]
    };
    let columns = ["check", "outcome", "found", "should"].map(|name| Column::text(reader.say(name)));
    Table {
        caption: reader.say("checks_caption"),
        columns: columns.into(),
        rows: view.checks.iter().filter(|check| check.broken.is_some() == broken).map(row).collect(),
        empty: reader.say("checks_none"),
    }
}

fn rights(reader: &Reader, view: &BatchView) -> Table {
    let row = |right: &crate::trace::queries::batch::RightView| {
        let until = right.in_force_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
        vec![
            Cell::text(reader.word("route", &right.route)).with_small(right.number.clone().unwrap_or_default()),
            Cell::text(format!("{} – {until}", day_of(reader.lang, &right.in_force_from))),
        ]
    };
    Table {
        caption: reader.say(if view.released_at.is_some() { "rights_frozen" } else { "rights_caption" }),
        columns: vec![Column::text(reader.say("right")), Column::text(reader.say("in_force"))],
        rows: view.rights.iter().map(row).collect(),
        empty: reader.say("rights_none"),
    }
}

fn verbs(app: &App, reader: &Reader, view: &BatchView, tried: Option<(&str, &str)>) -> Vec<Verb> {
    let Some(now) = BatchState::parse(&view.state) else { return Vec::new() };
    let decides = reader.may(P::BatchHold) || reader.may(P::CodeOrderApprove);
    let offered = [
        ("release", P::BatchRelease, now.may_become(BatchState::Released) && now == BatchState::Registered, "go"),
        ("hold", P::BatchHold, now != BatchState::OnHold && now.may_become(BatchState::OnHold), "stop"),
        ("unhold", P::BatchHold, now == BatchState::OnHold, "go"),
        ("void", P::BatchVoid, now.may_become(BatchState::Voided) && view.figure("coded") == 0, "stop"),
    ];
    let verb = |(name, _, _, class): (&str, P, bool, &'static str)| Verb {
        action: reader.to(&format!("/work/batches/{}/{name}", view.id)),
        label: reader.word("verb", name),
        about: reader.word("verb_about", name),
        class,
        key: fresh_key(app),
        reason: if name == "release" && !decides { String::new() } else { format!("{name}-reason") },
        must: name != "release",
        typed: tried.filter(|(verb, _)| *verb == name).map(|(_, typed)| typed.to_owned()).unwrap_or_default(),
    };
    offered.into_iter().filter(|(_, permission, fits, _)| *fits && reader.may(*permission)).map(verb).collect()
}

async fn answered(
    app: &App,
    reader: &Reader,
    id: &str,
    verb: &'static str,
    typed: &str,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    match tried {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let failure = on_the_form(refusal)?;
            let field = |pointer: &str| if pointer == "/reason" { format!("{verb}-reason") } else { String::new() };
            let html = page(app, reader, id, faults(reader.lang, &failure, field), Some((verb, typed))).await?;
            Ok(again(failure, html))
        }
    }
}

async fn release(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Reason>) -> Result<Response, Refusal> {
    let (lang, typed, named) = (reader.lang, posted.body.reason.clone(), id.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = named.clone();
        Box::pin(async move {
            let reason = Some(form.reason.clone()).filter(|reason| !reason.trim().is_empty());
            release_batch(tx, &desk, &id, &ReleaseInput { reason }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/batches/{id}"), "batch_released")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, "release", &typed, tried).await
}

/// A verb with a reason.
macro_rules! reasoned {
    ($handler:ident, $command:ident, $verb:literal, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<Reason>,
        ) -> Result<Response, Refusal> {
            let (lang, typed, named) = (reader.lang, posted.body.reason.clone(), id.clone());
            let tried = act(&app, posted, move |tx, desk, form| {
                let id = named.clone();
                Box::pin(async move {
                    $command(tx, &desk, &id, &form.reason).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/batches/{id}"), $done)))
                })
            });
            let tried = tried.await;
            answered(&app, &reader, &id, $verb, &typed, tried).await
        }
    };
}
reasoned!(hold, hold_batch, "hold", "batch_held");
reasoned!(unhold, unhold_batch, "unhold", "batch_unheld");
reasoned!(void, void_batch, "void", "batch_voided");
