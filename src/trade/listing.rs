//! 在售商品: one item of one platform, and what it said at one moment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most fen a listing may ask.
pub const DEAREST_FEN: i64 = 100_000_000;

/// A listing as it was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingInput {
    /// Who sells, `sel_…`.
    pub seller_id: String,
    /// The platform, 淘宝.
    pub platform: String,
    /// The item's number there.
    pub item_id: String,
    /// The shop.
    #[serde(default)]
    pub shop: Option<String>,
    /// Its title.
    pub title: String,
    /// Its address.
    #[serde(default)]
    pub url: Option<String>,
    /// Its price.
    #[serde(default)]
    pub price_fen: Option<i64>,
    /// The product it claims to be, `pro_…`.
    #[serde(default)]
    pub claimed_product_id: Option<String>,
    /// The same in its own words.
    #[serde(default)]
    pub claimed_product: Option<String>,
    /// Stock as the platform shows it.
    #[serde(default)]
    pub stock: Option<i64>,
    /// Sales as the platform shows them.
    #[serde(default)]
    pub sold: Option<i64>,
    /// When it was seen, RFC 3339; now if not given.
    #[serde(default)]
    pub captured_at: Option<String>,
}
