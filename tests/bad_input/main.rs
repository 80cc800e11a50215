//! Bad input and fraud that must be caught: identity, area, quantity, time, codes. Each is one request over HTTP, in Chinese and in
//! English; what was asked and how it was refused is a text that people review, one file per group beside this one. A row names the
//! figures that both languages must say: what is wrong, and what would be right. Run with `UPDATE=1` to write the texts anew.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod area;
mod codes;
mod identity;
mod quantity;
mod sheet;
mod size;
mod time;
