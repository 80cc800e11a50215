//! `/api/v1/seizures`: proposed by one officer, confirmed by another; ended likewise.

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
    SeizureEndInput, SeizureInput, confirm_seizure, confirm_seizure_end, drop_seizure, propose_seizure, propose_seizure_end,
};
use crate::supervision::seizures::{SeizureView, seizure, seizures, shown};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: Option<String>,
    batch_id: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let (propose, confirm) = (Access::Needs(Permission::SeizurePropose), Access::Needs(Permission::SeizureConfirm));
    let asked: &[_] = &[("state", "proposed, dropped, in_force, end_proposed or ended"), ("batch_id", "of this batch")];
    vec![
        Route::get("/api/v1/seizures", propose, list).says("Seizures in reach").asks(asked).lists::<SeizureView>(),
        Route::post("/api/v1/seizures", propose, create)
            .says("Propose to preserve, seal or detain a batch")
            .takes::<SeizureInput>()
            .answers::<SeizureView>(201),
        Route::get("/api/v1/seizures/{id}", propose, one).says("One seizure").answers::<SeizureView>(200),
        Route::post("/api/v1/seizures/{id}/confirm", confirm, confirm_one)
            .says("Confirm a seizure somebody else proposed; the batch stops")
            .answers::<SeizureView>(200),
        Route::post("/api/v1/seizures/{id}/drop", propose, drop_one)
            .says("Drop a proposed seizure, or a proposal to end one")
            .answers::<SeizureView>(200),
        Route::post("/api/v1/seizures/{id}/lift", propose, end_one)
            .says("Propose how it ends: released, confiscated or destroyed")
            .takes::<SeizureEndInput>()
            .answers::<SeizureView>(200),
        Route::post("/api/v1/seizures/{id}/lift/confirm", confirm, confirm_end)
            .says("Confirm the end somebody else proposed")
            .answers::<SeizureView>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<Filter>) -> Result<Json<Page<SeizureView>>, Refusal> {
    let filter = (listing.filter.state.as_deref(), listing.filter.batch_id.as_deref());
    let items = seizures(&app.db, &actor, app.clock.today(), filter, listing.cursor.as_deref(), listing.limit).await?;
    let next_cursor = (items.len() as u64 == listing.limit).then(|| items.last().map(|s| s.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<SeizureView>, Refusal> {
    Ok(Json(seizure(&app.db, &actor, app.clock.today(), &id).await?))
}

async fn create(State(app): State<App>, posted: Posted<SeizureInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("seizures", async move { shown(tx, propose_seizure(tx, &desk, &input).await?, desk.clock.today()).await })
    })
    .await
}

async fn end_one(State(app): State<App>, Path(id): Path<String>, posted: Posted<SeizureEndInput>) -> Result<Response, Refusal> {
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (keys, id) = (keys.clone(), id.clone());
        changed(async move {
            let row = propose_seizure_end(tx, &desk, keys.as_ref(), &id, &input).await?;
            shown(tx, row, desk.clock.today()).await
        })
    })
    .await
}

/// A step that says nothing more.
macro_rules! step {
    ($handler:ident, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, _| {
                let id = id.clone();
                changed(async move { shown(tx, $command(tx, &desk, &id).await?, desk.clock.today()).await })
            })
            .await
        }
    };
}
step!(confirm_one, confirm_seizure);
step!(drop_one, drop_seizure);
step!(confirm_end, confirm_seizure_end);
