//! How an amount is sent and shown: `net_weight_g` for goods in grams; `quantity` and `unit` for the others (contract §3).
//!
//! What was entered at the scale may be sent beside it and must mean the same: 斤 and 公斤 are mixed up more often than forged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::shortened;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, MOST, WeightUnit, parse_amount};

/// What was read off the scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entered {
    /// The number as written, `48,000`.
    pub number: String,
    /// 克, 斤, 公斤 or 吨.
    pub unit: String,
}

/// An amount as sent: in grams, or as quantity and unit.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Where faults point, such as `/net_weight_g`.
    pub pointer: &'a str,
    /// In grams.
    pub grams: Option<i64>,
    /// In the product's unit.
    pub quantity: Option<i64>,
    /// The unit meant.
    pub unit: Option<&'a str>,
}

impl Sent<'_> {
    /// Nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.grams.is_none() && self.quantity.is_none()
    }
    /// The amount in the product's unit, if it is one: above zero (or not zero, where `signed`) and at most [`MOST`].
    pub fn read(&self, faults: &mut Faults, unit: BaseUnit, signed: bool) -> Option<i64> {
        if self.unit.is_some_and(|u| u != unit.word()) || (self.grams.is_some() && unit != BaseUnit::G) {
            let sent = if self.grams.is_some() { "g" } else { self.unit.unwrap_or_default() };
            faults.add(self.pointer, "unit_unfit").with("figure", shortened(sent)).with("right", unit.word());
            return None;
        }
        let Some(amount) = self.grams.or(self.quantity) else {
            faults.add(self.pointer, "amount_missing");
            return None;
        };
        let fits = if signed { amount != 0 && amount.checked_abs().is_some_and(|a| a <= MOST) } else { (1..=MOST).contains(&amount) };
        if !fits {
            faults.add(self.pointer, "amount_unfit").with("figure", amount).with("right", MOST);
        }
        fits.then_some(amount)
    }
}

/// What was entered must mean the amount sent.
pub fn check_entered(faults: &mut Faults, pointer: &str, entered: Option<&Entered>, amount: i64) {
    let Some(entered) = entered else { return };
    let Some(unit) = WeightUnit::parse(&entered.unit) else {
        faults.add(format!("{pointer}/unit"), "weight_unit_unknown").with("figure", shortened(&entered.unit));
        return;
    };
    let plain: String = entered.number.chars().map(crate::kernel::text::narrow).collect();
    match parse_amount(&plain, unit.grams()) {
        None => {
            faults.add(format!("{pointer}/number"), "weight_unreadable").with("figure", shortened(&entered.number));
        }
        Some(meant) if meant != amount => {
            let said = format!("{} {}", shortened(&entered.number), shortened(&entered.unit));
            faults
                .add(pointer, "units_mixed_up")
                .with("entered", said)
                .with("right", BaseUnit::G.show(meant))
                .with("figure", BaseUnit::G.show(amount));
        }
        Some(_) => {}
    }
}

/// Figures of a view under their names: `approved_g` for goods in grams, `approved` for the others (the view says the unit).
pub fn named(unit: BaseUnit, figures: impl IntoIterator<Item = (&'static str, i64)>) -> BTreeMap<String, i64> {
    let name = |name: &str| if unit == BaseUnit::G { format!("{name}_g") } else { name.to_owned() };
    figures.into_iter().map(|(figure, amount)| (name(figure), amount)).collect()
}

/// The one amount of a view: `net_weight_g`, or `quantity`.
pub fn amount_name(unit: BaseUnit) -> String {
    (if unit == BaseUnit::G { "net_weight_g" } else { "quantity" }).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(grams: Option<i64>, quantity: Option<i64>, unit: Option<&'static str>) -> Sent<'static> {
        Sent { pointer: "/net_weight_g", grams, quantity, unit }
    }
    fn code(act: impl FnOnce(&mut Faults)) -> Option<&'static str> {
        let mut faults = Faults::new();
        act(&mut faults);
        faults.check().err().map(|f| f.fields[0].code)
    }

    #[test]
    fn an_amount_is_in_the_products_unit_or_refused() {
        let read = |s: Sent<'_>, unit| {
            let mut faults = Faults::new();
            let amount = s.read(&mut faults, unit, false);
            amount.ok_or_else(|| faults.check().unwrap_err().fields[0].code)
        };
        assert_eq!(read(sent(Some(5), None, None), BaseUnit::G), Ok(5));
        assert_eq!(read(sent(None, Some(5), Some("g")), BaseUnit::G), Ok(5));
        assert_eq!(read(sent(None, Some(5), Some("piece")), BaseUnit::Piece), Ok(5));
        assert_eq!(read(sent(Some(5), None, None), BaseUnit::Piece), Err("unit_unfit"));
        assert_eq!(read(sent(None, Some(5), Some("斤")), BaseUnit::G), Err("unit_unfit"));
        assert_eq!(read(sent(None, None, None), BaseUnit::G), Err("amount_missing"));
        for bad in [0, -1, MOST + 1, i64::MIN] {
            assert_eq!(read(sent(Some(bad), None, None), BaseUnit::G), Err("amount_unfit"));
        }
    }

    #[test]
    fn jin_is_not_taken_for_kilograms() {
        let entered = |number: &str, unit: &str| Some(Entered { number: number.to_owned(), unit: unit.to_owned() });
        let check = |e: Option<Entered>, amount| code(|f| check_entered(f, "/entered", e.as_ref(), amount));
        assert_eq!(check(entered("48,000", "斤"), 24_000_000), None);
        assert_eq!(check(entered("４８０００", "斤"), 24_000_000), None);
        assert_eq!(check(entered("48,000", "斤"), 48_000_000), Some("units_mixed_up"));
        assert_eq!(check(entered("48,000", "箱"), 48_000_000), Some("weight_unit_unknown"));
        assert_eq!(check(entered("四万", "斤"), 48_000_000), Some("weight_unreadable"));
        assert_eq!(check(None, 1), None);
    }
}
