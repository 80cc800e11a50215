//! 在售商品: one item of one platform, and what it said at one moment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most fen a listing may ask.
pub const DEAREST_FEN: i64 = 100_000_000;

/// A listing as it was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingInput {
    /// Who sells, `sel_…`.
    pub seller_id: String,
    /// The platform, 淘宝; with the item's number read from `url` where neither is given.
    #[serde(default)]
    pub platform: String,
    /// The item's number there.
    #[serde(default)]
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
    /// The origin it states.
    #[serde(default)]
    pub origin: Option<String>,
    /// Where it is sent from, as it states.
    #[serde(default)]
    pub ship_from: Option<String>,
    /// Its other words: attributes, description.
    #[serde(default)]
    pub details: Option<String>,
    /// Marks seen on its pictures.
    #[serde(default)]
    pub shows_mark: Option<ShownMark>,
    /// What it offers.
    #[serde(default)]
    pub skus: Vec<SkuInput>,
}

/// Which mark the pictures of a listing show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownMark {
    /// 地理标志专用标志.
    Special,
    /// The registered certification or collective mark.
    Registered,
    /// Both.
    Both,
}

impl ShownMark {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Special => "special",
            Self::Registered => "registered",
            Self::Both => "both",
        }
    }
}

/// One SKU: how much it is, all its packs together. An amount that is given is confirmed by whoever gives it; else it is read from the words
/// as a proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuInput {
    /// Its words.
    pub name: String,
    /// How many packs.
    #[serde(default)]
    pub packs: Option<i64>,
    /// Net weight of all of them.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// `POST /listings/{id}/packs`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PacksInput {
    /// SKUs by their words, each with its amount.
    pub skus: Vec<SkuInput>,
}
