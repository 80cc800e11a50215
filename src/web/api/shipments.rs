//! `/api/v1/shipments`, `/api/v1/stock`, `/api/v1/batches/{id}/unshipped-scans`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use crate::identity::role::Permission;
use crate::trace::commands::shipment::{receive_shipment, send_goods, take_back_goods, void_shipment};
use crate::trace::queries::shipment::{ShipmentView, shipment, shipments};
use crate::trace::queries::stock::{StockFilter, StockView, consignee_stock};
use crate::trace::queries::unshipped::{UnshippedView, unshipped_scans};
use crate::trace::shipment::{ReceiveInput, ReturnInput, SendInput, ShipmentFilter};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (send, read) = (needs(Permission::ShipmentSend), needs(Permission::ShipmentRead));
    let filters: &[_] = &[
        ("producer_id", "sent by"),
        ("consignee_id", "sent to"),
        ("product_id", "product"),
        ("batch_id", "with goods of this batch"),
        ("state", "sent, received, closed or voided"),
    ];
    vec![
        Route::get("/api/v1/shipments", read, list).says("Shipments sent or received in reach").asks(filters).lists::<ShipmentView>(),
        Route::post("/api/v1/shipments", send, create)
            .says("Send labelled goods, or goods without labels, which leave the account")
            .takes::<SendInput>()
            .answers::<ShipmentView>(201),
        Route::get("/api/v1/shipments/{id}", read, one).says("One shipment with what happened to it").answers::<ShipmentView>(200),
        Route::post("/api/v1/shipments/{id}/receive", needs(Permission::ShipmentReceive), receive)
            .says("Record what arrived and what did not, by the consignee or for it")
            .takes::<ReceiveInput>()
            .answers::<ShipmentView>(200),
        Route::post("/api/v1/shipments/{id}/return", send, take_back)
            .says("Record what came back: to be sold again, repacked or destroyed")
            .takes::<ReturnInput>()
            .answers::<ShipmentView>(200),
        Route::post("/api/v1/shipments/{id}/void", send, void)
            .says("Void a shipment within 24 hours, while nobody has received it")
            .takes::<Reason>()
            .answers::<ShipmentView>(200),
        Route::get("/api/v1/stock", read, stock)
            .says("What lies with sellers, as shipments say")
            .asks(&[("organisation_id", "whose"), ("product_id", "product")])
            .lists::<StockView>(),
        Route::get("/api/v1/batches/{id}/unshipped-scans", read, unshipped)
            .says("Scans of labels that no shipment covered")
            .answers::<UnshippedView>(200),
    ]
}

listed!(list, ShipmentFilter, ShipmentView, shipments);
shown!(unshipped, UnshippedView, unshipped_scans);
reasoned!(void, void_shipment);

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<ShipmentView>, Refusal> {
    Ok(Json(shipment(&app.db, &actor, app.clock.now(), &id).await?))
}

async fn create(State(app): State<App>, posted: Posted<SendInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let keys = keys.clone();
        made("shipments", async move { send_goods(tx, &desk, keys.as_ref(), &input).await })
    })
    .await
}

async fn receive(State(app): State<App>, Path(id): Path<String>, posted: Posted<ReceiveInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (keys, id) = (keys.clone(), id.clone());
        changed(async move { receive_shipment(tx, &desk, keys.as_ref(), &id, &input).await })
    })
    .await
}

async fn take_back(State(app): State<App>, Path(id): Path<String>, posted: Posted<ReturnInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (keys, id) = (keys.clone(), id.clone());
        changed(async move { take_back_goods(tx, &desk, keys.as_ref(), &id, &input).await })
    })
    .await
}

async fn stock(State(app): State<App>, By(actor): By, listing: Listing<StockFilter>) -> Result<Json<Page<StockView>>, Refusal> {
    let items = consignee_stock(&app.db, &actor, &listing.filter, listing.limit).await?;
    Ok(Json(Page { items, next_cursor: None }))
}
