//! 结单: an order is counted out. It closes when printed = bound + voided + returned + on hand: whoever closes it counts the labels that
//! are left, and says what becomes of them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::change;
use super::range::Held;
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::goods::Goods;
use crate::trace::keys::KeyProvider;
use crate::trace::order::OrderState;
use crate::trace::range::RangeState;
use crate::trace::range::leftovers::{Leftovers, leftovers};
use crate::trace::range::plan::Bucket;
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::{nesting, stock};

/// `POST /code-orders/{id}/close`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// Unused labels as counted.
    pub on_hand: i64,
    /// `void`, `return` or `carry`; needed if there are any.
    #[serde(default)]
    pub leftovers: Option<String>,
    /// What else there is to say.
    #[serde(default)]
    pub note: Option<String>,
}

/// Closes an order, or carries what is left of it into the next season.
///
/// # Errors
/// `not_found`, `order_not_issued`, `order_closed`; `on_hand_differs` with both figures; `leftovers_missing`, `leftovers_unknown`;
/// `carry_not_allowed`, `carry_no_account`, `carry_lacks_balance`.
pub async fn close_order(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &CloseInput) -> Outcome<OrderRow> {
    nesting::turn(tx, &orders::order(tx.connection(), id).await?.producer_id).await?;
    let row = orders::lock(tx, id).await?;
    let mut held = Held::of(tx, desk, keys, row, false).await?;
    let left = held.partition.codes(|s| s.state == RangeState::Issued);
    if input.on_hand != left {
        let refusal = Failure::field("/on_hand", if input.on_hand < left { "on_hand_differs" } else { "on_hand_more" });
        return Err(refusal.with("counted", input.on_hand).with("expected", left).with("differ", (left - input.on_hand).abs()));
    }
    let unknown = |word: &str| Failure::field("/leftovers", "leftovers_unknown").with("value", text::clean(word));
    let said = input.leftovers.as_deref().filter(|word| !word.is_empty());
    let how = match said.map(|word| Leftovers::parse(word).ok_or_else(|| unknown(word))).transpose()? {
        _ if left == 0 => Leftovers::Return,
        Some(how) => how,
        None => return Err(Failure::field("/leftovers", "leftovers_missing").with("count", left)),
    };
    held.row.on_hand = Some(left);
    let note = input.note.as_deref().map(text::clean).filter(|note| !note.is_empty());
    let mut facts =
        json!({ "order_no": held.row.order_no, "printed": held.row.count, "on_hand": left, "leftovers": how.word(), "note": note });
    let stock = change::stock_of(&held.row);
    let Some(planned) = leftovers(&held.partition, stock, how, desk.clock.now()) else {
        let season = held.row.season.clone();
        let effects = carry(tx, desk, &mut held).await?;
        facts["from_season"] = json!(season);
        facts["season"] = json!(held.row.season);
        orders::settle(tx, &held.row).await?;
        ledger::append(tx, desk, Event::new(kind::CODE_ORDER_CARRIED, &held.row.id, facts).with(effects)).await?;
        return Ok(held.row);
    };
    let applied = change::apply(tx, desk, &mut held.row, &held.partition, &planned, held.unit).await?;
    held.row.state = OrderState::Closed.word().to_owned();
    held.row.closed_at = Some(desk.clock.now());
    held.row.closed_by = Some(desk.actor.account_id.clone());
    orders::settle(tx, &held.row).await?;
    ledger::append(tx, desk, Event::new(kind::CODE_ORDER_CLOSED, &held.row.id, facts).with(applied.effects)).await?;
    Ok(held.row)
}

/// Labels and reservation go on into the next season, where the holder's rule allows it.
async fn carry(tx: &Tx, desk: &Desk, held: &mut Held) -> Outcome<Vec<Effect>> {
    let (_, product) = change::parties(tx, desk, &held.row).await?;
    if !product.carry_labels {
        return Err(Failure::field("/leftovers", "carry_not_allowed").with("product", product.name));
    }
    let row = &mut held.row;
    let next =
        Goods::season_after(&row.season).ok_or_else(|| Failure::field("/leftovers", "carry_no_account").with("season", &row.season))?;
    let there = stock::account_of(tx.connection(), &row.producer_id, &row.product_id, &next).await?;
    let amount = row.quota_left * row.unit_amount;
    let there = match there {
        Some(account) => Some(account.id),
        None if amount == 0 => None,
        None => return Err(Failure::field("/leftovers", "carry_no_account").with("season", &next)),
    };
    let mut effects = Vec::new();
    if let (Some(here), Some(there), true) = (row.account_id.as_deref(), there.as_deref(), amount > 0) {
        effects.push(change::shifted(tx, row, here, Bucket::Reserved, Bucket::Free, amount).await?);
        effects.push(change::reserved(tx, row, there, amount, held.unit).await?);
    }
    row.first_season.get_or_insert_with(|| row.season.clone());
    (row.season, row.account_id) = (next, there);
    Ok(effects)
}
