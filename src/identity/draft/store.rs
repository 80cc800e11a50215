//! The table of drafts.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::db::{Tx, duplicate_as};
use crate::entity::draft::{self, Column};
use crate::kernel::{Failure, Millis, Outcome};

pub(super) type Row = draft::Model;

pub(super) async fn insert(tx: &Tx, row: Row) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

/// Locks the row on PostgreSQL until the transaction ends; on SQLite there is one writer anyway.
pub(super) async fn touch(tx: &Tx, own: &str, id: &str) -> Outcome<()> {
    draft::Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::OrganisationId.eq(own))
        .exec(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn one<C: ConnectionTrait>(connection: &C, own: &str, id: &str) -> Outcome<Row> {
    let found = draft::Entity::find_by_id(id).filter(Column::OrganisationId.eq(own)).one(connection).await?;
    found.ok_or_else(Failure::not_found)
}

pub(super) async fn open<C: ConnectionTrait>(connection: &C, own: &str, kind: &str) -> Outcome<Vec<Row>> {
    let found = draft::Entity::find()
        .filter(Column::OrganisationId.eq(own))
        .filter(Column::Kind.eq(kind))
        .filter(Column::BecameId.is_null())
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id);
    Ok(found.all(connection).await?)
}

pub(super) async fn save(tx: &Tx, id: &str, body: String, step: &str, now: Millis) -> Outcome<()> {
    draft::Entity::update_many()
        .col_expr(Column::Body, Expr::value(body))
        .col_expr(Column::Step, Expr::value(step))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn finish(tx: &Tx, id: &str, became_id: &str) -> Outcome<()> {
    draft::Entity::update_many().col_expr(Column::BecameId, Expr::value(became_id)).filter(Column::Id.eq(id)).exec(tx.connection()).await?;
    Ok(())
}

pub(super) async fn discard(tx: &Tx, id: &str) -> Outcome<()> {
    draft::Entity::delete_by_id(id).exec(tx.connection()).await?;
    Ok(())
}

/// Open drafts of one account become another's.
pub(super) async fn pass_on(tx: &Tx, own: &str, from: &str, to: &str) -> Outcome<u64> {
    let update = draft::Entity::update_many()
        .col_expr(Column::AccountId, Expr::value(to))
        .filter(Column::OrganisationId.eq(own))
        .filter(Column::AccountId.eq(from))
        .filter(Column::BecameId.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected)
}
