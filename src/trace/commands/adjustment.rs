//! Adjustments: a correction of an account, or its opening stock, with a reason and a second person. Never below what is in use.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::movement::too_little;
use super::told::tell;
use super::{may_decide, reached};
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::account::{AdjustmentKind, AdjustmentState, MovementKind};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::queries::account::AdjustmentView;
use crate::trace::record::{need_text, read_happened, read_text, shortened};
use crate::trace::store::account::{self as store, AccountRow, AdjustmentRow, Entry};
use crate::trace::store::register;

/// An adjustment as proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentInput {
    /// `adjustment` (if not said) or `opening`.
    #[serde(default)]
    pub kind: Option<String>,
    /// In grams; below zero takes away.
    #[serde(default)]
    pub amount_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
    /// Why.
    pub reason: String,
    /// The paper it rests on; needed for an opening.
    #[serde(default)]
    pub evidence: Option<String>,
    /// The day it speaks of; today if it is not said.
    #[serde(default)]
    pub happened_on: Option<String>,
}

/// Proposes an adjustment; it changes nothing until another person approves it.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `opening_already_recorded`; fields `adjustment_kind_unknown`, `amount_*`,
/// `reason_missing`, `evidence_missing`, `in_the_future`.
pub async fn propose_adjustment(tx: &Tx, desk: &Desk, account_id: &str, input: &AdjustmentInput) -> Outcome<AdjustmentView> {
    let account = store::account(tx.connection(), account_id).await?;
    let (party, reach) = reached(tx, desk, &account.party_id, &account.product_id).await?;
    may_decide(tx, desk, &party, reach).await?;
    let goods = register::goods(tx.connection(), &account.product_id).await?;
    let mut faults = Faults::new();
    let kind = match input.kind.as_deref() {
        None => Some(AdjustmentKind::Adjustment),
        Some(word) => AdjustmentKind::parse(word),
    };
    if kind.is_none() {
        faults.add("/kind", "adjustment_kind_unknown").with("value", shortened(input.kind.as_deref().unwrap_or_default()));
    }
    let is_opening = kind == Some(AdjustmentKind::Opening);
    let sent = Sent { pointer: "/amount_g", grams: input.amount_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let amount = sent.read(&mut faults, goods.unit, !is_opening);
    let reason = need_text(&mut faults, "/reason", Some(&input.reason), 500, "reason_missing");
    let evidence = read_text(&mut faults, "/evidence", input.evidence.as_deref(), 500);
    if is_opening && evidence.is_none() {
        faults.add("/evidence", "evidence_missing");
    }
    let happened = read_happened(&mut faults, "/happened_on", input.happened_on.as_deref(), Some(&reason), desk.clock.today());
    faults.check()?;
    if is_opening {
        check_first_opening(tx, &account, None).await?;
    }
    let row = AdjustmentRow {
        id: desk.new_id(Noun::Adjustment),
        account_id: account.id.clone(),
        kind: kind.map_or("", AdjustmentKind::word).to_owned(),
        amount: amount.unwrap_or(0),
        happened_on: happened.map_or(desk.clock.today(), |h| h.on).to_string(),
        reason,
        evidence,
        state: AdjustmentState::Proposed.word().to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
    };
    store::insert_adjustment(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::ADJUSTMENT_PROPOSED, &row.id, facts(&row))).await?;
    Ok(AdjustmentView::of(row, goods.unit))
}

fn facts(row: &AdjustmentRow) -> serde_json::Value {
    json!({ "account": row.account_id, "kind": row.kind, "amount": row.amount, "happened_on": row.happened_on, "reason": row.reason, "evidence": row.evidence })
}

/// Opening stock is brought in once for a party and product, whatever the season.
async fn check_first_opening(tx: &Tx, account: &AccountRow, but: Option<&str>) -> Outcome<()> {
    let seasons = store::lock_seasons(tx, &account.party_id, &account.product_id).await?;
    let others = store::openings(tx.connection(), seasons.into_iter().map(|a| a.id).collect()).await?;
    if others.iter().any(|o| Some(o.id.as_str()) != but) {
        return Err(Failure::conflict("opening_already_recorded"));
    }
    Ok(())
}

/// Approves an adjustment: another person, not tied to the party. Taking away goes only as far as nothing is held, coded or gone.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `second_person_needed`, `already_decided`, `opening_already_recorded`,
/// `adjustment_below_used` with `remaining` and `asked`.
pub async fn approve_adjustment(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AdjustmentView> {
    let (row, account, goods) = open_adjustment(tx, desk, id).await?;
    let kind = match AdjustmentKind::parse(&row.kind) {
        Some(AdjustmentKind::Opening) => {
            check_first_opening(tx, &account, Some(id)).await?;
            MovementKind::Opening
        }
        _ if row.amount < 0 => MovementKind::AdjustedDown,
        _ => MovementKind::AdjustedUp,
    };
    if !store::decide_adjustment(tx, desk, id, AdjustmentState::Approved, None).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let happened_on = Day::parse(&row.happened_on).unwrap_or_else(|| desk.clock.today());
    let entry = Entry {
        account_id: &row.account_id,
        counter_account_id: None,
        kind,
        amount: row.amount.abs(),
        subject_id: Some(id),
        reason: Some(row.reason.clone()),
        happened_on,
        late: happened_on < desk.clock.today(),
    };
    let Some((effect, _)) = store::post(tx, desk, entry).await? else {
        let account = store::account(tx.connection(), &row.account_id).await?;
        return Err(Failure { code: "adjustment_below_used", ..too_little(&goods, &account, row.amount.abs()) });
    };
    tell(tx, desk, &account.party_id, About::AdjustmentApproved, &account.id, &[("amount", &goods.show(row.amount))]).await?;
    ledger::append(tx, desk, Event::new(kind::ADJUSTMENT_APPROVED, id, facts(&row)).with([effect])).await?;
    Ok(AdjustmentView::of(store::adjustment(tx.connection(), id).await?, goods.unit))
}

/// Refuses an adjustment with a reason.
///
/// # Errors
/// As [`approve_adjustment`], and `reason_missing`.
pub async fn refuse_adjustment(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<AdjustmentView> {
    let (row, account, goods) = open_adjustment(tx, desk, id).await?;
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    if !store::decide_adjustment(tx, desk, id, AdjustmentState::Refused, Some(reason.clone())).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let facts = json!({ "account": row.account_id, "amount": row.amount, "reason": &reason });
    let values = [("amount", goods.show(row.amount)), ("reason", reason)];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    tell(tx, desk, &account.party_id, About::AdjustmentRefused, &account.id, &values).await?;
    ledger::append(tx, desk, Event::new(kind::ADJUSTMENT_REFUSED, id, facts)).await?;
    Ok(AdjustmentView::of(store::adjustment(tx.connection(), id).await?, goods.unit))
}

async fn open_adjustment(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(AdjustmentRow, AccountRow, Goods)> {
    let row = store::adjustment(tx.connection(), id).await?;
    let account = store::account(tx.connection(), &row.account_id).await?;
    let (party, reach) = reached(tx, desk, &account.party_id, &account.product_id).await?;
    may_decide(tx, desk, &party, reach).await?;
    if row.state != AdjustmentState::Proposed.word() {
        return Err(Failure::conflict("already_decided"));
    }
    if row.proposed_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let goods = register::goods(tx.connection(), &account.product_id).await?;
    Ok((row, account, goods))
}
