//! A segment of a roll before anything is done with it: which labels lie between the first and the last, how they stand, and what speaks
//! against binding or activating them. It decides nothing: the verbs check again when they are carried out.

use serde::Serialize;
use utoipa::ToSchema;

use super::order::{RangeView, row};
use crate::db::Db;
use crate::kernel::failure::Faults;
use crate::kernel::{Actor, Failure, Millis, Outcome, text};
use crate::trace::code::Code;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::roll::Label;
use crate::trace::store::{order as orders, range as ranges};

/// A segment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SegmentView {
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// Labels in it.
    pub count: i64,
    /// The code on the first label.
    pub first_code: String,
    /// The code on the last label.
    pub last_code: String,
    /// How they stand, in order, cut to the segment.
    pub runs: Vec<RangeView>,
    /// Sequence numbers of spoilt labels.
    pub damaged: Vec<i64>,
    /// All of it can be bound.
    pub may_bind: bool,
    /// All of it is bound and can be put to use.
    pub may_activate: bool,
}

/// Reads first, last and spoilt labels as people type or scan them.
///
/// # Errors
/// `not_found`, `order_not_issued`. At their fields, all at once: `mistyped_code`, `code_of_order` for one of another order within reach,
/// `foreign_code`, `unknown_code`, `outside_order`, `range_reversed`, `same_label_twice`, `damaged_outside`.
pub async fn segment(
    db: &Db,
    keys: &dyn KeyProvider,
    actor: &Actor,
    id: &str,
    (first, last, damaged): (&Label, &Label, &[Label]),
    now: Millis,
) -> Outcome<SegmentView> {
    let order = row(db, actor, id).await?;
    let issued = IssuedOrder::open(keys, &order)?;
    let mut faults = Faults::new();
    let from = read(db, actor, &issued, first, "/first", &mut faults).await?;
    let to = read(db, actor, &issued, last, "/last", &mut faults).await?;
    let mut spoilt = Vec::new();
    for (n, label) in damaged.iter().enumerate() {
        spoilt.extend(read(db, actor, &issued, label, &format!("/damaged/{n}"), &mut faults).await?);
    }
    if let (Some(from), Some(to)) = (from, to) {
        if from > to {
            faults.add("/last", "range_reversed").with("first", from).with("last", to);
        } else if from == to && first.is_code() && last.is_code() {
            faults.add("/last", "same_label_twice").with("value", from);
        }
        for (n, at) in spoilt.iter().enumerate().filter(|(_, at)| !(from..=to.max(from)).contains(*at)) {
            faults.add(format!("/damaged/{n}"), "damaged_outside").with("value", at).with("first", from).with("last", to);
        }
    }
    faults.check()?;
    let (Some(from), Some(to)) = (from, to) else { return Err(Failure::broken("a segment without ends or faults")) };
    let partition = ranges::partition(db.reader(), order.order_no, order.count).await?;
    let partition = partition.ok_or_else(|| Failure::broken(format!("order {} has no ranges", order.order_no)))?;
    let cut = |run: &RangeView| {
        let (first, last) = (run.first.max(from), run.last.min(to));
        (first <= last).then(|| RangeView { first, last, count: last - first + 1, ..run.clone() })
    };
    let runs: Vec<RangeView> = partition.ranges().iter().map(|r| RangeView::of(r, now)).filter_map(|run| cut(&run)).collect();
    let code = |at: i64| issued.code_at(at).map(|code| code.to_string()).unwrap_or_default();
    spoilt.sort_unstable();
    spoilt.dedup();
    Ok(SegmentView {
        first: from,
        last: to,
        count: to - from + 1,
        first_code: code(from),
        last_code: code(to),
        may_bind: runs.iter().all(|run| run.state == "issued"),
        may_activate: runs.iter().all(|run| run.state == "bound"),
        runs,
        damaged: spoilt,
    })
}

/// The sequence number of a label, or its fault.
async fn read(db: &Db, actor: &Actor, issued: &IssuedOrder, label: &Label, pointer: &str, faults: &mut Faults) -> Outcome<Option<i64>> {
    let sequence = match label.sequence(issued, pointer) {
        Ok(sequence) => sequence,
        Err(failure) => {
            let whose = other_order(db, actor, label).await?.filter(|no| *no != issued.order_no);
            match (whose, label.typed_code()) {
                (Some(other), Some(typed)) => {
                    faults
                        .add(pointer, "code_of_order")
                        .with("value", text::clean(typed))
                        .with("other", other)
                        .with("order_no", issued.order_no);
                }
                _ => drop(faults.absorb::<()>("", Err(failure))),
            }
            return Ok(None);
        }
    };
    if !(1..=i64::from(issued.count)).contains(&sequence) {
        faults.add(pointer, "outside_order").with("value", sequence).with("count", issued.count);
        return Ok(None);
    }
    Ok(Some(sequence))
}

/// The number of the order within reach that a code belongs to.
async fn other_order(db: &Db, actor: &Actor, label: &Label) -> Outcome<Option<i64>> {
    let Some(code) = label.typed_code().and_then(|typed| Code::parse(typed).ok()) else { return Ok(None) };
    let Some(found) = orders::by_locator(db.reader(), code.locator()).await? else { return Ok(None) };
    Ok(row(db, actor, &found.id).await.ok().map(|row| row.order_no))
}
