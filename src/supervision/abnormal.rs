//! 经营异常名录 as officers see it, and what of it anybody may know.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::inspection::{self as store, AbnormalRow};
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};

/// An entry of the list of abnormal operations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AbnormalView {
    /// `abn_…`
    pub id: String,
    /// `org_…`
    pub organisation_id: String,
    /// Why.
    pub reason: String,
    /// The document.
    pub document_no: String,
    /// `proposed` `dropped` `in_force` `lift_proposed` `lifted`.
    pub state: String,
    /// Account.
    pub proposed_by: String,
    /// RFC 3339.
    pub confirmed_at: Option<String>,
    /// Why it was removed.
    pub lift_text: Option<String>,
    /// The document of the removal.
    pub lift_document_no: Option<String>,
    /// Account.
    pub lift_proposed_by: Option<String>,
    /// RFC 3339.
    pub lifted_at: Option<String>,
}

impl From<AbnormalRow> for AbnormalView {
    fn from(row: AbnormalRow) -> Self {
        Self {
            id: row.id,
            organisation_id: row.organisation_id,
            reason: row.reason,
            document_no: row.document_no,
            state: row.state,
            proposed_by: row.proposed_by,
            confirmed_at: row.confirmed_at.map(rfc3339),
            lift_text: row.lift_text,
            lift_document_no: row.lift_document_no,
            lift_proposed_by: row.lift_proposed_by,
            lifted_at: row.lifted_at.map(rfc3339),
        }
    }
}

/// Entries within reach, newest first.
///
/// # Errors
/// Only ours.
pub async fn abnormal_entries(db: &Db, actor: &Actor, cursor: Option<&str>, limit: u64) -> Outcome<Vec<AbnormalView>> {
    Ok(store::abnormal(db.reader(), &actor.scope, cursor, limit).await?.into_iter().map(AbnormalView::from).collect())
}

/// Entries of a firm that anybody may know: in force, or removed.
///
/// # Errors
/// Only ours.
pub async fn abnormal_of(db: &Db, organisation_id: &str) -> Outcome<Vec<AbnormalView>> {
    Ok(store::abnormal_of(db.reader(), organisation_id).await?.into_iter().map(AbnormalView::from).collect())
}
