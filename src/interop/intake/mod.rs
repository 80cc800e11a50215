//! Sheets on their way in, and what is given out.
//!
//! ```text
//! reading ──▶ checking ──▶ ready ──▶ taking ──▶ done
//!    └─▶ unreadable          └──▶ dropped
//! ```
//! An uploaded sheet is staged row by row, then every row is tried: its act is done in a transaction and undone, so that what is said
//! against it is what the act itself would say. Somebody looks, and takes the good rows or none. Each row is then an act of its own under
//! a memory of its own: the same row in any later file does nothing. Everything is in tables, in small transactions between which others
//! write; a node that stops in the middle goes on where it was.

mod acts;
pub mod commands;
mod desk;
pub mod give;
mod names;
pub mod offer;
pub mod queries;
pub mod state;
mod store;
mod work;

pub use desk::SheetDesk;
pub use work::{Bench, CHECKED_AT_ONCE, STAGED_AT_ONCE};
