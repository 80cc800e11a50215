//! What is written down late or on paper, what growers see and say, what was there before the platform, and the end of a season.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "each test program uses its own part")]
#[path = "../quantity/orchard.rs"]
mod orchard;

mod cartons;
mod changes;
mod closing;
mod history;
mod late;
mod paper;
mod slips;
mod starting;
mod voids;

/// How many events there are.
async fn events(orchard: &orchard::Orchard) -> u64 {
    yanzhao::ledger::head(orchard.world.db.reader()).await.unwrap().size()
}
