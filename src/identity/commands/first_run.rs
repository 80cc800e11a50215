//! The first administrators, made over the web while there is no account at all. 等保 keeps three administrators apart, and a role is
//! confirmed by a second security administrator: four people, each of whom must change the password typed here at the first sign-in.

use super::{AccountInput, GrantInput, create_account, grant_role_at_start};
use crate::db::Tx;
use crate::identity::role::{Role, ScopeKind};
use crate::identity::store;
use crate::kernel::{Desk, Failure, Outcome};

/// Who is needed, by the word of the field, in this order.
pub const FIRST: [(&str, Role); 4] =
    [("system", Role::AdminSystem), ("security", Role::AdminSecurity), ("second", Role::AdminSecurity), ("audit", Role::AdminAudit)];

/// One of the first administrators.
#[derive(Debug, Clone)]
pub struct FirstPerson {
    /// Which.
    pub role: Role,
    /// Sign-in name.
    pub account: String,
    /// Shown name.
    pub display_name: String,
    /// Hash of the password to begin with.
    pub password_hash: String,
}

/// Makes them all, or none. Only while there is no account: of two at once one is refused.
///
/// # Errors
/// `first_run_over`; `account_name_unfit`, `account_taken` at `/account_<word>`.
pub async fn make_first_administrators(tx: &Tx, desk: &Desk, people: &[FirstPerson]) -> Outcome<()> {
    if store::count_accounts(tx.connection()).await? > 0 {
        return Err(Failure::conflict("first_run_over"));
    }
    for (person, (word, _)) in people.iter().zip(FIRST) {
        let input = AccountInput {
            name: person.account.clone(),
            display_name: person.display_name.clone(),
            password_hash: person.password_hash.clone(),
            organisation_id: None,
            grower_id: None,
            must_change: true,
        };
        let account = create_account(tx, desk, &input).await.map_err(|failure| at(failure, word))?;
        let from = desk.clock.today();
        let grant = GrantInput { account_id: account.id, role: person.role, scope_kind: ScopeKind::All, scope_ref: None, from, to: None };
        grant_role_at_start(tx, &desk.clock, &desk.random, &grant).await?;
    }
    // The ledger's head is locked by now: whoever else made accounts meanwhile has committed, and is seen.
    let made = u64::try_from(people.len()).unwrap_or(u64::MAX);
    if store::count_accounts(tx.connection()).await? != made {
        return Err(Failure::conflict("first_run_over"));
    }
    Ok(())
}

/// A fault of one person's account stands at that person's field.
fn at(mut failure: Failure, word: &str) -> Failure {
    for fault in &mut failure.fields {
        fault.pointer = format!("/account_{word}");
    }
    failure
}
