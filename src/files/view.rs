//! Files for readers.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, FileRow};
use crate::db::Db;
use crate::kernel::{Actor, Failure, Outcome, clock};

/// A file somebody uploaded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileView {
    /// `fil_…`
    pub id: String,
    /// Its name where it came from.
    pub name: String,
    /// Its media type, told by its bytes.
    pub media: String,
    /// Bytes of the original.
    pub size: i64,
    /// SHA-256 of the original, hex.
    pub sha256: String,
    /// Can a page show it?
    pub is_picture: bool,
    /// photo, report, slip, evidence or licence.
    pub purpose: String,
    /// When.
    pub uploaded_at: String,
}

impl From<FileRow> for FileView {
    fn from(row: FileRow) -> Self {
        Self {
            is_picture: row.view_sha256.is_some(),
            uploaded_at: clock::rfc3339(row.uploaded_at),
            id: row.id,
            name: row.name,
            media: row.media,
            size: row.size,
            sha256: row.sha256,
            purpose: row.purpose,
        }
    }
}

/// What belongs to one thing. The caller has found that thing within the reader's reach.
///
/// # Errors
/// The database's.
pub async fn of(db: &Db, kind: &str, id: &str) -> Outcome<Vec<FileView>> {
    Ok(store::of(db.reader(), kind, id).await?.into_iter().map(FileView::from).collect())
}

/// The rows of what belongs to one thing, for a page that shows the pictures themselves. The caller has found that thing within reach.
///
/// # Errors
/// The database's.
pub async fn rows(db: &Db, kind: &str, id: &str) -> Outcome<Vec<FileRow>> {
    store::of(db.reader(), kind, id).await
}

/// One file of a thing whose reach the caller has measured.
///
/// # Errors
/// `not_found`, also for a file of something else.
pub async fn one_of(db: &Db, kind: &str, id: &str, file_id: &str) -> Outcome<FileRow> {
    rows(db, kind, id).await?.into_iter().find(|row| row.id == file_id).ok_or_else(Failure::not_found)
}

/// A file within the actor's reach.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub async fn one(db: &Db, actor: &Actor, id: &str) -> Outcome<FileRow> {
    store::one(db.reader(), &actor.scope, id).await
}
