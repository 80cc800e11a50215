//! Growers. Their names never leave a scope.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set};

use super::scope;
use crate::db::Tx;
use crate::entity::grower;
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
