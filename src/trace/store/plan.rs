//! Season plans and their lines, and the land they are worked out from.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::reach::{Columns, within};
use crate::db::{Tx, duplicate_as};
use crate::entity::{grower, organisation, plot, season_account, season_plan, season_plan_line};
use crate::kernel::{Failure, Outcome, Scope};

pub use season_plan::Model as PlanRow;
pub use season_plan_line::Model as PlanLineRow;

/// Whose land, how much.
#[derive(Debug, Clone)]
pub(in crate::trace) struct Land {
    pub party_id: String,
    pub name: String,
    pub area_m2: i64,
}

/// Land of a product valid on `day` of parties the scope reaches, in the order of the parties' ids.
pub(in crate::trace) async fn land(tx: &Tx, scope: &Scope, product_id: &str, day: &str) -> Outcome<Vec<Land>> {
    let columns = Columns { party: plot::Column::HolderId, grower: None, product: Some(plot::Column::ProductId) };
    let rows: Vec<(String, i64)> = plot::Entity::find()
        .select_only()
        .columns([plot::Column::HolderId, plot::Column::AreaM2])
        .filter(plot::Column::ProductId.eq(product_id))
        .filter(plot::Column::ValidFrom.lte(day))
        .filter(Condition::any().add(plot::Column::ValidTo.is_null()).add(plot::Column::ValidTo.gte(day)))
        .filter(within(scope, columns))
        .into_tuple()
        .all(tx.connection())
        .await?;
    let mut areas: BTreeMap<String, i64> = BTreeMap::new();
    for (holder, area) in rows {
        *areas.entry(holder).or_default() += area;
    }
    let names = names(tx.connection(), areas.keys().cloned().collect()).await?;
    Ok(areas
        .into_iter()
        .map(|(party_id, area_m2)| Land { name: names.get(&party_id).cloned().unwrap_or_default(), party_id, area_m2 })
        .collect())
}

/// Names of organisations and growers.
pub(in crate::trace) async fn names<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for some in ids.chunks(5_000) {
        let found: Vec<(String, String)> = organisation::Entity::find()
            .select_only()
            .columns([organisation::Column::Id, organisation::Column::Name])
            .filter(organisation::Column::Id.is_in(some.iter()))
            .into_tuple()
            .all(connection)
            .await?;
        names.extend(found);
        let found: Vec<(String, String)> = grower::Entity::find()
            .select_only()
            .columns([grower::Column::Id, grower::Column::Name])
            .filter(grower::Column::Id.is_in(some.iter()))
            .into_tuple()
            .all(connection)
            .await?;
        names.extend(found);
    }
    Ok(names)
}

/// Villages of growers.
pub(in crate::trace) async fn villages<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<BTreeMap<String, String>> {
    let mut villages = BTreeMap::new();
    for some in ids.chunks(5_000) {
        let found: Vec<(String, String)> = grower::Entity::find()
            .select_only()
            .columns([grower::Column::Id, grower::Column::Village])
            .filter(grower::Column::Id.is_in(some.iter()))
            .into_tuple()
            .all(connection)
            .await?;
        villages.extend(found);
    }
    Ok(villages)
}

/// An organisation or grower by id, credit code or registered name; none if there is none or several.
pub(in crate::trace) async fn party_called(tx: &Tx, called: &str) -> Outcome<Option<String>> {
    let code = crate::kernel::text::identifier(called);
    let found: Vec<String> = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Id)
        .filter(
            Condition::any()
                .add(organisation::Column::Id.eq(called))
                .add(organisation::Column::CreditCode.eq(code))
                .add(organisation::Column::Name.eq(called)),
        )
        .limit(2)
        .into_tuple()
        .all(tx.connection())
        .await?;
    if let [only] = found.as_slice() {
        return Ok(Some(only.clone()));
    }
    Ok(grower::Entity::find_by_id(called).one(tx.connection()).await?.map(|row| row.id))
}

/// The next version for a product and season.
pub(in crate::trace) async fn next_version(tx: &Tx, product_id: &str, season: &str) -> Outcome<i64> {
    let last: Option<i64> = season_plan::Entity::find()
        .select_only()
        .column(season_plan::Column::Version)
        .filter(season_plan::Column::ProductId.eq(product_id))
        .filter(season_plan::Column::Season.eq(season))
        .order_by_desc(season_plan::Column::Version)
        .into_tuple()
        .one(tx.connection())
        .await?;
    Ok(last.unwrap_or(0) + 1)
}

pub(in crate::trace) async fn insert(tx: &Tx, row: PlanRow, lines: Vec<PlanLineRow>) -> Outcome<()> {
    let season = row.season.clone();
    row.into_active_model()
        .insert(tx.connection())
        .await
        .map_err(duplicate_as(|| Failure::conflict("plan_version_taken").with("season", season)))?;
    for some in lines.chunks(500) {
        let some = some.iter().cloned().map(IntoActiveModel::into_active_model);
        season_plan_line::Entity::insert_many(some).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Plans of products the scope may plan for; all of them for who sees all, by county or by right for others.
pub(in crate::trace) async fn page<C: ConnectionTrait>(connection: &C, products: Option<Vec<String>>) -> Outcome<Vec<PlanRow>> {
    let mut query = season_plan::Entity::find().order_by_desc(season_plan::Column::Id).limit(200);
    if let Some(ids) = products {
        query = query.filter(season_plan::Column::ProductId.is_in(ids));
    }
    Ok(query.all(connection).await?)
}

pub(in crate::trace) async fn one<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<PlanRow> {
    season_plan::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)
}

pub(in crate::trace) async fn lines<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<PlanLineRow>> {
    let query = season_plan_line::Entity::find().filter(season_plan_line::Column::PlanId.eq(id));
    Ok(query.order_by_asc(season_plan_line::Column::PartyId).all(connection).await?)
}

/// The plan published or approved last for a product.
pub(in crate::trace) async fn public_of<C: ConnectionTrait>(connection: &C, product_id: &str) -> Outcome<Option<PlanRow>> {
    let query = season_plan::Entity::find()
        .filter(season_plan::Column::ProductId.eq(product_id))
        .filter(season_plan::Column::PublishedFrom.is_not_null())
        .filter(season_plan::Column::State.ne("refused"))
        .order_by_desc(season_plan::Column::Season)
        .order_by_desc(season_plan::Column::Version);
    Ok(query.one(connection).await?)
}

/// What accounts of a product and season say is approved, by party.
pub(in crate::trace) async fn approved_now<C: ConnectionTrait>(
    connection: &C,
    product_id: &str,
    season: &str,
) -> Outcome<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64, i64)> = season_account::Entity::find()
        .select_only()
        .columns([season_account::Column::PartyId, season_account::Column::Approved, season_account::Column::Adjusted])
        .filter(season_account::Column::ProductId.eq(product_id))
        .filter(season_account::Column::Season.eq(season))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(party, approved, adjusted)| (party, approved + adjusted)).collect())
}

/// What changes when a plan is decided or published.
#[derive(Debug, Clone, Default)]
pub(in crate::trace) struct Step {
    pub state: &'static str,
    pub published: Option<(String, String)>,
    pub decided: Option<(String, i64)>,
    pub reason: Option<String>,
}

/// Takes a plan from one of `from` to another state. Answers whether it was still in one of them.
pub(in crate::trace) async fn step(tx: &Tx, id: &str, from: &[&str], step: Step) -> Outcome<bool> {
    let mut change = season_plan::ActiveModel { state: Set(step.state.to_owned()), ..Default::default() };
    if let Some((first, last)) = step.published {
        change.published_from = Set(Some(first));
        change.published_to = Set(Some(last));
    }
    if let Some((by, at)) = step.decided {
        change.decided_by = Set(Some(by));
        change.decided_at = Set(Some(at));
        change.decision_reason = Set(step.reason);
    }
    let update = season_plan::Entity::update_many()
        .set(change)
        .filter(season_plan::Column::Id.eq(id))
        .filter(season_plan::Column::State.is_in(from.iter().copied()));
    Ok(update.exec(tx.connection()).await?.rows_affected == 1)
}
