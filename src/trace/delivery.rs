//! 交售: a grower hands goods to a buyer. One entry takes them off the grower's account and puts them on the buyer's.
//!
//! The truth can always be written: whoever delivers more than the account has, or than the plot can bear, delivers all the same.
//! Only the covered part changes accounts; the rest is `pending` (待核) and can't be coded until an adjustment covers it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::measure::Entered;

/// No single delivery weighs more: two full lorries (a lorry and its load may weigh 49 t, GB 1589-2016).
pub const HEAVIEST_G: i64 = 100_000_000;
/// No delivery weighs less: kilograms written as grams.
pub const LIGHTEST_G: i64 = 100;

/// A delivery as sent (contract §3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryInput {
    /// Who delivered.
    pub grower_id: String,
    /// From which plot of theirs.
    #[serde(default)]
    pub plot_id: Option<String>,
    /// Who bought; the actor's own organisation if it is not said.
    #[serde(default)]
    pub buyer_id: Option<String>,
    /// The product.
    pub product_id: String,
    /// Day of delivery.
    pub delivered_on: String,
    /// In grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
    /// What was read off the scale.
    #[serde(default)]
    pub entered: Option<Entered>,
    /// Grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// Number of the incoming 合格证 (农产品质量安全法 39).
    #[serde(default)]
    pub cert_no: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Photo or number of the slip; needed with it.
    #[serde(default)]
    pub late_evidence: Option<String>,
}

/// What to look for among deliveries; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFilter {
    /// From this grower.
    pub grower_id: Option<String>,
    /// To this buyer.
    pub buyer_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this season.
    pub season: Option<String>,
    /// From this plot.
    pub plot_id: Option<String>,
    /// Only those not wholly covered.
    #[serde(default)]
    pub pending: bool,
}

/// How much of a delivery changes accounts: what the grower has left, and what the plot can still bear.
pub fn covered(amount: i64, grower_remaining: Option<i64>, plot_left: Option<i64>) -> i64 {
    let has = grower_remaining.unwrap_or(0).max(0);
    amount.min(has).min(plot_left.unwrap_or(amount).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_changes_accounts() {
        // amount, grower's balance, what the plot can bear, covered
        let table = [
            (100, Some(100), None, 100),
            (101, Some(100), None, 100),
            (100, None, None, 0),
            (100, Some(0), Some(50), 0),
            (100, Some(200), Some(50), 50),
            (100, Some(200), Some(-5), 0),
        ];
        for (amount, has, plot, right) in table {
            assert_eq!(covered(amount, has, plot), right, "{amount} {has:?} {plot:?}");
        }
    }
}
