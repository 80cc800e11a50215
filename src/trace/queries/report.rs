//! Test reports as they are read.

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::report::ReportFilter;
use crate::trace::store::report::{self as store, ItemRow, ReportRow};

/// A test report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct TestReportView {
    pub id: String,
    pub organisation_id: String,
    pub product_id: String,
    /// `own`, `commissioned`, `accredited`.
    pub by_whom: String,
    /// `lot`, `plot`, `season`.
    pub scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot_id: Option<String>,
    pub season: String,
    pub laboratory: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<String>,
    pub report_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled_on: Option<String>,
    pub reported_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<String>,
    pub items: Vec<TestItemView>,
    /// Something in it was failed.
    pub failed: bool,
    /// Numbers of other reports with the same file.
    pub same_file_as: Vec<String>,
    /// Batches that show it.
    pub shown_by: Vec<String>,
    pub recorded_at: String,
}

/// One thing tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct TestItemView {
    pub item: String,
    pub result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    pub failed: bool,
}

/// Reports the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn test_reports(
    db: &Db,
    actor: &Actor,
    filter: &ReportFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<TestReportView>, Option<String>)> {
    find_test_reports(db, actor, filter, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_test_reports(
    db: &Db,
    actor: &Actor,
    filter: &ReportFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<TestReportView>, Option<String>)> {
    let (rows, next) = store::reports(db.reader(), &actor.scope, filter, narrow, cursor, bounded(limit)).await?;
    Ok((views(db.reader(), rows).await?, next))
}

/// One report.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn test_report(db: &Db, actor: &Actor, id: &str) -> Outcome<TestReportView> {
    let row = store::report_within(db.reader(), &actor.scope, id).await?;
    views(db.reader(), vec![row]).await?.pop().ok_or_else(Failure::not_found)
}

/// Of rows, with their items and what shows them.
pub(in crate::trace) async fn views<C: sea_orm::ConnectionTrait>(connection: &C, rows: Vec<ReportRow>) -> Outcome<Vec<TestReportView>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let items = store::items(connection, &ids).await?;
    let shown = store::shown_by(connection, &ids).await?;
    let files = store::of_files(connection, rows.iter().filter_map(|row| row.file_sha256.clone()).collect()).await?;
    let view = |row: ReportRow| {
        let same = |(file, id, _): &&(String, String, String)| row.file_sha256.as_ref() == Some(file) && *id != row.id;
        let same_file_as = files.iter().filter(same).map(|(_, _, number)| number.clone()).collect();
        let shown_by = shown.iter().filter(|(report, _)| *report == row.id).map(|(_, batch)| batch.clone()).collect();
        let own: Vec<TestItemView> = items.iter().filter(|item| item.report_id == row.id).map(item).collect();
        TestReportView {
            same_file_as,
            shown_by,
            failed: own.iter().any(|item| item.failed),
            items: own,
            batch_id: row.subject_id.clone().filter(|_| row.scope == "lot"),
            plot_id: row.subject_id.filter(|_| row.scope == "plot"),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            organisation_id: row.organisation_id,
            product_id: row.product_id,
            by_whom: row.by_whom,
            scope: row.scope,
            season: row.season,
            laboratory: row.laboratory,
            accreditation: row.accreditation,
            report_no: row.report_no,
            sampled_on: row.sampled_on,
            reported_on: row.reported_on,
            valid_to: row.valid_to,
            file_sha256: row.file_sha256,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

fn item(row: &ItemRow) -> TestItemView {
    TestItemView { item: row.item.clone(), result: row.result.clone(), bound: row.bound.clone(), failed: row.failed }
}
