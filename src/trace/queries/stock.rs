//! A seller's stock, as it follows from what was sent to it and came back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::{Actor, Outcome};
use crate::trace::measure::named;
use crate::trace::store::register;
use crate::trace::store::shipment::stock as store;

/// What to look for; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockFilter {
    /// Whose.
    pub organisation_id: Option<String>,
    /// Of which product.
    pub product_id: Option<String>,
}

/// What of one producer, product and season lies with an organisation, by the papers: what it has sold to consumers is not taken off.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StockView {
    /// Whose.
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// From whom.
    pub producer_id: String,
    /// Their name.
    pub producer: String,
    /// What.
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// Of which season.
    pub season: String,
    /// `sent_g`, `on_the_way_g` (sent and not yet received), `on_hand_g` (received and not returned), `returned_g`, `missing_g`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

impl StockView {
    /// A figure by its name without unit.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
}

/// Stock within reach.
///
/// # Errors
/// Only ours.
pub async fn consignee_stock(db: &Db, actor: &Actor, filter: &StockFilter, limit: u64) -> Outcome<Vec<StockView>> {
    let (whose, what) = (filter.organisation_id.as_deref(), filter.product_id.as_deref());
    let rows = store::stock(db.reader(), &actor.scope, whose, what, limit).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|row| row.product_id.clone()).collect()).await?;
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        for id in [&row.consignee_id, &row.producer_id] {
            if !names.contains_key(id) {
                let party = register::party(db.reader(), id).await?;
                names.insert(id.clone(), party.map(|party| party.name).unwrap_or_default());
            }
        }
        let Some(goods) = goods.get(&row.product_id) else { continue };
        let known = [
            ("sent", row.sent),
            ("on_the_way", row.sent - row.received - row.returned - row.missing),
            ("on_hand", row.received),
            ("returned", row.returned),
            ("missing", row.missing),
        ];
        out.push(StockView {
            organisation: names.get(&row.consignee_id).cloned().unwrap_or_default(),
            producer: names.get(&row.producer_id).cloned().unwrap_or_default(),
            product: goods.name.clone(),
            figures: named(goods.unit, known),
            organisation_id: row.consignee_id,
            producer_id: row.producer_id,
            product_id: row.product_id,
            season: row.season,
        });
    }
    Ok(out)
}
