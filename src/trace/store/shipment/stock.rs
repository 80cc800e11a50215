//! What was sent to an organisation and came back from it, summed up.

use sea_orm::prelude::Expr;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};

use crate::db::region::{organisations_in, products_in};
use crate::entity::{batch, shipment, shipment_line};
use crate::kernel::{Outcome, Scope};
use crate::trace::shipment::{ConsigneeKind, ShipmentState};

/// Sums of one consignee, producer, product and season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRow {
    /// To whom.
    pub consignee_id: String,
    /// From whom.
    pub producer_id: String,
    /// What.
    pub product_id: String,
    /// Of which season.
    pub season: String,
    /// Sent.
    pub sent: i64,
    /// With the consignee.
    pub received: i64,
    /// Come back.
    pub returned: i64,
    /// Did not arrive.
    pub missing: i64,
}

/// Consignee, producer, product, season; sent, received, returned, missing.
type Summed = (String, String, String, String, i64, i64, i64, i64);

/// Stock within a scope: of its own organisations; for an authority, of organisations in its division or goods that come from there.
fn reached(scope: &Scope) -> Condition {
    use shipment::Column as Col;
    if scope.all {
        return Condition::all();
    }
    let mut any = Condition::any().add(Col::ConsigneeId.is_in(scope.organisations.iter().map(String::as_str)));
    if !scope.divisions.is_empty() {
        any = any
            .add(Col::ConsigneeId.in_subquery(organisations_in(scope)))
            .add(Col::ProducerId.in_subquery(organisations_in(scope)))
            .add(Col::ProductId.in_subquery(products_in(scope)));
    }
    any
}

/// Sums of what was sent to organisations within reach.
///
/// # Errors
/// Only ours.
pub async fn stock<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    organisation_id: Option<&str>,
    product_id: Option<&str>,
    limit: u64,
) -> Outcome<Vec<StockRow>> {
    use shipment_line::Column as Line;
    let of: RelationDef = shipment_line::Entity::belongs_to(shipment::Entity).from(Line::ShipmentId).to(shipment::Column::Id).into();
    let goods: RelationDef = shipment_line::Entity::belongs_to(batch::Entity).from(Line::BatchId).to(batch::Column::Id).into();
    let sum = |column: Line| Expr::col((shipment_line::Entity, column)).sum().cast_as("BIGINT");
    let mut query = shipment_line::Entity::find()
        .select_only()
        .column(shipment::Column::ConsigneeId)
        .column(shipment::Column::ProducerId)
        .column(shipment::Column::ProductId)
        .column(batch::Column::Season)
        .column_as(sum(Line::Amount), "sent")
        .column_as(sum(Line::Received), "with_them")
        .column_as(sum(Line::Returned), "back")
        .column_as(sum(Line::Missing), "lost")
        .join(JoinType::InnerJoin, of)
        .join(JoinType::InnerJoin, goods)
        .filter(shipment::Column::State.ne(ShipmentState::Voided.word()))
        .filter(shipment::Column::ConsigneeKind.eq(ConsigneeKind::Organisation.word()))
        .filter(reached(scope));
    if let Some(id) = organisation_id {
        query = query.filter(shipment::Column::ConsigneeId.eq(id));
    }
    if let Some(id) = product_id {
        query = query.filter(shipment::Column::ProductId.eq(id));
    }
    for column in [shipment::Column::ConsigneeId, shipment::Column::ProducerId, shipment::Column::ProductId] {
        query = query.group_by(column).order_by_asc(column);
    }
    let rows: Vec<Summed> =
        query.group_by(batch::Column::Season).order_by_asc(batch::Column::Season).limit(limit).into_tuple().all(connection).await?;
    let read = |(consignee_id, producer_id, product_id, season, sent, received, returned, missing)| StockRow {
        consignee_id,
        producer_id,
        product_id,
        season,
        sent,
        received,
        returned,
        missing,
    };
    Ok(rows.into_iter().map(read).collect())
}
