//! 旧包装: printed packaging from before the platform, without codes. It is used up until a day, against a count a second person approved;
//! what goes out in it is sold uncoded, in the same act.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::word::words;

words! {
    /// How far old cartons have come.
    CartonState {
        /// The producer says there are so many.
        Proposed = "proposed",
        /// Office or holder agreed.
        Approved = "approved",
        /// They did not.
        Refused = "refused",
    }
}

impl CartonState {
    /// May `to` follow? Decided once.
    pub fn may_become(self, to: Self) -> bool {
        self == Self::Proposed && to != Self::Proposed
    }
}

/// The most cartons of one kind.
pub const MOST_CARTONS: i64 = 10_000_000;

/// Old cartons as proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartonInput {
    /// Whose; the actor's own organisation if it is not said.
    #[serde(default)]
    pub producer_id: Option<String>,
    /// The product.
    pub product_id: String,
    /// What is printed on them.
    pub name: String,
    /// What one holds, in grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
    /// How many there are.
    pub count: i64,
    /// The last day on which they may be used.
    pub use_until: String,
    /// Photo, invoice of the printing house.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// Old cartons used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartonUse {
    /// How many.
    pub count: i64,
    /// When; today if it is not said.
    #[serde(default)]
    pub happened_on: Option<String>,
    /// The released batch the goods come from; what remains on the account if it is not said.
    #[serde(default)]
    pub batch_id: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Photo or number of the slip; needed with it.
    #[serde(default)]
    pub late_evidence: Option<String>,
}

/// What to look for among old cartons; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CartonFilter {
    /// Of this producer.
    pub producer_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// In this state.
    pub state: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cartons_are_decided_once() {
        let may: Vec<_> = CartonState::ALL
            .iter()
            .flat_map(|a| CartonState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        assert_eq!(may, [("proposed", "approved"), ("proposed", "refused")]);
    }
}
