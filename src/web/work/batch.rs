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
use super::super::pages::staff::{Bar, Cell, Column, FormError, Frame, Table};
use super::super::route::{Access, Route};
use super::batch_papers;
use super::desk::{Reader, done_at, faults, fresh_key};
use super::goods::{self, GoodsForms};
use super::goods_form::Typed;
use super::history::{Line, history_of};
use super::lists::amount;
use super::names::{Names, day_of, moment_of, state};
use super::shipments;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::registry::queries::plot;
use crate::trace::account::AccountFilter;
use crate::trace::batch::BatchState;
use crate::trace::commands::batch::{ReleaseInput, hold_batch, release_batch, unhold_batch, void_batch};
use crate::trace::goods::Goods;
use crate::trace::queries::account::accounts;
use crate::trace::queries::batch::{BatchView, SourceView, batch};
use crate::trace::queries::delivery::delivery;
use crate::trace::queries::process::processes_of;
use crate::trace::queries::shipment::shipments;
use crate::trace::queries::unshipped::unshipped_scans;
use crate::trace::shipment::ShipmentFilter;

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
    /// The document of an authority that stopped everything about it.
    held_by: String,
    facts: Vec<(String, String)>,
    /// Where its goods are.
    goods: Bar,
    /// The page of its genealogy.
    line: String,
    moves: GoodsForms,
    sources: Table,
    /// Checks a person must look at, and all others.
    broken: Table,
    checks: Table,
    rights: Table,
    /// Test reports and certificates.
    papers: Table,
    /// What must still be issued, in words; empty if nothing.
    must_issue: String,
    /// Where papers are recorded, as (where, words).
    paper_links: Vec<(String, String)>,
    history: Vec<Line>,
    verbs: Vec<Verb>,
    /// What else may be done, as (where, words).
    links: Vec<(String, String)>,
    /// What was shipped of it, and what is known of scans without a shipment; for who may see shipments.
    shipments: Option<(Table, Vec<String>)>,
}

/// What one of the forms said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

/// A form of the page that was refused, with what was typed.
pub(super) enum Tried<'a> {
    /// A verb and the reason typed with it.
    Verb(&'a str, &'a str),
    /// A form that moves goods.
    Goods(&'static str, Typed),
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// The page; `tried` is the form that was refused.
pub(super) async fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    errors: Vec<FormError>,
    tried: impl Into<Option<Tried<'_>>>,
) -> Result<String, Refusal> {
    let (tried, typed) = match tried.into() {
        Some(Tried::Verb(verb, reason)) => (Some((verb, reason)), None),
        Some(Tried::Goods(form, typed)) => (None, Some((form, typed))),
        None => (None, None),
    };
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, id).await?;
    let mut names = Names::new(app);
    let goods = names.goods(&view.product_id).await?;
    let producer = names.party(reader, &view.producer_id).await?;
    let orders = reader.may(P::CodeOrderRequest)
        && reader.own() == Some(view.producer_id.as_str())
        && matches!(view.state.as_str(), "registered" | "released")
        && view.figure("loose") > 0;
    let subjects = [vec![id.to_owned()], processes_of(&app.db, id, view.process_id.as_deref()).await?].concat();
    let papers = batch_papers::papers(app, reader, &view).await?;
    let page = Page {
        state: state(reader, "batch_state", &view.state),
        held_by: view.hold_document.clone().unwrap_or_default(),
        why: view.hold_reason.clone().filter(|_| view.state == "on_hold").or(view.void_reason.clone()).unwrap_or_default(),
        facts: facts(app, reader, &view, &goods, &producer).await.into_iter().chain(beside_history(app, reader, &view).await?).collect(),
        goods: goods::bar(reader, &view, &goods),
        line: reader.to(&format!("/work/batches/{id}/genealogy")),
        moves: goods::forms(app, reader, &view, &goods, typed).await?,
        sources: sources(app, reader, &view, &goods).await?,
        broken: checks(reader, &view, true),
        checks: checks(reader, &view, false),
        rights: rights(reader, &view),
        papers: papers.table,
        must_issue: papers.must_issue,
        paper_links: papers.links,
        history: history_of(app, reader, &subjects).await?,
        verbs: verbs(app, reader, &view, tried),
        links: links(reader, &view, orders),
        shipments: shipped(app, reader, id).await?,
        frame: reader.frame(reader.fill("batch_heading", &[("product", &goods.name), ("lot", &view.lot)]), errors),
    };
    Ok(page.render()?)
}

fn links(reader: &Reader, view: &BatchView, orders: bool) -> Vec<(String, String)> {
    let own = reader.own() == Some(view.producer_id.as_str());
    let sends = own && reader.may(P::ShipmentSend) && view.state == "released" && view.hold_document.is_none();
    let seizes = reader.may(P::SeizurePropose) && view.state != "voided";
    [
        (orders, "/work/orders/new", "order_labels"),
        (sends, "/work/shipments/new", "send_goods"),
        (seizes, "/work/seizures/new", "seize_batch"),
    ]
    .into_iter()
    .filter(|(offered, ..)| *offered)
    .map(|(_, path, words)| (reader.to(&format!("{path}?batch={}", view.id)), reader.say(words)))
    .collect()
}

/// What was shipped of a batch, and what is known of scans of it without a shipment.
async fn shipped(app: &App, reader: &Reader, id: &str) -> Outcome<Option<(Table, Vec<String>)>> {
    let Some(actor) = reader.acting(P::ShipmentRead) else { return Ok(None) };
    let filter = ShipmentFilter { batch_id: Some(id.to_owned()), ..ShipmentFilter::default() };
    let (items, _) = shipments(&app.db, &actor, &filter, None, Some(20)).await?;
    let table = shipments::table(app, reader, &items, reader.say("batch_shipments_empty")).await?;
    let found = match unshipped_scans(&app.db, &actor, id).await {
        Ok(found) => found,
        Err(failure) if failure.says("not_found") => return Ok(Some((table, Vec::new()))),
        Err(failure) => return Err(failure),
    };
    let Some(since) = found.since.as_deref().map(|day| day_of(reader.lang, day)) else {
        return Ok(Some((table, vec![reader.say("unshipped_no_data")])));
    };
    let (scanned, n) = (found.scanned.to_string(), found.unshipped.to_string());
    if found.unshipped == 0 {
        return Ok(Some((table, vec![reader.fill("unshipped_none", &[("since", &since), ("scanned", &scanned)])])));
    }
    let mut lines = vec![reader.fill("unshipped_some", &[("since", &since), ("scanned", &scanned), ("n", &n)])];
    lines.extend(found.ranges.iter().take(10).map(|run| {
        let values = [("no", run.order_no.to_string()), ("first", run.first.to_string()), ("last", run.last.to_string())];
        reader.fill("unshipped_range", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }));
    lines.extend(found.places.iter().take(10).map(|place| {
        let named = if place.place.is_empty() { reader.say("place_unknown") } else { place.place.replace('/', " ") };
        reader.fill("unshipped_place", &[("place", &named), ("n", &place.codes.to_string())])
    }));
    Ok(Some((table, lines)))
}

async fn facts(app: &App, reader: &Reader, view: &BatchView, goods: &Goods, producer: &str) -> Vec<(String, String)> {
    let facility = batch_papers::facility_name(app, reader, view).await.map(|name| (reader.say("facility"), name));
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
    all.into_iter().filter_map(|(name, value)| Some((reader.word("batch_fact", name), value?))).chain(facility).collect()
}

/// The season of the batch's account beside the years before it, for who may read the account.
async fn beside_history(app: &App, reader: &Reader, view: &BatchView) -> Outcome<Option<(String, String)>> {
    let Some(actor) = reader.acting(P::SeasonAccountRead) else { return Ok(None) };
    let filter = AccountFilter {
        party_id: Some(view.producer_id.clone()),
        product_id: Some(view.product_id.clone()),
        season: Some(view.season.clone()),
        state: None,
    };
    let Some(account) = accounts(&app.db, &actor, &filter, None, Some(1)).await?.0.pop() else { return Ok(None) };
    let goods = Names::new(app).goods(&view.product_id).await?;
    Ok(Some((reader.say("people.batch_history"), super::todo::beside_history(app, reader, &account, &goods).await?)))
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
    if let Some(id) = &source.batch_id {
        let found = match reader.acting(P::BatchRead) {
            Some(actor) => batch(&app.db, &actor, id).await.ok(),
            None => None,
        };
        return found.map_or_else(|| reader.say("source_batch"), |b| reader.fill("source_batch_named", &[("lot", &b.lot)]));
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
        "held" | "warned" => "amber",
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

/// Nothing of it is coded or gone: it may be voided.
fn nothing_left(view: &BatchView) -> bool {
    ["coded", "moved", "gone", "seized"].iter().all(|name| view.figure(name) == 0)
}

fn verbs(app: &App, reader: &Reader, view: &BatchView, tried: Option<(&str, &str)>) -> Vec<Verb> {
    let Some(now) = BatchState::parse(&view.state) else { return Vec::new() };
    let decides = reader.may(P::BatchHold) || reader.may(P::CodeOrderApprove);
    let offered = [
        ("release", P::BatchRelease, now.may_become(BatchState::Released) && now == BatchState::Registered, "go"),
        ("hold", P::BatchHold, now != BatchState::OnHold && now.may_become(BatchState::OnHold), "stop"),
        ("unhold", P::BatchHold, now == BatchState::OnHold, "go"),
        ("void", P::BatchVoid, now.may_become(BatchState::Voided) && nothing_left(view), "stop"),
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
    super::parts::answered(tried, async |failure| {
        let field = |pointer: &str| if pointer == "/reason" { format!("{verb}-reason") } else { String::new() };
        let html = page(app, reader, id, faults(reader.lang, &failure, field), Tried::Verb(verb, typed)).await?;
        Ok((failure, html))
    })
    .await
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
