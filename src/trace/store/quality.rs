//! Rows that want something, each as id and what people call it.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::reach::{Columns, within};
use crate::entity::{batch, grower, organisation, plot, season_account};
use crate::kernel::{Outcome, Scope};

/// The most rows looked through for one finding.
const MOST: u64 = 100_000;

type Found = Vec<(String, String)>;

fn of_growers(scope: &Scope) -> sea_orm::Condition {
    within(scope, Columns { party: grower::Column::RegisteredById, grower: Some(grower::Column::Id), product: None })
}

fn of_plots(scope: &Scope) -> sea_orm::Condition {
    within(scope, Columns { party: plot::Column::HolderId, grower: None, product: None })
}

/// Households registered by one organisation under one name in one village with one number, or without any.
pub(in crate::trace) async fn growers_twice<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Found> {
    type Line = (String, String, String, String, Option<String>);
    let rows: Vec<Line> = grower::Entity::find()
        .select_only()
        .columns([
            grower::Column::Id,
            grower::Column::RegisteredById,
            grower::Column::Name,
            grower::Column::Village,
            grower::Column::HouseholdNo,
        ])
        .filter(of_growers(scope))
        .order_by_asc(grower::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(connection)
        .await?;
    let mut alike: BTreeMap<(String, String, String, Option<String>), Vec<String>> = BTreeMap::new();
    for (id, by, name, village, number) in rows {
        alike.entry((by, name, village, number)).or_default().push(id);
    }
    Ok(alike
        .into_iter()
        .filter(|(_, ids)| ids.len() > 1)
        .map(|((_, name, village, number), ids)| {
            let number = number.map(|n| format!(" {n}")).unwrap_or_default();
            (ids.into_iter().next().unwrap_or_default(), format!("{name}（{village}{number}）"))
        })
        .collect())
}

/// Plots whose place was declared and never drawn.
pub(in crate::trace) async fn plots_unplaced<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Found> {
    plots_where(connection, scope, plot::Column::Boundary.is_null()).await
}

/// Plots of which it is not known whether they lie in the area.
pub(in crate::trace) async fn plots_outside<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Found> {
    plots_where(connection, scope, plot::Column::Grade.eq("unknown")).await
}

async fn plots_where<C: ConnectionTrait>(connection: &C, scope: &Scope, test: sea_orm::sea_query::SimpleExpr) -> Outcome<Found> {
    let rows: Vec<(String, String, String)> = plot::Entity::find()
        .select_only()
        .columns([plot::Column::Id, plot::Column::Name, plot::Column::Village])
        .filter(of_plots(scope))
        .filter(plot::Column::ValidTo.is_null())
        .filter(test)
        .order_by_asc(plot::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(id, name, village)| (id, format!("{name}（{village}）"))).collect())
}

/// Organisations whose credit code fails its check character and was taken on evidence.
pub(in crate::trace) async fn organisations_overridden<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Outcome<Found> {
    let rows = organisation::Entity::find()
        .select_only()
        .columns([organisation::Column::Id, organisation::Column::Name])
        .filter(within(scope, Columns { party: organisation::Column::Id, grower: None, product: None }))
        .filter(organisation::Column::CreditCodeEvidence.is_not_null());
    Ok(rows.order_by_asc(organisation::Column::Id).into_tuple().all(connection).await?)
}

/// Batches with an amount that waits for a decision since `before` or longer.
pub(in crate::trace) async fn batches_pending<C: ConnectionTrait>(connection: &C, scope: &Scope, before: i64) -> Outcome<Found> {
    let rows = batch::Entity::find()
        .select_only()
        .columns([batch::Column::Id, batch::Column::Lot])
        .filter(within(scope, Columns { party: batch::Column::ProducerId, grower: None, product: Some(batch::Column::ProductId) }))
        .filter(batch::Column::Pending.gt(0))
        .filter(batch::Column::State.ne("voided"))
        .filter(batch::Column::RegisteredAt.lt(before));
    Ok(rows.order_by_asc(batch::Column::Id).limit(MOST).into_tuple().all(connection).await?)
}

/// Has this organisation any account of the product?
pub(in crate::trace) async fn has_account<C: ConnectionTrait>(connection: &C, party_id: &str, product_id: &str) -> Outcome<bool> {
    let found = season_account::Entity::find()
        .filter(season_account::Column::PartyId.eq(party_id))
        .filter(season_account::Column::ProductId.eq(product_id));
    Ok(found.one(connection).await?.is_some())
}
