//! `/api/v1/batches/{id}/process`, `/merge`, `/movements`, `/genealogy`, and `/api/v1/processes`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{act, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::Posted;
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::super::sight::sight;
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission;
use crate::trace::commands::process::{merge_batches, process_batch};
use crate::trace::commands::process_draft::{MergeInput, ProcessInput};
use crate::trace::commands::reduce::{ReductionInput, reduce_batch};
use crate::trace::queries::account::MovementView;
use crate::trace::queries::genealogy::{GenealogyView, genealogy};
use crate::trace::queries::process::{ProcessView, process};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, process) = (needs(Permission::BatchRead), needs(Permission::BatchProcess));
    vec![
        Route::post("/api/v1/batches/{id}/process", process, process_one)
            .says("Grade, repack, process or merge: loose goods of batches become other batches")
            .takes::<ProcessInput>()
            .answers::<ProcessView>(201),
        Route::post("/api/v1/batches/{id}/merge", process, merge)
            .says("Merge all loose goods of several batches into one")
            .takes::<MergeInput>()
            .answers::<ProcessView>(201),
        Route::post("/api/v1/batches/{id}/movements", needs(Permission::MovementRecord), reduce)
            .says("Record what left a released batch without a code")
            .takes::<ReductionInput>()
            .answers::<MovementView>(201),
        Route::get("/api/v1/batches/{id}/genealogy", read, line)
            .says("Where a batch comes from and where it went, as far as the reader may see")
            .answers::<GenealogyView>(200),
        Route::get("/api/v1/processes/{id}", read, one).says("One process").answers::<ProcessView>(200),
    ]
}

shown!(one, ProcessView, process);

async fn line(State(app): State<App>, By(actor): By, who: SignedIn, Path(id): Path<String>) -> Result<Json<GenealogyView>, Refusal> {
    Ok(Json(genealogy(&app.db, &actor, sight(&app, &who, &id).await, &id).await?))
}

/// An act on a batch that makes something of `noun`.
macro_rules! made_of {
    ($handler:ident, $input:ty, $noun:literal, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, input| {
                let id = id.clone();
                made($noun, async move { $command(tx, &desk, &id, &input).await })
            })
            .await
        }
    };
}
made_of!(process_one, ProcessInput, "processes", process_batch);
made_of!(merge, MergeInput, "processes", merge_batches);
made_of!(reduce, ReductionInput, "movements", reduce_batch);
