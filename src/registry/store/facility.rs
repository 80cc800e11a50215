//! Facilities with their licences.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::known;
use crate::db::region::{begins_with, organisations_in};
use crate::db::{Tx, duplicate_as};
use crate::entity::{facility, facility_licence};
use crate::kernel::{Day, Failure, Outcome, Scope};
use crate::registry::facility::LicenceDays;
use crate::registry::interval::DayInterval;

pub use facility::Model as FacilityRow;
pub use facility_licence::Model as LicenceRow;

/// Facilities of an own organisation, of organisations in the region, or that lie there.
fn reached(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    Condition::any()
        .add(facility::Column::OrganisationId.is_in(scope.organisations.iter()))
        .add(begins_with(facility::Column::DivisionCode, &scope.divisions))
        .add(facility::Column::OrganisationId.in_subquery(organisations_in(scope)))
}

pub(in crate::registry) async fn insert(tx: &Tx, row: FacilityRow) -> Outcome<()> {
    let name = row.name.clone();
    let taken = || Failure::field("/name", "facility_twice").with("value", name);
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

/// The last day of a facility.
pub(in crate::registry) async fn end(tx: &Tx, id: &str, last: Day) -> Outcome<()> {
    let change = facility::ActiveModel { id: Set(id.to_owned()), valid_to: Set(Some(last.to_string())), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn insert_licence(tx: &Tx, row: LicenceRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

/// A facility within reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(in crate::registry) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<FacilityRow> {
    facility::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The same held until the commit, so that two licences don't get one number.
pub(in crate::registry) async fn to_change(tx: &Tx, scope: &Scope, id: &str) -> Outcome<FacilityRow> {
    let mut query = facility::Entity::find_by_id(id).filter(reached(scope));
    if tx.engine() == crate::db::Engine::Postgres {
        query = query.lock(sea_orm::sea_query::LockType::NoKeyUpdate);
    }
    query.one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// A facility by id, whoever asks; for checks and for names on public pages.
///
/// # Errors
/// Only ours.
pub async fn find<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<FacilityRow>> {
    Ok(facility::Entity::find_by_id(id).one(connection).await?)
}

/// The licences of these facilities, oldest first.
///
/// # Errors
/// Only ours.
pub async fn licences<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<LicenceRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = facility_licence::Entity::find().filter(facility_licence::Column::FacilityId.is_in(ids));
    Ok(query.order_by_asc(facility_licence::Column::FacilityId).order_by_asc(facility_licence::Column::No).all(connection).await?)
}

/// The days of a facility.
///
/// # Errors
/// Only ours.
pub fn valid(row: &FacilityRow) -> Outcome<DayInterval> {
    let from = known(Day::parse(&row.valid_from), "facility.valid_from")?;
    let to = row.valid_to.as_deref().map(|to| known(Day::parse(to), "facility.valid_to")).transpose()?;
    known(DayInterval::new(from, to), "facility.valid_to")
}

/// The days of a licence.
///
/// # Errors
/// Only ours.
pub fn licence_days(row: &LicenceRow) -> Outcome<LicenceDays> {
    let from = known(Day::parse(&row.valid_from), "facility_licence.valid_from")?;
    let to = row.valid_to.as_deref().map(|to| known(Day::parse(to), "facility_licence.valid_to")).transpose()?;
    let days = known(DayInterval::new(from, to), "facility_licence.valid_to")?;
    Ok(LicenceDays { kind: row.kind.clone(), number: row.number.clone(), days })
}

/// What a list of facilities is cut down to.
#[derive(Debug, Clone, Default)]
pub(in crate::registry) struct Wanted {
    /// Of this organisation.
    pub organisation_id: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Valid on this day.
    pub on: Option<Day>,
}

/// Facilities within reach after `cursor`, in the order of their ids.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<FacilityRow>> {
    use facility::Column as Col;
    let mut query = facility::Entity::find().filter(reached(scope)).order_by_asc(Col::Id).limit(limit);
    if let Some(id) = &wanted.organisation_id {
        query = query.filter(Col::OrganisationId.eq(id));
    }
    if let Some(kind) = &wanted.kind {
        query = query.filter(Col::Kind.eq(kind));
    }
    if let Some(day) = wanted.on.map(|day| day.to_string()) {
        query = query.filter(Col::ValidFrom.lte(&day)).filter(Condition::any().add(Col::ValidTo.is_null()).add(Col::ValidTo.gte(&day)));
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}
