//! The account that must balance: on both engines, alone and in a race, and held against the ledger.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod annual_reports;
mod batch;
mod delivery;
mod listed;
mod mark_use_applications;
mod orchard;
mod plan;
mod race;
mod refusals;
mod replay;
