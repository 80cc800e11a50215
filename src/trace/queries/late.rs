//! Late entries as they are read.

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};
use crate::trace::late::LateFilter;
use crate::trace::store::late::{self as store, LateRow};

/// Something written down more than seven days late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LateEntryView {
    /// `lat_…`
    pub id: String,
    /// What it is about: a delivery, a movement, a batch …
    pub subject_id: String,
    /// `delivery`, `movement`, `batch` …
    pub act: String,
    /// Whose it is.
    pub organisation_id: String,
    /// When it happened.
    pub happened_on: String,
    /// Days between that and its being written down.
    pub days: i64,
    /// Why so late.
    pub reason: String,
    /// Photo or number of the slip.
    pub evidence: String,
    /// `waiting`, `confirmed` or `disputed`.
    pub state: String,
    /// When it was written down.
    pub recorded_at: String,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Why it was decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
}

impl From<LateRow> for LateEntryView {
    fn from(row: LateRow) -> Self {
        Self {
            recorded_at: rfc3339(row.recorded_at),
            decided_at: row.decided_at.map(rfc3339),
            id: row.id,
            subject_id: row.subject_id,
            act: row.act,
            organisation_id: row.organisation_id,
            happened_on: row.happened_on,
            days: row.days,
            reason: row.reason,
            evidence: row.evidence,
            state: row.state,
            decision_reason: row.decision_reason,
        }
    }
}

/// Late entries the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn late_entries(
    db: &Db,
    actor: &Actor,
    filter: &LateFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<LateEntryView>, Option<String>)> {
    let (rows, next) = store::entries(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    Ok((rows.into_iter().map(Into::into).collect(), next))
}

/// One late entry.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn late_entry(db: &Db, actor: &Actor, id: &str) -> Outcome<LateEntryView> {
    Ok(store::one(db.reader(), &actor.scope, id).await?.into())
}
