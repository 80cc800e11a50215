//! What a batch born of a process has of its inputs: harvest, origin, the rights all of them relied on, tests, days, checks that held.

use super::compose::name;
use super::process_draft::{Draft, DraftOutput};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::trace::batch::{BatchState, SourceWord, is_failed};
use crate::trace::check::CheckOutcome;
use crate::trace::goods::Goods;
use crate::trace::process::{ProcessKind, union};
use crate::trace::store::batch::{BatchRow, CheckRow, RightRow, SourceRow, TestRow, Whole};
use crate::trace::store::line::ProcessRow;
use crate::trace::store::register;

/// An input under its lock, and how much of it goes in.
pub(super) struct Parent {
    pub whole: Whole,
    pub amount: i64,
    /// Where its amount stands.
    pub pointer: String,
}

impl Parent {
    pub fn row(&self) -> &BatchRow {
        &self.whole.row
    }
}

/// What every output has of the inputs.
pub(super) struct Inherited {
    /// The standard of each output.
    pub standards: Vec<Option<String>>,
    rights: Vec<RightRow>,
    tests: Vec<TestRow>,
    /// Ids of the test reports every input shows.
    reports: Vec<String>,
    checks: Vec<CheckRow>,
    origin: String,
    harvest: (String, String),
    late: bool,
}

/// Finds it; `None` if a fault was noted.
///
/// # Errors
/// `no_common_right`.
pub(super) async fn inherited(
    tx: &Tx,
    goods: &Goods,
    draft: &Draft,
    parents: &[Parent],
    faults: &mut Faults,
) -> Outcome<Option<Inherited>> {
    let rights = common_rights(parents)?;
    let standards = standards(tx, goods, draft, parents, faults).await?;
    if !faults.is_empty() {
        return Ok(None);
    }
    let from = parents.iter().map(|p| p.row().harvested_from.clone()).min().unwrap_or_default();
    let to = parents.iter().map(|p| p.row().harvested_to.clone()).max().unwrap_or_default();
    Ok(Some(Inherited {
        standards,
        rights,
        tests: tests(parents),
        reports: reports(parents),
        checks: held(parents),
        origin: union(parents.iter().map(|p| &p.row().origin)),
        harvest: (from, to),
        late: draft.happened.late || parents.iter().any(|p| p.row().late),
    }))
}

/// The mark uses every input relied on, each in force while it was for all of them.
fn common_rights(parents: &[Parent]) -> Outcome<Vec<RightRow>> {
    let mut common: Vec<RightRow> = Vec::new();
    let mut lacking: Vec<String> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for right in parents.iter().flat_map(|p| &p.whole.rights) {
        if seen.contains(&right.mark_use_id.as_str()) {
            continue;
        }
        seen.push(&right.mark_use_id);
        let of = |p: &Parent| p.whole.rights.iter().find(|r| r.mark_use_id == right.mark_use_id).cloned();
        let found: Vec<RightRow> = parents.iter().filter_map(of).collect();
        if found.len() == parents.len() {
            let from = found.iter().map(|r| r.in_force_from.clone()).max().unwrap_or_default();
            let to = found.iter().filter_map(|r| r.in_force_to.clone()).min();
            common.push(RightRow { in_force_from: from, in_force_to: to, ..right.clone() });
            continue;
        }
        let number = right.number.clone().unwrap_or_else(|| right.right_id.clone());
        let without = parents.iter().filter(|p| of(p).is_none()).map(|p| p.row().lot.clone());
        lacking.push(format!("{} − {number}", without.collect::<Vec<_>>().join("、")));
    }
    if common.is_empty() {
        return Err(Failure::conflict("no_common_right").with("figure", lacking.join("；")));
    }
    Ok(common)
}

/// The standard of each output: the one named, or the one all inputs met.
async fn standards(tx: &Tx, goods: &Goods, draft: &Draft, parents: &[Parent], faults: &mut Faults) -> Outcome<Vec<Option<String>>> {
    let met: Vec<Option<&String>> = parents.iter().map(|p| p.row().standard_number.as_ref()).collect();
    let common = met.first().copied().flatten();
    let is_common = met.iter().all(|m| *m == common);
    let mut standards = Vec::with_capacity(draft.outputs.len());
    for output in &draft.outputs {
        let pointer = format!("{}/standard_version", output.pointer);
        let Some(named) = &output.standard else {
            if !is_common {
                let mut numbers: Vec<&str> = met.iter().map(|m| m.map_or("–", |m| m.as_str())).collect();
                numbers.sort_unstable();
                numbers.dedup();
                faults.add(pointer, "standard_not_common").with("figure", numbers.join("、"));
            }
            standards.push(common.cloned());
            continue;
        };
        let found = register::standard(tx.connection(), &goods.id, Some(named), draft.happened.on).await?;
        if let Some(unknown) = found.filter(|s| !s.known) {
            faults.add(pointer, "standard_unknown").with("figure", named).with("right", unknown.instead.join("、"));
        }
        standards.push(Some(named.clone()));
    }
    Ok(standards)
}

/// What only some of the goods were tested for says nothing of the whole.
fn reports(parents: &[Parent]) -> Vec<String> {
    let first = parents.first().map(|p| p.whole.reports.as_slice()).unwrap_or_default();
    first.iter().filter(|id| parents.iter().all(|p| p.whole.reports.contains(id))).cloned().collect()
}

/// Tests all inputs show, and those any of them failed: a failure is not mixed away.
fn tests(parents: &[Parent]) -> Vec<TestRow> {
    let same = |a: &TestRow, b: &TestRow| {
        (&a.item, &a.result, &a.laboratory, &a.report_no, &a.reported_on, &a.scope)
            == (&b.item, &b.result, &b.laboratory, &b.report_no, &b.reported_on, &b.scope)
    };
    let mut tests: Vec<TestRow> = Vec::new();
    for test in parents.iter().flat_map(|p| &p.whole.tests) {
        let by_all = parents.iter().all(|p| p.whole.tests.iter().any(|t| same(t, test)));
        if (by_all || is_failed(&test.result)) && !tests.iter().any(|t| same(t, test)) {
            tests.push(test.clone());
        }
    }
    (1_i64..).zip(tests).map(|(no, test)| TestRow { no, ..test }).collect()
}

/// Checks that held an input until somebody gave a reason: the outputs say so too.
fn held(parents: &[Parent]) -> Vec<CheckRow> {
    let mut checks: Vec<CheckRow> = Vec::new();
    for check in parents.iter().flat_map(|p| &p.whole.checks).filter(|c| c.outcome == CheckOutcome::Held.word()) {
        let is_same = |c: &CheckRow| (&c.code, &c.subject_id, &c.figure) == (&check.code, &check.subject_id, &check.figure);
        if !checks.iter().any(is_same) {
            checks.push(check.clone());
        }
    }
    (1_i64..).zip(checks).map(|(no, check)| CheckRow { no, ..check }).collect()
}

/// What all inputs agree on.
fn agreed<'a>(parents: &'a [Parent], field: impl Fn(&'a BatchRow) -> &'a Option<String>) -> Option<String> {
    let first = parents.first().and_then(|p| field(p.row()).as_ref());
    first.filter(|_| parents.iter().all(|p| field(p.row()).as_ref() == first)).cloned()
}

/// A batch born of a process: released, with its share of every input.
pub(super) fn child(
    desk: &Desk,
    id: String,
    process: &ProcessRow,
    parents: &[Parent],
    inherited: &Inherited,
    (output, standard): (&DraftOutput, Option<String>),
    shares: &[i64],
) -> Whole {
    let kind = ProcessKind::parse(&process.kind);
    let amount = output.amount.unwrap_or(0);
    let by = desk.actor.account_id.clone();
    let earliest = parents.iter().filter_map(|p| p.row().best_before.clone()).min();
    // Packed anew on the day it was repacked, if nothing else is said.
    let packed = if kind == Some(ProcessKind::Repacking) { Some(process.happened_on.clone()) } else { agreed(parents, |r| &r.packed_on) };
    let grade = if kind == Some(ProcessKind::Grading) { None } else { agreed(parents, |r| &r.grade) };
    let day = |day: Option<crate::kernel::Day>| day.map(|d| d.to_string());
    let row = BatchRow {
        id,
        producer_id: process.producer_id.clone(),
        product_id: process.product_id.clone(),
        season: process.season.clone(),
        lot: output.lot.clone(),
        account_id: process.account_id.clone(),
        state: BatchState::Released.word().to_owned(),
        amount,
        covered: amount,
        pending: 0,
        coded: 0,
        harvested_from: inherited.harvest.0.clone(),
        harvested_to: inherited.harvest.1.clone(),
        produced_on: day(output.days.produced_on).or_else(|| agreed(parents, |r| &r.produced_on)),
        packed_on: day(output.days.packed_on).or(packed),
        best_before: day(output.days.best_before).or(earliest),
        grade: output.grade.clone().or(grade),
        facility: output.facility.clone().or_else(|| process.facility_id.clone()).or_else(|| agreed(parents, |r| &r.facility)),
        standard_number: standard,
        origin: inherited.origin.clone(),
        hold_reason: None,
        hold_document: None,
        late: inherited.late,
        late_reason: process.late_reason.clone(),
        version: 1,
        registered_by: by.clone(),
        registered_at: desk.clock.now(),
        released_by: Some(by),
        released_at: Some(desk.clock.now()),
        release_basis: Some("process".to_owned()),
        void_reason: None,
        voided_by: None,
        voided_at: None,
        moved: 0,
        gone: 0,
        seized: 0,
        process_id: Some(process.id.clone()),
    };
    let shared = parents.iter().zip(shares).filter(|(_, share)| **share > 0);
    let source = |(no, (parent, share)): (i64, (&Parent, &i64))| SourceRow {
        batch_id: String::new(),
        no,
        kind: SourceWord::Batch.word().to_owned(),
        subject_id: Some(parent.row().id.clone()),
        input: None,
        amount: *share,
        covered: *share,
    };
    let mut whole = Whole {
        row,
        sources: (1_i64..).zip(shared).map(source).collect(),
        rights: inherited.rights.clone(),
        checks: inherited.checks.clone(),
        tests: inherited.tests.clone(),
        reports: inherited.reports.clone(),
        ancestors: 0,
    };
    name(&mut whole);
    whole
}
