//! Farm work, and the plots it was done on.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::reach::growers_registered;
use super::{narrowed, page};
use crate::db::Tx;
use crate::db::region::{begins_with, organisations_in, subquery};
use crate::entity::{farm_record, plot};
use crate::kernel::{Day, Outcome, Scope};
use crate::trace::farm::FarmFilter;
use crate::trace::store::register::PlotRow;

pub use farm_record::Model as FarmRow;

use farm_record::Column as Col;

/// Plots a scope reaches: of an own organisation or its growers, one's own, or in the region.
fn plots_reached(scope: &Scope) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let holders = scope.organisations.iter().chain(&scope.growers).cloned();
    let mut any =
        Condition::any().add(plot::Column::HolderId.is_in(holders)).add(plot::Column::HolderId.in_subquery(growers_registered(scope)));
    any = any.add(plot::Column::RegisteredById.is_in(scope.organisations.iter().cloned()));
    if !scope.divisions.is_empty() {
        any = any.add(begins_with(plot::Column::DivisionCode, &scope.divisions));
        any = any.add(plot::Column::HolderId.in_subquery(organisations_in(scope)));
    }
    any
}

/// A plot within a scope.
pub(in crate::trace) async fn plot_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<Option<PlotRow>> {
    Ok(plot::Entity::find_by_id(id).filter(plots_reached(scope)).one(connection).await?)
}

/// Plots by id.
pub(in crate::trace) async fn plots<C: ConnectionTrait>(connection: &C, ids: &[&String]) -> Outcome<Vec<PlotRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(plot::Entity::find().filter(plot::Column::Id.is_in(ids.iter().map(|id| id.as_str()))).all(connection).await?)
}

/// Plots within a scope by id or name.
pub(in crate::trace) async fn plots_called<C: ConnectionTrait>(connection: &C, scope: &Scope, called: &[String]) -> Outcome<Vec<PlotRow>> {
    let mut found = Vec::new();
    for some in called.chunks(400) {
        let by = Condition::any().add(plot::Column::Id.is_in(some.iter().cloned())).add(plot::Column::Name.is_in(some.iter().cloned()));
        let query = plot::Entity::find().filter(plots_reached(scope)).filter(by).order_by_asc(plot::Column::Id);
        found.extend(query.all(connection).await?);
    }
    Ok(found)
}

pub(in crate::trace) async fn insert(tx: &Tx, rows: &[FarmRow]) -> Outcome<()> {
    for some in rows.chunks(500) {
        let rows = some.iter().cloned().map(farm_record::ActiveModel::from);
        farm_record::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Work on these plots from – to, both days included.
pub(in crate::trace) async fn of_plots<C: ConnectionTrait>(connection: &C, plots: &[&String], from: Day, to: Day) -> Outcome<Vec<FarmRow>> {
    let mut found = Vec::new();
    for some in plots.chunks(400) {
        let query = farm_record::Entity::find()
            .filter(Col::PlotId.is_in(some.iter().map(|id| id.as_str())))
            .filter(Col::DoneOn.gte(from.to_string()))
            .filter(Col::DoneOn.lte(to.to_string()))
            .order_by_asc(Col::PlotId)
            .order_by_asc(Col::DoneOn)
            .order_by_asc(Col::Id);
        found.extend(query.all(connection).await?);
    }
    Ok(found)
}

/// Work within a scope, newest day first, before `cursor` (`day|id`).
pub(in crate::trace) async fn records<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &FarmFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<FarmRow>, Option<String>)> {
    let reached = subquery(plot::Entity, plot::Column::Id, plots_reached(scope));
    let mut query = narrowed(
        farm_record::Entity::find().filter(Col::PlotId.in_subquery(reached)).order_by_desc(Col::DoneOn).order_by_desc(Col::Id),
        [(Col::PlotId, &filter.plot_id), (Col::Kind, &filter.kind)],
    );
    if let Some((day, id)) = cursor.and_then(|cursor| cursor.split_once('|')) {
        let same_day = Condition::all().add(Col::DoneOn.eq(day)).add(Col::Id.lt(id));
        query = query.filter(Condition::any().add(Col::DoneOn.lt(day)).add(same_day));
    }
    let rows = query.limit(limit.saturating_add(1)).all(connection).await?;
    Ok(page(rows, limit, |row| format!("{}|{}", row.done_on, row.id)))
}
