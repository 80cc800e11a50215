//! What officers do with feedback.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{host_only, required, running, step};
use crate::db::Tx;
use crate::files::store as file_store;
use crate::files::{self, FileRow};
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::case::{CaseSource, LinkKind};
use crate::supervision::commands::case::{CaseInput, CaseLinkInput, open_case};
use crate::supervision::feedback::clock::{Clocks, Course};
use crate::supervision::feedback::{Channel, FeedbackState};
use crate::supervision::store::case::CaseRow;
use crate::supervision::store::feedback::{self as store, FILES, FeedbackRow};
use crate::trace::store::stock;

/// `POST /feedback/{id}/answer`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// What everybody with a receipt reads; no names, no telephone numbers.
    #[serde(default)]
    pub answer: String,
}

/// `POST /feedback/{id}/unmask`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskInput {
    /// Which report of it.
    pub report_id: String,
    /// Why it has to be known who reported.
    pub reason: String,
}

/// `POST /feedback/{id}/erase`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseInput {
    /// Which report; all of them if not given.
    #[serde(default)]
    pub report_id: Option<String>,
    /// Who asked for it, or which term is over.
    pub reason: String,
}

/// Who reported.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Unmasked {
    /// The telephone in full.
    pub phone: Option<String>,
    /// The name, in the statutory channel.
    pub name: Option<String>,
}

fn texted(pointer: &str, code: &'static str, typed: &str, most: usize) -> Outcome<String> {
    let mut faults = Faults::new();
    let text = required(&mut faults, pointer, code, typed, most);
    faults.check().map(|()| text)
}

/// Takes it: whoever takes it looks into it.
///
/// # Errors
/// `not_found`, `already_decided`, `feedback_step`.
pub async fn take_feedback(tx: &Tx, desk: &Desk, id: &str) -> Outcome<FeedbackRow> {
    let (mut row, from) = running(tx, desk, id).await?;
    step(&mut row, from, FeedbackState::Checking)?;
    row.taken_by = Some(desk.actor.account_id.clone());
    store::update(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_TAKEN, id, json!({}))).await?;
    Ok(row)
}

/// Answers it in public words; an answer may be corrected until it is closed.
///
/// # Errors
/// `not_found`, `already_decided`, `feedback_answer_missing`.
pub async fn answer_feedback(tx: &Tx, desk: &Desk, id: &str, input: &AnswerInput) -> Outcome<FeedbackRow> {
    let answer = texted("/answer", "feedback_answer_missing", &input.answer, 1000)?;
    let (mut row, from) = running(tx, desk, id).await?;
    step(&mut row, from, FeedbackState::Answered)?;
    (row.answer, row.answered_by, row.answered_at) = (Some(answer.clone()), Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_ANSWERED, id, json!({ "answer": answer }))).await?;
    Ok(row)
}

/// Hands it over to 12315, with the summary the page shows; its number is recorded when 12315 gives one.
///
/// # Errors
/// `not_found`, `already_decided`, `feedback_step`.
pub async fn transfer_feedback(tx: &Tx, desk: &Desk, id: &str) -> Outcome<FeedbackRow> {
    let (mut row, from) = running(tx, desk, id).await?;
    step(&mut row, from, FeedbackState::Transferred)?;
    row.transferred_at = Some(desk.clock.now());
    store::update(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_TRANSFERRED, id, json!({}))).await?;
    Ok(row)
}

fn course(row: &FeedbackRow) -> Outcome<Course> {
    let channel = Channel::parse(&row.channel).ok_or_else(|| Failure::broken("an unknown word is stored in feedback.channel"))?;
    let accepted = row.accepted_on.as_deref().and_then(Day::parse);
    Ok(Course { channel, at_once: false, received: Day::of(row.first_at), accepted, extended: row.extended })
}

/// Accepts a complaint: from now on its mediation has its own term.
///
/// # Errors
/// `not_found`, `already_decided` (also if it was accepted), `feedback_not_statutory` for anything but a complaint.
pub async fn accept_complaint(tx: &Tx, desk: &Desk, clocks: &Clocks, id: &str) -> Outcome<FeedbackRow> {
    let (mut row, _) = running(tx, desk, id).await?;
    let course = course(&row)?;
    if course.channel != Channel::Complaint {
        return Err(Failure::conflict("feedback_not_statutory"));
    }
    if row.accepted_on.is_some() {
        return Err(Failure::conflict("already_decided").with("state", "accepted"));
    }
    let today = desk.clock.today();
    row.accepted_on = Some(today.to_string());
    row.due_on = clocks.due(Course { accepted: Some(today), ..course })?.to_string();
    store::update(tx, &row).await?;
    let facts = json!({ "on": row.accepted_on, "due_on": row.due_on });
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_ACCEPTED, id, facts)).await?;
    Ok(row)
}

/// Extends the check of a report, once.
///
/// # Errors
/// `not_found`, `already_decided` (also if it was extended), `feedback_not_statutory` for anything but a report, `reason_missing`.
pub async fn extend_check(tx: &Tx, desk: &Desk, clocks: &Clocks, id: &str, reason: &str) -> Outcome<FeedbackRow> {
    let reason = texted("/reason", "reason_missing", reason, 500)?;
    let (mut row, _) = running(tx, desk, id).await?;
    let course = course(&row)?;
    if course.channel != Channel::Report {
        return Err(Failure::conflict("feedback_not_statutory"));
    }
    if row.extended {
        return Err(Failure::conflict("already_decided").with("state", "extended"));
    }
    row.extended = true;
    row.due_on = clocks.due(Course { extended: true, ..course })?.to_string();
    store::update(tx, &row).await?;
    let facts = json!({ "reason": reason, "due_on": row.due_on });
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_EXTENDED, id, facts)).await?;
    Ok(row)
}

/// Ends it, with the reason.
///
/// # Errors
/// `not_found`, `already_decided`, `reason_missing`.
pub async fn close_feedback(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<FeedbackRow> {
    let reason = texted("/reason", "reason_missing", reason, 500)?;
    let (mut row, from) = running(tx, desk, id).await?;
    step(&mut row, from, FeedbackState::Closed)?;
    row.closed_reason = Some(reason.clone());
    (row.closed_by, row.closed_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_CLOSED, id, json!({ "reason": reason }))).await?;
    Ok(row)
}

/// Shows who reported, for a reason that stays in the ledger.
///
/// # Errors
/// `not_found`, `reason_missing`, `feedback_nobody` where nobody left anything.
pub async fn unmask_reporter(tx: &Tx, desk: &Desk, id: &str, input: &UnmaskInput) -> Outcome<Unmasked> {
    let reason = texted("/reason", "reason_missing", &input.reason, 500)?;
    store::lock(tx, &desk.actor.scope, id).await?;
    let report = store::report(tx.connection(), id, &input.report_id).await?;
    if report.phone.is_none() && report.reporter.is_none() {
        return Err(Failure::conflict("feedback_nobody"));
    }
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_UNMASKED, id, json!({ "report": report.id, "reason": reason }))).await?;
    Ok(Unmasked { phone: report.phone, name: report.reporter })
}

/// Takes telephone, name, words and photographs away, from the tables and from what the ledger says; the leaves stay, so that it remains
/// proved that it was received. Answers the files whose bytes may go now (see [`crate::files::Shelf::forget`]).
///
/// # Errors
/// `not_found`, `reason_missing`.
pub async fn erase_feedback(tx: &Tx, desk: &Desk, id: &str, input: &EraseInput) -> Outcome<Vec<FileRow>> {
    let reason = texted("/reason", "reason_missing", &input.reason, 500)?;
    let mut row = store::lock(tx, &desk.actor.scope, id).await?;
    let reports = match &input.report_id {
        Some(report) => vec![store::report(tx.connection(), id, report).await?],
        None => store::reports(tx.connection(), id, u64::MAX >> 1).await?,
    };
    let now = desk.clock.now();
    let mut gone = Vec::new();
    for report in reports.iter().filter(|report| report.erased_at.is_none()) {
        let holder = files::About { kind: FILES, id: report.id.clone(), organisation_id: None };
        for file in file_store::of_about(tx.connection(), &holder).await? {
            file_store::remove(tx, &holder, &file.id).await?;
            gone.push(file);
        }
        store::erase_report(tx, report, now).await?;
        ledger::erase(tx, &report.id).await?;
    }
    if input.report_id.is_none() {
        (row.link, row.erased_at) = (host_only(row.link.as_deref()), Some(now));
        store::update(tx, &row).await?;
    }
    let ids: Vec<&str> = reports.iter().map(|report| report.id.as_str()).collect();
    ledger::append(tx, desk, Event::new(kind::FEEDBACK_ERASED, id, json!({ "reason": reason, "reports": ids }))).await?;
    Ok(gone)
}

/// Opens a case of it, with the code and the batch linked.
///
/// # Errors
/// As [`open_case`].
pub async fn open_case_of(tx: &Tx, desk: &Desk, id: &str, title: &str) -> Outcome<CaseRow> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    let mut links = vec![CaseLinkInput { kind: LinkKind::Feedback, ref_id: row.id.clone(), label: row.number.clone() }];
    if let Some(code) = &row.code {
        links.push(CaseLinkInput { kind: LinkKind::Code, ref_id: code.clone(), label: code.clone() });
    }
    if let Some(batch_id) = &row.batch_id {
        let lot = stock::batch(tx.connection(), batch_id).await?.lot;
        links.push(CaseLinkInput { kind: LinkKind::Batch, ref_id: batch_id.clone(), label: lot });
    }
    let own = match &desk.actor.organisation_id {
        Some(id) => store::division_of(tx.connection(), id).await?,
        None => String::new(),
    };
    let reached = desk.actor.scope.reaches_division(&row.division_code) && !row.division_code.is_empty();
    let input = CaseInput {
        title: title.to_owned(),
        source: CaseSource::Feedback,
        source_id: Some(row.id),
        division_code: if reached { row.division_code } else { own },
        due_on: None,
        links,
    };
    open_case(tx, desk, &input).await
}
