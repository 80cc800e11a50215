//! What anybody may see: scan pages, the register's pages, articles.

mod articles;

use super::route::Route;

/// Every public page.
pub fn routes() -> Vec<Route> {
    articles::routes()
}
