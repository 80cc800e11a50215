//! `/api/v1/mark-use-applications`: begun, written and handed in by producers; reviewed by county, office and holders.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::cultivation::commands::{
    ApplicationApproveInput, ApplicationBeginInput, ApplicationInput, ApplicationRefuseInput, ApplicationReturnInput, ApplicationStepInput,
    Reviewer, advance_application, approve_application, begin_application, change_application, refuse_application, return_application,
    submit_application, withdraw_application,
};
use crate::cultivation::queries::{ApplicationView, ApplicationsAsked, application, applications};
use crate::cultivation::store::mark_use_application::ApplicationRow;
use crate::identity::role::Permission as P;

/// Where an application stands after an act; what it says is asked for with GET.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ApplicationStanding {
    /// `mua_…`
    pub id: String,
    /// draft, submitted, returned, county_verified, city_verified, province_reviewed, approved, refused or withdrawn.
    pub state: String,
    /// How often it was handed in.
    pub round: i64,
    /// The use that was granted, `mus_…`.
    pub mark_use_id: Option<String>,
}

impl From<ApplicationRow> for ApplicationStanding {
    fn from(row: ApplicationRow) -> Self {
        Self { id: row.id, state: row.state, round: row.round, mark_use_id: row.mark_use_id }
    }
}

pub(super) fn routes() -> Vec<Route> {
    let (submit, read) = (Access::Needs(P::MarkUseApplicationSubmit), Access::Needs(P::MarkUseApplicationRead));
    let (verify, decide) = (Access::Needs(P::MarkUseApplicationVerify), Access::Needs(P::MarkUseApplicationDecide));
    let asked: &[_] = &[
        ("organisation_id", "of this applicant"),
        ("right_id", "for this right"),
        ("product_id", "for a right of this product"),
        ("state", "draft, submitted, returned, county_verified, city_verified, province_reviewed, approved, refused or withdrawn"),
    ];
    vec![
        Route::get("/api/v1/mark-use-applications", read, list)
            .says("Applications for the use of a mark")
            .asks(asked)
            .lists::<ApplicationView>(),
        Route::post("/api/v1/mark-use-applications", submit, begin)
            .says("Begin an application: a draft")
            .takes::<ApplicationBeginInput>()
            .answers::<ApplicationStanding>(201),
        Route::get("/api/v1/mark-use-applications/{id}", read, one)
            .says("One application with its plots, points, steps and papers")
            .answers::<ApplicationView>(200),
        Route::put("/api/v1/mark-use-applications/{id}", submit, change)
            .says("Write everything it says anew")
            .takes::<ApplicationInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/submit", submit, hand_in)
            .says("Hand it in")
            .takes::<Nothing>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/withdraw", submit, withdraw)
            .says("Take it back")
            .takes::<Nothing>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/verify", verify, verified)
            .says("County: seen on the spot and in order")
            .takes::<ApplicationStepInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/verify/return", verify, county_return)
            .says("County: give it back, point by point")
            .takes::<ApplicationReturnInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/verify/refuse", verify, county_refuse)
            .says("County: refuse it")
            .takes::<ApplicationRefuseInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/advance", decide, advance)
            .says("City, then province: in order")
            .takes::<ApplicationStepInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/return", decide, give_back)
            .says("Give it back, point by point")
            .takes::<ApplicationReturnInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/approve", decide, approve)
            .says("Approve it and grant the mark use")
            .takes::<ApplicationApproveInput>()
            .answers::<ApplicationStanding>(200),
        Route::post("/api/v1/mark-use-applications/{id}/refuse", decide, refuse)
            .says("Refuse it, with grounds and where to turn")
            .takes::<ApplicationRefuseInput>()
            .answers::<ApplicationStanding>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<ApplicationsAsked>) -> Result<Json<Page<ApplicationView>>, Refusal> {
    let (items, next_cursor) = applications(&app.db, &actor, &listing.filter, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<ApplicationView>, Refusal> {
    Ok(Json(application(&app.db, &actor, &id).await?))
}

async fn begin(State(app): State<App>, posted: Posted<ApplicationBeginInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("mark-use-applications", async move { begin_application(tx, &desk, &input, false).await.map(ApplicationStanding::from) })
    })
    .await
}

changed_by!(change, ApplicationInput, change_application, &[] => ApplicationStanding);

decided!(hand_in, submit_application => ApplicationStanding);
decided!(withdraw, withdraw_application => ApplicationStanding);

changed_by!(verified, ApplicationStepInput, advance_application, Reviewer::County => ApplicationStanding);
changed_by!(county_return, ApplicationReturnInput, return_application, Reviewer::County => ApplicationStanding);
changed_by!(county_refuse, ApplicationRefuseInput, refuse_application, Reviewer::County => ApplicationStanding);
changed_by!(advance, ApplicationStepInput, advance_application, Reviewer::Decider => ApplicationStanding);
changed_by!(give_back, ApplicationReturnInput, return_application, Reviewer::Decider => ApplicationStanding);
changed_by!(approve, ApplicationApproveInput, approve_application => ApplicationStanding);
changed_by!(refuse, ApplicationRefuseInput, refuse_application, Reviewer::Decider => ApplicationStanding);
