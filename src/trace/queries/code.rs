//! From a code to what it stands for: for the scan, which keeps what never changes in memory, and for staff, who see how it stands.

use serde::Serialize;
use utoipa::ToSchema;

use super::contents::{self, Contents, InCase};
use super::order::RangeView;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Millis, Outcome};
use crate::trace::code::{Code, Locator};
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::store::order as orders;
use crate::trace::store::{range as ranges, stock};

/// The issued order with this locator: facts that never change, so that nodes may keep them. `None`: no such code exists.
///
/// # Errors
/// Ours if the key does not open.
pub async fn resolve(db: &Db, keys: &dyn KeyProvider, locator: Locator) -> Outcome<Option<IssuedOrder>> {
    let row = orders::by_locator(db.reader(), locator).await?;
    row.map(|row| IssuedOrder::open(keys, &row)).transpose()
}

/// Orders issued at or after a moment, for nodes that keep them in memory. Ask a little further back than last time: a transaction
/// that began earlier may have been committed later.
///
/// # Errors
/// Ours if a key does not open.
pub async fn issued_since(db: &Db, keys: &dyn KeyProvider, since: Millis) -> Outcome<Vec<IssuedOrder>> {
    orders::issued_since(db.reader(), since).await?.iter().map(|row| IssuedOrder::open(keys, row)).collect()
}

/// The batch a code is bound to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeBatch {
    /// `bat_…`
    pub id: String,
    /// Its lot.
    pub lot: String,
    /// Its state.
    pub state: String,
}

/// How often and where a code was looked up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeStat {
    /// Sessions.
    pub sessions: i64,
    /// First, RFC 3339.
    pub first_at: String,
    /// Province or city of the first.
    pub first_place: Option<String>,
    /// Last, RFC 3339.
    pub last_at: String,
    /// Province or city of the last.
    pub last_place: Option<String>,
}

/// A code as staff see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeView {
    /// 20 characters.
    pub code: String,
    /// The order.
    pub order_id: String,
    /// Its number.
    pub order_no: i64,
    /// The code's place in it, from 1.
    pub sequence: i64,
    /// `unit` `case` `pallet` `batch` `sample`.
    pub kind: &'static str,
    /// Whose goods.
    pub producer_id: String,
    /// Their name.
    pub producer: String,
    /// Which product.
    pub product_id: String,
    /// Its name.
    pub product: String,
    /// Which season.
    pub season: String,
    /// The run it lies in.
    pub range: RangeView,
    /// The batch it is bound to.
    pub batch: Option<CodeBatch>,
    /// `None` if nobody has looked it up.
    pub stat: Option<CodeStat>,
    /// The case or pallet it lies in.
    pub in_case: Option<InCase>,
    /// What lies in it, for the code of a case or pallet.
    pub contents: Option<Contents>,
}

/// One code within reach, as typed.
///
/// # Errors
/// `mistyped_code`; `not_found` if it was never issued or is out of reach.
pub async fn code_view(db: &Db, keys: &dyn KeyProvider, actor: &Actor, now: Millis, typed: &str) -> Outcome<CodeView> {
    let code = Code::parse(typed).map_err(|_| Failure::invalid("mistyped_code").with("value", crate::kernel::text::clean(typed)))?;
    let connection = db.reader();
    let issued = resolve(db, keys, code.locator()).await?.ok_or_else(Failure::not_found)?;
    let sequence = issued.sequence_of(&code).ok_or_else(Failure::not_found)?;
    let gone = || Failure::broken(format!("order {} lost its producer, product or ranges", issued.order_no));
    let producer = orders::producer(connection, &issued.producer_id).await?.ok_or_else(gone)?;
    let product = orders::product(connection, &issued.product_id).await?.ok_or_else(gone)?;
    if !orders::reaches(connection, &actor.scope, &producer, &product).await? {
        return Err(Failure::not_found());
    }
    let range = ranges::range_at(connection, issued.order_no, sequence).await?.ok_or_else(gone)?;
    let batch = match &range.standing.batch_id {
        Some(id) => Some(stock::batch(connection, id).await?),
        None => None,
    };
    let in_case = contents::lies_in(db, keys, issued.order_no, sequence).await?;
    let inside = if issued.kind.is_container() { Some(contents::inside(db, keys, issued.order_no, sequence).await?) } else { None };
    let stat = ranges::stat(connection, issued.order_no, sequence).await?;
    Ok(CodeView {
        code: code.as_str().to_owned(),
        order_id: issued.id,
        order_no: issued.order_no,
        sequence,
        kind: issued.kind.as_str(),
        producer_id: producer.id,
        producer: producer.name,
        product_id: product.id,
        product: product.name,
        season: issued.season,
        range: RangeView::of(&range, now),
        batch: batch.map(|b| CodeBatch { id: b.id, lot: b.lot, state: b.state }),
        stat: stat.map(|s| CodeStat {
            sessions: s.sessions,
            first_at: rfc3339(s.first_at),
            first_place: s.first_place,
            last_at: rfc3339(s.last_at),
            last_place: s.last_place,
        }),
        in_case,
        contents: inside,
    })
}
