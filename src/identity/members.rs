//! The people of an organisation: its accounts, who looks after them, open invitations, and the 经办人 who share a device.
//!
//! Looking after people is no role (roles say what may be done to goods and facts): it is a dated property of a membership. Whoever has it
//! invites, resets, disables and hands over within the own organisation; the office does it for every organisation within its reach.

use super::organisation::OrganisationKind;
use super::role::{Role, ScopeKind};
use super::store;
use super::store::member::{HandlerRow, InvitationRow, RecoveryRow};
use super::store::{AccountRow, OrganisationRow};
use crate::db::Db;
use crate::kernel::{Actor, Clock, Failure, Outcome};

/// How many people share the devices of one organisation, at most.
pub const MOST_HANDLERS: usize = 60;

/// The roles an invitation to an organisation of this kind may carry, each with the kind of scope it gets. Officers and administrators are
/// never invited into a role: those are proposed and confirmed by two security administrators.
pub fn roles_of(kind: OrganisationKind) -> &'static [(Role, ScopeKind)] {
    match kind {
        OrganisationKind::Producer => &[(Role::Producer, ScopeKind::Organisation)],
        OrganisationKind::Seller => &[(Role::Seller, ScopeKind::Organisation)],
        OrganisationKind::Holder => &[(Role::Holder, ScopeKind::Rights)],
        OrganisationKind::Printer => &[(Role::Printer, ScopeKind::Organisation)],
        OrganisationKind::Authority => &[],
    }
}

/// One person of an organisation.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub account: AccountRow,
    /// Roles in force today.
    pub roles: Vec<String>,
    /// Looks after the others today.
    pub administers: bool,
}

/// An organisation with its people.
#[derive(Debug, Clone)]
pub struct House {
    /// The organisation.
    pub organisation: OrganisationRow,
    /// Its accounts.
    pub members: Vec<Member>,
    /// Open invitations.
    pub invitations: Vec<InvitationRow>,
    /// 经办人 listed now.
    pub handlers: Vec<HandlerRow>,
}

/// Does `actor` look after the people of this organisation today? By being named for it, or by a scope that reaches the organisation.
///
/// # Errors
/// `not_found` for an unknown organisation.
pub async fn looks_after<C: sea_orm::ConnectionTrait>(
    connection: &C,
    actor: &Actor,
    clock: &Clock,
    organisation_id: &str,
) -> Outcome<bool> {
    let organisation = store::organisation(connection, organisation_id).await?;
    if actor.scope.reaches_organisation(organisation_id, Some(&organisation.division_code)) {
        return Ok(true);
    }
    let today = clock.today().to_string();
    let admins = store::member::admins(connection, organisation_id, &today).await?;
    Ok(admins.iter().any(|row| row.account_id == actor.account_id))
}

/// The organisation with its people, for whoever looks after them.
///
/// # Errors
/// `not_found` for everybody else.
pub async fn house(db: &Db, actor: &Actor, clock: &Clock, organisation_id: &str) -> Outcome<House> {
    if !looks_after(db.reader(), actor, clock, organisation_id).await? {
        return Err(Failure::not_found());
    }
    let (organisation, today) = (store::organisation(db.reader(), organisation_id).await?, clock.today().to_string());
    let admins = store::member::admins(db.reader(), organisation_id, &today).await?;
    let mut members = Vec::new();
    for account in store::member::members(db.reader(), organisation_id).await? {
        let grants = store::grants(db.reader(), &account.id).await?;
        let in_force =
            |g: &&store::GrantRow| g.state == "in_force" && g.from_day <= today && g.to_day.as_ref().is_none_or(|to| today < *to);
        members.push(Member {
            roles: grants.iter().filter(in_force).map(|g| g.role.clone()).collect(),
            administers: admins.iter().any(|row| row.account_id == account.id),
            account,
        });
    }
    let invitations = store::member::open_invitations(db.reader(), organisation_id, clock.now()).await?;
    Ok(House { organisation, members, invitations, handlers: store::member::handlers(db.reader(), organisation_id).await? })
}

/// The names of the 经办人 of an organisation.
///
/// # Errors
/// Only ours.
pub async fn handler_names(db: &Db, organisation_id: &str) -> Outcome<Vec<String>> {
    Ok(store::member::handlers(db.reader(), organisation_id).await?.into_iter().map(|row| row.name).collect())
}

/// An invitation or slip that is still open, with its organisation, by the token somebody holds.
///
/// # Errors
/// `not_found`: unknown, used, revoked and over answer alike.
pub async fn open_invitation(db: &Db, clock: &Clock, token: &str) -> Outcome<(InvitationRow, Option<OrganisationRow>)> {
    let hash = super::session::token_hash(token);
    let row = store::member::invitation_by_hash(db.reader(), &hash).await?;
    let row = row.filter(|row| row.state == "open" && row.expires_at > clock.now()).ok_or_else(Failure::not_found)?;
    let organisation = match &row.organisation_id {
        Some(id) => Some(store::organisation(db.reader(), id).await?),
        None => None,
    };
    Ok((row, organisation))
}

/// Is the account within the actor's reach for a reset at a counter? Accounts without an organisation only for whoever sees everything.
///
/// # Errors
/// Only ours.
pub async fn recovers<C: sea_orm::ConnectionTrait>(connection: &C, actor: &Actor, account: &AccountRow) -> Outcome<bool> {
    Ok(match &account.organisation_id {
        _ if actor.scope.all => true,
        Some(id) => {
            let organisation = store::organisation(connection, id).await?;
            actor.scope.reaches_organisation(id, Some(&organisation.division_code))
        }
        None => false,
    })
}

/// Resets that wait for a second officer, within the actor's reach, each with its account.
///
/// # Errors
/// Only ours.
pub async fn waiting_recoveries(db: &Db, actor: &Actor) -> Outcome<Vec<(RecoveryRow, AccountRow)>> {
    let mut out = Vec::new();
    for row in store::member::waiting_recoveries(db.reader()).await? {
        let account = store::account(db.reader(), &row.account_id).await?;
        if recovers(db.reader(), actor, &account).await? {
            out.push((row, account));
        }
    }
    Ok(out)
}
