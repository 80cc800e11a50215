//! Orders above the issue limit as the second person sees them, holders too: who wants how many labels for what, and what they take up.
//! No customer, price or shipment, no download and no code: a holder decides by totals.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::order::OrderState;
use crate::trace::store::order::{self as store, OrderFilter, OrderRow};
use crate::trace::store::stock;

/// An order that a second person decides.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WaitingOrder {
    /// `cod_…`
    pub id: String,
    /// Its number.
    pub order_no: i64,
    /// `proposed`, or what became of it.
    pub state: String,
    /// Who wants labels, `org_…`.
    pub producer_id: String,
    /// Its name.
    pub producer: String,
    /// For which product, `pro_…`.
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// Which season.
    pub season: String,
    /// `unit` `case` `pallet` `batch` `sample`.
    pub kind: String,
    /// All codes.
    pub count: i64,
    /// Those for spoilage.
    pub spare: i64,
    /// What each of the others takes up, in `unit`; 0 if none does.
    pub unit_amount: i64,
    /// What all of them take up together.
    pub amount: i64,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// The batch it was ordered for, by its lot.
    pub lot: Option<String>,
    /// When it was ordered, RFC 3339.
    pub ordered_at: String,
    /// Why refused.
    pub decision_reason: Option<String>,
}

/// Orders within reach that wait for a second person, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn waiting_orders(db: &Db, actor: &Actor, cursor: Option<&str>, limit: u64) -> Outcome<(Vec<WaitingOrder>, Option<String>)> {
    let filter = OrderFilter { state: Some(OrderState::Proposed.word().to_owned()), ..OrderFilter::default() };
    let mut rows = store::orders(db.reader(), &actor.scope, &filter, cursor, limit + 1).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(view(db, row).await?);
    }
    Ok((found, next))
}

/// One order within reach, as whoever decides sees it.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub async fn waiting_order(db: &Db, actor: &Actor, id: &str) -> Outcome<WaitingOrder> {
    view(db, super::order::row(db, actor, id).await?).await
}

async fn view(db: &Db, row: OrderRow) -> Outcome<WaitingOrder> {
    let gone = || Failure::broken(format!("order {} lost its producer or product", row.order_no));
    let producer = store::producer(db.reader(), &row.producer_id).await?.ok_or_else(gone)?;
    let product = store::product(db.reader(), &row.product_id).await?.ok_or_else(gone)?;
    let lot = match &row.batch_id {
        Some(id) => Some(stock::batch(db.reader(), id).await?.lot),
        None => None,
    };
    Ok(WaitingOrder {
        amount: (row.count - row.spare) * row.unit_amount,
        unit: BaseUnit::parse(&product.base_unit).unwrap_or(BaseUnit::G).word().to_owned(),
        id: row.id,
        order_no: row.order_no,
        state: row.state,
        producer_id: row.producer_id,
        producer: producer.name,
        product_id: row.product_id,
        product: product.name,
        season: row.season,
        kind: row.kind,
        count: row.count,
        spare: row.spare,
        unit_amount: row.unit_amount,
        lot,
        ordered_at: rfc3339(row.ordered_at),
        decision_reason: row.decision_reason,
    })
}
