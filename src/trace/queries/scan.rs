//! Scans of an owner's goods: how many, on which day, where, and what was answered. Never by whom.

use std::collections::BTreeMap;

use crate::db::Db;
use crate::kernel::clock::DAY;
use crate::kernel::{Actor, Day, Millis, Outcome};
use crate::trace::place::parse_place;
use crate::trace::store::scan::seen::{tallies, totals};

/// Days looked at.
pub const DAYS: i64 = 30;

/// Scans counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Codes ever scanned.
    pub codes: i64,
    /// Sessions in which they were.
    pub sessions: i64,
    /// The last [`DAYS`] days, oldest first, each with how many.
    pub by_day: Vec<(Day, i64)>,
    /// Province and city as one text, most first; an empty text where the place is not known.
    pub by_place: Vec<(String, i64)>,
    /// By the verdict's word, most first.
    pub by_verdict: Vec<(String, i64)>,
}

impl Seen {
    /// Scans of those days.
    pub fn recent(&self) -> i64 {
        self.by_day.iter().map(|(_, count)| count).sum()
    }
}

fn most_first(counts: BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let mut counts: Vec<(String, i64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// Scans of codes within the actor's reach, of one producer if it is named.
///
/// # Errors
/// Only ours.
pub async fn seen(db: &Db, actor: &Actor, producer_id: Option<&str>, today: Day) -> Outcome<Seen> {
    let first = today.plus(1 - DAYS);
    let since: Millis = first.start();
    let found = tallies(db.reader(), &actor.scope, producer_id, since).await?;
    let (codes, sessions) = totals(db.reader(), &actor.scope, producer_id).await?;
    let mut by_day: Vec<(Day, i64)> = (0..DAYS).map(|n| (first.plus(n), 0)).collect();
    let (mut by_place, mut by_verdict) = (BTreeMap::new(), BTreeMap::new());
    for tally in found {
        // A day number stands for its noon, whatever the zone.
        let day = Day::of(tally.day * DAY + DAY / 2 - 8 * 3_600_000);
        if let Some(slot) = by_day.iter_mut().find(|(known, _)| *known == day) {
            slot.1 += tally.count;
        }
        let place = tally.place.as_deref().and_then(parse_place).map(|place| match place.city {
            Some(city) => format!("{} {city}", place.province),
            None => place.province,
        });
        *by_place.entry(place.unwrap_or_default()).or_insert(0) += tally.count;
        *by_verdict.entry(tally.verdict).or_insert(0) += tally.count;
    }
    Ok(Seen { codes, sessions, by_day, by_place: most_first(by_place), by_verdict: most_first(by_verdict) })
}
