//! The scratch PIN at the scan page. A right one counts once, by one conditional write. Wrong ones make the visitor wait, 1 second
//! doubling to 15 minutes, kept in memory; a code takes 200 wrong ones a day and then answers “tomorrow” to every PIN until the day
//! is over, a right one included, for otherwise guessing could go on. Nobody is told how many tries are left.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sea_orm::ConnectionTrait;

use super::facts::Scanned;
use super::issued::Located;
use super::reading::key_of;
use crate::db::Db;
use crate::kernel::clock::{DAY, MINUTE};
use crate::kernel::{Day, Millis, Outcome};
use crate::trace::code::Code;
use crate::trace::place::{parse_place, place_text};
use crate::trace::store::scan::pins::{self, PinRow, UseRow};
use crate::trace::verdict::{PinOutcome, Place, Thresholds, Verdict, decide_pin};
use crate::trace::visitor::{Visitor, VisitorHash};

/// Wrong tries a code takes in a day.
const WRONG_A_DAY: i64 = 200;
/// The first wait.
const SHORTEST: Millis = 1_000;
/// The longest wait.
const LONGEST: Millis = 15 * MINUTE;
/// Visitors that wait, before those that are done waiting are forgotten.
const VISITORS_KEPT: usize = 50_000;
/// Turns for trying: one visitor tries one PIN at a time.
const TURNS: usize = 64;

/// First use of a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinUse {
    /// When.
    pub at: Millis,
    /// Where, if known.
    pub place: Option<Place>,
}

/// What the PIN form is answered.
#[derive(Debug)]
pub enum PinReply {
    /// The order's labels have no PIN.
    NoPin,
    /// This visitor has to wait so many seconds, at least 1.
    Wait(u32),
    /// This code was tried too often today.
    Tomorrow,
    /// Something to say.
    Answered(Box<PinAnswer>),
}

/// An answer to a PIN.
#[derive(Debug)]
pub struct PinAnswer {
    /// The facts, with the decision for the PIN form. Graver verdicts still come first.
    pub scanned: Scanned,
    /// What was found; `None` where a graver verdict came first and the PIN was not looked at.
    pub outcome: Option<PinOutcome>,
    /// The first use, this one included.
    pub first_use: Option<PinUse>,
}

/// Waiting visitors.
#[derive(Debug)]
pub(super) struct Patience {
    waits: Mutex<HashMap<VisitorHash, Wait>>,
    turns: Vec<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Clone, Copy)]
struct Wait {
    wrong: u32,
    until: Millis,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { waits: Mutex::default(), turns: (0..TURNS).map(|_| tokio::sync::Mutex::default()).collect() }
    }

    /// Until this is dropped, no other try of the visitor is looked at.
    pub(super) async fn turn(&self, visitor: &Visitor) -> tokio::sync::MutexGuard<'_, ()> {
        self.turns[usize::from(visitor.hash[0]) % TURNS].lock().await
    }

    /// Seconds to wait, if any.
    pub(super) fn seconds(&self, visitor: &Visitor, now: Millis) -> Option<u32> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let until =
            [Some(visitor.hash), visitor.before].into_iter().flatten().filter_map(|hash| waits.get(&hash)).map(|w| w.until).max()?;
        (until > now).then(|| u32::try_from((until - now + 999) / 1000).unwrap_or(u32::MAX))
    }

    fn wrong(&self, visitor: &Visitor, now: Millis) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits.len() >= VISITORS_KEPT {
            waits.retain(|_, wait| wait.until > now);
        }
        let before = visitor.before.and_then(|hash| waits.remove(&hash));
        let earlier = waits.get(&visitor.hash).copied().or(before).filter(|wait| now - wait.until < DAY);
        let wrong = earlier.map_or(0, |wait| wait.wrong);
        let wait = SHORTEST.checked_shl(wrong.min(20)).unwrap_or(LONGEST).min(LONGEST);
        waits.insert(visitor.hash, Wait { wrong: wrong + 1, until: now + wait });
    }

    fn right(&self, visitor: &Visitor) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        for hash in [Some(visitor.hash), visitor.before].into_iter().flatten() {
            waits.remove(&hash);
        }
    }
}

/// One try.
#[derive(Debug)]
pub(super) struct Try<'a> {
    pub(super) located: &'a Located,
    pub(super) code: &'a Code,
    pub(super) typed: &'a str,
    pub(super) visitor: &'a Visitor,
    pub(super) place: Option<Place>,
}

/// Does the verdict leave room for the PIN? Whatever is graver is said instead, and the PIN is neither used nor judged.
fn leaves_room(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::FirstCheck | Verdict::CheckedBefore | Verdict::CaseCode | Verdict::ManyPlaces | Verdict::ManyChecks)
}

/// Judges a try, `scanned` being what the code's page says without it.
///
/// # Errors
/// If it can't be recorded: then nothing is said about the PIN.
pub(super) async fn judge(db: &Db, patience: &Patience, limits: &Thresholds, mut scanned: Scanned, tried: Try<'_>) -> Outcome<PinReply> {
    let Some(key) = tried.located.order.pin_key() else { return Ok(PinReply::NoPin) };
    if !leaves_room(scanned.decision.verdict) {
        return Ok(PinReply::Answered(Box::new(PinAnswer { scanned, outcome: None, first_use: None })));
    }
    let right = key.accepts(tried.code, tried.typed);
    let used = UseRow { at: scanned.at, place: tried.place.as_ref().map(place_text), visitor: i64::from_be_bytes(tried.visitor.hash) };
    let (code, today) = (key_of(tried.located), Day::of(scanned.at));
    let judged = db
        .write(move |tx| {
            let used = used.clone();
            Box::pin(async move { write(tx.connection(), code, right, &used, today).await })
        })
        .await?;
    let Some((outcome, row)) = judged else { return Ok(PinReply::Tomorrow) };
    if outcome == PinOutcome::Wrong {
        patience.wrong(tried.visitor, scanned.at)
    } else {
        patience.right(tried.visitor)
    }
    scanned.decision = decide_pin(&scanned.facts.verdict, limits, scanned.at, outcome);
    let first_use = row.used.filter(|_| outcome != PinOutcome::Wrong);
    let first_use = first_use.map(|used| PinUse { at: used.at, place: used.place.as_deref().and_then(parse_place) });
    Ok(PinReply::Answered(Box::new(PinAnswer { scanned, outcome: Some(outcome), first_use })))
}

/// `None`: tomorrow.
async fn write<C: ConnectionTrait>(
    connection: &C,
    key: crate::trace::store::scan::codes::CodeKey,
    right: bool,
    used: &UseRow,
    today: Day,
) -> Outcome<Option<(PinOutcome, PinRow)>> {
    let before = pins::find(connection, key).await?;
    if before.wrong_day == Some(today) && before.wrong_count >= WRONG_A_DAY {
        return Ok(None);
    }
    if !right {
        let counted = pins::count_wrong(connection, key, today, WRONG_A_DAY).await?;
        if counted {
            pins::note_try(connection, key, used, "wrong").await?;
        }
        return Ok(counted.then_some((PinOutcome::Wrong, before)));
    }
    let first = pins::use_first(connection, key, used).await?;
    let outcome = if first { PinOutcome::First } else { PinOutcome::Used };
    pins::note_try(connection, key, used, if first { "first" } else { "used" }).await?;
    Ok(Some((outcome, pins::find(connection, key).await?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let patience = Patience::new();
        let visitor = Visitor { hash: [1; 8], before: None };
        let mut now = 1_795_000_000_000;
        let mut waits = Vec::new();
        for _ in 0..12 {
            patience.wrong(&visitor, now);
            let seconds = patience.seconds(&visitor, now).unwrap();
            waits.push(seconds);
            now += i64::from(seconds) * 1000;
            assert_eq!(patience.seconds(&visitor, now), None);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        let renewed = Visitor { hash: [2; 8], before: Some([1; 8]) };
        patience.wrong(&renewed, now);
        assert_eq!(patience.seconds(&renewed, now), Some(900), "midnight forgives nothing");
        assert_eq!(patience.seconds(&Visitor { hash: [3; 8], before: None }, now), None);
        patience.wrong(&renewed, now + 2 * DAY);
        assert_eq!(patience.seconds(&renewed, now + 2 * DAY), Some(1), "two days do");
        patience.right(&renewed);
        assert_eq!(patience.seconds(&renewed, now + 2 * DAY), None);
    }
}
