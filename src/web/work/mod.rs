//! Signed-in pages under `/work`, and the door to them: what is done on the platform, for people. Plain forms without script.

mod bars;
mod batch;
mod batch_form;
mod batch_new;
mod batches;
mod decide;
mod desk;
mod door;
mod history;
mod home;
mod lists;
mod names;
mod todo;

use super::route::Route;

/// Every signed-in page.
pub fn routes() -> Vec<Route> {
    [door::routes(), home::routes(), decide::routes(), batches::routes(), batch_new::routes(), batch::routes()]
        .into_iter()
        .flatten()
        .collect()
}
