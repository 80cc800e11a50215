//! Files that are right however they were saved: all of them say the same.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
use yanzhao::interop::sheet::SheetKind;
use yanzhao::interop::sheet::template;

use crate::books::{GROWERS, book, line, patched, rows};

const ROW: &str = "张三,农户,130183105,东里庄村,0012,13800138000";

fn given(bytes: &[u8]) -> Vec<(u32, String)> {
    let (_, rows) = rows(SheetKind::Growers, bytes).unwrap();
    rows.into_iter()
        .map(|row| {
            assert!(row.faults.is_empty(), "{:?}", row.faults);
            (row.row, ["name", "kind", "division_code", "village", "household_no", "phone"].map(|key| row.given[key].clone()).join(","))
        })
        .collect()
}

fn right(row: u32) -> Vec<(u32, String)> {
    vec![(row, "张三,household,130183105,东里庄村,0012,13800138000".to_owned())]
}

#[test]
fn text_is_read_however_it_was_saved() {
    let text = format!("{GROWERS}\r\n{ROW}\r\n");
    assert_eq!(given(text.as_bytes()), right(2));
    assert_eq!(given(format!("\u{feff}{text}").as_bytes()), right(2));
    assert_eq!(given(&encoding_rs::GB18030.encode(&text).0), right(2));
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(given(&utf16), right(2));
    assert_eq!(given(text.replace(',', ";").as_bytes()), right(2));
    assert_eq!(given(text.replace(',', "\t").as_bytes()), right(2));
    assert_eq!(given(format!("sep=;\r\n{}", text.replace(',', ";")).as_bytes()), right(3));
    let english = "name,kind,division,village,household no,phone\n张三,household,130183105,东里庄村,0012,13800138000\n";
    assert_eq!(given(english.as_bytes()), right(2));
}

#[test]
fn what_people_type_otherwise_means_the_same() {
    let wide = "张三 ,农户,１３０１８３１０５,　东里庄村　,００１２, １３８００１３８０００ ";
    assert_eq!(given(format!("{GROWERS}\n{wide}\n").as_bytes()), right(2));
    let below = format!("种植户登记表\n填表日期：2026-10-20\n姓名*,类型,行政区划*,村*,户号,电话\n{ROW}\n");
    assert_eq!(given(below.as_bytes()), right(4), "headings stand in row 3");
    let blank = format!("{GROWERS}\n\n , ,\n{ROW}\n,,,,,\n");
    assert_eq!(given(blank.as_bytes()), right(4));
    let other_order = "电话,村,姓名,户号,乡镇,类型,编号,错误说明\n13800138000,东里庄村,张三,0012,130183105,农户,gro_x,上次的话\n";
    assert_eq!(given(other_order.as_bytes()), right(2), "id and faults are passed over");
}

#[test]
fn a_workbook_is_read_as_it_is_shown() {
    let bytes = book(|sheet| {
        sheet.merge_range(0, 0, 0, 5, "种植户登记表", &Format::new()).unwrap();
        line(sheet, 3, &GROWERS.split(',').collect::<Vec<_>>());
        line(sheet, 5, &["张三", "农户", "", "东里庄村", "0012"]);
        sheet.write_formula(4, 2, Formula::new("=130183*1000+105").set_result("130183105")).unwrap();
        sheet.write_number(4, 5, 13_800_138_000_f64).unwrap();
    });
    assert_eq!(given(&bytes), right(5));
    let (layout, _) = rows(SheetKind::Growers, &bytes).unwrap();
    assert_eq!((layout.row, layout.formulas, layout.sheet.as_deref()), (3, 1, Some("表")));
    assert_eq!((layout.letters("name"), layout.letters("phone")), ("A".to_owned(), "F".to_owned()));
}

#[test]
fn days_of_both_calendars_are_days() {
    let bytes = book(|sheet| {
        line(sheet, 1, &["种植户", "产品", "交售日期", "重量", "计量单位"]);
        line(sheet, 2, &["张三", "晋州鸭梨", "", "1250.5", "斤"]);
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(2026, 9, 20).unwrap(), &day).unwrap();
    });
    let read = |bytes: &[u8]| rows(SheetKind::Deliveries, bytes).unwrap().1[0].given["delivered_on"].clone();
    assert_eq!(read(&bytes), "2026-09-20");
    // A workbook of an old Macintosh counts from 1904: the same number is four years and a day later.
    let mac = patched(&bytes, "xl/workbook.xml", |xml| xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    assert_eq!(read(&mac), "2030-09-21");
}

#[test]
fn templates_explain_themselves_and_hold_no_row() {
    let say = |key: &str| rust_i18n_said(key);
    for kind in SheetKind::ALL {
        for english in [false, true] {
            let offered = template::Offered::new();
            for bytes in [template::xlsx(kind, english, &offered, &say).unwrap(), template::csv(kind, english).unwrap()] {
                let refused = rows(kind, &bytes).unwrap_err();
                assert!(refused.says("sheet_no_rows"), "{kind:?}: {refused}");
            }
            // The example itself is right, if only it were not called one.
            let text = String::from_utf8(template::csv(kind, english).unwrap()).unwrap();
            let real = text.replacen("示例 ", "", 1).replacen("Example ", "", 1);
            let (_, read) = rows(kind, real.as_bytes()).unwrap();
            assert_eq!(read[0].faults, [], "{kind:?}");
        }
    }
}

fn rust_i18n_said(key: &str) -> String {
    yanzhao::web::words::Lang::Chinese.say(key).into_owned()
}
