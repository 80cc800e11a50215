//! A title as a reader sees it: full-width and traditional characters folded, what stands between characters kept apart, and beside each
//! character what it looks and sounds like.

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

use crate::registry::search;

/// What stands before a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing.
    None,
    /// Blanks.
    Blank,
    /// Signs, or characters nobody sees.
    Sign,
}

/// One character of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Folded.
    pub c: char,
    /// What it looks like: itself, unless it is known to be taken for another.
    pub look: char,
    /// What stands before it.
    pub gap: Gap,
    /// Where it begins in what was written, and where it ends.
    pub at: (usize, usize),
}

/// Look-alikes: the character that is meant, then those that are taken for it. Short on purpose: only what occurs in the register's names.
const LOOKS: &[(char, &str)] = &[
    ('晋', "普亚"),
    ('州', "洲卅"),
    ('县', "具昙"),
    ('赵', "赴"),
    ('鸭', "鸦"),
    ('梨', "犁黎"),
    ('藁', "槁蒿稿"),
    ('宫', "官"),
    ('枣', "束"),
    ('赞', "攒"),
    ('皇', "凰"),
    ('大', "犬太"),
    ('雪', "雷"),
    ('井', "丼"),
    ('陉', "径胫"),
    ('绵', "锦棉"),
    ('桃', "挑姚"),
    ('唐', "塘庚"),
    ('瓜', "爪"),
    ('泊', "伯怕"),
    ('骅', "驿"),
    ('沧', "沦苍"),
    ('冬', "佟"),
    ('丝', "纟"),
    ('椒', "淑"),
    ('苹', "萍"),
    ('果', "杲"),
    ('酒', "洒"),
    ('葡', "匍"),
    ('萄', "淘"),
    ('栗', "粟"),
    ('杏', "否"),
    ('扁', "偏"),
    ('柿', "沛"),
    ('莲', "连"),
    ('藕', "耦"),
    ('韭', "非"),
    ('米', "末"),
];

/// The character a look-alike is taken for.
fn look(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    if let Some((meant, _)) = LOOKS.iter().find(|(_, others)| others.contains(c)) {
        return *meant;
    }
    // Letters of other scripts by the table of Unicode; Han characters have few there and none of use.
    if c.is_alphabetic() && !is_han(c) {
        let like: Vec<char> = unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).collect();
        if let [one] = like[..]
            && one.is_ascii_alphabetic()
        {
            return one.to_ascii_lowercase();
        }
    }
    c
}

/// Is it a Chinese character?
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

/// Its commonest reading with the tone.
pub fn sound(c: char) -> Option<&'static str> {
    c.to_pinyin().map(pinyin::Pinyin::with_tone)
}

/// A title, character by character.
pub fn units(written: &str) -> Vec<Unit> {
    let mut out = Vec::new();
    let mut gap = Gap::None;
    for (at, c) in written.char_indices() {
        if c.is_whitespace() {
            gap = gap.max(Gap::Blank);
            continue;
        }
        if !c.is_alphanumeric() {
            gap = Gap::Sign;
            continue;
        }
        // Plain characters fold to themselves; the rest by the table of the search, after what they are composed of.
        let end = at + c.len_utf8();
        let folded = if c.is_ascii() { c.to_ascii_lowercase().to_string() } else { search::fold(&c.nfkc().collect::<String>()) };
        for (no, c) in folded.chars().filter(|c| c.is_alphanumeric()).enumerate() {
            out.push(Unit { c, look: look(c), gap: if no == 0 { gap } else { Gap::None }, at: (at, end) });
        }
        gap = Gap::None;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(written: &str) -> String {
        units(written).iter().map(|unit| unit.c).collect()
    }

    #[test]
    fn what_is_written_otherwise_reads_alike() {
        for written in ["晋州鸭梨", "晉州鴨梨", "晋 州\u{200b}鸭·梨", "【晋州】鸭梨"] {
            assert_eq!(shown(written), "晋州鸭梨", "{written:?}");
        }
        assert_eq!(shown("ＪＩＮ zhou"), "jinzhou");
        let cyrillic: String = units("jinzhоu").iter().map(|unit| unit.look).collect();
        assert_eq!(cyrillic, "jinzhou", "the о is Cyrillic");
        let gaps: Vec<Gap> = units("晋 州\u{200b}鸭").iter().map(|unit| unit.gap).collect();
        assert_eq!(gaps, [Gap::None, Gap::Blank, Gap::Sign]);
        assert_eq!(units("晋卅").last().map(|unit| unit.look), Some('州'));
        assert_eq!(sound('晋'), sound('近'));
        assert_ne!(sound('晋'), sound('锦'), "锦州 is a place of its own");
    }

    #[test]
    fn no_character_is_taken_for_two_and_none_for_itself() {
        let mut seen = std::collections::BTreeSet::new();
        for (meant, others) in LOOKS {
            for other in others.chars() {
                assert!(seen.insert(other), "{other} twice");
                assert_ne!(other, *meant);
            }
        }
    }
}
