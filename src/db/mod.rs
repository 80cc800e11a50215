//! One door to data. Readers go through [`Db::reader`]; every change goes through [`Db::write`], which runs one transaction in a
//! task of its own (a handler that is dropped half-way never leaves a transaction behind), one writer at a time on SQLite
//! (`BEGIN IMMEDIATE`, WAL, `synchronous=FULL`), retried on deadlock and serialisation failure on PostgreSQL.
//!
//! After a commit that failed for any reason but a broken constraint, nobody knows what the disk holds: writes are refused
//! (`storage_ailing`) until the database could be opened and asked again.

mod carry;
mod migrate;
pub mod narrow;
mod open;
pub mod region;
mod size;
mod snapshot;
mod write;

pub use carry::{carry, is_blank};
pub use migrate::{Status, pending, up};
pub use open::Db;
pub use size::size;
pub use snapshot::{file_url, snapshot, unsound};
pub use write::{Act, Tx};

use sea_orm::DbErr;

use crate::kernel::Failure;

/// Which of the two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one machine.
    Sqlite,
    /// Several nodes on one cluster.
    Postgres,
}

impl From<DbErr> for Failure {
    /// What the database says is for the log; people are told that the fault is ours.
    fn from(error: DbErr) -> Self {
        Self::broken(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::broken(error)
    }
}

/// Did a statement fail because a unique key was taken?
pub fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}

/// Keeps a refused unique key as a refusal of its own and lets everything else be our fault.
pub fn duplicate_as(failure: impl FnOnce() -> Failure) -> impl FnOnce(DbErr) -> Failure {
    move |error| if is_duplicate(&error) { failure() } else { error.into() }
}
