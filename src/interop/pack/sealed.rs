//! `pack.zip`: everything a printing house needs in one file — the lists, the manifest, notes for people and a sample label — sealed with a
//! password (AES-256, WinZip's form) when it leaves the producer's hands.
//!
//! It is written as it is read: a pack of millions of codes takes no more memory than one of ten. Sealing draws a salt, so two sealed packs
//! never have the same bytes; what is inside them has.

use std::io::{self, Write};

use zip::write::{FileOptions, StreamWriter};
use zip::{AesMode, ZipWriter};

use super::labels::stored;
use super::lists::gathered;
use super::{Pack, PackTrouble};
use crate::interop::label::{PngLabels, SvgLabels};
use crate::trace::{Code, CodeCipher, Locator, Suite};

/// The name of the notes in the pack.
pub const NOTES: &str = "印制须知.pdf";

/// A code that was never issued: what a sample shows in its place. Its key is all zero, for everybody to see.
pub fn trial_code(n: u32) -> Option<Code> {
    Locator::new(0).map(|locator| CodeCipher::new(&[0; 32], Suite::Sample, locator).code(n))
}

impl Pack<'_> {
    /// `pack.zip` with these notes; sealed if there is a password.
    pub fn pack_zip(&self, out: impl Write, notes: &[u8], password: Option<&str>) -> Result<(), PackTrouble> {
        let mut zip = ZipWriter::new_stream(gathered(out));
        let sealed = || {
            let options: FileOptions<'_, '_, ()> = stored().large_file(true);
            match password {
                Some(password) => options.with_aes_encryption(AesMode::Aes256, password),
                None => options,
            }
        };
        begin(&mut zip, "codes.csv", sealed())?;
        self.codes_csv(&mut zip)?;
        begin(&mut zip, "codes.txt", sealed())?;
        self.codes_txt(&mut zip)?;
        if self.order.with_pin {
            begin(&mut zip, "pins.csv", sealed())?;
            self.pins_csv(&mut zip)?;
        }
        begin(&mut zip, "manifest.json", sealed())?;
        self.manifest(&mut zip)?;
        begin(&mut zip, NOTES, sealed())?;
        zip.write_all(notes)?;
        if let Some(trial) = trial_code(0) {
            begin(&mut zip, "sample.svg", sealed())?;
            zip.write_all(SvgLabels::new(self.base.clone(), &self.order.label).label(&trial).as_bytes())?;
            begin(&mut zip, "sample.png", sealed())?;
            zip.write_all(&PngLabels::new(self.base.clone(), &self.order.label).label(&trial))?;
        }
        let mut out = zip.finish().map_err(io::Error::from)?.into_inner();
        Ok(out.flush()?)
    }
}

fn begin<W: Write>(zip: &mut ZipWriter<StreamWriter<W>>, name: &str, options: FileOptions<'_, '_, ()>) -> Result<(), PackTrouble> {
    Ok(zip.start_file(name, options).map_err(io::Error::from)?)
}
