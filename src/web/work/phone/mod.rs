//! What producers do on a phone: a batch in steps, deliveries at the scale, plots with their picture, scans of their goods, notices.

mod cancel;
mod correct;
mod firm;
mod home;
mod notices;
mod plot_map;
mod plot_new;
mod plots;
mod receipt;
mod scale;
mod scans;
pub(super) mod source;
mod start;
mod step_page;
mod steps;
mod today;
mod typed;
mod weigh;
mod who;

use super::super::route::Route;

pub(super) use home::on_hand;
pub(super) use start::draft_section;
pub(super) use today::today;

pub(super) fn routes() -> Vec<Route> {
    let batches = [start::routes(), steps::routes(), receipt::routes(), correct::routes(), cancel::routes()];
    let others = [notices::routes(), plots::routes(), plot_new::routes(), scale::routes(), scans::routes(), firm::routes()];
    batches.into_iter().chain(others).flatten().collect()
}
