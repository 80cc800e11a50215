//! What is known of scans of an owner's goods. The journal has no index but its own order (a scan must cost nothing more), so its newest
//! stretch is read by row number and no further back than [`MOST`] rows; totals come from the one row each code ever scanned has.

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{code_order, code_stat, scan};
use crate::kernel::{Millis, Outcome, Scope};
use crate::trace::store::order::orders_within;

/// The most rows of the journal looked at.
pub const MOST: i64 = 500_000;

/// Scans of one day, place and verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Days since 1970 in China.
    pub day: i64,
    /// As stored.
    pub place: Option<String>,
    /// The verdict's word.
    pub verdict: String,
    /// How many.
    pub count: i64,
}

/// Whose orders: within a scope, of one producer if it is named.
fn orders(scope: &Scope, producer_id: Option<&str>) -> SelectStatement {
    let mut query = orders_within(scope);
    if let Some(producer) = producer_id {
        query.and_where(code_order::Column::ProducerId.eq(producer));
    }
    query
}

/// Scans since a moment by day, place and verdict.
///
/// # Errors
/// Only ours.
pub async fn tallies<C: ConnectionTrait>(connection: &C, scope: &Scope, producer_id: Option<&str>, since: Millis) -> Outcome<Vec<Tally>> {
    let newest: Option<i64> = scan::Entity::find()
        .select_only()
        .column(scan::Column::Id)
        .order_by_desc(scan::Column::Id)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    let Some(newest) = newest else { return Ok(Vec::new()) };
    // Literal figures: an expression with parameters is not the same to PostgreSQL in two places.
    let day = "(at + 28800000) / 86400000";
    let found: Vec<(i64, Option<String>, String, i64)> = scan::Entity::find()
        .select_only()
        .column_as(Expr::cust(day), "day")
        .column(scan::Column::Place)
        .column(scan::Column::Verdict)
        .column_as(scan::Column::Id.count(), "count")
        .filter(scan::Column::Id.gt(newest - MOST))
        .filter(scan::Column::At.gte(since))
        .filter(scan::Column::OrderNo.in_subquery(orders(scope, producer_id)))
        .group_by(Expr::cust(day))
        .group_by(scan::Column::Place)
        .group_by(scan::Column::Verdict)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().map(|(day, place, verdict, count)| Tally { day, place, verdict, count }).collect())
}

/// How many codes were ever scanned, and in how many sessions.
///
/// # Errors
/// Only ours.
pub async fn totals<C: ConnectionTrait>(connection: &C, scope: &Scope, producer_id: Option<&str>) -> Outcome<(i64, i64)> {
    let found: Option<(i64, i64)> = code_stat::Entity::find()
        .select_only()
        .column_as(Expr::cust("COUNT(*)"), "codes")
        .column_as(Expr::cust("CAST(COALESCE(SUM(sessions), 0) AS BIGINT)"), "sessions")
        .filter(code_stat::Column::OrderNo.in_subquery(orders(scope, producer_id)))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(found.unwrap_or_default())
}
