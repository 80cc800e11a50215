//! `/work/annual-reports`: what is asked of the reader's firm with its deadline, what waits for review, products' years, every report
//! within reach, and the form that begins one.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::{LIST, columns, fill, named, place, say, standing, state, to_review, year_place};
use crate::cultivation::annual_report::ReportState;
use crate::cultivation::commands::{AnnualReportBeginInput, begin_annual_report};
use crate::cultivation::queries::{AnnualDue, AnnualReportView, AnnualReportsAsked, annual_reports, reports_due, window};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{Asked, Posted};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::listing::{Above, Query, ROWS, products};
use crate::web::work::names::{day_of, moment_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(LIST, Access::Needs(P::AnnualReportRead), show), Route::post(LIST, Access::Needs(P::AnnualReportSubmit), begin)]
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, query: &Query, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let mut parts = Vec::new();
    parts.extend(due(app, reader, tried.as_ref()).await?);
    let waiting = to_review(app, reader).await?;
    if !waiting.is_empty() {
        parts.push(Part { heading: say(reader, "waiting"), table: Some(reports(reader, &waiting, "waiting")), ..Part::default() });
    }
    parts.extend(years(app, reader).await?);
    let states = choices(reader, "annual.state", ReportState::ALL.iter().map(|state| state.word()));
    let above = Above::new(reader, LIST, query, "").states("state", states).products(products(app, reader).await?);
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let asked = AnnualReportsAsked { product_id: given(&query.product), state: given(&query.state), ..AnnualReportsAsked::default() };
    let actor = reader.actor(P::AnnualReportRead)?;
    let (found, next) = annual_reports(&app.db, &actor, &asked, query.cursor(), ROWS).await?;
    let filters = Some(above.filters(found.len(), next.is_some()));
    let table = Some(reports(reader, &found, "list_caption"));
    let (heading, about, next) = (say(reader, "all"), say(reader, "about"), above.next(next));
    parts.push(Part { heading, about, filters, table, next, ..Part::default() });
    Ok(PartsPage { frame: reader.frame(say(reader, "title"), errors), parts }.render()?)
}

fn reports(reader: &Reader, found: &[AnnualReportView], caption: &str) -> Table {
    let row = |view: &AnnualReportView| {
        vec![
            Cell::link(named(view), reader.to(&place(&view.id))).with_small(view.organisation.clone()),
            standing(reader, view),
            Cell::text(day_of(reader.lang, &view.due_on)),
            Cell::text(moment_of(reader.lang, &view.moved_at)),
        ]
    };
    Table {
        caption: say(reader, caption),
        columns: columns(reader, &["what", "state_label", "due_on", "moved_at"]),
        rows: found.iter().map(row).collect(),
        empty: say(reader, "list_empty"),
    }
}

/// What is asked of the reader's own firm, and the form that begins what is not begun.
async fn due(app: &App, reader: &Reader, tried: Option<&Tried<'_>>) -> Outcome<Option<Part>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::AnnualReportSubmit)) else { return Ok(None) };
    let today = app.clock.today();
    let due = reports_due(&app.db, &actor.scope, Some(own), today).await?;
    let row = |one: &AnnualDue| {
        let what = format!("{} · {}", one.product, one.year);
        let (first, standing) = match &one.report {
            None => (Cell::text(what), Cell::badge(say(reader, "not_begun"), if one.window.is_late(today) { "red" } else { "amber" })),
            Some((id, now)) if now.is_open() => (Cell::link(what, reader.to(&format!("{}/edit", place(id)))), state(reader, now.word())),
            Some((id, now)) => (Cell::link(what, reader.to(&place(id))), state(reader, now.word())),
        };
        let days = [("from", one.window.opens), ("to", one.window.closes)].map(|(name, day)| (name, day_of(reader.lang, &day.to_string())));
        let values: Vec<(&str, &str)> = days.iter().map(|(name, day)| (*name, day.as_str())).collect();
        vec![first, standing, Cell::text(fill(reader, "window", &values))]
    };
    let table = Table {
        caption: say(reader, "due_caption"),
        columns: columns(reader, &["what", "state_label", "window_label"]),
        rows: due.iter().map(row).collect(),
        empty: say(reader, "due_empty"),
    };
    let open = due.iter().filter(|one| one.report.is_none());
    let open: Vec<(String, String)> =
        open.map(|one| (format!("{}:{}", one.product_id, one.year), format!("{} · {}", one.product, one.year))).collect();
    let mut part = Part { heading: say(reader, "due"), about: say(reader, "due_about"), table: Some(table), ..Part::default() };
    if !open.is_empty() {
        let only = Some(&open).filter(|open| open.len() == 1).map(|open| open[0].0.clone()).unwrap_or_default();
        let fields = vec![Field::select("which", say(reader, "which"), open).must().value(only)];
        let form = Form::new(app, reader, "begin", LIST, "annual.begin", "annual.begin", fields).about(say(reader, "begin_about"));
        part.forms.push(Form { open: true, ..form }.again(tried));
    }
    Ok(Some(part))
}

/// The last years of products with users within reach.
async fn years(app: &App, reader: &Reader) -> Outcome<Option<Part>> {
    let Some(actor) = reader.acting(P::AnnualSummaryRead) else { return Ok(None) };
    let mut by_year: BTreeMap<(i64, String), (String, usize, usize)> = BTreeMap::new();
    for one in reports_due(&app.db, &actor.scope, None, app.clock.today()).await? {
        let (_, users, reported) = by_year.entry((-one.year, one.product_id)).or_insert_with(|| (one.product.clone(), 0, 0));
        *users += 1;
        *reported += usize::from(one.reported);
    }
    let row = |((year, product_id), (product, users, reported)): (&(i64, String), &(String, usize, usize))| {
        vec![
            Cell::link(format!("{product} · {}", -year), reader.to(&year_place(product_id, -year))),
            Cell::text(users.to_string()),
            Cell::text(reported.to_string()),
            Cell::text((users - reported).to_string()),
        ]
    };
    let table = Table {
        caption: say(reader, "years_caption"),
        columns: super::figure_columns(reader, &["what", "users_n", "reported_n", "missing_n"], 1),
        rows: by_year.iter().map(row).collect(),
        empty: say(reader, "years_empty"),
    };
    Ok(Some(Part { heading: say(reader, "years"), table: Some(table), ..Part::default() }))
}

/// The product and year of a choice.
fn which(typed: &Typed) -> Result<AnnualReportBeginInput, Failure> {
    let choice = said(typed, "which");
    let read = choice.split_once(':').and_then(|(product, year)| Some((product.to_owned(), year.parse().ok()?)));
    let (product_id, year) = read.ok_or_else(|| Failure::field("/which", "register_empty"))?;
    Ok(AnnualReportBeginInput { product_id, year, organisation_id: None })
}

async fn begin(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let read = match which(&typed) {
        Ok(input) => window(&app.db, input.year).await.map(|window| (input, window)),
        Err(unread) => Err(unread),
    };
    let tried = act(&app, posted, move |tx, desk, _| {
        let read = read.clone();
        Box::pin(async move {
            let (input, window) = read?;
            let row = begin_annual_report(tx, &desk, &input, window, false).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&row.id)), "annual_report_begun")))
        })
    });
    let tried = tried.await;
    let (form, query) = (Tried { form: "begin", typed: &typed }, Query::default());
    refilled(tried, &reader, form, &["which"], |errors, tried| page(&app, &reader, &query, errors, tried)).await
}
