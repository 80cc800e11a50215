//! Listings by what stands in the browser's address line.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::seller::reached;
use crate::entity::{listing, listing_capture, seller};
use crate::kernel::{Outcome, Scope};

/// The most shown.
const MOST: u64 = 20;

/// Id, platform, item, last title.
pub(in crate::trade) type Named = (String, String, String, String);

/// Listings within reach of this item number, or captured at this address.
pub(in crate::trade) async fn named<C: ConnectionTrait>(connection: &C, scope: &Scope, wanted: &str) -> Outcome<Vec<Named>> {
    use listing::Column as L;
    use listing_capture::Column as P;
    let mut sellers = Query::select();
    sellers.column(seller::Column::Id).from(seller::Entity).cond_where(reached(scope));
    let mut at = Query::select();
    at.column(P::ListingId).from(listing_capture::Entity).and_where(P::Url.eq(wanted));
    let rows: Vec<(String, String, String)> = listing::Entity::find()
        .select_only()
        .columns([L::Id, L::Platform, L::ItemId])
        .filter(Condition::any().add(L::ItemId.eq(wanted)).add(L::Id.in_subquery(at)))
        .filter(L::SellerId.in_subquery(sellers))
        .order_by_asc(L::Id)
        .limit(MOST)
        .into_tuple()
        .all(connection)
        .await?;
    let titles: Vec<(String, String)> = listing_capture::Entity::find()
        .select_only()
        .columns([P::ListingId, P::Title])
        .filter(P::ListingId.is_in(rows.iter().map(|(id, _, _)| id.clone())))
        .order_by_asc(P::CapturedAt)
        .into_tuple()
        .all(connection)
        .await?;
    let title = |id: &str| titles.iter().rfind(|(listing, _)| listing == id).map(|(_, title)| title.clone()).unwrap_or_default();
    Ok(rows.into_iter().map(|(id, platform, item)| (id.clone(), platform, item, title(&id))).collect())
}
