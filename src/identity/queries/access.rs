//! Reading what belongs to an account's sign-in: sessions, second factors, tokens, what became of its tries.

use super::super::factor::{FactorKind, masked};
use super::super::role::Permission;
use super::super::session::session_name;
use super::super::store;
use super::super::store::AccountRow;
use super::super::store::session::{SessionRow, SignInRow, TokenRow};
use super::super::vault::Vault;
use super::SignedIn;
use crate::db::Db;
use crate::kernel::{Clock, Failure, Millis, Outcome};

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// What it is ended by.
    pub name: String,
    /// `page` or `bearer`.
    pub kind: String,
    /// Since when.
    pub created_at: Millis,
    /// Last use.
    pub seen_at: Millis,
    /// Until when at the latest.
    pub expires_at: Millis,
    /// The network it was opened from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
    /// Is it the one this is read with?
    pub current: bool,
}

/// The sessions of an account.
///
/// # Errors
/// Only ours.
pub async fn sessions(db: &Db, clock: &Clock, account_id: &str, current: Option<&str>) -> Outcome<Vec<SessionView>> {
    let rows = store::session::of_account(db.reader(), account_id, clock.now()).await?;
    let view = |row: SessionRow| SessionView {
        name: session_name(&row.token_hash).to_owned(),
        current: current == Some(row.token_hash.as_str()),
        seen_at: row.seen_at.max(row.created_at),
        kind: row.kind,
        created_at: row.created_at,
        expires_at: row.expires_at,
        address: row.address,
        agent: row.agent,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A second factor as its owner sees it.
#[derive(Debug, Clone)]
pub struct FactorView {
    /// `fct_…`
    pub id: String,
    /// What it is.
    pub kind: FactorKind,
    /// `proposed` or `in_force`.
    pub state: String,
    /// Since when.
    pub made_at: Millis,
    /// Codes left on a card.
    pub left: Option<u64>,
    /// The telephone, masked.
    pub phone: Option<String>,
}

/// The second factors of an account that are not ended.
///
/// # Errors
/// Only ours.
pub async fn factors(db: &Db, vault: &Vault, account_id: &str) -> Outcome<Vec<FactorView>> {
    let mut out = Vec::new();
    for row in store::factor::of_account(db.reader(), account_id).await? {
        let Some(kind) = FactorKind::parse(&row.kind) else { continue };
        let left = if kind == FactorKind::Card { Some(store::factor::card_left(db.reader(), &row.id).await?) } else { None };
        let phone = match (kind, &row.secret) {
            (FactorKind::Sms, Some(sealed)) => Some(masked(&String::from_utf8_lossy(&vault.unseal(&row.id, sealed)?))),
            _ => None,
        };
        out.push(FactorView { id: row.id, kind, state: row.state, made_at: row.made_at, left, phone });
    }
    Ok(out)
}

/// The secret of an authenticator that is being set up, for its owner alone.
///
/// # Errors
/// `not_found` for anything else.
pub async fn setting_up(db: &Db, vault: &Vault, account_id: &str, id: &str) -> Outcome<(FactorKind, Vec<u8>)> {
    let row = store::factor::one(db.reader(), id).await?;
    let kind = FactorKind::parse(&row.kind).filter(|_| row.account_id == account_id && row.state == "proposed");
    let (kind, sealed) = kind.zip(row.secret).ok_or_else(Failure::not_found)?;
    Ok((kind, vault.unseal(&row.id, &sealed)?))
}

/// The tokens of an account's programs, newest first.
///
/// # Errors
/// Only ours.
pub async fn tokens(db: &Db, account_id: &str) -> Outcome<Vec<TokenRow>> {
    store::session::tokens(db.reader(), account_id).await
}

/// The scopes a token of this person may carry.
pub fn scopes(who: &SignedIn) -> Vec<&'static str> {
    let scans = who.acting(Permission::ScanRecord).is_some();
    let special = if scans { &["scan", "scan:place"][..] } else { &[] };
    special.iter().copied().chain(who.permissions()).collect()
}

/// The permissions of this person, for [`super::super::commands::access::issue_token`].
pub fn permissions(who: &SignedIn) -> Vec<Permission> {
    Permission::ALL.iter().copied().filter(|p| who.acting(*p).is_some()).collect()
}

/// What became of sign-ins, newest first: of one account, or of all.
///
/// # Errors
/// Only ours.
pub async fn sign_ins(db: &Db, account_id: Option<&str>, cursor: Option<i64>, limit: u64) -> Outcome<Vec<SignInRow>> {
    store::session::records(db.reader(), account_id, cursor, limit).await
}

/// Which of these accounts are locked at this moment.
///
/// # Errors
/// Only ours.
pub async fn locked(db: &Db, clock: &Clock, ids: &[String]) -> Outcome<Vec<String>> {
    store::guard::locked(db.reader(), ids, clock.now()).await
}

/// One account.
///
/// # Errors
/// `not_found`.
pub async fn account(db: &Db, id: &str) -> Outcome<AccountRow> {
    store::account(db.reader(), id).await
}

/// The roles of an account, ended ones too.
///
/// # Errors
/// Only ours.
pub async fn grants(db: &Db, account_id: &str) -> Outcome<Vec<store::GrantRow>> {
    store::grants(db.reader(), account_id).await
}

/// What a list of accounts is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Part of the name or the shown name.
    pub words: Option<String>,
    /// `active`, `disabled` or `left`.
    pub state: Option<String>,
}

/// Accounts after `cursor`.
///
/// # Errors
/// Only ours.
pub async fn accounts(db: &Db, filter: &AccountFilter, cursor: Option<&str>, limit: u64) -> Outcome<Vec<AccountRow>> {
    store::accounts_like(db.reader(), filter.words.as_deref(), filter.state.as_deref(), cursor, limit).await
}

/// Is a password to be changed, and until when is the account locked?
///
/// # Errors
/// Only ours.
pub async fn guard(db: &Db, account: &AccountRow) -> Outcome<store::guard::GuardRow> {
    store::guard::read(db.reader(), account).await
}
