//! Farm work as it is read.

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};
use crate::trace::farm::FarmFilter;
use crate::trace::store::farm::{self as store, FarmRow};

/// Farm work on a plot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct FarmRecordView {
    pub id: String,
    pub plot_id: String,
    /// The plot's name.
    pub plot: String,
    /// `pesticide`, `fertiliser`, `other`.
    pub kind: String,
    pub input_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    pub done_on: String,
    /// Written down later (补录).
    pub late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    pub recorded_at: String,
}

/// What became of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FarmSheetView {
    /// SHA-256 of the sheet.
    pub id: String,
    /// Rows read.
    pub rows: usize,
    /// Rows written down.
    pub added: usize,
    /// Rows that were on record already.
    pub already: usize,
    /// Only looked, nothing was changed.
    pub dry_run: bool,
}

impl FarmRecordView {
    /// Of a row.
    pub fn of(row: FarmRow, plot: String) -> Self {
        Self {
            plot,
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            plot_id: row.plot_id,
            kind: row.kind,
            input_name: row.input_name,
            registration_no: row.registration_no,
            dose: row.dose,
            interval_days: row.interval_days,
            worker: row.worker,
            done_on: row.done_on,
            late: row.late,
            late_reason: row.late_reason,
        }
    }
}

/// Work on plots the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn farm_records(
    db: &Db,
    actor: &Actor,
    filter: &FarmFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<FarmRecordView>, Option<String>)> {
    let (rows, next) = store::records(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    let plots = store::plots(db.reader(), &rows.iter().map(|row| &row.plot_id).collect::<Vec<_>>()).await?;
    let name = |id: &str| plots.iter().find(|plot| plot.id == id).map(|plot| plot.name.clone()).unwrap_or_default();
    Ok((rows.into_iter().map(|row| FarmRecordView::of(row.clone(), name(&row.plot_id))).collect(), next))
}
