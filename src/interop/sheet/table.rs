//! Somebody else's table: rows under headings that are found by name; columns we don't know are never looked at again.

use std::collections::BTreeMap;

use super::column::plain;
use super::guard::{Format, format_of};
use super::raw::RawRow;
use super::{csv_file, xlsx_file};
use crate::kernel::{Failure, Outcome, text};

/// A column: our name for it, and the headings it may have.
pub type Headed = (&'static str, &'static [&'static str]);

/// Headings stand within so many rows.
const WITHIN: usize = 20;
/// The most rows.
const MOST: usize = 100_000;

/// What was read.
#[derive(Debug, Default)]
pub struct Table {
    /// Columns that were found.
    pub found: Vec<&'static str>,
    /// Each row with its number in the sheet and its cells by our names.
    pub rows: Vec<(u32, BTreeMap<&'static str, String>)>,
}

/// Reads a csv or a workbook's first sheet that has one of the headings.
///
/// # Errors
/// At `/file`: what [`format_of`] and the readers refuse, `sheet_headings_missing`, `sheet_too_many_rows`.
pub fn headed(bytes: &[u8], columns: &[Headed]) -> Outcome<Table> {
    let mut reading = Reading { columns, places: Vec::new(), before: 0, table: Table::default() };
    match format_of(bytes)? {
        Format::Csv => csv_file::rows(bytes, &mut |row| reading.take(&row))?,
        Format::Xlsx => {
            let mut book = xlsx_file::open(bytes)?;
            for name in xlsx_file::names(&book) {
                reading.before = 0;
                xlsx_file::rows(&mut book, &name, &mut |row| reading.take(&row).map(|()| reading.before < WITHIN))?;
                if !reading.places.is_empty() {
                    break;
                }
            }
        }
    }
    if reading.places.is_empty() {
        let right: Vec<&str> = columns.iter().filter_map(|(_, headings)| headings.first().copied()).collect();
        return Err(Failure::field("/file", "sheet_headings_missing").with("figure", WITHIN).with("right", right.join("、")));
    }
    Ok(reading.table)
}

struct Reading<'a> {
    columns: &'a [Headed],
    places: Vec<(usize, &'static str)>,
    before: usize,
    table: Table,
}

impl Reading<'_> {
    fn take(&mut self, row: &RawRow) -> Outcome<()> {
        let cells: Vec<String> = row.cells.iter().map(|cell| text::clean(&cell.raw.shown())).collect();
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        if self.places.is_empty() {
            let known = |cell: &String| {
                let heading = plain(cell);
                self.columns.iter().find(|(_, names)| names.iter().any(|name| plain(name) == heading)).map(|(key, _)| *key)
            };
            let places: Vec<(usize, &'static str)> = cells.iter().enumerate().filter_map(|(at, cell)| Some((at, known(cell)?))).collect();
            // One word alone may stand anywhere above a table.
            if places.len() >= 2 {
                self.table.found = places.iter().map(|(_, key)| *key).collect();
                self.places = places;
            } else {
                self.before += 1;
            }
            return Ok(());
        }
        if self.table.rows.len() >= MOST {
            return Err(Failure::field("/file", "sheet_too_many_rows").with("right", MOST));
        }
        let given = self.places.iter().filter_map(|(at, key)| Some((*key, cells.get(*at).filter(|cell| !cell.is_empty())?.clone())));
        self.table.rows.push((row.row, given.collect()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Headed; 2] = [("number", &["登记编号", "编号"]), ("state", &["状态"])];

    #[test]
    fn columns_are_found_by_name_wherever_they_stand() {
        let table = headed("2026 年 11 月导出\n姓名,状态, 登记编号\n张三,已受理,A1\n\n李四,,A2\n".as_bytes(), &COLUMNS).unwrap();
        assert_eq!(table.found, ["state", "number"]);
        assert_eq!(table.rows[0], (3, BTreeMap::from([("number", "A1".to_owned()), ("state", "已受理".to_owned())])));
        assert_eq!(table.rows[1], (5, BTreeMap::from([("number", "A2".to_owned())])), "a name is never read");
    }

    #[test]
    fn a_table_without_our_headings_is_refused() {
        assert!(headed("姓名,电话\n张三,1\n".as_bytes(), &COLUMNS).unwrap_err().says("sheet_headings_missing"));
        assert!(headed(b" ", &COLUMNS).unwrap_err().says("sheet_file_empty"));
    }
}
