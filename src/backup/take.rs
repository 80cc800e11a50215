//! Putting a backup where backups lie.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::Tell;
use super::create::{Made, Source, create};
use super::keep::name_of;
use crate::kernel::{Desk, Failure, Outcome};

/// A directory for what is not yet whole, made beside what it will be, readable by its owner only.
///
/// # Errors
/// The disk's.
pub fn scratch(beside: &Path) -> Outcome<PathBuf> {
    let dir = beside.join(format!(".yanzhao-backup.{}.part", std::process::id()));
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(Failure::broken)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
    builder.create(&dir).map_err(|e| Failure::broken(format!("{}: {e}", dir.display())))?;
    Ok(dir)
}

/// Takes a backup into `dir` under the name of its moment: it is there whole and synced, or not at all.
///
/// # Errors
/// As [`create`](super::create()); the disk's.
pub async fn take(source: Source<'_>, desk: &Desk, dir: &Path, tell: Tell<'_>) -> Outcome<(PathBuf, Made)> {
    std::fs::create_dir_all(dir).map_err(|e| Failure::broken(format!("{}: {e}", dir.display())))?;
    let file = dir.join(name_of(desk.clock.now()));
    let made = take_to(source, desk, &file, tell).await?;
    Ok((file, made))
}

/// Takes a backup into this file.
///
/// # Errors
/// `backup_file_there`; as [`create`](super::create()); the disk's.
pub async fn take_to(source: Source<'_>, desk: &Desk, file: &Path, tell: Tell<'_>) -> Outcome<Made> {
    if file.exists() {
        return Err(Failure::conflict("backup_file_there").with("name", file.display()));
    }
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = scratch(dir)?;
    let made = write(source, desk, &scratch, file, tell).await;
    std::fs::remove_dir_all(&scratch).map_err(Failure::broken)?;
    made
}

async fn write(source: Source<'_>, desk: &Desk, scratch: &Path, file: &Path, tell: Tell<'_>) -> Outcome<Made> {
    let part = scratch.join("archive.zip");
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
    let out = options.open(&part).map_err(Failure::broken)?;
    let made = create(source, desk, scratch, BufWriter::new(out), tell).await?;
    File::open(&part).and_then(|written| written.sync_all()).map_err(Failure::broken)?;
    std::fs::rename(&part, file).map_err(Failure::broken)?;
    Ok(made)
}
