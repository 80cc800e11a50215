//! Sums between two moments for the weekly page, each from what the scope reaches. By producer and product, so that a page can sum them by
//! county without asking again.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use super::order::{orders_within, within};
use super::scan::seen::MOST;
use crate::entity::{batch, code_order, code_range, code_stat, scan, season_account, shipment};
use crate::kernel::{Millis, Outcome, Scope};

/// Whose and of what; a count of something.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    /// The producer.
    pub producer_id: String,
    /// The product.
    pub product_id: String,
    /// How many.
    pub n: i64,
}

/// Moments from (included) and to (not included).
pub type Span = (Millis, Millis);

fn count() -> Expr {
    Expr::cust("COUNT(*)")
}

/// Orders within reach: number, producer, product.
pub(in crate::trace) async fn orders<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<BTreeMap<i64, (String, String)>> {
    use code_order::Column as O;
    let query = code_order::Entity::find().select_only().columns([O::OrderNo, O::ProducerId, O::ProductId]);
    let rows: Vec<(i64, String, String)> = query.filter(within(scope, O::ProducerId, O::ProductId)).into_tuple().all(connection).await?;
    Ok(rows.into_iter().map(|(no, producer, product)| (no, (producer, product))).collect())
}

/// Scans by order and verdict. The journal has no index but its own order, so no more than its newest stretch is read.
pub(in crate::trace) async fn scans<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    (from, to): Span,
) -> Outcome<Vec<(i64, String, i64)>> {
    use scan::Column as S;
    let newest: Option<i64> =
        scan::Entity::find().select_only().column(S::Id).order_by_desc(S::Id).limit(1).into_tuple().one(connection).await?;
    let Some(newest) = newest else { return Ok(Vec::new()) };
    let query = scan::Entity::find()
        .select_only()
        .columns([S::OrderNo, S::Verdict])
        .column_as(count(), "n")
        .filter(S::Id.gt(newest - MOST))
        .filter(S::At.gte(from))
        .filter(S::At.lt(to))
        .filter(S::OrderNo.in_subquery(orders_within(scope)))
        .group_by(S::OrderNo)
        .group_by(S::Verdict);
    Ok(query.into_tuple().all(connection).await?)
}

/// Codes scanned for the first time, by order.
pub(in crate::trace) async fn first_scans<C: ConnectionTrait>(connection: &C, scope: &Scope, (from, to): Span) -> Outcome<Vec<(i64, i64)>> {
    use code_stat::Column as S;
    let query = code_stat::Entity::find()
        .select_only()
        .column(S::OrderNo)
        .column_as(count(), "n")
        .filter(S::FirstAt.gte(from))
        .filter(S::FirstAt.lt(to))
        .filter(S::OrderNo.in_subquery(orders_within(scope)))
        .group_by(S::OrderNo);
    Ok(query.into_tuple().all(connection).await?)
}

/// Which moment of a batch.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) enum BatchMoment {
    Registered,
    Released,
}

/// Batches registered or released.
pub(in crate::trace) async fn batches<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    which: BatchMoment,
    (from, to): Span,
) -> Outcome<Vec<Count>> {
    use batch::Column as B;
    let column = match which {
        BatchMoment::Registered => B::RegisteredAt,
        BatchMoment::Released => B::ReleasedAt,
    };
    let query = batch::Entity::find()
        .select_only()
        .columns([B::ProducerId, B::ProductId])
        .column_as(count(), "n")
        .filter(within(scope, B::ProducerId, B::ProductId))
        .filter(column.gte(from))
        .filter(column.lt(to))
        .group_by(B::ProducerId)
        .group_by(B::ProductId);
    Ok(query.into_model().all(connection).await?)
}

/// Labels printed.
pub(in crate::trace) async fn issued<C: ConnectionTrait>(connection: &C, scope: &Scope, (from, to): Span) -> Outcome<Vec<Count>> {
    use code_order::Column as O;
    let query = code_order::Entity::find()
        .select_only()
        .columns([O::ProducerId, O::ProductId])
        .column_as(Expr::cust("CAST(SUM(count) AS BIGINT)"), "n")
        .filter(within(scope, O::ProducerId, O::ProductId))
        .filter(O::IssuedAt.gte(from))
        .filter(O::IssuedAt.lt(to))
        .group_by(O::ProducerId)
        .group_by(O::ProductId);
    Ok(query.into_model().all(connection).await?)
}

/// Labels put to use and still in use, by order: at once, or at the moment they were scheduled for.
pub(in crate::trace) async fn activated<C: ConnectionTrait>(connection: &C, scope: &Scope, (from, to): Span) -> Outcome<Vec<(i64, i64)>> {
    use code_range::Column as R;
    let at_once = Condition::all().add(R::State.eq("active")).add(R::Since.gte(from)).add(R::Since.lt(to));
    let later = Condition::all().add(R::State.eq("scheduled")).add(R::ActiveAt.gte(from)).add(R::ActiveAt.lt(to));
    let query = code_range::Entity::find()
        .select_only()
        .column(R::OrderNo)
        .column_as(Expr::cust("CAST(SUM(last - first + 1) AS BIGINT)"), "n")
        .filter(Condition::any().add(at_once).add(later))
        .filter(R::OrderNo.in_subquery(orders_within(scope)))
        .group_by(R::OrderNo);
    Ok(query.into_tuple().all(connection).await?)
}

/// Labels on no goods yet, by order.
pub(in crate::trace) async fn on_hand<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Vec<(i64, i64)>> {
    use code_range::Column as R;
    let mut living = orders_within(scope);
    living.and_where(code_order::Column::IssuedAt.is_not_null()).and_where(code_order::Column::ClosedAt.is_null());
    let query = code_range::Entity::find()
        .select_only()
        .column(R::OrderNo)
        .column_as(Expr::cust("CAST(SUM(last - first + 1) AS BIGINT)"), "n")
        .filter(R::State.eq("issued"))
        .filter(R::OrderNo.in_subquery(living))
        .group_by(R::OrderNo);
    Ok(query.into_tuple().all(connection).await?)
}

/// Shipments recorded, that were not voided.
pub(in crate::trace) async fn shipments<C: ConnectionTrait>(connection: &C, scope: &Scope, (from, to): Span) -> Outcome<Vec<Count>> {
    use shipment::Column as S;
    let query = shipment::Entity::find()
        .select_only()
        .columns([S::ProducerId, S::ProductId])
        .column_as(count(), "n")
        .filter(within(scope, S::ProducerId, S::ProductId))
        .filter(S::State.ne("voided"))
        .filter(S::RecordedAt.gte(from))
        .filter(S::RecordedAt.lt(to))
        .group_by(S::ProducerId)
        .group_by(S::ProductId);
    Ok(query.into_model().all(connection).await?)
}

/// What organisations may code of a product in their newest season, and what is coded or ordered for of it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Quota {
    /// The producer.
    pub producer_id: String,
    /// The product.
    pub product_id: String,
    /// The season.
    pub season: String,
    /// Approved, received, carried over, opening, corrected.
    pub came: i64,
    /// Coded, ordered for, burned.
    pub used: i64,
}

pub(in crate::trace) async fn quotas<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Vec<Quota>> {
    use season_account::Column as A;
    let query = season_account::Entity::find()
        .select_only()
        .column_as(A::PartyId, "producer_id")
        .columns([A::ProductId, A::Season])
        .column_as(Expr::cust("approved + received + carried + opening + adjusted"), "came")
        .column_as(Expr::cust("coded + reserved + burned"), "used")
        .filter(A::PartyKind.eq("organisation"))
        .filter(within(scope, A::PartyId, A::ProductId));
    Ok(query.into_model().all(connection).await?)
}
