//! What listings of a product said of their sales, and for which producers their sellers sell.

use std::collections::BTreeMap;

use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::seller::{reached, sellers_reached};
use crate::db::region::subquery;
use crate::entity::{authorisation, listing, listing_capture, listing_sku, seller};
use crate::kernel::{Millis, Outcome, Scope};

/// A listing's counter at both ends, and whose goods it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::trade) struct Counted {
    /// Shown first.
    pub first: i64,
    /// Shown last.
    pub last: i64,
    /// The smallest and the largest item by its specifications.
    pub holds: Option<(i64, i64)>,
    /// The producers.
    pub producers: Vec<String>,
}

/// Listings that claim the product.
fn claiming(product_id: &str) -> SelectStatement {
    subquery(listing::Entity, listing::Column::Id, listing::Column::ClaimedProductId.eq(product_id))
}

/// Counters of listings within reach that claim the product, each with the producers its seller is or was authorised by.
pub(in crate::trade) async fn counters<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    (product_id, season): (&str, &str),
    (from, to): (Millis, Millis),
) -> Outcome<Vec<Counted>> {
    use listing_capture::Column as P;
    let producers = producers(connection, scope, product_id, season).await?;
    let listings: Vec<(String, String)> = listing::Entity::find()
        .select_only()
        .columns([listing::Column::Id, listing::Column::SellerId])
        .filter(listing::Column::ClaimedProductId.eq(product_id))
        .into_tuple()
        .all(connection)
        .await?;
    let captures: Vec<(String, Millis, Option<i64>)> = listing_capture::Entity::find()
        .select_only()
        .columns([P::ListingId, P::CapturedAt, P::Sold])
        .filter(P::ListingId.in_subquery(claiming(product_id)))
        .filter(P::CapturedAt.gte(from))
        .filter(P::CapturedAt.lt(to))
        .filter(P::Sold.is_not_null())
        .order_by_asc(P::CapturedAt)
        .into_tuple()
        .all(connection)
        .await?;
    let mut ends: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (listing, _, sold) in &captures {
        let sold = sold.unwrap_or(0);
        ends.entry(listing).and_modify(|(_, last)| *last = sold).or_insert((sold, sold));
    }
    let holds = holds(connection, product_id).await?;
    let counted = listings.iter().filter_map(|(id, seller)| {
        let (first, last) = *ends.get(id.as_str())?;
        Some(Counted { first, last, holds: holds.get(id).copied(), producers: producers.get(seller)?.clone() })
    });
    Ok(counted.collect())
}

/// Sellers within reach with the producers whose goods they sell: themselves, and who authorised them for the season.
async fn producers<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    product_id: &str,
    season: &str,
) -> Outcome<BTreeMap<String, Vec<String>>> {
    use authorisation::Column as A;
    use seller::Column as S;
    let sellers: Vec<(String, Option<String>)> = seller::Entity::find()
        .select_only()
        .columns([S::Id, S::OrganisationId])
        .filter(reached(scope))
        .into_tuple()
        .all(connection)
        .await?;
    let given: Vec<(String, String)> = authorisation::Entity::find()
        .select_only()
        .columns([A::SellerId, A::ProducerId])
        .filter(Condition::all().add(A::ProductId.eq(product_id)).add(A::Season.eq(season)))
        .filter(A::SellerId.in_subquery(sellers_reached(scope)))
        .into_tuple()
        .all(connection)
        .await?;
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (seller, producer) in sellers.into_iter().filter_map(|(id, own)| Some((id, own?))).chain(given) {
        let known = of.entry(seller).or_default();
        if !known.contains(&producer) {
            known.push(producer);
        }
    }
    Ok(of)
}

/// The smallest and the largest item of each listing, where its specifications say how much one holds.
async fn holds<C: ConnectionTrait>(connection: &C, product_id: &str) -> Outcome<BTreeMap<String, (i64, i64)>> {
    use listing_sku::Column as K;
    let rows: Vec<(String, Option<i64>)> = listing_sku::Entity::find()
        .select_only()
        .columns([K::ListingId, K::Amount])
        .filter(K::ListingId.in_subquery(claiming(product_id)))
        .filter(K::Amount.is_not_null())
        .into_tuple()
        .all(connection)
        .await?;
    let mut of: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (listing, amount) in rows.into_iter().filter_map(|(listing, amount)| Some((listing, amount?))) {
        of.entry(listing).and_modify(|ends| *ends = (ends.0.min(amount), ends.1.max(amount))).or_insert((amount, amount));
    }
    Ok(of)
}
