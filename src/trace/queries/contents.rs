//! What lies in one case or on one pallet, and which case a label lies in. For staff: a unit's public page never names its case.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::nesting::Link;
use crate::trace::roll::Label;
use crate::trace::store::nesting::{self, NestingRow};
use crate::trace::store::order::{self as orders, OrderRow};

/// Runs shown of one case at most; more are counted only.
const RUNS: usize = 200;

/// The case or pallet a label lies in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InCase {
    /// The order of cases.
    pub order_id: String,
    /// Its number.
    pub order_no: i64,
    /// `case` or `pallet`.
    pub kind: String,
    /// The case's place in it, from 1.
    pub sequence: i64,
    /// The code on the case.
    pub code: Option<String>,
}

/// A run of items in a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Inside {
    /// The order of items.
    pub order_id: String,
    /// Its number.
    pub order_no: i64,
    /// `unit` or `case`.
    pub kind: String,
    /// First item.
    pub first: i64,
    /// Last item.
    pub last: i64,
    /// How many.
    pub count: i64,
    /// `roll`, `scan` or `ratio`.
    pub mode: String,
}

/// Items of one batch in a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InsideOfBatch {
    /// `bat_…`; `None` for items in no batch yet.
    pub batch_id: Option<String>,
    /// Its lot.
    pub lot: Option<String>,
    /// Its product.
    pub product_id: Option<String>,
    /// How many items.
    pub count: i64,
}

/// What lies in one case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Contents {
    /// The order of cases.
    pub order_id: String,
    /// The case's place in it.
    pub sequence: i64,
    /// The code on the case.
    pub code: Option<String>,
    /// Items directly in it.
    pub items: i64,
    /// Items it should hold by its pack.
    pub expected: Option<i64>,
    /// Retail units in it and in the cases in it.
    pub units: i64,
    /// Runs of items directly in it.
    pub runs: Vec<Inside>,
    /// Batches of the items directly in it.
    pub batches: Vec<InsideOfBatch>,
    /// The pallet it stands on.
    #[serde(rename = "in")]
    pub lies_in: Option<InCase>,
}

fn code_of(keys: &dyn KeyProvider, row: &OrderRow, sequence: i64) -> Outcome<Option<String>> {
    Ok(IssuedOrder::open(keys, row)?.code_at(sequence).map(|code| code.as_str().to_owned()))
}

/// The case a label lies in.
///
/// # Errors
/// Only ours.
pub(super) async fn lies_in(db: &Db, keys: &dyn KeyProvider, order_no: i64, sequence: i64) -> Outcome<Option<InCase>> {
    let rows = nesting::of_items(db.reader(), order_no, sequence, sequence).await?;
    let Some(link) = rows.first().map(nesting::link) else { return Ok(None) };
    let order = nesting::orders(db.reader(), &[link.parent_order]).await?.remove(&link.parent_order);
    let order = order.ok_or_else(|| Failure::broken("a case without its order"))?;
    let at = link.case_of(sequence);
    let code = code_of(keys, &order, at)?;
    Ok(Some(InCase { order_id: order.id, order_no: order.order_no, kind: order.kind, sequence: at, code }))
}

/// What lies in a case.
///
/// # Errors
/// Only ours.
pub(super) async fn inside(db: &Db, keys: &dyn KeyProvider, order_no: i64, sequence: i64) -> Outcome<Contents> {
    let connection = db.reader();
    let rows = nesting::of_cases(connection, order_no, sequence, sequence).await?;
    let numbers: Vec<i64> = rows.iter().map(|r| r.child_order_no).chain([order_no]).collect();
    let orders = nesting::orders(connection, &numbers).await?;
    let of = |number: i64| orders.get(&number).ok_or_else(|| Failure::broken(format!("order {number} is gone")));
    let case = of(order_no)?;
    let here: Vec<(&NestingRow, (i64, i64))> =
        rows.iter().filter_map(|row| Some((row, nesting::link(row).items_of(sequence, sequence)?))).collect();
    let (mut runs, mut units, mut counts) = (Vec::new(), 0, BTreeMap::<Option<String>, i64>::new());
    for (row, (first, last)) in &here {
        let items = of(row.child_order_no)?;
        let count = last - first + 1;
        let mut bound = 0;
        for (a, b, batch) in nesting::batch_runs(connection, row.child_order_no, *first, *last).await? {
            *counts.entry(Some(batch)).or_default() += b - a + 1;
            bound += b - a + 1;
        }
        if count > bound {
            *counts.entry(None).or_default() += count - bound;
        }
        units += if items.kind == "unit" { count } else { units_in(db, row.child_order_no, *first, *last).await? };
        if runs.len() < RUNS {
            let (order_id, order_no, kind) = (items.id.clone(), items.order_no, items.kind.clone());
            runs.push(Inside { order_id, order_no, kind, first: *first, last: *last, count, mode: row.mode.clone() });
        }
    }
    let ids: Vec<String> = counts.keys().flatten().cloned().collect();
    let batches = nesting::batches(connection, &ids).await?;
    let named = |(id, count): (Option<String>, i64)| {
        let batch = id.as_ref().and_then(|id| batches.get(id));
        InsideOfBatch { lot: batch.map(|b| b.lot.clone()), product_id: batch.map(|b| b.product_id.clone()), batch_id: id, count }
    };
    let expected = match &case.pack_id {
        Some(id) => orders::pack(connection, id).await?.and_then(|pack| pack.items),
        None => None,
    };
    Ok(Contents {
        order_id: case.id.clone(),
        sequence,
        code: code_of(keys, case, sequence)?,
        items: here.iter().map(|(_, (a, b))| b - a + 1).sum(),
        expected,
        units,
        runs,
        batches: counts.into_iter().map(named).collect(),
        lies_in: lies_in(db, keys, order_no, sequence).await?,
    })
}

/// Units in a run of cases.
async fn units_in(db: &Db, order_no: i64, first: i64, last: i64) -> Outcome<i64> {
    let links: Vec<Link> = nesting::of_cases(db.reader(), order_no, first, last).await?.iter().map(nesting::link).collect();
    Ok(links.iter().filter_map(|link| link.items_of(first, last)).map(|(a, b)| b - a + 1).sum())
}

/// What lies in the case somebody names by its label.
///
/// # Errors
/// `not_found`; `label_missing`, `mistyped_code`, `foreign_code`, `unknown_code`, `outside_order`; `holds_nothing` for an order of
/// neither cases nor pallets.
pub async fn contents(db: &Db, keys: &dyn KeyProvider, actor: &Actor, id: &str, label: Option<&str>) -> Outcome<Contents> {
    let row = super::order::row(db, actor, id).await?;
    let issued = IssuedOrder::open(keys, &row)?;
    let label = label.filter(|l| !l.trim().is_empty()).ok_or_else(|| Failure::field("/label", "label_missing"))?;
    let sequence = Label::Text(label.to_owned()).sequence(&issued, "/label")?;
    if !(1..=row.count).contains(&sequence) {
        return Err(Failure::field("/label", "outside_order").with("value", sequence).with("count", row.count));
    }
    if !issued.kind.is_container() {
        return Err(Failure::field("/label", "holds_nothing"));
    }
    inside(db, keys, row.order_no, sequence).await
}
