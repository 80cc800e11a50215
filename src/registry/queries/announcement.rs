//! Announcements for everybody.

use serde::Serialize;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::kernel::{Failure, Outcome, clock};
use crate::registry::announcement::{AnnouncementKind, Issuer};
use crate::registry::store::{self, AnnouncementRow};

/// An announcement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnnouncementView {
    /// `ann_…`
    pub id: String,
    /// aqsiq, cnipa or agriculture.
    pub issuer: String,
    /// As quoted.
    pub number: String,
    /// acceptance, preliminary_recognition, recognition, mark_users, change or cancellation.
    pub kind: String,
    /// As precise as the source.
    pub announced_on: Option<String>,
    /// Title.
    pub title: String,
    /// The rights it speaks of, `rig_…`.
    pub right_ids: Vec<String>,
    /// Where it was seen.
    pub source: String,
    /// Its address.
    pub source_url: Option<String>,
    /// A, B or C.
    pub confidence: String,
    /// Remarks.
    pub note: Option<String>,
    /// RFC 3339.
    pub recorded_at: String,
}

/// Announcements in the order they were recorded.
///
/// # Errors
/// Only ours.
pub async fn announcements(
    db: &Db,
    issuer: Option<Issuer>,
    kind: Option<AnnouncementKind>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<AnnouncementView>> {
    let rows =
        store::announcement::page(db.reader(), issuer.map(Issuer::word), kind.map(AnnouncementKind::word), cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<AnnouncementView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: views(db, rows).await?, next_cursor })
}

/// One announcement.
///
/// # Errors
/// `not_found`.
pub async fn announcement(db: &Db, id: &str) -> Outcome<AnnouncementView> {
    let row = store::announcement::one(db.reader(), id).await?;
    views(db, vec![row]).await?.pop().ok_or_else(Failure::not_found)
}

async fn views(db: &Db, rows: Vec<AnnouncementRow>) -> Outcome<Vec<AnnouncementView>> {
    let links = store::announcement::links(db.reader(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let view = |row: AnnouncementRow| AnnouncementView {
        right_ids: links.iter().filter(|(paper, _)| *paper == row.id).map(|(_, right)| right.clone()).collect(),
        recorded_at: clock::rfc3339(row.recorded_at),
        id: row.id,
        issuer: row.issuer,
        number: row.number,
        kind: row.kind,
        announced_on: row.announced_on,
        title: row.title,
        source: row.source,
        source_url: row.source_url,
        confidence: row.confidence,
        note: row.note,
    };
    Ok(rows.into_iter().map(view).collect())
}
