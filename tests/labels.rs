//! Labels as a printer gets them, read by a decoder that shares no code with the encoder: `zbarimg` (package
//! zbar-tools), and `rsvg-convert` (package librsvg2-bin) to turn vectors into dots.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use yanzhao::interop::pack::{LabelFormat, Pack, Printable};
use yanzhao::trace::{CodeKind, LabelText, Locator, OrderKey, Suite};

fn order(kind: CodeKind, base_url: &str, locale: &str) -> Printable {
    Printable {
        order_id: "ord_01arz3ndektsv4rrffq69g5fav".into(),
        order_no: 1,
        base_url: base_url.into(),
        suite: kind.suite(),
        locator: Locator::new(1_234_567).unwrap(),
        key: OrderKey::from_bytes([8; 32]),
        count: 100_000,
        kind,
        with_pin: false,
        label: LabelText::new(kind, Some("晋州鸭梨"), locale),
    }
}

/// The orders whose labels are decoded: every kind, both versions of the symbol, a LAN address, words that raise the label.
fn orders() -> Vec<Printable> {
    let mut raised = order(CodeKind::Unit, "https://gi.hebei-demo.cn", "zh-CN");
    raised.label.above.extend(["<特级> & 'A' 礼盒装 净含量5千克".into(), "Grade A, 5 kg, gift box of twelve".into()]);
    vec![
        order(CodeKind::Unit, "https://gi.hebei-demo.cn", "zh-CN"),
        order(CodeKind::Case, "http://192.168.1.7:8080", "zh-CN"),
        order(CodeKind::Batch, "https://a-rather-long-name.gi.example.gov.cn", "zh-CN"),
        order(CodeKind::Sample, "https://gi.hebei-demo.cn", "en"),
        raised,
    ]
}

/// What a program prints, or why not.
fn output(program: &str, package: &str, set_up: impl FnOnce(&mut Command)) -> String {
    let mut command = Command::new(program);
    set_up(&mut command);
    let out = command.output().unwrap_or_else(|e| panic!("{program} (Debian package {package}) is needed: {e}"));
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The text of the one symbol in each image.
fn decoded(images: &[PathBuf]) -> Vec<String> {
    let text = output("zbarimg", "zbar-tools", |c| {
        c.args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]).args(images);
    });
    text.lines().map(str::to_owned).collect()
}

/// Unpacks the labels `first` to `last` into `directory`; answers the files and the URLs they must decode to.
fn unpacked(order: &Printable, format: LabelFormat, (first, last): (u32, u32), directory: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let pack = Pack::new(order).unwrap().stretch(first, last).unwrap();
    let (mut zip, mut urls) = (Vec::new(), Vec::new());
    pack.labels_zip(&mut zip, format).unwrap();
    pack.codes_txt(&mut urls).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let files = (0..archive.len()).map(|i| {
        let mut entry = archive.by_index(i).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let path = directory.join(&*entry.name().unwrap());
        std::fs::write(&path, content).unwrap();
        path
    });
    (files.collect(), String::from_utf8(urls).unwrap().lines().map(str::to_owned).collect())
}

/// PNG labels are four dots per module: 18.5 mm at 203 dpi, as a thermal printer prints them.
#[test]
fn png_labels_decode_to_their_urls() {
    for order in orders() {
        let directory = tempfile::tempdir().unwrap();
        let (files, urls) = unpacked(&order, LabelFormat::Png, (99_961, 100_000), directory.path());
        assert_eq!(files.len(), 40);
        assert_eq!(decoded(&files), urls, "{} {}", order.kind, order.base_url);
    }
}

/// Vectors, turned into dots at the size they state: at 203 dpi a module is not a whole number of dots (3.996), so this
/// is the harder case; 300 and 600 dpi are office and press.
#[test]
fn svg_labels_decode_to_their_urls_at_every_resolution() {
    for order in orders() {
        for dpi in ["203", "300", "600"] {
            let directory = tempfile::tempdir().unwrap();
            let (files, urls) = unpacked(&order, LabelFormat::Svg, (1, 8), directory.path());
            let images: Vec<PathBuf> = files.iter().map(|svg| svg.with_extension("png")).collect();
            for (svg, image) in files.iter().zip(&images) {
                output("rsvg-convert", "librsvg2-bin", |c| {
                    c.args(["--dpi-x", dpi, "--dpi-y", dpi, "--output"]).args([image, svg]);
                });
            }
            assert_eq!(decoded(&images), urls, "{} {} at {dpi} dpi", order.kind, order.base_url);
        }
    }
}

#[test]
fn a_sample_never_looks_like_goods() {
    let sample = order(CodeKind::Sample, "https://gi.hebei-demo.cn", "zh-CN");
    assert_eq!(sample.suite, Suite::Sample);
    let directory = tempfile::tempdir().unwrap();
    let (files, urls) = unpacked(&sample, LabelFormat::Svg, (1, 1), directory.path());
    assert!(urls[0].starts_with("HTTPS://GI.HEBEI-DEMO.CN/Q/Z"), "{}", urls[0]);
    let svg = std::fs::read_to_string(&files[0]).unwrap();
    for words in ["样张", "仅供展示"] {
        assert!(svg.contains(words), "{svg}");
    }
}
