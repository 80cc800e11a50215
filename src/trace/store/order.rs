//! The table of code orders, and what an order is checked against: producer, product, pack, mark use.

use sea_orm::sea_query::{Condition, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    RelationDef, Select, Set,
};

use super::reach::products_held;
use crate::db::Tx;
use crate::db::narrow::{Narrow, Places, When, sought};
use crate::db::region::{organisations_in, products_in, subquery};
use crate::entity::{batch, code_order, gi_right, mark_use, mark_use_suspension, organisation, pack, product};
use crate::kernel::{Day, Failure, Millis, Outcome, Scope};
use crate::registry::mark_use::MarkUseState;
use crate::trace::code::Locator;
use crate::trace::keys::WrappedKey;
use crate::trace::range::plan::Stock;

pub use code_order::Model as OrderRow;
pub use organisation::Model as ProducerRow;
pub use pack::Model as PackRow;
pub use product::Model as ProductRow;

/// The lock under which order numbers and locators are given out on PostgreSQL.
const NUMBERING: i64 = 0x6f72_6465_7273;

/// Holds the order's row until the transaction ends: whoever changes its ranges waits here for the one before.
///
/// # Errors
/// `not_found`.
pub async fn lock(tx: &Tx, id: &str) -> Outcome<OrderRow> {
    tx.locked(code_order::Entity::find().filter(code_order::Column::Id.eq(id))).one(tx.connection()).await?.ok_or_else(Failure::not_found)
}

/// Holds several orders in the order of their numbers, so that nobody waits in a circle.
///
/// # Errors
/// `not_found`.
pub async fn lock_all(tx: &Tx, numbers: &std::collections::BTreeSet<i64>) -> Outcome<std::collections::BTreeMap<i64, OrderRow>> {
    let mut held = std::collections::BTreeMap::new();
    for number in numbers {
        let query = tx.locked(code_order::Entity::find_by_id(*number));
        held.insert(*number, query.one(tx.connection()).await?.ok_or_else(Failure::not_found)?);
    }
    Ok(held)
}

/// The order with this number.
///
/// # Errors
/// `not_found`.
pub async fn by_number<C: ConnectionTrait>(connection: &C, number: i64) -> Outcome<OrderRow> {
    code_order::Entity::find_by_id(number).one(connection).await?.ok_or_else(Failure::not_found)
}

/// Writes that an order was counted out: closed, or carried into another season.
///
/// # Errors
/// Only ours.
pub async fn settle(tx: &Tx, row: &OrderRow) -> Outcome<()> {
    let change = code_order::ActiveModel {
        order_no: Set(row.order_no),
        state: Set(row.state.clone()),
        season: Set(row.season.clone()),
        account_id: Set(row.account_id.clone()),
        first_season: Set(row.first_season.clone()),
        on_hand: Set(row.on_hand),
        closed_at: Set(row.closed_at),
        closed_by: Set(row.closed_by.clone()),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// One order.
///
/// # Errors
/// `not_found`.
pub async fn order<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<OrderRow> {
    code_order::Entity::find().filter(code_order::Column::Id.eq(id)).one(connection).await?.ok_or_else(Failure::not_found)
}

/// The order with this locator; only issued orders have one.
///
/// # Errors
/// Only ours.
pub async fn by_locator<C: ConnectionTrait>(connection: &C, locator: Locator) -> Outcome<Option<OrderRow>> {
    Ok(code_order::Entity::find().filter(code_order::Column::Locator.eq(i64::from(locator.get()))).one(connection).await?)
}

/// Waits for the turn to number: from here on nobody else gives out an order number or a locator until the transaction ends.
///
/// # Errors
/// Only ours.
pub async fn begin_numbering(tx: &Tx) -> Outcome<()> {
    tx.turn(NUMBERING).await?;
    Ok(())
}

/// The next order number; only after [`begin_numbering`].
///
/// # Errors
/// Only ours.
pub async fn next_number(tx: &Tx) -> Outcome<i64> {
    let last = code_order::Entity::find().order_by_desc(code_order::Column::OrderNo).one(tx.connection()).await?;
    Ok(last.map_or(1, |row| row.order_no + 1))
}

/// Puts a new order into the table.
///
/// # Errors
/// Only ours.
pub async fn insert(tx: &Tx, row: OrderRow) -> Outcome<()> {
    code_order::ActiveModel::from(row).insert(tx.connection()).await?;
    Ok(())
}

/// Writes what a decision changed: state, who, when, why; and what is pinned at issue.
///
/// # Errors
/// Only ours.
pub async fn decide(tx: &Tx, row: &OrderRow) -> Outcome<()> {
    let change = code_order::ActiveModel {
        order_no: Set(row.order_no),
        state: Set(row.state.clone()),
        locator: Set(row.locator),
        base_url: Set(row.base_url.clone()),
        label: Set(row.label.clone()),
        key_wrapped: Set(row.key_wrapped.clone()),
        master_key_id: Set(row.master_key_id.clone()),
        key_sha256: Set(row.key_sha256.clone()),
        decided_by: Set(row.decided_by.clone()),
        decided_at: Set(row.decided_at),
        decision_reason: Set(row.decision_reason.clone()),
        issued_at: Set(row.issued_at),
        quota_left: Set(row.quota_left),
        spare_left: Set(row.spare_left),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Writes how much of the order is left.
///
/// # Errors
/// Only ours.
pub async fn set_stock(tx: &Tx, order_no: i64, stock: Stock) -> Outcome<()> {
    let change = code_order::ActiveModel {
        order_no: Set(order_no),
        quota_left: Set(stock.quota_left),
        spare_left: Set(stock.spare_left),
        ..Default::default()
    };
    change.update(tx.connection()).await?;
    Ok(())
}

/// Replaces an order's wrapped key, if it is still wrapped under `before`.
///
/// # Errors
/// Only ours.
pub async fn set_wrapping(tx: &Tx, order_no: i64, before: &str, wrapped: WrappedKey) -> Outcome<()> {
    code_order::Entity::update_many()
        .set(code_order::ActiveModel {
            key_wrapped: Set(Some(wrapped.bytes)),
            master_key_id: Set(Some(wrapped.master_key_id)),
            ..Default::default()
        })
        .filter(code_order::Column::OrderNo.eq(order_no))
        .filter(code_order::Column::MasterKeyId.eq(before))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Issued orders with numbers above `after`, in order.
///
/// # Errors
/// Only ours.
pub async fn issued_after_number<C: ConnectionTrait>(connection: &C, after: i64, limit: u64) -> Outcome<Vec<OrderRow>> {
    Ok(code_order::Entity::find()
        .filter(code_order::Column::OrderNo.gt(after))
        .filter(code_order::Column::Locator.is_not_null())
        .order_by_asc(code_order::Column::OrderNo)
        .limit(limit)
        .all(connection)
        .await?)
}

/// How many orders are issued.
///
/// # Errors
/// Only ours.
pub async fn issued_count<C: ConnectionTrait>(connection: &C) -> Outcome<u64> {
    Ok(code_order::Entity::find().filter(code_order::Column::Locator.is_not_null()).count(connection).await?)
}

/// Orders issued at or after a moment, oldest first.
///
/// # Errors
/// Only ours.
pub async fn issued_since<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Vec<OrderRow>> {
    Ok(code_order::Entity::find()
        .filter(code_order::Column::IssuedAt.gte(since))
        .order_by_asc(code_order::Column::IssuedAt)
        .order_by_asc(code_order::Column::OrderNo)
        .all(connection)
        .await?)
}

/// The order issued last.
///
/// # Errors
/// Only ours.
pub async fn newest_issued<C: ConnectionTrait>(connection: &C) -> Outcome<Option<OrderRow>> {
    Ok(code_order::Entity::find()
        .filter(code_order::Column::Locator.is_not_null())
        .order_by_desc(code_order::Column::IssuedAt)
        .order_by_desc(code_order::Column::OrderNo)
        .one(connection)
        .await?)
}

/// What a list of orders is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// One producer.
    pub producer_id: Option<String>,
    /// One product.
    pub product_id: Option<String>,
    /// The batch it was ordered for.
    pub batch_id: Option<String>,
    /// One state's word.
    pub state: Option<String>,
}

/// Where lists of orders look.
const PLACES: Places<'static, code_order::Column> = Places {
    id: code_order::Column::Id,
    newest: true,
    names: &[code_order::Column::Season],
    parties: &[code_order::Column::ProducerId],
    product: Some(code_order::Column::ProductId),
    state: Some(code_order::Column::State),
    when: Some(When::Moment(code_order::Column::OrderedAt)),
    orders: &[("count", code_order::Column::Count), ("ordered", code_order::Column::Id)],
};

/// Orders within reach as somebody looks for them: a number is that of the order.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn listed<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<OrderRow>, Option<String>)> {
    use code_order::Column as C_;
    let mut query = code_order::Entity::find().filter(within(scope, C_::ProducerId, C_::ProductId));
    let number = narrow.q.as_deref().and_then(sought).and_then(|typed| typed.parse::<i64>().ok());
    if let Some(number) = number {
        query = query.filter(C_::OrderNo.eq(number));
    }
    let rest = Narrow { q: narrow.q.clone().filter(|_| number.is_none()), ..narrow.clone() };
    rest.page(connection, query, &PLACES, cursor, limit).await
}

/// Orders within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn orders<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    filter: &OrderFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<OrderRow>> {
    use code_order::Column as C_;
    let narrow = Condition::all()
        .add_option(filter.producer_id.as_deref().map(|v| C_::ProducerId.eq(v)))
        .add_option(filter.product_id.as_deref().map(|v| C_::ProductId.eq(v)))
        .add_option(filter.batch_id.as_deref().map(|v| C_::BatchId.eq(v)))
        .add_option(filter.state.as_deref().map(|v| C_::State.eq(v)))
        .add_option(cursor.map(|v| C_::Id.lt(v)));
    let query = code_order::Entity::find().filter(narrow).filter(within(scope, C_::ProducerId, C_::ProductId));
    Ok(query.order_by_desc(C_::Id).limit(limit).all(connection).await?)
}

/// Rows whose producer or product a scope reaches: own organisation; producer or product in the division; product of a right held.
pub fn within<P: ColumnTrait, Q: ColumnTrait>(scope: &Scope, producer: P, product: Q) -> Condition {
    if scope.all {
        return Condition::all();
    }
    let mut reach = Condition::any().add(producer.is_in(scope.organisations.iter().map(String::as_str)));
    if !scope.divisions.is_empty() {
        reach = reach.add(producer.in_subquery(organisations_in(scope))).add(product.in_subquery(products_in(scope)));
    }
    if !scope.holders.is_empty() {
        reach = reach.add(product.in_subquery(products_held(scope)));
    }
    reach
}

/// Ids of batches whose producer or product a scope reaches.
pub(in crate::trace) fn batches_within(scope: &Scope) -> SelectStatement {
    subquery(batch::Entity, batch::Column::Id, within(scope, batch::Column::ProducerId, batch::Column::ProductId))
}

/// Numbers of orders whose producer or product a scope reaches.
pub(in crate::trace) fn orders_within(scope: &Scope) -> SelectStatement {
    use code_order::Column as C_;
    subquery(code_order::Entity, C_::OrderNo, within(scope, C_::ProducerId, C_::ProductId))
}

/// Does a scope reach what this producer does with this product?
///
/// # Errors
/// Only ours.
pub async fn reaches<C: ConnectionTrait>(connection: &C, scope: &Scope, producer: &ProducerRow, product: &ProductRow) -> Outcome<bool> {
    if scope.reaches_organisation(&producer.id, Some(&producer.division_code))
        || product.county_codes.split(';').any(|county| !county.is_empty() && scope.reaches_division(county))
    {
        return Ok(true);
    }
    if scope.holders.is_empty() {
        return Ok(false);
    }
    let held = gi_right::Entity::find()
        .filter(gi_right::Column::ProductId.eq(&product.id))
        .filter(gi_right::Column::HolderId.is_in(scope.holders.iter().map(String::as_str)))
        .count(connection)
        .await?;
    Ok(held > 0)
}

/// One producer, if there is such an organisation.
///
/// # Errors
/// Only ours.
pub async fn producer<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<ProducerRow>> {
    Ok(organisation::Entity::find_by_id(id).one(connection).await?)
}

/// One product, if there is one.
///
/// # Errors
/// Only ours.
pub async fn product<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<ProductRow>> {
    Ok(product::Entity::find_by_id(id).one(connection).await?)
}

/// One pack, if there is one.
///
/// # Errors
/// Only ours.
pub async fn pack<C: ConnectionTrait>(connection: &C, id: &str) -> Outcome<Option<PackRow>> {
    Ok(pack::Entity::find_by_id(id).one(connection).await?)
}

/// Has the producer a mark use of a registered right on the product that is in force on this day, and not suspended?
/// First and last days are included.
///
/// # Errors
/// Only ours.
pub async fn mark_use_in_force<C: ConnectionTrait>(connection: &C, producer_id: &str, product_id: &str, day: Day) -> Outcome<bool> {
    Ok(uses_in_force(producer_id, product_id, day).count(connection).await? > 0)
}

/// How a producer stands to the special mark of a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkStanding {
    /// A use is in force.
    pub in_force: bool,
    /// The artwork of such a use is filed (图样备案), so that it may be printed.
    pub printable: bool,
    /// The number that stands under the mark: the right's, or that of the announcement that names the user. None if neither is on record.
    pub number: Option<String>,
}

/// How the producer stands to the special mark of this product on this day. Rights abroad give no leave to use it.
///
/// # Errors
/// Only ours.
pub async fn mark_standing<C: ConnectionTrait>(connection: &C, producer_id: &str, product_id: &str, day: Day) -> Outcome<MarkStanding> {
    let uses = uses_in_force(producer_id, product_id, day).order_by_asc(mark_use::Column::Id).all(connection).await?;
    let ids: Vec<String> = uses.iter().map(|row| row.right_id.clone()).collect();
    let found = gi_right::Entity::find().filter(gi_right::Column::Id.is_in(ids)).order_by_asc(gi_right::Column::Id);
    let rights: Vec<_> = found.all(connection).await?.into_iter().filter(|right| !right.route.starts_with("abroad")).collect();
    let of_right = rights.iter().find_map(|right| right.number.clone().or_else(|| right.registration_number.clone()));
    let uses: Vec<_> = uses.into_iter().filter(|row| rights.iter().any(|right| right.id == row.right_id)).collect();
    let printable = uses.iter().any(|row| MarkUseState::parse(&row.state).is_some_and(MarkUseState::may_print_mark));
    let named = uses.into_iter().find_map(|row| row.announcement);
    Ok(MarkStanding { in_force: !rights.is_empty(), printable, number: of_right.or(named) })
}

fn uses_in_force(producer_id: &str, product_id: &str, day: Day) -> Select<mark_use::Entity> {
    let day = day.to_string();
    let open_or = |column: mark_use::Column| Condition::any().add(column.is_null()).add(column.gte(&day));
    let mut suspended = Query::select();
    suspended
        .column(mark_use_suspension::Column::MarkUseId)
        .from(mark_use_suspension::Entity)
        .and_where(mark_use_suspension::Column::FromDay.lte(&day))
        .cond_where(Condition::any().add(mark_use_suspension::Column::ToDay.is_null()).add(mark_use_suspension::Column::ToDay.gte(&day)));
    let right: RelationDef = mark_use::Entity::belongs_to(gi_right::Entity).from(mark_use::Column::RightId).to(gi_right::Column::Id).into();
    mark_use::Entity::find()
        .join(JoinType::InnerJoin, right)
        .filter(mark_use::Column::OrganisationId.eq(producer_id))
        .filter(gi_right::Column::ProductId.eq(product_id))
        .filter(gi_right::Column::Status.eq("registered"))
        .filter(Condition::any().add(gi_right::Column::InForceFrom.is_null()).add(gi_right::Column::InForceFrom.lte(&day)))
        .filter(Condition::any().add(gi_right::Column::InForceTo.is_null()).add(gi_right::Column::InForceTo.gte(&day)))
        .filter(mark_use::Column::InForceFrom.lte(&day))
        .filter(open_or(mark_use::Column::InForceTo))
        .filter(mark_use::Column::Id.not_in_subquery(suspended))
}
