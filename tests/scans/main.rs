//! Scans on both engines: what is counted, what is said, what is kept of it, and what several nodes make of it together.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be set up has failed")]

#[path = "../support/mod.rs"]
mod support;

mod counting;
mod nodes;
mod pins;
mod privacy;
mod states;
mod world;
