//! Plots with their places, and the plots beside them.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::{insert_all, known, scope};
use crate::db::Tx;
use crate::db::narrow::{Narrow, Places};
use crate::db::region::subquery;
use crate::entity::{batch, batch_source, delivery, farm_record, plot, plot_place};
use crate::kernel::{Day, Failure, Outcome, Scope};
use crate::registry::interval::DayInterval;

pub use plot::Model as PlotRow;
pub use plot_place::Model as PlotPlaceRow;

pub(in crate::registry) async fn insert(tx: &Tx, row: PlotRow, places: Vec<PlotPlaceRow>) -> Outcome<()> {
    row.into_active_model().insert(tx.connection()).await?;
    insert_all(tx, places).await
}

/// The last day of a plot that was ended, or that another one replaces.
pub(in crate::registry) async fn end(tx: &Tx, id: &str, last: Day) -> Outcome<()> {
    let change = plot::ActiveModel { id: Set(id.to_owned()), valid_to: Set(Some(last.to_string())), ..Default::default() };
    change.update(tx.connection()).await?;
    Ok(())
}

/// The last day on which a batch was harvested on a plot or work was done on it. What was voided doesn't count.
pub(in crate::registry) async fn last_used<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<Day>> {
    let from_here = Condition::all().add(batch_source::Column::Kind.eq("plot")).add(batch_source::Column::SubjectId.eq(id));
    let harvested = batch::Entity::find()
        .filter(batch::Column::Id.in_subquery(subquery(batch_source::Entity, batch_source::Column::BatchId, from_here)))
        .filter(batch::Column::VoidedAt.is_null())
        .order_by_desc(batch::Column::HarvestedTo);
    let harvested = harvested.one(connection).await?.map(|row| row.harvested_to);
    let worked = farm_record::Entity::find().filter(farm_record::Column::PlotId.eq(id)).order_by_desc(farm_record::Column::DoneOn);
    let worked = worked.one(connection).await?.map(|row| row.done_on);
    Ok([harvested, worked].into_iter().flatten().filter_map(|day| Day::parse(&day)).max())
}

/// The last season of which a plot's holder delivered from it. Fruit is delivered long after it was picked, so the day says nothing.
pub(in crate::registry) async fn last_delivered<C: ConnectionTrait>(connection: &C, row: &PlotRow) -> Outcome<Option<String>> {
    let of_holder = delivery::Entity::find().filter(delivery::Column::GrowerId.eq(&row.holder_id));
    let from_here = of_holder.filter(delivery::Column::PlotId.eq(&row.id)).filter(delivery::Column::VoidedAt.is_null());
    Ok(from_here.order_by_desc(delivery::Column::Season).one(connection).await?.map(|row| row.season))
}

/// A plot within reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub(in crate::registry) async fn one<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<PlotRow> {
    plot::Entity::find_by_id(id).filter(scope::plots(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The days of a plot.
///
/// # Errors
/// Only ours.
pub fn valid(row: &PlotRow) -> Outcome<DayInterval> {
    let from = known(Day::parse(&row.valid_from), "plot.valid_from")?;
    let to = row.valid_to.as_deref().map(|to| known(Day::parse(to), "plot.valid_to")).transpose()?;
    known(DayInterval::new(from, to), "plot.valid_to")
}

/// Plots valid on a day of `days`.
fn meeting(days: DayInterval) -> Condition {
    let mut all =
        Condition::all().add(Condition::any().add(plot::Column::ValidTo.is_null()).add(plot::Column::ValidTo.gte(days.from.to_string())));
    if let Some(to) = days.to {
        all = all.add(plot::Column::ValidFrom.lte(to.to_string()));
    }
    all
}

/// Plots of the same days whose box touches this one: west, east, south, north in 1e-7 degrees.
pub(in crate::registry) async fn beside<C: ConnectionTrait>(connection: &C, days: DayInterval, edges: [i64; 4]) -> Outcome<Vec<PlotRow>> {
    let [west, east, south, north] = edges;
    Ok(plot::Entity::find()
        .filter(plot::Column::MinLon.lte(east))
        .filter(plot::Column::MaxLon.gte(west))
        .filter(plot::Column::MinLat.lte(north))
        .filter(plot::Column::MaxLat.gte(south))
        .filter(meeting(days))
        .order_by_asc(plot::Column::Id)
        .all(connection)
        .await?)
}

/// Plots within reach valid on a day whose box touches that of this one, without it, `limit` at most.
pub(in crate::registry) async fn neighbours<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    of: &PlotRow,
    on: Day,
    limit: u64,
) -> Outcome<Vec<PlotRow>> {
    let edges = [of.min_lon, of.max_lon, of.min_lat, of.max_lat];
    let [Some(west), Some(east), Some(south), Some(north)] = edges else { return Ok(Vec::new()) };
    Ok(plot::Entity::find()
        .filter(scope::plots(scope))
        .filter(plot::Column::Id.ne(&of.id))
        .filter(plot::Column::MinLon.lte(east))
        .filter(plot::Column::MaxLon.gte(west))
        .filter(plot::Column::MinLat.lte(north))
        .filter(plot::Column::MaxLat.gte(south))
        .filter(meeting(DayInterval { from: on, to: Some(on) }))
        .order_by_asc(plot::Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Plots of the same days under the same parcel code.
pub(in crate::registry) async fn on_parcel<C: ConnectionTrait>(connection: &C, days: DayInterval, code: &str) -> Outcome<Vec<PlotRow>> {
    let query = plot::Entity::find().filter(plot::Column::ParcelCode.eq(code)).filter(meeting(days));
    Ok(query.order_by_asc(plot::Column::Id).all(connection).await?)
}

/// Plots of the same days and name in the same village.
pub(in crate::registry) async fn of_the_name<C: ConnectionTrait>(
    connection: &C,
    days: DayInterval,
    row: &PlotRow,
) -> Outcome<Vec<PlotRow>> {
    let query = plot::Entity::find()
        .filter(plot::Column::DivisionCode.eq(&row.division_code))
        .filter(plot::Column::Village.eq(&row.village))
        .filter(plot::Column::Name.eq(&row.name))
        .filter(meeting(days));
    Ok(query.order_by_asc(plot::Column::Id).all(connection).await?)
}

/// Where lists of plots look.
const PLACES: Places<'static, plot::Column> = Places {
    id: plot::Column::Id,
    newest: false,
    names: &[plot::Column::Name, plot::Column::Village, plot::Column::ParcelCode],
    parties: &[plot::Column::HolderId],
    product: Some(plot::Column::ProductId),
    state: Some(plot::Column::Grade),
    when: None,
    orders: &[
        ("name", plot::Column::Name),
        ("area", plot::Column::AreaM2),
        ("village", plot::Column::Village),
        ("registered", plot::Column::Id),
    ],
};

/// What a list of plots is cut down to.
#[derive(Debug, Clone, Default)]
pub(in crate::registry) struct Wanted {
    /// Of this producer or grower.
    pub holder_id: Option<String>,
    /// Bearing this product.
    pub product_id: Option<String>,
    /// Valid on this day.
    pub on: Option<Day>,
}

/// Plots within reach after `cursor`, in the order of their ids where nothing else is asked.
pub(in crate::registry) async fn page<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: &Wanted,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<PlotRow>, Option<String>)> {
    let mut query = plot::Entity::find().filter(scope::plots(scope));
    if let Some(id) = &wanted.holder_id {
        query = query.filter(plot::Column::HolderId.eq(id));
    }
    if let Some(id) = &wanted.product_id {
        query = query.filter(plot::Column::ProductId.eq(id));
    }
    if let Some(day) = wanted.on {
        query = query.filter(meeting(DayInterval { from: day, to: Some(day) }));
    }
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

/// The places of these plots, in their order.
pub(in crate::registry) async fn places<C: ConnectionTrait>(connection: &C, plots: Vec<String>) -> Outcome<Vec<PlotPlaceRow>> {
    if plots.is_empty() {
        return Ok(Vec::new());
    }
    let query = plot_place::Entity::find().filter(plot_place::Column::PlotId.is_in(plots));
    Ok(query.order_by_asc(plot_place::Column::PlotId).order_by_asc(plot_place::Column::No).all(connection).await?)
}
