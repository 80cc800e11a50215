//! What hangs on batches at both ends of their line: deliveries, reports, certificates, code ranges, shipments, movements.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{
    batch_report, batch_source, batch_test, certificate, code_order, code_range, delivery, grower, movement, plot, shipment, shipment_act,
    shipment_line, test_report,
};
use crate::kernel::Outcome;

pub use batch_source::Model as SourceRow;
pub use batch_test::Model as TestRow;
pub use certificate::Model as CertificateRow;
pub use code_range::Model as RangeRow;
pub use movement::Model as MovementRow;
pub use shipment::Model as ShipmentRow;
pub use shipment_act::Model as ActRow;
pub use shipment_line::Model as LineRow;
pub use test_report::Model as ReportRow;

/// The most rows of one kind that are read; a page of more could not be read by anybody.
pub(in crate::trace) const MOST: u64 = 1000;

/// Where batches come from, in their order.
pub(in crate::trace) async fn sources<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<SourceRow>> {
    use batch_source::Column as Col;
    let query = batch_source::Entity::find().filter(Col::BatchId.is_in(ids.iter().cloned()));
    Ok(query.order_by_asc(Col::BatchId).order_by_asc(Col::No).all(connection).await?)
}

/// A delivery as a genealogy needs it: when and where from, never whose.
#[derive(Debug, Clone)]
pub(in crate::trace) struct DeliveryPlace {
    pub id: String,
    pub delivered_on: String,
    pub division_code: String,
    pub village: String,
    pub certificate_no: Option<String>,
}

/// Days and villages of deliveries: the village of the plot if it is known, else the grower's.
pub(in crate::trace) async fn deliveries<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<DeliveryPlace>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = delivery::Entity::find().filter(delivery::Column::Id.is_in(ids)).order_by_asc(delivery::Column::Id).all(connection).await?;
    let plots = plots(connection, rows.iter().filter_map(|r| r.plot_id.clone()).collect()).await?;
    let growers = grower::Entity::find().filter(grower::Column::Id.is_in(rows.iter().map(|r| r.grower_id.clone()))).all(connection).await?;
    let place = |row: delivery::Model| {
        let of_plot = plots.iter().find(|p| Some(&p.id) == row.plot_id.as_ref()).map(|p| (p.division_code.clone(), p.village.clone()));
        let of_grower = || growers.iter().find(|g| g.id == row.grower_id).map(|g| (g.division_code.clone(), g.village.clone()));
        let (division_code, village) = of_plot.or_else(of_grower).unwrap_or_default();
        DeliveryPlace { id: row.id, delivered_on: row.delivered_on, division_code, village, certificate_no: row.certificate_no }
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Plots by id.
pub(in crate::trace) async fn plots<C: ConnectionTrait>(connection: &C, ids: Vec<String>) -> Outcome<Vec<plot::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(plot::Entity::find().filter(plot::Column::Id.is_in(ids)).order_by_asc(plot::Column::Id).all(connection).await?)
}

/// Tests written with batches.
pub(in crate::trace) async fn tests<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<TestRow>> {
    use batch_test::Column as Col;
    let query = batch_test::Entity::find().filter(Col::BatchId.is_in(ids.iter().cloned()));
    Ok(query.order_by_asc(Col::BatchId).order_by_asc(Col::No).limit(MOST).all(connection).await?)
}

/// Reports batches show: `(batch, report)`.
pub(in crate::trace) async fn reports<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<(String, ReportRow)>> {
    use batch_report::Column as Col;
    let shown = batch_report::Entity::find().filter(Col::BatchId.is_in(ids.iter().cloned())).order_by_asc(Col::BatchId).limit(MOST);
    let shown = shown.all(connection).await?;
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let of = test_report::Column::Id.is_in(shown.iter().map(|s| s.report_id.clone()));
    let rows = test_report::Entity::find().filter(of).all(connection).await?;
    let find = |s: batch_report::Model| rows.iter().find(|r| r.id == s.report_id).map(|r| (s.batch_id, r.clone()));
    Ok(shown.into_iter().filter_map(find).collect())
}

/// Certificates issued for batches, and those that came with deliveries.
pub(in crate::trace) async fn certificates<C: ConnectionTrait>(
    connection: &C,
    batches: &[String],
    deliveries: &[String],
) -> Outcome<Vec<CertificateRow>> {
    use certificate::Column as Col;
    let mut rows = Vec::new();
    for (column, ids) in [(Col::BatchId, batches), (Col::DeliveryId, deliveries)] {
        if !ids.is_empty() {
            let query = certificate::Entity::find().filter(column.is_in(ids.iter().cloned())).order_by_asc(Col::Id).limit(MOST);
            rows.extend(query.all(connection).await?);
        }
    }
    Ok(rows)
}

/// A range of codes bound to a batch, with its order.
#[derive(Debug, Clone)]
pub(in crate::trace) struct BoundRange {
    pub range: RangeRow,
    pub order_id: String,
    pub kind: String,
    pub unit_amount: i64,
}

/// Ranges bound to batches, however they stand.
pub(in crate::trace) async fn ranges<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<BoundRange>> {
    use code_range::Column as Col;
    let query = code_range::Entity::find().filter(Col::BatchId.is_in(ids.iter().cloned()));
    let rows = query.order_by_asc(Col::OrderNo).order_by_asc(Col::First).limit(MOST).all(connection).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let of = code_order::Column::OrderNo.is_in(rows.iter().map(|r| r.order_no));
    let orders = code_order::Entity::find().filter(of).all(connection).await?;
    let with_order = |range: RangeRow| {
        let order = orders.iter().find(|o| o.order_no == range.order_no)?;
        Some(BoundRange { order_id: order.id.clone(), kind: order.kind.clone(), unit_amount: order.unit_amount, range })
    };
    Ok(rows.into_iter().filter_map(with_order).collect())
}

/// Lines of shipments of batches, each with its shipment.
pub(in crate::trace) async fn shipments<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<Vec<(LineRow, ShipmentRow)>> {
    use shipment_line::Column as Col;
    let query = shipment_line::Entity::find().filter(Col::BatchId.is_in(ids.iter().cloned()));
    let lines = query.order_by_asc(Col::ShipmentId).order_by_asc(Col::No).limit(MOST).all(connection).await?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let of = shipment::Column::Id.is_in(lines.iter().map(|l| l.shipment_id.clone()));
    let rows = shipment::Entity::find().filter(of).all(connection).await?;
    let find = |line: LineRow| rows.iter().find(|s| s.id == line.shipment_id).map(|s| (line, s.clone()));
    Ok(lines.into_iter().filter_map(find).collect())
}

/// Returns of shipments.
pub(in crate::trace) async fn returns<C: ConnectionTrait>(connection: &C, shipment_ids: Vec<String>) -> Outcome<Vec<ActRow>> {
    use shipment_act::Column as Col;
    if shipment_ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = shipment_act::Entity::find().filter(Col::ShipmentId.is_in(shipment_ids)).filter(Col::Kind.eq("returned"));
    Ok(query.order_by_asc(Col::Id).limit(MOST).all(connection).await?)
}

/// Movements of goods that left these batches of one account without a code.
pub(in crate::trace) async fn movements<C: ConnectionTrait>(connection: &C, account_id: &str, ids: &[String]) -> Outcome<Vec<MovementRow>> {
    use movement::Column as Col;
    let query = movement::Entity::find()
        .filter(Col::AccountId.eq(account_id))
        .filter(Col::SubjectId.is_in(ids.iter().cloned()))
        .filter(Col::Kind.starts_with("batch_"));
    Ok(query.order_by_asc(Col::Id).limit(MOST).all(connection).await?)
}
