//! A season with fraud in it, performed on a database; says what was caught and whom it bothered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a simulation that can't go on stops")]

#[path = "../../tests/support/mod.rs"]
mod support;

#[path = "season.rs"]
mod season;

fn main() {
    let plan = season::season(1, 0.02);
    println!("{} scans", plan.scans.len());
}
