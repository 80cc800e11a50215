//! Processes between batches, goods that leave without a code, holds and recalls that follow goods, genealogy: on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

mod genealogy;
mod holds;
mod house;
#[path = "../quantity/orchard.rs"]
#[allow(dead_code, reason = "each test program uses its own part")]
mod orchard;
mod processes;
mod race;
mod random;
mod reduce;
mod voids;
