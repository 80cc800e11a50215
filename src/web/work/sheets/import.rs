//! One sheet: how far it has come, what was found, and the choice which rows go in.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::auth::By;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::parts::{Typed, answered};
use super::{index, said};
use crate::identity::role::Permission as P;
use crate::interop::intake::commands::decide;
use crate::interop::intake::queries::{ImportView, WrongRow, import, wrong_rows};
use crate::interop::intake::state::{ImportState, RowState};
use crate::kernel::quantity::grouped;

/// Rows with faults shown at once.
const ROWS: u64 = 50;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    after: Option<i64>,
}

struct Choice {
    action: String,
    key: String,
    button: String,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "staff/sheets/import.html")]
struct ImportPage<'a> {
    frame: Frame<'a>,
    under_way: bool,
    heading: String,
    progress: String,
    through: u64,
    most: u64,
    facts: Vec<(String, String)>,
    note: String,
    problems: Vec<String>,
    forms: Vec<Choice>,
    aside: String,
    wrong: Option<Table>,
    next: Option<String>,
    faults_href: String,
    here: String,
    back: String,
}

pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    Asked(query): Asked<Query>,
) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, query.after.unwrap_or(0), Vec::new()).await?))
}

fn number(n: u64) -> String {
    grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

async fn page(app: &App, reader: &Reader, id: &str, after: i64, errors: Vec<FormError>) -> Result<String, Refusal> {
    let view = import(&app.db, &reader.actor(P::SheetImport)?, id).await?;
    let path = format!("/work/import/{id}");
    let shows_rows = !view.state.is_under_way() && view.out() > 0 && view.state != ImportState::Dropped;
    let (rows, more) = if shows_rows { wrong_rows(&app.db, &view, after, ROWS).await? } else { (Vec::new(), false) };
    let next = rows.last().filter(|_| more).map(|last| reader.to(&format!("{path}?after={}", last.row)));
    let (progress, through, most) = progress_of(reader, &view);
    let good = view.count(RowState::Good);
    let mut forms = Vec::new();
    if view.state == ImportState::Ready {
        let choice =
            |verb: &str, button: String, class| Choice { action: reader.to(&format!("{path}/{verb}")), key: fresh_key(app), button, class };
        if good > 0 {
            let words = if view.out() > 0 { "sheets.take" } else { "sheets.take_all" };
            forms.push(choice("take", reader.fill(words, &[("n", &number(good))]), "go"));
        }
        forms.push(choice("drop", reader.say("sheets.drop"), "stop"));
    }
    let note = match view.state {
        _ if view.is_cleared() => reader.say("sheets.cleared"),
        ImportState::Dropped => reader.say("sheets.dropped_about"),
        ImportState::Done if view.out() == 0 => reader.say("sheets.done_all"),
        _ => String::new(),
    };
    let title = reader.fill("sheets.one", &[("kind", &index::name(reader, view.kind))]);
    let page = ImportPage {
        frame: reader.frame(title, errors),
        under_way: view.state.is_under_way(),
        heading: reader.say(if view.state == ImportState::Done { "sheets.result" } else { "sheets.found" }),
        progress,
        through,
        most,
        facts: facts(reader, &view),
        note,
        problems: view.problems.iter().map(|fault| said::fault(reader.lang, view.kind, fault)).collect(),
        forms,
        aside: if view.count(RowState::Already) > 0 { reader.say("sheets.already_note") } else { String::new() },
        wrong: shows_rows.then(|| table(reader, &view, &rows)),
        next,
        faults_href: reader.to(&format!("{path}/faults")),
        here: reader.to(&path),
        back: reader.to("/work/import"),
    };
    Ok(page.render()?)
}

/// How far the machine is, in words and of how much; 0 where nobody knows how much there is.
fn progress_of(reader: &Reader, view: &ImportView) -> (String, u64, u64) {
    let rows = view.rows();
    let checked = rows - view.count(RowState::Read);
    let taken = view.count(RowState::Taken) + view.count(RowState::Refused);
    let good = taken + view.count(RowState::Good);
    match view.state {
        ImportState::Reading => (reader.fill("sheets.reading", &[("rows", &number(rows))]), 0, 0),
        ImportState::Checking => (reader.fill("sheets.checking", &[("rows", &number(rows)), ("checked", &number(checked))]), checked, rows),
        ImportState::Taking => (reader.fill("sheets.taking", &[("good", &number(good)), ("taken", &number(taken))]), taken, good),
        _ => (String::new(), 0, 0),
    }
}

fn facts(reader: &Reader, view: &ImportView) -> Vec<(String, String)> {
    if view.state.is_under_way() || view.state == ImportState::Unreadable || view.is_cleared() {
        return vec![(reader.say("sheets.name"), view.name.clone())];
    }
    let row = view.layout.row.to_string();
    let place = match &view.layout.sheet {
        Some(sheet) => reader.fill("sheets.sheet_at", &[("sheet", sheet), ("row", &row)]),
        None => reader.fill("sheets.headed_at", &[("row", &row)]),
    };
    let mut facts = vec![(reader.say("sheets.name"), view.name.clone()), (reader.say("sheets.sheet_name"), place)];
    let mut count = |key: &str, n: u64, always: bool| {
        if always || n > 0 {
            facts.push((reader.say(&format!("sheets.{key}")), reader.fill("sheets.rows_counted", &[("n", &number(n))])));
        }
    };
    let over = view.state == ImportState::Done;
    count("rows_read", view.rows(), true);
    count("rows_taken", view.count(RowState::Taken), over);
    count("rows_good", view.count(RowState::Good), !over);
    count("rows_wrong", view.count(RowState::Wrong), !over);
    count("rows_refused", view.count(RowState::Refused), false);
    count("rows_already", view.count(RowState::Already), false);
    if view.layout.formulas > 0 {
        let n = number(u64::from(view.layout.formulas));
        facts.push((reader.say("sheets.formulas"), reader.fill("sheets.formulas_read", &[("n", &n)])));
    }
    facts
}

fn table(reader: &Reader, view: &ImportView, rows: &[WrongRow]) -> Table {
    let mut out = Vec::new();
    for row in rows {
        for fault in &row.faults {
            let place = fault.column.as_deref().and_then(|key| view.layout.place(key));
            let value = place.and_then(|place| row.cells.get(place)).cloned().unwrap_or_default();
            out.push(vec![
                Cell::text(row.row.to_string()),
                Cell::text(said::column(reader.lang, view.kind, &view.layout, fault)),
                Cell::text(value.chars().take(60).collect::<String>()),
                Cell::text(said::fault(reader.lang, view.kind, fault)),
            ]);
        }
    }
    let mut columns = vec![Column::number(reader.say("sheets.row"))];
    columns.extend(["column", "value", "reason"].map(|key| Column::text(reader.say(&format!("sheets.{key}")))));
    Table { caption: reader.say("sheets.wrong_caption"), columns, rows: out, empty: String::new() }
}

/// Figures for a program that watches.
pub(super) async fn progress(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let view = import(&app.db, &actor, &id).await?;
    let count = |state: RowState| view.count(state);
    Ok(Json(json!({
        "state": view.state.word(), "rows": view.rows(), "unchecked": count(RowState::Read), "good": count(RowState::Good),
        "wrong": count(RowState::Wrong), "already": count(RowState::Already), "taken": count(RowState::Taken),
        "refused": count(RowState::Refused),
    })))
}

async fn decided(app: App, id: String, reader: Reader, posted: Posted<Typed>, take: bool, word: &'static str) -> Result<Response, Refusal> {
    let (lang, about) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = about.clone();
        Box::pin(async move {
            decide(tx, &desk, &id, take).await?;
            Ok(Done::see(done_at(lang, &format!("/work/import/{id}"), word)))
        })
    })
    .await;
    app.sheets.wake();
    answered(tried, async |failure| {
        let errors = faults(reader.lang, &failure, |_| String::new());
        let html = page(&app, &reader, &id, 0, errors).await?;
        Ok((failure, html))
    })
    .await
}

pub(super) async fn take(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    decided(app, id, reader, posted, true, "sheet_taking").await
}

pub(super) async fn drop_it(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    decided(app, id, reader, posted, false, "sheet_dropped").await
}
