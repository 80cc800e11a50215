//! Facilities with their licences, within reach only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::kernel::{Actor, Day, Failure, Outcome, clock};
use crate::registry::facility::{LicenceDays, ending_soon, lapsed_on};
use crate::registry::store::facility::{Wanted, licence_days, valid};
use crate::registry::store::{self, FacilityRow, LicenceRow};

/// A licence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LicenceView {
    /// Its number in the list.
    pub no: i64,
    /// `SC 食品生产许可`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Who issued it.
    pub issuer: Option<String>,
    /// First day.
    pub valid_from: String,
    /// Last day; open if null.
    pub valid_to: Option<String>,
    /// Where the paper is kept.
    pub evidence: Option<String>,
    /// Ends within 30 days or has ended, and is not renewed.
    pub ends_soon: bool,
}

/// A facility.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FacilityView {
    /// `fac_…`
    pub id: String,
    /// Whose, `org_…`.
    pub organisation_id: String,
    /// packing_house, cold_store or plant.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// own or rented.
    pub tenure: String,
    /// Who leases it out.
    pub lessor: Option<String>,
    /// Where it lies.
    pub division_code: String,
    /// Address.
    pub address: Option<String>,
    /// How much it holds, as declared.
    pub capacity: Option<i64>,
    /// First day.
    pub valid_from: String,
    /// Last day; open if null.
    pub valid_to: Option<String>,
    /// Valid on the day asked.
    pub is_valid: bool,
    /// A kind of licence on record does not cover the day asked.
    pub licence_lapsed: bool,
    /// Its licences.
    pub licences: Vec<LicenceView>,
    /// RFC 3339.
    pub registered_at: String,
}

/// What a list of facilities is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilitiesAsked {
    /// Of this organisation.
    pub organisation_id: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Valid on this day.
    pub as_of: Option<Day>,
}

/// Facilities within reach, in the order they were registered.
///
/// # Errors
/// Only ours.
pub async fn facilities(
    db: &Db,
    actor: &Actor,
    asked: &FacilitiesAsked,
    today: Day,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<FacilityView>> {
    let wanted = Wanted { organisation_id: asked.organisation_id.clone(), kind: asked.kind.clone(), on: asked.as_of };
    let rows = store::facility::page(db.reader(), &actor.scope, &wanted, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<FacilityView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: views(db, rows, asked.as_of.unwrap_or(today)).await?, next_cursor })
}

/// One facility within reach.
///
/// # Errors
/// `not_found`.
pub async fn facility(db: &Db, actor: &Actor, id: &str, today: Day) -> Outcome<FacilityView> {
    let row = store::facility::one(db.reader(), &actor.scope, id).await?;
    views(db, vec![row], today).await?.pop().ok_or_else(Failure::not_found)
}

async fn views(db: &Db, rows: Vec<FacilityRow>, day: Day) -> Outcome<Vec<FacilityView>> {
    let licences = store::facility::licences(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    rows.into_iter()
        .map(|row| {
            let own: Vec<&LicenceRow> = licences.iter().filter(|licence| licence.facility_id == row.id).collect();
            view(row, &own, day)
        })
        .collect()
}

fn view(row: FacilityRow, licences: &[&LicenceRow], day: Day) -> Outcome<FacilityView> {
    let days = licences.iter().map(|row| licence_days(row)).collect::<Outcome<Vec<_>>>()?;
    let ending = ending_soon(&days, day);
    let licence = |(row, days): (&&LicenceRow, &LicenceDays)| LicenceView {
        no: row.no,
        kind: row.kind.clone(),
        number: row.number.clone(),
        issuer: row.issuer.clone(),
        valid_from: row.valid_from.clone(),
        valid_to: row.valid_to.clone(),
        evidence: row.evidence.clone(),
        ends_soon: ending.iter().any(|e| std::ptr::eq(*e, days)),
    };
    Ok(FacilityView {
        is_valid: valid(&row)?.contains(day),
        licence_lapsed: lapsed_on(&days, day).is_some(),
        licences: licences.iter().zip(&days).map(licence).collect(),
        registered_at: clock::rfc3339(row.registered_at),
        id: row.id,
        organisation_id: row.organisation_id,
        kind: row.kind,
        name: row.name,
        tenure: row.tenure,
        lessor: row.lessor,
        division_code: row.division_code,
        address: row.address,
        capacity: row.capacity,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    })
}
