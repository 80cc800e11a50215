//! Packs as they are read.

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Outcome};
use crate::trace::pack::PackFilter;
use crate::trace::store::pack::{self as store, PackRow};
use crate::trace::store::register;

/// A pack: `net_weight_g`, `pieces`, or `quantity` in ml, by the product's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct PackView {
    pub id: String,
    pub organisation_id: String,
    pub product_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    pub unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_weight_g: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<i64>,
    pub registered_at: String,
}

impl PackView {
    /// Of a row.
    pub fn of(row: PackRow, unit: BaseUnit) -> Self {
        let amount = |wanted: BaseUnit| (unit == wanted).then_some(row.amount);
        Self {
            unit: unit.word().to_owned(),
            net_weight_g: amount(BaseUnit::G),
            pieces: amount(BaseUnit::Piece),
            quantity: amount(BaseUnit::Ml),
            registered_at: rfc3339(row.registered_at),
            id: row.id,
            organisation_id: row.organisation_id,
            product_id: row.product_id,
            grade: row.grade,
            gtin: row.gtin,
            shelf_life_days: row.shelf_life_days,
            items: row.items,
        }
    }
}

/// Packs the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn packs(
    db: &Db,
    actor: &Actor,
    filter: &PackFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<PackView>, Option<String>)> {
    let (rows, next) = store::packs(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let view = |row: PackRow| {
        let unit = goods.get(&row.product_id).map_or(BaseUnit::G, |g| g.unit);
        PackView::of(row, unit)
    };
    Ok((rows.into_iter().map(view).collect(), next))
}

/// One pack.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn pack(db: &Db, actor: &Actor, id: &str) -> Outcome<PackView> {
    let row = store::pack_within(db.reader(), &actor.scope, id).await?;
    let unit = register::goods(db.reader(), &row.product_id).await?.unit;
    Ok(PackView::of(row, unit))
}
