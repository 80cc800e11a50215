//! Sellers.

use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::narrow::{Narrow, Places};
use crate::db::region::{begins_with, subquery};
use crate::db::{Tx, duplicate_as};
use crate::entity::{listing, organisation, seller, seller_shop};
use crate::kernel::{Actor, Failure, Outcome, Scope};

pub use seller::Model as SellerRow;
pub use seller_shop::Model as ShopRow;

/// Sellers that are an own organisation, lie in the region, or offer a product of the region.
pub(super) fn reached(scope: &Scope) -> Condition {
    if scope.all || scope.divisions.is_empty() {
        return placed(scope);
    }
    let offering = subquery(listing::Entity, listing::Column::SellerId, super::listing::of_region(scope));
    Condition::any().add(placed(scope)).add(seller::Column::Id.in_subquery(offering))
}

/// Sellers that are an own organisation, or lie in the region.
pub(super) fn placed(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    Condition::any()
        .add(seller::Column::OrganisationId.is_in(scope.organisations.iter()))
        .add(begins_with(seller::Column::DivisionCode, &scope.divisions))
}

/// Ids of sellers within reach.
pub(super) fn sellers_reached(scope: &Scope) -> SelectStatement {
    subquery(seller::Entity, seller::Column::Id, reached(scope))
}

pub(in crate::trade) async fn insert(tx: &Tx, row: SellerRow, shops: Vec<ShopRow>) -> Outcome<()> {
    let code = row.credit_code.clone().unwrap_or_default();
    let taken = || Failure::conflict("seller_twice").at("/credit_code", "seller_twice").with("value", code);
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    for shop in shops {
        shop.into_active_model().insert(tx.connection()).await?;
    }
    Ok(())
}

/// Those, and whom the actor registered itself: an officer records what sellers of other places offer.
fn known_to(actor: &Actor) -> Condition {
    Condition::any().add(reached(&actor.scope)).add(seller::Column::RecordedBy.eq(&actor.account_id))
}

/// A seller within reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<SellerRow> {
    seller::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// A seller within reach, or one the actor registered itself.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(in crate::trade) async fn reached_by<C: ConnectionTrait>(connection: &C, actor: &Actor, id: &str) -> Outcome<SellerRow> {
    seller::Entity::find_by_id(id).filter(known_to(actor)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Sellers within reach of one name or credit code; two at most.
///
/// # Errors
/// Only ours.
pub async fn named<C: ConnectionTrait>(connection: &C, actor: &Actor, name: &str) -> Outcome<Vec<SellerRow>> {
    let said = Condition::any().add(seller::Column::Name.eq(name)).add(seller::Column::CreditCode.eq(name));
    Ok(seller::Entity::find().filter(known_to(actor)).filter(said).order_by_asc(seller::Column::Id).limit(2).all(connection).await?)
}

/// A farmer of this name at this place.
pub(in crate::trade) async fn same_farmer<C: ConnectionTrait>(connection: &C, row: &SellerRow) -> Outcome<Option<SellerRow>> {
    let query = seller::Entity::find()
        .filter(seller::Column::DivisionCode.eq(&row.division_code))
        .filter(seller::Column::Place.eq(&row.place))
        .filter(seller::Column::Name.eq(&row.name));
    Ok(query.one(connection).await?)
}

/// The organisation of a credit code, if it is on the platform.
pub(in crate::trade) async fn organisation_of<C: ConnectionTrait>(connection: &C, credit_code: &str) -> Outcome<Option<String>> {
    let found = organisation::Entity::find().filter(organisation::Column::CreditCode.eq(credit_code)).one(connection).await?;
    Ok(found.map(|row| row.id))
}

/// Where lists of sellers look; the state is the kind.
const PLACES: Places<'static, seller::Column> = Places {
    id: seller::Column::Id,
    newest: false,
    names: &[seller::Column::Name, seller::Column::CreditCode, seller::Column::Place],
    parties: &[],
    product: None,
    state: Some(seller::Column::Kind),
    when: None,
    orders: &[("name", seller::Column::Name), ("registered", seller::Column::Id)],
};

pub(in crate::trade) async fn page<C: ConnectionTrait>(
    connection: &C,
    actor: &Actor,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<SellerRow>, Option<String>)> {
    narrow.page(connection, seller::Entity::find().filter(known_to(actor)), &PLACES, cursor, limit).await
}

pub(in crate::trade) async fn shops<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<ShopRow>> {
    let query = seller_shop::Entity::find().filter(seller_shop::Column::SellerId.is_in(ids));
    Ok(query.order_by_asc(seller_shop::Column::SellerId).order_by_asc(seller_shop::Column::No).all(connection).await?)
}

/// The seller of an id or a credit code, whoever asks: who authorises names it.
pub(in crate::trade) async fn meant<C: ConnectionTrait>(connection: &C, said: &str) -> Outcome<Option<SellerRow>> {
    let said = said.trim();
    let by = Condition::any().add(seller::Column::Id.eq(said)).add(seller::Column::CreditCode.eq(crate::kernel::text::identifier(said)));
    Ok(seller::Entity::find().filter(by).one(connection).await?)
}

/// Names of sellers.
pub(in crate::trade) async fn names<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<SellerRow>> {
    Ok(seller::Entity::find().filter(seller::Column::Id.is_in(ids)).order_by_asc(seller::Column::Id).all(connection).await?)
}
