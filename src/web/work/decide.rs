//! The buttons of the home page: season accounts approved or refused, stops and recalls confirmed, dropped, lifted. Back to the home
//! page with what was done; what was refused is said on it.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Nothing, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::desk::{Reader, done_at, faults};
use super::home::page;
use crate::identity::role::Permission as P;
use crate::supervision::commands::{confirm_recall, confirm_recall_lift, confirm_stop, confirm_stop_lift, drop_recall, drop_stop};
use crate::trace::commands::account::{approve_account, refuse_account};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::post("/work/season-accounts/{id}/approve", needs(P::SeasonAccountApprove), account_approve),
        Route::post("/work/season-accounts/{id}/refuse", needs(P::SeasonAccountApprove), account_refuse),
        Route::post("/work/recalls/{id}/confirm", needs(P::RecallConfirm), recall_confirm),
        Route::post("/work/recalls/{id}/drop", needs(P::RecallPropose), recall_drop),
        Route::post("/work/recalls/{id}/lift", needs(P::RecallConfirm), recall_lift),
        Route::post("/work/stops/{id}/confirm", needs(P::StopConfirm), stop_confirm),
        Route::post("/work/stops/{id}/drop", needs(P::StopPropose), stop_drop),
        Route::post("/work/stops/{id}/lift", needs(P::StopConfirm), stop_lift),
    ]
}

/// A reason as typed.
#[derive(Debug, Default, Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

async fn answered(app: &App, reader: &Reader, tried: Result<Response, Refusal>) -> Result<Response, Refusal> {
    super::parts::answered(tried, async |failure| {
        let html = page(app, reader, faults(reader.lang, &failure, |_| String::new())).await?;
        Ok((failure, html))
    })
    .await
}

/// A button that says nothing more.
macro_rules! button {
    ($handler:ident, $command:ident, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<Nothing>,
        ) -> Result<Response, Refusal> {
            let lang = reader.lang;
            let tried = act(&app, posted, move |tx, desk, _| {
                let id = id.clone();
                Box::pin(async move {
                    $command(tx, &desk, &id).await?;
                    Ok(Done::see(done_at(lang, "/work", $done)))
                })
            });
            let tried = tried.await;
            answered(&app, &reader, tried).await
        }
    };
}
button!(account_approve, approve_account, "account_approved");
button!(recall_confirm, confirm_recall, "decision_confirmed");
button!(recall_drop, drop_recall, "decision_dropped");
button!(recall_lift, confirm_recall_lift, "decision_lifted");
button!(stop_confirm, confirm_stop, "decision_confirmed");
button!(stop_drop, drop_stop, "decision_dropped");
button!(stop_lift, confirm_stop_lift, "decision_lifted");

async fn account_refuse(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    posted: Posted<Reason>,
) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = id.clone();
        Box::pin(async move {
            refuse_account(tx, &desk, &id, &form.reason).await?;
            Ok(Done::see(done_at(lang, "/work", "account_refused")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, tried).await
}
