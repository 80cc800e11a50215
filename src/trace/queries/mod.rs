//! Reading, one file per noun; every query starts from a scope.

pub mod account;
pub mod balance;
pub mod batch;
pub mod carton;
pub mod certificate;
pub mod closing;
pub mod code;
pub mod contents;
pub mod damage;
pub mod declaration;
pub mod delivery;
pub mod delivery_void;
pub mod ends;
pub mod farm;
pub mod figures;
pub mod genealogy;
pub mod hand_over;
pub mod history;
pub mod late;
pub mod lookup;
pub mod order;
pub mod pack;
pub mod paper;
pub mod plan;
pub mod process;
pub mod quality;
pub mod report;
pub mod scan;
pub mod segment;
pub mod shipment;
pub mod slip;
pub mod sticker;
pub mod stock;
pub mod unshipped;
pub mod waiting;
pub mod weekly;
pub mod yearly;

/// The most rows one page has, and how many it has if nothing is said.
const LIMITS: (u64, u64) = (200, 50);

/// A page's length within its bounds.
fn bounded(limit: Option<u64>) -> u64 {
    limit.unwrap_or(LIMITS.1).clamp(1, LIMITS.0)
}
