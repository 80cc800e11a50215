//! `/work/mark-use-applications/{id}`: one application: what it says beside what is on record, points and answers, steps, papers, and the
//! forms of whoever's turn it is.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::forms::{POINTS, forms};
use super::{columns, compare, fill, named, place, say, state};
use crate::cultivation::commands::{
    ApplicationApproveInput, ApplicationRefuseInput, ApplicationReturnInput, ApplicationStepInput, FILES_OF, PointInput, Reviewer,
    advance_application, approve_application, refuse_application, return_application, submit_application, withdraw_application,
};
use crate::cultivation::mark_use_application::{ApplicationState, RefusalReason};
use crate::cultivation::queries::{ApplicationView, application};
use crate::db::Tx;
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::files::as_attachment;
use crate::web::work::names::{Names, day_of, moment_of};
use crate::web::work::parts::{Part, PartsPage, Tried, Typed, day, given, must_day, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let (read, submit) = (Access::Needs(P::MarkUseApplicationRead), Access::Needs(P::MarkUseApplicationSubmit));
    let (verify, decide) = (Access::Needs(P::MarkUseApplicationVerify), Access::Needs(P::MarkUseApplicationDecide));
    vec![
        Route::get("/work/mark-use-applications/{id}", read, show),
        Route::get("/work/mark-use-applications/{id}/papers/{file}", read, paper),
        Route::post("/work/mark-use-applications/{id}/submit", submit, hand_in),
        Route::post("/work/mark-use-applications/{id}/withdraw", submit, withdraw),
        Route::post("/work/mark-use-applications/{id}/verify", verify, verified),
        Route::post("/work/mark-use-applications/{id}/verify/return", verify, county_return),
        Route::post("/work/mark-use-applications/{id}/verify/refuse", verify, county_refuse),
        Route::post("/work/mark-use-applications/{id}/advance", decide, advance),
        Route::post("/work/mark-use-applications/{id}/return", decide, give_back),
        Route::post("/work/mark-use-applications/{id}/approve", decide, approve),
        Route::post("/work/mark-use-applications/{id}/refuse", decide, refuse),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// A paper of an application within reach, bit for bit; holders have no other way to it.
async fn paper(State(app): State<App>, reader: Reader, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    application(&app.db, &reader.actor(P::MarkUseApplicationRead)?, &id).await?;
    as_attachment(&app, &files::one_of(&app.db, FILES_OF, &id, &file).await?).await
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = application(&app.db, &reader.actor(P::MarkUseApplicationRead)?, id).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let mut parts = vec![about(app, reader, &view, tried.as_ref()).await?];
    if !view.points.is_empty() {
        parts.push(points(reader, &view));
    }
    let table = compare::table(app, reader, &view, &goods).await?;
    parts.push(Part { heading: say(reader, "compare"), table: Some(table), ..Part::default() });
    parts.push(papers(reader, &view));
    if !view.steps.is_empty() {
        parts.push(steps(reader, &view));
    }
    Ok(PartsPage { frame: reader.frame(fill(reader, "title_of", &[("name", &view.organisation)]), errors), parts }.render()?)
}

async fn about(app: &App, reader: &Reader, view: &ApplicationView, tried: Option<&Tried<'_>>) -> Outcome<Part> {
    let on = |day: &Option<String>| day.as_deref().map(|day| day_of(reader.lang, day));
    let turn = view.turn.as_deref().map(|turn| say(reader, &format!("turn.{turn}")));
    let rows = [
        ("what", Some(named(reader, view))),
        ("turn_label", turn),
        ("answer_by", on(&view.answer_by).filter(|_| view.state == "returned")),
        ("wanted_from", on(&view.wanted_from)),
        ("submitted_at", view.submitted_at.as_deref().map(|at| moment_of(reader.lang, at))),
        ("note", view.note.clone()),
    ];
    let head = vec![Cell::text(say(reader, "state_label")), state(reader, &view.state)];
    let rest = rows.into_iter().filter_map(|(key, value)| Some(vec![Cell::text(say(reader, key)), Cell::text(value?)]));
    let table = Table {
        caption: say(reader, "facts_caption"),
        columns: columns(reader, &["part_label", "applied"]),
        rows: [head].into_iter().chain(rest).collect(),
        empty: String::new(),
    };
    let mut links = Vec::new();
    let own = reader.acting(P::MarkUseApplicationSubmit).is_some_and(|a| a.scope.reaches_organisation(&view.organisation_id, None));
    if own && ApplicationState::parse(&view.state).is_some_and(ApplicationState::is_open_to_applicant) {
        links.push((reader.to(&format!("{}/edit", place(&view.id))), say(reader, "edit")));
    }
    if let Some(use_id) = view.mark_use_id.as_ref().filter(|_| reader.may(P::MarkUseRead)) {
        links.push((reader.to(&format!("/work/mark-uses/{use_id}")), say(reader, "granted_use")));
    }
    if reader.may(P::MarkUseApplicationDecide) && reader.may(P::MarkUseRead) {
        links.push((reader.to(&format!("/work/products/{}", view.product_id)), say(reader, "gi_file")));
    }
    let forms = forms(app, reader, view).await?.into_iter().map(|form| form.again(tried)).collect();
    Ok(Part { heading: named(reader, view), table: Some(table), links, forms, ..Part::default() })
}

/// Every point with its answer; those of the round that runs first.
fn points(reader: &Reader, view: &ApplicationView) -> Part {
    let mut sorted: Vec<_> = view.points.iter().collect();
    sorted.sort_by_key(|point| (-point.round, point.position));
    let row = |point: &&crate::cultivation::queries::ApplicationPoint| {
        let answer = point.answer.clone().map_or_else(|| Cell::badge(say(reader, "no_answer"), "amber"), Cell::text);
        vec![
            Cell::text(say(reader, &point.part)).with_small(fill(reader, "round", &[("n", &point.round.to_string())])),
            Cell::text(point.said.clone()),
            answer,
        ]
    };
    let table = Table {
        caption: say(reader, "points_caption"),
        columns: columns(reader, &["part_label", "to_mend", "answered"]),
        rows: sorted.iter().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "points"), table: Some(table), ..Part::default() }
}

fn papers(reader: &Reader, view: &ApplicationView) -> Part {
    let row = |file: &files::FileView| {
        vec![
            Cell::link(file.name.clone(), reader.to(&format!("{}/papers/{}", place(&view.id), file.id))),
            Cell::text(reader.say(&format!("phone.purpose.{}", file.purpose))),
            Cell::text(file.sha256[..16].to_owned()),
            Cell::text(moment_of(reader.lang, &file.uploaded_at)),
        ]
    };
    let table = Table {
        caption: say(reader, "papers_caption"),
        columns: columns(reader, &["paper", "paper_kind", "sha256", "uploaded_at"]),
        rows: view.files.iter().map(row).collect(),
        empty: say(reader, "papers_empty"),
    };
    Part { heading: say(reader, "papers_kept"), table: Some(table), ..Part::default() }
}

fn steps(reader: &Reader, view: &ApplicationView) -> Part {
    let row = |step: &crate::cultivation::queries::ApplicationStep| {
        let reason = step.reason.as_deref().map(|word| reader.word("apply.reason_of", word));
        let said: Vec<String> = [reason, step.said.clone()].into_iter().flatten().collect();
        let day = step.on_day.as_deref().map(|day| day_of(reader.lang, day));
        let paper: Vec<String> = [day, step.document_no.clone()].into_iter().flatten().collect();
        vec![
            Cell::text(moment_of(reader.lang, &step.at)),
            Cell::text(say(reader, &format!("act.{}", step.act))),
            Cell::text(said.join("。")),
            Cell::text(paper.join(" ")),
        ]
    };
    let table = Table {
        caption: say(reader, "steps_caption"),
        columns: columns(reader, &["when", "step", "said_label", "day_and_number"]),
        rows: view.steps.iter().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "steps"), table: Some(table), ..Part::default() }
}

/// The step forward, as typed.
fn step_input(typed: &Typed) -> Result<ApplicationStepInput, Failure> {
    let mut faults = Faults::new();
    let on_day = day(&mut faults, typed, "on_day");
    faults.check()?;
    Ok(ApplicationStepInput { said: said(typed, "said"), on_day, document_no: given(typed, "document_no") })
}

/// Every part something was written about becomes a point.
fn return_input(typed: &Typed) -> Result<ApplicationReturnInput, Failure> {
    let points = POINTS.iter().filter_map(|(name, part)| Some(PointInput { part: *part, said: given(typed, name)? }));
    Ok(ApplicationReturnInput { points: points.collect(), answer_by: must_day(typed, "answer_by")? })
}

fn approve_input(typed: &Typed) -> Result<ApplicationApproveInput, Failure> {
    let mut faults = Faults::new();
    let in_force_to = day(&mut faults, typed, "in_force_to");
    faults.check()?;
    Ok(ApplicationApproveInput {
        in_force_from: must_day(typed, "in_force_from")?,
        in_force_to,
        announcement_id: given(typed, "announcement_id"),
        contract: given(typed, "contract"),
        said: given(typed, "said"),
    })
}

fn refuse_input(typed: &Typed) -> Result<ApplicationRefuseInput, Failure> {
    let reason = given(typed, "reason").as_deref().and_then(RefusalReason::parse);
    let reason = reason.ok_or_else(|| Failure::field("/reason", "register_empty"))?;
    Ok(ApplicationRefuseInput { reason, said: said(typed, "said"), appeal: said(typed, "appeal") })
}

async fn do_submit(tx: &Tx, desk: &Desk, id: &str, _: &Typed) -> Outcome<()> {
    submit_application(tx, desk, id).await.map(drop)
}
async fn do_withdraw(tx: &Tx, desk: &Desk, id: &str, _: &Typed) -> Outcome<()> {
    withdraw_application(tx, desk, id).await.map(drop)
}
async fn do_verify(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    advance_application(tx, desk, id, &step_input(typed)?, Reviewer::County).await.map(drop)
}
async fn do_advance(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    advance_application(tx, desk, id, &step_input(typed)?, Reviewer::Decider).await.map(drop)
}
async fn do_county_return(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    return_application(tx, desk, id, &return_input(typed)?, Reviewer::County).await.map(drop)
}
async fn do_return(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    return_application(tx, desk, id, &return_input(typed)?, Reviewer::Decider).await.map(drop)
}
async fn do_county_refuse(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    refuse_application(tx, desk, id, &refuse_input(typed)?, Reviewer::County).await.map(drop)
}
async fn do_refuse(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    refuse_application(tx, desk, id, &refuse_input(typed)?, Reviewer::Decider).await.map(drop)
}
async fn do_approve(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    approve_application(tx, desk, id, &approve_input(typed)?).await.map(drop)
}

/// The fields of every form here.
fn names() -> Vec<&'static str> {
    let steps = ["said", "on_day", "document_no", "answer_by", "reason", "appeal"];
    let granted = ["in_force_from", "in_force_to", "announcement_id", "contract"];
    steps.into_iter().chain(granted).chain(POINTS.map(|(name, _)| name)).collect()
}

page_step!(hand_in, "submit", do_submit, "application_submitted");
page_step!(withdraw, "withdraw", do_withdraw, "application_withdrawn");
page_step!(verified, "advance", do_verify, "application_moved");
page_step!(advance, "advance", do_advance, "application_moved");
page_step!(county_return, "return", do_county_return, "application_returned");
page_step!(give_back, "return", do_return, "application_returned");
page_step!(county_refuse, "refuse", do_county_refuse, "application_refused");
page_step!(refuse, "refuse", do_refuse, "application_refused");
page_step!(approve, "approve", do_approve, "application_approved");
