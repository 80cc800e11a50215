//! `/api/v1/batches`: registered, corrected, released, held, voided.

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
use crate::trace::batch::{BatchFilter, BatchInput, BatchPatch};
use crate::trace::commands::batch::{ReleaseInput, hold_batch, register_batch, release_batch, unhold_batch, void_batch};
use crate::trace::commands::correct::{correct_batch, cover_batch};
use crate::trace::queries::batch::{BatchView, batch, batches};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, register, hold) = (needs(Permission::BatchRead), needs(Permission::BatchRegister), needs(Permission::BatchHold));
    let filters: &[_] = &[
        ("producer_id", "whose"),
        ("product_id", "product"),
        ("season", "such as 2026"),
        ("state", "registered, released, on_hold or voided"),
        ("lot", "lot"),
    ];
    vec![
        Route::get("/api/v1/batches", read, list).says("Batches in reach").asks(filters).lists::<BatchView>(),
        Route::post("/api/v1/batches", register, create)
            .says("Register a batch; its amount is held on the season account")
            .takes::<BatchInput>()
            .answers::<BatchView>(201),
        Route::get("/api/v1/batches/{id}", read, one).says("One batch with its checks").answers::<BatchView>(200),
        Route::patch("/api/v1/batches/{id}", register, correct)
            .says("Correct a batch before its release")
            .takes::<BatchPatch>()
            .answers::<BatchView>(200),
        Route::post("/api/v1/batches/{id}/release", needs(Permission::BatchRelease), release)
            .says("Check once more and release; its rights are frozen")
            .takes::<ReleaseInput>()
            .answers::<BatchView>(200),
        Route::post("/api/v1/batches/{id}/cover", register, cover)
            .says("Cover what is pending, now that the account allows it")
            .answers::<BatchView>(200),
        Route::post("/api/v1/batches/{id}/hold", hold, put_on_hold)
            .says("Hold a batch; the consumer's page does not change")
            .takes::<Reason>()
            .answers::<BatchView>(200),
        Route::post("/api/v1/batches/{id}/unhold", hold, take_off_hold).says("End a hold").takes::<Reason>().answers::<BatchView>(200),
        Route::post("/api/v1/batches/{id}/void", needs(Permission::BatchVoid), void)
            .says("Void a batch without codes")
            .takes::<Reason>()
            .answers::<BatchView>(200),
    ]
}

listed!(list, BatchFilter, BatchView, batches);
shown!(one, BatchView, batch);

made_by!(create, BatchInput, "batches", register_batch);
changed_by!(correct, BatchPatch, correct_batch);
changed_by!(release, ReleaseInput, release_batch);
decided!(cover, cover_batch);
reasoned!(put_on_hold, hold_batch);
reasoned!(take_off_hold, unhold_batch);
reasoned!(void, void_batch);
