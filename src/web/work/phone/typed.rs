//! A batch as it is typed step by step: which step asks for what, and what all of it means. Pure.

use crate::identity::draft::Body;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, WeightUnit};
use crate::kernel::text;
use crate::trace::batch::{BatchInput, InputSource, Material, SourceInput};
use crate::trace::measure::Entered;

use super::super::batch_form::{Left, WHOLE_DAY, fill, plain};
use super::weigh::{Packed, amount, reads};
use crate::kernel::quantity::parse_amount;

/// The longest text kept of one field.
const LONGEST: usize = 500;

/// One screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Source,
    Days,
    Weight,
    Lot,
    Papers,
    Review,
}

impl Step {
    /// In the order they are asked.
    pub const ALL: [Self; 6] = [Self::Source, Self::Days, Self::Weight, Self::Lot, Self::Papers, Self::Review];
    pub fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Days => "days",
            Self::Weight => "weight",
            Self::Lot => "lot",
            Self::Papers => "papers",
            Self::Review => "review",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }
    /// From 1.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1
    }
    pub fn next(self) -> Self {
        Self::ALL.get(self.number()).copied().unwrap_or(Self::Review)
    }
    pub fn before(self) -> Option<Self> {
        self.number().checked_sub(2).and_then(|n| Self::ALL.get(n).copied())
    }
    /// Does this step ask for the field?
    fn asks_for(self, name: &str) -> bool {
        match self {
            Self::Source => is_source(name) || ["input", "input_name", "input_weight"].contains(&name),
            Self::Days => ["harvested_from", "harvested_to", "produced_on", "packed_on", "late_reason", "late_evidence"].contains(&name),
            Self::Weight => ["weight", "unit", "sure"].contains(&name),
            Self::Lot => ["lot", "grade", "facility"].contains(&name),
            Self::Papers => name.starts_with("ter_"),
            Self::Review => false,
        }
    }
    /// Puts what this step was sent in the place of what it was sent before.
    pub fn put(self, body: &mut Body, sent: &Body) {
        body.retain(|name, _| !self.asks_for(name));
        let sent = sent.iter().filter(|(name, value)| self.asks_for(name) && !value.trim().is_empty());
        body.extend(sent.map(|(name, value)| (name.clone(), value.chars().take(LONGEST).collect())));
    }
}

/// The step whose screen asks for what a pointer of the command means.
pub(super) fn step_of(pointer: &str) -> Option<Step> {
    let first = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    Some(match first {
        "harvested_from" | "harvested_to" | "produced_on" | "packed_on" | "late_reason" | "late_evidence" => Step::Days,
        "net_weight_g" | "quantity" | "entered" | "unit" | "accept_excess" => Step::Weight,
        "sources" if pointer.ends_with("net_weight_g") || pointer.ends_with("/quantity") => Step::Weight,
        "sources" | "plot_ids" | "mark_use_ids" => Step::Source,
        "lot" | "grade" | "facility_id" => Step::Lot,
        "report_ids" => Step::Papers,
        _ => return None,
    })
}

fn is_source(name: &str) -> bool {
    name.starts_with("plo_") || name.starts_with("del_") || name.starts_with(WHOLE_DAY)
}

/// Does the draft take from this delivery: by itself or with its day?
pub(super) fn picks(body: &Body, delivery: &Left) -> bool {
    body.contains_key(&delivery.id) || body.contains_key(&format!("{WHOLE_DAY}{}", delivery.day))
}

/// The ids a draft has ticked, of those that begin so.
pub(super) fn ticked(body: &Body, prefix: &str) -> Vec<String> {
    body.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
}

/// What everything typed means for the command, and what could not be read. `deliveries` are those with something left, oldest first.
pub(super) fn read(body: &Body, product_id: &str, base: BaseUnit, packs: &[Packed], deliveries: &[Left]) -> (BatchInput, Faults) {
    let mut faults = Faults::new();
    let given = |name: &str| body.get(name).map(|typed| plain(typed)).filter(|text| !text.is_empty());
    let weighed = amount(body, base, packs);
    if weighed.is_none() && given("weight").is_some() {
        faults.add("/net_weight_g", "weight_unreadable").with("figure", text::clean(body.get("weight").map_or("", String::as_str)));
    }
    let in_unit = |amount: Option<i64>| if base == BaseUnit::G { (amount, None) } else { (None, amount) };
    let chosen: Vec<Left> = deliveries.iter().filter(|delivery| picks(body, delivery)).cloned().collect();
    let mut sources: Vec<SourceInput> = Vec::new();
    for (id, part) in fill(weighed.unwrap_or(0), &chosen) {
        let (net_weight_g, quantity) = in_unit(Some(part));
        sources.push(SourceInput { delivery_id: Some(id), net_weight_g, quantity, ..SourceInput::default() });
    }
    if body.contains_key("input") {
        let weight_g = given("input_weight").and_then(|typed| parse_amount(&typed, 1000));
        if weight_g.is_none() && given("input_weight").is_some() {
            faults.add("/sources/0/input/weight_g", "weight_unreadable").with("figure", given("input_weight").unwrap_or_default());
        }
        let name = body.get("input_name").cloned().unwrap_or_default();
        let input = Some(InputSource::Material(Material { name, weight_g, document_no: None, origin: None }));
        let (net_weight_g, quantity) = in_unit(weighed);
        sources.push(SourceInput { input, net_weight_g, quantity, ..SourceInput::default() });
    }
    let (net_weight_g, quantity) = if sources.is_empty() { in_unit(weighed) } else { (None, None) };
    let unit = body.get("unit").map_or("kg", String::as_str);
    let entered = (base == BaseUnit::G && weighed.is_some() && WeightUnit::parse(unit).is_some())
        .then(|| Entered { number: reads(body), unit: unit.to_owned() });
    let input = BatchInput {
        product_id: product_id.to_owned(),
        lot: body.get("lot").cloned().unwrap_or_default(),
        sources,
        plot_ids: ticked(body, "plo_"),
        net_weight_g,
        quantity,
        entered,
        harvested_from: given("harvested_from"),
        harvested_to: given("harvested_to"),
        produced_on: given("produced_on"),
        packed_on: given("packed_on"),
        grade: body.get("grade").cloned(),
        facility_id: body.get("facility").cloned(),
        report_ids: ticked(body, "ter_"),
        late_reason: body.get("late_reason").cloned(),
        late_evidence: body.get("late_evidence").cloned(),
        ..BatchInput::default()
    };
    (input, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(pairs: &[(&str, &str)]) -> Body {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }
    fn left(id: &str, free: i64) -> Left {
        Left { id: id.to_owned(), free, day: "2026-09-12".to_owned() }
    }

    #[test]
    fn a_step_replaces_its_own_fields_and_no_others() {
        let mut kept = body(&[("plo_1", "yes"), ("weight", "5"), ("unit", "jin")]);
        Step::Source.put(&mut kept, &body(&[("plo_2", "yes"), ("weight", "9"), ("csrf", "x"), ("input_name", " ")]));
        assert_eq!(kept, body(&[("plo_2", "yes"), ("weight", "5"), ("unit", "jin")]));
        Step::Weight.put(&mut kept, &body(&[("weight", &"9".repeat(600))]));
        assert_eq!(kept["weight"].len(), 500);
        assert!(!kept.contains_key("unit"));
    }

    #[test]
    fn steps_lead_on_and_back() {
        assert_eq!(Step::Source.before(), None);
        assert_eq!(Step::Review.before(), Some(Step::Papers));
        for step in Step::ALL {
            assert_eq!(Step::parse(step.word()), Some(step));
            assert!(step == Step::Review || step.next().before() == Some(step));
        }
    }

    #[test]
    fn everything_typed_becomes_one_input() {
        let typed = body(&[("plo_1", "yes"), ("plo_2", "yes"), ("weight", "２，000"), ("unit", "jin"), ("lot", "L-1"), ("ter_1", "yes")]);
        let (input, faults) = read(&typed, "pro_1", BaseUnit::G, &[], &[]);
        assert!(faults.is_empty());
        assert_eq!((input.net_weight_g, input.plot_ids.len(), input.report_ids.len()), (Some(1_000_000), 2, 1));
        assert_eq!(input.entered.unwrap().unit, "jin");
        let typed = body(&[("del_1", "yes"), ("weight", "1"), ("unit", "t")]);
        let (input, _) = read(&typed, "pro_1", BaseUnit::G, &[], &[left("del_1", 10)]);
        assert_eq!((input.sources.len(), input.sources[0].net_weight_g, input.net_weight_g), (1, Some(1_000_000), None));
        let typed = body(&[("day_2026-09-12", "yes"), ("weight", "12"), ("unit", "kg")]);
        let (input, _) = read(&typed, "pro_1", BaseUnit::G, &[], &[left("del_1", 10_000), left("del_2", 10_000)]);
        assert_eq!(input.sources.iter().map(|s| s.net_weight_g).collect::<Vec<_>>(), [Some(10_000), Some(2_000)], "all of a day");
        let (_, faults) = read(&body(&[("weight", "很多")]), "pro_1", BaseUnit::G, &[], &[]);
        assert!(faults.check().unwrap_err().says("weight_unreadable"));
    }

    #[test]
    fn a_refusal_leads_to_the_step_that_can_mend_it() {
        for (pointer, step) in [
            ("/lot", Some(Step::Lot)),
            ("/sources/0/net_weight_g", Some(Step::Weight)),
            ("/sources/0/delivery_id", Some(Step::Source)),
            ("/late_reason", Some(Step::Days)),
            ("/facility_id", Some(Step::Lot)),
            ("", None),
        ] {
            assert_eq!(step_of(pointer), step, "{pointer}");
        }
    }
}
