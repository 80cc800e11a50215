//! Facilities, stock declarations, test reports, farm work and certificates, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

#[path = "../support/mod.rs"]
mod support;

mod certificates;
mod facilities;
mod ground;
mod reports;
mod stock;
mod work;
