//! Tables of sheets and their rows.

pub(super) mod lookup;

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::state::{ImportState, RowState};
use crate::db::{Tx, duplicate_as};
use crate::entity::{sheet_import, sheet_memory, sheet_row};
use crate::interop::sheet::SheetKind;
use crate::kernel::{Actor, Failure, Millis, Outcome};

pub use sheet_import::Model as ImportRow;
pub use sheet_row::Model as StagedRow;

type Import = sheet_import::Column;
type Row = sheet_row::Column;

pub(super) async fn insert(tx: &Tx, row: ImportRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

/// A sheet, whoever's it is.
pub(super) async fn import<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<ImportRow> {
    sheet_import::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// A sheet of one's own account or organisation.
pub(super) async fn own<C: ConnectionTrait>(connection: &C, actor: &Actor, id: &str) -> Outcome<ImportRow> {
    sheet_import::Entity::find_by_id(id).filter(of(actor)).one(connection).await?.ok_or_else(Failure::not_found)
}

fn of(actor: &Actor) -> Condition {
    let mut any = Condition::any().add(Import::AccountId.eq(&actor.account_id));
    if let Some(id) = &actor.organisation_id {
        any = any.add(Import::OrganisationId.eq(id));
    }
    any
}

/// Own sheets, the newest first.
pub(super) async fn page<C: ConnectionTrait>(connection: &C, actor: &Actor, before: Option<&str>, limit: u64) -> Outcome<Vec<ImportRow>> {
    let mut query = sheet_import::Entity::find().filter(of(actor)).order_by_desc(Import::Id).limit(limit);
    if let Some(before) = before {
        query = query.filter(Import::Id.lt(before));
    }
    Ok(query.all(connection).await?)
}

/// The latest sheet of the same bytes and kind of the same owner that was not dropped.
pub(super) async fn same<C: ConnectionTrait>(connection: &C, actor: &Actor, kind: SheetKind, sha256: &str) -> Outcome<Option<ImportRow>> {
    let gone = [ImportState::Dropped.word(), ImportState::Unreadable.word()];
    let query = sheet_import::Entity::find()
        .filter(of(actor))
        .filter(Import::Kind.eq(kind.word()))
        .filter(Import::Sha256.eq(sha256))
        .filter(Import::State.is_not_in(gone))
        // One whose rows are gone no longer knows what became of them.
        .filter(Condition::any().add(Import::EndedAt.is_null()).add(Import::Layout.is_not_null()))
        .order_by_desc(Import::Id);
    Ok(query.one(connection).await?)
}

/// Sheets that ended before a moment and still have their rows.
pub(super) async fn ended_before<C: ConnectionTrait>(connection: &C, at: Millis) -> Outcome<Vec<String>> {
    let query =
        sheet_import::Entity::find().select_only().column(Import::Id).filter(Import::EndedAt.lt(at)).filter(Import::Layout.is_not_null());
    Ok(query.order_by_asc(Import::Id).limit(100).into_tuple().all(connection).await?)
}

/// Notes that the rows of a sheet are gone.
pub(super) async fn cleared(tx: &Tx, id: &str) -> Outcome<()> {
    let query = sheet_import::Entity::update_many().col_expr(Import::Layout, Expr::value(None::<String>)).filter(Import::Id.eq(id));
    query.exec(tx.connection()).await?;
    Ok(())
}

/// Sheets the machine has something to do for.
pub(super) async fn under_way<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<String>> {
    let states = [ImportState::Reading, ImportState::Checking, ImportState::Taking].map(ImportState::word);
    let query = sheet_import::Entity::find().select_only().column(Import::Id).filter(Import::State.is_in(states));
    Ok(query.order_by_asc(Import::Id).into_tuple().all(connection).await?)
}

/// Takes a sheet for oneself until `until`; false if somebody else has it.
pub(super) async fn hold(tx: &Tx, id: &str, now: Millis, until: Millis) -> Outcome<bool> {
    let held = sheet_import::Entity::update_many()
        .col_expr(Import::HeldUntil, Expr::value(until))
        .filter(Import::Id.eq(id))
        .filter(Import::HeldUntil.lte(now));
    Ok(held.exec(tx.connection()).await?.rows_affected == 1)
}

/// Keeps a sheet one holds, or lets it go with 0.
pub(super) async fn keep(tx: &Tx, id: &str, until: Millis) -> Outcome<()> {
    let held = sheet_import::Entity::update_many().col_expr(Import::HeldUntil, Expr::value(until)).filter(Import::Id.eq(id));
    held.exec(tx.connection()).await?;
    Ok(())
}

/// What a step of a sheet leaves behind.
#[derive(Debug, Clone, Default)]
pub(super) struct Left {
    pub layout: Option<String>,
    pub problems: Option<String>,
    pub ended_at: Option<Millis>,
}

/// Moves a sheet on; false if it is no longer where it was.
pub(super) async fn advance(tx: &Tx, id: &str, from: ImportState, to: ImportState, left: Left) -> Outcome<bool> {
    let mut query = sheet_import::Entity::update_many()
        .col_expr(Import::State, Expr::value(to.word()))
        .filter(Import::Id.eq(id))
        .filter(Import::State.eq(from.word()));
    if let Some(layout) = left.layout {
        query = query.col_expr(Import::Layout, Expr::value(layout));
    }
    if let Some(problems) = left.problems {
        query = query.col_expr(Import::Problems, Expr::value(problems));
    }
    if let Some(at) = left.ended_at {
        query = query.col_expr(Import::EndedAt, Expr::value(at));
    }
    Ok(query.exec(tx.connection()).await?.rows_affected == 1)
}

/// Notes where what stands while a sheet is still being read.
pub(super) async fn lay_out(tx: &Tx, id: &str, layout: &str) -> Outcome<()> {
    let query = sheet_import::Entity::update_many().col_expr(Import::Layout, Expr::value(layout)).filter(Import::Id.eq(id));
    query.exec(tx.connection()).await?;
    Ok(())
}

pub(super) async fn insert_rows(tx: &Tx, rows: Vec<StagedRow>) -> Outcome<()> {
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        let some: Vec<_> = rows.by_ref().take(500).collect();
        sheet_row::Entity::insert_many(some).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// The number of the last row staged; 0 if none is.
pub(super) async fn last_row<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<i64> {
    let query = sheet_row::Entity::find().select_only().column(Row::RowNo).filter(Row::ImportId.eq(id)).order_by_desc(Row::RowNo);
    Ok(query.into_tuple().one(connection).await?.unwrap_or(0))
}

/// Forgets staged rows up to one.
pub(super) async fn forget_rows(tx: &Tx, id: &str, up_to: i64) -> Outcome<()> {
    sheet_row::Entity::delete_many().filter(Row::ImportId.eq(id)).filter(Row::RowNo.lte(up_to)).exec(tx.connection()).await?;
    Ok(())
}

/// Rows in some states after a row, in their order; every state if none is named.
pub(super) async fn rows<C: ConnectionTrait>(
    connection: &C,
    id: &str,
    states: &[RowState],
    after: i64,
    limit: u64,
) -> Outcome<Vec<StagedRow>> {
    let mut query = sheet_row::Entity::find().filter(Row::ImportId.eq(id)).filter(Row::RowNo.gt(after));
    if !states.is_empty() {
        query = query.filter(Row::State.is_in(states.iter().map(|state| state.word())));
    }
    Ok(query.order_by_asc(Row::RowNo).limit(limit).all(connection).await?)
}

/// How many rows are in which state.
pub(super) async fn counts<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<BTreeMap<String, u64>> {
    let query = sheet_row::Entity::find()
        .select_only()
        .column(Row::State)
        .column_as(Row::RowNo.count(), "n")
        .filter(Row::ImportId.eq(id))
        .group_by(Row::State);
    let found: Vec<(String, i64)> = query.into_tuple().all(connection).await?;
    Ok(found.into_iter().map(|(state, n)| (state, u64::try_from(n).unwrap_or(0))).collect())
}

/// How many rows of any state there are after a row.
pub(super) async fn count_after<C: ConnectionTrait>(connection: &C, id: &str, states: &[RowState], after: i64) -> Outcome<u64> {
    let states: Vec<&str> = states.iter().map(|state| state.word()).collect();
    let query = sheet_row::Entity::find().filter(Row::ImportId.eq(id)).filter(Row::RowNo.gt(after)).filter(Row::State.is_in(states));
    Ok(query.count(connection).await?)
}

/// What became of a row.
pub(super) async fn settle(
    tx: &Tx,
    row: &StagedRow,
    from: RowState,
    to: RowState,
    faults: Option<String>,
    made_id: Option<String>,
) -> Outcome<bool> {
    let mut query = sheet_row::Entity::update_many()
        .col_expr(Row::State, Expr::value(to.word()))
        .filter(Row::ImportId.eq(&row.import_id))
        .filter(Row::RowNo.eq(row.row_no))
        .filter(Row::State.eq(from.word()));
    if let Some(faults) = faults {
        query = query.col_expr(Row::Faults, Expr::value(faults));
    }
    if let Some(id) = made_id {
        query = query.col_expr(Row::MadeId, Expr::value(id));
    }
    Ok(query.exec(tx.connection()).await?.rows_affected == 1)
}

/// What rows like these became with earlier files.
pub(super) async fn remembered<C: ConnectionTrait>(connection: &C, owner: &str, sha256: Vec<String>) -> Outcome<BTreeMap<String, String>> {
    let query =
        sheet_memory::Entity::find().filter(sheet_memory::Column::Owner.eq(owner)).filter(sheet_memory::Column::Sha256.is_in(sha256));
    Ok(query.all(connection).await?.into_iter().map(|row| (row.sha256, row.made_id)).collect())
}

pub(super) async fn remember(tx: &Tx, owner: &str, row: &StagedRow, made_id: &str) -> Outcome<()> {
    let memory = sheet_memory::Model {
        owner: owner.to_owned(),
        sha256: row.sha256.clone(),
        made_id: made_id.to_owned(),
        import_id: row.import_id.clone(),
    };
    memory.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("sheet_row_already")))?;
    Ok(())
}

/// From here on everything can be undone without ending the transaction.
pub(super) async fn begin_trial(tx: &Tx) -> Outcome<()> {
    tx.connection().execute_unprepared("SAVEPOINT trial").await?;
    Ok(())
}

/// Undoes everything since [`begin_trial`], also where a statement has failed.
pub(super) async fn undo_trial(tx: &Tx) -> Outcome<()> {
    tx.connection().execute_unprepared("ROLLBACK TO SAVEPOINT trial").await?;
    tx.connection().execute_unprepared("RELEASE SAVEPOINT trial").await?;
    Ok(())
}
