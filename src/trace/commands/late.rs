//! Late entries: written by the act that is late, decided by a second person.

use serde_json::json;

use super::delivery::{cover_now, listed};
use super::told::tell;
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::late::{LateAct, LateState};
use crate::trace::queries::late::LateEntryView;
use crate::trace::record::{Happened, is_very_late, need_text, read_late_evidence};
use crate::trace::store::late::{self as store, LateRow};
use crate::trace::store::reach::Party;

/// What is written down late.
#[derive(Debug, Clone, Copy)]
pub(in crate::trace) struct Late<'a> {
    /// The delivery, movement, batch …
    pub subject_id: &'a str,
    /// What it is.
    pub act: LateAct,
    /// Whose it is: an organisation.
    pub organisation_id: &'a str,
    /// When it happened.
    pub on: Day,
    /// When it was written down.
    pub recorded_on: Day,
    /// Why it is so late.
    pub reason: Option<&'a str>,
    /// Photo or number of the slip.
    pub evidence: Option<&'a str>,
}

/// The organisation that answers for a party: itself, or the one that registered the grower.
pub(in crate::trace) fn answering(party: &Party) -> &str {
    party.registered_by_id.as_deref().unwrap_or(&party.id)
}

/// Notes that a second person must confirm this, if it is written down more than seven days late. Answers whether it is.
pub(in crate::trace) async fn note_late(tx: &Tx, desk: &Desk, late: Late<'_>) -> Outcome<bool> {
    if !is_very_late(late.on, late.recorded_on) {
        return Ok(false);
    }
    let row = LateRow {
        id: desk.new_id(Noun::LateEntry),
        subject_id: late.subject_id.to_owned(),
        act: late.act.word().to_owned(),
        organisation_id: late.organisation_id.to_owned(),
        happened_on: late.on.to_string(),
        days: late.recorded_on.since(late.on),
        reason: late.reason.unwrap_or_default().to_owned(),
        evidence: late.evidence.unwrap_or_default().to_owned(),
        state: LateState::Waiting.word().to_owned(),
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
    };
    store::insert(tx, row).await?;
    Ok(true)
}

/// Confirms what somebody else wrote down late. A delivery is covered now, as far as its grower's account and plot allow.
///
/// # Errors
/// `not_found`, `second_person_needed`, `already_decided`.
pub async fn confirm_late_entry(tx: &Tx, desk: &Desk, id: &str) -> Outcome<LateEntryView> {
    let row = decide(tx, desk, id, LateState::Confirmed, None).await?;
    let covered = match LateAct::parse(&row.act) {
        Some(LateAct::Delivery) => cover_now(tx, desk, &row.subject_id).await?,
        _ => None,
    };
    let (mut facts, mut effects) = (facts(&row), Vec::new());
    if let Some((delivery, moved)) = covered {
        facts["deliveries"] = json!([listed(&delivery)]);
        effects = moved;
    }
    tell(tx, desk, &row.organisation_id, About::LateConfirmed, &row.subject_id, &[("day", &row.happened_on)]).await?;
    ledger::append(tx, desk, Event::new(kind::LATE_ENTRY_CONFIRMED, id, facts).with(effects)).await?;
    Ok(row.into())
}

/// Says that what somebody else wrote down late was not so. A delivery stays uncovered; what is gone stays gone until it is corrected.
///
/// # Errors
/// As [`confirm_late_entry`], and `reason_missing`.
pub async fn dispute_late_entry(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<LateEntryView> {
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    let row = decide(tx, desk, id, LateState::Disputed, Some(reason)).await?;
    let reason = row.decision_reason.clone().unwrap_or_default();
    tell(tx, desk, &row.organisation_id, About::LateDisputed, &row.subject_id, &[("day", &row.happened_on), ("reason", &reason)]).await?;
    ledger::append(tx, desk, Event::new(kind::LATE_ENTRY_DISPUTED, id, facts(&row))).await?;
    Ok(row.into())
}

async fn decide(tx: &Tx, desk: &Desk, id: &str, state: LateState, reason: Option<String>) -> Outcome<LateRow> {
    let row = store::one(tx.connection(), &desk.actor.scope, id).await?;
    if row.state != LateState::Waiting.word() {
        return Err(Failure::conflict("already_decided"));
    }
    if row.recorded_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    if !store::decide(tx, desk, id, state, reason).await? {
        return Err(Failure::conflict("already_decided"));
    }
    store::one(tx.connection(), &desk.actor.scope, id).await
}

/// What a batch written down more than a week after packing needs: a reason, and a photo or slip; answers the latter.
pub(super) fn need_evidence(
    packed: Option<Day>,
    recorded_on: Day,
    reason: Option<&str>,
    evidence: Option<&str>,
) -> Outcome<Option<String>> {
    let mut faults = Faults::new();
    let happened = packed.map(|on| Happened { on, late: on < recorded_on });
    if let Some(on) = packed.filter(|on| is_very_late(*on, recorded_on) && reason.is_none()) {
        faults.add("/late_reason", "late_reason_missing").with("days", recorded_on.since(on)).with("figure", on);
    }
    let evidence = read_late_evidence(&mut faults, happened, evidence, recorded_on);
    faults.check()?;
    Ok(evidence)
}

/// Confirms the late entry of a batch by its release: who releases it with a reason is the second person.
pub(super) async fn confirm_by_release(tx: &Tx, desk: &Desk, batch_id: &str, reason: &str) -> Outcome<()> {
    let Some(row) = store::of_subject(tx.connection(), batch_id).await? else { return Ok(()) };
    if row.state != LateState::Waiting.word() {
        return Ok(());
    }
    if row.recorded_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    store::decide(tx, desk, &row.id, LateState::Confirmed, Some(reason.to_owned())).await?;
    Ok(())
}

/// What is written down late waits, or was disputed: it is not covered until somebody else confirmed it.
pub(super) async fn check_confirmed(tx: &Tx, subject_id: &str) -> Outcome<()> {
    let Some(row) = store::of_subject(tx.connection(), subject_id).await? else { return Ok(()) };
    match LateState::parse(&row.state) {
        Some(LateState::Waiting) => Err(Failure::conflict("late_entry_waiting").with("days", row.days).with("figure", row.happened_on)),
        Some(LateState::Disputed) => Err(Failure::conflict("late_entry_disputed").with("reason", row.decision_reason.unwrap_or_default())),
        _ => Ok(()),
    }
}

fn facts(row: &LateRow) -> serde_json::Value {
    json!({
        "subject": row.subject_id, "act": row.act, "organisation": row.organisation_id, "happened_on": row.happened_on, "days": row.days,
        "evidence": row.evidence, "reason": row.decision_reason,
    })
}
