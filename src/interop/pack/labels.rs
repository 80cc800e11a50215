//! `labels.zip`: one file per label, named by sequence and code, so that they sort as the roll runs.
//!
//! The directory of a zip stands at its end and must be kept until then; so that memory does not grow with the order, a
//! pack of more than [`LABELS_PER_FILE`] labels is a zip of zips, each with that many. Entries are stored, not
//! compressed, and all carry the same date: a compressor's next version would change the bytes of labels already printed.

use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::lists::gathered;
use super::{Pack, PackTrouble};
use crate::interop::label::{PngLabels, SvgLabels};
use crate::trace::Code;

/// The most labels in one zip; beyond it they are put into zips of this many inside one.
pub const LABELS_PER_FILE: u32 = 10_000;

/// The form of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelFormat {
    /// Vectors, for printing houses.
    Svg,
    /// 1 bit at 203 dpi, for thermal printers; see [`crate::interop::label`] for what it leaves out.
    Png,
}

impl LabelFormat {
    /// The word in `?format=` and at the end of file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
    /// The format of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Svg, Self::Png].into_iter().find(|format| format.as_str() == word)
    }
}

/// Either maker of labels.
enum Labels {
    Svg(SvgLabels),
    Png(PngLabels),
}

impl Labels {
    fn label(&self, code: &Code) -> Vec<u8> {
        match self {
            Self::Svg(labels) => labels.label(code).into_bytes(),
            Self::Png(labels) => labels.label(code),
        }
    }
}

impl Pack<'_> {
    /// `labels.zip`.
    pub fn labels_zip(&self, out: impl Write, format: LabelFormat) -> Result<(), PackTrouble> {
        self.zip(out, format, LABELS_PER_FILE)
    }
    /// [`Pack::labels_zip`] with another number of labels per zip, for tests.
    pub(super) fn zip(&self, out: impl Write, format: LabelFormat, per_file: u32) -> Result<(), PackTrouble> {
        let labels = match format {
            LabelFormat::Svg => Labels::Svg(SvgLabels::new(self.base.clone(), &self.order.label)),
            LabelFormat::Png => Labels::Png(PngLabels::new(self.base.clone(), &self.order.label)),
        };
        let ending = format.as_str();
        let mut out = ZipWriter::new_stream(gathered(out));
        if self.count() <= per_file {
            self.add_labels(&mut out, &labels, ending, self.first, self.last)?;
        } else {
            let mut first = self.first;
            while first <= self.last {
                let last = self.last.min(first + (per_file - 1));
                out.start_file(format!("labels-{first:08}-{last:08}.zip"), stored()).map_err(io::Error::from)?;
                let mut part = ZipWriter::new_stream(&mut out);
                self.add_labels(&mut part, &labels, ending, first, last)?;
                part.finish().map_err(io::Error::from)?;
                first = last + 1;
            }
        }
        let mut out = out.finish().map_err(io::Error::from)?.into_inner();
        Ok(out.flush()?)
    }
    fn add_labels<W: Write>(
        &self,
        out: &mut ZipWriter<StreamWriter<W>>,
        labels: &Labels,
        ending: &str,
        first: u32,
        last: u32,
    ) -> Result<(), PackTrouble> {
        for sequence in first..=last {
            let code = self.cipher.code(sequence - 1);
            out.start_file(format!("{sequence:08}-{code}.{ending}"), stored()).map_err(io::Error::from)?;
            out.write_all(&labels.label(&code))?;
        }
        Ok(())
    }
}

/// Stored, dated 1980-01-01 (the first day a zip can name), readable by everybody, made "on Unix" whatever made it.
pub(super) fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .system(zip::System::Unix)
}
