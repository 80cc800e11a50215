//! The verbs of the trade, one file per noun. Each takes a transaction and a desk, checks, changes, and appends its one event last.

mod change;
pub mod download;
pub mod order;
pub mod range;
pub mod rotation;
