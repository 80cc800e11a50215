//! The order of the verdicts, in one place. Each step either answers or passes on.

use super::amber::{self, Spread, Thresholds};
use super::facts::{CodeKind, Facts, Hold, MarkUse, RangeFact, Recall, Recording, Stop, VoidReason};
use super::{Note, Verdict};
use crate::kernel::{Day, Millis};

/// What a verdict rests on, for the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grounds {
    /// The code's own record is enough.
    Record,
    /// The recall in force.
    Recall(Recall),
    /// Labels withdrawn from use.
    Voided {
        /// Why.
        reason: VoidReason,
        /// Since when.
        since: Day,
        /// The order, if an authority stopped it.
        stop: Option<Stop>,
    },
    /// Copying confirmed on this day.
    Clone(Day),
    /// The formal hold.
    Hold(Hold),
    /// The last day of shelf life.
    BestBefore(Day),
    /// The right that did not cover the production day.
    MarkUse {
        /// Which.
        mark_use: MarkUse,
        /// The day of production.
        produced_on: Day,
    },
    /// The provinces.
    Places(Spread),
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The word.
    pub verdict: Verdict,
    /// Beside it, in a fixed order.
    pub notes: Vec<Note>,
    /// What it rests on.
    pub grounds: Grounds,
    /// The recall behind [`Note::RecallLifted`].
    pub lifted: Option<Recall>,
    /// The right behind [`Note::RightEndedLater`].
    pub ended: Option<MarkUse>,
    /// Set on a first PIN use when the printed code itself was checked by many: it may have been seen in a picture.
    pub printed_code_seen: bool,
}

/// What the PIN form found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinOutcome {
    /// Right, and this was its first use.
    First,
    /// Right, but used before.
    Used,
    /// Wrong.
    Wrong,
}

/// Decides what the page of a code that resolves says at `now`.
///
/// recalled > voided > clone_confirmed > batch_on_hold > not_activated > expired > authorisation_mismatch > many_places >
/// many_checks > the rest. A sample stands before `not_activated`: it is never activated.
pub fn decide(facts: &Facts, limits: &Thresholds, now: Millis) -> Decision {
    let today = Day::of(now);
    let (verdict, grounds) = grave(facts, today)
        .or_else(|| ordinary_obstacle(facts, now, today))
        .or_else(|| counted(facts, limits, now))
        .unwrap_or_else(|| (rest(facts), Grounds::Record));
    let (lifted, ended) = (lifted_recall(facts, verdict, limits, today), ended_right(facts, verdict, today));
    let flags = [
        (Note::RightEndedLater, ended.is_some()),
        (Note::RecallLifted, lifted.is_some()),
        (Note::ReturnedResold, facts.returned_resold),
        (Note::LateEntry, facts.late_entry),
        (Note::Demo, facts.demo),
    ];
    let notes = flags.into_iter().filter(|(_, set)| *set).map(|(note, _)| note).collect();
    Decision { verdict, notes, grounds, lifted, ended, printed_code_seen: false }
}

/// Decides what the PIN form answers. Everything down to `authorisation_mismatch` still comes first; the counting rules
/// do not, because the PIN says more than the printed code.
pub fn decide_pin(facts: &Facts, limits: &Thresholds, now: Millis, pin: PinOutcome) -> Decision {
    let base = decide(facts, limits, now);
    let counted = matches!(base.verdict, Verdict::ManyPlaces | Verdict::ManyChecks);
    if !counted && !matches!(base.verdict, Verdict::FirstCheck | Verdict::CheckedBefore | Verdict::CaseCode) {
        return base;
    }
    let verdict = match pin {
        PinOutcome::First => Verdict::PinFirst,
        PinOutcome::Used => Verdict::PinUsed,
        PinOutcome::Wrong => Verdict::PinWrong,
    };
    Decision { verdict, grounds: Grounds::Record, printed_code_seen: counted && pin == PinOutcome::First, ..base }
}

/// A person's acts: recall, void or stop, confirmed copying, formal hold.
fn grave(facts: &Facts, today: Day) -> Option<(Verdict, Grounds)> {
    let in_force = facts.recalls.iter().filter(|r| r.lifted.as_ref().is_none_or(|l| l.on > today));
    if let Some(recall) = in_force.max_by_key(|r| r.announced_on) {
        return Some((Verdict::Recalled, Grounds::Recall(recall.clone())));
    }
    if let Some((reason, since, stop)) = withdrawn(facts, today) {
        return Some((Verdict::Voided, Grounds::Voided { reason, since, stop }));
    }
    if let Some(on) = facts.clone_confirmed_on {
        return Some((Verdict::CloneConfirmed, Grounds::Clone(on)));
    }
    let hold = facts.hold.as_ref().filter(|h| h.until.is_none_or(|last| today <= last))?;
    Some((Verdict::BatchOnHold, Grounds::Hold(hold.clone())))
}

fn withdrawn(facts: &Facts, today: Day) -> Option<(VoidReason, Day, Option<Stop>)> {
    let stop = facts.stops.iter().filter(|s| s.since <= today && s.lifted.as_ref().is_none_or(|l| l.on > today)).max_by_key(|s| s.since);
    if let Some(stop) = stop {
        return Some((VoidReason::OrderedStop, stop.since, Some(stop.clone())));
    }
    match facts.range {
        RangeFact::Voided { reason, since } => Some((reason, since, None)),
        RangeFact::Returned { since } => Some((VoidReason::Returned, since, None)),
        _ => facts.batch_voided_on.map(|since| (VoidReason::BatchVoided, since, None)),
    }
}

/// Registered facts that stand in the way of an ordinary answer.
fn ordinary_obstacle(facts: &Facts, now: Millis, today: Day) -> Option<(Verdict, Grounds)> {
    if facts.kind == CodeKind::Sample {
        return Some((Verdict::Sample, Grounds::Record));
    }
    let active = match facts.range {
        RangeFact::Active => true,
        RangeFact::Scheduled { at } => at <= now,
        _ => false,
    };
    if !active {
        return Some((Verdict::NotActivated, Grounds::Record));
    }
    if let Some(last) = facts.best_before.filter(|last| *last < today) {
        return Some((Verdict::Expired, Grounds::BestBefore(last)));
    }
    let produced_on = facts.produced_on?;
    let mark_use = facts.mark_uses.iter().find(|m| !covered(m, produced_on))?;
    Some((Verdict::AuthorisationMismatch, Grounds::MarkUse { mark_use: mark_use.clone(), produced_on }))
}

/// Did the right cover the day? What ended later does not matter here; what turned out to have ended before does.
fn covered(mark_use: &MarkUse, day: Day) -> bool {
    mark_use.from <= day && mark_use.until.is_none_or(|last| day <= last) && mark_use.ended_on.is_none_or(|end| day < end)
}

/// Counting rules, for unit codes only: a code shared by a batch is meant to be checked by many.
fn counted(facts: &Facts, limits: &Thresholds, now: Millis) -> Option<(Verdict, Grounds)> {
    if facts.kind != CodeKind::Unit {
        return None;
    }
    let recent = amber::recent(&facts.history.ring, now);
    if let Some(spread) = amber::spread(&recent, limits) {
        return Some((Verdict::ManyPlaces, Grounds::Places(spread)));
    }
    amber::many_checks(&recent, facts.history.sessions, limits).then_some((Verdict::ManyChecks, Grounds::Record))
}

fn rest(facts: &Facts) -> Verdict {
    match facts.kind {
        CodeKind::Batch => Verdict::BatchCode,
        CodeKind::Case | CodeKind::Pallet => Verdict::CaseCode,
        CodeKind::Sample => Verdict::Sample,
        CodeKind::Unit if facts.history.visitor_is_first && facts.recording != Recording::Failed => Verdict::FirstCheck,
        CodeKind::Unit => Verdict::CheckedBefore,
    }
}

fn lifted_recall(facts: &Facts, verdict: Verdict, limits: &Thresholds, today: Day) -> Option<Recall> {
    let shown = |r: &&Recall| r.lifted.as_ref().is_some_and(|l| l.on <= today && today.since(l.on) <= limits.lifted_shown_days);
    facts.recalls.iter().filter(|_| verdict != Verdict::Recalled).filter(shown).max_by_key(|r| r.lifted.as_ref().map(|l| l.on)).cloned()
}

fn ended_right(facts: &Facts, verdict: Verdict, today: Day) -> Option<MarkUse> {
    let day = facts.produced_on.filter(|_| verdict != Verdict::AuthorisationMismatch)?;
    facts.mark_uses.iter().find(|m| covered(m, day) && m.ended_on.is_some_and(|end| end <= today)).cloned()
}
