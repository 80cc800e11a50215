//! What somebody does about their own sign-in: password, second factors, sessions, tokens of programs.
//!
//! Every change of what an account can prove or do ends its sessions; the one it was done from goes on under a new token ([`Renewal`]).

use serde_json::json;

use super::super::factor::{FactorKind, digits};
use super::super::role::{Permission, scope_allows};
use super::super::session::Carrier;
use super::super::sign_in::{Message, Visit, new_message, totp_step_of, use_code};
use super::super::store;
use super::super::store::factor::FactorRow;
use super::super::store::guard::GuardRow;
use super::super::store::session::{SessionRow, TokenRow};
use super::super::vault::Vault;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, clock, text};
use crate::ledger::{self, Event, kind};

/// The longest a program's token may live, in days.
pub const TOKEN_DAYS: i64 = 365;

/// The session that goes on after a change, under a new token.
#[derive(Debug, Clone)]
pub struct Renewal {
    /// SHA-256 of the new token.
    pub token_hash: String,
    /// How it is carried.
    pub visit: Visit,
}

/// Ends every session of the account; the one at hand goes on under the renewal's token.
pub(super) async fn renew(tx: &Tx, desk: &Desk, account_id: &str, renewal: Option<&Renewal>) -> Outcome<()> {
    store::session::end_all(tx, account_id, None).await?;
    let Some(renewal) = renewal else { return Ok(()) };
    let now = desk.clock.now();
    let carrier: Carrier = renewal.visit.carrier;
    let row = SessionRow {
        token_hash: renewal.token_hash.clone(),
        account_id: account_id.to_owned(),
        kind: carrier.word().to_owned(),
        created_at: now,
        expires_at: now + carrier.lasts(),
        seen_at: now,
        address: renewal.visit.address.clone(),
        agent: renewal.visit.agent.clone(),
    };
    store::session::insert(tx, row).await
}

/// Puts another password in place; the old one is remembered so that nobody returns to it too soon.
pub(super) async fn put_password(tx: &Tx, desk: &Desk, account_id: &str, hash: &str, must_change: bool) -> Outcome<GuardRow> {
    let account = store::account(tx.connection(), account_id).await?;
    let mut guard = store::guard::take(tx, &account).await?;
    let now = desk.clock.now();
    store::guard::keep_password(tx, account_id, &account.password_hash, now).await?;
    store::set_password(tx, account_id, hash).await?;
    guard.password_set_at = now;
    guard.must_change = must_change;
    guard.wrong = 0;
    guard.locked_until = 0;
    store::guard::save(tx, &guard).await?;
    Ok(guard)
}

/// Changes one's own password; what it must be and the old one were looked at before ([`super::super::password::prepare`]).
///
/// # Errors
/// Only ours.
pub async fn change_password(tx: &Tx, desk: &Desk, hash: &str, renewal: &Renewal) -> Outcome<()> {
    let id = desk.actor.account_id.clone();
    put_password(tx, desk, &id, hash, false).await?;
    store::member::revoke_slips(tx, &id, desk.clock.now()).await?;
    renew(tx, desk, &id, Some(renewal)).await?;
    ledger::append(tx, desk, Event::new(kind::PASSWORD_CHANGED, &id, json!({}))).await?;
    Ok(())
}

fn new_factor(desk: &Desk, id: &str, kind: FactorKind, secret: Option<Vec<u8>>) -> FactorRow {
    FactorRow {
        id: id.to_owned(),
        account_id: desk.actor.account_id.clone(),
        kind: kind.word().to_owned(),
        state: "proposed".to_owned(),
        secret,
        last_step: 0,
        made_at: desk.clock.now(),
        confirmed_at: None,
        ended_at: None,
    }
}

/// Ends the account's factors of this kind in one of these states.
async fn end_kind(tx: &Tx, desk: &Desk, kind: FactorKind, states: &[&str], but: &str) -> Outcome<()> {
    for row in store::factor::of_account(tx.connection(), &desk.actor.account_id).await? {
        if row.kind == kind.word() && states.contains(&row.state.as_str()) && row.id != but {
            store::factor::set_state(tx, &row.id, "ended", None, desk.clock.now()).await?;
        }
    }
    Ok(())
}

/// Begins with an authenticator: it counts only once a code of it was typed ([`confirm_factor`]).
///
/// # Errors
/// Only ours.
pub async fn begin_totp(tx: &Tx, desk: &Desk, vault: &Vault, secret: &[u8]) -> Outcome<FactorRow> {
    let id = desk.new_id(Noun::SecondFactor);
    end_kind(tx, desk, FactorKind::Totp, &["proposed"], &id).await?;
    let row = new_factor(desk, &id, FactorKind::Totp, Some(vault.seal(&id, secret, &desk.random)?));
    store::factor::insert(tx, row.clone()).await?;
    Ok(row)
}

/// Begins with a telephone: a code is sent to it, and it counts once that was typed. `None` where one was sent a moment ago.
///
/// # Errors
/// `sms_too_soon`.
pub async fn begin_sms(tx: &Tx, desk: &Desk, vault: &Vault, phone: &str, code: &str) -> Outcome<(FactorRow, Message)> {
    let id = desk.new_id(Noun::SecondFactor);
    end_kind(tx, desk, FactorKind::Sms, &["proposed"], &id).await?;
    let row = new_factor(desk, &id, FactorKind::Sms, Some(vault.seal(&id, phone.as_bytes(), &desk.random)?));
    store::factor::insert(tx, row.clone()).await?;
    let message = new_message(tx, vault, &row, code, desk.clock.now()).await?;
    let message = message.ok_or_else(|| Failure::conflict("sms_too_soon"))?;
    Ok((row, message))
}

/// Puts a factor of one's own in force: its code was typed. An earlier one of its kind ends.
///
/// # Errors
/// `not_found`, `already_decided`, `otp_wrong` at `/code`.
pub async fn confirm_factor(tx: &Tx, desk: &Desk, vault: &Vault, id: &str, code: &str, renewal: &Renewal) -> Outcome<FactorRow> {
    let mut row = own_factor(tx, desk, id).await?;
    if row.state != "proposed" {
        return Err(Failure::conflict("already_decided"));
    }
    let account = store::account(tx.connection(), &row.account_id).await?;
    let mut guard = store::guard::take(tx, &account).await?;
    let now = desk.clock.now();
    let wrong = || Failure::field("/code", "otp_wrong");
    let kind_of = FactorKind::parse(&row.kind).ok_or_else(|| Failure::broken("a second factor of no kind"))?;
    let step = match kind_of {
        FactorKind::Totp => {
            let code = digits(code).ok_or_else(wrong)?;
            Some(totp_step_of(vault, &row, &code, now)?.ok_or_else(wrong)?)
        }
        FactorKind::Sms | FactorKind::Card => {
            if !use_code(tx, vault, std::slice::from_ref(&row), code, now).await? {
                return Err(wrong());
            }
            None
        }
    };
    end_kind(tx, desk, kind_of, &["in_force"], &row.id).await?;
    store::factor::set_state(tx, &row.id, "in_force", step, now).await?;
    guard.second_factor = true;
    store::guard::save(tx, &guard).await?;
    renew(tx, desk, &account.id, Some(renewal)).await?;
    ledger::append(tx, desk, Event::new(kind::SECOND_FACTOR_ENABLED, &account.id, json!({ "kind": row.kind }))).await?;
    "in_force".clone_into(&mut row.state);
    Ok(row)
}

/// Issues a card of one-time codes; an earlier card is worth nothing from now on. The codes are shown once and kept only as marks.
///
/// # Errors
/// Only ours.
pub async fn issue_card(tx: &Tx, desk: &Desk, vault: &Vault, codes: &[String], renewal: &Renewal) -> Outcome<FactorRow> {
    let id = desk.new_id(Noun::SecondFactor);
    let account = store::account(tx.connection(), &desk.actor.account_id).await?;
    let mut guard = store::guard::take(tx, &account).await?;
    end_kind(tx, desk, FactorKind::Card, &["proposed", "in_force"], &id).await?;
    let mut row = new_factor(desk, &id, FactorKind::Card, None);
    store::factor::insert(tx, row.clone()).await?;
    let marks: Vec<String> = codes.iter().map(|code| vault.mark(&id, code)).collect::<Outcome<_>>()?;
    store::factor::insert_card(tx, &id, &marks).await?;
    store::factor::set_state(tx, &id, "in_force", None, desk.clock.now()).await?;
    guard.second_factor = true;
    store::guard::save(tx, &guard).await?;
    renew(tx, desk, &account.id, Some(renewal)).await?;
    ledger::append(tx, desk, Event::new(kind::SECOND_FACTOR_ENABLED, &account.id, json!({ "kind": row.kind }))).await?;
    "in_force".clone_into(&mut row.state);
    Ok(row)
}

async fn own_factor(tx: &Tx, desk: &Desk, id: &str) -> Outcome<FactorRow> {
    let row = store::factor::one(tx.connection(), id).await?;
    if row.account_id == desk.actor.account_id { Ok(row) } else { Err(Failure::not_found()) }
}

/// Ends a second factor of one's own.
///
/// # Errors
/// `not_found`.
pub async fn end_factor(tx: &Tx, desk: &Desk, id: &str, renewal: &Renewal) -> Outcome<()> {
    let row = own_factor(tx, desk, id).await?;
    if row.state == "ended" {
        return Ok(());
    }
    let account = store::account(tx.connection(), &row.account_id).await?;
    let mut guard = store::guard::take(tx, &account).await?;
    store::factor::set_state(tx, id, "ended", None, desk.clock.now()).await?;
    let left = store::factor::of_account(tx.connection(), &account.id).await?;
    guard.second_factor = left.iter().any(|f| f.state == "in_force");
    store::guard::save(tx, &guard).await?;
    renew(tx, desk, &account.id, Some(renewal)).await?;
    ledger::append(tx, desk, Event::new(kind::SECOND_FACTOR_ENDED, &account.id, json!({ "kind": row.kind }))).await?;
    Ok(())
}

/// Ends one session of an account, or all of them. `name` is what a list calls it ([`super::super::session::session_name`]).
///
/// # Errors
/// `not_found`.
pub async fn end_sessions(tx: &Tx, desk: &Desk, account_id: &str, name: Option<&str>) -> Outcome<()> {
    let account = store::account(tx.connection(), account_id).await?;
    let sessions = store::session::of_account(tx.connection(), &account.id, desk.clock.now()).await?;
    match name {
        None => store::session::end_all(tx, &account.id, None).await?,
        Some(name) => {
            let found = sessions.iter().find(|row| name.len() == 16 && row.token_hash.starts_with(name)).ok_or_else(Failure::not_found)?;
            store::session::delete(tx, &found.token_hash).await?;
        }
    }
    let count = if name.is_some() { 1 } else { sessions.len() };
    ledger::append(tx, desk, Event::new(kind::SESSIONS_ENDED, &account.id, json!({ "count": count }))).await?;
    Ok(())
}

/// A token for a program.
#[derive(Debug, Clone)]
pub struct TokenInput {
    /// What it is for.
    pub name: String,
    /// Words of permissions, `scan` or `scan:place`.
    pub scopes: Vec<String>,
    /// Days it lives.
    pub days: i64,
}

/// Issues a token for a program of one's own. It can't do more than its owner can: `may` are the owner's permissions.
///
/// # Errors
/// `token_name_missing`, `token_scope_missing`, `token_scope_unfit` with the word, `token_days` with the most.
pub async fn issue_token(tx: &Tx, desk: &Desk, may: &[Permission], input: &TokenInput, token_hash: &str) -> Outcome<TokenRow> {
    let mut faults = Faults::new();
    let name = text::clean(&input.name);
    if name.is_empty() || text::too_long(&name, 60) {
        faults.add("/name", "token_name_missing").with("most", 60);
    }
    let mut scopes = input.scopes.clone();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        faults.add("/scopes", "token_scope_missing");
    }
    for word in &scopes {
        let place = word == "scan:place" && may.contains(&Permission::ScanRecord);
        if !place && !may.iter().any(|permission| scope_allows(word, *permission)) {
            faults.add("/scopes", "token_scope_unfit").with("value", word);
        }
    }
    if !(1..=TOKEN_DAYS).contains(&input.days) {
        faults.add("/days", "token_days").with("most", TOKEN_DAYS).with("figure", input.days);
    }
    faults.check()?;
    let now = desk.clock.now();
    let row = TokenRow {
        id: desk.new_id(Noun::ApiToken),
        account_id: desk.actor.account_id.clone(),
        name,
        token_hash: token_hash.to_owned(),
        scopes: scopes.join(" "),
        made_at: now,
        expires_at: now + input.days * clock::DAY,
        used_at: None,
        ended_at: None,
    };
    store::session::insert_token(tx, row.clone()).await?;
    let facts = json!({ "account": row.account_id, "name": row.name, "scopes": row.scopes, "expires_at": clock::rfc3339(row.expires_at) });
    ledger::append(tx, desk, Event::new(kind::API_TOKEN_ISSUED, &row.id, facts)).await?;
    Ok(row)
}

/// Ends a token of one's own. Ending it twice is the same.
///
/// # Errors
/// `not_found`.
pub async fn end_token(tx: &Tx, desk: &Desk, id: &str) -> Outcome<TokenRow> {
    let mut row = store::session::token(tx.connection(), id).await?;
    if row.account_id != desk.actor.account_id {
        return Err(Failure::not_found());
    }
    if row.ended_at.is_none() {
        row.ended_at = Some(desk.clock.now());
        store::session::end_token(tx, id, desk.clock.now()).await?;
        ledger::append(tx, desk, Event::new(kind::API_TOKEN_ENDED, id, json!({ "account": row.account_id }))).await?;
    }
    Ok(row)
}

/// Ends every session of one's own but the one at hand, which goes on under a new token.
///
/// # Errors
/// Only ours.
pub async fn end_other_sessions(tx: &Tx, desk: &Desk, renewal: &Renewal) -> Outcome<()> {
    let id = desk.actor.account_id.clone();
    let count = store::session::of_account(tx.connection(), &id, desk.clock.now()).await?.len();
    renew(tx, desk, &id, Some(renewal)).await?;
    ledger::append(tx, desk, Event::new(kind::SESSIONS_ENDED, &id, json!({ "count": count.saturating_sub(1) }))).await?;
    Ok(())
}
