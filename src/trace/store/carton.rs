//! Old cartons.

use sea_orm::prelude::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::page;
use super::reach::{Columns, within};
use crate::db::Tx;
use crate::entity::old_carton::{self, Column as Col};
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::trace::carton::{CartonFilter, CartonState};

pub use old_carton::Model as CartonRow;

pub(in crate::trace) async fn insert(tx: &Tx, row: CartonRow) -> Outcome<()> {
    old_carton::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// Old cartons by id.
pub(in crate::trace) async fn carton<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<CartonRow> {
    old_carton::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Decides those that wait. Answers whether they still did.
pub(in crate::trace) async fn decide(tx: &Tx, desk: &Desk, id: &str, state: CartonState, reason: Option<String>) -> Outcome<bool> {
    let update = old_carton::Entity::update_many()
        .set(old_carton::ActiveModel {
            state: Set(state.word().to_owned()),
            decided_by: Set(Some(desk.actor.account_id.clone())),
            decided_at: Set(Some(desk.clock.now())),
            decision_reason: Set(reason),
            ..Default::default()
        })
        .filter(Col::Id.eq(id))
        .filter(Col::State.eq(CartonState::Proposed.word()));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// Counts `count` of them as used, in one conditional statement. Answers whether there were so many left.
pub(in crate::trace) async fn take(tx: &Tx, id: &str, count: i64) -> Outcome<bool> {
    let update = old_carton::Entity::update_many()
        .col_expr(Col::Used, Expr::col(Col::Used).add(count))
        .filter(Col::Id.eq(id))
        .filter(Col::State.eq(CartonState::Approved.word()))
        .filter(Expr::col(Col::Used).add(count).lte(Expr::col(Col::Count)));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::ProducerId, grower: None, product: Some(Col::ProductId) })
}

/// One within a scope.
pub(in crate::trace) async fn carton_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<CartonRow> {
    let query = old_carton::Entity::find_by_id(id).filter(reached(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// Old cartons within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn cartons<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &CartonFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<CartonRow>, Option<String>)> {
    let mut query = old_carton::Entity::find().filter(reached(scope)).order_by_desc(Col::Id);
    for (column, wanted) in [(Col::ProducerId, &filter.producer_id), (Col::ProductId, &filter.product_id), (Col::State, &filter.state)] {
        if let Some(wanted) = wanted {
            query = query.filter(column.eq(wanted));
        }
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(page(query.limit(limit.saturating_add(1)).all(connection).await?, limit, |row| row.id.clone()))
}
