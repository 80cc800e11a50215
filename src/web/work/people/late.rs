//! `/work/late`: what was written down more than seven days late, and a second person's word on it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, faults};
use super::super::names::{Names, day_of};
use super::Waiting;
use super::due::{late_section, late_state};
use crate::identity::role::Permission as P;
use crate::trace::commands::late::{confirm_late_entry, dispute_late_entry};
use crate::trace::late::{LateFilter, LateState};
use crate::trace::queries::late::late_entries;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/late", needs(P::LateEntryRead), show),
        Route::post("/work/late/{id}/confirm", needs(P::LateEntryDecide), confirm),
        Route::post("/work/late/{id}/dispute", needs(P::LateEntryDecide), dispute),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new()).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>) -> Result<String, Refusal> {
    let actor = reader.actor(P::LateEntryRead)?;
    let sections = vec![late_section(app, reader, &actor).await?];
    let (all, _) = late_entries(&app.db, &actor, &LateFilter::default(), None, Some(100)).await?;
    let mut names = Names::new(app);
    let mut rows = Vec::new();
    for view in all.into_iter().filter(|v| v.state != LateState::Waiting.word()) {
        rows.push(vec![
            Cell::text(reader.word("late_act", &view.act)).with_small(names.party(reader, &view.organisation_id).await?),
            Cell::text(day_of(reader.lang, &view.happened_on)).with_small(view.evidence),
            late_state(reader, &view.state).with_small(view.decision_reason.unwrap_or_default()),
        ]);
    }
    let table = Table {
        caption: reader.say("people.late_decided"),
        columns: vec![Column::text(reader.say("what")), Column::text(reader.say("people.day")), Column::text(reader.say("state"))],
        rows,
        empty: reader.say("people.late_decided_none"),
    };
    let frame = reader.frame(reader.say("people.late"), errors);
    Ok(Waiting { frame, about: reader.say("people.late_about"), sections, decided: Some(table) }.render()?)
}

async fn answered(app: &App, reader: &Reader, tried: Result<Response, Refusal>) -> Result<Response, Refusal> {
    super::super::parts::answered(tried, async |failure| {
        let html = page(app, reader, faults(reader.lang, &failure, |_| String::new())).await?;
        Ok((failure, html))
    })
    .await
}

async fn confirm(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            confirm_late_entry(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, "/work/late", "late_confirmed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, tried).await
}

/// A reason as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

async fn dispute(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Reason>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = id.clone();
        Box::pin(async move {
            dispute_late_entry(tx, &desk, &id, &form.reason).await?;
            Ok(Done::see(done_at(lang, "/work/late", "late_disputed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, tried).await
}
