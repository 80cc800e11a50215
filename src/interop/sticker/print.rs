//! Sheets of stickers as PDF, page by page.

use std::io::Write;

use super::compose::{Composed, Kit};
use super::paper::{PAPER, Sheet};
use crate::interop::pack::{PackTrouble, Printable, trial_code};
use crate::interop::pdf::{Canvas, Document};
use crate::interop::qr::PrintedBase;
use crate::kernel::{Failure, Outcome};
use crate::trace::cipher::MOST_CODES;
use crate::trace::{Code, CodeCipher};

/// What is printed, and on which cell the first sheet begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// First sequence number.
    pub first: u32,
    /// Last sequence number.
    pub last: u32,
    /// The first free cell of the first sheet, from 1.
    pub start: i64,
}

/// The stickers of an order, composed for one size of label.
#[derive(Debug)]
pub struct Stickers<'a> {
    pub(super) kit: Kit<'a>,
    pub(super) label: Composed,
    cipher: CodeCipher,
    count: u32,
    title: String,
}

impl<'a> Stickers<'a> {
    /// Composes the labels of an order, `width` by `height`.
    ///
    /// # Errors
    /// [`Kit::compose`]'s.
    pub fn new(order: &Printable, kit: Kit<'a>, (width, height): (i64, i64), mark: bool) -> Outcome<Self> {
        if !(1..=MOST_CODES).contains(&order.count) {
            return Err(Failure::broken("an order without codes"));
        }
        let label = kit.compose(width, height, mark)?;
        let cipher = CodeCipher::new(order.key.as_bytes(), order.suite, order.locator);
        Ok(Self { kit, label, cipher, count: order.count, title: order.order_id.clone() })
    }
    /// As composed.
    pub fn composed(&self) -> &Composed {
        &self.label
    }
    /// Is this run inside the order?
    ///
    /// # Errors
    /// `range_reversed`, `outside_order`, each at its field.
    pub fn check(&self, run: Run) -> Outcome<()> {
        if let Some((pointer, out)) = [("/first", run.first), ("/last", run.last)].into_iter().find(|(_, n)| *n < 1 || *n > self.count) {
            return Err(Failure::field(pointer, "outside_order").with("value", out).with("count", self.count));
        }
        if run.last < run.first {
            return Err(Failure::field("/last", "range_reversed").with("first", run.first).with("last", run.last));
        }
        Ok(())
    }
    pub(super) fn codes(&self, run: Run) -> impl Iterator<Item = (u32, Code)> {
        (run.first..=run.last).map(|sequence| (sequence, self.cipher.code(sequence - 1)))
    }
    fn base(&self) -> &PrintedBase {
        self.kit.base
    }
    /// All that is the same on every label.
    fn fixed(&self) -> Canvas<'a> {
        let mut canvas = Canvas::new(self.kit.letters, self.label.width, self.label.height);
        for line in &self.label.lines {
            canvas.text(line.x, line.y, line.size, Some(line.most), &line.text);
        }
        if let Some(frame) = self.label.frame {
            canvas.frame((frame.x, frame.y), (frame.width, frame.height), 150, true);
        }
        canvas
    }
    /// What differs from label to label.
    fn own(&self, canvas: &mut Canvas<'_>, code: &Code) {
        let (x, y) = self.label.symbol;
        canvas.symbol(&self.base().symbol(code), x, y, self.label.side);
        for line in self.label.of_code(code) {
            canvas.text(line.x, line.y, line.size, Some(line.most), &line.text);
        }
    }
    /// Writes the sheets of a run. [`Stickers::check`] it before.
    ///
    /// # Errors
    /// The receiver's.
    pub fn pdf(&self, out: impl Write, sheet: &Sheet, run: Run) -> Result<(), PackTrouble> {
        let mut document = Document::begin(std::io::BufWriter::with_capacity(64 * 1024, out), self.kit.letters, &self.title)?;
        let fixed = document.drawing(&self.fixed())?;
        let mut page = Canvas::new(self.kit.letters, PAPER.0, PAPER.1);
        let mut label = Canvas::new(self.kit.letters, self.label.width, self.label.height);
        let mut cell = run.start.clamp(1, sheet.labels()) - 1;
        let mut begun = false;
        for (_, code) in self.codes(run) {
            if cell == sheet.labels() {
                document.page(&page)?;
                page.clear();
                cell = 0;
            }
            let (x, y) = sheet.place(cell);
            page.drawing(fixed, x, y, self.label.height);
            label.clear();
            self.own(&mut label, &code);
            page.moved(&label, x, y);
            (cell, begun) = (cell + 1, true);
        }
        if begun {
            document.page(&page)?;
        }
        document.finish()?;
        Ok(())
    }
    /// Writes one sheet to try paper and printer: every label framed and marked as a trial, with codes that were never issued, and a ruler to
    /// see that it was printed at its true size. It uses up nothing.
    ///
    /// # Errors
    /// The receiver's.
    pub fn test_page(&self, out: impl Write, sheet: &Sheet) -> Result<(), PackTrouble> {
        let letters = self.kit.letters;
        let mut document = Document::begin(out, letters, &self.title)?;
        let fixed = document.drawing(&self.fixed())?;
        let mut page = Canvas::new(letters, PAPER.0, PAPER.1);
        let mut label = Canvas::new(letters, self.label.width, self.label.height);
        for cell in 0..sheet.labels() {
            let (x, y) = sheet.place(cell);
            page.drawing(fixed, x, y, self.label.height);
            page.frame((x, y), (self.label.width, self.label.height), 100, false);
            label.clear();
            if let Some(trial) = trial_code(u32::try_from(cell).unwrap_or(0)) {
                self.own(&mut label, &trial);
            }
            let word = &self.kit.facts.test;
            let wide = i64::from(letters.width_of(word)) * 2_150 / 1000;
            label.text(self.label.width - wide - 300, self.label.height - 250, 2_150, None, word);
            page.moved(&label, x, y);
        }
        ruler(&mut page);
        document.page(&page)?;
        document.finish()?;
        Ok(())
    }
}

/// 100 mm along the foot of the page, with a stroke every 10 mm.
fn ruler(page: &mut Canvas<'_>) {
    let (left, y) = (55_000, PAPER.1 - 4_000);
    page.line((left, y), (left + 100_000, y), 150);
    for step in 0..=10 {
        let x = left + step * 10_000;
        page.line((x, y - if step % 5 == 0 { 3_000 } else { 1_500 }), (x, y), 150);
    }
    page.text(left + 101_000, y, 2_600, None, "100 mm");
}
