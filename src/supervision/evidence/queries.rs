//! Evidence as it is read, and whether it is still what it was.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BytesState, EvidenceRecord, bytes_state, record_hash};
use crate::db::Db;
use crate::files::{self, FileRow, Shelf};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Outcome};
use crate::supervision::store::evidence::{self as store, EvidenceRow};

/// A record with its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceView {
    /// The record, exactly what is hashed.
    #[serde(flatten)]
    pub record: EvidenceRecord,
    /// SHA-256 of the record as canonical JSON.
    pub hash: String,
    /// When it reached the server, RFC 3339 UTC.
    pub recorded_at: String,
}

impl EvidenceView {
    /// Of a row.
    ///
    /// # Errors
    /// Only ours.
    pub fn of(row: EvidenceRow) -> Outcome<Self> {
        Ok(Self { record: EvidenceRecord::read(&row.record)?, hash: row.hash, recorded_at: rfc3339(row.taken_at) })
    }
}

/// What a list of evidence is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFilter {
    /// About this listing, case …
    pub subject_id: Option<String>,
}

/// Evidence within reach, newest first.
///
/// # Errors
/// Only ours.
pub async fn evidence(
    db: &Db,
    actor: &Actor,
    filter: &EvidenceFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<EvidenceView>, Option<String>)> {
    let limit = limit.unwrap_or(50).clamp(1, 200);
    let mut rows = store::page(db.reader(), &actor.scope, filter.subject_id.as_deref(), cursor, limit + 1).await?;
    let whole = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > whole;
    rows.truncate(whole);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok((rows.into_iter().map(EvidenceView::of).collect::<Outcome<_>>()?, next))
}

/// One record.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub async fn one_evidence(db: &Db, actor: &Actor, id: &str) -> Outcome<EvidenceView> {
    EvidenceView::of(store::one(db.reader(), &actor.scope, id).await?)
}

/// What supplements a record, in its order.
///
/// # Errors
/// Only ours.
pub async fn supplements(db: &Db, id: &str) -> Outcome<Vec<EvidenceView>> {
    store::supplements(db.reader(), id).await?.into_iter().map(EvidenceView::of).collect()
}

/// What became of one original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckedOriginal {
    /// `fil_…`
    pub file_id: String,
    /// Its name.
    pub name: String,
    /// same, changed or gone.
    pub state: BytesState,
}

/// Whether one record and its originals are what they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceCheck {
    /// `evd_…`
    pub id: String,
    /// Everything below is as it was.
    pub sound: bool,
    /// The record's text has its hash, and its row says the same.
    pub record: bool,
    /// It holds the hash of the record before it, and the one after it holds its own.
    pub chain: bool,
    /// Each original.
    pub files: Vec<CheckedOriginal>,
}

/// Reads the stored bytes of a record again and compares every hash.
///
/// # Errors
/// `not_found`; the disk.
pub async fn check(db: &Db, shelf: &Shelf, actor: &Actor, id: &str) -> Outcome<EvidenceCheck> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let read = EvidenceRecord::read(&row.record).ok();
    let record = read.as_ref().is_some_and(|record| record_hash(&row.record) == row.hash && says(record, &row));
    let before =
        if row.chain_no == 1 { Some(String::new()) } else { store::numbered(db.reader(), row.chain_no - 1).await?.map(|r| r.hash) };
    let after = match store::numbered(db.reader(), row.chain_no + 1).await? {
        Some(next) => EvidenceRecord::read(&next.record).ok().map(|next| next.previous_hash),
        None => Some(store::head(db.reader()).await?.1),
    };
    let chain = read.as_ref().map(|record| &record.previous_hash) == before.as_ref() && after.as_deref() == Some(row.hash.as_str());
    let mut files = Vec::new();
    for original in read.map(|record| record.files).unwrap_or_default() {
        let bytes = shelf.lying(&original.sha256).await?;
        let compared = original.clone();
        let state = tokio::task::spawn_blocking(move || bytes_state(&compared, bytes.as_deref())).await.map_err(Failure::broken)?;
        files.push(CheckedOriginal { file_id: original.file_id, name: original.name, state });
    }
    let sound = record && chain && files.iter().all(|file| file.state == BytesState::Same);
    Ok(EvidenceCheck { id: row.id, sound, record, chain, files })
}

/// Does a row say what its record says?
fn says(record: &EvidenceRecord, row: &EvidenceRow) -> bool {
    record.id == row.id
        && record.chain_no == row.chain_no
        && record.subject_kind == row.subject_kind
        && record.subject_id == row.subject_id
        && record.supplements == row.supplements_id
        && record.division_code == row.division_code
        && record.method == row.method
        && record.recorded_by == row.taken_by
        && crate::kernel::clock::parse_rfc3339(&record.taken_at) == Some(row.taken_at)
}

/// Whether the chain is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainCheck {
    /// Records read.
    pub records: i64,
    /// The first number at which something is wrong.
    pub broken_at: Option<i64>,
    /// Hash of the last record.
    pub head: String,
}

/// Reads the whole chain, every record whoever took it, without the originals' bytes; says nothing of what is in them.
///
/// # Errors
/// Only ours.
pub async fn check_chain(db: &Db) -> Outcome<ChainCheck> {
    let (last, head) = store::head(db.reader()).await?;
    let (mut at, mut previous) = (0, String::new());
    loop {
        let rows = store::chain(db.reader(), at, 500).await?;
        if rows.is_empty() {
            let whole = at >= last && previous == head || store::head(db.reader()).await?.0 > last;
            return Ok(ChainCheck { records: at, broken_at: (!whole).then_some(at + 1), head });
        }
        for row in rows {
            let linked = EvidenceRecord::read(&row.record).is_ok_and(|record| record.previous_hash == previous && says(&record, &row));
            if row.chain_no != at + 1 || !linked || record_hash(&row.record) != row.hash {
                return Ok(ChainCheck { records: at, broken_at: Some(at + 1), head });
            }
            (at, previous) = (row.chain_no, row.hash);
        }
    }
}

/// The stored row of one original of a record within reach.
///
/// # Errors
/// `not_found`.
pub async fn original_of(db: &Db, actor: &Actor, id: &str, file_id: &str) -> Outcome<FileRow> {
    store::one(db.reader(), &actor.scope, id).await?;
    files::one_of(db, "evidence", id, file_id).await
}

/// A record, then what supplements it: what a pack holds.
///
/// # Errors
/// `not_found`; `evidence_changed` if anything is no longer what it was.
pub async fn to_pack(db: &Db, shelf: &Shelf, actor: &Actor, id: &str) -> Outcome<Vec<EvidenceView>> {
    let mut whole = vec![one_evidence(db, actor, id).await?];
    whole.extend(supplements(db, id).await?);
    for view in &whole {
        if !check(db, shelf, actor, &view.record.id).await?.sound {
            return Err(Failure::conflict("evidence_changed").with("id", &view.record.id));
        }
    }
    Ok(whole)
}
