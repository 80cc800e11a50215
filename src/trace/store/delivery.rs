//! Deliveries.

use std::collections::BTreeMap;

use sea_orm::prelude::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::reach::{Columns, within};
use super::{locked, narrowed, newest};
use crate::db::Tx;
use crate::entity::delivery::{self, Column as Col};
use crate::kernel::{Failure, Millis, Outcome, Scope};
use crate::trace::delivery::DeliveryFilter;

pub use delivery::Model as DeliveryRow;

pub(in crate::trace) async fn insert(tx: &Tx, row: DeliveryRow) -> Outcome<()> {
    delivery::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// One delivery.
pub(in crate::trace) async fn delivery<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<DeliveryRow> {
    delivery::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Deliveries by id, in the order of their ids, locked until the commit.
pub(in crate::trace) async fn lock(tx: &Tx, ids: &[String]) -> Outcome<Vec<DeliveryRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = delivery::Entity::find().filter(Col::Id.is_in(ids.iter().cloned())).order_by_asc(Col::Id);
    Ok(locked(tx, query).all(tx.connection()).await?)
}

/// Takes `amount` of what a delivery vouches for into use, in one conditional statement. Answers whether there was so much left.
pub(in crate::trace) async fn take(tx: &Tx, id: &str, amount: i64) -> Outcome<bool> {
    let update = delivery::Entity::update_many()
        .col_expr(Col::Used, Expr::col(Col::Used).add(amount))
        .filter(Col::Id.eq(id))
        .filter(Expr::col(Col::Used).add(amount).lte(Expr::col(Col::Covered)));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// Gives back what a batch had taken.
pub(in crate::trace) async fn give_back(tx: &Tx, id: &str, amount: i64) -> Outcome<()> {
    let update = delivery::Entity::update_many()
        .col_expr(Col::Used, Expr::col(Col::Used).sub(amount))
        .filter(Col::Id.eq(id))
        .filter(Col::Used.gte(amount));
    match update.exec(tx.connection()).await?.rows_affected {
        1 => Ok(()),
        _ => Err(Failure::broken("a delivery was used by less than a batch had taken")),
    }
}

/// Moves a pending part to the covered one, once accounts exist for it.
pub(in crate::trace) async fn cover(tx: &Tx, id: &str, amount: i64, from_account: &str, to_account: &str) -> Outcome<bool> {
    let update = delivery::Entity::update_many()
        .col_expr(Col::Covered, Expr::col(Col::Covered).add(amount))
        .col_expr(Col::Pending, Expr::col(Col::Pending).sub(amount))
        .col_expr(Col::FromAccountId, Expr::value(from_account))
        .col_expr(Col::ToAccountId, Expr::value(to_account))
        .filter(Col::Id.eq(id))
        .filter(Col::VoidedAt.is_null())
        .filter(Col::Pending.gte(amount));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// Voids a delivery nothing was taken of: all of it is pending, none covered. Answers whether it still stood so.
pub(in crate::trace) async fn void(tx: &Tx, id: &str, at: Millis) -> Outcome<bool> {
    let update = delivery::Entity::update_many()
        .col_expr(Col::Covered, Expr::value(0_i64))
        .col_expr(Col::Pending, Expr::col(Col::Amount))
        .col_expr(Col::VoidedAt, Expr::value(at))
        .filter(Col::Id.eq(id))
        .filter(Col::Used.eq(0))
        .filter(Col::VoidedAt.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// What each plot has borne in a season by covered deliveries.
pub(in crate::trace) async fn borne<C: ConnectionTrait>(connection: &C, plots: &[String], season: &str) -> Outcome<BTreeMap<String, i64>> {
    if plots.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = delivery::Entity::find()
        .filter(Col::PlotId.is_in(plots.iter().cloned()))
        .filter(Col::Season.eq(season))
        .select_only()
        .column(Col::PlotId)
        .column(Col::Covered)
        .into_tuple::<(Option<String>, i64)>()
        .all(connection)
        .await?;
    let mut sums = BTreeMap::new();
    for (plot, covered) in rows {
        *sums.entry(plot.unwrap_or_default()).or_insert(0) += covered;
    }
    Ok(sums)
}

/// What a scope reaches among deliveries; holders see no customers and no suppliers (domain §5).
pub(in crate::trace) fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::BuyerId, grower: Some(Col::GrowerId), product: None })
}

/// Deliveries within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn deliveries<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &DeliveryFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<DeliveryRow>, Option<String>)> {
    let mut query = narrowed(
        delivery::Entity::find().filter(reached(scope)),
        [
            (Col::GrowerId, &filter.grower_id),
            (Col::BuyerId, &filter.buyer_id),
            (Col::ProductId, &filter.product_id),
            (Col::Season, &filter.season),
            (Col::PlotId, &filter.plot_id),
        ],
    );
    if filter.pending {
        query = query.filter(Col::Pending.gt(0)).filter(Col::VoidedAt.is_null());
    }
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}

/// One delivery within a scope.
pub(in crate::trace) async fn delivery_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<DeliveryRow> {
    let query = delivery::Entity::find_by_id(id).filter(reached(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}
