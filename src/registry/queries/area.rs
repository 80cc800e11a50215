//! Areas for everybody.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::kernel::{Failure, Outcome, clock};
use crate::registry::store::{self, AreaPlaceRow, AreaRow};

/// One line of an area's list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AreaPlaceView {
    /// county, township, village, zone, extent or note.
    pub kind: String,
    /// The name as in the announcement.
    pub name: String,
    /// The county as the list names it.
    pub county: Option<String>,
    /// Name of a village's township.
    pub township: Option<String>,
    /// The division it is (of a village: its township), where one division of today has the very name.
    pub division_code: Option<String>,
    /// A division of today that may be it, to be verified.
    pub candidate_code: Option<String>,
    /// Remarks.
    pub note: Option<String>,
}

/// The area of a right, of a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AreaView {
    /// `are_…`
    pub id: String,
    /// `rig_…`
    pub right_id: String,
    /// The list's day, as precise as it is known.
    pub as_of: Option<String>,
    /// The area as worded.
    pub words: String,
    /// The list.
    pub places: Vec<AreaPlaceView>,
    /// GeoJSON in WGS-84; only where one area is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub boundary: Option<Value>,
    /// Is a boundary on record?
    pub has_boundary: bool,
    /// Where this is written.
    pub source: String,
    /// Its address.
    pub source_url: Option<String>,
    /// A, B or C.
    pub confidence: String,
    /// Remarks.
    pub note: Option<String>,
    /// RFC 3339.
    pub recorded_at: String,
}

/// Areas, of one right or of all, in the order they were recorded.
///
/// # Errors
/// Only ours.
pub async fn areas(db: &Db, right_id: Option<&str>, cursor: Option<&str>, limit: u64) -> Outcome<Listed<AreaView>> {
    let rows = store::area::page(db.reader(), right_id, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<AreaView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: area_views(db, rows, false).await?, next_cursor })
}

/// One area with its boundary.
///
/// # Errors
/// `not_found`.
pub async fn area(db: &Db, id: &str) -> Outcome<AreaView> {
    let row = store::area::one(db.reader(), id).await?;
    area_views(db, vec![row], true).await?.pop().ok_or_else(Failure::not_found)
}

pub(super) async fn area_views(db: &Db, rows: Vec<AreaRow>, whole: bool) -> Outcome<Vec<AreaView>> {
    let places = store::area::places(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    rows.into_iter()
        .map(|row| {
            let own = places.iter().filter(|place| place.area_id == row.id).cloned().map(place).collect();
            view(row, own, whole)
        })
        .collect()
}

fn view(row: AreaRow, places: Vec<AreaPlaceView>, whole: bool) -> Outcome<AreaView> {
    let boundary = row.boundary.as_deref().filter(|_| whole).map(serde_json::from_str).transpose().map_err(Failure::broken)?;
    Ok(AreaView {
        has_boundary: row.boundary.is_some(),
        recorded_at: clock::rfc3339(row.recorded_at),
        id: row.id,
        right_id: row.right_id,
        as_of: row.as_of,
        words: row.words,
        places,
        boundary,
        source: row.source,
        source_url: row.source_url,
        confidence: row.confidence,
        note: row.note,
    })
}

fn place(row: AreaPlaceRow) -> AreaPlaceView {
    AreaPlaceView {
        kind: row.kind,
        name: row.name,
        county: row.county,
        township: row.township,
        division_code: row.division_code,
        candidate_code: row.candidate_code,
        note: row.note,
    }
}
