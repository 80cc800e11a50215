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
mod order;
mod order_form;
mod order_new;
mod orders;
mod people;
mod roll;
mod todo;

use super::route::Route;

/// Every signed-in page.
pub fn routes() -> Vec<Route> {
    let batches = [batches::routes(), batch_new::routes(), batch::routes()];
    let orders = [orders::routes(), order_new::routes(), order::routes(), roll::routes()];
    [door::routes(), home::routes(), decide::routes(), people::routes()].into_iter().chain(batches).chain(orders).flatten().collect()
}
