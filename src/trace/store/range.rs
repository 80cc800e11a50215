//! The table of ranges: read as a checked partition, written as the difference between two.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set};

use crate::db::Tx;
use crate::entity::{code_order, code_range, code_stat};
use crate::kernel::{Failure, Outcome};
use crate::trace::CodeKind;
use crate::trace::range::{Partition, Range, RangeState, Standing};
use crate::trace::verdict::VoidReason;

/// Rows written by one statement (SQLite counts every value).
const CHUNK: usize = 500;

fn read(row: code_range::Model) -> Outcome<Range> {
    let unknown = |word: &str| Failure::broken(format!("order {}: an unknown word {word:?} in its ranges", row.order_no));
    let state = RangeState::parse(&row.state).ok_or_else(|| unknown(&row.state))?;
    let reason = row.reason.as_deref().map(|word| VoidReason::parse(word).ok_or_else(|| unknown(word))).transpose()?;
    let standing = Standing { state, batch_id: row.batch_id, reason, since: row.since, bound_at: row.bound_at, active_at: row.active_at };
    Ok(Range { first: row.first, last: row.last, standing })
}

fn write(order_no: i64, range: &Range) -> code_range::ActiveModel {
    let standing = &range.standing;
    code_range::ActiveModel {
        order_no: Set(order_no),
        first: Set(range.first),
        last: Set(range.last),
        batch_id: Set(standing.batch_id.clone()),
        state: Set(standing.state.word().to_owned()),
        reason: Set(standing.reason.map(|r| r.word().to_owned())),
        since: Set(standing.since),
        bound_at: Set(standing.bound_at),
        active_at: Set(standing.active_at),
    }
}

/// How all codes of an order stand. An order not issued yet has no ranges: `None`.
///
/// # Errors
/// Ours if the rows do not cover 1..=count exactly once.
pub async fn partition<C: ConnectionTrait>(connection: &C, order_no: i64, count: i64) -> Outcome<Option<Partition>> {
    let rows = code_range::Entity::find()
        .filter(code_range::Column::OrderNo.eq(order_no))
        .order_by_asc(code_range::Column::First)
        .all(connection)
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let ranges = rows.into_iter().map(read).collect::<Outcome<Vec<_>>>()?;
    Partition::new(count, ranges).map(Some).map_err(Failure::broken)
}

/// How many labels of each of a producer's issued orders are on goods and not in use: order, count; newest orders first.
///
/// # Errors
/// Only ours.
pub async fn bound_of<C: ConnectionTrait>(connection: &C, producer_id: &str, limit: u64) -> Outcome<Vec<(i64, String, String, i64)>> {
    let orders = code_order::Entity::find()
        .filter(code_order::Column::ProducerId.eq(producer_id))
        .filter(code_order::Column::State.eq("issued"))
        .order_by_desc(code_order::Column::OrderNo)
        .limit(limit);
    let mut found = Vec::new();
    let orders = orders.all(connection).await?;
    let numbers: Vec<i64> = orders.iter().map(|order| order.order_no).collect();
    let ranges = code_range::Entity::find()
        .filter(code_range::Column::OrderNo.is_in(numbers))
        .filter(code_range::Column::State.eq(RangeState::Bound.word()))
        .all(connection)
        .await?;
    for order in orders {
        let labels = ranges.iter().filter(|range| range.order_no == order.order_no).map(|range| range.last - range.first + 1).sum();
        if labels > 0 {
            found.push((order.order_no, order.id, order.product_id, labels));
        }
    }
    Ok(found)
}

/// The range a code lies in.
///
/// # Errors
/// Only ours.
pub async fn range_at<C: ConnectionTrait>(connection: &C, order_no: i64, sequence: i64) -> Outcome<Option<Range>> {
    let row = code_range::Entity::find()
        .filter(code_range::Column::OrderNo.eq(order_no))
        .filter(code_range::Column::First.lte(sequence))
        .filter(code_range::Column::Last.gte(sequence))
        .one(connection)
        .await?;
    row.map(read).transpose()
}

/// The ranges that hold any of these codes, cut off at both ends.
///
/// # Errors
/// Only ours.
pub async fn between<C: ConnectionTrait>(connection: &C, order_no: i64, (first, last): (i64, i64)) -> Outcome<Vec<Range>> {
    let rows = code_range::Entity::find()
        .filter(code_range::Column::OrderNo.eq(order_no))
        .filter(code_range::Column::First.lte(last))
        .filter(code_range::Column::Last.gte(first))
        .order_by_asc(code_range::Column::First)
        .all(connection)
        .await?;
    let cut = |range: Range| Range { first: range.first.max(first), last: range.last.min(last), ..range };
    rows.into_iter().map(|row| read(row).map(cut)).collect()
}

/// Writes what differs between two partitions of an order; the caller holds the order's row.
///
/// # Errors
/// Only ours.
pub async fn replace(tx: &Tx, order_no: i64, before: &[Range], after: &[Range]) -> Outcome<()> {
    let (gone, fresh) = difference(before, after);
    for firsts in gone.chunks(CHUNK) {
        code_range::Entity::delete_many()
            .filter(code_range::Column::OrderNo.eq(order_no))
            .filter(code_range::Column::First.is_in(firsts.iter().copied()))
            .exec(tx.connection())
            .await?;
    }
    for ranges in fresh.chunks(CHUNK) {
        code_range::Entity::insert_many(ranges.iter().map(|r| write(order_no, r))).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// First numbers of rows to go, and ranges to come. Both lists are in order, so one walk finds them.
fn difference<'a>(before: &[Range], after: &'a [Range]) -> (Vec<i64>, Vec<&'a Range>) {
    let (mut gone, mut fresh) = (Vec::new(), Vec::new());
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a == b => {
                old.next();
                new.next();
            }
            (Some(a), b) if b.is_none_or(|b| a.first <= b.first) => {
                gone.push(a.first);
                old.next();
            }
            (_, Some(b)) => {
                fresh.push(*b);
                new.next();
            }
            (_, None) => return (gone, fresh),
        }
    }
}

/// The first code between two sequence numbers that anybody has looked up, with the number of its sessions.
///
/// # Errors
/// Only ours.
pub async fn first_scanned<C: ConnectionTrait>(connection: &C, order_no: i64, first: i64, last: i64) -> Outcome<Option<(i64, i64)>> {
    let row = code_stat::Entity::find()
        .filter(code_stat::Column::OrderNo.eq(order_no))
        .filter(code_stat::Column::Seq.between(first, last))
        .order_by_asc(code_stat::Column::Seq)
        .limit(1)
        .one(connection)
        .await?;
    Ok(row.map(|r| (r.seq, r.sessions)))
}

/// What is known of the scans of one code: sessions, first and last moment and place.
///
/// # Errors
/// Only ours.
pub async fn stat<C: ConnectionTrait>(connection: &C, order_no: i64, sequence: i64) -> Outcome<Option<code_stat::Model>> {
    Ok(code_stat::Entity::find_by_id((order_no, sequence)).one(connection).await?)
}

/// Labels of a producer for a product that are on no goods: issued, and neither bound, voided nor returned, of orders that are not closed.
/// Codes of samples are none.
///
/// # Errors
/// Only ours.
pub async fn on_hand<C: ConnectionTrait>(connection: &C, producer_id: &str, product_id: &str) -> Outcome<i64> {
    use code_range::Column as R;
    let living = code_order::Entity::find()
        .select_only()
        .column(code_order::Column::OrderNo)
        .filter(code_order::Column::ProducerId.eq(producer_id))
        .filter(code_order::Column::ProductId.eq(product_id))
        .filter(code_order::Column::Kind.ne(CodeKind::Sample.as_str()))
        .filter(code_order::Column::IssuedAt.is_not_null())
        .filter(code_order::Column::ClosedAt.is_null());
    let sum = code_range::Entity::find()
        .select_only()
        .column_as(Expr::cust("CAST(SUM(last - first + 1) AS BIGINT)"), "n")
        .filter(R::State.eq("issued"))
        .filter(R::OrderNo.in_subquery(living.into_query()))
        .into_tuple::<Option<i64>>();
    Ok(sum.one(connection).await?.flatten().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_written() {
        let range = |first, last, since| Range { first, last, standing: Standing::issued(since) };
        let before = [range(1, 10, 0), range(11, 20, 1), range(21, 30, 2)];
        let after = [range(1, 10, 0), range(11, 15, 1), range(16, 18, 3), range(19, 30, 2)];
        let (gone, fresh) = difference(&before, &after);
        assert_eq!(gone, [11, 21]);
        assert_eq!(fresh.iter().map(|r| r.first).collect::<Vec<_>>(), [11, 16, 19]);
        let (gone, fresh) = difference(&after, &after);
        assert!(gone.is_empty() && fresh.is_empty());
        assert_eq!(difference(&[], &after).1.len(), 4);
        assert_eq!(difference(&after, &before).0, [11, 16, 19]);
    }
}
