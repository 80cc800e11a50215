//! The table of claims for labels spoilt beyond the spare.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::order::within;
use crate::db::Tx;
use crate::entity::damage_claim;
use crate::kernel::{Failure, Outcome, Scope};

use damage_claim::Column as Col;

pub use damage_claim::Model as ClaimRow;

/// Writes a new claim.
///
/// # Errors
/// Only ours.
pub async fn insert(tx: &Tx, row: ClaimRow) -> Outcome<()> {
    damage_claim::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// One claim, held until the transaction ends.
///
/// # Errors
/// `not_found`.
pub async fn lock(tx: &Tx, id: &str) -> Outcome<ClaimRow> {
    tx.locked(damage_claim::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Writes a decision.
///
/// # Errors
/// Only ours.
pub async fn decide(tx: &Tx, row: &ClaimRow) -> Outcome<()> {
    let change = damage_claim::ActiveModel {
        id: Set(row.id.clone()),
        state: Set(row.state.clone()),
        decided_by: Set(row.decided_by.clone()),
        decided_at: Set(row.decided_at),
        decision_reason: Set(row.decision_reason.clone()),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Claims within reach, newest first, before `cursor`; of one order, in one state.
///
/// # Errors
/// Only ours.
pub async fn claims<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    order_no: Option<i64>,
    state: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<ClaimRow>> {
    let mut query = damage_claim::Entity::find().filter(within(scope, Col::ProducerId, Col::ProductId));
    if let Some(number) = order_no {
        query = query.filter(Col::OrderNo.eq(number));
    }
    if let Some(state) = state {
        query = query.filter(Col::State.eq(state));
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(query.order_by_desc(Col::Id).limit(limit).all(connection).await?)
}
