//! What an act on batches, a stretch of codes, a producer or a product touches: labels, and whoever the goods went to.

use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::region::subquery;
use crate::entity::{code_order, code_range, shipment, shipment_line};
use crate::kernel::Outcome;
use crate::trace::shipment::ShipmentState;

pub use shipment::Model as ShipmentRow;
pub use shipment_line::Model as LineRow;

/// The most lines of shipments looked at.
const MOST: u64 = 20_000;

/// What is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Everything bound to these batches.
    Batches(Vec<String>),
    /// Labels from … to … of an order.
    Codes(i64, i64, i64),
    /// Everything of a producer.
    Producer(String),
    /// Everything of a product.
    Product(String),
}

/// Labels in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Their order.
    pub order_no: i64,
    /// First of them, within what is touched.
    pub first: i64,
    /// Last of them.
    pub last: i64,
    /// The state's word.
    pub state: String,
}

fn orders_where(condition: impl sea_orm::sea_query::IntoCondition) -> sea_orm::sea_query::SelectStatement {
    subquery(code_order::Entity, code_order::Column::OrderNo, condition)
}

/// The labels it touches, cut to it, those in use first.
///
/// # Errors
/// Only ours.
pub async fn labels<C: ConnectionTrait>(connection: &C, touched: &Touched) -> Outcome<Vec<Labels>> {
    use code_range::Column as R;
    let about = match touched {
        Touched::Batches(ids) => Condition::all().add(R::BatchId.is_in(ids.iter().cloned())),
        Touched::Codes(no, first, last) => Condition::all().add(R::OrderNo.eq(*no)).add(R::First.lte(*last)).add(R::Last.gte(*first)),
        Touched::Producer(id) => Condition::all().add(R::OrderNo.in_subquery(orders_where(code_order::Column::ProducerId.eq(id.as_str())))),
        Touched::Product(id) => Condition::all().add(R::OrderNo.in_subquery(orders_where(code_order::Column::ProductId.eq(id.as_str())))),
    };
    let rows = code_range::Entity::find().filter(about).order_by_asc(R::OrderNo).order_by_asc(R::First).all(connection).await?;
    let cut = |row: code_range::Model| match touched {
        Touched::Codes(_, first, last) => {
            Labels { order_no: row.order_no, first: row.first.max(*first), last: row.last.min(*last), state: row.state }
        }
        _ => Labels { order_no: row.order_no, first: row.first, last: row.last, state: row.state },
    };
    let mut found: Vec<Labels> = rows.into_iter().map(cut).collect();
    found.sort_by_key(|labels| labels.state != "active");
    Ok(found)
}

/// Lines of shipments that were not voided and hold some of it, the newest shipment first.
///
/// # Errors
/// Only ours.
pub async fn shipped<C: ConnectionTrait>(connection: &C, touched: &Touched) -> Outcome<Vec<(LineRow, ShipmentRow)>> {
    use shipment::Column as S;
    use shipment_line::Column as L;
    let lines = shipment_line::Entity::find();
    let lines = match touched {
        Touched::Batches(ids) => lines.filter(L::BatchId.is_in(ids.iter().cloned())),
        Touched::Codes(no, first, last) => lines.filter(L::OrderNo.eq(*no)).filter(L::First.lte(*last)).filter(L::Last.gte(*first)),
        Touched::Producer(id) => lines.filter(L::ShipmentId.in_subquery(shipments_where(S::ProducerId.eq(id.as_str())))),
        Touched::Product(id) => lines.filter(L::ShipmentId.in_subquery(shipments_where(S::ProductId.eq(id.as_str())))),
    };
    let lines = lines.order_by_desc(L::ShipmentId).order_by_asc(L::No).limit(MOST).all(connection).await?;
    let mut ids: Vec<String> = lines.iter().map(|line| line.shipment_id.clone()).collect();
    ids.dedup();
    let mut shipments = Vec::new();
    for some in ids.chunks(500) {
        let query = shipment::Entity::find().filter(S::Id.is_in(some.iter().cloned())).filter(S::State.ne(ShipmentState::Voided.word()));
        shipments.extend(query.all(connection).await?);
    }
    let known: std::collections::BTreeMap<String, ShipmentRow> = shipments.into_iter().map(|row| (row.id.clone(), row)).collect();
    Ok(lines.into_iter().filter_map(|line| known.get(&line.shipment_id).map(|row| (line.clone(), row.clone()))).collect())
}

fn shipments_where(condition: impl sea_orm::sea_query::IntoCondition) -> sea_orm::sea_query::SelectStatement {
    subquery(shipment::Entity, shipment::Column::Id, condition)
}

/// Producers with an order of a product.
///
/// # Errors
/// Only ours.
pub async fn producers_of<C: ConnectionTrait>(connection: &C, product_id: &str) -> Outcome<Vec<String>> {
    let query = code_order::Entity::find().select_only().column(code_order::Column::ProducerId).distinct();
    let query = query.filter(code_order::Column::ProductId.eq(product_id)).order_by_asc(code_order::Column::ProducerId);
    Ok(query.into_tuple().all(connection).await?)
}
