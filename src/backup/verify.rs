//! Proving a backup: not that the archive opens, but that what is in it would serve.

use std::path::Path;

use super::manifest::{DATABASE, Manifest};
use super::unpack::{Unpacked, unpack};
use super::{Tell, store};
use crate::db::{self, Db};
use crate::files::store::named;
use crate::kernel::{Failure, Outcome};
use crate::ledger::{self, Notary};
use crate::trace;
use crate::trace::commands::rotation::check_keys;
use crate::trace::keys::KeyProvider;

/// What a backup is held against. Without keys what they prove stays open, and the answer says so.
#[derive(Clone, Copy, Default)]
pub struct Proof<'a> {
    /// Master keys kept elsewhere.
    pub keys: Option<&'a dyn KeyProvider>,
    /// The ledger's key kept elsewhere.
    pub notary: Option<&'a Notary>,
}

/// What reading a backup found.
#[derive(Debug)]
pub struct Verified {
    /// What it says of itself.
    pub manifest: Manifest,
    /// What is wrong with it, in words; sound if there is nothing.
    pub faults: Vec<Failure>,
    /// Was the newest order opened with the master key at hand?
    pub keys_tried: bool,
    /// Was the signature of the ledger's head checked?
    pub signature_tried: bool,
}

/// Reads the whole archive in `scratch`, an empty directory: every part against its hash, the database's pages and keys, every event of the
/// ledger and the tables against it, the signed head, the master key on the newest order, every file a row names.
///
/// # Errors
/// `backup_unreadable` or `backup_form_unknown` if it is none of ours; `schema_newer`.
pub async fn verify(archive: &Path, scratch: &Path, proof: Proof<'_>, tell: Tell<'_>) -> Outcome<Verified> {
    let unpacked = unpack(archive, scratch, None, tell)?;
    examine(scratch, unpacked, proof).await
}

/// Examines what was unpacked to `dir`; its database is brought to this program's schema by that.
pub(super) async fn examine(dir: &Path, unpacked: Unpacked, proof: Proof<'_>) -> Outcome<Verified> {
    let Unpacked { manifest, files, mut faults } = unpacked;
    let file = dir.join(DATABASE);
    let (keys_tried, signature_tried) = (proof.keys.is_some(), proof.notary.is_some());
    if !faults.is_empty() {
        return Ok(Verified { manifest, faults, keys_tried: false, signature_tried: false });
    }
    for line in db::unsound(&file).await? {
        faults.push(Failure::invalid("backup_database_unsound").with("line", line));
    }
    let copy = Db::open(&db::file_url(&file)?).await?;
    let examined = contents(&copy, &manifest, &files, proof, &mut faults).await;
    copy.close().await;
    examined?;
    Ok(Verified { manifest, faults, keys_tried, signature_tried })
}

async fn contents(
    copy: &Db,
    manifest: &Manifest,
    files: &std::collections::BTreeSet<String>,
    proof: Proof<'_>,
    faults: &mut Vec<Failure>,
) -> Outcome<()> {
    db::up(copy).await?;
    let kept = match proof.notary {
        Some(notary) => notary.read(&format!("{}\n", manifest.checkpoint)).unwrap_or_default(),
        None => Vec::new(),
    };
    if proof.notary.is_some() && kept.is_empty() {
        faults.push(Failure::invalid("backup_signature_wrong"));
    }
    let mut replay = trace::replay::Replay::default();
    let mut report = ledger::verify(copy.reader(), &kept, |_, _, body| replay.fold(body)).await?;
    report.findings.extend(trace::store::replay::compare(copy.reader(), &replay).await?);
    if report.size != manifest.ledger_size {
        faults.push(Failure::invalid("backup_ledger_differs").with("finding", format!("{} ≠ {}", report.size, manifest.ledger_size)));
    }
    faults.extend(report.findings.iter().map(|finding| Failure::invalid("backup_ledger_differs").with("finding", format!("{finding:?}"))));
    if let Some(keys) = proof.keys
        && let Err(failure) = check_keys(copy, keys).await
    {
        faults.push(failure);
    }
    if store::has_left_out(copy.reader()).await? {
        faults.push(Failure::invalid("backup_holds_sessions"));
    }
    let missing = named(copy.reader()).await?.into_iter().filter(|name| !files.contains(name) && !manifest.missing.contains(name));
    faults.extend(missing.map(|name| Failure::invalid("backup_file_missing").with("name", name)));
    Ok(())
}
