//! Consents of growers.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};

use crate::db::Tx;
use crate::entity::consent::{self, Column as Col};
use crate::entity::grower;
use crate::kernel::{Desk, Failure, Outcome};

pub use consent::Model as ConsentRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: ConsentRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// A consent by its id.
pub(in crate::registry) async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<ConsentRow> {
    consent::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Consents of a grower, newest first.
pub(in crate::registry) async fn of_grower<C: ConnectionTrait>(connection: &C, grower_id: &str) -> Outcome<Vec<ConsentRow>> {
    Ok(consent::Entity::find().filter(Col::GrowerId.eq(grower_id)).order_by_desc(Col::Id).all(connection).await?)
}

/// Consents of one purpose that stand, of growers an organisation registered, with the grower's name; newest first.
///
/// # Errors
/// Only ours.
pub async fn standing<C: ConnectionTrait>(connection: &C, organisation_id: &str, purpose: &str) -> Outcome<Vec<(ConsentRow, String)>> {
    let growers = grower::Entity::find().filter(grower::Column::RegisteredById.eq(organisation_id));
    let own = growers.clone().select_only().column(grower::Column::Id);
    let found = consent::Entity::find()
        .filter(Col::Purpose.eq(purpose))
        .filter(Col::WithdrawnAt.is_null())
        .filter(Col::GrowerId.in_subquery(own.into_query()))
        .order_by_desc(Col::Id)
        .all(connection)
        .await?;
    let named = growers.filter(grower::Column::Id.is_in(found.iter().map(|row| row.grower_id.clone()))).all(connection).await?;
    let name = |row: &ConsentRow| named.iter().find(|one| one.id == row.grower_id).map(|one| one.name.clone()).unwrap_or_default();
    Ok(found.into_iter().map(|row| (row.clone(), name(&row))).collect())
}

/// Withdraws a consent. Answers whether it still stood.
pub(in crate::registry) async fn withdraw(tx: &Tx, desk: &Desk, id: &str) -> Outcome<bool> {
    let update = consent::Entity::update_many()
        .set(consent::ActiveModel {
            withdrawn_at: Set(Some(desk.clock.now())),
            withdrawn_by: Set(Some(desk.actor.account_id.clone())),
            ..Default::default()
        })
        .filter(Col::Id.eq(id))
        .filter(Col::WithdrawnAt.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}
