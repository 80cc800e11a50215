//! A whole sheet: the headings are found, every row is read under them, and what the sheet alone can say against a row is noted.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::column::{Column, letters};
use super::columns::{FAULTS, ID};
use super::fault::RowFault;
use super::guard::{Format, format_of};
use super::kind::SheetKind;
use super::raw::{Raw, RawRow};
use super::{cell, csv_file, xlsx_file};
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome, text};

/// The most rows of one sheet.
pub const MOST_ROWS: usize = 100_000;
/// Headings stand within so many rows.
const HEADINGS_WITHIN: usize = 20;

/// What a row says, by the keys of the columns.
pub type Given = BTreeMap<String, String>;

/// One row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// Its number as a spreadsheet shows it.
    pub row: u32,
    /// Its cells as they were written, from column A on.
    pub cells: Vec<String>,
    /// What it says.
    pub given: Given,
    /// What is wrong with it.
    pub faults: Vec<RowFault>,
    /// SHA-256 of what it says, whatever its number: the same row in another file has the same one.
    pub sha256: String,
}

/// Where what stands: the name of the sheet, the row of the headings and the column of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layout {
    /// The sheet; nothing for CSV.
    pub sheet: Option<String>,
    /// The row of the headings.
    pub row: u32,
    /// The headings as written, from column A on.
    pub headings: Vec<String>,
    /// The key of each column, where it is one of ours.
    pub keys: Vec<Option<String>>,
    /// Cells that hold the result of a formula.
    pub formulas: u32,
}

impl Layout {
    /// The place of a column, counted from 0.
    pub fn place(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|known| known.as_deref() == Some(key))
    }
    /// The letters of a column as a spreadsheet shows them; nothing where the sheet has none.
    pub fn letters(&self, key: &str) -> String {
        self.place(key).map(letters).unwrap_or_default()
    }
}

/// Reads a sheet. Every row goes to `each` as it is read, so that a large sheet is never held.
///
/// # Errors
/// Where the file can't be read at all: every refusal of [`format_of`] and the readers, `sheet_headings_missing`, `sheet_two_sheets`,
/// `sheet_column_unknown`, `sheet_column_twice`, `sheet_column_missing`, `sheet_no_rows`, `sheet_too_many_rows`.
pub fn read(kind: SheetKind, bytes: &[u8], each: &mut dyn FnMut(&Layout, ReadRow) -> Outcome<()>) -> Outcome<Layout> {
    let mut reading = Reading::new(kind, None);
    match format_of(bytes)? {
        Format::Csv => csv_file::rows(bytes, &mut |row| reading.take(row, each))?,
        Format::Xlsx => {
            let mut book = xlsx_file::open(bytes)?;
            let sheet = the_sheet(kind, &mut book)?;
            reading.layout.sheet = Some(sheet.clone());
            xlsx_file::rows(&mut book, &sheet, &mut |row| reading.take(row, each).map(|()| true))?;
        }
    }
    reading.end()
}

/// The one sheet with our headings.
fn the_sheet(kind: SheetKind, book: &mut calamine::Xlsx<std::io::Cursor<&[u8]>>) -> Outcome<String> {
    let mut found = Vec::new();
    for name in xlsx_file::names(book) {
        let (mut seen, mut headed, mut filled) = (0, false, false);
        xlsx_file::rows(book, &name, &mut |row| {
            seen += 1;
            if headed {
                filled |= !is_example(&shown(&row));
            }
            headed |= is_headings(kind, &shown(&row));
            Ok(seen < HEADINGS_WITHIN && !filled)
        })?;
        if headed {
            found.push((name, filled));
        }
    }
    // Of several sheets with headings those that hold nothing are passed over.
    if found.iter().any(|(_, filled)| *filled) {
        found.retain(|(_, filled)| *filled);
    }
    match found.as_slice() {
        [] => Err(headings_missing(kind)),
        [(only, _)] => Ok(only.clone()),
        [(first, _), (second, _), ..] => Err(Failure::field("/file", "sheet_two_sheets").with("value", first).with("other", second)),
    }
}

fn shown(row: &RawRow) -> Vec<String> {
    row.cells.iter().map(|cell| text::clean(&cell.raw.shown())).collect()
}

fn known(kind: SheetKind, heading: &str) -> Option<Column> {
    kind.columns().iter().chain([&ID, &FAULTS]).find(|column| column.is_headed(heading)).copied()
}

/// Are these headings: at least two of ours, and more than half of what stands there?
fn is_headings(kind: SheetKind, cells: &[String]) -> bool {
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    let ours = cells.iter().filter(|cell| !cell.is_empty() && known(kind, cell).is_some()).count();
    ours >= 2 && ours * 2 > filled
}

/// The example row of a template.
fn is_example(cells: &[String]) -> bool {
    cells.first().is_some_and(|cell| cell.starts_with("示例") || cell.to_lowercase().starts_with("example"))
}

fn headings_missing(kind: SheetKind) -> Failure {
    let right: Vec<&str> = kind.columns().iter().filter(|c| c.must).map(|c| c.zh).collect();
    Failure::field("/file", "sheet_headings_missing").with("figure", HEADINGS_WITHIN).with("right", right.join("、"))
}

struct Reading {
    kind: SheetKind,
    layout: Layout,
    columns: Vec<Option<Column>>,
    headed: bool,
    before: usize,
    rows: usize,
    seen: HashMap<[u8; 16], u32>,
}

impl Reading {
    fn new(kind: SheetKind, sheet: Option<String>) -> Self {
        let layout = Layout { sheet, ..Layout::default() };
        Self { kind, layout, columns: Vec::new(), headed: false, before: 0, rows: 0, seen: HashMap::new() }
    }

    fn take(&mut self, raw: RawRow, each: &mut dyn FnMut(&Layout, ReadRow) -> Outcome<()>) -> Outcome<()> {
        let cells = shown(&raw);
        if cells.iter().all(String::is_empty) && raw.cells.iter().all(|cell| cell.raw == Raw::Empty) {
            return Ok(());
        }
        if !self.headed {
            if is_headings(self.kind, &cells) {
                return self.headings(raw.row, cells);
            }
            self.before += 1;
            return if self.before >= HEADINGS_WITHIN { Err(headings_missing(self.kind)) } else { Ok(()) };
        }
        if raw.row == self.layout.row + 1 && is_example(&cells) {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > MOST_ROWS {
            return Err(Failure::field("/file", "sheet_too_many_rows").with("right", MOST_ROWS));
        }
        let row = self.row(&raw, cells);
        each(&self.layout, row)
    }

    /// Which column stands where; every fault of the headings at once.
    fn headings(&mut self, row: u32, cells: Vec<String>) -> Outcome<()> {
        let mut faults = Faults::new();
        for (place, heading) in cells.iter().enumerate() {
            let column = known(self.kind, heading).filter(|_| !heading.is_empty());
            let at = format!("/file/{}", letters(place));
            match column {
                None if !heading.is_empty() => {
                    let right: Vec<&str> = self.kind.columns().iter().map(|c| c.zh).collect();
                    let shown: String = heading.chars().take(40).collect();
                    faults.add(at, "sheet_column_unknown").with("row", row).with("letter", letters(place)).with("value", shown);
                    faults.with("right", right.join("、"));
                }
                Some(column) if self.columns.iter().flatten().any(|other| other.key == column.key) => {
                    faults.add(at, "sheet_column_twice").with("row", row).with("letter", letters(place)).with("value", heading);
                }
                _ => {}
            }
            self.columns.push(column);
        }
        for column in self.kind.columns().iter().filter(|c| c.must) {
            if !self.columns.iter().flatten().any(|known| known.key == column.key) {
                faults.add("/file", "sheet_column_missing").with("row", row).with("column", column.zh).with("right", column.example);
            }
        }
        faults.check()?;
        self.headed = true;
        self.layout.row = row;
        self.layout.keys = self.columns.iter().map(|column| column.map(|c| c.key.to_owned())).collect();
        self.layout.headings = cells;
        Ok(())
    }

    fn row(&mut self, raw: &RawRow, mut cells: Vec<String>) -> ReadRow {
        let (mut given, mut faults) = (Given::new(), Vec::new());
        for (place, cell) in raw.cells.iter().enumerate() {
            let Some(column) = self.columns.get(place).copied().flatten() else {
                if cell.raw != Raw::Empty && place >= self.columns.len() {
                    let value: String = cell.raw.shown().chars().take(40).collect();
                    faults.push(RowFault::whole("sheet_long_row").with("value", value).with("letter", letters(place)));
                }
                continue;
            };
            if [ID.key, FAULTS.key].contains(&column.key) {
                continue;
            }
            self.layout.formulas += u32::from(cell.formula);
            match cell::read(&column, cell) {
                Ok(Some(value)) => {
                    given.insert(column.key.to_owned(), value);
                }
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        for column in self.kind.columns().iter().filter(|c| c.must && !given.contains_key(c.key)) {
            if !faults.iter().any(|fault| fault.column.as_deref() == Some(column.key)) {
                faults.push(RowFault::of(column, "sheet_missing").with("right", column.example));
            }
        }
        let sha256 = row_sha256(self.kind, &given);
        self.twice(raw.row, &given, &sha256, &mut faults);
        cells.truncate(self.columns.len().max(1));
        ReadRow { row: raw.row, cells, given, faults, sha256 }
    }

    /// One thing twice in a sheet is a slip of the hand.
    fn twice(&mut self, row: u32, given: &Given, sha256: &str, faults: &mut Vec<RowFault>) {
        if self.seen(format!("row {sha256}"), row).is_some_and(|first| {
            faults.push(RowFault::whole("sheet_row_twice").with("right", first));
            true
        }) {
            return;
        }
        // Columns that may be left out count as they are; the last one must be there.
        let set = self.kind.keys().iter().find(|set| set.last().is_some_and(|last| given.contains_key(*last)));
        let Some(set) = set else { return };
        let said: Vec<&str> = set.iter().map(|key| given.get(*key).map_or("", String::as_str)).collect();
        let column = set.last().and_then(|key| self.kind.column(key));
        if let (Some(first), Some(column)) =
            (self.seen(format!("key {} {}", set.join(","), text::identifier(&said.join("\n"))), row), column)
        {
            let value = given.get(column.key).cloned().unwrap_or_default();
            faults.push(RowFault::of(column, "sheet_key_twice").with("value", value).with("right", first));
        }
    }

    /// The row that said this first, unless it is this one.
    fn seen(&mut self, what: String, row: u32) -> Option<u32> {
        let digest = Sha256::digest(what.as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        let first = *self.seen.entry(short).or_insert(row);
        (first != row).then_some(first)
    }

    fn end(self) -> Outcome<Layout> {
        if !self.headed {
            return Err(headings_missing(self.kind));
        }
        if self.rows == 0 {
            return Err(Failure::field("/file", "sheet_no_rows").with("row", self.layout.row));
        }
        Ok(self.layout)
    }
}

/// SHA-256 of what a row says.
fn row_sha256(kind: SheetKind, given: &Given) -> String {
    let mut hash = Sha256::new().chain_update(kind.word());
    for (key, value) in given {
        hash = hash.chain_update([0]).chain_update(key).chain_update([1]).chain_update(value);
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}
