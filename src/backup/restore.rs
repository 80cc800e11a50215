//! Restoring a backup, only where nothing is yet.

use std::path::{Path, PathBuf};

use super::manifest::DATABASE;
use super::unpack::unpack;
use super::verify::{Proof, Verified, examine};
use super::{Tell, hold};
use crate::db::{self, Db};
use crate::files::Shelf;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::{Desk, Failure, Outcome};

/// The name of the restored database of SQLite.
const RESTORED: &str = "yanzhao.db";

/// Where a backup is restored to.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// A directory that is empty or not there yet: gets `files/`, and `yanzhao.db` unless the database goes elsewhere.
    pub dir: &'a Path,
    /// `postgres://…` of a database without tables, if it goes there.
    pub postgres: Option<&'a str>,
}

/// What a restoration came to.
#[derive(Debug)]
pub struct Restored {
    /// What reading the backup found; with faults nothing was restored.
    pub verified: Verified,
    /// The address of the restored database, held until it is cleared.
    pub database_url: Option<String>,
}

/// Reads and proves the archive, then puts it where nothing is. The new database is held ([`hold`]). What can't be finished leaves nothing
/// behind (in PostgreSQL, empty tables).
///
/// # Errors
/// `restore_place_in_use`; as [`verify`](super::verify()).
pub async fn restore(archive: &Path, place: Place<'_>, proof: Proof<'_>, desk: &Desk, tell: Tell<'_>) -> Outcome<Restored> {
    let in_use = |what: String| Failure::conflict("restore_place_in_use").with("place", what);
    if place.dir.exists() && std::fs::read_dir(place.dir).map_err(Failure::broken)?.next().is_some() {
        return Err(in_use(place.dir.display().to_string()));
    }
    let postgres = match place.postgres {
        Some(url) => Some((url, Db::open(url).await?)),
        None => None,
    };
    if let Some((_, db)) = &postgres
        && !db::is_blank(db).await?
    {
        return Err(in_use("PostgreSQL".to_owned()));
    }
    let staging = staging(place.dir)?;
    let done = restore_in(&staging, archive, place.dir, postgres, proof, desk, tell).await;
    if staging.exists() {
        std::fs::remove_dir_all(&staging).map_err(Failure::broken)?;
    }
    done
}

/// A directory beside the one that will be there, so that it appears at once and whole.
fn staging(dir: &Path) -> Outcome<PathBuf> {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or("restored");
    let staging = dir.with_file_name(format!(".{name}.{}.part", std::process::id()));
    // Everybody's data: for its owner only.
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
    builder.create(&staging).map_err(|e| Failure::broken(format!("{}: {e}", staging.display())))?;
    Ok(staging)
}

async fn restore_in(
    staging: &Path,
    archive: &Path,
    dir: &Path,
    postgres: Option<(&str, Db)>,
    proof: Proof<'_>,
    desk: &Desk,
    tell: Tell<'_>,
) -> Outcome<Restored> {
    let shelf = Shelf::new(staging.join("files"));
    let unpacked = unpack(archive, staging, Some(&shelf), tell)?;
    let verified = examine(staging, unpacked, proof).await?;
    if !verified.faults.is_empty() {
        return Ok(Restored { verified, database_url: None });
    }
    let manifest = &verified.manifest;
    let taken_at = parse_rfc3339(&manifest.taken_at).ok_or_else(|| Failure::invalid("backup_unreadable"))?;
    let size = i64::try_from(manifest.ledger_size).map_err(Failure::broken)?;
    let file = staging.join(DATABASE);
    let database_url = match postgres {
        Some((url, db)) => {
            let copy = Db::open(&db::file_url(&file)?).await?;
            db::up(&db).await?;
            db::carry(&copy, &db, &[], |table, n, all| tell(table, n as u64, all as u64)).await?;
            copy.close().await;
            std::fs::remove_file(&file).map_err(Failure::broken)?;
            hold::begin(&db, desk, taken_at, size).await?;
            db.close().await;
            url.to_owned()
        }
        None => {
            std::fs::rename(&file, staging.join(RESTORED)).map_err(Failure::broken)?;
            let db = Db::open(&db::file_url(&staging.join(RESTORED))?).await?;
            hold::begin(&db, desk, taken_at, size).await?;
            db.close().await;
            db::file_url(&dir.join(RESTORED))?
        }
    };
    if dir.exists() {
        std::fs::remove_dir(dir).map_err(Failure::broken)?;
    }
    std::fs::rename(staging, dir).map_err(Failure::broken)?;
    Ok(Restored { verified, database_url: Some(database_url) })
}
