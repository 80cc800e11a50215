//! What an officer looks up on site: an order by its number, what one code was scanned for, where it went, which stops cover it.

use sea_orm::sea_query::{Condition, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::order::within;
use super::scan::seen::MOST;
use crate::entity::{code_order, recall, scan, shipment, shipment_line, stop};
use crate::kernel::{Millis, Outcome, Scope};

/// The id of the order of this number within reach.
pub(in crate::trace) async fn order_numbered<C: ConnectionTrait>(connection: &C, scope: &Scope, no: i64) -> Outcome<Option<String>> {
    use code_order::Column as O;
    let query = code_order::Entity::find().select_only().column(O::Id).filter(O::OrderNo.eq(no));
    Ok(query.filter(within(scope, O::ProducerId, O::ProductId)).into_tuple().one(connection).await?)
}

/// When a code was scanned, where, and what was answered, oldest first; never by whom. The journal's newest stretch only.
pub(in crate::trace) async fn scans_of<C: ConnectionTrait>(
    connection: &C,
    order_no: i64,
    seq: i64,
) -> Outcome<Vec<(Millis, Option<String>, String)>> {
    use scan::Column as S;
    let newest: Option<i64> =
        scan::Entity::find().select_only().column(S::Id).order_by_desc(S::Id).limit(1).into_tuple().one(connection).await?;
    let query = scan::Entity::find()
        .select_only()
        .columns([S::At, S::Place, S::Verdict])
        .filter(S::Id.gt(newest.unwrap_or(0) - MOST))
        .filter(S::OrderNo.eq(order_no))
        .filter(S::Seq.eq(seq))
        .order_by_asc(S::Id);
    Ok(query.into_tuple().all(connection).await?)
}

/// Shipments a label went out with, that were not voided: id, number, state, day sent, to whom.
pub(in crate::trace) async fn shipments_of<C: ConnectionTrait>(
    connection: &C,
    order_no: i64,
    seq: i64,
) -> Outcome<Vec<(String, String, String, String, String)>> {
    use shipment::Column as S;
    use shipment_line::Column as L;
    let mut lines = Query::select();
    lines
        .column(L::ShipmentId)
        .from(shipment_line::Entity)
        .and_where(L::OrderNo.eq(order_no))
        .and_where(L::First.lte(seq))
        .and_where(L::Last.gte(seq));
    let query = shipment::Entity::find()
        .select_only()
        .columns([S::Id, S::Number, S::State, S::SentOn, S::ConsigneeName])
        .filter(S::Id.in_subquery(lines))
        .filter(S::State.ne("voided"))
        .order_by_asc(S::SentOn);
    Ok(query.into_tuple().all(connection).await?)
}

/// Stops that cover a code, of whatever state but dropped, newest first.
pub(in crate::trace) async fn stops_of<C: ConnectionTrait>(
    connection: &C,
    (order_no, seq): (i64, i64),
    subjects: &[&str],
) -> Outcome<Vec<stop::Model>> {
    use stop::Column as S;
    let by_number = Condition::all().add(S::OrderNo.eq(order_no)).add(S::First.lte(seq)).add(S::Last.gte(seq));
    let by_id = Condition::all().add(S::OrderNo.is_null()).add(S::SubjectId.is_in(subjects.iter().copied()));
    let query = stop::Entity::find().filter(Condition::any().add(by_number).add(by_id)).filter(S::State.ne("dropped"));
    Ok(query.order_by_desc(S::Id).all(connection).await?)
}

/// Recalls of these batches, of whatever state but dropped, newest first.
pub(in crate::trace) async fn recalls_of<C: ConnectionTrait>(connection: &C, batches: &[String]) -> Outcome<Vec<recall::Model>> {
    use recall::Column as R;
    let query = recall::Entity::find().filter(R::BatchId.is_in(batches.iter())).filter(R::State.ne("dropped"));
    Ok(query.order_by_desc(R::Id).all(connection).await?)
}
