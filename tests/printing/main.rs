//! Printing as people do it: sheets a producer prints itself, orders handed to a printing house and counted when they come back, segments of
//! a roll read from photographs, label designs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod designs;
mod hand_over;
mod roll;
mod segment;
mod sheets;
