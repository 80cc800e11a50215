//! `/api/v1/feedback`: what people reported, and what officers do with it. Reports come in by the pages; a program with a token records what was
//! said elsewhere, on the telephone.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{Done, act, changed};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Outcome};
use crate::supervision::commands::feedback::{
    AnswerInput, EraseInput, OutsideInput, OutsideRow, RowsTaken, Sender, UnmaskInput, Unmasked, accept_complaint, answer_feedback,
    close_feedback, erase_feedback, extend_check, import_outside, receive_feedback, record_outside, take_feedback, transfer_feedback,
    unmask_reporter,
};
use crate::supervision::feedback::FeedbackInput;
use crate::supervision::feedback::receipt::receipt_of;
use crate::supervision::feedback::view::{FeedbackFilter, FeedbackView, clocks, feedback_list, feedback_one};
use crate::supervision::store::feedback::FeedbackRow;

/// A report that was recorded.
#[derive(Debug, Serialize, ToSchema)]
struct ReportMade {
    /// `fbk_…` of the feedback it belongs to.
    id: String,
    /// Its number, for people.
    number: String,
    /// To follow it with; told once.
    receipt: String,
    /// It was merged into one that was there.
    merged: bool,
}

/// Rows of an export of 12315.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutsideRows {
    /// The rows, 5,000 at most.
    rows: Vec<OutsideRow>,
}

pub(super) fn routes() -> Vec<Route> {
    let (read, handle) = (Access::Needs(P::FeedbackRead), Access::Needs(P::FeedbackHandle));
    let filter: &[_] = &[
        ("state", "received, checking, transferred, answered or closed"),
        ("choice", "differs, same_code, origin, health or shop"),
        ("code", "The 20 characters"),
        ("batch_id", "The batch"),
        ("producer_id", "The producer"),
    ];
    let view = |route: Route, says| route.says(says).answers::<FeedbackView>(200);
    vec![
        Route::get("/api/v1/feedback", read, list).says("Feedback in reach").asks(filter).lists::<FeedbackView>(),
        Route::post("/api/v1/feedback", handle, create)
            .says("Record what was reported elsewhere")
            .takes::<FeedbackInput>()
            .answers::<ReportMade>(201),
        Route::post("/api/v1/feedback/outside", handle, import)
            .says("Take numbers and states of 12315, every row or none")
            .takes::<OutsideRows>()
            .answers::<RowsTaken>(200),
        view(Route::get("/api/v1/feedback/{id}", read, one), "One feedback with its reports"),
        view(Route::post("/api/v1/feedback/{id}/take", handle, take), "Look into it"),
        view(Route::post("/api/v1/feedback/{id}/answer", handle, answer), "Answer it in public words").takes::<AnswerInput>(),
        view(Route::post("/api/v1/feedback/{id}/transfer", handle, transfer), "Hand it over to 12315"),
        view(Route::post("/api/v1/feedback/{id}/outside", handle, outside), "Record number and state of 12315").takes::<OutsideInput>(),
        view(Route::post("/api/v1/feedback/{id}/accept", handle, accept), "Accept a statutory complaint"),
        view(Route::post("/api/v1/feedback/{id}/extend", handle, extend), "Extend the check of a statutory report").takes::<Reason>(),
        view(Route::post("/api/v1/feedback/{id}/close", handle, close), "Close it").takes::<Reason>(),
        view(Route::post("/api/v1/feedback/{id}/erase", handle, erase), "Take telephone, words and photographs away").takes::<EraseInput>(),
        Route::post("/api/v1/feedback/{id}/unmask", Access::Needs(P::FeedbackUnmask), unmask)
            .says("See who reported, for a reason that is recorded")
            .takes::<UnmaskInput>()
            .answers::<Unmasked>(200),
    ]
}

listed!(list, FeedbackFilter, FeedbackView, feedback_list);
shown!(one, FeedbackView, feedback_one);

async fn create(State(app): State<App>, posted: Posted<FeedbackInput>) -> Result<Response, Refusal> {
    let (clocks, rules, keys) = (clocks(&app.db).await?, app.feedback_rules(), app.keys.clone());
    let form: [u8; 16] = app.random.bytes();
    act(&app, posted, move |tx, desk, input| {
        let (clocks, rules, keys) = (clocks.clone(), rules.clone(), keys.clone());
        Box::pin(async move {
            let said = serde_json::to_vec(&*input).map_err(crate::kernel::Failure::broken)?;
            let sender = Sender { receipt: receipt_of(&form, &said), visitors: Vec::new() };
            let made = receive_feedback(tx, &desk, keys.as_ref(), (&clocks, &rules), (&input, &sender, &[])).await?;
            let view = ReportMade { id: made.id.clone(), number: made.number, receipt: sender.receipt, merged: made.merged };
            Ok(Done::created(super::super::link::api("feedback", &made.id), &view)?.secret())
        })
    })
    .await
}

async fn import(State(app): State<App>, posted: Posted<OutsideRows>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| changed(async move { import_outside(tx, &desk, &input.rows).await })).await
}

async fn seen(tx: &Tx, row: FeedbackRow) -> Outcome<FeedbackView> {
    FeedbackView::read(tx.connection(), row).await
}

/// An act on one thing, answered by how it stands now.
macro_rules! acts {
    ($handler:ident, $body:ty, |$tx:ident, $desk:ident, $id:ident, $input:ident| $done:expr) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$body>) -> Result<Response, Refusal> {
            act(&app, posted, move |$tx, $desk, $input| {
                let $id = id.clone();
                changed(async move {
                    let _ = &$input;
                    seen($tx, $done.await?).await
                })
            })
            .await
        }
    };
}
acts!(take, Nothing, |tx, desk, id, input| take_feedback(tx, &desk, &id));
acts!(answer, AnswerInput, |tx, desk, id, input| answer_feedback(tx, &desk, &id, &input));
acts!(transfer, Nothing, |tx, desk, id, input| transfer_feedback(tx, &desk, &id));
acts!(outside, OutsideInput, |tx, desk, id, input| record_outside(tx, &desk, &id, &input));
acts!(close, Reason, |tx, desk, id, input| close_feedback(tx, &desk, &id, &input.reason));

async fn accept(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let clocks = clocks(&app.db).await?;
    act(&app, posted, move |tx, desk, _| {
        let (id, clocks) = (id.clone(), clocks.clone());
        changed(async move { seen(tx, accept_complaint(tx, &desk, &clocks, &id).await?).await })
    })
    .await
}

async fn extend(State(app): State<App>, Path(id): Path<String>, posted: Posted<Reason>) -> Result<Response, Refusal> {
    let clocks = clocks(&app.db).await?;
    act(&app, posted, move |tx, desk, input| {
        let (id, clocks) = (id.clone(), clocks.clone());
        changed(async move { seen(tx, extend_check(tx, &desk, &clocks, &id, &input.reason).await?).await })
    })
    .await
}

async fn erased(tx: &Tx, desk: &Desk, id: &str, input: &EraseInput) -> Outcome<(Vec<crate::files::FileRow>, FeedbackView)> {
    let gone = erase_feedback(tx, desk, id, input).await?;
    let row = crate::supervision::store::feedback::row(tx.connection(), &desk.actor.scope, id).await?;
    Ok((gone, seen(tx, row).await?))
}

/// The rows go with the act; the bytes go after it.
async fn erase(State(app): State<App>, Path(id): Path<String>, posted: Posted<EraseInput>) -> Result<Response, Refusal> {
    let gone = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = gone.clone();
    let done = act(&app, posted, move |tx, desk, input| {
        let (id, keep) = (id.clone(), keep.clone());
        changed(async move {
            let (files, view) = erased(tx, &desk, &id, &input).await?;
            *keep.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = files;
            Ok(view)
        })
    });
    let done = done.await?;
    let files = std::mem::take(&mut *gone.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    app.shelf.forget(&app.db, &files).await?;
    Ok(done)
}

async fn unmask(State(app): State<App>, Path(id): Path<String>, posted: Posted<UnmaskInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        Box::pin(async move { Ok(Done::ok(&unmask_reporter(tx, &desk, &id, &input).await?)?.secret()) })
    })
    .await
}
