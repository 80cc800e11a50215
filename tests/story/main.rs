//! Stories over HTTP, each on both engines.

#[macro_use]
#[path = "../support/mod.rs"]
mod support;

mod sign_in;
