//! Tables of backups: what an archive leaves out, and restorations.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};

use crate::db::{Tx, duplicate_as};
use crate::entity::{day_key, restoration, session};
use crate::kernel::{Failure, Millis, Outcome};

pub use restoration::Model as Restoration;

/// Tables whose rows are in no archive: the keys of the day that visitors are hashed under, and who is signed in.
pub(super) const LEFT_OUT: [&str; 2] = ["day_key", "session"];

/// Is anything there of what archives leave out?
pub(super) async fn has_left_out<C: ConnectionTrait>(connection: &C) -> Outcome<bool> {
    Ok(day_key::Entity::find().count(connection).await? > 0 || session::Entity::find().count(connection).await? > 0)
}

/// The restoration nobody cleared yet.
pub(super) async fn held<C: ConnectionTrait>(connection: &C) -> Outcome<Option<Restoration>> {
    let found = restoration::Entity::find().filter(restoration::Column::ClearedAt.is_null());
    Ok(found.order_by_desc(restoration::Column::Id).one(connection).await?)
}

/// Restorations, newest first.
pub(super) async fn all<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<Restoration>> {
    Ok(restoration::Entity::find().order_by_desc(restoration::Column::Id).all(connection).await?)
}

pub(super) async fn insert(tx: &Tx, row: Restoration) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("restore_hold")))?;
    Ok(())
}

/// Clears every restoration that is held; a backup of a held database was one itself.
pub(super) async fn clear(tx: &Tx, at: Millis, lost: i64, reason: &str) -> Outcome<u64> {
    let done = restoration::Entity::update_many()
        .col_expr(restoration::Column::ClearedAt, Expr::value(at))
        .col_expr(restoration::Column::Lost, Expr::value(lost))
        .col_expr(restoration::Column::Reason, Expr::value(reason))
        .filter(restoration::Column::ClearedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected)
}
