//! Standards with their versions.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{Tx, duplicate_as};
use crate::entity::standard;
use crate::kernel::{Failure, Outcome};

pub use standard::Model as StandardRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: StandardRow) -> Outcome<()> {
    let number = row.number.clone();
    let taken = || Failure::field("/number", "standard_taken").with("value", number);
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

/// A standard by id.
///
/// # Errors
/// `not_found`.
pub async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<StandardRow> {
    standard::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Standards after `cursor`, of one product or of all.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    product_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<StandardRow>> {
    let mut query = standard::Entity::find().order_by_asc(standard::Column::Id).limit(limit);
    if let Some(product_id) = product_id {
        query = query.filter(standard::Column::ProductId.eq(product_id));
    }
    if let Some(cursor) = cursor {
        query = query.filter(standard::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}
