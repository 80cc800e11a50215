//! A season with fraud in it, performed on a database; says what was caught and whom it bothered (docs/fraud.md).
//!
//! `cargo bench --bench season_fraud -- --seeds 1 --scale 0.1` performs a part of a season and prints its tables; `--limits R12.codes=200,R6.visitors=2`
//! puts other thresholds in force on the first day; `--write` puts the tables into docs/fraud.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a simulation that can't go on stops")]

#[path = "../../tests/support/mod.rs"]
mod support;

#[path = "season.rs"]
mod season;

use std::fmt::Write as _;
use std::time::Instant;

use season::report::Score;
use support::Engine;

/// Where the tables stand in the page.
const MARKS: (&str, &str) = ("<!-- measured -->\n", "<!-- end -->");

/// The word after a flag.
fn said(flag: &str) -> Option<String> {
    let words: Vec<String> = std::env::args().collect();
    words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1).cloned())
}

/// `R12.codes=200,R6.visitors=2` as rule, threshold and value.
fn limits() -> Vec<(String, String, i64)> {
    let written = said("--limits").unwrap_or_default();
    let parts = written.split(',').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').expect("RULE.NAME=VALUE");
            let (rule, name) = name.split_once('.').expect("RULE.NAME=VALUE");
            (rule.to_owned(), name.to_owned(), value.parse().expect("a whole number"))
        })
        .collect()
}

#[tokio::main]
async fn main() {
    let seeds: Vec<u64> = said("--seeds").unwrap_or_else(|| "1".to_owned()).split(',').map(|seed| seed.parse().unwrap()).collect();
    let scale: f64 = said("--scale").map_or(0.02, |scale| scale.parse().unwrap());
    let limits = limits();
    let (mut all, mut text) = (Score::default(), String::new());
    text.push_str("| seed | scans | labels | caught | of | share (95 % Wilson) | minutes |\n|--:|--:|--:|--:|--:|--:|--:|\n");
    for seed in &seeds {
        let begun = Instant::now();
        let plan = season::season(*seed, season::honest::Size::of(scale));
        let (score, went) = season::perform(Engine::Sqlite, &plan, 10, &limits, true).await;
        let minutes = begun.elapsed().as_secs_f64() / 60.0;
        println!("\n## Seed {seed}\n\n{}\n{went:#?}", score.tables());
        writeln!(text, "| {seed} | {} | {} | {} | {minutes:.1} |", score.scans, score.issued, score.all().cells()).unwrap();
        all.merge(score);
    }
    let thresholds = said("--limits").map_or("as they begin".to_owned(), |limits| format!("as they begin but `{limits}`"));
    let text = format!("Scale {scale}, seeds {seeds:?}; thresholds {thresholds}.\n\n{text}\n{}", all.tables());
    println!("\n## Together\n\n{text}");
    if std::env::args().any(|word| word == "--write") {
        let page = std::fs::read_to_string("docs/fraud.md").unwrap();
        let (before, rest) = page.split_once(MARKS.0).unwrap();
        let (_, after) = rest.split_once(MARKS.1).unwrap();
        std::fs::write("docs/fraud.md", format!("{before}{}\n{text}\n{}{after}", MARKS.0, MARKS.1)).unwrap();
    }
}
