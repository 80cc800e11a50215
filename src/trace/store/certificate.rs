//! Certificates, issued and received.

use sea_orm::prelude::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::reach::{Columns, within};
use super::{locked, narrowed, newest};
use crate::db::{Tx, duplicate_as};
use crate::entity::{batch_source, certificate, code_order, code_range, organisation};
use crate::kernel::{Failure, Outcome, Scope};
use crate::trace::batch::SourceWord;
use crate::trace::certificate::{CertificateFilter, Direction};

pub use certificate::Model as CertificateRow;

use certificate::Column as Col;

pub(in crate::trace) async fn insert(tx: &Tx, row: CertificateRow) -> Outcome<()> {
    let number = row.number.clone();
    let taken = || Failure::field("/number", "certificate_already_recorded").with("figure", number);
    certificate::ActiveModel::from(row).insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

/// Revokes a certificate in force. Answers whether it was.
pub(in crate::trace) async fn revoke(tx: &Tx, id: &str, at: i64, reason: &str) -> Outcome<bool> {
    let update = certificate::Entity::update_many()
        .col_expr(Col::RevokedAt, Expr::value(at))
        .col_expr(Col::RevokeReason, Expr::value(reason))
        .filter(Col::Id.eq(id))
        .filter(Col::RevokedAt.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// Certificates in force issued for a batch.
pub(in crate::trace) async fn in_force<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Vec<CertificateRow>> {
    let query = certificate::Entity::find()
        .filter(Col::BatchId.eq(batch_id))
        .filter(Col::Direction.eq(Direction::Issued.word()))
        .filter(Col::RevokedAt.is_null());
    Ok(query.order_by_asc(Col::Id).all(connection).await?)
}

/// A certificate, locked until the commit.
pub(in crate::trace) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<CertificateRow> {
    let query = locked(tx, certificate::Entity::find_by_id(id).filter(reached(scope)));
    query.one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// What came in with the deliveries that these batches came from.
pub(in crate::trace) async fn received<C: ConnectionTrait>(connection: &C, batches: &[String]) -> Outcome<Vec<CertificateRow>> {
    let deliveries: Vec<Option<String>> = batch_source::Entity::find()
        .filter(batch_source::Column::BatchId.is_in(batches.iter().cloned()))
        .filter(batch_source::Column::Kind.eq(SourceWord::Delivery.word()))
        .select_only()
        .column(batch_source::Column::SubjectId)
        .into_tuple()
        .all(connection)
        .await?;
    let mut ids: Vec<String> = deliveries.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for some in ids.chunks(400) {
        let query = certificate::Entity::find().filter(Col::DeliveryId.is_in(some.iter().cloned())).order_by_asc(Col::Id);
        found.extend(query.all(connection).await?);
    }
    Ok(found)
}

/// From how many deliveries and batches a batch was mixed.
pub(in crate::trace) async fn mixed_from<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<usize> {
    let kinds = [SourceWord::Delivery.word(), SourceWord::Batch.word()];
    let query =
        batch_source::Entity::find().filter(batch_source::Column::BatchId.eq(batch_id)).filter(batch_source::Column::Kind.is_in(kinds));
    let mut subjects: Vec<Option<String>> = query.all(connection).await?.into_iter().map(|row| row.subject_id).collect();
    subjects.sort_unstable();
    subjects.dedup();
    Ok(subjects.len())
}

/// How an organisation is reached, as registered.
pub(in crate::trace) async fn contact<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<Option<String>> {
    Ok(organisation::Entity::find_by_id(organisation_id).one(connection).await?.and_then(|row| row.contact))
}

/// An order and the first sequence number of a code in use for a whole batch: its batch code. Codes of single packs are not asked for:
/// printed on a paper, one of them would be looked up by everybody and read as copied.
pub(in crate::trace) async fn batch_code<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Option<(String, i64)>> {
    let ranges = code_range::Entity::find()
        .filter(code_range::Column::BatchId.eq(batch_id))
        .filter(code_range::Column::State.eq("active"))
        .order_by_asc(code_range::Column::OrderNo)
        .order_by_asc(code_range::Column::First)
        .all(connection)
        .await?;
    for range in ranges {
        let order =
            code_order::Entity::find().filter(code_order::Column::OrderNo.eq(range.order_no)).filter(code_order::Column::Kind.eq("batch"));
        if let Some(order) = order.one(connection).await? {
            return Ok(Some((order.id, range.first)));
        }
    }
    Ok(None)
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::HolderId, grower: None, product: None })
}

/// Certificates within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn certificates<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &CertificateFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<CertificateRow>, Option<String>)> {
    let query = narrowed(
        certificate::Entity::find().filter(reached(scope)),
        [
            (Col::Direction, &filter.direction),
            (Col::ProductId, &filter.product_id),
            (Col::BatchId, &filter.batch_id),
            (Col::DeliveryId, &filter.delivery_id),
        ],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}

/// One certificate within a scope.
pub(in crate::trace) async fn certificate_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<CertificateRow> {
    certificate::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}
