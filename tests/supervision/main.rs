//! Supervision over a real database: listings, alerts, inspections, feedback, measures, cases, figures; on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod listings;
