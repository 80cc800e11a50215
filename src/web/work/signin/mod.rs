//! One's own sign-in (`/work/me`), the first administrators (`/first-run`), the people of an organisation (`/work/members`), invitations and slips (`/join/…`), resets at a counter
//! (`/work/recoveries`), organisations (`/work/organisations`), and the administrators' accounts (`/work/admin/accounts`).

mod account;
mod accounts;
mod factors;
mod first_run;
mod join;
mod me;
mod members;
mod members_acts;
mod organisation;
mod organisations;
mod recoveries;
mod shown;
mod sign_ins;
mod tokens;

use super::super::anew::Anew;
use super::super::route::Route;
use crate::kernel::{Millis, clock};

pub(super) use members_acts::slip_page;
pub(super) use organisation::contact_form;

/// Every page of it.
pub(super) fn routes() -> Vec<Route> {
    let own = [me::routes(), factors::routes(), tokens::routes(), join::routes(), first_run::routes()];
    let others =
        [members::routes(), members_acts::routes(), recoveries::routes(), accounts::routes(), account::routes(), sign_ins::routes()];
    let parties = [organisations::routes(), organisation::routes()];
    own.into_iter().chain(others).chain(parties).flatten().collect()
}

/// A moment as people read it.
pub(super) fn moment(lang: super::super::words::Lang, at: Millis) -> String {
    super::names::moment_of(lang, &clock::rfc3339(at))
}
