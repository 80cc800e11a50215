//! Scanned codes of a batch, held against what was shipped of it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::run_of;
use crate::entity::{code_range, code_stat, shipment, shipment_act, shipment_line};
use crate::kernel::{Millis, Outcome};
use crate::trace::shipment::{ActKind, Disposition, Run, ShipmentState};

/// A scanned code: its sequence number, its first and last moment, where it was last seen.
pub type Seen = (i64, Millis, Millis, Option<String>);

/// A run of codes and the days between which it was out, as stored; no last day while it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The codes.
    pub run: Run,
    /// Sent on.
    pub from: String,
    /// Back on.
    pub to: Option<String>,
}

/// The first day on which the producer sent anything of the product; `None` if it keeps no shipments here.
///
/// # Errors
/// Only ours.
pub async fn keeps_since<C: ConnectionTrait>(connection: &C, producer_id: &str, product_id: &str) -> Outcome<Option<String>> {
    Ok(shipment::Entity::find()
        .filter(shipment::Column::ProducerId.eq(producer_id))
        .filter(shipment::Column::ProductId.eq(product_id))
        .filter(shipment::Column::State.ne(ShipmentState::Voided.word()))
        .select_only()
        .column(shipment::Column::SentOn)
        .order_by_asc(shipment::Column::SentOn)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?)
}

/// The runs of codes on a batch, by order.
///
/// # Errors
/// Only ours.
pub async fn runs_of<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<Vec<(i64, Run)>> {
    let rows: Vec<(i64, i64, i64)> = code_range::Entity::find()
        .filter(code_range::Column::BatchId.eq(batch_id))
        .select_only()
        .columns([code_range::Column::OrderNo, code_range::Column::First, code_range::Column::Last])
        .order_by_asc(code_range::Column::OrderNo)
        .order_by_asc(code_range::Column::First)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(order_no, first, last)| (order_no, (first, last))).collect())
}

/// Scanned codes of a run above `after`, in order.
///
/// # Errors
/// Only ours.
pub async fn seen<C: ConnectionTrait>(connection: &C, order_no: i64, run: Run, after: i64, limit: u64) -> Outcome<Vec<Seen>> {
    use code_stat::Column as Col;
    Ok(code_stat::Entity::find()
        .filter(Col::OrderNo.eq(order_no))
        .filter(Col::Seq.between(run.0, run.1))
        .filter(Col::Seq.gt(after))
        .order_by_asc(Col::Seq)
        .limit(limit)
        .select_only()
        .columns([Col::Seq, Col::FirstAt, Col::LastAt, Col::LastPlace])
        .into_tuple()
        .all(connection)
        .await?)
}

/// When codes of an order were out.
///
/// # Errors
/// Only ours.
pub async fn away<C: ConnectionTrait>(connection: &C, order_no: i64) -> Outcome<Vec<Away>> {
    let lines = shipment_line::Entity::find().filter(shipment_line::Column::OrderNo.eq(order_no)).all(connection).await?;
    let ids: Vec<String> = lines.iter().map(|line| line.shipment_id.clone()).collect();
    let sent = shipment::Entity::find()
        .filter(shipment::Column::Id.is_in(ids.iter().cloned()))
        .filter(shipment::Column::State.ne(ShipmentState::Voided.word()))
        .all(connection)
        .await?;
    let returned = shipment_act::Entity::find()
        .filter(shipment_act::Column::ShipmentId.is_in(ids))
        .filter(shipment_act::Column::Kind.eq(ActKind::Returned.word()))
        .filter(shipment_act::Column::Disposition.eq(Disposition::Resale.word()))
        .all(connection)
        .await?;
    let mut out = Vec::new();
    for line in lines {
        let Some(from) = sent.iter().find(|s| s.id == line.shipment_id).map(|s| s.sent_on.clone()) else { continue };
        let Some(whole) = run_of(line.first, line.last) else { continue };
        let mut back = Vec::new();
        for act in returned.iter().filter(|a| a.shipment_id == line.shipment_id && a.line_no == line.no) {
            let Some(run) = run_of(act.first, act.last) else { continue };
            back.push(run);
            out.push(Away { run, from: from.clone(), to: Some(act.happened_on.clone()) });
        }
        out.extend(crate::trace::shipment::without(whole, &back).into_iter().map(|run| Away { run, from: from.clone(), to: None }));
    }
    Ok(out)
}
