//! Issuing 10, 10^4 and 10^7 codes: the whole command in its transaction, durable on both engines, in one run. An order is one row
//! whatever its count, so the ratios should be 1.
//!
//! `tests/run with-postgres cargo bench --bench issue` runs it on both engines; without PostgreSQL it runs on SQLite alone. The private
//! cluster is made durable (fsync on) for the time of the run.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't be set up stops")]

#[path = "../tests/support/mod.rs"]
mod support;
#[allow(dead_code, unused_imports, unused_macros, reason = "a bench uses its own part of the world")]
#[path = "../tests/orders/world.rs"]
mod world;

use std::time::Instant;

use serde_json::json;
use support::Engine;
use world::{PACK, World};

const COUNTS: [i64; 3] = [10, 10_000, 10_000_000];
/// Orders of each count; they take turns, so that whatever grows meanwhile grows for all.
const ORDERS: usize = 100;

async fn measure(engine: Engine) {
    let mut world = World::new(engine).await;
    world.rules.issue_limit = 16_777_216;
    world.account("sea_big", "org_p", "pro_a", "2025", COUNTS.iter().sum::<i64>() * PACK * 2 * ORDERS as i64).await;
    let order = |count: i64| world.order(json!({ "season": "2025", "count": count }));
    for count in COUNTS {
        order(count).await.unwrap();
    }
    let mut took = [const { Vec::new() }; 3];
    for _ in 0..ORDERS {
        for (took, count) in took.iter_mut().zip(COUNTS) {
            let begun = Instant::now();
            let row = order(count).await.unwrap();
            took.push(begun.elapsed().as_secs_f64() * 1000.0);
            assert!(row.state == "issued" && row.count == count && world.ranges(row.order_no).await.len() == 1);
        }
    }
    let mut of_ten = 0.0;
    for (took, count) in took.iter_mut().zip(COUNTS) {
        took.sort_by(f64::total_cmp);
        let median = took[took.len() / 2];
        if of_ten == 0.0 {
            of_ten = median;
        }
        println!("{:<10}{count:>12}{median:>12.2}{:>12.2}{:>8.2}", format!("{engine:?}"), took[took.len() * 9 / 10], median / of_ten);
    }
    world.db.close().await;
}

#[tokio::main]
async fn main() {
    println!("{:<10}{:>12}{:>12}{:>12}{:>8}", "engine", "codes", "median ms", "p90 ms", "ratio");
    measure(Engine::Sqlite).await;
    if std::env::var(support::postgres::VARIABLE).is_ok() {
        support::postgres::durable(true).await;
        measure(Engine::Postgres).await;
        support::postgres::durable(false).await;
    }
}
