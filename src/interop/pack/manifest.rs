//! `manifest.json`: what the files contain and their digests, so that a printer can tell that they arrived whole and
//! at which size the symbol must be printed.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{CODES_COLUMNS, Pack, PackTrouble};
use crate::interop::qr::{MODULE_UM, QUIET_ZONE};

/// The fields in the order they are written; pinned.
#[derive(Serialize)]
struct Manifest<'a> {
    /// Version of this form.
    format: u32,
    order_id: &'a str,
    order_no: i64,
    kind: &'static str,
    count: u32,
    first_sequence: u32,
    last_sequence: u32,
    with_pin: bool,
    base_url: &'a str,
    url_prefix: &'a str,
    domain: &'a str,
    qr: Symbol,
    files: Files,
}

#[derive(Serialize)]
struct Symbol {
    version: u32,
    error_correction: &'static str,
    mode: &'static str,
    modules: u32,
    quiet_zone_modules: u32,
    module_mm: f64,
    /// Side with quiet zone.
    min_size_mm: f64,
}

#[derive(Serialize)]
struct Files {
    #[serde(rename = "codes.csv")]
    csv: List,
    #[serde(rename = "codes.txt")]
    txt: List,
}

#[derive(Serialize)]
struct List {
    encoding: &'static str,
    line_end: &'static str,
    columns: &'static [&'static str],
    bytes: u64,
    sha256: String,
}

impl Pack<'_> {
    /// `manifest.json`. Makes both lists to digest them, so it takes as long as writing them.
    pub fn manifest(&self, mut out: impl Write) -> Result<(), PackTrouble> {
        let (mut csv, mut txt) = (Digesting::default(), Digesting::default());
        self.codes(Some(&mut csv), Some(&mut txt))?;
        let version = self.base.version();
        let manifest = Manifest {
            format: 1,
            order_id: &self.order.order_id,
            order_no: self.order.order_no,
            kind: self.order.kind.as_str(),
            count: self.count(),
            first_sequence: self.first,
            last_sequence: self.last,
            with_pin: self.order.with_pin,
            base_url: &self.order.base_url,
            url_prefix: self.base.prefix(),
            domain: self.base.domain(),
            qr: Symbol {
                version: version.number(),
                error_correction: "M",
                mode: "alphanumeric",
                modules: version.modules(),
                quiet_zone_modules: QUIET_ZONE,
                module_mm: f64::from(MODULE_UM) / 1000.0,
                min_size_mm: f64::from(version.smallest_um()) / 1000.0,
            },
            files: Files { csv: csv.list("UTF-8 with BOM", "CRLF", &CODES_COLUMNS), txt: txt.list("UTF-8", "LF", &["url"]) },
        };
        serde_json::to_writer_pretty(&mut out, &manifest).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }
}

/// Keeps only digest and length of what is written to it.
#[derive(Default)]
struct Digesting {
    digest: Sha256,
    bytes: u64,
}

impl Digesting {
    fn list(self, encoding: &'static str, line_end: &'static str, columns: &'static [&'static str]) -> List {
        List { encoding, line_end, columns, bytes: self.bytes, sha256: HEXLOWER.encode(&self.digest.finalize()) }
    }
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
