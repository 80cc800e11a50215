//! Stickers for thermal printers in ZPL II: the printer draws the symbol itself, with every module a whole number of its dots; Chinese is
//! sent as dots, because few printers have it; the code is written in the printer's own letters.
//!
//! One label is one format (`^XA … ^XZ`), so a roll can be stopped and taken up again at any label.

use std::io::Write;

use super::compose::Line;
use super::print::{Run, Stickers};
use super::raster::Dots;
use crate::interop::pack::PackTrouble;
use crate::interop::qr::QUIET_ZONE;
use crate::kernel::Outcome;

/// How fine the printer prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dpi {
    /// 8 dots a millimetre.
    Dpi203,
    /// 11.8 dots a millimetre.
    Dpi300,
}

impl Dpi {
    /// The resolution of a word in `?dpi=`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "203" => Some(Self::Dpi203),
            "300" => Some(Self::Dpi300),
            _ => None,
        }
    }
    /// Dots in a metre.
    const fn per_m(self) -> i64 {
        match self {
            Self::Dpi203 => 8_000,
            Self::Dpi300 => 11_811,
        }
    }
    /// Dots in a module: 0.5 mm.
    const fn module(self) -> i64 {
        match self {
            Self::Dpi203 => 4,
            Self::Dpi300 => 6,
        }
    }
    /// Micrometres as dots.
    pub const fn dots(self, um: i64) -> i64 {
        (um * self.per_m() + 500_000) / 1_000_000
    }
}

impl Stickers<'_> {
    /// The words of the label as dots.
    ///
    /// # Errors
    /// Ours: the letters were read before.
    pub fn dots(&self, dpi: Dpi) -> Outcome<Dots> {
        let size = |um: i64| usize::try_from(dpi.dots(um)).unwrap_or(0);
        let mut dots = Dots::white(size(self.label.width), size(self.label.height));
        for line in &self.label.lines {
            dots.write(self.kit.letters, line, dpi.per_m())?;
        }
        Ok(dots)
    }
    /// Writes the labels of a run. [`Stickers::check`] it before; `words` are [`Stickers::dots`] at the same resolution.
    ///
    /// # Errors
    /// The receiver's.
    pub fn zpl(&self, out: impl Write, dpi: Dpi, words: &Dots, run: Run) -> Result<(), PackTrouble> {
        let mut out = std::io::BufWriter::with_capacity(64 * 1024, out);
        let head = self.head(dpi, words);
        let quiet = i64::from(QUIET_ZONE) * dpi.module();
        let (x, y) = (dpi.dots(self.label.symbol.0) + quiet, dpi.dots(self.label.symbol.1) + quiet);
        for (sequence, code) in self.codes(run) {
            // The symbol stands 10 dots lower than the field says, on every printer.
            write!(
                out,
                "^XA\n^FX {sequence}\n{head}^FO{x},{}^BQN,2,{}^FDMA,{}^FS\n",
                (y - 10).max(0),
                dpi.module(),
                self.kit.base.url(&code)
            )?;
            for line in self.label.of_code(&code) {
                out.write_all(self.plain(dpi, &line).as_bytes())?;
            }
            out.write_all(b"^PQ1\n^XZ\n")?;
        }
        Ok(out.flush()?)
    }
    /// Size of the label, its words, and the place kept free.
    fn head(&self, dpi: Dpi, words: &Dots) -> String {
        let mut head = format!("^PW{}\n^LL{}\n^LH0,0\n^PON\n", dpi.dots(self.label.width), dpi.dots(self.label.height));
        head.push_str(&graphic(words));
        if let Some(frame) = self.label.frame {
            let at = [frame.x, frame.y, frame.width, frame.height].map(|um| dpi.dots(um));
            head.push_str(&format!("^FO{},{}^GB{},{},2^FS\n", at[0], at[1], at[2], at[3]));
        }
        head
    }
    /// A line of digits and capitals in the printer's scalable letters, as wide as its place.
    fn plain(&self, dpi: Dpi, line: &Line) -> String {
        let text: String = line.text.chars().filter(char::is_ascii).collect();
        let text = text.trim();
        let height = dpi.dots(line.size);
        let letters = i64::try_from(text.chars().count()).unwrap_or(1).max(1);
        // Letters of font 0 are about 0.6 of their width parameter.
        let width = (dpi.dots(line.most) * 10 / 6 / letters).min(height);
        let before = line.text.chars().take_while(|c| !c.is_ascii()).map(|c| i64::from(self.kit.letters.width(c))).sum::<i64>();
        let x = dpi.dots(line.x + before * line.size / 1000);
        format!("^FO{x},{}^A0N,{height},{width}^FD{text}^FS\n", dpi.dots(line.y - line.size * 88 / 100))
    }
}

/// Dots as a graphic field, its runs shortened as the language allows: a letter counts the nibble after it, a comma fills the row with white,
/// a colon repeats the row before. Only the rows and columns that hold ink are sent.
fn graphic(dots: &Dots) -> String {
    let rows: Vec<Vec<u8>> = dots.rows().collect();
    let inked = |row: &Vec<u8>| row.iter().any(|byte| *byte != 0);
    let (Some(first), Some(last)) = (rows.iter().position(inked), rows.iter().rposition(inked)) else { return String::new() };
    let rows = &rows[first..=last];
    let left = rows.iter().filter_map(|row| row.iter().position(|byte| *byte != 0)).min().unwrap_or(0);
    let right = rows.iter().filter_map(|row| row.iter().rposition(|byte| *byte != 0)).max().unwrap_or(0);
    let wide = right + 1 - left;
    let total = wide * rows.len();
    let mut out = format!("^FO{},{first}^GFA,{total},{total},{wide},", left * 8);
    let mut before: Option<String> = None;
    for row in rows {
        let row = data_encoding::HEXUPPER.encode(&row[left..=right]);
        if before.as_ref() == Some(&row) {
            out.push(':');
            continue;
        }
        let ink = row.trim_end_matches('0');
        let mut rest = ink;
        while let Some(nibble) = rest.chars().next() {
            let run = rest.chars().take_while(|c| *c == nibble).count();
            counted(&mut out, run);
            out.push(nibble);
            rest = &rest[run..];
        }
        if ink.len() < row.len() {
            out.push(',');
        }
        before = Some(row);
    }
    out.push_str("^FS\n");
    out
}

/// How often the next nibble stands: `g` to `z` are 20 to 400, `G` to `Y` are 1 to 19. Nothing is written for once.
fn counted(out: &mut String, mut run: usize) {
    if run < 2 {
        return;
    }
    let letter = |from: u8, n: usize| char::from(from + u8::try_from(n).unwrap_or(0) - 1);
    while run >= 20 {
        let twenties = (run / 20).min(20);
        out.push(letter(b'g', twenties));
        run -= twenties * 20;
    }
    if run > 0 {
        out.push(letter(b'G', run));
    }
}
