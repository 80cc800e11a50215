//! `/api/v1/stops` and `/api/v1/recalls`: proposed by one supervisor, confirmed by another, lifted likewise.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission;
use crate::supervision::commands::{
    LiftInput, RecallInput, StopInput, WithdrawInput, confirm_recall, confirm_recall_lift, confirm_stop, confirm_stop_lift, drop_recall,
    drop_stop, propose_recall, propose_recall_lift, propose_stop, propose_stop_lift, withdraw_recall_lift, withdraw_stop_lift,
};
use crate::supervision::queries::{RecallView, StopView, recalls, stops};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (stop, stop2) = (needs(Permission::StopPropose), needs(Permission::StopConfirm));
    let (recall, recall2) = (needs(Permission::RecallPropose), needs(Permission::RecallConfirm));
    let state: &[_] = &[("state", "proposed, in_force, lift_proposed, lifted or dropped")];
    vec![
        Route::get("/api/v1/stops", stop, stop_list).says("Stops in reach").asks(state).lists::<StopView>(),
        Route::post("/api/v1/stops", stop, stop_propose)
            .says("Propose to stop codes, a batch, a producer or a product")
            .takes::<StopInput>()
            .answers::<StopView>(201),
        Route::post("/api/v1/stops/{id}/confirm", stop2, stop_confirm)
            .says("Confirm a stop somebody else proposed")
            .answers::<StopView>(200),
        Route::post("/api/v1/stops/{id}/drop", stop, stop_drop).says("Drop a proposed stop").answers::<StopView>(200),
        Route::post("/api/v1/stops/{id}/lift", stop, stop_lift)
            .says("Propose to lift a stop")
            .takes::<LiftInput>()
            .answers::<StopView>(200),
        Route::post("/api/v1/stops/{id}/lift/confirm", stop2, stop_lift_confirm).says("Confirm the lifting").answers::<StopView>(200),
        Route::post("/api/v1/stops/{id}/lift/withdraw", stop, stop_lift_withdraw)
            .says("Withdraw the proposal to lift a stop")
            .takes::<WithdrawInput>()
            .answers::<StopView>(200),
        Route::get("/api/v1/recalls", recall, recall_list).says("Recalls in reach").asks(state).lists::<RecallView>(),
        Route::post("/api/v1/recalls", recall, recall_propose)
            .says("Propose to recall a batch")
            .takes::<RecallInput>()
            .answers::<RecallView>(201),
        Route::post("/api/v1/recalls/{id}/confirm", recall2, recall_confirm)
            .says("Confirm a recall somebody else proposed")
            .answers::<RecallView>(200),
        Route::post("/api/v1/recalls/{id}/drop", recall, recall_drop).says("Drop a proposed recall").answers::<RecallView>(200),
        Route::post("/api/v1/recalls/{id}/lift", recall, recall_lift)
            .says("Propose to lift a recall")
            .takes::<LiftInput>()
            .answers::<RecallView>(200),
        Route::post("/api/v1/recalls/{id}/lift/confirm", recall2, recall_lift_confirm)
            .says("Confirm the lifting")
            .answers::<RecallView>(200),
        Route::post("/api/v1/recalls/{id}/lift/withdraw", recall, recall_lift_withdraw)
            .says("Withdraw the proposal to lift a recall")
            .takes::<WithdrawInput>()
            .answers::<RecallView>(200),
    ]
}

async fn stop_list(State(app): State<App>, By(actor): By, listing: Listing<Filter>) -> Result<Json<Page<StopView>>, Refusal> {
    let items = stops(&app.db, &actor, listing.filter.state.as_deref(), listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|s| s.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}
async fn recall_list(State(app): State<App>, By(actor): By, listing: Listing<Filter>) -> Result<Json<Page<RecallView>>, Refusal> {
    let items = recalls(&app.db, &actor, listing.filter.state.as_deref(), listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|r| r.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn stop_propose(State(app): State<App>, posted: Posted<StopInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let keys = keys.clone();
        made("stops", async move { StopView::read(tx.connection(), propose_stop(tx, &desk, keys.as_ref(), &input).await?).await })
    })
    .await
}
async fn recall_propose(State(app): State<App>, posted: Posted<RecallInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("recalls", async move { RecallView::read(tx.connection(), propose_recall(tx, &desk, &input).await?).await })
    })
    .await
}

/// A step of a stop or recall that says nothing more.
macro_rules! step {
    ($handler:ident, $view:ty, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, _| {
                let id = id.clone();
                changed(async move { <$view>::read(tx.connection(), $command(tx, &desk, &id).await?).await })
            })
            .await
        }
    };
}
step!(stop_confirm, StopView, confirm_stop);
step!(stop_drop, StopView, drop_stop);
step!(stop_lift_confirm, StopView, confirm_stop_lift);
step!(recall_confirm, RecallView, confirm_recall);
step!(recall_drop, RecallView, drop_recall);
step!(recall_lift_confirm, RecallView, confirm_recall_lift);

/// A proposed lifting, with the text the public will read; or its withdrawal, with the reason.
macro_rules! lift {
    ($handler:ident, $input:ty, $view:ty, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, input| {
                let id = id.clone();
                changed(async move { <$view>::read(tx.connection(), $command(tx, &desk, &id, &input).await?).await })
            })
            .await
        }
    };
}
lift!(stop_lift, LiftInput, StopView, propose_stop_lift);
lift!(stop_lift_withdraw, WithdrawInput, StopView, withdraw_stop_lift);
lift!(recall_lift, LiftInput, RecallView, propose_recall_lift);
lift!(recall_lift_withdraw, WithdrawInput, RecallView, withdraw_recall_lift);
