//! The only room that speaks HTTP and HTML. Pages are pure functions from plain data to text; the router gives them the data.
//!
//! [`router`] holds every route in one table with its permission; [`auth`] lets nobody past it; [`frame`] puts headers, language and
//! refusals around every answer; [`act`] does a posted act once. Handlers turn requests into commands and queries and decide nothing.

pub mod act;
mod anew;
pub mod api;
pub mod app;
pub mod audit;
pub mod auth;
pub mod body;
mod evidence;
pub mod failure;
pub mod figure;
pub mod first_run;
pub mod frame;
pub mod gateway;
pub mod health;
mod job;
mod leftover;
pub mod limit;
pub mod link;
pub mod openapi;
pub mod pages;
mod printing;
pub mod public;
pub mod route;
pub mod router;
mod sight;
mod sticker;
pub mod stream;
pub mod words;
pub mod work;

pub use api::openapi;
pub use app::{App, Parts};
pub use limit::Throttle;
pub use router::{serve, service, table};

use crate::interop::sheet::{Layout, RowFault, SheetKind};
use crate::kernel::Failure;
use words::Lang;

/// What is wrong with a row of a sheet, as one line for a terminal.
pub fn row_words(lang: Lang, kind: SheetKind, layout: &Layout, row: Option<i64>, faults: &[RowFault]) -> String {
    let said = work::sheets::said::all(lang, kind, layout, faults);
    row.map_or_else(|| said.clone(), |row| format!("{} {said}", lang.say1("sheet.row_at", "row", row)))
}

/// A refusal as one line for a terminal.
pub fn failure_words(lang: Lang, refused: &Failure) -> String {
    let mut said = failure::words(lang, refused.code, &refused.params);
    for field in &refused.fields {
        said = format!("{said} {}: {}", field.pointer, failure::words(lang, field.code, &field.params));
    }
    said
}
