//! Imports of order exports, and what was sold of one item.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cut;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};
use crate::trade::store::{self, SalesImportRow};

/// An import of an order export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SalesImportView {
    /// `sim_…`
    pub id: String,
    /// `sel_…`
    pub seller_id: String,
    /// Of which platform.
    pub platform: String,
    /// Order lines read.
    pub lines: i64,
    /// Of them new.
    pub taken: i64,
    /// Of them taken before; brought up to date.
    pub again: i64,
    /// Rows that are no order line.
    pub skipped: i64,
    /// Columns that were dropped unread.
    pub columns_dropped: i64,
    /// When.
    pub recorded_at: String,
}

impl From<SalesImportRow> for SalesImportView {
    fn from(row: SalesImportRow) -> Self {
        Self {
            id: row.id,
            seller_id: row.seller_id,
            platform: row.platform,
            lines: row.lines,
            taken: row.taken,
            again: row.again,
            skipped: row.skipped,
            columns_dropped: row.columns_dropped,
            recorded_at: rfc3339(row.recorded_at),
        }
    }
}

/// What a list of imports is asked for: nothing yet.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SalesFilter {}

/// Imports of sellers within reach, the latest first.
///
/// # Errors
/// Only ours.
pub async fn sales_imports(
    db: &Db,
    actor: &Actor,
    _: &SalesFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<SalesImportView>, Option<String>)> {
    let limit = limit.unwrap_or(50).clamp(1, 200);
    let rows = store::sales::imports(db.reader(), &actor.scope, cursor, limit + 1).await?;
    let (rows, next) = cut(rows, limit, |row| row.id.clone());
    Ok((rows.into_iter().map(Into::into).collect(), next))
}

/// What order exports say of one item, whoever asks: state, pieces, fen.
///
/// # Errors
/// Only ours.
pub async fn sold_of_item(db: &Db, seller_id: &str, platform: &str, item_id: &str) -> Outcome<Vec<(String, i64, Option<i64>)>> {
    store::sales::of_item(db.reader(), seller_id, platform, item_id).await
}
