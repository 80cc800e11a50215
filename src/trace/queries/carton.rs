//! Old cartons as they are read.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::carton::CartonFilter;
use crate::trace::measure::amount_name;
use crate::trace::store::carton::{self as store, CartonRow};
use crate::trace::store::register;

/// Printed packaging from before the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartonView {
    /// `car_…`
    pub id: String,
    /// Whose.
    pub producer_id: String,
    /// The product.
    pub product_id: String,
    /// What is printed on them.
    pub name: String,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// What one holds: `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// How many there were.
    pub count: i64,
    /// How many are used.
    pub used: i64,
    /// The last day on which they may be used.
    pub use_until: String,
    /// Used, or still there, after that day.
    pub overdue: bool,
    /// Photo, invoice.
    pub evidence: String,
    /// `proposed`, `approved` or `refused`.
    pub state: String,
    /// When they were proposed.
    pub proposed_at: String,
    /// Why they were refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
}

impl CartonView {
    /// Of a row; `on` is the day looked at.
    pub fn of(row: CartonRow, unit: BaseUnit, on: Day) -> Self {
        Self {
            overdue: Day::parse(&row.use_until).is_some_and(|until| until < on) && row.used < row.count,
            figures: BTreeMap::from([(amount_name(unit), row.holds)]),
            unit: unit.word().to_owned(),
            proposed_at: rfc3339(row.proposed_at),
            id: row.id,
            producer_id: row.producer_id,
            product_id: row.product_id,
            name: row.name,
            count: row.count,
            used: row.used,
            use_until: row.use_until,
            evidence: row.evidence,
            state: row.state,
            decision_reason: row.decision_reason,
        }
    }
}

/// Old cartons the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn cartons(
    db: &Db,
    actor: &Actor,
    filter: &CartonFilter,
    on: Day,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<CartonView>, Option<String>)> {
    let (rows, next) = store::cartons(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let view = |row: CartonRow| {
        let unit = goods.get(&row.product_id).map_or(BaseUnit::G, |g| g.unit);
        CartonView::of(row, unit, on)
    };
    Ok((rows.into_iter().map(view).collect(), next))
}

/// Old cartons by id.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn carton(db: &Db, actor: &Actor, id: &str, on: Day) -> Outcome<CartonView> {
    let row = store::carton_within(db.reader(), &actor.scope, id).await?;
    let unit = register::goods(db.reader(), &row.product_id).await?.unit;
    Ok(CartonView::of(row, unit, on))
}
