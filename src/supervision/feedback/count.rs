//! Reports as rules count them (R21: somebody unwell, several of a batch, several of a producer; R22: an address that is not ours), and those whose
//! term of keeping is over.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use super::Choice;
use crate::db::Db;
use crate::kernel::{Day, Millis, Outcome};
use crate::supervision::store::feedback::{self as store, FeedbackRow, ReportRow};

/// The most reports a rule looks at.
const MOST_COUNTED: u64 = 10_000;

/// What reports are counted about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On<'a> {
    /// One code.
    Code(&'a str),
    /// A batch.
    Batch(&'a str),
    /// A producer.
    Producer(&'a str),
    /// A product.
    Product(&'a str),
    /// Addresses of shops and pages, whatever the goods.
    Links,
}

/// One report as a rule counts it (R21, R22): who sent it is only told apart, never known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The feedback.
    pub feedback_id: String,
    /// What it is about.
    pub choice: String,
    /// When.
    pub at: Millis,
    /// The same for reports of one visitor on one day; empty where it is not known.
    pub visitor: String,
    /// The host of the address that was named.
    pub host: Option<String>,
}

/// Reports about something since a moment, oldest first.
///
/// # Errors
/// Only ours.
pub async fn reports_on<C: ConnectionTrait>(connection: &C, on: On<'_>, since: Millis) -> Outcome<Vec<Reported>> {
    let found = store::since(connection, store::about(on), since, MOST_COUNTED).await?;
    let read = |(report, row): (ReportRow, FeedbackRow)| Reported {
        feedback_id: row.id,
        choice: row.choice,
        at: report.received_at,
        visitor: report.visitor,
        host: report.link.as_deref().or(row.link.as_deref()).and_then(super::host),
    };
    Ok(found.into_iter().map(read).collect())
}

/// How many are independent: one visitor counts once a day, and so does whoever is not known.
pub fn independent(reports: &[Reported]) -> usize {
    reports
        .iter()
        .map(|r| (Day::of(r.at).to_string(), r.visitor.clone(), r.visitor.is_empty().then(|| r.feedback_id.clone())))
        .collect::<BTreeSet<_>>()
        .len()
}

/// Somebody is unwell: how many say so.
pub fn unwell(reports: &[Reported]) -> usize {
    reports.iter().filter(|r| r.choice == Choice::Health.word()).count()
}

/// Feedback whose term of keeping is over on a day.
///
/// # Errors
/// Only ours.
pub async fn past_keeping(db: &Db, before: Millis, limit: u64) -> Outcome<Vec<String>> {
    store::past_keeping(db.reader(), before, limit).await
}
