//! What a large sheet costs while it is staged: memory at most, time for a row, how long others wait who write meanwhile; and how soon a
//! file is refused that is dangerous to open. Each figure stands beside the same thing small, or idle, in the same run.
//!
//! `tests/run with-postgres cargo bench --bench import` runs it on both engines; without PostgreSQL it runs on SQLite alone.
//! `IMPORT_BENCH_ROWS` sets how many rows the large sheet has. Each case is a process of its own, so that its memory is its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't be set up stops")]

#[path = "../tests/support/mod.rs"]
mod support;
#[path = "support/waiting.rs"]
mod waiting;

use std::io::{BufWriter, Cursor, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rust_xlsxwriter::Workbook;
use support::Engine;
use support::world::{COUNTY, INSIDE, World, act};
use yanzhao::files::Shelf;
use yanzhao::interop::intake::Bench;
use yanzhao::interop::intake::commands::{Upload, upload};
use yanzhao::interop::intake::queries::import;
use yanzhao::interop::intake::state::ImportState;
use yanzhao::interop::sheet::{Format, SheetKind, read};
use yanzhao::kernel::{Actor, Desk, Random};

use waiting::{at, others};

/// The process of one case: engine, format and number of rows.
const CASE: &str = "IMPORT_BENCH_CASE";
/// A sheet may cost no more memory than this (MB).
const MOST_MB: f64 = 200.0;
/// A dangerous file is refused within this.
const MOST_REFUSING: Duration = Duration::from_secs(2);
const HEADINGS: [&str; 7] = ["姓名", "类型", "行政区划", "村", "户号", "电话", "单位"];

fn line(word: &str, n: u32) -> [String; 7] {
    [format!("{word}{n}"), "农户".into(), INSIDE.into(), "东里庄村".into(), format!("{n:06}"), String::new(), "合作社".into()]
}

/// A sheet of growers, written to a file row by row.
fn written(path: &Path, format: Format, word: &str, rows: u32) {
    if format == Format::Csv {
        let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
        writeln!(file, "{}", HEADINGS.join(",")).unwrap();
        for n in 1..=rows {
            writeln!(file, "{}", line(word, n).join(",")).unwrap();
        }
        return file.flush().unwrap();
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().unwrap();
    for n in 0..=rows {
        let cells = if n == 0 { HEADINGS.map(str::to_owned) } else { line(word, n) };
        for (column, cell) in (0_u16..).zip(cells) {
            if !cell.is_empty() {
                sheet.write_string(n, column, cell).unwrap();
            }
        }
    }
    book.save(path).unwrap();
}

/// A figure of this process in MB, by its name in `/proc/self/status`.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Puts a sheet on the shelf and stages it; seconds it took.
async fn staged(world: &World, bench: &Bench, path: &Path, format: Format, rows: u32) -> f64 {
    let bytes = std::fs::read(path).unwrap();
    let (sha256, size) = (bench.shelf.put(&bytes).unwrap(), bytes.len());
    drop(bytes);
    let sheet = Upload { kind: SheetKind::Growers, name: "花名册".to_owned(), format, sha256, size };
    let system = Desk::system(&world.clock, &world.random);
    let id = act!(world, system, |tx, desk| upload(tx, desk, &sheet), [sheet]).unwrap().id;
    let checking = tokio::sync::Notify::new();
    let told = |state: ImportState, _: u64| {
        if state != ImportState::Reading {
            checking.notify_one();
        }
    };
    let begun = Instant::now();
    tokio::select! { worked = bench.work(&id, &told) => panic!("it was through before it was stopped: {worked:?}"), () = checking.notified() => {} }
    let took = begun.elapsed().as_secs_f64();
    let view = import(&world.db, &Actor::system(), &id).await.unwrap();
    assert_eq!(view.rows(), u64::from(rows), "every row is staged");
    took
}

/// One case; one line of figures for the process that asked.
async fn case(said: &str) {
    let parts: Vec<&str> = said.split(' ').collect();
    let (engine, format) =
        (if parts[0] == "sqlite" { Engine::Sqlite } else { Engine::Postgres }, if parts[1] == "csv" { Format::Csv } else { Format::Xlsx });
    let (rows, dir) = (parts[2].parse::<u32>().unwrap(), Path::new(parts[3]));
    let world = World::new(engine).await;
    let organisation = world.organisation("合作社", COUNTY).await;
    let member = world.member("另一个人", &organisation);
    let shelf = Shelf::new(dir.join("shelf"));
    let bench = Bench { db: world.db.clone(), shelf, clock: world.clock.clone(), random: world.random.clone() };
    let idle = others(world.db.clone(), member.clone(), "闲时村", 400, Arc::default()).await;
    // From here on the peak is measured anew.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS:");
    let alone = staged(&world, &bench, &dir.join(format!("first.{}.{rows}", parts[1])), format, rows).await;
    let grown = memory("VmHWM:") - before;
    let over = Arc::new(AtomicBool::new(false));
    let meanwhile = tokio::spawn(others(world.db.clone(), member, "忙时村", usize::MAX, over.clone()));
    staged(&world, &bench, &dir.join(format!("second.{}.{rows}", parts[1])), format, rows).await;
    over.store(true, Ordering::SeqCst);
    let waited = meanwhile.await.unwrap();
    println!(
        "{grown} {} {} {} {} {} {}",
        alone * 1_000_000.0 / f64::from(rows),
        at(&idle, 500),
        at(&idle, 990),
        at(&waited, 500),
        at(&waited, 990),
        waited.len()
    );
}

/// A zip whose parts unfold to so many bytes, of which every `every`-th is chance and the others zero.
fn zipped(parts: &[(&str, usize)], every: usize) -> Vec<u8> {
    let random = Random::seeded(7);
    let mut block = vec![0_u8; 1 << 20];
    if every > 0 {
        for n in (0..block.len()).step_by(every) {
            block[n] = random.bytes::<1>()[0];
        }
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, size) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        for from in (0..*size).step_by(block.len()) {
            zip.write_all(&block[..block.len().min(size - from)]).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// The size a zip declares for its last part, changed in every place it is told.
fn understated(mut zip: Vec<u8>, size: u32) -> Vec<u8> {
    let (told, said) = (size.to_le_bytes(), 1_000_u32.to_le_bytes());
    let places: Vec<usize> = zip.windows(4).enumerate().filter(|(_, w)| *w == told).map(|(n, _)| n).collect();
    assert!(!places.is_empty());
    for n in places {
        zip[n..n + 4].copy_from_slice(&said);
    }
    zip
}

/// Files that are dangerous to open, each with how soon it is refused.
fn bombs() {
    const BOOK: &str = "xl/workbook.xml";
    const SHEET: &str = "xl/worksheets/sheet1.xml";
    let many: Vec<String> = (0..2_001).map(|n| format!("xl/workbook{n}.xml")).collect();
    let many: Vec<(&str, usize)> = many.iter().map(|name| (name.as_str(), 1)).collect();
    let small = zipped(&[(BOOK, 10), (SHEET, 300 << 20)], 0);
    let files = [
        ("a sheet of 300 MB in 300 kB", small.clone()),
        ("the same, said to be 1 kB", understated(small, 300 << 20)),
        ("2,001 parts", zipped(&many, 0)),
        (
            "8 parts of 47 MB, 250 times their size",
            zipped(
                &[(BOOK, 10)].into_iter().chain(["a", "b", "c", "d", "e", "f", "g", "h"].map(|n| (n, 47 << 20))).collect::<Vec<_>>(),
                260,
            ),
        ),
        ("a sheet of 390 MB of noise and no rows", zipped(&[(BOOK, 10), (SHEET, 390 << 20)], 300)),
        ("20 MB of CSV in one quoted cell", format!("{}\n\"{}", HEADINGS.join(","), "张".repeat(7_000_000 - 100)).into_bytes()),
    ];
    println!("\n{:<44}{:>10}{:>12}  refused as", "file", "MB", "refused in");
    for (what, bytes) in files {
        let begun = Instant::now();
        let mut row = None;
        let whole = read(SheetKind::Growers, &bytes, &mut |_, read| {
            row = row.take().or(read.faults.first().map(|fault| fault.code.clone()));
            Ok(())
        });
        let took = begun.elapsed();
        let refused = whole.err().map(|refused| refused.fields[0].code.to_owned()).or(row).expect("it was taken as it is");
        println!("{what:<44}{:>10.2}{:>9.0} ms  {refused}", bytes.len() as f64 / 1e6, took.as_secs_f64() * 1000.0);
        assert!(took < MOST_REFUSING, "{what}: refused after {took:?}");
    }
}

fn main() {
    if let Ok(said) = std::env::var(CASE) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(case(&said));
    }
    let most: u32 = std::env::var("IMPORT_BENCH_ROWS").map_or(100_000, |n| n.parse().expect("a number"));
    let with_postgres = std::env::var(support::postgres::VARIABLE).is_ok();
    println!("a row: µs alone, and as a ratio to a row of 1,000; others: ms one write waits, idle and while a sheet is staged");
    println!(
        "{:<10}{:<6}{:>9}{:>8}{:>9}{:>7}{:>10}{:>10}{:>10}{:>10}{:>8}",
        "engine", "file", "rows", "MB", "a row", "ratio", "idle p50", "p99", "staging", "p99", "ratio"
    );
    for engine in ["sqlite", "postgres"].into_iter().filter(|engine| *engine == "sqlite" || with_postgres) {
        for format in ["csv", "xlsx"] {
            let dir = tempfile::tempdir().unwrap();
            let mut small = 0.0;
            for rows in [1_000, most] {
                for word in ["first", "second"] {
                    let path = dir.path().join(format!("{word}.{format}.{rows}"));
                    written(
                        &path,
                        if format == "csv" { Format::Csv } else { Format::Xlsx },
                        if word == "first" { "张" } else { "王" },
                        rows,
                    );
                }
                let said = format!("{engine} {format} {rows} {}", dir.path().display());
                let output = Command::new(std::env::current_exe().unwrap()).env(CASE, said).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let told = String::from_utf8(output.stdout).unwrap();
                let figures: Vec<f64> = told.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
                let [grown, row, idle, idle99, waited, waited99, _] = figures[..] else { panic!("{told}") };
                if rows == 1_000 {
                    small = row;
                }
                println!(
                    "{engine:<10}{format:<6}{rows:>9}{grown:>8.1}{row:>9.1}{:>7.2}{idle:>10.2}{idle99:>10.2}{waited:>10.2}{waited99:>10.2}{:>8.2}",
                    row / small,
                    waited / idle
                );
                assert!(grown < MOST_MB, "{engine} {format}: {grown} MB");
            }
        }
    }
    bombs();
}
