//! Comma-separated text as people save it: UTF-8 with or without a mark, GB18030 or UTF-16; commas, semicolons or tabs.

use super::raw::{Raw, RawCell, RawRow};
use crate::kernel::{Failure, Outcome};

/// The text of the file, its lines ended alike.
///
/// # Errors
/// `sheet_encoding`.
pub fn decoded(bytes: &[u8]) -> Outcome<String> {
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = marked.unwrap_or(if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::GB18030 });
    let (text, _, broken) = encoding.decode(bytes);
    if broken || text.contains('\0') {
        return Err(Failure::field("/file", "sheet_encoding"));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The delimiter: said by a first line `sep=;`, or the most frequent one in the first line that has words.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if let Some(said) = first.strip_prefix("sep=").and_then(|rest| rest.bytes().next()) {
        return said;
    }
    let count = |wanted: char| first.chars().filter(|c| *c == wanted).count();
    let best = [(count(','), b','), (count(';'), b';'), (count('\t'), b'\t')];
    best.into_iter().max_by_key(|(n, d)| (*n, u8::from(*d == b','))).map_or(b',', |(_, d)| d)
}

/// Gives every row that has something in it to `each`, with its number as a spreadsheet shows it.
///
/// # Errors
/// `sheet_encoding`, `sheet_quote`, and what `each` answers.
pub fn rows(bytes: &[u8], each: &mut dyn FnMut(RawRow) -> Outcome<()>) -> Outcome<()> {
    let text = decoded(bytes)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
    let unclosed = text.matches('"').count() % 2 == 1;
    let mut folded = 0_u64;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| Failure::field("/file", "sheet_encoding"))? {
        // Lines inside quotes belong to one row of the sheet; blank lines before a row are rows of their own.
        let (line, byte) = record.position().map_or((1, 0), |at| (at.line(), at.byte()));
        let after = text.as_bytes().get(usize::try_from(byte).unwrap_or(usize::MAX)..).unwrap_or_default();
        let blank = after.iter().take_while(|b| **b == b'\n').count() as u64;
        let row = u32::try_from(line.saturating_sub(folded) + blank).unwrap_or(u32::MAX);
        let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        folded += inside;
        if unclosed && inside > 0 {
            let value: String = record.iter().next().unwrap_or_default().chars().take(40).collect();
            return Err(Failure::field("/file", "sheet_quote").with("row", row).with("value", value));
        }
        if row == 1 && record.get(0).is_some_and(|cell| cell.starts_with("sep=")) {
            continue;
        }
        let cell = |text: &str| RawCell::plain(if text.trim().is_empty() { Raw::Empty } else { Raw::Text(text.to_owned()) });
        each(RawRow { row, cells: record.iter().map(cell).collect() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let mut out = Vec::new();
        rows(bytes, &mut |row| {
            out.push((row.row, row.cells.iter().map(|c| c.raw.shown()).collect()));
            Ok(())
        })
        .unwrap();
        out
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let text = "姓名,村\r\n\r\n张三,\"东里\r\n庄村\"\r\n李四,西\r\n";
        let read = read(text.as_bytes());
        assert_eq!(read.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(read[1].1[1], "东里\n庄村");
    }

    #[test]
    fn any_encoding_and_delimiter_reads_alike() {
        let text = "姓名;村\n张三;东里庄村\n";
        let right = read(text.as_bytes());
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&gb), right);
        assert_eq!(read(&utf16), right);
        assert_eq!(read(format!("\u{feff}{text}").as_bytes()), right);
        assert_eq!(read(text.replace(';', "\t").as_bytes()), right);
        assert_eq!(read(text.replace(';', ",").as_bytes()), right);
        let said = read(format!("sep=;\n{text}").as_bytes());
        assert_eq!((said[0].0, &said[0].1), (2, &right[0].1));
    }
}
