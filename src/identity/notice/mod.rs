//! 通知: what somebody should know of what others did. Written in the act's own transaction by [`note`], so that there is never an act
//! without its notice or a notice without its act; read in the product, and sent out by whoever is set up to (`jobs`).

pub mod store;

use std::collections::BTreeMap;

use serde_json::json;

use crate::db::{Db, Tx};
use crate::kernel::ids::Noun;
use crate::kernel::{Actor, Desk, Failure, Millis, Outcome};

/// Whom a notice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To<'a> {
    /// Everybody of an organisation.
    Organisation(&'a str),
    /// One account.
    Account(&'a str),
}

macro_rules! kinds {
    ($($variant:ident = $word:literal,)*) => {
        /// What a notice says; its words are `work.notice.<word>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum About { $(#[doc = concat!("`", $word, "`")] $variant,)* }
        impl About {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word stored.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

kinds! {
    AnnualReportAccepted = "annual_report_accepted",
    AnnualReportClosing = "annual_report_closing",
    AnnualReportOpened = "annual_report_opened",
    AnnualReportReminded = "annual_report_reminded",
    AnnualReportReturned = "annual_report_returned",
    ApplicationApproved = "application_approved",
    ApplicationMoved = "application_moved",
    ApplicationRefused = "application_refused",
    ApplicationReturned = "application_returned",
    ApplicationSubmitted = "application_submitted",
    AdjustmentApproved = "adjustment_approved",
    AdjustmentRefused = "adjustment_refused",
    BatchHeld = "batch_held",
    BatchReleased = "batch_released",
    BatchUnheld = "batch_unheld",
    DeliveryVoided = "delivery_voided",
    LateConfirmed = "late_confirmed",
    LateDisputed = "late_disputed",
    LicenceDue = "licence_due",
    ObjectionMade = "objection_made",
    OrderApproved = "order_approved",
    OrderRefused = "order_refused",
    Recalled = "recalled",
    RecallLifted = "recall_lifted",
    RectificationAccepted = "rectification_accepted",
    RectificationExpired = "rectification_expired",
    RectificationOrdered = "rectification_ordered",
    RectificationReplied = "rectification_replied",
    RectificationReturned = "rectification_returned",
    RuleDoubtful = "rule_doubtful",
    SeasonApproved = "season_approved",
    SeasonRefused = "season_refused",
    StopLifted = "stop_lifted",
    Stopped = "stopped",
    StoryPublished = "story_published",
    StoryReturned = "story_returned",
    StoryWithdrawn = "story_withdrawn",
}

/// A notice as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `not_…`
    pub id: String,
    /// What it says.
    pub kind: String,
    /// What it is about, an id.
    pub subject_id: String,
    /// The values its words name.
    pub values: BTreeMap<String, String>,
    /// When.
    pub noted_at: Millis,
    /// Was it read?
    pub is_read: bool,
}

impl Notice {
    fn of(row: store::Row) -> Outcome<Self> {
        Ok(Self {
            values: serde_json::from_str(&row.about).map_err(Failure::broken)?,
            id: row.id,
            kind: row.kind,
            subject_id: row.subject_id,
            noted_at: row.noted_at,
            is_read: row.read_at.is_some(),
        })
    }
}

/// Notes something for somebody, in the transaction of the act it is about. Whoever did it is not told.
///
/// # Errors
/// The database's.
pub async fn note(tx: &Tx, desk: &Desk, to: To<'_>, about: About, subject_id: &str, values: &[(&str, &str)]) -> Outcome<()> {
    let itself = match to {
        To::Organisation(id) => desk.actor.organisation_id.as_deref() == Some(id),
        To::Account(id) => desk.actor.account_id == id,
    };
    if itself { Ok(()) } else { write(tx, desk, to, about, subject_id, values, None).await }
}

/// Notes what is due because of a date; under the same words of `once` it is noted once.
///
/// # Errors
/// The database's.
pub async fn note_once(
    tx: &Tx,
    desk: &Desk,
    to: To<'_>,
    about: About,
    subject_id: &str,
    values: &[(&str, &str)],
    once: &str,
) -> Outcome<()> {
    if store::is_noted(tx.connection(), once).await? { Ok(()) } else { write(tx, desk, to, about, subject_id, values, Some(once)).await }
}

async fn write(
    tx: &Tx,
    desk: &Desk,
    to: To<'_>,
    about: About,
    subject_id: &str,
    values: &[(&str, &str)],
    once: Option<&str>,
) -> Outcome<()> {
    let values: BTreeMap<&str, &str> = values.iter().copied().collect();
    let (organisation_id, account_id) = match to {
        To::Organisation(id) => (Some(id.to_owned()), None),
        To::Account(id) => (None, Some(id.to_owned())),
    };
    let row = store::Row {
        id: desk.new_id(Noun::Notice),
        kind: about.word().to_owned(),
        organisation_id,
        account_id,
        subject_id: subject_id.to_owned(),
        about: json!(values).to_string(),
        once: once.map(str::to_owned),
        noted_at: desk.clock.now(),
        read_at: None,
        read_by: None,
    };
    store::insert(tx, row).await
}

/// Notices for an account and its organisation, newest first, before `cursor`.
///
/// # Errors
/// The database's.
pub async fn notices(db: &Db, account_id: &str, own: Option<&str>, cursor: Option<&str>, limit: u64) -> Outcome<Vec<Notice>> {
    store::of(db.reader(), account_id, own, cursor, limit).await?.into_iter().map(Notice::of).collect()
}

/// How many nobody has read.
///
/// # Errors
/// The database's.
pub async fn unread(db: &Db, account_id: &str, own: Option<&str>) -> Outcome<u64> {
    store::unread(db.reader(), account_id, own).await
}

/// Marks what an actor reads as read, up to and with the notice `last`.
///
/// # Errors
/// The database's.
pub async fn mark_read(tx: &Tx, actor: &Actor, now: Millis, last: &str) -> Outcome<()> {
    store::mark_read(tx, &actor.account_id, actor.organisation_id.as_deref(), now, last).await
}
