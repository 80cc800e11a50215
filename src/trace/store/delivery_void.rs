//! Deliveries entered by mistake.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::page;
use super::reach::{Columns, within};
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

/// Decides one that waits. Answers whether it still waited.
pub(in crate::trace) async fn decide(tx: &Tx, desk: &Desk, id: &str, state: VoidState, reason: Option<String>) -> Outcome<bool> {
    let update = delivery_void::Entity::update_many()
        .set(delivery_void::ActiveModel {
            state: Set(state.word().to_owned()),
            decided_by: Set(Some(desk.actor.account_id.clone())),
            decided_at: Set(Some(desk.clock.now())),
            decision_reason: Set(reason),
            ..Default::default()
        })
        .filter(Col::Id.eq(id))
        .filter(Col::State.eq(VoidState::Waiting.word()));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
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
    let mut query = delivery_void::Entity::find().filter(reached(scope)).order_by_desc(Col::Id);
    for (column, wanted) in [(Col::State, &filter.state), (Col::DeliveryId, &filter.delivery_id)] {
        if let Some(wanted) = wanted {
            query = query.filter(column.eq(wanted));
        }
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(page(query.limit(limit.saturating_add(1)).all(connection).await?, limit, |row| row.id.clone()))
}
