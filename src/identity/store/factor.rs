//! Second factors, the codes of printed cards, the code under way by SMS.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};

use crate::db::Tx;
use crate::entity::{card_code, second_factor, sent_code};
use crate::kernel::{Failure, Millis, Outcome};

pub use second_factor::Model as FactorRow;
pub use sent_code::Model as SentRow;

pub(in crate::identity) async fn insert(tx: &Tx, row: FactorRow) -> Outcome<()> {
    let row: second_factor::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<FactorRow> {
    second_factor::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The factors of an account that are not ended, oldest first.
pub(in crate::identity) async fn of_account<C: ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Vec<FactorRow>> {
    Ok(second_factor::Entity::find()
        .filter(second_factor::Column::AccountId.eq(account_id))
        .filter(second_factor::Column::State.ne("ended"))
        .order_by_asc(second_factor::Column::Id)
        .all(connection)
        .await?)
}

/// Changes the state of a factor; `last_step` is what was just used.
pub(in crate::identity) async fn set_state(tx: &Tx, id: &str, state: &str, last_step: Option<i64>, now: Millis) -> Outcome<()> {
    let mut change = second_factor::ActiveModel { id: Set(id.to_owned()), state: Set(state.to_owned()), ..Default::default() };
    match state {
        "in_force" => change.confirmed_at = Set(Some(now)),
        "ended" => {
            change.ended_at = Set(Some(now));
            change.secret = Set(None);
        }
        _ => {}
    }
    if let Some(step) = last_step {
        change.last_step = Set(step);
    }
    change.update(tx.connection()).await?;
    Ok(())
}

/// Notes the step just used.
pub(in crate::identity) async fn used_step(tx: &Tx, id: &str, step: i64) -> Outcome<()> {
    let change = second_factor::ActiveModel { id: Set(id.to_owned()), last_step: Set(step), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn insert_card(tx: &Tx, factor_id: &str, marks: &[String]) -> Outcome<()> {
    for (no, mark) in (1..).zip(marks) {
        let row = card_code::ActiveModel { factor_id: Set(factor_id.to_owned()), no: Set(no), mark: Set(mark.clone()), used_at: Set(None) };
        row.insert(tx.connection()).await?;
    }
    Ok(())
}

/// Uses up the code with this mark, if it is there and unused; says whether it was.
pub(in crate::identity) async fn use_card(tx: &Tx, factor_id: &str, mark: &str, now: Millis) -> Outcome<bool> {
    let used = card_code::Entity::update_many()
        .col_expr(card_code::Column::UsedAt, Expr::value(now))
        .filter(card_code::Column::FactorId.eq(factor_id))
        .filter(card_code::Column::Mark.eq(mark))
        .filter(card_code::Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(used.rows_affected == 1)
}

/// How many codes of a card are unused.
pub(in crate::identity) async fn card_left<C: ConnectionTrait>(connection: &C, factor_id: &str) -> Outcome<u64> {
    Ok(card_code::Entity::find()
        .filter(card_code::Column::FactorId.eq(factor_id))
        .filter(card_code::Column::UsedAt.is_null())
        .count(connection)
        .await?)
}

pub(in crate::identity) async fn sent<C: ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Option<SentRow>> {
    Ok(sent_code::Entity::find_by_id(account_id).one(connection).await?)
}

pub(in crate::identity) async fn put_sent(tx: &Tx, row: SentRow) -> Outcome<()> {
    sent_code::Entity::delete_by_id(&row.account_id).exec(tx.connection()).await?;
    let row: sent_code::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

/// A code that was used or is no longer wanted can't be used again; how many were sent today stays known.
pub(in crate::identity) async fn spend_sent(tx: &Tx, account_id: &str) -> Outcome<()> {
    let change = sent_code::ActiveModel { account_id: Set(account_id.to_owned()), expires_at: Set(0), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}
