//! A season with fraud in it, made up from a seed: [`season`] is pure; the bench performs it on a database, and a small one is a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a simulation that can't go on stops")]

pub mod fraud;
pub mod honest;
pub mod life;
pub mod market;
pub mod people;
pub mod plan;
pub mod truth;

/// The plan of a season: honest life first, then the fraud.
pub fn season(seed: u64, scale: f64) -> plan::Plan {
    let mut plan = honest::season(seed, honest::Size::of(scale));
    fraud::plant(&mut plan, scale);
    plan.settle();
    plan
}
