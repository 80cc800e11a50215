//! Old cartons.

use sea_orm::prelude::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Set};

use super::reach::{Columns, within};
use super::{narrowed, newest};
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

decides! {
    /// Decides those that wait. Answers whether they still did.
    decide, old_carton, CartonState::Proposed
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
    let query = narrowed(
        old_carton::Entity::find().filter(reached(scope)),
        [(Col::ProducerId, &filter.producer_id), (Col::ProductId, &filter.product_id), (Col::State, &filter.state)],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}
