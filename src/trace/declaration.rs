//! 冷库季度库存申报: what a cold store says it holds at the end of a quarter, beside what the books say at that moment. Neither is taken
//! for the truth: a difference above a twentieth needs a reason, and both figures stay.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::Day;

/// Thousandths by which count and books may differ without a reason.
pub const WITHOUT_REASON: i64 = 50;

/// A quarter of a year, `2026Q4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i32,
    /// 1–4.
    no: i32,
}

impl Quarter {
    /// Reads `2026Q4`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, no) = text.split_once('Q')?;
        let fits = year.len() == 4 && no.len() == 1 && (year.bytes().chain(no.bytes())).all(|b| b.is_ascii_digit());
        let quarter = Self { year: year.parse().ok()?, no: no.parse().ok()? };
        (fits && (1..=4).contains(&quarter.no) && (2000..2100).contains(&quarter.year)).then_some(quarter)
    }
    /// The quarter a day lies in.
    pub fn of(day: Day) -> Self {
        let month: i32 = day.month_day().get(..2).and_then(|m| m.parse().ok()).unwrap_or(1);
        Self { year: day.year(), no: (month + 2) / 3 }
    }
    /// As stored, `2026Q4`.
    pub fn word(self) -> String {
        format!("{:04}Q{}", self.year, self.no)
    }
    /// Its first day.
    pub fn first(self) -> Option<Day> {
        Day::parse(&format!("{:04}-{:02}-01", self.year, self.no * 3 - 2))
    }
}

/// How far the count is from the books, in thousandths of the books, rounded up; all of it where the books say nothing.
pub fn permille(declared: i64, booked: i64) -> i64 {
    let (difference, booked) = (i128::from(declared) - i128::from(booked), i128::from(booked));
    match (difference, booked) {
        (0, _) => 0,
        (_, booked) if booked <= 0 => 1000,
        (difference, booked) => i64::try_from((difference.abs() * 1000 + booked - 1) / booked).unwrap_or(i64::MAX),
    }
}

/// A declaration as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationInput {
    /// Which cold store.
    pub facility_id: String,
    /// Of which product.
    pub product_id: String,
    /// Of which season, such as 2026.
    pub season: String,
    /// `2026Q4`.
    pub quarter: String,
    /// What was counted, in grams; 0 if nothing is left.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Day of counting; today if it is not said.
    #[serde(default)]
    pub counted_on: Option<String>,
    /// Why it differs from the books, or is late.
    #[serde(default)]
    pub reason: Option<String>,
    /// Takes the place of what was declared before for the quarter; needs a reason.
    #[serde(default)]
    pub corrects: bool,
}

/// What to look for among declarations; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DeclarationFilter {
    /// Of this organisation.
    pub organisation_id: Option<String>,
    /// Of this cold store.
    pub facility_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this season.
    pub season: Option<String>,
    /// Of this quarter.
    pub quarter: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_a_name_and_a_first_day() {
        for (day, word, first) in [
            ("2026-01-01", "2026Q1", "2026-01-01"),
            ("2026-03-31", "2026Q1", "2026-01-01"),
            ("2026-04-01", "2026Q2", "2026-04-01"),
            ("2026-09-30", "2026Q3", "2026-07-01"),
            ("2026-12-31", "2026Q4", "2026-10-01"),
        ] {
            let quarter = Quarter::of(Day::parse(day).unwrap());
            assert_eq!((quarter.word().as_str(), quarter.first().unwrap().to_string().as_str()), (word, first));
            assert_eq!(Quarter::parse(word), Some(quarter));
        }
        for bad in ["", "2026", "2026Q0", "2026Q5", "2026q1", "26Q1", "2026Q11", "2026-Q1", "1999Q1", "+026Q1", "２０２６Q1"] {
            assert_eq!(Quarter::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_difference_is_rounded_against_whoever_declares() {
        for (declared, booked, right) in [
            (100, 100, 0),
            (95, 100, 50),
            (105, 100, 50),
            (9_499, 10_000, 51),
            (94_999, 100_000, 51),
            (0, 100, 1000),
            (5, 0, 1000),
            (0, 0, 0),
            (0, -5, 1000),
            (300, 100, 2000),
        ] {
            assert_eq!(permille(declared, booked), right, "{declared} of {booked}");
        }
    }
}
