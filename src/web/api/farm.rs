//! `/api/v1/facilities`, `/stock-declarations`, `/test-reports`, `/farm-records`, `/certificates`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Asked, Listing, Page, Posted, PostedSheet, Sheet};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use super::register::MadeView;
use crate::identity::role::Permission as P;
use crate::registry::commands::{CloseInput, FacilityInput, LicenceInput, close_facility, license_facility, register_facility};
use crate::registry::queries::{FacilitiesAsked, FacilityView, facilities, facility};
use crate::trace::certificate::{CertificateFilter, CertificateInput, ReceivedInput};
use crate::trace::commands::certificate::{issue_certificate, receive_certificate, revoke_certificate};
use crate::trace::commands::declaration::declare_stock;
use crate::trace::commands::farm::{FarmSheet, import_farm_work, record_farm_work};
use crate::trace::commands::report::record_test_report;
use crate::trace::declaration::{DeclarationFilter, DeclarationInput};
use crate::trace::farm::{FarmFilter, FarmRecordInput, FarmSheetInput};
use crate::trace::queries::certificate::{BatchCertificates, CertificateView, batch_certificates, certificate, certificates};
use crate::trace::queries::declaration::{DeclarationView, DueView, declarations, due_declarations};
use crate::trace::queries::farm::{FarmRecordView, FarmSheetView, farm_records};
use crate::trace::queries::report::{TestReportView, test_report, test_reports};
use crate::trace::report::{ReportFilter, TestReportInput};

pub(super) fn routes() -> Vec<Route> {
    [places(), work(), papers()].into_iter().flatten().collect()
}

fn places() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, register, declare) = (needs(P::FacilityRead), needs(P::FacilityRegister), needs(P::StockDeclare));
    let of_facility: &[_] =
        &[("organisation_id", "whose"), ("kind", "packing_house, cold_store or plant"), ("as_of", "valid on YYYY-MM-DD")];
    let of_stock: &[_] = &[
        ("organisation_id", "whose"),
        ("facility_id", "cold store"),
        ("product_id", "product"),
        ("season", "such as 2026"),
        ("quarter", "such as 2026Q4"),
    ];
    vec![
        Route::get("/api/v1/facilities", read, facility_list).says("Facilities in reach").asks(of_facility).lists::<FacilityView>(),
        Route::post("/api/v1/facilities", register, facility_register)
            .says("Register a packing house, cold store or plant")
            .takes::<FacilityInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/facilities/{id}", read, facility_one).says("One facility with its licences").answers::<FacilityView>(200),
        Route::post("/api/v1/facilities/{id}/licences", register, facility_license)
            .says("Add a licence")
            .takes::<LicenceInput>()
            .answers::<MadeView>(201),
        Route::post("/api/v1/facilities/{id}/close", register, facility_close)
            .says("End a facility")
            .takes::<CloseInput>()
            .answers::<MadeView>(200),
        Route::get("/api/v1/stock-declarations", read, declaration_list)
            .says("Stock declared by cold stores in reach")
            .asks(of_stock)
            .lists::<DeclarationView>(),
        Route::post("/api/v1/stock-declarations", declare, declaration_make)
            .says("Declare the stock of a cold store, beside what the books say")
            .takes::<DeclarationInput>()
            .answers::<DeclarationView>(201),
        Route::get("/api/v1/stock-declarations/due", read, declaration_due)
            .says("What is to be declared this quarter")
            .answers::<Vec<DueView>>(200),
    ]
}

fn work() -> Vec<Route> {
    let needs = Access::Needs;
    let of_report: &[_] = &[
        ("organisation_id", "whose"),
        ("product_id", "product"),
        ("season", "such as 2026"),
        ("batch_id", "shown by this batch"),
        ("plot_id", "about this plot"),
    ];
    vec![
        Route::get("/api/v1/test-reports", needs(P::TestRead), report_list)
            .says("Test reports in reach")
            .asks(of_report)
            .lists::<TestReportView>(),
        Route::post("/api/v1/test-reports", needs(P::TestReport), report_record)
            .says("Record a test report")
            .takes::<TestReportInput>()
            .answers::<TestReportView>(201),
        Route::get("/api/v1/test-reports/{id}", needs(P::TestRead), report_one).says("One test report").answers::<TestReportView>(200),
        Route::get("/api/v1/farm-records", needs(P::FarmWorkRead), work_list)
            .says("Farm work on plots in reach, newest day first")
            .asks(&[("plot_id", "plot"), ("kind", "pesticide, fertiliser or other")])
            .lists::<FarmRecordView>(),
        Route::post("/api/v1/farm-records", needs(P::FarmWorkRecord), work_record)
            .says("Write down farm work")
            .takes::<FarmRecordInput>()
            .answers::<FarmRecordView>(201),
        Route::post("/api/v1/farm-records/import", needs(P::FarmWorkRecord), work_import)
            .says("Write down a sheet of farm work, whole or not at all; also as text/csv")
            .takes::<FarmSheetInput>()
            .answers::<FarmSheetView>(200),
    ]
}

fn papers() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, issue) = (needs(P::CertificateRead), needs(P::CertificateIssue));
    let of_certificate: &[_] =
        &[("direction", "issued or received"), ("product_id", "product"), ("batch_id", "batch"), ("delivery_id", "delivery")];
    vec![
        Route::get("/api/v1/certificates", read, certificate_list)
            .says("承诺达标合格证 in reach")
            .asks(of_certificate)
            .lists::<CertificateView>(),
        Route::post("/api/v1/certificates", issue, certificate_issue)
            .says("Issue one for a batch")
            .takes::<CertificateInput>()
            .answers::<CertificateView>(201),
        Route::post("/api/v1/certificates/received", issue, certificate_receive)
            .says("Keep one that came in with a delivery")
            .takes::<ReceivedInput>()
            .answers::<CertificateView>(201),
        Route::get("/api/v1/certificates/{id}", read, certificate_one).says("One certificate").answers::<CertificateView>(200),
        Route::post("/api/v1/certificates/{id}/revoke", issue, certificate_revoke)
            .says("Revoke one")
            .takes::<Reason>()
            .answers::<CertificateView>(200),
        Route::get("/api/v1/batches/{id}/certificates", read, certificates_of_batch)
            .says("A batch's own certificates, those that came in, and whether it still needs one")
            .answers::<BatchCertificates>(200),
    ]
}

async fn facility_list(State(app): State<App>, By(actor): By, l: Listing<FacilitiesAsked>) -> Result<Json<Page<FacilityView>>, Refusal> {
    let found = facilities(&app.db, &actor, &l.filter, app.clock.today(), l.cursor.as_deref(), l.limit).await?;
    Ok(Json(Page { items: found.items, next_cursor: found.next_cursor }))
}
async fn facility_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<FacilityView>, Refusal> {
    Ok(Json(facility(&app.db, &actor, &id, app.clock.today()).await?))
}
async fn facility_register(State(app): State<App>, posted: Posted<FacilityInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        made("facilities", async move { Ok(MadeView::plain(register_facility(tx, &desk, &input).await?.id)) })
    })
    .await
}
async fn facility_license(State(app): State<App>, Path(id): Path<String>, posted: Posted<LicenceInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        made("facilities", async move { Ok(MadeView::plain(license_facility(tx, &desk, &id, &input).await?.id)) })
    })
    .await
}
async fn facility_close(State(app): State<App>, Path(id): Path<String>, posted: Posted<CloseInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { Ok(MadeView::plain(close_facility(tx, &desk, &id, &input).await?.id)) })
    })
    .await
}

listed!(declaration_list, DeclarationFilter, DeclarationView, declarations);
listed!(report_list, ReportFilter, TestReportView, test_reports);
listed!(work_list, FarmFilter, FarmRecordView, farm_records);
listed!(certificate_list, CertificateFilter, CertificateView, certificates);
shown!(report_one, TestReportView, test_report);
shown!(certificate_one, CertificateView, certificate);
shown!(certificates_of_batch, BatchCertificates, batch_certificates);
made_by!(declaration_make, DeclarationInput, "stock-declarations", declare_stock);
made_by!(report_record, TestReportInput, "test-reports", record_test_report);
made_by!(work_record, FarmRecordInput, "farm-records", record_farm_work);
made_by!(certificate_issue, CertificateInput, "certificates", issue_certificate);
made_by!(certificate_receive, ReceivedInput, "certificates", receive_certificate);
reasoned!(certificate_revoke, revoke_certificate);

async fn declaration_due(State(app): State<App>, By(actor): By) -> Result<Json<Vec<DueView>>, Refusal> {
    Ok(Json(due_declarations(&app.db, &actor, app.clock.today()).await?))
}

/// What may be said beside a sheet sent as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    late_reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

async fn work_import(
    State(app): State<App>,
    Asked(beside): Asked<Beside>,
    PostedSheet(posted): PostedSheet<FarmSheetInput>,
) -> Result<Response, Refusal> {
    let posted = posted.map(|sheet| match sheet {
        Sheet::Raw(bytes) => FarmSheet { bytes, late_reason: beside.late_reason, dry_run: beside.dry_run },
        Sheet::Said(said) => FarmSheet { bytes: said.csv.into_bytes(), late_reason: said.late_reason, dry_run: said.dry_run },
    });
    act(&app, posted, |tx, desk, input| changed(async move { import_farm_work(tx, &desk, &input).await })).await
}
