//! Findings of listings as people read them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::store::listing::{self as store, FindingRow};
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Millis, Outcome};

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// `lis_…`
    pub listing_id: String,
    /// `mark` `source` `evocation` `volume` `price` `expired` `changed`: counted apart, never summed.
    pub kind: String,
    /// The rule's stable word; `GET /listing-rules` explains each.
    pub rule: String,
    /// The product whose name is at stake.
    pub product_id: Option<String>,
    /// The figures it is read from, by name.
    #[schema(value_type = Object)]
    pub figures: Value,
    /// Since when it stands without a break, RFC 3339.
    pub since: String,
    /// Since when with these figures.
    pub found_at: String,
    /// Until when; stands if null.
    pub cleared_at: Option<String>,
}

impl FindingView {
    pub(super) fn of(row: FindingRow) -> Self {
        Self {
            figures: serde_json::from_str(&row.figures).unwrap_or(Value::Null),
            since: rfc3339(row.since),
            found_at: rfc3339(row.found_at),
            cleared_at: row.cleared_at.map(rfc3339),
            listing_id: row.listing_id,
            kind: row.kind,
            rule: row.rule,
            product_id: row.product_id,
        }
    }
}

/// What stands against each of these listings, now or at a moment; who asks must have found the listings within reach before.
///
/// # Errors
/// Only ours.
pub async fn findings_of(db: &Db, listing_ids: &[String], at: Option<Millis>) -> Outcome<Vec<FindingView>> {
    let mut found = Vec::new();
    for ids in listing_ids.chunks(500) {
        found.extend(store::findings(db.reader(), ids.to_vec(), at).await?.into_iter().map(FindingView::of));
    }
    Ok(found)
}
