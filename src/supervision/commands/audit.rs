//! Deciding about listings: alone, by two, in one go for what is alike; undoing at once; giving listings to officers.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::rectification::{RectificationInput, order_rectification};
use super::{required, untied};
use crate::db::Tx;
use crate::identity::store as people;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, FailureKind, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::audit::queries::DecisionView;
use crate::supervision::audit::{AuditReason, AuditState, DecisionStep, HELD, MOST_AT_ONCE, UNDO, Verdict, state_now};
use crate::supervision::rectification::RectificationSource;
use crate::supervision::store::audit::{self as store, AuditRow, DecisionRow, QueueFilter, QueueRow};
use crate::supervision::store::listing as listings;

/// `POST /listings/{id}/audits`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditInput {
    /// What is decided.
    pub verdict: Verdict,
    /// Why, from the list.
    pub reason: AuditReason,
    /// Why, in words; may be left out only for what is cleared.
    #[serde(default)]
    pub said: Option<String>,
    /// To whom it goes: authority or platform; needed for transfer, assist and platform.
    #[serde(default)]
    pub recipient: Option<String>,
    /// Until when; needed for rectify, allowed for pending.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Day>,
}

/// Decides about one listing. What takes two officers is only proposed.
///
/// # Errors
/// `not_found`; `invalid_fields`: `audit_reason_unfit`, `register_empty` (text or recipient missing or too long), `audit_due_missing`,
/// `audit_due_past`; `audit_step` where there is no such decision from here; `audit_not_competent` where it binds a seller of another
/// place; `tied_to_party`; `audit_held` while it is another officer's.
pub async fn audit_listing(tx: &Tx, desk: &Desk, id: &str, input: &AuditInput) -> Outcome<DecisionView> {
    let given = checked(desk, input)?;
    Ok(decide(tx, desk, id, &given, None).await?.into())
}

/// Decides alike about several listings, in one go that is undone in one go; all or none.
///
/// # Errors
/// As [`audit_listing`], with the listing's id; `too_many`.
pub async fn audit_listings(tx: &Tx, desk: &Desk, ids: &[String], input: &AuditInput) -> Outcome<Vec<DecisionView>> {
    let given = checked(desk, input)?;
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        return Err(Failure::field("/ids", "too_many").with("right", MOST_AT_ONCE));
    }
    let group = (ids.len() > 1).then(|| desk.new_id(Noun::Decision));
    let mut made: Vec<DecisionView> = Vec::with_capacity(ids.len());
    for id in ids {
        made.push(decide(tx, desk, id, &given, group.as_deref()).await?.into());
    }
    Ok(made)
}

/// An input whose fields fit each other.
struct Given {
    verdict: Verdict,
    reason: AuditReason,
    said: String,
    recipient: Option<String>,
    due_on: Option<String>,
}

fn checked(desk: &Desk, input: &AuditInput) -> Outcome<Given> {
    let (mut faults, verdict) = (Faults::new(), input.verdict);
    if !input.reason.fits(verdict) {
        faults.add("/reason", "audit_reason_unfit").with("verdict", verdict.word()).with("reason", input.reason.word());
    }
    let typed = text::clean(input.said.as_deref().unwrap_or_default());
    let said = if verdict == Verdict::Cleared && typed.is_empty() {
        typed
    } else {
        required(&mut faults, "/said", "register_empty", &typed, 1000)
    };
    let recipient = match (verdict.has_recipient(), input.recipient.as_deref()) {
        (true, typed) => Some(required(&mut faults, "/recipient", "register_empty", typed.unwrap_or_default(), 120)),
        (false, _) => None,
    };
    let due_on = match (verdict, input.due_on) {
        (Verdict::Rectify, None) => {
            faults.add("/due_on", "audit_due_missing");
            None
        }
        (Verdict::Rectify | Verdict::Pending, due) => due,
        _ => None,
    };
    if let Some(day) = due_on.filter(|day| *day < desk.clock.today()) {
        faults.add("/due_on", "audit_due_past").with("figure", day).with("right", desk.clock.today());
    }
    faults.check()?;
    Ok(Given { verdict, reason: input.reason, said, recipient, due_on: due_on.map(|day| day.to_string()) })
}

/// The stored state of a row, or `changed` where it says something else since.
fn now_of(held: &AuditRow, seen: &QueueRow) -> AuditState {
    state_now(Some(&held.state), &held.content_hash, seen.hash_now.as_deref())
}

async fn decide(tx: &Tx, desk: &Desk, id: &str, given: &Given, group: Option<&str>) -> Outcome<DecisionRow> {
    let seen = store::one(tx.connection(), &desk.actor.scope, id).await?;
    let mut held = store::lock(tx, id).await?;
    let (state, now) = (now_of(&held, &seen), desk.clock.now());
    if !state.may(given.verdict) {
        return Err(Failure::conflict("audit_step").with("state", state.word()).with("verdict", given.verdict.word()).with("id", id));
    }
    free_for(tx, desk, &held).await?;
    may_decide(tx, desk, &seen, given.verdict).await?;
    let standing = listings::findings(tx.connection(), vec![id.to_owned()], None).await?;
    let findings: Vec<(String, String)> = standing.into_iter().map(|row| (row.kind, row.rule)).collect();
    let step = if given.verdict.takes_two() { DecisionStep::Proposed } else { DecisionStep::Done };
    let row = DecisionRow {
        id: desk.new_id(Noun::Decision),
        listing_id: id.to_owned(),
        verdict: given.verdict.word().to_owned(),
        reason: given.reason.word().to_owned(),
        said: given.said.clone(),
        recipient: given.recipient.clone(),
        due_on: given.due_on.clone(),
        step: step.word().to_owned(),
        content_hash: seen.hash_now.clone().unwrap_or_default(),
        findings: serde_json::to_string(&findings).map_err(Failure::broken)?,
        before_state: held.state.clone(),
        before_id: held.decision_id.clone(),
        group_id: group.map(str::to_owned),
        decided_by: desk.actor.account_id.clone(),
        decided_at: now,
        answered_by: None,
        answered_at: None,
    };
    store::insert_decision(tx, row.clone()).await?;
    let next = if step == DecisionStep::Proposed { AuditState::Proposed } else { given.verdict.leads_to() };
    next.word().clone_into(&mut held.state);
    stands(&mut held, &row);
    store::keep(tx, held).await?;
    let facts = json!({
        "decision": row.id, "verdict": row.verdict, "reason": row.reason, "said": row.said, "recipient": row.recipient,
        "due_on": row.due_on, "group": row.group_id, "from": state.word(), "findings": findings,
    });
    if given.verdict == Verdict::Rectify {
        order(tx, desk, &seen, given).await?;
    }
    let event = if step == DecisionStep::Proposed {
        kind::LISTING_AUDIT_PROPOSED
    } else {
        audited(tx, id, now).await?;
        kind::LISTING_AUDITED
    };
    ledger::append(tx, desk, Event::new(event, id, facts)).await?;
    Ok(row)
}

/// Orders the seller to put it right: the order, its day and the answer are a process of their own.
async fn order(tx: &Tx, desk: &Desk, seen: &QueueRow, given: &Given) -> Outcome<()> {
    let due_on = given.due_on.as_deref().and_then(Day::parse).ok_or_else(|| Failure::field("/due_on", "audit_due_missing"))?;
    let input = RectificationInput {
        source: RectificationSource::Listing,
        source_id: seen.id.clone(),
        organisation_id: None,
        seller_id: Some(seen.seller_id.clone()),
        document_no: None,
        what: given.said.clone(),
        due_on,
    };
    order_rectification(tx, desk, &input).await.map(|_| ())
}

/// A decision that stands for its listing.
fn stands(held: &mut AuditRow, row: &DecisionRow) {
    held.decision_id = Some(row.id.clone());
    held.content_hash.clone_from(&row.content_hash);
    held.due_on.clone_from(&row.due_on);
    held.decided_at = Some(row.decided_at);
    (held.held_by, held.held_at) = (None, None);
}

/// Tells the rules that it was audited as it stands; a listing they never saw has nothing to be told.
async fn audited(tx: &Tx, id: &str, now: i64) -> Outcome<()> {
    match listings::mark_audited(tx, id, now).await {
        Err(failure) if failure.says("not_found") => Ok(()),
        other => other,
    }
}

/// Is it nobody else's? Given to an officer, it is that officer's for a day.
async fn free_for(tx: &Tx, desk: &Desk, held: &AuditRow) -> Outcome<()> {
    let running = held.held_at.is_some_and(|at| at >= desk.clock.now() - HELD);
    match held.held_by.as_deref().filter(|who| running && *who != desk.actor.account_id) {
        None => Ok(()),
        Some(who) => {
            let name = people::account(tx.connection(), who).await?.display_name;
            Err(Failure::conflict("audit_held").with("name", name).with("id", &held.listing_id))
        }
    }
}

/// Is the actor tied to nobody who sells there, and, where the decision binds the seller, is the seller's place within reach?
async fn may_decide(tx: &Tx, desk: &Desk, seen: &QueueRow, verdict: Verdict) -> Outcome<()> {
    let seller = store::sellers(tx.connection(), vec![seen.seller_id.clone()]).await?.pop().ok_or_else(Failure::not_found)?;
    untied(tx, desk, seller.organisation_id.as_deref()).await?;
    if !verdict.binds_seller() || desk.actor.scope.reaches_division(&seller.division_code) {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Forbidden, "audit_not_competent").with("seller", &seller.name).with("place", &seller.division_code))
}

/// A proposal that waits, of a listing in reach, with the listing's row locked first.
async fn waiting(tx: &Tx, desk: &Desk, id: &str, step: DecisionStep) -> Outcome<(DecisionRow, AuditRow, QueueRow)> {
    let named = store::decisions(tx.connection(), vec![id.to_owned()]).await?.pop().ok_or_else(Failure::not_found)?;
    let seen = store::one(tx.connection(), &desk.actor.scope, &named.listing_id).await?;
    let held = store::lock(tx, &named.listing_id).await?;
    let row = store::lock_decision(tx, id).await?;
    if row.step != step.word() || held.decision_id.as_deref() != Some(id) {
        return Err(Failure::conflict("already_decided").with("state", &row.step));
    }
    Ok((row, held, seen))
}

/// Confirms what another officer proposed; from then on it stands.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed` for whoever proposed it, `tied_to_party`, `audit_not_competent`.
pub async fn confirm_audit(tx: &Tx, desk: &Desk, id: &str) -> Outcome<DecisionView> {
    let (mut row, mut held, seen) = waiting(tx, desk, id, DecisionStep::Proposed).await?;
    if row.decided_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let verdict = Verdict::parse(&row.verdict).ok_or_else(|| Failure::broken(format!("an unknown verdict {:?}", row.verdict)))?;
    may_decide(tx, desk, &seen, verdict).await?;
    answered(tx, desk, &mut row, DecisionStep::Confirmed).await?;
    verdict.leads_to().word().clone_into(&mut held.state);
    let listing_id = held.listing_id.clone();
    store::keep(tx, held).await?;
    // Audited as it was proposed: what changed since waits again.
    store::put_audited(tx, &listing_id, Some(row.content_hash.clone()), Some(desk.clock.now())).await?;
    let facts = json!({
        "decision": row.id, "verdict": row.verdict, "reason": row.reason, "recipient": row.recipient, "proposed_by": row.decided_by,
    });
    ledger::append(tx, desk, Event::new(kind::LISTING_AUDITED, &listing_id, facts)).await?;
    Ok(row.into())
}

/// Drops a proposal, one's own or another's; the listing is back where it was.
///
/// # Errors
/// `not_found`, `already_decided`, `tied_to_party`.
pub async fn drop_audit(tx: &Tx, desk: &Desk, id: &str) -> Outcome<DecisionView> {
    let (mut row, held, seen) = waiting(tx, desk, id, DecisionStep::Proposed).await?;
    // Dropping binds nobody, but it decides for the seller.
    may_decide(tx, desk, &seen, Verdict::Cleared).await?;
    answered(tx, desk, &mut row, DecisionStep::Dropped).await?;
    back(tx, held, &row).await?;
    let facts = json!({ "decision": row.id, "verdict": row.verdict, "proposed_by": row.decided_by });
    ledger::append(tx, desk, Event::new(kind::LISTING_AUDIT_DROPPED, &row.listing_id, facts)).await?;
    Ok(row.into())
}

/// Undoes one's own decision within ten seconds, with everything that was decided in the same go.
///
/// # Errors
/// `not_found`; `audit_undo_late` after ten seconds; `audit_undo_other` for somebody else's; `audit_undo_served` for an order the
/// seller was told of;
/// `already_decided` where it no longer stands.
pub async fn undo_audit(tx: &Tx, desk: &Desk, id: &str) -> Outcome<Vec<DecisionView>> {
    let named = store::decisions(tx.connection(), vec![id.to_owned()]).await?.pop().ok_or_else(Failure::not_found)?;
    store::one(tx.connection(), &desk.actor.scope, &named.listing_id).await?;
    if named.decided_by != desk.actor.account_id {
        return Err(Failure::conflict("audit_undo_other"));
    }
    if named.verdict == Verdict::Rectify.word() {
        return Err(Failure::conflict("audit_undo_served"));
    }
    let age = desk.clock.now() - named.decided_at;
    if age > UNDO {
        return Err(Failure::conflict("audit_undo_late").with("figure", age / 1000).with("right", UNDO / 1000));
    }
    let whole = match &named.group_id {
        Some(group) => store::of_group(tx.connection(), group).await?,
        None => vec![named],
    };
    let mut undone = Vec::with_capacity(whole.len());
    for one in whole {
        let step = DecisionStep::parse(&one.step).filter(|step| matches!(step, DecisionStep::Done | DecisionStep::Proposed));
        let step = step.ok_or_else(|| Failure::conflict("already_decided").with("state", &one.step))?;
        let (mut row, held, _) = waiting(tx, desk, &one.id, step).await?;
        answered(tx, desk, &mut row, DecisionStep::Undone).await?;
        back(tx, held, &row).await?;
        let facts = json!({ "decision": row.id, "verdict": row.verdict });
        ledger::append(tx, desk, Event::new(kind::LISTING_AUDIT_UNDONE, &row.listing_id, facts)).await?;
        undone.push(row.into());
    }
    Ok(undone)
}

async fn answered(tx: &Tx, desk: &Desk, row: &mut DecisionRow, step: DecisionStep) -> Outcome<()> {
    step.word().clone_into(&mut row.step);
    (row.answered_by, row.answered_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::step_decision(tx, row).await
}

/// The listing goes back to where it was before a decision.
async fn back(tx: &Tx, mut held: AuditRow, row: &DecisionRow) -> Outcome<()> {
    let before = match &row.before_id {
        Some(id) => store::decisions(tx.connection(), vec![id.clone()]).await?.pop(),
        None => None,
    };
    held.state.clone_from(&row.before_state);
    held.decision_id.clone_from(&row.before_id);
    held.content_hash = before.as_ref().map(|b| b.content_hash.clone()).unwrap_or_default();
    held.due_on = before.as_ref().and_then(|b| b.due_on.clone());
    held.decided_at = before.as_ref().map(|b| b.decided_at);
    (held.held_by, held.held_at) = (None, None);
    let listing_id = held.listing_id.clone();
    let hash = before.as_ref().map(|b| b.content_hash.clone());
    store::keep(tx, held).await?;
    store::put_audited(tx, &listing_id, hash, before.map(|b| b.decided_at)).await
}

/// `POST /audits/assign`: which listings to whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignInput {
    /// These listings; if none, the longest waiting that are nobody's.
    #[serde(default)]
    pub ids: Vec<String>,
    /// How many for each officer, where no listings are named.
    #[serde(default)]
    pub each: Option<u64>,
    /// Only those with a finding of this kind, where no listings are named.
    #[serde(default)]
    pub kind: Option<String>,
    /// Officers, `acc_…`, of the actor's own organisation; oneself if none.
    #[serde(default)]
    pub to: Vec<String>,
}

/// What was given to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssignView {
    /// How many in all.
    pub given: usize,
    /// Account and how many it got.
    pub each: Vec<(String, usize)>,
}

/// Gives listings that wait to officers, in turn; each is that officer's alone for a day. One given to somebody else already stays there.
///
/// # Errors
/// `invalid_fields`: `too_many`, `audit_officer_foreign`; `audit_nothing_free` where there is nothing to give.
pub async fn assign_audits(tx: &Tx, desk: &Desk, input: &AssignInput) -> Outcome<AssignView> {
    let mut faults = Faults::new();
    let to = if input.to.is_empty() { vec![desk.actor.account_id.clone()] } else { input.to.clone() };
    for (no, id) in to.iter().enumerate().filter(|(_, id)| **id != desk.actor.account_id) {
        let own = desk.actor.organisation_id.is_some()
            && people::account(tx.connection(), id).await.is_ok_and(|account| account.organisation_id == desk.actor.organisation_id);
        if !own {
            faults.add(format!("/to/{no}"), "audit_officer_foreign").with("value", id.chars().take(40).collect::<String>());
        }
    }
    let (most, officers) = (u64::try_from(MOST_AT_ONCE).unwrap_or(u64::MAX), u64::try_from(to.len()).unwrap_or(1));
    let each = input.each.unwrap_or(50).max(1);
    if each.saturating_mul(officers) > most {
        faults.add("/each", "too_many").with("right", most / officers.max(1));
    }
    if input.ids.len() > MOST_AT_ONCE {
        faults.add("/ids", "too_many").with("right", MOST_AT_ONCE);
    }
    faults.check()?;
    let now = desk.clock.now();
    let mut filter = QueueFilter { open: true, free_since: Some(now - HELD), kind: input.kind.clone(), ..QueueFilter::default() };
    if !input.ids.is_empty() {
        filter.ids = Some(input.ids.clone());
    }
    let wanted = if input.ids.is_empty() { each * officers } else { most };
    let found = store::queue(tx.connection(), &desk.actor.scope, &filter, None, wanted).await?;
    if found.is_empty() {
        return Err(Failure::conflict("audit_nothing_free"));
    }
    let mut counts = vec![0_usize; to.len()];
    let mut turn = (0..to.len()).cycle();
    for row in &found {
        let mut held = store::lock(tx, &row.id).await?;
        // Somebody else took it between the list and the lock.
        if held.held_by.is_some() && held.held_at.is_some_and(|at| at >= now - HELD) && input.ids.is_empty() {
            continue;
        }
        let no = turn.next().unwrap_or(0);
        (held.held_by, held.held_at) = (Some(to[no].clone()), Some(now));
        store::keep(tx, held).await?;
        counts[no] += 1;
    }
    let view = AssignView { given: counts.iter().sum(), each: to.into_iter().zip(counts).collect() };
    let facts = json!({ "given": view.given, "each": view.each, "kind": input.kind });
    ledger::append(tx, desk, Event::new(kind::LISTING_ASSIGNED, &desk.actor.account_id, facts)).await?;
    Ok(view)
}
