//! A batch as it was sent, read field by field before anything is looked up: every fault of form at once.

use crate::kernel::failure::Faults;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Day, Outcome};
use crate::registry::product::AccountBasis;
use crate::trace::batch::{BatchInput, Material, SourceInput, TestScope, is_failed};
use crate::trace::check::facts::Days;
use crate::trace::goods::Goods;
use crate::trace::measure::{Sent, check_entered};
use crate::trace::record::{need_text, read_day, read_text, shortened};

/// The most sources a batch may have.
const MOST_SOURCES: usize = 500;
/// The most tests.
const MOST_TESTS: usize = 50;

/// A batch whose form is right.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub lot: String,
    pub days: Days,
    pub season: String,
    pub stated: Option<i64>,
    pub sources: Vec<DraftSource>,
    /// The plots of one harvest, sharing `stated` by area.
    pub harvest_plots: Vec<String>,
    pub grade: Option<String>,
    pub facility: Option<String>,
    pub mark_use_ids: Vec<String>,
    pub standard: Option<String>,
    pub tests: Vec<DraftTest>,
    pub report_ids: Vec<String>,
    pub accept_excess: bool,
    pub late_reason: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct DraftSource {
    pub pointer: String,
    pub amount: i64,
    pub kind: DraftKind,
}

#[derive(Debug, Clone)]
pub(super) enum DraftKind {
    Delivery(String),
    Plot(String),
    Input(Material),
}

#[derive(Debug, Clone)]
pub(super) struct DraftTest {
    pub item: String,
    pub result: String,
    pub failed: bool,
    pub laboratory: Option<String>,
    pub report_no: Option<String>,
    pub reported_on: Option<Day>,
    pub scope: TestScope,
}

/// Reads the form.
pub(super) fn read(goods: &Goods, input: &BatchInput) -> Outcome<Draft> {
    let mut faults = Faults::new();
    let lot = need_text(&mut faults, "/lot", Some(&input.lot), 60, "lot_missing");
    let days = read_days(&mut faults, goods, input);
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let needs_amount = input.sources.is_empty() || !sent.is_empty();
    let stated = if needs_amount { sent.read(&mut faults, goods.unit, false) } else { None };
    if input.sources.is_empty() == input.plot_ids.is_empty() {
        faults.add("/sources", if input.sources.is_empty() { "sources_missing" } else { "sources_twice" });
    }
    if input.sources.len().max(input.plot_ids.len()) > MOST_SOURCES {
        faults.add("/sources", "too_many").with("right", MOST_SOURCES);
    }
    let sources = read_sources(&mut faults, goods, &input.sources);
    check_twice(&mut faults, "/plot_ids", &input.plot_ids);
    check_twice(&mut faults, "/mark_use_ids", &input.mark_use_ids);
    check_twice(&mut faults, "/report_ids", &input.report_ids);
    if input.report_ids.len() > MOST_TESTS {
        faults.add("/report_ids", "too_many").with("right", MOST_TESTS);
    }
    if let Some(amount) = stated.or_else(|| sources.as_ref().map(|s| s.iter().map(|s| s.amount).sum())) {
        check_entered(&mut faults, "/entered", input.entered.as_ref(), amount);
    }
    let draft = Draft {
        lot,
        season: days.map(|d| goods.season_of(d.from)).unwrap_or_default(),
        days: days.unwrap_or(Days { from: Day::of(0), to: Day::of(0), produced_on: None, packed_on: None, best_before: None }),
        stated,
        sources: sources.unwrap_or_default(),
        harvest_plots: input.plot_ids.clone(),
        grade: read_text(&mut faults, "/grade", input.grade.as_deref(), 40),
        facility: read_text(&mut faults, "/facility_id", input.facility_id.as_deref(), 120),
        mark_use_ids: input.mark_use_ids.clone(),
        standard: read_text(&mut faults, "/standard_version", input.standard_version.as_deref(), 80),
        tests: read_tests(&mut faults, input),
        report_ids: input.report_ids.clone(),
        accept_excess: input.accept_excess,
        late_reason: read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500),
    };
    faults.check()?;
    Ok(draft)
}

fn check_twice(faults: &mut Faults, pointer: &str, ids: &[String]) {
    for (no, id) in ids.iter().enumerate() {
        if ids.iter().take(no).any(|other| other == id) {
            faults.add(format!("{pointer}/{no}"), "given_twice").with("value", shortened(id));
        }
    }
}

/// Harvest days; where nothing is harvested, the day of production will do.
fn read_days(faults: &mut Faults, goods: &Goods, input: &BatchInput) -> Option<Days> {
    let mut read = |pointer: &str, value: &Option<String>| match value {
        None => Some(None),
        Some(value) => read_day(faults, pointer, value).map(Some),
    };
    let from = read("/harvested_from", &input.harvested_from);
    let to = read("/harvested_to", &input.harvested_to);
    let produced_on = read("/produced_on", &input.produced_on);
    let packed_on = read("/packed_on", &input.packed_on);
    let best_before = read("/best_before", &input.best_before);
    let (from, to, produced_on, packed_on, best_before) = (from?, to?, produced_on?, packed_on?, best_before?);
    let made = (goods.basis != AccountBasis::Plots).then_some(produced_on).flatten();
    let Some(first) = from.or(made) else {
        let code = if goods.basis == AccountBasis::Plots { "harvest_missing" } else { "production_day_missing" };
        faults.add("/harvested_from", code);
        return None;
    };
    Some(Days { from: first, to: to.unwrap_or(first), produced_on, packed_on, best_before })
}

fn read_sources(faults: &mut Faults, goods: &Goods, inputs: &[SourceInput]) -> Option<Vec<DraftSource>> {
    let mut sources = Vec::with_capacity(inputs.len());
    let mut seen: Vec<&String> = Vec::new();
    for (no, input) in inputs.iter().enumerate() {
        let pointer = format!("/sources/{no}");
        let weight = format!("{pointer}/net_weight_g");
        let sent = Sent { pointer: &weight, grams: input.net_weight_g, quantity: input.quantity, unit: None };
        let amount = sent.read(faults, goods.unit, false);
        let kind = match (&input.delivery_id, &input.plot_id, &input.input) {
            (Some(id), None, None) => Some(DraftKind::Delivery(id.clone())),
            (None, Some(id), None) => Some(DraftKind::Plot(id.clone())),
            (None, None, Some(given)) => read_input(faults, &pointer, given.material()),
            _ => {
                faults.add(&pointer, "source_kind_missing");
                None
            }
        };
        if let Some(id) = input.delivery_id.as_ref().or(input.plot_id.as_ref()) {
            if seen.contains(&id) {
                faults.add(&pointer, "given_twice").with("value", shortened(id));
            }
            seen.push(id);
        }
        if let (Some(amount), Some(kind)) = (amount, kind) {
            sources.push(DraftSource { pointer, amount, kind });
        }
    }
    (sources.len() == inputs.len()).then_some(sources)
}

fn read_input(faults: &mut Faults, pointer: &str, material: Material) -> Option<DraftKind> {
    let name = need_text(faults, &format!("{pointer}/input"), Some(&material.name), 80, "input_missing");
    let document_no = read_text(faults, &format!("{pointer}/input/document_no"), material.document_no.as_deref(), 80);
    let origin = read_text(faults, &format!("{pointer}/input/origin"), material.origin.as_deref(), 80);
    if let Some(weight) = material.weight_g {
        let at = format!("{pointer}/input/weight_g");
        Sent { pointer: &at, grams: Some(weight), quantity: None, unit: None }.read(faults, BaseUnit::G, false)?;
    }
    Some(DraftKind::Input(Material { name, weight_g: material.weight_g, document_no, origin }))
}

fn read_tests(faults: &mut Faults, input: &BatchInput) -> Vec<DraftTest> {
    if input.tests.len() > MOST_TESTS {
        faults.add("/tests", "too_many").with("right", MOST_TESTS);
        return Vec::new();
    }
    let mut tests = Vec::with_capacity(input.tests.len());
    for (no, test) in input.tests.iter().enumerate() {
        let at = |field: &str| format!("/tests/{no}/{field}");
        let scope = test.scope.as_deref().map_or(Some(TestScope::Lot), TestScope::parse);
        if scope.is_none() {
            faults.add(at("scope"), "test_scope_unknown").with("value", shortened(test.scope.as_deref().unwrap_or_default()));
        }
        tests.push(DraftTest {
            item: need_text(faults, &at("item"), Some(&test.item), 80, "test_item_missing"),
            result: need_text(faults, &at("result"), Some(&test.result), 120, "test_result_missing"),
            failed: is_failed(&test.result),
            laboratory: read_text(faults, &at("laboratory"), test.laboratory.as_deref(), 120),
            report_no: read_text(faults, &at("report_no"), test.report_no.as_deref(), 80),
            reported_on: test.reported_on.as_ref().and_then(|day| read_day(faults, &at("reported_on"), day)),
            scope: scope.unwrap_or(TestScope::Lot),
        });
    }
    tests
}
