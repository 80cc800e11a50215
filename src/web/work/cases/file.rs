//! One case: what it is about, what was done, and what may be done now.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::desk::{Reader, done_at};
use super::super::evidence;
use super::super::names::{day_of, moment_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, refilled, said};
use super::{badge, page_of, say};
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Failure, Outcome};
use crate::supervision::case::{CaseOutcome, CaseState, LinkKind};
use crate::supervision::cases::{CaseFileView, CaseNoteView, case_file, evidence_of};
use crate::supervision::commands::case::{CaseCloseInput, CaseLinkInput, close_case, link_case, move_case, note_case};

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// What a case is, as (what, value).
pub(super) fn facts(reader: &Reader, file: &CaseFileView) -> Vec<(String, String)> {
    let case = &file.case;
    let rows = [
        ("column.state", Some(badge(reader, case).text)),
        ("column.source", Some(reader.word("cases.source", &case.source))),
        ("division", Some(case.division_code.clone())),
        ("opened_at", Some(moment_of(reader.lang, &case.opened_at))),
        ("column.due_on", case.due_on.as_deref().map(|day| day_of(reader.lang, day))),
        ("closed_at", case.closed_at.as_deref().map(|at| moment_of(reader.lang, at))),
        ("reason", case.reason.clone()),
    ];
    rows.into_iter().filter_map(|(key, value)| Some((say(reader, key), value?))).collect()
}

/// What a case links, as a table.
pub(super) fn links(reader: &Reader, file: &CaseFileView, linked: bool) -> Table {
    let rows = file.links.iter().map(|link| {
        let label = match page_of(reader, &link.kind, &link.ref_id).filter(|_| linked) {
            Some(page) => Cell::link(link.label.clone(), reader.to(&page)),
            None => Cell::text(link.label.clone()),
        };
        vec![
            Cell::text(reader.word("cases.kind", &link.kind)),
            label.with_small(link.ref_id.clone()),
            Cell::text(moment_of(reader.lang, &link.linked_at)),
        ]
    });
    let columns = ["kind", "thing", "linked_at"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "links_caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "links_none") }
}

/// What one line of the timeline says.
fn told(reader: &Reader, note: &CaseNoteView) -> String {
    match note.act.as_str() {
        "moved" => reader.word("cases.state", &note.said),
        "linked" => match note.said.split_once(' ') {
            Some((kind, label)) => format!("{} {label}", reader.word("cases.kind", kind)),
            None => note.said.clone(),
        },
        _ => note.said.clone(),
    }
}

/// What was done, in order.
pub(super) fn timeline(reader: &Reader, file: &CaseFileView) -> Table {
    let rows = file.timeline.iter().map(|note| {
        vec![
            Cell::text(moment_of(reader.lang, &note.at)),
            Cell::text(reader.word("cases.act", &note.act)).with_small(note.noted_by.clone()),
            Cell::text(told(reader, note)),
        ]
    });
    let columns = ["at", "act", "said"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "timeline_caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "links_none") }
}

fn forms(app: &App, reader: &Reader, file: &CaseFileView) -> Vec<Form> {
    let id = &file.case.id;
    let Some(state) = CaseState::parse(&file.case.state).filter(|state| *state != CaseState::Closed && reader.may(P::CaseWork)) else {
        return Vec::new();
    };
    let form = |name: &'static str, fields: Vec<Field>| {
        let label = format!("cases.{name}");
        Form::new(app, reader, name, &format!("/work/cases/{id}/{name}"), &label, &label, fields)
    };
    let steps = CaseState::ALL.iter().filter(|to| **to != CaseState::Closed && state.may_become(**to)).map(|to| to.word());
    let kinds = choices(reader, "cases.kind", LinkKind::ALL.iter().map(|kind| kind.word()));
    let outcomes = choices(reader, "cases.outcome", CaseOutcome::ALL.iter().map(|outcome| outcome.word()));
    let close = form(
        "close",
        vec![Field::select("outcome", say(reader, "outcome_label"), outcomes).must(), Field::area("reason", say(reader, "reason")).must()],
    );
    vec![
        form("note", vec![Field::area("said", say(reader, "column.said")).must()]),
        form(
            "link",
            vec![
                Field::select("kind", say(reader, "column.kind"), kinds).must(),
                Field::text("ref_id", say(reader, "ref_id")).hint(say(reader, "ref_hint")).must(),
                Field::text("label", say(reader, "label")).must(),
            ],
        ),
        form("move", vec![Field::select("to", say(reader, "column.state"), choices(reader, "cases.state", steps)).must()]),
        Form { class: "stop", ..close },
    ]
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::CaseRead)?;
    let file = case_file(&app.db, &actor, id).await?;
    let mut rows: Vec<Vec<Cell>> =
        facts(reader, &file).into_iter().map(|(name, value)| vec![Cell::text(name), Cell::text(value)]).collect();
    rows.push(vec![Cell::text(say(reader, "bundle")), Cell::link(say(reader, "print"), reader.to(&format!("/work/cases/{id}/print")))]);
    if reader.may(P::EvidenceTake) && file.case.state != "closed" {
        let at = reader.to(&format!("/work/evidence/new?case={id}"));
        rows.push(vec![Cell::text(reader.say("evidence.title")), Cell::link(reader.say("evidence.new"), at)]);
    }
    let columns = vec![Column::text(reader.say("what")), Column::text(say(reader, "column.said"))];
    let about = Table { caption: say(reader, "facts_caption"), columns, rows, empty: String::new() };
    let forms = forms(app, reader, &file).into_iter().map(|form| form.again(tried.as_ref())).collect();
    let mut parts = vec![
        Part { heading: say(reader, "facts"), table: Some(about), forms, ..Part::default() },
        Part { heading: say(reader, "links"), table: Some(links(reader, &file, true)), ..Part::default() },
    ];
    if let Some(actor) = reader.acting(P::EvidenceRead) {
        let found = evidence_of(&app.db, &actor, &file).await?;
        if !found.is_empty() {
            parts.push(Part { heading: reader.say("evidence.title"), table: Some(evidence::table(reader, &found)), ..Part::default() });
        }
    }
    parts.push(Part { heading: say(reader, "timeline"), table: Some(timeline(reader, &file)), ..Part::default() });
    Ok(PartsPage { frame: reader.frame(file.case.title, errors), parts }.render()?)
}

/// A form of the page: what it names, what it does.
macro_rules! form {
    ($handler:ident, $name:literal, $fields:expr, $done:literal, $command:ident) => {
        pub(super) async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<Typed>,
        ) -> Result<Response, Refusal> {
            let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
            let tried = act(&app, posted, move |tx, desk, typed: Arc<Typed>| {
                let id = named.clone();
                Box::pin(async move {
                    $command(tx, &desk, &id, &typed).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/cases/{id}"), $done)))
                })
            });
            let tried = tried.await;
            refilled(tried, &reader, Tried { form: $name, typed: &typed }, $fields, |errors, tried| page(&app, &reader, &id, errors, tried))
                .await
        }
    };
}
form!(note, "note", &["said"], "case_noted", noted);
form!(link, "link", &["kind", "ref_id", "label"], "case_linked", linked);
form!(step, "move", &["to"], "case_moved", moved);
form!(close, "close", &["outcome", "reason"], "case_closed", closed);

async fn noted(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    note_case(tx, desk, id, &said(typed, "said")).await.map(|_| ())
}
async fn linked(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    let kind = given(typed, "kind").and_then(|word| LinkKind::parse(&word)).ok_or_else(|| Failure::field("/kind", "register_empty"))?;
    let input = CaseLinkInput { kind, ref_id: said(typed, "ref_id"), label: said(typed, "label") };
    link_case(tx, desk, id, &input).await.map(|_| ())
}
async fn moved(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    let to = given(typed, "to").and_then(|word| CaseState::parse(&word)).ok_or_else(|| Failure::field("/to", "register_empty"))?;
    move_case(tx, desk, id, to).await.map(|_| ())
}
async fn closed(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    let read = given(typed, "outcome").and_then(|word| CaseOutcome::parse(&word));
    let outcome = read.ok_or_else(|| Failure::field("/outcome", "register_empty"))?;
    close_case(tx, desk, id, &CaseCloseInput { outcome, reason: said(typed, "reason") }).await.map(|_| ())
}
