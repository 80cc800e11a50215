//! The rows of a batch, out of what was sent and what the checks found; and what was sent, out of the rows.

use super::draft::{Draft, DraftKind};
use super::gather::Gathered;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::Effect;
use crate::trace::batch::{BatchInput, BatchState, InputSource, SourceInput, SourceWord, TestInput};
use crate::trace::check::{Examination, late_by, relied_on};
use crate::trace::store::batch::{BatchRow, CheckRow, RightRow, SourceRow, TestRow, Whole};

/// A new batch, not yet written.
pub(super) fn compose(
    desk: &Desk,
    producer_id: &str,
    account_id: &str,
    draft: &Draft,
    gathered: &Gathered,
    examination: &Examination,
) -> Outcome<Whole> {
    let facts = &gathered.facts;
    let days = &draft.days;
    let row = BatchRow {
        moved: 0,
        gone: 0,
        seized: 0,
        process_id: None,
        id: desk.new_id(Noun::Batch),
        producer_id: producer_id.to_owned(),
        product_id: facts.goods.id.clone(),
        season: draft.season.clone(),
        lot: draft.lot.clone(),
        account_id: account_id.to_owned(),
        state: BatchState::Registered.word().to_owned(),
        amount: facts.amount,
        covered: examination.covered,
        pending: facts.amount - examination.covered,
        coded: 0,
        harvested_from: days.from.to_string(),
        harvested_to: days.to.to_string(),
        produced_on: days.produced_on.map(|d| d.to_string()),
        packed_on: days.packed_on.map(|d| d.to_string()),
        best_before: days.best_before.map(|d| d.to_string()),
        grade: draft.grade.clone(),
        facility: draft.facility.clone(),
        standard_number: facts.standard.as_ref().map(|s| s.number.clone()),
        origin: gathered.origin.clone(),
        hold_reason: None,
        hold_document: None,
        late: late_by(days.produced_on, days.packed_on, facts.recorded_on) > 0,
        late_reason: draft.late_reason.clone(),
        version: 1,
        registered_by: desk.actor.account_id.clone(),
        registered_at: desk.clock.now(),
        released_by: None,
        released_at: None,
        release_basis: None,
        void_reason: None,
        voided_by: None,
        voided_at: None,
    };
    let mut whole = Whole {
        row,
        sources: Vec::new(),
        rights: Vec::new(),
        checks: Vec::new(),
        tests: tests(draft),
        reports: draft.report_ids.clone(),
        ancestors: 0,
    };
    whole.sources = sources(draft, gathered, &examination.by_source)?;
    findings(&mut whole, gathered, examination);
    name(&mut whole);
    Ok(whole)
}

/// The corrected batch under its old id, with what is not its to change.
pub(super) fn keep(mut new: Whole, was: &BatchRow) -> Whole {
    new.row = BatchRow {
        id: was.id.clone(),
        coded: was.coded,
        moved: was.moved,
        gone: was.gone,
        seized: was.seized,
        process_id: was.process_id.clone(),
        version: was.version,
        registered_by: was.registered_by.clone(),
        registered_at: was.registered_at,
        hold_document: was.hold_document.clone(),
        ..new.row
    };
    name(&mut new);
    new
}

/// Rights relied on and checks made, as they are now.
pub(super) fn findings(whole: &mut Whole, gathered: &Gathered, examination: &Examination) {
    let id = whole.row.id.clone();
    let right = |mark: &crate::trace::check::facts::Mark| RightRow {
        batch_id: id.clone(),
        mark_use_id: mark.id.clone(),
        right_id: mark.right_id.clone(),
        route: mark.route.clone(),
        number: mark.number.clone(),
        in_force_from: mark.in_force_from.to_string(),
        in_force_to: mark.in_force_to.map(|d| d.to_string()),
    };
    whole.rights = relied_on(&gathered.facts).into_iter().map(right).collect();
    let numbered = (1_i64..).zip(&examination.findings);
    let check = |(no, finding): (i64, &crate::trace::check::Finding)| CheckRow {
        batch_id: id.clone(),
        no,
        code: finding.check.word().to_owned(),
        outcome: finding.outcome.word().to_owned(),
        subject_id: finding.subject.clone(),
        figure: finding.figure.clone(),
        right_figure: finding.right.clone(),
    };
    whole.checks = numbered.map(check).collect();
}

/// Puts the batch's id on everything that hangs on it.
pub(super) fn name(whole: &mut Whole) {
    let id = &whole.row.id;
    whole.sources.iter_mut().for_each(|r| r.batch_id.clone_from(id));
    whole.rights.iter_mut().for_each(|r| r.batch_id.clone_from(id));
    whole.checks.iter_mut().for_each(|r| r.batch_id.clone_from(id));
    whole.tests.iter_mut().for_each(|r| r.batch_id.clone_from(id));
}

fn sources(draft: &Draft, gathered: &Gathered, by_source: &[i64]) -> Outcome<Vec<SourceRow>> {
    let mut rows = Vec::with_capacity(gathered.facts.sources.len());
    for ((no, source), place) in (1_i64..).zip(&gathered.facts.sources).zip(0_usize..) {
        use crate::trace::check::facts::SourceKind as Kind;
        let (kind, subject_id, input) = match &source.kind {
            Kind::Delivery { id, .. } => (SourceWord::Delivery, Some(id.clone()), None),
            Kind::Plot(plot) => (SourceWord::Plot, Some(plot.id.clone()), None),
            Kind::Input { .. } => match draft.sources.get(place).map(|s| &s.kind) {
                Some(DraftKind::Input(material)) => {
                    (SourceWord::Input, None, Some(serde_json::to_string(material).map_err(Failure::broken)?))
                }
                _ => return Err(Failure::broken("a source lost its input")),
            },
        };
        let kind = kind.word().to_owned();
        rows.push(SourceRow {
            batch_id: String::new(),
            no,
            kind,
            subject_id,
            input,
            amount: source.amount,
            covered: by_source.get(place).copied().unwrap_or(0),
        });
    }
    Ok(rows)
}

fn tests(draft: &Draft) -> Vec<TestRow> {
    let row = |(no, test): (i64, &super::draft::DraftTest)| TestRow {
        batch_id: String::new(),
        no,
        item: test.item.clone(),
        result: test.result.clone(),
        laboratory: test.laboratory.clone(),
        report_no: test.report_no.clone(),
        reported_on: test.reported_on.map(|d| d.to_string()),
        scope: test.scope.word().to_owned(),
    };
    (1_i64..).zip(&draft.tests).map(row).collect()
}

/// What would have to be sent to get this batch again.
pub(super) fn as_input(whole: &Whole, unit: BaseUnit) -> BatchInput {
    let row = &whole.row;
    let grams = |amount: i64| (unit == BaseUnit::G).then_some(amount);
    let other = |amount: i64| (unit != BaseUnit::G).then_some(amount);
    let is = |source: &SourceRow, word: SourceWord| source.kind == word.word();
    let source = |source: &SourceRow| SourceInput {
        delivery_id: source.subject_id.clone().filter(|_| is(source, SourceWord::Delivery)),
        plot_id: source.subject_id.clone().filter(|_| is(source, SourceWord::Plot)),
        input: source.input.as_deref().and_then(|text| serde_json::from_str(text).ok()).map(InputSource::Material),
        net_weight_g: grams(source.amount),
        quantity: other(source.amount),
    };
    let test = |test: &TestRow| TestInput {
        item: test.item.clone(),
        result: test.result.clone(),
        laboratory: test.laboratory.clone(),
        report_no: test.report_no.clone(),
        reported_on: test.reported_on.clone(),
        scope: Some(test.scope.clone()),
    };
    BatchInput {
        product_id: row.product_id.clone(),
        producer_id: Some(row.producer_id.clone()),
        lot: row.lot.clone(),
        sources: whole.sources.iter().map(source).collect(),
        plot_ids: Vec::new(),
        net_weight_g: grams(row.amount),
        quantity: other(row.amount),
        unit: None,
        entered: None,
        harvested_from: Some(row.harvested_from.clone()),
        harvested_to: Some(row.harvested_to.clone()),
        produced_on: row.produced_on.clone(),
        packed_on: row.packed_on.clone(),
        best_before: row.best_before.clone(),
        grade: row.grade.clone(),
        facility_id: row.facility.clone(),
        mark_use_ids: whole.rights.iter().map(|r| r.mark_use_id.clone()).collect(),
        standard_version: row.standard_number.clone(),
        tests: whole.tests.iter().map(test).collect(),
        report_ids: whole.reports.clone(),
        accept_excess: row.pending > 0,
        late_reason: row.late_reason.clone(),
        // Kept with the late entry.
        late_evidence: None,
    }
}

/// What a batch is from now on, for the ledger.
pub(super) fn effect(row: &BatchRow, state: BatchState) -> Effect {
    Effect::Batch { id: row.id.clone(), state: state.word().to_owned(), covered: row.covered, pending: row.pending }
}
