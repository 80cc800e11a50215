//! Reading, one file per noun; every query starts from a scope.

pub mod account;
pub mod batch;
pub mod carton;
pub mod closing;
pub mod code;
pub mod delivery;
pub mod figures;
pub mod history;
pub mod late;
pub mod order;
pub mod pack;
pub mod paper;
pub mod slip;

/// The most rows one page has, and how many it has if nothing is said.
const LIMITS: (u64, u64) = (200, 50);

/// A page's length within its bounds.
fn bounded(limit: Option<u64>) -> u64 {
    limit.unwrap_or(LIMITS.1).clamp(1, LIMITS.0)
}
