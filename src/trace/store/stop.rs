//! The tables of stops and recalls.

use sea_orm::sea_query::Condition;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::order::{batches_within, orders_within, within};
use crate::db::Tx;
use crate::entity::{recall, stop};
use crate::kernel::{Failure, Outcome, Scope};

pub use recall::Model as RecallRow;
pub use stop::Model as StopRow;

const IN_FORCE: [&str; 2] = ["in_force", "lift_proposed"];

/// What may be stopped, named by its ids; whoever acts on codes asks with all that is known of them.
#[derive(Debug, Clone, Copy)]
pub struct Covered<'a> {
    /// The producer.
    pub producer_id: &'a str,
    /// The product.
    pub product_id: &'a str,
    /// The batch, if there is one.
    pub batch_id: Option<&'a str>,
    /// The order and its stretch, if there is one.
    pub codes: Option<(i64, i64, i64)>,
}

/// A stop in force that covers some of it.
///
/// # Errors
/// Only ours.
pub async fn stop_on<C: ConnectionTrait>(connection: &C, covered: Covered<'_>) -> Outcome<Option<StopRow>> {
    let ids = [Some(covered.producer_id), Some(covered.product_id), covered.batch_id];
    let by_id = Condition::all().add(stop::Column::OrderNo.is_null()).add(stop::Column::SubjectId.is_in(ids.into_iter().flatten()));
    let by_number = covered.codes.map(|(order_no, first, last)| {
        Condition::all().add(stop::Column::OrderNo.eq(order_no)).add(stop::Column::First.lte(last)).add(stop::Column::Last.gte(first))
    });
    Ok(stop::Entity::find()
        .filter(stop::Column::State.is_in(IN_FORCE))
        .filter(Condition::any().add(by_id).add_option(by_number))
        .order_by_asc(stop::Column::Id)
        .one(connection)
        .await?)
}

/// A recall in force on a batch.
///
/// # Errors
/// Only ours.
pub async fn recall_on<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Option<RecallRow>> {
    Ok(recall::Entity::find()
        .filter(recall::Column::BatchId.eq(batch_id))
        .filter(recall::Column::State.is_in(IN_FORCE))
        .order_by_asc(recall::Column::Id)
        .one(connection)
        .await?)
}

/// A recall in force on one of several batches, the first announced.
///
/// # Errors
/// Only ours.
pub async fn recall_on_any<C: ConnectionTrait>(connection: &C, batch_ids: &[String]) -> Outcome<Option<RecallRow>> {
    Ok(recall::Entity::find()
        .filter(recall::Column::BatchId.is_in(batch_ids.iter().cloned()))
        .filter(recall::Column::State.is_in(IN_FORCE))
        .order_by_asc(recall::Column::Id)
        .one(connection)
        .await?)
}

/// A stop in force on one of several batches, the first ordered.
///
/// # Errors
/// Only ours.
pub async fn stop_on_any<C: ConnectionTrait>(connection: &C, batch_ids: &[String]) -> Outcome<Option<StopRow>> {
    Ok(stop::Entity::find()
        .filter(stop::Column::State.is_in(IN_FORCE))
        .filter(stop::Column::OrderNo.is_null())
        .filter(stop::Column::SubjectId.is_in(batch_ids.iter().cloned()))
        .order_by_asc(stop::Column::Id)
        .one(connection)
        .await?)
}

/// Puts a proposed stop into the table.
///
/// # Errors
/// Only ours.
pub async fn insert_stop(tx: &Tx, row: StopRow) -> Outcome<()> {
    stop::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// A stop, held until the transaction ends.
///
/// # Errors
/// `not_found`.
pub async fn lock_stop(tx: &Tx, id: &str) -> Outcome<StopRow> {
    tx.locked(stop::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Writes a stop as it is now.
///
/// # Errors
/// Only ours.
pub async fn update_stop(tx: &Tx, row: StopRow) -> Outcome<()> {
    stop::ActiveModel::from(row).reset_all().update(tx.connection()).await?;
    Ok(())
}

/// Puts a proposed recall into the table.
///
/// # Errors
/// Only ours.
pub async fn insert_recall(tx: &Tx, row: RecallRow) -> Outcome<()> {
    recall::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// A recall, held until the transaction ends.
///
/// # Errors
/// `not_found`.
pub async fn lock_recall(tx: &Tx, id: &str) -> Outcome<RecallRow> {
    tx.locked(recall::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Writes a recall as it is now.
///
/// # Errors
/// Only ours.
pub async fn update_recall(tx: &Tx, row: RecallRow) -> Outcome<()> {
    recall::ActiveModel::from(row).reset_all().update(tx.connection()).await?;
    Ok(())
}

/// One stop.
///
/// # Errors
/// `not_found`.
pub async fn stop<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<StopRow> {
    stop::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// One recall.
///
/// # Errors
/// `not_found`.
pub async fn recall<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<RecallRow> {
    recall::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Stops of an order, a batch, a producer or a product that the scope reaches.
fn stops_reached(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    // A producer or a product is its own subject.
    let subject = within(scope, stop::Column::SubjectId, stop::Column::SubjectId);
    Condition::any()
        .add(stop::Column::OrderNo.in_subquery(orders_within(scope)))
        .add(stop::Column::SubjectId.in_subquery(batches_within(scope)))
        .add(subject)
}

/// A stop within reach.
///
/// # Errors
/// `not_found`.
pub async fn stop_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<StopRow> {
    stop::Entity::find_by_id(id).filter(stops_reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// A recall within reach.
///
/// # Errors
/// `not_found`.
pub async fn recall_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<RecallRow> {
    let row = recall::Entity::find_by_id(id).filter(recall::Column::BatchId.in_subquery(batches_within(scope))).one(connection).await?;
    row.ok_or_else(Failure::not_found)
}

/// Stops within reach, newest first: of an order, a batch, a producer or a product that the scope reaches.
///
/// # Errors
/// Only ours.
pub async fn stops<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    state: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<StopRow>> {
    let query = stop::Entity::find().filter(stops_reached(scope)).order_by_desc(stop::Column::Id).limit(limit);
    let narrow = Condition::all().add_option(state.map(|s| stop::Column::State.eq(s))).add_option(cursor.map(|c| stop::Column::Id.lt(c)));
    Ok(query.filter(narrow).all(connection).await?)
}

/// Recalls of batches within reach, newest first.
///
/// # Errors
/// Only ours.
pub async fn recalls<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    state: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<RecallRow>> {
    let narrow =
        Condition::all().add_option(state.map(|s| recall::Column::State.eq(s))).add_option(cursor.map(|c| recall::Column::Id.lt(c)));
    Ok(recall::Entity::find()
        .filter(narrow)
        .filter(recall::Column::BatchId.in_subquery(batches_within(scope)))
        .order_by_desc(recall::Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}
