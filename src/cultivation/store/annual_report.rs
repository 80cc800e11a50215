//! Yearly reports with their figures, points and steps; county figures; who is asked to report.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::region::{organisations_in, own_or_handed_in, subquery};
use crate::db::{Tx, duplicate_as};
use crate::entity::{
    annual_report as report, annual_report_figure as figure, annual_report_point as point, annual_report_step as step, county_figure,
    gi_right, mark_use, plot,
};
use crate::kernel::{Day, Failure, Outcome, Scope};

pub use county_figure::Model as CountyRow;
pub use figure::Model as FigureRow;
pub use point::Model as ReportPointRow;
pub use report::Model as ReportRow;
pub use step::Model as ReportStepRow;

use report::Column as Col;

/// One's own, drafts among them; once handed in also those of the region and of products on which a right is held.
fn within(scope: &Scope) -> Condition {
    own_or_handed_in(scope, Col::OrganisationId, Col::SubmittedAt, Col::ProductId, gi_right::Column::ProductId)
}

/// Which reports are wanted.
#[derive(Debug, Clone, Default)]
pub(in crate::cultivation) struct Wanted {
    pub states: Vec<&'static str>,
    pub organisation_id: Option<String>,
    pub product_id: Option<String>,
    pub year: Option<i64>,
}

/// Begins one; a version that is open stands in its way.
pub(in crate::cultivation) async fn insert(tx: &Tx, row: ReportRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::conflict("annual_report_open")))?;
    Ok(())
}

pub(in crate::cultivation) async fn update(tx: &Tx, row: &ReportRow) -> Outcome<()> {
    row.clone().into_active_model().reset_all().update(tx.connection()).await?;
    Ok(())
}

/// One within reach, held until the commit.
pub(in crate::cultivation) async fn lock(tx: &Tx, scope: &Scope, id: &str) -> Outcome<ReportRow> {
    tx.locked(report::Entity::find_by_id(id).filter(within(scope))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

pub(in crate::cultivation) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ReportRow> {
    report::Entity::find_by_id(id).filter(within(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Every version of an organisation's report on a product and year, the newest first.
pub(in crate::cultivation) async fn versions<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    product_id: &str,
    year: i64,
) -> Outcome<Vec<ReportRow>> {
    let query = report::Entity::find()
        .filter(Col::OrganisationId.eq(organisation_id))
        .filter(Col::ProductId.eq(product_id))
        .filter(Col::Year.eq(year));
    Ok(query.order_by_desc(Col::Version).all(connection).await?)
}

/// Within reach, newest first.
pub(in crate::cultivation) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<ReportRow>> {
    let mut query = report::Entity::find().filter(within(scope)).order_by_desc(Col::Id).limit(limit);
    if !wanted.states.is_empty() {
        query = query.filter(Col::State.is_in(wanted.states.iter().copied()));
    }
    for (column, value) in [(Col::OrganisationId, &wanted.organisation_id), (Col::ProductId, &wanted.product_id)] {
        if let Some(value) = value {
            query = query.filter(column.eq(value));
        }
    }
    if let Some(year) = wanted.year {
        query = query.filter(Col::Year.eq(year));
    }
    if let Some(cursor) = cursor {
        query = query.filter(Col::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}

/// Puts figures of a source in the place of those there were.
pub(in crate::cultivation) async fn put_figures(tx: &Tx, id: &str, source: &str, rows: Vec<FigureRow>) -> Outcome<()> {
    let old = figure::Entity::delete_many().filter(figure::Column::ReportId.eq(id)).filter(figure::Column::Source.eq(source));
    old.exec(tx.connection()).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    figure::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Figures of some reports, by report.
pub(in crate::cultivation) async fn figures<C: ConnectionTrait>(
    connection: &C,
    ids: Vec<String>,
) -> Outcome<BTreeMap<String, Vec<FigureRow>>> {
    let mut found: BTreeMap<String, Vec<FigureRow>> = BTreeMap::new();
    for some in ids.chunks(500) {
        for row in figure::Entity::find().filter(figure::Column::ReportId.is_in(some)).all(connection).await? {
            found.entry(row.report_id.clone()).or_default().push(row);
        }
    }
    Ok(found)
}

pub(in crate::cultivation) async fn insert_points(tx: &Tx, rows: Vec<ReportPointRow>) -> Outcome<()> {
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    point::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every point, in the order of the rounds.
pub(in crate::cultivation) async fn points<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<ReportPointRow>> {
    let query = point::Entity::find().filter(point::Column::ReportId.eq(id));
    Ok(query.order_by_asc(point::Column::Round).order_by_asc(point::Column::Position).all(connection).await?)
}

pub(in crate::cultivation) async fn insert_step(tx: &Tx, row: ReportStepRow) -> Outcome<()> {
    let mut row = row.into_active_model();
    row.id = sea_orm::NotSet;
    step::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every step, in order.
pub(in crate::cultivation) async fn steps<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<ReportStepRow>> {
    Ok(step::Entity::find().filter(step::Column::ReportId.eq(id)).order_by_asc(step::Column::Id).all(connection).await?)
}

/// Somebody who used a mark of a product on a day of a year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// The product.
    pub product_id: String,
    /// The organisation.
    pub organisation_id: String,
    /// Since when, of the earliest use.
    pub since: String,
}

/// Everybody within reach whose use of a mark was in force on a day between two; each with each product once.
pub(in crate::cultivation) async fn users<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    product_id: Option<&str>,
    organisation_id: Option<&str>,
    (from, to): (Day, Day),
) -> Outcome<Vec<User>> {
    use mark_use::Column as U;
    let mut rights = gi_right::Entity::find().select_only().columns([gi_right::Column::Id, gi_right::Column::ProductId]);
    if let Some(product_id) = product_id {
        rights = rights.filter(gi_right::Column::ProductId.eq(product_id));
    }
    let rights: Vec<(String, String)> = rights.into_tuple().all(connection).await?;
    let rights: BTreeMap<String, String> = rights.into_iter().collect();
    let held = subquery(gi_right::Entity, gi_right::Column::Id, gi_right::Column::HolderId.is_in(scope.holders.iter()));
    let mut seen = Condition::any().add(U::OrganisationId.is_in(scope.organisations.iter()));
    if scope.all {
        seen = seen.add(U::Id.is_not_null());
    }
    if !scope.divisions.is_empty() {
        seen = seen.add(U::OrganisationId.in_subquery(organisations_in(scope)));
    }
    if !scope.holders.is_empty() {
        seen = seen.add(U::RightId.in_subquery(held));
    }
    let mut query = mark_use::Entity::find()
        .filter(seen)
        .filter(U::InForceFrom.lte(to.to_string()))
        .filter(Condition::any().add(U::InForceTo.is_null()).add(U::InForceTo.gte(from.to_string())));
    if let Some(organisation_id) = organisation_id {
        query = query.filter(U::OrganisationId.eq(organisation_id));
    }
    let mut found: BTreeMap<(String, String), String> = BTreeMap::new();
    for row in query.all(connection).await? {
        let Some(product_id) = rights.get(&row.right_id) else { continue };
        let since = found.entry((product_id.clone(), row.organisation_id)).or_insert_with(|| row.in_force_from.clone());
        if row.in_force_from < *since {
            *since = row.in_force_from;
        }
    }
    Ok(found.into_iter().map(|((product_id, organisation_id), since)| User { product_id, organisation_id, since }).collect())
}

/// Area of the plots of an organisation or its growers that bear a product on a day, in square metres.
pub(in crate::cultivation) async fn plot_area<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    product_id: &str,
    day: Day,
) -> Outcome<i64> {
    use plot::Column as P;
    let day = day.to_string();
    let query = plot::Entity::find()
        .select_only()
        .column(P::AreaM2)
        .filter(P::ProductId.eq(product_id))
        .filter(Condition::any().add(P::RegisteredById.eq(organisation_id)).add(P::HolderId.eq(organisation_id)))
        .filter(P::ValidFrom.lte(&day))
        .filter(Condition::any().add(P::ValidTo.is_null()).add(P::ValidTo.gte(&day)));
    let areas: Vec<i64> = query.into_tuple().all(connection).await?;
    Ok(areas.into_iter().sum())
}

pub(in crate::cultivation) async fn insert_county(tx: &Tx, row: CountyRow) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    Ok(())
}

/// Lines of counties, the newest first; county figures are facts of the register and stand in no region but their own.
pub(in crate::cultivation) async fn county_lines<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    product_id: Option<&str>,
    year: Option<i64>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<CountyRow>> {
    use county_figure::Column as F;
    let mut seen = Condition::any();
    if scope.all {
        seen = seen.add(F::Id.is_not_null());
    }
    if !scope.divisions.is_empty() {
        seen = seen.add(crate::db::region::begins_with(F::CountyCode, &scope.divisions));
    }
    if !scope.holders.is_empty() {
        let held = subquery(gi_right::Entity, gi_right::Column::ProductId, gi_right::Column::HolderId.is_in(scope.holders.iter()));
        seen = seen.add(F::ProductId.in_subquery(held));
    }
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = county_figure::Entity::find().filter(seen).order_by_desc(F::Id).limit(limit);
    if let Some(product_id) = product_id {
        query = query.filter(F::ProductId.eq(product_id));
    }
    if let Some(year) = year {
        query = query.filter(F::Year.eq(year));
    }
    if let Some(cursor) = cursor {
        query = query.filter(F::Id.lt(cursor));
    }
    Ok(query.all(connection).await?)
}
