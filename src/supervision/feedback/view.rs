//! Feedback as officers, rules and whoever holds a receipt see it.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::clock::Clocks;
use super::receipt::receipt_hash;
use super::{FeedbackState, last_four, masked};
use crate::db::Db;
use crate::files::{self, FileView};
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Clock, Day, Failure, Millis, Outcome};
use crate::registry::queries::{calendar, terms};
use crate::supervision::inbox::Due;
use crate::supervision::store::case;
use crate::supervision::store::feedback::{self as store, FILES, FeedbackRow, Narrow, ReportRow};
use crate::trace::store::{order as orders, stock};

/// The most reports of one feedback that a page shows.
const MOST_REPORTS: u64 = 100;
/// The most things in one inbox.
const MOST_DUE: u64 = 200;

/// What to look for; every field narrows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct FeedbackFilter {
    /// `received` `checking` `transferred` `answered` `closed`.
    pub state: Option<String>,
    /// `differs` `same_code` `origin` `health` `shop`.
    pub choice: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The batch.
    pub batch_id: Option<String>,
    /// The producer.
    pub producer_id: Option<String>,
}

impl FeedbackFilter {
    fn narrow(&self) -> Narrow<'_> {
        Narrow {
            state: self.state.as_deref(),
            open: false,
            choice: self.choice.as_deref(),
            code: self.code.as_deref(),
            batch_id: self.batch_id.as_deref(),
            producer_id: self.producer_id.as_deref(),
        }
    }
}

/// One report; who sent it is not in here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportView {
    /// `fbk_…`
    pub id: String,
    /// RFC 3339.
    pub received_at: String,
    /// What was said.
    pub text: Option<String>,
    /// Where it was bought.
    pub place: Option<String>,
    /// What it cost, as said.
    pub price: Option<String>,
    /// The shop's address.
    pub link: Option<String>,
    /// The telephone with its middle hidden.
    pub phone_masked: Option<String>,
    /// A name was left.
    pub named: bool,
    /// Photographs.
    pub photos: Vec<FileView>,
    /// Telephone, words and photographs were taken away at this moment.
    pub erased_at: Option<String>,
}

/// Feedback.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeedbackView {
    /// `fbk_…`
    pub id: String,
    /// `20261126-0007`
    pub number: String,
    /// What it is about.
    pub choice: String,
    /// By which rules: `own` `complaint` `report`.
    pub channel: String,
    /// How far it has come.
    pub state: String,
    /// The code.
    pub code: Option<String>,
    /// Its order.
    pub order_id: Option<String>,
    /// Its batch.
    pub batch_id: Option<String>,
    /// The lot.
    pub lot: Option<String>,
    /// The producer.
    pub producer_id: Option<String>,
    /// Its name.
    pub producer: Option<String>,
    /// The product.
    pub product_id: Option<String>,
    /// Its name.
    pub product: Option<String>,
    /// The place whose officers deal with it; empty where it is not known.
    pub division_code: String,
    /// Address of the shop.
    pub link: Option<String>,
    /// How many reports say the same.
    pub reports: i64,
    /// RFC 3339.
    pub first_at: String,
    /// RFC 3339.
    pub last_at: String,
    /// The last day for the next step.
    pub due_on: String,
    /// The day a complaint was accepted.
    pub accepted_on: Option<String>,
    /// The check of a report was extended.
    pub extended: bool,
    /// Who looks into it.
    pub taken_by: Option<String>,
    /// The public answer.
    pub answer: Option<String>,
    /// RFC 3339.
    pub answered_at: Option<String>,
    /// When it was handed over to 12315.
    pub transferred_at: Option<String>,
    /// 登记编号 of 12315.
    pub outside_no: Option<String>,
    /// What kind 12315 calls it.
    pub outside_kind: Option<String>,
    /// How far it has come there.
    pub outside_state: Option<String>,
    /// Day of that state.
    pub outside_on: Option<String>,
    /// Why it was closed.
    pub closed_reason: Option<String>,
    /// Telephone, words and photographs of every report were taken away.
    pub erased_at: Option<String>,
    /// Each report; only of one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ReportView>,
    /// Cases that link it; only of one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
}

impl FeedbackView {
    /// Of a row, with the names of what it is about.
    ///
    /// # Errors
    /// Only ours.
    pub async fn read<C: ConnectionTrait>(connection: &C, row: FeedbackRow) -> Outcome<Self> {
        let lot = match &row.batch_id {
            Some(id) => Some(stock::batch(connection, id).await?.lot),
            None => None,
        };
        let producer = match &row.producer_id {
            Some(id) => orders::producer(connection, id).await?.map(|row| row.name),
            None => None,
        };
        let product = match &row.product_id {
            Some(id) => orders::product(connection, id).await?.map(|row| row.name),
            None => None,
        };
        Ok(Self {
            id: row.id,
            number: row.number,
            choice: row.choice,
            channel: row.channel,
            state: row.state,
            code: row.code,
            order_id: row.order_id,
            batch_id: row.batch_id,
            lot,
            producer_id: row.producer_id,
            producer,
            product_id: row.product_id,
            product,
            division_code: row.division_code,
            link: row.link,
            reports: row.reports,
            first_at: rfc3339(row.first_at),
            last_at: rfc3339(row.last_at),
            due_on: row.due_on,
            accepted_on: row.accepted_on,
            extended: row.extended,
            taken_by: row.taken_by,
            answer: row.answer,
            answered_at: row.answered_at.map(rfc3339),
            transferred_at: row.transferred_at.map(rfc3339),
            outside_no: row.outside_no,
            outside_kind: row.outside_kind,
            outside_state: row.outside_state,
            outside_on: row.outside_on,
            closed_reason: row.closed_reason,
            erased_at: row.erased_at.map(rfc3339),
            items: Vec::new(),
            cases: Vec::new(),
        })
    }
    /// Does somebody still wait?
    pub fn is_open(&self) -> bool {
        FeedbackState::parse(&self.state).is_some_and(FeedbackState::is_open)
    }
    /// Goods in a line: product and lot, or the host of the shop.
    pub fn about(&self) -> String {
        let goods: Vec<&str> = [self.product.as_deref(), self.lot.as_deref(), self.code.as_deref()].into_iter().flatten().collect();
        match (goods.is_empty(), &self.link) {
            (false, _) => goods.join(" · "),
            (true, Some(link)) => super::host(link).unwrap_or_else(|| link.chars().take(40).collect()),
            (true, None) => self.number.clone(),
        }
    }
}

/// Feedback within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn feedback_list(
    db: &Db,
    actor: &Actor,
    filter: &FeedbackFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<FeedbackView>, Option<String>)> {
    let limit = limit.unwrap_or(50);
    let mut rows = store::newest(db.reader(), &actor.scope, &filter.narrow(), cursor, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(FeedbackView::read(db.reader(), row).await?);
    }
    Ok((items, next))
}

/// What waits, the nearest due first.
///
/// # Errors
/// Only ours.
pub async fn feedback_waiting(db: &Db, actor: &Actor, filter: &FeedbackFilter, limit: u64) -> Outcome<Vec<FeedbackView>> {
    let narrow = Narrow { open: filter.state.is_none(), ..filter.narrow() };
    let mut items = Vec::new();
    for row in store::by_due(db.reader(), &actor.scope, &narrow, limit).await? {
        items.push(FeedbackView::read(db.reader(), row).await?);
    }
    Ok(items)
}

/// One within reach, with its reports and cases.
///
/// # Errors
/// `not_found`, also out of reach.
pub async fn feedback_one(db: &Db, actor: &Actor, id: &str) -> Outcome<FeedbackView> {
    let row = store::row(db.reader(), &actor.scope, id).await?;
    let mut items = Vec::new();
    for report in store::reports(db.reader(), id, MOST_REPORTS).await? {
        items.push(report_view(db, report).await?);
    }
    let mut cases = Vec::new();
    for linking in case::linking(db.reader(), id).await? {
        // Another region's case is not there.
        match case::one(db.reader(), &actor.scope, &linking).await {
            Ok(row) => cases.push(row.id),
            Err(failure) if failure.says("not_found") => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(FeedbackView { items, cases, ..FeedbackView::read(db.reader(), row).await? })
}

async fn report_view(db: &Db, row: ReportRow) -> Outcome<ReportView> {
    Ok(ReportView {
        photos: files::of(db, FILES, &row.id).await?,
        id: row.id,
        received_at: rfc3339(row.received_at),
        text: row.said,
        place: row.bought_at,
        price: row.price,
        link: row.link,
        phone_masked: row.phone.as_deref().map(masked),
        named: row.reporter.is_some(),
        erased_at: row.erased_at.map(rfc3339),
    })
}

/// A photograph of one report, within reach.
///
/// # Errors
/// `not_found`.
pub async fn photo(db: &Db, actor: &Actor, id: &str, file_id: &str) -> Outcome<files::FileRow> {
    store::row(db.reader(), &actor.scope, id).await?;
    for report in store::reports(db.reader(), id, MOST_REPORTS).await? {
        if let Some(found) = files::rows(db, FILES, &report.id).await?.into_iter().find(|row| row.id == file_id) {
            return Ok(found);
        }
    }
    Err(Failure::not_found())
}

/// What whoever holds a receipt may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// `received` `checking` `answered` `closed`; what 12315 has is being checked.
    pub state: &'static str,
    /// The feedback's number.
    pub number: String,
    /// When this report came in.
    pub received_at: Millis,
    /// Until when there is an answer or the next step.
    pub due_on: String,
    /// The public answer.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Millis>,
    /// 登记编号 of 12315.
    pub outside_no: Option<String>,
    /// How far it has come there.
    pub outside_state: Option<String>,
    /// Photographs kept.
    pub photos: i64,
    /// Telephone, words and photographs of this report were taken away.
    pub erased: bool,
    /// The code it is about.
    pub code: Option<String>,
    /// A telephone was left: its last four digits, or the code, are asked for before more is shown.
    pub guarded: bool,
    last_four: Option<String>,
}

impl Followed {
    /// Is this the second word?
    pub fn opens(&self, word: &str) -> bool {
        let typed = crate::kernel::text::identifier(word);
        let is_phone = self.last_four.as_deref() == Some(typed.as_str());
        is_phone || self.code.as_deref().is_some_and(|code| crate::trace::code::Code::parse(word).is_ok_and(|read| read.as_str() == code))
    }
}

/// What became of the report with this receipt; nothing for one that was never given.
///
/// # Errors
/// Only ours.
pub async fn follow(db: &Db, receipt: &str) -> Outcome<Option<Followed>> {
    let Some((report, row)) = store::by_receipt(db.reader(), &receipt_hash(receipt)).await? else { return Ok(None) };
    let state = match FeedbackState::parse(&row.state) {
        Some(FeedbackState::Received) => "received",
        Some(FeedbackState::Checking | FeedbackState::Transferred) => "checking",
        Some(FeedbackState::Answered) => "answered",
        _ => "closed",
    };
    Ok(Some(Followed {
        state,
        number: row.number,
        received_at: report.received_at,
        due_on: row.due_on,
        answer: row.answer,
        answered_at: row.answered_at,
        outside_no: row.outside_no,
        outside_state: row.outside_state,
        photos: report.photos,
        erased: report.erased_at.is_some(),
        code: row.code,
        guarded: report.phone.is_some(),
        last_four: report.phone.as_deref().map(last_four),
    }))
}

/// Bytes that photographs of anonymous reports take now.
///
/// # Errors
/// Only ours.
pub async fn bytes_held(db: &Db) -> Outcome<i64> {
    store::bytes_held(db.reader()).await
}

/// Limits and calendar for the clocks of feedback.
///
/// # Errors
/// Only ours.
pub async fn clocks(db: &Db) -> Outcome<Clocks> {
    Ok(Clocks { terms: terms(db).await?, calendar: calendar(db).await? })
}

/// What waits for an officer, for the inbox.
///
/// # Errors
/// Only ours.
pub async fn due(db: &Db, actor: &Actor, _clock: &Clock) -> Outcome<Vec<Due>> {
    let waiting = feedback_waiting(db, actor, &FeedbackFilter::default(), MOST_DUE).await?;
    let thing = |view: FeedbackView| Due {
        kind: "feedback",
        title: view.about(),
        since: crate::kernel::clock::parse_rfc3339(&view.first_at).unwrap_or(0),
        due_on: Day::parse(&view.due_on),
        href: format!("/work/feedback/{}", view.id),
        step: if view.state == FeedbackState::Received.word() { "check" } else { "answer" },
        id: view.id,
    };
    Ok(waiting.into_iter().map(thing).collect())
}
