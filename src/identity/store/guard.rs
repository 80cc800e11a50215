//! What is remembered of an account's sign-ins, and its earlier passwords.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::AccountRow;
use crate::db::Tx;
use crate::entity::{account_guard, past_password};
use crate::kernel::{Failure, Millis, Outcome};

pub use account_guard::Model as GuardRow;

/// How many earlier passwords are kept.
const KEPT: u64 = 5;

/// An account of which nothing is remembered yet.
fn fresh(account: &AccountRow) -> GuardRow {
    GuardRow {
        account_id: account.id.clone(),
        password_set_at: account.created_at,
        must_change: false,
        wrong: 0,
        locked_until: 0,
        second_factor: false,
    }
}

/// What is remembered of an account.
///
/// # Errors
/// Only ours.
pub async fn read<C: ConnectionTrait>(connection: &C, account: &AccountRow) -> Outcome<GuardRow> {
    Ok(account_guard::Entity::find_by_id(&account.id).one(connection).await?.unwrap_or_else(|| fresh(account)))
}

/// The same, locked until the commit, so that two tries at once are two tries.
pub(in crate::identity) async fn take(tx: &Tx, account: &AccountRow) -> Outcome<GuardRow> {
    let row: account_guard::ActiveModel = fresh(account).into();
    account_guard::Entity::insert(row)
        .on_conflict(OnConflict::column(account_guard::Column::AccountId).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    tx.locked(account_guard::Entity::find_by_id(&account.id))
        .one(tx.connection())
        .await?
        .ok_or_else(|| Failure::broken("an account's guard is gone"))
}

pub(in crate::identity) async fn save(tx: &Tx, row: &GuardRow) -> Outcome<()> {
    let change = account_guard::ActiveModel {
        account_id: Set(row.account_id.clone()),
        password_set_at: Set(row.password_set_at),
        must_change: Set(row.must_change),
        wrong: Set(row.wrong),
        locked_until: Set(row.locked_until),
        second_factor: Set(row.second_factor),
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Accounts that are locked at this moment.
pub(in crate::identity) async fn locked<C: ConnectionTrait>(connection: &C, ids: &[String], now: Millis) -> Outcome<Vec<String>> {
    let rows = account_guard::Entity::find()
        .filter(account_guard::Column::AccountId.is_in(ids.iter().map(String::as_str)))
        .filter(account_guard::Column::LockedUntil.gt(now))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.account_id).collect())
}

/// Keeps a password that was replaced, and forgets the oldest.
pub(in crate::identity) async fn keep_password(tx: &Tx, account_id: &str, hash: &str, at: Millis) -> Outcome<()> {
    let row = past_password::ActiveModel {
        account_id: Set(account_id.to_owned()),
        password_hash: Set(hash.to_owned()),
        replaced_at: Set(at),
        ..Default::default()
    };
    row.insert(tx.connection()).await?;
    let kept = past(tx.connection(), account_id, KEPT).await?;
    if let Some((oldest, _)) = kept.last().filter(|_| kept.len() as u64 == KEPT) {
        past_password::Entity::delete_many()
            .filter(past_password::Column::AccountId.eq(account_id))
            .filter(past_password::Column::Id.lt(*oldest))
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}

/// The last passwords, newest first, with their row numbers.
pub(in crate::identity) async fn past<C: ConnectionTrait>(connection: &C, account_id: &str, most: u64) -> Outcome<Vec<(i64, String)>> {
    let rows = past_password::Entity::find()
        .filter(past_password::Column::AccountId.eq(account_id))
        .order_by_desc(past_password::Column::Id)
        .limit(most)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.password_hash)).collect())
}
