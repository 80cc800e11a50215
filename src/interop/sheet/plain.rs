//! A small sheet of somebody else's platform as texts: whatever columns it has, found by words in their headings.

use super::guard::{Format, format_of};
use super::raw::RawRow;
use super::{csv_file, xlsx_file};
use crate::kernel::{Failure, Outcome};

/// The most rows of such a sheet.
const MOST_ROWS: usize = 5000;

/// Every row that has something in it, of the first sheet people see, with its number as a spreadsheet shows it.
///
/// # Errors
/// What [`format_of`] and the readers say; `sheet_too_many_rows`.
pub fn texts(bytes: &[u8]) -> Outcome<Vec<(u32, Vec<String>)>> {
    let mut rows = Vec::new();
    let mut keep = |row: RawRow| {
        if rows.len() >= MOST_ROWS {
            return Err(Failure::field("/file", "sheet_too_many_rows").with("right", MOST_ROWS));
        }
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.raw.shown().trim().to_owned()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push((row.row, cells));
        }
        Ok(())
    };
    match format_of(bytes)? {
        Format::Csv => csv_file::rows(bytes, &mut keep)?,
        Format::Xlsx => {
            let mut book = xlsx_file::open(bytes)?;
            if let Some(name) = xlsx_file::names(&book).first() {
                xlsx_file::rows(&mut book, name, &mut |row| keep(row).map(|()| true))?;
            }
        }
    }
    Ok(rows)
}

/// Under which column a heading has one of these words.
pub fn column(headings: &[String], words: &[&str]) -> Option<usize> {
    headings.iter().position(|heading| words.iter().any(|word| heading.to_lowercase().contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_under_whatever_headings_a_platform_uses() {
        let sheet = "序号,检查对象,统一社会信用代码,执法人员证号\r\n1,合作社,91130183MA07XTGB7K,1301AB01；1301AB02\r\n\r\n";
        let rows = texts(sheet.as_bytes()).unwrap();
        assert_eq!((rows.len(), rows[1].0), (2, 2));
        assert_eq!(column(&rows[0].1, &["信用代码", "credit"]), Some(2));
        assert_eq!(column(&rows[0].1, &["证号", "certificate"]), Some(3));
        assert_eq!(column(&rows[0].1, &["没有"]), None);
        assert!(texts(b"%PDF-1.4").unwrap_err().says("sheet_not_workbook"));
    }
}
