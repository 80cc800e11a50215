//! Deliveries as they are read.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::delivery::DeliveryFilter;
use crate::trace::measure::{amount_name, named};
use crate::trace::store::delivery::{self as store, DeliveryRow};
use crate::trace::store::delivery_void::{self, VoidRow};
use crate::trace::store::{late, register};

pub use crate::trace::store::delivery::LeftOf;

/// The most deliveries offered to one batch: as many sources as it may have.
const MOST_LEFT: u64 = 500;
/// The most days offered.
const MOST_DAYS: u64 = 120;
/// How many of the latest deliveries tell who comes often.
const LATELY: u64 = 150;

/// A delivery. Figures are `net_weight_g`, `covered_g`, `pending_g`, `used_g`, or `quantity`, `covered` … for other units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct DeliveryView {
    pub id: String,
    pub grower_id: String,
    pub buyer_id: String,
    pub product_id: String,
    pub season: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot_id: Option<String>,
    pub delivered_on: String,
    pub unit: String,
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_no: Option<String>,
    /// Written down later (补录).
    pub late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// Photo or number of the slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_evidence: Option<String>,
    /// More than seven days late: `waiting`, `confirmed` or `disputed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_state: Option<String>,
    /// Who entered it, where that was noted (经办人).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled_by: Option<String>,
    pub recorded_at: String,
    /// Entered by mistake and voided; nothing of it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<String>,
    /// Whether it is to be voided: `waiting`, `voided` or `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void_state: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void_reason: Option<String>,
}

impl DeliveryView {
    /// Of a row.
    pub fn of(row: DeliveryRow, unit: BaseUnit) -> Self {
        let pending = if row.voided_at.is_some() { 0 } else { row.pending };
        let mut figures = named(unit, [("covered", row.covered), ("pending", pending), ("used", row.used)]);
        figures.insert(amount_name(unit), row.amount);
        Self {
            figures,
            unit: unit.word().to_owned(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            grower_id: row.grower_id,
            buyer_id: row.buyer_id,
            product_id: row.product_id,
            season: row.season,
            plot_id: row.plot_id,
            delivered_on: row.delivered_on,
            grade: row.grade,
            cert_no: row.certificate_no,
            late: row.late,
            late_reason: row.late_reason,
            late_evidence: row.late_evidence,
            late_state: None,
            handled_by: row.handled_by,
            voided_at: row.voided_at.map(rfc3339),
            void_state: None,
            void_reason: None,
        }
    }
    fn told(self, late_state: Option<String>, void: Option<VoidRow>) -> Self {
        let (void_state, void_reason) = void.map(|row| (row.state, row.reason)).unzip();
        Self { late_state, void_state, void_reason, ..self }
    }
    /// A figure by its name without unit, such as `pending`.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
}

/// Deliveries the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn deliveries(
    db: &Db,
    actor: &Actor,
    filter: &DeliveryFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<DeliveryView>, Option<String>)> {
    find_deliveries(db, actor, filter, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked. Its states are `pending`, `covered`, `left` and `voided`.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_deliveries(
    db: &Db,
    actor: &Actor,
    filter: &DeliveryFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<DeliveryView>, Option<String>)> {
    let (rows, next) = store::deliveries(db.reader(), &actor.scope, filter, narrow, cursor, bounded(limit)).await?;
    Ok((views(db, rows).await?, next))
}

/// Deliveries a batch may still be made of, the oldest first; at most 500, which is what one batch takes.
///
/// # Errors
/// Only ours.
pub async fn deliveries_left(db: &Db, actor: &Actor, of: &LeftOf, limit: u64) -> Outcome<Vec<DeliveryView>> {
    views(db, store::with_something_left(db.reader(), &actor.scope, of, limit.clamp(1, MOST_LEFT)).await?).await
}

/// Day, number of deliveries and what is left of them, the oldest day first.
///
/// # Errors
/// Only ours.
pub async fn days_left(db: &Db, actor: &Actor, of: &LeftOf) -> Outcome<Vec<(String, i64, i64)>> {
    store::left_by_day(db.reader(), &actor.scope, of, MOST_DAYS).await
}

/// What a buyer received on a day: product, number of deliveries, amount. What was voided does not count.
///
/// # Errors
/// Only ours.
pub async fn received_on(db: &Db, actor: &Actor, buyer_id: &str, day: Day) -> Outcome<Vec<(String, i64, i64)>> {
    store::received_on(db.reader(), &actor.scope, buyer_id, &day.to_string()).await
}

/// Growers who delivered to a buyer last, the latest first, each once.
///
/// # Errors
/// Only ours.
pub async fn came_lately(db: &Db, actor: &Actor, buyer_id: &str) -> Outcome<Vec<String>> {
    store::came_lately(db.reader(), &actor.scope, buyer_id, LATELY).await
}

async fn views(db: &Db, rows: Vec<DeliveryRow>) -> Outcome<Vec<DeliveryView>> {
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let late = late::states(db.reader(), rows.iter().filter(|r| r.late).map(|r| r.id.clone()).collect()).await?;
    let mut voids = delivery_void::of_deliveries(db.reader(), rows.iter().map(|r| r.id.clone()).collect()).await?;
    let view = |row: DeliveryRow| {
        let unit = goods.get(&row.product_id).map_or(BaseUnit::G, |g| g.unit);
        let (late_state, void) = (late.get(&row.id).cloned(), voids.remove(&row.id));
        DeliveryView::of(row, unit).told(late_state, void)
    };
    Ok(rows.into_iter().map(view).collect())
}

/// One delivery.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn delivery(db: &Db, actor: &Actor, id: &str) -> Outcome<DeliveryView> {
    let row = store::delivery_within(db.reader(), &actor.scope, id).await?;
    let unit = register::goods(db.reader(), &row.product_id).await?.unit;
    let late_state = late::states(db.reader(), vec![row.id.clone()]).await?.remove(&row.id);
    let void = delivery_void::of_deliveries(db.reader(), vec![row.id.clone()]).await?.remove(&row.id);
    Ok(DeliveryView::of(row, unit).told(late_state, void))
}
