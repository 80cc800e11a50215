//! `/api/v1/audits`, `/listings/{id}/audits`: listings as they wait, what is decided about them, the second officer's answer.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission as P;
use crate::supervision::audit::plan::{Plan, plan};
use crate::supervision::audit::queries::{AuditFilter, AuditView, DecisionView, audit, audits, decision, decisions};
use crate::supervision::commands::audit::{
    AssignInput, AssignView, AuditInput, assign_audits, audit_listing, confirm_audit, drop_audit, undo_audit,
};

pub(super) fn routes() -> Vec<Route> {
    let (read, decide, confirm) = (Access::Needs(P::ListingAudit), Access::Needs(P::ListingAudit), Access::Needs(P::ListingConfirm));
    let asked: &[_] = &[
        (
            "state",
            "open (new or changed, if not given), new, cleared, pending, rectifying, rechecking, proposed, transferred, taken_down or all",
        ),
        ("kind", "with a finding of this kind"),
        ("held", "me or nobody; everybody's if not given"),
        ("seller_id", "of this seller"),
    ];
    vec![
        Route::get("/api/v1/audits", read, list).says("Listings in reach as they wait for an officer").asks(asked).lists::<AuditView>(),
        Route::get("/api/v1/audits/plan", read, tally).says("How much waits, by kind, county and officer").answers::<Plan>(200),
        Route::post("/api/v1/audits/assign", decide, assign)
            .says("Give listings that wait to officers, in turn")
            .takes::<AssignInput>()
            .answers::<AssignView>(200),
        Route::get("/api/v1/audits/{id}", read, one).says("One decision").answers::<DecisionView>(200),
        Route::post("/api/v1/audits/{id}/confirm", confirm, confirm_one)
            .says("Confirm what another officer proposed")
            .answers::<DecisionView>(200),
        Route::post("/api/v1/audits/{id}/drop", decide, drop_one).says("Drop a proposal").answers::<DecisionView>(200),
        Route::post("/api/v1/audits/{id}/undo", decide, undo)
            .says("Undo one's own decision within ten seconds, with all that was decided in the same go")
            .answers::<Undone>(200),
        Route::get("/api/v1/listings/{id}/audits", read, of_listing)
            .says("What was decided about a listing, the latest first")
            .lists::<DecisionView>(),
        Route::post("/api/v1/listings/{id}/audits", decide, create)
            .says("Decide about a listing; what takes two officers is only proposed")
            .takes::<AuditInput>()
            .answers::<DecisionView>(201),
    ]
}

/// What was undone.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct Undone {
    /// Each decision.
    undone: Vec<DecisionView>,
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<AuditFilter>) -> Result<Json<Page<AuditView>>, Refusal> {
    let (items, next_cursor) = audits(&app.db, &app.clock, &actor, &listing.filter, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn tally(State(app): State<App>, By(actor): By) -> Result<Json<Plan>, Refusal> {
    Ok(Json(plan(&app.db, &actor, app.clock.now()).await?))
}

shown!(one, DecisionView, decision);

async fn of_listing(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    listing: Listing<Nothing>,
) -> Result<Json<Page<DecisionView>>, Refusal> {
    audit(&app.db, &app.clock, &actor, &id).await?;
    let after = |view: &DecisionView| listing.cursor.as_ref().is_none_or(|cursor| view.id < *cursor);
    let mut items: Vec<DecisionView> = decisions(&app.db, &id).await?.into_iter().filter(after).collect();
    let whole = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let more = items.len() > whole;
    items.truncate(whole);
    let next_cursor = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Json(Page { items, next_cursor }))
}

async fn create(State(app): State<App>, Path(id): Path<String>, posted: Posted<AuditInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        made("audits", async move { audit_listing(tx, &desk, &id, &input).await })
    })
    .await
}

async fn assign(State(app): State<App>, posted: Posted<AssignInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| changed(async move { assign_audits(tx, &desk, &input).await })).await
}

async fn undo(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        changed(async move { Ok(Undone { undone: undo_audit(tx, &desk, &id).await? }) })
    })
    .await
}

decided!(confirm_one, confirm_audit);
decided!(drop_one, drop_audit);
