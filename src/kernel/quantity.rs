//! Quantities are whole numbers: grams for weighed goods, millilitres or pieces for the others; square metres for land.
//! People write 斤, 公斤, 吨 and 亩; what they wrote is kept beside what it means.

use serde::{Deserialize, Serialize};

/// The most any one quantity may be: 10^12 base units (a million tonnes).
pub const MOST: i64 = 1_000_000_000_000;

/// What a product is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaseUnit {
    /// Grams.
    G,
    /// Millilitres.
    Ml,
    /// Pieces.
    Piece,
}

impl BaseUnit {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::G => "g",
            Self::Ml => "ml",
            Self::Piece => "piece",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::G, Self::Ml, Self::Piece].into_iter().find(|u| u.word() == word)
    }
    /// `18,400 kg`, `750 ml`, `3,680 件`: as a person reads an amount in this unit.
    pub fn show(self, amount: i64) -> String {
        match self {
            Self::G if amount.abs() >= 1000 => format!("{} kg", thousandths(amount)),
            Self::G => format!("{} g", grouped(amount)),
            Self::Ml if amount.abs() >= 1000 => format!("{} L", thousandths(amount)),
            Self::Ml => format!("{} ml", grouped(amount)),
            Self::Piece => format!("{} 件", grouped(amount)),
        }
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Thousandths written as a decimal without needless zeros: `18400500` → `18,400.5`.
fn thousandths(amount: i64) -> String {
    let (whole, rest) = (amount.abs() / 1000, amount.abs() % 1000);
    let sign = if amount < 0 { "-" } else { "" };
    let rest = format!("{rest:03}");
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { format!("{sign}{}", grouped(whole)) } else { format!("{sign}{}.{rest}", grouped(whole)) }
}

/// A unit of weight as people use it at the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightUnit {
    /// 克
    Gram,
    /// 斤 = 500 g
    Jin,
    /// 公斤
    Kilogram,
    /// 吨
    Tonne,
}

impl WeightUnit {
    /// Grams in one.
    pub fn grams(self) -> i64 {
        match self {
            Self::Gram => 1,
            Self::Jin => 500,
            Self::Kilogram => 1000,
            Self::Tonne => 1_000_000,
        }
    }
    /// Reads the words a form or a sheet may carry.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.trim().to_lowercase().as_str() {
            "g" | "克" => Self::Gram,
            "jin" | "斤" | "市斤" => Self::Jin,
            "kg" | "公斤" | "千克" => Self::Kilogram,
            "t" | "吨" => Self::Tonne,
            _ => return None,
        })
    }
}

/// Reads a plain decimal (`18400`, `18,400.5`) into thousandths of `unit_in_base`, exactly or not at all.
///
/// # Errors
/// Says nothing but `None`: not a number, more decimals than the unit holds, negative, or beyond [`MOST`].
pub fn parse_amount(text: &str, unit_in_base: i64) -> Option<i64> {
    let text = text.trim().replace([',', '，'], "");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if whole.is_empty() || whole.len() > 13 || fraction.len() > 6 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let number: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = number * i128::from(unit_in_base);
    if scaled % scale != 0 {
        return None;
    }
    i64::try_from(scaled / scale).ok().filter(|amount| (0..=MOST).contains(amount))
}

/// Square metres of `hundredths` of a 亩 (1 亩 = 2000/3 m²), rounded to the nearest.
pub fn m2_of_mu_hundredths(hundredths: i64) -> i64 {
    (hundredths * 20 + 1) / 3
}

/// Square metres as 亩 with two decimals, `2.40`.
pub fn mu_of_m2(m2: i64) -> String {
    let hundredths = (m2 * 3 + 10) / 20;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_exactly_or_not_at_all() {
        assert_eq!(parse_amount("48,000", WeightUnit::Jin.grams()), Some(24_000_000));
        assert_eq!(parse_amount("18400.5", 1000), Some(18_400_500));
        assert_eq!(parse_amount("0.0001", 1000), None, "a tenth of a gram is no quantity");
        for bad in ["", "-1", "1e3", "1.2.3", "１２", "99999999999999", "NaN", "1 000"] {
            assert_eq!(parse_amount(bad, 1000), None, "{bad}");
        }
    }

    #[test]
    fn amounts_are_shown_for_people() {
        assert_eq!(BaseUnit::G.show(18_400_500), "18,400.5 kg");
        assert_eq!(BaseUnit::G.show(-1_000), "-1 kg");
        assert_eq!(BaseUnit::Piece.show(3680), "3,680 件");
    }

    #[test]
    fn a_mu_is_two_thousand_thirds_of_a_square_metre() {
        assert_eq!(m2_of_mu_hundredths(100), 667);
        assert_eq!(m2_of_mu_hundredths(300), 2000);
        assert_eq!(mu_of_m2(2000), "3.00");
        assert_eq!(mu_of_m2(667), "1.00");
    }
}
