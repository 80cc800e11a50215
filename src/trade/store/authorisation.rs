//! Authorisations of sellers.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::seller::sellers_reached;
use crate::db::Tx;
use crate::db::region::organisations_in;
use crate::entity::{authorisation, organisation};
use crate::kernel::{Failure, Outcome, Scope};

pub use authorisation::Model as AuthorisationRow;

/// Of producers of one's own or of the region.
fn granted(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let any = Condition::any().add(authorisation::Column::ProducerId.is_in(scope.organisations.iter()));
    if scope.divisions.is_empty() { any } else { any.add(authorisation::Column::ProducerId.in_subquery(organisations_in(scope))) }
}

/// Those, and of sellers within reach.
fn within(scope: &Scope) -> Condition {
    Condition::any().add(granted(scope)).add(authorisation::Column::SellerId.in_subquery(sellers_reached(scope)))
}

pub(in crate::trade) async fn insert(tx: &Tx, row: AuthorisationRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// One that a producer within reach granted.
pub(in crate::trade) async fn of_producer<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<AuthorisationRow> {
    authorisation::Entity::find_by_id(id).filter(granted(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(in crate::trade) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<AuthorisationRow> {
    authorisation::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Another of the same four that stands on one of the same days.
pub(in crate::trade) async fn overlapping<C: ConnectionTrait>(connection: &C, row: &AuthorisationRow) -> Outcome<Option<AuthorisationRow>> {
    use authorisation::Column as C;
    let mut query = authorisation::Entity::find().filter(C::ProducerId.eq(&row.producer_id)).filter(C::SellerId.eq(&row.seller_id));
    query = query.filter(C::ProductId.eq(&row.product_id)).filter(C::Season.eq(&row.season));
    query = query.filter(C::ToDay.is_null().or(C::ToDay.gte(&row.from_day)));
    if let Some(to) = &row.to_day {
        query = query.filter(C::FromDay.lte(to));
    }
    Ok(query.order_by_asc(C::Id).one(connection).await?)
}

pub(in crate::trade) async fn end(tx: &Tx, id: &str, last_day: &str, reason: &str) -> Outcome<()> {
    let change = authorisation::ActiveModel {
        id: Set(id.to_owned()),
        to_day: Set(Some(last_day.to_owned())),
        end_reason: Set(Some(reason.to_owned())),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// What a list is cut down to.
#[derive(Debug, Clone, Default)]
pub(in crate::trade) struct Wanted {
    pub seller_id: Option<String>,
    pub producer_id: Option<String>,
    pub product_id: Option<String>,
    /// In force on this day.
    pub on: Option<String>,
}

fn narrowed(wanted: &Wanted) -> Condition {
    use authorisation::Column as C;
    let mut all = Condition::all();
    for (column, value) in [(C::SellerId, &wanted.seller_id), (C::ProducerId, &wanted.producer_id), (C::ProductId, &wanted.product_id)] {
        if let Some(value) = value {
            all = all.add(column.eq(value));
        }
    }
    match &wanted.on {
        Some(day) => all.add(C::FromDay.lte(day)).add(C::ToDay.is_null().or(C::ToDay.gte(day))),
        None => all,
    }
}

/// Authorisations within reach, in the order they were granted.
pub(in crate::trade) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<AuthorisationRow>> {
    let mut query = authorisation::Entity::find().filter(within(scope)).filter(narrowed(wanted));
    if let Some(cursor) = cursor {
        query = query.filter(authorisation::Column::Id.gt(cursor));
    }
    Ok(query.order_by_asc(authorisation::Column::Id).limit(limit).all(connection).await?)
}

/// Everybody's, for the public roll.
pub(in crate::trade) async fn all<C: ConnectionTrait>(connection: &C, wanted: &Wanted, limit: u64) -> Outcome<Vec<AuthorisationRow>> {
    let query = authorisation::Entity::find().filter(narrowed(wanted)).order_by_asc(authorisation::Column::Id);
    Ok(query.limit(limit).all(connection).await?)
}

/// Names of the producers and products of some authorisations.
pub(in crate::trade) async fn organisations<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<(String, String)>> {
    let query = organisation::Entity::find().filter(organisation::Column::Id.is_in(ids)).select_only();
    Ok(query.column(organisation::Column::Id).column(organisation::Column::Name).into_tuple().all(connection).await?)
}
