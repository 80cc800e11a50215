//! Orders of codes, their ranges, keys and downloads, stops and recalls: commands and queries against both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be set up has failed")]

#[path = "../support/mod.rs"]
#[macro_use]
mod support;
mod world;

mod decisions;
mod downloads;
mod keys;
mod orders;
mod race;
mod verbs;
