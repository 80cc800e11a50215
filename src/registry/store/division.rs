//! Divisions of today and of before.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::region::begins_with;
use crate::entity::{division, division_successor};
use crate::kernel::Outcome;
use crate::registry::division::{Division, DivisionCode, Divisions, Succession};

pub use division::Model as DivisionRow;

/// Divisions by code.
pub async fn some<C: ConnectionTrait>(connection: &C, codes: impl IntoIterator<Item = String>) -> Outcome<BTreeMap<String, DivisionRow>> {
    let codes: BTreeSet<String> = codes.into_iter().collect();
    if codes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = division::Entity::find().filter(division::Column::Code.is_in(codes)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// Every county and larger division with the whole history, and the townships of the counties these codes lie in or come from.
pub(in crate::registry) async fn around<C: ConnectionTrait>(connection: &C, codes: &[DivisionCode]) -> Outcome<Divisions> {
    let links = division_successor::Entity::find().all(connection).await?;
    let mut counties: BTreeSet<String> = codes.iter().filter_map(|code| code.county()).map(|c| c.as_str().to_owned()).collect();
    for link in &links {
        if counties.contains(&link.old_code) {
            counties.insert(link.new_code.clone());
        }
    }
    let counties: Vec<String> = counties.into_iter().collect();
    let wanted = Condition::any()
        .add(division::Column::Level.is_in(["province", "prefecture", "county"]))
        .add(begins_with(division::Column::Code, &counties));
    let rows = division::Entity::find().filter(wanted).all(connection).await?;
    let (past, today): (Vec<DivisionRow>, Vec<DivisionRow>) = rows.into_iter().partition(|row| row.abolished);
    let today = today.into_iter().filter_map(|row| {
        Some(Division {
            code: DivisionCode::parse(&row.code)?,
            name: row.name,
            kind: row.kind,
            parent: row.parent_code.as_deref().and_then(DivisionCode::parse),
            gbt2260: row.gbt2260,
        })
    });
    let past = past.into_iter().filter_map(|row| {
        let successors = links.iter().filter(|l| l.old_code == row.code).filter_map(|l| DivisionCode::parse(&l.new_code)).collect();
        Some(Succession {
            old_code: DivisionCode::parse(&row.code)?,
            old_name: row.name,
            successors,
            ended: row.ended.and_then(|year| i32::try_from(year).ok()),
            verify: row.verify,
        })
    });
    Ok(Divisions::new(today, past))
}

/// Divisions directly inside one of `parents` (all, if none are named) whose words hold every one of `words`, after `cursor`, by code.
pub(in crate::registry) async fn listed<C: ConnectionTrait>(
    connection: &C,
    parents: Option<&[String]>,
    words: &[String],
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<DivisionRow>> {
    let mut query = division::Entity::find().order_by_asc(division::Column::Code).limit(limit);
    if let Some(parents) = parents {
        query = query.filter(division::Column::ParentCode.is_in(parents));
    }
    if let Some(cursor) = cursor {
        query = query.filter(division::Column::Code.gt(cursor));
    }
    for word in words {
        query = query.filter(super::search::holds(division::Column::Words, word));
    }
    Ok(query.all(connection).await?)
}

/// What became of these abolished codes: old, new.
pub(in crate::registry) async fn successors<C: ConnectionTrait>(connection: &C, old: Vec<String>) -> Outcome<Vec<(String, String)>> {
    if old.is_empty() {
        return Ok(Vec::new());
    }
    let rows = division_successor::Entity::find()
        .filter(division_successor::Column::OldCode.is_in(old))
        .order_by_asc(division_successor::Column::NewCode)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.old_code, row.new_code)).collect())
}
