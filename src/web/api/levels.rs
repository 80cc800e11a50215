//! Levels of packaging, relabelling and closing, under `/api/v1/code-orders/{id}/…`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::act::{act, changed};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Asked, Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission as P;
use crate::trace::commands::cancel::{CancelInput, cancel_order};
use crate::trace::commands::close::{CloseInput, close_order};
use crate::trace::commands::damage::{confirm_damage, refuse_damage};
use crate::trace::commands::link::{LinkInput, Linked, UnlinkInput, link_codes, unlink_codes};
use crate::trace::commands::relabel::{RelabelInput, Relabelled, relabel_codes};
use crate::trace::queries::contents::{Contents, contents};
use crate::trace::queries::damage::{ClaimFilter, ClaimView, claims};
use crate::trace::queries::order::OrderSummary;

#[derive(Debug, Deserialize)]
struct Which {
    label: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let (link, bind) = (Access::Needs(P::CodesLink), Access::Needs(P::CodesBind));
    let label: &[_] = &[("label", "the case: its sequence number or the code on it")];
    vec![
        Route::post("/api/v1/code-orders/{id}/link", link, put_in)
            .says("Put items into cases or on pallets")
            .takes::<LinkInput>()
            .answers::<Linked>(200),
        Route::post("/api/v1/code-orders/{id}/unlink", link, take_out)
            .says("Take items out of their cases")
            .takes::<UnlinkInput>()
            .answers::<Linked>(200),
        Route::get("/api/v1/code-orders/{id}/contents", Access::Needs(P::CodeOrderRead), inside)
            .says("What lies in one case or on one pallet")
            .asks(label)
            .answers::<Contents>(200),
        Route::post("/api/v1/code-orders/{id}/relabel", bind, relabel)
            .says("Void a stretch and put new labels on the same goods, in one act")
            .takes::<RelabelInput>()
            .answers::<Relabelled>(200),
        Route::post("/api/v1/code-orders/{id}/close", bind, close)
            .says("Count an order out")
            .takes::<CloseInput>()
            .answers::<OrderSummary>(200),
        Route::post("/api/v1/code-orders/{id}/cancel", Access::Needs(P::CodeOrderRequest), cancel)
            .says("Cancel an order nobody has downloaded and no label of which is bound")
            .takes::<CancelInput>()
            .answers::<OrderSummary>(200),
        Route::get("/api/v1/damage-claims", Access::Needs(P::CodeOrderRead), list_claims)
            .says("Labels spoilt beyond the spare, newest first")
            .asks(&[("state", "waiting, confirmed or refused"), ("order_id", "of one order")])
            .lists::<ClaimView>(),
        Route::post("/api/v1/damage-claims/{id}/confirm", Access::Needs(P::DamageDecide), confirm)
            .says("Set the quantity of spoilt labels free again")
            .answers::<ClaimView>(200),
        Route::post("/api/v1/damage-claims/{id}/refuse", Access::Needs(P::DamageDecide), refuse)
            .says("Leave the quantity of spoilt labels burned")
            .takes::<super::Reason>()
            .answers::<ClaimView>(200),
    ]
}

/// A handler of one verb.
macro_rules! verb {
    ($handler:ident, $input:ty, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            let keys = app.keys.clone();
            act(&app, posted, move |tx, desk, input| {
                let (keys, id) = (keys.clone(), id.clone());
                changed(async move { $command(tx, &desk, keys.as_ref(), &id, &input).await })
            })
            .await
        }
    };
}
listed!(list_claims, ClaimFilter, ClaimView, claims);
decided!(confirm, confirm_damage);
reasoned!(refuse, refuse_damage);

verb!(put_in, LinkInput, link_codes);
verb!(take_out, UnlinkInput, unlink_codes);
verb!(relabel, RelabelInput, relabel_codes);

async fn close(State(app): State<App>, Path(id): Path<String>, posted: Posted<CloseInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (keys, id) = (keys.clone(), id.clone());
        changed(async move { Ok(OrderSummary::from(close_order(tx, &desk, keys.as_ref(), &id, &input).await?)) })
    })
    .await
}

async fn cancel(State(app): State<App>, Path(id): Path<String>, posted: Posted<CancelInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (keys, id) = (keys.clone(), id.clone());
        changed(async move { Ok(OrderSummary::from(cancel_order(tx, &desk, keys.as_ref(), &id, &input).await?)) })
    })
    .await
}

async fn inside(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Contents>, Refusal> {
    Ok(Json(contents(&app.db, app.keys.as_ref(), &actor, &id, which.label.as_deref()).await?))
}
