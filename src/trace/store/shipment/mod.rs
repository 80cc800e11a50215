//! Shipments, their lines, and what happened to them afterwards.

pub mod stock;
pub mod unshipped;

use std::collections::BTreeMap;

use sea_orm::sea_query::Condition;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::narrowed;
use crate::db::narrow::{Narrow, Places, When};
use crate::db::region::{begins_with, organisations_in, products_in, subquery};
use crate::db::{Tx, duplicate_as};
use crate::entity::{batch_right, code_order, facility, mark_use_suspension, nesting, organisation, shipment, shipment_act, shipment_line};
use crate::kernel::{Day, Failure, Outcome, Scope};
use crate::trace::shipment::{ActKind, ConsigneeKind, Disposition, Figures, Run, ShipmentFilter, ShipmentState, covered, number_prefix};
use crate::trace::store::order::OrderRow;

pub use nesting::Model as NestingRow;
pub use shipment::Model as ShipmentRow;
pub use shipment_act::Model as ActRow;
pub use shipment_line::Model as LineRow;

/// The lock under which shipments' numbers are given on PostgreSQL.
const NUMBERING: i64 = 0x7368_6970_6e6f;

/// Waits for the turn to number, then answers the number of given numbers a producer has for a day.
///
/// # Errors
/// Only ours.
pub async fn numbered(tx: &Tx, producer_id: &str, day: Day) -> Outcome<i64> {
    tx.turn(NUMBERING).await?;
    let prefix = number_prefix(day);
    let given: Vec<String> = shipment::Entity::find()
        .filter(shipment::Column::ProducerId.eq(producer_id))
        .filter(shipment::Column::Number.starts_with(prefix.as_str()))
        .select_only()
        .column(shipment::Column::Number)
        .into_tuple()
        .all(tx.connection())
        .await?;
    // Numbers of one's own may look like given ones; absurd ones are not gone on from.
    let counted = given.iter().filter_map(|no| no.strip_prefix(prefix.as_str())?.parse::<i64>().ok());
    Ok(counted.filter(|no| (0..1_000_000).contains(no)).max().unwrap_or(0))
}

/// Writes a new shipment with its lines.
///
/// # Errors
/// `shipment_number_taken`.
pub async fn insert(tx: &Tx, row: &ShipmentRow, lines: &[LineRow]) -> Outcome<()> {
    let number = row.number.clone();
    let taken = || Failure::conflict("shipment_number_taken").with("figure", number);
    shipment::ActiveModel::from(row.clone()).insert(tx.connection()).await.map_err(duplicate_as(taken))?;
    for some in lines.chunks(500) {
        shipment_line::Entity::insert_many(some.iter().cloned().map(shipment_line::ActiveModel::from))
            .exec_without_returning(tx.connection())
            .await?;
    }
    Ok(())
}

/// A shipment, held until the transaction ends.
///
/// # Errors
/// `not_found`.
pub async fn lock(tx: &Tx, id: &str) -> Outcome<ShipmentRow> {
    tx.locked(shipment::Entity::find_by_id(id)).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Writes the state, and why it was voided.
///
/// # Errors
/// Only ours.
pub async fn set_state(tx: &Tx, id: &str, state: ShipmentState, void_reason: Option<String>) -> Outcome<()> {
    let mut row = shipment::ActiveModel { id: Set(id.to_owned()), state: Set(state.word().to_owned()), ..Default::default() };
    if void_reason.is_some() {
        row.void_reason = Set(void_reason);
    }
    row.update(tx.connection()).await?;
    Ok(())
}

/// Writes a line's figures; the caller holds the shipment.
///
/// # Errors
/// Only ours.
pub async fn set_figures(tx: &Tx, line: &LineRow, figures: Figures) -> Outcome<()> {
    let row = shipment_line::ActiveModel {
        shipment_id: Set(line.shipment_id.clone()),
        no: Set(line.no),
        received: Set(figures.received),
        returned: Set(figures.returned),
        missing: Set(figures.missing),
        ..Default::default()
    };
    row.update(tx.connection()).await?;
    Ok(())
}

/// Writes what happened.
///
/// # Errors
/// Only ours.
pub async fn insert_act(tx: &Tx, row: ActRow) -> Outcome<()> {
    shipment_act::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// The figures of a line.
pub fn figures(line: &LineRow) -> Figures {
    Figures { amount: line.amount, received: line.received, returned: line.returned, missing: line.missing }
}

/// Lines of these shipments, in order.
///
/// # Errors
/// Only ours.
pub async fn lines<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<LineRow>> {
    Ok(shipment_line::Entity::find()
        .filter(shipment_line::Column::ShipmentId.is_in(ids.iter().cloned()))
        .order_by_asc(shipment_line::Column::ShipmentId)
        .order_by_asc(shipment_line::Column::No)
        .all(connection)
        .await?)
}

/// What happened to these shipments, oldest first.
///
/// # Errors
/// Only ours.
pub async fn acts<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<ActRow>> {
    Ok(shipment_act::Entity::find()
        .filter(shipment_act::Column::ShipmentId.is_in(ids.iter().cloned()))
        .order_by_asc(shipment_act::Column::ShipmentId)
        .order_by_asc(shipment_act::Column::Id)
        .all(connection)
        .await?)
}

/// What a scope reaches: sent by or to its organisations; for an authority, from, to or of its division. Holders see no customers
/// (domain §5), whatever they hold.
pub fn reached(scope: &Scope) -> Condition {
    use shipment::Column as Col;
    if scope.all {
        return Condition::all();
    }
    let own = || scope.organisations.iter().map(String::as_str);
    let mut any = Condition::any().add(Col::ProducerId.is_in(own())).add(Col::ConsigneeId.is_in(own()));
    if !scope.divisions.is_empty() {
        any = any
            .add(Col::ProducerId.in_subquery(organisations_in(scope)))
            .add(Col::ConsigneeId.in_subquery(organisations_in(scope)))
            .add(Col::ProductId.in_subquery(products_in(scope)))
            .add(begins_with(Col::DivisionCode, &scope.divisions));
    }
    any
}

/// Where lists of shipments look.
const PLACES: Places<'static, shipment::Column> = Places {
    id: shipment::Column::Id,
    newest: true,
    names: &[shipment::Column::Number, shipment::Column::ConsigneeName, shipment::Column::Place],
    parties: &[shipment::Column::ProducerId],
    product: Some(shipment::Column::ProductId),
    state: Some(shipment::Column::State),
    when: Some(When::Day(shipment::Column::SentOn)),
    orders: &[("number", shipment::Column::Number), ("sent", shipment::Column::SentOn)],
};

/// Shipments within a scope, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn shipments<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &ShipmentFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<ShipmentRow>, Option<String>)> {
    use shipment::Column as Col;
    let mut query = narrowed(
        shipment::Entity::find().filter(reached(scope)),
        [
            (Col::ProducerId, &filter.producer_id),
            (Col::ConsigneeId, &filter.consignee_id),
            (Col::ProductId, &filter.product_id),
            (Col::State, &filter.state),
        ],
    );
    if let Some(batch) = &filter.batch_id {
        use shipment_line::Column as L;
        query = query.filter(Col::Id.in_subquery(subquery(shipment_line::Entity, L::ShipmentId, L::BatchId.eq(batch))));
    }
    narrow.page(connection, query, &PLACES, cursor, limit).await
}

/// One shipment within a scope.
///
/// # Errors
/// `not_found`.
pub async fn shipment_within<C: ConnectionTrait>(connection: &C, scope: &Scope, id: &str) -> Outcome<ShipmentRow> {
    shipment::Entity::find_by_id(id).filter(reached(scope)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Codes of an order that are out, and on which shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Out {
    /// The codes.
    pub runs: Vec<Run>,
    /// The shipment's number.
    pub number: String,
    /// They came back and wait for new labels.
    pub repack: bool,
}

/// Which of these codes are out: shipped, and not come back to be sold again.
///
/// # Errors
/// Only ours.
pub async fn out<C: ConnectionTrait>(connection: &C, order_no: i64, run: Run) -> Outcome<Vec<Out>> {
    let lines = shipment_line::Entity::find()
        .filter(shipment_line::Column::OrderNo.eq(order_no))
        .filter(shipment_line::Column::First.lte(run.1))
        .filter(shipment_line::Column::Last.gte(run.0))
        .order_by_asc(shipment_line::Column::ShipmentId)
        .all(connection)
        .await?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = lines.iter().map(|line| line.shipment_id.clone()).collect();
    let sent: BTreeMap<String, ShipmentRow> = shipment::Entity::find()
        .filter(shipment::Column::Id.is_in(ids.iter().cloned()))
        .filter(shipment::Column::State.ne(ShipmentState::Voided.word()))
        .all(connection)
        .await?
        .into_iter()
        .map(|row| (row.id.clone(), row))
        .collect();
    let acts = acts(connection, &ids).await?;
    let mut out = Vec::new();
    for line in &lines {
        let Some(shipment) = sent.get(&line.shipment_id) else { continue };
        let Some(whole) = run_of(line.first, line.last) else { continue };
        let came_back = |disposition: Disposition| -> Vec<Run> {
            acts.iter()
                .filter(|act| act.shipment_id == line.shipment_id && act.line_no == line.no && act.kind == ActKind::Returned.word())
                .filter(|act| act.disposition.as_deref() == Some(disposition.word()))
                .filter_map(|act| run_of(act.first, act.last))
                .collect()
        };
        let asked = covered(whole, &[run]);
        let (resale, repack) = (came_back(Disposition::Resale), came_back(Disposition::Repack));
        let still: Vec<Run> = asked.into_iter().flat_map(|part| crate::trace::shipment::without(part, &resale)).collect();
        let waiting: Vec<Run> = still.iter().flat_map(|part| covered(*part, &repack)).collect();
        let away: Vec<Run> = still.iter().flat_map(|part| crate::trace::shipment::without(*part, &repack)).collect();
        for (runs, repack) in [(away, false), (waiting, true)] {
            if !runs.is_empty() {
                out.push(Out { runs, number: shipment.number.clone(), repack });
            }
        }
    }
    Ok(out)
}

/// The two ends of a stored run.
pub fn run_of(first: Option<i64>, last: Option<i64>) -> Option<Run> {
    first.zip(last)
}

/// What some codes of an order hold, as linked today.
///
/// # Errors
/// Only ours.
pub async fn contents<C: ConnectionTrait>(connection: &C, order_no: i64, run: Run) -> Outcome<Vec<NestingRow>> {
    Ok(nesting::Entity::find()
        .filter(nesting::Column::ParentOrderNo.eq(order_no))
        .filter(nesting::Column::ParentFirst.lte(run.1))
        .filter(nesting::Column::ParentLast.gte(run.0))
        .filter(nesting::Column::UnlinkedAt.is_null())
        .order_by_asc(nesting::Column::ParentFirst)
        .all(connection)
        .await?)
}

/// An order by its number.
///
/// # Errors
/// Ours if it is gone.
pub async fn order_numbered<C: ConnectionTrait>(connection: &C, order_no: i64) -> Outcome<OrderRow> {
    let found = code_order::Entity::find_by_id(order_no).one(connection).await?;
    found.ok_or_else(|| Failure::broken(format!("no order {order_no}")))
}

/// A suspension, on a day, of a mark use that a batch relies on: its first and last day.
///
/// # Errors
/// Only ours.
pub async fn suspended_on<C: ConnectionTrait>(connection: &C, batch_id: &str, day: Day) -> Outcome<Option<(String, Option<String>)>> {
    use mark_use_suspension::Column as Col;
    let day = day.to_string();
    let relied = subquery(batch_right::Entity, batch_right::Column::MarkUseId, batch_right::Column::BatchId.eq(batch_id));
    let found = mark_use_suspension::Entity::find()
        .filter(Col::MarkUseId.in_subquery(relied))
        .filter(Col::FromDay.lte(&day))
        .filter(Condition::any().add(Col::ToDay.is_null()).add(Col::ToDay.gte(&day)))
        .order_by_asc(Col::FromDay)
        .one(connection)
        .await?;
    Ok(found.map(|row| (row.from_day, row.to_day)))
}

/// An organisation by its credit code.
///
/// # Errors
/// Only ours.
pub async fn organisation_with<C: ConnectionTrait>(connection: &C, credit_code: &str) -> Outcome<Option<organisation::Model>> {
    Ok(organisation::Entity::find().filter(organisation::Column::CreditCode.eq(credit_code)).one(connection).await?)
}

/// Is this a facility of the organisation?
///
/// # Errors
/// Only ours.
pub async fn has_facility<C: ConnectionTrait>(connection: &C, organisation_id: &str, id: &str) -> Outcome<bool> {
    let found = facility::Entity::find_by_id(id).filter(facility::Column::OrganisationId.eq(organisation_id)).one(connection).await?;
    Ok(found.is_some())
}

/// Is the consignee an organisation registered here?
pub fn is_registered(row: &ShipmentRow) -> bool {
    row.consignee_kind == ConsigneeKind::Organisation.word()
}

/// Numbers of orders by their ids' numbers, for views.
///
/// # Errors
/// Only ours.
pub async fn order_ids<C: ConnectionTrait>(connection: &C, numbers: Vec<i64>) -> Outcome<BTreeMap<i64, String>> {
    let rows: Vec<(i64, String)> = code_order::Entity::find()
        .filter(code_order::Column::OrderNo.is_in(numbers))
        .select_only()
        .columns([code_order::Column::OrderNo, code_order::Column::Id])
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}
