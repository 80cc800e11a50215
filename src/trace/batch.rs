//! 批次: goods of one lot, where they come from, and how far they have come.
//!
//! ```text
//! registered ──▶ released            registered · released ⇄ on_hold (平台暂停, ours; blocks, the consumer page does not change)
//!      └────────────┴──▶ voided       also from on_hold; never once codes are bound
//! ```
//! Registering holds on the producer's account, releasing debits. `covered + pending` is the batch; only what is covered is ever
//! coded. Until release a batch may be corrected, then its rights are frozen. It is never deleted: a void reverses its entries.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::account::MovementKind;
use super::measure::Entered;
use super::word::words;

words! {
    /// How far a batch has come.
    BatchState {
        /// On record; its goods are held on the account.
        Registered = "registered",
        /// Let go: codes may be bound.
        Released = "released",
        /// Stopped by ourselves with a reason, before any decision of an authority.
        OnHold = "on_hold",
        /// Taken back with reversing entries.
        Voided = "voided",
    }
}

impl BatchState {
    /// May `to` follow? From `on_hold` a batch goes back to where it was.
    pub fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Registered, Self::Released | Self::OnHold | Self::Voided)
                | (Self::Released, Self::OnHold | Self::Voided)
                | (Self::OnHold, Self::Registered | Self::Released | Self::Voided)
        )
    }
    /// May codes be bound, activated, shipped?
    pub fn takes_codes(self) -> bool {
        self == Self::Released
    }
    /// Where a batch goes back to from `on_hold`.
    pub fn after_hold(was_released: bool) -> Self {
        if was_released { Self::Released } else { Self::Registered }
    }
    /// The entry that takes a batch's goods back, by whether it had been released.
    pub fn reversal(was_released: bool) -> MovementKind {
        if was_released { MovementKind::ReleasedBack } else { MovementKind::HeldBack }
    }
}

words! {
    /// Where goods of a batch went without a code.
    GoodsBucket {
        /// Into other batches.
        Moved = "moved",
        /// By a movement: sold, exported, processed, lost, graded out, used.
        Gone = "gone",
        /// Taken away by an authority.
        Seized = "seized",
    }
}

words! {
    /// What a source is.
    SourceWord {
        /// A delivery.
        Delivery = "delivery",
        /// A plot of the producer's own.
        Plot = "plot",
        /// Raw material.
        Input = "input",
        /// Another batch of the producer, by a process.
        Batch = "batch",
    }
}

/// Raw material that went in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum InputSource {
    /// Only what it is, 小麦粉.
    Name(String),
    /// With its amount, so that the ratio can be checked.
    Material(Material),
}

/// Raw material with its papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// What it is, 小麦粉.
    pub name: String,
    /// Weight in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_g: Option<i64>,
    /// Invoice, contract or incoming certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_no: Option<String>,
    /// Where it was bought or grown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl InputSource {
    /// With all fields there may be.
    pub fn material(&self) -> Material {
        match self {
            Self::Name(name) => Material { name: name.clone(), weight_g: None, document_no: None, origin: None },
            Self::Material(material) => material.clone(),
        }
    }
}

/// One source of a batch: exactly one of `delivery_id`, `plot_id`, `input`, with its amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceInput {
    /// A delivery received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
    /// A plot of the producer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot_id: Option<String>,
    /// Raw material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputSource>,
    /// How much of the batch comes from it, in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
}

/// A test shown with a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestInput {
    /// What was tested, 农药残留.
    pub item: String,
    /// 合格 | 不合格, or the figure.
    pub result: String,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<String>,
    /// Number of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_no: Option<String>,
    /// Day of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_on: Option<String>,
    /// `lot` (if not said), `plot` or `season`: what the report speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

words! {
    /// What a test speaks of.
    TestScope {
        /// This lot.
        Lot = "lot",
        /// A plot.
        Plot = "plot",
        /// The season.
        Season = "season",
    }
}

/// Words that say a test was failed.
pub fn is_failed(result: &str) -> bool {
    let result = result.trim().to_lowercase();
    result.starts_with("不合格") || matches!(result.as_str(), "fail" | "failed" | "not passed" | "unqualified")
}

/// A batch as sent (contract §3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchInput {
    /// The product.
    pub product_id: String,
    /// The producer; the actor's own organisation if it is not said.
    #[serde(default)]
    pub producer_id: Option<String>,
    /// The producer's lot number, once a season.
    pub lot: String,
    /// Where the goods come from.
    #[serde(default)]
    pub sources: Vec<SourceInput>,
    /// Shortcut for one harvest: the producer's own plots, sharing `net_weight_g` by area.
    #[serde(default)]
    pub plot_ids: Vec<String>,
    /// The batch in grams; with `sources`, their sum.
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
    /// First day of harvest; not needed where nothing is harvested.
    #[serde(default)]
    pub harvested_from: Option<String>,
    /// Last day; the first if it is not said.
    #[serde(default)]
    pub harvested_to: Option<String>,
    /// Produced on.
    #[serde(default)]
    pub produced_on: Option<String>,
    /// Packed on.
    #[serde(default)]
    pub packed_on: Option<String>,
    /// Best before.
    #[serde(default)]
    pub best_before: Option<String>,
    /// Grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// Packing house, cold store or plant of the producer, `fac_…`.
    #[serde(default)]
    pub facility_id: Option<String>,
    /// Mark uses relied on; all that are in force if none is named.
    #[serde(default)]
    pub mark_use_ids: Vec<String>,
    /// Number of the standard.
    #[serde(default)]
    pub standard_version: Option<String>,
    /// Tests.
    #[serde(default)]
    pub tests: Vec<TestInput>,
    /// Test reports on record that speak of this batch, `ter_…`.
    #[serde(default)]
    pub report_ids: Vec<String>,
    /// Record what is too much as pending instead of refusing it.
    #[serde(default)]
    pub accept_excess: bool,
    /// Why it is written down more than 7 days after packing.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Photo or number of the slip; needed with it.
    #[serde(default)]
    pub late_evidence: Option<String>,
}

/// A correction before release: what is given replaces what was. `version` is the one read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field replaces the one of the same name in BatchInput")]
pub struct BatchPatch {
    /// The version the correction rests on.
    pub version: i64,
    pub lot: Option<String>,
    pub sources: Option<Vec<SourceInput>>,
    pub plot_ids: Option<Vec<String>>,
    pub net_weight_g: Option<i64>,
    pub quantity: Option<i64>,
    pub unit: Option<String>,
    pub entered: Option<Entered>,
    pub harvested_from: Option<String>,
    pub harvested_to: Option<String>,
    pub produced_on: Option<String>,
    pub packed_on: Option<String>,
    pub best_before: Option<String>,
    pub grade: Option<String>,
    pub facility_id: Option<String>,
    pub mark_use_ids: Option<Vec<String>>,
    pub standard_version: Option<String>,
    pub tests: Option<Vec<TestInput>>,
    pub report_ids: Option<Vec<String>>,
    pub accept_excess: Option<bool>,
    pub late_reason: Option<String>,
    pub late_evidence: Option<String>,
}

impl BatchPatch {
    /// What the batch would be, given what it is. A new weight alone replaces that of a single source, or is shared anew by the
    /// plots of one harvest; with several other sources it must come with them.
    pub fn apply(&self, was: BatchInput) -> BatchInput {
        let mut now = was;
        fn put<T: Clone>(slot: &mut T, new: &Option<T>) {
            if let Some(new) = new {
                slot.clone_from(new);
            }
        }
        fn put_some<T: Clone>(slot: &mut Option<T>, new: &Option<T>) {
            if new.is_some() {
                slot.clone_from(new);
            }
        }
        put(&mut now.lot, &self.lot);
        self.apply_sources(&mut now);
        put_some(&mut now.unit, &self.unit);
        put_some(&mut now.harvested_from, &self.harvested_from);
        put_some(&mut now.harvested_to, &self.harvested_to);
        put_some(&mut now.produced_on, &self.produced_on);
        put_some(&mut now.packed_on, &self.packed_on);
        put_some(&mut now.late_evidence, &self.late_evidence);
        put_some(&mut now.best_before, &self.best_before);
        put_some(&mut now.grade, &self.grade);
        put_some(&mut now.facility_id, &self.facility_id);
        put(&mut now.mark_use_ids, &self.mark_use_ids);
        put_some(&mut now.standard_version, &self.standard_version);
        put(&mut now.tests, &self.tests);
        put(&mut now.report_ids, &self.report_ids);
        put(&mut now.accept_excess, &self.accept_excess);
        put_some(&mut now.late_reason, &self.late_reason);
        now.entered.clone_from(&self.entered);
        now
    }

    fn apply_sources(&self, now: &mut BatchInput) {
        let weighed = self.net_weight_g.or(self.quantity);
        if self.sources.is_some() || self.plot_ids.is_some() {
            now.sources = self.sources.clone().unwrap_or_default();
            now.plot_ids = self.plot_ids.clone().unwrap_or_default();
            // Sources bring their own weights; other plots without a weight share the one there was.
            if weighed.is_some() || now.plot_ids.is_empty() {
                (now.net_weight_g, now.quantity) = (self.net_weight_g, self.quantity);
            }
        } else if weighed.is_some() {
            (now.net_weight_g, now.quantity) = (self.net_weight_g, self.quantity);
            let plots: Vec<String> = now.sources.iter().filter_map(|s| s.plot_id.clone()).collect();
            if let [only] = now.sources.as_mut_slice() {
                (only.net_weight_g, only.quantity) = (self.net_weight_g, self.quantity);
            } else if plots.len() == now.sources.len() {
                now.sources.clear();
                now.plot_ids = plots;
            }
        }
    }
}

/// What to look for among batches; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct BatchFilter {
    /// Of this producer.
    pub producer_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this season.
    pub season: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// With this lot.
    pub lot: Option<String>,
}

/// Shares an amount by weights, exactly: what rounding leaves goes to the largest.
pub fn share(amount: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if total <= 0 {
        return weights.iter().map(|_| 0).collect();
    }
    let part = |w: &i64| i64::try_from(i128::from(amount) * i128::from(*w) / total).unwrap_or(0);
    let mut parts: Vec<i64> = weights.iter().map(part).collect();
    let rest = amount - parts.iter().sum::<i64>();
    let largest = weights.iter().enumerate().max_by_key(|(_, w)| **w).map(|(i, _)| i);
    if let Some(slot) = largest.and_then(|i| parts.get_mut(i)) {
        *slot += rest;
    }
    parts
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
