//! Templates to fill in: headings, an example, drop-downs from the user's own data, codes as text, and a sheet that explains the columns.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, DataValidation, DataValidationErrorStyle, Format, Formula, Workbook, Worksheet, XlsxError};

use super::cell::neutral;
use super::column::{Column, Kind, Source, letters};
use super::columns::HINTED;
use super::kind::SheetKind;
use crate::kernel::{Failure, Outcome};

/// What the user's drop-downs offer.
pub type Offered = BTreeMap<Source, Vec<String>>;
/// Words by their key, in the reader's language.
pub type Say<'a> = &'a (dyn Fn(&str) -> String + Send + Sync);

/// Rows that have drop-downs and formats.
const PREPARED: u32 = 5_000;
/// The most entries of one drop-down.
pub const MOST_OFFERED: usize = 500;
/// The name of the hidden sheet the drop-downs read from.
const LISTS: &str = "lists";

/// What a column asks for, in words.
pub fn explained(column: &Column, english: bool, say: Say<'_>) -> String {
    let kind = match column.kind {
        Kind::Text => say("sheet.cell.text"),
        Kind::Code => say("sheet.cell.code"),
        Kind::Day => say("sheet.cell.day"),
        Kind::Number => say("sheet.cell.number"),
        Kind::Whole => say("sheet.cell.whole"),
        Kind::Choice(_) => format!("{}{}", say("sheet.cell.choice"), column.choices(english).join(if english { ", " } else { "、" })),
    };
    if HINTED.contains(&column.key) { say(&format!("sheet.hint.{}", column.key)) } else { kind }
}

/// The example row: its first cell says that it is one.
fn example(column: &Column, place: usize, english: bool) -> String {
    let plain = match column.kind {
        Kind::Choice(choices) => choices.iter().find(|c| c.1 == column.example).map_or("", |c| if english { c.2 } else { c.1 }),
        _ => column.example,
    };
    let word = if english { "Example" } else { "示例" };
    if place == 0 { format!("{word} {plain}") } else { plain.to_owned() }
}

fn heading(column: &Column, english: bool) -> String {
    format!("{}{}", column.heading(english), if column.must { "*" } else { "" })
}

/// The template as CSV: UTF-8 with a mark, headings and example.
pub fn csv(kind: SheetKind, english: bool) -> Outcome<Vec<u8>> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let columns = kind.columns();
    writer.write_record(columns.iter().map(|c| heading(c, english))).map_err(Failure::broken)?;
    let examples = columns.iter().enumerate().map(|(place, c)| neutral(&example(c, place, english)));
    writer.write_record(examples).map_err(Failure::broken)?;
    writer.into_inner().map_err(Failure::broken)
}

/// The template as a workbook.
pub fn xlsx(kind: SheetKind, english: bool, offered: &Offered, say: Say<'_>) -> Outcome<Vec<u8>> {
    book(kind, english, offered, say).map_err(Failure::broken)
}

fn book(kind: SheetKind, english: bool, offered: &Offered, say: Say<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(say(&format!("sheet.kind.{}", kind.word())))?;
    fill(sheet, kind, english, offered, say)?;
    explain(book.add_worksheet(), kind, english, say)?;
    lists(book.add_worksheet(), kind, offered)?;
    book.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, kind: SheetKind, english: bool, offered: &Offered, say: Say<'_>) -> Result<(), XlsxError> {
    let (head, head_must) = (headed(), headed().set_font_color(Color::RGB(0x00A3_211B)));
    let shown = Format::new().set_italic().set_font_color(Color::RGB(0x0055_605B)).set_num_format("@");
    let mut list = 0;
    for (place, column) in (0_u16..).zip(kind.columns()) {
        let format = match column.kind {
            Kind::Text | Kind::Code | Kind::Choice(_) => Some(Format::new().set_num_format("@")),
            Kind::Day => Some(Format::new().set_num_format("yyyy-mm-dd")),
            Kind::Number | Kind::Whole => None,
        };
        if let Some(format) = &format {
            sheet.set_column_format(place, format)?;
        }
        sheet.set_column_width(place, if matches!(column.kind, Kind::Text | Kind::Code) { 20 } else { 13 })?;
        sheet.write_string_with_format(0, place, heading(column, english), if column.must { &head_must } else { &head })?;
        sheet.write_string_with_format(1, place, example(column, usize::from(place), english), &shown)?;
        let own = column.from.and_then(|from| offered.get(&from)).filter(|list| !list.is_empty());
        let rule = match (column.kind, own) {
            (Kind::Choice(_), _) => {
                let word = if english { "Choose one" } else { "请从列表选择" };
                let stop = DataValidation::new().allow_list_strings(&column.choices(english))?;
                stop.set_error_title(word)?.set_error_style(DataValidationErrorStyle::Stop)
            }
            // The register is larger than any list: what is not in it may be typed all the same.
            (_, Some(entries)) => {
                let column = letters(list);
                list += 1;
                let range = Formula::new(format!("={LISTS}!${column}$1:${column}${}", entries.len().min(MOST_OFFERED)));
                DataValidation::new().allow_list_formula(range).show_error_message(false)
            }
            _ => DataValidation::new().allow_any_value(),
        };
        let about: String = explained(column, english, say).chars().take(200).collect();
        let title: String = column.heading(english).chars().take(30).collect();
        sheet.add_data_validation(2, place, PREPARED, place, &rule.set_input_title(title)?.set_input_message(about)?)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn headed() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0x00E6_F0EB)).set_num_format("@")
}

fn explain(sheet: &mut Worksheet, kind: SheetKind, english: bool, say: Say<'_>) -> Result<(), XlsxError> {
    sheet.set_name(say("sheet.explained"))?;
    for (place, width) in (0_u16..).zip([22, 10, 60, 28]) {
        sheet.set_column_width(place, width)?;
    }
    for (place, key) in (0_u16..).zip(["sheet.head.column", "sheet.head.must", "sheet.head.about", "sheet.head.example"]) {
        sheet.write_string_with_format(0, place, say(key), &headed())?;
    }
    let wrapped = Format::new().set_text_wrap();
    let mut row = 1;
    for column in kind.columns() {
        sheet.write_string(row, 0, column.heading(english))?;
        sheet.write_string(row, 1, if column.must { say("sheet.must") } else { String::new() })?;
        sheet.write_string_with_format(row, 2, explained(column, english, say), &wrapped)?;
        sheet.write_string(row, 3, example(column, 1, english))?;
        row += 1;
    }
    for key in ["sheet.note.example", "sheet.note.rows", "sheet.note.formula", "sheet.note.again"] {
        row += 1;
        sheet.write_string(row, 0, say(key))?;
    }
    Ok(())
}

fn lists(sheet: &mut Worksheet, kind: SheetKind, offered: &Offered) -> Result<(), XlsxError> {
    sheet.set_name(LISTS)?;
    sheet.set_hidden(true);
    let own = kind.columns().iter().filter_map(|c| offered.get(&c.from?)).filter(|list| !list.is_empty());
    for (place, entries) in (0_u16..).zip(own) {
        for (row, entry) in (0_u32..).zip(entries.iter().take(MOST_OFFERED)) {
            sheet.write_string(row, place, entry)?;
        }
    }
    Ok(())
}
