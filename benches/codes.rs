//! Codes per second and core: made, read back, refused; beside FF1 with the `fpe` crate's own big integers; and the time
//! and memory of streaming a million lines. Ratios within one run are what counts.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use aes::Aes256;
use fpe::ff1::{FF1, FlexibleNumeralString};
use yanzhao::interop::pack::{Pack, Printable};
use yanzhao::trace::{Code, CodeCipher, CodeKind, LabelText, Locator, OrderKey, Suite};

const MILLION: u32 = 1_000_000;

/// Times of `act` per second, each call standing for one.
fn per_second(times: u32, mut act: impl FnMut(u32)) -> f64 {
    let start = Instant::now();
    (0..times).for_each(&mut act);
    f64::from(times) / start.elapsed().as_secs_f64()
}

/// Highest resident memory of this process so far, in MB; Linux only.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kb| kb / 1024.0)
}

/// Counts what it is given.
struct Counting(u64);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = [7; 32];
    let locator = Locator::new(1_234_567).ok_or("a locator below 2^25")?;
    let cipher = CodeCipher::new(&key, Suite::Ff1Aes256, locator);
    let ff1 = FF1::<Aes256>::new(&key, 32).map_err(|e| e.to_string())?;
    let numerals = FlexibleNumeralString::from(vec![1_u16; 13]);

    let alone = per_second(100_000, |_| drop(black_box(ff1.encrypt(b"000001", &numerals))));
    let made = per_second(MILLION, |i| {
        black_box(cipher.code(i));
    });
    let some: Vec<Code> = (0..1_000).map(|i| cipher.code(i)).collect();
    let read = per_second(MILLION, |i| {
        black_box(cipher.index_of(&some[i as usize % some.len()], MILLION));
    });
    let text = some[0].grouped();
    let parsed = per_second(MILLION, |_| {
        black_box(Code::parse(black_box(&text)).is_ok());
    });
    println!("{:<44}{:>12}{:>10}", "", "per second", "ratio");
    for (what, rate) in [
        ("FF1 with the crate's big integers, body only", alone),
        ("code made", made),
        ("code looked up in its order", read),
        ("code read as typed", parsed),
    ] {
        println!("{what:<44}{rate:>12.0}{:>10.2}", rate / alone);
    }

    let order = Printable {
        order_id: "ord_bench".into(),
        order_no: 1,
        base_url: "https://gi.example.cn".into(),
        suite: Suite::Ff1Aes256,
        locator,
        key: OrderKey::from_bytes(key),
        count: MILLION,
        kind: CodeKind::Unit,
        with_pin: true,
        label: LabelText::default(),
    };
    let pack = Pack::new(&order)?;
    println!("\n{:<44}{:>12}{:>10}{:>10}", "1,000,000 lines", "seconds", "MB", "peak MB");
    type File = (&'static str, fn(&Pack<'_>, &mut Counting) -> Result<(), yanzhao::interop::pack::PackTrouble>);
    let files: [File; 4] = [
        ("codes.txt", |pack, out| pack.codes_txt(out)),
        ("codes.csv", |pack, out| pack.codes_csv(out)),
        ("pins.csv", |pack, out| pack.pins_csv(out)),
        ("manifest.json", |pack, out| pack.manifest(out)),
    ];
    for (name, write) in files {
        let (mut out, start) = (Counting(0), Instant::now());
        write(&pack, &mut out)?;
        let size = out.0 as f64 / 1e6;
        println!("{name:<44}{:>12.2}{size:>10.1}{:>10.1}", start.elapsed().as_secs_f64(), peak_mb().unwrap_or_default());
    }
    Ok(())
}
