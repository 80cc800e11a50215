//! The tables of notices and of their ways out.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::db::{Tx, duplicate_as};
use crate::entity::notice::{self, Column};
use crate::entity::{organisation, outbox};
use crate::kernel::{Failure, Millis, Outcome};

/// A notice as stored.
pub type Row = notice::Model;
/// How far a notice has come on one way out.
pub type Way = outbox::Model;

pub(super) async fn insert(tx: &Tx, row: Row) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

pub(super) async fn is_noted<C: ConnectionTrait>(connection: &C, once: &str) -> Outcome<bool> {
    Ok(notice::Entity::find().filter(Column::Once.eq(once)).one(connection).await?.is_some())
}

fn mine(account_id: &str, own: Option<&str>) -> Condition {
    let mine = Condition::any().add(Column::AccountId.eq(account_id));
    match own {
        Some(own) => mine.add(Column::OrganisationId.eq(own)),
        None => mine,
    }
}

pub(super) async fn of<C: ConnectionTrait>(
    connection: &C,
    account_id: &str,
    own: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<Row>> {
    let mut found = notice::Entity::find().filter(mine(account_id, own));
    if let Some(cursor) = cursor {
        found = found.filter(Column::Id.lt(cursor));
    }
    Ok(found.order_by_desc(Column::Id).limit(limit).all(connection).await?)
}

pub(super) async fn unread<C: ConnectionTrait>(connection: &C, account_id: &str, own: Option<&str>) -> Outcome<u64> {
    Ok(notice::Entity::find().filter(mine(account_id, own)).filter(Column::ReadAt.is_null()).count(connection).await?)
}

pub(super) async fn mark_read(tx: &Tx, account_id: &str, own: Option<&str>, now: Millis, last: &str) -> Outcome<()> {
    notice::Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(now))
        .col_expr(Column::ReadBy, Expr::value(account_id))
        .filter(mine(account_id, own))
        .filter(Column::ReadAt.is_null())
        .filter(Column::Id.lte(last))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Notices since a moment, oldest first, that have not set out on this way.
///
/// # Errors
/// The database's.
pub async fn not_set_out<C: ConnectionTrait>(connection: &C, channel: &str, since: Millis, limit: u64) -> Outcome<Vec<Row>> {
    let mut gone = sea_orm::sea_query::Query::select();
    gone.column(outbox::Column::NoticeId).from(outbox::Entity).and_where(outbox::Column::Channel.eq(channel));
    let found = notice::Entity::find()
        .filter(Column::NotedAt.gte(since))
        .filter(Column::Id.not_in_subquery(gone))
        .order_by_asc(Column::Id)
        .limit(limit);
    Ok(found.all(connection).await?)
}

/// Lets a notice set out.
///
/// # Errors
/// `busy` if another node was first.
pub async fn set_out(tx: &Tx, notice_id: &str, channel: &str, now: Millis) -> Outcome<()> {
    let way = Way {
        notice_id: notice_id.to_owned(),
        channel: channel.to_owned(),
        state: "waiting".to_owned(),
        tries: 0,
        due_at: now,
        sent_at: None,
        said: None,
    };
    way.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

/// What is due on its way, each with its notice.
///
/// # Errors
/// The database's.
pub async fn due<C: ConnectionTrait>(connection: &C, now: Millis, limit: u64) -> Outcome<Vec<(Way, Row)>> {
    let ways = outbox::Entity::find()
        .filter(outbox::Column::State.eq("waiting"))
        .filter(outbox::Column::DueAt.lte(now))
        .order_by_asc(outbox::Column::DueAt)
        .order_by_asc(outbox::Column::NoticeId)
        .limit(limit)
        .all(connection)
        .await?;
    let rows = notice::Entity::find().filter(Column::Id.is_in(ways.iter().map(|w| w.notice_id.clone()))).all(connection).await?;
    let by_id: BTreeMap<String, Row> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    Ok(ways.into_iter().filter_map(|way| by_id.get(&way.notice_id).cloned().map(|row| (way, row))).collect())
}

/// How many ways wait to be sent, and how many were given up.
///
/// # Errors
/// The database's.
pub async fn counts<C: ConnectionTrait>(connection: &C) -> Outcome<(u64, u64)> {
    let of = |state: &str| outbox::Entity::find().filter(outbox::Column::State.eq(state));
    Ok((of("waiting").count(connection).await?, of("given_up").count(connection).await?))
}

/// Takes a way for one try, so that no other node makes the same; false if another was first.
///
/// # Errors
/// The database's.
pub async fn take(tx: &Tx, way: &Way, due_at: Millis) -> Outcome<bool> {
    let taken = outbox::Entity::update_many()
        .col_expr(outbox::Column::Tries, Expr::value(way.tries + 1))
        .col_expr(outbox::Column::DueAt, Expr::value(due_at))
        .filter(outbox::Column::NoticeId.eq(&way.notice_id))
        .filter(outbox::Column::Channel.eq(&way.channel))
        .filter(outbox::Column::State.eq("waiting"))
        .filter(outbox::Column::Tries.eq(way.tries))
        .exec(tx.connection())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Writes down how a try ended.
///
/// # Errors
/// The database's.
pub async fn settle(tx: &Tx, way: &Way, state: &str, sent_at: Option<Millis>, said: Option<String>) -> Outcome<()> {
    outbox::Entity::update_many()
        .col_expr(outbox::Column::State, Expr::value(state))
        .col_expr(outbox::Column::SentAt, Expr::value(sent_at))
        .col_expr(outbox::Column::Said, Expr::value(said))
        .filter(outbox::Column::NoticeId.eq(&way.notice_id))
        .filter(outbox::Column::Channel.eq(&way.channel))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Name and contact of an organisation, for a gateway.
///
/// # Errors
/// The database's.
pub async fn contact<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<(String, Option<String>)> {
    let found = organisation::Entity::find_by_id(organisation_id).one(connection).await?;
    Ok(found.map(|row| (row.name, row.contact)).unwrap_or_default())
}
