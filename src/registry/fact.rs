//! How a recorded fact says how sure it is: a date as precise as its source, a confidence, and where it was seen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::Day;

/// A date as its source gives it: a day, a month, a year, or nothing. Written `2010-07-13`, `2019-07`, `2015` or empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PartialDate {
    /// The day is known.
    Day(Day),
    /// Year and month (1–12) are known.
    Month(i32, u8),
    /// The year is known.
    Year(i32),
    /// Nothing is known.
    #[default]
    Unknown,
}

/// How precise a [`PartialDate`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// To the day.
    Day,
    /// To the month.
    Month,
    /// To the year.
    Year,
    /// Not known.
    Unknown,
}

impl Precision {
    /// Every precision, finest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Month, Self::Year, Self::Unknown];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Unknown => "unknown",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

impl PartialDate {
    /// Reads `YYYY-MM-DD`, `YYYY-MM`, `YYYY` or nothing; years 1900–2999.
    pub fn parse(text: &str) -> Option<Self> {
        let year = |text: &str| {
            let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().filter(|y| (1900..3000).contains(y))
        };
        match text.len() {
            0 => Some(Self::Unknown),
            4 => year(text).map(Self::Year),
            7 => {
                // The first of a month is a day exactly when the month is one.
                Day::parse(&format!("{text}-01"))?;
                let month = text.get(5..)?.parse().ok()?;
                year(text.get(..4)?).map(|y| Self::Month(y, month))
            }
            _ => Day::parse(text).filter(|d| (1900..3000).contains(&d.year())).map(Self::Day),
        }
    }
    /// How precise it is.
    pub fn precision(self) -> Precision {
        match self {
            Self::Day(_) => Precision::Day,
            Self::Month(..) => Precision::Month,
            Self::Year(_) => Precision::Year,
            Self::Unknown => Precision::Unknown,
        }
    }
    /// The first day it can mean.
    pub fn earliest(self) -> Option<Day> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month(year, month) => Day::parse(&format!("{year:04}-{month:02}-01")),
            Self::Year(year) => Day::parse(&format!("{year:04}-01-01")),
            Self::Unknown => None,
        }
    }
    /// The last day it can mean: from then on, what began on this date has surely begun.
    pub fn latest(self) -> Option<Day> {
        let next = match self {
            Self::Month(year, 12) | Self::Year(year) => Day::parse(&format!("{:04}-01-01", year + 1)),
            Self::Month(year, month) => Day::parse(&format!("{year:04}-{:02}-01", month + 1)),
            Self::Day(day) => return Some(day),
            Self::Unknown => None,
        };
        next.map(|day| day.plus(-1))
    }
    /// As people read it: `2010年7月13日`, `2019年7月`, `2015年`, `日期未查到`; in English day, month and year, or “date not found”.
    pub fn for_people(self, english: bool) -> String {
        const MONTHS: [&str; 12] =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        match (self, english) {
            (Self::Day(day), _) => day.for_people(english),
            (Self::Month(year, month), false) => format!("{year}年{month}月"),
            (Self::Month(year, month), true) => format!("{} {year}", MONTHS.get(usize::from(month).wrapping_sub(1)).unwrap_or(&"")),
            (Self::Year(year), false) => format!("{year}年"),
            (Self::Year(year), true) => year.to_string(),
            (Self::Unknown, false) => "日期未查到".to_owned(),
            (Self::Unknown, true) => "date not found".to_owned(),
        }
    }
}

impl std::fmt::Display for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Unknown => Ok(()),
        }
    }
}
impl TryFrom<String> for PartialDate {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a date; write YYYY-MM-DD, YYYY-MM, YYYY or nothing"))
    }
}
impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Confidence {
    /// The announcement, law or register itself, or an official body quoting it.
    A,
    /// A secondary source that names the act, or two that agree.
    B,
    /// One secondary source, or an inference: to be verified before anything rests on it.
    C,
}

impl Confidence {
    /// The letter stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
    /// Reads the stored letter.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::A, Self::B, Self::C].into_iter().find(|c| c.word() == word)
    }
    /// Must an officer verify it before an approval rests on it?
    pub fn needs_verification(self) -> bool {
        self == Self::C
    }
}

/// Where a fact was seen, and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is, for people.
    pub text: String,
    /// Its address, if it has one.
    pub url: Option<String>,
    /// How sure the fact is.
    pub confidence: Confidence,
}

/// A value that may be unknown, with its own source: a number read in one place, a date in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was seen.
    pub source: Source,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_the_precision_of_its_source() {
        let cases = [
            ("2010-07-13", Precision::Day, "2010-07-13", "2010-07-13", "2010年7月13日"),
            ("2019-07", Precision::Month, "2019-07-01", "2019-07-31", "2019年7月"),
            ("2014-12", Precision::Month, "2014-12-01", "2014-12-31", "2014年12月"),
            ("2024-02", Precision::Month, "2024-02-01", "2024-02-29", "2024年2月"),
            ("2015", Precision::Year, "2015-01-01", "2015-12-31", "2015年"),
        ];
        for (text, precision, earliest, latest, read) in cases {
            let date = PartialDate::parse(text).unwrap();
            assert_eq!((date.precision(), date.to_string().as_str()), (precision, text));
            assert_eq!(date.earliest().unwrap().to_string(), earliest);
            assert_eq!(date.latest().unwrap().to_string(), latest);
            assert_eq!(date.for_people(false), read);
        }
        assert_eq!(PartialDate::parse(""), Some(PartialDate::Unknown));
        assert_eq!((PartialDate::Unknown.earliest(), PartialDate::Unknown.latest()), (None, None));
        assert_eq!(PartialDate::parse("2019-07").unwrap().for_people(true), "July 2019");
        for bad in ["15", "20150", "2015-13", "2015-1", "2015/01", "2015-02-30", "0015", "二〇一五", "20１5"] {
            assert_eq!(PartialDate::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn precision_and_confidence_are_words() {
        for precision in Precision::ALL {
            assert_eq!(Precision::parse(precision.word()), Some(precision));
        }
        let letters: Vec<_> = ["A", "B", "C", "D", "a"].into_iter().map(Confidence::parse).collect();
        assert_eq!(letters, [Some(Confidence::A), Some(Confidence::B), Some(Confidence::C), None, None]);
        assert!(Confidence::A < Confidence::C && Confidence::C.needs_verification() && !Confidence::B.needs_verification());
    }
}
