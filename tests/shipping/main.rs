//! Goods that leave, arrive, come back or are taken away: on both engines, to the gram, alone and in a race.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "these tests use a part of it")]
#[path = "../quantity/orchard.rs"]
mod orchard;

mod house;
mod race;
mod random;
mod refusals;
mod returns;
mod seizures;
mod ships;
