//! What stands where on a sticker of a given size: as much as fits, in the order of what a buyer needs most. Nothing is set smaller than 6 pt;
//! what does not fit is left out from the end of the list, and a label that can't hold the least is refused.

use crate::interop::font::Letters;
use crate::interop::label::{halves, wrap};
use crate::interop::qr::PrintedBase;
use crate::interop::sticker::paper::mm;
use crate::kernel::{Failure, Outcome};
use crate::trace::{LabelFacts, LabelText};

/// What the labels of one order are made of.
#[derive(Debug, Clone, Copy)]
pub struct Kit<'a> {
    /// Address and version of the symbol.
    pub base: &'a PrintedBase,
    /// Words pinned at issue.
    pub words: &'a LabelText,
    /// Words pinned with the letters.
    pub facts: &'a LabelFacts,
    /// The letters.
    pub letters: &'a Letters,
}

/// A line of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Left end.
    pub x: i64,
    /// Foot.
    pub y: i64,
    /// Size of the letters.
    pub size: i64,
    /// The widest it may be.
    pub most: i64,
    /// The words.
    pub text: String,
}

/// A rectangle: corner, width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Left.
    pub x: i64,
    /// Top.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
}

/// A label with everything in its place. Lines of the code are empty: each label fills them.
#[derive(Debug, Clone)]
pub struct Composed {
    /// Width of the label.
    pub width: i64,
    /// Height of the label.
    pub height: i64,
    /// Corner of the symbol's quiet zone.
    pub symbol: (i64, i64),
    /// Side of symbol and quiet zone.
    pub side: i64,
    /// Words that are the same on every label.
    pub lines: Vec<Line>,
    /// Where the two halves of the code stand.
    pub code: [Line; 2],
    /// Where the last six characters stand, with the words before them.
    pub tail: Option<Line>,
    /// The place kept free for the special mark.
    pub frame: Option<Frame>,
}

/// 6 pt, the least.
const LEAST: i64 = 2_150;
/// Sizes that are tried, the largest first.
const SIZES: [i64; 4] = [3_000, 2_700, 2_400, LEAST];
/// From the edge of the label to what is printed, where the quiet zone is not the edge.
const EDGE: i64 = 700;
/// From the quiet zone to the words.
const GAP: i64 = 200;
/// Height of the place kept free for the mark where it is not tall.
const MARK_LEAST: i64 = 5_000;
/// The same where there is room: the mark is never printed smaller than 6 mm.
const MARK_GOOD: i64 = 11_000;

/// What a line is for; the order of the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Words,
    Half(usize),
    Tail,
}

/// Distance of two lines.
const fn pitch(size: i64) -> i64 {
    size * 114 / 100
}

impl Kit<'_> {
    /// Breaks words where they pass `most`.
    fn broken(&self, words: &str, size: i64, most: i64) -> Vec<String> {
        let fits = u32::try_from(most * 1000 / size).unwrap_or(0);
        wrap(words, fits, |c| self.letters.width(c))
    }
    /// The lines up to a rank, from the top, with their sizes.
    fn column(&self, rank: u8, size: i64, most: i64, mark: bool) -> Vec<(For, i64, String)> {
        let facts = self.facts;
        let mut out = Vec::new();
        let mut add = |at: u8, size: i64, words: &str| {
            if at <= rank {
                out.extend(self.broken(words, size, most).into_iter().map(|line| (For::Words, size, line)));
            }
        };
        if !mark {
            add(9, size, &facts.neutral);
        }
        for above in &self.words.above {
            add(2, if size > LEAST { size * 13 / 10 } else { size }, above);
        }
        add(6, size, &facts.producer);
        if let Some(code) = facts.credit_code.as_ref().filter(|_| !mark) {
            add(7, size, &facts.before_credit_code);
            add(7, size, code);
        }
        out.extend([(For::Half(0), size, String::new()), (For::Half(1), size, String::new())]);
        if rank >= 8 {
            out.push((For::Tail, size, facts.before_tail.clone()));
        }
        let mut add = |at: u8, words: &str| {
            if at <= rank {
                out.extend(self.broken(words, size, most).into_iter().map(|line| (For::Words, size, line)));
            }
        };
        self.words.before_domain.iter().for_each(|line| add(3, line));
        add(3, self.base.domain());
        self.words.below.iter().zip(4..).for_each(|(line, at)| add(at.min(5), line));
        out
    }
    /// The label of this size; with `mark`, a place for the special mark is kept free.
    ///
    /// # Errors
    /// `label_too_small` with the least size; `mark_no_room`; `mark_not_yours` if the pinned facts have no number for it.
    pub fn compose(&self, width: i64, height: i64, mark: bool) -> Outcome<Composed> {
        let side = i64::from(self.base.version().smallest_um());
        let number = match (mark, &self.facts.mark, &self.facts.credit_code) {
            (false, ..) => None,
            (true, Some(number), Some(code)) => Some((number, code)),
            (true, ..) => return Err(Failure::conflict("mark_not_yours")),
        };
        let small = || {
            let refusal = Failure::field("/layout", "label_too_small").with("width", mm(width)).with("height", mm(height));
            refusal.with("least_width", mm(side + 16_000)).with("least_height", mm(side))
        };
        if width < side + 16_000 || height < side {
            return Err(small());
        }
        let under = number.map(|_| 2 * pitch(LEAST) + 500);
        let place = under.map(|under| (height - side - under).min(MARK_GOOD));
        if place.is_some_and(|place| place < MARK_LEAST) {
            let least = side + under.unwrap_or(0) + MARK_LEAST;
            return Err(Failure::field("/layout", "mark_no_room").with("height", mm(height)).with("least", mm(least)));
        }
        let (mut lines, mut frame, mut left_width) = (Vec::new(), None, side);
        let block = side + place.unwrap_or(0) + under.unwrap_or(0);
        let symbol = (0, (height - block) / 2);
        if let (Some((number, code)), Some(place)) = (number, place) {
            let wide = i64::from(self.letters.width_of(code)) * LEAST / 1000;
            left_width = side.max(EDGE + wide + GAP);
            let (x, y) = (EDGE, symbol.1 + side);
            frame = Some(Frame { x, y, width: left_width - EDGE - GAP, height: place });
            lines.extend(self.in_frame(x, y, left_width - EDGE - GAP, place));
            let most = left_width - EDGE;
            let mut foot = y + place + pitch(LEAST);
            for text in [code, number] {
                lines.push(Line { x, y: foot, size: LEAST, most, text: text.clone() });
                foot += pitch(LEAST);
            }
        }
        let x = left_width + GAP;
        let most = width - x - EDGE;
        let tall = |lines: &[(For, i64, String)]| lines.iter().map(|(_, size, _)| pitch(*size)).sum::<i64>();
        let room = height - EDGE;
        let fits = |rank: u8, size: i64| Some(self.column(rank, size, most, mark)).filter(|lines| tall(lines) <= room);
        let whole = SIZES.iter().find_map(|size| fits(9, *size));
        let column = whole.or_else(|| (3..9).rev().find_map(|rank| fits(rank, LEAST))).ok_or_else(small)?;
        let mut top = (height - tall(&column)) / 2;
        let blank = Line { x, y: 0, size: LEAST, most, text: String::new() };
        let (mut halves, mut tail) = ([blank.clone(), blank], None);
        for (what, size, text) in column {
            let line = Line { x, y: top + size * 88 / 100, size, most, text };
            top += pitch(size);
            match what {
                For::Words => lines.push(line),
                For::Half(half) => halves[half] = line,
                For::Tail => tail = Some(line),
            }
        }
        Ok(Composed { width, height, symbol, side, lines, code: halves, tail, frame })
    }
    /// The words in the place kept free, in its middle, as many lines as it holds.
    fn in_frame(&self, x: i64, y: i64, width: i64, height: i64) -> Vec<Line> {
        let words = self.facts.mark_place.iter().take(usize::try_from(height / pitch(LEAST)).unwrap_or(0));
        let tall = i64::try_from(words.len()).unwrap_or(0) * pitch(LEAST);
        let line = |(n, text): (i64, &String)| {
            let wide = (i64::from(self.letters.width_of(text)) * LEAST / 1000).min(width);
            let y = y + (height - tall) / 2 + n * pitch(LEAST) + LEAST * 88 / 100;
            Line { x: x + (width - wide) / 2, y, size: LEAST, most: width, text: text.clone() }
        };
        (0..).zip(words).map(line).collect()
    }
}

impl Composed {
    /// The lines of a code on this label: both halves, and its end.
    pub fn of_code(&self, code: &crate::trace::Code) -> Vec<Line> {
        let halves = halves(code);
        let mut lines: Vec<Line> = self.code.iter().zip(halves).map(|(line, text)| Line { text, ..line.clone() }).collect();
        if let Some(tail) = &self.tail {
            let written = code.to_string();
            let end = written.get(written.len().saturating_sub(6)..).unwrap_or_default();
            lines.push(Line { text: format!("{} {end}", tail.text), ..tail.clone() });
        }
        lines
    }
}
