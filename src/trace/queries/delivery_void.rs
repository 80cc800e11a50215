//! Deliveries entered by mistake, as they are read.

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};
use crate::trace::delivery_void::VoidFilter;
use crate::trace::store::delivery_void::{self as store, VoidRow};

/// A delivery that was, or is to be, voided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VoidView {
    /// `dvo_…`
    pub id: String,
    /// The delivery.
    pub delivery_id: String,
    /// The buyer.
    pub organisation_id: String,
    /// What was wrong.
    pub reason: String,
    /// `waiting`, `voided` or `refused`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: String,
    /// Who entered it, where that was noted (经办人).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled_by: Option<String>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Why it was decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
}

impl From<VoidRow> for VoidView {
    fn from(row: VoidRow) -> Self {
        Self {
            asked_at: rfc3339(row.asked_at),
            decided_at: row.decided_at.map(rfc3339),
            id: row.id,
            delivery_id: row.delivery_id,
            organisation_id: row.organisation_id,
            reason: row.reason,
            state: row.state,
            handled_by: row.handled_by,
            decision_reason: row.decision_reason,
        }
    }
}

/// Those the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn delivery_voids(
    db: &Db,
    actor: &Actor,
    filter: &VoidFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<VoidView>, Option<String>)> {
    let (rows, next) = store::voids(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    Ok((rows.into_iter().map(Into::into).collect(), next))
}

/// One of them.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn delivery_void(db: &Db, actor: &Actor, id: &str) -> Outcome<VoidView> {
    Ok(store::one(db.reader(), &actor.scope, id).await?.into())
}
