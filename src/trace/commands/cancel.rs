//! 撤销申领: an order nobody has taken a file of and no label of which is bound goes back as if it had not been placed, and what it
//! reserved is free again. Its numbers never live again.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::change;
use super::range::Held;
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::trace::keys::KeyProvider;
use crate::trace::order::OrderState;
use crate::trace::range::RangeState;
use crate::trace::range::leftovers::{Leftovers, leftovers};
use crate::trace::range::plan::Bucket;
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::{download, nesting, stock};

/// `POST /code-orders/{id}/cancel`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelInput {
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Cancels an order: a proposed one is refused by whoever placed it, an issued one is closed with all its codes returned.
///
/// # Errors
/// `not_found`; `order_downloaded` with how often; `order_has_bound` with how many; `already_decided`, `order_closed`; `text_too_long`.
pub async fn cancel_order(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &CancelInput) -> Outcome<OrderRow> {
    let reason = input.reason.as_deref().map(text::clean).filter(|reason| !reason.is_empty());
    if reason.as_deref().is_some_and(|reason| text::too_long(reason, 500)) {
        return Err(Failure::field("/reason", "text_too_long").with("most", 500));
    }
    nesting::turn(tx, &orders::order(tx.connection(), id).await?.producer_id).await?;
    let mut row = orders::lock(tx, id).await?;
    change::parties(tx, desk, &row).await?;
    if OrderState::parse(&row.state) == Some(OrderState::Proposed) {
        let amount = row.quota_left * row.unit_amount;
        let mut effects = Vec::new();
        if let Some(account) = row.account_id.as_deref().filter(|_| amount > 0) {
            if !stock::shift(tx, account, Bucket::Reserved, Bucket::Free, amount).await? {
                return Err(Failure::broken("an order reserved more than its account says"));
            }
            effects.push(change::moved(account, Bucket::Reserved, Bucket::Free, amount));
        }
        row.state = OrderState::Refused.word().to_owned();
        (row.quota_left, row.spare_left) = (0, 0);
        (row.decided_by, row.decided_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
        row.decision_reason.clone_from(&reason);
        orders::decide(tx, &row).await?;
        let facts = json!({ "order_no": row.order_no, "reason": reason, "issued": false });
        ledger::append(tx, desk, Event::new(kind::CODE_ORDER_CANCELLED, id, facts).with(effects)).await?;
        return Ok(row);
    }
    let taken = download::counted(tx.connection(), row.order_no, 0, i64::MIN).await?;
    if taken > 0 {
        return Err(Failure::conflict("order_downloaded").with("count", taken));
    }
    let mut held = Held::of(tx, desk, keys, row, false).await?;
    let used = held.partition.codes(|standing| standing.state != RangeState::Issued);
    if used > 0 {
        return Err(Failure::conflict("order_has_bound").with("count", used));
    }
    let planned = leftovers(&held.partition, change::stock_of(&held.row), Leftovers::Return, desk.clock.now());
    let planned = planned.ok_or_else(|| Failure::broken("codes that are returned are not carried"))?;
    let applied = change::apply(tx, desk, &mut held.row, &held.partition, &planned, held.unit).await?;
    held.row.state = OrderState::Closed.word().to_owned();
    (held.row.closed_at, held.row.closed_by) = (Some(desk.clock.now()), Some(desk.actor.account_id.clone()));
    held.row.on_hand = Some(0);
    orders::settle(tx, &held.row).await?;
    let facts = json!({ "order_no": held.row.order_no, "count": held.row.count, "reason": reason, "issued": true });
    ledger::append(tx, desk, Event::new(kind::CODE_ORDER_CANCELLED, id, facts).with(applied.effects)).await?;
    Ok(held.row)
}
