//! What listings of a product said of their sales.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::seller::reached;
use crate::entity::{listing, listing_capture, seller};
use crate::kernel::{Millis, Outcome, Scope};

/// Organisation, listing, when it was seen, and the sales it showed.
pub(in crate::trade) type Said = (String, String, Millis, i64);

/// Sales shown by listings that claim the product, of sellers that are organisations of the platform, oldest first.
pub(in crate::trade) async fn said<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    product_id: &str,
    (from, to): (Millis, Millis),
) -> Outcome<Vec<Said>> {
    use listing::Column as L;
    use listing_capture::Column as C;
    use seller::Column as S;
    let mut sellers = Query::select();
    sellers.column(S::Id).from(seller::Entity).cond_where(reached(scope)).and_where(S::OrganisationId.is_not_null());
    let listings: Vec<(String, String)> = listing::Entity::find()
        .select_only()
        .columns([L::Id, L::SellerId])
        .filter(L::ClaimedProductId.eq(product_id))
        .filter(L::SellerId.in_subquery(sellers.take()))
        .into_tuple()
        .all(connection)
        .await?;
    let owners: Vec<(String, Option<String>)> = seller::Entity::find()
        .select_only()
        .columns([S::Id, S::OrganisationId])
        .filter(S::Id.is_in(listings.iter().map(|(_, seller)| seller.clone())))
        .into_tuple()
        .all(connection)
        .await?;
    let mut wanted = Query::select();
    wanted.column(L::Id).from(listing::Entity).and_where(L::ClaimedProductId.eq(product_id));
    let captures: Vec<(String, Millis, Option<i64>)> = listing_capture::Entity::find()
        .select_only()
        .columns([C::ListingId, C::CapturedAt, C::Sold])
        .filter(C::ListingId.in_subquery(wanted.take()))
        .filter(C::CapturedAt.gte(from))
        .filter(C::CapturedAt.lt(to))
        .filter(C::Sold.is_not_null())
        .order_by_asc(C::CapturedAt)
        .into_tuple()
        .all(connection)
        .await?;
    let owner = |listing: &str| {
        let (_, seller) = listings.iter().find(|(id, _)| id == listing)?;
        owners.iter().find(|(id, _)| id == seller)?.1.clone()
    };
    Ok(captures.into_iter().filter_map(|(listing, at, sold)| Some((owner(&listing)?, listing, at, sold?))).collect())
}
