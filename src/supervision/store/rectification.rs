//! Orders to mend something, and what was said in their rounds.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::db::Tx;
use crate::db::region::begins_with;
use crate::entity::{rectification, rectification_note};
use crate::kernel::{Failure, Outcome, Scope};

pub use rectification::Model as RectificationRow;
pub use rectification_note::Model as RectificationNoteRow;

use rectification::Column as Col;

/// Orders to an own organisation, or to an addressee in the region.
fn within(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let own = Col::OrganisationId.is_in(scope.organisations.iter());
    Condition::any().add(own).add(begins_with(Col::DivisionCode, &scope.divisions))
}

/// Which orders are wanted.
#[derive(Debug, Clone, Default)]
pub(in crate::supervision) struct Wanted {
    pub state: Option<String>,
    pub source_id: Option<String>,
    /// Only those that have not ended.
    pub running: bool,
}

pub(in crate::supervision) async fn insert(tx: &Tx, row: RectificationRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// An order within reach, locked until the transaction ends.
pub(in crate::supervision) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<RectificationRow> {
    tx.locked(rectification::Entity::find_by_id(id).filter(within(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Orders that follow from this and have not ended, locked until the transaction ends.
pub(in crate::supervision) async fn running_of(tx: &Tx, source_id: &str) -> Outcome<Vec<RectificationRow>> {
    let found = rectification::Entity::find().filter(Col::SourceId.eq(source_id)).filter(Col::State.is_not_in(["accepted", "expired"]));
    Ok(tx.locked(found.order_by_asc(Col::Id)).all(tx.connection()).await?)
}

pub(in crate::supervision) async fn update(tx: &Tx, row: &RectificationRow) -> Outcome<()> {
    let change = rectification::ActiveModel {
        id: Set(row.id.clone()),
        state: Set(row.state.clone()),
        due_on: Set(row.due_on.clone()),
        replied_at: Set(row.replied_at),
        ended_by: Set(row.ended_by.clone()),
        ended_at: Set(row.ended_at),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn note(tx: &Tx, row: RectificationNoteRow) -> Outcome<()> {
    let mut row = row.into_active_model();
    row.id = sea_orm::NotSet;
    rectification_note::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::supervision) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<RectificationRow> {
    rectification::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Orders within reach, newest first.
pub(in crate::supervision) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<RectificationRow>> {
    let mut query = rectification::Entity::find().filter(within(scope)).order_by_desc(Col::Id).limit(limit);
    if let Some(state) = &wanted.state {
        query = query.filter(Col::State.eq(state));
    }
    if let Some(source) = &wanted.source_id {
        query = query.filter(Col::SourceId.eq(source));
    }
    if wanted.running {
        query = query.filter(Col::State.is_not_in(["accepted", "expired"]));
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

pub(in crate::supervision) async fn notes<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<RectificationNoteRow>> {
    let query = rectification_note::Entity::find().filter(rectification_note::Column::RectificationId.eq(id));
    Ok(query.order_by_asc(rectification_note::Column::Id).all(connection).await?)
}
