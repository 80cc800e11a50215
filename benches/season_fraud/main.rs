//! A season with fraud in it, performed on a database; says what was caught and whom it bothered (docs/fraud.md).
//!
//! `cargo bench --bench season_fraud -- --seeds 1 --scale 0.1` prints the tables of a part of a season; `--write` puts those of all seeds
//! together into docs/fraud.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a simulation that can't go on stops")]

#[path = "../../tests/support/mod.rs"]
mod support;

#[path = "season.rs"]
mod season;

use std::time::Instant;

use season::report::Score;
use support::Engine;

/// The word after a flag.
fn said(flag: &str) -> Option<String> {
    let words: Vec<String> = std::env::args().collect();
    words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1).cloned())
}

#[tokio::main]
async fn main() {
    let seeds: Vec<u64> = said("--seeds").unwrap_or_else(|| "1".to_owned()).split(',').map(|seed| seed.parse().unwrap()).collect();
    let scale: f64 = said("--scale").map_or(0.02, |scale| scale.parse().unwrap());
    let mut all = Score::default();
    for seed in seeds {
        let begun = Instant::now();
        let plan = season::season(seed, scale);
        let (score, went) = season::perform(Engine::Sqlite, &plan, true).await;
        println!("\n## Seed {seed}, {} scans of {} labels, {} s\n\n{}", score.scans, score.issued, begun.elapsed().as_secs(), score.tables());
        println!("{went:#?}");
        all.merge(score);
    }
    println!("\n## Together: {} scans of {} labels\n\n{}", all.scans, all.issued, all.tables());
}
