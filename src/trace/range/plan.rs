//! What a verb would do to an order's ranges, its stock of codes and the quantity behind them. Pure: nothing is stored here.
//!
//! An order has `count` codes, of which `spare` are not for goods. Its [`Stock`] says how many more may be bound (`quota_left`) and
//! how many may still be spoilt for nothing (`spare_left`); together they are always exactly the codes in state issued, and
//! `quota_left` is exactly what the order still reserves. Quota leaves the order by binding, by returning counted labels (it is
//! free again), and by spoiling more than the spare (it is burned). Lost and stolen labels always burn: somebody may have them.
//!
//! Binding and returning are about a counted roll, so a voided code in between is a gap and refused; the other verbs step over
//! what is voided or returned already.

use std::collections::BTreeMap;

use super::{Partition, Range, RangeState, Standing, places};
use crate::kernel::clock::DAY;
use crate::kernel::day::hour_minute;
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::trace::verdict::VoidReason;
use crate::trace::word::words;

/// How long an act may be undone.
const UNDO: Millis = DAY;

words! {
    /// Where the quantity behind codes can be.
    Bucket {
        /// May still be ordered codes for.
        Free = "free",
        /// Ordered codes for, in no batch.
        Reserved = "reserved",
        /// In a batch under a code.
        Coded = "coded",
        /// Spoilt beyond the spare, lost or stolen: gone.
        Burned = "burned",
    }
}

/// What an order may still bind and spoil, in codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// Codes that may still be bound; each reserves its quantity.
    pub quota_left: i64,
    /// Codes that may still be spoilt without cost.
    pub spare_left: i64,
}

impl Stock {
    /// Spoils `codes` of those issued: spare first, then quota. Says how many were quota.
    pub(super) fn spoil(&mut self, codes: i64) -> i64 {
        let spare = codes.min(self.spare_left);
        self.spare_left -= spare;
        self.quota_left -= codes - spare;
        codes - spare
    }
    /// Takes `codes` of those issued: quota first, then spare. Says how many were quota.
    pub(super) fn take(&mut self, codes: i64) -> i64 {
        let quota = codes.min(self.quota_left);
        self.quota_left -= quota;
        self.spare_left -= codes - quota;
        quota
    }
}

/// What a verb changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Runs that stand otherwise from now on, in order.
    pub pieces: Vec<Range>,
    /// The stock afterwards.
    pub stock: Stock,
    /// Codes whose quantity moves; never zero.
    pub moves: Vec<(Bucket, Bucket, i64)>,
    /// Codes put on a batch, or taken off it (negative).
    pub batches: BTreeMap<String, i64>,
}

impl Change {
    pub(super) fn of(stock: Stock) -> Self {
        Self { pieces: Vec::new(), stock, moves: Vec::new(), batches: BTreeMap::new() }
    }
    pub(super) fn shift(&mut self, from: Bucket, to: Bucket, codes: i64) {
        if codes > 0 {
            self.moves.push((from, to, codes));
        }
    }
    fn off_batch(&mut self, range: &Range) {
        if let Some(batch) = &range.standing.batch_id {
            *self.batches.entry(batch.clone()).or_default() -= range.len();
        }
    }
    /// The same where nothing that leaves a batch may come back to the order's quota: it burns instead, and the spare is not used.
    #[must_use]
    pub fn burning(mut self) -> Self {
        for (from, to, codes) in &mut self.moves {
            if (*from, *to) == (Bucket::Coded, Bucket::Reserved) {
                *to = Bucket::Burned;
                self.stock.quota_left -= *codes;
                self.stock.spare_left += *codes;
            }
        }
        self
    }
    /// How many codes stand otherwise.
    pub fn codes(&self) -> i64 {
        self.pieces.iter().map(Range::len).sum()
    }
}

/// The runs between two sequence numbers as somebody gave them.
///
/// # Errors
/// `range_reversed`, `outside_order`.
pub fn stretch(partition: &Partition, first: i64, last: i64) -> Outcome<Vec<Range>> {
    if last < first {
        return Err(Failure::field("/last", "range_reversed").with("first", first).with("last", last));
    }
    for (pointer, value) in [("/first", first), ("/last", last)] {
        if !(1..=partition.count()).contains(&value) {
            return Err(Failure::field(pointer, "outside_order").with("value", value).with("count", partition.count()));
        }
    }
    Ok(partition.between(first, last))
}

/// Says no to runs that do not stand as the verb needs: all of them alike by their own name, a part of them by its place.
pub(super) fn refuse(found: &[Range], fit: impl Fn(&Range) -> bool, gaps_matter: bool) -> Outcome<()> {
    let dead = |r: &&Range| r.standing.state.is_dead();
    let unfit: Vec<&Range> = found.iter().filter(|r| !fit(r) && (gaps_matter || !dead(r))).collect();
    let some_fit = found.iter().any(&fit);
    if unfit.is_empty() && some_fit {
        return Ok(());
    }
    let (dead_ones, living): (Vec<&Range>, Vec<&Range>) =
        if unfit.is_empty() { found.iter().partition(dead) } else { unfit.into_iter().partition(dead) };
    let (named, part) = match (living.first(), some_fit) {
        (Some(one), true) if one.standing.state == RangeState::Issued => (living, "not_bound"),
        (Some(_), true) => (living, "range_overlap"),
        (Some(one), false) => (living.clone(), word_for(one.standing.state)),
        (None, true) => (dead_ones, "range_gap"),
        (None, false) => (dead_ones.clone(), dead_ones.first().map_or("range_gap", |r| word_for(r.standing.state))),
    };
    Err(Failure::conflict(part).with("places", places(named)))
}

fn word_for(state: RangeState) -> &'static str {
    match state {
        RangeState::Issued => "not_bound",
        RangeState::Bound => "already_bound",
        RangeState::Scheduled => "already_scheduled",
        RangeState::Active => "already_active",
        RangeState::Voided => "already_voided",
        RangeState::Returned => "already_returned",
    }
}

pub(super) fn is(state: RangeState) -> impl Fn(&Range) -> bool {
    move |r| r.standing.state == state
}

/// Binds `first..=last` to a batch, except the damaged ones, which are voided at the same moment.
///
/// # Errors
/// `range_overlap`, `range_gap`, `already_…` with their places; `damaged_outside`, `same_label_twice`, `all_damaged`; `over_quota`.
pub fn bind(partition: &Partition, stock: Stock, first: i64, last: i64, damaged: &[i64], batch_id: &str, now: Millis) -> Outcome<Change> {
    let found = stretch(partition, first, last)?;
    let damaged = sorted_damaged(damaged, first, last)?;
    refuse(&found, is(RangeState::Issued), true)?;
    let (asked, spoilt) = (last - first + 1 - count(&damaged), count(&damaged));
    if asked == 0 {
        return Err(Failure::field("/damaged", "all_damaged").with("count", spoilt));
    }
    let mut change = Change::of(stock);
    let burned = change.stock.spoil(spoilt);
    if asked > change.stock.quota_left {
        return Err(Failure::conflict("over_quota").with("asked", asked).with("left", change.stock.quota_left.max(0)));
    }
    change.stock.quota_left -= asked;
    change.shift(Bucket::Reserved, Bucket::Burned, burned);
    change.shift(Bucket::Reserved, Bucket::Coded, asked);
    change.batches.insert(batch_id.to_owned(), asked);
    let mut at = first;
    for sequence in damaged {
        if at < sequence {
            change.pieces.push(Range { first: at, last: sequence - 1, standing: Standing::bound(batch_id, now) });
        }
        change.pieces.push(Range { first: sequence, last: sequence, standing: voided(None, VoidReason::Damaged, now) });
        at = sequence + 1;
    }
    if at <= last {
        change.pieces.push(Range { first: at, last, standing: Standing::bound(batch_id, now) });
    }
    Ok(change)
}

fn sorted_damaged(damaged: &[i64], first: i64, last: i64) -> Outcome<Vec<i64>> {
    for (i, sequence) in damaged.iter().enumerate() {
        let pointer = format!("/damaged/{i}");
        if !(first..=last).contains(sequence) {
            return Err(Failure::field(pointer, "damaged_outside").with("value", sequence).with("first", first).with("last", last));
        }
        if damaged[..i].contains(sequence) {
            return Err(Failure::field(pointer, "same_label_twice").with("value", sequence));
        }
    }
    let mut sorted = damaged.to_vec();
    sorted.sort_unstable();
    Ok(sorted)
}

fn count(items: &[i64]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

pub(super) fn voided(batch_id: Option<String>, reason: VoidReason, now: Millis) -> Standing {
    Standing { state: RangeState::Voided, batch_id, reason: Some(reason), ..Standing::issued(now) }
}

/// Day and minute in China.
fn china(at: Millis) -> String {
    format!("{} {}", Day::of(at), hour_minute(at))
}

/// Puts bound codes to use, now or at a moment to come.
///
/// # Errors
/// `not_bound`, `range_overlap`, `already_…` with their places; `moment_passed`.
pub fn activate(partition: &Partition, stock: Stock, first: i64, last: i64, at: Option<Millis>, now: Millis) -> Outcome<Change> {
    if let Some(at) = at.filter(|at| *at <= now) {
        return Err(Failure::field("/at", "moment_passed").with("at", china(at)).with("now", china(now)));
    }
    let found = stretch(partition, first, last)?;
    refuse(&found, is(RangeState::Bound), false)?;
    let mut change = Change::of(stock);
    let state = if at.is_some() { RangeState::Scheduled } else { RangeState::Active };
    let alive = |r: &Range| r.standing(Standing { state, since: now, active_at: at, ..r.standing.clone() });
    change.pieces = found.iter().filter(|r| is(RangeState::Bound)(r)).map(alive).collect();
    Ok(change)
}

/// Takes the last act back within 24 hours: in use → bound, bound → issued. Whether anybody has scanned is asked elsewhere.
///
/// # Errors
/// `nothing_to_undo`, `undo_mixed`, `undo_relabelled`, `undo_too_late` with their places; `already_voided`, `already_returned`.
pub fn undo(partition: &Partition, stock: Stock, first: i64, last: i64, issued_at: Millis, now: Millis) -> Outcome<Change> {
    let found = stretch(partition, first, last)?;
    let in_use = |r: &Range| matches!(r.standing.state, RangeState::Active | RangeState::Scheduled);
    let bound = is(RangeState::Bound);
    if !found.iter().any(|r| in_use(r) || bound(r)) {
        refuse(&found, is(RangeState::Issued), false)?;
    }
    let idle: Vec<&Range> = found.iter().filter(|r| is(RangeState::Issued)(r)).collect();
    if !idle.is_empty() {
        return Err(Failure::conflict("nothing_to_undo").with("places", places(idle)));
    }
    if found.iter().any(in_use) && found.iter().any(&bound) {
        return Err(Failure::conflict("undo_mixed").with("places", places(found.iter().filter(|r| bound(r)))));
    }
    let took_over = |r: &&Range| !r.standing.state.is_dead() && r.standing.bound_at.is_none();
    let took_over: Vec<&Range> = found.iter().filter(took_over).collect();
    if !took_over.is_empty() {
        return Err(Failure::conflict("undo_relabelled").with("places", places(took_over)));
    }
    let late = |r: &&Range| !r.standing.state.is_dead() && now - r.standing.since.max(r.standing.active_at.unwrap_or(0)) > UNDO;
    let late: Vec<&Range> = found.iter().filter(late).collect();
    if !late.is_empty() {
        return Err(Failure::conflict("undo_too_late").with("places", places(late)));
    }
    let mut change = Change::of(stock);
    for range in found.iter().filter(|r| in_use(r)) {
        let since = range.standing.bound_at.unwrap_or(range.standing.since);
        let standing = Standing { state: RangeState::Bound, since, active_at: None, ..range.standing.clone() };
        change.pieces.push(range.standing(standing));
    }
    for range in found.iter().filter(|r| bound(r)) {
        change.off_batch(range);
        change.stock.quota_left += range.len();
        change.pieces.push(range.standing(Standing::issued(issued_at)));
    }
    let back = change.stock.quota_left - stock.quota_left;
    change.shift(Bucket::Coded, Bucket::Reserved, back);
    Ok(change)
}

/// Voids codes for ever. Codes in use stay with their batch (the goods went out under them); the others leave it.
///
/// # Errors
/// `already_voided`, `already_returned`; `second_person_needed` if some are in use and `officer` is not set.
pub fn void(partition: &Partition, stock: Stock, first: i64, last: i64, reason: VoidReason, officer: bool, now: Millis) -> Outcome<Change> {
    let found = stretch(partition, first, last)?;
    refuse(&found, |r| !r.standing.state.is_dead(), false)?;
    let living: Vec<&Range> = found.iter().filter(|r| !r.standing.state.is_dead()).collect();
    let in_use: Vec<&Range> = living.iter().copied().filter(|r| r.standing.is_active(now)).collect();
    if !officer && !in_use.is_empty() {
        return Err(Failure::conflict("second_person_needed").with("places", places(in_use)));
    }
    let codes = |so: &dyn Fn(&Range) -> bool| living.iter().filter(|r| so(r)).map(|r| r.len()).sum::<i64>();
    let (issued, idle, active) =
        (codes(&is(RangeState::Issued)), codes(&|r| r.standing.is_idle(now)), codes(&|r| r.standing.is_active(now)));
    let mut change = Change::of(stock);
    let spoilt = if spares(reason) { change.stock.spoil(issued) } else { change.stock.take(issued) };
    let back = if spares(reason) { idle.min(change.stock.spare_left) } else { 0 };
    change.stock.spare_left -= back;
    change.stock.quota_left += back;
    change.shift(Bucket::Reserved, Bucket::Burned, spoilt);
    change.shift(Bucket::Coded, Bucket::Reserved, back);
    change.shift(Bucket::Coded, Bucket::Burned, idle - back + active);
    for range in living {
        let batch = if range.standing.is_active(now) { range.standing.batch_id.clone() } else { None };
        if batch.is_none() {
            change.off_batch(range);
        }
        change.pieces.push(range.standing(voided(batch, reason, now)));
    }
    Ok(change)
}

/// Voids codes together with the goods they are on, because those are destroyed or were taken away: the codes leave their batch, and what
/// they took up is free again, for whoever plans this takes the goods out of the batch in the same act.
///
/// # Errors
/// `not_bound`, `already_voided`, `already_returned` with their places.
pub fn destroy(partition: &Partition, stock: Stock, first: i64, last: i64, reason: VoidReason, now: Millis) -> Outcome<Change> {
    let found = stretch(partition, first, last)?;
    let on_goods = |r: &Range| !r.standing.state.is_dead() && r.standing.batch_id.is_some();
    refuse(&found, on_goods, false)?;
    let mut change = Change::of(stock);
    for range in found.iter().filter(|r| on_goods(r)) {
        change.off_batch(range);
        change.pieces.push(range.standing(voided(None, reason, now)));
    }
    change.shift(Bucket::Coded, Bucket::Free, change.codes());
    Ok(change)
}

/// Is this spoiling that the spare is for?
fn spares(reason: VoidReason) -> bool {
    matches!(reason, VoidReason::Damaged | VoidReason::Misprinted | VoidReason::Surplus)
}

/// Takes back unused labels that were counted; what they reserved is free again.
///
/// # Errors
/// `range_overlap`, `range_gap`, `already_…` with their places.
pub fn take_back(partition: &Partition, stock: Stock, first: i64, last: i64, now: Millis) -> Outcome<Change> {
    let found = stretch(partition, first, last)?;
    refuse(&found, is(RangeState::Issued), true)?;
    let mut change = Change::of(stock);
    let freed = change.stock.take(last - first + 1);
    change.shift(Bucket::Reserved, Bucket::Free, freed);
    let standing = Standing { state: RangeState::Returned, ..Standing::issued(now) };
    change.pieces = vec![Range { first, last, standing }];
    Ok(change)
}
