//! Resetting an account at a counter: one officer looks at a document, another confirms, and a slip is printed. Two persons, so that nobody
//! can become somebody else alone. The document's kind is kept, its number never.

use serde_json::json;

use super::super::members::recovers;
use super::super::store;
use super::super::store::member::{InvitationRow, RecoveryRow};
use super::members::slip;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};

/// Documents an officer may have looked at.
pub const DOCUMENTS: [&str; 4] = ["identity_card", "residence_permit", "passport", "official_card"];

/// A reset somebody asks for at a counter.
#[derive(Debug, Clone)]
pub struct RecoveryInput {
    /// The name of the account.
    pub account: String,
    /// One of [`DOCUMENTS`].
    pub document: String,
    /// Why, in plain words.
    pub reason: String,
}

/// Proposes a reset.
///
/// # Errors
/// `account_unreached` at `/account` for one that is unknown, closed or out of reach alike; `document_missing`, `reason_missing`;
/// `own_account`.
pub async fn propose_recovery(tx: &Tx, desk: &Desk, input: &RecoveryInput) -> Outcome<RecoveryRow> {
    let (mut faults, reason) = (Faults::new(), text::clean(&input.reason));
    let name = text::clean(&input.account);
    let found = store::account_by_name(tx.connection(), &name).await?.filter(|account| account.state == "active");
    let reached = match found {
        Some(account) if recovers(tx.connection(), &desk.actor, &account).await? => Some(account),
        _ => {
            faults.add("/account", "account_unreached").with("value", name);
            None
        }
    };
    if !DOCUMENTS.contains(&input.document.as_str()) {
        faults.add("/document", "document_missing");
    }
    if reason.is_empty() || text::too_long(&reason, 200) {
        faults.add("/reason", "recovery_reason_missing").with("most", 200);
    }
    faults.check()?;
    let account = reached.ok_or_else(Failure::not_found)?;
    if account.id == desk.actor.account_id {
        return Err(Failure::conflict("own_account"));
    }
    let row = RecoveryRow {
        id: desk.new_id(Noun::Recovery),
        account_id: account.id,
        document: input.document.clone(),
        reason,
        state: "proposed".to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        decided_by: None,
        decided_at: None,
    };
    store::member::insert_recovery(tx, row.clone()).await?;
    let facts = json!({ "account": row.account_id, "document": row.document, "reason": row.reason });
    ledger::append(tx, desk, Event::new(kind::RECOVERY_PROPOSED, &row.id, facts)).await?;
    Ok(row)
}

async fn reached(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(RecoveryRow, store::AccountRow)> {
    let row = store::member::recovery(tx.connection(), id).await?;
    let account = store::account(tx.connection(), &row.account_id).await?;
    if recovers(tx.connection(), &desk.actor, &account).await? { Ok((row, account)) } else { Err(Failure::not_found()) }
}

/// Confirms a reset: password, second factors, sessions and tokens end, and a slip with `token_hash` is good for seven days.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed`.
pub async fn confirm_recovery(tx: &Tx, desk: &Desk, id: &str, token_hash: &str, dead: &str) -> Outcome<InvitationRow> {
    let (row, account) = reached(tx, desk, id).await?;
    if row.proposed_by == desk.actor.account_id || row.account_id == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let now = desk.clock.now();
    if !store::member::decide_recovery(tx, id, "confirmed", &desk.actor.account_id, now).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let made = slip(tx, desk, &account, token_hash, dead).await?;
    for factor in store::factor::of_account(tx.connection(), &account.id).await? {
        store::factor::set_state(tx, &factor.id, "ended", None, now).await?;
    }
    let mut guard = store::guard::take(tx, &account).await?;
    guard.second_factor = false;
    store::guard::save(tx, &guard).await?;
    store::session::end_tokens(tx, &account.id, now).await?;
    ledger::append(tx, desk, Event::new(kind::RECOVERY_CONFIRMED, id, json!({ "account": account.id, "slip": made.id }))).await?;
    Ok(made)
}

/// Drops a reset that was proposed.
///
/// # Errors
/// `not_found`, `already_decided`.
pub async fn drop_recovery(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let (row, _) = reached(tx, desk, id).await?;
    if !store::member::decide_recovery(tx, id, "dropped", &desk.actor.account_id, desk.clock.now()).await? {
        return Err(Failure::conflict("already_decided"));
    }
    ledger::append(tx, desk, Event::new(kind::RECOVERY_DROPPED, id, json!({ "account": row.account_id }))).await?;
    Ok(())
}
