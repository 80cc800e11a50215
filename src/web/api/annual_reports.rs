//! `/api/v1/annual-reports`: begun, declared and handed in by producers, reviewed by county and office; `/api/v1/county-figures`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::cultivation::commands::{
    AnnualReportAcceptInput, AnnualReportBeginInput, AnnualReportCorrectInput, AnnualReportInput, AnnualReportReturnInput,
    AnnualReportSubmitInput, CountyFigureInput, accept_annual_report, begin_annual_report, correct_annual_report, declare_annual_report,
    record_county_figure, return_annual_report, submit_annual_report,
};
use crate::cultivation::queries::{
    AnnualReportView, AnnualReportsAsked, CountyFigureView, CountyFiguresAsked, annual_report, annual_reports, county_figures, window,
};
use crate::cultivation::store::annual_report::{CountyRow, ReportRow};
use crate::identity::role::Permission as P;

/// Where a report stands after an act; what it says is asked for with GET.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AnnualReportStanding {
    /// `anr_…`
    pub id: String,
    /// draft, submitted, returned, accepted or superseded.
    pub state: String,
    /// Counted from 1; a correction is a new version.
    pub version: i64,
    /// How often it was handed in.
    pub round: i64,
    /// Handed in after the window.
    pub late: bool,
}

impl From<ReportRow> for AnnualReportStanding {
    fn from(row: ReportRow) -> Self {
        Self { id: row.id, state: row.state, version: row.version, round: row.round, late: row.late }
    }
}

/// A line of a county that was recorded.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CountyFigureStanding {
    /// `cfi_…`
    pub id: String,
}

impl From<CountyRow> for CountyFigureStanding {
    fn from(row: CountyRow) -> Self {
        Self { id: row.id }
    }
}

pub(super) fn routes() -> Vec<Route> {
    let (submit, read) = (Access::Needs(P::AnnualReportSubmit), Access::Needs(P::AnnualReportRead));
    let (review, compile) = (Access::Needs(P::AnnualReportReview), Access::Needs(P::AnnualReportCompile));
    let asked: &[_] = &[
        ("year", "of this calendar year"),
        ("product_id", "on this product"),
        ("organisation_id", "of this organisation"),
        ("state", "draft, submitted, returned, accepted or superseded"),
    ];
    vec![
        Route::get("/api/v1/annual-reports", read, list).says("Yearly reports on the use of marks").asks(asked).lists::<AnnualReportView>(),
        Route::post("/api/v1/annual-reports", submit, begin)
            .says("Begin a report: a draft with nothing declared")
            .takes::<AnnualReportBeginInput>()
            .answers::<AnnualReportStanding>(201),
        Route::get("/api/v1/annual-reports/{id}", read, one)
            .says("One report with its figures, the year before, points and steps")
            .answers::<AnnualReportView>(200),
        Route::put("/api/v1/annual-reports/{id}", submit, declare)
            .says("Write everything it declares anew")
            .takes::<AnnualReportInput>()
            .answers::<AnnualReportStanding>(200),
        Route::post("/api/v1/annual-reports/{id}/submit", submit, hand_in)
            .says("Hand it in: figures on record are computed and kept as they are now")
            .takes::<AnnualReportSubmitInput>()
            .answers::<AnnualReportStanding>(200),
        Route::post("/api/v1/annual-reports/{id}/return", review, give_back)
            .says("Give it back, point by point")
            .takes::<AnnualReportReturnInput>()
            .answers::<AnnualReportStanding>(200),
        Route::post("/api/v1/annual-reports/{id}/accept", review, accept)
            .says("Accept it")
            .takes::<AnnualReportAcceptInput>()
            .answers::<AnnualReportStanding>(200),
        Route::post("/api/v1/annual-reports/{id}/correct", submit, correct)
            .says("Begin a corrected version of an accepted report")
            .takes::<AnnualReportCorrectInput>()
            .answers::<AnnualReportStanding>(201),
        Route::get("/api/v1/county-figures", Access::Needs(P::AnnualSummaryRead), county_list)
            .says("What counties counted, every version, the newest first")
            .asks(&[("product_id", "of this product"), ("year", "of this calendar year")])
            .lists::<CountyFigureView>(),
        Route::post("/api/v1/county-figures", compile, county)
            .says("Record what a county counted; the newest line counts")
            .takes::<CountyFigureInput>()
            .answers::<CountyFigureStanding>(201),
    ]
}

async fn list(
    State(app): State<App>,
    By(actor): By,
    listing: Listing<AnnualReportsAsked>,
) -> Result<Json<Page<AnnualReportView>>, Refusal> {
    let (items, next_cursor) = annual_reports(&app.db, &actor, &listing.filter, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<AnnualReportView>, Refusal> {
    Ok(Json(annual_report(&app.db, &actor, &id, app.clock.today()).await?))
}

async fn begin(State(app): State<App>, posted: Posted<AnnualReportBeginInput>) -> Result<Response, Refusal> {
    let window = window(&app.db, posted.body.year).await?;
    act(&app, posted, move |tx, desk, input| {
        made("annual-reports", async move { begin_annual_report(tx, &desk, &input, window, false).await.map(AnnualReportStanding::from) })
    })
    .await
}

async fn hand_in(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    posted: Posted<AnnualReportSubmitInput>,
) -> Result<Response, Refusal> {
    let year = annual_report(&app.db, &actor, &id, app.clock.today()).await?.year;
    let window = window(&app.db, year).await?;
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { submit_annual_report(tx, &desk, &id, &input, window).await.map(AnnualReportStanding::from) })
    })
    .await
}

async fn correct(State(app): State<App>, Path(id): Path<String>, posted: Posted<AnnualReportCorrectInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        made("annual-reports", async move { correct_annual_report(tx, &desk, &id, &input).await.map(AnnualReportStanding::from) })
    })
    .await
}

changed_by!(declare, AnnualReportInput, declare_annual_report => AnnualReportStanding);
changed_by!(give_back, AnnualReportReturnInput, return_annual_report => AnnualReportStanding);
changed_by!(accept, AnnualReportAcceptInput, accept_annual_report => AnnualReportStanding);

async fn county_list(
    State(app): State<App>,
    By(actor): By,
    listing: Listing<CountyFiguresAsked>,
) -> Result<Json<Page<CountyFigureView>>, Refusal> {
    let (items, next_cursor) = county_figures(&app.db, &actor, &listing.filter, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn county(State(app): State<App>, posted: Posted<CountyFigureInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("county-figures", async move { record_county_figure(tx, &desk, &input, false).await.map(CountyFigureStanding::from) })
    })
    .await
}
