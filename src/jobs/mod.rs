//! Work nobody asks for: what is due because of the date. Each job is a function that may run any time, on any node, as often as you like:
//! where nothing is due nothing happens and nothing is recorded. A node runs them by the hour; `yanzhao jobs run NAME` runs one now.

mod annual_reports_due;
mod close_seasons;
mod forget_reporters;
mod forget_sign_ins;
mod judge_alerts;
mod licences_due;
mod rescore_listings;
mod send_notices;

pub use annual_reports_due::annual_reports_due;
pub use close_seasons::{Closed, close_seasons};
pub use forget_reporters::forget_reporters;
pub use forget_sign_ins::forget_sign_ins;
pub use judge_alerts::{judge_nightly, judge_scans};
pub use licences_due::licences_due;
pub use rescore_listings::{ask_rescore_listings, rescore_listings};
pub use send_notices::{Gateways, Sent, TRIES, send_notices};
