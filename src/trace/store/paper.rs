//! Paper forms and the lines entered of them.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::reach::{Columns, within};
use super::{locked, narrowed, newest};
use crate::db::Tx;
use crate::entity::paper_form::Column as Col;
use crate::entity::{paper_form, paper_line};
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::trace::paper::{PaperFilter, PaperState};

pub use paper_form::Model as PaperRow;

/// Numbers are given out by one at a time on PostgreSQL, until the commit; SQLite has one writer anyway.
const TURN: i64 = 7_200_000_001;

/// The greatest number given out that begins so.
pub(in crate::trace) async fn last_number(tx: &Tx, prefix: &str) -> Outcome<Option<String>> {
    tx.turn(TURN).await?;
    let query = paper_form::Entity::find().filter(Col::Number.starts_with(prefix)).order_by_desc(Col::Number);
    Ok(query.one(tx.connection()).await?.map(|row| row.number))
}

pub(in crate::trace) async fn insert(tx: &Tx, rows: &[PaperRow]) -> Outcome<()> {
    let rows = rows.iter().cloned().map(paper_form::ActiveModel::from);
    paper_form::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::OrganisationId, grower: None, product: None })
}

/// A form within a scope, locked until the commit.
pub(in crate::trace) async fn lock(tx: &Tx, scope: &Scope, number: &str) -> Outcome<PaperRow> {
    let query = paper_form::Entity::find_by_id(number).filter(reached(scope));
    locked(tx, query).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// A form within a scope.
pub(in crate::trace) async fn form<C: ConnectionTrait>(connection: &C, scope: &Scope, number: &str) -> Outcome<PaperRow> {
    let query = paper_form::Entity::find_by_id(number).filter(reached(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// What was entered of a form: line and delivery.
pub(in crate::trace) async fn lines<C: ConnectionTrait>(connection: &C, number: &str) -> Outcome<BTreeMap<i64, String>> {
    let rows = paper_line::Entity::find().filter(paper_line::Column::FormNumber.eq(number)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.line, row.subject_id)).collect())
}

pub(in crate::trace) async fn add_line(tx: &Tx, number: &str, line: i64, subject_id: &str) -> Outcome<()> {
    let row = paper_line::Model { form_number: number.to_owned(), line, subject_id: subject_id.to_owned() };
    paper_line::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// A printed form becomes an entered one; one that is entered already stays as it is.
pub(in crate::trace) async fn entered(tx: &Tx, desk: &Desk, number: &str) -> Outcome<()> {
    let update = paper_form::Entity::update_many()
        .set(paper_form::ActiveModel {
            state: Set(PaperState::Entered.word().to_owned()),
            entered_at: Set(Some(desk.clock.now())),
            entered_by: Set(Some(desk.actor.account_id.clone())),
            ..Default::default()
        })
        .filter(Col::Number.eq(number))
        .filter(Col::State.eq(PaperState::Printed.word()));
    update.exec(tx.connection()).await?;
    Ok(())
}

/// Spoils a printed form. Answers whether it was still only printed.
pub(in crate::trace) async fn spoil(tx: &Tx, number: &str, reason: &str) -> Outcome<bool> {
    let update = paper_form::Entity::update_many()
        .set(paper_form::ActiveModel {
            state: Set(PaperState::Spoiled.word().to_owned()),
            spoil_reason: Set(Some(reason.to_owned())),
            ..Default::default()
        })
        .filter(Col::Number.eq(number))
        .filter(Col::State.eq(PaperState::Printed.word()));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// Forms within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn forms<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &PaperFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<PaperRow>, Option<String>)> {
    let query = narrowed(
        paper_form::Entity::find().filter(reached(scope)),
        [(Col::State, &filter.state), (Col::OrganisationId, &filter.organisation_id)],
    );
    newest(connection, query, (Col::Number, |row| row.number.clone()), cursor, limit).await
}
