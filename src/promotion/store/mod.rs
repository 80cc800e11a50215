//! The only files of the room that know its tables.

pub mod story;
