//! The label as SVG: vectors for the symbol, `<text>` for the words. One user unit is one module of 0.5 mm.
//!
//! Dark modules are filled as runs of one row, drawn with crisp edges so that no light seam appears between rows.
//! The words are set in the fonts of whoever prints; the code is stretched to its place so that no other font can push
//! its end off the label.

use std::fmt::Write as _;

use super::{COLUMN, Line, halves, is_wide, lines, square, wrap};
use crate::interop::qr::{MODULE_UM, PrintedBase, QUIET_ZONE, Symbol};
use crate::trace::{Code, LabelText};

/// Size of the letters in hundredths of a module: 2.15 mm, 6.1 pt.
const LETTERS: u32 = 430;
/// Distance of two lines, in hundredths of a module: seven fit beside a symbol of version 3.
const PITCH: u32 = 505;
/// From the top of a line to the foot of its letters, in hundredths of a module.
const BASELINE: u32 = 395;
/// Width of a monospaced letter, in hundredths of the letters' size.
const MONOSPACED: u32 = 60;
const WORD_FONTS: &str = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif";
const CODE_FONTS: &str = "'DejaVu Sans Mono','Courier New',monospace";

/// Makes the SVG labels of one order.
#[derive(Debug, Clone)]
pub struct SvgLabels {
    base: PrintedBase,
    /// Everything up to the code.
    head: String,
    /// Baselines of the two lines of the code, in hundredths of a module.
    baselines: [u32; 2],
    /// Top left of the symbol, quiet zone not included, in modules.
    at: (u32, u32),
}

impl SvgLabels {
    /// Prepares what is the same on every label.
    pub fn new(base: PrintedBase, words: &LabelText) -> Self {
        let column = lines(&base, words, |line| wrap(line, (COLUMN * 100 - 150) * 100 / LETTERS, width));
        let side = square(&base);
        let text_height = u32::try_from(column.len()).unwrap_or(u32::MAX) * PITCH;
        let height = side.max(text_height.div_ceil(100) + 1);
        let width = side + COLUMN;
        let mut head = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xml:lang="zh-CN" width="{}mm" height="{}mm" viewBox="0 0 {width} {height}">"#,
            decimal(width * MODULE_UM / 10),
            decimal(height * MODULE_UM / 10),
        );
        let _ = write!(head, r##"<path fill="#fff" d="M0 0h{width}v{height}H0z"/>"##);
        let _ = write!(head, r#"<g font-size="{}" font-family="{WORD_FONTS}">"#, decimal(LETTERS));
        let mut baselines = [0; 2];
        let mut baseline = (height * 100 - text_height) / 2 + BASELINE;
        for line in column {
            match line {
                Line::Words(words) => {
                    let _ = write!(head, r#"<text x="{side}" y="{}">{}</text>"#, decimal(baseline), escaped(&words));
                }
                Line::Code(half) => baselines[half] = baseline,
            }
            baseline += PITCH;
        }
        let _ = write!(head, r#"</g><g font-size="{}" font-family="{CODE_FONTS}">"#, decimal(LETTERS));
        let at = (QUIET_ZONE, QUIET_ZONE + (height - side) / 2);
        Self { base, head, baselines, at }
    }
    /// The label of a code.
    pub fn label(&self, code: &Code) -> String {
        let mut out = String::with_capacity(self.head.len() + 5_000);
        out.push_str(&self.head);
        for (half, baseline) in halves(code).into_iter().zip(self.baselines) {
            let length = u32::try_from(half.len()).unwrap_or(0) * LETTERS * MONOSPACED / 100;
            let _ = write!(
                out,
                r#"<text x="{}" y="{}" textLength="{}" lengthAdjust="spacingAndGlyphs">{half}</text>"#,
                square(&self.base),
                decimal(baseline),
                decimal(length)
            );
        }
        out.push_str(r#"</g><path shape-rendering="crispEdges" d=""#);
        self.draw(&mut out, &self.base.symbol(code));
        out.push_str("\"/></svg>\n");
        out
    }
    /// One closed sub-path per run; a closed sub-path leaves the pen at its start.
    fn draw(&self, out: &mut String, symbol: &Symbol) {
        let (mut pen_x, mut pen_y) = (0, 0);
        for (y, &row) in (self.at.1..).zip(symbol.rows()) {
            let (mut rest, mut x) = (row, self.at.0);
            while rest != 0 {
                let gap = rest.trailing_zeros();
                let run = (rest >> gap).trailing_ones();
                x += gap;
                let (right, down) = (i64::from(x) - i64::from(pen_x), y - pen_y);
                let _ = write!(out, "m{right} {down}h{run}v1h-{run}z");
                (pen_x, pen_y) = (x, y);
                x += run;
                rest >>= gap + run;
            }
        }
    }
}

/// Width of a character in hundredths of the letters' size, as common sans-serif fonts have it, rounded up.
const fn width(c: char) -> u32 {
    match c {
        _ if is_wide(c) => 100,
        'm' | 'M' | 'W' | '@' | '%' => 90,
        'A'..='Z' | 'w' => 70,
        ' ' | '.' | ',' | ':' | 'i' | 'j' | 'l' | 't' | 'f' | 'r' | '-' => 36,
        _ => 57,
    }
}

/// Hundredths as a decimal number.
fn decimal(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => whole.to_string(),
        _ if rest.is_multiple_of(10) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

/// Text for an XML element or attribute; characters that XML 1.0 can't carry are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{CodeCipher, CodeKind, Locator, Suite};

    fn code(index: u32) -> Code {
        CodeCipher::new(&[5; 32], Suite::Ff1Aes256, Locator::new(1).unwrap()).code(index)
    }
    fn base() -> PrintedBase {
        PrintedBase::new("https://gi.hebei.gov.cn").unwrap()
    }

    #[test]
    fn code_and_domain_are_on_every_label() {
        let svg = SvgLabels::new(base(), &LabelText::default()).label(&code(3));
        let [above, below] = halves(&code(3));
        assert_eq!(format!("{above} {below}"), code(3).grouped());
        for text in [above.as_str(), &below, "gi.hebei.gov.cn"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text}: {svg}");
        }
        assert!(svg.contains(r#"width="37.5mm" height="18.5mm" viewBox="0 0 75 37""#), "{svg}");
    }

    #[test]
    fn usual_words_do_not_make_the_label_higher() {
        for kind in CodeKind::ALL {
            for (locale, product) in [("zh-CN", "晋州鸭梨"), ("en", "Yali")] {
                let svg = SvgLabels::new(base(), &LabelText::new(kind, Some(product), locale)).label(&code(3));
                assert!(svg.contains(r#"width="37.5mm" height="18.5mm""#), "{svg}");
            }
        }
        let longer = LabelText::new(CodeKind::Unit, Some("晋州鸭梨特级礼盒装"), "zh-CN");
        let svg = SvgLabels::new(base(), &longer).label(&code(3));
        assert!(svg.contains(r#"height="21mm""#), "{svg}");
    }

    #[test]
    fn foreign_words_stay_words() {
        let words = LabelText { above: vec!["<b>&\"'\u{1}梨]]>".into()], ..LabelText::default() };
        let svg = SvgLabels::new(base(), &words).label(&code(0));
        assert!(svg.contains(">&lt;b&gt;&amp;&quot;&#39;梨]]&gt;</text>"), "{svg}");
    }

    #[test]
    fn the_path_fills_exactly_the_dark_modules() {
        let labels = SvgLabels::new(base(), &LabelText::default());
        let svg = labels.label(&code(9));
        let path = svg.split("d=\"").last().unwrap().split('"').next().unwrap();
        let mut rows = vec![0_u64; 37];
        let (mut x, mut y) = (0_i64, 0_usize);
        for run in path.split('z').filter(|run| !run.is_empty()) {
            let (start, sides) = run.strip_prefix('m').unwrap().split_once('h').unwrap();
            let (right, down) = start.split_once(' ').unwrap();
            x += right.parse::<i64>().unwrap();
            y += down.parse::<usize>().unwrap();
            let (length, back) = sides.split_once("v1h-").unwrap();
            assert_eq!(length, back);
            for module in 0..length.parse::<i64>().unwrap() {
                rows[y] |= 1 << (x + module);
            }
        }
        let symbol = base().symbol(&code(9));
        for (y, row) in rows.into_iter().enumerate() {
            let expected = y.checked_sub(4).and_then(|y| symbol.rows().get(y)).map_or(0, |bits| bits << 4);
            assert_eq!(row, expected, "row {y}");
        }
    }

    #[test]
    fn decimals_are_short() {
        assert_eq!([0, 5, 50, 100, 515, 1850].map(decimal), ["0", "0.05", "0.5", "1", "5.15", "18.5"]);
    }
}
