//! Labels per second and core, beside the `qrcode` crate making the bare symbol and the `qrencode` command making one
//! file per call (Debian package qrencode; left out if it is not there). Ratios within one run are what counts.

use std::hint::black_box;
use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

use qrcode::{EcLevel, QrCode, Version};
use yanzhao::interop::label::{PngLabels, SvgLabels};
use yanzhao::interop::pack::{LabelFormat, Pack, Printable};
use yanzhao::interop::qr::PrintedBase;
use yanzhao::trace::{Code, CodeCipher, CodeKind, LabelText, Locator, OrderKey, Suite};

/// Calls of `act` per second over all `codes`.
fn per_second(codes: &[Code], mut act: impl FnMut(&Code)) -> f64 {
    let start = Instant::now();
    codes.iter().for_each(&mut act);
    codes.len() as f64 / start.elapsed().as_secs_f64()
}

/// One file by the `qrencode` command.
fn by_command(text: &str, form: &str) -> io::Result<bool> {
    let mut command = Command::new("qrencode");
    command.args(["-l", "M", "-v", "3", "-m", "4", "-s", "4", "-t", form, "-o", "-", text]).stdout(Stdio::null());
    Ok(command.status()?.success())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let locator = Locator::new(1_234_567).ok_or("a locator below 2^25")?;
    let order = Printable {
        order_id: "ord_bench".into(),
        order_no: 1,
        base_url: "https://gi.example.cn".into(),
        suite: Suite::Ff1Aes256,
        locator,
        key: OrderKey::from_bytes([7; 32]),
        count: 25_000,
        kind: CodeKind::Unit,
        with_pin: false,
        label: LabelText::new(CodeKind::Unit, Some("晋州鸭梨"), "zh-CN"),
    };
    let cipher = CodeCipher::new(order.key.as_bytes(), order.suite, locator);
    let codes: Vec<Code> = (0..10_000).map(|i| cipher.code(i)).collect();
    let base = PrintedBase::new(&order.base_url)?;
    let (svg, png) = (SvgLabels::new(base.clone(), &order.label), PngLabels::new(base.clone(), &order.label));

    let crate_alone = per_second(&codes[..2_000], |code| {
        black_box(QrCode::with_version(base.url(code), Version::Normal(3), EcLevel::M).is_ok());
    });
    let mut rates = vec![
        ("qrcode crate, symbol alone", crate_alone),
        ("symbol", per_second(&codes, |code| assert_eq!(black_box(base.symbol(code)).modules(), 29))),
        ("SVG label", per_second(&codes, |code| drop(black_box(svg.label(code))))),
        ("PNG label", per_second(&codes, |code| drop(black_box(png.label(code))))),
    ];
    for (what, format) in [("labels.zip of SVG (25,000)", LabelFormat::Svg), ("labels.zip of PNG (25,000)", LabelFormat::Png)] {
        let start = Instant::now();
        Pack::new(&order)?.labels_zip(io::sink(), format)?;
        rates.push((what, f64::from(order.count) / start.elapsed().as_secs_f64()));
    }
    for (what, form) in [("qrencode command, SVG", "SVG"), ("qrencode command, PNG", "PNG")] {
        if by_command(&base.url(&codes[0]), form).is_ok_and(|made| made) {
            rates.push((what, per_second(&codes[..300], |code| assert!(by_command(&base.url(code), form).is_ok_and(|made| made)))));
        }
    }
    println!("{:<34}{:>12}{:>10}", "", "per second", "ratio");
    for (what, rate) in rates {
        println!("{what:<34}{rate:>12.0}{:>10.2}", rate / crate_alone);
    }
    Ok(())
}
