//! An order of labels, a new pack, and what is done to a roll, as somebody types them. Pure: typed texts in, inputs of commands out.

use serde::Deserialize;

use super::batch_form::{Unit, plain};
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::text;
use crate::trace::CodeKind;
use crate::trace::commands::close::CloseInput;
use crate::trace::commands::link::{LinkInput, UnlinkInput};
use crate::trace::commands::relabel::RelabelInput;
use crate::trace::order::OrderInput;
use crate::trace::pack::PackInput;
use crate::trace::queries::batch::BatchView;
use crate::trace::roll::Label;

/// An order as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderForm {
    pub batch: String,
    pub kind: String,
    pub pack: String,
    pub count: String,
    pub spare: String,
    /// Not empty: bind to the batch at once.
    pub bind: String,
    pub with_pin: String,
    /// Not empty: cases or pallets take up quantity.
    pub carries: String,
    /// Not empty: a gift bundle.
    pub bundle: String,
}

/// A whole number as typed; a fault at `pointer` if it is none.
fn whole(faults: &mut Faults, pointer: &str, typed: &str) -> Option<i64> {
    let typed = plain(typed);
    if typed.is_empty() {
        return None;
    }
    let read = parse_amount(&typed, 1);
    if read.is_none() {
        faults.add(pointer, "number_unreadable").with("figure", text::clean(&typed));
    }
    read
}

impl OrderForm {
    /// The input of the command for a batch, and what could not be read. No count is none, and refused as such.
    pub fn read(&self, batch: &BatchView) -> (OrderInput, Faults) {
        let mut faults = Faults::new();
        let kind = CodeKind::parse(&self.kind).unwrap_or(CodeKind::Unit);
        let binds = !self.bind.is_empty() && kind != CodeKind::Sample;
        let input = OrderInput {
            producer_id: Some(batch.producer_id.clone()),
            product_id: Some(batch.product_id.clone()),
            season: Some(batch.season.clone()),
            pack_id: Some(self.pack.clone()).filter(|id| !id.is_empty()),
            kind,
            count: whole(&mut faults, "/count", &self.count).unwrap_or(0),
            spare: whole(&mut faults, "/spare", &self.spare).unwrap_or(0),
            with_pin: !self.with_pin.is_empty(),
            batch_id: binds.then(|| batch.id.clone()),
            carries_quantity: (!self.carries.is_empty()).then_some(true),
            bundle: (!self.bundle.is_empty()).then_some(true),
        };
        (input, faults)
    }
}

/// The field of the order form a pointer means.
pub(super) fn order_field(pointer: &str) -> &'static str {
    match pointer {
        "/count" => "count",
        "/spare" => "spare",
        "/pack_id" => "pack",
        "/carries_quantity" => "carries",
        "/bundle" => "bundle",
        _ => "",
    }
}

/// A pack as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PackForm {
    pub batch: String,
    pub pack_weight: String,
    pub pack_unit: String,
    pub grade: String,
    pub gtin: String,
    pub shelf_life: String,
    /// Items in a case.
    pub items: String,
}

/// Units on offer for what one pack holds.
pub(super) fn pack_units(base: BaseUnit) -> &'static [Unit] {
    match base {
        BaseUnit::G => &[("kg", 1000), ("g", 1), ("jin", 500)],
        BaseUnit::Ml => &[("ml", 1), ("l", 1000)],
        BaseUnit::Piece => &[("piece", 1)],
    }
}

impl PackForm {
    /// The input of the command, and what could not be read.
    pub fn read(&self, product_id: &str, base: BaseUnit) -> (PackInput, Faults) {
        let mut faults = Faults::new();
        let units = pack_units(base);
        let factor = units.iter().find(|(word, _)| *word == self.pack_unit).or(units.first()).map_or(1, |(_, factor)| *factor);
        let amount = parse_amount(&plain(&self.pack_weight), factor);
        if amount.is_none() && !self.pack_weight.trim().is_empty() {
            faults.add("/net_weight_g", "weight_unreadable").with("figure", text::clean(&self.pack_weight));
        }
        let of = |unit: BaseUnit| amount.filter(|_| base == unit);
        let given = |typed: &str| Some(text::clean(typed)).filter(|text| !text.is_empty());
        let input = PackInput {
            items: whole(&mut faults, "/items", &self.items),
            organisation_id: None,
            product_id: product_id.to_owned(),
            grade: given(&self.grade),
            net_weight_g: of(BaseUnit::G),
            pieces: of(BaseUnit::Piece),
            quantity: of(BaseUnit::Ml),
            unit: None,
            gtin: given(&self.gtin),
            shelf_life_days: whole(&mut faults, "/shelf_life_days", &self.shelf_life),
        };
        (input, faults)
    }
}

/// The field of the pack form a pointer means.
pub(super) fn pack_field(pointer: &str) -> &'static str {
    match pointer {
        "/net_weight_g" | "/pieces" | "/quantity" => "pack_weight",
        "/grade" => "grade",
        "/gtin" => "gtin",
        "/shelf_life_days" => "shelf_life",
        "/items" => "items",
        _ => "",
    }
}

/// What is done to a stretch of a roll, as typed; every verb reads its own part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RollForm {
    pub first: String,
    pub last: String,
    pub batch: String,
    pub damaged: String,
    pub at: String,
    pub reason: String,
    pub note: String,
    pub counted: String,
    /// Number of the photo that shows damage beyond the spare.
    pub evidence: String,
    /// Packing: the box, its items one a line, their order, how many to a case.
    pub parent: String,
    pub children: String,
    pub child_order: String,
    pub child_first: String,
    pub per: String,
    pub mode: String,
    pub short: String,
    /// Relabelling: the new labels and their order.
    pub with_order: String,
    pub with_first: String,
    pub with_last: String,
    /// Closing: labels counted, and what becomes of them.
    pub on_hand: String,
    pub leftovers: String,
}

/// A text that was typed, or none.
fn given(typed: &str) -> Option<String> {
    Some(text::clean(typed)).filter(|typed| !typed.is_empty())
}

impl RollForm {
    /// First and last label; one left out is the other.
    pub fn ends(&self) -> (Label, Label) {
        let (first, last) = (self.first.trim(), self.last.trim());
        let label = |typed: &str| Label::Text(typed.to_owned());
        (label(if first.is_empty() { last } else { first }), label(if last.is_empty() { first } else { last }))
    }
    /// Spoilt labels, however they are set apart.
    pub fn damaged(&self) -> Vec<Label> {
        let apart = |c: char| matches!(c, ',' | '，' | '、' | ';' | '；') || c.is_whitespace();
        self.damaged.split(apart).filter(|part| !part.is_empty()).map(|part| Label::Text(part.to_owned())).collect()
    }
    /// When labels come into use: what a browser writes for a local time is China's; anything else is passed on as it is.
    pub fn moment(&self) -> Option<String> {
        let typed = plain(&self.at);
        match typed.len() {
            0 => None,
            16 => Some(format!("{typed}:00+08:00")),
            19 => Some(format!("{typed}+08:00")),
            _ => Some(typed),
        }
    }
    /// Items as a scanner writes them, one a line.
    pub fn items(&self) -> Vec<Label> {
        let apart = |c: char| matches!(c, '\n' | '\r' | ',' | '，' | '、' | ';' | '；');
        self.children.split(apart).map(str::trim).filter(|part| !part.is_empty()).map(|part| Label::Text(part.to_owned())).collect()
    }
    /// Packing, by scanning or by ratio.
    pub fn link(&self, scan: bool, faults: &mut Faults) -> LinkInput {
        let label = |typed: &str| given(typed).map(Label::Text);
        let (child_order_id, short) = (given(&self.child_order), !self.short.is_empty());
        if scan {
            let (parent, children) = (label(&self.parent), self.items());
            return LinkInput { mode: "scan".to_owned(), parent, children, child_order_id, short, ..LinkInput::default() };
        }
        let one = |typed: &str, other: &str| label(typed).or_else(|| label(other));
        LinkInput {
            mode: given(&self.mode).unwrap_or_else(|| "ratio".to_owned()),
            first: one(&self.first, &self.last),
            last: one(&self.last, &self.first),
            child_order_id,
            child_first: label(&self.child_first),
            per: whole(faults, "/per", &self.per),
            short,
            ..LinkInput::default()
        }
    }
    /// Taking items out of their cases.
    pub fn unlink(&self) -> UnlinkInput {
        let label = |typed: &str| given(typed).map(Label::Text);
        let (first, last) = (label(&self.first), label(&self.last));
        UnlinkInput { first, last, children: self.items(), child_order_id: given(&self.child_order), reason: self.reason.clone() }
    }
    /// New labels on goods that have some.
    pub fn relabel(&self) -> RelabelInput {
        let (first, last) = self.ends();
        let (with_first, with_last) = Self { first: self.with_first.clone(), last: self.with_last.clone(), ..Self::default() }.ends();
        RelabelInput { first, last, with_order_id: given(&self.with_order), with_first, with_last, reason: self.reason.clone() }
    }
    /// Counting an order out.
    pub fn close(&self, faults: &mut Faults) -> CloseInput {
        let on_hand = whole(faults, "/on_hand", &self.on_hand);
        if on_hand.is_none() && plain(&self.on_hand).is_empty() {
            faults.add("/on_hand", "on_hand_missing");
        }
        CloseInput { on_hand: on_hand.unwrap_or(0), leftovers: given(&self.leftovers), note: given(&self.note) }
    }
    /// How many were counted.
    pub fn counted(&self, faults: &mut Faults) -> Option<i64> {
        whole(faults, "/counted", &self.counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_read_in_its_unit() {
        let pack = |weight: &str, unit: &str, base| {
            let form = PackForm { pack_weight: weight.into(), pack_unit: unit.into(), ..PackForm::default() };
            let (input, faults) = form.read("pro_1", base);
            (input.net_weight_g, input.quantity, input.pieces, faults.is_empty())
        };
        assert_eq!(pack("5", "kg", BaseUnit::G), (Some(5000), None, None, true));
        assert_eq!(pack("10", "jin", BaseUnit::G), (Some(5000), None, None, true));
        assert_eq!(pack("500", "ml", BaseUnit::Ml), (None, Some(500), None, true));
        assert_eq!(pack("12", "", BaseUnit::Piece), (None, None, Some(12), true));
        assert_eq!(pack("一斤", "jin", BaseUnit::G), (None, None, None, false));
    }

    #[test]
    fn a_roll_is_read_as_people_write_it() {
        let form = RollForm { first: " 1".into(), damaged: "3、5，7 9".into(), at: "2026-11-20T08:00".into(), ..RollForm::default() };
        assert_eq!(form.damaged().len(), 4);
        assert_eq!(form.moment().as_deref(), Some("2026-11-20T08:00:00+08:00"));
        let (Label::Text(first), Label::Text(last)) = form.ends() else { panic!("typed labels are texts") };
        assert_eq!((first.as_str(), last.as_str()), ("1", "1"));
        assert_eq!(RollForm::default().moment(), None);
        let mut faults = Faults::new();
        assert_eq!(RollForm { counted: "１２".into(), ..RollForm::default() }.counted(&mut faults), Some(12));
        assert_eq!(RollForm { counted: "几个".into(), ..RollForm::default() }.counted(&mut faults), None);
        assert_eq!(faults.check().unwrap_err().fields[0].code, "number_unreadable");
    }
}
