//! Figures of law and of the house that change from a day on, and the calendar they are counted on. Pure part.
//!
//! What comes with the program is `assets/data/time_limits.csv` and `calendar.csv`, each line with its source; what an office records later
//! stands beside it. The one with the latest first day not after the day asked about is in force; none is ever overwritten.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::kernel::term::{Calendar, Term, TermUnit};
use crate::kernel::{Day, Failure, Outcome};

/// The limits the program counts by; the list is closed, their figures are not.
pub const NAMES: [&str; 22] = [
    "season_plan_publicity",
    "pending_decision",
    "feedback_answer",
    "objection_recognition",
    "mending_recognition",
    "opinion_province",
    "opposition_trademark",
    "renewal_trademark",
    "grace_trademark",
    "complaint_acceptance",
    "mediation_end",
    "report_check",
    "report_check_extended",
    "retest",
    "seizure",
    "seizure_extended",
    "inspection_publication",
    "recall_report",
    "sign_in_records",
    "annual_report_opens",
    "annual_report_closes",
    "annual_report_drafts",
];

/// A limit from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedTerm {
    /// Its name.
    pub name: String,
    /// How long.
    pub term: Term,
    /// First day.
    pub from: Day,
    /// Where it is written.
    pub source: String,
}

#[derive(Deserialize)]
struct TermLine {
    name: String,
    number: u32,
    unit: String,
    from: Day,
    source: String,
}

/// A day that is otherwise than the week says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// 放假
    Off,
    /// 调休上班
    Work,
}

impl DayKind {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Work => "work",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Off, Self::Work].into_iter().find(|kind| kind.word() == word)
    }
}

/// Days that are otherwise than the week says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDays {
    /// First of them.
    pub from: Day,
    /// Last of them.
    pub to: Day,
    /// What they are.
    pub kind: DayKind,
    /// Where it is written.
    pub source: String,
}

#[derive(Deserialize)]
struct DayLine {
    from: Day,
    to: Day,
    kind: String,
    source: String,
}

fn lines<T: serde::de::DeserializeOwned>(text: &str) -> Outcome<Vec<T>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(Failure::broken)
}

/// The limits that come with the program.
///
/// # Errors
/// Only if the program's own list is damaged.
pub fn shipped_terms() -> Outcome<Vec<DatedTerm>> {
    let read = |line: TermLine| {
        let unit = TermUnit::parse(&line.unit).ok_or_else(|| Failure::broken(format!("time_limits.csv: unit {}", line.unit)))?;
        Ok(DatedTerm { name: line.name, term: Term { number: line.number, unit }, from: line.from, source: line.source })
    };
    lines(include_str!("../../assets/data/time_limits.csv"))?.into_iter().map(read).collect()
}

/// The days that come with the program.
///
/// # Errors
/// Only if the program's own list is damaged.
pub fn shipped_days() -> Outcome<Vec<CalendarDays>> {
    let read = |line: DayLine| {
        let kind = DayKind::parse(&line.kind).ok_or_else(|| Failure::broken(format!("calendar.csv: kind {}", line.kind)))?;
        Ok(CalendarDays { from: line.from, to: line.to, kind, source: line.source })
    };
    lines(include_str!("../../assets/data/calendar.csv"))?.into_iter().map(read).collect()
}

/// The limit `name` in force on `day`.
pub fn in_force<'a>(terms: &'a [DatedTerm], name: &str, day: Day) -> Option<&'a DatedTerm> {
    terms.iter().filter(|term| term.name == name && term.from <= day).max_by_key(|term| term.from)
}

/// A calendar of all these days; a later line about a day counts.
pub fn calendar(days: &[CalendarDays]) -> Calendar {
    let (mut off, mut work) = (BTreeSet::new(), BTreeSet::new());
    for line in days {
        let mut day = line.from;
        while day <= line.to {
            let (into, out) = if line.kind == DayKind::Off { (&mut off, &mut work) } else { (&mut work, &mut off) };
            out.remove(&day);
            into.insert(day);
            day = day.plus(1);
        }
    }
    Calendar::new(off, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_comes_with_a_figure_and_its_source() {
        let terms = shipped_terms().unwrap();
        for name in NAMES {
            assert!(in_force(&terms, name, Day::parse("2026-11-26").unwrap()).is_some(), "{name}");
        }
        assert!(terms.iter().all(|t| !t.source.is_empty() && NAMES.contains(&t.name.as_str())));
    }

    #[test]
    fn the_opposition_period_is_two_months_from_2027_on() {
        let terms = shipped_terms().unwrap();
        let on = |day: &str| in_force(&terms, "opposition_trademark", Day::parse(day).unwrap()).unwrap().term.number;
        assert_eq!((on("2026-12-31"), on("2027-01-01")), (3, 2));
    }

    #[test]
    fn days_off_and_days_made_up_are_what_the_notices_say() {
        let days = shipped_days().unwrap();
        let calendar = calendar(&days);
        let works = |day: &str| calendar.works(Day::parse(day).unwrap());
        assert!(!works("2025-10-08") && works("2025-10-11") && !works("2026-02-23") && works("2026-02-28") && !works("2026-03-01"));
        assert!(calendar.knows(2026) && !calendar.knows(2027));
        // A holiday and the days made up for it: the year 2026 has 118 days off (104 or 105 of weekends less 6 made up, plus holidays).
        let off = (0..365).filter(|n| !calendar.works(Day::parse("2026-01-01").unwrap().plus(*n))).count();
        assert_eq!(off, 117);
    }
}
