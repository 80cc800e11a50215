//! Codes nobody issued, as they are asked for: counted in memory and put away every minute, so that no scan waits for it. Bounded: what is
//! beyond [`MOST`] kinds in ten minutes is only counted. Nothing is kept of who asked but the visitor of the day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::evaluate::slot;
use crate::db::Db;
use crate::kernel::{Millis, Outcome};
use crate::supervision::store::alert_facts::{self as facts, MissRow};
use crate::trace::visitor::Visitor;

/// The most kinds of misses told apart in ten minutes.
pub const MOST: usize = 1_000;

/// Slot, code and visitor of a miss, and how often.
type Counts = HashMap<(Millis, String, i64), i64>;

#[derive(Debug, Default)]
struct Held {
    /// The ten minutes that run, and how many kinds they had.
    slot: Millis,
    kinds: usize,
    counts: Counts,
}

/// What was missed since the last time it was put away.
#[derive(Debug, Default)]
pub struct Misses(Mutex<Held>);

impl Misses {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a visitor asked for a well-formed code nobody issued.
    pub fn note(&self, code: &str, visitor: &Visitor, at: Millis) {
        let mut held = self.held();
        let mut key = (slot(at), code.to_owned(), i64::from_be_bytes(visitor.hash));
        if held.slot != key.0 {
            (held.slot, held.kinds) = (key.0, 0);
        }
        if held.kinds >= MOST && !held.counts.contains_key(&key) {
            // Beyond the bound codes are no longer told apart, visitors and moments are; beyond twice the bound only moments.
            key.1.clear();
            if held.kinds >= 2 * MOST {
                key.2 = 0;
            }
        }
        if !held.counts.contains_key(&key) {
            held.kinds += 1;
        }
        *held.counts.entry(key).or_default() += 1;
    }

    /// Puts everything away. How many kinds; what could not be put away is kept for the next time.
    ///
    /// # Errors
    /// Only ours.
    pub async fn put_away(&self, db: &Db) -> Outcome<usize> {
        let held = std::mem::take(&mut self.held().counts);
        if held.is_empty() {
            return Ok(0);
        }
        let mut rows: Vec<MissRow> = held
            .iter()
            .map(|((slot, code, visitor), tries)| MissRow { slot: *slot, code: code.clone(), visitor: *visitor, tries: *tries })
            .collect();
        rows.sort_by(|one, other| (one.slot, &one.code, one.visitor).cmp(&(other.slot, &other.code, other.visitor)));
        let written = rows.clone();
        let done = db
            .write(move |tx| {
                let rows = written.clone();
                Box::pin(async move { facts::keep_misses(tx, &rows).await })
            })
            .await;
        if done.is_err() {
            let mut now = self.held();
            for (key, tries) in held {
                *now.counts.entry(key).or_default() += tries;
            }
        }
        done.map(|()| rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_bounded() {
        let misses = Misses::default();
        let visitor = |no: u64| Visitor { hash: no.to_be_bytes(), before: None };
        for no in 0..20_000_u64 {
            misses.note(&no.to_string(), &visitor(no), 0);
        }
        assert_eq!(misses.held().counts.len(), 2 * MOST + 1);
        assert_eq!(misses.held().counts.values().sum::<i64>(), 20_000, "every miss is counted");
    }
}
