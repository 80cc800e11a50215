//! What is done about the people of an organisation: inviting, joining, resetting, disabling, handing over, listing 经办人.
//!
//! Each verb checks in its own transaction that the actor looks after the organisation ([`super::super::members::looks_after`]).

use serde_json::json;

use super::super::draft;
use super::super::members::{MOST_HANDLERS, looks_after, roles_of};
use super::super::organisation::OrganisationKind;
use super::super::role::Role;
use super::super::session::token_hash;
use super::super::store;
use super::super::store::member::{HandlerRow, InvitationRow, OrganisationAdminRow};
use super::super::store::{AccountRow, GrantRow, OrganisationRow};
use super::access::put_password;
use super::account_name;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Millis, Outcome, clock, text};
use crate::ledger::{self, Event, kind};

/// How long an invitation or slip is good.
pub const INVITATION_LASTS: Millis = 7 * clock::DAY;

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub struct InviteInput {
    /// To which organisation.
    pub organisation_id: String,
    /// Who, as the inviter knows them; shown on the page that the link opens.
    pub person: String,
    /// Into which roles; only those an organisation of its kind has.
    pub roles: Vec<String>,
    /// Shall they look after the others?
    pub administers: bool,
}

async fn cared_for(tx: &Tx, desk: &Desk, organisation_id: &str) -> Outcome<OrganisationRow> {
    let organisation = store::organisation(tx.connection(), organisation_id).await?;
    let cares = looks_after(tx.connection(), &desk.actor, &desk.clock, organisation_id).await?;
    if cares { Ok(organisation) } else { Err(Failure::not_found()) }
}

/// A member of an organisation the actor looks after, and not the actor.
async fn cared_member(tx: &Tx, desk: &Desk, account_id: &str) -> Outcome<AccountRow> {
    let account = store::account(tx.connection(), account_id).await?;
    let organisation_id = account.organisation_id.clone().ok_or_else(Failure::not_found)?;
    let organisation = cared_for(tx, desk, &organisation_id).await?;
    if account.id == desk.actor.account_id {
        return Err(Failure::conflict("own_account"));
    }
    // Officers are looked after by the administrators and at the counter, so that no colleague can become another.
    let fits = OrganisationKind::parse(&organisation.kind).map_or(&[][..], roles_of);
    let grants = store::grants(tx.connection(), &account.id).await?;
    let ordinary = |word: &str| fits.iter().any(|(role, _)| role.word() == word);
    if fits.is_empty() || grants.iter().any(|g| g.state != "ended" && !ordinary(&g.role)) {
        return Err(Failure::conflict("officers_at_the_counter"));
    }
    Ok(account)
}

/// Invites somebody by a one-time link or slip; the token is shown once and kept only as its hash.
///
/// # Errors
/// `not_found`, `person_missing`, `invitation_role_missing`, `invitation_role_unfit` with the role.
pub async fn invite(tx: &Tx, desk: &Desk, input: &InviteInput, token_hash: &str) -> Outcome<InvitationRow> {
    let organisation = cared_for(tx, desk, &input.organisation_id).await?;
    let fits = OrganisationKind::parse(&organisation.kind).map_or(&[][..], roles_of);
    let (mut faults, person) = (Faults::new(), text::clean(&input.person));
    if person.is_empty() || text::too_long(&person, 40) {
        faults.add("/person", "person_missing").with("most", 40);
    }
    if input.roles.is_empty() {
        faults.add("/roles", "invitation_role_missing");
    }
    for role in &input.roles {
        if !fits.iter().any(|(fit, _)| fit.word() == role) {
            faults.add("/roles", "invitation_role_unfit").with("value", role);
        }
    }
    faults.check()?;
    let now = desk.clock.now();
    let row = InvitationRow {
        id: desk.new_id(Noun::Invitation),
        kind: "join".to_owned(),
        organisation_id: Some(organisation.id),
        account_id: None,
        person,
        roles: input.roles.join(","),
        administers: input.administers,
        token_hash: token_hash.to_owned(),
        state: "open".to_owned(),
        made_by: desk.actor.account_id.clone(),
        made_at: now,
        expires_at: now + INVITATION_LASTS,
        used_at: None,
    };
    store::member::insert_invitation(tx, row.clone()).await?;
    let facts = json!({ "organisation": row.organisation_id, "person": row.person, "roles": row.roles, "administers": row.administers });
    ledger::append(tx, desk, Event::new(kind::INVITATION_ISSUED, &row.id, facts)).await?;
    Ok(row)
}

/// Takes an invitation back.
///
/// # Errors
/// `not_found`, `already_decided`.
pub async fn revoke_invitation(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let row = store::member::invitation(tx.connection(), id).await?;
    cared_for(tx, desk, row.organisation_id.as_deref().unwrap_or_default()).await?;
    if !store::member::close_invitation(tx, id, "revoked", None, desk.clock.now()).await? {
        return Err(Failure::conflict("already_decided"));
    }
    ledger::append(tx, desk, Event::new(kind::INVITATION_REVOKED, id, json!({}))).await?;
    Ok(())
}

/// Somebody who holds a link or slip.
#[derive(Debug, Clone)]
pub struct JoinInput {
    /// The name to sign in by; not asked where a slip is for an account that is there already.
    pub account: String,
    /// How the person is shown.
    pub display_name: String,
    /// PHC string of the password chosen.
    pub password_hash: String,
}

/// Uses an invitation or slip: makes the account with its roles, or puts a new password on the one it is for. Nobody is signed in; who acts
/// is whoever the account becomes.
///
/// # Errors
/// `not_found` for what is used, revoked, over or unknown; `account_name_unfit`, `account_taken`, `person_missing`.
pub async fn join(tx: &Tx, desk: &Desk, token: &str, input: &JoinInput) -> Outcome<AccountRow> {
    let now = desk.clock.now();
    let row = store::member::invitation_by_hash(tx.connection(), &token_hash(token)).await?;
    let row = row.filter(|row| row.state == "open" && row.expires_at > now).ok_or_else(Failure::not_found)?;
    match (&row.account_id, &row.organisation_id) {
        (Some(account_id), _) => finish_reset(tx, desk, &row, account_id, &input.password_hash).await,
        (None, Some(organisation_id)) => become_member(tx, desk, &row, organisation_id, input).await,
        (None, None) => Err(Failure::not_found()),
    }
}

fn desk_of(desk: &Desk, account: &AccountRow) -> Desk {
    let mut desk = desk.clone();
    desk.actor.account_id.clone_from(&account.id);
    desk.actor.account.clone_from(&account.name);
    desk.actor.organisation_id.clone_from(&account.organisation_id);
    desk
}

async fn finish_reset(tx: &Tx, desk: &Desk, row: &InvitationRow, account_id: &str, hash: &str) -> Outcome<AccountRow> {
    let account = store::account(tx.connection(), account_id).await?;
    let desk = desk_of(desk, &account);
    if account.state != "active" || !store::member::close_invitation(tx, &row.id, "used", None, desk.clock.now()).await? {
        return Err(Failure::not_found());
    }
    put_password(tx, &desk, account_id, hash, false).await?;
    store::session::end_all(tx, account_id, None).await?;
    ledger::append(tx, &desk, Event::new(kind::PASSWORD_CHANGED, account_id, json!({ "slip": row.id }))).await?;
    Ok(account)
}

async fn become_member(tx: &Tx, desk: &Desk, row: &InvitationRow, organisation_id: &str, input: &JoinInput) -> Outcome<AccountRow> {
    let (now, today) = (desk.clock.now(), desk.clock.today().to_string());
    let mut faults = Faults::new();
    let name = faults.absorb("", account_name(&input.account));
    let display_name = text::clean(&input.display_name);
    if display_name.is_empty() || text::too_long(&display_name, 40) {
        faults.add("/display_name", "person_missing").with("most", 40);
    }
    faults.check()?;
    let account = AccountRow {
        id: desk.new_id(Noun::Account),
        name: name.unwrap_or_default(),
        display_name,
        organisation_id: Some(organisation_id.to_owned()),
        grower_id: None,
        password_hash: input.password_hash.clone(),
        state: "active".to_owned(),
        created_at: now,
    };
    let desk = desk_of(desk, &account);
    store::insert_account(tx, account.clone()).await?;
    if !store::member::close_invitation(tx, &row.id, "used", Some(&account.id), now).await? {
        return Err(Failure::not_found());
    }
    let organisation = store::organisation(tx.connection(), organisation_id).await?;
    let fits = OrganisationKind::parse(&organisation.kind).map_or(&[][..], roles_of);
    for (role, scope) in fits.iter().filter(|(role, _)| row.roles.split(',').any(|word| Role::parse(word) == Some(*role))) {
        let grant = GrantRow {
            id: desk.new_id(Noun::RoleGrant),
            account_id: account.id.clone(),
            role: role.word().to_owned(),
            scope_kind: scope.word().to_owned(),
            scope_ref: Some(organisation_id.to_owned()),
            from_day: today.clone(),
            to_day: None,
            state: "in_force".to_owned(),
            proposed_by: row.made_by.clone(),
            proposed_at: row.made_at,
            decided_by: Some(account.id.clone()),
            decided_at: Some(now),
        };
        store::insert_grant(tx, grant).await?;
    }
    if row.administers {
        name_row(tx, &desk, organisation_id, &account.id, &row.made_by).await?;
    }
    let facts = json!({ "account": account.name, "organisation": organisation_id, "roles": row.roles, "administers": row.administers, "invitation": row.id, "by": row.made_by });
    ledger::append(tx, &desk, Event::new(kind::INVITATION_USED, &account.id, facts)).await?;
    Ok(account)
}

async fn name_row(tx: &Tx, desk: &Desk, organisation_id: &str, account_id: &str, by: &str) -> Outcome<()> {
    let row = OrganisationAdminRow {
        id: desk.new_id(Noun::OrganisationAdmin),
        organisation_id: organisation_id.to_owned(),
        account_id: account_id.to_owned(),
        from_day: desk.clock.today().to_string(),
        to_day: None,
        named_by: by.to_owned(),
        named_at: desk.clock.now(),
    };
    store::member::insert_admin(tx, row).await
}

/// Names a member to look after the others. Naming somebody again does nothing.
///
/// # Errors
/// `not_found`, `own_account`, `member_left`.
pub async fn name_admin(tx: &Tx, desk: &Desk, account_id: &str) -> Outcome<()> {
    let account = store::account(tx.connection(), account_id).await?;
    let organisation_id = account.organisation_id.clone().ok_or_else(Failure::not_found)?;
    cared_for(tx, desk, &organisation_id).await?;
    if account.state != "active" {
        return Err(Failure::conflict("member_left"));
    }
    let today = desk.clock.today().to_string();
    if store::member::admins(tx.connection(), &organisation_id, &today).await?.iter().any(|row| row.account_id == account.id) {
        return Ok(());
    }
    name_row(tx, desk, &organisation_id, account_id, &desk.actor.account_id).await?;
    store::session::end_all(tx, account_id, None).await?;
    ledger::append(tx, desk, Event::new(kind::ORGANISATION_ADMIN_NAMED, account_id, json!({ "organisation": organisation_id }))).await?;
    Ok(())
}

/// Gives a member a slip to choose a new password with: the old one and every session end at once. `dead` is the hash of a password nobody
/// knows.
///
/// # Errors
/// `not_found`, `own_account`, `officers_at_the_counter`, `member_left`.
pub async fn reset_member(tx: &Tx, desk: &Desk, account_id: &str, token_hash: &str, dead: &str) -> Outcome<InvitationRow> {
    let account = cared_member(tx, desk, account_id).await?;
    if account.state != "active" {
        return Err(Failure::conflict("member_left"));
    }
    let row = slip(tx, desk, &account, token_hash, dead).await?;
    ledger::append(tx, desk, Event::new(kind::PASSWORD_RESET, account_id, json!({ "slip": row.id }))).await?;
    Ok(row)
}

/// A slip for an account, whose password and sessions end with it.
pub(super) async fn slip(tx: &Tx, desk: &Desk, account: &AccountRow, token_hash: &str, dead: &str) -> Outcome<InvitationRow> {
    let now = desk.clock.now();
    put_password(tx, desk, &account.id, dead, false).await?;
    store::member::revoke_slips(tx, &account.id, now).await?;
    store::session::end_all(tx, &account.id, None).await?;
    let row = InvitationRow {
        id: desk.new_id(Noun::Invitation),
        kind: "reset".to_owned(),
        organisation_id: None,
        account_id: Some(account.id.clone()),
        person: account.display_name.clone(),
        roles: String::new(),
        administers: false,
        token_hash: token_hash.to_owned(),
        state: "open".to_owned(),
        made_by: desk.actor.account_id.clone(),
        made_at: now,
        expires_at: now + INVITATION_LASTS,
        used_at: None,
    };
    store::member::insert_invitation(tx, row.clone()).await?;
    Ok(row)
}

/// Somebody leaves: sign-in, roles, tokens and slips end today, and what they looked after goes to the successor.
///
/// # Errors
/// `not_found`, `own_account`, `officers_at_the_counter`, `member_left`, `successor_unfit` at `/successor_id`.
pub async fn hand_over(tx: &Tx, desk: &Desk, account_id: &str, successor_id: Option<&str>) -> Outcome<()> {
    let account = cared_member(tx, desk, account_id).await?;
    if account.state == "left" {
        return Err(Failure::conflict("member_left"));
    }
    let (now, today) = (desk.clock.now(), desk.clock.today().to_string());
    let organisation_id = account.organisation_id.clone().unwrap_or_default();
    let successor = match successor_id {
        None => None,
        Some(id) => {
            let unfit = || Failure::field("/successor_id", "successor_unfit");
            let row = store::account(tx.connection(), id).await.map_err(|_| unfit())?;
            let fits = row.id != account.id && row.state == "active" && row.organisation_id == account.organisation_id;
            Some(if fits { row } else { return Err(unfit()) })
        }
    };
    for grant in store::grants(tx.connection(), account_id).await?.iter().filter(|g| g.state != "ended") {
        store::decide_grant(tx, &grant.id, "ended", Some(today.clone()), &desk.actor.account_id, now).await?;
    }
    let admins = store::member::admins(tx.connection(), &organisation_id, &today).await?;
    let cared = admins.iter().any(|row| row.account_id == account.id);
    store::member::end_admin(tx, account_id, &today).await?;
    if let Some(successor) = successor.as_ref().filter(|s| cared && !admins.iter().any(|row| row.account_id == s.id)) {
        name_row(tx, desk, &organisation_id, &successor.id, &desk.actor.account_id).await?;
        store::session::end_all(tx, &successor.id, None).await?;
    }
    let drafts = match &successor {
        Some(successor) => draft::pass_on(tx, &organisation_id, &account.id, &successor.id).await?,
        None => 0,
    };
    store::member::revoke_slips(tx, account_id, now).await?;
    store::session::end_tokens(tx, account_id, now).await?;
    store::set_account_state(tx, account_id, "left").await?;
    let successor = successor.map(|row| row.id);
    let facts = json!({ "organisation": organisation_id, "successor": successor, "looked_after": cared, "drafts": drafts });
    ledger::append(tx, desk, Event::new(kind::MEMBER_LEFT, account_id, facts)).await?;
    Ok(())
}

/// Lists a 经办人 of an organisation. Listing a name again does nothing.
///
/// # Errors
/// `not_found`, `person_missing`, `handlers_many` with the most.
pub async fn list_handler(tx: &Tx, desk: &Desk, organisation_id: &str, name: &str) -> Outcome<()> {
    cared_for(tx, desk, organisation_id).await?;
    let name = text::clean(name);
    if name.is_empty() || text::too_long(&name, 40) {
        return Err(Failure::field("/name", "person_missing").with("most", 40));
    }
    let listed = store::member::handlers(tx.connection(), organisation_id).await?;
    if listed.iter().any(|row| row.name == name) {
        return Ok(());
    }
    if listed.len() >= MOST_HANDLERS {
        return Err(Failure::field("/name", "handlers_many").with("most", MOST_HANDLERS));
    }
    let row = HandlerRow {
        id: desk.new_id(Noun::Handler),
        organisation_id: organisation_id.to_owned(),
        name: name.clone(),
        state: "listed".to_owned(),
        listed_at: desk.clock.now(),
        ended_at: None,
    };
    store::member::insert_handler(tx, row.clone()).await?;
    let facts = json!({ "organisation": organisation_id, "name": name });
    ledger::append(tx, desk, Event::new(kind::HANDLER_LISTED, &row.id, facts)).await?;
    Ok(())
}

/// Takes a 经办人 off the list; what they handled stays under their name.
///
/// # Errors
/// `not_found`.
pub async fn end_handler(tx: &Tx, desk: &Desk, id: &str) -> Outcome<()> {
    let row = store::member::handler(tx.connection(), id).await?;
    cared_for(tx, desk, &row.organisation_id).await?;
    if row.state == "listed" {
        store::member::end_handler(tx, id, desk.clock.now()).await?;
        ledger::append(tx, desk, Event::new(kind::HANDLER_ENDED, id, json!({ "organisation": row.organisation_id }))).await?;
    }
    Ok(())
}
