//! Late entries.

use std::collections::BTreeMap;

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::reach::{Columns, within};
use super::{narrowed, newest};
use crate::db::Tx;
use crate::entity::late_entry::{self, Column as Col};
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::trace::late::{LateFilter, LateState};

pub use late_entry::Model as LateRow;

pub(in crate::trace) async fn insert(tx: &Tx, row: LateRow) -> Outcome<()> {
    late_entry::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// The late entry of a subject, if it has one.
pub(in crate::trace) async fn of_subject<C: ConnectionTrait>(connection: &C, subject_id: &str) -> Outcome<Option<LateRow>> {
    Ok(late_entry::Entity::find().filter(Col::SubjectId.eq(subject_id)).one(connection).await?)
}

/// The state of the late entries of these subjects, by subject.
///
/// # Errors
/// Only ours.
pub async fn states<C: ConnectionTrait>(connection: &C, subjects: Vec<String>) -> Outcome<BTreeMap<String, String>> {
    if subjects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = late_entry::Entity::find().filter(Col::SubjectId.is_in(subjects)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.subject_id, row.state)).collect())
}

decides! {
    /// Decides one that waits. Answers whether it still waited.
    decide, late_entry, LateState::Waiting
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: Col::OrganisationId, grower: None, product: None })
}

/// One within a scope.
pub(in crate::trace) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<LateRow> {
    let query = late_entry::Entity::find_by_id(id).filter(reached(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// Late entries within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn entries<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &LateFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<LateRow>, Option<String>)> {
    let query = narrowed(
        late_entry::Entity::find().filter(reached(scope)),
        [(Col::State, &filter.state), (Col::Act, &filter.act), (Col::OrganisationId, &filter.organisation_id)],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}
