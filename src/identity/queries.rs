//! Reading who somebody is and how far they see.

use super::password;
use super::role::{Permission, Role, ScopeKind};
use super::session::{Carrier, new_token, token_hash};
use super::store::{self, AccountRow, GrantRow, OrganisationRow};
use crate::db::Db;
use crate::kernel::actor::division_prefix;
use crate::kernel::{Actor, Clock, Day, Failure, Millis, Outcome, Random, Scope};

/// Somebody signed in: the account, and for every grant in force today its role and reach.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The account.
    pub account: AccountRow,
    /// Grants in force today.
    pub grants: Vec<(Role, Scope)>,
}

impl SignedIn {
    /// The actor for one permission, or `None` if no grant carries it.
    pub fn acting(&self, permission: Permission) -> Option<Actor> {
        let mut scope = Scope::default();
        for (role, reach) in &self.grants {
            if role.may(permission) {
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
        Permission::ALL.iter().filter(|p| self.grants.iter().any(|(role, _)| role.may(**p))).map(|p| p.word()).collect()
    }
    /// Has it this role today?
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|(r, _)| *r == role)
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

/// Who carries this token, if it is one of `carrier`'s that has not expired and its account is active.
///
/// # Errors
/// Only ours.
pub async fn who(db: &Db, clock: &Clock, token: &str, carrier: Carrier) -> Outcome<Option<SignedIn>> {
    let found = store::signed_in(db.reader(), &token_hash(token), carrier.word(), clock.now()).await?;
    match found {
        Some((account, grants)) if account.state == "active" => {
            let grants = reach(db, &account, &grants, clock.today()).await?;
            Ok(Some(SignedIn { account, grants }))
        }
        _ => Ok(None),
    }
}

/// An account with the grants in force today, without a sign-in: for the demonstration and for jobs that act for somebody.
///
/// # Errors
/// `not_found`.
pub async fn standing_of(db: &Db, clock: &Clock, name: &str) -> Outcome<SignedIn> {
    let account = store::account_by_name(db.reader(), name).await?.ok_or_else(Failure::not_found)?;
    let grants = store::grants(db.reader(), &account.id).await?;
    let grants = reach(db, &account, &grants, clock.today()).await?;
    Ok(SignedIn { account, grants })
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

/// A sign-in that worked.
#[derive(Debug)]
pub struct FreshSession {
    /// Shown once.
    pub token: String,
    /// When it ends.
    pub expires_at: Millis,
    /// Who.
    pub signed_in: SignedIn,
}

/// Signs in. Unknown account, wrong password and disabled account answer alike and take equally long.
///
/// # Errors
/// `sign_in_refused`.
pub async fn sign_in(
    db: &Db,
    clock: &Clock,
    random: &Random,
    account: &str,
    password_typed: &str,
    carrier: Carrier,
) -> Outcome<FreshSession> {
    let found = store::account_by_name(db.reader(), &crate::kernel::text::clean(account)).await?;
    let stored = found.as_ref().map(|a| a.password_hash.clone());
    let right = password::verify(password_typed.to_owned(), stored).await?;
    let account = match found {
        Some(account) if right && account.state == "active" => account,
        _ => return Err(Failure::conflict("sign_in_refused")),
    };
    let token = new_token(random);
    let (now, expires_at) = (clock.now(), clock.now() + carrier.lasts());
    let (hash, id) = (token_hash(&token), account.id.clone());
    db.write_always(move |tx| {
        let (hash, id) = (hash.clone(), id.clone());
        Box::pin(async move { store::insert_session(tx, &hash, &id, carrier.word(), now, expires_at).await })
    })
    .await?;
    let grants = store::grants(db.reader(), &account.id).await?;
    let grants = reach(db, &account, &grants, clock.today()).await?;
    Ok(FreshSession { token, expires_at, signed_in: SignedIn { account, grants } })
}

/// Ends a session. Ending it twice is the same.
///
/// # Errors
/// Only ours.
pub async fn sign_out(db: &Db, token: &str) -> Outcome<()> {
    let hash = token_hash(token);
    db.write(move |tx| {
        let hash = hash.clone();
        Box::pin(async move { store::delete_session(tx, &hash).await })
    })
    .await
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
