//! Days from … to …, both included; an open end means until further notice.

use serde::{Deserialize, Serialize};

use crate::kernel::Day;

/// A stretch of days, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DayInterval {
    /// The first day in it.
    pub from: Day,
    /// The last day in it; open if `None`.
    pub to: Option<Day>,
}

impl DayInterval {
    /// From `from` to `to`; `None` if it would end before it begins.
    pub fn new(from: Day, to: Option<Day>) -> Option<Self> {
        to.is_none_or(|to| from <= to).then_some(Self { from, to })
    }
    /// From `from` until further notice.
    pub fn open(from: Day) -> Self {
        Self { from, to: None }
    }
    /// Is this day in it?
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
    /// Is every day of `other` in it?
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && self.to.is_none_or(|to| other.to.is_some_and(|last| last <= to))
    }
    /// Do the two share a day?
    pub fn overlaps(self, other: Self) -> bool {
        self.from.max(other.from) <= earlier_end(self.to, other.to).unwrap_or(self.from.max(other.from))
    }
}

/// The earlier of two ends, where none means open.
fn earlier_end(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (end, None) | (None, end) => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> DayInterval {
        DayInterval::new(Day::parse(from).unwrap(), Day::parse(to)).unwrap()
    }

    #[test]
    fn both_ends_belong_to_it() {
        let season = days("2026-08-20", "2026-10-31");
        let inside = |text: &str| season.contains(Day::parse(text).unwrap());
        assert!(inside("2026-08-20") && inside("2026-10-31"));
        assert!(!inside("2026-08-19") && !inside("2026-11-01"));
        assert_eq!(DayInterval::new(Day::parse("2026-02-02").unwrap(), Day::parse("2026-02-01")), None);
    }

    #[test]
    fn overlap_and_cover() {
        let year = days("2026-01-01", "2026-12-31");
        let open = DayInterval::open(Day::parse("2026-12-31").unwrap());
        assert!(year.overlaps(open) && open.overlaps(year), "they share the last day");
        assert!(!year.overlaps(days("2027-01-01", "")) && !days("2027-01-01", "").overlaps(year));
        assert!(open.overlaps(days("2030-01-01", "")), "two open ones meet");
        assert!(year.covers(days("2026-03-01", "2026-12-31")) && !year.covers(open) && !year.covers(days("2025-12-31", "2026-01-02")));
        assert!(open.covers(days("2027-01-01", "")) && open.covers(days("2027-01-01", "2027-01-01")));
    }
}
