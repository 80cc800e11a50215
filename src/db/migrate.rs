//! Bringing a database to this program's schema, and refusing one that is newer.

use migrations::Migrator;
use sea_orm_migration::MigratorTrait;

use super::Db;
use crate::kernel::{Failure, Outcome};

/// A step and whether it has been taken.
#[derive(Debug, Clone)]
pub struct Status {
    /// The step's name.
    pub name: String,
    /// Has it been taken?
    pub applied: bool,
}

/// Takes every step not yet taken; each is one transaction.
///
/// # Errors
/// If a step fails (it leaves nothing behind), or if the database has steps this program doesn't know.
pub async fn up(db: &Db) -> Outcome<()> {
    pending(db).await?;
    let writer = db.inner.writer.read().await.clone();
    Migrator::up(&writer, None).await.map_err(Failure::broken)
}

/// The steps, taken and not.
///
/// # Errors
/// If the database is newer than this program.
pub async fn pending(db: &Db) -> Outcome<Vec<Status>> {
    let writer = db.inner.writer.read().await.clone();
    let known = Migrator::get_migration_with_status(&writer)
        .await
        .map_err(|e| Failure { source: Some(e.to_string()), ..Failure::conflict("schema_newer") })?;
    Ok(known
        .iter()
        .map(|m| Status { name: m.name().to_owned(), applied: m.status() == sea_orm_migration::MigrationStatus::Applied })
        .collect())
}
