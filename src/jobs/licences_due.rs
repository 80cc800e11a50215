//! Tells producers of licences that end within 30 days or have ended: once for each licence.

use crate::db::Db;
use crate::identity::notice::{About, To, note_once};
use crate::kernel::{Actor, Clock, Desk, Outcome, Random};
use crate::registry::queries::{FacilitiesAsked, FacilityView, facilities};

/// Facilities looked at in one go.
const MOST: u64 = 200;

/// Notes every licence that is due and was not yet noted.
///
/// # Errors
/// If facilities can't be read or a notice can't be written.
pub async fn licences_due(db: &Db, clock: &Clock, random: &Random) -> Outcome<()> {
    let (actor, asked, mut cursor) = (Actor::system(), FacilitiesAsked { as_of: Some(clock.today()), ..FacilitiesAsked::default() }, None);
    loop {
        let listed = facilities(db, &actor, &asked, clock.today(), cursor.as_deref(), MOST).await?;
        for view in listed.items.into_iter().filter(|view| view.licences.iter().any(|licence| licence.ends_soon)) {
            let desk = Desk::system(clock, random);
            db.write(move |tx| {
                let (desk, view) = (desk.clone(), view.clone());
                Box::pin(async move { tell(tx, &desk, &view).await })
            })
            .await?;
        }
        cursor = listed.next_cursor;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

async fn tell(tx: &crate::db::Tx, desk: &Desk, view: &FacilityView) -> Outcome<()> {
    for licence in view.licences.iter().filter(|licence| licence.ends_soon) {
        let until = licence.valid_to.clone().unwrap_or_default();
        let paper = format!("{} {}", licence.kind, licence.number);
        let values = [("facility", view.name.as_str()), ("paper", paper.as_str()), ("until", until.as_str())];
        let once = format!("licence:{}:{}:{until}", view.id, licence.no);
        note_once(tx, desk, To::Organisation(&view.organisation_id), About::LicenceDue, &view.id, &values, &once).await?;
    }
    Ok(())
}
