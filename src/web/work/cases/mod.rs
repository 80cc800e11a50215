//! `/work/cases`: files about one matter: opened from anything an officer looks at, worked, closed with an outcome, printed as one bundle.

mod file;
mod new;
mod print;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Html;
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::staff::{Cell, Column, Table};
use super::super::route::{Access, Route};
use super::super::router::table as table_of_routes;
use super::desk::Reader;
use super::names::{day_of, moment_of};
use super::parts::{Part, PartsPage};
use crate::identity::role::Permission as P;
use crate::supervision::case::CaseState;
use crate::supervision::cases::{CaseFilter, CaseView, cases};

/// Rows of one page.
const ROWS: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    let (read, work) = (Access::Needs(P::CaseRead), Access::Needs(P::CaseWork));
    vec![
        Route::get("/work/cases", read, list),
        Route::get("/work/cases/new", work, new::ask),
        Route::post("/work/cases/new", work, new::create),
        Route::get("/work/cases/{id}", read, file::show),
        Route::get("/work/cases/{id}/print", read, print::show),
        Route::post("/work/cases/{id}/note", work, file::note),
        Route::post("/work/cases/{id}/link", work, file::link),
        Route::post("/work/cases/{id}/move", work, file::step),
        Route::post("/work/cases/{id}/close", work, file::close),
    ]
}

/// Where a case is opened from something: its kind (a word of what a case links), its id, and what people read of it.
pub(super) fn open_from(reader: &Reader, kind: &str, id: &str, label: &str) -> String {
    reader.to(&format!("/work/cases/new?kind={kind}&id={}&label={}", query_value(id), query_value(label)))
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("cases.{key}"))
}

/// How far a case has come; how it ended, once it has.
fn badge(reader: &Reader, view: &CaseView) -> Cell {
    let class = match (view.state.as_str(), view.outcome.as_deref()) {
        ("closed", Some("confirmed")) => "red",
        ("closed", _) => "soft",
        ("open", _) => "amber",
        _ => "ok",
    };
    let words = match &view.outcome {
        Some(outcome) => reader.word("cases.outcome", outcome),
        None => reader.word("cases.state", &view.state),
    };
    Cell::badge(words, class)
}

/// The pages there are, with what each needs.
static PAGES: LazyLock<BTreeMap<&'static str, Access>> =
    LazyLock::new(|| table_of_routes().into_iter().filter(|r| r.method == Method::GET).map(|r| (r.path, r.access)).collect());

/// Where a thing of this kind is shown, if this reader may see such a page.
pub(super) fn page_of(reader: &Reader, kind: &str, ref_id: &str) -> Option<String> {
    let ways: &[&'static str] = match kind {
        "code" => &["/work/look-up"],
        "batch" => &["/work/batches/{id}"],
        "code_order" => &["/work/orders/{id}"],
        "organisation" => &["/work/firms/{id}"],
        "seller" => &["/work/sellers/{id}"],
        "listing" => &["/work/audits/{id}", "/work/listings/{id}"],
        "evidence" => &["/work/evidence/{id}"],
        "case" => &["/work/cases/{id}"],
        "feedback" => &["/work/feedback/{id}"],
        "alert" => &["/work/alerts/{id}"],
        "inspection" => &["/work/inspections/{id}"],
        "rectification" => &["/work/rectifications/{id}"],
        "stop" => &["/work/measures/stops/{id}"],
        "recall" => &["/work/measures/recalls/{id}"],
        "seizure" => &["/work/seizures/{id}"],
        _ => &[],
    };
    let open = |way: &&&'static str| match PAGES.get(**way) {
        Some(Access::Needs(permission)) => reader.may(*permission),
        Some(_) => true,
        None => false,
    };
    let way = ways.iter().find(open)?;
    Some(if way.contains("{id}") { way.replace("{id}", ref_id) } else { format!("{way}?q={}", query_value(ref_id)) })
}

#[derive(Debug, Default, Deserialize)]
struct Asks {
    state: Option<String>,
    cursor: Option<String>,
}

async fn list(State(app): State<App>, reader: Reader, Asked(asks): Asked<Asks>) -> Result<Html<String>, Refusal> {
    let state = asks.state.filter(|word| CaseState::parse(word).is_some());
    let filter = CaseFilter { state: state.clone(), ref_id: None };
    let (items, next) = cases(&app.db, &reader.actor(P::CaseRead)?, &filter, asks.cursor.as_deref(), Some(ROWS)).await?;
    let asked = state.map(|word| format!("&state={word}")).unwrap_or_default();
    let mut first: Vec<Vec<Cell>> = CaseState::ALL
        .iter()
        .map(|state| vec![Cell::link(reader.word("cases.state", state.word()), reader.to(&format!("/work/cases?state={}", state.word())))])
        .collect();
    first.insert(0, vec![Cell::link(say(&reader, "every"), reader.to("/work/cases"))]);
    if reader.may(P::CaseWork) {
        first.insert(0, vec![Cell::link(say(&reader, "open"), reader.to("/work/cases/new"))]);
    }
    let ways =
        Table { caption: say(&reader, "ways"), columns: vec![Column::text(say(&reader, "ways"))], rows: first, empty: String::new() };
    let table = table(&reader, &items);
    let next = next.map(|cursor| reader.to(&format!("/work/cases?cursor={}{asked}", query_value(&cursor))));
    let parts = vec![
        Part { heading: say(&reader, "title"), about: say(&reader, "about"), table: Some(table), next, ..Part::default() },
        Part { heading: say(&reader, "ways"), table: Some(ways), ..Part::default() },
    ];
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "title"), Vec::new()), parts }.render()?))
}

/// Cases as a table.
pub(super) fn table(reader: &Reader, items: &[CaseView]) -> Table {
    let rows = items.iter().map(|view| {
        let due = view.due_on.as_deref().map(|day| day_of(reader.lang, day)).unwrap_or_default();
        vec![
            Cell::link(view.title.clone(), reader.to(&format!("/work/cases/{}", view.id))),
            badge(reader, view),
            Cell::text(reader.word("cases.source", &view.source)).with_small(moment_of(reader.lang, &view.opened_at)),
            Cell::text(due),
        ]
    });
    let columns = ["title", "state", "source", "due_on"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "none") }
}
