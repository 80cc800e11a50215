use std::io::{Cursor, Read as _};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::*;

fn order() -> Printable {
    Printable {
        order_id: "ord_01arz3ndektsv4rrffq69g5fav".into(),
        order_no: 42,
        base_url: "https://gi.hebei-demo.cn".into(),
        suite: Suite::Ff1Aes256,
        locator: Locator::new(20_171_831).unwrap(),
        key: OrderKey::from_bytes(std::array::from_fn(|i| u8::try_from(i).unwrap())),
        count: 7,
        kind: CodeKind::Unit,
        with_pin: true,
        label: LabelText {
            mark: None,
            above: vec!["晋州鸭梨".into()],
            before_domain: vec!["仅认以下网址".into()],
            below: vec!["其他网址结果无效".into()],
        },
    }
}

/// What `write` writes.
fn written(write: impl FnOnce(&mut Vec<u8>) -> Result<(), PackTrouble>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    out
}
fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
/// Every file of a pack, by name.
fn files(pack: &Pack<'_>) -> [(&'static str, Vec<u8>); 6] {
    [
        ("codes.csv", written(|out| pack.codes_csv(out))),
        ("codes.txt", written(|out| pack.codes_txt(out))),
        ("pins.csv", written(|out| pack.pins_csv(out))),
        ("manifest.json", written(|out| pack.manifest(out))),
        ("labels.svg.zip", written(|out| pack.labels_zip(out, LabelFormat::Svg))),
        ("labels.png.zip", written(|out| pack.labels_zip(out, LabelFormat::Png))),
    ]
}
/// Name and content of every entry of a zip.
fn entries(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|i| {
            let mut entry = archive.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// If this fails, labels and lists of orders already in print would change: find another way, or keep the old one for
/// the orders that have it.
#[test]
fn files_are_the_same_bytes_for_ever() {
    let order = order();
    let digests = files(&Pack::new(&order).unwrap()).map(|(name, bytes)| (name, sha256(&bytes)));
    let expected = [
        ("codes.csv", "4e17885411d50452eb95e62341a026194a9f6b5f4f4be93b8b219b4d8db8937c"),
        ("codes.txt", "06b0f65ec86e75afc1331151504ca83d15f85db3b399680e1e72ec1380256bf0"),
        ("pins.csv", "50016146927a749fc8e97e14410a31b40a44507da8726b074ee242948b793fe8"),
        ("manifest.json", "0cdb1e34b2413195c3d13397c504c6771f3707288b16cce3bea49ff3a400275e"),
        ("labels.svg.zip", "5116b834e3609e17fc54c360f90cbbdf702d64f474c6681b38ba921b3be00003"),
        ("labels.png.zip", "9f478b98041d8f4a026b56a5998906986fe824f1ea0ba3f804bba8d976f70297"),
    ];
    assert_eq!(digests, expected.map(|(name, digest)| (name, digest.to_owned())));
}

#[test]
fn the_lists_have_pinned_columns_and_line_ends() {
    let order = Printable { count: 2, ..order() };
    let pack = Pack::new(&order).unwrap();
    let [a, b] = [0, 1].map(|i| pack.cipher.code(i));
    let csv = String::from_utf8(written(|out| pack.codes_csv(out))).unwrap();
    let line = |n: u32, code: &Code| format!("{n},{code},{},HTTPS://GI.HEBEI-DEMO.CN/Q/{code},unit\r\n", code.grouped());
    assert_eq!(csv, format!("\u{feff}sequence,code,grouped,url,kind\r\n{}{}", line(1, &a), line(2, &b)));
    let txt = String::from_utf8(written(|out| pack.codes_txt(out))).unwrap();
    assert_eq!(txt, format!("HTTPS://GI.HEBEI-DEMO.CN/Q/{a}\nHTTPS://GI.HEBEI-DEMO.CN/Q/{b}\n"));
    let pins = String::from_utf8(written(|out| pack.pins_csv(out))).unwrap();
    let pin = |code| PinKey::new(order.key.as_bytes()).pin(code).as_str().to_owned();
    assert_eq!(pins, format!("\u{feff}sequence,code,pin\r\n1,{a},{}\r\n2,{b},{}\r\n", pin(&a), pin(&b)));
}

#[test]
fn every_listed_code_is_one_of_the_order() {
    let order = Printable { count: 300, ..order() };
    let pack = Pack::new(&order).unwrap();
    let txt = String::from_utf8(written(|out| pack.codes_txt(out))).unwrap();
    for (index, line) in (0..).zip(txt.lines()) {
        let code = Code::parse(line.strip_prefix(pack.base.prefix()).unwrap()).unwrap();
        assert_eq!(pack.cipher.index_of(&code, order.count), Some(index));
    }
    assert_eq!(txt.lines().count(), 300);
}

#[test]
fn the_manifest_says_what_the_lists_are() {
    let order = order();
    let pack = Pack::new(&order).unwrap().stretch(2, 6).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&written(|out| pack.manifest(out))).unwrap();
    for (name, bytes) in files(&pack).into_iter().take(2) {
        assert_eq!(manifest["files"][name]["sha256"], sha256(&bytes), "{name}");
        assert_eq!(manifest["files"][name]["bytes"], bytes.len(), "{name}");
    }
    for (field, value) in [
        ("/order_id", serde_json::json!("ord_01arz3ndektsv4rrffq69g5fav")),
        ("/count", 5.into()),
        ("/first_sequence", 2.into()),
        ("/last_sequence", 6.into()),
        ("/kind", "unit".into()),
        ("/base_url", "https://gi.hebei-demo.cn".into()),
        ("/qr/version", 3.into()),
        ("/qr/error_correction", "M".into()),
        ("/qr/min_size_mm", 18.5.into()),
        ("/files/codes.csv/columns", serde_json::json!(["sequence", "code", "grouped", "url", "kind"])),
    ] {
        assert_eq!(manifest.pointer(field), Some(&value), "{field}");
    }
}

#[test]
fn a_stretch_is_cut_from_the_whole() {
    let order = order();
    let whole = String::from_utf8(written(|out| Pack::new(&order).unwrap().codes_csv(out))).unwrap();
    let part = Pack::new(&order).unwrap().stretch(3, 5).unwrap();
    assert_eq!(part.count(), 3);
    let part = String::from_utf8(written(|out| part.codes_csv(out))).unwrap();
    assert_eq!(part.lines().skip(1).collect::<Vec<_>>(), whole.lines().skip(3).take(3).collect::<Vec<_>>());
    for (first, last) in [(0, 3), (4, 3), (1, 8), (8, 8)] {
        assert!(matches!(Pack::new(&order).unwrap().stretch(first, last), Err(PackTrouble::Stretch { .. })), "{first} {last}");
    }
}

#[test]
fn what_can_not_be_printed_is_refused() {
    let trouble = |order: Printable| Pack::new(&order).map(|pack| pack.pins_csv(io::sink()));
    assert!(matches!(trouble(Printable { count: 0, ..order() }), Err(PackTrouble::Count)));
    assert!(matches!(trouble(Printable { count: MOST_CODES + 1, ..order() }), Err(PackTrouble::Count)));
    assert!(matches!(trouble(Printable { base_url: "gi.cn".into(), ..order() }), Err(PackTrouble::BaseUrl(_))));
    assert!(matches!(trouble(Printable { with_pin: false, ..order() }), Ok(Err(PackTrouble::NoPins))));
}

#[test]
fn labels_are_named_by_sequence_and_code() {
    let order = order();
    let pack = Pack::new(&order).unwrap();
    for format in [LabelFormat::Svg, LabelFormat::Png] {
        assert_eq!(LabelFormat::parse(format.as_str()), Some(format));
        let entries = entries(&written(|out| pack.labels_zip(out, format)));
        let names: Vec<_> = pack.each().map(|(n, code)| format!("{n:08}-{code}.{}", format.as_str())).collect();
        assert_eq!(entries.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
        let start: &[u8] = if format == LabelFormat::Svg { b"<svg " } else { b"\x89PNG" };
        assert!(entries.iter().all(|(_, content)| content.starts_with(start)));
    }
}

#[test]
fn a_large_pack_is_a_zip_of_zips_with_the_same_labels() {
    let order = order();
    let pack = Pack::new(&order).unwrap();
    let flat = entries(&written(|out| pack.zip(out, LabelFormat::Png, 7)));
    let parts = entries(&written(|out| pack.zip(out, LabelFormat::Png, 3)));
    let names: Vec<_> = parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["labels-00000001-00000003.zip", "labels-00000004-00000006.zip", "labels-00000007-00000007.zip"]);
    let inside: Vec<_> = parts.iter().flat_map(|(_, part)| entries(part)).collect();
    assert_eq!(inside, flat);
}

#[test]
fn a_receiver_that_goes_away_ends_the_work() {
    struct Gone(usize);
    impl io::Write for Gone {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let order = Printable { count: MOST_CODES, ..order() };
    let pack = Pack::new(&order).unwrap();
    for outcome in [
        pack.codes_csv(Gone(70_000)),
        pack.codes_txt(Gone(70_000)),
        pack.pins_csv(Gone(70_000)),
        pack.labels_zip(Gone(70_000), LabelFormat::Png),
    ] {
        assert!(matches!(outcome, Err(PackTrouble::Write(e)) if e.kind() == io::ErrorKind::BrokenPipe));
    }
}
