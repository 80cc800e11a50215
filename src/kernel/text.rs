//! Foreign text is data: composed (NFC), trimmed, without control or direction-changing characters, and bounded.

use unicode_normalization::UnicodeNormalization;

/// Characters that change how text around them is read or are not seen at all.
fn is_deceptive(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text as it is kept: NFC, trimmed, deceptive characters gone, runs of blanks made one.
pub fn clean(text: &str) -> String {
    let composed: String = text.nfc().filter(|c| !is_deceptive(*c)).collect();
    composed.split([' ', '\t', '\u{3000}', '\u{a0}']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Identifiers as people type them: full-width letters and digits made plain, blanks and dashes gone, upper case.
pub fn identifier(text: &str) -> String {
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–' | '—' | '－' | '\u{3000}') && !is_deceptive(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// A full-width ASCII form as the plain character; everything else unchanged.
pub fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// How many characters a reader would count, at most: longer text is refused by its field.
pub fn too_long(text: &str, most: usize) -> bool {
    text.chars().count() > most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceptive_characters_do_not_survive() {
        assert_eq!(clean(" 晋州\u{202e}鸭\u{200b}梨\u{3000}\u{3000}特级\u{0000} "), "晋州鸭梨 特级");
        assert_eq!(clean("e\u{301}"), "é");
        assert_eq!(identifier(" ９１13－0183ma 0x"), "91130183MA0X");
    }
}
