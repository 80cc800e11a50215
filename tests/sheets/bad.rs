//! Everything that can be wrong with a file or a row as far as the sheet itself can say: code, place, and words in both languages.

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use yanzhao::interop::sheet::{Layout, RowFault, SheetKind};
use yanzhao::web::words::Lang;
use yanzhao::web::{failure_words, row_words};

use crate::books::{GROWERS, book, headed, line, patched, rows};

/// Words hold no placeholder, differ by language, and name what has to be named.
fn is_said(chinese: &str, english: &str, names: &[&str]) {
    for words in [chinese, english] {
        assert!(!words.contains("%{") && !words.contains("refusal."), "{words}");
        for name in names {
            assert!(words.contains(name), "{words:?} does not name {name:?}");
        }
    }
    assert!(chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && chinese != english, "{chinese}");
}

/// The file as a whole is refused.
fn refused(kind: SheetKind, bytes: &[u8], code: &str, names: &[&str]) {
    let failure = rows(kind, bytes).expect_err(code);
    assert!(failure.says(code), "wanted {code}, got {failure}");
    is_said(&failure_words(Lang::Chinese, &failure), &failure_words(Lang::English, &failure), names);
}

/// One row is wrong at one place, and nothing else is.
fn wrong(kind: SheetKind, bytes: &[u8], at: (u32, &str), code: &str, names: &[&str]) {
    let (layout, read) = rows(kind, bytes).unwrap_or_else(|failure| panic!("{code}: {failure}"));
    let found: Vec<(u32, String, &RowFault)> = read
        .iter()
        .flat_map(|row| row.faults.iter().map(move |fault| (row.row, fault)))
        .map(|(row, fault)| (row, place(&layout, fault), fault))
        .collect();
    let [(row, letters, fault)] = &found[..] else { panic!("{code}: {found:?}") };
    assert_eq!((*row, letters.as_str(), fault.code.as_str()), (at.0, at.1, code), "{fault:?}");
    let said = |lang| row_words(lang, kind, &layout, Some(i64::from(*row)), std::slice::from_ref(*fault));
    is_said(&said(Lang::Chinese), &said(Lang::English), names);
}

fn place(layout: &Layout, fault: &RowFault) -> String {
    fault.column.as_deref().map(|key| layout.letters(key)).unwrap_or_default()
}

fn grower(row: &str) -> Vec<u8> {
    format!("{GROWERS}\n李四,农户,130183105,东里庄村,0001,\n{row}\n").into_bytes()
}

fn plot(name: &str, value: &str) -> Vec<u8> {
    let good = [
        ("产品", "晋州鸭梨"),
        ("地块名称", "村东三号"),
        ("起始日期", "2026-01-01"),
        ("面积", "2.40"),
        ("面积单位", "亩"),
        ("行政区划", "130183105"),
        ("定植年份", "2012"),
        ("承包地块编码", "1301831042050000012"),
    ];
    let heads: Vec<&str> = good.iter().map(|(head, _)| *head).collect();
    let cells: Vec<&str> = good.iter().map(|(head, cell)| if *head == name { value } else { cell }).collect();
    format!("{}\n{}\n", heads.join(","), cells.join(",")).into_bytes()
}

/// A workbook of growers whose second row is bent by `bend`.
fn bent(bend: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    book(|sheet| {
        headed(sheet);
        line(sheet, 2, &["李四", "农户", "130183105", "东里庄村", "0001", ""]);
        bend(sheet);
    })
}

#[test]
fn files_that_are_no_sheet() {
    let kind = SheetKind::Growers;
    refused(kind, b"", "sheet_file_empty", &[]);
    refused(kind, b" \r\n\t", "sheet_file_empty", &[]);
    refused(kind, &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0], "sheet_old_excel", &[".xlsx"]);
    refused(kind, b"%PDF-1.7 ...", "sheet_not_workbook", &[".xlsx", ".csv"]);
    refused(kind, b"PK\x03\x04 torn off", "sheet_not_workbook", &[]);
    refused(kind, &book(headed)[..900], "sheet_not_workbook", &[]);
    let document = patched(&book(headed), "xl/workbook.xml", |_| String::new());
    refused(kind, &document, "sheet_not_workbook", &[]);
    refused(kind, &[0xff, 0xfe, 0x00, 0xd8, 0x00, 0x00], "sheet_encoding", &["GB18030"]);
    refused(kind, b"\x81\x00\xff\xff,\x80", "sheet_encoding", &[]);
    refused(kind, format!("{GROWERS}\n张三,农户,\"130183105,东里庄村\n").as_bytes(), "sheet_quote", &["2"]);
    let zeros = patched(&book(headed), "xl/worksheets/sheet1.xml", |xml| format!("{xml}{}", " ".repeat(9 << 20)));
    refused(kind, &zeros, "sheet_bomb", &["400"]);
}

#[test]
fn headings_that_can_not_be_understood() {
    let kind = SheetKind::Growers;
    refused(kind, "张三,农户,130183105,东里庄村\n".as_bytes(), "sheet_headings_missing", &["姓名", "20"]);
    let late = format!("{}{GROWERS}\n张三,农户,130183105,东里庄村,,\n", "说明\n".repeat(21));
    refused(kind, late.as_bytes(), "sheet_headings_missing", &[]);
    refused(
        kind,
        format!("{GROWERS},身份证号\n张三,农户,130183105,东里庄村,,,1\n").as_bytes(),
        "sheet_column_unknown",
        &["身份证号", "G", "1"],
    );
    refused(kind, format!("{GROWERS},联系电话\n张三,农户,130183105,东里庄村,,,1\n").as_bytes(), "sheet_column_twice", &["联系电话", "G"]);
    refused(kind, "姓名,村\n张三,东里庄村\n".as_bytes(), "sheet_column_missing", &["行政区划", "130183105"]);
    let both = rows(kind, "姓名,村,身份证号,村庄\n张三,,,\n".as_bytes()).unwrap_err();
    let codes: Vec<&str> = both.fields.iter().map(|field| field.code).collect();
    assert_eq!(codes, ["sheet_column_unknown", "sheet_column_twice", "sheet_column_missing"], "all at once");
    refused(kind, format!("{GROWERS}\n").as_bytes(), "sheet_no_rows", &["1"]);
    refused(kind, format!("{GROWERS}\n示例 张三,农户,130183105,东里庄村,,\n").as_bytes(), "sheet_no_rows", &[]);
    let mut two = Workbook::new();
    for name in ["一组", "二组"] {
        let sheet = two.add_worksheet().set_name(name).unwrap();
        headed(sheet);
        line(sheet, 2, &["张三", "农户", "130183105", "东里庄村"]);
    }
    refused(kind, &two.save_to_buffer().unwrap(), "sheet_two_sheets", &["一组", "二组"]);
    refused(SheetKind::Deliveries, format!("{GROWERS}\n张三,农户,130183105,东里庄村,,\n").as_bytes(), "sheet_headings_missing", &["重量"]);
}

#[test]
fn more_rows_than_a_sheet_may_have() {
    let mut text = format!("{GROWERS}\n");
    for n in 0..=100_000 {
        text.push_str(&format!("张{n},农户,130183105,东里庄村,{n},\n"));
    }
    let failure = rows(SheetKind::Growers, text.as_bytes()).unwrap_err();
    assert!(failure.says("sheet_too_many_rows"));
    assert!(failure_words(Lang::Chinese, &failure).contains("100000"));
}

#[test]
fn rows_of_text_that_are_wrong() {
    let kind = SheetKind::Growers;
    wrong(kind, &grower("王五,农户,130183105,,0002,"), (3, "D"), "sheet_missing", &["D", "东里庄村"]);
    wrong(kind, &grower("王五,农户,130183105,东里庄村,0002,,多出来的"), (3, ""), "sheet_long_row", &["G", "多出来的"]);
    wrong(kind, &grower("王五,企业,130183105,东里庄村,0002,"), (3, "B"), "sheet_choice", &["企业"]);
    wrong(kind, &grower("王五,农户,130183105,东里庄村,0002,1.38E+10"), (3, "F"), "sheet_scientific", &["1.38E+10"]);
    wrong(kind, &grower("李四,农户,130183105,东里庄村,0001,"), (3, ""), "sheet_row_twice", &["2"]);
    wrong(kind, &grower("李四五,农户,130183105,东里庄村,0001,"), (3, "E"), "sheet_key_twice", &["0001", "2"]);
    let long = "长".repeat(2_001);
    wrong(kind, &grower(&format!("王五,农户,130183105,{long},0002,")), (3, "D"), "sheet_too_long", &["2000"]);
    let plots = SheetKind::Plots;
    for (value, code, names) in [
        ("2026年13月1日", "sheet_day", vec!["2026-01-01"]),
        ("26-01-01", "sheet_day", vec!["26-01-01"]),
        ("2026-02-30", "sheet_day", vec!["2026-02-30"]),
        ("去年春天", "sheet_day", vec!["去年春天"]),
    ] {
        wrong(plots, &plot("起始日期", value), (2, "C"), code, &names);
    }
    for (value, code) in [
        ("2.4亩", "sheet_number_unit"),
        ("-2.4", "sheet_number"),
        ("二亩四分", "sheet_number"),
        ("2.40.1", "sheet_number"),
        ("2.1234567", "sheet_number"),
        ("12345678901234", "sheet_number"),
    ] {
        wrong(plots, &plot("面积", value), (2, "D"), code, &[value, "2.40"]);
    }
    wrong(plots, &plot("面积单位", "畦"), (2, "E"), "sheet_choice", &["畦"]);
    wrong(plots, &plot("定植年份", "2012.5"), (2, "G"), "sheet_number", &["2012.5"]);
    wrong(plots, &plot("承包地块编码", "1.30183E+18"), (2, "H"), "sheet_scientific", &["1.30183E+18"]);
}

#[test]
fn rows_of_a_workbook_that_are_wrong() {
    let kind = SheetKind::Growers;
    let merged = bent(|sheet| {
        line(sheet, 3, &["王五", "农户", "130183105", "", "0002"]);
        sheet.merge_range(2, 3, 4, 3, "东里庄村", &Format::new()).unwrap();
    });
    wrong(kind, &merged, (3, "D"), "sheet_merged", &["D3:D5"]);
    let error = bent(|sheet| {
        line(sheet, 3, &["王五", "农户", "130183105", "东里庄村"]);
        sheet.write_formula(2, 4, Formula::new("=NA()").set_result("#N/A")).unwrap();
    });
    wrong(kind, &error, (3, "E"), "sheet_cell_error", &["#N/A"]);
    let unsaved = bent(|sheet| {
        line(sheet, 3, &["王五", "农户", "130183105", "东里庄村"]);
        sheet.write_formula(2, 4, Formula::new("=A1")).unwrap();
    });
    let unsaved = patched(&unsaved, "xl/worksheets/sheet1.xml", |xml| xml.replace("<f>A1</f><v>0</v>", "<f>A1</f>"));
    wrong(kind, &unsaved, (3, "E"), "sheet_formula_empty", &["E"]);
    let rounded = bent(|sheet| {
        line(sheet, 3, &["王五", "农户", "130183105", "东里庄村", "0002"]);
        sheet.write_number(2, 5, 1.301_831_042_050_000_1e18).unwrap();
    });
    wrong(kind, &rounded, (3, "F"), "sheet_number_rounded", &["15"]);
    let serial = book(|sheet| {
        line(sheet, 1, &["种植户", "产品", "交售日期", "重量", "计量单位"]);
        line(sheet, 2, &["张三", "晋州鸭梨", "", "1250.5", "斤"]);
        sheet.write_number(1, 2, 46_285.0).unwrap();
    });
    wrong(SheetKind::Deliveries, &serial, (2, "C"), "sheet_day_number", &["46285", "2026-09-20"]);
}

#[test]
fn everything_wrong_with_a_row_is_said_at_once() {
    let (layout, read) = rows(SheetKind::Growers, &grower("王五,企业,,,0002,1.38E+10")).unwrap();
    let found: Vec<String> = read[1].faults.iter().map(|fault| format!("{} {}", place(&layout, fault), fault.code)).collect();
    assert_eq!(found, ["B sheet_choice", "F sheet_scientific", "C sheet_missing", "D sheet_missing"]);
    let said = row_words(Lang::Chinese, SheetKind::Growers, &layout, Some(3), &read[1].faults);
    assert!(said.starts_with("第 3 行") && said.contains("B 列“类型”") && said.contains("农户、个人、集体"), "{said}");
}
