//! Printing: hand-overs of an order, the jobs of a printing house, the list of printing houses, label designs, and segments read from photographs.

mod designs;
mod hand_over;
mod houses;
mod jobs;
mod segment;

use super::super::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [hand_over::routes(), jobs::routes(), houses::routes(), designs::routes(), segment::routes()].into_iter().flatten().collect()
}
