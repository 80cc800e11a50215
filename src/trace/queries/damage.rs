//! Claims for labels spoilt beyond the spare, as people who decide see them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Outcome};
use crate::trace::store::damage::{self as store, ClaimRow};
use crate::trace::store::{order, register};

/// What to look for among claims.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ClaimFilter {
    /// `waiting`, `confirmed` or `refused`.
    pub state: Option<String>,
    /// Of this order.
    pub order_id: Option<String>,
}

/// A claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClaimView {
    /// `dam_…`
    pub id: String,
    /// Number of the order.
    pub order_no: i64,
    /// Whose goods.
    pub producer_id: String,
    /// Which product.
    pub product_id: String,
    /// First label of the stretch that was voided.
    pub first: i64,
    /// Last label of it.
    pub last: i64,
    /// How many of them were beyond the spare.
    pub codes: i64,
    /// What they took up, in the product's base unit.
    pub quantity: i64,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// `damaged` or `misprinted`.
    pub reason: String,
    /// Number of the photo or paper.
    pub evidence: String,
    /// `waiting`, `confirmed` or `refused`.
    pub state: String,
    /// Account that claimed.
    pub claimed_by: String,
    /// When, RFC 3339.
    pub claimed_at: String,
    /// Account that decided.
    pub decided_by: Option<String>,
    /// When, RFC 3339.
    pub decided_at: Option<String>,
    /// Why refused.
    pub decision_reason: Option<String>,
}

impl ClaimView {
    /// Of a row.
    pub fn of(row: ClaimRow, unit: BaseUnit) -> Self {
        Self {
            id: row.id,
            order_no: row.order_no,
            producer_id: row.producer_id,
            product_id: row.product_id,
            first: row.first,
            last: row.last,
            codes: row.codes,
            quantity: row.amount,
            unit: unit.word().to_owned(),
            reason: row.reason,
            evidence: row.evidence,
            state: row.state,
            claimed_by: row.claimed_by,
            claimed_at: rfc3339(row.claimed_at),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(rfc3339),
            decision_reason: row.decision_reason,
        }
    }
}

/// Claims within reach, newest first, before `cursor`.
///
/// # Errors
/// `not_found` for an order out of reach.
pub async fn claims(
    db: &Db,
    actor: &Actor,
    filter: &ClaimFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<ClaimView>, Option<String>)> {
    let number = match &filter.order_id {
        Some(id) => Some(order::order(db.reader(), id).await?.order_no),
        None => None,
    };
    let limit = bounded(limit);
    let mut rows = store::claims(db.reader(), &actor.scope, number, filter.state.as_deref(), cursor, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let view = |row: ClaimRow| {
        let unit = goods.get(&row.product_id).map_or(BaseUnit::G, |g| g.unit);
        ClaimView::of(row, unit)
    };
    Ok((rows.into_iter().map(view).collect(), next))
}
