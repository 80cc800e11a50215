//! What anybody may see: scan pages, the register's pages, articles.

mod articles;
mod goods;
mod register;
mod scan;

use super::route::Route;

pub(super) use scan::by_program;

/// Every public page.
pub fn routes() -> Vec<Route> {
    [register::routes(), scan::routes(), articles::routes()].into_iter().flatten().collect()
}
