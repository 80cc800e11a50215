//! Signed-in pages under `/work`, and the door to them.

mod desk;
mod door;
mod home;

use super::route::Route;

/// Every signed-in page.
pub fn routes() -> Vec<Route> {
    [door::routes(), home::routes()].into_iter().flatten().collect()
}
