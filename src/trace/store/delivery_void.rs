//! Deliveries entered by mistake.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::reach::{Columns, within};
use super::{narrowed, newest};
use crate::db::Tx;
use crate::entity::delivery_void::{self, Column as Col};
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::trace::delivery_void::{VoidFilter, VoidState};

pub use delivery_void::Model as VoidRow;

pub(in crate::trace) async fn insert(tx: &Tx, row: VoidRow) -> Outcome<()> {
    delivery_void::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// What counts of each of these deliveries, by delivery: the one that waits or was done, else the last that was refused.
pub(in crate::trace) async fn of_deliveries<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<BTreeMap<String, VoidRow>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = delivery_void::Entity::find().filter(Col::DeliveryId.is_in(ids)).order_by_asc(Col::Id).all(connection).await?;
    let (refused, others): (Vec<VoidRow>, Vec<VoidRow>) = rows.into_iter().partition(|row| row.state == VoidState::Refused.word());
    Ok(refused.into_iter().chain(others).map(|row| (row.delivery_id.clone(), row)).collect())
}

decides! {
    /// Decides one that waits. Answers whether it still waited.
    decide, delivery_void, VoidState::Waiting
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::OrganisationId, grower: None, product: None })
}

/// One within a scope.
pub(in crate::trace) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<VoidRow> {
    let query = delivery_void::Entity::find_by_id(id).filter(reached(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// Those within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn voids<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &VoidFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<VoidRow>, Option<String>)> {
    let query = narrowed(
        delivery_void::Entity::find().filter(reached(scope)),
        [(Col::State, &filter.state), (Col::DeliveryId, &filter.delivery_id)],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}
