//! `/work/look-up`: a code, a lot, an order's number, a credit code or a shop's address — typed, scanned or photographed — and everything
//! officers may know of it. A number nobody issued can be noted with the place it was met at.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, MOST_UPLOAD, Posted, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, again, done_at, faults, fresh_key, on_the_form};
use super::super::names::{day_of, moment_of, state};
use super::super::parts::{Field, Form, Tried, Typed, refilled, said};
use super::say;
use crate::files::Incoming;
use crate::identity::role::Permission as P;
use crate::interop::picture;
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Outcome};
use crate::supervision::commands::unknown::{UnknownCodeInput, note_unknown_code};
use crate::supervision::lookup::{CodeFound, Found, look_up};

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::CaseRead);
    vec![
        Route::get("/work/look-up", read, show),
        Route::post("/work/look-up", read, photographed).carries(MOST_UPLOAD),
        Route::post("/work/look-up/unknown", Access::Needs(P::CaseWork), note),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    q: String,
}

/// What was photographed; the text beside it is not needed.
#[derive(Debug, Default, Deserialize)]
struct Photo {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "staff/figures/look_up.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    typed: String,
    /// What it is, in a line; empty before anything was typed.
    said: String,
    /// What there is to say first: stops, recalls, how the label stands.
    badges: Vec<(&'static str, String)>,
    facts: Vec<(String, String)>,
    links: Vec<(String, String)>,
    tables: Vec<(String, Table)>,
    note: Option<Form>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query.q, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, typed: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let found = look_up(&app.db, app.keys.as_ref(), app.clock.now(), typed, |permission| reader.who.acting(permission)).await?;
    let mut page = Page {
        action: reader.to("/work/look-up"),
        key: fresh_key(app),
        typed: typed.to_owned(),
        said: String::new(),
        badges: Vec::new(),
        facts: Vec::new(),
        links: Vec::new(),
        tables: Vec::new(),
        note: None,
        frame: reader.narrow_frame(say(reader, "look_up"), errors),
    };
    if typed.trim().is_empty() {
        return Ok(page.render()?);
    }
    match &found.code {
        Some(code) => code_page(reader, code, &mut page),
        None if found.is_empty() => {
            page.said = say(reader, if found.is_code { "no_such_code" } else { "nothing_found" });
            if reader.may(P::CaseWork) {
                page.note = Some(note_form(app, reader, typed, tried));
            }
        }
        None => page.said = say(reader, "found_these"),
    }
    others(reader, &found, &mut page);
    Ok(page.render()?)
}

fn note_form(app: &App, reader: &Reader, typed: &str, tried: Option<Tried<'_>>) -> Form {
    let fields = vec![
        Field::text("typed", say(reader, "typed")).must().value(typed),
        Field::text("place", say(reader, "met_at")).must(),
        Field::area("note", say(reader, "met_note")).hint(say(reader, "met_hint")).must(),
    ];
    let form = Form::new(app, reader, "unknown", "/work/look-up/unknown", "numbers.note_it", "numbers.note_it", fields);
    form.about(say(reader, "note_about")).again(tried.as_ref())
}

/// Everything about a code.
fn code_page(reader: &Reader, found: &CodeFound, page: &mut Page<'_>) {
    let (view, history) = (&found.view, &found.history);
    page.said = format!("{} · {}", view.product, view.producer);
    let standing = state(reader, "range_state", view.range.state);
    page.badges.push((standing.badge, standing.text));
    for recall in history.recalls.iter().filter(|recall| matches!(recall.state.as_str(), "in_force" | "lift_proposed")) {
        page.badges.push(("red", format!("{} {}", reader.word("recall_kind", &recall.kind), recall.document_no)));
    }
    for stop in history.stops.iter().filter(|stop| matches!(stop.state.as_str(), "in_force" | "lift_proposed")) {
        page.badges.push(("red", format!("{} {}", say(reader, "stopped"), stop.document_no)));
    }
    let moment = |written: &String| moment_of(reader.lang, written);
    let mut facts = vec![
        ("code", view.code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")),
        ("kind", reader.word("code_kind", view.kind)),
        ("order", view.order_no.to_string()),
        ("sequence", grouped(view.sequence)),
        ("season", view.season.clone()),
        ("run", format!("{} – {}", grouped(view.range.first), grouped(view.range.last))),
        ("since", moment(&view.range.since)),
    ];
    facts.extend(view.range.active_at.as_ref().map(|at| ("active_at", moment(at))));
    facts.extend(view.range.reason.map(|reason| ("reason", reader.lang.say(&format!("void_reason.{reason}")).into_owned())));
    facts.extend(view.batch.as_ref().map(|b| ("batch", format!("{} · {}", b.lot, reader.word("batch_state", &b.state)))));
    facts.extend(view.in_case.as_ref().map(|c| ("in_case", format!("{} · {}", c.code.clone().unwrap_or_default(), grouped(c.sequence)))));
    facts.extend(view.contents.as_ref().map(|c| ("contents", grouped(c.items))));
    let stat = view.stat.as_ref();
    facts.push(("sessions", stat.map_or_else(|| say(reader, "never_scanned"), |s| grouped(s.sessions))));
    page.facts = facts.into_iter().map(|(key, value)| (reader.word("numbers.code_fact", key), value)).collect();
    let mut links = vec![(reader.to(&format!("/work/orders/{}", view.order_id)), say(reader, "to_order"))];
    if let Some(batch) = &view.batch {
        links.push((reader.to(&format!("/work/batches/{}", batch.id)), say(reader, "to_batch")));
        links.push((reader.to(&format!("/work/batches/{}/genealogy", batch.id)), say(reader, "to_sources")));
    }
    page.links = links;
    page.tables = code_tables(reader, found);
}

fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(reader.word("numbers.column", key))).collect()
}

fn code_tables(reader: &Reader, found: &CodeFound) -> Vec<(String, Table)> {
    let history = &found.history;
    let mut tables = Vec::new();
    let mut add = |key: &str, heads: &[&str], rows: Vec<Vec<Cell>>| {
        if !rows.is_empty() {
            let heading = reader.word("numbers.part", key);
            tables.push((heading.clone(), Table { caption: heading, columns: columns(reader, heads), rows, empty: String::new() }));
        }
    };
    let stops = history.stops.iter().map(|stop| {
        vec![
            Cell::text(format!("{} · {}", reader.word("stop_scope", &stop.scope), stop.document_no)).with_small(stop.public_text.clone()),
            state(reader, "decision_state", &stop.state),
        ]
    });
    let recalls = history.recalls.iter().map(|recall| {
        vec![
            Cell::text(format!("{} · {}", reader.word("recall_kind", &recall.kind), recall.document_no)).with_small(recall.reason.clone()),
            state(reader, "decision_state", &recall.state),
        ]
    });
    add("measures", &["what", "state"], recalls.chain(stops).collect());
    let cases = found.cases.iter().map(|case| {
        let link = reader.to(&format!("/work/cases/{}", case.id));
        vec![Cell::link(case.title.clone(), link), Cell::badge(reader.word("numbers.case_state", &case.state), "soft")]
    });
    add("cases", &["what", "state"], cases.collect());
    let shipments = history.shipments.iter().map(|went| {
        vec![
            Cell::link(went.number.clone(), reader.to(&format!("/work/shipments/{}", went.id))).with_small(went.consignee.clone()),
            Cell::text(day_of(reader.lang, &went.sent_on)),
            state(reader, "shipment_state", &went.state),
        ]
    });
    add("shipments", &["number", "day", "state"], shipments.collect());
    let scans = history.scans.iter().map(|scan| {
        let place = if scan.place.is_empty() { reader.say("phone.place_unknown") } else { scan.place.clone() };
        vec![
            Cell::text(scan.day.for_people(reader.lang.english())),
            Cell::text(place),
            Cell::text(reader.word("phone.verdict", &scan.verdict)),
            Cell::text(grouped(scan.count)),
        ]
    });
    add("scans", &["day", "place", "answer", "count"], scans.collect());
    tables
}

/// Batches, an order, organisations, sellers and listings, each with its page.
fn others(reader: &Reader, found: &Found, page: &mut Page<'_>) {
    let mut add = |key: &str, heads: &[&str], rows: Vec<Vec<Cell>>| {
        if !rows.is_empty() {
            let heading = reader.word("numbers.part", key);
            page.tables.push((heading.clone(), Table { caption: heading, columns: columns(reader, heads), rows, empty: String::new() }));
        }
    };
    let batches = found.batches.iter().map(|batch| {
        let link = reader.to(&format!("/work/batches/{}", batch.id));
        vec![Cell::link(batch.lot.clone(), link).with_small(batch.origin.clone()), state(reader, "batch_state", &batch.state)]
    });
    add("batches", &["what", "state"], batches.collect());
    let order = found.order.iter().map(|id| vec![Cell::link(say(reader, "to_order"), reader.to(&format!("/work/orders/{id}")))]);
    add("order", &["what"], order.collect());
    let firm = found.organisation.iter().map(|(id, name)| vec![Cell::link(name.clone(), reader.to(&format!("/work/firms/{id}")))]);
    add("firm", &["what"], firm.collect());
    let sellers = found.sellers.iter().map(|seller| {
        let shops: Vec<String> = seller.shops.iter().map(|shop| format!("{} {}", shop.platform, shop.name)).collect();
        vec![Cell::text(seller.name.clone()).with_small(shops.join("；")), Cell::text(seller.place.clone())]
    });
    add("sellers", &["what", "place"], sellers.collect());
    let listings = found
        .listings
        .iter()
        .map(|listing| vec![Cell::text(listing.title.clone()), Cell::text(format!("{} {}", listing.platform, listing.item_id))]);
    add("listings", &["what", "place"], listings.collect());
    let met = found.met.iter().map(|row| {
        vec![Cell::text(row.place.clone()).with_small(row.note.clone()), Cell::text(super::super::names::moment(reader.lang, row.noted_at))]
    });
    add("met", &["place", "day"], met.collect());
}

/// The text of the one symbol on a photograph.
async fn read(file: Incoming) -> Outcome<String> {
    tokio::task::spawn_blocking(move || picture::symbol(&file)).await.map_err(Failure::broken)?
}

/// A photograph stands for what was not typed; where it can't be read, the page says why.
async fn photographed(State(app): State<App>, reader: Reader, sent: PostedFiles<Photo>) -> Result<Response, Refusal> {
    let typed = sent.posted.body.q.trim().to_owned();
    let text = match sent.files.into_iter().find(|file| file.field == "photo") {
        Some(file) if typed.is_empty() => read(file).await,
        _ => Ok(typed),
    };
    match text {
        Ok(text) => {
            let code = crate::supervision::lookup::plain(&text);
            Ok(Redirect::to(&reader.to(&format!("/work/look-up?q={}", query_value(&code)))).into_response())
        }
        Err(failure) => {
            let failure = on_the_form(Refusal(failure))?;
            let errors = faults(reader.lang, &failure, |_| "photo".to_owned());
            let html = page(&app, &reader, "", errors, None).await?;
            Ok(again(failure, html))
        }
    }
}

const NOTED: &[&str] = &["typed", "place", "note"];

async fn note(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input = UnknownCodeInput { typed: said(&typed, "typed"), place: said(&typed, "place"), note: said(&typed, "note") };
            let row = note_unknown_code(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/look-up?q={}", query_value(&row.typed)), "unknown_code_noted")))
        })
    });
    let tried = tried.await;
    let number = said(&typed, "typed");
    refilled(tried, &reader, Tried { form: "unknown", typed: &typed }, NOTED, |errors, tried| page(&app, &reader, &number, errors, tried))
        .await
}
