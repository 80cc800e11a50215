//! Supervision over a real database: listings, alerts, inspections, feedback, measures, cases, figures; on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

mod alert_goods;
mod alert_story;
mod alerts;
mod audits;
mod cases;
mod draws;
mod evidence;
mod feedback;
mod figures;
mod goods;
mod inspecting;
mod inspections;
mod listings;
mod measures;
mod rectifications;
mod season_fraud;
mod stock;
mod ties;
