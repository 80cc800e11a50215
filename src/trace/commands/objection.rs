//! Objections: made through a slip or noted for a grower, answered by a person.

use serde_json::json;

use super::slip::{held, reaches, through};
use super::told::tell;
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::ids::{Noun, is};
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::queries::slip::ObjectionView;
use crate::trace::record::{need_text, read_text, shortened};
use crate::trace::slip::{AnswerInput, MOST_OPEN, NotedObjection, ObjectionInput, ObjectionState, ObjectionVia};
use crate::trace::store::register::GrowerRow;
use crate::trace::store::slip::{self as store, ObjectionRow};
use crate::trace::store::{account, delivery, register};

/// Says “我不同意” through a slip. The same subject again, while it is open, answers the objection there is.
///
/// # Errors
/// `not_found` for a slip that is not good; `objection_subject_unknown`, `objections_enough`, `text_too_long`.
pub async fn object(tx: &Tx, desk: &Desk, written: &str, input: &ObjectionInput) -> Outcome<ObjectionView> {
    let slip = held(tx, written).await?;
    let grower = store::lock_grower(tx, &slip.grower_id).await?;
    make(tx, &through(desk, &slip), &grower, ObjectionVia::Slip, input).await
}

/// Notes an objection that a grower wrote on the posted list or said at the counter.
///
/// # Errors
/// `not_found` for a grower out of reach; `objection_via_unknown`, and as [`object`].
pub async fn note_objection(tx: &Tx, desk: &Desk, input: &NotedObjection) -> Outcome<ObjectionView> {
    let grower = store::lock_grower(tx, &input.grower_id).await?;
    if !reaches(&desk.actor.scope, &grower) {
        return Err(Failure::not_found());
    }
    let via = ObjectionVia::parse(&input.via).filter(|via| *via != ObjectionVia::Slip);
    let via = via.ok_or_else(|| Failure::field("/via", "objection_via_unknown").with("value", shortened(&input.via)))?;
    let said = ObjectionInput { subject_id: input.subject_id.clone(), text: input.text.clone() };
    make(tx, desk, &grower, via, &said).await
}

async fn make(tx: &Tx, desk: &Desk, grower: &GrowerRow, via: ObjectionVia, input: &ObjectionInput) -> Outcome<ObjectionView> {
    let mut faults = Faults::new();
    let text = read_text(&mut faults, "/text", input.text.as_deref(), 500);
    faults.check()?;
    let subject = input.subject_id.as_deref().filter(|id| !id.is_empty()).unwrap_or(&grower.id);
    let organisation_id = answering(tx, grower, subject).await?;
    let open: Vec<ObjectionRow> =
        store::objections_of(tx.connection(), &grower.id).await?.into_iter().filter(|o| o.state == ObjectionState::Open.word()).collect();
    if let Some(same) = open.iter().find(|o| o.subject_id == subject) {
        return Ok(same.clone().into());
    }
    if open.len() >= MOST_OPEN {
        return Err(Failure::conflict("objections_enough").with("right", MOST_OPEN));
    }
    let row = ObjectionRow {
        id: desk.new_id(Noun::Objection),
        grower_id: grower.id.clone(),
        subject_id: subject.to_owned(),
        organisation_id,
        via: via.word().to_owned(),
        text: text.unwrap_or_default(),
        state: ObjectionState::Open.word().to_owned(),
        made_at: desk.clock.now(),
        answer: None,
        answered_by: None,
        answered_at: None,
    };
    store::insert_objection(tx, row.clone()).await?;
    let facts = json!({ "grower": row.grower_id, "subject": row.subject_id, "organisation": row.organisation_id, "via": row.via, "text": row.text });
    tell(tx, desk, &row.organisation_id, About::ObjectionMade, &row.id, &[]).await?;
    ledger::append(tx, desk, Event::new(kind::OBJECTION_MADE, &row.id, facts)).await?;
    Ok(row.into())
}

/// Whose it is to answer: the buyer of a delivery, otherwise the organisation that registered the grower. The subject must be the grower's.
async fn answering(tx: &Tx, grower: &GrowerRow, subject: &str) -> Outcome<String> {
    let unknown = || Failure::field("/subject_id", "objection_subject_unknown").with("value", shortened(subject));
    let missing = |failure: Failure| if failure.says("not_found") { unknown() } else { failure };
    if is(Noun::Delivery, subject) {
        let row = delivery::delivery(tx.connection(), subject).await.map_err(missing)?;
        return if row.grower_id == grower.id { Ok(row.buyer_id) } else { Err(unknown()) };
    }
    let own = if is(Noun::Plot, subject) {
        register::plot(tx.connection(), subject).await?.is_some_and(|plot| plot.holder_id == grower.id)
    } else if is(Noun::SeasonAccount, subject) {
        account::account(tx.connection(), subject).await.map_err(missing)?.party_id == grower.id
    } else {
        subject == grower.id
    };
    if own { Ok(grower.registered_by_id.clone()) } else { Err(unknown()) }
}

/// Answers an objection; the grower reads the answer on the page of the slip.
///
/// # Errors
/// `not_found`, `already_decided`; fields `objection_answer_unknown`, `answer_missing`.
pub async fn answer_objection(tx: &Tx, desk: &Desk, id: &str, input: &AnswerInput) -> Outcome<ObjectionView> {
    let row = store::objection_within(tx.connection(), &desk.actor.scope, id).await?;
    let mut faults = Faults::new();
    let state = ObjectionState::parse(&input.state).filter(|to| ObjectionState::Open.may_become(*to));
    if state.is_none() {
        faults.add("/state", "objection_answer_unknown").with("value", shortened(&input.state));
    }
    let answer = need_text(&mut faults, "/answer", Some(&input.answer), 500, "answer_missing");
    faults.check()?;
    let Some(state) = state else { return Err(Failure::broken("faults were not noted")) };
    if !store::answer(tx, desk, id, state, &answer).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let facts = json!({ "grower": row.grower_id, "subject": row.subject_id, "state": state.word(), "answer": answer });
    ledger::append(tx, desk, Event::new(kind::OBJECTION_ANSWERED, id, facts)).await?;
    Ok(store::objection_within(tx.connection(), &desk.actor.scope, id).await?.into())
}
