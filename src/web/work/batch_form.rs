//! A batch as somebody types it, and what is asked for with it. Pure: typed texts in, an input for the command out, and everything that
//! can't be read beside it, so that all is said at once.

use serde::Deserialize;

use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, WeightUnit, parse_amount};
use crate::kernel::{Failure, text};
use crate::trace::batch::{BatchInput, InputSource, Material, SourceInput};
use crate::trace::measure::Entered;

/// The choice of all own plots of the product.
pub(super) const ALL_PLOTS: &str = "plots";
/// The choice of raw material.
pub(super) const MATERIAL: &str = "input";

/// What the choice of all that was delivered on a day begins with; the day follows.
pub(super) const WHOLE_DAY: &str = "day_";

/// A delivery with something left, as a batch may take from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Left {
    pub id: String,
    pub free: i64,
    /// Delivered on.
    pub day: String,
}

/// Shares an amount among deliveries in their order, each to the end; what none has is asked of the last, so that nothing is hidden.
pub(super) fn fill(amount: i64, from: &[Left]) -> Vec<(String, i64)> {
    let (mut rest, mut taken) = (amount, Vec::new());
    for (no, delivery) in from.iter().enumerate() {
        let part = if no + 1 == from.len() { rest } else { rest.min(delivery.free) };
        if part > 0 {
            taken.push((delivery.id.clone(), part));
        }
        rest -= part;
    }
    taken
}

/// What was typed; nothing is thrown away, so that it can be shown again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct BatchForm {
    pub product: String,
    pub lot: String,
    pub harvested_from: String,
    pub harvested_to: String,
    pub produced_on: String,
    pub packed_on: String,
    pub weight: String,
    pub unit: String,
    pub source: String,
    pub input_name: String,
    pub input_weight: String,
    pub late_reason: String,
    pub late_evidence: String,
    pub accept_excess: String,
    pub facility: String,
    pub report: String,
}

/// A unit on offer: its word, its words under `work.unit`, and how many base units it is.
pub(super) type Unit = (&'static str, i64);

/// Units for goods counted so; the first is taken if none was chosen.
pub(super) fn units(base: BaseUnit) -> &'static [Unit] {
    match base {
        BaseUnit::G => &[("kg", 1000), ("jin", 500), ("t", 1_000_000)],
        BaseUnit::Ml => &[("l", 1000), ("ml", 1)],
        BaseUnit::Piece => &[("piece", 1)],
    }
}

/// Digits as typed on any keyboard, without blanks around.
pub(super) fn plain(typed: &str) -> String {
    text::clean(typed).chars().map(text::narrow).collect()
}

fn given(typed: &str) -> Option<String> {
    Some(plain(typed)).filter(|text| !text.is_empty())
}

impl BatchForm {
    /// What the weight means in base units, if it can be read.
    pub fn amount(&self, base: BaseUnit) -> Option<i64> {
        let factor = units(base).iter().find(|(word, _)| *word == self.unit).or(units(base).first()).map(|(_, factor)| *factor);
        parse_amount(&plain(&self.weight), factor?)
    }
    /// Is the excess to be recorded as pending?
    pub fn accepts_excess(&self) -> bool {
        !self.accept_excess.is_empty()
    }
    /// The day whose deliveries were chosen, if a day was.
    pub fn whole_day(&self) -> Option<&str> {
        self.source.strip_prefix(WHOLE_DAY)
    }
    /// The input of the command, and what could not be read. `own_plots` are those `ALL_PLOTS` stands for, `of_day` the deliveries of
    /// [`whole_day`](Self::whole_day) with something left.
    pub fn read(&self, base: BaseUnit, own_plots: &[String], of_day: &[Left]) -> (BatchInput, Faults) {
        let mut faults = Faults::new();
        let amount = self.amount(base);
        if amount.is_none() && !self.weight.trim().is_empty() {
            faults.add("/net_weight_g", "weight_unreadable").with("figure", text::clean(&self.weight));
        }
        let (net_weight_g, quantity) = if base == BaseUnit::G { (amount, None) } else { (None, amount) };
        let whole = SourceInput { net_weight_g, quantity, ..SourceInput::default() };
        let (mut plot_ids, mut sources) = (Vec::new(), Vec::new());
        match self.source.as_str() {
            "" => {}
            ALL_PLOTS => plot_ids = own_plots.to_vec(),
            MATERIAL => sources.push(SourceInput { input: Some(self.material(&mut faults)), ..whole }),
            id if id.starts_with("plo_") => plot_ids.push(id.to_owned()),
            id if id.starts_with(WHOLE_DAY) => {
                for (id, part) in fill(amount.unwrap_or(0), of_day) {
                    let (net_weight_g, quantity) = if base == BaseUnit::G { (Some(part), None) } else { (None, Some(part)) };
                    sources.push(SourceInput { delivery_id: Some(id), net_weight_g, quantity, ..SourceInput::default() });
                }
            }
            id => sources.push(SourceInput { delivery_id: Some(id.to_owned()), ..whole }),
        }
        let weighed = base == BaseUnit::G && amount.is_some() && WeightUnit::parse(&self.unit).is_some();
        let input = BatchInput {
            product_id: self.product.clone(),
            lot: self.lot.clone(),
            net_weight_g: net_weight_g.filter(|_| sources.is_empty()),
            quantity: quantity.filter(|_| sources.is_empty()),
            sources,
            plot_ids,
            entered: weighed.then(|| Entered { number: plain(&self.weight), unit: self.unit.clone() }),
            harvested_from: given(&self.harvested_from),
            harvested_to: given(&self.harvested_to),
            produced_on: given(&self.produced_on),
            packed_on: given(&self.packed_on),
            facility_id: given(&self.facility),
            report_ids: given(&self.report).into_iter().collect(),
            accept_excess: self.accepts_excess(),
            late_reason: Some(self.late_reason.clone()).filter(|reason| !reason.trim().is_empty()),
            late_evidence: given(&self.late_evidence),
            ..BatchInput::default()
        };
        (input, faults)
    }
    fn material(&self, faults: &mut Faults) -> InputSource {
        let weight_g = parse_amount(&plain(&self.input_weight), 1000);
        if weight_g.is_none() && !self.input_weight.trim().is_empty() {
            faults.add("/sources/0/input/weight_g", "weight_unreadable").with("figure", text::clean(&self.input_weight));
        }
        InputSource::Material(Material { name: self.input_name.clone(), weight_g, document_no: None, origin: None })
    }
}

/// Everything at fault at once: what could not be read, and what the command said of all else; `field` tells which pointers mean one.
pub(super) fn together<N: PartialEq>(unread: Faults, refused: Option<Failure>, field: impl Fn(&str) -> N) -> Result<(), Failure> {
    match (unread.check(), refused) {
        (Ok(()), None) => Ok(()),
        (Ok(()), Some(refused)) => Err(refused),
        (Err(unread), None) => Err(unread),
        (Err(unread), Some(mut refused)) => {
            // Where a text could not be read, that it is missing is not said too.
            refused.fields.retain(|f| !unread.fields.iter().any(|u| field(&u.pointer) == field(&f.pointer)));
            refused.fields.splice(0..0, unread.fields);
            Err(refused)
        }
    }
}

/// The field of the form that a pointer of the command means.
pub(super) fn field(pointer: &str) -> &'static str {
    let names = ["lot", "harvested_from", "harvested_to", "produced_on", "packed_on", "late_reason", "late_evidence", "accept_excess"];
    if let Some(name) = names.into_iter().find(|name| pointer.strip_prefix('/') == Some(name)) {
        return name;
    }
    match pointer {
        "/product_id" => "product",
        "/facility_id" => "facility",
        "/sources/0/input/weight_g" => "input_weight",
        _ if pointer.starts_with("/report_ids") => "report",
        _ if pointer.starts_with("/sources/0/input") => "input_name",
        _ if pointer.ends_with("net_weight_g") || pointer.ends_with("/quantity") || pointer.starts_with("/entered") => "weight",
        _ if pointer.starts_with("/sources") || pointer.starts_with("/plot_ids") => "source",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(weight: &str, unit: &str, source: &str) -> BatchForm {
        BatchForm { weight: weight.into(), unit: unit.into(), source: source.into(), lot: "L-1".into(), ..BatchForm::default() }
    }

    #[test]
    fn what_is_typed_is_read_in_its_unit() {
        for (weight, unit, base, right) in [
            ("48,000", "jin", BaseUnit::G, Some(24_000_000)),
            ("２４ ", "t", BaseUnit::G, Some(24_000_000)),
            ("24000", "", BaseUnit::G, Some(24_000_000)),
            ("0.5", "l", BaseUnit::Ml, Some(500)),
            ("1.5", "piece", BaseUnit::Piece, None),
            ("二十", "kg", BaseUnit::G, None),
        ] {
            assert_eq!(form(weight, unit, "").amount(base), right, "{weight} {unit}");
        }
    }

    #[test]
    fn a_source_is_plots_a_delivery_or_material() {
        let own = ["plo_1".to_owned(), "plo_2".to_owned()];
        let read = |source| form("1", "kg", source).read(BaseUnit::G, &own, &[]).0;
        assert_eq!((read("plots").plot_ids.len(), read("plo_2").plot_ids), (2, vec!["plo_2".to_owned()]));
        let delivered = read("del_1");
        assert_eq!((delivered.sources[0].delivery_id.as_deref(), delivered.sources[0].net_weight_g), (Some("del_1"), Some(1000)));
        assert_eq!((delivered.net_weight_g, read("plots").net_weight_g), (None, Some(1000)));
        assert!(read("").sources.is_empty() && read("input").sources[0].input.is_some());
    }

    fn left(id: &str, free: i64) -> Left {
        Left { id: id.to_owned(), free, day: "2026-09-12".to_owned() }
    }

    #[test]
    fn deliveries_are_taken_in_order_and_the_last_says_what_is_too_much() {
        let two = [left("del_1", 800), left("del_2", 500)];
        assert_eq!(fill(1_000, &two), [("del_1".to_owned(), 800), ("del_2".to_owned(), 200)]);
        assert_eq!(fill(800, &two), [("del_1".to_owned(), 800)]);
        assert_eq!(fill(2_000, &two), [("del_1".to_owned(), 800), ("del_2".to_owned(), 1_200)]);
        assert_eq!(fill(5, &[]), []);
        let day = form("1", "kg", "day_2026-09-12");
        assert_eq!(day.whole_day(), Some("2026-09-12"));
        let (input, _) = day.read(BaseUnit::G, &[], &two);
        let taken: Vec<_> = input.sources.iter().map(|s| (s.delivery_id.as_deref(), s.net_weight_g)).collect();
        assert_eq!(taken, [(Some("del_1"), Some(800)), (Some("del_2"), Some(200))]);
        assert_eq!(input.net_weight_g, None);
    }

    #[test]
    fn all_faults_are_said_once_and_at_their_fields() {
        let (_, unread) = form("很多", "kg", "plots").read(BaseUnit::G, &[], &[]);
        let refused = Failure::field("/net_weight_g", "amount_missing").at("/lot", "lot_missing");
        let both = together(unread, Some(refused), field).unwrap_err();
        let said: Vec<_> = both.fields.iter().map(|f| (field(&f.pointer), f.code)).collect();
        assert_eq!(said, [("weight", "weight_unreadable"), ("lot", "lot_missing")]);
        assert!(together(Faults::new(), None, field).is_ok());
        for (pointer, name) in [("/entered", "weight"), ("/plot_ids/3", "source"), ("/sources/0/delivery_id", "source"), ("/tests/0", "")] {
            assert_eq!(field(pointer), name);
        }
    }
}
