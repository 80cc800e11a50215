//! The table of seizures, and the document number they put on a batch.

use sea_orm::sea_query::Condition;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::order::batches_within;
use crate::db::Tx;
use crate::entity::{batch, seizure};
use crate::kernel::{Failure, Outcome, Scope};

pub use seizure::Model as SeizureRow;

const IN_FORCE: [&str; 2] = ["in_force", "end_proposed"];

/// Puts a proposed seizure into the table.
///
/// # Errors
/// Only ours.
pub async fn insert(tx: &Tx, row: SeizureRow) -> Outcome<()> {
    seizure::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// A seizure, held until the transaction ends.
///
/// # Errors
/// `not_found`.
pub async fn lock(tx: &Tx, id: &str) -> Outcome<SeizureRow> {
    tx.locked(seizure::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Writes a seizure as it is now.
///
/// # Errors
/// Only ours.
pub async fn update(tx: &Tx, row: SeizureRow) -> Outcome<()> {
    seizure::ActiveModel::from(row).reset_all().update(tx.connection()).await?;
    Ok(())
}

/// Seizures of a batch in force, oldest first.
///
/// # Errors
/// Only ours.
pub async fn in_force_on<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Vec<SeizureRow>> {
    Ok(seizure::Entity::find()
        .filter(seizure::Column::BatchId.eq(batch_id))
        .filter(seizure::Column::State.is_in(IN_FORCE))
        .order_by_asc(seizure::Column::ConfirmedAt)
        .order_by_asc(seizure::Column::Id)
        .all(connection)
        .await?)
}

/// Writes the document number that stops everything on a batch, or takes it away; the caller holds the batch.
///
/// # Errors
/// Only ours.
pub async fn mark_batch(tx: &Tx, batch_id: &str, document_no: Option<String>) -> Outcome<()> {
    batch::ActiveModel { id: Set(batch_id.to_owned()), hold_document: Set(document_no), ..Default::default() }
        .update(tx.connection())
        .await?;
    Ok(())
}

/// Seizures of batches within reach, newest first.
///
/// # Errors
/// Only ours.
pub async fn seizures<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    (state, batch_id): (Option<&str>, Option<&str>),
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<SeizureRow>> {
    let narrow = Condition::all()
        .add_option(state.map(|s| seizure::Column::State.eq(s)))
        .add_option(batch_id.map(|id| seizure::Column::BatchId.eq(id)))
        .add_option(cursor.map(|c| seizure::Column::Id.lt(c)));
    Ok(seizure::Entity::find()
        .filter(narrow)
        .filter(seizure::Column::BatchId.in_subquery(batches_within(scope)))
        .order_by_desc(seizure::Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}

/// One seizure within reach.
///
/// # Errors
/// `not_found`.
pub async fn seizure_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<SeizureRow> {
    let found = seizure::Entity::find_by_id(id).filter(seizure::Column::BatchId.in_subquery(batches_within(scope))).one(connection).await?;
    found.ok_or_else(Failure::not_found)
}
