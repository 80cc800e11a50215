//! Letters turned into dots, for printers that have no Chinese of their own: the outlines are cut by each row of dots, and what lies inside by
//! the non-zero rule is black.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider};

use super::compose::Line;
use crate::interop::font::Letters;
use crate::kernel::{Failure, Outcome};

/// Straight pieces a curve is cut into: at label sizes a piece is less than a dot.
const PIECES: u8 = 6;

/// An area of dots; `true` is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dots {
    /// Dots in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    black: Vec<bool>,
}

impl Dots {
    /// All white.
    pub fn white(width: usize, height: usize) -> Self {
        Self { width, height, black: vec![false; width * height] }
    }
    /// Is this dot black?
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width && self.black.get(y * self.width + x).copied().unwrap_or(false)
    }
    /// Rows as bytes, the first dot the highest bit, 1 is black.
    pub fn rows(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.black.chunks(self.width.max(1)).map(|row| {
            row.chunks(8).map(|eight| eight.iter().enumerate().fold(0, |byte, (n, black)| byte | u8::from(*black) << (7 - n))).collect()
        })
    }
    fn fill(&mut self, y: usize, from: f32, to: f32) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the row before")]
        let column = |x: f32| (x + 0.5).clamp(0.0, width_of(self.width)) as usize;
        let (from, to) = (column(from), column(to));
        if let Some(row) = self.black.get_mut(y * self.width..(y + 1) * self.width) {
            row[from..to.max(from)].fill(true);
        }
    }
    /// Writes a line; its place and size are in micrometres, `per_mm_1000` is dots per metre.
    ///
    /// # Errors
    /// Ours: the letters were read before.
    pub fn write(&mut self, letters: &Letters, line: &Line, dots_per_m: i64) -> Outcome<()> {
        let face = letters.face()?;
        let outlines = face.outline_glyphs();
        let dots = |um: i64| small(um * dots_per_m) / 1_000_000.0;
        let width = i64::from(letters.width_of(&line.text)) * line.size / 1000;
        let squeeze = if width > line.most { small(line.most) / small(width) } else { 1.0 };
        let (size, foot, mut x) = (dots(line.size), dots(line.y), dots(line.x));
        for c in line.text.chars() {
            let mut pen = Pen { edges: Vec::new(), at: (0.0, 0.0), start: (0.0, 0.0), origin: (x, foot), squeeze };
            if let Some(glyph) = outlines.get(GlyphId::from(letters.glyph(c))) {
                glyph.draw(DrawSettings::unhinted(Size::new(size), LocationRef::default()), &mut pen).map_err(Failure::broken)?;
            }
            self.ink(&pen.edges);
            x += size * small(i64::from(letters.width(c))) / 1000.0 * squeeze;
        }
        Ok(())
    }
    fn ink(&mut self, edges: &[Edge]) {
        for y in 0..self.height {
            let middle = width_of(y) + 0.5;
            let cut = |edge: &Edge| {
                let ((x, y), (to_x, to_y)) = *edge;
                let down = y <= middle && to_y > middle;
                let up = to_y <= middle && y > middle;
                (down || up).then(|| (x + (middle - y) / (to_y - y) * (to_x - x), if down { 1 } else { -1 }))
            };
            let mut cuts: Vec<(f32, i32)> = edges.iter().filter_map(cut).collect();
            cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut winding = 0;
            for pair in cuts.windows(2) {
                winding += pair[0].1;
                if winding != 0 {
                    self.fill(y, pair[0].0, pair[1].0);
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "labels are less than 2^24 dots")]
const fn width_of(dots: usize) -> f32 {
    dots as f32
}
#[expect(clippy::cast_precision_loss, reason = "the result is rounded to a dot")]
const fn small(figure: i64) -> f32 {
    figure as f32
}

type Edge = ((f32, f32), (f32, f32));

/// Takes an outline as straight pieces, with y growing downwards.
struct Pen {
    edges: Vec<Edge>,
    at: (f32, f32),
    start: (f32, f32),
    origin: (f32, f32),
    squeeze: f32,
}

impl Pen {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (self.origin.0 + x * self.squeeze, self.origin.1 - y)
    }
    fn to(&mut self, point: (f32, f32)) {
        self.edges.push((self.at, point));
        self.at = point;
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.close();
        self.at = self.place(x, y);
        self.start = self.at;
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let point = self.place(x, y);
        self.to(point);
    }
    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        let (from, by, end) = (self.at, self.place(cx0, cy0), self.place(x, y));
        for n in 1..=PIECES {
            let t = f32::from(n) / f32::from(PIECES);
            let mix = |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
            self.to((mix(from.0, by.0, end.0), mix(from.1, by.1, end.1)));
        }
    }
    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (from, by, then, end) = (self.at, self.place(cx0, cy0), self.place(cx1, cy1), self.place(x, y));
        for n in 1..=PIECES {
            let t = f32::from(n) / f32::from(PIECES);
            let s = 1.0 - t;
            let mix = |a: f32, b: f32, c: f32, d: f32| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
            self.to((mix(from.0, by.0, then.0, end.0), mix(from.1, by.1, then.1, end.1)));
        }
    }
    fn close(&mut self) {
        if self.at != self.start {
            self.to(self.start);
        }
    }
}
