//! `/api/v1/evidence`: taking evidence, reading it, checking it, the pack.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::act::{act, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, MOST_UPLOAD, Page, Posted};
use super::super::evidence::pack;
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::files::Incoming;
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::supervision::commands::evidence::{EvidenceInput, take_evidence};
use crate::supervision::evidence::keep_originals;
use crate::supervision::evidence::queries::{
    ChainCheck, EvidenceCheck, EvidenceFilter, EvidenceView, check, check_chain, evidence, one_evidence,
};

/// One original inside JSON.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PostedOriginal {
    /// Its name.
    name: String,
    /// Its bytes in base64.
    base64: String,
}

/// `POST /evidence`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EvidencePosted {
    /// What the officers say of it.
    record: EvidenceInput,
    /// The originals, together up to 33 MB.
    #[serde(default)]
    files: Vec<PostedOriginal>,
}

pub(super) fn routes() -> Vec<Route> {
    let (read, take) = (Access::Needs(P::EvidenceRead), Access::Needs(P::EvidenceTake));
    vec![
        Route::get("/api/v1/evidence", read, list)
            .says("Evidence in reach, newest first")
            .asks(&[("subject_id", "about this listing, case, inspection, feedback or batch")])
            .lists::<EvidenceView>(),
        Route::post("/api/v1/evidence", take, create)
            .says("Take evidence: two officers, originals bit for bit, the server's time")
            .takes::<EvidencePosted>()
            .answers::<EvidenceView>(201)
            .carries(MOST_UPLOAD),
        Route::get("/api/v1/evidence/check", read, whole).says("Is the chain of all evidence whole?").answers::<ChainCheck>(200),
        Route::get("/api/v1/evidence/{id}", read, one).says("One record, exactly what is hashed").answers::<EvidenceView>(200),
        Route::get("/api/v1/evidence/{id}/check", read, check_one)
            .says("Reads the stored bytes again and compares every hash")
            .answers::<EvidenceCheck>(200),
        Route::get("/api/v1/evidence/{id}/pack.zip", read, packed)
            .says("Originals, manifest.json, SHA256SUMS and SM3SUMS, with the record's supplements")
            .sends("application/zip"),
    ]
}

listed!(list, EvidenceFilter, EvidenceView, evidence);
shown!(one, EvidenceView, one_evidence);

async fn whole(State(app): State<App>, By(_): By) -> Result<Json<ChainCheck>, Refusal> {
    Ok(Json(check_chain(&app.db).await?))
}

async fn check_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<EvidenceCheck>, Refusal> {
    Ok(Json(check(&app.db, &app.shelf, &actor, &id).await?))
}

async fn packed(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    pack(&app, &actor, &id).await
}

async fn create(State(app): State<App>, mut posted: Posted<EvidencePosted>) -> Result<Response, Refusal> {
    let (mut faults, mut files) = (Faults::new(), Vec::new());
    for (no, file) in std::mem::take(&mut posted.body.files).into_iter().enumerate() {
        match data_encoding::BASE64.decode(file.base64.as_bytes()) {
            Ok(bytes) if !bytes.is_empty() => files.push(Incoming::new("files", &file.name, bytes)),
            _ => {
                faults.add(format!("/files/{no}/base64"), "evidence_base64");
            }
        }
    }
    faults.check()?;
    let originals = keep_originals(&app.shelf, files).await?;
    act(&app, posted, move |tx, desk, posted| {
        let originals = originals.clone();
        made("evidence", async move {
            let view = take_evidence(tx, &desk, &posted.record, &originals).await.map_err(in_record)?;
            Ok(view)
        })
    })
    .await
}

/// Faults of the record stand under `record`, those of the originals where they came.
fn in_record(mut failure: Failure) -> Failure {
    for field in failure.fields.iter_mut().filter(|field| !field.pointer.starts_with("/files")) {
        field.pointer = format!("/record{}", field.pointer);
    }
    failure
}
