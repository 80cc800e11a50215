//! Proposing, confirming, dropping and lifting stops and recalls. Every step after the first is another person's.

pub mod abnormal;
pub mod alert;
pub mod alert_rule;
pub mod audit;
pub mod case;
pub mod draw;
pub mod drawn;
pub mod evidence;
pub mod feedback;
pub mod inspection;
pub mod listing;
mod opening;
mod recall;
mod recall_report;
pub mod rectification;
pub mod risk;
mod seizure;
mod stop;
pub mod unknown;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::competence::{self, Subject};
use crate::db::Tx;
use crate::identity::conflict::refuse_tied;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::registry::commands::untied_to_users;
use crate::registry::store::product;
use crate::trace::stop::DecisionState;
use crate::trace::store::order as orders;

pub use recall::{
    RecallInput, confirm_recall, confirm_recall_lift, drop_recall, plan_recall, propose_recall, propose_recall_lift, withdraw_recall_lift,
};
pub use seizure::{
    SeizedCodesInput, SeizureEndInput, SeizureInput, confirm_seizure, confirm_seizure_end, drop_seizure, propose_seizure,
    propose_seizure_end,
};
pub use stop::{StopInput, confirm_stop, confirm_stop_lift, drop_stop, plan_stop, propose_stop, propose_stop_lift, withdraw_stop_lift};

/// `POST /stops/{id}/lift`, `POST /recalls/{id}/lift`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftInput {
    /// Number of the document.
    pub document_no: String,
    /// What the public is told, for 90 days.
    pub public_text: String,
}

/// A text somebody must write, cleaned.
pub(super) fn required(faults: &mut Faults, pointer: &str, code: &'static str, typed: &str, most: usize) -> String {
    let cleaned = text::clean(typed);
    if cleaned.is_empty() || text::too_long(&cleaned, most) {
        faults.add(pointer, code).with("most", most);
    }
    cleaned
}

/// The firm somebody names, or a fault of that field: unknown, or out of the actor's region.
pub(super) async fn firm_in_region(tx: &Tx, desk: &Desk, faults: &mut Faults, id: &str) -> Option<OrganisationRow> {
    let Ok(firm) = organisation(tx.connection(), id).await else {
        faults.add("/organisation_id", "register_organisation_unknown").with("value", id.chars().take(40).collect::<String>());
        return None;
    };
    if !desk.actor.scope.reaches_division(&firm.division_code) {
        faults.add("/organisation_id", "outside_your_region").with("value", &firm.name);
    }
    Some(firm)
}

/// A fault of the field if a product is named that the register does not have.
pub(super) async fn known_product(tx: &Tx, faults: &mut Faults, id: Option<&str>) {
    if let Some(id) = id
        && product::one(tx.connection(), id).await.is_err()
    {
        faults.add("/product_id", "draw_product").with("value", id.chars().take(40).collect::<String>());
    }
}

/// `POST /stops/{id}/lift/withdraw`, `POST /recalls/{id}/lift/withdraw`, `POST /abnormal-entries/{id}/lift/withdraw`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawInput {
    /// Why it is not to be lifted, for the files.
    pub reason: String,
}

/// Goes one step: it stands where the step begins, and whoever took the step before is somebody else. Both ends are named, since more than
/// one step may lead to the same end: confirming must not be a way to withdraw a lifting.
pub(super) fn step(state: &mut String, (from, to): (DecisionState, DecisionState), before: Option<&str>, desk: &Desk) -> Outcome<()> {
    if DecisionState::parse(state) != Some(from) || !from.may_become(to) {
        return Err(Failure::conflict("already_decided").with("state", &*state));
    }
    if before == Some(desk.actor.account_id.as_str()) {
        return Err(Failure::conflict("second_person_needed"));
    }
    to.word().clone_into(state);
    Ok(())
}

/// Document number and public text of a lifting.
pub(super) fn lift_texts(input: &LiftInput) -> Outcome<(String, String)> {
    let mut faults = Faults::new();
    let document_no = required(&mut faults, "/document_no", "document_no_missing", &input.document_no, 120);
    let public_text = required(&mut faults, "/public_text", "public_text_missing", &input.public_text, 500);
    faults.check().map(|()| (document_no, public_text))
}

/// Why a proposal to lift is withdrawn.
pub(super) fn withdrawal(input: &WithdrawInput) -> Outcome<String> {
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", "reason_missing", &input.reason, 500);
    faults.check().map(|()| reason)
}

/// May the actor take part in deciding about it: competent, and tied to nobody it is about? Asked of the first person and of the second
/// alike, of who withdraws too (行政处罚法 第43条).
pub(super) async fn may_decide(tx: &Tx, desk: &Desk, subject: Subject<'_>) -> Outcome<()> {
    competence::check(&desk.actor.scope, subject)?;
    match subject {
        Subject::Goods(firm, _) | Subject::Producer(firm) => refuse_tied(tx, desk, &firm.id, &firm.name).await,
        Subject::Product(product) => untied_to_users(tx, desk, &product.id, None).await,
    }
}

/// The same of a firm that is known by its id; whoever is no organisation has nobody tied to it.
pub(super) async fn untied(tx: &Tx, desk: &Desk, organisation_id: Option<&str>) -> Outcome<()> {
    match organisation_id {
        Some(id) => refuse_tied(tx, desk, id, &organisation(tx.connection(), id).await?.name).await,
        None => Ok(()),
    }
}

/// May the actor take part in deciding about goods of this producer under this product?
pub(super) async fn goods(tx: &Tx, desk: &Desk, producer_id: &str, product_id: &str) -> Outcome<()> {
    let producer = orders::producer(tx.connection(), producer_id).await?.ok_or_else(Failure::not_found)?;
    let product = orders::product(tx.connection(), product_id).await?.ok_or_else(Failure::not_found)?;
    may_decide(tx, desk, Subject::Goods(&producer, &product)).await
}
