//! The lists: one line per code. CSV is UTF-8 with a byte order mark and CRLF, as office programs expect; no field
//! needs quoting, and none begins a formula, because codes, URLs and kinds have their own alphabets.

use std::io::{self, BufWriter, Write};

use super::{Pack, PackTrouble};

/// The columns of `codes.csv`. `sequence` counts from 1 through the order; `url` is the text of the symbol.
pub const CODES_COLUMNS: [&str; 5] = ["sequence", "code", "grouped", "url", "kind"];
/// The columns of `pins.csv`.
pub const PINS_COLUMNS: [&str; 3] = ["sequence", "code", "pin"];
/// What marks the text as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Gathers 64 KB before the receiver is troubled.
pub(super) fn gathered<W: Write>(out: W) -> BufWriter<W> {
    BufWriter::with_capacity(64 * 1024, out)
}

impl Pack<'_> {
    /// `codes.csv`.
    pub fn codes_csv(&self, out: impl Write) -> Result<(), PackTrouble> {
        self.codes(Some(out), None::<io::Sink>)
    }
    /// `codes.txt`: the text of one symbol per line, LF.
    pub fn codes_txt(&self, out: impl Write) -> Result<(), PackTrouble> {
        self.codes(None::<io::Sink>, Some(out))
    }
    /// `codes.csv` and `codes.txt`, each where it is wanted, in one pass: making the codes is most of the work.
    pub(super) fn codes(&self, csv: Option<impl Write>, txt: Option<impl Write>) -> Result<(), PackTrouble> {
        let (mut csv, mut txt) = (csv.map(gathered), txt.map(gathered));
        let (prefix, kind) = (self.base.prefix(), self.order.kind);
        if let Some(csv) = &mut csv {
            write!(csv, "{BYTE_ORDER_MARK}{}\r\n", CODES_COLUMNS.join(","))?;
        }
        for (sequence, code) in self.each() {
            if let Some(csv) = &mut csv {
                write!(csv, "{sequence},{code},")?;
                for (g, group) in code.groups().enumerate() {
                    csv.write_all(if g == 0 { b"" } else { b" " })?;
                    csv.write_all(group.as_bytes())?;
                }
                write!(csv, ",{prefix}{code},{kind}\r\n")?;
            }
            if let Some(txt) = &mut txt {
                writeln!(txt, "{prefix}{code}")?;
            }
        }
        csv.map_or(Ok(()), |mut csv| csv.flush())?;
        Ok(txt.map_or(Ok(()), |mut txt| txt.flush())?)
    }
    /// `pins.csv`: what goes under the covering. Refused if the order has no PINs. Whoever has this file and a label
    /// can answer for the buyer, so it travels apart from the codes.
    pub fn pins_csv(&self, out: impl Write) -> Result<(), PackTrouble> {
        let pins = self.pins()?;
        let mut out = gathered(out);
        write!(out, "{BYTE_ORDER_MARK}{}\r\n", PINS_COLUMNS.join(","))?;
        for (sequence, code) in self.each() {
            write!(out, "{sequence},{code},{}\r\n", pins.pin(&code).as_str())?;
        }
        Ok(out.flush()?)
    }
}
