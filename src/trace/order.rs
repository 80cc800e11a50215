//! 申领: an order of codes. Pure part: its states, what is asked, and how much of what it may be.
//!
//! ```text
//! proposed ──▶ issued        above the issue limit a second person decides; below it an order is issued at once
//!     └──────▶ refused       the key and the locator are made only when it is issued
//! issued ──▶ closed          every label is accounted for: bound, voided, returned, or counted and put away
//! ```
//! Of `count` codes `spare` are for spoilage; the others reserve `unit_amount` each. Only one level carries quantity: retail units do,
//! batch and sample codes never, case and pallet codes where it is said and nothing labelled below them does. What is printed (base URL, label words) is pinned at issue and never changes afterwards.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cipher::MOST_CODES;
use super::kind::CodeKind;
use super::range::plan::Stock;
use super::word::words;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::MOST;
use crate::kernel::{Failure, Outcome, text};

words! {
    /// How far an order has come.
    OrderState {
        /// Waits for a second person; its quantity is reserved already.
        Proposed = "proposed",
        /// Has a key and a locator; its codes exist.
        Issued = "issued",
        /// Not given; nothing is reserved any more.
        Refused = "refused",
        /// Counted out: no label of it may be put on goods any more.
        Closed = "closed",
    }
}

impl OrderState {
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Proposed, Self::Issued | Self::Refused) | (Self::Issued, Self::Closed))
    }
}

/// What is asked of somebody who orders codes (`POST /code-orders`).
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// Whose goods; the actor's own organisation if left out.
    #[serde(default)]
    pub producer_id: Option<String>,
    /// Which product; the batch's if left out.
    #[serde(default)]
    pub product_id: Option<String>,
    /// Which season's account, such as `2026`; the batch's if left out.
    #[serde(default)]
    pub season: Option<String>,
    /// The trade item the labels go on; needed where the codes take up quantity.
    #[serde(default)]
    pub pack_id: Option<String>,
    /// What the codes are for.
    pub kind: CodeKind,
    /// How many codes, spare ones included: 1 to 16,777,216.
    pub count: i64,
    /// How many of them are for spoilage.
    #[serde(default)]
    pub spare: i64,
    /// With scratch PINs under a covering.
    #[serde(default)]
    pub with_pin: bool,
    /// Bind all but the spare codes to this batch at issue.
    #[serde(default)]
    pub batch_id: Option<String>,
    /// Do the codes take up quantity? Units do, batch and sample codes do not; a case or pallet may where nothing below it has a
    /// label that does, and then needs a pack.
    #[serde(default)]
    pub carries_quantity: Option<bool>,
    /// A gift bundle (礼盒): a case that may hold goods of several batches and products of the producer.
    #[serde(default)]
    pub bundle: Option<bool>,
}

impl OrderInput {
    /// Do its codes take up quantity?
    pub fn carries(&self) -> bool {
        self.carries_quantity.unwrap_or(self.kind.carries_quantity())
    }
    /// Is it a gift bundle?
    pub fn is_bundle(&self) -> bool {
        self.bundle.unwrap_or(false)
    }
}

/// The settings an order is measured by, and what is pinned on it.
#[derive(Debug, Clone)]
pub struct OrderRules {
    /// Codes that may be ordered without a second person.
    pub issue_limit: i64,
    /// Spare codes at most, in thousandths of all codes of the order.
    pub spare_permille: i64,
    /// The base URL that is printed.
    pub base_url: String,
    /// Language of the words on labels: `zh-CN` or `en`.
    pub label_locale: String,
    /// Demonstration data.
    pub demo: bool,
}

/// How much is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// All codes.
    pub count: i64,
    /// Those for spoilage.
    pub spare: i64,
    /// What each of the others takes up, in the product's base unit.
    pub unit_amount: i64,
}

impl Size {
    /// Checks the numbers of an order; `pack_amount` is what one pack holds.
    ///
    /// # Errors
    /// Notes `count_out_of_range`, `spare_too_many` with what would be right, `amount_too_large`.
    pub fn check(input: &OrderInput, pack_amount: Option<i64>, rules: &OrderRules, faults: &mut Faults) -> Option<Self> {
        let (count, spare) = (input.count, input.spare);
        if !(1..=i64::from(MOST_CODES)).contains(&count) {
            faults.add("/count", "count_out_of_range").with("value", count).with("most", MOST_CODES);
            return None;
        }
        let most = (count * rules.spare_permille.clamp(0, 1000) / 1000).min(count - 1);
        if !(0..=most).contains(&spare) {
            faults.add("/spare", "spare_too_many").with("value", spare).with("most", most).with("count", count);
            return None;
        }
        let unit_amount = if input.carries() { pack_amount? } else { 0 };
        let size = Self { count, spare, unit_amount };
        if unit_amount.checked_mul(count).is_none_or(|all| all > MOST) {
            faults.add("/count", "amount_too_large").with("value", count);
            return None;
        }
        Some(size)
    }
    /// Codes for goods.
    pub fn for_goods(self) -> i64 {
        self.count - self.spare
    }
    /// What the order takes up.
    pub fn amount(self) -> i64 {
        self.for_goods() * self.unit_amount
    }
    /// The stock of codes at the beginning.
    pub fn stock(self) -> Stock {
        Stock { quota_left: self.for_goods(), spare_left: self.spare }
    }
}

/// A season as people write it: trimmed, 1–20 characters.
///
/// # Errors
/// `season_missing`.
pub fn season(typed: Option<&str>) -> Outcome<String> {
    let season = text::clean(typed.unwrap_or_default());
    if season.is_empty() || text::too_long(&season, 20) { Err(Failure::field("/season", "season_missing")) } else { Ok(season) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> OrderRules {
        OrderRules {
            issue_limit: 100_000,
            spare_permille: 50,
            base_url: "https://gi.example.cn".to_owned(),
            label_locale: "zh-CN".to_owned(),
            demo: false,
        }
    }

    fn size(kind: CodeKind, count: i64, spare: i64, pack: Option<i64>) -> Result<Option<Size>, String> {
        size_of(kind, count, spare, pack, None)
    }

    fn size_of(kind: CodeKind, count: i64, spare: i64, pack: Option<i64>, carries: Option<bool>) -> Result<Option<Size>, String> {
        let input = serde_json::json!({ "kind": kind, "count": count, "spare": spare, "carries_quantity": carries });
        let input: OrderInput = serde_json::from_value(input).unwrap();
        let mut faults = Faults::new();
        let size = Size::check(&input, pack, &rules(), &mut faults);
        faults.check().map(|()| size).map_err(|f| f.fields[0].code.to_owned())
    }

    #[test]
    fn an_order_is_decided_once() {
        let may: Vec<_> = OrderState::ALL
            .iter()
            .flat_map(|a| OrderState::ALL.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a.may_become(*b))
            .map(|(a, b)| (a.word(), b.word()))
            .collect();
        assert_eq!(may, [("proposed", "issued"), ("proposed", "refused"), ("issued", "closed")]);
    }

    #[test]
    fn sizes_are_bounded_and_only_units_carry_quantity() {
        let unit = |count, spare| size(CodeKind::Unit, count, spare, Some(5_000));
        assert_eq!(unit(1_050, 50).unwrap().map(Size::amount), Some(5_000_000));
        assert_eq!(size(CodeKind::Case, 1_050, 50, Some(5_000)).unwrap().map(Size::amount), Some(0));
        assert_eq!(size_of(CodeKind::Case, 1_050, 50, Some(5_000), Some(true)).unwrap().map(Size::amount), Some(5_000_000));
        assert_eq!(size_of(CodeKind::Pallet, 10, 0, None, Some(true)), Ok(None), "its pack is asked for elsewhere");
        assert_eq!(size(CodeKind::Sample, 16_777_216, 0, None).unwrap().map(|s| s.count), Some(16_777_216));
        assert_eq!(unit(100, 5).unwrap().map(Size::for_goods), Some(95));
        for (count, spare, code) in [
            (0, 0, "count_out_of_range"),
            (-1, 0, "count_out_of_range"),
            (16_777_217, 0, "count_out_of_range"),
            (100, 6, "spare_too_many"),
            (100, -1, "spare_too_many"),
            (1, 1, "spare_too_many"),
        ] {
            assert_eq!(unit(count, spare), Err(code.to_owned()), "{count} {spare}");
        }
        assert_eq!(size(CodeKind::Unit, 16_777_216, 0, Some(MOST)), Err("amount_too_large".to_owned()));
        assert_eq!(size(CodeKind::Unit, 10, 0, None), Ok(None), "the pack is asked for elsewhere");
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let input = serde_json::json!({ "kind": "unit", "count": 1, "amount": 5 });
        assert!(serde_json::from_value::<OrderInput>(input).is_err());
    }
}
