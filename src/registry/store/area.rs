//! Protected areas with their places.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{insert_all, known};
use crate::db::Tx;
use crate::entity::{area, area_place};
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::area::{Place, PlaceKind};
use crate::registry::division::DivisionCode;
use crate::registry::fact::PartialDate;

pub use area::Model as AreaRow;
pub use area_place::Model as AreaPlaceRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: AreaRow, places: Vec<AreaPlaceRow>) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    insert_all(tx, places).await
}

/// An area by id.
///
/// # Errors
/// `not_found`.
pub async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<AreaRow> {
    area::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Areas after `cursor`, of one right or of all.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    right_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<AreaRow>> {
    let mut query = area::Entity::find().order_by_asc(area::Column::Id).limit(limit);
    if let Some(right_id) = right_id {
        query = query.filter(area::Column::RightId.eq(right_id));
    }
    if let Some(cursor) = cursor {
        query = query.filter(area::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// The area of each of these rights as it was on `day`: the latest that had begun; one without a date is as old as its right.
pub(in crate::registry) async fn on_day<C: ConnectionTrait>(connection: &C, rights: Vec<String>, day: Day) -> Outcome<Vec<AreaRow>> {
    if rights.is_empty() {
        return Ok(Vec::new());
    }
    let rows = area::Entity::find().filter(area::Column::RightId.is_in(rights)).order_by_asc(area::Column::Id).all(connection).await?;
    let mut latest: Vec<(PartialDate, AreaRow)> = Vec::new();
    for row in rows {
        let as_of = known(PartialDate::parse(row.as_of.as_deref().unwrap_or_default()), "area.as_of")?;
        if as_of.earliest().is_some_and(|from| day < from) {
            continue;
        }
        match latest.iter_mut().find(|(_, other)| other.right_id == row.right_id) {
            // Later recorded wins on the same day.
            Some(found) if found.0.earliest() <= as_of.earliest() => *found = (as_of, row),
            Some(_) => {}
            None => latest.push((as_of, row)),
        }
    }
    Ok(latest.into_iter().map(|(_, row)| row).collect())
}

/// The places of these areas, in the order of their lists.
pub(in crate::registry) async fn places<C: ConnectionTrait>(connection: &C, areas: Vec<String>) -> Outcome<Vec<AreaPlaceRow>> {
    if areas.is_empty() {
        return Ok(Vec::new());
    }
    let query = area_place::Entity::find().filter(area_place::Column::AreaId.is_in(areas));
    Ok(query.order_by_asc(area_place::Column::AreaId).order_by_asc(area_place::Column::No).all(connection).await?)
}

/// A line of a list, to be asked.
///
/// # Errors
/// Only ours.
pub fn place(row: &AreaPlaceRow) -> Outcome<Place> {
    let code = |text: &Option<String>| text.as_deref().map(|t| known(DivisionCode::parse(t), "area_place: a code")).transpose();
    Ok(Place {
        kind: known(PlaceKind::parse(&row.kind), "area_place.kind")?,
        name: row.name.clone(),
        code: code(&row.division_code)?,
        candidate: code(&row.candidate_code)?,
    })
}
