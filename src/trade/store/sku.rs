//! What listings offer.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::db::Tx;
use crate::entity::listing_sku;
use crate::kernel::Outcome;

pub use listing_sku::Model as SkuRow;

/// Keeps one; what a person confirmed is not replaced by what was only read.
pub(in crate::trade) async fn put(tx: &Tx, row: SkuRow) -> Outcome<()> {
    use listing_sku::Column as C;
    let mut over = OnConflict::columns([C::ListingId, C::Name]);
    over.update_columns([C::Packs, C::Amount, C::Confirmed, C::SeenAt, C::RecordedBy]);
    if !row.confirmed {
        over.action_and_where(Expr::col((listing_sku::Entity, C::Confirmed)).eq(false));
    }
    listing_sku::Entity::insert(row.into_active_model()).on_conflict(over).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// SKUs of listings.
pub(in crate::trade) async fn of<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<SkuRow>> {
    let query = listing_sku::Entity::find().filter(listing_sku::Column::ListingId.is_in(ids));
    let query = query.order_by_asc(listing_sku::Column::ListingId);
    Ok(query.order_by_asc(listing_sku::Column::Name).all(connection).await?)
}
