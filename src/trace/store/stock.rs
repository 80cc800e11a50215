//! The quantity behind codes: the columns `reserved`, `coded` and `burned` of a season account, and `coded` of a batch. Each is debited
//! by one conditional statement, so that of two who want the last of it one is refused.

use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::db::Tx;
use crate::entity::{batch, season_account};
use crate::kernel::{Failure, Outcome};
use crate::trace::batch::GoodsBucket;
use crate::trace::range::plan::Bucket;

use season_account::Column as Account;

pub use batch::Model as BatchRow;
pub use season_account::Model as AccountRow;

/// What codes may still be ordered for: remaining + held + released − reserved − coded − burned.
fn free() -> SimpleExpr {
    Expr::col(Account::Remaining)
        .add(Expr::col(Account::Held))
        .add(Expr::col(Account::Released))
        .sub(Expr::col(Account::Reserved))
        .sub(Expr::col(Account::Coded))
        .sub(Expr::col(Account::Burned))
}

/// The same of a row that was read; for words, never for a decision.
pub fn free_of(row: &AccountRow) -> i64 {
    row.remaining + row.held + row.released - row.reserved - row.coded - row.burned
}

/// One account.
///
/// # Errors
/// Ours if it is gone.
pub async fn account<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<AccountRow> {
    season_account::Entity::find_by_id(id).one(connection).await?.ok_or_else(|| Failure::broken(format!("no account {id}")))
}

/// A producer's account of a product and season, if it has one.
///
/// # Errors
/// Only ours.
pub async fn account_of<C: ConnectionTrait>(
    connection: &C,
    producer_id: &str,
    product_id: &str,
    season: &str,
) -> Outcome<Option<AccountRow>> {
    Ok(season_account::Entity::find()
        .filter(Account::PartyId.eq(producer_id))
        .filter(Account::ProductId.eq(product_id))
        .filter(Account::Season.eq(season))
        .one(connection)
        .await?)
}

fn column(bucket: Bucket) -> Option<Account> {
    match bucket {
        Bucket::Free => None,
        Bucket::Reserved => Some(Account::Reserved),
        Bucket::Coded => Some(Account::Coded),
        Bucket::Burned => Some(Account::Burned),
    }
}

/// Moves `amount` between two buckets of an account; `false` if the one it leaves has not so much.
///
/// # Errors
/// Only ours.
pub async fn shift(tx: &Tx, account_id: &str, from: Bucket, to: Bucket, amount: i64) -> Outcome<bool> {
    let mut change = season_account::Entity::update_many().filter(Account::Id.eq(account_id));
    let enough = column(from).map_or_else(free, |c| SimpleExpr::from(Expr::col(c)));
    change = change.filter(enough.gte(amount));
    if let Some(from) = column(from) {
        change = change.col_expr(from, Expr::col(from).sub(amount));
    }
    if let Some(to) = column(to) {
        change = change.col_expr(to, Expr::col(to).add(amount));
    }
    Ok(change.exec(tx.connection()).await?.rows_affected == 1)
}

/// One batch.
///
/// # Errors
/// `not_found`.
pub async fn batch<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<BatchRow> {
    batch::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// One batch, held until the transaction ends. Batches are held before accounts, always: so nobody waits in a circle.
///
/// # Errors
/// `not_found`.
pub async fn lock_batch(tx: &Tx, id: &str) -> Outcome<BatchRow> {
    tx.locked(batch::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// What of a batch is neither coded nor gone: what may still be coded, moved, shipped loose or taken away.
fn loose() -> SimpleExpr {
    Expr::col(batch::Column::Covered)
        .sub(Expr::col(batch::Column::Coded))
        .sub(Expr::col(batch::Column::Moved))
        .sub(Expr::col(batch::Column::Gone))
        .sub(Expr::col(batch::Column::Seized))
}

/// The same of a row that was read; for words, never for a decision.
pub fn loose_of(row: &BatchRow) -> i64 {
    row.covered - row.coded - row.moved - row.gone - row.seized
}

/// Moves `amount` of a batch's uncoded goods to where they went; `false` if there is not so much. A negative amount comes back, `false` if
/// so much never went.
///
/// # Errors
/// Only ours.
pub async fn take_goods(tx: &Tx, id: &str, to: GoodsBucket, amount: i64) -> Outcome<bool> {
    let column = match to {
        GoodsBucket::Moved => batch::Column::Moved,
        GoodsBucket::Gone => batch::Column::Gone,
        GoodsBucket::Seized => batch::Column::Seized,
    };
    let enough = if amount >= 0 { loose().gte(amount) } else { Expr::col(column).gte(-amount) };
    let changed = batch::Entity::update_many()
        .filter(batch::Column::Id.eq(id))
        .filter(enough)
        .col_expr(column, Expr::col(column).add(amount))
        .exec(tx.connection())
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Puts `amount` on a batch under codes; `false` if less is covered and uncoded, or it was voided or held in the meantime.
///
/// # Errors
/// Only ours.
pub async fn code_batch(tx: &Tx, id: &str, amount: i64) -> Outcome<bool> {
    let changed = batch::Entity::update_many()
        .filter(batch::Column::Id.eq(id))
        .filter(batch::Column::State.is_not_in(["voided", "on_hold"]))
        .filter(batch::Column::HoldReason.is_null())
        .filter(batch::Column::HoldDocument.is_null())
        .filter(loose().gte(amount))
        .col_expr(batch::Column::Coded, Expr::col(batch::Column::Coded).add(amount))
        .exec(tx.connection())
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Takes `amount` off a batch again.
///
/// # Errors
/// Ours if it never was on it.
pub async fn uncode_batch(tx: &Tx, id: &str, amount: i64) -> Outcome<()> {
    let changed = batch::Entity::update_many()
        .filter(batch::Column::Id.eq(id))
        .filter(batch::Column::Coded.gte(amount))
        .col_expr(batch::Column::Coded, Expr::col(batch::Column::Coded).sub(amount))
        .exec(tx.connection())
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(Failure::broken(format!("batch {id} has less under codes than {amount}"))) }
}
