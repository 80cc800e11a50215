//! The directory the bytes lie in.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::MOST_ORIGINAL;
use super::form::Incoming;
use crate::kernel::{Failure, Millis, Outcome};

/// Bytes nobody names are removed when they are older than this.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);

/// Files by the SHA-256 of their bytes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shelf {
    dir: PathBuf,
}

/// A file on the shelf whose row is not yet written.
#[derive(Debug, Clone)]
pub struct Kept {
    /// SHA-256 of the original, hex.
    pub sha256: String,
    /// Bytes of the original.
    pub size: i64,
    /// Its media type.
    pub media: &'static str,
    /// Its name, for people.
    pub name: String,
    /// SHA-256 of the copy for pages, if it is a picture.
    pub view_sha256: Option<String>,
    /// The form's field it came in.
    pub field: String,
}

impl Shelf {
    /// The shelf in `dir`; nothing is made before something is kept.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    fn place(&self, sha256: &str) -> PathBuf {
        self.dir.join(sha256.get(..2).unwrap_or("00")).join(sha256)
    }

    /// Puts a file and its copy for pages on the shelf, synced, before any row names it.
    ///
    /// # Errors
    /// What the file can't be; or the disk.
    pub async fn keep(&self, incoming: Incoming) -> Outcome<Kept> {
        let shelf = self.clone();
        tokio::task::spawn_blocking(move || {
            let (media, copy) = incoming.understood()?;
            let sha256 = shelf.put(&incoming.bytes).map_err(Failure::broken)?;
            let view_sha256 = copy.map(|bytes| shelf.put(&bytes)).transpose().map_err(Failure::broken)?;
            let size = i64::try_from(incoming.bytes.len()).map_err(Failure::broken)?;
            Ok(Kept { sha256, size, media: media.word(), name: incoming.name, view_sha256, field: incoming.field })
        })
        .await
        .map_err(Failure::broken)?
    }

    /// Puts a file on the shelf whatever it is, bit for bit, as evidence is kept; a picture that can be read gets its copy for pages.
    ///
    /// # Errors
    /// `file_too_large` at the field; or the disk.
    pub async fn keep_original(&self, incoming: Incoming) -> Outcome<Kept> {
        let shelf = self.clone();
        tokio::task::spawn_blocking(move || {
            if incoming.bytes.len() > MOST_ORIGINAL {
                let refused = Failure::field(format!("/{}", incoming.field), "file_too_large");
                return Err(refused.with("name", &incoming.name).with("most_mb", MOST_ORIGINAL / 1024 / 1024));
            }
            let (media, copy) = incoming.understood().map_or(("application/octet-stream", None), |(media, copy)| (media.word(), copy));
            let sha256 = shelf.put(&incoming.bytes).map_err(Failure::broken)?;
            let view_sha256 = copy.map(|bytes| shelf.put(&bytes)).transpose().map_err(Failure::broken)?;
            let size = i64::try_from(incoming.bytes.len()).map_err(Failure::broken)?;
            Ok(Kept { sha256, size, media, name: incoming.name, view_sha256, field: incoming.field })
        })
        .await
        .map_err(Failure::broken)?
    }

    /// The bytes that lie under a SHA-256 now, right or wrong; nothing if they are gone. For whoever checks them.
    ///
    /// # Errors
    /// The disk.
    pub async fn lying(&self, sha256: &str) -> Outcome<Option<Vec<u8>>> {
        match tokio::fs::read(self.place(sha256)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::broken(format!("file {sha256}: {error}"))),
        }
    }

    /// Puts several on the shelf; the first that can't be kept is the refusal, and what lies there already is nobody's until it is swept.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub async fn keep_all(&self, files: Vec<Incoming>) -> Outcome<Vec<Kept>> {
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            kept.push(self.keep(file).await?);
        }
        Ok(kept)
    }

    /// Puts bytes on the shelf, synced, and says their SHA-256. What is there already is written again: younger, so that a sweep under
    /// way lets it lie.
    ///
    /// # Errors
    /// The disk.
    pub fn put(&self, bytes: &[u8]) -> io::Result<String> {
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
        let place = self.place(&sha256);
        let dir = place.parent().unwrap_or(&self.dir);
        fs::create_dir_all(dir)?;
        let written = dir.join(format!("{sha256}.{}.part", std::process::id()));
        let mut file = File::create(&written)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&written, &place)?;
        File::open(dir)?.sync_all()?;
        Ok(sha256)
    }

    /// The bytes under a SHA-256, checked against it.
    ///
    /// # Errors
    /// If they are gone or are no longer what they were.
    pub async fn read(&self, sha256: &str) -> Outcome<Vec<u8>> {
        let place = self.place(sha256);
        let bytes = tokio::fs::read(&place).await.map_err(|e| Failure::broken(format!("file {sha256}: {e}")))?;
        if data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)) != sha256 {
            return Err(Failure::broken(format!("file {sha256} is no longer what it was")));
        }
        Ok(bytes)
    }

    /// Removes the bytes of files whose rows were taken away, unless another row still names them; call it after the commit.
    ///
    /// # Errors
    /// The database's, or the disk.
    pub async fn forget(&self, db: &crate::db::Db, gone: &[super::FileRow]) -> Outcome<()> {
        let named = super::store::named(db.reader()).await?;
        for sha256 in gone.iter().flat_map(|row| [Some(row.sha256.as_str()), row.view_sha256.as_deref()]).flatten() {
            if !named.contains(sha256) {
                match fs::remove_file(self.place(sha256)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Failure::broken(error)),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Removes what no row names and is older than a day; says how many.
    ///
    /// # Errors
    /// The disk.
    pub fn sweep<S: std::hash::BuildHasher>(&self, named: &HashSet<String, S>, now: Millis) -> io::Result<usize> {
        let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
        let mut removed = 0;
        for dir in entries(&self.dir)? {
            for file in entries(&dir)? {
                let name = file.file_name().and_then(|n| n.to_str()).unwrap_or("");
                let old = now.duration_since(fs::metadata(&file)?.modified()?).is_ok_and(|age| age > ORPHAN_AGE);
                if old && !named.contains(name) {
                    fs::remove_file(&file)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(dir) {
        Ok(found) => found.map(|e| e.map(|e| e.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sweep_takes_only_what_is_old_and_nobodys() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(dir.path());
        let (named, orphan) = (shelf.put(b"named").unwrap(), shelf.put(b"orphan").unwrap());
        let named_only = HashSet::from([named.clone()]);
        let now = crate::kernel::Clock::system().now();
        assert_eq!(shelf.sweep(&named_only, now).unwrap(), 0, "it is young");
        assert_eq!(shelf.sweep(&named_only, now + 48 * crate::kernel::clock::HOUR).unwrap(), 1);
        assert_eq!(shelf.read(&named).await.unwrap(), b"named");
        assert!(shelf.read(&orphan).await.is_err());
    }

    #[tokio::test]
    async fn bytes_that_changed_on_the_disk_are_not_served() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(dir.path());
        let sha256 = shelf.put(b"as it was").unwrap();
        fs::write(shelf.place(&sha256), b"as it is").unwrap();
        assert!(shelf.read(&sha256).await.is_err());
    }
}
