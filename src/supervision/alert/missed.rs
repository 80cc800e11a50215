//! Codes nobody issued, as they are asked for: counted in memory and put away every minute, so that no scan waits for it. Bounded: what is
//! beyond [`MOST`] kinds a minute is only counted. Nothing is kept of who asked but the visitor of the day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::evaluate::slot;
use crate::db::Db;
use crate::kernel::{Millis, Outcome};
use crate::supervision::store::alert_facts::{self as facts, MissRow};
use crate::trace::visitor::Visitor;

/// The most kinds of misses held at once.
pub const MOST: usize = 5_000;

/// Slot, code and visitor of a miss, and how often.
type Held = HashMap<(Millis, String, i64), i64>;

/// What was missed since the last time it was put away.
#[derive(Debug, Default)]
pub struct Misses(Mutex<Held>);

impl Misses {
    /// Notes that a visitor asked for a well-formed code nobody issued.
    pub fn note(&self, code: &str, visitor: &Visitor, at: Millis) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (slot(at), code.to_owned(), i64::from_be_bytes(visitor.hash));
        if held.len() >= MOST && !held.contains_key(&key) {
            // Beyond the bound codes are no longer told apart, visitors and moments are; beyond twice the bound only moments.
            key.1.clear();
            if held.len() >= 2 * MOST {
                key.2 = 0;
            }
        }
        *held.entry(key).or_default() += 1;
    }

    /// Puts everything away. How many kinds; what could not be put away is kept for the next time.
    ///
    /// # Errors
    /// Only ours.
    pub async fn put_away(&self, db: &Db) -> Outcome<usize> {
        let held = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if held.is_empty() {
            return Ok(0);
        }
        let mut rows: Vec<MissRow> =
            held.iter().map(|((slot, code, visitor), tries)| MissRow { slot: *slot, code: code.clone(), visitor: *visitor, tries: *tries }).collect();
        rows.sort_by(|one, other| (one.slot, &one.code, one.visitor).cmp(&(other.slot, &other.code, other.visitor)));
        let written = rows.clone();
        let done = db
            .write(move |tx| {
                let rows = written.clone();
                Box::pin(async move { facts::keep_misses(tx, &rows).await })
            })
            .await;
        if done.is_err() {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, tries) in held {
                *now.entry(key).or_default() += tries;
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
        let held = misses.0.lock().unwrap();
        assert_eq!(held.len(), 2 * MOST + 1);
        assert_eq!(held.values().sum::<i64>(), 20_000, "every miss is counted");
    }
}
