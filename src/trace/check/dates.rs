//! Checks of days: order, season, and whether something was written down late.

use super::facts::Facts;
use super::{Check, CheckOutcome, Finding};
use crate::kernel::Day;
use crate::trace::record::LATE_WITHOUT_REASON;

pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    let lot = Finding::when(facts.lot_taken.is_none(), Check::Lot, CheckOutcome::Refused, "/lot");
    findings.push(match &facts.lot_taken {
        Some(lot_taken) => lot.found(lot_taken).should(&facts.season),
        None => lot,
    });
    order(facts, findings);
    season(facts, findings);
    entry(facts, findings);
}

fn order(facts: &Facts, findings: &mut Vec<Finding>) {
    let days = &facts.days;
    let reversed = days.to < days.from;
    findings.push(Finding::when(!reversed, Check::HarvestOrder, CheckOutcome::Refused, "/harvested_to").found(days.to).should(days.from));
    let past = [("/harvested_to", Some(days.to)), ("/produced_on", days.produced_on), ("/packed_on", days.packed_on)];
    let future: Vec<_> = past.into_iter().filter_map(|(p, d)| d.filter(|d| *d > facts.today).map(|d| (p, d))).collect();
    for (pointer, day) in &future {
        findings.push(Finding::new(Check::Today, CheckOutcome::Refused, *pointer).found(day).should(facts.today));
    }
    if future.is_empty() {
        findings.push(Finding::new(Check::Today, CheckOutcome::Passed, "/harvested_to"));
    }
    // Packing may begin while others still pick; it never begins before the first day of harvest.
    let pairs = [
        ("/produced_on", days.produced_on, Some(days.from), 0),
        ("/packed_on", days.packed_on, days.produced_on.or(Some(days.from)), 0),
        ("/best_before", days.best_before, Some(days.made_on()), 1),
    ];
    let early: Vec<_> = pairs
        .into_iter()
        .filter_map(|(pointer, day, after, least)| match (day, after) {
            (Some(day), Some(after)) if day < after.plus(least) => Some((pointer, day, after.plus(least))),
            _ => None,
        })
        .collect();
    for (pointer, day, after) in &early {
        findings.push(Finding::new(Check::DateOrder, CheckOutcome::Refused, *pointer).found(day).should(after));
    }
    if early.is_empty() {
        findings.push(Finding::new(Check::DateOrder, CheckOutcome::Passed, "/packed_on"));
    }
}

/// Out of season is not refused: years differ. A person says why.
fn season(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(window) = &facts.goods.window else {
        findings.push(Finding::new(Check::Season, CheckOutcome::Silent, "/harvested_from"));
        return;
    };
    let outside = [("/harvested_from", facts.days.from), ("/harvested_to", facts.days.to)].into_iter().find(|(_, d)| !window.contains(*d));
    let right = format!("{} – {}", window.from.as_str(), window.to.as_str());
    findings.push(match outside {
        Some((pointer, day)) => Finding::new(Check::Season, CheckOutcome::Held, pointer).found(day).should(right),
        None => {
            let straddles = window.season_of(facts.days.from) != window.season_of(facts.days.to);
            let found = format!("{} – {}", facts.days.from, facts.days.to);
            Finding::when(!straddles, Check::Season, CheckOutcome::Held, "/harvested_to").found(found).should(right)
        }
    });
}

/// Was it written down on the day it was packed or produced? A harvest alone is never late: fruit is stored for months.
pub(crate) fn late_by(produced_on: Option<Day>, packed_on: Option<Day>, today: Day) -> i64 {
    packed_on.or(produced_on).map_or(0, |day| today.since(day).max(0))
}

/// Lateness is never refused; what is more than a week late waits for a second person.
fn entry(facts: &Facts, findings: &mut Vec<Finding>) {
    let days = late_by(facts.days.produced_on, facts.days.packed_on, facts.recorded_on);
    let is_right = days <= LATE_WITHOUT_REASON || facts.late_confirmed;
    findings.push(Finding::when(is_right, Check::Entry, CheckOutcome::Held, "/packed_on").found(days).should(LATE_WITHOUT_REASON));
}
