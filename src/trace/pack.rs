//! A trade item: the pack a code is put on. What one unit holds decides how much of a batch a code stands for.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The longest shelf life taken, in days (some spirits and porcelain have none: then it is left out).
pub const LONGEST_SHELF_LIFE: i64 = 3650;
/// No pack weighs more: a pallet.
pub const HEAVIEST_PACK_G: i64 = 2_000_000;

/// The most packs in one case or pallet.
pub const MOST_ITEMS: i64 = 100_000;

/// A pack as sent (contract §3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackInput {
    /// Whose; the actor's own organisation if it is not said.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// The product.
    pub product_id: String,
    /// Grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// What one pack holds, in grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// What one pack holds, for products counted in pieces.
    #[serde(default)]
    pub pieces: Option<i64>,
    /// What one pack holds, for products in ml.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
    /// Number under the retail bar code (GB 12904).
    #[serde(default)]
    pub gtin: Option<String>,
    /// Days from packing.
    #[serde(default)]
    pub shelf_life_days: Option<i64>,
    /// For a case or pallet: how many of the packs below it holds.
    #[serde(default)]
    pub items: Option<i64>,
}

/// What to look for among packs; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PackFilter {
    /// Of this organisation.
    pub organisation_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
}
