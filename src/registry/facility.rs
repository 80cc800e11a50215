//! 包装厂、冷库、加工厂: where goods are packed, kept or made, whose it is and until when, and the licences it works under. Pure part.
//!
//! A facility has an interval: a rented one ends with its lease, a closed one with its last day. A licence of one kind is renewed by a
//! new row of the same kind; a day is licensed if some row of that kind covers it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::interval::DayInterval;
use crate::kernel::Day;

/// Days before a licence ends on which people are told.
pub const SOON: i64 = 30;

/// What a facility is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    /// 包装厂
    PackingHouse,
    /// 冷库
    ColdStore,
    /// 加工厂
    Plant,
}

impl FacilityKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::PackingHouse, Self::ColdStore, Self::Plant];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::PackingHouse => "packing_house",
            Self::ColdStore => "cold_store",
            Self::Plant => "plant",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// By what title it is worked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FacilityTenure {
    /// 自有
    #[default]
    Own,
    /// 租用: with lessor and last day.
    Rented,
}

impl FacilityTenure {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Rented => "rented",
        }
    }
}

/// A licence, as far as days go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceDays {
    /// `SC 食品生产许可`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its days.
    pub days: DayInterval,
}

/// The licence of a kind that no row of the same kind covers on `day`: the one that ended last, or begins first. `None`: all kinds on
/// record are covered.
pub fn lapsed_on(licences: &[LicenceDays], day: Day) -> Option<&LicenceDays> {
    let uncovered = |licence: &&LicenceDays| !licences.iter().any(|other| other.kind == licence.kind && other.days.contains(day));
    licences.iter().filter(uncovered).max_by_key(|licence| licence.days.to)
}

/// Licences that end within [`SOON`] days of `today` (or ended) and were not renewed beyond.
pub fn ending_soon(licences: &[LicenceDays], today: Day) -> Vec<&LicenceDays> {
    let last = today.plus(SOON);
    let renewed = |licence: &LicenceDays| {
        licences.iter().any(|o| o.kind == licence.kind && o.days.to > licence.days.to && o.days.to > Some(last))
            || licences.iter().any(|o| o.kind == licence.kind && o.days.to.is_none())
    };
    licences.iter().filter(|licence| licence.days.to.is_some_and(|to| to <= last) && !renewed(licence)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }
    fn licence(kind: &str, from: &str, to: Option<&str>) -> LicenceDays {
        LicenceDays { kind: kind.to_owned(), number: format!("{kind}-{from}"), days: DayInterval::new(day(from), to.map(day)).unwrap() }
    }

    #[test]
    fn a_kind_is_covered_by_any_of_its_rows() {
        let two = [licence("SC", "2021-01-01", Some("2025-12-31")), licence("SC", "2026-01-01", Some("2030-12-31"))];
        assert_eq!(lapsed_on(&two, day("2026-10-19")), None);
        assert_eq!(lapsed_on(&two[..1], day("2026-10-19")).map(|l| l.number.as_str()), Some("SC-2021-01-01"));
        assert_eq!(lapsed_on(&two[1..], day("2025-12-31")).map(|l| l.number.as_str()), Some("SC-2026-01-01"), "not yet");
        let mixed = [licence("SC", "2021-01-01", None), licence("食品经营", "2021-01-01", Some("2026-10-18"))];
        assert_eq!(lapsed_on(&mixed, day("2026-10-18")), None, "the last day counts");
        assert_eq!(lapsed_on(&mixed, day("2026-10-19")).map(|l| l.kind.as_str()), Some("食品经营"));
        assert_eq!(lapsed_on(&[], day("2026-10-19")), None);
    }

    #[test]
    fn people_are_told_a_month_before_unless_it_is_renewed() {
        let ends = [licence("SC", "2021-01-01", Some("2026-11-19"))];
        assert_eq!(ending_soon(&ends, day("2026-10-19")).len(), 0, "31 days");
        assert_eq!(ending_soon(&ends, day("2026-10-20")).len(), 1, "30 days");
        assert_eq!(ending_soon(&ends, day("2027-01-01")).len(), 1, "over");
        for until in [Some("2031-11-19"), None] {
            let renewed = [ends[0].clone(), licence("SC", "2026-11-20", until)];
            assert_eq!(ending_soon(&renewed, day("2026-11-01")).len(), 0);
        }
    }
}
