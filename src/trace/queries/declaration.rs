//! Declarations of stock as they are read, and which are due.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::declaration::{DeclarationFilter, Quarter, permille};
use crate::trace::measure::named;
use crate::trace::store::declaration::{self as store, DeclarationRow};
use crate::trace::store::register;

/// A declaration. Figures are `declared_g`, `booked_g`, `difference_g`, or `declared`, `booked`, `difference` for other units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct DeclarationView {
    pub id: String,
    pub facility_id: String,
    pub organisation_id: String,
    pub product_id: String,
    pub season: String,
    pub quarter: String,
    pub unit: String,
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// How far the count is from the books, in thousandths of the books.
    pub permille: i64,
    pub counted_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Written down after the day of counting (补录).
    pub late: bool,
    pub recorded_at: String,
}

/// Stock to be declared this quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the declaration's field of the same name means")]
pub struct DueView {
    pub facility_id: String,
    /// The cold store's name.
    pub facility: String,
    pub organisation_id: String,
    pub product_id: String,
    /// The product's name.
    pub product: String,
    pub season: String,
    pub quarter: String,
    pub unit: String,
    /// `booked_g`, or `booked`: what the books say now.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

impl DeclarationView {
    /// Of a row.
    pub fn of(row: DeclarationRow, unit: BaseUnit) -> Self {
        let difference = row.declared - row.booked;
        Self {
            figures: named(unit, [("declared", row.declared), ("booked", row.booked), ("difference", difference)]),
            permille: permille(row.declared, row.booked),
            unit: unit.word().to_owned(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            facility_id: row.facility_id,
            organisation_id: row.organisation_id,
            product_id: row.product_id,
            season: row.season,
            quarter: row.quarter,
            counted_on: row.counted_on,
            reason: row.reason,
            late: row.late,
        }
    }
    /// A figure by its name without unit, such as `booked`.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
}

/// Declarations the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn declarations(
    db: &Db,
    actor: &Actor,
    filter: &DeclarationFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<DeclarationView>, Option<String>)> {
    let (rows, next) = store::declarations(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|row| row.product_id.clone()).collect()).await?;
    let unit = |row: &DeclarationRow| goods.get(&row.product_id).map_or(BaseUnit::G, |goods| goods.unit);
    Ok((rows.into_iter().map(|row| DeclarationView::of(row.clone(), unit(&row))).collect(), next))
}

/// What cold stores in reach hold by the books and have not declared for the quarter of `today`.
///
/// # Errors
/// Only ours.
pub async fn due_declarations(db: &Db, actor: &Actor, today: Day) -> Outcome<Vec<DueView>> {
    let stores = store::cold_stores(db.reader(), &actor.scope, &today.to_string()).await?;
    let quarter = Quarter::of(today).word();
    let declared = store::declared_in(db.reader(), &stores, &quarter).await?;
    let mut due = Vec::new();
    for facility in &stores {
        for ((product_id, season), amount) in store::booked(db.reader(), &facility.organisation_id, &facility.id).await? {
            let key = (facility.id.clone(), product_id, season);
            if amount <= 0 || declared.contains(&key) {
                continue;
            }
            let (facility_id, product_id, season) = key;
            let goods = register::goods(db.reader(), &product_id).await?;
            due.push(DueView {
                facility_id,
                facility: facility.name.clone(),
                organisation_id: facility.organisation_id.clone(),
                product: goods.name,
                product_id,
                season,
                quarter: quarter.clone(),
                unit: goods.unit.word().to_owned(),
                figures: named(goods.unit, [("booked", amount)]),
            });
        }
    }
    Ok(due)
}
