//! 经营异常名录: a firm is entered by one officer with reason and document and confirmed by another; it is removed likewise.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{LiftInput, WithdrawInput, firm_in_region, lift_texts, required, step, untied, withdrawal};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::store::inspection::{self as store, AbnormalRow};
use crate::trace::stop::DecisionState;

/// `POST /abnormal-entries`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbnormalInput {
    /// The firm.
    pub organisation_id: String,
    /// Why, as the public reads it.
    pub reason: String,
    /// Number of the document.
    pub document_no: String,
}

/// Proposes to enter a firm; the public sees nothing until another officer confirms.
///
/// # Errors
/// `invalid_fields`: `register_organisation_unknown`, `outside_your_region`, `register_empty`, `document_no_missing`; `tied_to_party`,
/// `abnormal_twice`.
pub async fn propose_abnormal(tx: &Tx, desk: &Desk, input: &AbnormalInput) -> Outcome<AbnormalRow> {
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", "register_empty", &input.reason, 300);
    let document_no = required(&mut faults, "/document_no", "document_no_missing", &input.document_no, 120);
    let firm = firm_in_region(tx, desk, &mut faults, &input.organisation_id).await;
    faults.check()?;
    let firm = firm.ok_or_else(Failure::not_found)?;
    untied(tx, desk, Some(&firm.id)).await?;
    if store::is_listed(tx.connection(), &firm.id).await? {
        return Err(Failure::conflict("abnormal_twice").with("firm", &firm.name));
    }
    let row = AbnormalRow {
        id: desk.new_id(Noun::AbnormalEntry),
        organisation_id: firm.id.clone(),
        division_code: firm.division_code.clone(),
        reason,
        document_no,
        state: DecisionState::Proposed.word().to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        confirmed_by: None,
        confirmed_at: None,
        lift_text: None,
        lift_document_no: None,
        lift_proposed_by: None,
        lifted_by: None,
        lifted_at: None,
    };
    store::insert_abnormal(tx, row.clone(), &firm.name).await?;
    let facts = json!({ "organisation": row.organisation_id, "reason": row.reason, "document_no": row.document_no });
    ledger::append(tx, desk, Event::new(kind::ABNORMAL_ENTRY_PROPOSED, &row.id, facts)).await?;
    Ok(row)
}

/// An entry within reach, of a firm the actor is not tied to, held until the transaction ends.
async fn held(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AbnormalRow> {
    let row = store::lock_abnormal(tx, &desk.actor.scope, id).await?;
    untied(tx, desk, Some(&row.organisation_id)).await?;
    Ok(row)
}

/// Confirms an entry; it is public from now on.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `second_person_needed`.
pub async fn confirm_abnormal(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AbnormalRow> {
    let mut row = held(tx, desk, id).await?;
    let before = row.proposed_by.clone();
    step(&mut row.state, (DecisionState::Proposed, DecisionState::InForce), Some(&before), desk)?;
    (row.confirmed_by, row.confirmed_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_abnormal(tx, row.clone()).await?;
    let facts = json!({ "organisation": row.organisation_id, "reason": row.reason, "document_no": row.document_no });
    ledger::append(tx, desk, Event::new(kind::ABNORMAL_ENTRY_CONFIRMED, id, facts)).await?;
    Ok(row)
}

/// Drops a proposed entry.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`.
pub async fn drop_abnormal(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AbnormalRow> {
    let mut row = held(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::Proposed, DecisionState::Dropped), None, desk)?;
    store::update_abnormal(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::ABNORMAL_ENTRY_DROPPED, id, json!({ "organisation": row.organisation_id }))).await?;
    Ok(row)
}

/// Proposes to remove a firm; the entry stands until another officer confirms.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `document_no_missing`, `public_text_missing`.
pub async fn propose_abnormal_lift(tx: &Tx, desk: &Desk, id: &str, input: &LiftInput) -> Outcome<AbnormalRow> {
    let (document_no, said) = lift_texts(input)?;
    let mut row = held(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::InForce, DecisionState::LiftProposed), None, desk)?;
    (row.lift_text, row.lift_document_no) = (Some(said), Some(document_no));
    row.lift_proposed_by = Some(desk.actor.account_id.clone());
    store::update_abnormal(tx, row.clone()).await?;
    let facts = json!({ "document_no": row.lift_document_no, "text": row.lift_text });
    ledger::append(tx, desk, Event::new(kind::ABNORMAL_ENTRY_LIFT_PROPOSED, id, facts)).await?;
    Ok(row)
}

/// Withdraws the proposal to remove a firm, one's own or another's: the entry stands as it stood. What was proposed stays in the ledger.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `reason_missing`.
pub async fn withdraw_abnormal_lift(tx: &Tx, desk: &Desk, id: &str, input: &WithdrawInput) -> Outcome<AbnormalRow> {
    let reason = withdrawal(input)?;
    let mut row = held(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::LiftProposed, DecisionState::InForce), None, desk)?;
    let (document_no, said, proposed_by) = (row.lift_document_no.take(), row.lift_text.take(), row.lift_proposed_by.take());
    store::update_abnormal(tx, row.clone()).await?;
    let facts = json!({ "reason": reason, "document_no": document_no, "text": said, "proposed_by": proposed_by });
    ledger::append(tx, desk, Event::new(kind::ABNORMAL_ENTRY_LIFT_WITHDRAWN, id, facts)).await?;
    Ok(row)
}

/// Removes a firm.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `second_person_needed`.
pub async fn confirm_abnormal_lift(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AbnormalRow> {
    let mut row = held(tx, desk, id).await?;
    let before = row.lift_proposed_by.clone();
    step(&mut row.state, (DecisionState::LiftProposed, DecisionState::Lifted), before.as_deref(), desk)?;
    (row.lifted_by, row.lifted_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_abnormal(tx, row.clone()).await?;
    let facts = json!({ "organisation": row.organisation_id, "document_no": row.lift_document_no, "text": row.lift_text });
    ledger::append(tx, desk, Event::new(kind::ABNORMAL_ENTRY_LIFTED, id, facts)).await?;
    Ok(row)
}
