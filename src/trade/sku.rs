//! 规格: how much one SKU is, read from its words. What is read is a proposal; only what a person confirmed counts.

use crate::registry::search;

/// How much one SKU is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// How many packs it has.
    pub packs: i64,
    /// Net weight or volume of all of them, in grams or millilitres.
    pub amount: i64,
}

/// Units of weight and volume with what one is, in thousandths of a gram or millilitre; the longest first.
const UNITS: &[(&str, i64)] = &[
    ("千克", 1_000_000),
    ("公斤", 1_000_000),
    ("市斤", 500_000),
    ("毫升", 1_000),
    ("kg", 1_000_000),
    ("ml", 1_000),
    ("斤", 500_000),
    ("克", 1_000),
    ("升", 1_000_000),
    ("吨", 1_000_000_000),
    ("g", 1_000),
    ("l", 1_000_000),
];
const PACKS: &[&str] = &["礼盒", "箱", "盒", "袋", "瓶", "包", "罐", "件", "份", "提", "桶", "筐", "篮"];
const TIMES: &[char] = &['*', '×', 'x', '✕', '✖'];
/// Weights after these words are of one fruit or with the packing.
const NOT_NET: &[&str] = &["单果重", "单果", "果重", "单个", "每个", "单颗", "单枚", "毛重", "规格果径"];
/// What depends on what the buyer does is no fixed amount.
const UNFIXED: &[&str] = &["送", "赠", "任选", "可选", "拍", "买一", "买二", "买2", "买1", "满"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    /// Thousandths.
    Number(i64),
    /// One of it, in thousandths of a gram or millilitre.
    Unit(i64),
    Pack,
    Times,
    /// 装, a stroke, a blank: between what belongs together.
    Joint,
    /// From – to.
    Dash,
    /// A weight that is not net follows.
    NotNet,
    Other,
}

/// 一 … 十, as before 斤.
fn hanzi(c: char) -> Option<i64> {
    "一二三四五六七八九十"
        .chars()
        .position(|own| own == c)
        .map(|no| i64::try_from(no + 1).unwrap_or(0) * 1000)
        .or((c == '两').then_some(2000))
}

fn tokens(folded: &str) -> Vec<Token> {
    let (mut out, mut rest) = (Vec::new(), folded);
    let starting = |rest: &str, words: &[&str]| words.iter().find(|word| rest.starts_with(**word)).map(|word| word.len());
    while let Some(c) = rest.chars().next() {
        let (token, length) = if let Some(length) = starting(rest, NOT_NET) {
            (Token::NotNet, length)
        } else if c.is_ascii_digit() {
            let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (whole, part) = rest[..length].split_once('.').unwrap_or((&rest[..length], ""));
            let part: i64 = format!("{part:0<3}").get(..3).and_then(|p| p.parse().ok()).unwrap_or(0);
            let read = whole.parse::<i64>().ok().filter(|whole| *whole < 1_000_000).map(|whole| whole * 1000 + part);
            (read.map_or(Token::Other, Token::Number), length)
        } else if let Some(number) = hanzi(c).filter(|_| rest[c.len_utf8()..].starts_with(['斤', '公', '箱', '盒', '袋', '瓶'])) {
            (Token::Number(number), c.len_utf8())
        } else if let Some((unit, factor)) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit)) {
            let after = rest[unit.len()..].chars().next();
            let word = unit.is_ascii() && after.is_some_and(|c| c.is_ascii_alphabetic() && c != 'x');
            (if word { Token::Other } else { Token::Unit(*factor) }, unit.len())
        } else if let Some(length) = starting(rest, PACKS) {
            (Token::Pack, length)
        } else if TIMES.contains(&c) {
            (Token::Times, c.len_utf8())
        } else if matches!(c, '装' | '/' | ' ' | '共' | '每' | '一' | '(' | ')' | '【' | '】') {
            (Token::Joint, c.len_utf8())
        } else if matches!(c, '-' | '~' | '至' | '到' | '—') {
            (Token::Dash, c.len_utf8())
        } else {
            (Token::Other, c.len_utf8())
        };
        out.push(token);
        rest = &rest[length..];
    }
    out
}

/// What the words of a SKU say: nothing where they say no net amount, several that differ, a range, or one that depends on what is bought.
pub fn read(words: &str) -> Option<Offer> {
    let folded = search::fold(words);
    if UNFIXED.iter().any(|word| folded.contains(word)) {
        return None;
    }
    let net = ["净含量", "净重"].iter().find_map(|word| folded.find(word).map(|at| at + word.len()));
    let tokens = tokens(net.map_or(folded.as_str(), |at| &folded[at..]));
    let mut found: Vec<Offer> = Vec::new();
    let mut skip = false;
    for at in 0..tokens.len() {
        match (tokens[at], tokens.get(at + 1)) {
            (Token::NotNet, _) => skip = true,
            (Token::Number(number), Some(Token::Unit(unit))) => {
                let ranged = at > 0 && tokens[at - 1] == Token::Dash;
                if std::mem::take(&mut skip) {
                    continue;
                }
                if ranged {
                    return None;
                }
                let one = number.checked_mul(*unit)? / 1_000_000;
                let packs = times_after(&tokens, at + 2)?.checked_mul(times_before(&tokens, at)?)?;
                found.push(Offer { packs, amount: one.checked_mul(packs)? });
            }
            _ => {}
        }
    }
    let most = *found.iter().max_by_key(|offer| (offer.amount, offer.packs))?;
    // Several amounts are one if each is a part of it that its packs make whole: 2.5kg(5斤), 500g×10 共5kg.
    let alike = found.iter().all(|offer| offer.amount == most.amount);
    (alike && most.amount > 0 && most.amount <= 100_000_000).then_some(most)
}

/// The packs said after a weight: `*2箱`, `/袋×10`, `装2箱`. Nothing if it is unclear.
fn times_after(tokens: &[Token], mut at: usize) -> Option<i64> {
    let mut packs = 1_i64;
    loop {
        while matches!(tokens.get(at), Some(Token::Joint)) || (tokens.get(at) == Some(&Token::Pack)) {
            at += 1;
        }
        let (number, next, must) = match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(Token::Times), Some(Token::Number(n)), _) => (*n, at + 2, false),
            (Some(Token::Number(n)), Some(Token::Pack), _) => (*n, at + 2, true),
            _ => return Some(packs),
        };
        // `*2.5kg` is no count.
        if !must && matches!(tokens.get(next), Some(Token::Unit(_))) {
            return Some(packs);
        }
        if number % 1000 != 0 || number == 0 {
            return None;
        }
        packs = packs.checked_mul(number / 1000).filter(|packs| *packs <= 10_000)?;
        at = next;
    }
}

/// The packs said before a weight: `2箱*2.5kg`. `10袋 5斤` may be either: nothing.
fn times_before(tokens: &[Token], at: usize) -> Option<i64> {
    let mut before = at;
    let mut tied = false;
    while before > 0 && matches!(tokens[before - 1], Token::Joint | Token::Times | Token::Pack) {
        before -= 1;
        tied |= tokens[before] == Token::Times;
    }
    let packed = tokens[before..at].contains(&Token::Pack);
    // A number after × counts the packs of the weight before it.
    if before >= 2 && tokens[before - 2] == Token::Times {
        return Some(1);
    }
    match before.checked_sub(1).map(|no| tokens[no]) {
        Some(Token::Number(number)) if (tied || packed) && number % 1000 == 0 => match (tied, number) {
            (true, _) => Some(number / 1000).filter(|packs| (1..=10_000).contains(packs)),
            (false, 1000) => Some(1),
            (false, _) => None,
        },
        _ => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_sku_propose_an_amount() {
        let table: &[(&str, Option<(i64, i64)>)] = &[
            ("5斤装", Some((1, 2500))),
            ("五斤装 精品", Some((1, 2500))),
            ("十斤", Some((1, 5000))),
            ("2.5kg", Some((1, 2500))),
            ("2.5KG*2箱", Some((2, 5000))),
            ("2箱*2.5kg", Some((2, 5000))),
            ("净含量 500g×10", Some((10, 5000))),
            ("净含量：500克", Some((1, 500))),
            ("500gx10包x2箱", Some((20, 10_000))),
            ("5斤/箱*2箱", Some((2, 5000))),
            ("5斤装2箱", Some((2, 5000))),
            ("10袋×500g", Some((10, 5000))),
            ("2.5kg(5斤)", Some((1, 2500))),
            ("500g×10袋 共5kg", Some((10, 5000))),
            ("毛重5斤 净重4.5斤", Some((1, 2250))),
            ("单果200g 5斤装", Some((1, 2500))),
            ("500ml*6瓶", Some((6, 3000))),
            ("１０斤　礼盒", Some((1, 5000))),
            ("1箱 5斤", Some((1, 2500))),
            ("精品大果", None),
            ("毛重5斤", None),
            ("4.5-5斤", None),
            ("5斤 送1斤", None),
            ("拍2发3 5斤", None),
            ("10袋 5斤", None),
            ("5斤装 10斤装", None),
            ("80-85mm 12个", None),
            ("2.5盒", None),
            ("0斤", None),
            ("999999999999999999kg", None),
            ("100g glass", Some((1, 100))),
            ("", None),
        ];
        for (words, right) in table {
            assert_eq!(read(words).map(|offer| (offer.packs, offer.amount)), *right, "{words}");
        }
    }
}
