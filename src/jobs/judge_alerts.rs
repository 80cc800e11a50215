//! Runs the rules of the alerts: those on scans every minute, those of the night once a night; tests thresholds that wait for it.

use crate::db::Db;
use crate::kernel::{Clock, Outcome, Random};
use crate::supervision::alert::{Cadence, Judged, evaluate, test};

/// Judges what scans came since the last run, and tests proposed thresholds.
///
/// # Errors
/// If something can't be read or written; what was judged before stays, the rest waits for the next run.
pub async fn judge_scans(db: &Db, clock: &Clock, random: &Random) -> Outcome<Judged> {
    let judged = evaluate(db, clock, random, Cadence::Scans).await?;
    test::test_versions(db, clock, random).await?;
    Ok(judged)
}

/// Judges goods, accounts and labels as they are now; lets alerts fade.
///
/// # Errors
/// If something can't be read or written.
pub async fn judge_nightly(db: &Db, clock: &Clock, random: &Random) -> Outcome<Judged> {
    evaluate(db, clock, random, Cadence::Nightly).await
}
