//! Season accounts, their movements and adjustments.

use sea_orm::prelude::Expr;
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::reach::{Columns, within};
use super::{locked, narrowed, page};
use crate::db::narrow::{Narrow, Places};
use crate::db::{Tx, duplicate_as};
use crate::entity::season_account::Column as Col;
use crate::entity::{adjustment, movement, season_account};
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome, Scope};
use crate::ledger::Effect;
use crate::trace::account::{AccountFilter, AccountState, AdjustmentKind, AdjustmentState, Bucket, MovementKind};

pub use adjustment::Model as AdjustmentRow;
pub use movement::Model as MovementRow;
pub use season_account::Model as AccountRow;

/// The column of a bucket; the virtual ones have none.
pub(in crate::trace) fn column(bucket: Bucket) -> Option<Col> {
    Some(match bucket {
        Bucket::Approved => Col::Approved,
        Bucket::Received => Col::Received,
        Bucket::Carried => Col::Carried,
        Bucket::Opening => Col::Opening,
        Bucket::Adjusted => Col::Adjusted,
        Bucket::Remaining => Col::Remaining,
        Bucket::Held => Col::Held,
        Bucket::Released => Col::Released,
        Bucket::Uncoded => Col::Uncoded,
        Bucket::Exported => Col::Exported,
        Bucket::Processed => Col::Processed,
        Bucket::Lost => Col::Lost,
        Bucket::Downgraded => Col::Downgraded,
        Bucket::OwnUse => Col::OwnUse,
        Bucket::Delivered => Col::Delivered,
        Bucket::Lapsed => Col::Lapsed,
        Bucket::Seized => Col::Seized,
        Bucket::Pending => Col::Pending,
        Bucket::Reserved => Col::Reserved,
        Bucket::Coded => Col::Coded,
        Bucket::Burned => Col::Burned,
        Bucket::Excess | Bucket::Free => return None,
    })
}

/// What a bucket's column shows.
pub(in crate::trace) fn figure(row: &AccountRow, bucket: Bucket) -> i64 {
    match bucket {
        Bucket::Approved => row.approved,
        Bucket::Received => row.received,
        Bucket::Carried => row.carried,
        Bucket::Opening => row.opening,
        Bucket::Adjusted => row.adjusted,
        Bucket::Remaining => row.remaining,
        Bucket::Held => row.held,
        Bucket::Released => row.released,
        Bucket::Uncoded => row.uncoded,
        Bucket::Exported => row.exported,
        Bucket::Processed => row.processed,
        Bucket::Lost => row.lost,
        Bucket::Downgraded => row.downgraded,
        Bucket::OwnUse => row.own_use,
        Bucket::Delivered => row.delivered,
        Bucket::Lapsed => row.lapsed,
        Bucket::Seized => row.seized,
        Bucket::Pending => row.pending,
        Bucket::Reserved => row.reserved,
        Bucket::Coded => row.coded,
        Bucket::Burned => row.burned,
        Bucket::Free => free(row),
        Bucket::Excess => -row.pending,
    }
}

/// What codes may still be ordered for.
pub fn free(row: &AccountRow) -> i64 {
    row.remaining + row.held + row.released - row.coded - row.burned - row.reserved
}

/// Moves `amount` if the bucket it leaves holds that much, and the free balance too where it stops backing codes or codes are ordered:
/// one conditional statement, so that of two who want the same last kilogram only one gets it. Answers whether it moved.
///
/// # Errors
/// Only ours.
pub async fn shift(tx: &Tx, account_id: &str, from: Bucket, to: Bucket, amount: i64) -> Outcome<bool> {
    let mut update = season_account::Entity::update_many().filter(Col::Id.eq(account_id));
    let changed = |column: Col, grows: bool| {
        if grows { Expr::col(column).add(amount) } else { Expr::col(column).sub(amount) }
    };
    if let Some(column) = column(from) {
        update = update.col_expr(column, changed(column, from.is_source()));
        if !from.is_source() {
            update = update.filter(column.gte(amount));
        }
    }
    if let Some(column) = column(to) {
        update = update.col_expr(column, changed(column, !to.is_source()));
    }
    if from == Bucket::Free || (from.backs_codes() && !to.backs_codes()) {
        update = update.filter(Expr::expr(free_expression()).gte(amount));
    }
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

fn free_expression() -> SimpleExpr {
    Expr::col(Col::Remaining)
        .add(Expr::col(Col::Held))
        .add(Expr::col(Col::Released))
        .sub(Expr::col(Col::Coded))
        .sub(Expr::col(Col::Burned))
        .sub(Expr::col(Col::Reserved))
}

/// One entry to be made.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// On which account.
    pub account_id: &'a str,
    /// The account on the far side of a delivery or carry-over.
    pub counter_account_id: Option<&'a str>,
    /// Why.
    pub kind: MovementKind,
    /// How much; above zero.
    pub amount: i64,
    /// The batch, delivery or adjustment.
    pub subject_id: Option<&'a str>,
    /// In words.
    pub reason: Option<String>,
    /// When.
    pub happened_on: Day,
    /// Written down later.
    pub late: bool,
}

/// Makes an entry: shifts the balance and writes the movement. `None` if the balance does not allow it; then nothing is written.
///
/// # Errors
/// Only ours.
pub async fn post(tx: &Tx, desk: &Desk, entry: Entry<'_>) -> Outcome<Option<(Effect, MovementRow)>> {
    let (from, to) = entry.kind.buckets();
    if !shift(tx, entry.account_id, from, to, entry.amount).await? {
        return Ok(None);
    }
    let row = MovementRow {
        id: desk.new_id(Noun::Movement),
        account_id: entry.account_id.to_owned(),
        counter_account_id: entry.counter_account_id.map(str::to_owned),
        kind: entry.kind.word().to_owned(),
        from_bucket: from.word().to_owned(),
        to_bucket: to.word().to_owned(),
        amount: entry.amount,
        subject_id: entry.subject_id.map(str::to_owned),
        reason: entry.reason,
        happened_on: entry.happened_on.to_string(),
        late: entry.late,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    movement::ActiveModel::from(row.clone()).insert(tx.connection()).await?;
    let effect =
        Effect::Move { account: row.account_id.clone(), from: row.from_bucket.clone(), to: row.to_bucket.clone(), amount: row.amount };
    Ok(Some((effect, row)))
}

/// One account.
pub(in crate::trace) async fn account<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<AccountRow> {
    season_account::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// One account, locked until the commit.
pub(in crate::trace) async fn lock(tx: &Tx, id: &str) -> Outcome<AccountRow> {
    locked(tx, season_account::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// A party's account for a product and season.
///
/// # Errors
/// Only ours.
pub async fn of_party<C: ConnectionTrait>(connection: &C, party_id: &str, product_id: &str, season: &str) -> Outcome<Option<AccountRow>> {
    let query = season_account::Entity::find()
        .filter(Col::PartyId.eq(party_id))
        .filter(Col::ProductId.eq(product_id))
        .filter(Col::Season.eq(season));
    Ok(query.one(connection).await?)
}

/// Every season of a party and product, locked until the commit.
pub(in crate::trace) async fn lock_seasons(tx: &Tx, party_id: &str, product_id: &str) -> Outcome<Vec<AccountRow>> {
    let query =
        season_account::Entity::find().filter(Col::PartyId.eq(party_id)).filter(Col::ProductId.eq(product_id)).order_by_asc(Col::Id);
    Ok(locked(tx, query).all(tx.connection()).await?)
}

/// Makes the account unless somebody else has just made it; answers the one there is.
pub(in crate::trace) async fn open(tx: &Tx, row: AccountRow) -> Outcome<AccountRow> {
    let (party, product, season) = (row.party_id.clone(), row.product_id.clone(), row.season.clone());
    season_account::Entity::insert(season_account::ActiveModel::from(row))
        .on_conflict(OnConflict::columns([Col::PartyId, Col::ProductId, Col::Season]).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    of_party(tx.connection(), &party, &product, &season).await?.ok_or_else(|| Failure::broken("an account opened is not there"))
}

pub(in crate::trace) async fn insert(tx: &Tx, row: AccountRow) -> Outcome<()> {
    let season = row.season.clone();
    let row = season_account::ActiveModel::from(row);
    row.insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("account_exists").with("season", season)))?;
    Ok(())
}

/// Puts a new proposal on an account that has none open. Answers whether it did.
pub(in crate::trace) async fn propose(tx: &Tx, row: &AccountRow) -> Outcome<bool> {
    let update = season_account::Entity::update_many()
        .set(season_account::ActiveModel {
            state: Set(AccountState::Proposed.word().to_owned()),
            basis: Set(row.basis.clone()),
            basis_note: Set(row.basis_note.clone()),
            evidence: Set(row.evidence.clone()),
            measured: Set(row.measured),
            proposed: Set(row.proposed),
            proposed_by: Set(row.proposed_by.clone()),
            proposed_at: Set(row.proposed_at),
            decided_by: Set(None),
            decided_at: Set(None),
            decision_reason: Set(None),
            ..Default::default()
        })
        .filter(Col::Id.eq(&row.id))
        .filter(Col::State.is_in([AccountState::Open.word(), AccountState::Refused.word()]));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

decides! {
    /// Decides an open proposal. Answers whether it was still open.
    decide, season_account, AccountState::Proposed
}

pub(in crate::trace) async fn insert_adjustment(tx: &Tx, row: AdjustmentRow) -> Outcome<()> {
    adjustment::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::trace) async fn adjustment<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<AdjustmentRow> {
    adjustment::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

decides! {
    /// Decides an open adjustment. Answers whether it was still open.
    decide_adjustment, adjustment, AdjustmentState::Proposed
}

/// Openings proposed or approved on these accounts.
pub(in crate::trace) async fn openings<C: ConnectionTrait>(connection: &C, accounts: Vec<String>) -> Outcome<Vec<AdjustmentRow>> {
    let query = adjustment::Entity::find()
        .filter(adjustment::Column::AccountId.is_in(accounts))
        .filter(adjustment::Column::Kind.eq(AdjustmentKind::Opening.word()))
        .filter(adjustment::Column::State.ne(AdjustmentState::Refused.word()));
    Ok(query.all(connection).await?)
}

/// Adjustments of an account, oldest first.
pub(in crate::trace) async fn adjustments<C: ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Vec<AdjustmentRow>> {
    let query = adjustment::Entity::find().filter(adjustment::Column::AccountId.eq(account_id)).order_by_asc(adjustment::Column::Id);
    Ok(query.all(connection).await?)
}

/// Movements of an account, oldest first, after `cursor`.
pub(in crate::trace) async fn movements<C: ConnectionTrait>(
    connection: &C,
    account_id: &str,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<MovementRow>, Option<String>)> {
    let mut query = movement::Entity::find().filter(movement::Column::AccountId.eq(account_id)).order_by_asc(movement::Column::Id);
    if let Some(cursor) = cursor {
        query = query.filter(movement::Column::Id.gt(cursor));
    }
    Ok(page(query.limit(limit.saturating_add(1)).all(connection).await?, limit, |row| row.id.clone()))
}

/// Accounts with something left, by id, after `cursor`.
pub(in crate::trace) async fn with_something_left<C: ConnectionTrait>(
    connection: &C,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<AccountRow>, Option<String>)> {
    let mut query = season_account::Entity::find().filter(Col::Remaining.gt(0)).order_by_asc(Col::Id);
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.gt(cursor));
    }
    Ok(page(query.limit(limit.saturating_add(1)).all(connection).await?, limit, |row| row.id.clone()))
}

/// What a scope reaches among accounts.
pub(in crate::trace) fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::PartyId, grower: None, product: Some(Col::ProductId) })
}

/// Where lists of accounts look.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: true,
    names: &[Col::Season],
    parties: &[Col::PartyId],
    product: Some(Col::ProductId),
    state: Some(Col::State),
    when: None,
    orders: &[("season", Col::Season), ("left", Col::Remaining)],
};

/// Accounts within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn accounts<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &AccountFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<AccountRow>, Option<String>)> {
    let query = narrowed(
        season_account::Entity::find().filter(reached(scope)),
        [
            (Col::PartyId, &filter.party_id),
            (Col::ProductId, &filter.product_id),
            (Col::Season, &filter.season),
            (Col::State, &filter.state),
        ],
    );
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

/// One account within a scope.
pub(in crate::trace) async fn account_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<Option<AccountRow>> {
    Ok(season_account::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?)
}
