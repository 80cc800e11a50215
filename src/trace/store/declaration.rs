//! Declarations of stock, and what the books say lies in a cold store.

use std::collections::BTreeMap;

use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::reach::{Columns, within};
use super::{narrowed, newest};
use crate::db::{Tx, duplicate_as};
use crate::entity::{batch, facility, shipment, shipment_line, stock_declaration};
use crate::kernel::{Failure, Outcome, Scope};
use crate::registry::facility::FacilityKind;
use crate::trace::batch::BatchState;
use crate::trace::declaration::DeclarationFilter;

pub use facility::Model as FacilityRow;
pub use stock_declaration::Model as DeclarationRow;

use stock_declaration::Column as Col;

/// What lies in a facility by the books, by product and season: of every released batch kept there what is covered and neither moved,
/// gone, seized, nor shipped under codes and not come back.
pub(in crate::trace) async fn booked<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    facility_id: &str,
) -> Outcome<BTreeMap<(String, String), i64>> {
    let rows = batch::Entity::find()
        .filter(batch::Column::ProducerId.eq(organisation_id))
        .filter(batch::Column::Facility.eq(facility_id))
        .filter(batch::Column::ReleasedAt.is_not_null())
        .filter(batch::Column::State.ne(BatchState::Voided.word()))
        .all(connection)
        .await?;
    let mut shipped: BTreeMap<String, i64> = BTreeMap::new();
    for some in rows.chunks(400) {
        let mut standing = Query::select();
        standing.column(shipment::Column::Id).from(shipment::Entity).cond_where(shipment::Column::State.ne("voided"));
        let lines = shipment_line::Entity::find()
            .filter(shipment_line::Column::BatchId.is_in(some.iter().map(|row| row.id.as_str())))
            .filter(shipment_line::Column::OrderNo.is_not_null())
            .filter(shipment_line::Column::ShipmentId.in_subquery(standing));
        for line in lines.all(connection).await? {
            *shipped.entry(line.batch_id).or_default() += line.amount - line.returned;
        }
    }
    let mut sums = BTreeMap::new();
    for row in rows {
        let gone = row.moved + row.gone + row.seized + shipped.get(&row.id).copied().unwrap_or(0);
        *sums.entry((row.product_id, row.season)).or_default() += row.covered - gone;
    }
    Ok(sums)
}

/// What was declared of a cold store, product and season for a quarter.
pub(in crate::trace) async fn declared<C: ConnectionTrait>(
    connection: &C,
    [facility_id, product_id, season, quarter]: [&str; 4],
) -> Outcome<Option<DeclarationRow>> {
    let query = stock_declaration::Entity::find()
        .filter(Col::FacilityId.eq(facility_id))
        .filter(Col::ProductId.eq(product_id))
        .filter(Col::Season.eq(season))
        .filter(Col::Quarter.eq(quarter));
    Ok(query.one(connection).await?)
}

/// Everything declared for a quarter of these facilities, as (facility, product, season).
pub(in crate::trace) async fn declared_in<C: ConnectionTrait>(
    connection: &C,
    facilities: &[FacilityRow],
    quarter: &str,
) -> Outcome<Vec<(String, String, String)>> {
    let ids = facilities.iter().map(|row| row.id.clone());
    let rows =
        stock_declaration::Entity::find().filter(Col::FacilityId.is_in(ids)).filter(Col::Quarter.eq(quarter)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.facility_id, row.product_id, row.season)).collect())
}

pub(in crate::trace) async fn insert(tx: &Tx, row: DeclarationRow) -> Outcome<()> {
    let quarter = row.quarter.clone();
    let taken = || Failure::conflict("already_declared").with("quarter", &quarter).with("figure", "–").with("on", "–");
    stock_declaration::ActiveModel::from(row).insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    Ok(())
}

/// Writes a declaration anew under its old id.
pub(in crate::trace) async fn replace(tx: &Tx, row: DeclarationRow) -> Outcome<()> {
    stock_declaration::ActiveModel::from(row).reset_all().update(tx.connection()).await?;
    Ok(())
}

/// A facility.
pub(in crate::trace) async fn facility<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<FacilityRow>> {
    Ok(facility::Entity::find_by_id(id).one(connection).await?)
}

/// The cold stores a scope reaches that are valid on a day.
pub(in crate::trace) async fn cold_stores<C: ConnectionTrait>(connection: &C, scope: &Scope, day: &str) -> Outcome<Vec<FacilityRow>> {
    let reached = within(scope, Columns { party: facility::Column::OrganisationId, grower: None, product: None });
    let open = Condition::any().add(facility::Column::ValidTo.is_null()).add(facility::Column::ValidTo.gte(day));
    let query = facility::Entity::find()
        .filter(reached)
        .filter(facility::Column::Kind.eq(FacilityKind::ColdStore.word()))
        .filter(facility::Column::ValidFrom.lte(day))
        .filter(open)
        .order_by_asc(facility::Column::Id);
    Ok(query.limit(500).all(connection).await?)
}

/// Declarations within a scope, newest first, before `cursor`.
pub(in crate::trace) async fn declarations<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &DeclarationFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<DeclarationRow>, Option<String>)> {
    let reached = within(scope, Columns { party: Col::OrganisationId, grower: None, product: None });
    let query = narrowed(
        stock_declaration::Entity::find().filter(reached),
        [
            (Col::OrganisationId, &filter.organisation_id),
            (Col::FacilityId, &filter.facility_id),
            (Col::ProductId, &filter.product_id),
            (Col::Season, &filter.season),
            (Col::Quarter, &filter.quarter),
        ],
    );
    newest(connection, query, (Col::Id, |row| row.id.clone()), cursor, limit).await
}
