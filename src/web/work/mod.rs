//! Signed-in pages under `/work`, and the door to them.

mod door;

use super::route::Route;

/// Every signed-in page.
pub fn routes() -> Vec<Route> {
    door::routes()
}
