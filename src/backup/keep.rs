//! Archives in their directory: what there is, what is due, what goes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::manifest::{MANIFEST, Manifest};
use crate::kernel::clock::{HOUR, parse_rfc3339, rfc3339};
use crate::kernel::{Day, Failure, Millis, Outcome};

/// A backup older than this is one somebody should ask about.
pub const OLD: Millis = 26 * HOUR;
/// A manifest that is listed is read up to here.
const MOST: u64 = 16 * 1024 * 1024;

/// An archive on record.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where it lies.
    pub file: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// When it was taken.
    pub taken_at: Millis,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// The name of an archive taken now: they sort by age.
pub fn name_of(taken_at: Millis) -> String {
    let digits: String = rfc3339(taken_at).chars().take(19).filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    format!("yanzhao-{digits}Z.zip")
}

/// The archives in `dir`, newest first. What has no manifest of ours is none: something else, or one that broke off.
///
/// # Errors
/// If the directory can't be read; that it is not there yet is no error.
pub fn kept(dir: &Path) -> Outcome<Vec<Kept>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::broken(format!("{}: {error}", dir.display()))),
    };
    let mut found: Vec<Kept> = entries.filter_map(|entry| read(&entry.ok()?.path())).collect();
    found.sort_by(|a, b| b.taken_at.cmp(&a.taken_at).then_with(|| b.file.cmp(&a.file)));
    Ok(found)
}

fn read(file: &Path) -> Option<Kept> {
    if file.extension().is_none_or(|ending| ending != "zip") {
        return None;
    }
    let mut zip = ZipArchive::new(BufReader::new(File::open(file).ok()?)).ok()?;
    let mut text = Vec::new();
    zip.by_name(MANIFEST).ok()?.take(MOST).read_to_end(&mut text).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    Some(Kept { file: file.to_owned(), bytes: file.metadata().ok()?.len(), taken_at: parse_rfc3339(&manifest.taken_at)?, manifest })
}

/// Is today's backup due: has its hour (China Standard Time) come, and was none taken since?
pub fn due(last: Option<Millis>, now: Millis, hour: u32) -> bool {
    let from = Day::of(now).start() + i64::from(hour.min(23)) * HOUR;
    now >= from && last.is_none_or(|last| last < from)
}

/// Removes the oldest beyond `keep`, at least one stays; says which.
///
/// # Errors
/// The disk.
pub fn prune(dir: &Path, keep: usize) -> Outcome<Vec<PathBuf>> {
    let old: Vec<PathBuf> = kept(dir)?.into_iter().skip(keep.max(1)).map(|one| one.file).collect();
    for file in &old {
        std::fs::remove_file(file).map_err(|e| Failure::broken(format!("{}: {e}", file.display())))?;
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_a_day_is_due_from_its_hour_on() {
        let at = |text: &str| parse_rfc3339(text).unwrap();
        // 03:00 in China is 19:00 the day before in UTC.
        let cases = [
            (None, "2026-11-26T18:59:59Z", false),
            (None, "2026-11-26T19:00:00Z", true),
            (Some("2026-11-26T18:00:00Z"), "2026-11-26T19:00:00Z", true),
            (Some("2026-11-26T19:00:00Z"), "2026-11-27T15:59:59Z", false),
            (Some("2026-11-26T19:00:00Z"), "2026-11-27T18:00:00Z", false),
            (Some("2026-11-26T19:00:00Z"), "2026-11-27T19:30:00Z", true),
        ];
        for (last, now, is_due) in cases {
            assert_eq!(due(last.map(at), at(now), 3), is_due, "{last:?} {now}");
        }
    }

    #[test]
    fn names_sort_by_age() {
        assert_eq!(name_of(parse_rfc3339("2026-11-26T19:00:05.120Z").unwrap()), "yanzhao-20261126T190005Z.zip");
    }

    #[test]
    fn what_is_no_archive_of_ours_is_not_listed_and_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("yanzhao-1.zip"), b"broken off").unwrap();
        std::fs::write(dir.path().join("letter.txt"), b"").unwrap();
        assert!(kept(dir.path()).unwrap().is_empty());
        assert!(prune(dir.path(), 0).unwrap().is_empty());
        assert!(dir.path().join("yanzhao-1.zip").exists());
        assert!(kept(&dir.path().join("nowhere")).unwrap().is_empty());
    }
}
