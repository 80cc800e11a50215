//! 停用: labels that may not be used any more.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{LiftInput, WithdrawInput, goods, lift_texts, may_decide, required, step, withdrawal};
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::competence::Subject;
use crate::supervision::recipients::{tell_all, touched_by_stop};
use crate::trace::code::Code;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::roll::Label;
use crate::trace::stop::{DecisionState, StopCategory, StopScope};
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::stock;
use crate::trace::store::stop::{self as store, StopRow};

/// `POST /stops`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopInput {
    /// What it covers.
    pub scope: StopScope,
    /// The order, batch, producer or product.
    #[serde(default)]
    pub subject_id: Option<String>,
    /// For `code`: the code.
    #[serde(default)]
    pub code: Option<String>,
    /// For `range`: first label of the order in `subject_id`.
    #[serde(default)]
    pub first: Option<Label>,
    /// For `range`: last label.
    #[serde(default)]
    pub last: Option<Label>,
    /// Why; `clone` says that copying was established.
    pub category: StopCategory,
    /// The authority that ordered it.
    pub ordered_by: String,
    /// Number of its document.
    pub document_no: String,
    /// What the public is told.
    pub public_text: String,
}

/// Proposes to stop labels. Nothing changes for the public until another officer confirms.
///
/// # Errors
/// As [`plan_stop`].
pub async fn propose_stop(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &StopInput) -> Outcome<StopRow> {
    let row = plan_stop(tx, desk, keys, input).await?;
    store::insert_stop(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::STOP_PROPOSED, &row.id, stop_facts(&row))).await?;
    Ok(row)
}

/// What would be proposed; nothing is written.
///
/// # Errors
/// `not_found` or `not_competent` out of competence, `tied_to_party`; `subject_missing`, `mistyped_code`, `unknown_code`, `foreign_code`,
/// `range_reversed`, `outside_order`, `order_not_issued`; `ordered_by_missing`, `document_no_missing`, `public_text_missing`.
pub async fn plan_stop(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &StopInput) -> Outcome<StopRow> {
    let mut faults = Faults::new();
    let ordered_by = required(&mut faults, "/ordered_by", "ordered_by_missing", &input.ordered_by, 120);
    let document_no = required(&mut faults, "/document_no", "document_no_missing", &input.document_no, 120);
    let public_text = required(&mut faults, "/public_text", "public_text_missing", &input.public_text, 500);
    faults.check()?;
    let target = target(tx, desk, keys, input).await?;
    Ok(StopRow {
        id: desk.new_id(Noun::Stop),
        scope: input.scope.word().to_owned(),
        subject_id: target.subject_id,
        order_no: target.codes.map(|c| c.0),
        first: target.codes.map(|c| c.1),
        last: target.codes.map(|c| c.2),
        category: input.category.word().to_owned(),
        ordered_by,
        document_no,
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

/// What a stop is to cover.
struct Target {
    subject_id: Option<String>,
    codes: Option<(i64, i64, i64)>,
}

async fn target(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &StopInput) -> Outcome<Target> {
    let missing = |pointer: &str| Failure::field(pointer, "subject_missing");
    if input.scope == StopScope::Code {
        let typed = input.code.as_deref().ok_or_else(|| missing("/code"))?;
        let refuse = |code| Failure::field("/code", code).with("value", text::clean(typed));
        let code = Code::parse(typed).map_err(|_| refuse("mistyped_code"))?;
        let row = orders::by_locator(tx.connection(), code.locator()).await?.ok_or_else(|| refuse("unknown_code"))?;
        let sequence = IssuedOrder::open(keys, &row)?.sequence_of(&code).ok_or_else(|| refuse("unknown_code"))?;
        goods(tx, desk, &row.producer_id, &row.product_id).await?;
        return Ok(Target { subject_id: Some(row.id), codes: Some((row.order_no, sequence, sequence)) });
    }
    let subject_id = input.subject_id.clone().ok_or_else(|| missing("/subject_id"))?;
    let mut codes = None;
    match input.scope {
        StopScope::Range => {
            let row = order_in_competence(tx, desk, &subject_id).await?;
            let (Some(first), Some(last)) = (&input.first, &input.last) else { return Err(missing("/first")) };
            codes = Some(stretch(keys, &row, first, last)?);
        }
        StopScope::Order => {
            let row = order_in_competence(tx, desk, &subject_id).await?;
            codes = Some((row.order_no, 1, row.count));
        }
        StopScope::Batch => {
            let batch = stock::batch(tx.connection(), &subject_id).await?;
            goods(tx, desk, &batch.producer_id, &batch.product_id).await?;
        }
        StopScope::Producer => {
            let row = orders::producer(tx.connection(), &subject_id).await?.ok_or_else(Failure::not_found)?;
            may_decide(tx, desk, Subject::Producer(&row)).await?;
        }
        StopScope::Product | StopScope::Code => {
            let row = orders::product(tx.connection(), &subject_id).await?.ok_or_else(Failure::not_found)?;
            may_decide(tx, desk, Subject::Product(&row)).await?;
        }
    }
    Ok(Target { subject_id: Some(subject_id), codes })
}

fn stretch(keys: &dyn KeyProvider, row: &OrderRow, first: &Label, last: &Label) -> Outcome<(i64, i64, i64)> {
    let issued = IssuedOrder::open(keys, row)?;
    let (first, last) = (first.sequence(&issued, "/first")?, last.sequence(&issued, "/last")?);
    if last < first {
        return Err(Failure::field("/last", "range_reversed").with("first", first).with("last", last));
    }
    for (pointer, value) in [("/first", first), ("/last", last)] {
        if !(1..=row.count).contains(&value) {
            return Err(Failure::field(pointer, "outside_order").with("value", value).with("count", row.count));
        }
    }
    Ok((row.order_no, first, last))
}

async fn order_in_competence(tx: &Tx, desk: &Desk, id: &str) -> Outcome<OrderRow> {
    let row = orders::order(tx.connection(), id).await?;
    goods(tx, desk, &row.producer_id, &row.product_id).await?;
    Ok(row)
}

/// May the actor take part in deciding about what this stop covers?
async fn competent(tx: &Tx, desk: &Desk, row: &StopRow) -> Outcome<()> {
    let subject = row.subject_id.as_deref().unwrap_or_default();
    match StopScope::parse(&row.scope) {
        Some(StopScope::Code | StopScope::Range | StopScope::Order) => order_in_competence(tx, desk, subject).await.map(drop),
        Some(StopScope::Batch) => {
            let batch = stock::batch(tx.connection(), subject).await?;
            goods(tx, desk, &batch.producer_id, &batch.product_id).await
        }
        Some(StopScope::Producer) => {
            let producer = orders::producer(tx.connection(), subject).await?.ok_or_else(Failure::not_found)?;
            may_decide(tx, desk, Subject::Producer(&producer)).await
        }
        Some(StopScope::Product) => {
            let product = orders::product(tx.connection(), subject).await?.ok_or_else(Failure::not_found)?;
            may_decide(tx, desk, Subject::Product(&product)).await
        }
        None => Err(Failure::broken(format!("an unknown scope of a stop {:?}", row.scope))),
    }
}

fn stop_facts(row: &StopRow) -> Value {
    json!({ "scope": row.scope, "subject": row.subject_id, "order_no": row.order_no, "first": row.first, "last": row.last,
        "category": row.category, "ordered_by": row.ordered_by, "document_no": row.document_no, "public_text": row.public_text })
}

/// Producers and consignees of what it covers are told.
async fn told(tx: &Tx, desk: &Desk, row: &StopRow, about: About) -> Outcome<()> {
    let subject = row.subject_id.as_deref().unwrap_or_default();
    let values = [("scope", row.scope.as_str()), ("document", row.document_no.as_str()), ("by", row.ordered_by.as_str())];
    tell_all(tx, desk, touched_by_stop(tx.connection(), row).await?, about, subject, &values).await
}

/// Confirms a stop: in force from this moment, and shown by the next scan.
///
/// # Errors
/// `not_found`, `not_competent`, `tied_to_party`, `already_decided`, `second_person_needed`.
pub async fn confirm_stop(tx: &Tx, desk: &Desk, id: &str) -> Outcome<StopRow> {
    let mut row = store::lock_stop(tx, id).await?;
    competent(tx, desk, &row).await?;
    step(&mut row.state, (DecisionState::Proposed, DecisionState::InForce), Some(&row.proposed_by), desk)?;
    (row.confirmed_by, row.confirmed_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_stop(tx, row.clone()).await?;
    told(tx, desk, &row, About::Stopped).await?;
    ledger::append(tx, desk, Event::new(kind::STOP_CONFIRMED, id, stop_facts(&row))).await?;
    Ok(row)
}

/// Drops a proposed stop; whoever proposed it may too.
///
/// # Errors
/// `not_found`, `not_competent`, `tied_to_party`, `already_decided`.
pub async fn drop_stop(tx: &Tx, desk: &Desk, id: &str) -> Outcome<StopRow> {
    let mut row = store::lock_stop(tx, id).await?;
    competent(tx, desk, &row).await?;
    step(&mut row.state, (DecisionState::Proposed, DecisionState::Dropped), None, desk)?;
    store::update_stop(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::STOP_DROPPED, id, json!({}))).await?;
    Ok(row)
}

/// Proposes to lift a stop; it stays in force until another officer confirms.
///
/// # Errors
/// `not_found`, `not_competent`, `tied_to_party`, `already_decided`, `document_no_missing`, `public_text_missing`.
pub async fn propose_stop_lift(tx: &Tx, desk: &Desk, id: &str, input: &LiftInput) -> Outcome<StopRow> {
    let (document_no, public_text) = lift_texts(input)?;
    let mut row = store::lock_stop(tx, id).await?;
    competent(tx, desk, &row).await?;
    step(&mut row.state, (DecisionState::InForce, DecisionState::LiftProposed), None, desk)?;
    (row.lift_text, row.lift_document_no) = (Some(public_text), Some(document_no));
    row.lift_proposed_by = Some(desk.actor.account_id.clone());
    store::update_stop(tx, row.clone()).await?;
    let facts = json!({ "document_no": row.lift_document_no, "public_text": row.lift_text });
    ledger::append(tx, desk, Event::new(kind::STOP_LIFT_PROPOSED, id, facts)).await?;
    Ok(row)
}

/// Withdraws the proposal to lift a stop, one's own or another's: it stands as it stood. What was proposed stays in the ledger.
///
/// # Errors
/// `not_found`, `not_competent`, `tied_to_party`, `already_decided`, `reason_missing`.
pub async fn withdraw_stop_lift(tx: &Tx, desk: &Desk, id: &str, input: &WithdrawInput) -> Outcome<StopRow> {
    let reason = withdrawal(input)?;
    let mut row = store::lock_stop(tx, id).await?;
    competent(tx, desk, &row).await?;
    step(&mut row.state, (DecisionState::LiftProposed, DecisionState::InForce), None, desk)?;
    let (document_no, said, proposed_by) = (row.lift_document_no.take(), row.lift_text.take(), row.lift_proposed_by.take());
    store::update_stop(tx, row.clone()).await?;
    let facts = json!({ "reason": reason, "document_no": document_no, "public_text": said, "proposed_by": proposed_by });
    ledger::append(tx, desk, Event::new(kind::STOP_LIFT_WITHDRAWN, id, facts)).await?;
    Ok(row)
}

/// Lifts a stop.
///
/// # Errors
/// `not_found`, `not_competent`, `tied_to_party`, `already_decided`, `second_person_needed`.
pub async fn confirm_stop_lift(tx: &Tx, desk: &Desk, id: &str) -> Outcome<StopRow> {
    let mut row = store::lock_stop(tx, id).await?;
    competent(tx, desk, &row).await?;
    step(&mut row.state, (DecisionState::LiftProposed, DecisionState::Lifted), row.lift_proposed_by.as_deref(), desk)?;
    (row.lifted_by, row.lifted_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_stop(tx, row.clone()).await?;
    let facts = json!({ "document_no": row.lift_document_no, "public_text": row.lift_text });
    told(tx, desk, &row, About::StopLifted).await?;
    ledger::append(tx, desk, Event::new(kind::STOP_LIFTED, id, facts)).await?;
    Ok(row)
}
