//! Orders to mend something as their readers see them: officers those of their region, producers and sellers their own.

use serde::Serialize;
use utoipa::ToSchema;

use super::commands::rectification::FILES_OF;
use super::inbox::Due;
use super::rectification::{RectificationSource, RectificationState};
use super::store::rectification::{self as store, RectificationNoteRow, RectificationRow, Wanted};
use crate::db::Db;
use crate::files::{self, FileView};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Clock, Day, Outcome, Scope};
use crate::trace::store::{stock, stop};

/// One thing said in the rounds of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RectificationNote {
    /// RFC 3339.
    pub at: String,
    /// Account.
    pub noted_by: String,
    /// `ordered` `replied` `again` `accepted` `expired`.
    pub act: String,
    /// What was said.
    pub said: String,
    /// The day set with it.
    pub due_on: Option<String>,
    /// How many files came with it.
    pub files: i64,
    /// Of a report on a recall: how much had come back, in the base unit of the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered: Option<i64>,
    /// … and how much of it was destroyed or made harmless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposed: Option<i64>,
}

/// What a report on a recall is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecalledGoods {
    /// `bat_…`
    pub batch_id: String,
    /// Its lot.
    pub lot: String,
    /// `pro_…`
    pub product_id: String,
    /// All of it, in the base unit.
    pub amount: i64,
}

/// An order to mend something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RectificationView {
    /// `rct_…`
    pub id: String,
    /// `listing` `inspection` `feedback` `recall`.
    pub source: String,
    /// Its id.
    pub source_id: String,
    /// `org_…` of the addressee, if it is one.
    pub organisation_id: Option<String>,
    /// `sel_…`, if a seller was addressed.
    pub seller_id: Option<String>,
    /// The addressee's name.
    pub name: String,
    /// Its division.
    pub division_code: String,
    /// Number of the document.
    pub document_no: Option<String>,
    /// What is to be mended.
    pub what: String,
    /// Until when, in the round that runs.
    pub due_on: String,
    /// `ordered` `replied` `again` `accepted` `expired`.
    pub state: String,
    /// Account.
    pub ordered_by: String,
    /// RFC 3339.
    pub ordered_at: String,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// What was said, in order; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<RectificationNote>,
    /// Photographs and papers; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileView>,
    /// The goods, of a report on a recall; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalled: Option<RecalledGoods>,
}

impl RectificationView {
    /// The last figures of a report on a recall: what came back, and what of it was done away with.
    pub fn figures(&self) -> Option<(i64, i64)> {
        self.notes.iter().rev().find_map(|note| Some((note.recovered?, note.disposed?)))
    }
}

impl From<RectificationRow> for RectificationView {
    fn from(row: RectificationRow) -> Self {
        Self {
            id: row.id,
            source: row.source,
            source_id: row.source_id,
            organisation_id: row.organisation_id,
            seller_id: row.seller_id,
            name: row.name,
            division_code: row.division_code,
            document_no: row.document_no,
            what: row.what,
            due_on: row.due_on,
            state: row.state,
            ordered_by: row.ordered_by,
            ordered_at: rfc3339(row.ordered_at),
            ended_at: row.ended_at.map(rfc3339),
            notes: Vec::new(),
            files: Vec::new(),
            recalled: None,
        }
    }
}

fn said(row: RectificationNoteRow) -> RectificationNote {
    RectificationNote {
        at: rfc3339(row.at),
        noted_by: row.noted_by,
        act: row.act,
        said: row.said,
        due_on: row.due_on,
        files: row.files,
        recovered: row.recovered,
        disposed: row.disposed,
    }
}

/// Orders within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn rectifications(
    db: &Db,
    actor: &Actor,
    state: Option<&str>,
    source_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<RectificationView>> {
    let wanted = Wanted { state: state.map(str::to_owned), source_id: source_id.map(str::to_owned), running: false };
    let rows = store::page(db.reader(), &actor.scope, &wanted, cursor, limit).await?;
    Ok(rows.into_iter().map(RectificationView::from).collect())
}

/// One order within reach, with all that was said.
///
/// # Errors
/// `not_found`, also for another's.
pub async fn rectification(db: &Db, actor: &Actor, id: &str) -> Outcome<RectificationView> {
    let mut view = RectificationView::from(store::one(db.reader(), &actor.scope, id).await?);
    view.notes = store::notes(db.reader(), id).await?.into_iter().map(said).collect();
    view.files = files::of(db, FILES_OF, id).await?;
    if view.source == RectificationSource::Recall.word() {
        let recall = stop::recall(db.reader(), &view.source_id).await?;
        let batch = stock::batch(db.reader(), &recall.batch_id).await?;
        view.recalled = Some(RecalledGoods { batch_id: batch.id, lot: batch.lot, product_id: batch.product_id, amount: batch.amount });
    }
    Ok(view)
}

/// The report on a recall with what was said, for whoever may see the recall; nothing for recalls from before there were reports.
///
/// # Errors
/// Only ours.
pub async fn report_on(db: &Db, recall_id: &str) -> Outcome<Option<RectificationView>> {
    let wanted = Wanted { source_id: Some(recall_id.to_owned()), ..Wanted::default() };
    let rows = store::page(db.reader(), &Scope::everything(), &wanted, None, 50).await?;
    // The oldest is the one that the announcement opened.
    let Some(row) = rows.into_iter().last() else { return Ok(None) };
    let mut view = RectificationView::from(row);
    view.notes = store::notes(db.reader(), &view.id).await?.into_iter().map(said).collect();
    Ok(Some(view))
}

/// What waits: for an officer the answers to check and the orders whose day has passed, for an addressee the orders to answer.
///
/// # Errors
/// Only ours.
pub async fn due(db: &Db, actor: &Actor, clock: &Clock) -> Outcome<Vec<Due>> {
    let today = clock.today();
    let rows = store::page(db.reader(), &actor.scope, &Wanted { running: true, ..Wanted::default() }, None, 500).await?;
    let waits = |row: RectificationRow| {
        let state = RectificationState::parse(&row.state)?;
        let own = row.organisation_id.as_ref().is_some_and(|id| actor.organisation_id.as_ref() == Some(id));
        let due_on = Day::parse(&row.due_on);
        let step = match (own, state.waits_for_addressee()) {
            (true, true) => "answer",
            (false, false) => "check",
            (false, true) if due_on.is_some_and(|day| day < today) => "decide",
            _ => return None,
        };
        Some(Due {
            kind: "rectification",
            title: row.name,
            since: row.replied_at.filter(|_| step == "check").unwrap_or(row.ordered_at),
            due_on,
            href: format!("/work/rectifications/{}", row.id),
            id: row.id,
            step,
        })
    };
    Ok(rows.into_iter().filter_map(waits).collect())
}
