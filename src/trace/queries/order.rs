//! Orders as people and printers see them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Millis, Outcome};
use crate::trace::code::Locator;
use crate::trace::commands::download::FREE_CODES;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::range::{Partition, Range, RangeState};
use crate::trace::store::order::{self as store, OrderRow};
use crate::trace::store::{download, range as ranges};

pub use store::OrderFilter;

/// A run of codes that stand alike.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RangeView {
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// How many codes.
    pub count: i64,
    /// `issued` `bound` `scheduled` `active` `voided` `returned`.
    pub state: &'static str,
    /// The batch they are bound to.
    pub batch_id: Option<String>,
    /// Why voided.
    pub reason: Option<&'static str>,
    /// The last act, RFC 3339.
    pub since: String,
    /// When scheduled codes come into use, RFC 3339.
    pub active_at: Option<String>,
}

impl RangeView {
    /// As it stands at `now`: a scheduled run whose moment has come is active.
    pub fn of(range: &Range, now: Millis) -> Self {
        let standing = &range.standing;
        let state = if standing.is_active(now) { RangeState::Active } else { standing.state };
        Self {
            first: range.first,
            last: range.last,
            count: range.len(),
            state: state.word(),
            batch_id: standing.batch_id.clone(),
            reason: standing.reason.map(|r| r.word()),
            since: rfc3339(standing.since),
            active_at: standing.active_at.map(rfc3339),
        }
    }
}

/// How many codes stand how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// In no batch.
    pub issued: i64,
    /// In a batch, not in use.
    pub bound: i64,
    /// In use later.
    pub scheduled: i64,
    /// In use.
    pub active: i64,
    /// Voided.
    pub voided: i64,
    /// Returned.
    pub returned: i64,
}

impl Tally {
    fn of(partition: &Partition, now: Millis) -> Self {
        let mut tally = Self::default();
        for range in partition.ranges() {
            let place = match range.standing.state {
                _ if range.standing.is_active(now) => &mut tally.active,
                RangeState::Issued => &mut tally.issued,
                RangeState::Bound => &mut tally.bound,
                RangeState::Scheduled | RangeState::Active => &mut tally.scheduled,
                RangeState::Voided => &mut tally.voided,
                RangeState::Returned => &mut tally.returned,
            };
            *place += range.len();
        }
        tally
    }
}

/// Where the labels of an order are: `printed` is the sum of the others, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Whereabouts {
    /// All labels; 0 until issued.
    pub printed: i64,
    /// On no goods, and neither voided nor returned: what must be counted to close the order.
    pub on_hand: i64,
    /// On goods, not in use or in use later.
    pub bound: i64,
    /// On goods and in use.
    pub active: i64,
    /// Voided.
    pub voided: i64,
    /// Returned unused.
    pub returned: i64,
}

impl From<&Tally> for Whereabouts {
    fn from(tally: &Tally) -> Self {
        let bound = tally.bound + tally.scheduled;
        Self {
            printed: tally.issued + bound + tally.active + tally.voided + tally.returned,
            on_hand: tally.issued,
            bound,
            active: tally.active,
            voided: tally.voided,
            returned: tally.returned,
        }
    }
}

/// What a producer has of a product on no goods, and the most it may have, where the product has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Labels on no goods now.
    pub on_hand: i64,
    /// The product's limit.
    pub limit: i64,
}

/// How full a producer's hand is, where the product has a limit.
///
/// # Errors
/// Only ours.
pub async fn hand(db: &Db, producer_id: &str, product_id: &str) -> Outcome<Option<Hand>> {
    let limit = store::product(db.reader(), product_id).await?.and_then(|product| product.on_hand_limit);
    let Some(limit) = limit else { return Ok(None) };
    Ok(Some(Hand { on_hand: ranges::on_hand(db.reader(), producer_id, product_id).await?, limit }))
}

/// An order in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderSummary {
    /// `cod_…`
    pub id: String,
    /// Its number.
    pub order_no: i64,
    /// `proposed` `issued` `refused` `closed`.
    pub state: String,
    /// Whose goods.
    pub producer_id: String,
    /// Which product.
    pub product_id: String,
    /// Which season.
    pub season: String,
    /// The trade item.
    pub pack_id: Option<String>,
    /// The batch it was ordered for.
    pub batch_id: Option<String>,
    /// `unit` `case` `pallet` `batch` `sample`.
    pub kind: String,
    /// The codes take up quantity.
    pub carries_quantity: bool,
    /// A gift bundle: its cases may hold goods of several batches and products.
    pub bundle: bool,
    /// All codes.
    pub count: i64,
    /// Those for spoilage.
    pub spare: i64,
    /// What each of the others takes up, in the product's base unit.
    pub unit_amount: i64,
    /// Codes that may still be bound.
    pub quota_left: i64,
    /// Codes that may still be spoilt without cost.
    pub spare_left: i64,
    /// Five characters, once issued.
    pub locator: Option<String>,
    /// With scratch PINs.
    pub with_pin: bool,
    /// The base URL that is printed.
    pub base_url: String,
    /// Demonstration data.
    pub demo: bool,
    /// Account that ordered.
    pub ordered_by: String,
    /// When, RFC 3339.
    pub ordered_at: String,
    /// Account that decided, if a second person had to.
    pub decided_by: Option<String>,
    /// When, RFC 3339.
    pub decided_at: Option<String>,
    /// Why refused.
    pub decision_reason: Option<String>,
    /// When issued, RFC 3339.
    pub issued_at: Option<String>,
    /// Unused labels counted when the order was closed or carried.
    pub on_hand: Option<i64>,
    /// When closed, RFC 3339.
    pub closed_at: Option<String>,
    /// Account that closed it.
    pub closed_by: Option<String>,
    /// The season it was first ordered for, if it was carried.
    pub first_season: Option<String>,
}

impl From<OrderRow> for OrderSummary {
    fn from(row: OrderRow) -> Self {
        let locator = row.locator.and_then(|l| u32::try_from(l).ok()).and_then(Locator::new);
        Self {
            id: row.id,
            order_no: row.order_no,
            state: row.state,
            producer_id: row.producer_id,
            product_id: row.product_id,
            season: row.season,
            pack_id: row.pack_id,
            batch_id: row.batch_id,
            carries_quantity: row.unit_amount > 0,
            bundle: row.bundle,
            kind: row.kind,
            count: row.count,
            spare: row.spare,
            unit_amount: row.unit_amount,
            quota_left: row.quota_left,
            spare_left: row.spare_left,
            locator: locator.map(|l| l.to_string()),
            with_pin: row.with_pin,
            base_url: row.base_url,
            demo: row.demo,
            ordered_by: row.ordered_by,
            ordered_at: rfc3339(row.ordered_at),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(rfc3339),
            decision_reason: row.decision_reason,
            issued_at: row.issued_at.map(rfc3339),
            on_hand: row.on_hand,
            closed_at: row.closed_at.map(rfc3339),
            closed_by: row.closed_by,
            first_season: row.first_season,
        }
    }
}

/// An order with its ranges.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderView {
    /// The order itself.
    #[serde(flatten)]
    pub order: OrderSummary,
    /// How many codes stand how.
    pub tally: Tally,
    /// Where its labels are, as figures that add up.
    pub labels: Whereabouts,
    /// Runs in order; empty until issued.
    pub ranges: Vec<RangeView>,
    /// Downloads used up.
    pub downloads: i64,
}

/// The row of an order within the actor's reach.
pub(super) async fn row(db: &Db, actor: &Actor, id: &str) -> Outcome<OrderRow> {
    let row = store::order(db.reader(), id).await?;
    let gone = || Failure::broken(format!("order {} lost its producer or product", row.order_no));
    let producer = store::producer(db.reader(), &row.producer_id).await?.ok_or_else(gone)?;
    let product = store::product(db.reader(), &row.product_id).await?.ok_or_else(gone)?;
    if store::reaches(db.reader(), &actor.scope, &producer, &product).await? { Ok(row) } else { Err(Failure::not_found()) }
}

/// One order within reach.
///
/// # Errors
/// `not_found`.
pub async fn order(db: &Db, actor: &Actor, now: Millis, id: &str) -> Outcome<OrderView> {
    let row = row(db, actor, id).await?;
    let partition = ranges::partition(db.reader(), row.order_no, row.count).await?;
    let downloads = download::counted(db.reader(), row.order_no, FREE_CODES, now).await?;
    let tally = partition.as_ref().map_or_else(Tally::default, |p| Tally::of(p, now));
    let ranges = partition.iter().flat_map(Partition::ranges).map(|r| RangeView::of(r, now)).collect();
    Ok(OrderView { order: row.into(), labels: Whereabouts::from(&tally), tally, ranges, downloads })
}

/// Labels on goods that are not in use yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundLabels {
    /// The order's number.
    pub order_no: i64,
    /// `cod_…`
    pub order_id: String,
    /// `pro_…`
    pub product_id: String,
    /// How many labels.
    pub labels: i64,
}

/// Issued orders of a producer with labels on goods that are not in use yet, newest first.
///
/// # Errors
/// Only ours.
pub async fn bound_labels(db: &Db, producer_id: &str, limit: u64) -> Outcome<Vec<BoundLabels>> {
    let found = ranges::bound_of(db.reader(), producer_id, limit).await?;
    Ok(found.into_iter().map(|(order_no, order_id, product_id, labels)| BoundLabels { order_no, order_id, product_id, labels }).collect())
}

/// Orders within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn orders(db: &Db, actor: &Actor, filter: &OrderFilter, cursor: Option<&str>, limit: u64) -> Outcome<Vec<OrderSummary>> {
    let rows = store::orders(db.reader(), &actor.scope, filter, cursor, limit).await?;
    Ok(rows.into_iter().map(OrderSummary::from).collect())
}

/// Orders within reach, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_orders(
    db: &Db,
    actor: &Actor,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<OrderSummary>, Option<String>)> {
    let (rows, next) = store::listed(db.reader(), &actor.scope, narrow, cursor, super::bounded(limit)).await?;
    Ok((rows.into_iter().map(OrderSummary::from).collect(), next))
}

/// Everything an order's printed files depend on. Whoever hands the codes out begins a download first.
///
/// # Errors
/// `not_found`, `order_not_issued`; ours if the key does not open.
pub async fn printable(db: &Db, keys: &dyn KeyProvider, actor: &Actor, id: &str) -> Outcome<IssuedOrder> {
    IssuedOrder::open(keys, &row(db, actor, id).await?)
}
