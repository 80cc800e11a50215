//! Notes for people on A4 as PDF: a heading and paragraphs, broken where the page ends.

use std::io::{self, Write};

use super::font::Letters;
use super::label::wrap;
use super::pdf::{Canvas, Document};
use super::sticker::PAPER;

const MARGIN: i64 = 20_000;
const HEADING: i64 = 6_500;
const TEXT: i64 = 4_000;
const PITCH: i64 = 7_000;

/// A paragraph: what it is about, and what it says.
pub type Paragraph = (String, String);

/// Writes the notes.
///
/// # Errors
/// The receiver's.
pub fn write(out: impl Write, letters: &Letters, heading: &str, paragraphs: &[Paragraph]) -> io::Result<()> {
    let mut document = Document::begin(out, letters, heading)?;
    let mut page = Canvas::new(letters, PAPER.0, PAPER.1);
    page.text(MARGIN, MARGIN + HEADING, HEADING, Some(PAPER.0 - 2 * MARGIN), heading);
    let mut y = MARGIN + HEADING + 2 * PITCH;
    let column = 45_000;
    let broken = |text: &str, most: i64| {
        let fits = u32::try_from(most * 1000 / TEXT).unwrap_or(0);
        wrap(text, fits, |c| letters.width(c))
    };
    for (about, said) in paragraphs {
        let (left, right) = (broken(about, column - 4_000), broken(said, PAPER.0 - 2 * MARGIN - column));
        for n in 0..left.len().max(right.len()) {
            if y > PAPER.1 - MARGIN {
                document.page(&page)?;
                page.clear();
                y = MARGIN + PITCH;
            }
            if let Some(line) = left.get(n) {
                page.text(MARGIN, y, TEXT, None, line);
            }
            if let Some(line) = right.get(n) {
                page.text(MARGIN + column, y, TEXT, None, line);
            }
            y += PITCH;
        }
        page.line((MARGIN, y - PITCH + 2_500), (PAPER.0 - MARGIN, y - PITCH + 2_500), 60);
        y += 2_500;
    }
    document.page(&page)?;
    document.finish()?;
    Ok(())
}
