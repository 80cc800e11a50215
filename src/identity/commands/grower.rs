//! An account for one household: made by whoever registered it, opened by the household with a one-time slip, and good for its own
//! records alone.

use serde_json::json;

use super::super::role::{Role, ScopeKind};
use super::super::store::member::InvitationRow;
use super::super::store::{self, AccountRow, GrantRow};
use super::account_name;
use super::members::slip;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};

/// A household's account, as it is opened.
#[derive(Debug, Clone)]
pub struct GrowerAccountInput {
    /// The grower it is bound to; the caller has seen that it is in reach.
    pub grower_id: String,
    /// The name typed at sign-in.
    pub name: String,
    /// How the person is shown.
    pub display_name: String,
    /// The hash of a password nobody knows; the slip sets the first one.
    pub dead: String,
    /// The hash of the slip's token.
    pub token_hash: String,
}

/// Opens an account for a grower, with the role grower reaching that grower alone, and a slip by which the household sets its password.
/// Nobody else needs to agree: it sees nothing that whoever opens it doesn't see, and changes nothing.
///
/// # Errors
/// `account_name_unfit`, `account_taken` and `person_missing` at their fields; `grower_account_there` if one is in use.
pub async fn open_grower_account(tx: &Tx, desk: &Desk, input: &GrowerAccountInput) -> Outcome<AccountRow> {
    let mut faults = Faults::new();
    let name = faults.absorb("", account_name(&input.name));
    let display_name = text::clean(&input.display_name);
    if display_name.is_empty() || text::too_long(&display_name, 60) {
        faults.add("/display_name", "person_missing").with("most", 60);
    }
    faults.check()?;
    let before = store::accounts_of_grower(tx.connection(), &input.grower_id).await?;
    if let Some(other) = before.into_iter().find(|account| account.state == "active") {
        return Err(Failure::conflict("grower_account_there").with("value", other.name));
    }
    let (now, today) = (desk.clock.now(), desk.clock.today().to_string());
    let account = AccountRow {
        id: desk.new_id(Noun::Account),
        name: name.unwrap_or_default(),
        display_name,
        organisation_id: None,
        grower_id: Some(input.grower_id.clone()),
        password_hash: input.dead.clone(),
        state: "active".to_owned(),
        created_at: now,
    };
    store::insert_account(tx, account.clone()).await?;
    let grant = GrantRow {
        id: desk.new_id(Noun::RoleGrant),
        account_id: account.id.clone(),
        role: Role::Grower.word().to_owned(),
        scope_kind: ScopeKind::Grower.word().to_owned(),
        scope_ref: Some(input.grower_id.clone()),
        from_day: today,
        to_day: None,
        state: "in_force".to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: now,
        decided_by: Some(desk.actor.account_id.clone()),
        decided_at: Some(now),
    };
    store::insert_grant(tx, grant.clone()).await?;
    let slip = slip(tx, desk, &account, &input.token_hash, &input.dead).await?;
    let facts = json!({ "account": account.name, "grower": input.grower_id, "role": grant.role, "grant": grant.id, "slip": slip.id });
    ledger::append(tx, desk, Event::new(kind::ACCOUNT_CREATED, &account.id, facts)).await?;
    Ok(account)
}

/// A new slip for a grower's account: the password and every session end at once.
///
/// # Errors
/// `not_found` where the grower has no account in use.
pub async fn reset_grower_account(tx: &Tx, desk: &Desk, grower_id: &str, token_hash: &str, dead: &str) -> Outcome<InvitationRow> {
    let accounts = store::accounts_of_grower(tx.connection(), grower_id).await?;
    let account = accounts.into_iter().find(|account| account.state == "active").ok_or_else(Failure::not_found)?;
    let row = slip(tx, desk, &account, token_hash, dead).await?;
    ledger::append(tx, desk, Event::new(kind::PASSWORD_RESET, &account.id, json!({ "slip": row.id }))).await?;
    Ok(row)
}
