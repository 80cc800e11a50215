//! What anybody may see: scan pages, the register's pages, articles.

mod articles;
mod by_link;
mod goods;
mod inspections;
mod print;
mod register;
mod report;
mod roll;
mod scan;
mod slip;
mod stories;

use super::route::Route;

pub(super) use goods::goods_of;
pub(super) use print::PrintedForm;
pub(super) use scan::by_program;

/// Every public page.
pub fn routes() -> Vec<Route> {
    [
        register::routes(),
        roll::routes(),
        scan::routes(),
        report::routes(),
        articles::routes(),
        slip::routes(),
        print::routes(),
        inspections::routes(),
        stories::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
