//! What a file is before it is opened, and whether opening it is safe. A workbook is a zip; a small one can unfold to more than any memory.
//! Its directory may lie, so every part is unfolded into nothing first, with a limit.

use std::io::{Cursor, Read};

use crate::kernel::{Failure, Outcome};

/// The most parts of a workbook.
const MOST_PARTS: usize = 2_000;
/// The most bytes all parts unfold to.
const MOST_UNFOLDED: u64 = 400 * 1024 * 1024;
/// The most bytes of the texts all sheets share, and of everything else that is held in memory.
const MOST_HELD: u64 = 48 * 1024 * 1024;
/// No honest part of more than a mebibyte unfolds to more times its size.
const MOST_TIMES: u64 = 300;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated text.
    Csv,
    /// An Excel or WPS workbook.
    Xlsx,
}

impl Format {
    /// The word stored; also the end of a file's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx].into_iter().find(|format| format.word() == word)
    }
}

/// Says what a file is by its bytes and never by its name, and refuses one that is dangerous to open.
///
/// # Errors
/// `sheet_file_empty`, `sheet_old_excel`, `sheet_not_workbook`, `sheet_bomb`.
pub fn format_of(bytes: &[u8]) -> Outcome<Format> {
    let refused = |code| Err(Failure::field("/file", code));
    match bytes {
        _ if bytes.iter().all(u8::is_ascii_whitespace) => refused("sheet_file_empty"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => refused("sheet_old_excel"),
        [b'%', b'P', b'D', b'F', ..] | [0xff, 0xd8, 0xff, ..] | [0x89, b'P', b'N', b'G', ..] => refused("sheet_not_workbook"),
        [b'P', b'K', 3, 4, ..] => {
            unfold(bytes)?;
            Ok(Format::Xlsx)
        }
        _ => Ok(Format::Csv),
    }
}

fn bomb(unfolded: u64) -> Failure {
    Failure::field("/file", "sheet_bomb").with("most_mb", MOST_UNFOLDED / 1024 / 1024).with("figure", unfolded / 1024 / 1024)
}

/// Unfolds every part into nothing.
fn unfold(bytes: &[u8]) -> Outcome<()> {
    let unreadable = |_| Failure::field("/file", "sheet_not_workbook");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if zip.len() > MOST_PARTS {
        return Err(bomb(0));
    }
    let is_book = zip.file_names().flatten().any(|name| name.trim_start_matches('/').starts_with("xl/workbook"));
    if !is_book {
        return Err(Failure::field("/file", "sheet_not_workbook"));
    }
    let mut all = 0;
    for index in 0..zip.len() {
        let part = zip.by_index(index).map_err(unreadable)?;
        let (folded, declared) = (part.compressed_size(), part.size());
        let most = if part.name().is_ok_and(|name| name.contains("worksheets/")) { MOST_UNFOLDED } else { MOST_HELD };
        let times = if declared > 1024 * 1024 { declared / folded.max(1) } else { 0 };
        if times > MOST_TIMES || declared > most || all + declared > MOST_UNFOLDED {
            return Err(bomb(all + declared));
        }
        // One byte more than was declared proves the directory wrong.
        let read = std::io::copy(&mut part.take(declared + 1), &mut std::io::sink());
        let read = read.map_err(|_| Failure::field("/file", "sheet_not_workbook"))?;
        if read > declared {
            return Err(bomb(all + read));
        }
        all += read;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zipped(parts: &[(&str, usize)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, zeros) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            let mut left = *zeros;
            while left > 0 {
                let now = left.min(1 << 20);
                zip.write_all(&vec![0; now]).unwrap();
                left -= now;
            }
        }
        zip.finish().unwrap().into_inner()
    }

    fn code(bytes: &[u8]) -> &'static str {
        format_of(bytes).unwrap_err().fields[0].code
    }

    #[test]
    fn a_file_is_what_its_bytes_are() {
        assert_eq!(format_of("姓名\n".as_bytes()).unwrap(), Format::Csv);
        assert_eq!(code(b" \r\n"), "sheet_file_empty");
        assert_eq!(code(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), "sheet_old_excel");
        assert_eq!(code(b"%PDF-1.7"), "sheet_not_workbook");
        assert_eq!(code(&zipped(&[("word/document.xml", 10)])), "sheet_not_workbook");
        assert_eq!(code(b"PK\x03\x04 and then nothing"), "sheet_not_workbook");
        assert_eq!(format_of(&zipped(&[("xl/workbook.xml", 10)])).unwrap(), Format::Xlsx);
    }

    #[test]
    fn what_unfolds_to_too_much_is_not_opened() {
        assert_eq!(code(&zipped(&[("xl/workbook.xml", 10), ("xl/worksheets/sheet1.xml", 8 << 20)])), "sheet_bomb");
        let many: Vec<String> = (0..=MOST_PARTS).map(|n| format!("xl/workbook{n}.xml")).collect();
        assert_eq!(code(&zipped(&many.iter().map(|name| (name.as_str(), 0)).collect::<Vec<_>>())), "sheet_bomb");
    }

    #[test]
    fn a_directory_that_lies_is_found_out() {
        let mut bytes = zipped(&[("xl/workbook.xml", 70_000)]);
        // Every place that says 70,000 says 7 instead.
        let (lie, truth) = (7_u32.to_le_bytes(), 70_000_u32.to_le_bytes());
        for at in 0..bytes.len() - 4 {
            if bytes[at..at + 4] == truth {
                bytes[at..at + 4].copy_from_slice(&lie);
            }
        }
        assert!(["sheet_bomb", "sheet_not_workbook"].contains(&code(&bytes)));
    }
}
