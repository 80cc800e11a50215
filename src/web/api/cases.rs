//! `/api/v1/cases`: files about one matter, with what they link and what was done.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::supervision::case::CaseState;
use crate::supervision::cases::{CaseFileView, CaseFilter, CaseView, case_file, cases};
use crate::supervision::commands::case::{
    CaseCloseInput, CaseInput, CaseLinkInput, close_case, link_case, move_case, note_case, open_case,
};

/// `POST /cases/{id}/note`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteInput {
    /// What was done or found.
    said: String,
}

/// `POST /cases/{id}/move`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveInput {
    /// investigating or deciding.
    to: String,
}

pub(super) fn routes() -> Vec<Route> {
    let (read, work) = (Access::Needs(P::CaseRead), Access::Needs(P::CaseWork));
    let asked: &[_] = &[("state", "open, investigating, deciding or closed"), ("ref_id", "that link this thing")];
    vec![
        Route::get("/api/v1/cases", read, list).says("Cases in reach, newest first").asks(asked).lists::<CaseView>(),
        Route::post("/api/v1/cases", work, create).says("Open a case").takes::<CaseInput>().answers::<CaseView>(201),
        Route::get("/api/v1/cases/{id}", read, one).says("One case with its links and timeline").answers::<CaseFileView>(200),
        Route::post("/api/v1/cases/{id}/link", work, link)
            .says("Link one more thing; one linked already changes nothing")
            .takes::<CaseLinkInput>()
            .answers::<CaseView>(200),
        Route::post("/api/v1/cases/{id}/note", work, note).says("Note what was done").takes::<NoteInput>().answers::<CaseView>(200),
        Route::post("/api/v1/cases/{id}/move", work, step)
            .says("Move a case on, not to its end")
            .takes::<MoveInput>()
            .answers::<CaseView>(200),
        Route::post("/api/v1/cases/{id}/close", work, close)
            .says("End a case with its outcome and reason")
            .takes::<CaseCloseInput>()
            .answers::<CaseView>(200),
    ]
}

listed!(list, CaseFilter, CaseView, cases);
shown!(one, CaseFileView, case_file);

async fn create(State(app): State<App>, posted: Posted<CaseInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| made("cases", async move { open_case(tx, &desk, &input).await.map(CaseView::from) })).await
}

/// The state somebody names.
fn state(word: &str) -> Outcome<CaseState> {
    CaseState::parse(word)
        .ok_or_else(|| Failure::field("/to", "case_state_unknown").with("value", word.chars().take(40).collect::<String>()))
}

/// An act on a case that shows it as it is then.
macro_rules! on_case {
    ($handler:ident, $input:ty, |$tx:ident, $desk:ident, $id:ident, $said:ident| $act:expr) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, move |$tx, $desk, $said| {
                let $id = id.clone();
                changed(async move { $act.await.map(CaseView::from) })
            })
            .await
        }
    };
}
on_case!(link, CaseLinkInput, |tx, desk, id, said| link_case(tx, &desk, &id, &said));
on_case!(note, NoteInput, |tx, desk, id, said| note_case(tx, &desk, &id, &said.said));
on_case!(step, MoveInput, |tx, desk, id, said| async { move_case(tx, &desk, &id, state(&said.to)?).await });
on_case!(close, CaseCloseInput, |tx, desk, id, said| close_case(tx, &desk, &id, &said));
