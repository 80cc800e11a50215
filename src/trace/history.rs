//! 历年产量: what a party put on the market in earlier years, beside what it asks for now. Where no year is known the comparison says so and
//! nothing else; it warns and never blocks, for a good year is no fault.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::word::words;

/// Seasons looked back on.
pub const YEARS: i32 = 3;
/// More than this many thousandths of the largest year is said.
pub const MOST_PERMILLE: i64 = 1150;

words! {
    /// Where a figure comes from.
    OutputSource {
        /// 平台登记: an account of this platform.
        Platform = "platform",
        /// 企业填报.
        Declared = "declared",
        /// 县级统计.
        Statistics = "statistics",
    }
}

impl OutputSource {
    /// May a person record it? What the platform registered is not typed in.
    pub fn by_hand(self) -> bool {
        self != Self::Platform
    }
}

/// One earlier year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastYear {
    /// Its season.
    pub season: String,
    /// In base units.
    pub amount: i64,
    /// Where the figure comes from.
    pub source: OutputSource,
}

/// The largest of the years; `None` where none is known.
pub fn largest(years: &[PastYear]) -> Option<&PastYear> {
    years.iter().filter(|y| y.amount > 0).max_by_key(|y| y.amount)
}

/// Is `total` so much more than the largest year that it should be said? Silent without history.
pub fn stands_out(total: i64, years: &[PastYear]) -> bool {
    largest(years).is_some_and(|year| i128::from(total) * 1000 > i128::from(year.amount) * i128::from(MOST_PERMILLE))
}

/// A past output as recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastOutputInput {
    /// The organisation or grower.
    pub party_id: String,
    /// The product.
    pub product_id: String,
    /// The year, `2024`.
    pub season: String,
    /// In grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
    /// `declared` or `statistics`.
    pub source: String,
    /// The paper it rests on.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// What to look for among past outputs; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PastOutputFilter {
    /// Of this organisation or grower.
    pub party_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(season: &str, amount: i64) -> PastYear {
        PastYear { season: season.to_owned(), amount, source: OutputSource::Declared }
    }

    #[test]
    fn only_much_more_than_the_largest_year_is_said() {
        let years = [year("2023", 800), year("2024", 1000), year("2025", 900)];
        assert_eq!(largest(&years).map(|y| y.season.as_str()), Some("2024"));
        // total, said
        let table = [(0, false), (1000, false), (1150, false), (1151, true), (9_000_000_000_000, true)];
        for (total, said) in table {
            assert_eq!(stands_out(total, &years), said, "{total}");
        }
        assert!(!stands_out(1_000_000, &[]) && !stands_out(5, &[year("2024", 0)]), "no history: silent");
        assert!(OutputSource::ALL.iter().filter(|s| s.by_hand()).count() == 2);
    }
}
