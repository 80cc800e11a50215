//! Printing houses.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};

use crate::db::Tx;
use crate::entity::printing_house;
use crate::kernel::{Day, Outcome};

pub use printing_house::Model as PrintingHouseRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: PrintingHouseRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn end(tx: &Tx, id: &str, last: Day) -> Outcome<()> {
    let change = printing_house::ActiveModel { id: Set(id.to_owned()), valid_to: Set(Some(last.to_string())), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// A printing house by its id, whoever asks: the list is the same for everybody who may read it.
///
/// # Errors
/// Only ours.
pub async fn find<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<PrintingHouseRow>> {
    Ok(printing_house::Entity::find_by_id(id).one(connection).await?)
}

/// Every printing house, the newest first.
///
/// # Errors
/// Only ours.
pub async fn all<C: ConnectionTrait>(connection: &C) -> Outcome<Vec<PrintingHouseRow>> {
    Ok(printing_house::Entity::find().order_by_desc(printing_house::Column::Id).all(connection).await?)
}

/// Those of one organisation.
///
/// # Errors
/// Only ours.
pub async fn of<C: ConnectionTrait>(connection: &C, organisation_id: &str) -> Outcome<Vec<PrintingHouseRow>> {
    let found = printing_house::Entity::find().filter(printing_house::Column::OrganisationId.eq(organisation_id));
    Ok(found.all(connection).await?)
}

/// May it print on this day? First and last days count.
pub fn in_force(row: &PrintingHouseRow, day: &str) -> bool {
    row.valid_from.as_str() <= day && row.valid_to.as_deref().is_none_or(|to| day <= to)
}
