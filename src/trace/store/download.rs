//! The table of downloads.

use sea_orm::sea_query::Condition;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use crate::db::Tx;
use crate::entity::download;
use crate::kernel::{Failure, Millis, Outcome};

pub use download::Model as DownloadRow;

/// How many bodies of more than `free` codes were completed, or are still running since `running_since`.
///
/// # Errors
/// Only ours.
pub async fn counted<C: ConnectionTrait>(connection: &C, order_no: i64, free: i64, running_since: Millis) -> Outcome<i64> {
    let running = Condition::all()
        .add(download::Column::CompletedAt.is_null())
        .add(download::Column::AbandonedAt.is_null())
        .add(download::Column::StartedAt.gt(running_since));
    let counted = download::Entity::find()
        .filter(download::Column::OrderNo.eq(order_no))
        .filter(download::Column::Codes.gt(free))
        .filter(Condition::any().add(download::Column::CompletedAt.is_not_null()).add(running))
        .count(connection)
        .await?;
    i64::try_from(counted).map_err(Failure::broken)
}

/// Notes that a download begins; its row's number.
///
/// # Errors
/// Only ours.
pub async fn begin(tx: &Tx, order_no: i64, form: &str, codes: i64, account_id: &str, now: Millis) -> Outcome<i64> {
    let row = download::ActiveModel {
        order_no: Set(order_no),
        form: Set(form.to_owned()),
        codes: Set(codes),
        account_id: Set(account_id.to_owned()),
        started_at: Set(now),
        ..Default::default()
    };
    Ok(row.insert(tx.connection()).await?.id)
}

/// One download.
///
/// # Errors
/// `not_found`.
pub async fn download<C: ConnectionTrait>(connection: &C, id: i64) -> Outcome<DownloadRow> {
    download::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Notes how a download ended.
///
/// # Errors
/// Only ours.
pub async fn end(tx: &Tx, id: i64, completed_at: Option<Millis>, abandoned_at: Option<Millis>) -> Outcome<()> {
    let change =
        download::ActiveModel { id: Set(id), completed_at: Set(completed_at), abandoned_at: Set(abandoned_at), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}
