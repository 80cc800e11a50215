//! 期限: how long something may take, in the units the law counts in, and the calendar it is counted on.
//!
//! Source: 民法典 第200–204条 (counted by year, month and day; the day it begins is not counted; a month ends on the same date, or on the
//! month's last day where it has no such date; a last day that is a day off rolls on to the next working day), 行政许可法 第82条 and
//! 行政强制法 第69条 (working days, days off not counted).

use std::collections::BTreeSet;

use super::Day;

/// What a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermUnit {
    /// 工作日: days off are not counted.
    WorkingDay,
    /// 日: every day.
    Day,
    /// 月
    Month,
    /// 年
    Year,
}

impl TermUnit {
    /// Every unit.
    pub const ALL: [Self; 4] = [Self::WorkingDay, Self::Day, Self::Month, Self::Year];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::WorkingDay => "working_day",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.word() == word)
    }
}

/// So many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// How many.
    pub number: u32,
    /// Of what.
    pub unit: TermUnit,
}

/// Days off and working days that are otherwise than the week says.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    off: BTreeSet<Day>,
    work: BTreeSet<Day>,
}

impl Calendar {
    /// A calendar with these days off, and these days of a weekend worked (调休).
    pub fn new(off: impl IntoIterator<Item = Day>, work: impl IntoIterator<Item = Day>) -> Self {
        Self { off: off.into_iter().collect(), work: work.into_iter().collect() }
    }
    /// Is it a working day?
    pub fn works(&self, day: Day) -> bool {
        if self.off.contains(&day) {
            return false;
        }
        self.work.contains(&day) || !day.is_weekend()
    }
    /// Does it know the days off of a year? A term that runs into a year it doesn't know is counted by the week alone.
    pub fn knows(&self, year: i32) -> bool {
        self.off.iter().any(|day| day.year() == year)
    }
    /// This day, or the next working day after it.
    pub fn rolled(&self, mut day: Day) -> Day {
        while !self.works(day) {
            day = day.plus(1);
        }
        day
    }
}

impl Term {
    /// The last day of the term that something on `start` begins. The days of `excluded` (waiting for tests, for experts) are not counted.
    pub fn last_day(self, start: Day, calendar: &Calendar, excluded: &BTreeSet<Day>) -> Day {
        match self.unit {
            TermUnit::WorkingDay => {
                let (mut day, mut left) = (start, self.number);
                while left > 0 {
                    day = day.plus(1);
                    if calendar.works(day) && !excluded.contains(&day) {
                        left -= 1;
                    }
                }
                day
            }
            TermUnit::Day => {
                let (mut day, mut left) = (start, self.number);
                while left > 0 {
                    day = day.plus(1);
                    if !excluded.contains(&day) {
                        left -= 1;
                    }
                }
                calendar.rolled(day)
            }
            TermUnit::Month | TermUnit::Year => {
                let months = if self.unit == TermUnit::Year { self.number * 12 } else { self.number };
                let end = start.months_later(months);
                let lost = i64::try_from(excluded.range(start.plus(1)..=end).count()).unwrap_or(0);
                calendar.rolled(end.plus(lost))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// 国务院办公厅关于2026年部分节假日安排的通知: 春节 2 月 15–23 日, 2 月 14 日、28 日上班; 国庆 10 月 1–7 日, 9 月 20 日、10 月 10 日上班.
    fn of_2026() -> Calendar {
        let off = (15..=23).map(|d| day(&format!("2026-02-{d}"))).chain((1..=7).map(|d| day(&format!("2026-10-0{d}"))));
        Calendar::new(off, ["2026-02-14", "2026-02-28", "2026-09-20", "2026-10-10"].map(day))
    }

    fn last(number: u32, unit: TermUnit, start: &str) -> String {
        Term { number, unit }.last_day(day(start), &of_2026(), &BTreeSet::new()).to_string()
    }

    #[test]
    fn working_days_pass_over_the_spring_festival_and_count_the_days_made_up() {
        // Fri 13 → Sat 14 worked (1), Tue 24 (2), Wed 25 (3), Thu 26 (4), Fri 27 (5), Sat 28 worked (6), Mon 2 March (7).
        assert_eq!(last(1, TermUnit::WorkingDay, "2026-02-13"), "2026-02-14");
        assert_eq!(last(2, TermUnit::WorkingDay, "2026-02-13"), "2026-02-24");
        assert_eq!(last(7, TermUnit::WorkingDay, "2026-02-13"), "2026-03-02");
    }

    #[test]
    fn calendar_days_are_all_counted_and_only_the_last_rolls_on() {
        assert_eq!(last(10, TermUnit::Day, "2026-02-10"), "2026-02-24", "the 20th is in the festival");
        assert_eq!(last(4, TermUnit::Day, "2026-02-10"), "2026-02-14", "a Saturday that is worked");
        assert_eq!(last(60, TermUnit::Day, "2026-03-02"), "2026-05-01", "2027's calendar is not asked for a day the week calls working");
    }

    #[test]
    fn a_month_ends_on_the_same_date_or_the_last_there_is() {
        assert_eq!(last(1, TermUnit::Month, "2026-01-30"), "2026-02-28", "a Saturday that is worked");
        assert_eq!(last(1, TermUnit::Month, "2026-01-31"), "2026-02-28");
        assert_eq!(last(1, TermUnit::Month, "2028-01-31"), "2028-02-29");
        assert_eq!(last(2, TermUnit::Month, "2024-04-19"), "2024-06-19", "公告 577 号：2024-04-19 初步认定");
        assert_eq!(last(2, TermUnit::Month, "2026-08-03"), "2026-10-08", "the 3rd of October is off");
        assert_eq!(last(1, TermUnit::Year, "2024-02-29"), "2025-02-28");
        assert_eq!(last(4, TermUnit::Month, "2026-11-15"), "2027-03-15");
    }

    #[test]
    fn days_spent_waiting_are_not_counted() {
        let waited: BTreeSet<Day> = (3..=5).map(|d| day(&format!("2026-03-0{d}"))).collect();
        let end = |number, unit| Term { number, unit }.last_day(day("2026-03-02"), &of_2026(), &waited).to_string();
        assert_eq!(end(2, TermUnit::WorkingDay), "2026-03-09");
        assert_eq!(end(2, TermUnit::Day), "2026-03-09", "the 7th is a Saturday");
        assert_eq!(end(1, TermUnit::Month), "2026-04-06", "the 5th of April is a Sunday");
    }

    #[test]
    fn a_term_always_ends_on_a_working_day() {
        let calendar = of_2026();
        let mut start = day("2026-01-01");
        for number in 0..400 {
            for unit in TermUnit::ALL.into_iter().filter(|u| *u != TermUnit::Year) {
                let number = number % 40 + 1;
                let end = Term { number, unit }.last_day(start, &calendar, &BTreeSet::new());
                assert!(end > start && calendar.works(end), "{start} + {number} {unit:?} = {end}");
            }
            start = start.plus(1);
        }
    }
}
