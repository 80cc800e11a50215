//! One cell under one column: what was written becomes what is meant, or a fault that says why not and what would be right.

use super::column::{Column, Kind};
use super::fault::RowFault;
use super::raw::{Raw, RawCell, decimal};
use crate::kernel::{Day, text};

/// The most characters of one cell.
const LONGEST: usize = 2_000;
/// From here on a spreadsheet has rounded a number.
const ROUNDED: f64 = 1e15;
/// What makes a spreadsheet compute a text.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that no spreadsheet computes when a CSV is opened: with an apostrophe before it.
pub fn neutral(text: &str) -> String {
    if text.starts_with(FORMULA_SIGNS) { format!("'{text}") } else { text.to_owned() }
}

/// The text as it was before [`neutral`].
fn meant(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA_SIGNS)).unwrap_or(text)
}

/// What is meant; nothing where the cell is empty.
///
/// # Errors
/// `sheet_merged`, `sheet_cell_error`, `sheet_formula_empty`, `sheet_too_long`, `sheet_scientific`, `sheet_number_rounded`, `sheet_day`,
/// `sheet_day_number`, `sheet_number`, `sheet_number_unit`, `sheet_choice`.
pub fn read(column: &Column, cell: &RawCell) -> Result<Option<String>, RowFault> {
    let shown: String = cell.raw.shown().chars().take(40).collect();
    let fault = |code: &str| RowFault::of(column, code).with("value", &shown);
    if let Some(area) = &cell.merged {
        return Err(RowFault::of(column, "sheet_merged").with("value", area));
    }
    match &cell.raw {
        Raw::Empty => return Ok(None),
        Raw::Error(_) => return Err(fault("sheet_cell_error")),
        Raw::NoResult => return Err(fault("sheet_formula_empty")),
        Raw::Text(written) if text::too_long(written, LONGEST) => return Err(fault("sheet_too_long").with("most", LONGEST)),
        _ => {}
    }
    let read = match column.kind {
        Kind::Text => words(&cell.raw),
        Kind::Code => code(&cell.raw).map_err(fault)?,
        Kind::Day => day(&cell.raw).map_err(|code| fault(code).with("right", example(column, "2026-09-20")))?,
        Kind::Number => number(&cell.raw, false).map_err(|code| fault(code).with("right", example(column, "12.5")))?,
        Kind::Whole => number(&cell.raw, true).map_err(|code| fault(code).with("right", example(column, "12")))?,
        Kind::Choice(choices) => {
            let written = super::column::plain(&words(&cell.raw));
            let found = choices.iter().find(|(word, zh, en)| [word, zh, en].iter().any(|name| super::column::plain(name) == written));
            match found {
                Some((word, ..)) => (*word).to_owned(),
                None if written.is_empty() => String::new(),
                None => return Err(fault("sheet_choice").with("right", column.choices(false).join("、"))),
            }
        }
    };
    Ok(Some(read).filter(|read| !read.is_empty()))
}

fn example(column: &Column, otherwise: &'static str) -> &'static str {
    if column.example.is_empty() { otherwise } else { column.example }
}

fn words(raw: &Raw) -> String {
    text::clean(meant(&raw.shown()))
}

fn narrowed(written: &str) -> String {
    text::clean(written).chars().map(text::narrow).collect::<String>().trim().to_owned()
}

/// Digits and letters as they stand; what a spreadsheet has turned into a number only if it lost nothing.
fn code(raw: &Raw) -> Result<String, &'static str> {
    match raw {
        Raw::Number(number) if *number >= ROUNDED || *number < 0.0 || number.fract() != 0.0 => Err("sheet_number_rounded"),
        Raw::Number(number) => Ok(decimal(*number)),
        other => {
            let written = narrowed(&words(other));
            if is_scientific(&written) { Err("sheet_scientific") } else { Ok(written) }
        }
    }
}

/// `1.30183E+17`
fn is_scientific(written: &str) -> bool {
    let Some((number, power)) = written.split_once(['e', 'E']) else { return false };
    let Some(power) = power.strip_prefix('+') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && digits(rest) && digits(power)
}

/// 2026-08-01, 2026/8/1, 2026.8.1, 20260801, 2026年8月1日, in digits of any width; a time of day after a blank is left out.
fn day(raw: &Raw) -> Result<String, &'static str> {
    let written = match raw {
        Raw::Day(day) => return Day::parse(day).map(|day| day.to_string()).ok_or("sheet_day"),
        Raw::Number(number) if (19_000_101.0..=21_001_231.0).contains(number) => decimal(*number),
        Raw::Number(_) => return Err("sheet_day_number"),
        other => narrowed(&words(other)),
    };
    let Some(plain) = written.split(['T', ' ']).next().map(|text| text.trim_end_matches('日')) else { return Ok(String::new()) };
    if plain.is_empty() {
        return Ok(String::new());
    }
    let digits = |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if plain.len() == 8 && digits(plain, 8) {
        return Day::parse(&format!("{}-{}-{}", &plain[..4], &plain[4..6], &plain[6..])).map(|day| day.to_string()).ok_or("sheet_day");
    }
    let parts: Vec<&str> = plain.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, of_month] = parts[..] else { return Err("sheet_day") };
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(of_month, 2) {
        return Err("sheet_day");
    }
    Day::parse(&format!("{year}-{month:0>2}-{of_month:0>2}")).map(|day| day.to_string()).ok_or("sheet_day")
}

fn number(raw: &Raw, whole: bool) -> Result<String, &'static str> {
    let written = match raw {
        Raw::Number(number) if *number >= ROUNDED => return Err("sheet_number"),
        Raw::Number(number) => decimal(*number),
        other => narrowed(&words(other)).replace([',', ' '], ""),
    };
    let (units, parts) = written.split_once('.').unwrap_or((&written, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(units) && digits(parts) && units.len() <= 13 && parts.len() <= 6 && (!whole || parts.bytes().all(|b| b == b'0'));
    if written.is_empty() {
        Ok(written)
    } else if fits {
        let parts = parts.trim_end_matches('0');
        Ok(if parts.is_empty() { units.to_owned() } else { format!("{units}.{parts}") })
    } else if units.starts_with(|c: char| c.is_ascii_digit()) && !written.ends_with(|c: char| c.is_ascii_digit()) {
        Err("sheet_number_unit")
    } else {
        Err("sheet_number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, raw: Raw) -> Result<String, String> {
        let column = Column::new("x", "列", "column", kind, "");
        read(&column, &RawCell::plain(raw)).map(Option::unwrap_or_default).map_err(|fault| fault.code)
    }

    fn typed(kind: Kind, text: &str) -> Result<String, String> {
        of(kind, Raw::Text(text.to_owned()))
    }

    #[test]
    fn codes_are_taken_whole_or_not_at_all() {
        assert_eq!(typed(Kind::Code, " ９１130183ma0x "), Ok("91130183ma0x".into()));
        assert_eq!(typed(Kind::Code, "1.30183E+17"), Err("sheet_scientific".into()));
        assert_eq!(typed(Kind::Code, "1E2"), Ok("1E2".into()), "a lot may be called so");
        assert_eq!(of(Kind::Code, Raw::Number(13_800_138_000.0)), Ok("13800138000".into()));
        assert_eq!(of(Kind::Code, Raw::Number(1.301_831_042_050_000_1e18)), Err("sheet_number_rounded".into()));
    }

    #[test]
    fn days_are_read_however_they_are_written() {
        for text in ["2026-08-01", "2026/8/1", "2026.8.1", "２０２６年８月１日", "20260801", "2026-08-01 10:20", "2026-08-01T00:00:00"]
        {
            assert_eq!(typed(Kind::Day, text), Ok("2026-08-01".into()), "{text}");
        }
        for bad in ["8/1", "26-08-01", "2026-02-30", "八月一日", "2026-08"] {
            assert_eq!(typed(Kind::Day, bad), Err("sheet_day".into()), "{bad}");
        }
        assert_eq!(of(Kind::Day, Raw::Number(46_235.0)), Err("sheet_day_number".into()));
        assert_eq!(of(Kind::Day, Raw::Number(20_260_801.0)), Ok("2026-08-01".into()));
    }

    #[test]
    fn numbers_are_decimals_without_units() {
        for (text, right) in [("1,250.50", "1250.5"), ("１２", "12"), ("0", "0"), ("3.0", "3")] {
            assert_eq!(typed(Kind::Number, text), Ok(right.into()), "{text}");
        }
        for (text, code) in
            [("3000斤", "sheet_number_unit"), ("-3", "sheet_number"), ("三千", "sheet_number"), ("1.2345678", "sheet_number")]
        {
            assert_eq!(typed(Kind::Number, text), Err(code.into()), "{text}");
        }
        assert_eq!(typed(Kind::Whole, "3.5"), Err("sheet_number".into()));
        assert_eq!(of(Kind::Number, Raw::Number(0.1 + 0.2)), Ok("0.3".into()));
    }

    #[test]
    fn a_choice_is_known_in_both_languages() {
        let kind = Kind::Choice(&[("kg", "公斤", "kg"), ("jin", "斤", "jin")]);
        assert_eq!(typed(kind, "斤"), Ok("jin".into()));
        assert_eq!(typed(kind, " KG "), Ok("kg".into()));
        assert_eq!(typed(kind, "担"), Err("sheet_choice".into()));
    }

    #[test]
    fn what_would_be_computed_is_made_neutral_and_read_back() {
        for text in ["=1+1", "+86", "-", "@x", "平常", "'引"] {
            assert_eq!(typed(Kind::Text, &neutral(text)), Ok(text.to_owned()), "{text}");
        }
        assert_eq!(neutral("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
    }

    #[test]
    fn what_is_not_in_the_file_is_not_guessed() {
        assert_eq!(of(Kind::Text, Raw::Error("#N/A".into())), Err("sheet_cell_error".into()));
        assert_eq!(of(Kind::Text, Raw::NoResult), Err("sheet_formula_empty".into()));
        let merged = RawCell { merged: Some("B3:B5".into()), ..RawCell::plain(Raw::Empty) };
        let column = Column::new("x", "列", "column", Kind::Text, "");
        assert_eq!(read(&column, &merged).unwrap_err().params, [("value".to_owned(), "B3:B5".to_owned())]);
    }
}
