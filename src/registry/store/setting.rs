//! Dated settings, days of the calendar, notices for everybody.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};

use crate::db::{Tx, duplicate_as};
use crate::entity::{calendar_day, dated_setting, site_notice};
use crate::kernel::{Failure, Millis, Outcome};

pub use calendar_day::Model as CalendarDayRow;
pub use dated_setting::Model as SettingRow;
pub use site_notice::Model as SiteNoticeRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: SettingRow) -> Outcome<()> {
    let from = row.from_day.clone();
    let taken = || Failure::field("/from", "setting_twice").with("from", from);
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

pub(in crate::registry) async fn all<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<SettingRow>> {
    Ok(dated_setting::Entity::find().order_by_asc(dated_setting::Column::FromDay).all(connection).await?)
}

pub(in crate::registry) async fn put_day(tx: &Tx, row: CalendarDayRow) -> Outcome<()> {
    calendar_day::Entity::delete_by_id(row.day.clone()).exec(tx.connection()).await?;
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn days<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<CalendarDayRow>> {
    Ok(calendar_day::Entity::find().order_by_asc(calendar_day::Column::Day).all(connection).await?)
}

pub(in crate::registry) async fn insert_notice(tx: &Tx, row: SiteNoticeRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn notice<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<SiteNoticeRow> {
    site_notice::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(in crate::registry) async fn withdraw_notice(tx: &Tx, id: &str, at: Millis) -> Outcome<()> {
    let change = site_notice::ActiveModel { id: Set(id.to_owned()), withdrawn_at: Set(Some(at)), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Notices not withdrawn that end after `at`, earliest first.
pub(in crate::registry) async fn notices<C: ConnectionTrait>(connection: &C, at: Millis) -> Outcome<Vec<SiteNoticeRow>> {
    let query = site_notice::Entity::find().filter(site_notice::Column::WithdrawnAt.is_null()).filter(site_notice::Column::ToAt.gt(at));
    Ok(query.order_by_asc(site_notice::Column::FromAt).limit(20).all(connection).await?)
}
