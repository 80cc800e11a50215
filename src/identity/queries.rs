//! Reading who somebody is and how far they see.

pub mod access;

use super::role::{Permission, Role, ScopeKind};
use super::session::{Carrier, TOKEN_PREFIX, token_hash};
use super::sign_in::SignInRules;
use super::store::guard::GuardRow;
use super::store::{self, AccountRow, GrantRow, OrganisationFilter, OrganisationRow};
use crate::db::Db;
use crate::kernel::actor::division_prefix;
use crate::kernel::{Actor, Clock, Day, Failure, Millis, Outcome, Scope};

/// Somebody signed in: the account, and for every grant in force today its role and reach.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The account.
    pub account: AccountRow,
    /// Grants in force today.
    pub grants: Vec<(Role, Scope)>,
    /// Has it a second factor in force?
    pub second_factor: bool,
    /// What has to be done before anything else is allowed: `password_change_needed` or `second_factor_needed`.
    pub held_back: Option<&'static str>,
    /// The hash of its session's token.
    pub session: Option<String>,
    /// The program's token it came with.
    pub api_token: Option<String>,
    /// What that token is limited to.
    pub scopes: Option<Vec<String>>,
    /// When it was last seen.
    pub seen_at: Millis,
}

impl SignedIn {
    /// The actor for one permission, or `None` if no grant carries it.
    pub fn acting(&self, permission: Permission) -> Option<Actor> {
        let mut scope = Scope::default();
        let in_scopes = self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|word| super::role::scope_allows(word, permission)));
        for (role, reach) in &self.grants {
            if in_scopes && role.may(permission) {
                scope.widen(reach.clone());
            }
        }
        (!scope.is_empty()).then(|| self.actor(scope))
    }
    /// The actor where being signed in is enough; reaches nothing by itself.
    pub fn as_anybody(&self) -> Actor {
        self.actor(Scope::default())
    }
    /// The permissions its roles carry, as words.
    pub fn permissions(&self) -> Vec<&'static str> {
        Permission::ALL.iter().filter(|p| self.acting(**p).is_some()).map(|p| p.word()).collect()
    }
    /// Has it this role today?
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|(r, _)| *r == role)
    }
    /// Does the token it came with carry this word? A sign-in carries every one.
    pub fn carries(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|word| word == scope))
    }
    fn actor(&self, scope: Scope) -> Actor {
        Actor {
            account_id: self.account.id.clone(),
            account: self.account.name.clone(),
            organisation_id: self.account.organisation_id.clone(),
            handled_by: None,
            scope,
        }
    }
}

/// Is it for staff, who must have a second factor where the settings require one?
fn is_staff(role: Role) -> bool {
    !matches!(role, Role::Producer | Role::Grower | Role::Seller | Role::Printer)
}

/// What has to be done first.
fn held_back(rules: &SignInRules, guard: &GuardRow, grants: &[(Role, Scope)], now: Millis) -> Option<&'static str> {
    let old = rules.profile.lasts().is_some_and(|lasts| guard.password_set_at + lasts <= now);
    if guard.must_change || old {
        return Some("password_change_needed");
    }
    let needed = rules.factor_required && !guard.second_factor && grants.iter().any(|(role, _)| is_staff(*role));
    needed.then_some("second_factor_needed")
}

/// An account as it stands after a sign-in.
pub(super) async fn standing(db: &Db, clock: &Clock, rules: &SignInRules, account: AccountRow) -> Outcome<SignedIn> {
    let grants = store::grants(db.reader(), &account.id).await?;
    build(db, clock, rules, account, &grants).await
}

async fn build(db: &Db, clock: &Clock, rules: &SignInRules, account: AccountRow, grants: &[GrantRow]) -> Outcome<SignedIn> {
    let grants = reach(db, &account, grants, clock.today()).await?;
    let guard = store::guard::read(db.reader(), &account).await?;
    let held_back = held_back(rules, &guard, &grants, clock.now());
    Ok(SignedIn {
        second_factor: guard.second_factor,
        held_back,
        account,
        grants,
        session: None,
        api_token: None,
        scopes: None,
        seen_at: clock.now(),
    })
}

/// Who carries this token, if it is one of `carrier`'s that has neither expired nor lain idle too long, and its account is active.
///
/// # Errors
/// Only ours.
pub async fn who(db: &Db, clock: &Clock, rules: &SignInRules, token: &str, carrier: Carrier) -> Outcome<Option<SignedIn>> {
    let (hash, now) = (token_hash(token), clock.now());
    if token.starts_with(TOKEN_PREFIX) {
        return if carrier == Carrier::Bearer { program(db, clock, rules, &hash).await } else { Ok(None) };
    }
    let Some((session, account, grants)) = store::session::signed_in(db.reader(), &hash, carrier.word(), now).await? else {
        return Ok(None);
    };
    let idle = rules.profile.idle().is_some_and(|most| session.seen_at.max(session.created_at) + most <= now);
    if idle || account.state != "active" {
        return Ok(None);
    }
    let signed_in = build(db, clock, rules, account, &grants).await?;
    Ok(Some(SignedIn { session: Some(hash), seen_at: session.seen_at, ..signed_in }))
}

/// Whoever's program carries this token: its owner, limited to its scopes.
async fn program(db: &Db, clock: &Clock, rules: &SignInRules, hash: &str) -> Outcome<Option<SignedIn>> {
    let now = clock.now();
    let Some(row) = store::session::token_by_hash(db.reader(), hash).await? else { return Ok(None) };
    let account = store::account(db.reader(), &row.account_id).await?;
    if row.ended_at.is_some() || row.expires_at <= now || account.state != "active" {
        return Ok(None);
    }
    let scopes = row.scopes.split(' ').map(str::to_owned).collect();
    let signed_in = standing(db, clock, rules, account).await?;
    Ok(Some(SignedIn { api_token: Some(row.id), scopes: Some(scopes), seen_at: row.used_at.unwrap_or(0), ..signed_in }))
}

/// An account with the grants in force today, without a sign-in: for the demonstration and for jobs that act for somebody.
///
/// # Errors
/// `not_found`.
pub async fn standing_of(db: &Db, clock: &Clock, name: &str) -> Outcome<SignedIn> {
    let account = store::account_by_name(db.reader(), name).await?.ok_or_else(Failure::not_found)?;
    let rules = SignInRules { profile: super::profile::PasswordProfile::Asvs, factor_required: false };
    standing(db, clock, &rules, account).await
}

async fn reach(db: &Db, account: &AccountRow, grants: &[GrantRow], today: Day) -> Outcome<Vec<(Role, Scope)>> {
    let today = today.to_string();
    let mut out = Vec::with_capacity(grants.len());
    for grant in grants {
        let in_force = grant.state == "in_force" && grant.from_day <= today && grant.to_day.as_ref().is_none_or(|to| today < *to);
        let (Some(role), Some(kind)) = (Role::parse(&grant.role), ScopeKind::parse(&grant.scope_kind)) else { continue };
        if !in_force {
            continue;
        }
        let mut scope = Scope::default();
        let reference = grant.scope_ref.clone().or_else(|| account.organisation_id.clone());
        match (kind, reference) {
            (ScopeKind::All, _) => scope.all = true,
            (ScopeKind::Organisation, Some(id)) => scope.organisations.push(id),
            (ScopeKind::Rights, Some(id)) => scope.holders.push(id),
            (ScopeKind::Grower, Some(id)) => scope.growers.push(id),
            (ScopeKind::Division, Some(code)) => {
                scope.divisions =
                    store::division_lineage(db.reader(), &code).await?.iter().map(|c| division_prefix(c).to_owned()).collect();
            }
            (_, None) => continue,
        }
        out.push((role, scope));
    }
    Ok(out)
}

/// Keeps a refused act of somebody signed in, in a transaction of its own.
///
/// # Errors
/// Only ours.
pub async fn record_refused(db: &Db, clock: &Clock, account_id: &str, method: &str, path: &str, code: &'static str) -> Outcome<()> {
    let (at, account_id, method, path) = (clock.now(), account_id.to_owned(), method.to_owned(), path.to_owned());
    db.write(move |tx| {
        let (account_id, method, path) = (account_id.clone(), method.clone(), path.clone());
        Box::pin(async move { store::insert_refused(tx, at, &account_id, &method, &path, code).await })
    })
    .await
}

/// The organisations an actor's scope reaches, after `cursor`.
///
/// # Errors
/// Only ours.
pub async fn organisations(
    db: &Db,
    actor: &Actor,
    kind: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<OrganisationRow>, Option<String>)> {
    let mut kept = Vec::new();
    let mut cursor = cursor.map(str::to_owned);
    loop {
        let page = store::organisations(db.reader(), cursor.as_deref(), kind, 500).await?;
        let end = page.len() < 500;
        for row in page {
            cursor = Some(row.id.clone());
            if actor.scope.reaches_organisation(&row.id, Some(&row.division_code)) {
                kept.push(row);
                if kept.len() as u64 == limit {
                    return Ok((kept, cursor));
                }
            }
        }
        if end {
            return Ok((kept, None));
        }
    }
}

/// The organisations an actor's scope reaches, narrowed, after `cursor`.
///
/// # Errors
/// Only ours.
pub async fn organisations_found(
    db: &Db,
    actor: &Actor,
    filter: &OrganisationFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<OrganisationRow>, Option<String>)> {
    let mut rows = store::organisations_within(db.reader(), &actor.scope, filter, cursor, limit + 1).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok((rows, next))
}

/// Accounts after `cursor`.
///
/// # Errors
/// Only ours.
pub async fn accounts(db: &Db, cursor: Option<&str>, limit: u64) -> Outcome<Vec<AccountRow>> {
    store::accounts(db.reader(), cursor, limit).await
}

/// How people call an account; nothing if there is none with this id.
///
/// # Errors
/// Only ours.
pub async fn display_name(db: &Db, id: &str) -> Outcome<Option<String>> {
    match store::account(db.reader(), id).await {
        Ok(row) => Ok(Some(row.display_name)),
        Err(failure) if failure.says("not_found") => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// An account by its sign-in name.
///
/// # Errors
/// Only ours.
pub async fn account_named(db: &Db, name: &str) -> Outcome<Option<AccountRow>> {
    store::account_by_name(db.reader(), name).await
}
