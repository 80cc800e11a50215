//! Listings and what they said.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::seller::placed;
use crate::db::narrow::{Narrow, Places, When, holds, sought};
use crate::db::region::{products_in, subquery};
use crate::db::{Tx, duplicate_as};
use crate::entity::{listing, listing_capture, listing_score, product, seller};
use crate::kernel::{Failure, Outcome, Scope};

pub use listing::Model as ListingRow;
pub use listing_capture::Model as CaptureRow;

/// Listings of sellers of one's own or of the region, or of products of the region.
fn within(scope: &Scope) -> Condition {
    let sellers = subquery(seller::Entity, seller::Column::Id, placed(scope));
    let any = Condition::any().add(listing::Column::SellerId.in_subquery(sellers));
    if scope.all || scope.divisions.is_empty() { any } else { any.add(of_region(scope)) }
}

/// Listings that claim a product of the region, or that the rules take for one.
pub(super) fn of_region(scope: &Scope) -> Condition {
    use listing_score::Column as S;
    let scored = subquery(listing_score::Entity, S::ListingId, S::ProductId.in_subquery(products_in(scope)));
    Condition::any().add(listing::Column::ClaimedProductId.in_subquery(products_in(scope))).add(listing::Column::Id.in_subquery(scored))
}

/// The listing of an item, whoever's it is.
pub(in crate::trade) async fn of_item<C: ConnectionTrait>(connection: &C, platform: &str, item_id: &str) -> Outcome<Option<ListingRow>> {
    let query = listing::Entity::find().filter(listing::Column::Platform.eq(platform)).filter(listing::Column::ItemId.eq(item_id));
    Ok(query.one(connection).await?)
}

pub(in crate::trade) async fn insert(tx: &Tx, row: ListingRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}

pub(in crate::trade) async fn insert_capture(tx: &Tx, row: CaptureRow) -> Outcome<()> {
    let twice = || Failure::conflict("listing_capture_twice").at("/captured_at", "listing_capture_twice");
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(twice))?;
    Ok(())
}

pub(in crate::trade) async fn product_name<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<String>> {
    Ok(product::Entity::find_by_id(id).one(connection).await?.map(|row| row.name))
}

pub(in crate::trade) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ListingRow> {
    listing::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Where lists of listings look, but for the text: that stands in what was captured.
const PLACES: Places<'static, listing::Column> = Places {
    id: listing::Column::Id,
    newest: false,
    names: &[],
    parties: &[],
    product: Some(listing::Column::ClaimedProductId),
    state: Some(listing::Column::Platform),
    when: Some(When::Moment(listing::Column::RecordedAt)),
    orders: &[("captured", listing::Column::Id), ("platform", listing::Column::Platform)],
};

/// Listings within reach, in the order they were first seen where nothing else is asked.
pub(in crate::trade) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    seller_id: Option<&str>,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ListingRow>, Option<String>)> {
    let mut query = listing::Entity::find().filter(within(scope));
    if let Some(id) = seller_id {
        query = query.filter(listing::Column::SellerId.eq(id));
    }
    let typed = narrow.q.as_deref().and_then(sought);
    if let Some(typed) = &typed {
        use listing_capture::Column as Said;
        let said = Condition::any().add(holds(Said::Title, typed)).add(holds(Said::Shop, typed));
        let sellers = subquery(seller::Entity, seller::Column::Id, holds(seller::Column::Name, typed));
        let any = Condition::any().add(holds(listing::Column::Platform, typed)).add(holds(listing::Column::ItemId, typed));
        let any = any.add(listing::Column::Id.in_subquery(subquery(listing_capture::Entity, Said::ListingId, said)));
        query = query.filter(any.add(listing::Column::SellerId.in_subquery(sellers)));
    }
    let rest = Narrow { q: None, ..narrow.clone() };
    rest.page(connection, query, &PLACES, cursor, limit).await
}

/// Everything some listings said, the latest last.
pub(in crate::trade) async fn captures<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<CaptureRow>> {
    let query = listing_capture::Entity::find().filter(listing_capture::Column::ListingId.is_in(ids));
    Ok(query.order_by_asc(listing_capture::Column::CapturedAt).all(connection).await?)
}

/// A seller's listing of this title on a platform: exports without item numbers name it so.
pub(in crate::trade) async fn titled<C: ConnectionTrait>(
    connection: &C,
    seller_id: &str,
    platform: &str,
) -> Outcome<Vec<(String, String)>> {
    let of: sea_orm::RelationDef =
        listing_capture::Entity::belongs_to(listing::Entity).from(listing_capture::Column::ListingId).to(listing::Column::Id).into();
    let query = listing_capture::Entity::find().join(sea_orm::JoinType::InnerJoin, of).select_only();
    let query = query.column(listing_capture::Column::Title).column(listing::Column::ItemId);
    let query = query.filter(listing::Column::SellerId.eq(seller_id)).filter(listing::Column::Platform.eq(platform)).distinct();
    Ok(query.into_tuple().all(connection).await?)
}

/// Listings that claim a product and are of the organisation itself or of a seller it authorised for the product between two days, known
/// before a moment.
pub(in crate::trade) async fn known<C: ConnectionTrait>(
    connection: &C,
    (organisation_id, product_id): (&str, &str),
    (from, to): (&str, &str),
    before: i64,
) -> Outcome<u64> {
    use crate::entity::authorisation::{Column as A, Entity as Authorisation};
    let leave = Condition::all().add(A::ProducerId.eq(organisation_id)).add(A::ProductId.eq(product_id)).add(A::FromDay.lte(to));
    let leave = leave.add(Condition::any().add(A::ToDay.is_null()).add(A::ToDay.gte(from)));
    let own = subquery(seller::Entity, seller::Column::Id, seller::Column::OrganisationId.eq(organisation_id));
    let whose = Condition::any()
        .add(listing::Column::SellerId.in_subquery(subquery(Authorisation, A::SellerId, leave)))
        .add(listing::Column::SellerId.in_subquery(own));
    let query = listing::Entity::find().filter(listing::Column::ClaimedProductId.eq(product_id)).filter(whose);
    Ok(query.filter(listing::Column::RecordedAt.lt(before)).count(connection).await?)
}
