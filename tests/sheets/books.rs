//! Files made by the tests themselves.

use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use yanzhao::interop::sheet::{Layout, ReadRow, SheetKind, read};
use yanzhao::kernel::Failure;

/// Headings of a good sheet of growers.
pub const GROWERS: &str = "姓名,类型,行政区划,村,户号,电话";

/// Everything a file says.
pub fn rows(kind: SheetKind, bytes: &[u8]) -> Result<(Layout, Vec<ReadRow>), Failure> {
    let mut rows = Vec::new();
    let layout = read(kind, bytes, &mut |_, row| {
        rows.push(row);
        Ok(())
    })?;
    Ok((layout, rows))
}

/// A workbook of one sheet, filled by `fill`.
pub fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("表").unwrap());
    book.save_to_buffer().unwrap()
}

/// Writes texts from a row and column A on; rows count from 1 as people do.
pub fn line(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, cell) in (0_u16..).zip(cells) {
        if !cell.is_empty() {
            sheet.write_string(row - 1, column, *cell).unwrap();
        }
    }
}

/// The headings of [`GROWERS`] in row 1.
pub fn headed(sheet: &mut Worksheet) {
    line(sheet, 1, &GROWERS.split(',').collect::<Vec<_>>());
}

/// A workbook of texts.
pub fn texts(lines: &[Vec<String>]) -> Vec<u8> {
    book(|sheet| {
        let text = Format::new().set_num_format("@");
        for (row, cells) in (0_u32..).zip(lines) {
            for (column, cell) in (0_u16..).zip(cells) {
                sheet.write_string_with_format(row, column, cell, &text).unwrap();
            }
        }
    })
}

/// The same zip with one part changed.
pub fn patched(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut inside = Vec::new();
        entry.read_to_end(&mut inside).unwrap();
        if name == part {
            inside = change(String::from_utf8(inside).unwrap()).into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&inside).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// The cells of the first sheet of a workbook, as texts; row and column count from 0.
pub fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}
