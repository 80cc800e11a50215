//! A sheet before anybody knows what its columns mean: rows of cells with the row's number as a spreadsheet shows it.

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A day, `YYYY-MM-DD`.
    Day(String),
    /// An error of the spreadsheet, `#N/A`.
    Error(String),
    /// A formula whose result is not in the file.
    NoResult,
}

impl Raw {
    /// As a person sees it in the cell.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty | Self::NoResult => String::new(),
            Self::Text(text) | Self::Day(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => decimal(*number),
        }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCell {
    /// What stands in it; of a formula, its last result.
    pub raw: Raw,
    /// Is it the result of a formula?
    pub formula: bool,
    /// The merged cells it belongs to, `B3:B5`.
    pub merged: Option<String>,
}

impl RawCell {
    /// A cell without anything about it.
    pub fn plain(raw: Raw) -> Self {
        Self { raw, formula: false, merged: None }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRow {
    /// Its number; the first is 1.
    pub row: u32,
    /// Its cells from column A on.
    pub cells: Vec<RawCell>,
}

/// A number as a decimal with at most six places: what a spreadsheet computes carries noise behind them. Nothing is decided by it; it is
/// read again as text.
pub fn decimal(number: f64) -> String {
    let text = format!("{number:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_without_noise() {
        for (number, right) in [(0.1 + 0.2, "0.3"), (18400.0, "18400"), (-0.0, "0"), (13_800_138_000.0, "13800138000"), (2.40, "2.4")] {
            assert_eq!(decimal(number), right);
        }
    }
}
