//! The only files of this room that know tables, one per noun.

pub mod download;
pub mod order;
pub mod range;
pub mod stock;
pub mod stop;
