//! 破损核销: what is spoilt beyond the spare burns its quantity. With evidence it may be claimed back: a second person, of the producer or
//! the office, looks at the evidence and sets the quantity free, or does not.

use serde_json::json;

use super::change;
use crate::db::Tx;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::queries::damage::ClaimView;
use crate::trace::range::plan::Bucket;
use crate::trace::store::damage::{self as store, ClaimRow};
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::stock;
use crate::trace::verdict::VoidReason;
use crate::trace::word::words;

words! {
    /// How far a claim has come.
    ClaimState {
        /// Waits for a second person.
        Waiting = "waiting",
        /// The quantity is free again.
        Confirmed = "confirmed",
        /// The quantity stays burned.
        Refused = "refused",
    }
}

/// Claims back what a void burned; the ids of the claims, one for each account.
pub(super) async fn claim(
    tx: &Tx,
    desk: &Desk,
    row: &OrderRow,
    ends: (i64, i64),
    reason: VoidReason,
    evidence: &str,
    effects: &[Effect],
) -> Outcome<Vec<String>> {
    let mut burned = std::collections::BTreeMap::<&str, i64>::new();
    for effect in effects {
        if let Effect::Move { account, to, amount, .. } = effect
            && to == Bucket::Burned.word()
        {
            *burned.entry(account).or_default() += amount;
        }
    }
    let mut ids = Vec::new();
    for (account, amount) in burned {
        let claim = ClaimRow {
            id: desk.new_id(Noun::DamageClaim),
            order_no: row.order_no,
            producer_id: row.producer_id.clone(),
            product_id: row.product_id.clone(),
            account_id: account.to_owned(),
            first: ends.0,
            last: ends.1,
            codes: amount / row.unit_amount.max(1),
            amount,
            reason: reason.word().to_owned(),
            evidence: evidence.to_owned(),
            state: ClaimState::Waiting.word().to_owned(),
            claimed_by: desk.actor.account_id.clone(),
            claimed_at: desk.clock.now(),
            decided_by: None,
            decided_at: None,
            decision_reason: None,
        };
        ids.push(claim.id.clone());
        store::insert(tx, claim).await?;
    }
    Ok(ids)
}

/// A claim that waits, within reach, and not the actor's own.
async fn decidable(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(ClaimRow, BaseUnit)> {
    let row = store::lock(tx, id).await?;
    let order = orders::by_number(tx.connection(), row.order_no).await?;
    let (_, product) = change::parties(tx, desk, &order).await?;
    if row.state != ClaimState::Waiting.word() {
        return Err(Failure::conflict("already_decided").with("state", &row.state));
    }
    if row.claimed_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    Ok((row, BaseUnit::parse(&product.base_unit).unwrap_or(BaseUnit::G)))
}

fn decided(desk: &Desk, row: &mut ClaimRow, state: ClaimState, reason: Option<String>) {
    row.state = state.word().to_owned();
    row.decided_by = Some(desk.actor.account_id.clone());
    row.decided_at = Some(desk.clock.now());
    row.decision_reason = reason;
}

/// Confirms: the quantity is free again.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed`.
pub async fn confirm_damage(tx: &Tx, desk: &Desk, id: &str) -> Outcome<ClaimView> {
    let (mut row, unit) = decidable(tx, desk, id).await?;
    if !stock::shift(tx, &row.account_id, Bucket::Burned, Bucket::Free, row.amount).await? {
        return Err(Failure::broken(format!("account {} has less burned than claim {id} says", row.account_id)));
    }
    decided(desk, &mut row, ClaimState::Confirmed, None);
    store::decide(tx, &row).await?;
    let effects = [change::moved(&row.account_id, Bucket::Burned, Bucket::Free, row.amount)];
    ledger::append(tx, desk, Event::new(kind::DAMAGE_CONFIRMED, id, facts(&row)).with(effects)).await?;
    Ok(ClaimView::of(row, unit))
}

/// Refuses: the quantity stays burned.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed`, `reason_missing`.
pub async fn refuse_damage(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<ClaimView> {
    let reason = text::clean(reason);
    if reason.is_empty() || text::too_long(&reason, 500) {
        return Err(Failure::field("/reason", "reason_missing"));
    }
    let (mut row, unit) = decidable(tx, desk, id).await?;
    decided(desk, &mut row, ClaimState::Refused, Some(reason));
    store::decide(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::DAMAGE_REFUSED, id, facts(&row))).await?;
    Ok(ClaimView::of(row, unit))
}

fn facts(row: &ClaimRow) -> serde_json::Value {
    json!({ "order_no": row.order_no, "first": row.first, "last": row.last, "codes": row.codes, "amount": row.amount,
        "evidence": row.evidence, "claimed_by": row.claimed_by, "reason": row.decision_reason })
}
