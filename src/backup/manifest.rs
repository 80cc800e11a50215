//! `manifest.json`: what an archive says of itself.

use serde::{Deserialize, Serialize};

/// The form of archives this program writes and reads.
pub(super) const FORM: u32 = 1;
/// Names in the archive.
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const DATABASE: &str = "database.sqlite";
pub(super) const FILES: &str = "files/";

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of the archive.
    pub form: u32,
    /// The program's version.
    pub program: String,
    /// When the moment was taken, RFC 3339 UTC.
    pub taken_at: String,
    /// The engine it was taken from: `sqlite` or `postgres`.
    pub engine: String,
    /// Whose it is: the base URL printed on labels.
    pub base_url: String,
    /// SHA-256 of `database.sqlite`, hex.
    pub database_sha256: String,
    /// Its bytes.
    pub database_bytes: u64,
    /// Files in the archive.
    pub files: u64,
    /// Their bytes.
    pub files_bytes: u64,
    /// Files a row names that were not on the shelf: lost before, or erased while the archive was written.
    pub missing: Vec<String>,
    /// Events in the ledger.
    pub ledger_size: u64,
    /// Its head, signed (C2SP tlog-checkpoint).
    pub checkpoint: String,
}
