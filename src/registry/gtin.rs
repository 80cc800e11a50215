//! GTIN, the number under a retail bar code: 8, 12, 13 or 14 digits, the last a check digit (GB 12904; GS1 General Specifications).
//!
//! ```text
//! 690 1234 56789 2
//! │   │    │     └ check: weights 3, 1, 3 … from the right, sum a multiple of 10
//! │   └────┴────── firm and article
//! └─────────────── 690–699: the firm is registered in China – not that the goods come from there
//! ```

use std::fmt;

use crate::kernel::{FieldProblem, text};

/// A GTIN whose check digit is right, with the digits it was printed with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gtin(String);

/// What is wrong with a text meant as a GTIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GtinProblem {
    /// Something else than digits.
    Character {
        /// What was read; cut to 40 characters.
        value: String,
        /// Position, from 1.
        position: usize,
        /// The character.
        character: char,
    },
    /// Not 8, 12, 13 or 14 digits. Eleven are mostly a 12-digit number whose leading zero a spreadsheet has eaten.
    Length {
        /// What was read; cut to 40 characters.
        value: String,
        /// How many digits.
        length: usize,
    },
    /// The last digit does not follow from the others.
    Check {
        /// What was read.
        value: String,
        /// What the last digit would be.
        expected: char,
    },
}

impl Gtin {
    /// Reads a GTIN, full-width digits and blanks allowed.
    ///
    /// # Errors
    /// Foreign character, length, check digit, in this order.
    pub fn parse(text: &str) -> Result<Self, GtinProblem> {
        let value = text::identifier(text);
        let shown = || value.chars().take(40).collect();
        if let Some((at, character)) = value.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
            return Err(GtinProblem::Character { value: shown(), position: at + 1, character });
        }
        if !matches!(value.len(), 8 | 12 | 13 | 14) {
            return Err(GtinProblem::Length { value: shown(), length: value.len() });
        }
        let (body, found) = value.split_at(value.len() - 1);
        let expected = check_digit(body);
        if found.starts_with(expected) { Ok(Self(value)) } else { Err(GtinProblem::Check { value, expected }) }
    }
    /// As printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Fourteen digits, filled with zeros on the left: equal articles compare equal, and this is what AI (01) carries.
    pub fn fourteen(&self) -> String {
        format!("{:0>14}", self.0)
    }
    /// Registered with the Chinese member organisation (690–699). Says who registered the number, never where goods come from.
    pub fn is_registered_in_china(&self) -> bool {
        self.0.len() != 8 && matches!(&self.fourteen()[1..4], "690" | "691" | "692" | "693" | "694" | "695" | "696" | "697" | "698" | "699")
    }
    /// A number of a shop's own use (020–029, 040–049, 200–299): not unique, so it names no trade item outside that shop.
    pub fn is_restricted(&self) -> bool {
        self.0.len() != 8 && (matches!(&self.fourteen()[1..3], "02" | "04") || &self.fourteen()[1..2] == "2")
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl GtinProblem {
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        let (code, params) = match self {
            Self::Character { value, position, character } => {
                ("gtin_character", vec![("value", value.clone()), ("position", position.to_string()), ("character", character.to_string())])
            }
            Self::Length { value, length } => ("gtin_length", vec![("value", value.clone()), ("length", length.to_string())]),
            Self::Check { value, expected } => ("gtin_check", vec![("value", value.clone()), ("expected", expected.to_string())]),
        };
        FieldProblem { pointer: pointer.into(), code, params }
    }
}

/// The digit that makes the weighted sum a multiple of ten. `body` must be digits.
pub fn check_digit(body: &str) -> char {
    let sum: u32 = body.bytes().rev().enumerate().map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 3 } else { 1 }).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::words::said;

    #[test]
    fn every_sample_is_answered_as_its_row_says() {
        let mut reader = csv::Reader::from_reader(include_str!("../../tests/fixtures/gtin_samples.csv").as_bytes());
        let (mut valid, mut refused) = (0, 0);
        for row in reader.records() {
            let row = row.unwrap();
            match (&row[5], Gtin::parse(&row[0])) {
                ("valid", Ok(gtin)) => {
                    assert_eq!(gtin.is_registered_in_china(), &row[3] == "1", "{gtin}");
                    assert!(!gtin.is_restricted());
                    valid += 1;
                }
                ("invalid", Err(problem)) => {
                    said(&problem.at("/gtin"));
                    assert_eq!(matches!(problem, GtinProblem::Length { length: 11, .. }), &row[4] == "11");
                    refused += 1;
                }
                (wanted, got) => panic!("{} should be {wanted}: {got:?}", &row[0]),
            }
        }
        assert_eq!((valid, refused), (33, 5));
    }

    #[test]
    fn every_length_is_read_and_compared_as_fourteen_digits() {
        assert_eq!(Gtin::parse("96385074").unwrap().fourteen(), "00000096385074");
        assert_eq!(Gtin::parse("036000291452").unwrap().fourteen(), Gtin::parse("0036000291452").unwrap().fourteen());
        assert_eq!(Gtin::parse("１６９２１１６８５０９２５３").unwrap().as_str(), "16921168509253");
        assert!(Gtin::parse("16921168509253").unwrap().is_registered_in_china(), "the logistic digit comes before the prefix");
        assert!(Gtin::parse("2000000000008").unwrap().is_restricted());
        assert_eq!(Gtin::parse("6921168509257").unwrap_err(), GtinProblem::Check { value: "6921168509257".into(), expected: '6' });
        let words = said(&Gtin::parse("69211685O9256").unwrap_err().at("/gtin"));
        assert!(words[0].contains("第 9 位“O”") && words[1].contains("digit 9"), "{words:?}");
    }
}
