//! The people of an organisation: who looks after them, invitations and slips, 经办人, resets at a counter.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::AccountRow;
use crate::db::Tx;
use crate::entity::{account, handler, invitation, organisation_admin, recovery};
use crate::kernel::{Failure, Millis, Outcome};

pub use handler::Model as HandlerRow;
pub use invitation::Model as InvitationRow;
pub use organisation_admin::Model as OrganisationAdminRow;
pub use recovery::Model as RecoveryRow;

/// The accounts of an organisation.
pub(in crate::identity) async fn members<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<Vec<AccountRow>> {
    Ok(account::Entity::find()
        .filter(account::Column::OrganisationId.eq(organisation_id))
        .order_by_asc(account::Column::Id)
        .limit(500)
        .all(connection)
        .await?)
}

pub(in crate::identity) async fn insert_admin(tx: &Tx, row: OrganisationAdminRow) -> Outcome<()> {
    let row: organisation_admin::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

/// Who looks after the people of an organisation today.
pub(in crate::identity) async fn admins<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    today: &str,
) -> Outcome<Vec<OrganisationAdminRow>> {
    Ok(organisation_admin::Entity::find()
        .filter(organisation_admin::Column::OrganisationId.eq(organisation_id))
        .filter(organisation_admin::Column::FromDay.lte(today))
        .filter(Condition::any().add(organisation_admin::Column::ToDay.is_null()).add(organisation_admin::Column::ToDay.gt(today)))
        .order_by_asc(organisation_admin::Column::Id)
        .all(connection)
        .await?)
}

/// Ends that an account looks after anybody, from `day` on.
pub(in crate::identity) async fn end_admin(tx: &Tx, account_id: &str, day: &str) -> Outcome<()> {
    organisation_admin::Entity::update_many()
        .col_expr(organisation_admin::Column::ToDay, Expr::value(day))
        .filter(organisation_admin::Column::AccountId.eq(account_id))
        .filter(organisation_admin::Column::ToDay.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

pub(in crate::identity) async fn insert_invitation(tx: &Tx, row: InvitationRow) -> Outcome<()> {
    let row: invitation::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

/// An invitation by the hash of its token.
pub(in crate::identity) async fn invitation_by_hash<C: ConnectionTrait>(connection: &C, hash: &str) -> Outcome<Option<InvitationRow>> {
    Ok(invitation::Entity::find().filter(invitation::Column::TokenHash.eq(hash)).one(connection).await?)
}

pub(in crate::identity) async fn invitation<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<InvitationRow> {
    invitation::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Takes an open invitation; says whether it was still open, so that two taps are one.
pub(in crate::identity) async fn close_invitation(tx: &Tx, id: &str, state: &str, account_id: Option<&str>, now: Millis) -> Outcome<bool> {
    let mut change = invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value(state))
        .col_expr(invitation::Column::UsedAt, Expr::value(now))
        .filter(invitation::Column::Id.eq(id))
        .filter(invitation::Column::State.eq("open"));
    if let Some(account_id) = account_id {
        change = change.col_expr(invitation::Column::AccountId, Expr::value(account_id));
    }
    Ok(change.exec(tx.connection()).await?.rows_affected == 1)
}

/// Slips of an account that nobody used yet are worth nothing from now on.
pub(in crate::identity) async fn revoke_slips(tx: &Tx, account_id: &str, now: Millis) -> Outcome<()> {
    invitation::Entity::update_many()
        .col_expr(invitation::Column::State, Expr::value("revoked"))
        .col_expr(invitation::Column::UsedAt, Expr::value(now))
        .filter(invitation::Column::AccountId.eq(account_id))
        .filter(invitation::Column::State.eq("open"))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The invitations of an organisation that are open, newest first.
pub(in crate::identity) async fn open_invitations<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    now: Millis,
) -> Outcome<Vec<InvitationRow>> {
    Ok(invitation::Entity::find()
        .filter(invitation::Column::OrganisationId.eq(organisation_id))
        .filter(invitation::Column::State.eq("open"))
        .filter(invitation::Column::ExpiresAt.gt(now))
        .order_by_desc(invitation::Column::Id)
        .limit(200)
        .all(connection)
        .await?)
}

pub(in crate::identity) async fn insert_handler(tx: &Tx, row: HandlerRow) -> Outcome<()> {
    let row: handler::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn handler<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<HandlerRow> {
    handler::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The 经办人 of an organisation who are listed now, in the order of their names.
pub(in crate::identity) async fn handlers<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<Vec<HandlerRow>> {
    Ok(handler::Entity::find()
        .filter(handler::Column::OrganisationId.eq(organisation_id))
        .filter(handler::Column::State.eq("listed"))
        .order_by_asc(handler::Column::Name)
        .all(connection)
        .await?)
}

pub(in crate::identity) async fn end_handler(tx: &Tx, id: &str, now: Millis) -> Outcome<()> {
    let change =
        handler::ActiveModel { id: Set(id.to_owned()), state: Set("ended".to_owned()), ended_at: Set(Some(now)), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn insert_recovery(tx: &Tx, row: RecoveryRow) -> Outcome<()> {
    let row: recovery::ActiveModel = row.into();
    row.insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::identity) async fn recovery<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<RecoveryRow> {
    recovery::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Resets that wait for a second officer, oldest first.
pub(in crate::identity) async fn waiting_recoveries<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<RecoveryRow>> {
    Ok(recovery::Entity::find()
        .filter(recovery::Column::State.eq("proposed"))
        .order_by_asc(recovery::Column::Id)
        .limit(200)
        .all(connection)
        .await?)
}

/// Decides a reset; says whether it was still open.
pub(in crate::identity) async fn decide_recovery(tx: &Tx, id: &str, state: &str, by: &str, now: Millis) -> Outcome<bool> {
    let decided = recovery::Entity::update_many()
        .col_expr(recovery::Column::State, Expr::value(state))
        .col_expr(recovery::Column::DecidedBy, Expr::value(by))
        .col_expr(recovery::Column::DecidedAt, Expr::value(now))
        .filter(recovery::Column::Id.eq(id))
        .filter(recovery::Column::State.eq("proposed"))
        .exec(tx.connection())
        .await?;
    Ok(decided.rows_affected == 1)
}
