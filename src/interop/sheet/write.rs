//! Rows into bytes: what is given out, and what goes back with its faults beside it. Texts are written as texts: nothing that begins like
//! a formula is ever computed by whoever opens the file.

use rust_xlsxwriter::{Color, Format as Look, Workbook, XlsxError};

use super::cell::neutral;
use super::guard::Format;
use crate::kernel::{Failure, Outcome};

/// What rows are written as.
enum Body {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Xlsx(Box<Workbook>),
}

/// A cell of a row that may hold figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A plain decimal (`18400`, `12.5`), which a workbook keeps as a number.
    Number(String),
}

/// A sheet that is being written, row after row, with constant memory.
pub struct Out {
    body: Body,
    /// The next row; the first is 0.
    next: u32,
    head: Look,
    red: Look,
    text: Look,
}

impl Out {
    /// An empty sheet.
    ///
    /// # Errors
    /// The disk: a workbook's rows wait in a temporary file.
    pub fn new(format: Format, name: &str) -> Outcome<Self> {
        let body = match format {
            Format::Csv => {
                let mark = "\u{feff}".as_bytes().to_vec();
                Body::Csv(Box::new(csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(mark)))
            }
            Format::Xlsx => {
                let mut book = Box::new(Workbook::new());
                let sheet = book.add_worksheet_with_constant_memory().map_err(Failure::broken)?;
                let name: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
                sheet.set_name(if name.is_empty() { "1".to_owned() } else { name }).map_err(Failure::broken)?;
                sheet.set_freeze_panes(1, 0).map_err(Failure::broken)?;
                Body::Xlsx(book)
            }
        };
        let text = Look::new().set_num_format("@");
        let head = text.clone().set_bold().set_background_color(Color::RGB(0x00E6_F0EB));
        let red = text.clone().set_font_color(Color::RGB(0x00A3_211B)).set_background_color(Color::RGB(0x00FD_ECEA)).set_bold();
        Ok(Self { body, next: 0, head, red, text })
    }

    /// Writes the headings.
    ///
    /// # Errors
    /// The disk.
    pub fn headings<T: AsRef<str>>(&mut self, at: Option<u32>, headings: &[T]) -> Outcome<()> {
        self.skip_to(at)?;
        self.line(headings, None, true)
    }

    /// Writes a row, at its number if one is said; `red` stands behind its cells.
    ///
    /// # Errors
    /// The disk.
    pub fn row<T: AsRef<str>>(&mut self, at: Option<u32>, cells: &[T], red: Option<&str>) -> Outcome<()> {
        self.skip_to(at)?;
        self.line(cells, red, false)
    }

    /// Writes a row of texts and figures.
    ///
    /// # Errors
    /// The disk.
    pub fn values(&mut self, cells: &[Value]) -> Outcome<()> {
        match &mut self.body {
            Body::Csv(writer) => {
                let cells = cells.iter().map(|cell| match cell {
                    Value::Text(text) => neutral(text),
                    Value::Number(number) => number.clone(),
                });
                writer.write_record(cells).map_err(Failure::broken)?;
            }
            Body::Xlsx(book) => figures_on_sheet(book, self.next, cells, &self.text).map_err(Failure::broken)?,
        }
        self.next += 1;
        Ok(())
    }

    /// Leaves rows empty until the next one is `at` (the first is 1).
    fn skip_to(&mut self, at: Option<u32>) -> Outcome<()> {
        let Some(at) = at else { return Ok(()) };
        while self.next + 1 < at {
            if let Body::Csv(writer) = &mut self.body {
                // A line of one blank, since readers pass over empty ones.
                writer.write_record([" "]).map_err(Failure::broken)?;
            }
            self.next += 1;
        }
        Ok(())
    }

    fn line<T: AsRef<str>>(&mut self, cells: &[T], red: Option<&str>, heading: bool) -> Outcome<()> {
        match &mut self.body {
            Body::Csv(writer) => {
                let cells = cells.iter().map(AsRef::as_ref).chain(red).map(neutral);
                writer.write_record(cells).map_err(Failure::broken)?;
            }
            Body::Xlsx(book) => {
                let look = if heading { &self.head } else { &self.text };
                on_sheet(book, self.next, cells, look, red.map(|text| (text, &self.red))).map_err(Failure::broken)?;
            }
        }
        self.next += 1;
        Ok(())
    }

    /// What has been written and can go out already; a workbook goes out whole at the end.
    ///
    /// # Errors
    /// Only ours.
    pub fn ready(&mut self) -> Outcome<Vec<u8>> {
        let Body::Csv(writer) = &mut self.body else { return Ok(Vec::new()) };
        writer.flush().map_err(Failure::broken)?;
        let fresh = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        std::mem::replace(&mut **writer, fresh).into_inner().map_err(Failure::broken)
    }

    /// The rest.
    ///
    /// # Errors
    /// The disk.
    pub fn end(mut self) -> Outcome<Vec<u8>> {
        match &mut self.body {
            Body::Csv(_) => self.ready(),
            Body::Xlsx(book) => book.save_to_buffer().map_err(Failure::broken),
        }
    }
}

fn figures_on_sheet(book: &mut Workbook, row: u32, cells: &[Value], look: &Look) -> Result<(), XlsxError> {
    let sheet = book.worksheet_from_index(0)?;
    for (place, cell) in (0_u16..).zip(cells) {
        match cell {
            Value::Text(text) if text.is_empty() => {}
            Value::Text(text) => {
                sheet.write_string_with_format(row, place, text.chars().take(32_000).collect::<String>(), look)?;
            }
            Value::Number(number) => {
                // Cells hold no more digits than a double; nothing is decided by them.
                match number.parse::<f64>() {
                    Ok(figure) => sheet.write_number(row, place, figure)?,
                    Err(_) => sheet.write_string_with_format(row, place, number, look)?,
                };
            }
        }
    }
    Ok(())
}

fn on_sheet<T: AsRef<str>>(book: &mut Workbook, row: u32, cells: &[T], look: &Look, red: Option<(&str, &Look)>) -> Result<(), XlsxError> {
    let sheet = book.worksheet_from_index(0)?;
    let mut place = 0_u16;
    for cell in cells {
        let text: String = cell.as_ref().chars().take(32_000).collect();
        if !text.is_empty() {
            sheet.write_string_with_format(row, place, text, look)?;
        }
        place += 1;
    }
    if let Some((text, look)) = red {
        sheet.write_string_with_format(row, place, text.chars().take(32_000).collect::<String>(), look)?;
        if row == 0 {
            sheet.set_column_width(place, 60)?;
        }
    }
    Ok(())
}
