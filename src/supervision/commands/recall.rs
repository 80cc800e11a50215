//! 追回 and 召回 of a batch.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::recall_report::{end_report, open_report};
use super::{LiftInput, WithdrawInput, goods, lift_texts, required, step, withdrawal};
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::recipients::{tell_all, touched_by_recall};
use crate::trace::recall;
use crate::trace::stop::DecisionState;
use crate::trace::store::order as orders;
use crate::trace::store::stock;
use crate::trace::store::stop::{self as store, RecallRow};

/// `POST /recalls`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallInput {
    /// The batch.
    pub batch_id: String,
    /// `take_back` for fresh produce, `recall` for food; the product's own if left out.
    #[serde(default)]
    pub kind: Option<String>,
    /// Who ordered or announced it.
    pub ordered_by: String,
    /// Number of the document.
    pub document_no: String,
    /// What was found, for the files.
    pub reason: String,
    /// What the public is told.
    pub public_text: String,
}

/// Proposes to recall a batch.
///
/// # Errors
/// As [`plan_recall`].
pub async fn propose_recall(tx: &Tx, desk: &Desk, input: &RecallInput) -> Outcome<RecallRow> {
    let row = plan_recall(tx, desk, input).await?;
    store::insert_recall(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::RECALL_PROPOSED, &row.id, recall_facts(&row))).await?;
    Ok(row)
}

/// What would be proposed; nothing is written.
///
/// # Errors
/// `not_found`, `tied_to_party`, `recall_kind_unfit`, `already_recalled`; `ordered_by_missing`, `document_no_missing`, `reason_missing`,
/// `public_text_missing`.
pub async fn plan_recall(tx: &Tx, desk: &Desk, input: &RecallInput) -> Outcome<RecallRow> {
    let mut faults = Faults::new();
    let ordered_by = required(&mut faults, "/ordered_by", "ordered_by_missing", &input.ordered_by, 120);
    let document_no = required(&mut faults, "/document_no", "document_no_missing", &input.document_no, 120);
    let reason = required(&mut faults, "/reason", "reason_missing", &input.reason, 500);
    let public_text = required(&mut faults, "/public_text", "public_text_missing", &input.public_text, 500);
    faults.check()?;
    let batch = stock::batch(tx.connection(), &input.batch_id).await?;
    goods(tx, desk, &batch.producer_id, &batch.product_id).await?;
    let product = orders::product(tx.connection(), &batch.product_id).await?.ok_or_else(Failure::not_found)?;
    let recall_kind = recall::kind(product.fresh, input.kind.as_deref())?;
    not_recalled(tx, &batch.id).await?;
    Ok(RecallRow {
        id: desk.new_id(Noun::Recall),
        batch_id: batch.id,
        kind: recall_kind.word().to_owned(),
        ordered_by,
        document_no,
        reason,
        public_text,
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
    })
}

async fn not_recalled(tx: &Tx, batch_id: &str) -> Outcome<()> {
    match store::recall_on(tx.connection(), batch_id).await? {
        Some(other) => Err(Failure::conflict("already_recalled").with("document", other.document_no)),
        None => Ok(()),
    }
}

fn recall_facts(row: &RecallRow) -> Value {
    json!({ "batch": row.batch_id, "kind": row.kind, "ordered_by": row.ordered_by, "document_no": row.document_no,
        "reason": row.reason, "public_text": row.public_text })
}

/// A recall within competence, held until the transaction ends.
async fn held_recall(tx: &Tx, desk: &Desk, id: &str) -> Outcome<RecallRow> {
    let row = store::lock_recall(tx, id).await?;
    let batch = stock::batch(tx.connection(), &row.batch_id).await?;
    goods(tx, desk, &batch.producer_id, &batch.product_id).await?;
    Ok(row)
}

/// Confirms a recall: announced from this moment, and shown by the next scan. Its producer has to report on it from now on.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `second_person_needed`, `already_recalled`.
pub async fn confirm_recall(tx: &Tx, desk: &Desk, id: &str) -> Outcome<RecallRow> {
    let mut row = held_recall(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::Proposed, DecisionState::InForce), Some(&row.proposed_by), desk)?;
    // Two recalls of one batch must not come into force at once.
    stock::lock_batch(tx, &row.batch_id).await?;
    not_recalled(tx, &row.batch_id).await?;
    (row.confirmed_by, row.confirmed_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_recall(tx, row.clone()).await?;
    told(tx, desk, &row, About::Recalled).await?;
    let report = open_report(tx, desk, &row).await?;
    let mut facts = recall_facts(&row);
    (facts["report"], facts["report_due_on"]) = (report.id.into(), report.due_on.into());
    ledger::append(tx, desk, Event::new(kind::RECALL_ANNOUNCED, id, facts)).await?;
    Ok(row)
}

/// Producers and consignees of the batch and of what was made of it are told.
async fn told(tx: &Tx, desk: &Desk, row: &RecallRow, about: About) -> Outcome<()> {
    let batch = stock::batch(tx.connection(), &row.batch_id).await?;
    let values = [("lot", batch.lot.as_str()), ("document", row.document_no.as_str()), ("by", row.ordered_by.as_str())];
    tell_all(tx, desk, touched_by_recall(tx.connection(), row).await?, about, &batch.id, &values).await
}

/// Drops a proposed recall; whoever proposed it may too.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`.
pub async fn drop_recall(tx: &Tx, desk: &Desk, id: &str) -> Outcome<RecallRow> {
    let mut row = held_recall(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::Proposed, DecisionState::Dropped), None, desk)?;
    store::update_recall(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::RECALL_DROPPED, id, json!({ "batch": row.batch_id }))).await?;
    Ok(row)
}

/// Proposes to lift a recall; it stays in force until another officer confirms.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `document_no_missing`, `public_text_missing`.
pub async fn propose_recall_lift(tx: &Tx, desk: &Desk, id: &str, input: &LiftInput) -> Outcome<RecallRow> {
    let (document_no, public_text) = lift_texts(input)?;
    let mut row = held_recall(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::InForce, DecisionState::LiftProposed), None, desk)?;
    (row.lift_text, row.lift_document_no) = (Some(public_text), Some(document_no));
    row.lift_proposed_by = Some(desk.actor.account_id.clone());
    store::update_recall(tx, row.clone()).await?;
    let facts = json!({ "batch": row.batch_id, "document_no": row.lift_document_no, "public_text": row.lift_text });
    ledger::append(tx, desk, Event::new(kind::RECALL_LIFT_PROPOSED, id, facts)).await?;
    Ok(row)
}

/// Withdraws the proposal to lift a recall, one's own or another's: it stands as it stood. What was proposed stays in the ledger.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `reason_missing`.
pub async fn withdraw_recall_lift(tx: &Tx, desk: &Desk, id: &str, input: &WithdrawInput) -> Outcome<RecallRow> {
    let reason = withdrawal(input)?;
    let mut row = held_recall(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::LiftProposed, DecisionState::InForce), None, desk)?;
    let (document_no, said, proposed_by) = (row.lift_document_no.take(), row.lift_text.take(), row.lift_proposed_by.take());
    store::update_recall(tx, row.clone()).await?;
    let facts =
        json!({ "batch": row.batch_id, "reason": reason, "document_no": document_no, "public_text": said, "proposed_by": proposed_by });
    ledger::append(tx, desk, Event::new(kind::RECALL_LIFT_WITHDRAWN, id, facts)).await?;
    Ok(row)
}

/// Lifts a recall.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `second_person_needed`.
pub async fn confirm_recall_lift(tx: &Tx, desk: &Desk, id: &str) -> Outcome<RecallRow> {
    let mut row = held_recall(tx, desk, id).await?;
    step(&mut row.state, (DecisionState::LiftProposed, DecisionState::Lifted), row.lift_proposed_by.as_deref(), desk)?;
    (row.lifted_by, row.lifted_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_recall(tx, row.clone()).await?;
    let facts = json!({ "batch": row.batch_id, "document_no": row.lift_document_no, "public_text": row.lift_text });
    told(tx, desk, &row, About::RecallLifted).await?;
    end_report(tx, desk, &row).await?;
    ledger::append(tx, desk, Event::new(kind::RECALL_LIFTED, id, facts)).await?;
    Ok(row)
}
