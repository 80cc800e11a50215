//! Weights as people type them: 斤, 公斤, 吨 or boxes of a pack, echoed in the others, and asked about once where they stand out. Pure.

use super::super::super::words::Lang;
use super::super::batch_form::{plain, units};
use super::super::names::jin;
use crate::identity::draft::Body;
use crate::kernel::quantity::{BaseUnit, grouped, parse_amount};

/// A box to count by: a pack's id, what it holds in base units, and its words.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub id: String,
    pub amount: i64,
    pub words: String,
}

/// The number as typed, in plain digits.
pub(super) fn reads(body: &Body) -> String {
    body.get("weight").map(|typed| plain(typed)).unwrap_or_default()
}

/// What was typed in base units, if it can be read.
pub(super) fn amount(body: &Body, base: BaseUnit, packs: &[Packed]) -> Option<i64> {
    let unit = body.get("unit").map_or("", String::as_str);
    let factor = match packs.iter().find(|pack| pack.id == unit) {
        Some(pack) => pack.amount,
        None if unit.starts_with("pac_") => return None,
        None => units(base).iter().find(|(word, _)| *word == unit).or(units(base).first())?.1,
    };
    parse_amount(&reads(body), factor).filter(|amount| *amount > 0)
}

/// Grams as tonnes, exactly: `1.25 t`.
fn tonnes(grams: i64) -> String {
    let rest = format!("{:06}", grams.abs() % 1_000_000);
    let rest = rest.trim_end_matches('0');
    let joint = if rest.is_empty() { "" } else { "." };
    format!("{}{joint}{rest} t", grouped(grams.abs() / 1_000_000))
}

/// An amount in every unit people use for it.
pub(super) fn echo(lang: Lang, base: BaseUnit, amount: i64) -> String {
    match base {
        BaseUnit::G => format!("{} = {} = {}", base.show(amount), jin(lang, amount), tonnes(amount)),
        BaseUnit::Ml | BaseUnit::Piece => base.show(amount),
    }
}

/// Twice the last similar one or more, or half of it or less: asked about once.
pub(super) fn stands_out(last: i64, now: i64) -> bool {
    last > 0 && (now >= last.saturating_mul(2) || now.saturating_mul(2) <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(weight: &str, unit: &str) -> Body {
        [("weight", weight), ("unit", unit)].into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
    }

    #[test]
    fn a_weight_means_the_same_in_every_unit() {
        let packs = [Packed { id: "pac_1".into(), amount: 5_000, words: String::new() }];
        for (weight, unit, right) in [
            ("2,000", "jin", Some(1_000_000)),
            ("1000", "kg", Some(1_000_000)),
            ("１", "t", Some(1_000_000)),
            ("200", "pac_1", Some(1_000_000)),
            ("200", "pac_gone", None),
            ("1000", "", Some(1_000_000)),
            ("0", "kg", None),
            ("十", "kg", None),
        ] {
            assert_eq!(amount(&typed(weight, unit), BaseUnit::G, &packs), right, "{weight} {unit}");
        }
        assert_eq!(echo(Lang::Chinese, BaseUnit::G, 1_250_500), "1,250.5 kg = 2,501 斤 = 1.2505 t");
        assert_eq!(echo(Lang::Chinese, BaseUnit::Piece, 12), "12 件");
    }

    #[test]
    fn twice_and_half_are_asked_about() {
        for (last, now, asked) in
            [(1_000, 2_000, true), (1_000, 1_999, false), (1_000, 500, true), (1_000, 501, false), (0, 9_999, false), (i64::MAX, 1, true)]
        {
            assert_eq!(stands_out(last, now), asked, "{last} {now}");
        }
    }
}
