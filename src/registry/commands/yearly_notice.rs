//! The holder's yearly notice: season, closing date, yield cap and varieties of a product; everything else stays as it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::product::{ProductInput, ReleaseBy, change_product};
use crate::db::Tx;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Outcome};
use crate::registry::fact::Confidence;
use crate::registry::product::{AccountBasis, ProductClass, YearDay};
use crate::registry::store::{self, ProductRow, known, listed};

/// What a yearly notice says; what it leaves out is gone.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct YearlyNotice {
    /// First day of the season, MM-DD.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub season_from: Option<YearDay>,
    /// Last day of the season, MM-DD.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub season_to: Option<YearDay>,
    /// When a season's account closes, MM-DD.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub closing_date: Option<YearDay>,
    /// Base units a 亩, a unit of input or a day.
    #[serde(default)]
    pub yield_cap: Option<i64>,
    /// Where the cap comes from.
    #[serde(default)]
    pub yield_cap_source: Option<String>,
    /// The most labels a producer may have on no goods.
    #[serde(default)]
    pub on_hand_limit: Option<i64>,
    /// Varieties announced.
    #[serde(default)]
    pub varieties: Vec<String>,
    /// Remarks.
    #[serde(default)]
    pub note: Option<String>,
}

/// Changes a product by the holder's yearly notice.
///
/// # Errors
/// As [`change_product`].
pub async fn give_yearly_notice(tx: &Tx, desk: &Desk, id: &str, notice: &YearlyNotice) -> Outcome<ProductRow> {
    let row = store::product::one(tx.connection(), id).await?;
    let plan = row.test_plan.as_deref().map(serde_json::from_str).transpose().map_err(crate::kernel::Failure::broken)?;
    let counties = listed(&row.county_codes);
    let input = ProductInput {
        slug: row.slug,
        name: row.name,
        aliases: listed(&row.aliases),
        latin_name: row.latin_name,
        county_codes: if counties.is_empty() { listed(&row.city_codes) } else { counties },
        class: known(ProductClass::parse(&row.class), "product.class")?,
        group: Some(row.product_group).filter(|group| !group.is_empty()),
        base_unit: known(BaseUnit::parse(&row.base_unit), "product.base_unit")?,
        account_basis: known(AccountBasis::parse(&row.account_basis), "product.account_basis")?,
        season_from: notice.season_from.clone(),
        season_to: notice.season_to.clone(),
        closing_date: notice.closing_date.clone(),
        fresh: row.fresh,
        carry_over_cap: row.carry_over_cap,
        carry_labels: row.carry_labels,
        on_hand_limit: notice.on_hand_limit,
        release_by: if row.release_by == ReleaseBy::Holder.word() { ReleaseBy::Holder } else { ReleaseBy::Automatic },
        yield_cap: notice.yield_cap,
        yield_cap_source: notice.yield_cap_source.clone(),
        varieties: notice.varieties.clone(),
        test_plan: plan.unwrap_or_default(),
        quality: row.quality,
        source: row.source,
        confidence: known(Confidence::parse(&row.confidence), "product.confidence")?,
        note: notice.note.clone(),
    };
    change_product(tx, desk, &row.id, &input).await
}
