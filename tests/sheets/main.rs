//! Sheets people fill in: what can be wrong with a file, how one goes in, and what comes out again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on has failed")]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod bad;
mod books;
mod flow;
mod good;
mod large;
mod story;
