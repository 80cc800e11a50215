//! A process as it was sent, read field by field before anything is looked up: every fault of form at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, MOST};
use crate::kernel::{Day, Outcome};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::process::{OutputDays, ProcessKind};
use crate::trace::record::{Happened, need_text, read_day, read_happened, read_text, shortened};

/// The most batches that go in or come out at once.
const MOST_BATCHES: usize = 50;

/// A process as sent; the batch named in the address is the first input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessInput {
    /// `grading`, `repacking`, `processing` or `merging`.
    pub kind: String,
    /// How much of the first batch goes in, in grams; all that is loose if it is not said.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Other batches that go in.
    #[serde(default)]
    pub inputs: Vec<ProcessSource>,
    /// Batches that come out.
    #[serde(default)]
    pub outputs: Vec<ProcessOutput>,
    /// Lost on the way, in grams.
    #[serde(default)]
    pub loss_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub loss: Option<i64>,
    /// Graded out, in grams.
    #[serde(default)]
    pub downgraded_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub downgraded: Option<i64>,
    /// Became another product, in grams.
    #[serde(default)]
    pub processed_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub processed: Option<i64>,
    /// When; today if it is not said.
    #[serde(default)]
    pub happened_on: Option<String>,
    /// Packing house, cold store or plant.
    #[serde(default)]
    pub facility_id: Option<String>,
    /// Standard of every output that names none; needed where the inputs met different ones.
    #[serde(default)]
    pub standard_version: Option<String>,
    /// Why something is missing, or what was done; needed where more went in than is accounted for.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// A batch that goes in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessSource {
    /// The batch.
    pub batch_id: String,
    /// How much of it, in grams; all that is loose if it is not said.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
}

/// A batch that comes out. What is not said it has from its inputs, where they agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessOutput {
    /// Its lot, once a season.
    pub lot: String,
    /// In grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// Produced on.
    #[serde(default)]
    pub produced_on: Option<String>,
    /// Packed on.
    #[serde(default)]
    pub packed_on: Option<String>,
    /// Best before; not later than that of any input, unless it was processed.
    #[serde(default)]
    pub best_before: Option<String>,
    /// Packing house or cold store.
    #[serde(default)]
    pub facility_id: Option<String>,
    /// Number of the standard.
    #[serde(default)]
    pub standard_version: Option<String>,
}

/// A merge as sent: all loose goods of the batch in the address and of those named here become one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field means what the one of the same name means in ProcessInput and ProcessOutput")]
pub struct MergeInput {
    /// Lot of the new batch.
    pub lot: String,
    /// The other batches.
    pub with: Vec<String>,
    #[serde(default)]
    pub loss_g: Option<i64>,
    #[serde(default)]
    pub loss: Option<i64>,
    #[serde(default)]
    pub grade: Option<String>,
    #[serde(default)]
    pub produced_on: Option<String>,
    #[serde(default)]
    pub packed_on: Option<String>,
    #[serde(default)]
    pub best_before: Option<String>,
    #[serde(default)]
    pub facility_id: Option<String>,
    #[serde(default)]
    pub standard_version: Option<String>,
    #[serde(default)]
    pub happened_on: Option<String>,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// A process whose form is right.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub kind: ProcessKind,
    /// The first is the one in the address.
    pub inputs: Vec<DraftInput>,
    pub outputs: Vec<DraftOutput>,
    pub loss: i64,
    pub downgraded: i64,
    pub processed: i64,
    pub happened: Happened,
    pub facility: Option<String>,
    pub reason: Option<String>,
    pub late_reason: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct DraftInput {
    /// Where its amount stands.
    pub pointer: String,
    pub batch_id: String,
    /// All that is loose if none.
    pub amount: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct DraftOutput {
    pub pointer: String,
    pub lot: String,
    /// All that is left of the inputs if none.
    pub amount: Option<i64>,
    pub days: OutputDays,
    pub grade: Option<String>,
    pub facility: Option<String>,
    pub standard: Option<String>,
}

/// Reads the form of a process on the batch `first`.
pub(super) fn read_process(goods: &Goods, first: &str, input: &ProcessInput, today: Day) -> Outcome<Draft> {
    let mut faults = Faults::new();
    let kind = ProcessKind::parse(&input.kind);
    if kind.is_none() {
        faults.add("/kind", "process_kind_unknown").with("value", shortened(&input.kind));
    }
    if input.inputs.len().max(input.outputs.len()) > MOST_BATCHES {
        faults.add("/outputs", "too_many").with("right", MOST_BATCHES);
    }
    let inputs = read_inputs(&mut faults, goods, first, input);
    let standard = read_text(&mut faults, "/standard_version", input.standard_version.as_deref(), 80);
    let numbered = input.outputs.iter().enumerate();
    let outputs: Vec<DraftOutput> =
        numbered.map(|(no, output)| read_output(&mut faults, goods, &format!("/outputs/{no}"), output, standard.as_ref())).collect();
    check_lots(&mut faults, &outputs);
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    let happened = read_happened(&mut faults, "/happened_on", input.happened_on.as_deref(), late_reason.as_deref(), today);
    let mut part = |pointer: &str, grams, plain| read_part(&mut faults, goods, pointer, grams, plain);
    let loss = part("/loss_g", input.loss_g, input.loss);
    let downgraded = part("/downgraded_g", input.downgraded_g, input.downgraded);
    let processed = part("/processed_g", input.processed_g, input.processed);
    let facility = read_text(&mut faults, "/facility_id", input.facility_id.as_deref(), 120);
    let reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 500);
    faults.check()?;
    let (Some(kind), Some(happened)) = (kind, happened) else { return Err(crate::kernel::Failure::broken("faults were not noted")) };
    Ok(Draft { kind, inputs, outputs, loss, downgraded, processed, happened, facility, reason, late_reason })
}

/// Reads the form of a merge: one output of all that is loose.
pub(super) fn read_merge(goods: &Goods, first: &str, input: &MergeInput, today: Day) -> Outcome<Draft> {
    let mut faults = Faults::new();
    if input.with.len() > MOST_BATCHES {
        faults.add("/with", "too_many").with("right", MOST_BATCHES);
    }
    let mut inputs = vec![DraftInput { pointer: "/with".to_owned(), batch_id: first.to_owned(), amount: None }];
    for (no, id) in input.with.iter().enumerate() {
        let pointer = format!("/with/{no}");
        note_twice(&mut faults, &pointer, &inputs, id);
        inputs.push(DraftInput { pointer, batch_id: id.clone(), amount: None });
    }
    let output = ProcessOutput {
        lot: input.lot.clone(),
        // Computed from what is loose under the locks; this one only passes the form.
        net_weight_g: (goods.unit == BaseUnit::G).then_some(1),
        quantity: (goods.unit != BaseUnit::G).then_some(1),
        grade: input.grade.clone(),
        produced_on: input.produced_on.clone(),
        packed_on: input.packed_on.clone(),
        best_before: input.best_before.clone(),
        facility_id: input.facility_id.clone(),
        standard_version: input.standard_version.clone(),
    };
    let mut output = read_output(&mut faults, goods, "", &output, None);
    output.amount = None;
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    let happened = read_happened(&mut faults, "/happened_on", input.happened_on.as_deref(), late_reason.as_deref(), today);
    let loss = read_part(&mut faults, goods, "/loss_g", input.loss_g, input.loss);
    let reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 500);
    faults.check()?;
    let happened = happened.ok_or_else(|| crate::kernel::Failure::broken("faults were not noted"))?;
    let facility = output.facility.clone();
    let (kind, outputs) = (ProcessKind::Merging, vec![output]);
    Ok(Draft { kind, inputs, outputs, loss, downgraded: 0, processed: 0, happened, facility, reason, late_reason })
}

fn note_twice(faults: &mut Faults, pointer: &str, inputs: &[DraftInput], id: &str) {
    if inputs.iter().any(|known| known.batch_id == id) {
        faults.add(pointer, "given_twice").with("value", shortened(id));
    }
}

/// The batch in the address first. Who names it again among the inputs says its amount there.
fn read_inputs(faults: &mut Faults, goods: &Goods, first: &str, input: &ProcessInput) -> Vec<DraftInput> {
    let read = |faults: &mut Faults, pointer: &str, grams: Option<i64>, quantity: Option<i64>| {
        let sent = Sent { pointer, grams, quantity, unit: None };
        if sent.is_empty() { None } else { sent.read(faults, goods.unit, false) }
    };
    let amount = read(faults, "/net_weight_g", input.net_weight_g, input.quantity);
    let mut inputs = vec![DraftInput { pointer: "/net_weight_g".to_owned(), batch_id: first.to_owned(), amount }];
    let said = input.net_weight_g.is_some() || input.quantity.is_some();
    let mut again = said;
    for (no, source) in input.inputs.iter().enumerate() {
        let pointer = format!("/inputs/{no}/net_weight_g");
        let amount = read(faults, &pointer, source.net_weight_g, source.quantity);
        if source.batch_id == first && !again {
            again = true;
            if let Some(own) = inputs.first_mut() {
                (own.pointer, own.amount) = (pointer, amount);
            }
            continue;
        }
        note_twice(faults, &format!("/inputs/{no}/batch_id"), &inputs, &source.batch_id);
        inputs.push(DraftInput { pointer, batch_id: source.batch_id.clone(), amount });
    }
    inputs
}

fn read_output(faults: &mut Faults, goods: &Goods, pointer: &str, output: &ProcessOutput, standard: Option<&String>) -> DraftOutput {
    let at = |field: &str| format!("{pointer}/{field}");
    let weight = at("net_weight_g");
    let amount =
        Sent { pointer: &weight, grams: output.net_weight_g, quantity: output.quantity, unit: None }.read(faults, goods.unit, false);
    let mut day = |field: &str, value: &Option<String>| value.as_deref().and_then(|value| read_day(faults, &at(field), value));
    let days = OutputDays {
        produced_on: day("produced_on", &output.produced_on),
        packed_on: day("packed_on", &output.packed_on),
        best_before: day("best_before", &output.best_before),
    };
    let lot = need_text(faults, &at("lot"), Some(&output.lot), 60, "lot_missing");
    let mut text = |field: &str, value: &Option<String>, most| read_text(faults, &at(field), value.as_deref(), most);
    let grade = text("grade", &output.grade, 40);
    let facility = text("facility_id", &output.facility_id, 120);
    let own = text("standard_version", &output.standard_version, 80);
    DraftOutput { pointer: pointer.to_owned(), lot, amount, days, grade, facility, standard: own.or_else(|| standard.cloned()) }
}

fn check_lots(faults: &mut Faults, outputs: &[DraftOutput]) {
    for (no, output) in outputs.iter().enumerate() {
        if !output.lot.is_empty() && outputs.iter().take(no).any(|other| other.lot == output.lot) {
            faults.add(format!("{}/lot", output.pointer), "given_twice").with("value", shortened(&output.lot));
        }
    }
}

/// An amount that may be nothing.
fn read_part(faults: &mut Faults, goods: &Goods, pointer: &str, grams: Option<i64>, plain: Option<i64>) -> i64 {
    if grams.is_some() && goods.unit != BaseUnit::G {
        faults.add(pointer, "unit_unfit").with("figure", "g").with("right", goods.unit.word());
        return 0;
    }
    let amount = grams.or(plain).unwrap_or(0);
    if !(0..=MOST).contains(&amount) {
        faults.add(pointer, "amount_unfit").with("figure", amount).with("right", MOST);
        return 0;
    }
    amount
}
