//! `/work/feedback`: what people reported, by the day it is due; one of it with what was said, the answer, 12315, who reported, erasure;
//! the export of 12315.

mod import;
mod list;
mod page;
mod summary;

use super::super::route::Route;
use super::desk::Reader;
use super::office::{As, does, input};

/// Pages of feedback.
pub(super) fn routes() -> Vec<Route> {
    [list::routes(), import::routes(), page::routes(), summary::routes()].into_iter().flatten().collect()
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("feedback.{key}"))
}
