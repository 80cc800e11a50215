//! 号段: the sequence numbers 1..=count of an order, cut into runs that stand alike. Pure.
//!
//! ```text
//! issued ──▶ bound ──▶ scheduled ──▶ active          any of them ──▶ voided
//!    └─▶ returned  └──────────────────▲              voided and returned never live again
//! ```
//! A [`Partition`] always covers 1..=count once, without gap or overlap, and two neighbours never stand alike; that is checked
//! whenever one is read. What a verb does to it is planned in [`plan`], painted over it here, and stored by whoever asked.

pub mod leftovers;
pub mod plan;
pub mod relabel;
#[cfg(test)]
mod tests;

use super::verdict::VoidReason;
use super::word::words;
use crate::kernel::Millis;

words! {
    /// How a run of codes stands.
    RangeState {
        /// 已生成: printed perhaps, in no batch.
        Issued = "issued",
        /// 已绑定: in a batch, not in use.
        Bound = "bound",
        /// 待启用: comes into use at a moment.
        Scheduled = "scheduled",
        /// 已启用
        Active = "active",
        /// 已作废, for ever.
        Voided = "voided",
        /// 已退回: unused, counted; as dead as voided.
        Returned = "returned",
    }
}

impl RangeState {
    /// Nothing follows.
    pub fn is_dead(self) -> bool {
        matches!(self, Self::Voided | Self::Returned)
    }
}

/// How the codes of a run stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: RangeState,
    /// The batch whose quantity they take up. A voided run keeps it only if it was in use before.
    pub batch_id: Option<String>,
    /// Why voided.
    pub reason: Option<VoidReason>,
    /// The last act.
    pub since: Millis,
    /// When bound; kept while in use, so that an undone activation leaves the binding as old as it is. `None` for codes that took over
    /// the goods of others (换标): that can't be taken back.
    pub bound_at: Option<Millis>,
    /// When a scheduled run comes into use.
    pub active_at: Option<Millis>,
}

impl Standing {
    /// Issued, in no batch.
    pub fn issued(since: Millis) -> Self {
        Self { state: RangeState::Issued, batch_id: None, reason: None, since, bound_at: None, active_at: None }
    }
    /// In a batch.
    pub fn bound(batch_id: &str, at: Millis) -> Self {
        Self { batch_id: Some(batch_id.to_owned()), bound_at: Some(at), state: RangeState::Bound, ..Self::issued(at) }
    }
    /// In use at `now`: active, or scheduled for a moment that has come.
    pub fn is_active(&self, now: Millis) -> bool {
        match self.state {
            RangeState::Active => true,
            RangeState::Scheduled => self.active_at.is_some_and(|at| at <= now),
            _ => false,
        }
    }
    /// In a batch and not in use at `now`.
    pub fn is_idle(&self, now: Millis) -> bool {
        matches!(self.state, RangeState::Bound | RangeState::Scheduled) && !self.is_active(now)
    }
}

/// A run of sequence numbers, both ends included, that stand alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// First sequence number, from 1.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// How they stand.
    pub standing: Standing,
}

impl Range {
    /// How many codes.
    pub fn len(&self) -> i64 {
        self.last - self.first + 1
    }
    /// Never: a run has at least one code.
    pub fn is_empty(&self) -> bool {
        self.last < self.first
    }
    /// The same codes standing otherwise.
    pub fn standing(&self, standing: Standing) -> Self {
        Self { first: self.first, last: self.last, standing }
    }
}

/// Rows that do not cover 1..=count exactly once, and where that shows. Somebody changed them behind the program's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ranges of the order do not cover 1 to {count} exactly once: {expected} should come next, {found} does")]
pub struct NotAPartition {
    /// Codes of the order.
    pub count: i64,
    /// The sequence number that should begin the next run.
    pub expected: i64,
    /// The one that does; 0 if there is none.
    pub found: i64,
}

/// All sequence numbers of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    count: i64,
    ranges: Vec<Range>,
}

impl Partition {
    /// 1..=count, all standing alike.
    pub fn whole(count: i64, standing: Standing) -> Self {
        Self { count, ranges: vec![Range { first: 1, last: count, standing }] }
    }
    /// From stored rows in order.
    ///
    /// # Errors
    /// [`NotAPartition`].
    pub fn new(count: i64, ranges: Vec<Range>) -> Result<Self, NotAPartition> {
        let mut expected = 1;
        for range in &ranges {
            if range.first != expected || range.is_empty() {
                return Err(NotAPartition { count, expected, found: range.first });
            }
            expected = range.last + 1;
        }
        if expected == count + 1 { Ok(Self { count, ranges }) } else { Err(NotAPartition { count, expected, found: 0 }) }
    }
    /// How many codes.
    pub fn count(&self) -> i64 {
        self.count
    }
    /// The runs in order.
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }
    /// The run that `sequence` lies in.
    pub fn at(&self, sequence: i64) -> Option<&Range> {
        self.ranges.iter().find(|r| r.first <= sequence && sequence <= r.last)
    }
    /// The runs between `first` and `last`, cut off at both.
    pub fn between(&self, first: i64, last: i64) -> Vec<Range> {
        let cut = |r: &Range| Range { first: r.first.max(first), last: r.last.min(last), standing: r.standing.clone() };
        self.ranges.iter().filter(|r| r.first <= last && first <= r.last).map(cut).collect()
    }
    /// How many codes stand so.
    pub fn codes(&self, so: impl Fn(&Standing) -> bool) -> i64 {
        self.ranges.iter().filter(|r| so(&r.standing)).map(Range::len).sum()
    }
    /// The same codes with `pieces` (in order, apart, inside 1..=count) standing as they say; neighbours that stand alike become one run.
    #[must_use]
    pub fn painted(&self, pieces: &[Range]) -> Self {
        let mut ranges: Vec<Range> = Vec::with_capacity(self.ranges.len() + 2 * pieces.len());
        let mut rest = pieces.iter().peekable();
        for old in &self.ranges {
            let mut at = old.first;
            while at <= old.last {
                match rest.peek() {
                    Some(piece) if piece.last < at => drop(rest.next()),
                    Some(piece) if piece.first <= at => {
                        let last = piece.last.min(old.last);
                        push(&mut ranges, Range { first: at, last, standing: piece.standing.clone() });
                        at = last + 1;
                    }
                    next => {
                        let last = next.map_or(old.last, |piece| old.last.min(piece.first - 1));
                        push(&mut ranges, Range { first: at, last, standing: old.standing.clone() });
                        at = last + 1;
                    }
                }
            }
        }
        Self { count: self.count, ranges }
    }
}

/// Appends a run that begins where the last one ends.
fn push(ranges: &mut Vec<Range>, new: Range) {
    match ranges.last_mut() {
        Some(before) if before.standing == new.standing => before.last = new.last,
        _ => ranges.push(new),
    }
}

/// Places for a refusal: `37`, `37–52、60`; after five the rest is counted.
pub fn places<'r>(ranges: impl IntoIterator<Item = &'r Range>) -> String {
    const SHOWN: usize = 5;
    let all: Vec<String> = joined(ranges).into_iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
    let rest = all.len().saturating_sub(SHOWN);
    let shown = all[..all.len() - rest].join("、");
    if rest == 0 { shown } else { format!("{shown} (+{rest})") }
}

/// Ends of runs, neighbours put together whatever they stand for.
fn joined<'r>(ranges: impl IntoIterator<Item = &'r Range>) -> Vec<(i64, i64)> {
    let mut out: Vec<(i64, i64)> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some((_, last)) if *last + 1 == range.first => *last = range.last,
            _ => out.push((range.first, range.last)),
        }
    }
    out
}
