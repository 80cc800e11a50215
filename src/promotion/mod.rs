//! 推广: what a producer tells consumers under its own name, on a surface of its own.
//!
//! Market supervision, test bodies and trade associations may not recommend food (食品安全法 73(2)), so the register's pages stay neutral and
//! link to nothing here; a story is its producer's, says so, and is looked at by the mark's holder or the office for the advert law
//! ([`advert`]) before anybody reads it. The surface has a host of its own and is off until the setting names one.

pub mod advert;
pub mod commands;
pub mod queries;
pub mod store;
pub mod story;
