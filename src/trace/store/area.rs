//! Where a place lies by the area of a right: the list and boundary as they were on the day, and as much of the divisions as is asked.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::db::region::begins_with;
use crate::entity::{area, area_place, division, division_successor};
use crate::kernel::{Day, Outcome};
use crate::registry::area::{AreaAnswer, Place, PlaceKind, check_place, check_share};
use crate::registry::division::{Division, DivisionCode, Divisions, Succession};
use crate::registry::geometry::Boundary;

/// The area of one right.
#[derive(Debug, Default)]
pub(in crate::trace) struct Area {
    places: Vec<Place>,
    boundary: Option<Boundary>,
}

/// A place goods come from.
#[derive(Debug, Clone)]
pub(in crate::trace) struct Origin {
    /// Division, as fine as it is known.
    pub division_code: String,
    /// Village by name.
    pub village: Option<String>,
    /// Its polygon.
    pub boundary: Option<String>,
}

/// The area of a right as it was announced on or before a day; empty if none is on record.
pub(in crate::trace) async fn of_right<C: ConnectionTrait>(connection: &C, right_id: &str, on: Day) -> Outcome<Area> {
    let on = on.to_string();
    let mut rows = area::Entity::find().filter(area::Column::RightId.eq(right_id)).order_by_asc(area::Column::Id).all(connection).await?;
    // The latest that had begun; an area without a date is as old as the right.
    rows.retain(|row| row.as_of.as_ref().is_none_or(|as_of| *as_of <= on));
    rows.sort_by(|a, b| a.as_of.cmp(&b.as_of));
    let Some(row) = rows.pop() else { return Ok(Area::default()) };
    let places = area_place::Entity::find()
        .filter(area_place::Column::AreaId.eq(&row.id))
        .order_by_asc(area_place::Column::No)
        .all(connection)
        .await?;
    let places = places.iter().filter_map(place).collect();
    Ok(Area { places, boundary: row.boundary.as_deref().and_then(|text| Boundary::parse(text).ok()) })
}

fn place(row: &area_place::Model) -> Option<Place> {
    let kind = PlaceKind::parse(&row.kind)?;
    let code = row.division_code.as_deref().and_then(DivisionCode::parse);
    Some(Place { kind, name: row.name.clone(), code, candidate: None })
}

/// What each area says of each origin, in the order of both.
pub(in crate::trace) async fn answers<C: ConnectionTrait>(
    connection: &C,
    areas: &[Area],
    origins: &[Origin],
) -> Outcome<Vec<Vec<AreaAnswer>>> {
    let codes = areas.iter().flat_map(|a| &a.places).filter_map(|p| p.code.clone());
    let declared: Vec<Option<DivisionCode>> = origins.iter().map(|o| DivisionCode::parse(&o.division_code)).collect();
    let divisions = divisions(connection, codes.chain(declared.iter().flatten().cloned())).await?;
    let answer = |origin: &Origin, code: &Option<DivisionCode>, area: &Area| {
        let boundaries = origin.boundary.as_deref().and_then(|text| Boundary::parse(text).ok()).zip(area.boundary.as_ref());
        match (boundaries, code) {
            (Some((plot, area)), _) => check_share(plot.share_in(area)),
            (None, Some(code)) => check_place(&area.places, code, origin.village.as_deref(), &divisions),
            (None, None) => AreaAnswer::Undecided(crate::registry::area::Undecided::NoList),
        }
    };
    Ok(origins.iter().zip(&declared).map(|(o, code)| areas.iter().map(|area| answer(o, code, area)).collect()).collect())
}

/// The divisions of the counties asked about, with their history.
async fn divisions<C: ConnectionTrait>(connection: &C, codes: impl Iterator<Item = DivisionCode>) -> Outcome<Divisions> {
    let mut counties: BTreeSet<String> = codes.map(|code| code.as_str().chars().take(6).collect()).collect();
    let past = division_successor::Entity::find().all(connection).await?;
    // History goes in few steps; two rounds reach every relative of a county.
    for _ in 0..2 {
        for row in &past {
            if counties.contains(&row.old_code) || counties.contains(&row.new_code) {
                counties.extend([row.old_code.clone(), row.new_code.clone()]);
            }
        }
    }
    if counties.is_empty() {
        return Ok(Divisions::default());
    }
    let rows = division::Entity::find().filter(begins_with(division::Column::Code, &counties)).all(connection).await?;
    let (ended, today): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.abolished);
    let today = today.into_iter().filter_map(|row| {
        Some(Division {
            code: DivisionCode::parse(&row.code)?,
            name: row.name,
            kind: row.level,
            parent: row.parent_code.as_deref().and_then(DivisionCode::parse),
            gbt2260: true,
        })
    });
    let ended = ended.into_iter().filter_map(|row| {
        let successors = past.iter().filter(|s| s.old_code == row.code).filter_map(|s| DivisionCode::parse(&s.new_code)).collect();
        Some(Succession { old_code: DivisionCode::parse(&row.code)?, old_name: row.name, successors, ended: None, verify: false })
    });
    Ok(Divisions::new(today.collect::<Vec<_>>(), ended.collect::<Vec<_>>()))
}

/// Full names of the townships (or counties) these divisions lie in, for people; never a village.
pub(in crate::trace) async fn names<C: ConnectionTrait>(connection: &C, codes: &[String]) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for code in codes {
        let township: String = code.chars().take(9).collect();
        let county: String = code.chars().take(6).collect();
        let rows = division::Entity::find().filter(division::Column::Code.is_in([township, county])).order_by_desc(division::Column::Code);
        if let Some(row) = rows.one(connection).await?
            && !names.contains(&row.full_name)
        {
            names.push(row.full_name);
        }
    }
    Ok(names)
}
