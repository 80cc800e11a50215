//! Sellers and listings as they are read.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub mod authorisation;
pub mod sales;

use super::seller::Shop;
use super::store::{self, CaptureRow, ListingRow, SellerRow, ShopRow, SkuRow};
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Outcome};

/// A seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct SellerView {
    pub id: String,
    /// organisation or farmer.
    pub kind: String,
    pub name: String,
    pub credit_code: Option<String>,
    /// The organisation on the platform, where its code is known.
    pub organisation_id: Option<String>,
    pub division_code: String,
    pub place: String,
    pub contact: Option<String>,
    pub shops: Vec<Shop>,
    pub recorded_at: String,
}

impl SellerView {
    pub(in crate::trade) fn of(row: SellerRow, shops: &[ShopRow]) -> Self {
        let own = shops.iter().filter(|shop| shop.seller_id == row.id);
        Self {
            shops: own.map(|shop| Shop { platform: shop.platform.clone(), name: shop.name.clone() }).collect(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            kind: row.kind,
            name: row.name,
            credit_code: row.credit_code,
            organisation_id: row.organisation_id,
            division_code: row.division_code,
            place: row.place,
            contact: row.contact,
        }
    }
}

/// A listing with what it said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct ListingView {
    pub id: String,
    pub seller_id: String,
    pub platform: String,
    pub item_id: String,
    pub shop: Option<String>,
    pub title: String,
    pub url: Option<String>,
    pub price_fen: Option<i64>,
    pub claimed_product_id: Option<String>,
    pub claimed_product: Option<String>,
    pub stock: Option<i64>,
    pub sold: Option<i64>,
    /// The origin it states.
    pub origin: Option<String>,
    /// Where it is sent from.
    pub ship_from: Option<String>,
    /// Its other words.
    pub details: Option<String>,
    /// Marks seen on its pictures: special, registered, both.
    pub shows_mark: Option<String>,
    /// SHA-256 of what it says, without price, stock and sales.
    pub content_hash: String,
    /// When it said so.
    pub captured_at: String,
    pub recorded_at: String,
}

impl ListingView {
    pub(in crate::trade) fn of(row: ListingRow, said: &CaptureRow) -> Self {
        Self {
            id: row.id,
            seller_id: row.seller_id,
            platform: row.platform,
            item_id: row.item_id,
            claimed_product_id: row.claimed_product_id,
            recorded_at: rfc3339(row.recorded_at),
            shop: said.shop.clone(),
            title: said.title.clone(),
            url: said.url.clone(),
            price_fen: said.price_fen,
            claimed_product: said.claimed_product.clone(),
            stock: said.stock,
            sold: said.sold,
            captured_at: rfc3339(said.captured_at),
            origin: said.origin.clone(),
            ship_from: said.ship_from.clone(),
            details: said.details.clone(),
            shows_mark: said.shows_mark.clone(),
            content_hash: said.content_hash.clone(),
        }
    }
}

/// What a list of sellers is asked for: nothing yet.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SellerFilter {}

/// What a list of listings is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListingFilter {
    /// Of this seller.
    pub seller_id: Option<String>,
}

/// The rows of one page and where the next begins.
fn cut<T>(mut rows: Vec<T>, limit: u64, id: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(id);
    (rows, next)
}

/// Sellers the actor reaches, in the order they were registered.
///
/// # Errors
/// Only ours.
pub async fn sellers(
    db: &Db,
    actor: &Actor,
    _: &SellerFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<SellerView>, Option<String>)> {
    find_sellers(db, actor, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked. Its states are the kinds.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_sellers(
    db: &Db,
    actor: &Actor,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<SellerView>, Option<String>)> {
    let limit = limit.unwrap_or(50).clamp(1, 200);
    let (rows, next) = store::seller::page(db.reader(), actor, narrow, cursor, limit).await?;
    let shops = store::seller::shops(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    Ok((rows.into_iter().map(|row| SellerView::of(row, &shops)).collect(), next))
}

/// One seller.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn seller(db: &Db, actor: &Actor, id: &str) -> Outcome<SellerView> {
    let row = store::seller::reached_by(db.reader(), actor, id).await?;
    let shops = store::seller::shops(db.reader(), vec![row.id.clone()]).await?;
    Ok(SellerView::of(row, &shops))
}

/// Listings the actor reaches, in the order they were first seen.
///
/// # Errors
/// Only ours.
pub async fn listings(
    db: &Db,
    actor: &Actor,
    filter: &ListingFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<ListingView>, Option<String>)> {
    find_listings(db, actor, filter, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked. Its states are the platforms.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_listings(
    db: &Db,
    actor: &Actor,
    filter: &ListingFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<ListingView>, Option<String>)> {
    let limit = limit.unwrap_or(50).clamp(1, 200);
    let (rows, next) = store::listing::page(db.reader(), &actor.scope, filter.seller_id.as_deref(), narrow, cursor, limit).await?;
    Ok((views(db.reader(), rows).await?, next))
}

/// One listing.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn listing(db: &Db, actor: &Actor, id: &str) -> Outcome<ListingView> {
    let row = store::listing::one(db.reader(), &actor.scope, id).await?;
    views(db.reader(), vec![row]).await?.pop().ok_or_else(crate::kernel::Failure::not_found)
}

pub(in crate::trade) async fn views<C: ConnectionTrait>(connection: &C, rows: Vec<ListingRow>) -> Outcome<Vec<ListingView>> {
    let said = store::listing::captures(connection, rows.iter().map(|row| row.id.clone()).collect()).await?;
    let last = |row: ListingRow| said.iter().rfind(|c| c.listing_id == row.id).map(|c| ListingView::of(row, c));
    Ok(rows.into_iter().filter_map(last).collect())
}

/// Everything a listing said, the latest first.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn versions(db: &Db, actor: &Actor, id: &str) -> Outcome<Vec<ListingView>> {
    let row = store::listing::one(db.reader(), &actor.scope, id).await?;
    let said = store::listing::captures(db.reader(), vec![row.id.clone()]).await?;
    Ok(said.iter().rev().map(|said| ListingView::of(row.clone(), said)).collect())
}

/// The SKUs of a listing within reach.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn skus(db: &Db, actor: &Actor, id: &str) -> Outcome<Vec<SkuRow>> {
    let row = store::listing::one(db.reader(), &actor.scope, id).await?;
    store::sku::of(db.reader(), vec![row.id]).await
}

/// Names of sellers.
///
/// # Errors
/// Only ours.
pub async fn seller_names(db: &Db, ids: Vec<String>) -> Outcome<std::collections::BTreeMap<String, String>> {
    Ok(store::seller::names(db.reader(), ids).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// How many listings of a product are known of an organisation: its own, and those of whom it authorised for the product between two days.
///
/// # Errors
/// Only ours.
pub async fn listings_known<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    product_id: &str,
    from: Day,
    to: Day,
) -> Outcome<i64> {
    let days = (from.to_string(), to.to_string());
    let whose = (organisation_id, product_id);
    let n = store::listing::known(connection, whose, (&days.0, &days.1), to.plus(1).start()).await?;
    Ok(i64::try_from(n).unwrap_or(i64::MAX))
}
