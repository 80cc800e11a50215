//! A season with fraud in it, made up from a seed: [`season`] is pure; the bench performs it on a database, and a small one is a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a simulation that can't go on stops")]
#![allow(dead_code, reason = "the bench and the test each use their own part")]

mod acts;
pub mod drive;
pub mod found;
pub mod fraud;
pub mod honest;
pub mod life;
pub mod market;
pub mod people;
pub mod plan;
pub mod report;
pub mod stage;
pub mod truth;

use crate::support::Engine;

/// The plan of a season: honest life first, then the fraud.
pub fn season(seed: u64, size: honest::Size) -> plan::Plan {
    let mut plan = honest::season(seed, size);
    fraud::plant(&mut plan, size.scale);
    plan.settle();
    plan
}

/// Performs a plan on a fresh database and holds what was found against the truth.
/// Scans within `slot` minutes are done at one moment; `limits` are thresholds (rule, name, value) other than those rules begin with.
pub async fn perform(
    engine: Engine,
    plan: &plan::Plan,
    slot: u32,
    limits: &[(String, String, i64)],
    loud: bool,
) -> (report::Score, drive::Went) {
    let stage = stage::Stage::set(engine, plan).await;
    let mut drive = drive::Drive::new(plan, stage);
    drive.slot = slot;
    drive.stage.tune(limits).await;
    drive.run(loud).await;
    let seen = drive.seen().await;
    (report::score(plan, &drive.went, &drive.stage.doors, &seen), drive.went)
}
