//! Sheets people fill in with Excel or WPS. Pure: bytes in, rows out, and rows out into bytes; no table, no request.
//!
//! [`columns`] describes each kind of sheet once: its template ([`template`]), what is read ([`read`]), what is wrong ([`fault`]), what
//! goes back with its faults beside it and what is given out ([`write`]) all follow from it. Row numbers and column letters are those
//! a spreadsheet shows. Of a formula its last result is taken; merged cells, rounded codes and days without a format are refused.

pub mod cell;
pub mod column;
pub mod columns;
mod csv_file;
pub mod fault;
pub mod guard;
pub mod kind;
pub mod plain;
mod raw;
pub mod read;
pub mod table;
pub mod template;
pub mod write;
mod xlsx_file;

pub use fault::RowFault;
pub use guard::Format;
pub use kind::SheetKind;
pub use read::{Given, Layout, ReadRow, read};
