//! 换标: old codes void, new ones standing for the same goods, at once and in the same state. Pure.
//!
//! The new labels need no quota: their goods are counted already. So what their order reserved for them is free again, and if they
//! stand for less than the old ones did, the rest of the goods is loose again.

use super::plan::{self, Stock, is, refuse, stretch};
use super::{Partition, Range, RangeState, Standing, places};
use crate::kernel::{Failure, Millis, Outcome};
use crate::trace::verdict::VoidReason;

/// A run of labels of one order, and what each takes up.
#[derive(Debug, Clone, Copy)]
pub struct Run<'p> {
    /// The order's codes.
    pub partition: &'p Partition,
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// What each code takes up; 0 where another level does.
    pub unit_amount: i64,
}

/// What relabelling changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relabelling {
    /// Old runs, void.
    pub gone: Vec<Range>,
    /// The new run.
    pub fresh: Range,
    /// The new order's stock afterwards.
    pub stock: Stock,
    /// Codes of the new order whose reservation is free again.
    pub freed: i64,
    /// Spare codes of the new order that were used.
    pub spared: i64,
    /// The batch both stand for.
    pub batch_id: String,
    /// How much of the goods is loose again.
    pub loose: i64,
}

impl Relabelling {
    /// How many old codes are void.
    pub fn voided(&self) -> i64 {
        self.gone.iter().map(Range::len).sum()
    }
}

/// Plans it. `stock` is the new order's; both runs may be of one order.
///
/// # Errors
/// Of the old run `range_reversed`, `outside_order`, `not_bound`, `already_voided`, `already_returned`, `relabel_two_batches`,
/// `relabel_mixed`; of the new one the same at `/with_…`, `range_overlap`, `range_gap`, `already_…`; `relabel_carries`,
/// `relabel_more`.
pub fn relabel(old: Run<'_>, new: Run<'_>, stock: Stock, now: Millis) -> Outcome<Relabelling> {
    let found = stretch(old.partition, old.first, old.last)?;
    let stands = |r: &Range| matches!(r.standing.state, RangeState::Bound | RangeState::Scheduled | RangeState::Active);
    refuse(&found, stands, false)?;
    let found: Vec<&Range> = found.iter().filter(|r| stands(r)).collect();
    let one = found.first().ok_or_else(|| Failure::broken("nothing to relabel"))?;
    let batch_id = one.standing.batch_id.clone().ok_or_else(|| Failure::broken("bound to no batch"))?;
    let others: Vec<&Range> = found.iter().copied().filter(|r| r.standing.batch_id != one.standing.batch_id).collect();
    if !others.is_empty() {
        return Err(Failure::conflict("relabel_two_batches").with("places", places(others)));
    }
    let as_now = |r: &Range| if r.standing.is_active(now) { (RangeState::Active, None) } else { (r.standing.state, r.standing.active_at) };
    let others: Vec<&Range> = found.iter().copied().filter(|r| as_now(r) != as_now(one)).collect();
    if !others.is_empty() {
        return Err(Failure::conflict("relabel_mixed").with("places", places(others)));
    }
    let fresh = stretch(new.partition, new.first, new.last).map_err(at_new)?;
    refuse(&fresh, is(RangeState::Issued), true)?;
    let (gone_codes, fresh_codes) = (found.iter().map(|r| r.len()).sum::<i64>(), new.last - new.first + 1);
    if (old.unit_amount > 0) != (new.unit_amount > 0) {
        return Err(Failure::conflict("relabel_carries"));
    }
    let per = |amount: i64| amount.max(1);
    let loose = gone_codes * per(old.unit_amount) - fresh_codes * per(new.unit_amount);
    if loose < 0 {
        let most = gone_codes * per(old.unit_amount) / per(new.unit_amount);
        return Err(Failure::field("/with_last", "relabel_more").with("codes", fresh_codes).with("most", most));
    }
    let mut stock = stock;
    let freed = stock.take(fresh_codes);
    let (state, active_at) = as_now(one);
    let standing = Standing { state, batch_id: Some(batch_id.clone()), reason: None, since: now, bound_at: None, active_at };
    Ok(Relabelling {
        gone: found.iter().map(|r| r.standing(plan::voided(None, VoidReason::Relabelled, now))).collect(),
        fresh: Range { first: new.first, last: new.last, standing },
        stock,
        freed,
        spared: fresh_codes - freed,
        batch_id,
        loose: if old.unit_amount > 0 { loose } else { 0 },
    })
}

fn at_new(mut failure: Failure) -> Failure {
    for field in &mut failure.fields {
        field.pointer = field.pointer.replacen('/', "/with_", 1);
    }
    failure
}
