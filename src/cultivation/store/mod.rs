//! The only files of the room that know its tables.

pub mod annual_report;
pub mod mark_use_application;
