//! Growers, within reach only: their names are never public.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::kernel::{Actor, Failure, Outcome, clock};
use crate::registry::store::{self, DivisionRow, GrowerRow};

/// A grower.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrowerView {
    /// `gro_…`
    pub id: String,
    /// household, person or organisation.
    pub kind: String,
    /// Name.
    pub name: String,
    /// County or township.
    pub division_code: String,
    /// Its full name.
    pub division: String,
    /// Village.
    pub village: String,
    /// 户号.
    pub household_no: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// The organisation it sells to, `org_…`.
    pub organisation_id: String,
    /// RFC 3339.
    pub registered_at: String,
}

/// Growers within reach, of one organisation or of all, in the order they were registered.
///
/// # Errors
/// Only ours.
pub async fn growers(
    db: &Db,
    actor: &Actor,
    organisation_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<GrowerView>> {
    let rows = store::grower::page(db.reader(), &actor.scope, organisation_id, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<GrowerView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: views(db, rows).await?, next_cursor })
}

/// One grower within reach.
///
/// # Errors
/// `not_found`.
pub async fn grower(db: &Db, actor: &Actor, id: &str) -> Outcome<GrowerView> {
    let row = store::grower::one(db.reader(), &actor.scope, id).await?;
    views(db, vec![row]).await?.pop().ok_or_else(Failure::not_found)
}

async fn views(db: &Db, rows: Vec<GrowerRow>) -> Outcome<Vec<GrowerView>> {
    let places = store::division::some(db.reader(), rows.iter().map(|row| row.division_code.clone())).await?;
    Ok(rows.into_iter().map(|row| view(row, &places)).collect())
}

fn view(row: GrowerRow, places: &BTreeMap<String, DivisionRow>) -> GrowerView {
    GrowerView {
        division: places.get(&row.division_code).map(|place| place.full_name.clone()).unwrap_or_default(),
        registered_at: clock::rfc3339(row.registered_at),
        id: row.id,
        kind: row.kind,
        name: row.name,
        division_code: row.division_code,
        village: row.village,
        household_no: row.household_no,
        phone: row.phone,
        organisation_id: row.registered_by_id,
    }
}
