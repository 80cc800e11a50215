//! Sheets people fill in with Excel or WPS. Pure: bytes in, rows out, and rows out into bytes; no table, no request.
//!
//! [`columns`] describes each kind of sheet once: its template ([`template`]), what is read ([`read`]), what is wrong ([`fault`]), what
//! goes back with its faults beside it and what is given out ([`write`]) all follow from it. Row numbers and column letters are those
//! a spreadsheet shows. Of a formula its last result is taken; merged cells, rounded codes and days without a format are refused.

pub mod cell;
pub mod column;
pub mod columns;
mod csv_file;
pub mod fault;
pub mod guard;
pub mod kind;
pub mod plain;
mod raw;
pub mod read;
pub mod table;
pub mod template;
pub mod write;
mod xlsx_file;

pub use fault::RowFault;
pub use guard::Format;
pub use kind::SheetKind;
pub use read::{Given, Layout, ReadRow, read};

use crate::kernel::Outcome;

/// The rows of a foreign sheet as people see them, with their numbers: csv, or the first sheet of a workbook that has rows. `each` answers
/// whether it wants more.
///
/// # Errors
/// As the readers, and what `each` answers.
pub(in crate::interop) fn order_rows(bytes: &[u8], workbook: bool, each: &mut dyn FnMut(u32, Vec<String>) -> Outcome<bool>) -> Outcome<()> {
    let shown = |row: &raw::RawRow| row.cells.iter().map(|cell| super::orders::shown(&cell.raw.shown())).collect();
    if !workbook {
        let mut wanted = true;
        return csv_file::rows(bytes, &mut |row| {
            if wanted {
                wanted = each(row.row, shown(&row))?;
            }
            Ok(())
        });
    }
    let mut book = xlsx_file::open(bytes)?;
    for name in xlsx_file::names(&book) {
        let mut any = false;
        xlsx_file::rows(&mut book, &name, &mut |row| {
            any = true;
            each(row.row, shown(&row))
        })?;
        if any {
            return Ok(());
        }
    }
    Ok(())
}
