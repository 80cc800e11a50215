//! What happened, append-only. One act of the trade is one transaction and one event; the event is a leaf of a Merkle tree
//! (RFC 6962), its body lies beside it, salted and erasable, and the tree's root is signed into checkpoints that are also
//! kept in a file outside the database.
//!
//! A leaf is the JCS (RFC 8785) of `{v, seq, at, type, commit}` where `commit` is SHA-256(salt ‖ body) in hex. Times never go
//! back. Who deletes, edits, inserts, reorders or cuts rows afterwards is found by [`verify`]; what is newer than the last kept
//! checkpoint can't be proved, and the report says so.

mod audit;
mod checkpoint;
mod event;
pub mod once;
mod store;
mod tree;
mod verify;

pub use audit::{AuditFilter, AuditRow, MOST as AUDIT_MOST, audit, audit_row, sample, tree};
pub use checkpoint::{Checkpoint, Notary};
pub use event::{Effect, Event, KINDS, Kind, kind};
pub use store::{append, began, erase, head, history, last_at};
pub use tree::{Edge, Hash, Tree, leaf_hash};
pub use verify::{Finding, Report, verify};
