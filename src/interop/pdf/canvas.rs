//! What is drawn on a page, in micrometres from its top left corner.

use std::fmt::Write as _;

use crate::interop::font::Letters;
use crate::interop::qr::{QUIET_ZONE, Symbol};

/// Micrometres as points of 1/72 inch.
#[expect(clippy::cast_precision_loss, reason = "a sheet of paper is less than 2^24 micrometres")]
pub fn points(um: i64) -> f32 {
    um as f32 * 72.0 / 25_400.0
}

/// A page, or a drawing for pages.
#[derive(Debug, Clone)]
pub struct Canvas<'a> {
    letters: &'a Letters,
    width: i64,
    height: i64,
    content: String,
}

impl<'a> Canvas<'a> {
    /// An empty one.
    pub fn new(letters: &'a Letters, width: i64, height: i64) -> Self {
        Self { letters, width, height, content: String::new() }
    }
    /// Width and height.
    pub fn size(&self) -> (i64, i64) {
        (self.width, self.height)
    }
    /// The operators.
    pub fn content(&self) -> &[u8] {
        self.content.as_bytes()
    }
    /// Its letters.
    pub fn letters(&self) -> &'a Letters {
        self.letters
    }
    fn push(&mut self, args: std::fmt::Arguments<'_>) {
        // Writing to a String can't fail.
        let _ = self.content.write_fmt(args);
    }
    /// One line of text with its foot at `y`; made narrower if it would be wider than `most`.
    pub fn text(&mut self, x: i64, y: i64, size: i64, most: Option<i64>, text: &str) {
        let width = i64::from(self.letters.width_of(text)) * size / 1000;
        let squeezed = most.filter(|most| width > *most).map(|most| most * 100 / width.max(1));
        let (x, y, size) = (points(x), points(self.height - y), points(size));
        self.push(format_args!("BT/F {size:.3} Tf"));
        if let Some(percent) = squeezed {
            self.push(format_args!(" {percent} Tz"));
        }
        self.push(format_args!(" {x:.3} {y:.3} Td<"));
        for c in text.chars() {
            let glyph = self.letters.glyph(c);
            self.push(format_args!("{glyph:04X}"));
        }
        self.push(format_args!(">Tj"));
        if squeezed.is_some() {
            self.push(format_args!(" 100 Tz"));
        }
        self.push(format_args!(" ET\n"));
    }
    /// The outline of a rectangle, `line` thick, dashed or not.
    pub fn frame(&mut self, (x, y): (i64, i64), (width, height): (i64, i64), line: i64, dashed: bool) {
        let (x, y, w, h) = (points(x), points(self.height - y - height), points(width), points(height));
        let dash = if dashed { "[2 2] 0 d" } else { "[] 0 d" };
        self.push(format_args!("q {:.3} w {dash} {x:.3} {y:.3} {w:.3} {h:.3} re S Q\n", points(line)));
    }
    /// A straight line.
    pub fn line(&mut self, (x, y): (i64, i64), (to_x, to_y): (i64, i64), line: i64) {
        let (y, to_y) = (points(self.height - y), points(self.height - to_y));
        self.push(format_args!("q {:.3} w {:.3} {y:.3} m {:.3} {to_y:.3} l S Q\n", points(line), points(x), points(to_x)));
    }
    /// A symbol whose quiet zone begins at `x`, `y`; `side` is with the quiet zone. Drawn as a mask of one bit a module: printers turn it into
    /// dots more evenly than lines.
    pub fn symbol(&mut self, symbol: &Symbol, x: i64, y: i64, side: i64) {
        let modules = i64::from(symbol.modules());
        let module = side / (modules + 2 * i64::from(QUIET_ZONE));
        let (x, y, size) = (x + module * i64::from(QUIET_ZONE), y + module * i64::from(QUIET_ZONE), module * modules);
        let (left, bottom, size) = (points(x), points(self.height - y - size), points(size));
        self.push(format_args!("q {size:.3} 0 0 {size:.3} {left:.3} {bottom:.3} cm BI/W {modules}/H {modules}/IM true/F/AHx ID "));
        for &row in symbol.rows() {
            // A bit of 0 is painted; the first module is the highest bit.
            let painted = !row.reverse_bits();
            for byte in painted.to_be_bytes().iter().take(modules.unsigned_abs().div_ceil(8).try_into().unwrap_or(8)) {
                self.push(format_args!("{byte:02X}"));
            }
        }
        self.push(format_args!("> EI Q\n"));
    }
    /// A drawing of the document, with its top left corner at `x`, `y`.
    pub fn drawing(&mut self, name: usize, x: i64, y: i64, height: i64) {
        let (x, y) = (points(x), points(self.height - y - height));
        self.push(format_args!("q 1 0 0 1 {x:.3} {y:.3} cm/D{name} Do Q\n"));
    }
    /// Everything drawn by `draw` is moved so that its corner lies at `x`, `y`; `height` is the canvas it was made for.
    pub fn moved(&mut self, drawn: &Self, x: i64, y: i64) {
        let (x, y) = (points(x), points(self.height - y - drawn.height));
        self.push(format_args!("q 1 0 0 1 {x:.3} {y:.3} cm\n{}Q\n", drawn.content));
    }
    /// Forgets what was drawn.
    pub fn clear(&mut self) {
        self.content.clear();
    }
}
