//! Words of an advertisement that the law forbids or that need proof: found, explained, and left to a person to judge. Pure.
//!
//! Source: `assets/data/advert_words.csv` (广告法 9, 11, 17, 18, 28; 食品安全法 73; rules of certificates), a list to be kept up as the law is.
//! A text is compared folded: composed, full-width made narrow, traditional characters simplified, lower case, and what people put between
//! characters to slip through (blanks, dots, dashes, stars) left out. A word inside a longer harmless one does not count (第一 in 第一书记).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::registry::search::fold;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word.
    pub word: String,
    /// superlative, authority, medical, health, proof or certificate.
    pub kind: String,
    /// The clause that speaks of it.
    pub clause: String,
    /// Longer words in which it is harmless, parted by `;`.
    pub except: String,
    /// Why, in Chinese.
    pub why_zh: String,
    /// Why, in English.
    pub why_en: String,
    /// What to write instead, in Chinese.
    pub instead_zh: String,
    /// What to write instead, in English.
    pub instead_en: String,
}

/// A word of the list in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// What the list says of it.
    pub word: &'static Word,
    /// Where it begins, in characters of the text.
    pub from: usize,
    /// As it is written there.
    pub written: String,
}

/// A word and its exceptions, folded and without gaps.
struct Sought {
    word: &'static Word,
    folded: Vec<char>,
    except: Vec<Vec<char>>,
}

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let text = include_str!("../../assets/data/advert_words.csv");
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
});

static SOUGHT: LazyLock<Vec<Sought>> = LazyLock::new(|| {
    let folded = |text: &str| text.chars().flat_map(folded).collect::<Vec<char>>();
    let sought = |word: &'static Word| Sought {
        word,
        folded: folded(&word.word),
        except: word.except.split(';').filter(|text| !text.is_empty()).map(folded).collect(),
    };
    WORDS.iter().map(sought).collect()
});

/// What people put between the characters of a word.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '·' | '•' | '・' | '.' | '-' | '_' | '*' | '~' | '|' | '/')
}

/// A character as it is compared; nothing for a gap.
fn folded(c: char) -> Vec<char> {
    if is_gap(c) { Vec::new() } else { fold(c.encode_utf8(&mut [0; 4])).chars().filter(|c| !is_gap(*c)).collect() }
}

/// The whole list.
pub fn words() -> &'static [Word] {
    &WORDS
}

/// Every word of the list in a text, in the order of the text, each once; of words that share a place the longest counts.
pub fn flags(text: &str) -> Vec<Flag> {
    let written: Vec<char> = text.chars().collect();
    let mut plain: Vec<(char, usize)> = Vec::with_capacity(written.len());
    for (at, c) in written.iter().enumerate() {
        plain.extend(folded(*c).into_iter().map(|c| (c, at)));
    }
    let reads =
        |at: usize, word: &[char]| plain.len() - at >= word.len() && plain[at..].iter().zip(word).all(|((have, _), want)| have == want);
    // Latin words end where letters end; the gaps left out are looked for in the text itself.
    let letter = |at: Option<usize>| at.and_then(|at| written.get(at)).is_some_and(char::is_ascii_alphanumeric);
    let whole = |from: usize, length: usize| {
        let (first, last) = (plain[from].1, plain[from + length - 1].1);
        let latin = |at: usize| plain[at].0.is_ascii_alphanumeric();
        !(latin(from) && letter(first.checked_sub(1)) || latin(from + length - 1) && letter(Some(last + 1)))
    };
    let harmless = |sought: &Sought, at: usize| {
        sought.except.iter().any(|longer| {
            let inside = longer.windows(sought.folded.len()).position(|part| part == sought.folded.as_slice());
            inside.is_some_and(|before| at >= before && reads(at - before, longer))
        })
    };
    let mut found: Vec<(usize, usize, &Sought)> = Vec::new();
    for sought in SOUGHT.iter().filter(|sought| !sought.folded.is_empty()) {
        let length = sought.folded.len();
        let places = (0..plain.len()).filter(|at| reads(*at, &sought.folded) && whole(*at, length) && !harmless(sought, *at));
        found.extend(places.map(|at| (at, at + length, sought)));
    }
    let inside =
        |one: &(usize, usize, &Sought)| found.iter().any(|(from, to, _)| *from <= one.0 && one.1 <= *to && to - from > one.1 - one.0);
    let mut kept: Vec<_> = found.iter().filter(|one| !inside(one)).collect();
    kept.sort_by_key(|(from, _, _)| *from);
    let mut flags: Vec<Flag> = Vec::new();
    for (from, to, sought) in kept {
        if !flags.iter().any(|flag| flag.word.word == sought.word.word) {
            let (first, last) = (plain[*from].1, plain[to - 1].1);
            flags.push(Flag { word: sought.word, from: first, written: written[first..=last].iter().collect() });
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<&'static str> {
        flags(text).into_iter().map(|flag| flag.word.word.as_str()).collect()
    }

    #[test]
    fn the_list_is_whole_and_says_why() {
        let text = include_str!("../../assets/data/advert_words.csv");
        assert_eq!(words().len(), text.lines().count() - 1, "every line is read");
        assert!(words().len() >= 40);
        for word in words() {
            for cell in [&word.clause, &word.why_zh, &word.why_en, &word.instead_zh, &word.instead_en] {
                assert!(!cell.is_empty(), "{} lacks a cell", word.word);
            }
            let kinds = ["superlative", "authority", "medical", "health", "proof", "certificate"];
            assert!(kinds.contains(&word.kind.as_str()), "{}", word.word);
            assert!(words().iter().filter(|other| other.word == word.word).count() == 1, "{} is there twice", word.word);
            assert_eq!(said(&word.word), [word.word.as_str()], "each is found");
            for longer in word.except.split(';').filter(|text| !text.is_empty()) {
                assert!(!said(longer).contains(&word.word.as_str()), "{longer} is harmless");
            }
        }
    }

    #[test]
    fn what_is_said_is_found_however_it_is_written() {
        let table: [(&str, &[&str]); 16] = [
            ("本店雪花梨全国第一，治疗咳嗽", &["第一", "治疗"]),
            ("第一书记第一次来村里，第一批梨下树", &[]),
            ("第一书记说这是第一的梨", &["第一"]),
            ("最后一筐梨，最近采的，最多放三个月", &[]),
            ("最 佳 口 感", &["最佳"]),
            ("最·佳，最-优", &["最佳", "最优"]),
            ("國家級金獎", &["国家级"]),
            ("最好在冷藏条件下保存", &[]),
            ("世上最好的梨", &["最好"]),
            ("多施有机肥，有机会再来", &[]),
            ("有機雪花梨", &["有机"]),
            ("绿色食品雪花梨", &["绿色食品"]),
            ("The ＢＥＳＴ pears, a best-seller", &["best"]),
            ("Bestow a pear; best before May; organic matter", &[]),
            ("Number  One pear", &["number one"]),
            ("", &[]),
        ];
        for (text, words) in table {
            assert_eq!(said(text), words, "{text}");
        }
    }

    #[test]
    fn a_flag_says_where_and_as_it_is_written() {
        let found = flags("晋州梨，國 家 級 推荐；国家级");
        assert_eq!(found.len(), 1, "each word once");
        assert_eq!((found[0].from, found[0].written.as_str()), (4, "國 家 級"));
        assert!(found[0].word.clause.contains("第九条"));
    }
}
