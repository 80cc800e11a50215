//! Until when feedback is dealt with. Every figure is a dated setting with its source; none stands here.
//!
//! Source: our own promise `feedback_answer`; 市场监督管理投诉举报处理办法 (SAMR order 121, in force 2026-04-15): a complaint is accepted or
//! not (`complaint_acceptance`), its mediation ends (`mediation_end`, from the acceptance); a report is checked (`report_check`), which may
//! be extended once (`report_check_extended`, from the end of the first term). The day it comes in is not counted.

use std::collections::BTreeSet;

use super::Channel;
use crate::kernel::term::{Calendar, Term};
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::setting::{DatedTerm, in_force};

/// Limits and calendar as they stand.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// Every line of every limit.
    pub terms: Vec<DatedTerm>,
    /// Days off and days made up.
    pub calendar: Calendar,
}

/// What the clock of one feedback depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// By which rules.
    pub channel: Channel,
    /// Somebody is unwell: looked into at once.
    pub at_once: bool,
    /// The day it came in.
    pub received: Day,
    /// The day a complaint was accepted.
    pub accepted: Option<Day>,
    /// The check of a report was extended.
    pub extended: bool,
}

impl Clocks {
    /// The last day for the next step.
    ///
    /// # Errors
    /// Ours if no figure of the limit was in force on the day its clock began.
    pub fn due(&self, course: Course) -> Outcome<Day> {
        if course.at_once {
            return Ok(course.received);
        }
        match course.channel {
            Channel::Own => self.after("feedback_answer", course.received),
            Channel::Complaint => match course.accepted {
                None => self.after("complaint_acceptance", course.received),
                Some(accepted) => self.after("mediation_end", accepted),
            },
            Channel::Report => {
                let first = self.after("report_check", course.received)?;
                if course.extended { self.after("report_check_extended", first) } else { Ok(first) }
            }
        }
    }

    fn after(&self, name: &str, start: Day) -> Outcome<Day> {
        let term: Term = in_force(&self.terms, name, start)
            .map(|line| line.term)
            .ok_or_else(|| Failure::broken(format!("no figure of {name} on {start}")))?;
        Ok(term.last_day(start, &self.calendar, &BTreeSet::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::setting::{CalendarDays, DayKind, calendar, shipped_days, shipped_terms};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// The shipped limits as if order 121 had been in force in the spring of 2026 already, and a spring festival of 2027 made up for the
    /// test: 6–12 February off, 31 January (Sunday) and 20 February (Saturday) worked.
    fn clocks() -> Clocks {
        let mut terms = shipped_terms().unwrap();
        for term in terms.iter_mut().filter(|t| t.from == day("2026-04-15")) {
            term.from = day("2026-01-01");
        }
        let mut days = shipped_days().unwrap();
        let line = |from: &str, to: &str, kind| CalendarDays { from: day(from), to: day(to), kind, source: "test".to_owned() };
        days.push(line("2027-02-06", "2027-02-12", DayKind::Off));
        days.push(line("2027-01-31", "2027-01-31", DayKind::Work));
        days.push(line("2027-02-20", "2027-02-20", DayKind::Work));
        Clocks { terms, calendar: calendar(&days) }
    }

    fn due(channel: Channel, received: &str, accepted: Option<&str>, extended: bool) -> String {
        let course = Course { channel, at_once: false, received: day(received), accepted: accepted.map(day), extended };
        clocks().due(course).unwrap().to_string()
    }

    #[test]
    fn the_clocks_of_every_channel() {
        use Channel::{Complaint, Own, Report};
        for (channel, received, accepted, extended, last, why) in [
            // Before the spring festival of 2026: 13 Feb is a Friday, the 14th is worked, 15–23 are off, the 28th is worked.
            (Own, "2026-02-13", None, false, "2026-03-02", "14, 24, 25, 26, 27, 28 worked, 2 March is the seventh"),
            (Complaint, "2026-02-13", None, false, "2026-03-02", "seven working days too"),
            (Complaint, "2026-02-14", None, false, "2026-03-03", "a day that is worked is not counted if it is the first"),
            (Complaint, "2026-02-18", None, false, "2026-03-03", "it came in during the festival"),
            (Report, "2026-02-13", None, false, "2026-03-12", "fifteen working days"),
            (Report, "2026-02-13", None, true, "2026-04-02", "and fifteen more from the end of the first"),
            // Mediation counts every day; only its end rolls on.
            (Complaint, "2026-01-05", Some("2026-01-30"), false, "2026-03-31", "60 calendar days, February has 28"),
            (Complaint, "2026-01-05", Some("2026-01-31"), false, "2026-04-01", "from the last of January"),
            (Complaint, "2026-01-05", Some("2026-02-03"), false, "2026-04-07", "4 April is a day off of 清明, so are the 5th and 6th"),
            // A festival of 2027 with days made up around it.
            (Own, "2027-01-29", None, false, "2027-02-15", "Sunday the 31st is worked, 6–12 are off"),
            (Complaint, "2027-02-05", None, false, "2027-02-22", "Saturday the 20th is worked"),
            (Own, "2026-11-26", None, false, "2026-12-07", "an ordinary week"),
        ] {
            assert_eq!(due(channel, received, accepted, extended), last, "{channel:?} {received} {accepted:?}: {why}");
        }
    }

    #[test]
    fn somebody_unwell_is_due_the_same_day_whatever_the_calendar() {
        let course = Course { channel: Channel::Own, at_once: true, received: day("2026-02-18"), accepted: None, extended: false };
        assert_eq!(clocks().due(course).unwrap(), day("2026-02-18"));
    }

    #[test]
    fn a_limit_that_was_not_in_force_yet_is_never_guessed() {
        let clocks = Clocks { terms: shipped_terms().unwrap(), calendar: Calendar::default() };
        let course = Course { channel: Channel::Complaint, at_once: false, received: day("2026-04-14"), accepted: None, extended: false };
        assert!(clocks.due(course).is_err());
        assert!(clocks.due(Course { received: day("2026-04-15"), ..course }).is_ok());
    }
}
