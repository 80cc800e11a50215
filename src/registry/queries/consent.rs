//! Consents of growers, within reach only.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::{Actor, Outcome, clock};
use crate::registry::store::{self, ConsentRow};

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsentView {
    /// `con_…`
    pub id: String,
    /// The grower.
    pub grower_id: String,
    /// records, list or promotion.
    pub purpose: String,
    /// The day of the signature.
    pub given_on: String,
    /// Where the signed sheet lies.
    pub evidence: String,
    /// RFC 3339.
    pub recorded_at: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<String>,
}

impl From<ConsentRow> for ConsentView {
    fn from(row: ConsentRow) -> Self {
        Self {
            recorded_at: clock::rfc3339(row.recorded_at),
            withdrawn_at: row.withdrawn_at.map(clock::rfc3339),
            id: row.id,
            grower_id: row.grower_id,
            purpose: row.purpose,
            given_on: row.given_on,
            evidence: row.evidence,
        }
    }
}

/// Consents of a grower, newest first.
///
/// # Errors
/// `not_found` for a grower out of reach.
pub async fn consents(db: &Db, actor: &Actor, grower_id: &str) -> Outcome<Vec<ConsentView>> {
    let grower = store::grower::one(db.reader(), &actor.scope, grower_id).await?;
    Ok(store::consent::of_grower(db.reader(), &grower.id).await?.into_iter().map(Into::into).collect())
}
