//! 销售者: an organisation by its credit code, or a farmer by name and place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a seller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SellerKind {
    /// With a credit code.
    Organisation,
    /// A farmer who sells what it grows.
    Farmer,
}

impl SellerKind {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Farmer => "farmer",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Organisation, Self::Farmer].into_iter().find(|kind| kind.word() == word)
    }
}

/// A shop on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// The platform, 淘宝.
    pub platform: String,
    /// The shop's name there.
    pub name: String,
}

/// A seller as it is registered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerInput {
    /// organisation or farmer.
    pub kind: SellerKind,
    /// Its name.
    pub name: String,
    /// 统一社会信用代码; needed of an organisation, none of a farmer.
    #[serde(default)]
    pub credit_code: Option<String>,
    /// County or township (GB/T 2260).
    pub division_code: String,
    /// Village or address; needed of a farmer.
    #[serde(default)]
    pub place: Option<String>,
    /// How to reach it.
    #[serde(default)]
    pub contact: Option<String>,
    /// Its shops.
    #[serde(default)]
    pub shops: Vec<Shop>,
}
