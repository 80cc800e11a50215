//! Sessions, tokens of programs, and the record of sign-ins.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::{AccountRow, GrantRow, account, grants};
use crate::db::Tx;
use crate::entity::{api_token, session, sign_in_record};
use crate::kernel::{Failure, Millis, Outcome};

pub use api_token::Model as TokenRow;
pub use session::Model as SessionRow;
pub use sign_in_record::Model as SignInRow;

/// Keeps a session; forgets those that are over.
pub(in crate::identity) async fn insert(tx: &Tx, row: SessionRow) -> Outcome<()> {
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(row.created_at)).exec(tx.connection()).await?;
    let row: session::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn delete(tx: &Tx, token_hash: &str) -> Outcome<Option<SessionRow>> {
    let found = session::Entity::find_by_id(token_hash).one(tx.connection()).await?;
    session::Entity::delete_by_id(token_hash).exec(tx.connection()).await?;
    Ok(found)
}

/// Ends every session of an account but the one named.
pub(in crate::identity) async fn end_all(tx: &Tx, account_id: &str, but: Option<&str>) -> Outcome<()> {
    let mut query = session::Entity::delete_many().filter(session::Column::AccountId.eq(account_id));
    if let Some(but) = but {
        query = query.filter(session::Column::TokenHash.ne(but));
    }
    query.exec(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn touch(tx: &Tx, token_hash: &str, now: Millis) -> Outcome<()> {
    use sea_orm::sea_query::Expr;
    session::Entity::update_many()
        .col_expr(session::Column::SeenAt, Expr::value(now))
        .filter(session::Column::TokenHash.eq(token_hash))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// A session of this kind that has not expired, with its account and grants.
pub(in crate::identity) async fn signed_in<C: ConnectionTrait>(
    connection: &C,
    token_hash: &str,
    kind: &str,
    now: Millis,
) -> Outcome<Option<(SessionRow, AccountRow, Vec<GrantRow>)>> {
    let found = session::Entity::find_by_id(token_hash)
        .filter(session::Column::Kind.eq(kind))
        .filter(session::Column::ExpiresAt.gt(now))
        .one(connection)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let account = account(connection, &found.account_id).await?;
    let grants = grants(connection, &account.id).await?;
    Ok(Some((found, account, grants)))
}

/// The sessions of an account that have not expired, the last used first.
pub(in crate::identity) async fn of_account<C: ConnectionTrait>(connection: &C, account_id: &str, now: Millis) -> Outcome<Vec<SessionRow>> {
    Ok(session::Entity::find()
        .filter(session::Column::AccountId.eq(account_id))
        .filter(session::Column::Kind.ne("step"))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::SeenAt)
        .order_by_desc(session::Column::CreatedAt)
        .limit(100)
        .all(connection)
        .await?)
}

pub(in crate::identity) async fn insert_token(tx: &Tx, row: TokenRow) -> Outcome<()> {
    let row: api_token::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn token<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<TokenRow> {
    api_token::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(in crate::identity) async fn token_by_hash<C: ConnectionTrait>(connection: &C, hash: &str) -> Outcome<Option<TokenRow>> {
    Ok(api_token::Entity::find().filter(api_token::Column::TokenHash.eq(hash)).one(connection).await?)
}

pub(in crate::identity) async fn tokens<C: ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Vec<TokenRow>> {
    Ok(api_token::Entity::find()
        .filter(api_token::Column::AccountId.eq(account_id))
        .order_by_desc(api_token::Column::Id)
        .limit(200)
        .all(connection)
        .await?)
}

pub(in crate::identity) async fn token_used(tx: &Tx, id: &str, now: Millis) -> Outcome<()> {
    let change = api_token::ActiveModel { id: Set(id.to_owned()), used_at: Set(Some(now)), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn end_token(tx: &Tx, id: &str, now: Millis) -> Outcome<()> {
    let change = api_token::ActiveModel { id: Set(id.to_owned()), ended_at: Set(Some(now)), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Ends every token of an account.
pub(in crate::identity) async fn end_tokens(tx: &Tx, account_id: &str, now: Millis) -> Outcome<()> {
    use sea_orm::sea_query::Expr;
    api_token::Entity::update_many()
        .col_expr(api_token::Column::EndedAt, Expr::value(now))
        .filter(api_token::Column::AccountId.eq(account_id))
        .filter(api_token::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Keeps what became of a sign-in.
pub(in crate::identity) async fn record(
    tx: &Tx,
    at: Millis,
    name: &str,
    account_id: Option<&str>,
    outcome: &str,
    carrier: &str,
    address: Option<&str>,
) -> Outcome<()> {
    let row = sign_in_record::ActiveModel {
        at: Set(at),
        name: Set(name.chars().take(40).collect()),
        account_id: Set(account_id.map(str::to_owned)),
        outcome: Set(outcome.to_owned()),
        carrier: Set(carrier.to_owned()),
        address: Set(address.map(str::to_owned)),
        ..Default::default()
    };
    row.insert(tx.connection()).await?;
    Ok(())
}

/// When the oldest kept sign-in was.
///
/// # Errors
/// Only ours.
pub async fn oldest_record<C: ConnectionTrait>(connection: &C) -> Outcome<Option<Millis>> {
    let query = sign_in_record::Entity::find().order_by_asc(sign_in_record::Column::Id);
    Ok(query.one(connection).await?.map(|row| row.at))
}

/// Forgets the oldest sign-ins before an instant, at most so many; how many it were.
///
/// # Errors
/// Only ours.
pub async fn forget_records(tx: &Tx, before: Millis, most: u64) -> Outcome<u64> {
    let query = sign_in_record::Entity::find().order_by_asc(sign_in_record::Column::Id).limit(most);
    let oldest = query.all(tx.connection()).await?;
    let ids: Vec<i64> = oldest.into_iter().take_while(|row| row.at < before).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let gone = sign_in_record::Entity::delete_many().filter(sign_in_record::Column::Id.is_in(ids)).exec(tx.connection()).await?;
    Ok(gone.rows_affected)
}

/// What became of sign-ins, the newest first, before `cursor`.
pub(in crate::identity) async fn records<C: ConnectionTrait>(
    connection: &C,
    account_id: Option<&str>,
    cursor: Option<i64>,
    limit: u64,
) -> Outcome<Vec<SignInRow>> {
    let mut query = sign_in_record::Entity::find().order_by_desc(sign_in_record::Column::Id).limit(limit);
    if let Some(account_id) = account_id {
        query = query.filter(sign_in_record::Column::AccountId.eq(account_id));
    }
    if let Some(cursor) = cursor {
        query = query.filter(sign_in_record::Column::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}
