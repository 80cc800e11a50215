//! Voiding a delivery entered by mistake: at once on the day it was entered, later with a second person.

use serde_json::json;

use super::delivery::{entry, facts, posted};
use super::movement::too_little;
use super::reached;
use super::told::tell;
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::SourceWord;
use crate::trace::delivery_void::{VoidInput, VoidState};
use crate::trace::goods::Goods;
use crate::trace::late::LateState;
use crate::trace::queries::delivery_void::VoidView;
use crate::trace::record::{Happened, need_text};
use crate::trace::store::account::{self, Entry};
use crate::trace::store::delivery::{self, DeliveryRow};
use crate::trace::store::delivery_void::{self as store, VoidRow};
use crate::trace::store::{batch, late, register};

/// Voids a delivery on the day it was entered; later it waits for a second person.
///
/// # Errors
/// `not_found`, `not_permitted`, `delivery_already_voided`, `delivery_void_waiting`, `delivery_in_use`, `delivery_below_used`; field
/// `reason_missing`.
pub async fn void_delivery(tx: &Tx, desk: &Desk, id: &str, input: &VoidInput) -> Outcome<VoidView> {
    let before = delivery::delivery(tx.connection(), id).await?;
    let goods = register::goods(tx.connection(), &before.product_id).await?;
    let (buyer, reach) = reached(tx, desk, &before.buyer_id, &goods.id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(&input.reason), 500, "reason_missing");
    faults.check()?;
    let row = delivery::lock(tx, &[id.to_owned()]).await?.pop().ok_or_else(Failure::not_found)?;
    if row.voided_at.is_some() {
        return Err(Failure::conflict("delivery_already_voided"));
    }
    let last = store::of_deliveries(tx.connection(), vec![row.id.clone()]).await?.remove(&row.id);
    if last.is_some_and(|void| void.state == VoidState::Waiting.word()) {
        return Err(Failure::conflict("delivery_void_waiting"));
    }
    check_unused(tx, &goods, &row).await?;
    let at_once = Day::of(row.recorded_at) == desk.clock.today();
    let state = if at_once { VoidState::Voided } else { VoidState::Waiting };
    let void = VoidRow {
        id: desk.new_id(Noun::DeliveryVoid),
        delivery_id: row.id.clone(),
        organisation_id: buyer.id,
        reason,
        state: state.word().to_owned(),
        asked_at: desk.clock.now(),
        asked_by: desk.actor.account_id.clone(),
        handled_by: desk.actor.handled_by.clone(),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
    };
    store::insert(tx, void.clone()).await?;
    if at_once {
        reverse(tx, desk, &goods, &row, &void).await?;
    } else {
        let facts = json!({ "void": void.id, "reason": void.reason, "amount": row.amount, "covered": row.covered });
        ledger::append(tx, desk, Event::new(kind::DELIVERY_VOID_ASKED, id, facts)).await?;
    }
    Ok(void.into())
}

/// Agrees that somebody else's delivery was a mistake, and voids it.
///
/// # Errors
/// `not_found`, `second_person_needed`, `already_decided`, `delivery_in_use`, `delivery_below_used`.
pub async fn confirm_delivery_void(tx: &Tx, desk: &Desk, id: &str) -> Outcome<VoidView> {
    let void = decide(tx, desk, id, VoidState::Voided, None).await?;
    let row = delivery::lock(tx, std::slice::from_ref(&void.delivery_id)).await?.pop().ok_or_else(Failure::not_found)?;
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    check_unused(tx, &goods, &row).await?;
    reverse(tx, desk, &goods, &row, &void).await?;
    Ok(void.into())
}

/// Says that the delivery was right: it stands.
///
/// # Errors
/// `not_found`, `second_person_needed`, `already_decided`; field `reason_missing`.
pub async fn refuse_delivery_void(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<VoidView> {
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    let void = decide(tx, desk, id, VoidState::Refused, Some(reason)).await?;
    let facts = json!({ "void": void.id, "reason": void.decision_reason });
    ledger::append(tx, desk, Event::new(kind::DELIVERY_VOID_REFUSED, &void.delivery_id, facts)).await?;
    Ok(void.into())
}

async fn decide(tx: &Tx, desk: &Desk, id: &str, state: VoidState, reason: Option<String>) -> Outcome<VoidRow> {
    let void = store::one(tx.connection(), &desk.actor.scope, id).await?;
    let waits = VoidState::parse(&void.state).is_some_and(|now| now.may_become(state));
    if waits && void.asked_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    if !waits || !store::decide(tx, desk, id, state, reason).await? {
        return Err(Failure::conflict("already_decided"));
    }
    store::one(tx.connection(), &desk.actor.scope, id).await
}

/// Nothing of it went into a batch that stands, covered or not; the row is locked.
async fn check_unused(tx: &Tx, goods: &Goods, row: &DeliveryRow) -> Outcome<()> {
    let ids = std::slice::from_ref(&row.id);
    let packed = batch::went_into(tx.connection(), SourceWord::Delivery, ids, &row.season, None).await?;
    let packed = packed.get(&row.id).map_or(0, |(amount, _)| *amount).max(row.used);
    if packed == 0 {
        return Ok(());
    }
    let refused = Failure::conflict("delivery_in_use").with("figure", goods.show(row.amount)).with("used", goods.show(packed));
    Err(refused.with("right", goods.show(row.amount - packed)))
}

/// The entries of the delivery and of what was covered later, the other way round; then its event. A late entry of it is at an end.
async fn reverse(tx: &Tx, desk: &Desk, goods: &Goods, row: &DeliveryRow, void: &VoidRow) -> Outcome<()> {
    let effects = entries(tx, desk, goods, row, void).await?;
    if !delivery::void(tx, &row.id, desk.clock.now()).await? {
        return Err(Failure::conflict("delivery_already_voided"));
    }
    if let Some(entry) = late::of_subject(tx.connection(), &row.id).await? {
        late::decide(tx, desk, &entry.id, LateState::Disputed, Some(void.reason.clone())).await?;
    }
    let values = [("amount", goods.show(row.amount)), ("day", row.delivered_on.clone()), ("reason", void.reason.clone())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    tell(tx, desk, &row.grower_id, About::DeliveryVoided, &row.id, &values).await?;
    let now = delivery::delivery(tx.connection(), &row.id).await?;
    let mut facts = facts(&now);
    facts["void"] = json!(void.id);
    facts["reason"] = json!(void.reason);
    ledger::append(tx, desk, Event::new(kind::DELIVERY_VOIDED, &row.id, facts).with(effects)).await?;
    Ok(())
}

/// The grower's account is locked before the buyer's, as everywhere.
async fn entries(tx: &Tx, desk: &Desk, goods: &Goods, row: &DeliveryRow, void: &VoidRow) -> Outcome<Vec<Effect>> {
    let Some(from) = &row.from_account_id else { return Ok(Vec::new()) };
    account::lock(tx, from).await?;
    let happened = Happened { on: Day::of(void.asked_at), late: false };
    let mut effects = Vec::new();
    if let Some(to) = row.to_account_id.as_ref().filter(|_| row.covered > 0) {
        account::lock(tx, to).await?;
        let back = reasoned(void, entry(to, MovementKind::ReceivedBack, row.covered, &row.id, happened));
        let Some((effect, _)) = account::post(tx, desk, Entry { counter_account_id: Some(from), ..back }).await? else {
            let account = account::account(tx.connection(), to).await?;
            return Err(Failure { code: "delivery_below_used", ..too_little(goods, &account, row.covered) });
        };
        let again = reasoned(void, entry(from, MovementKind::DeliveredBack, row.covered, &row.id, happened));
        effects.push(posted(account::post(tx, desk, Entry { counter_account_id: Some(to), ..again }).await?)?);
        effects.push(effect);
    }
    if row.pending > 0 {
        let settled = reasoned(void, entry(from, MovementKind::ExcessSettled, row.pending, &row.id, happened));
        effects.push(posted(account::post(tx, desk, settled).await?)?);
    }
    Ok(effects)
}

fn reasoned<'a>(void: &VoidRow, entry: Entry<'a>) -> Entry<'a> {
    Entry { reason: Some(void.reason.clone()), ..entry }
}
