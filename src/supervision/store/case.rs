//! Case files, their links and notes.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::db::Tx;
use crate::db::region::{in_region, subquery};
use crate::entity::{case_file, case_link, case_note};
use crate::kernel::{Failure, Millis, Outcome, Scope};

pub use case_file::Model as CaseRow;
pub use case_link::Model as CaseLinkRow;
pub use case_note::Model as CaseNoteRow;

/// Rows whose division lies in the scope.
fn within(scope: &Scope) -> Condition {
    in_region(scope, case_file::Column::DivisionCode)
}

pub(in crate::supervision) async fn insert(tx: &Tx, row: CaseRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A case within reach, locked until the transaction ends.
pub(in crate::supervision) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<CaseRow> {
    tx.locked(case_file::Entity::find_by_id(id).filter(within(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::supervision) async fn update(tx: &Tx, row: &CaseRow) -> Outcome<()> {
    let change = case_file::ActiveModel {
        id: Set(row.id.clone()),
        state: Set(row.state.clone()),
        outcome: Set(row.outcome.clone()),
        reason: Set(row.reason.clone()),
        due_on: Set(row.due_on.clone()),
        closed_by: Set(row.closed_by.clone()),
        closed_at: Set(row.closed_at),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Links once; a link that is there stays as it is.
pub(in crate::supervision) async fn link(tx: &Tx, row: CaseLinkRow) -> Outcome<bool> {
    use case_link::Column as C;
    let once = OnConflict::columns([C::CaseId, C::Kind, C::RefId]).do_nothing().to_owned();
    let written = case_link::Entity::insert(row.into_active_model()).on_conflict(once).exec_without_returning(tx.connection()).await?;
    Ok(written > 0)
}

pub(in crate::supervision) async fn note(tx: &Tx, case_id: &str, at: Millis, by: &str, act: &str, said: &str) -> Outcome<()> {
    let row = case_note::ActiveModel {
        case_id: Set(case_id.to_owned()),
        at: Set(at),
        noted_by: Set(by.to_owned()),
        act: Set(act.to_owned()),
        said: Set(said.to_owned()),
        ..Default::default()
    };
    case_note::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<CaseRow> {
    case_file::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Cases within reach, newest first: of a state, and linking a thing, where asked for.
pub(in crate::supervision) async fn asked<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    (state, ref_id): (Option<&str>, Option<&str>),
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<CaseRow>> {
    let mut query = case_file::Entity::find().filter(within(scope)).order_by_desc(case_file::Column::Id).limit(limit);
    if let Some(state) = state {
        query = query.filter(case_file::Column::State.eq(state));
    }
    if let Some(ref_id) = ref_id {
        let linking = subquery(case_link::Entity, case_link::Column::CaseId, case_link::Column::RefId.eq(ref_id));
        query = query.filter(case_file::Column::Id.in_subquery(linking));
    }
    if let Some(cursor) = cursor {
        query = query.filter(case_file::Column::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Cases that are not closed, the nearest due first.
pub(in crate::supervision) async fn running<C: ConnectionTrait>(connection: &C, scope: &Scope, limit: u64) -> Outcome<Vec<CaseRow>> {
    let query = case_file::Entity::find().filter(within(scope)).filter(case_file::Column::State.ne("closed"));
    Ok(query.order_by_asc(case_file::Column::DueOn).order_by_asc(case_file::Column::Id).limit(limit).all(connection).await?)
}

pub(in crate::supervision) async fn links<C: ConnectionTrait>(connection: &C, case_id: &str) -> Outcome<Vec<CaseLinkRow>> {
    let query = case_link::Entity::find().filter(case_link::Column::CaseId.eq(case_id));
    let query = query.order_by_asc(case_link::Column::LinkedAt).order_by_asc(case_link::Column::Kind);
    Ok(query.order_by_asc(case_link::Column::RefId).all(connection).await?)
}

/// Cases that link this thing, newest first.
pub(in crate::supervision) async fn linking<C: ConnectionTrait>(connection: &C, ref_id: &str) -> Outcome<Vec<String>> {
    let query = case_link::Entity::find().filter(case_link::Column::RefId.eq(ref_id)).order_by_desc(case_link::Column::CaseId);
    Ok(query.all(connection).await?.into_iter().map(|row| row.case_id).collect())
}

pub(in crate::supervision) async fn notes<C: ConnectionTrait>(connection: &C, case_id: &str) -> Outcome<Vec<CaseNoteRow>> {
    let query = case_note::Entity::find().filter(case_note::Column::CaseId.eq(case_id));
    Ok(query.order_by_asc(case_note::Column::Id).all(connection).await?)
}

/// Cases opened and closed between two moments (from included, to not).
pub(in crate::supervision) async fn opened_and_closed<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    (from, to): (Millis, Millis),
) -> Outcome<(u64, u64)> {
    use case_file::Column as F;
    let within = || case_file::Entity::find().filter(within(scope));
    let opened = within().filter(F::OpenedAt.gte(from)).filter(F::OpenedAt.lt(to)).count(connection).await?;
    let closed = within().filter(F::ClosedAt.gte(from)).filter(F::ClosedAt.lt(to)).count(connection).await?;
    Ok((opened, closed))
}
