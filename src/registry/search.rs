//! Search that finds two Chinese characters, pinyin (`xuehuali`) and initials (`xhl`), exactly, on both engines.
//!
//! A row keeps a [`search_text`]: its names and their readings, one segment per line, folded. A query is folded alike; a row matches if
//! every blank-separated word of the query is in its text ([`matches`]). To find rows without reading all, each row also keeps its
//! [`grams`]; a row that matches has all of [`query_grams`], so the grams only ever narrow and never lose: recall is exact.
//! Characters of more than one reading have every reading people use; the order of lists is [`sort_key`].

mod pinyin;
mod traditional;

use std::collections::{BTreeSet, HashSet};

use unicode_normalization::UnicodeNormalization;

use crate::kernel::text;

/// Text as it is compared: composed, full-width narrowed, lower case, traditional characters simplified, blanks single. One line.
pub fn fold(written: &str) -> String {
    let narrow: String = written.chars().map(text::narrow).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    // Lower-casing and simplifying may leave something to compose again.
    text::clean(&narrow).to_lowercase().replace('ü', "v").chars().map(traditional::simplified).nfc().collect()
}

/// The searched text of a row: one segment per line. Names, aliases and places come with their readings and initials.
pub fn search_text(names: &[&str], aliases: &[&str], places: &[&str], holders: &[&str]) -> String {
    let mut seen = HashSet::new();
    let mut segments = Vec::new();
    let mut add = |segment: String| {
        if !segment.is_empty() && seen.insert(segment.clone()) {
            segments.push(segment);
        }
    };
    for name in [names, aliases, places].concat() {
        let name = fold(name);
        add(name.clone());
        for reading in pinyin::readings(&name) {
            add(reading.concat());
            add(reading.iter().filter_map(|syllable| syllable.chars().next()).collect());
        }
    }
    for holder in holders {
        add(fold(holder));
    }
    segments.join("\n")
}

/// The single characters and neighbouring pairs of a searched text; pairs never reach over a line or a blank.
pub fn grams(search_text: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for word in search_text.split(['\n', ' ']) {
        let mut before = None;
        for c in word.chars() {
            grams.insert(c.to_string());
            if let Some(before) = before {
                grams.insert([before, c].iter().collect());
            }
            before = Some(c);
        }
    }
    grams
}

/// The grams every match of this query has: pairs, or the character itself where a word has only one.
pub fn query_grams(query: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for word in query_words(query) {
        let chars: Vec<char> = word.chars().collect();
        match chars[..] {
            [] => {}
            [only] => {
                grams.insert(only.to_string());
            }
            _ => grams.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>())),
        }
    }
    grams
}

/// The words of a query, folded; none if it is empty. Fold once, then ask [`has_words`] of each row.
pub fn query_words(query: &str) -> Vec<String> {
    fold(query).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Are all these words in the text?
pub fn has_words(search_text: &str, words: &[String]) -> bool {
    words.iter().all(|word| search_text.contains(word.as_str()))
}

/// Is every word of the query in the text? An empty query matches all.
pub fn matches(search_text: &str, query: &str) -> bool {
    has_words(search_text, &query_words(query))
}

/// Orders Chinese lists by reading, bytewise: syllables, then the name itself. `赵县` comes before `赵县雪花梨`.
pub fn sort_key(name: &str) -> String {
    let name = fold(name);
    // A tab is less than the blank between syllables, so that the shorter name comes first.
    format!("{}\t{name}", pinyin::reading(&name).join(" "))
}

#[cfg(test)]
mod tests;
