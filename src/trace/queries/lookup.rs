//! The whole history of one code, for officers on site.

use std::collections::BTreeMap;

use super::code::CodeView;
use crate::db::Db;
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::place::parse_place;
use crate::trace::store::stop::{RecallRow, StopRow};
use crate::trace::store::{line, lookup as store};

/// Scans of one day and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanDay {
    /// The day.
    pub day: Day,
    /// Province and city; empty where not known.
    pub place: String,
    /// The verdict's word.
    pub verdict: String,
    /// How many.
    pub count: i64,
}

/// A shipment a label went out with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WentWith {
    /// `shi_…`
    pub id: String,
    /// Its number.
    pub number: String,
    /// How far it has come.
    pub state: String,
    /// When it left.
    pub sent_on: String,
    /// To whom.
    pub consignee: String,
}

/// What is known of a code beside [`CodeView`].
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Scans by day, place and answer, the newest first.
    pub scans: Vec<ScanDay>,
    /// Shipments.
    pub shipments: Vec<WentWith>,
    /// Stops that cover it, also lifted ones.
    pub stops: Vec<StopRow>,
    /// Recalls of its batch and of what that was made of, also lifted ones.
    pub recalls: Vec<RecallRow>,
}

/// The history of a code the actor has already been shown.
///
/// # Errors
/// Only ours.
pub async fn history(db: &Db, view: &CodeView, sees_shipments: bool) -> Outcome<History> {
    let connection = db.reader();
    let mut days: BTreeMap<(std::cmp::Reverse<Day>, String, String), i64> = BTreeMap::new();
    for (at, place, verdict) in store::scans_of(connection, view.order_no, view.sequence).await? {
        let place = place.as_deref().and_then(parse_place).map(|place| match place.city {
            Some(city) => format!("{} {city}", place.province),
            None => place.province,
        });
        *days.entry((std::cmp::Reverse(Day::of(at)), place.unwrap_or_default(), verdict)).or_insert(0) += 1;
    }
    let shipments = if sees_shipments { store::shipments_of(connection, view.order_no, view.sequence).await? } else { Vec::new() };
    let batches: Vec<String> = match &view.batch {
        // The batch itself, and what it was made of: their stops and recalls reach it.
        Some(batch) => {
            let above = line::above(connection, std::slice::from_ref(&batch.id)).await?;
            std::iter::once(batch.id.clone()).chain(above.into_iter().map(|(_, ancestor, _)| ancestor)).collect()
        }
        None => Vec::new(),
    };
    let mut subjects: Vec<&str> = vec![&view.producer_id, &view.product_id];
    subjects.extend(batches.iter().map(String::as_str));
    Ok(History {
        scans: days.into_iter().map(|((day, place, verdict), count)| ScanDay { day: day.0, place, verdict, count }).collect(),
        shipments: shipments
            .into_iter()
            .map(|(id, number, state, sent_on, consignee)| WentWith { id, number, state, sent_on, consignee })
            .collect(),
        stops: store::stops_of(connection, (view.order_no, view.sequence), &subjects).await?,
        recalls: store::recalls_of(connection, &batches).await?,
    })
}

/// The id of the order of this number within reach.
///
/// # Errors
/// Only ours.
pub async fn order_numbered(db: &Db, actor: &Actor, no: i64) -> Outcome<Option<String>> {
    store::order_numbered(db.reader(), &actor.scope, no).await
}
