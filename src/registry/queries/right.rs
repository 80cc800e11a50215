//! Rights for everybody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Listed;
use super::area::{AreaView, area_views};
use crate::db::Db;
use crate::kernel::{Day, Failure, Outcome, clock};
use crate::registry::right::{RightStatus, Route, TermState};
use crate::registry::store::right::Wanted;
use crate::registry::store::{self, RightRow, listed};

/// A right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RightView {
    /// `rig_…`
    pub id: String,
    /// `pro_…`
    pub product_id: String,
    /// The product's name.
    pub product: String,
    /// gi_product, certification_mark, collective_mark, agri_gi or abroad_eu.
    pub route: String,
    /// Who registered or received it.
    pub authority: Option<String>,
    /// How far it has come; only `registered` is protection.
    pub status: String,
    /// Of the day asked about: not_yet, in_force, grace or ended; null if it was never registered.
    pub term: Option<String>,
    /// Announcement as quoted, if found.
    pub number: Option<String>,
    /// A, B or C.
    pub number_confidence: Option<String>,
    /// Registration, certificate or file number, if found.
    pub registration_number: Option<String>,
    /// trademark, agi_certificate, agi_specification or eu_file.
    pub registration_kind: Option<String>,
    /// A, B or C.
    pub registration_confidence: Option<String>,
    /// When the status was reached, as precise as the source.
    pub date: Option<String>,
    /// day, month, year or unknown.
    pub date_precision: String,
    /// Holder or applicant in words.
    pub holder: Option<String>,
    /// `org_…`
    pub holder_id: Option<String>,
    /// First day it can have counted.
    pub in_force_from: Option<String>,
    /// Last day it counts, a time of grace included.
    pub in_force_to: Option<String>,
    /// Last day of a trademark's term.
    pub term_to: Option<String>,
    /// Counties of today.
    pub county_codes: Vec<String>,
    /// The protected area as worded.
    pub protected_area: Option<String>,
    /// Quality in short.
    pub quality: Option<String>,
    /// Standard number with its version.
    pub standard_no: Option<String>,
    /// Output as the source gives it.
    pub output: Option<String>,
    /// Announcements on record that speak of it, `ann_…`.
    pub announcement_ids: Vec<String>,
    /// Its area on the day asked about; only where one right is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaView>,
    /// Where this is written.
    pub source: String,
    /// Its address.
    pub source_url: Option<String>,
    /// A, B or C.
    pub confidence: String,
    /// Remarks.
    pub note: Option<String>,
    /// Demonstration data.
    pub demo: bool,
    /// RFC 3339.
    pub recorded_at: String,
}

/// What a list of rights is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RightsAsked {
    /// Of this product, `pro_…`.
    pub product_id: Option<String>,
    /// On this route.
    pub route: Option<Route>,
    /// Of this status.
    pub status: Option<RightStatus>,
    /// Held by this organisation, `org_…`.
    pub holder_id: Option<String>,
    /// In force on this day.
    pub as_of: Option<Day>,
}

/// Rights in the order they were recorded.
///
/// # Errors
/// Only ours.
pub async fn rights(db: &Db, asked: &RightsAsked, today: Day, cursor: Option<&str>, limit: u64) -> Outcome<Listed<RightView>> {
    let wanted = Wanted {
        product_id: asked.product_id.clone(),
        route: asked.route.map(|route| route.word().to_owned()),
        status: asked.status.map(|status| status.word().to_owned()),
        holder_id: asked.holder_id.clone(),
        in_force_on: asked.as_of.map(|day| day.to_string()),
    };
    let rows = store::right::page(db.reader(), &wanted, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<RightView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: right_views(db, rows, asked.as_of.unwrap_or(today)).await?, next_cursor })
}

/// One right with its area, as of a day.
///
/// # Errors
/// `not_found`.
pub async fn right(db: &Db, id: &str, day: Day) -> Outcome<RightView> {
    let row = store::right::one(db.reader(), id).await?;
    let mut view = right_views(db, vec![row], day).await?.pop().ok_or_else(Failure::not_found)?;
    view.area = area_of(db, id, day).await?;
    Ok(view)
}

/// The area of a right as it was on a day.
pub(super) async fn area_of(db: &Db, right_id: &str, day: Day) -> Outcome<Option<AreaView>> {
    let rows = store::area::on_day(db.reader(), vec![right_id.to_owned()], day).await?;
    Ok(area_views(db, rows, true).await?.pop())
}

pub(super) async fn right_views(db: &Db, rows: Vec<RightRow>, day: Day) -> Outcome<Vec<RightView>> {
    let links = store::right::links(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for row in &rows {
        if !names.contains_key(&row.product_id) {
            names.insert(row.product_id.clone(), store::product::one(db.reader(), &row.product_id).await?.name);
        }
    }
    rows.into_iter()
        .map(|row| {
            let papers = links.iter().filter(|(right, _)| *right == row.id).map(|(_, paper)| paper.clone()).collect();
            let product = names.get(&row.product_id).cloned().unwrap_or_default();
            view(row, product, papers, day)
        })
        .collect()
}

/// The term in a word.
fn term(row: &RightRow, day: Day) -> Outcome<Option<String>> {
    let status = store::right::status(row)?;
    if status == RightStatus::Ended && row.in_force_to.is_none() {
        return Ok(Some("ended".to_owned()));
    }
    if !status.is_protected() && status != RightStatus::Ended {
        return Ok(None);
    }
    let word = match store::right::term(row)?.on(day) {
        TermState::NotYet => "not_yet",
        TermState::InForce => "in_force",
        TermState::Grace => "grace",
        TermState::Ended => "ended",
    };
    Ok(Some(word.to_owned()))
}

fn view(row: RightRow, product: String, announcement_ids: Vec<String>, day: Day) -> Outcome<RightView> {
    Ok(RightView {
        term: term(&row, day)?,
        county_codes: listed(&row.county_codes),
        recorded_at: clock::rfc3339(row.recorded_at),
        id: row.id,
        product_id: row.product_id,
        product,
        route: row.route,
        authority: Some(row.authority).filter(|authority| !authority.is_empty()),
        status: row.status,
        number: row.number,
        number_confidence: row.number_confidence,
        registration_number: row.registration_number,
        registration_kind: row.registration_kind,
        registration_confidence: row.registration_confidence,
        date: row.announced_on,
        date_precision: row.date_precision,
        holder: row.holder,
        holder_id: row.holder_id,
        in_force_from: row.in_force_from,
        in_force_to: row.in_force_to,
        term_to: row.term_to,
        protected_area: row.protected_area,
        quality: row.quality,
        standard_no: row.standard_no,
        output: row.output,
        announcement_ids,
        area: None,
        source: row.source,
        source_url: row.source_url,
        confidence: row.confidence,
        note: row.note,
        demo: row.demo,
    })
}
