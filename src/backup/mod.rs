//! Backups: one moment of the database with every file it names, in one archive; proved before it is trusted; restored only where nothing is.
//!
//! An archive is a zip of `database.sqlite` (whichever engine it came from), `files/aa/{sha256}` and, last, `manifest.json`: what was taken
//! when, the SHA-256 of the database, and the ledger's head signed by the notary. Neither keys nor checkpoints are in it (they are kept
//! elsewhere, RUNBOOK.md), nor the keys visitors are hashed under, nor who is signed in.
//!
//! **What restoring must not do** is let a code be good again that was voided or recalled after the backup. So a restored database is
//! *held*: nothing is written, nothing that is scanned gets an answer but “we can't answer now”, and the node is not ready, until somebody
//! compared the ledger with the checkpoints kept outside the database, was told how many events are gone, and took that upon themselves
//! ([`hold::clear`]).
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> held: restore
//!     held --> cleared: clear (reason, number of events lost)
//! ```

mod create;
mod desk;
pub mod hold;
mod keep;
mod manifest;
mod restore;
pub mod store;
mod take;
mod unpack;
mod verify;

pub use create::{Made, Source, create};
pub use desk::{BackupDesk, Standing};
pub use keep::{Kept, OLD, due, kept, name_of, prune};
pub use manifest::Manifest;
pub use restore::{Place, Restored, restore};
pub use take::{scratch, take, take_to};
pub use verify::{Proof, Verified, verify};

/// What long work tells while it goes on: what is being done, how far, of how much.
pub type Tell<'a> = &'a (dyn Fn(&str, u64, u64) + Send + Sync);
