//! Hand-overs to printing houses.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::locked;
use crate::db::Tx;
use crate::entity::{download, hand_over, printing_house};
use crate::kernel::{Failure, Millis, Outcome, Scope};
use crate::registry::store::printing_house as houses;
use crate::trace::hand_over::{HandOverState, Printer, read_token, token_hash};

pub use hand_over::Model as HandOverRow;

/// Records a hand-over.
///
/// # Errors
/// Only ours.
pub async fn insert(tx: &Tx, row: HandOverRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// Writes a changed hand-over.
///
/// # Errors
/// Only ours.
pub async fn update(tx: &Tx, row: HandOverRow) -> Outcome<()> {
    let change = hand_over::ActiveModel {
        id: Set(row.id),
        state: Set(row.state),
        fetched_at: Set(row.fetched_at),
        fetched_sha256: Set(row.fetched_sha256),
        printed: Set(row.printed),
        spoiled: Set(row.spoiled),
        printed_at: Set(row.printed_at),
        printed_note: Set(row.printed_note),
        received: Set(row.received),
        received_at: Set(row.received_at),
        received_by: Set(row.received_by),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// A hand-over held until the commit. Whoever also needs its order locks the order first.
///
/// # Errors
/// `not_found`.
pub async fn lock(tx: &Tx, id: &str) -> Outcome<HandOverRow> {
    locked(tx, hand_over::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// One hand-over.
///
/// # Errors
/// `not_found`.
pub async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<HandOverRow> {
    hand_over::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The hand-over behind a link.
///
/// # Errors
/// Only ours.
pub async fn by_hash<C: ConnectionTrait>(connection: &C, hash: &str) -> Outcome<Option<HandOverRow>> {
    Ok(hand_over::Entity::find().filter(hand_over::Column::TokenHash.eq(hash)).one(connection).await?)
}

/// The hand-over a printer may see, not held.
///
/// # Errors
/// `not_found`, whatever the reason.
pub async fn found<C: ConnectionTrait>(connection: &C, scope: &Scope, printer: &Printer) -> Outcome<HandOverRow> {
    let row = match printer {
        Printer::Link(written) => {
            let token = read_token(written).ok_or_else(Failure::not_found)?;
            by_hash(connection, &token_hash(&token)).await?
        }
        Printer::Account(id) => {
            let row = one(connection, id).await?;
            let house = match &row.printing_house_id {
                Some(house) => houses::find(connection, house).await?,
                None => None,
            };
            house.filter(|house| scope.organisations.contains(&house.organisation_id)).map(|_| row)
        }
    };
    row.filter(|row| row.state != HandOverState::Withdrawn.word()).ok_or_else(Failure::not_found)
}

/// Every hand-over of an order, newest first.
///
/// # Errors
/// Only ours.
pub async fn of_order<C: ConnectionTrait>(connection: &C, order_no: i64) -> Outcome<Vec<HandOverRow>> {
    let found = hand_over::Entity::find().filter(hand_over::Column::OrderNo.eq(order_no)).order_by_desc(hand_over::Column::Id);
    Ok(found.all(connection).await?)
}

/// Hand-overs to printing houses of these organisations, newest first, withdrawn ones left out.
///
/// # Errors
/// Only ours.
pub async fn of_printers<C: ConnectionTrait>(connection: &C, organisations: &[String], limit: u64) -> Outcome<Vec<HandOverRow>> {
    let houses = printing_house::Entity::find()
        .select_only()
        .column(printing_house::Column::Id)
        .filter(printing_house::Column::OrganisationId.is_in(organisations));
    let found = hand_over::Entity::find()
        .filter(hand_over::Column::PrintingHouseId.in_subquery(sea_orm::QueryTrait::into_query(houses)))
        .filter(hand_over::Column::State.ne("withdrawn"))
        .order_by_desc(hand_over::Column::Id)
        .limit(limit);
    Ok(found.all(connection).await?)
}

/// Is a body of this form still running since `since`?
///
/// # Errors
/// Only ours.
pub async fn running<C: ConnectionTrait>(connection: &C, order_no: i64, form: &str, since: Millis) -> Outcome<bool> {
    let found = download::Entity::find()
        .filter(download::Column::OrderNo.eq(order_no))
        .filter(download::Column::Form.eq(form))
        .filter(download::Column::CompletedAt.is_null())
        .filter(download::Column::AbandonedAt.is_null())
        .filter(download::Column::StartedAt.gt(since));
    Ok(found.count(connection).await? > 0)
}

/// Downloads of an order, newest first.
///
/// # Errors
/// Only ours.
pub async fn downloads<C: ConnectionTrait>(connection: &C, order_no: i64, limit: u64) -> Outcome<Vec<download::Model>> {
    let found = download::Entity::find().filter(download::Column::OrderNo.eq(order_no)).order_by_desc(download::Column::Id).limit(limit);
    Ok(found.all(connection).await?)
}
