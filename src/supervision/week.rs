//! A week as people in charge name it: from Monday to Sunday in China, numbered as ISO 8601 does (`2026-W48`).

use crate::kernel::{Day, Millis};

/// A week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Week(Day);

/// Days since a Monday long ago, rounded down to whole weeks.
fn monday_of(day: Day) -> Day {
    // Midnight of 5 January 1970, a Monday, in China.
    let days = (day.start() + 8 * 3_600_000).div_euclid(86_400_000) - 4;
    day.plus(-days.rem_euclid(7))
}

impl Week {
    /// The week a day lies in.
    pub fn of(day: Day) -> Self {
        Self(monday_of(day))
    }
    /// Reads `2026-W48`; nothing else is a week.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.split_once("-W")?;
        let digits = |text: &str, long: usize| text.len() == long && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 2) {
            return None;
        }
        let first = Self::of(Day::parse(&format!("{year}-01-04"))?);
        let week = Self(first.0.plus(7 * (number.parse::<i64>().ok()? - 1)));
        (week.name() == text).then_some(week)
    }
    /// `2026-W48`: the year is that of its Thursday.
    pub fn name(self) -> String {
        let year = self.0.plus(3).year();
        let first = Day::parse(&format!("{year:04}-01-04")).map_or(self.0, monday_of);
        format!("{year:04}-W{:02}", self.0.since(first) / 7 + 1)
    }
    /// Monday.
    pub fn first(self) -> Day {
        self.0
    }
    /// Sunday.
    pub fn last(self) -> Day {
        self.0.plus(6)
    }
    /// From the first moment (included) to the last (not included).
    pub fn span(self) -> (Millis, Millis) {
        (self.0.start(), self.0.plus(7).start())
    }
    /// The week before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.plus(-7))
    }
    /// The week after.
    #[must_use]
    pub fn after(self) -> Self {
        Self(self.0.plus(7))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_numbered_as_iso_8601_does() {
        let week = |day: &str| Week::of(Day::parse(day).unwrap()).name();
        let table = [
            ("2026-11-26", "2026-W48"),
            ("2026-11-29", "2026-W48"),
            ("2026-11-30", "2026-W49"),
            ("2026-01-01", "2026-W01"),
            ("2025-12-29", "2026-W01"),
            ("2027-01-01", "2026-W53"),
            ("2027-01-04", "2027-W01"),
            ("2021-01-03", "2020-W53"),
        ];
        for (day, name) in table {
            assert_eq!(week(day), name, "{day}");
            assert_eq!(Week::parse(name).unwrap().name(), name);
        }
        assert!(!Week::parse("2026-W48").unwrap().first().is_weekend());
        assert!(Week::parse("2026-W48").unwrap().last().is_weekend());
    }

    #[test]
    fn nothing_else_is_a_week() {
        for bad in ["", "2026-48", "2026-W00", "2026-W54", "2025-W53", "2026-W4", "2026-W048", "26-W48", "2026-W4x"] {
            assert_eq!(Week::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_week_has_seven_days_and_the_next_begins_where_it_ends() {
        let week = Week::parse("2026-W53").unwrap();
        assert_eq!(week.span().1, week.after().span().0);
        assert_eq!(week.after().before(), week);
        assert_eq!(week.last().since(week.first()), 6);
    }
}
