//! Faults of rows in the reader's words.

use super::super::super::failure::words_of;
use super::super::super::words::Lang;
use crate::interop::sheet::{Layout, RowFault, SheetKind};

/// A fault without its place. What a choice offers is said in the reader's language.
pub(in crate::web) fn fault(lang: Lang, kind: SheetKind, fault: &RowFault) -> String {
    let column = fault.column.as_deref().and_then(|key| kind.column(key));
    let mut params = fault.params.clone();
    if let (Some(column), "sheet_choice") = (column, fault.code.as_str()) {
        let offered = column.choices(lang.english()).join(if lang.english() { ", " } else { "、" });
        params.iter_mut().filter(|(name, _)| name == "right").for_each(|(_, right)| right.clone_from(&offered));
    }
    let said = words_of(lang, &fault.code, &params);
    let example = column.map_or("", |column| column.example);
    if example.is_empty() || said.contains(example) || column.is_some_and(|column| !column.choices(false).is_empty()) {
        return said;
    }
    let blank = if lang.english() { " " } else { "" };
    format!("{said}{blank}{}", lang.say1("sheet.for_example", "example", example))
}

/// A column as people find it: its letters and its heading.
pub(super) fn column(lang: Lang, kind: SheetKind, layout: &Layout, fault: &RowFault) -> String {
    let Some(column) = fault.column.as_deref().and_then(|key| kind.column(key)) else { return String::new() };
    format!("{} {}", layout.letters(column.key), column.heading(lang.english())).trim().to_owned()
}

/// All faults of a row as they stand in the last column of the sheet that goes back.
pub(in crate::web) fn all(lang: Lang, kind: SheetKind, layout: &Layout, faults: &[RowFault]) -> String {
    let one = |found: &RowFault| {
        let words = fault(lang, kind, found);
        match found.column.as_deref().and_then(|key| kind.column(key)) {
            Some(column) => {
                let letter = layout.letters(column.key);
                lang.fill("sheet.fault_at", &[("letter", &letter), ("column", column.heading(lang.english())), ("words", &words)])
            }
            None => words,
        }
    };
    faults.iter().map(one).collect::<Vec<_>>().join(if lang.english() { " " } else { "" })
}
