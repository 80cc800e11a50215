//! A calendar day in China Standard Time (UTC+8, no daylight saving): how every legal and seasonal question is asked.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, UtcOffset};

use super::clock::{DAY, HOUR, Millis};

/// China Standard Time is UTC+8 all year.
const CST: Millis = 8 * HOUR;

/// A day; written `YYYY-MM-DD`, so that ordering its text orders the days.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// The day in China that `at` falls on.
    pub fn of(at: Millis) -> Self {
        let at = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        // +08:00 is a valid offset, so the fallback is never taken.
        Self(at.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC)).date())
    }
    /// Reads `YYYY-MM-DD`; nothing else is a day.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
            return None;
        }
        let digits = |range: std::ops::Range<usize>| -> Option<i32> {
            text[range.clone()].bytes().all(|b| b.is_ascii_digit()).then(|| text[range].parse().ok()).flatten()
        };
        let month = Month::try_from(u8::try_from(digits(5..7)?).ok()?).ok()?;
        Date::from_calendar_date(digits(0..4)?, month, u8::try_from(digits(8..10)?).ok()?).ok().map(Self)
    }
    /// Midnight at the start of this day in China.
    pub fn start(self) -> Millis {
        i64::from(self.0.to_julian_day() - 2_440_588) * DAY - CST
    }
    /// This many days later (or earlier, if negative).
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        self.0.checked_add(time::Duration::days(days)).map_or(self, Self)
    }
    /// Days from `earlier` to this day.
    pub fn since(self, earlier: Self) -> i64 {
        i64::from(self.0.to_julian_day()) - i64::from(earlier.0.to_julian_day())
    }
    /// The same date so many months later, or that month's last day where it has no such date.
    #[must_use]
    pub fn months_later(self, months: u32) -> Self {
        let months = i32::try_from(months).unwrap_or(0);
        let index = self.0.year() * 12 + i32::from(u8::from(self.0.month())) - 1 + months;
        let Some(month) = u8::try_from(index.rem_euclid(12) + 1).ok().and_then(|m| Month::try_from(m).ok()) else { return self };
        let year = index.div_euclid(12);
        Date::from_calendar_date(year, month, self.0.day().min(month.length(year))).map_or(self, Self)
    }
    /// Saturday or Sunday?
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), time::Weekday::Saturday | time::Weekday::Sunday)
    }
    /// The year.
    pub fn year(self) -> i32 {
        self.0.year()
    }
    /// Month and day as `MM-DD`.
    pub fn month_day(self) -> String {
        format!("{:02}-{:02}", u8::from(self.0.month()), self.0.day())
    }
    /// As people read it: `2026年9月12日`, or `12 September 2026`.
    pub fn for_people(self, english: bool) -> String {
        if english {
            format!("{} {} {}", self.0.day(), self.0.month(), self.0.year())
        } else {
            format!("{}年{}月{}日", self.0.year(), u8::from(self.0.month()), self.0.day())
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl TryFrom<String> for Day {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a day; write YYYY-MM-DD"))
    }
}
impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("YYYY-MM-DD in China Standard Time"))
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Date)))
            .into()
    }
}
impl utoipa::ToSchema for Day {}

/// Hour and minute in China of an instant, `16:20`.
pub fn hour_minute(at: Millis) -> String {
    let minutes = (at + CST).rem_euclid(DAY) / 60_000;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Is the month and day of `day` inside a yearly window such as `11-20`–`02-10` (which may pass over new year)?
pub fn in_yearly_window(day: Day, from: &str, to: &str) -> bool {
    let at = day.month_day();
    let (at, after) = (at.as_str(), from <= to);
    if after { from <= at && at <= to } else { from <= at || at <= to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_turns_at_midnight_in_china() {
        let eve = super::super::clock::parse_rfc3339("2026-11-23T15:59:59.999Z").unwrap();
        assert_eq!(Day::of(eve).to_string(), "2026-11-23");
        assert_eq!(Day::of(eve + 1).to_string(), "2026-11-24");
        assert_eq!(Day::parse("2026-11-24").unwrap().start(), eve + 1);
        assert_eq!(hour_minute(eve + 1), "00:00");
    }

    #[test]
    fn only_iso_days_are_days() {
        for bad in ["2026-2-03", "2026-02-30", "20260203", "２０２６-02-03", "2026-02-03 ", "2026/02/03", ""] {
            assert!(Day::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_window_may_pass_over_new_year() {
        let day = |t| Day::parse(t).unwrap();
        assert!(in_yearly_window(day("2026-12-31"), "10-15", "04-15"));
        assert!(in_yearly_window(day("2027-04-15"), "10-15", "04-15"));
        assert!(!in_yearly_window(day("2027-04-16"), "10-15", "04-15"));
        assert!(in_yearly_window(day("2026-09-12"), "08-20", "10-31"));
        assert!(!in_yearly_window(day("2026-08-19"), "08-20", "10-31"));
    }
}
