//! 用标: one organisation's use of one right, once it is granted, and the days on which it counts. Pure part. The way there is an
//! application ([`crate::cultivation`] has it); an approval older than the platform begins as `in_use`.
//!
//! ```text
//! announced → artwork_filed → in_use ⇄ changing · rectifying → in_use | cancelled      any → cancelled | surrendered
//! ```
//! The state says how far the paper has come; whether goods of a day may carry the mark is asked of the intervals alone, so that
//! what was made while the right was in force stays lawful whatever comes later.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::interval::DayInterval;
use crate::kernel::Day;

/// How far a mark use has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkUseState {
    /// 公告登记, or admitted by the holder: in force, its artwork not yet filed.
    Announced,
    /// 图样备案
    ArtworkFiled,
    /// 在用
    InUse,
    /// 变更 under way; the use goes on.
    Changing,
    /// 整改, with a day to be done by; the use goes on unless suspended.
    Rectifying,
    /// 注销: off-standard after the correction day, or two years unused.
    Cancelled,
    /// 放弃 by the user
    Surrendered,
}

use MarkUseState as S;

impl MarkUseState {
    /// Every state.
    pub const ALL: [Self; 7] = [S::Announced, S::ArtworkFiled, S::InUse, S::Changing, S::Rectifying, S::Cancelled, S::Surrendered];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            S::Announced => "announced",
            S::ArtworkFiled => "artwork_filed",
            S::InUse => "in_use",
            S::Changing => "changing",
            S::Rectifying => "rectifying",
            S::Cancelled => "cancelled",
            S::Surrendered => "surrendered",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            S::Announced => "已公告登记",
            S::ArtworkFiled => "图样已备案",
            S::InUse => "在用",
            S::Changing => "变更中",
            S::Rectifying => "整改中",
            S::Cancelled => "已注销",
            S::Surrendered => "已放弃",
        }
    }
    /// The states that may follow.
    pub fn next(self) -> &'static [Self] {
        match self {
            S::Announced => &[S::ArtworkFiled, S::Cancelled, S::Surrendered],
            S::ArtworkFiled => &[S::InUse, S::Cancelled, S::Surrendered],
            S::InUse => &[S::Changing, S::Rectifying, S::Cancelled, S::Surrendered],
            S::Changing => &[S::InUse, S::Rectifying, S::Cancelled, S::Surrendered],
            S::Rectifying => &[S::InUse, S::Cancelled, S::Surrendered],
            S::Cancelled | S::Surrendered => &[],
        }
    }
    /// May `to` follow?
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }
    /// Nothing follows.
    pub fn is_final(self) -> bool {
        self.next().is_empty()
    }
    /// Announced and not ended: its interval in force is open or has a last day.
    pub fn is_granted(self) -> bool {
        matches!(self, S::Announced | S::ArtworkFiled | S::InUse | S::Changing | S::Rectifying)
    }
    /// May the registered artwork be printed? (After filing, and while not ended.)
    pub fn may_print_mark(self) -> bool {
        matches!(self, S::ArtworkFiled | S::InUse | S::Changing | S::Rectifying)
    }
}

/// The days on which a mark use counts. Intervals of one kind never share a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkUseDays {
    in_force: Vec<DayInterval>,
    suspended: Vec<DayInterval>,
}

/// How a mark use stands on a day, with the day since which (or after which) it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In force since.
    InForce(Day),
    /// In force, but suspended since: no new orders, batches or shipments.
    Suspended(Day),
    /// Not yet; begins on this day, if one is known.
    NotYet(Option<Day>),
    /// No more; this was its last day.
    Ended(Day),
}

/// Two intervals that share a day, or a suspension without force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalProblem {
    /// Shares a day with another interval of its kind.
    Overlaps(DayInterval),
    /// A suspension that begins on a day the use is not in force.
    NotInForce(Day),
    /// There is no open interval to close, or it would close before it began.
    NothingOpen,
}

impl MarkUseDays {
    /// From stored intervals, in any order.
    ///
    /// # Errors
    /// As [`MarkUseDays::grant`] and [`MarkUseDays::suspend`].
    pub fn new(in_force: &[DayInterval], suspended: &[DayInterval]) -> Result<Self, IntervalProblem> {
        let mut days = Self::default();
        in_force.iter().try_for_each(|interval| days.grant(*interval))?;
        suspended.iter().try_for_each(|interval| days.suspend(*interval))?;
        Ok(days)
    }
    /// Intervals in force, earliest first.
    pub fn in_force(&self) -> &[DayInterval] {
        &self.in_force
    }
    /// Suspensions, earliest first.
    pub fn suspended(&self) -> &[DayInterval] {
        &self.suspended
    }
    /// Adds an interval in force.
    ///
    /// # Errors
    /// [`IntervalProblem::Overlaps`].
    pub fn grant(&mut self, interval: DayInterval) -> Result<(), IntervalProblem> {
        add(&mut self.in_force, interval)
    }
    /// Adds a suspension.
    ///
    /// # Errors
    /// [`IntervalProblem::Overlaps`], [`IntervalProblem::NotInForce`].
    pub fn suspend(&mut self, interval: DayInterval) -> Result<(), IntervalProblem> {
        if !self.in_force.iter().any(|i| i.contains(interval.from)) {
            return Err(IntervalProblem::NotInForce(interval.from));
        }
        add(&mut self.suspended, interval)
    }
    /// Lifts the open suspension; `last` is the last day suspended.
    ///
    /// # Errors
    /// [`IntervalProblem::NothingOpen`].
    pub fn lift(&mut self, last: Day) -> Result<(), IntervalProblem> {
        close(&mut self.suspended, last)
    }
    /// Ends the open interval in force; `last` is the last day it counts.
    ///
    /// # Errors
    /// [`IntervalProblem::NothingOpen`].
    pub fn end(&mut self, last: Day) -> Result<(), IntervalProblem> {
        close(&mut self.in_force, last)
    }
    /// May goods made on this day carry the mark: in force and not suspended?
    pub fn in_force_on(&self, day: Day) -> bool {
        matches!(self.on(day), Standing::InForce(_))
    }
    /// How it stands on this day.
    pub fn on(&self, day: Day) -> Standing {
        if let Some(force) = self.in_force.iter().find(|i| i.contains(day)) {
            let suspended = self.suspended.iter().find(|i| i.contains(day));
            return suspended.map_or(Standing::InForce(force.from), |s| Standing::Suspended(s.from));
        }
        let next = self.in_force.iter().map(|i| i.from).find(|from| day < *from);
        let last = self.in_force.iter().filter_map(|i| i.to).rfind(|to| *to < day);
        last.map_or(Standing::NotYet(next), Standing::Ended)
    }
}

/// Puts an interval in its place unless it shares a day with another.
fn add(intervals: &mut Vec<DayInterval>, new: DayInterval) -> Result<(), IntervalProblem> {
    if let Some(other) = intervals.iter().find(|i| i.overlaps(new)) {
        return Err(IntervalProblem::Overlaps(*other));
    }
    let at = intervals.partition_point(|i| i.from < new.from);
    intervals.insert(at, new);
    Ok(())
}

/// Gives the last, open interval its last day.
fn close(intervals: &mut [DayInterval], last: Day) -> Result<(), IntervalProblem> {
    match intervals.last_mut() {
        Some(open) if open.to.is_none() && open.from <= last => {
            open.to = Some(last);
            Ok(())
        }
        _ => Err(IntervalProblem::NothingOpen),
    }
}

#[cfg(test)]
mod tests;
