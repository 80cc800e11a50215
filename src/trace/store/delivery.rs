//! Deliveries.

use std::collections::BTreeMap;

use sea_orm::prelude::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::reach::{Columns, within};
use super::{locked, narrowed};
use crate::db::Tx;
use crate::db::narrow::{Narrow, Places, When};
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

/// Where lists of deliveries look.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: true,
    names: &[Col::CertificateNo],
    parties: &[Col::BuyerId, Col::GrowerId],
    product: Some(Col::ProductId),
    state: None,
    when: Some(When::Day(Col::DeliveredOn)),
    orders: &[("day", Col::DeliveredOn), ("amount", Col::Amount)],
};

/// Deliveries within a scope, newest first where nothing else is asked, after `cursor`.
pub(in crate::trace) async fn deliveries<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &DeliveryFilter,
    narrow: &Narrow,
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
    query = match narrow.state.as_deref() {
        Some("pending") => query.filter(Col::Pending.gt(0)).filter(Col::VoidedAt.is_null()),
        Some("covered") => query.filter(Col::Pending.eq(0)).filter(Col::VoidedAt.is_null()),
        Some("left") => query.filter(with_left()),
        Some("voided") => query.filter(Col::VoidedAt.is_not_null()),
        _ => query,
    };
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

/// What a batch may still be made of.
fn with_left() -> Condition {
    Condition::all()
        .add(Expr::col((delivery::Entity, Col::Used)).lt(Expr::col((delivery::Entity, Col::Covered))))
        .add(Col::VoidedAt.is_null())
}

/// Whose deliveries of which product something is left of.
#[derive(Debug, Clone, Default)]
pub struct LeftOf {
    /// Bought by.
    pub buyer_id: String,
    /// Of this product.
    pub product_id: String,
    /// Only of these days; of any if there are none.
    pub days: Vec<String>,
    /// Only these; any if there are none.
    pub ids: Vec<String>,
}

fn left_of(scope: &Scope, of: &LeftOf) -> sea_orm::Select<delivery::Entity> {
    let query = delivery::Entity::find().filter(reached(scope)).filter(with_left());
    query.filter(Col::BuyerId.eq(&of.buyer_id)).filter(Col::ProductId.eq(&of.product_id))
}

/// Deliveries something is left of, the oldest first.
pub(in crate::trace) async fn with_something_left<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    of: &LeftOf,
    limit: u64,
) -> Outcome<Vec<DeliveryRow>> {
    let mut query = left_of(scope, of);
    if !of.days.is_empty() || !of.ids.is_empty() {
        let days = Col::DeliveredOn.is_in(of.days.iter().map(String::as_str));
        query = query.filter(Condition::any().add(days).add(Col::Id.is_in(of.ids.iter().map(String::as_str))));
    }
    Ok(query.order_by_asc(Col::DeliveredOn).order_by_asc(Col::Id).limit(limit).all(connection).await?)
}

/// Day, number of deliveries and what is left of them, the oldest day first.
pub(in crate::trace) async fn left_by_day<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    of: &LeftOf,
    limit: u64,
) -> Outcome<Vec<(String, i64, i64)>> {
    let sum = |column: Col| Expr::col((delivery::Entity, column)).sum().cast_as("BIGINT");
    let query = left_of(scope, of).select_only().column(Col::DeliveredOn).column_as(Col::Id.count(), "n");
    let query = query.column_as(sum(Col::Covered), "covered").column_as(sum(Col::Used), "used").group_by(Col::DeliveredOn);
    let rows: Vec<(String, i64, i64, i64)> = query.order_by_asc(Col::DeliveredOn).limit(limit).into_tuple().all(connection).await?;
    Ok(rows.into_iter().map(|(day, n, covered, used)| (day, n, covered - used)).collect())
}

/// What a buyer received on a day, by product: how many deliveries, and how much; what was voided does not count.
pub(in crate::trace) async fn received_on<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    buyer_id: &str,
    day: &str,
) -> Outcome<Vec<(String, i64, i64)>> {
    let sum = Expr::col((delivery::Entity, Col::Amount)).sum().cast_as("BIGINT");
    let query = delivery::Entity::find().filter(reached(scope)).filter(Col::BuyerId.eq(buyer_id)).filter(Col::DeliveredOn.eq(day));
    let query = query.filter(Col::VoidedAt.is_null()).select_only().column(Col::ProductId).column_as(Col::Id.count(), "n");
    Ok(query.column_as(sum, "amount").group_by(Col::ProductId).order_by_asc(Col::ProductId).into_tuple().all(connection).await?)
}

/// Whoever delivered to a buyer last, the latest first, each once; of the latest `deliveries` only.
pub(in crate::trace) async fn came_lately<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    buyer_id: &str,
    deliveries: u64,
) -> Outcome<Vec<String>> {
    let query = delivery::Entity::find().filter(reached(scope)).filter(Col::BuyerId.eq(buyer_id)).order_by_desc(Col::Id).limit(deliveries);
    let found: Vec<String> = query.select_only().column(Col::GrowerId).into_tuple().all(connection).await?;
    let mut seen = std::collections::BTreeSet::new();
    Ok(found.into_iter().filter(|id| seen.insert(id.clone())).collect())
}

/// One delivery within a scope.
pub(in crate::trace) async fn delivery_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<DeliveryRow> {
    let query = delivery::Entity::find_by_id(id).filter(reached(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}
