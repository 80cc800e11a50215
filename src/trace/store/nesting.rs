//! The table of links between cases and items. A link is never taken away: its parts go on as rows that say since when they are over.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use sha2::{Digest, Sha256};

use crate::db::Tx;
use crate::entity::{batch, code_order, code_range, nesting};
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Millis, Outcome};
use crate::trace::nesting::{Link, LinkMode};

use nesting::Column as Col;

pub use nesting::Model as NestingRow;

/// Rows written by one statement.
const CHUNK: usize = 500;

/// The link a row holds.
pub fn link(row: &NestingRow) -> Link {
    Link {
        parent_order: row.parent_order_no,
        parent_first: row.parent_first,
        parent_last: row.parent_last,
        child_order: row.child_order_no,
        child_first: row.child_first,
        child_last: row.child_last,
        per: row.per,
    }
}

/// Waits for the producer's turn to link: from here on nobody else packs, unpacks, binds or voids labels of this producer until the
/// transaction ends. Taken before any order's row, so that nobody waits in a circle.
///
/// # Errors
/// Only ours.
pub async fn turn(tx: &Tx, producer_id: &str) -> Outcome<()> {
    let hash = Sha256::digest(format!("nesting {producer_id}").as_bytes());
    tx.turn(hash.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte))).await
}

fn items(order_no: i64, first: i64, last: i64) -> Condition {
    Condition::all().add(Col::ChildOrderNo.eq(order_no)).add(Col::ChildFirst.lte(last)).add(Col::ChildLast.gte(first))
}

fn cases(order_no: i64, first: i64, last: i64) -> Condition {
    Condition::all().add(Col::ParentOrderNo.eq(order_no)).add(Col::ParentFirst.lte(last)).add(Col::ParentLast.gte(first))
}

async fn found<C: ConnectionTrait>(connection: &C, so: Condition) -> Outcome<Vec<NestingRow>> {
    let query = nesting::Entity::find().filter(so).filter(Col::UnlinkedAt.is_null());
    Ok(query.order_by_asc(Col::ParentOrderNo).order_by_asc(Col::ParentFirst).order_by_asc(Col::ChildFirst).all(connection).await?)
}

/// Links in force of the items `first..=last` of an order.
///
/// # Errors
/// Only ours.
pub async fn of_items<C: ConnectionTrait>(connection: &C, order_no: i64, first: i64, last: i64) -> Outcome<Vec<NestingRow>> {
    found(connection, items(order_no, first, last)).await
}

/// Links in force of the cases `first..=last` of an order.
///
/// # Errors
/// Only ours.
pub async fn of_cases<C: ConnectionTrait>(connection: &C, order_no: i64, first: i64, last: i64) -> Outcome<Vec<NestingRow>> {
    found(connection, cases(order_no, first, last)).await
}

/// Everything an order's labels were ever linked to, newest first; for its page.
///
/// # Errors
/// Only ours.
pub async fn history<C: ConnectionTrait>(connection: &C, order_no: i64) -> Outcome<Vec<NestingRow>> {
    let of = Condition::any().add(Col::ParentOrderNo.eq(order_no)).add(Col::ChildOrderNo.eq(order_no));
    Ok(nesting::Entity::find().filter(of).order_by_desc(Col::Id).all(connection).await?)
}

struct Written<'a> {
    mode: &'a str,
    at: Millis,
    by: &'a str,
}

fn row(desk: &Desk, link: &Link, linked: &Written<'_>, over: Option<&str>) -> nesting::ActiveModel {
    nesting::ActiveModel {
        id: Set(desk.new_id(Noun::Nesting)),
        parent_order_no: Set(link.parent_order),
        parent_first: Set(link.parent_first),
        parent_last: Set(link.parent_last),
        child_order_no: Set(link.child_order),
        child_first: Set(link.child_first),
        child_last: Set(link.child_last),
        per: Set(link.per),
        mode: Set(linked.mode.to_owned()),
        linked_at: Set(linked.at),
        linked_by: Set(linked.by.to_owned()),
        unlinked_at: Set(over.map(|_| desk.clock.now())),
        unlinked_by: Set(over.map(|_| desk.actor.account_id.clone())),
        unlink_reason: Set(over.map(str::to_owned)),
    }
}

/// Writes new links.
///
/// # Errors
/// Only ours.
pub async fn insert(tx: &Tx, desk: &Desk, mode: LinkMode, links: &[Link]) -> Outcome<()> {
    let linked = Written { mode: mode.word(), at: desk.clock.now(), by: &desk.actor.account_id };
    for some in links.chunks(CHUNK) {
        nesting::Entity::insert_many(some.iter().map(|link| row(desk, link, &linked, None)))
            .exec_without_returning(tx.connection())
            .await?;
    }
    Ok(())
}

/// Ends a link as far as the items `first..=last` go; what is left of it stands as it stood. How many items came out.
///
/// # Errors
/// Only ours.
pub async fn end(tx: &Tx, desk: &Desk, before: &NestingRow, first: i64, last: i64, reason: &str) -> Outcome<i64> {
    let (taken, kept) = link(before).split(first, last);
    let out: i64 = taken.iter().map(Link::items).sum();
    if out == 0 {
        return Ok(0);
    }
    let linked = Written { mode: &before.mode, at: before.linked_at, by: &before.linked_by };
    nesting::Entity::delete_by_id(&before.id).exec(tx.connection()).await?;
    let rows = taken.iter().map(|l| row(desk, l, &linked, Some(reason))).chain(kept.iter().map(|l| row(desk, l, &linked, None)));
    nesting::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(out)
}

/// Ends links that lie wholly among what `so` names, in one statement.
async fn end_whole(tx: &Tx, desk: &Desk, so: Condition, reason: &str) -> Outcome<()> {
    nesting::Entity::update_many()
        .filter(so)
        .filter(Col::UnlinkedAt.is_null())
        .col_expr(Col::UnlinkedAt, Expr::value(desk.clock.now()))
        .col_expr(Col::UnlinkedBy, Expr::value(desk.actor.account_id.clone()))
        .col_expr(Col::UnlinkReason, Expr::value(reason))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Takes the items `first..=last` of an order out of their cases. How many came out.
///
/// # Errors
/// Only ours.
pub async fn let_items_go(tx: &Tx, desk: &Desk, order_no: i64, first: i64, last: i64, reason: &str) -> Outcome<i64> {
    let rows = of_items(tx.connection(), order_no, first, last).await?;
    let (whole, part): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.child_first >= first && r.child_last <= last);
    if !whole.is_empty() {
        let so = items(order_no, first, last).add(Col::ChildFirst.gte(first)).add(Col::ChildLast.lte(last));
        end_whole(tx, desk, so, reason).await?;
    }
    let mut out = whole.iter().map(|r| r.child_last - r.child_first + 1).sum();
    for row in part {
        out += end(tx, desk, &row, first, last, reason).await?;
    }
    Ok(out)
}

/// Takes everything out of the cases `first..=last` of an order. How many items came out.
///
/// # Errors
/// Only ours.
pub async fn empty_cases(tx: &Tx, desk: &Desk, order_no: i64, first: i64, last: i64, reason: &str) -> Outcome<i64> {
    let rows = of_cases(tx.connection(), order_no, first, last).await?;
    let (whole, part): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.parent_first >= first && r.parent_last <= last);
    if !whole.is_empty() {
        let so = cases(order_no, first, last).add(Col::ParentFirst.gte(first)).add(Col::ParentLast.lte(last));
        end_whole(tx, desk, so, reason).await?;
    }
    let mut out = whole.iter().map(|r| r.child_last - r.child_first + 1).sum();
    for row in part {
        if let Some((a, b)) = link(&row).items_of(first, last) {
            out += end(tx, desk, &row, a, b, reason).await?;
        }
    }
    Ok(out)
}

/// Runs of the codes `first..=last` of an order that are in a batch, with it.
///
/// # Errors
/// Only ours.
pub async fn batch_runs<C: ConnectionTrait>(connection: &C, order_no: i64, first: i64, last: i64) -> Outcome<Vec<(i64, i64, String)>> {
    use code_range::Column as R;
    let rows = code_range::Entity::find()
        .filter(R::OrderNo.eq(order_no))
        .filter(R::First.lte(last))
        .filter(R::Last.gte(first))
        .filter(R::BatchId.is_not_null())
        .filter(R::State.ne("voided"))
        .order_by_asc(R::First)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|r| (r.first.max(first), r.last.min(last), r.batch_id.unwrap_or_default())).collect())
}

/// Orders by their numbers.
///
/// # Errors
/// Only ours.
pub async fn orders<C: ConnectionTrait>(connection: &C, numbers: &[i64]) -> Outcome<BTreeMap<i64, code_order::Model>> {
    let rows = code_order::Entity::find().filter(code_order::Column::OrderNo.is_in(numbers.iter().copied())).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.order_no, row)).collect())
}

/// Batches by their ids.
///
/// # Errors
/// Only ours.
pub async fn batches<C: ConnectionTrait>(connection: &C, ids: &[String]) -> Outcome<BTreeMap<String, batch::Model>> {
    let rows = batch::Entity::find().filter(batch::Column::Id.is_in(ids.iter().map(String::as_str))).all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}
