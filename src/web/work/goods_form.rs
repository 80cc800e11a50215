//! The forms that move goods out of a batch, as somebody types them. Pure: typed texts in, inputs for the commands out, and everything
//! that can't be read beside them, so that all is said at once. Names of fields begin with their form: `p-` process, `m-` merge, `r-` reduce.

use std::collections::BTreeMap;

use super::batch_form::{plain, units};
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::text;
use crate::trace::commands::process_draft::{MergeInput, ProcessInput, ProcessOutput};
use crate::trace::commands::reduce::ReductionInput;

/// Outputs one form has room for.
pub(super) const OUTPUTS: usize = 5;

/// What was typed, by the names of the fields.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// What stands in a field.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
    fn given(&self, name: &str) -> Option<String> {
        Some(plain(self.get(name))).filter(|typed| !typed.is_empty())
    }
    /// An amount in the form's unit; what can't be read is noted where the command would point.
    fn amount(&self, faults: &mut Faults, base: BaseUnit, form: &str, name: &str, pointer: &str) -> Option<i64> {
        let typed = self.given(&format!("{form}-{name}"))?;
        let unit = self.get(&format!("{form}-unit"));
        let factor = units(base).iter().find(|(word, _)| *word == unit).or(units(base).first()).map(|(_, factor)| *factor)?;
        let amount = parse_amount(&typed, factor);
        if amount.is_none() {
            faults.add(pointer, "weight_unreadable").with("figure", text::clean(&typed));
        }
        amount
    }
    /// Does the n-th output say anything?
    fn has_output(&self, no: usize) -> bool {
        ["lot", "amount", "grade"].iter().any(|name| self.given(&format!("p-{name}{no}")).is_some())
    }
    /// Rows of outputs that say something: the n-th output of the command stands in the row given here.
    fn rows(&self) -> Vec<usize> {
        (1..=OUTPUTS).filter(|no| self.has_output(*no)).collect()
    }
}

/// An amount as the API takes it: grams, or in the product's unit.
fn split(base: BaseUnit, amount: Option<i64>) -> (Option<i64>, Option<i64>) {
    if base == BaseUnit::G { (amount, None) } else { (None, amount) }
}

/// The input of a process.
pub(super) fn process(typed: &Typed, base: BaseUnit) -> (ProcessInput, Faults) {
    let mut faults = Faults::new();
    let mut part = |name: &str, pointer: &str| split(base, typed.amount(&mut faults, base, "p", name, pointer));
    let (net_weight_g, quantity) = part("amount", "/net_weight_g");
    let (loss_g, loss) = part("loss", "/loss_g");
    let (downgraded_g, downgraded) = part("downgraded", "/downgraded_g");
    let (processed_g, processed) = part("processed", "/processed_g");
    let output = |(place, no): (usize, usize)| {
        let (net_weight_g, quantity) = part(&format!("amount{no}"), &format!("/outputs/{place}/net_weight_g"));
        ProcessOutput {
            lot: typed.get(&format!("p-lot{no}")).to_owned(),
            net_weight_g,
            quantity,
            grade: typed.given(&format!("p-grade{no}")),
            ..ProcessOutput::default()
        }
    };
    let outputs = typed.rows().into_iter().enumerate().map(output).collect();
    let input = ProcessInput {
        kind: typed.get("p-kind").to_owned(),
        net_weight_g,
        quantity,
        inputs: Vec::new(),
        outputs,
        loss_g,
        loss,
        downgraded_g,
        downgraded,
        processed_g,
        processed,
        happened_on: typed.given("p-on"),
        facility_id: None,
        standard_version: None,
        reason: typed.given("p-reason"),
        late_reason: typed.given("p-late"),
    };
    (input, faults)
}

/// The field of the process form that a pointer of the command means.
pub(super) fn process_field(typed: &Typed, pointer: &str) -> String {
    if let Some(rest) = pointer.strip_prefix("/outputs/") {
        let (place, name) = rest.split_once('/').unwrap_or((rest, "lot"));
        let row = place.parse::<usize>().ok().and_then(|place| typed.rows().get(place).copied()).unwrap_or(1);
        let name = match name {
            "net_weight_g" => "amount",
            "grade" => "grade",
            _ => "lot",
        };
        return format!("p-{name}{row}");
    }
    let name = match pointer {
        "/kind" => "kind",
        "/net_weight_g" => "amount",
        "/outputs" => "amount1",
        "/loss_g" => "loss",
        "/downgraded_g" => "downgraded",
        "/processed_g" => "processed",
        "/happened_on" => "on",
        "/reason" => "reason",
        "/late_reason" => "late",
        _ => return String::new(),
    };
    format!("p-{name}")
}

/// The input of a merge.
pub(super) fn merge(typed: &Typed, base: BaseUnit) -> (MergeInput, Faults) {
    let mut faults = Faults::new();
    let (loss_g, loss) = split(base, typed.amount(&mut faults, base, "m", "loss", "/loss_g"));
    let with = typed.0.keys().filter_map(|name| name.strip_prefix("m-with-")).map(str::to_owned).collect();
    let input = MergeInput {
        lot: typed.get("m-lot").to_owned(),
        with,
        loss_g,
        loss,
        happened_on: typed.given("m-on"),
        standard_version: typed.given("m-standard"),
        reason: typed.given("m-reason"),
        late_reason: typed.given("m-late"),
        ..MergeInput::default()
    };
    (input, faults)
}

/// The field of the merge form that a pointer of the command means.
pub(super) fn merge_field(pointer: &str) -> String {
    let name = match pointer {
        "/lot" => "lot",
        "/loss_g" | "/outputs" => "loss",
        "/standard_version" => "standard",
        "/happened_on" => "on",
        "/reason" => "reason",
        "/late_reason" => "late",
        _ if pointer.starts_with("/with") || pointer == "/inputs" => "with",
        _ => return String::new(),
    };
    format!("m-{name}")
}

/// The input of what leaves a batch without a code.
pub(super) fn reduce(typed: &Typed, base: BaseUnit) -> (ReductionInput, Faults) {
    let mut faults = Faults::new();
    let (amount_g, quantity) = split(base, typed.amount(&mut faults, base, "r", "amount", "/amount_g"));
    let input = ReductionInput {
        kind: typed.get("r-kind").to_owned(),
        amount_g,
        quantity,
        happened_on: typed.given("r-on"),
        reason: typed.given("r-reason"),
        late_reason: typed.given("r-late"),
        ..ReductionInput::default()
    };
    (input, faults)
}

/// The field of that form that a pointer of the command means.
pub(super) fn reduce_field(pointer: &str) -> String {
    let name = match pointer {
        "/kind" => "kind",
        "/amount_g" => "amount",
        "/happened_on" => "on",
        "/reason" => "reason",
        "/late_reason" => "late",
        _ => return String::new(),
    };
    format!("r-{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Typed {
        Typed(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn rows_left_empty_are_no_outputs_and_faults_find_their_rows() {
        let form = typed(&[
            ("p-kind", "grading"),
            ("p-unit", "jin"),
            ("p-amount", "２,000"),
            ("p-lot2", "T-1"),
            ("p-amount2", "1200"),
            ("p-grade2", "特级"),
            ("p-amount4", "很多"),
            ("p-loss", "20"),
        ]);
        let (input, faults) = process(&form, BaseUnit::G);
        assert_eq!((input.kind.as_str(), input.net_weight_g, input.loss_g), ("grading", Some(1_000_000), Some(10_000)));
        assert_eq!(input.outputs.len(), 2);
        assert_eq!((input.outputs[0].net_weight_g, input.outputs[0].grade.as_deref()), (Some(600_000), Some("特级")));
        let said = faults.check().unwrap_err().fields;
        assert_eq!((said.len(), said[0].pointer.as_str()), (1, "/outputs/1/net_weight_g"));
        assert_eq!(process_field(&form, "/outputs/1/net_weight_g"), "p-amount4");
        assert_eq!(process_field(&form, "/outputs/0/lot"), "p-lot2");
        assert_eq!((process_field(&form, "/outputs"), process_field(&form, "/batch_id")), ("p-amount1".to_owned(), String::new()));
    }

    #[test]
    fn other_units_go_as_quantities() {
        let form = typed(&[("p-kind", "repacking"), ("p-lot1", "A"), ("p-amount1", "12"), ("p-loss", "1")]);
        let (input, faults) = process(&form, BaseUnit::Piece);
        assert!(faults.is_empty());
        assert_eq!((input.outputs[0].quantity, input.outputs[0].net_weight_g, input.loss), (Some(12), None, Some(1)));
    }

    #[test]
    fn a_merge_names_what_was_ticked() {
        let form = typed(&[("m-lot", "M"), ("m-with-bat_1", "yes"), ("m-with-bat_2", "yes")]);
        let (input, faults) = merge(&form, BaseUnit::G);
        assert!(faults.is_empty());
        assert_eq!(input.with, ["bat_1", "bat_2"]);
        assert_eq!(
            (merge_field("/with/0"), merge_field("/lot"), merge_field("/x")),
            ("m-with".to_owned(), "m-lot".to_owned(), String::new())
        );
    }

    #[test]
    fn what_leaves_is_read_in_its_unit() {
        let form = typed(&[("r-kind", "lost"), ("r-amount", "1.5"), ("r-unit", "t"), ("r-reason", "冻坏")]);
        let (input, faults) = reduce(&form, BaseUnit::G);
        assert!(faults.is_empty());
        assert_eq!((input.kind.as_str(), input.amount_g, input.reason.as_deref()), ("lost", Some(1_500_000), Some("冻坏")));
        assert_eq!((reduce_field("/amount_g"), reduce_field("/nothing")), ("r-amount".to_owned(), String::new()));
    }
}
