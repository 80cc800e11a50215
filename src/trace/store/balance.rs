//! What the books say of a producer's goods, summed in the database: batches, labels, shipments, scans, land. Every statement starts from
//! what the scope reaches.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Condition, Expr, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect};

use super::account::reached;
use super::order::within;
use crate::db::region::subquery;
use crate::entity::{
    batch, code_order, code_range, code_stat, delivery, organisation, pack, plot, season_account, shipment, shipment_line,
};
use crate::kernel::{Millis, Outcome, Scope};

pub use season_account::Model as AccountRow;

/// Of which goods.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Of this producer.
    pub producer_id: Option<&'a str>,
    /// Of this product.
    pub product_id: Option<&'a str>,
    /// Of this season.
    pub season: Option<&'a str>,
}

impl Wanted<'_> {
    fn on<A: ColumnTrait, B: ColumnTrait, C: ColumnTrait>(&self, producer: A, product: B, season: C) -> Condition {
        Condition::all()
            .add_option(self.producer_id.map(|id| producer.eq(id)))
            .add_option(self.product_id.map(|id| product.eq(id)))
            .add_option(self.season.map(|season_| season.eq(season_)))
    }
}

/// The accounts of organisations.
pub(in crate::trace) async fn accounts<C: ConnectionTrait>(connection: &C, scope: &Scope, wanted: Wanted<'_>) -> Outcome<Vec<AccountRow>> {
    use season_account::Column as A;
    let query = season_account::Entity::find()
        .filter(A::PartyKind.eq("organisation"))
        .filter(within(scope, A::PartyId, A::ProductId))
        .filter(wanted.on(A::PartyId, A::ProductId, A::Season));
    Ok(query.all(connection).await?)
}

/// Growers' accounts of a product and season, summed: nobody is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct GrowerSums {
    /// The product.
    pub product_id: String,
    /// The season.
    pub season: String,
    /// How many.
    pub households: i64,
    /// Approved, carried over, opening and corrected.
    pub may: i64,
    /// Delivered, covered.
    pub delivered: i64,
    /// 待核.
    pub pending: i64,
    /// Whose land is not on record.
    pub without_land: i64,
}

pub(in crate::trace) async fn growers<C: ConnectionTrait>(connection: &C, scope: &Scope, wanted: Wanted<'_>) -> Outcome<Vec<GrowerSums>> {
    use season_account::Column as A;
    // A household's land, whatever its plots are called.
    let landless = "CASE WHEN EXISTS (SELECT 1 FROM plot WHERE plot.holder_id = season_account.party_id \
                    AND plot.product_id = season_account.product_id) THEN 0 ELSE 1 END";
    let sum = |of: &str| Expr::cust(format!("CAST(COALESCE(SUM({of}), 0) AS BIGINT)"));
    let query = season_account::Entity::find()
        .select_only()
        .column(A::ProductId)
        .column(A::Season)
        .column_as(Expr::cust("COUNT(*)"), "households")
        .column_as(sum("approved + carried + opening + adjusted"), "may")
        .column_as(sum("delivered"), "delivered")
        .column_as(sum("pending"), "pending")
        .column_as(sum(landless), "without_land")
        .filter(A::PartyKind.eq("grower"))
        .filter(reached(scope))
        .filter(Wanted { producer_id: None, ..wanted }.on(A::PartyId, A::ProductId, A::Season))
        .group_by(A::ProductId)
        .group_by(A::Season);
    Ok(query.into_model().all(connection).await?)
}

/// What of a batch the board adds up.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
#[expect(missing_docs, reason = "each is the column of its name")]
pub struct BatchSums {
    pub id: String,
    pub producer_id: String,
    pub product_id: String,
    pub season: String,
    pub state: String,
    pub covered: i64,
    pub coded: i64,
    pub moved: i64,
    pub process_id: Option<String>,
    pub released_at: Option<Millis>,
}

fn batches_in(scope: &Scope, wanted: Wanted<'_>) -> Condition {
    use batch::Column as B;
    Condition::all().add(within(scope, B::ProducerId, B::ProductId)).add(wanted.on(B::ProducerId, B::ProductId, B::Season))
}

fn ids_of(scope: &Scope, wanted: Wanted<'_>) -> SelectStatement {
    subquery(batch::Entity, batch::Column::Id, batches_in(scope, wanted))
}

pub(in crate::trace) async fn batches<C: ConnectionTrait>(connection: &C, scope: &Scope, wanted: Wanted<'_>) -> Outcome<Vec<BatchSums>> {
    use batch::Column as B;
    let columns = [B::Id, B::ProducerId, B::ProductId, B::Season, B::State, B::Covered, B::Coded, B::Moved, B::ProcessId, B::ReleasedAt];
    Ok(batch::Entity::find().select_only().columns(columns).filter(batches_in(scope, wanted)).into_model().all(connection).await?)
}

/// What of an order the board adds up.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
#[expect(missing_docs, reason = "each is the column of its name")]
pub struct OrderSums {
    pub order_no: i64,
    pub producer_id: String,
    pub product_id: String,
    pub season: String,
    pub unit_amount: i64,
    pub issued_at: Option<Millis>,
}

/// Orders that carry quantity. Of every season: labels may go on goods of the next one.
pub(in crate::trace) async fn orders<C: ConnectionTrait>(connection: &C, scope: &Scope, wanted: Wanted<'_>) -> Outcome<Vec<OrderSums>> {
    use code_order::Column as O;
    let columns = [O::OrderNo, O::ProducerId, O::ProductId, O::Season, O::UnitAmount, O::IssuedAt];
    let query = code_order::Entity::find()
        .select_only()
        .columns(columns)
        .filter(within(scope, O::ProducerId, O::ProductId))
        .filter(Wanted { season: None, ..wanted }.on(O::ProducerId, O::ProductId, O::Season))
        .filter(O::UnitAmount.gt(0));
    Ok(query.into_model().all(connection).await?)
}

fn orders_in(scope: &Scope, wanted: Wanted<'_>) -> SelectStatement {
    use code_order::Column as O;
    let wanted = Wanted { season: None, ..wanted }.on(O::ProducerId, O::ProductId, O::Season);
    let reached = within(scope, O::ProducerId, O::ProductId);
    subquery(code_order::Entity, O::OrderNo, Condition::all().add(reached).add(wanted).add(O::UnitAmount.gt(0)))
}

/// Labels of an order that stand alike.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct LabelSums {
    /// The order.
    pub order_no: i64,
    /// The batch they are on.
    pub batch_id: Option<String>,
    /// How they stand.
    pub state: String,
    /// How many.
    pub labels: i64,
}

/// How a label stands at a moment: one whose moment has come is in use, one whose hasn't is only bound.
fn standing(now: Millis) -> Expr {
    let state = "code_range.state";
    Expr::cust(format!(
        "CASE WHEN {state} = 'scheduled' AND code_range.active_at <= {now} THEN 'active' WHEN {state} = 'scheduled' THEN 'bound' ELSE {state} END"
    ))
}

/// Labels by order, batch and state.
pub(in crate::trace) async fn labels<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: Wanted<'_>,
    now: Millis,
) -> Outcome<Vec<LabelSums>> {
    use code_range::Column as R;
    let query = code_range::Entity::find()
        .select_only()
        .column(R::OrderNo)
        .column(R::BatchId)
        .column_as(standing(now), "state")
        .column_as(Expr::cust("CAST(SUM(last - first + 1) AS BIGINT)"), "labels")
        .filter(R::OrderNo.in_subquery(orders_in(scope, wanted)))
        .group_by(R::OrderNo)
        .group_by(R::BatchId)
        .group_by(standing(now));
    Ok(query.into_model().all(connection).await?)
}

/// Codes scanned, by order, batch and how the label stands.
pub(in crate::trace) async fn scanned<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: Wanted<'_>,
    now: Millis,
) -> Outcome<Vec<LabelSums>> {
    let mut query = Query::select();
    let range = |column| Expr::col((code_range::Entity, column));
    let seq = || Expr::col((code_stat::Entity, code_stat::Column::Seq));
    query
        .column((code_range::Entity, code_range::Column::OrderNo))
        .column((code_range::Entity, code_range::Column::BatchId))
        .expr_as(standing(now), "state")
        .expr_as(Expr::cust("COUNT(*)"), "labels")
        .from(code_stat::Entity)
        .join(
            JoinType::InnerJoin,
            code_range::Entity,
            Condition::all()
                .add(range(code_range::Column::OrderNo).equals((code_stat::Entity, code_stat::Column::OrderNo)))
                .add(range(code_range::Column::First).lte(seq()))
                .add(range(code_range::Column::Last).gte(seq())),
        )
        .and_where(Expr::col((code_stat::Entity, code_stat::Column::OrderNo)).in_subquery(orders_in(scope, wanted)))
        .group_by_columns([(code_range::Entity, code_range::Column::OrderNo), (code_range::Entity, code_range::Column::BatchId)])
        .add_group_by([standing(now)]);
    let rows = connection.query_all(&query).await?;
    Ok(rows.iter().map(|row| LabelSums::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// What left the house of each batch, less what came back; and in how many shipments.
pub(in crate::trace) async fn shipped<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: Wanted<'_>,
) -> Outcome<BTreeMap<String, (i64, i64)>> {
    use shipment_line::Column as L;
    let living = subquery(shipment::Entity, shipment::Column::Id, shipment::Column::State.ne("voided"));
    let rows: Vec<(String, i64, i64)> = shipment_line::Entity::find()
        .select_only()
        .column(L::BatchId)
        .column_as(Expr::cust("CAST(SUM(amount - returned) AS BIGINT)"), "shipped")
        .column_as(Expr::cust("COUNT(DISTINCT shipment_id)"), "shipments")
        .filter(L::BatchId.in_subquery(ids_of(scope, wanted)))
        .filter(L::ShipmentId.in_subquery(living))
        .group_by(L::BatchId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|(batch, amount, times)| (batch, (amount, times))).collect())
}

/// Deliveries a producer received, covered, and how many: by producer, product and season.
pub(in crate::trace) async fn deliveries<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    wanted: Wanted<'_>,
) -> Outcome<Vec<(String, String, String, i64, i64)>> {
    use delivery::Column as D;
    let query = delivery::Entity::find()
        .select_only()
        .columns([D::BuyerId, D::ProductId, D::Season])
        .column_as(Expr::cust("CAST(SUM(covered) AS BIGINT)"), "covered")
        .column_as(Expr::cust("COUNT(*)"), "times")
        .filter(within(scope, D::BuyerId, D::ProductId))
        .filter(wanted.on(D::BuyerId, D::ProductId, D::Season))
        .group_by(D::BuyerId)
        .group_by(D::ProductId)
        .group_by(D::Season);
    Ok(query.into_tuple().all(connection).await?)
}

/// Plots on record of organisations themselves: by holder and product, how many.
pub(in crate::trace) async fn plots<C: ConnectionTrait>(connection: &C, wanted: Wanted<'_>) -> Outcome<BTreeMap<(String, String), i64>> {
    use plot::Column as P;
    let query = plot::Entity::find()
        .select_only()
        .columns([P::HolderId, P::ProductId])
        .column_as(Expr::cust("COUNT(*)"), "plots")
        .filter(P::HolderKind.eq("organisation"))
        .filter(Condition::all().add_option(wanted.product_id.map(|id| P::ProductId.eq(id))))
        .group_by(P::HolderId)
        .group_by(P::ProductId);
    let rows: Vec<(String, String, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().map(|(holder, product, plots)| ((holder, product), plots)).collect())
}

/// The smallest and the largest pack of each producer and product.
pub(in crate::trace) async fn packs<C: ConnectionTrait>(
    connection: &C,
    wanted: Wanted<'_>,
) -> Outcome<BTreeMap<(String, String), (i64, i64)>> {
    use pack::Column as P;
    let query = pack::Entity::find()
        .select_only()
        .columns([P::OrganisationId, P::ProductId])
        .column_as(Expr::cust("MIN(amount)"), "least")
        .column_as(Expr::cust("MAX(amount)"), "most")
        .filter(Condition::all().add_option(wanted.product_id.map(|id| P::ProductId.eq(id))))
        .group_by(P::OrganisationId)
        .group_by(P::ProductId);
    let rows: Vec<(String, String, i64, i64)> = query.into_tuple().all(connection).await?;
    Ok(rows.into_iter().map(|(who, product, least, most)| ((who, product), (least, most))).collect())
}

/// Name and place of organisations, by id.
pub(in crate::trace) async fn parties<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<BTreeMap<String, (String, String)>> {
    use organisation::Column as O;
    let mut found = BTreeMap::new();
    for some in ids.chunks(500) {
        let query = organisation::Entity::find().select_only().columns([O::Id, O::Name, O::DivisionCode]);
        let rows: Vec<(String, String, String)> = query.filter(O::Id.is_in(some.iter())).into_tuple().all(connection).await?;
        found.extend(rows.into_iter().map(|(id, name, division)| (id, (name, division))));
    }
    Ok(found)
}
