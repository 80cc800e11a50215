//! Rights, and which announcements speak of them.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::known;
use crate::db::Tx;
use crate::entity::{gi_right, right_announcement};
use crate::kernel::{Day, Failure, Outcome};
use crate::registry::fact::PartialDate;
use crate::registry::right::{RightStatus, RightTerm, Route};

pub use gi_right::Model as RightRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: RightRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A right by id.
///
/// # Errors
/// `not_found`.
pub async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<RightRow> {
    find(connection, id).await?.ok_or_else(Failure::not_found)
}

pub(in crate::registry) async fn find<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<RightRow>> {
    Ok(gi_right::Entity::find_by_id(id).one(connection).await?)
}

/// The same, held until the commit.
pub(in crate::registry) async fn to_grant(tx: &Tx, id: &str) -> Outcome<Option<RightRow>> {
    Ok(gi_right::Entity::find_by_id(id).lock_exclusive().one(tx.connection()).await?)
}

/// Rights by id.
pub(in crate::registry) async fn some<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<RightRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(gi_right::Entity::find().filter(gi_right::Column::Id.is_in(ids)).order_by_asc(gi_right::Column::Id).all(connection).await?)
}

/// The rights of these products, in the order they were recorded.
pub(in crate::registry) async fn of_products<C: ConnectionTrait>(connection: &C, products: Vec<String>) -> Outcome<Vec<RightRow>> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let query = gi_right::Entity::find().filter(gi_right::Column::ProductId.is_in(products));
    Ok(query.order_by_asc(gi_right::Column::SourceRow).order_by_asc(gi_right::Column::Id).all(connection).await?)
}

/// Registered, and its days include this one.
pub(super) fn in_force(day: &str) -> Condition {
    Condition::all()
        .add(gi_right::Column::Status.is_in([RightStatus::Registered.word(), RightStatus::Ended.word()]))
        .add(Condition::any().add(gi_right::Column::InForceFrom.is_null()).add(gi_right::Column::InForceFrom.lte(day)))
        .add(Condition::any().add(gi_right::Column::InForceTo.gte(day)).add(
            Condition::all().add(gi_right::Column::InForceTo.is_null()).add(gi_right::Column::Status.eq(RightStatus::Registered.word())),
        ))
}

/// What a list of rights is cut down to.
#[derive(Debug, Clone, Default)]
pub(in crate::registry) struct Wanted {
    /// Of this product.
    pub product_id: Option<String>,
    /// On this route.
    pub route: Option<String>,
    /// Of this status.
    pub status: Option<String>,
    /// Held by this organisation.
    pub holder_id: Option<String>,
    /// In force on this day.
    pub in_force_on: Option<String>,
}

/// Rights after `cursor` in the order of their ids.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<RightRow>> {
    let mut query = gi_right::Entity::find().order_by_asc(gi_right::Column::Id).limit(limit);
    let equal = [
        (gi_right::Column::ProductId, &wanted.product_id),
        (gi_right::Column::Route, &wanted.route),
        (gi_right::Column::Status, &wanted.status),
        (gi_right::Column::HolderId, &wanted.holder_id),
    ];
    for (column, value) in equal {
        if let Some(value) = value {
            query = query.filter(column.eq(value));
        }
    }
    if let Some(day) = &wanted.in_force_on {
        query = query.filter(in_force(day));
    }
    if let Some(cursor) = cursor {
        query = query.filter(gi_right::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

pub(in crate::registry) async fn link(tx: &Tx, right_id: &str, announcement_id: &str) -> Outcome<()> {
    let row = right_announcement::ActiveModel { right_id: Set(right_id.to_owned()), announcement_id: Set(announcement_id.to_owned()) };
    row.insert(tx.connection()).await?;
    Ok(())
}

/// Pairs of right and announcement, for these rights.
pub(in crate::registry) async fn links<C: ConnectionTrait>(connection: &C, rights: Vec<String>) -> Outcome<Vec<(String, String)>> {
    if rights.is_empty() {
        return Ok(Vec::new());
    }
    let query = right_announcement::Entity::find().filter(right_announcement::Column::RightId.is_in(rights));
    let rows = query.order_by_asc(right_announcement::Column::AnnouncementId).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.right_id, row.announcement_id)).collect())
}

/// The status of a right.
///
/// # Errors
/// Only ours.
pub fn status(row: &RightRow) -> Outcome<RightStatus> {
    known(RightStatus::parse(&row.status), "gi_right.status")
}

/// The route of a right.
///
/// # Errors
/// Only ours.
pub fn route(row: &RightRow) -> Outcome<Route> {
    known(Route::parse(&row.route), "gi_right.route")
}

/// When a registered right counts.
///
/// # Errors
/// Only ours.
pub fn term(row: &RightRow) -> Outcome<RightTerm> {
    let day = |text: &Option<String>| text.as_deref().map(|t| known(Day::parse(t), "gi_right: a day")).transpose();
    let last = day(&row.in_force_to)?;
    let term_to = day(&row.term_to)?;
    Ok(RightTerm {
        from: known(PartialDate::parse(row.in_force_from.as_deref().unwrap_or_default()), "gi_right.in_force_from")?,
        to: term_to.filter(|to| last.is_none_or(|last| *to < last)).or(last),
        grace_to: term_to.and(last),
        ended_on: None,
    })
}
