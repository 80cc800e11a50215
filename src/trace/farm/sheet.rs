//! A sheet of farm work as people save it: UTF-8 with or without a mark, GB18030 or UTF-16, commas or tabs, Chinese or English headings,
//! digits of any width. Pure: bytes in, rows out, and every fault with the row as the sheet numbers it, the column, the value, and what
//! would be right. Rows are good together or not at all.

use std::collections::BTreeMap;

use super::{FarmKind, LONGEST_INTERVAL};
use crate::kernel::failure::Faults;
use crate::kernel::{Day, text};
use crate::trace::record::{LATE_WITHOUT_REASON, shortened};

/// The most rows of one sheet.
pub const MOST_ROWS: usize = 5_000;
/// The most faults said at once; how many more there are is said too.
const MOST_FAULTS: usize = 500;

/// One good row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number as the sheet shows it; the headings are row 1.
    pub row: usize,
    /// Id or name of the plot.
    pub plot: String,
    /// The village, where it tells two plots of one name apart.
    pub village: Option<String>,
    /// What was used.
    pub kind: FarmKind,
    /// Its name.
    pub input_name: String,
    /// Its registration number.
    pub registration_no: Option<String>,
    /// How much.
    pub dose: Option<String>,
    /// Days until the next harvest.
    pub interval_days: Option<i64>,
    /// Who did it.
    pub worker: Option<String>,
    /// When.
    pub done_on: Day,
    /// Why it is written down late.
    pub late_reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Plot,
    Village,
    Kind,
    Input,
    Registration,
    Dose,
    Interval,
    Worker,
    DoneOn,
    LateReason,
}

/// A column with the headings it is known by, the first of each language being ours, and an example.
const COLUMNS: [(Column, &[&str], &str); 10] = [
    (Column::Plot, &["地块", "plot", "地块名称", "地块编号", "plot_id"], "村东三号"),
    (Column::Village, &["村", "village", "村庄"], "东里庄村"),
    (Column::Kind, &["类别", "kind", "类型", "种类"], "农药"),
    (Column::Input, &["投入品", "input_name", "投入品名称", "名称", "农药名称", "input"], "吡虫啉"),
    (Column::Registration, &["登记证号", "registration_no", "登记号"], "PD20183456"),
    (Column::Dose, &["用量", "dose", "剂量"], "2000 倍液"),
    (Column::Interval, &["安全间隔期", "interval_days", "安全间隔期(天)", "间隔期", "interval"], "14"),
    (Column::Worker, &["操作人", "worker", "施用人"], "张三"),
    (Column::DoneOn, &["日期", "done_on", "施用日期", "使用日期", "date"], "2026-08-01"),
    (Column::LateReason, &["补录原因", "late_reason"], "记在村里的本子上"),
];
const NEEDED: [Column; 4] = [Column::Plot, Column::Kind, Column::Input, Column::DoneOn];

impl Column {
    fn entry(self) -> (&'static [&'static str], &'static str) {
        COLUMNS.iter().find(|(column, ..)| *column == self).map_or((&[], ""), |(_, names, example)| (names, example))
    }
    fn chinese(self) -> &'static str {
        self.entry().0.first().copied().unwrap_or_default()
    }
    fn english(self) -> &'static str {
        self.entry().0.get(1).copied().unwrap_or_default()
    }
    fn example(self) -> &'static str {
        self.entry().1
    }
    /// Reads a heading: width, case, blanks and an asterisk make no difference.
    fn of(heading: &str) -> Option<Self> {
        let plain = |text: &str| -> String {
            text::clean(text).chars().map(text::narrow).filter(|c| !c.is_whitespace() && *c != '*').flat_map(char::to_lowercase).collect()
        };
        let heading = plain(heading);
        COLUMNS.iter().find(|(_, names, _)| names.iter().any(|name| plain(name) == heading)).map(|(column, ..)| *column)
    }
}

/// The headings of our own sheet, as a line of it.
pub fn headings() -> String {
    COLUMNS.iter().map(|(column, ..)| column.chinese()).collect::<Vec<_>>().join(",")
}

/// Reads a sheet. `late_reason` stands for every row that gives none itself. Nothing comes out where anything is wrong.
pub fn read(bytes: &[u8], today: Day, late_reason: Option<&str>, faults: &mut Faults) -> Vec<Row> {
    let mut reading = Reading { faults: Vec::new(), today, late_reason: late_reason.map(text::clean).filter(|r| !r.is_empty()) };
    let rows = match decoded(bytes) {
        Ok(text) => reading.sheet(&text),
        Err(code) => {
            reading.fault(1, None, code, "", "");
            Vec::new()
        }
    };
    let clean = reading.faults.is_empty();
    reading.say(faults);
    if clean { rows } else { Vec::new() }
}

/// The text, by whatever a spreadsheet writes.
fn decoded(bytes: &[u8]) -> Result<String, &'static str> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err("import_not_csv");
    }
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = marked.unwrap_or(if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::GB18030 });
    let (text, _, broken) = encoding.decode(bytes);
    if broken || text.contains('\0') {
        return Err("import_encoding");
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

struct Fault {
    row: usize,
    column: Option<Column>,
    code: &'static str,
    value: String,
    right: String,
}

struct Reading {
    faults: Vec<Fault>,
    today: Day,
    late_reason: Option<String>,
}

impl Reading {
    fn fault(&mut self, row: usize, column: Option<Column>, code: &'static str, value: &str, right: impl ToString) {
        self.faults.push(Fault { row, column, code, value: shortened(value), right: right.to_string() });
    }

    fn say(self, faults: &mut Faults) {
        let more = self.faults.len().saturating_sub(MOST_FAULTS);
        for fault in self.faults.into_iter().take(MOST_FAULTS) {
            let pointer = match fault.column {
                Some(column) => format!("/rows/{}/{}", fault.row, column.english()),
                None => format!("/rows/{}", fault.row),
            };
            let column = fault.column.map_or("", Column::chinese);
            faults
                .add(pointer, fault.code)
                .with("row", fault.row)
                .with("column", column)
                .with("value", fault.value)
                .with("right", fault.right);
        }
        if more > 0 {
            faults.add("/rows", "import_more").with("figure", more);
        }
    }

    fn sheet(&mut self, text: &str) -> Vec<Row> {
        let first = text.lines().next().unwrap_or_default();
        let delimiter = if first.contains('\t') { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
        let unclosed = text.matches('"').count() % 2 == 1;
        let (mut columns, mut rows, mut folded): (Option<Vec<Option<Column>>>, Vec<Row>, u64) = (None, Vec::new(), 0);
        let mut read = 0;
        for record in reader.records() {
            let Ok(record) = record else {
                self.fault(1, None, "import_encoding", "", "");
                return rows;
            };
            // Lines inside quotes belong to one row of the sheet; blank lines before a row are rows of their own.
            let (line, byte) = record.position().map_or((1, 0), |at| (at.line(), at.byte()));
            let after = text.as_bytes().get(usize::try_from(byte).unwrap_or(usize::MAX)..).unwrap_or_default();
            let blank = after.iter().take_while(|b| **b == b'\n').count();
            let row = usize::try_from(line.saturating_sub(folded)).unwrap_or(usize::MAX).saturating_add(blank);
            let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
            folded += inside;
            if unclosed && inside > 0 {
                self.fault(row, None, "import_quote", record.iter().next().unwrap_or_default(), "");
                return rows;
            }
            let cells: Vec<String> = record.iter().map(text::clean).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let Some(columns) = &columns else {
                columns = self.headings(row, &cells);
                if columns.is_none() {
                    return rows;
                }
                continue;
            };
            if cells.first().is_some_and(|cell| cell.starts_with("示例")) {
                continue;
            }
            read += 1;
            if read > MOST_ROWS {
                self.fault(row, None, "import_too_many_rows", "", MOST_ROWS);
                return rows;
            }
            if let Some(extra) = cells.iter().skip(columns.len()).find(|cell| !cell.is_empty()) {
                self.fault(row, None, "import_long_row", extra, columns.len());
                continue;
            }
            rows.extend(self.row(row, columns, &cells));
        }
        match columns {
            None => self.fault(1, None, "import_empty", "", headings()),
            Some(_) if read == 0 => self.fault(2, None, "import_empty", "", headings()),
            Some(_) => self.twice(&rows),
        }
        rows
    }

    /// Which column stands where; `None` if the sheet can't be read by them.
    fn headings(&mut self, row: usize, cells: &[String]) -> Option<Vec<Option<Column>>> {
        let before = self.faults.len();
        let mut found = Vec::with_capacity(cells.len());
        for cell in cells {
            let column = Column::of(cell);
            match column {
                None if !cell.is_empty() => self.fault(row, None, "import_column_unknown", cell, headings()),
                Some(column) if found.contains(&Some(column)) => self.fault(row, Some(column), "import_column_twice", cell, ""),
                _ => {}
            }
            found.push(column);
        }
        for column in NEEDED {
            if !found.contains(&Some(column)) {
                self.fault(row, Some(column), "import_column_missing", "", headings());
            }
        }
        (self.faults.len() == before).then_some(found)
    }

    fn row(&mut self, row: usize, columns: &[Option<Column>], cells: &[String]) -> Option<Row> {
        let before = self.faults.len();
        let given: BTreeMap<Column, &String> =
            columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()).filter_map(|(column, cell)| Some(((*column)?, cell))).collect();
        for column in NEEDED.into_iter().filter(|column| !given.contains_key(column)) {
            self.fault(row, Some(column), "import_missing", "", column.example());
        }
        for (column, most) in [
            (Column::Plot, 60),
            (Column::Village, 60),
            (Column::Input, 80),
            (Column::Registration, 60),
            (Column::Dose, 80),
            (Column::Worker, 40),
            (Column::LateReason, 500),
        ] {
            if let Some(cell) = given.get(&column).filter(|cell| text::too_long(cell, most)) {
                self.fault(row, Some(column), "import_too_long", cell, most);
            }
        }
        let kind = given.get(&Column::Kind).and_then(|cell| {
            let kind = kind_of(cell);
            if kind.is_none() {
                self.fault(row, Some(Column::Kind), "import_word", cell, "农药、肥料、其他");
            }
            kind
        });
        let interval_days = given.get(&Column::Interval).and_then(|cell| {
            let days = whole(cell).filter(|days| (0..=LONGEST_INTERVAL).contains(days));
            if days.is_none() {
                self.fault(row, Some(Column::Interval), "import_number", cell, Column::Interval.example());
            }
            days
        });
        let text = |column| given.get(&column).map(|cell| (*cell).clone());
        let late_reason = text(Column::LateReason).or_else(|| self.late_reason.clone());
        let done_on = given.get(&Column::DoneOn).and_then(|cell| self.day(row, cell, late_reason.is_some()));
        if self.faults.len() > before {
            return None;
        }
        Some(Row {
            row,
            plot: text(Column::Plot)?,
            village: text(Column::Village),
            kind: kind?,
            input_name: text(Column::Input)?,
            registration_no: text(Column::Registration),
            dose: text(Column::Dose),
            interval_days,
            worker: text(Column::Worker),
            done_on: done_on?,
            late_reason,
        })
    }

    fn day(&mut self, row: usize, cell: &str, reason: bool) -> Option<Day> {
        let Some(day) = day_of(cell) else {
            self.fault(row, Some(Column::DoneOn), "import_day", cell, Column::DoneOn.example());
            return None;
        };
        if day > self.today {
            self.fault(row, Some(Column::DoneOn), "import_future", cell, self.today);
        } else if self.today.since(day) > LATE_WITHOUT_REASON && !reason {
            self.fault(row, Some(Column::LateReason), "import_late", cell, self.today.since(day));
        }
        Some(day)
    }

    /// One row twice is a slip of the hand.
    fn twice(&mut self, rows: &[Row]) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows {
            let same = format!("{:?}", Row { row: 0, late_reason: None, ..row.clone() });
            if let Some(first) = seen.get(&same).copied() {
                self.fault(row.row, None, "import_row_twice", &row.input_name, first);
            } else {
                seen.insert(same, row.row);
            }
        }
    }
}

fn kind_of(cell: &str) -> Option<FarmKind> {
    Some(match cell.to_lowercase().as_str() {
        "农药" | "pesticide" => FarmKind::Pesticide,
        "肥料" | "化肥" | "有机肥" | "fertiliser" | "fertilizer" => FarmKind::Fertiliser,
        "其他" | "其它" | "other" => FarmKind::Other,
        _ => return None,
    })
}

/// A whole number in digits of any width, perhaps with 天 behind it.
fn whole(cell: &str) -> Option<i64> {
    let plain: String = cell.chars().map(text::narrow).collect();
    let plain = plain.trim().trim_end_matches('天').trim();
    (!plain.is_empty() && plain.len() <= 6 && plain.bytes().all(|b| b.is_ascii_digit())).then(|| plain.parse().ok()).flatten()
}

/// A day as sheets write it: 2026-08-01, 2026/8/1, 2026.8.1, 2026年8月1日, in digits of any width; a time of day after a blank is left out.
fn day_of(cell: &str) -> Option<Day> {
    let plain: String = cell.chars().map(text::narrow).collect();
    let plain = plain.split_whitespace().next()?.trim_end_matches('日');
    let parts: Vec<&str> = plain.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts[..] else { return None };
    let digits = |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    Day::parse(&format!("{year}-{month:0>2}-{day:0>2}"))
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
