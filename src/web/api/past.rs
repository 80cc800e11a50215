//! `/api/v1/past-outputs` and `/cartons`: what was there before the platform.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use crate::identity::role::Permission;
use crate::trace::carton::{CartonFilter, CartonInput, CartonUse};
use crate::trace::commands::carton::{approve_cartons, propose_cartons, refuse_cartons, use_cartons};
use crate::trace::commands::history::record_past_output;
use crate::trace::history::{PastOutputFilter, PastOutputInput};
use crate::trace::queries::carton::{CartonView, carton, cartons};
use crate::trace::queries::history::{PastOutputView, past_outputs};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, approve) = (needs(Permission::HistoryRead), needs(Permission::CartonApprove));
    vec![
        Route::get("/api/v1/past-outputs", read, past_list)
            .says("Output of earlier years, as recorded from papers")
            .asks(&[("party_id", "organisation or grower"), ("product_id", "product")])
            .lists::<PastOutputView>(),
        Route::post("/api/v1/past-outputs", needs(Permission::HistoryRecord), past_record)
            .says("Record the output of an earlier year")
            .takes::<PastOutputInput>()
            .answers::<PastOutputView>(201),
        Route::get("/api/v1/cartons", read, carton_list)
            .says("Printed packaging from before the platform")
            .asks(&[("producer_id", "whose"), ("product_id", "product"), ("state", "proposed, approved or refused")])
            .lists::<CartonView>(),
        Route::post("/api/v1/cartons", needs(Permission::CartonPropose), carton_propose)
            .says("Propose old cartons to be used up")
            .takes::<CartonInput>()
            .answers::<CartonView>(201),
        Route::get("/api/v1/cartons/{id}", read, carton_one).says("Old cartons by id").answers::<CartonView>(200),
        Route::post("/api/v1/cartons/{id}/approve", approve, carton_approve)
            .says("Approve old cartons somebody else proposed")
            .answers::<CartonView>(200),
        Route::post("/api/v1/cartons/{id}/refuse", approve, carton_refuse)
            .says("Refuse old cartons")
            .takes::<Reason>()
            .answers::<CartonView>(200),
        Route::post("/api/v1/cartons/{id}/use", needs(Permission::MovementRecord), carton_use)
            .says("Count old cartons as used; what is in them is sold uncoded")
            .takes::<CartonUse>()
            .answers::<CartonView>(200),
    ]
}

listed!(past_list, PastOutputFilter, PastOutputView, past_outputs);
made_by!(past_record, PastOutputInput, "past-outputs", record_past_output);
made_by!(carton_propose, CartonInput, "cartons", propose_cartons);
decided!(carton_approve, approve_cartons);
reasoned!(carton_refuse, refuse_cartons);
changed_by!(carton_use, CartonUse, use_cartons);

async fn carton_list(State(app): State<App>, By(actor): By, listing: Listing<CartonFilter>) -> Result<Json<Page<CartonView>>, Refusal> {
    let (cursor, limit) = (listing.cursor.as_deref(), Some(listing.limit));
    let (items, next_cursor) = cartons(&app.db, &actor, &listing.filter, app.clock.today(), cursor, limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn carton_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<CartonView>, Refusal> {
    Ok(Json(carton(&app.db, &actor, &id, app.clock.today()).await?))
}
