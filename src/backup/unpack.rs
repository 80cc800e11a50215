//! Reading an archive: every part against what the manifest and its own name say.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::Tell;
use super::create::hash_of;
use super::manifest::{DATABASE, FILES, FORM, MANIFEST, Manifest};
use crate::files::{MOST_ORIGINAL, Shelf};
use crate::kernel::{Failure, Outcome};

/// A manifest is a page of text and a list of what is missing.
const MOST_MANIFEST: u64 = 16 * 1024 * 1024;

/// What came out of an archive.
pub(super) struct Unpacked {
    pub manifest: Manifest,
    /// Files that were what their names say.
    pub files: BTreeSet<String>,
    /// What is not as the manifest or a name says.
    pub faults: Vec<Failure>,
}

/// Writes `database.sqlite` to `dir`, and the files to `shelf` if there is one; checks every byte on the way.
///
/// # Errors
/// `backup_unreadable` if it is no archive of ours; the disk's.
pub(super) fn unpack(archive: &Path, dir: &Path, shelf: Option<&Shelf>, tell: Tell<'_>) -> Outcome<Unpacked> {
    let unreadable = |why: String| Failure { source: Some(why), ..Failure::invalid("backup_unreadable") };
    let open = File::open(archive).map_err(|e| Failure::broken(format!("{}: {e}", archive.display())))?;
    let mut zip = ZipArchive::new(BufReader::new(open)).map_err(|e| unreadable(e.to_string()))?;
    let mut text = Vec::new();
    let entry = zip.by_name(MANIFEST).map_err(|e| unreadable(e.to_string()))?;
    entry.take(MOST_MANIFEST).read_to_end(&mut text).map_err(|e| unreadable(e.to_string()))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| unreadable(e.to_string()))?;
    if manifest.form != FORM {
        return Err(Failure::invalid("backup_form_unknown").with("form", manifest.form));
    }
    let mut faults = Vec::new();
    let (mut files, mut files_bytes) = (BTreeSet::new(), 0);
    let all = zip.len();
    for n in 0..all {
        tell("files", n as u64, all as u64);
        let mut entry = zip.by_index(n).map_err(|e| unreadable(e.to_string()))?;
        let name = entry.name().map_err(|e| unreadable(e.to_string()))?.into_owned();
        if name == MANIFEST {
            continue;
        }
        if name == DATABASE {
            let mut out = File::create_new(dir.join(DATABASE)).map_err(Failure::broken)?;
            // Not one byte more than was said: an archive that swells fills no disk.
            let read = std::io::copy(&mut (&mut entry).take(manifest.database_bytes.saturating_add(1)), &mut out);
            if read.is_err() {
                faults.push(Failure::invalid("backup_part_damaged").with("name", DATABASE));
            }
            out.sync_all().map_err(Failure::broken)?;
            continue;
        }
        let sha256 = name.strip_prefix(FILES).and_then(|rest| rest.split_once('/')).map(|(_, sha256)| sha256.to_owned());
        let Some(sha256) = sha256.filter(|text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())) else {
            faults.push(Failure::invalid("backup_part_unknown").with("name", &name));
            continue;
        };
        let mut bytes = Vec::new();
        let read = entry.take(MOST_ORIGINAL as u64 * 4).read_to_end(&mut bytes);
        let found = data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
        if read.is_err() || found != sha256 {
            faults.push(Failure::invalid("backup_part_damaged").with("name", &name));
            continue;
        }
        files_bytes += bytes.len() as u64;
        if let Some(shelf) = shelf {
            shelf.put(&bytes).map_err(Failure::broken)?;
        }
        files.insert(sha256);
    }
    tell("files", all as u64, all as u64);
    if !dir.join(DATABASE).exists() {
        return Err(unreadable(format!("no {DATABASE}")));
    }
    if hash_of(&dir.join(DATABASE))? != (manifest.database_sha256.clone(), manifest.database_bytes) {
        faults.push(Failure::invalid("backup_part_damaged").with("name", DATABASE));
    }
    if (files.len() as u64, files_bytes) != (manifest.files, manifest.files_bytes) {
        let differs = Failure::invalid("backup_files_differ").with("found", files.len());
        faults.push(differs.with("said", manifest.files));
    }
    Ok(Unpacked { manifest, files, faults })
}
