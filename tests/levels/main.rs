//! Cases and pallets, new labels on goods that have some, orders counted out: commands and queries against both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be set up has failed")]

#[path = "../support/mod.rs"]
#[macro_use]
mod support;
mod boxes;
mod closing;
mod random;
mod relabel;
#[path = "../orders/world.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "another test program uses the rest")]
mod world;
mod yard;
