//! `/work/objections`: what growers do not agree with, and the answer they will read.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, faults};
use super::super::names::{Names, moment_of};
use super::Waiting;
use super::due::{objection_section, objection_state};
use crate::identity::role::Permission as P;
use crate::trace::commands::objection::answer_objection;
use crate::trace::queries::slip::objections;
use crate::trace::slip::{AnswerInput, ObjectionFilter, ObjectionState};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/objections", needs(P::ObjectionRead), show),
        Route::post("/work/objections/{id}/upheld", needs(P::ObjectionAnswer), upheld),
        Route::post("/work/objections/{id}/settled", needs(P::ObjectionAnswer), settled),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new()).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>) -> Result<String, Refusal> {
    let actor = reader.actor(P::ObjectionRead)?;
    let sections = vec![objection_section(app, reader, &actor).await?];
    let (all, _) = objections(&app.db, &actor, &ObjectionFilter::default(), None, Some(100)).await?;
    let mut names = Names::new(app);
    let mut rows = Vec::new();
    for view in all.into_iter().filter(|v| v.state != ObjectionState::Open.word()) {
        rows.push(vec![
            Cell::text(view.receipt.clone()).with_small(names.party(reader, &view.grower_id).await?),
            Cell::text(moment_of(reader.lang, &view.made_at)).with_small(view.text.clone()),
            objection_state(reader, &view.state).with_small(view.answer.unwrap_or_default()),
        ]);
    }
    let table = Table {
        caption: reader.say("people.objections_answered"),
        columns: vec![
            Column::text(reader.say("people.receipt_no")),
            Column::text(reader.say("people.made")),
            Column::text(reader.say("people.answer")),
        ],
        rows,
        empty: reader.say("people.objections_answered_none"),
    };
    let frame = reader.frame(reader.say("people.objections"), errors);
    Ok(Waiting { frame, about: reader.say("people.objections_about"), sections, decided: Some(table) }.render()?)
}

/// The answer as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    reason: String,
}

async fn answer(app: App, id: String, reader: Reader, posted: Posted<Answer>, state: ObjectionState) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = id.clone();
        Box::pin(async move {
            let input = AnswerInput { state: state.word().to_owned(), answer: form.reason.clone() };
            answer_objection(tx, &desk, &id, &input).await?;
            Ok(Done::see(done_at(lang, "/work/objections", "objection_answered")))
        })
    });
    let tried = tried.await;
    super::super::parts::answered(tried, async |failure| {
        let html = page(&app, &reader, faults(lang, &failure, |_| String::new())).await?;
        Ok((failure, html))
    })
    .await
}

async fn upheld(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Answer>) -> Result<Response, Refusal> {
    answer(app, id, reader, posted, ObjectionState::Upheld).await
}

async fn settled(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Answer>) -> Result<Response, Refusal> {
    answer(app, id, reader, posted, ObjectionState::Settled).await
}
