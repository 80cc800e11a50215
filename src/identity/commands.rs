//! What is done to organisations, accounts and roles. Every act is one event.

pub mod access;
pub mod change;
pub mod first_run;
pub mod grower;
pub mod members;
pub mod recovery;

use serde_json::json;

use super::credit_code::CreditCode;
use super::organisation::{OrganisationInput, OrganisationKind};
use super::role::{Role, ScopeKind};
use super::store::{self, AccountRow, GrantRow, OrganisationRow};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Clock, Day, Desk, Failure, Outcome, Random, text};
use crate::ledger::{self, Event, kind};

/// Registers an organisation.
///
/// # Errors
/// `credit_code_*` with what would be right, `credit_code_taken`, `name_missing`, `division_unknown`.
pub async fn register_organisation(tx: &Tx, desk: &Desk, input: &OrganisationInput, demo: bool) -> Outcome<OrganisationRow> {
    let mut faults = Faults::new();
    let name = text::clean(&input.name);
    if name.is_empty() || text::too_long(&name, 120) {
        faults.add("/name", "name_missing");
    }
    if !store::division_exists(tx.connection(), &input.division_code).await? {
        faults.add("/division_code", "division_unknown").with("value", &input.division_code);
    }
    let evidence = input.credit_code_evidence.as_deref().map(text::clean).filter(|e| !e.is_empty());
    let credit_code = match (&input.credit_code, input.kind) {
        (Some(code), _) => {
            let read = if evidence.is_some() { CreditCode::parse_on_evidence(code) } else { CreditCode::parse(code) };
            faults.absorb("", read.map_err(|problem| problem.refuse("/credit_code"))).map(|c| c.as_str().to_owned())
        }
        (None, OrganisationKind::Authority) => None,
        (None, _) => {
            faults.add("/credit_code", "credit_code_missing");
            None
        }
    };
    if !desk.actor.scope.reaches_division(&input.division_code) {
        faults.add("/division_code", "outside_your_region").with("value", &input.division_code);
    }
    faults.check()?;
    let row = OrganisationRow {
        id: desk.new_id(Noun::Organisation),
        kind: input.kind.word().to_owned(),
        name,
        credit_code,
        credit_code_evidence: evidence,
        division_code: input.division_code.clone(),
        contact: input.contact.as_deref().map(text::clean),
        state: "active".to_owned(),
        demo,
        registered_at: desk.clock.now(),
    };
    store::insert_organisation(tx, row.clone()).await?;
    let facts = json!({ "name": row.name, "kind": row.kind, "credit_code": row.credit_code, "evidence": row.credit_code_evidence, "division_code": row.division_code });
    ledger::append(tx, desk, Event::new(kind::ORGANISATION_REGISTERED, &row.id, facts)).await?;
    Ok(row)
}

/// What is asked of somebody who makes an account.
#[derive(Debug, Clone)]
pub struct AccountInput {
    /// The name typed at sign-in: 2–40 letters, digits, `.`, `-`, `_` or Chinese characters.
    pub name: String,
    /// How the person is shown.
    pub display_name: String,
    /// PHC string made by [`super::password::hash`].
    pub password_hash: String,
    /// The organisation it belongs to.
    pub organisation_id: Option<String>,
    /// The grower whose own view it is.
    pub grower_id: Option<String>,
    /// Somebody else chose the password: it must be changed at the first sign-in.
    pub must_change: bool,
}

/// Is this a name somebody can sign in by: 2–40 letters, digits, `.`, `-`, `_` or Chinese characters?
///
/// # Errors
/// `account_name_unfit` at `/account`.
pub(super) fn account_name(typed: &str) -> Outcome<String> {
    let name = text::clean(typed);
    let fits = (2..=40).contains(&name.chars().count()) && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if fits && name != "system" { Ok(name) } else { Err(Failure::field("/account", "account_name_unfit").with("value", name)) }
}

/// Makes an account without any role.
///
/// # Errors
/// `account_name_unfit`, `account_taken`, `not_found` for an unknown organisation.
pub async fn create_account(tx: &Tx, desk: &Desk, input: &AccountInput) -> Outcome<AccountRow> {
    let name = account_name(&input.name)?;
    if let Some(id) = &input.organisation_id {
        store::organisation(tx.connection(), id).await?;
    }
    let row = AccountRow {
        id: desk.new_id(Noun::Account),
        name,
        display_name: text::clean(&input.display_name),
        organisation_id: input.organisation_id.clone(),
        grower_id: input.grower_id.clone(),
        password_hash: input.password_hash.clone(),
        state: "active".to_owned(),
        created_at: desk.clock.now(),
    };
    store::insert_account(tx, row.clone()).await?;
    if input.must_change {
        let mut guard = store::guard::take(tx, &row).await?;
        guard.must_change = true;
        store::guard::save(tx, &guard).await?;
    }
    let facts = json!({ "account": row.name, "organisation": row.organisation_id });
    ledger::append(tx, desk, Event::new(kind::ACCOUNT_CREATED, &row.id, facts)).await?;
    Ok(row)
}

/// Disables an account and ends its sessions at once. Disabling it again does nothing.
///
/// # Errors
/// `not_found`, `own_account`.
pub async fn disable_account(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<()> {
    let account = store::account(tx.connection(), id).await?;
    if account.id == desk.actor.account_id {
        return Err(Failure::conflict("own_account"));
    }
    if account.state != "active" {
        return Ok(());
    }
    store::set_account_state(tx, id, "disabled").await?;
    store::session::end_tokens(tx, id, desk.clock.now()).await?;
    ledger::append(tx, desk, Event::new(kind::ACCOUNT_DISABLED, id, json!({ "reason": text::clean(reason) }))).await?;
    Ok(())
}

/// Lets a disabled account sign in again; what ended with it stays ended.
///
/// # Errors
/// `not_found`, `own_account`, `member_left` where it was handed over.
pub async fn enable_account(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let account = store::account(tx.connection(), id).await?;
    match account.state.as_str() {
        _ if account.id == desk.actor.account_id => Err(Failure::conflict("own_account")),
        "active" => Ok(()),
        "left" => Err(Failure::conflict("member_left")),
        _ => {
            store::set_account_state(tx, id, "active").await?;
            ledger::append(tx, desk, Event::new(kind::ACCOUNT_ENABLED, id, json!({}))).await?;
            Ok(())
        }
    }
}

/// Ends the lock after wrong passwords before its time.
///
/// # Errors
/// `not_found`.
pub async fn unlock_account(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let account = store::account(tx.connection(), id).await?;
    let mut guard = store::guard::take(tx, &account).await?;
    guard.wrong = 0;
    guard.locked_until = 0;
    store::guard::save(tx, &guard).await?;
    ledger::append(tx, desk, Event::new(kind::ACCOUNT_UNLOCKED, id, json!({}))).await?;
    Ok(())
}

/// Sets a password again (the demo at each start, an administrator at the counter).
///
/// # Errors
/// `not_found`.
pub async fn set_password(tx: &Tx, account_id: &str, password_hash: &str) -> Outcome<()> {
    store::account(tx.connection(), account_id).await?;
    store::set_password(tx, account_id, password_hash).await
}

/// A role somebody should have.
#[derive(Debug, Clone)]
pub struct GrantInput {
    /// Whose.
    pub account_id: String,
    /// Which.
    pub role: Role,
    /// How far it reaches.
    pub scope_kind: ScopeKind,
    /// Organisation, division or grower, as the kind says.
    pub scope_ref: Option<String>,
    /// First day.
    pub from: Day,
    /// First day on which it is no longer in force.
    pub to: Option<Day>,
}

/// Proposes a role; it is in force only when another administrator confirms it.
///
/// # Errors
/// `not_found`, `administrators_apart`, `scope_unfit`.
pub async fn propose_role(tx: &Tx, desk: &Desk, input: &GrantInput) -> Outcome<GrantRow> {
    grant(tx, desk, input, false).await
}

/// Gives a role at once. Only for the machine's own command line and the demo: there is nobody yet who could confirm.
///
/// # Errors
/// As [`propose_role`].
pub async fn grant_role_at_start(tx: &Tx, clock: &Clock, random: &Random, input: &GrantInput) -> Outcome<GrantRow> {
    grant(tx, &Desk::system(clock, random), input, true).await
}

async fn grant(tx: &Tx, desk: &Desk, input: &GrantInput, at_once: bool) -> Outcome<GrantRow> {
    store::account(tx.connection(), &input.account_id).await?;
    let needs_ref = input.scope_kind != ScopeKind::All;
    if needs_ref != input.scope_ref.is_some() || input.to.is_some_and(|to| to <= input.from) {
        return Err(Failure::field("/scope", "scope_unfit"));
    }
    if input.role.is_administrator() {
        let others = store::grants(tx.connection(), &input.account_id).await?;
        let clash = others
            .iter()
            .filter(|g| g.state != "ended")
            .filter_map(|g| Role::parse(&g.role))
            .any(|r| r.is_administrator() && r != input.role);
        if clash {
            return Err(Failure::conflict("administrators_apart"));
        }
    }
    let row = GrantRow {
        id: desk.new_id(Noun::RoleGrant),
        account_id: input.account_id.clone(),
        role: input.role.word().to_owned(),
        scope_kind: input.scope_kind.word().to_owned(),
        scope_ref: input.scope_ref.clone(),
        from_day: input.from.to_string(),
        to_day: input.to.map(|d| d.to_string()),
        state: if at_once { "in_force" } else { "proposed" }.to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        decided_by: at_once.then(|| desk.actor.account_id.clone()),
        decided_at: at_once.then(|| desk.clock.now()),
    };
    store::insert_grant(tx, row.clone()).await?;
    let facts = json!({ "account": row.account_id, "role": row.role, "scope": row.scope_kind, "scope_ref": row.scope_ref, "from": row.from_day, "to": row.to_day });
    let event = if at_once { kind::ROLE_GRANTED } else { kind::ROLE_PROPOSED };
    ledger::append(tx, desk, Event::new(event, &row.id, facts)).await?;
    Ok(row)
}

/// Confirms a proposed role: somebody else than who proposed it, and not for oneself.
///
/// # Errors
/// `not_found`, `already_decided`, `second_person_needed`.
pub async fn confirm_role(tx: &Tx, desk: &Desk, id: &str) -> Outcome<GrantRow> {
    let mut row = store::grant(tx.connection(), id).await?;
    if row.state != "proposed" {
        return Err(Failure::conflict("already_decided"));
    }
    if row.proposed_by == desk.actor.account_id || row.account_id == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    store::decide_grant(tx, id, "in_force", None, &desk.actor.account_id, desk.clock.now()).await?;
    store::session::end_all(tx, &row.account_id, None).await?;
    ledger::append(tx, desk, Event::new(kind::ROLE_GRANTED, id, json!({ "account": row.account_id, "role": row.role }))).await?;
    "in_force".clone_into(&mut row.state);
    Ok(row)
}

/// Ends a role from today on.
///
/// # Errors
/// `not_found`.
pub async fn end_role(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let row = store::grant(tx.connection(), id).await?;
    if row.state == "ended" {
        return Ok(());
    }
    store::decide_grant(tx, id, "ended", Some(desk.clock.today().to_string()), &desk.actor.account_id, desk.clock.now()).await?;
    store::session::end_all(tx, &row.account_id, None).await?;
    ledger::append(tx, desk, Event::new(kind::ROLE_ENDED, id, json!({ "account": row.account_id, "role": row.role }))).await?;
    Ok(())
}
