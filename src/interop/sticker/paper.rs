//! Where the labels lie on an A4 sheet: three sheets that are sold, and any other by its measures.

use crate::kernel::failure::Faults;

/// Width and height of A4.
pub const PAPER: (i64, i64) = (210_000, 297_000);
/// The sheets that are sold: word, and the sheet.
pub const PRESETS: [(&str, Sheet); 3] = [
    ("3x7", Sheet::of([7_200, 15_150, 66_000, 38_100], [3, 7], [63_500, 38_100])),
    ("5x13", Sheet::of([4_750, 10_700, 40_600, 21_200], [5, 13], [38_100, 21_200])),
    ("4x10", Sheet::of([0, 0, 52_500, 29_700], [4, 10], [52_500, 29_700])),
];

/// A sheet of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// From the left edge of the paper to the first label.
    pub left: i64,
    /// From the top edge of the paper to the first label.
    pub top: i64,
    /// From one label to the next in a row.
    pub pitch_x: i64,
    /// From one row to the next.
    pub pitch_y: i64,
    /// Labels in a row.
    pub columns: i64,
    /// Rows.
    pub rows: i64,
    /// Width of a label.
    pub width: i64,
    /// Height of a label.
    pub height: i64,
}

impl Sheet {
    const fn of([left, top, pitch_x, pitch_y]: [i64; 4], [columns, rows]: [i64; 2], [width, height]: [i64; 2]) -> Self {
        Self { left, top, pitch_x, pitch_y, columns, rows, width, height }
    }
    /// A sheet that is sold.
    pub fn preset(word: &str) -> Option<Self> {
        PRESETS.iter().find(|(known, _)| *known == word).map(|(_, sheet)| *sheet)
    }
    /// Labels on it.
    pub const fn labels(&self) -> i64 {
        self.columns * self.rows
    }
    /// Top left corner of a label, counted from 0 along the rows.
    pub const fn place(&self, n: i64) -> (i64, i64) {
        (self.left + n % self.columns * self.pitch_x, self.top + n / self.columns * self.pitch_y)
    }
    /// Everything that is wrong with it, each at the measure's name.
    pub fn check(&self, faults: &mut Faults) {
        for (pointer, count) in [("/columns", self.columns), ("/rows", self.rows)] {
            if !(1..=60).contains(&count) {
                faults.add(pointer, "sheet_count_unfit").with("value", count).with("most", 60);
            }
        }
        let mut along = |[at, size, pitch]: [&'static str; 3], [from, length, step, count, paper]: [i64; 5]| {
            if length <= 0 || length > paper {
                faults.add(size, "sheet_measure_unfit").with("value", mm(length)).with("most", mm(paper));
                return;
            }
            if from < 0 || from > paper {
                faults.add(at, "sheet_measure_unfit").with("value", mm(from)).with("most", mm(paper));
                return;
            }
            if count > 1 && step < length {
                faults.add(pitch, "sheet_pitch_small").with("value", mm(step)).with("least", mm(length));
                return;
            }
            // The cutters of sheets are good to a tenth of a millimetre.
            let end = from + count.clamp(1, 60).saturating_sub(1).saturating_mul(step) + length;
            if end > paper + 100 {
                faults.add(pitch, "sheet_beyond_paper").with("value", mm(end)).with("most", mm(paper));
            }
        };
        along(["/left", "/width", "/pitch_x"], [self.left, self.width, self.pitch_x, self.columns, PAPER.0]);
        along(["/top", "/height", "/pitch_y"], [self.top, self.height, self.pitch_y, self.rows, PAPER.1]);
    }
}

/// Micrometres as people write millimetres.
pub fn mm(um: i64) -> String {
    let (whole, part) = (um / 1000, (um % 1000).abs());
    if part == 0 { whole.to_string() } else { format!("{whole}.{part:03}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(sheet: Sheet) -> Vec<(String, &'static str)> {
        let mut faults = Faults::new();
        sheet.check(&mut faults);
        faults.check().err().map(|f| f.fields.into_iter().map(|f| (f.pointer, f.code)).collect()).unwrap_or_default()
    }

    #[test]
    fn the_sheets_that_are_sold_lie_on_the_paper() {
        for (word, sheet) in PRESETS {
            assert_eq!(faults(sheet), [], "{word}");
            let (x, y) = sheet.place(sheet.labels() - 1);
            assert!(x + sheet.width <= PAPER.0 && y + sheet.height <= PAPER.1, "{word}");
        }
        assert_eq!(Sheet::preset("3x7").unwrap().place(4), (73_200, 53_250));
    }

    #[test]
    fn every_measure_that_can_not_be_is_named() {
        let good = PRESETS[0].1;
        assert_eq!(faults(Sheet { columns: 4, ..good }), [("/pitch_x".to_owned(), "sheet_beyond_paper")]);
        assert_eq!(faults(Sheet { pitch_y: 30_000, ..good }), [("/pitch_y".to_owned(), "sheet_pitch_small")]);
        let both = faults(Sheet { rows: 0, width: 0, ..good });
        assert_eq!(both, [("/rows".to_owned(), "sheet_count_unfit"), ("/width".to_owned(), "sheet_measure_unfit")]);
        assert_eq!(faults(Sheet { left: -1, top: i64::MAX, ..good }).len(), 2);
        assert_eq!((mm(63_500), mm(38_000), mm(7_250)), ("63.5".to_owned(), "38".to_owned(), "7.25".to_owned()));
    }
}
