//! Mark uses and their suspensions.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::{known, scope};
use crate::db::Tx;
use crate::db::narrow::{Narrow, Places, When};
use crate::entity::{gi_right, mark_use, mark_use_suspension};
use crate::kernel::{Day, Failure, Outcome, Scope};
use crate::registry::interval::DayInterval;
use crate::registry::mark_use::MarkUseDays;

pub use mark_use::Model as MarkUseRow;
pub use mark_use_suspension::Model as SuspensionRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: MarkUseRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A mark use within reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(in crate::registry) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<MarkUseRow> {
    mark_use::Entity::find_by_id(id).filter(scope::mark_uses(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The same, held until the commit.
pub(in crate::registry) async fn to_change(tx: &Tx, scope: &Scope, id: &str) -> Outcome<MarkUseRow> {
    let query = mark_use::Entity::find_by_id(id).filter(scope::mark_uses(scope)).lock_exclusive();
    query.one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Every use of a right by an organisation.
///
/// # Errors
/// Only ours.
pub async fn of_right<C: ConnectionTrait>(connection: &C, organisation_id: &str, right_id: &str) -> Outcome<Vec<MarkUseRow>> {
    let query = mark_use::Entity::find().filter(mark_use::Column::OrganisationId.eq(organisation_id));
    Ok(query.filter(mark_use::Column::RightId.eq(right_id)).order_by_asc(mark_use::Column::InForceFrom).all(connection).await?)
}

/// Every use of these rights, in the order recorded.
pub(in crate::registry) async fn of_rights<C: ConnectionTrait>(connection: &C, rights: Vec<String>) -> Outcome<Vec<MarkUseRow>> {
    if rights.is_empty() {
        return Ok(Vec::new());
    }
    let query = mark_use::Entity::find().filter(mark_use::Column::RightId.is_in(rights));
    Ok(query.order_by_asc(mark_use::Column::Id).all(connection).await?)
}

/// What a list of mark uses is cut down to.
#[derive(Debug, Clone, Default)]
pub(in crate::registry) struct Wanted {
    /// By this organisation.
    pub organisation_id: Option<String>,
    /// Of this right.
    pub right_id: Option<String>,
    /// Of a right of this product.
    pub product_id: Option<String>,
    /// In force and not suspended on this day.
    pub in_force_on: Option<Day>,
}

/// Where lists of mark uses look.
const PLACES: Places<'static, mark_use::Column> = Places {
    id: mark_use::Column::Id,
    newest: false,
    names: &[mark_use::Column::Announcement, mark_use::Column::Contract, mark_use::Column::Evidence],
    parties: &[mark_use::Column::OrganisationId],
    product: None,
    state: None,
    when: Some(When::Day(mark_use::Column::InForceFrom)),
    orders: &[("in_force", mark_use::Column::InForceFrom)],
};

/// Mark uses within reach after `cursor`, in the order of their ids where nothing else is asked.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<MarkUseRow>, Option<String>)> {
    let mut query = mark_use::Entity::find().filter(scope::mark_uses(scope));
    if let Some(id) = &wanted.organisation_id {
        query = query.filter(mark_use::Column::OrganisationId.eq(id));
    }
    if let Some(id) = &wanted.right_id {
        query = query.filter(mark_use::Column::RightId.eq(id));
    }
    if let Some(id) = &wanted.product_id {
        let rights = gi_right::Entity::find().select_only().column(gi_right::Column::Id).filter(gi_right::Column::ProductId.eq(id));
        query = query.filter(mark_use::Column::RightId.in_subquery(sea_orm::QueryTrait::into_query(rights)));
    }
    if let Some(day) = wanted.in_force_on {
        query = query.filter(in_force(&day.to_string()));
    }
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

fn in_force(day: &str) -> Condition {
    let suspended = mark_use_suspension::Entity::find()
        .select_only()
        .column(mark_use_suspension::Column::MarkUseId)
        .filter(mark_use_suspension::Column::FromDay.lte(day))
        .filter(Condition::any().add(mark_use_suspension::Column::ToDay.is_null()).add(mark_use_suspension::Column::ToDay.gte(day)));
    Condition::all()
        .add(mark_use::Column::InForceFrom.lte(day))
        .add(Condition::any().add(mark_use::Column::InForceTo.is_null()).add(mark_use::Column::InForceTo.gte(day)))
        .add(mark_use::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(suspended)))
}

/// Suspensions of these mark uses, earliest first.
pub(in crate::registry) async fn suspensions<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<SuspensionRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = mark_use_suspension::Entity::find().filter(mark_use_suspension::Column::MarkUseId.is_in(ids));
    Ok(query
        .order_by_asc(mark_use_suspension::Column::MarkUseId)
        .order_by_asc(mark_use_suspension::Column::FromDay)
        .all(connection)
        .await?)
}

pub(in crate::registry) async fn insert_suspension(tx: &Tx, row: SuspensionRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn lift_suspension(tx: &Tx, row: &SuspensionRow, last: Day) -> Outcome<()> {
    let change = mark_use_suspension::ActiveModel {
        mark_use_id: Set(row.mark_use_id.clone()),
        from_day: Set(row.from_day.clone()),
        to_day: Set(Some(last.to_string())),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn file_artwork(tx: &Tx, row: &MarkUseRow) -> Outcome<()> {
    let change = mark_use::ActiveModel {
        id: Set(row.id.clone()),
        state: Set(row.state.clone()),
        artwork_on: Set(row.artwork_on.clone()),
        artwork_no: Set(row.artwork_no.clone()),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn end(tx: &Tx, id: &str, state: &str, last: Day) -> Outcome<()> {
    let change = mark_use::ActiveModel {
        id: Set(id.to_owned()),
        state: Set(state.to_owned()),
        in_force_to: Set(Some(last.to_string())),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// The interval in force of one row.
///
/// # Errors
/// Only ours.
pub fn interval(row: &MarkUseRow) -> Outcome<DayInterval> {
    stretch(&row.in_force_from, row.in_force_to.as_deref())
}

fn stretch(from: &str, to: Option<&str>) -> Outcome<DayInterval> {
    let from = known(Day::parse(from), "mark_use: a day")?;
    let to = to.map(|to| known(Day::parse(to), "mark_use: a day")).transpose()?;
    known(DayInterval::new(from, to), "mark_use: an interval")
}

/// The days of one row, with those of its suspensions among `suspensions`.
///
/// # Errors
/// Only ours.
pub fn days(row: &MarkUseRow, suspensions: &[SuspensionRow]) -> Outcome<MarkUseDays> {
    let own = suspensions.iter().filter(|s| s.mark_use_id == row.id);
    let suspended = own.map(|s| stretch(&s.from_day, s.to_day.as_deref())).collect::<Outcome<Vec<_>>>()?;
    MarkUseDays::new(&[interval(row)?], &suspended).map_err(|problem| Failure::broken(format!("mark use {}: {problem:?}", row.id)))
}
