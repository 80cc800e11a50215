//! A season with fraud in it, made up from a seed: [`season`] is pure; the bench performs it on a database, and a small one is a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a simulation that can't go on stops")]

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
pub fn season(seed: u64, scale: f64) -> plan::Plan {
    let mut plan = honest::season(seed, honest::Size::of(scale));
    fraud::plant(&mut plan, scale);
    plan.settle();
    plan
}

/// Performs a plan on a fresh database and holds what was found against the truth.
pub async fn perform(engine: Engine, plan: &plan::Plan, loud: bool) -> (report::Score, drive::Went) {
    let stage = stage::Stage::set(engine, plan).await;
    let mut drive = drive::Drive::new(plan, stage);
    drive.run(loud).await;
    let seen = if std::env::var("NOALERT").is_ok() { Vec::new() } else { drive.seen().await };
    (report::score(plan, &drive.went, &drive.stage.doors, &seen), drive.went)
}
