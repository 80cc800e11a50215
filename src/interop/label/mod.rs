//! The label: the QR symbol in its quiet zone, and beside it what people read — the code in groups of four and the
//! domain on every label, and short lines of words pinned with the order.
//!
//! Two forms: [`SvgLabels`] for printing houses, with every line, and [`PngLabels`] for thermal printers, 1 bit at
//! 203 dpi. The PNG's letters are built in and plain ASCII, so **lines with Chinese appear in SVG only**; the kind,
//! unless it is unit, therefore has an ASCII word for the PNG. Both are 18.5 mm high at version 3 (more if the words
//! need it) and 37.5 mm wide, so that they fit the common 38.1 × 21.2 mm sticker. Letters are 6 pt or larger.

mod png;
mod svg;

pub use self::png::PngLabels;
pub use self::svg::SvgLabels;
use super::qr::{PrintedBase, QUIET_ZONE};
use crate::trace::{Code, LabelText};

/// Width of the column of words, in modules.
const COLUMN: u32 = 38;
/// How many groups of the code stand on its first line.
const GROUPS_ABOVE: usize = 3;

/// One line of the column.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// Words, the same on every label of the order.
    Words(String),
    /// The first or second half of the code.
    Code(usize),
}

/// All lines of the column from the top, words broken by `broken`.
fn lines(base: &PrintedBase, words: &LabelText, broken: impl Fn(&str) -> Vec<String>) -> Vec<Line> {
    let broken = |lines: &[String]| lines.iter().flat_map(|line| broken(line)).map(Line::Words).collect::<Vec<_>>();
    let mut out = broken(&words.above);
    out.extend([Line::Code(0), Line::Code(1)]);
    out.extend(broken(&words.before_domain));
    out.extend(broken(&[base.domain().to_owned()]));
    out.extend(broken(&words.below));
    out
}

/// The code as it stands on two lines.
pub(super) fn halves(code: &Code) -> [String; 2] {
    let groups: Vec<&str> = code.groups().collect();
    [groups[..GROUPS_ABOVE].join(" "), groups[GROUPS_ABOVE..].join(" ")]
}

/// Side of symbol and quiet zone, in modules.
const fn square(base: &PrintedBase) -> u32 {
    base.version().modules() + 2 * QUIET_ZONE
}

/// Breaks `line` where its width passes `most`: after a blank or `. - / :`, around a wide character, else anywhere.
/// Blanks at the end of a line take no room.
pub(super) fn wrap(line: &str, most: u32, width: impl Fn(char) -> u32) -> Vec<String> {
    let (mut out, mut current, mut breakable) = (Vec::new(), String::new(), 0);
    for c in line.chars() {
        let wide = is_wide(c);
        if wide {
            breakable = current.len();
        }
        if c != ' ' && !current.is_empty() && current.chars().chain([c]).map(&width).sum::<u32>() > most {
            let rest = if breakable > 0 { current.split_off(breakable) } else { String::new() };
            out.push(current);
            (current, breakable) = (rest, 0);
        }
        current.push(c);
        if wide || matches!(c, ' ' | '.' | '-' | '/' | ':') {
            breakable = current.len();
        }
    }
    out.push(current);
    out.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Is it drawn as wide as it is high, as Chinese characters and full-width forms are?
const fn is_wide(c: char) -> bool {
    c >= '\u{1100}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_where_readers_expect_it() {
        let eight = |line: &str| wrap(line, 8, |c| if is_wide(c) { 2 } else { 1 });
        assert_eq!(eight("gi.hebei.gov.cn"), ["gi.", "hebei.", "gov.cn"]);
        assert_eq!(eight("晋州鸭梨特级"), ["晋州鸭梨", "特级"]);
        assert_eq!(eight("No other site"), ["No other", "site"]);
        assert_eq!(eight("abcdefghijklmnopqr"), ["abcdefgh", "ijklmnop", "qr"]);
        assert_eq!(eight("ab晋州鸭梨"), ["ab晋州鸭", "梨"]);
        assert_eq!(eight("晋州 pear A"), ["晋州", "pear A"]);
        assert_eq!(eight("  "), Vec::<String>::new());
        for most in 2..30 {
            let line = "https://晋州鸭梨.example-shop.cn/ a b 特级";
            let broken = wrap(line, most, |c| if is_wide(c) { 2 } else { 1 });
            assert_eq!(broken.concat().replace(' ', ""), line.replace(' ', ""), "nothing is lost at {most}");
        }
    }
}
