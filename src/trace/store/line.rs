//! Processes between batches, and who came from whom.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::locked;
use super::reach::{Columns, within};
use crate::db::Tx;
use crate::entity::{batch, batch_line, batch_source, process, process_input, shipment, shipment_line};
use crate::kernel::{Failure, Outcome, Scope};
use crate::trace::batch::{BatchState, SourceWord};

pub use batch::Model as BatchRow;
pub use process::Model as ProcessRow;
pub use process_input::Model as InputRow;

/// Writes a process with its inputs.
pub(in crate::trace) async fn insert(tx: &Tx, row: ProcessRow, inputs: Vec<InputRow>) -> Outcome<()> {
    process::ActiveModel::from(row).insert(tx.connection()).await?;
    process_input::Entity::insert_many(inputs.into_iter().map(process_input::ActiveModel::from)).exec(tx.connection()).await?;
    Ok(())
}

/// Writes down the ancestors of a new batch.
pub(in crate::trace) async fn insert_line(tx: &Tx, descendant_id: &str, ancestors: &BTreeMap<String, i64>) -> Outcome<()> {
    let rows = ancestors.iter().map(|(ancestor_id, depth)| {
        let row = batch_line::Model { ancestor_id: ancestor_id.clone(), descendant_id: descendant_id.to_owned(), depth: *depth };
        batch_line::ActiveModel::from(row)
    });
    batch_line::Entity::insert_many(rows).exec(tx.connection()).await?;
    Ok(())
}

/// Batches by id, locked until the commit, in the order of their ids: so nobody waits in a circle.
pub(in crate::trace) async fn lock_batches(tx: &Tx, ids: &[String]) -> Outcome<Vec<BatchRow>> {
    let query = batch::Entity::find().filter(batch::Column::Id.is_in(ids.iter().cloned())).order_by_asc(batch::Column::Id);
    Ok(locked(tx, query).all(tx.connection()).await?)
}

/// Ids of the batches a batch came from in one step; none for one of deliveries, plots or raw material.
pub(in crate::trace) async fn parents<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<String>> {
    let rows = batch_source::Entity::find()
        .filter(batch_source::Column::BatchId.eq(id))
        .filter(batch_source::Column::Kind.eq(SourceWord::Batch.word()))
        .order_by_asc(batch_source::Column::No)
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|row| row.subject_id).collect())
}

/// Ancestors of several batches with their distance: `(batch, ancestor, depth)`.
pub(in crate::trace) async fn above<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<(String, String, i64)>> {
    let query = batch_line::Entity::find().filter(batch_line::Column::DescendantId.is_in(ids.iter().cloned()));
    let rows = query.order_by_asc(batch_line::Column::Depth).order_by_asc(batch_line::Column::AncestorId).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.descendant_id, row.ancestor_id, row.depth)).collect())
}

/// Descendants of several batches with their distance: `(batch, descendant, depth)`.
///
/// # Errors
/// Only ours.
pub async fn below<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<(String, String, i64)>> {
    let query = batch_line::Entity::find().filter(batch_line::Column::AncestorId.is_in(ids.iter().cloned()));
    let rows = query.order_by_asc(batch_line::Column::Depth).order_by_asc(batch_line::Column::DescendantId).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.ancestor_id, row.descendant_id, row.depth)).collect())
}

/// How many ancestors a batch has.
pub(in crate::trace) async fn count_above<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<i64> {
    let count = batch_line::Entity::find().filter(batch_line::Column::DescendantId.eq(id)).count(connection).await?;
    i64::try_from(count).map_err(Failure::broken)
}

/// The ancestors of a batch, the nearest first.
pub(in crate::trace) async fn ancestors<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<BatchRow>> {
    let above = above(connection, &[id.to_owned()]).await?;
    let ids: Vec<String> = above.into_iter().map(|(_, ancestor, _)| ancestor).collect();
    let mut rows = batches(connection, &ids).await?;
    let depth = |row: &BatchRow| ids.iter().position(|id| *id == row.id);
    rows.sort_by_key(depth);
    Ok(rows)
}

/// Batches by id, in the order of their ids.
///
/// # Errors
/// Only ours.
pub async fn batches<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<BatchRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = batch::Entity::find().filter(batch::Column::Id.is_in(ids.iter().cloned())).order_by_asc(batch::Column::Id);
    Ok(query.all(connection).await?)
}

/// Lots of the batches that stand and were made of this one in one step.
pub(in crate::trace) async fn children<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<String>> {
    let below = below(connection, &[id.to_owned()]).await?;
    let ids: Vec<String> = below.into_iter().filter(|(_, _, depth)| *depth == 1).map(|(_, child, _)| child).collect();
    let rows = batches(connection, &ids).await?;
    let mut lots: Vec<String> = rows.into_iter().filter(|row| row.state != BatchState::Voided.word()).map(|row| row.lot).collect();
    lots.sort_unstable();
    Ok(lots)
}

/// A process.
pub(in crate::trace) async fn process<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<ProcessRow> {
    process::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// A process within a scope.
pub(in crate::trace) async fn process_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ProcessRow> {
    use process::Column as Col;
    let reach = within(scope, Columns { party: Col::ProducerId, grower: None, product: Some(Col::ProductId) });
    process::Entity::find_by_id(id).filter(reach).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Processes by id.
pub(in crate::trace) async fn processes<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<ProcessRow>> {
    let query = process::Entity::find().filter(process::Column::Id.is_in(ids)).order_by_asc(process::Column::Id);
    Ok(query.all(connection).await?)
}

/// What went into processes, in the order it was named.
pub(in crate::trace) async fn inputs<C: ConnectionTrait>(connection: &C, process_ids: Vec<String>) -> Outcome<Vec<InputRow>> {
    use process_input::Column as Col;
    let query = process_input::Entity::find().filter(Col::ProcessId.is_in(process_ids));
    Ok(query.order_by_asc(Col::ProcessId).order_by_asc(Col::No).all(connection).await?)
}

/// Processes a batch went into, oldest first.
pub(in crate::trace) async fn went_into<C: ConnectionTrait>(connection: &C, batch_ids: &[String]) -> Outcome<Vec<InputRow>> {
    use process_input::Column as Col;
    let query = process_input::Entity::find().filter(Col::BatchId.is_in(batch_ids.iter().cloned()));
    Ok(query.order_by_asc(Col::ProcessId).all(connection).await?)
}

/// What came out of a process, voided or not.
pub(in crate::trace) async fn outputs<C: ConnectionTrait>(connection: &C, process_id: &str) -> Outcome<Vec<BatchRow>> {
    let query = batch::Entity::find().filter(batch::Column::ProcessId.eq(process_id)).order_by_asc(batch::Column::Id);
    Ok(query.all(connection).await?)
}

/// What of each of these batches was shipped and did not come back, in shipments that stand.
pub(in crate::trace) async fn shipped<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<BTreeMap<String, i64>> {
    let query = shipment_line::Entity::find().filter(shipment_line::Column::BatchId.is_in(ids.iter().cloned()));
    let lines = query.all(connection).await?;
    if lines.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of = shipment::Column::Id.is_in(lines.iter().map(|line| line.shipment_id.clone()));
    let voided = shipment::Entity::find().filter(of).filter(shipment::Column::State.eq("voided")).all(connection).await?;
    let mut sums = BTreeMap::new();
    for line in lines.into_iter().filter(|line| !voided.iter().any(|v| v.id == line.shipment_id)) {
        *sums.entry(line.batch_id).or_insert(0) += line.amount - line.returned;
    }
    Ok(sums)
}
