//! What quantity reads from the register's tables: products, parties, plots, rights and mark uses, standards.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::locked;
use super::reach::Party;
use crate::db::Tx;
use crate::entity::{gi_right, grower, mark_use, mark_use_suspension, organisation, plot, product, standard};
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Day, Failure, Outcome, Scope};
use crate::registry::commands::TestPlanItem;
use crate::registry::fact::PartialDate;
use crate::registry::interval::DayInterval;
use crate::registry::mark_use::{MarkUseDays, MarkUseState};
use crate::registry::product::{AccountBasis, ProductClass, SeasonWindow, YearDay};
use crate::registry::right::{RightStatus, RightTerm, Route};
use crate::trace::account::PartyKind;
use crate::trace::check::facts::{Mark, Standard};
use crate::trace::goods::{Goods, ReleaseBy};

pub use grower::Model as GrowerRow;
pub use plot::Model as PlotRow;

fn stored<T>(value: Option<T>, what: &str) -> Outcome<T> {
    value.ok_or_else(|| Failure::broken(format!("unknown word stored in {what}")))
}

/// A product's terms.
///
/// # Errors
/// `not_found`.
pub async fn goods<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Goods> {
    let row = product::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)?;
    terms(row)
}

/// A product's test plan; empty if it has none.
pub(in crate::trace) async fn test_plan<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Vec<TestPlanItem>> {
    let row = product::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)?;
    let plan = row.test_plan.as_deref().map(serde_json::from_str).transpose().map_err(Failure::broken)?;
    Ok(plan.unwrap_or_default())
}

/// Is a product edible produce (食用农产品), so that a 承诺达标合格证 goes with it? What is made from raw material is food, not produce.
pub(in crate::trace) async fn is_edible_produce<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<bool> {
    let row = product::Entity::find_by_id(id).one(connection).await?.ok_or_else(Failure::not_found)?;
    let made = stored(AccountBasis::parse(&row.account_basis), "product.account_basis")? == AccountBasis::RawMaterial;
    Ok(!made && stored(ProductClass::parse(&row.class), "product.class")?.is_food())
}

/// The terms of several products by id.
pub(in crate::trace) async fn goods_of<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<BTreeMap<String, Goods>> {
    let rows = product::Entity::find().filter(product::Column::Id.is_in(ids)).all(connection).await?;
    rows.into_iter().map(|row| Ok((row.id.clone(), terms(row)?))).collect()
}

/// What several products are counted in, by id.
pub(in crate::trace) async fn units_of<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<BTreeMap<String, BaseUnit>> {
    let rows = product::Entity::find().filter(product::Column::Id.is_in(ids)).all(connection).await?;
    rows.into_iter().map(|row| Ok((row.id, stored(BaseUnit::parse(&row.base_unit), "product.base_unit")?))).collect()
}

fn terms(row: product::Model) -> Outcome<Goods> {
    let year_day = |text: &Option<String>| text.as_deref().and_then(YearDay::parse);
    let window = year_day(&row.season_from).zip(year_day(&row.season_to)).map(|(from, to)| SeasonWindow { from, to });
    Ok(Goods {
        unit: stored(BaseUnit::parse(&row.base_unit), "product.base_unit")?,
        basis: stored(AccountBasis::parse(&row.account_basis), "product.account_basis")?,
        release_by: stored(ReleaseBy::parse(&row.release_by), "product.release_by")?,
        window,
        closing: year_day(&row.closing),
        fresh: row.fresh,
        carry_over_cap: row.carry_over_cap,
        cap: row.yield_cap,
        id: row.id,
        name: row.name,
    })
}

/// Does a scope plan for a product: everything, a county of it, or a right held on it?
pub(in crate::trace) async fn plans_for<C: ConnectionTrait>(connection: &C, scope: &Scope, product_id: &str) -> Outcome<bool> {
    let Some(row) = product::Entity::find_by_id(product_id).one(connection).await? else { return Ok(false) };
    let inside = row.county_codes.split(';').any(|code| !code.is_empty() && scope.reaches_division(code));
    Ok(scope.all || inside || super::reach::holds(connection, scope, product_id).await?)
}

/// An organisation or grower by id; `None` if there is no such party.
pub(in crate::trace) async fn party<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<Party>> {
    Ok(match PartyKind::of(id) {
        Some(PartyKind::Organisation) => organisation::Entity::find_by_id(id).one(connection).await?.map(|row| Party {
            id: row.id,
            name: row.name,
            division_code: row.division_code,
            village: None,
            registered_by_id: None,
        }),
        Some(PartyKind::Grower) => grower(connection, id).await?.map(|row| Party {
            id: row.id,
            name: row.name,
            division_code: row.division_code,
            village: Some(row.village),
            registered_by_id: Some(row.registered_by_id),
        }),
        None => None,
    })
}

/// A grower.
pub(in crate::trace) async fn grower<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<GrowerRow>> {
    Ok(grower::Entity::find_by_id(id).one(connection).await?)
}

/// Growers an organisation registered under a name, and with a household number if one is given.
pub(in crate::trace) async fn growers_named<C: ConnectionTrait>(
    connection: &C,
    organisation_id: &str,
    name: &str,
    household_no: Option<&str>,
) -> Outcome<Vec<GrowerRow>> {
    let mut query = grower::Entity::find()
        .filter(grower::Column::RegisteredById.eq(organisation_id))
        .filter(grower::Column::Name.eq(name))
        .order_by_asc(grower::Column::Id);
    if let Some(number) = household_no {
        query = query.filter(grower::Column::HouseholdNo.eq(number));
    }
    Ok(query.all(connection).await?)
}

/// A plot, only read.
pub(in crate::trace) async fn plot<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<PlotRow>> {
    Ok(plot::Entity::find_by_id(id).one(connection).await?)
}

/// Plots by id, locked until the commit: what they bear is counted and added to by one at a time.
pub(in crate::trace) async fn lock_plots(tx: &Tx, ids: &[String]) -> Outcome<Vec<PlotRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = plot::Entity::find().filter(plot::Column::Id.is_in(ids.iter().cloned())).order_by_asc(plot::Column::Id);
    Ok(locked(tx, query).all(tx.connection()).await?)
}

/// The plots a party has for a product.
pub(in crate::trace) async fn plots_of<C: ConnectionTrait>(connection: &C, party_id: &str, product_id: &str) -> Outcome<Vec<PlotRow>> {
    let query = plot::Entity::find().filter(plot::Column::HolderId.eq(party_id)).filter(plot::Column::ProductId.eq(product_id));
    Ok(query.order_by_asc(plot::Column::Id).all(connection).await?)
}

/// When a plot is valid.
pub(in crate::trace) fn valid(row: &PlotRow) -> Outcome<DayInterval> {
    let from = stored(Day::parse(&row.valid_from), "plot.valid_from")?;
    let to = row.valid_to.as_deref().map(|to| stored(Day::parse(to), "plot.valid_to")).transpose()?;
    stored(DayInterval::new(from, to), "plot.valid_to")
}

/// The same ground as it was entered before, if `row` replaced it within `season`: same holder, product, village and name.
pub(in crate::trace) async fn earlier_plot<C: ConnectionTrait>(
    connection: &C,
    row: &PlotRow,
    season: DayInterval,
) -> Outcome<Option<PlotRow>> {
    let begins = valid(row)?.from;
    if begins <= season.from || !season.contains(begins) {
        return Ok(None);
    }
    let query = plot::Entity::find()
        .filter(plot::Column::HolderId.eq(&row.holder_id))
        .filter(plot::Column::ProductId.eq(&row.product_id))
        .filter(plot::Column::Village.eq(&row.village))
        .filter(plot::Column::Name.eq(&row.name))
        .filter(plot::Column::Id.ne(&row.id))
        .filter(plot::Column::ValidFrom.lt(&row.valid_from))
        .order_by_desc(plot::Column::ValidFrom);
    let earlier = query.one(connection).await?;
    Ok(earlier.filter(|e| e.valid_to.as_deref().is_none_or(|to| to >= season.from.to_string().as_str())))
}

/// Mark uses by id, or all a producer has for a product, each with its right.
pub(in crate::trace) async fn marks<C: ConnectionTrait>(
    connection: &C,
    producer_id: &str,
    product_id: &str,
    named: &[String],
) -> Outcome<Vec<Mark>> {
    let mut rows = mark_use_rows(connection, producer_id, product_id, named).await?;
    // As they were named.
    rows.sort_by_key(|row| named.iter().position(|id| *id == row.id));
    let rights =
        gi_right::Entity::find().filter(gi_right::Column::Id.is_in(rows.iter().map(|r| r.right_id.clone()))).all(connection).await?;
    let mut marks = Vec::with_capacity(rows.len());
    for row in rows {
        let right = rights.iter().find(|r| r.id == row.right_id).ok_or_else(|| Failure::broken("a mark use without its right"))?;
        let suspended = mark_use_suspension::Entity::find()
            .filter(mark_use_suspension::Column::MarkUseId.eq(&row.id))
            .order_by_asc(mark_use_suspension::Column::FromDay)
            .all(connection)
            .await?;
        marks.push(mark(row, right.clone(), &suspended, producer_id, product_id)?);
    }
    Ok(marks)
}

async fn mark_use_rows<C: ConnectionTrait>(
    connection: &C,
    producer_id: &str,
    product_id: &str,
    named: &[String],
) -> Outcome<Vec<mark_use::Model>> {
    let query = mark_use::Entity::find().order_by_asc(mark_use::Column::Id);
    if !named.is_empty() {
        return Ok(query.filter(mark_use::Column::Id.is_in(named.iter().cloned())).all(connection).await?);
    }
    let rights = gi_right::Entity::find().filter(gi_right::Column::ProductId.eq(product_id)).all(connection).await?;
    let query = query
        .filter(mark_use::Column::OrganisationId.eq(producer_id))
        .filter(mark_use::Column::RightId.is_in(rights.into_iter().map(|r| r.id)));
    Ok(query.all(connection).await?)
}

fn mark(
    row: mark_use::Model,
    right: gi_right::Model,
    suspended: &[mark_use_suspension::Model],
    producer_id: &str,
    product_id: &str,
) -> Outcome<Mark> {
    let day = |text: &Option<String>| text.as_deref().and_then(Day::parse);
    let from = stored(Day::parse(&row.in_force_from), "mark_use.in_force_from")?;
    let to = day(&row.in_force_to);
    let mut days = MarkUseDays::default();
    if let Some(interval) = DayInterval::new(from, to) {
        let _ = days.grant(interval);
        for row in suspended {
            let interval = Day::parse(&row.from_day).and_then(|from| DayInterval::new(from, day(&row.to_day)));
            // A suspension outside the interval in force changes nothing.
            let _ = interval.map(|i| days.suspend(i));
        }
    }
    let state = stored(MarkUseState::parse(&row.state), "mark_use.state")?;
    let route = stored(Route::parse(&right.route), "gi_right.route")?;
    let recognised = right.in_force_from.as_deref().or(right.announced_on.as_deref()).and_then(PartialDate::parse);
    Ok(Mark {
        own: row.organisation_id == producer_id && right.product_id == product_id,
        granted: state.is_granted() || matches!(state, MarkUseState::Cancelled | MarkUseState::Surrendered),
        days,
        in_force_from: from,
        in_force_to: to,
        right_name: right
            .number
            .as_ref()
            .or(right.registration_number.as_ref())
            .map_or_else(|| route.name().to_owned(), |number| format!("{} {number}", route.name())),
        route: right.route,
        number: right.number.or(right.registration_number),
        status: RightStatus::parse(&right.status),
        term: RightTerm { from: recognised.unwrap_or_default(), to: day(&right.in_force_to), grace_to: None, ended_on: None },
        right_id: right.id,
        id: row.id,
    })
}

/// The standard named, or the only one of the product in force on the day; `None` where none is named and it is not clear.
pub(in crate::trace) async fn standard<C: ConnectionTrait>(
    connection: &C,
    product_id: &str,
    named: Option<&str>,
    on: Day,
) -> Outcome<Option<Standard>> {
    let rows = standard::Entity::find()
        .filter(standard::Column::ProductId.eq(product_id))
        .order_by_asc(standard::Column::Number)
        .all(connection)
        .await?;
    let days = |row: &standard::Model| [&row.in_force_from, &row.withdrawn_on].map(|day| day.as_deref().and_then(Day::parse));
    let stands = |row: &&standard::Model| {
        let [from, withdrawn_on] = days(row);
        from.is_none_or(|from| from <= on) && withdrawn_on.is_none_or(|end| on < end)
    };
    let standing: Vec<&standard::Model> = rows.iter().filter(stands).collect();
    let instead: Vec<String> = standing.iter().map(|r| r.number.clone()).collect();
    let read = |row: &standard::Model| {
        let [from, withdrawn_on] = days(row);
        Standard { number: row.number.clone(), known: true, from, withdrawn_on, instead: instead.clone() }
    };
    Ok(match (named, &standing[..]) {
        (Some(named), _) => Some(match rows.iter().find(|r| r.number == named) {
            Some(row) => read(row),
            None => Standard { number: named.to_owned(), known: false, from: None, withdrawn_on: None, instead },
        }),
        (None, [only]) => Some(read(only)),
        (None, _) => None,
    })
}
