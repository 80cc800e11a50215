//! Taking a backup.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::manifest::{DATABASE, FILES, FORM, MANIFEST, Manifest};
use super::{Tell, store};
use crate::db::{self, Db, Engine};
use crate::files::{Shelf, store::named};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, Notary, kind};
use crate::trace::commands::rotation::check_keys;
use crate::trace::keys::KeyProvider;

/// What a backup is taken of.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The database.
    pub db: &'a Db,
    /// Uploaded files.
    pub shelf: &'a Shelf,
    /// Must open the newest order, or the backup would be one of codes nobody can answer.
    pub keys: &'a dyn KeyProvider,
    /// Signs the ledger's head.
    pub notary: &'a Notary,
    /// Printed on labels.
    pub base_url: &'a str,
}

/// A backup that was taken.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is in it.
    pub manifest: Manifest,
    /// Its bytes.
    pub bytes: u64,
}

/// Writes an archive of one moment to `out`, passing by a file in the directory `scratch`, and records that it was taken. Writers go on meanwhile.
///
/// # Errors
/// `master_key_wrong`; `schema_older`; the disk's.
pub async fn create<W: Write + Send + 'static>(source: Source<'_>, desk: &Desk, scratch: &Path, out: W, tell: Tell<'_>) -> Outcome<Made> {
    check_keys(source.db, source.keys).await?;
    let file = scratch.join(DATABASE);
    let taken_at = desk.clock.now();
    db::snapshot(source.db, &file, &store::LEFT_OUT, |table, n, all| tell(table, n as u64, all as u64)).await?;
    let copy = Db::open(&db::file_url(&file)?).await?;
    let (names, edge) = (named(copy.reader()).await?, ledger::head(copy.reader()).await?);
    copy.close().await;
    let (database_sha256, database_bytes) = hash_of(&file)?;
    let manifest = Manifest {
        form: FORM,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: rfc3339(taken_at),
        engine: if source.db.engine() == Engine::Sqlite { "sqlite" } else { "postgres" }.to_owned(),
        base_url: source.base_url.to_owned(),
        database_sha256,
        database_bytes,
        files: 0,
        files_bytes: 0,
        missing: Vec::new(),
        ledger_size: edge.size(),
        checkpoint: source.notary.sign(&edge),
    };
    let mut zip = Zip::begin(out);
    zip.database(&file)?;
    let names: BTreeSet<String> = names.into_iter().collect();
    let made = zip.files(source.shelf, &names, manifest, tell).await?;
    let facts = json!({ "taken_at": taken_at, "bytes": made.bytes, "database_sha256": made.manifest.database_sha256,
        "files": made.manifest.files, "ledger_size": made.manifest.ledger_size });
    let desk = desk.clone();
    let recorded = source.db.write_always(move |tx| {
        let (desk, facts) = (desk.clone(), facts.clone());
        Box::pin(async move { ledger::append(tx, &desk, Event::new(kind::BACKUP_TAKEN, "backup", facts)).await.map(|_| ()) })
    });
    recorded.await?;
    Ok(made)
}

/// SHA-256 and bytes of a file.
pub(super) fn hash_of(file: &Path) -> Outcome<(String, u64)> {
    let mut open = std::fs::File::open(file).map_err(Failure::broken)?;
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = open.read(&mut part).map_err(Failure::broken)?;
        if read == 0 {
            return Ok((data_encoding::HEXLOWER.encode(&hash.finalize()), bytes));
        }
        hash.update(part.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
}

/// An archive under way.
struct Zip<W: Write> {
    zip: ZipWriter<StreamWriter<Counted<W>>>,
}

/// Counts what goes through.
struct Counted<W: Write> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let written = self.out.write(part)?;
        self.bytes += written as u64;
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::default()).unix_permissions(0o600).large_file(true)
}

impl<W: Write + Send + 'static> Zip<W> {
    fn begin(out: W) -> Self {
        Self { zip: ZipWriter::new_stream(Counted { out, bytes: 0 }) }
    }

    fn database(&mut self, file: &Path) -> Outcome<()> {
        self.zip.start_file(DATABASE, options(CompressionMethod::Deflated)).map_err(Failure::broken)?;
        let mut open = std::fs::File::open(file).map_err(Failure::broken)?;
        io::copy(&mut open, &mut self.zip).map_err(Failure::broken)?;
        Ok(())
    }

    /// Puts the files in, the manifest behind them, and ends the archive.
    async fn files(mut self, shelf: &Shelf, names: &BTreeSet<String>, mut manifest: Manifest, tell: Tell<'_>) -> Outcome<Made> {
        let all = names.len() as u64;
        for (n, sha256) in names.iter().enumerate() {
            tell("files", n as u64, all);
            let Some(bytes) = shelf.lying(sha256).await? else {
                manifest.missing.push(sha256.clone());
                continue;
            };
            let name = format!("{FILES}{}/{sha256}", sha256.get(..2).unwrap_or("00"));
            self.zip.start_file(name, options(CompressionMethod::Stored)).map_err(Failure::broken)?;
            self.zip.write_all(&bytes).map_err(Failure::broken)?;
            manifest.files += 1;
            manifest.files_bytes += bytes.len() as u64;
        }
        tell("files", all, all);
        self.zip.start_file(MANIFEST, options(CompressionMethod::Stored)).map_err(Failure::broken)?;
        self.zip.write_all(&serde_json::to_vec_pretty(&manifest).map_err(Failure::broken)?).map_err(Failure::broken)?;
        let mut counted = self.zip.finish().map_err(Failure::broken)?.into_inner();
        counted.flush().map_err(Failure::broken)?;
        Ok(Made { manifest, bytes: counted.bytes })
    }
}
