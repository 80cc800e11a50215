//! What producers do on a phone: a batch in steps, deliveries at the scale, plots with their picture, scans of their goods, notices.

mod cancel;
mod correct;
mod notices;
mod plot_map;
mod plot_new;
mod plots;
mod receipt;
mod source;
mod start;
mod step_page;
mod steps;
mod typed;
mod weigh;

use super::super::route::Route;

pub(super) use start::draft_section;

pub(super) fn routes() -> Vec<Route> {
    [
        start::routes(),
        steps::routes(),
        receipt::routes(),
        notices::routes(),
        correct::routes(),
        cancel::routes(),
        plots::routes(),
        plot_new::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
