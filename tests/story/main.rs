//! Stories over HTTP, each on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod annual_reports;
mod audit;
mod backups;
mod batch_to_scan;
mod farm;
mod first_run;
mod levels;
mod lists;
mod mark_use_applications;
mod office;
mod people;
mod phone;
mod phone_desk;
mod phone_lists;
mod phone_trade;
mod process;
mod recall_reports;
mod rest;
mod shipping;
mod sign_in;
mod sign_in_factors;
mod sign_in_people;
mod stories;
mod work;
mod work_decisions;
