//! Stickers as a producer prints them, read by programs that share no code with ours: `pdftoppm` and `pdftotext` (package poppler-utils) and
//! `zbarimg` (package zbar-tools). Sizes are measured from the rendered dots.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

use std::path::{Path, PathBuf};
use std::process::Command;

use yanzhao::interop::font::{Font, Letters};
use yanzhao::interop::pack::{Pack, Printable};
use yanzhao::interop::qr::PrintedBase;
use yanzhao::interop::sticker::{Dpi, Kit, PRESETS, Run, Sheet, Stickers};
use yanzhao::trace::{CodeKind, LabelFacts, LabelText, Locator, OrderKey};

/// Dots of an inch the pages are rendered with.
const DPI: i64 = 200;

struct House {
    order: Printable,
    base: PrintedBase,
    facts: LabelFacts,
    letters: Letters,
}

impl House {
    fn new(base_url: &str) -> Self {
        let kind = CodeKind::Unit;
        let order = Printable {
            order_id: "cod_01arz3ndektsv4rrffq69g5fav".into(),
            order_no: 1,
            base_url: base_url.into(),
            suite: kind.suite(),
            locator: Locator::new(1_234_567).unwrap(),
            key: OrderKey::from_bytes([8; 32]),
            count: 100_000,
            kind,
            with_pin: false,
            label: LabelText::new(kind, Some("赵县雪花梨"), "zh-CN"),
        };
        let facts = LabelFacts::new("示例县梨果专业合作社", Some("93130133MA0EXAMPL1"), Some("PI0123"), "zh-CN");
        let words = order.label.above.iter().chain(&order.label.before_domain).chain(&order.label.below);
        let texts: Vec<String> = words
            .cloned()
            .chain(facts.texts().map(str::to_owned))
            .chain([format!("{base_url} 0123456789ABCDEFGHJKMNPQRSTVWXYZm")])
            .collect();
        let letters = Font::find(Path::new(""), 0).unwrap().letters(texts.iter().map(String::as_str)).unwrap();
        Self { base: PrintedBase::new(base_url).unwrap(), order, facts, letters }
    }
    fn stickers(&self, sheet: &Sheet, mark: bool) -> Stickers<'_> {
        let kit = Kit { base: &self.base, words: &self.order.label, facts: &self.facts, letters: &self.letters };
        Stickers::new(&self.order, kit, (sheet.width, sheet.height), mark).unwrap()
    }
    fn urls(&self, first: u32, last: u32) -> Vec<String> {
        let mut urls = Vec::new();
        Pack::new(&self.order).unwrap().stretch(first, last).unwrap().codes_txt(&mut urls).unwrap();
        let mut urls: Vec<String> = String::from_utf8(urls).unwrap().lines().map(str::to_owned).collect();
        urls.sort();
        urls
    }
}

fn output(program: &str, package: &str, set_up: impl FnOnce(&mut Command)) -> String {
    let mut command = Command::new(program);
    set_up(&mut command);
    let out = command.output().unwrap_or_else(|e| panic!("{program} (Debian package {package}) is needed: {e}"));
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The pages of a PDF, rendered.
fn pages(pdf: &[u8], directory: &Path) -> Vec<PathBuf> {
    let (file, stem) = (directory.join("labels.pdf"), directory.join("page"));
    std::fs::write(&file, pdf).unwrap();
    output("pdftoppm", "poppler-utils", |c| {
        c.args(["-r", &DPI.to_string(), "-png", "-gray"]).args([&file, &stem]);
    });
    let mut found: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|e| e == "png"));
    found.sort();
    found
}

fn text(directory: &Path) -> String {
    output("pdftotext", "poppler-utils", |c| {
        c.arg("-layout").args([directory.join("labels.pdf"), PathBuf::from("-")]);
    })
}

fn decoded(images: &[PathBuf]) -> Vec<String> {
    let said = output("zbarimg", "zbar-tools", |c| {
        c.args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]).args(images);
    });
    let mut found: Vec<String> = said.lines().map(str::to_owned).collect();
    found.sort();
    found
}

fn dots(um: i64) -> i64 {
    um * DPI / 25_400
}

/// First and last dark column and row inside an area in micrometres.
fn ink(page: &Path, (x, y): (i64, i64), (width, height): (i64, i64)) -> [i64; 4] {
    let image = image::open(page).unwrap().to_luma8();
    let mut found = [i64::MAX, i64::MAX, 0, 0];
    for row in dots(y)..dots(y + height) {
        for column in dots(x)..dots(x + width) {
            if image.get_pixel(column.try_into().unwrap(), row.try_into().unwrap()).0[0] < 128 {
                found = [found[0].min(column), found[1].min(row), found[2].max(column), found[3].max(row)];
            }
        }
    }
    found.map(|dot| dot * 25_400 / DPI)
}

#[test]
fn every_symbol_of_a_sheet_decodes_and_stands_where_the_paper_has_its_labels() {
    for (word, sheet) in PRESETS {
        let long = "https://a-rather-long-name.gi.example.gov.cn";
        for (base_url, mark) in [(if word == "5x13" { long } else { "https://gi.hebei-demo.cn" }, word == "3x7")] {
            let (house, directory) = (House::new(base_url), tempfile::tempdir().unwrap());
            let count = u32::try_from(sheet.labels()).unwrap();
            let run = Run { first: 99_000, last: 98_999 + count, start: 2 };
            let stickers = house.stickers(&sheet, mark);
            let mut pdf = Vec::new();
            stickers.pdf(&mut pdf, &sheet, run).unwrap();
            let pages = pages(&pdf, directory.path());
            assert_eq!(pages.len(), 2, "one cell of the first sheet is used up: the last label stands on a second page");
            assert_eq!(decoded(&pages), house.urls(run.first, run.last), "{word} {base_url}");
            assert!(text(directory.path()).contains("赵县雪花梨"), "{}", text(directory.path()));
            let image = image::open(&pages[0]).unwrap();
            assert!((i64::from(image.width()) - dots(210_000)).abs() <= 1 && (i64::from(image.height()) - dots(297_000)).abs() <= 1);
            // The symbol without its quiet zone, on the first label used and on the last of the sheet.
            let (composed, side) = (stickers.composed(), i64::from(house.base.version().smallest_um()));
            let modules = i64::from(house.base.version().modules());
            for cell in [1, sheet.labels() - 1] {
                let (x, y) = sheet.place(cell);
                let (x, y) = (x + composed.symbol.0, y + composed.symbol.1);
                let found = ink(&pages[0], (x, y), (side, side));
                let wanted = [x + 2_000, y + 2_000, x + 2_000 + modules * 500, y + 2_000 + modules * 500];
                for (found, wanted) in found.iter().zip(wanted) {
                    assert!((found - wanted).abs() <= 500, "{word}, cell {cell}: {found} for {wanted} micrometres");
                }
            }
        }
    }
}

#[test]
fn a_trial_sheet_has_frames_of_the_true_size_and_uses_no_code() {
    let (house, directory) = (House::new("https://gi.hebei-demo.cn"), tempfile::tempdir().unwrap());
    let sheet = Sheet::preset("3x7").unwrap();
    let mut pdf = Vec::new();
    house.stickers(&sheet, true).test_page(&mut pdf, &sheet).unwrap();
    let pages = pages(&pdf, directory.path());
    let (x, y) = sheet.place(0);
    let found = ink(&pages[0], (x - 1_000, y - 1_000), (sheet.width + 2_000, sheet.height + 1_000));
    assert!((found[2] - found[0] - sheet.width).abs() <= 500, "{found:?}");
    let codes = decoded(&pages);
    assert_eq!(codes.len(), 21);
    assert!(codes.iter().all(|code| code.contains("/Q/Z")), "codes of samples: {codes:?}");
    let words = text(directory.path());
    for said in ["试印", "专用标志", "粘贴或印制处", "93130133MA0EXAMPL1", "PI0123", "100 mm"] {
        assert!(words.contains(said), "{said}: {words}");
    }
}

#[test]
fn the_same_order_prints_the_same_bytes_and_only_its_user_has_a_place_for_the_mark() {
    let house = House::new("https://gi.hebei-demo.cn");
    let sheet = Sheet::preset("5x13").unwrap();
    let run = Run { first: 1, last: 400, start: 1 };
    let printed = || {
        let mut pdf = Vec::new();
        house.stickers(&sheet, false).pdf(&mut pdf, &sheet, run).unwrap();
        pdf
    };
    assert_eq!(printed(), printed());
    let kit = Kit { base: &house.base, words: &house.order.label, facts: &house.facts, letters: &house.letters };
    let refused = |kit, size, mark| Stickers::new(&house.order, kit, size, mark).unwrap_err();
    assert!(refused(kit, (38_100, 21_200), true).says("mark_no_room"));
    assert!(refused(kit, (30_000, 30_000), false).says("label_too_small"));
    let no_number = LabelFacts::new("示例县梨果专业合作社", Some("93130133MA0EXAMPL1"), None, "zh-CN");
    assert!(refused(Kit { facts: &no_number, ..kit }, (63_500, 38_100), true).says("mark_not_yours"));
    let stickers = house.stickers(&sheet, false);
    assert!(stickers.check(Run { first: 9, last: 8, start: 1 }).unwrap_err().says("range_reversed"));
    assert!(stickers.check(Run { first: 1, last: 100_001, start: 1 }).unwrap_err().says("outside_order"));
}

#[test]
fn a_long_run_has_a_tree_of_pages_that_other_programs_read() {
    let (house, directory) = (House::new("https://gi.hebei-demo.cn"), tempfile::tempdir().unwrap());
    let sheet = Sheet::preset("3x7").unwrap();
    let mut pdf = Vec::new();
    house.stickers(&sheet, false).pdf(&mut pdf, &sheet, Run { first: 1, last: 21 * 201, start: 1 }).unwrap();
    std::fs::write(directory.path().join("labels.pdf"), &pdf).unwrap();
    let info = output("pdfinfo", "poppler-utils", |c| {
        c.arg(directory.path().join("labels.pdf"));
    });
    assert!(info.contains("Pages:           201"), "{info}");
    let fonts = output("pdffonts", "poppler-utils", |c| {
        c.arg(directory.path().join("labels.pdf"));
    });
    assert!(fonts.contains("yes yes yes"), "embedded, a subset, with its characters: {fonts}");
}

/// The dots of a graphic field, read as a printer does.
fn graphic(zpl: &str) -> Vec<Vec<bool>> {
    let field = zpl.split_once("^GFA,").unwrap().1.split("^FS").next().unwrap();
    let mut parts = field.splitn(4, ',');
    let (total, _, wide) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap().parse::<usize>().unwrap());
    let (mut rows, mut row, mut times) = (Vec::<String>::new(), String::new(), 0);
    for c in parts.next().unwrap().chars() {
        match c {
            'G'..='Y' => times += usize::try_from(u32::from(c) - u32::from('F')).unwrap(),
            'g'..='z' => times += 20 * usize::try_from(u32::from(c) - u32::from('f')).unwrap(),
            ':' => rows.push(rows.last().unwrap().clone()),
            ',' => row = format!("{row:0<width$}", width = wide * 2),
            _ => {
                row.push_str(&c.to_string().repeat(times.max(1)));
                times = 0;
            }
        }
        if row.len() == wide * 2 {
            rows.push(std::mem::take(&mut row));
        }
    }
    assert_eq!(rows.len() * wide, total.parse::<usize>().unwrap());
    let nibble = |c: char| (0..4).rev().map(move |bit| c.to_digit(16).unwrap() >> bit & 1 == 1);
    rows.iter().map(|row| row.chars().flat_map(nibble).collect()).collect()
}

#[test]
fn a_thermal_printer_gets_its_own_symbol_and_the_chinese_as_dots() {
    let house = House::new("https://gi.hebei-demo.cn");
    let sheet = Sheet::preset("4x10").unwrap();
    let stickers = house.stickers(&sheet, false);
    for (dpi, width, height, module) in [(Dpi::Dpi203, 420, 238, 4), (Dpi::Dpi300, 620, 351, 6)] {
        let words = stickers.dots(dpi).unwrap();
        let mut zpl = Vec::new();
        stickers.zpl(&mut zpl, dpi, &words, Run { first: 1, last: 3, start: 1 }).unwrap();
        let zpl = String::from_utf8(zpl).unwrap();
        assert!(zpl.is_ascii());
        let labels: Vec<&str> = zpl.split("^XA").skip(1).collect();
        assert_eq!(labels.len(), 3);
        for (label, url) in labels.iter().zip(house.urls(1, 3)) {
            assert!(label.contains(&format!("^PW{width}\n^LL{height}\n")), "{label}");
            assert!(zpl.contains(&format!("^BQN,2,{module}^FDMA,{url}^FS")), "{url}: {zpl}");
            assert!(label.trim_end().ends_with("^XZ"));
        }
        let drawn = graphic(&zpl);
        let black = drawn.iter().flatten().filter(|dot| **dot).count();
        let all = (0..words.height).flat_map(|y| (0..words.width).map(move |x| (x, y))).filter(|(x, y)| words.is_black(*x, *y)).count();
        assert_eq!(black, all, "nothing is lost on the way");
        assert!(all > 2_000, "{all}");
    }
}
