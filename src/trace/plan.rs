//! 年度产量方案: what all parties of a product may put on the market in a season, in one version, before it becomes their accounts.
//!
//! ```text
//! proposed ──publish──▶ published ──(公示 over, another person)──▶ approved      a newer version replaces the figures of an older one
//!     └────────────────────┴──refuse──▶ refused
//! ```
//! A plan rests on land (area × yield cap) or on figures given with their evidence. It is shown to everybody for its publicity, in which
//! growers are counted by village and never named. Approving it opens or corrects every account in one transaction; an account from which
//! more was used than the new figure gives is named and the whole plan waits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::word::words;

/// The most lines of one plan.
pub const MOST_LINES: usize = 5_000;

words! {
    /// How far a plan has come.
    PlanState {
        /// Worked out, not yet shown.
        Proposed = "proposed",
        /// 公示
        Published = "published",
        /// It is the accounts now.
        Approved = "approved",
        /// Not this way.
        Refused = "refused",
    }
}

/// A line somebody gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanLineInput {
    /// The organisation or grower: id, credit code or registered name.
    pub party: String,
    /// In grams.
    #[serde(default)]
    pub amount_g: Option<i64>,
    /// For products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Remarks.
    #[serde(default)]
    pub note: Option<String>,
}

/// A plan as proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// The product.
    pub product_id: String,
    /// The year in which the season begins.
    pub season: String,
    /// How the figures were come by.
    #[serde(default)]
    pub note: Option<String>,
    /// The paper they rest on; needed where lines are given.
    #[serde(default)]
    pub evidence: Option<String>,
    /// Measured, as against declared.
    #[serde(default)]
    pub measured: bool,
    /// The lines; none: worked out from the land on record and the product's yield cap.
    #[serde(default)]
    pub lines: Vec<PlanLineInput>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanLineView {
    /// The organisation or grower.
    pub party_id: String,
    /// Its name; of growers only for those who may read growers.
    pub party: String,
    /// Land it rests on.
    pub area_m2: Option<i64>,
    /// In the product's base unit.
    pub amount: i64,
    /// Approved of the account now, if there is one.
    pub approved_now: Option<i64>,
    /// Remarks.
    pub note: Option<String>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanView {
    /// `spl_…`
    pub id: String,
    /// `pro_…`
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// The year in which the season begins.
    pub season: String,
    /// Counted from 1 for each product and season.
    pub version: i64,
    /// plots or given.
    pub basis: String,
    /// proposed, published, approved or refused.
    pub state: String,
    /// How the figures were come by.
    pub note: String,
    /// The paper.
    pub evidence: Option<String>,
    /// Sum of its lines, in the product's base unit.
    pub total: i64,
    /// First day of its publicity.
    pub published_from: Option<String>,
    /// Last day of its publicity.
    pub published_to: Option<String>,
    /// `acc_…` of who proposed it.
    pub proposed_by: String,
    /// RFC 3339.
    pub proposed_at: String,
    /// `acc_…` of who decided.
    pub decided_by: Option<String>,
    /// Why it was refused.
    pub decision_reason: Option<String>,
    /// Lines; only where one plan is asked for.
    pub lines: Vec<PlanLineView>,
}

/// A village's or an organisation's share, as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicShare {
    /// The organisation's name, or the village.
    pub name: String,
    /// Growers counted in it; none for an organisation.
    pub growers: Option<usize>,
    /// Land.
    pub area_m2: i64,
    /// Amount in the base unit.
    pub amount: i64,
}
