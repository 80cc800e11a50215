//! An inspection: opened for a reason or as a re-check, its form kept, its record handed in, its result published. Departments' checklists.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::case::{CaseInput, CaseLinkInput, open_case};
use super::draw::parted;
use super::opening::{Opening, put_waiting};
use super::rectification::{RectificationInput, order_rectification};
use super::{firm_in_region, known_product, required, untied};
use crate::db::Tx;
use crate::files::{self, Kept, Purpose};
use crate::identity::officer::{officers_with_ties, two_officers};
use crate::kernel::failure::Faults;
use crate::kernel::term::{Calendar, Term};
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::case::{CaseSource, LinkKind};
use crate::supervision::checklist::{self, Checklist};
use crate::supervision::draw::hash;
use crate::supervision::inspection::{Books, Found, InspectionState, ItemInput, RecordInput};
use crate::supervision::inspections::{InspectionRecord, SampleView, lists};
use crate::supervision::rectification::RectificationSource;
use crate::supervision::store::inspection::{self as store, ChecklistRow, InspectionOfficerRow, InspectionRow};

/// The word of files that belong to an inspection.
pub const FILES_OF: &str = "inspection";
/// The most bytes of a kept form.
const MOST_FORM: usize = 64 * 1024;

/// The dated limits an inspection counts by.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until when a result is published.
    pub publication: Term,
    /// Until when a retest may be asked for.
    pub retest: Term,
    /// The calendar.
    pub calendar: Calendar,
}

/// What is known besides the form at the moment a record is handed in.
#[derive(Debug, Clone)]
pub struct Known {
    /// The dated limits.
    pub limits: Limits,
    /// What the register has of the firm's labels.
    pub books: Vec<Books>,
    /// SHA-256 of photographs kept with the form before.
    pub photographs: Vec<String>,
}

/// `POST /inspections`: an inspection that was not drawn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenInput {
    /// The firm.
    pub organisation_id: String,
    /// The product it is about.
    #[serde(default)]
    pub product_id: Option<String>,
    /// Accounts of its officers, two at least; none tied to the firm.
    pub officers: Vec<String>,
    /// Why it is inspected without a draw.
    pub reason: String,
    /// The inspection it looks at again.
    #[serde(default)]
    pub recheck_of: Option<String>,
}

/// `POST /inspections/{id}/publish`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishInput {
    /// What is said beside the result; may be empty.
    #[serde(default)]
    pub public_text: String,
}

/// `POST /checklists`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistInput {
    /// Whose.
    pub department: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// Its items in words, in order.
    pub items: Vec<String>,
    /// Where it is written.
    pub source: String,
}

/// Opens an inspection that was not drawn: for a reason, or to look again.
///
/// # Errors
/// `invalid_fields`: `register_organisation_unknown`, `outside_your_region`, `officer_unknown`, `officer_twice`, `officers_too_few`,
/// `draw_officer_tied`, `register_empty`, `inspection_recheck` unless the other one is recorded and of the same firm.
pub async fn open_inspection(tx: &Tx, desk: &Desk, input: &OpenInput) -> Outcome<InspectionRow> {
    let (mut faults, today) = (Faults::new(), desk.clock.today());
    let reason = required(&mut faults, "/reason", "register_empty", &input.reason, 300);
    let firm = firm_in_region(tx, desk, &mut faults, &input.organisation_id).await;
    let found = faults.absorb("", two_officers(tx, &input.officers, today, "/officers").await).unwrap_or_default();
    let pool = officers_with_ties(tx, today).await?;
    for (no, officer) in found.iter().enumerate() {
        let tied = pool.iter().any(|(other, ties)| other.account_id == officer.account_id && ties.contains(&input.organisation_id));
        if tied {
            let name = firm.as_ref().map(|firm| firm.name.clone()).unwrap_or_default();
            let fault = faults.add(format!("/officers/{no}"), "draw_officer_tied");
            fault.with("line", no + 1).with("value", &officer.certificate_no).with("firm", name);
        }
    }
    let mut departments: Vec<String> = Vec::new();
    for officer in &found {
        if !departments.contains(&officer.department) {
            departments.push(officer.department.clone());
        }
    }
    if let Some(id) = &input.recheck_of {
        let before = store::one(tx.connection(), &desk.actor.scope, id).await.ok();
        let fits = before.is_some_and(|row| row.organisation_id == input.organisation_id && row.state != InspectionState::Waiting.word());
        if !fits {
            faults.add("/recheck_of", "inspection_recheck");
        }
    }
    known_product(tx, &mut faults, input.product_id.as_deref()).await;
    faults.check()?;
    let firm = firm.ok_or_else(Failure::not_found)?;
    let opening = Opening {
        task: None,
        firm: &firm,
        product_id: input.product_id.as_deref(),
        departments: &departments.join(";"),
        reason: &reason,
        recheck_of: input.recheck_of.as_deref(),
        officers: &found,
    };
    let row = put_waiting(tx, desk, &opening).await?;
    let facts = json!({ "organisation": row.organisation_id, "reason": row.reason, "recheck_of": row.recheck_of });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_OPENED, &row.id, facts)).await?;
    Ok(row)
}

/// An inspection that waits, and that the actor is an officer of.
async fn waiting(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(InspectionRow, Vec<InspectionOfficerRow>)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    if InspectionState::parse(&row.state).is_none_or(|state| !state.may_become(InspectionState::Recorded)) {
        return Err(Failure::conflict("inspection_recorded").with("day", row.inspected_on.as_deref().unwrap_or_default()));
    }
    let officers = store::officers(tx.connection(), vec![row.id.clone()]).await?;
    if !officers.iter().any(|officer| officer.account_id == desk.actor.account_id) {
        return Err(Failure::conflict("inspection_not_yours"));
    }
    Ok((row, officers))
}

/// What a photograph of an inspection belongs to.
fn about(row: &InspectionRow) -> files::About {
    files::About { kind: FILES_OF, id: row.id.clone(), organisation_id: Some(row.organisation_id.clone()) }
}

/// Keeps what was typed and photographed so far. It is no fact and leaves no event; the record names the photographs.
///
/// # Errors
/// `not_found`, `inspection_recorded`, `inspection_not_yours`, `inspection_form_long`.
pub async fn keep_form(tx: &Tx, desk: &Desk, id: &str, typed: &BTreeMap<String, String>, kept: &[Kept]) -> Outcome<()> {
    let (row, _) = waiting(tx, desk, id).await?;
    for one in kept {
        files::attach(tx, desk, one, &about(&row), Purpose::Evidence).await?;
    }
    let form = serde_json::to_string(typed).map_err(Failure::broken)?;
    if form.len() > MOST_FORM {
        return Err(Failure::conflict("inspection_form_long").with("most", MOST_FORM / 1024));
    }
    store::keep_form(tx, id, form).await
}

/// Hands in the record of a visit. What is to be mended becomes an order, what is to be followed a case, in the same transaction.
///
/// # Errors
/// `not_found`, `inspection_recorded`, `inspection_not_yours`; every fault of [`RecordInput::check`], `inspection_officer` for somebody
/// who was not drawn, and those of the order to mend.
pub async fn record_inspection(
    tx: &Tx,
    desk: &Desk,
    id: &str,
    input: &RecordInput,
    known: &Known,
    kept: &[Kept],
) -> Outcome<InspectionRow> {
    let (mut row, drawn) = waiting(tx, desk, id).await?;
    let (mut faults, today) = (Faults::new(), desk.clock.today());
    let departments = parted(&row.departments);
    let expected = checklist::items(&lists(tx.connection()).await?, &departments, input.inspected_on);
    let mut whole = input.clone();
    whole.items = expected.iter().map(|item| answered(input, &item.department, &item.item)).collect();
    whole.check(&mut faults, Day::of(row.opened_at), today);
    let officers = faults.absorb("", two_officers(tx, &input.officers, today, "/officers").await).unwrap_or_default();
    for (no, account) in input.officers.iter().enumerate() {
        if !drawn.iter().any(|officer| officer.account_id == *account) {
            faults.add(format!("/officers/{no}"), "inspection_officer").with("value", account.chars().take(40).collect::<String>());
        }
    }
    let counts = whole.beside(&mut faults, &known.books);
    let mend = text::clean(&input.mend);
    if input.found == Some(Found::Rectify) && mend.is_empty() {
        faults.add("/mend", "rectification_what").with("most", 1000);
    }
    faults.check()?;
    let found = input.found.ok_or_else(|| Failure::broken("a record without result"))?;
    let last = |term: Term| term.last_day(input.inspected_on, &known.limits.calendar, &BTreeSet::new()).to_string();
    let sample = input.sample.as_ref().map(|sample| SampleView {
        lot: text::clean(&sample.lot),
        quantity: text::clean(&sample.quantity),
        sealed_by: text::clean(&sample.sealed_by),
        retest_until: last(known.limits.retest),
    });
    for one in kept {
        files::attach(tx, desk, one, &about(&row), Purpose::Evidence).await?;
    }
    let record = InspectionRecord {
        v: 1,
        inspection: row.id.clone(),
        inspected_on: input.inspected_on.to_string(),
        certificates: officers.iter().map(|officer| officer.certificate_no.clone()).collect(),
        items: whole.items.clone(),
        counts,
        note: text::clean(&input.note),
        place: text::clean(&input.place),
        sample,
        signature: input.signature,
        signed_by: text::clean(&input.signed_by),
        witness: text::clean(&input.witness),
        found,
        files: known.photographs.iter().chain(kept.iter().map(|one| &one.sha256)).cloned().collect(),
    };
    let body = serde_json_canonicalizer::to_string(&record).map_err(Failure::broken)?;
    row.record_hash = Some(data_encoding::HEXLOWER.encode(&hash(&body)));
    row.record = Some(body);
    row.found = Some(found.word().to_owned());
    row.inspected_on = Some(record.inspected_on.clone());
    row.publish_by = Some(last(known.limits.publication));
    InspectionState::Recorded.word().clone_into(&mut row.state);
    (row.done_by, row.done_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    follow(tx, desk, &mut row, input, found, mend).await?;
    store::update(tx, row.clone()).await?;
    let facts = json!({
        "organisation": row.organisation_id, "found": row.found, "inspected_on": row.inspected_on, "record": row.record_hash,
        "rectification": row.rectification_id, "case": row.case_id, "files": record.files,
    });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_RECORDED, id, facts)).await?;
    Ok(row)
}

/// How the form answered an item; not at all if it didn't.
fn answered(input: &RecordInput, department: &str, item: &str) -> ItemInput {
    let found = input.items.iter().find(|line| line.department == department && line.item == item).cloned();
    found.unwrap_or_else(|| ItemInput { department: department.to_owned(), item: item.to_owned(), answer: None, note: String::new() })
}

/// What comes of a result: an order to mend, or a case.
async fn follow(tx: &Tx, desk: &Desk, row: &mut InspectionRow, input: &RecordInput, found: Found, mend: String) -> Outcome<()> {
    if let (Found::Rectify, Some(due_on)) = (found, input.mend_by) {
        let order = RectificationInput {
            source: RectificationSource::Inspection,
            source_id: row.id.clone(),
            organisation_id: Some(row.organisation_id.clone()),
            seller_id: None,
            document_no: None,
            what: mend,
            due_on,
        };
        let placed = order_rectification(tx, desk, &order).await;
        // The form calls the order's day its own name.
        let placed = placed.map_err(|mut failure| {
            for fault in &mut failure.fields {
                fault.pointer = fault.pointer.replace("/due_on", "/mend_by").replace("/what", "/mend");
            }
            failure
        });
        row.rectification_id = Some(placed?.id);
    }
    if found == Found::FollowUp {
        let link = |kind, ref_id: &str, label: &str| CaseLinkInput { kind, ref_id: ref_id.to_owned(), label: label.to_owned() };
        let title: String = format!("检查 {}：{}", input.inspected_on, row.name).chars().take(120).collect();
        let case = CaseInput {
            title,
            source: CaseSource::Inspection,
            source_id: Some(row.id.clone()),
            division_code: row.division_code.clone(),
            due_on: None,
            links: vec![link(LinkKind::Inspection, &row.id, &row.name), link(LinkKind::Organisation, &row.organisation_id, &row.name)],
        };
        row.case_id = Some(open_case(tx, desk, &case).await?.id);
    }
    Ok(())
}

/// Publishes the result: another person than who handed the record in.
///
/// # Errors
/// `not_found`, `tied_to_party`, `inspection_step`, `second_person_needed`, `register_too_long`.
pub async fn publish_inspection(tx: &Tx, desk: &Desk, id: &str, input: &PublishInput) -> Outcome<InspectionRow> {
    let mut row = store::lock(tx, &desk.actor.scope, id).await?;
    untied(tx, desk, Some(&row.organisation_id)).await?;
    if InspectionState::parse(&row.state).is_none_or(|state| !state.may_become(InspectionState::Published)) {
        return Err(Failure::conflict("inspection_step").with("state", &row.state));
    }
    if row.done_by.as_deref() == Some(desk.actor.account_id.as_str()) {
        return Err(Failure::conflict("second_person_needed"));
    }
    let said = text::clean(&input.public_text);
    if text::too_long(&said, 300) {
        return Err(Failure::field("/public_text", "register_too_long").with("most", 300));
    }
    InspectionState::Published.word().clone_into(&mut row.state);
    row.public_text = Some(said).filter(|said| !said.is_empty());
    (row.published_by, row.published_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, row.clone()).await?;
    let facts = json!({
        "organisation": row.organisation_id, "found": row.found, "inspected_on": row.inspected_on, "text": row.public_text,
        "limit": row.publish_by,
    });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_PUBLISHED, id, facts)).await?;
    Ok(row)
}

/// Records a department's list from a day on, whole.
///
/// # Errors
/// `invalid_fields`: `register_empty`, `too_many`, `register_too_long`.
pub async fn record_checklist(tx: &Tx, desk: &Desk, input: &ChecklistInput) -> Outcome<Checklist> {
    let mut faults = Faults::new();
    let department = required(&mut faults, "/department", "register_empty", &input.department, 40);
    let source = required(&mut faults, "/source", "register_empty", &input.source, 300);
    let items: Vec<String> = input.items.iter().map(|item| text::clean(item)).filter(|item| !item.is_empty()).collect();
    if items.is_empty() {
        faults.add("/items", "register_empty");
    } else if items.len() > 60 {
        faults.add("/items", "too_many").with("right", 60);
    }
    if items.iter().any(|item| text::too_long(item, 200)) {
        faults.add("/items", "register_too_long").with("most", 200);
    }
    faults.check()?;
    let row = ChecklistRow {
        id: 0,
        department: department.clone(),
        from_day: input.from.to_string(),
        items: serde_json::to_string(&items).map_err(Failure::broken)?,
        source: source.clone(),
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
    };
    store::insert_checklist(tx, row).await?;
    let facts = json!({ "from": input.from, "items": items, "source": source });
    ledger::append(tx, desk, Event::new(kind::CHECKLIST_RECORDED, &department, facts)).await?;
    Ok(Checklist { department, from: input.from, items, source })
}
