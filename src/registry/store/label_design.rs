//! Label designs.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, Set};

use crate::db::Tx;
use crate::entity::{gi_right, label_design};
use crate::kernel::{Day, Outcome};

pub use label_design::Model as LabelDesignRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: LabelDesignRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

pub(in crate::registry) async fn end(tx: &Tx, id: &str, last: Day) -> Outcome<()> {
    let change = label_design::ActiveModel { id: Set(id.to_owned()), valid_to: Set(Some(last.to_string())), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// A design by its id, whoever asks: designs are the same for everybody who may read them.
///
/// # Errors
/// Only ours.
pub async fn find<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<LabelDesignRow>> {
    Ok(label_design::Entity::find_by_id(id).one(connection).await?)
}

/// Designs, of one product or of all, the newest first.
///
/// # Errors
/// Only ours.
pub async fn all<C: ConnectionTrait>(connection: &C, product_id: Option<&str>) -> Outcome<Vec<LabelDesignRow>> {
    let mut query = label_design::Entity::find().order_by_desc(label_design::Column::Id);
    if let Some(id) = product_id {
        query = query.filter(label_design::Column::ProductId.eq(id));
    }
    Ok(query.all(connection).await?)
}

/// Has one of these organisations a right on the product?
///
/// # Errors
/// Only ours.
pub async fn holds<C: ConnectionTrait>(connection: &C, holders: &[String], product_id: &str) -> Outcome<bool> {
    let found =
        gi_right::Entity::find().filter(gi_right::Column::ProductId.eq(product_id)).filter(gi_right::Column::HolderId.is_in(holders));
    Ok(found.count(connection).await? > 0)
}

/// Is it to be printed on this day? First and last days count.
pub fn in_force(row: &LabelDesignRow, day: &str) -> bool {
    row.valid_from.as_str() <= day && row.valid_to.as_deref().is_none_or(|to| day <= to)
}
