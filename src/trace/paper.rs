//! 纸质登记表: numbered forms for where there is no signal. Twenty lines, the same fields in the same order as on the screen. A line is entered
//! once, whoever enters it; its number says on which paper it stands.
//!
//! ```text
//! PF26-000123-7     year, running number, check digit (Damm: every digit misread and every two swapped are caught)
//! printed ──▶ entered
//!    └──────▶ spoiled
//! ```

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::measure::Entered;
use super::word::words;
use crate::kernel::text;

/// Lines on a form.
pub const LINES: i64 = 20;
/// The most forms printed at once.
pub const MOST_COPIES: i64 = 50;

words! {
    /// How far a form has come.
    PaperState {
        /// Printed; nothing of it is entered.
        Printed = "printed",
        /// Lines of it are entered; more may follow.
        Entered = "entered",
        /// Will never be entered.
        Spoiled = "spoiled",
    }
}

impl PaperState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Printed, Self::Entered | Self::Spoiled))
    }
    /// May lines be entered?
    pub fn takes_lines(self) -> bool {
        self != Self::Spoiled
    }
}

words! {
    /// What a form is for.
    PaperKind {
        /// 交售.
        Deliveries = "deliveries",
    }
}

/// The quasigroup of H. Michael Damm's check digit.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

fn damm(digits: &str) -> u8 {
    digits.bytes().filter(u8::is_ascii_digit).fold(0, |row, digit| DAMM[usize::from(row)][usize::from(digit - b'0')])
}

/// What the numbers of a year begin with.
pub fn prefix(year: i32) -> String {
    format!("PF{:02}-", year.rem_euclid(100))
}

/// The number of a form.
pub fn number(year: i32, running: i64) -> String {
    let digits = format!("{:02}{running:06}", year.rem_euclid(100));
    format!("{}{running:06}-{}", prefix(year), damm(&digits))
}

/// The running number within a form's number.
pub fn running(number: &str) -> Option<i64> {
    number.split('-').nth(1)?.parse().ok()
}

/// A number as people write or read it aloud, with or without letters and dashes; `None` if its check digit says it is misread.
pub fn read_number(written: &str) -> Option<String> {
    let plain = text::identifier(written);
    let digits = plain.strip_prefix("PF").unwrap_or(&plain);
    if digits.len() != 9 || !digits.bytes().all(|b| b.is_ascii_digit()) || damm(digits) != 0 {
        return None;
    }
    Some(format!("PF{}-{}-{}", &digits[..2], &digits[2..8], &digits[8..]))
}

/// Forms to be printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperInput {
    /// `deliveries`.
    pub kind: String,
    /// The product.
    pub product_id: String,
    /// The season; the present one if it is not said.
    #[serde(default)]
    pub season: Option<String>,
    /// How many, at most 50.
    pub copies: i64,
    /// For whom; the actor's own organisation if it is not said.
    #[serde(default)]
    pub organisation_id: Option<String>,
}

/// A line as it stands on the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperLineInput {
    /// 1–20.
    pub line: i64,
    /// The grower; or its name, and its household number where two have one name.
    #[serde(default)]
    pub grower_id: Option<String>,
    /// Name.
    #[serde(default)]
    pub grower: Option<String>,
    /// 户号.
    #[serde(default)]
    pub household_no: Option<String>,
    /// From which plot.
    #[serde(default)]
    pub plot_id: Option<String>,
    /// Day of delivery.
    pub delivered_on: String,
    /// In grams; or as written, in `entered`.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// As written: a number and 斤, 公斤 or 吨.
    #[serde(default)]
    pub entered: Option<Entered>,
    /// Grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// Number of the incoming 合格证.
    #[serde(default)]
    pub cert_no: Option<String>,
}

/// Lines of one form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperLinesInput {
    /// The lines; all of them go in, or none.
    pub lines: Vec<PaperLineInput>,
    /// Who enters them (经办人).
    #[serde(default)]
    pub entered_by: Option<String>,
    /// Why lines more than 7 days old are entered only now; that they stood on paper if it is not said.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// What to look for among forms; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PaperFilter {
    /// In this state.
    pub state: Option<String>,
    /// Of this organisation.
    pub organisation_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misread_number_is_told() {
        assert_eq!(damm("572"), 4, "Damm's own example");
        for n in [1, 123, 999_999] {
            let right = number(2026, n);
            assert_eq!((read_number(&right), running(&right)), (Some(right.clone()), Some(n)));
            let digits: Vec<char> = right.chars().filter(char::is_ascii_digit).collect();
            for (i, own) in digits.iter().enumerate() {
                for other in '0'..='9' {
                    let mut wrong = digits.clone();
                    wrong[i] = other;
                    assert_eq!(read_number(&wrong.iter().collect::<String>()).is_some(), other == *own, "{right} {i} {other}");
                }
                if i > 0 && digits[i - 1] != *own {
                    let mut swapped = digits.clone();
                    swapped.swap(i - 1, i);
                    assert_eq!(read_number(&swapped.iter().collect::<String>()), None, "{right}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let right = number(2026, 123);
        let digits: String = right.chars().filter(char::is_ascii_digit).collect();
        for written in [right.to_lowercase(), right.replace('-', " "), digits, right.replace("PF", "ＰＦ")] {
            assert_eq!(read_number(&written).as_deref(), Some(right.as_str()), "{written}");
        }
        for wrong in ["", "PF", "PF26-000123", "PF26-0001234-5", "x"] {
            assert_eq!(read_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_form_is_entered_or_spoiled() {
        let may: Vec<_> = PaperState::ALL
            .iter()
            .flat_map(|a| PaperState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        assert_eq!(may, [("printed", "entered"), ("printed", "spoiled")]);
        assert!(PaperState::Entered.takes_lines() && !PaperState::Spoiled.takes_lines());
    }
}
