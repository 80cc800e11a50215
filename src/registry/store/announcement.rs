//! Announcements.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{Tx, duplicate_as};
use crate::entity::{announcement, right_announcement};
use crate::kernel::{Failure, Outcome};

pub use announcement::Model as AnnouncementRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: AnnouncementRow) -> Outcome<()> {
    let number = row.number.clone();
    let taken = || Failure::field("/number", "announcement_taken").with("value", number);
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

/// An announcement by id.
///
/// # Errors
/// `not_found`.
pub async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<AnnouncementRow> {
    find(connection, id).await?.ok_or_else(Failure::not_found)
}

pub(in crate::registry) async fn find<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<AnnouncementRow>> {
    Ok(announcement::Entity::find_by_id(id).one(connection).await?)
}

/// The announcement of this issuer, number and kind.
pub(in crate::registry) async fn numbered<C: ConnectionTrait>(
    connection: &C,
    issuer: &str,
    number: &str,
    kind: &str,
) -> Outcome<Option<AnnouncementRow>> {
    Ok(announcement::Entity::find()
        .filter(announcement::Column::Issuer.eq(issuer))
        .filter(announcement::Column::Number.eq(number))
        .filter(announcement::Column::Kind.eq(kind))
        .one(connection)
        .await?)
}

/// Announcements after `cursor` in the order of their ids.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    issuer: Option<&str>,
    kind: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<AnnouncementRow>> {
    let mut query = announcement::Entity::find().order_by_asc(announcement::Column::Id).limit(limit);
    if let Some(issuer) = issuer {
        query = query.filter(announcement::Column::Issuer.eq(issuer));
    }
    if let Some(kind) = kind {
        query = query.filter(announcement::Column::Kind.eq(kind));
    }
    if let Some(cursor) = cursor {
        query = query.filter(announcement::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Pairs of announcement and right, for these announcements.
pub(in crate::registry) async fn links<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<(String, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = right_announcement::Entity::find().filter(right_announcement::Column::AnnouncementId.is_in(ids));
    let rows = query.order_by_asc(right_announcement::Column::RightId).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.announcement_id, row.right_id)).collect())
}
