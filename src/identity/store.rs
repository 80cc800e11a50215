//! The tables of identity.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

pub mod factor;
pub mod guard;
pub mod member;
pub mod officer;
pub mod session;

use crate::db::region::in_region;
use crate::db::{Tx, duplicate_as};
use crate::entity::{account, conflict, division, division_successor, organisation, refused_act, role_grant};
use crate::kernel::{Failure, Millis, Outcome, Scope, text};

pub use account::Model as AccountRow;
pub use conflict::Model as ConflictRow;
pub use organisation::Model as OrganisationRow;
pub use role_grant::Model as GrantRow;

pub(super) async fn insert_organisation(tx: &Tx, row: OrganisationRow) -> Outcome<()> {
    let code = row.credit_code.clone().unwrap_or_default();
    let row: organisation::ActiveModel = row.into();
    row.insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("credit_code_taken").with("value", code)))?;
    Ok(())
}

/// One organisation.
///
/// # Errors
/// `not_found`.
pub async fn organisation<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<OrganisationRow> {
    organisation::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// How an organisation is reached from now on.
pub(super) async fn set_contact(tx: &Tx, id: &str, contact: Option<String>) -> Outcome<()> {
    let change = organisation::ActiveModel { id: Set(id.to_owned()), contact: Set(contact), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// What a list of organisations is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct OrganisationFilter {
    /// One kind's word.
    pub kind: Option<String>,
    /// A part of the name, or how the credit code begins.
    pub words: Option<String>,
}

/// Organisations a scope reaches after `cursor`, in the order of their ids.
pub(super) async fn organisations_within<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &OrganisationFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<OrganisationRow>> {
    use organisation::Column as C_;
    let code = filter.words.as_deref().map(text::identifier).filter(|code| !code.is_empty());
    let said = filter.words.as_deref().map(|words| {
        let named = Condition::any().add(C_::Name.contains(words));
        named.add_option(code.map(|code| C_::CreditCode.starts_with(code)))
    });
    let narrow = Condition::all()
        .add(Condition::any().add(in_region(scope, C_::DivisionCode)).add(C_::Id.is_in(scope.organisations.iter())))
        .add_option(filter.kind.as_deref().map(|kind| C_::Kind.eq(kind)))
        .add_option(said)
        .add_option(cursor.map(|cursor| C_::Id.gt(cursor)));
    Ok(organisation::Entity::find().filter(narrow).order_by_asc(C_::Id).limit(limit).all(connection).await?)
}

/// The one organisation that somebody means by its id, its credit code, its whole name, or name and code as they are offered.
///
/// # Errors
/// Only ours.
pub async fn organisation_said<C: ConnectionTrait>(connection: &C, said: &str) -> Outcome<Option<OrganisationRow>> {
    let code = text::identifier(said.rsplit(' ').next().unwrap_or(said));
    let meant = Condition::any().add(organisation::Column::Id.eq(said)).add(organisation::Column::CreditCode.eq(code));
    if let Some(row) = organisation::Entity::find().filter(meant).one(connection).await? {
        return Ok(Some(row));
    }
    let named = organisation::Entity::find().filter(organisation::Column::Name.eq(text::clean(said))).limit(2).all(connection).await?;
    Ok(if named.len() == 1 { named.into_iter().next() } else { None })
}

/// The code of the one division of today that somebody means by its code, its name, its full name, or name and code as they are offered.
///
/// # Errors
/// Only ours.
pub async fn division_said<C: ConnectionTrait>(connection: &C, said: &str) -> Outcome<Option<String>> {
    let code = text::identifier(said.rsplit(' ').next().unwrap_or(said));
    if let Some(row) = division::Entity::find_by_id(code).one(connection).await? {
        return Ok(Some(row.code));
    }
    let name = text::clean(said);
    let named = Condition::any().add(division::Column::Name.eq(&name)).add(division::Column::FullName.eq(&name));
    let found = division::Entity::find().filter(named).filter(division::Column::Abolished.eq(false)).limit(2).all(connection).await?;
    Ok(if found.len() == 1 { found.into_iter().next().map(|row| row.code) } else { None })
}

/// The accounts by which one grower signs in, oldest first.
///
/// # Errors
/// Only ours.
pub async fn accounts_of_grower<C: ConnectionTrait>(connection: &C, grower_id: &str) -> Outcome<Vec<AccountRow>> {
    let own = account::Entity::find().filter(account::Column::GrowerId.eq(grower_id));
    Ok(own.order_by_asc(account::Column::Id).all(connection).await?)
}

/// An organisation by its registered name.
///
/// # Errors
/// Only ours.
pub async fn organisation_named<C: ConnectionTrait>(connection: &C, name: &str) -> Outcome<Option<OrganisationRow>> {
    Ok(organisation::Entity::find()
        .filter(organisation::Column::Name.eq(name))
        .order_by_asc(organisation::Column::Id)
        .one(connection)
        .await?)
}

/// An organisation by its credit code.
///
/// # Errors
/// Only ours.
pub async fn organisation_coded<C: ConnectionTrait>(connection: &C, code: &str) -> Outcome<Option<OrganisationRow>> {
    Ok(organisation::Entity::find().filter(organisation::Column::CreditCode.eq(code)).one(connection).await?)
}

/// Organisations after `cursor` in the order of their ids.
pub(super) async fn organisations<C: ConnectionTrait>(
    connection: &C,
    cursor: Option<&str>,
    kind: Option<&str>,
    limit: u64,
) -> Outcome<Vec<OrganisationRow>> {
    let mut query = organisation::Entity::find().order_by_asc(organisation::Column::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(organisation::Column::Id.gt(cursor));
    }
    if let Some(kind) = kind {
        query = query.filter(organisation::Column::Kind.eq(kind));
    }
    Ok(query.all(connection).await?)
}

pub(super) async fn insert_account(tx: &Tx, row: AccountRow) -> Outcome<()> {
    let name = row.name.clone();
    let row: account::ActiveModel = row.into();
    row.insert(tx.connection()).await.map_err(duplicate_as(|| Failure::field("/account", "account_taken").with("value", name)))?;
    Ok(())
}

/// One account.
///
/// # Errors
/// `not_found`.
pub async fn account<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<AccountRow> {
    account::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// How many accounts there are.
///
/// # Errors
/// Only ours.
pub async fn count_accounts<C: ConnectionTrait>(connection: &C) -> Outcome<u64> {
    Ok(account::Entity::find().count(connection).await?)
}

pub(super) async fn account_by_name<C: ConnectionTrait>(connection: &C, name: &str) -> Outcome<Option<AccountRow>> {
    Ok(account::Entity::find().filter(account::Column::Name.eq(name)).one(connection).await?)
}

pub(super) async fn accounts<C: ConnectionTrait>(connection: &C, cursor: Option<&str>, limit: u64) -> Outcome<Vec<AccountRow>> {
    let mut query = account::Entity::find().order_by_asc(account::Column::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(account::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Accounts whose name or shown name holds `words`, in this state, after `cursor`.
pub(super) async fn accounts_like<C: ConnectionTrait>(
    connection: &C,
    words: Option<&str>,
    state: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<AccountRow>> {
    let mut query = account::Entity::find().order_by_asc(account::Column::Id).limit(limit);
    if let Some(words) = words {
        let like = Condition::any().add(account::Column::Name.contains(words)).add(account::Column::DisplayName.contains(words));
        query = query.filter(like);
    }
    if let Some(state) = state {
        query = query.filter(account::Column::State.eq(state));
    }
    if let Some(cursor) = cursor {
        query = query.filter(account::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

pub(super) async fn set_account_state(tx: &Tx, id: &str, state: &str) -> Outcome<()> {
    let change = account::ActiveModel { id: Set(id.to_owned()), state: Set(state.to_owned()), ..Default::default() };
    change.update(tx.connection()).await?;
    session::end_all(tx, id, None).await
}

pub(super) async fn set_password(tx: &Tx, id: &str, password_hash: &str) -> Outcome<()> {
    let change = account::ActiveModel { id: Set(id.to_owned()), password_hash: Set(password_hash.to_owned()), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(super) async fn insert_grant(tx: &Tx, row: GrantRow) -> Outcome<()> {
    let row: role_grant::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(super) async fn grant<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<GrantRow> {
    role_grant::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(super) async fn grants<C: ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Vec<GrantRow>> {
    Ok(role_grant::Entity::find()
        .filter(role_grant::Column::AccountId.eq(account_id))
        .order_by_asc(role_grant::Column::Id)
        .all(connection)
        .await?)
}

pub(super) async fn decide_grant(tx: &Tx, id: &str, state: &str, to_day: Option<String>, by: &str, at: Millis) -> Outcome<()> {
    let mut change = role_grant::ActiveModel {
        id: Set(id.to_owned()),
        state: Set(state.to_owned()),
        decided_by: Set(Some(by.to_owned())),
        decided_at: Set(Some(at)),
        ..Default::default()
    };
    if to_day.is_some() {
        change.to_day = Set(to_day);
    }
    change.update(tx.connection()).await?;
    Ok(())
}

/// Is there such a division, present or abolished?
///
/// # Errors
/// Only ours.
pub async fn division_exists<C: ConnectionTrait>(connection: &C, code: &str) -> Outcome<bool> {
    Ok(division::Entity::find_by_id(code).one(connection).await?.is_some())
}

/// Every code a division is, was or became known under: itself, all its predecessors, all its successors. A predecessor's other
/// successors are neighbours and stay out.
pub(super) async fn division_lineage<C: ConnectionTrait>(connection: &C, code: &str) -> Outcome<Vec<String>> {
    let mut known = vec![code.to_owned()];
    for back in [true, false] {
        let mut frontier = vec![code.to_owned()];
        while let Some(at) = frontier.pop() {
            let column = if back { division_successor::Column::NewCode } else { division_successor::Column::OldCode };
            for link in division_successor::Entity::find().filter(column.eq(&at)).all(connection).await? {
                let other = if back { link.old_code } else { link.new_code };
                if !known.contains(&other) {
                    known.push(other.clone());
                    frontier.push(other);
                }
            }
        }
    }
    Ok(known)
}

pub(super) async fn insert_refused(tx: &Tx, at: Millis, account_id: &str, method: &str, path: &str, code: &str) -> Outcome<()> {
    let row = refused_act::ActiveModel {
        at: Set(at),
        account_id: Set(account_id.to_owned()),
        method: Set(method.to_owned()),
        path: Set(path.to_owned()),
        code: Set(code.to_owned()),
        ..Default::default()
    };
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(super) async fn insert_conflict(tx: &Tx, row: ConflictRow) -> Outcome<()> {
    let row: conflict::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(super) async fn conflict<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<ConflictRow> {
    conflict::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(super) async fn end_conflict(tx: &Tx, id: &str, last: &str) -> Outcome<()> {
    let change = conflict::ActiveModel { id: Set(id.to_owned()), to_day: Set(Some(last.to_owned())), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(super) async fn is_tied(tx: &Tx, account_id: &str, organisation_id: &str, on: &str) -> Outcome<bool> {
    let found = conflict::Entity::find()
        .filter(conflict::Column::AccountId.eq(account_id))
        .filter(conflict::Column::OrganisationId.eq(organisation_id))
        .filter(conflict::Column::FromDay.lte(on))
        .filter(Condition::any().add(conflict::Column::ToDay.is_null()).add(conflict::Column::ToDay.gte(on)));
    Ok(found.one(tx.connection()).await?.is_some())
}

pub(super) async fn conflicts<C: ConnectionTrait>(connection: &C, account_id: Option<&str>) -> Outcome<Vec<ConflictRow>> {
    let mut query = conflict::Entity::find().order_by_desc(conflict::Column::Id).limit(500);
    if let Some(id) = account_id {
        query = query.filter(conflict::Column::AccountId.eq(id));
    }
    Ok(query.all(connection).await?)
}
