//! Growers. Their names never leave a scope.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
    Set,
};

use super::scope;
use crate::db::Tx;
use crate::db::narrow::{Narrow, Places};
use crate::entity::grower::{self, Column as Col};
use crate::kernel::{Failure, Outcome, Scope};

pub use grower::Model as GrowerRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: GrowerRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// Place, household number and phone of a grower as they are from now on.
pub(in crate::registry) async fn change(tx: &Tx, row: &GrowerRow) -> Outcome<()> {
    let change = grower::ActiveModel {
        id: Set(row.id.clone()),
        division_code: Set(row.division_code.clone()),
        village: Set(row.village.clone()),
        household_no: Set(row.household_no.clone()),
        phone: Set(row.phone.clone()),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// A grower within reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(in crate::registry) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<GrowerRow> {
    let query = grower::Entity::find_by_id(id).filter(scope::growers(scope));
    query.one(connection).await?.ok_or_else(Failure::not_found)
}

/// Another grower this one may be: same organisation and village, with the same household number or, without one, the same name.
pub(in crate::registry) async fn same<C: ConnectionTrait>(connection: &C, row: &GrowerRow) -> Outcome<Option<GrowerRow>> {
    let mut query = grower::Entity::find()
        .filter(grower::Column::Id.ne(&row.id))
        .filter(grower::Column::RegisteredById.eq(&row.registered_by_id))
        .filter(grower::Column::DivisionCode.eq(&row.division_code))
        .filter(grower::Column::Village.eq(&row.village));
    query = match &row.household_no {
        Some(number) => query.filter(grower::Column::HouseholdNo.eq(number)),
        None => query.filter(grower::Column::Name.eq(&row.name)).filter(grower::Column::HouseholdNo.is_null()),
    };
    Ok(query.one(connection).await?)
}

/// Growers within reach after `cursor`, in the order of their ids.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    organisation_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<GrowerRow>> {
    let mut query = grower::Entity::find().filter(scope::growers(scope)).order_by_asc(grower::Column::Id).limit(limit);
    if let Some(id) = organisation_id {
        query = query.filter(grower::Column::RegisteredById.eq(id));
    }
    if let Some(cursor) = cursor {
        query = query.filter(grower::Column::Id.gt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Where lists of growers look.
const PLACES: Places<'static, Col> = Places {
    id: Col::Id,
    newest: false,
    names: &[Col::Name, Col::HouseholdNo, Col::Village],
    parties: &[],
    product: None,
    state: Some(Col::Kind),
    when: None,
    orders: &[("name", Col::Name), ("village", Col::Village), ("registered", Col::Id)],
};

/// Growers within reach as somebody looks for them. Those that `named` names are meant by the text too.
pub(in crate::registry) async fn listed<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<GrowerRow>, Option<String>)> {
    let places = if narrow.named.is_empty() { PLACES } else { Places { parties: &[Col::Id], ..PLACES } };
    narrow.page(connection, grower::Entity::find().filter(scope::growers(scope)), &places, cursor, limit).await
}

/// Ids of the growers within reach that [`listed`] would show, in no order, `limit` at most.
pub(in crate::registry) async fn ids<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow,
    limit: u64,
) -> Outcome<Vec<String>> {
    let places = if narrow.named.is_empty() { PLACES } else { Places { parties: &[Col::Id], ..PLACES } };
    let query = narrow.rows(grower::Entity::find().filter(scope::growers(scope)), &places);
    Ok(query.select_only().column(Col::Id).limit(limit).into_tuple().all(connection).await?)
}

fn of(scope: &Scope, organisation_id: Option<&str>) -> Select<grower::Entity> {
    let query = grower::Entity::find().filter(scope::growers(scope));
    match organisation_id {
        Some(id) => query.filter(Col::RegisteredById.eq(id)),
        None => query,
    }
}

/// Growers of one of these household numbers or names, in the order of their ids.
pub(in crate::registry) async fn called<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    organisation_id: Option<&str>,
    said: &[String],
    limit: u64,
) -> Outcome<Vec<GrowerRow>> {
    let any = Condition::any().add(Col::HouseholdNo.is_in(said)).add(Col::Name.is_in(said));
    Ok(of(scope, organisation_id).filter(any).order_by_asc(Col::Id).limit(limit).all(connection).await?)
}

/// Id, name, village and household number.
pub(in crate::registry) type Called = (String, String, String, Option<String>);

/// What growers are called by, after `cursor`, in the order of their ids.
pub(in crate::registry) async fn names<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    organisation_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<Called>> {
    let mut query = of(scope, organisation_id).order_by_asc(Col::Id).limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.gt(cursor));
    }
    let query = query.select_only().columns([Col::Id, Col::Name, Col::Village, Col::HouseholdNo]);
    Ok(query.into_tuple().all(connection).await?)
}

/// Growers by id, within reach, in the order of their ids.
pub(in crate::registry) async fn some<C: ConnectionTrait>(connection: &C, scope: &Scope, ids: &[String]) -> Outcome<Vec<GrowerRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(of(scope, None).filter(Col::Id.is_in(ids)).order_by_asc(Col::Id).all(connection).await?)
}
