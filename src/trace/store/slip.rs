//! Growers' slips and objections, and what a grower's own view shows.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::reach::{Columns, within};
use super::register::GrowerRow;
use super::{locked, narrowed, newest};
use crate::db::Tx;
use crate::entity::{delivery, grower, grower_slip, objection, organisation, plot, season_account};
use crate::kernel::{Desk, Failure, Outcome, Scope};
use crate::trace::slip::{ObjectionFilter, ObjectionState};

pub use grower_slip::Model as SlipRow;
pub use objection::Model as ObjectionRow;

/// The grower, locked until the commit: slips and objections of one grower are counted by one at a time.
pub(in crate::trace) async fn lock_grower(tx: &Tx, id: &str) -> Outcome<GrowerRow> {
    locked(tx, grower::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Slips of a grower that are good, newest first.
pub(in crate::trace) async fn live<C: ConnectionTrait>(connection: &C, grower_id: &str) -> Outcome<Vec<SlipRow>> {
    let query = grower_slip::Entity::find()
        .filter(grower_slip::Column::GrowerId.eq(grower_id))
        .filter(grower_slip::Column::RevokedAt.is_null())
        .order_by_desc(grower_slip::Column::Id);
    Ok(query.all(connection).await?)
}

pub(in crate::trace) async fn insert(tx: &Tx, row: SlipRow) -> Outcome<()> {
    grower_slip::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// A slip by its id.
pub(in crate::trace) async fn slip<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<SlipRow> {
    grower_slip::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The good slip with this hash.
pub(in crate::trace) async fn by_hash<C: ConnectionTrait>(connection: &C, hash: &str) -> Outcome<Option<SlipRow>> {
    let query =
        grower_slip::Entity::find().filter(grower_slip::Column::TokenHash.eq(hash)).filter(grower_slip::Column::RevokedAt.is_null());
    Ok(query.one(connection).await?)
}

/// Revokes a slip. Answers whether it was still good.
pub(in crate::trace) async fn revoke(tx: &Tx, desk: &Desk, id: &str) -> Outcome<bool> {
    let update = grower_slip::Entity::update_many()
        .set(grower_slip::ActiveModel {
            revoked_at: Set(Some(desk.clock.now())),
            revoked_by: Set(Some(desk.actor.account_id.clone())),
            ..Default::default()
        })
        .filter(grower_slip::Column::Id.eq(id))
        .filter(grower_slip::Column::RevokedAt.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

pub(in crate::trace) async fn insert_objection(tx: &Tx, row: ObjectionRow) -> Outcome<()> {
    objection::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// Objections of a grower, newest first.
pub(in crate::trace) async fn objections_of<C: ConnectionTrait>(connection: &C, grower_id: &str) -> Outcome<Vec<ObjectionRow>> {
    let query = objection::Entity::find().filter(objection::Column::GrowerId.eq(grower_id)).order_by_desc(objection::Column::Id).limit(200);
    Ok(query.all(connection).await?)
}

/// Subjects among these with an open objection.
///
/// # Errors
/// Only ours.
pub async fn objected<C: ConnectionTrait>(connection: &C, subjects: Vec<String>) -> Outcome<BTreeSet<String>> {
    if subjects.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = objection::Entity::find()
        .filter(objection::Column::SubjectId.is_in(subjects))
        .filter(objection::Column::State.eq(ObjectionState::Open.word()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.subject_id).collect())
}

fn reached(scope: &Scope) -> Condition {
    within(scope, Columns { party: objection::Column::OrganisationId, grower: Some(objection::Column::GrowerId), product: None })
}

/// An objection within a scope.
pub(in crate::trace) async fn objection_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ObjectionRow> {
    objection::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Objections within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn objections<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &ObjectionFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ObjectionRow>, Option<String>)> {
    let query = narrowed(
        objection::Entity::find().filter(reached(scope)),
        [
            (objection::Column::State, &filter.state),
            (objection::Column::GrowerId, &filter.grower_id),
            (objection::Column::SubjectId, &filter.subject_id),
        ],
    );
    newest(connection, query, (objection::Column::Id, |row| row.id.clone()), cursor, limit).await
}

/// Answers an open objection. Answers whether it was still open.
pub(in crate::trace) async fn answer(tx: &Tx, desk: &Desk, id: &str, state: ObjectionState, text: &str) -> Outcome<bool> {
    let update = objection::Entity::update_many()
        .set(objection::ActiveModel {
            state: Set(state.word().to_owned()),
            answer: Set(Some(text.to_owned())),
            answered_by: Set(Some(desk.actor.account_id.clone())),
            answered_at: Set(Some(desk.clock.now())),
            ..Default::default()
        })
        .filter(objection::Column::Id.eq(id))
        .filter(objection::Column::State.eq(ObjectionState::Open.word()));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}

/// The newest deliveries of a grower.
pub(in crate::trace) async fn deliveries_of<C: ConnectionTrait>(connection: &C, grower_id: &str) -> Outcome<Vec<delivery::Model>> {
    let query = delivery::Entity::find()
        .filter(delivery::Column::GrowerId.eq(grower_id))
        .order_by_desc(delivery::Column::DeliveredOn)
        .order_by_desc(delivery::Column::Id)
        .limit(200);
    Ok(query.all(connection).await?)
}

/// Plots of these holders.
pub(in crate::trace) async fn plots_of<C: ConnectionTrait>(connection: &C, holders: Vec<String>) -> Outcome<Vec<plot::Model>> {
    if holders.is_empty() {
        return Ok(Vec::new());
    }
    Ok(plot::Entity::find().filter(plot::Column::HolderId.is_in(holders)).order_by_asc(plot::Column::Id).all(connection).await?)
}

/// Accounts of a party, newest season first.
pub(in crate::trace) async fn accounts_of<C: ConnectionTrait>(connection: &C, party_id: &str) -> Outcome<Vec<season_account::Model>> {
    let query = season_account::Entity::find()
        .filter(season_account::Column::PartyId.eq(party_id))
        .order_by_desc(season_account::Column::Season)
        .order_by_asc(season_account::Column::Id)
        .limit(50);
    Ok(query.all(connection).await?)
}

/// What each of these growers delivered, by grower, product and season.
pub(in crate::trace) async fn delivered_by<C: ConnectionTrait>(
    connection: &C,
    growers: Vec<String>,
) -> Outcome<BTreeMap<(String, String, String), i64>> {
    if growers.is_empty() {
        return Ok(BTreeMap::new());
    }
    use delivery::Column as Col;
    let rows = delivery::Entity::find()
        .filter(Col::GrowerId.is_in(growers))
        .filter(Col::VoidedAt.is_null())
        .select_only()
        .columns([Col::GrowerId, Col::ProductId, Col::Season, Col::Amount])
        .into_tuple::<(String, String, String, i64)>()
        .all(connection)
        .await?;
    let mut sums = BTreeMap::new();
    for (grower, product, season, amount) in rows {
        *sums.entry((grower, product, season)).or_insert(0) += amount;
    }
    Ok(sums)
}

/// Names of organisations by id.
pub(in crate::trace) async fn organisation_names<C: ConnectionTrait>(
    connection: &C,
    ids: Vec<String>,
) -> Outcome<BTreeMap<String, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = organisation::Entity::find().filter(organisation::Column::Id.is_in(ids)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
