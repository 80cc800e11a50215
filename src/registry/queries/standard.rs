//! Standards for everybody.

use serde::Serialize;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::kernel::Outcome;
use crate::registry::store::{self, StandardRow};

/// A version of a standard.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StandardView {
    /// `std_…`
    pub id: String,
    /// `pro_…`
    pub product_id: String,
    /// Number with its version.
    pub number: String,
    /// The year in the number.
    pub version: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// national, local, association or enterprise.
    pub level: Option<String>,
    /// What it replaces.
    pub replaces: Option<String>,
    /// As precise as the source.
    pub published_on: Option<String>,
    /// First day in force.
    pub in_force_from: Option<String>,
    /// First day on which it is no longer in force.
    pub withdrawn_on: Option<String>,
    /// Where this is written.
    pub source: String,
    /// Its address.
    pub source_url: Option<String>,
    /// A, B or C.
    pub confidence: String,
    /// Remarks.
    pub note: Option<String>,
    /// Demonstration data.
    pub demo: bool,
}

impl From<StandardRow> for StandardView {
    fn from(row: StandardRow) -> Self {
        Self {
            id: row.id,
            product_id: row.product_id,
            number: row.number,
            version: row.version,
            title: row.title,
            level: row.level,
            replaces: row.replaces,
            published_on: row.published_on,
            in_force_from: row.in_force_from,
            withdrawn_on: row.withdrawn_on,
            source: row.source,
            source_url: row.source_url,
            confidence: row.confidence,
            note: row.note,
            demo: row.demo,
        }
    }
}

/// Standards, of one product or of all, in the order they were recorded.
///
/// # Errors
/// Only ours.
pub async fn standards(db: &Db, product_id: Option<&str>, cursor: Option<&str>, limit: u64) -> Outcome<Listed<StandardView>> {
    let rows = store::standard::page(db.reader(), product_id, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<StandardView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: rows.into_iter().map(Into::into).collect(), next_cursor })
}

/// One standard.
///
/// # Errors
/// `not_found`.
pub async fn standard(db: &Db, id: &str) -> Outcome<StandardView> {
    store::standard::one(db.reader(), id).await.map(Into::into)
}
