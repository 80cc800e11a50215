use super::*;

const HEAD: &str = "地块,类别,投入品,用量,安全间隔期,日期\n";

fn today() -> Day {
    Day::parse("2026-08-10").unwrap()
}

/// Rows, or the (row, column, code, value, right) of every fault.
type Said = Vec<(String, &'static str, String, String)>;

fn read_with(bytes: &[u8], late: Option<&str>) -> Result<Vec<Row>, Said> {
    let mut faults = Faults::new();
    let rows = read(bytes, today(), late, &mut faults);
    match faults.check() {
        Ok(()) => Ok(rows),
        Err(failure) => {
            assert!(rows.is_empty(), "good rows or none");
            let param = |field: &crate::kernel::FieldProblem, name: &str| {
                field.params.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone()).unwrap_or_default()
            };
            Err(failure.fields.iter().map(|f| (f.pointer.clone(), f.code, param(f, "value"), param(f, "right"))).collect())
        }
    }
}

fn faults_of(text: &str) -> Vec<(String, &'static str)> {
    read_with(text.as_bytes(), None).unwrap_err().into_iter().map(|(at, code, ..)| (at, code)).collect()
}

fn one(at: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(at.to_owned(), code)]
}

fn good() -> Row {
    Row {
        row: 2,
        plot: "村东三号".to_owned(),
        village: None,
        kind: FarmKind::Pesticide,
        input_name: "吡虫啉".to_owned(),
        registration_no: None,
        dose: Some("2000 倍液".to_owned()),
        interval_days: Some(14),
        worker: None,
        done_on: Day::parse("2026-08-05").unwrap(),
        late_reason: None,
    }
}

#[test]
fn every_encoding_and_heading_means_the_same() {
    let chinese = format!("{HEAD}村东三号,农药,吡虫啉,2000 倍液,14,2026-08-05\n");
    let english = "plot,kind,input_name,dose,interval_days,done_on\r\n村东三号,pesticide,吡虫啉,2000 倍液,14,2026-08-05\r\n";
    let tabs = "地块\t类别\t投入品\t用量\t安全间隔期\t日期\n村东三号\t农药\t吡虫啉\t2000 倍液\t14\t2026/8/5\n";
    let wide = "地块 ,类 别,投入品,用量,安全间隔期（天）,施用日期*\n村东三号,农药,吡虫啉,2000 倍液,１４天,２０２６年８月５日\n";
    let (gb, ..) = encoding_rs::GB18030.encode(&chinese);
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(chinese.encode_utf16().flat_map(u16::to_le_bytes));
    let marked = format!("\u{feff}{chinese}");
    for (name, bytes) in [
        ("plain", chinese.as_bytes()),
        ("marked", marked.as_bytes()),
        ("gb18030", &gb),
        ("utf-16", &utf16),
        ("english", english.as_bytes()),
        ("tabs", tabs.as_bytes()),
        ("wide", wide.as_bytes()),
        ("old mac", chinese.replace('\n', "\r").as_bytes()),
    ] {
        assert_eq!(read_with(bytes, None), Ok(vec![good()]), "{name}");
    }
}

#[test]
fn rows_are_numbered_as_the_sheet_shows_them() {
    let text = format!(
        "{HEAD}\n示例,农药,吡虫啉,,,2026-08-01\n村东三号,农药,\"吡虫啉\n粉剂\",,,2026-08-05\n,,,,,\n\n村东三号,化肥,尿素,40 kg/亩,,2026-08-06\n"
    );
    let rows = read_with(text.as_bytes(), None).unwrap();
    let numbered: Vec<_> = rows.iter().map(|row| (row.row, row.kind)).collect();
    // Heading 1, blank 2, example 3, the two-line cell 4, blank cells 5, blank 6.
    assert_eq!(numbered, [(4, FarmKind::Pesticide), (7, FarmKind::Fertiliser)]);
}

/// Files that are wrong, each in its own way.
#[test]
fn every_bad_file_says_what_is_wrong_and_where() {
    let row = |cells: &str| format!("{HEAD}{cells}\n");
    /// What is wrong, the sheet, and every fault as cell and code.
    type Case = (&'static str, String, Vec<(String, &'static str)>);
    let cases: Vec<Case> = vec![
        ("nothing", String::new(), one("/rows/1", "import_empty")),
        ("headings alone", HEAD.to_owned(), one("/rows/2", "import_empty")),
        (
            "an unknown column",
            format!("{}\n村东三号,农药,x,,,2026-08-05,1\n", HEAD.trim_end().to_owned() + ",备注"),
            one("/rows/1", "import_column_unknown"),
        ),
        ("a column twice", "地块,地块,类别,投入品,日期\na,b,农药,x,2026-08-05\n".to_owned(), one("/rows/1/plot", "import_column_twice")),
        (
            "columns missing",
            "地块,投入品\na,b\n".to_owned(),
            [one("/rows/1/kind", "import_column_missing"), one("/rows/1/done_on", "import_column_missing")].concat(),
        ),
        ("no day", row("村东三号,农药,吡虫啉,,14,2026-08-32"), one("/rows/2/done_on", "import_day")),
        ("a day of another kind", row("村东三号,农药,吡虫啉,,14,46239"), one("/rows/2/done_on", "import_day")),
        ("tomorrow", row("村东三号,农药,吡虫啉,,14,2026-08-11"), one("/rows/2/done_on", "import_future")),
        ("late without a reason", row("村东三号,农药,吡虫啉,,14,2026-08-02"), one("/rows/2/late_reason", "import_late")),
        ("an unknown kind", row("村东三号,药,吡虫啉,,14,2026-08-05"), one("/rows/2/kind", "import_word")),
        ("days that are none", row("村东三号,农药,吡虫啉,,十四,2026-08-05"), one("/rows/2/interval_days", "import_number")),
        ("days below nothing", row("村东三号,农药,吡虫啉,,-1,2026-08-05"), one("/rows/2/interval_days", "import_number")),
        ("days beyond a year", row("村东三号,农药,吡虫啉,,401,2026-08-05"), one("/rows/2/interval_days", "import_number")),
        ("nothing used", row("村东三号,农药,,,14,2026-08-05"), one("/rows/2/input_name", "import_missing")),
        ("too long", row(&format!("村东三号,农药,{},,14,2026-08-05", "长".repeat(81))), one("/rows/2/input_name", "import_too_long")),
        ("a cell too many", row("村东三号,农药,吡虫啉,,14,2026-08-05,多"), one("/rows/2", "import_long_row")),
        (
            "an open quotation mark",
            row("村东三号,农药,\"吡虫啉,,14,2026-08-05\n村东三号,农药,乐果,,14,2026-08-05"),
            one("/rows/2", "import_quote"),
        ),
        (
            "the same row twice",
            row("村东三号,农药,吡虫啉,,14,2026-08-05\n村东三号,农药,吡虫啉,,１４,2026/8/5"),
            one("/rows/3", "import_row_twice"),
        ),
    ];
    assert!(cases.len() >= 12);
    for (name, text, right) in cases {
        assert_eq!(faults_of(&text), right, "{name}");
    }
    let coded = |bytes: &[u8]| read_with(bytes, None).unwrap_err()[0].1;
    assert_eq!(coded(b"PK\x03\x04rest of an xlsx"), "import_not_csv");
    assert_eq!(coded(&[0xd0, 0xcf, 0x11, 0xe0, 1, 2]), "import_not_csv");
    assert_eq!(coded(&[b'a', 0xff, 0xff, b'\n']), "import_encoding");
    assert_eq!(coded(b"\x00\x01\x02\n"), "import_encoding");
}

#[test]
fn all_faults_of_all_rows_are_said_at_once() {
    let text = format!("{HEAD}村东三号,药,,,x,昨天\n村东三号,农药,吡虫啉,,14,2026-08-05\n,农药,吡虫啉,,14,2026-08-05\n");
    let said = read_with(text.as_bytes(), None).unwrap_err();
    let codes: Vec<_> = said.iter().map(|(at, code, ..)| (at.as_str(), *code)).collect();
    assert_eq!(
        codes,
        [
            ("/rows/2/input_name", "import_missing"),
            ("/rows/2/kind", "import_word"),
            ("/rows/2/interval_days", "import_number"),
            ("/rows/2/done_on", "import_day"),
            ("/rows/4/plot", "import_missing"),
        ]
    );
    assert_eq!((said[1].2.as_str(), said[1].3.as_str()), ("药", "农药、肥料、其他"), "what was there and what would be right");
    assert_eq!(said[3].3, "2026-08-01");
}

#[test]
fn a_reason_for_the_whole_sheet_stands_for_rows_without_one() {
    let text = "地块,类别,投入品,日期,补录原因\n甲,农药,x,2026-07-01,\n乙,农药,x,2026-07-01,下雨\n";
    assert_eq!(faults_of(text), one("/rows/2/late_reason", "import_late"));
    let rows = read_with(text.as_bytes(), Some(" 记在本子上 ")).unwrap();
    assert_eq!(rows.iter().map(|row| row.late_reason.as_deref()).collect::<Vec<_>>(), [Some("记在本子上"), Some("下雨")]);
}

#[test]
fn a_sheet_has_its_bounds() {
    let rows = |n: usize| (0..n).map(|i| format!("村东三号,农药,药{i},,,2026-08-05\n")).collect::<String>();
    assert_eq!(read_with(format!("{HEAD}{}", rows(MOST_ROWS)).as_bytes(), None).unwrap().len(), MOST_ROWS);
    assert_eq!(faults_of(&format!("{HEAD}{}", rows(MOST_ROWS + 1))), one("/rows/5002", "import_too_many_rows"));
    let wrong: String = (0..600).map(|i| format!("村东三号,药,药{i},,,2026-08-05\n")).collect();
    let said = read_with(format!("{HEAD}{wrong}").as_bytes(), None).unwrap_err();
    assert_eq!((said.len(), said[MOST_FAULTS].1), (MOST_FAULTS + 1, "import_more"));
}

#[test]
fn every_fault_has_words_with_its_row() {
    for code in [
        "import_missing",
        "import_word",
        "import_number",
        "import_day",
        "import_future",
        "import_late",
        "import_too_long",
        "import_plot_unknown",
        "import_plot_several",
        "import_row_twice",
        "import_long_row",
        "import_quote",
        "import_column_unknown",
        "import_column_twice",
    ] {
        for locale in ["zh-CN", "en"] {
            let key = format!("refusal.{code}");
            let words = rust_i18n::t!(key.as_str(), locale = locale).into_owned();
            assert!(words != key && words.contains("%{row}"), "{code} in {locale}: {words}");
        }
    }
}
