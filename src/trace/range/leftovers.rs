//! What is done with the labels that are left when an order is closed. Pure.

use super::plan::{self, Bucket, Change, Stock};
use super::{Partition, Range, RangeState, Standing};
use crate::kernel::Millis;
use crate::trace::verdict::VoidReason;
use crate::trace::word::words;

words! {
    /// What is done with labels that are left.
    Leftovers {
        /// Destroyed: spare first, what is beyond it burns its quota.
        Void = "void",
        /// Counted back in: what they reserved is free again.
        Return = "return",
        /// Kept for the next season, where the holder's rule allows it.
        Carry = "carry",
    }
}

/// Voids or returns every code that is still issued, in however many runs; `None` where they are carried.
pub fn leftovers(partition: &Partition, stock: Stock, how: Leftovers, now: Millis) -> Option<Change> {
    let left: Vec<&Range> = partition.ranges().iter().filter(|r| r.standing.state == RangeState::Issued).collect();
    let codes: i64 = left.iter().map(|r| r.len()).sum();
    let mut change = Change::of(stock);
    let standing = match how {
        Leftovers::Void => {
            let burned = change.stock.spoil(codes);
            change.shift(Bucket::Reserved, Bucket::Burned, burned);
            plan::voided(None, VoidReason::Surplus, now)
        }
        Leftovers::Return => {
            let freed = change.stock.take(codes);
            change.shift(Bucket::Reserved, Bucket::Free, freed);
            Standing { state: RangeState::Returned, ..Standing::issued(now) }
        }
        Leftovers::Carry => return None,
    };
    change.pieces = left.iter().map(|r| r.standing(standing.clone())).collect();
    Some(change)
}
