//! A plot: who works it, under what title, since when, and how large, as entered and in square metres. Pure part.
//!
//! What was entered is kept beside what it means: a household says 2.40 亩, and reads 2.40 亩 again. A plot has an interval of
//! validity; two plots may lie on the same ground in different years, never on the same day beyond what measuring explains.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::area::AreaGrade;
use crate::kernel::{FieldProblem, quantity, text};

/// By what title a plot is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tenure {
    /// 承包: the household's own contract with the village.
    Contracted,
    /// 流转: leased from whoever holds the contract, from – to.
    Transferred,
    /// 集体: run by the village collective itself.
    Collective,
    /// 国有: a state farm.
    StateOwned,
    /// Something else; said in the note.
    Other,
}

impl Tenure {
    /// Every title.
    pub const ALL: [Self; 5] = [Self::Contracted, Self::Transferred, Self::Collective, Self::StateOwned, Self::Other];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contracted => "contracted",
            Self::Transferred => "transferred",
            Self::Collective => "collective",
            Self::StateOwned => "state_owned",
            Self::Other => "other",
        }
    }
    /// Reads the stored word or the Chinese one a sheet may carry.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.word() == word || t.name() == word)
    }
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contracted => "承包",
            Self::Transferred => "流转",
            Self::Collective => "集体",
            Self::StateOwned => "国有",
            Self::Other => "其他",
        }
    }
    /// Must a lessor and an interval be given?
    pub fn needs_lessor(self) -> bool {
        self == Self::Transferred
    }
    /// Must a note explain it?
    pub fn needs_note(self) -> bool {
        self == Self::Other
    }
}

/// The largest plot taken, in m² (10,000 ha): beyond it a unit was mixed up.
pub const MOST_M2: i64 = 100_000_000;

/// A unit of land as people enter it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AreaUnit {
    /// 亩 = 2000/3 m², with at most two decimals.
    Mu,
    /// Square metres, whole.
    M2,
    /// 公顷 = 10,000 m², with at most four decimals.
    Ha,
}

impl AreaUnit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Mu, Self::M2, Self::Ha];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mu => "mu",
            Self::M2 => "m2",
            Self::Ha => "ha",
        }
    }
    /// Reads the words a form or a sheet may carry.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.trim().to_lowercase().as_str() {
            "mu" | "亩" | "市亩" => Self::Mu,
            "m2" | "m²" | "㎡" | "平方米" | "平米" => Self::M2,
            "ha" | "公顷" => Self::Ha,
            _ => return None,
        })
    }
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mu => "亩",
            Self::M2 => "平方米",
            Self::Ha => "公顷",
        }
    }
    /// The smallest part entered, as parts per unit.
    fn parts(self) -> i64 {
        match self {
            Self::Mu => 100,
            Self::M2 => 1,
            Self::Ha => 10_000,
        }
    }
}

/// An area as entered, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredArea {
    /// The number as entered, full-width digits narrowed.
    pub number: String,
    /// Its unit.
    pub unit: AreaUnit,
    /// Whole square metres, at least 1.
    pub m2: i64,
}

/// What is wrong with an entered area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AreaProblem {
    /// Not a number with at most the unit's decimals.
    Unreadable(String, AreaUnit),
    /// Nothing, or less than half a square metre.
    Zero(String, AreaUnit),
    /// Beyond [`MOST_M2`].
    TooLarge(String, AreaUnit),
}

impl AreaProblem {
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        let (code, value, unit) = match self {
            Self::Unreadable(value, unit) => ("plot_area_unreadable", value, unit),
            Self::Zero(value, unit) => ("plot_area_zero", value, unit),
            Self::TooLarge(value, unit) => ("plot_area_too_large", value, unit),
        };
        let decimals = unit.parts().ilog10().to_string();
        let params = vec![("value", value.clone()), ("unit", unit.name().to_owned()), ("decimals", decimals), ("most", most_in(*unit))];
        FieldProblem { pointer: pointer.into(), code, params }
    }
}

/// The largest area in a unit, for the words.
fn most_in(unit: AreaUnit) -> String {
    quantity::grouped(match unit {
        AreaUnit::Mu => MOST_M2 / 2000 * 3,
        AreaUnit::M2 => MOST_M2,
        AreaUnit::Ha => MOST_M2 / 10_000,
    })
}

impl EnteredArea {
    /// Reads a number in a unit, exactly or not at all.
    ///
    /// # Errors
    /// See [`AreaProblem`].
    pub fn parse(number: &str, unit: AreaUnit) -> Result<Self, AreaProblem> {
        let number: String = text::clean(number).chars().map(text::narrow).collect();
        let shown = || number.chars().take(40).collect();
        let Some(parts) = quantity::parse_amount(&number, unit.parts()) else {
            // What is only too long to be read is too large, and said so.
            let digits = number.split('.').next().unwrap_or_default().replace(',', "");
            let is_huge = digits.len() > 9 && digits.bytes().all(|b| b.is_ascii_digit());
            return Err(if is_huge { AreaProblem::TooLarge(shown(), unit) } else { AreaProblem::Unreadable(shown(), unit) });
        };
        let m2 = match unit {
            AreaUnit::Mu => quantity::m2_of_mu_hundredths(parts),
            AreaUnit::M2 | AreaUnit::Ha => parts,
        };
        match m2 {
            ..1 => Err(AreaProblem::Zero(shown(), unit)),
            1..=MOST_M2 => Ok(Self { number, unit, m2 }),
            _ => Err(AreaProblem::TooLarge(shown(), unit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::words::said;

    #[test]
    fn titles_ask_for_what_they_need() {
        // word, name, lessor, note
        let table = [
            ("contracted", "承包", false, false),
            ("transferred", "流转", true, false),
            ("collective", "集体", false, false),
            ("state_owned", "国有", false, false),
            ("other", "其他", false, true),
        ];
        for (tenure, row) in Tenure::ALL.into_iter().zip(table) {
            assert_eq!((tenure.word(), tenure.name(), tenure.needs_lessor(), tenure.needs_note()), row);
            assert_eq!((Tenure::parse(tenure.word()), Tenure::parse(tenure.name())), (Some(tenure), Some(tenure)));
        }
    }

    #[test]
    fn an_area_keeps_what_was_entered() {
        let read = |number, unit| EnteredArea::parse(number, unit).map(|a| (a.number, a.m2));
        assert_eq!(read("2.40", AreaUnit::Mu), Ok(("2.40".into(), 1600)));
        assert_eq!(read(" ２．４０ ", AreaUnit::Mu), Ok(("2.40".into(), 1600)));
        assert_eq!(read("1", AreaUnit::Mu), Ok(("1".into(), 667)));
        assert_eq!(read("1,600", AreaUnit::M2), Ok(("1,600".into(), 1600)));
        assert_eq!(read("0.16", AreaUnit::Ha), Ok(("0.16".into(), 1600)));
        assert_eq!(read("0.0001", AreaUnit::Ha), Ok(("0.0001".into(), 1)));
        assert_eq!(read("150000", AreaUnit::Mu), Ok(("150000".into(), MOST_M2)));
    }

    #[test]
    fn what_is_no_area_is_said_so() {
        let cases = [
            ("2.405", AreaUnit::Mu, "plot_area_unreadable"),
            ("二亩四", AreaUnit::Mu, "plot_area_unreadable"),
            ("-1", AreaUnit::M2, "plot_area_unreadable"),
            ("1.5", AreaUnit::M2, "plot_area_unreadable"),
            ("", AreaUnit::Ha, "plot_area_unreadable"),
            ("0", AreaUnit::Mu, "plot_area_zero"),
            ("0.00", AreaUnit::Mu, "plot_area_zero"),
            ("150000.01", AreaUnit::Mu, "plot_area_too_large"),
            ("99999999999999999999", AreaUnit::M2, "plot_area_too_large"),
            ("10001", AreaUnit::Ha, "plot_area_too_large"),
        ];
        for (number, unit, code) in cases {
            let field = EnteredArea::parse(number, unit).unwrap_err().at("/area");
            assert_eq!(field.code, code, "{number}");
            said(&field);
        }
    }

    #[test]
    fn units_are_read_as_people_write_them() {
        for unit in AreaUnit::ALL {
            assert_eq!((AreaUnit::parse(unit.word()), AreaUnit::parse(unit.name())), (Some(unit), Some(unit)));
        }
        assert_eq!((AreaUnit::parse("㎡"), AreaUnit::parse("斤")), (Some(AreaUnit::M2), None));
    }
}
