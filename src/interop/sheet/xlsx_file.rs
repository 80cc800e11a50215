//! Workbooks of Excel and WPS, read cell by cell.

use std::io::Cursor;

use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx};

use super::column::letters;
use super::raw::{Raw, RawCell, RawRow};
use crate::kernel::{Failure, Outcome};

/// Columns beyond this one are not looked at.
const MOST_COLUMNS: u32 = 200;

/// Merged cells beyond so many are not told from empty ones.
const MOST_MERGED: usize = 2_000;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

fn unreadable(_: calamine::XlsxError) -> Failure {
    Failure::field("/file", "sheet_not_workbook")
}

/// Opens a workbook that [`super::guard`] has let pass.
///
/// # Errors
/// `sheet_not_workbook`.
pub fn open(bytes: &[u8]) -> Outcome<Book<'_>> {
    Xlsx::new(Cursor::new(bytes)).map_err(unreadable)
}

/// The sheets people see, in their order.
pub fn names(book: &Book<'_>) -> Vec<String> {
    let seen = |s: &&calamine::Sheet| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet;
    book.sheets_metadata().iter().filter(seen).map(|sheet| sheet.name.clone()).collect()
}

/// Gives every row of a sheet that has a cell to `each`. `each` answers whether it wants more.
///
/// # Errors
/// `sheet_not_workbook`, and what `each` answers.
pub fn rows(book: &mut Book<'_>, name: &str, each: &mut dyn FnMut(RawRow) -> Outcome<bool>) -> Outcome<()> {
    let mut merged = book.merge_cells_by_sheet_name(name).map_err(unreadable)?;
    merged.truncate(MOST_MERGED);
    let mut reader = book.worksheet_cells_reader(name).map_err(unreadable)?;
    let mut held: Option<RawRow> = None;
    while let Some(cell) = reader.next_cell_with_formula().map_err(unreadable)? {
        let (row, column) = cell.pos;
        if column >= MOST_COLUMNS {
            continue;
        }
        if held.as_ref().is_some_and(|held| held.row != row + 1) {
            let wants_more = held.take().map_or(Ok(true), |row| each(with_merged(row, &merged)))?;
            if !wants_more {
                return Ok(());
            }
        }
        let held = held.get_or_insert_with(|| RawRow { row: row + 1, cells: Vec::new() });
        let formula = cell.formula.is_some();
        let raw = match raw(&cell.value) {
            Raw::Empty if formula => Raw::NoResult,
            raw => raw,
        };
        let at = column as usize;
        if held.cells.len() <= at {
            held.cells.resize(at + 1, RawCell::plain(Raw::Empty));
        }
        if let Some(place) = held.cells.get_mut(at) {
            *place = RawCell { raw, formula, merged: None };
        }
    }
    if let Some(row) = held {
        each(with_merged(row, &merged))?;
    }
    Ok(())
}

/// Marks the cells of a row that are parts of merged ones.
fn with_merged(mut row: RawRow, merged: &[Dimensions]) -> RawRow {
    for part in merged.iter().filter(|part| (part.start.0..=part.end.0).contains(&(row.row - 1))) {
        let said = format!("{}{}:{}{}", letters(part.start.1 as usize), part.start.0 + 1, letters(part.end.1 as usize), part.end.0 + 1);
        for column in part.start.1..=part.end.1.min(MOST_COLUMNS) {
            if row.cells.len() <= column as usize {
                row.cells.resize(column as usize + 1, RawCell::plain(Raw::Empty));
            }
            if let Some(cell) = row.cells.get_mut(column as usize) {
                cell.merged = Some(said.clone());
            }
        }
    }
    row
}

fn raw(value: &DataRef<'_>) -> Raw {
    let text = |text: &str| if text.trim().is_empty() { Raw::Empty } else { Raw::Text(text.to_owned()) };
    match value {
        DataRef::Empty => Raw::Empty,
        DataRef::String(value) | DataRef::DurationIso(value) => text(value),
        DataRef::SharedString(value) => text(value),
        #[expect(clippy::cast_precision_loss, reason = "cells hold no more digits than a double")]
        DataRef::Int(value) => Raw::Number(*value as f64),
        DataRef::Float(value) => Raw::Number(*value),
        DataRef::Bool(value) => Raw::Text(if *value { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(value) if value.is_datetime() && value.as_f64() >= 1.0 => {
            let (year, month, day, ..) = value.to_ymd_hms_milli();
            Raw::Day(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(value) => Raw::Number(value.as_f64()),
        DataRef::DateTimeIso(value) => Raw::Text(value.split('T').next().unwrap_or_default().to_owned()),
        DataRef::Error(error) => Raw::Error(error.to_string()),
    }
}
