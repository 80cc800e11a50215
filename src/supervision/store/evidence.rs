//! Evidence and the end of its chain.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::db::Tx;
use crate::db::region::in_region;
use crate::entity::{evidence, evidence_head};
use crate::kernel::{Failure, Outcome, Scope};

pub use evidence::Model as EvidenceRow;

/// Rows whose division lies in the scope.
fn within(scope: &Scope) -> Condition {
    in_region(scope, evidence::Column::DivisionCode)
}

/// The end of the chain, locked until the transaction ends: number and hash of the last record.
pub(in crate::supervision) async fn lock_head(tx: &Tx) -> Outcome<(i64, String)> {
    let head = tx
        .locked(evidence_head::Entity::find_by_id(1))
        .one(tx.connection())
        .await?
        .ok_or_else(|| Failure::broken("the chain of evidence has no end"))?;
    Ok((head.chain_no, head.hash))
}

/// The end of the chain as it is.
pub(in crate::supervision) async fn head<C: ConnectionTrait>(connection: &C) -> Outcome<(i64, String)> {
    let head = evidence_head::Entity::find_by_id(1).one(connection).await?;
    Ok(head.map(|head| (head.chain_no, head.hash)).unwrap_or_default())
}

/// Appends a record; it becomes the end of the chain.
pub(in crate::supervision) async fn append(tx: &Tx, row: EvidenceRow) -> Outcome<()> {
    let end = evidence_head::ActiveModel { id: Set(1), chain_no: Set(row.chain_no), hash: Set(row.hash.clone()) };
    row.into_active_model().insert(tx.connection()).await?;
    end.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<EvidenceRow> {
    evidence::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The record of this number, wherever it was taken: a neighbour in the chain.
pub(in crate::supervision) async fn numbered<C: ConnectionTrait>(connection: &C, chain_no: i64) -> Outcome<Option<EvidenceRow>> {
    Ok(evidence::Entity::find().filter(evidence::Column::ChainNo.eq(chain_no)).one(connection).await?)
}

/// The whole chain after a number, in its order.
pub(in crate::supervision) async fn chain<C: ConnectionTrait>(connection: &C, after: i64, limit: u64) -> Outcome<Vec<EvidenceRow>> {
    let query = evidence::Entity::find().filter(evidence::Column::ChainNo.gt(after)).order_by_asc(evidence::Column::ChainNo);
    Ok(query.limit(limit).all(connection).await?)
}

pub(in crate::supervision) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    subject_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<EvidenceRow>> {
    let mut query = evidence::Entity::find().filter(within(scope)).order_by_desc(evidence::Column::Id).limit(limit);
    if let Some(subject) = subject_id {
        query = query.filter(evidence::Column::SubjectId.eq(subject));
    }
    if let Some(cursor) = cursor {
        query = query.filter(evidence::Column::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Records that supplement this one, in their order.
pub(in crate::supervision) async fn supplements<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<EvidenceRow>> {
    let query = evidence::Entity::find().filter(evidence::Column::SupplementsId.eq(id)).order_by_asc(evidence::Column::ChainNo);
    Ok(query.all(connection).await?)
}

/// Evidence about some things, in the order of the chain.
pub(in crate::supervision) async fn about<C: ConnectionTrait>(connection: &C, subject_ids: Vec<String>) -> Outcome<Vec<EvidenceRow>> {
    let query = evidence::Entity::find().filter(evidence::Column::SubjectId.is_in(subject_ids));
    Ok(query.order_by_asc(evidence::Column::ChainNo).all(connection).await?)
}

/// Evidence in reach about some things, in the order of the chain.
pub(in crate::supervision) async fn about_in_reach<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    subject_ids: Vec<String>,
) -> Outcome<Vec<EvidenceRow>> {
    let query = evidence::Entity::find().filter(within(scope)).filter(evidence::Column::SubjectId.is_in(subject_ids));
    Ok(query.order_by_asc(evidence::Column::ChainNo).all(connection).await?)
}
