//! The verbs of the trade, one file per noun. Each takes a transaction and a desk, checks, changes, and appends its one event last.

pub mod account;
pub mod adjustment;
pub mod batch;
pub mod cancel;
pub mod carton;
pub mod certificate;
mod change;
mod child;
pub mod close;
pub mod closing;
mod compose;
pub mod correct;
pub mod damage;
pub mod declaration;
pub mod delivery;
pub mod delivery_void;
pub mod download;
mod draft;
mod evidence;
pub mod farm;
mod gather;
pub mod hand_over;
pub mod history;
pub mod late;
mod levels;
pub mod link;
pub mod movement;
pub mod objection;
pub mod order;
pub mod pack;
pub mod paper;
pub mod plan;
pub mod process;
pub mod process_draft;
pub mod range;
pub mod reduce;
pub mod relabel;
pub mod report;
pub mod rotation;
pub mod shipment;
pub mod slip;
pub mod taken;
pub mod told;

use crate::db::Tx;
use crate::identity::conflict::refuse_tied;
use crate::kernel::{Desk, Failure, Outcome};
use crate::trace::store::reach::{self, Party, Reach};
use crate::trace::store::register;

/// The party, and by what the actor reaches its affairs with the product. Out of reach is not there.
///
/// # Errors
/// `not_found`.
async fn reached(tx: &Tx, desk: &Desk, party_id: &str, product_id: &str) -> Outcome<(Party, Reach)> {
    let party = register::party(tx.connection(), party_id).await?.ok_or_else(Failure::not_found)?;
    let reach = reach::reach(tx.connection(), &desk.actor.scope, &party, product_id).await?;
    reach.map(|reach| (party, reach)).ok_or_else(Failure::not_found)
}

/// Who decides about a party must not be tied to it, and decides by office or by a right held.
///
/// # Errors
/// `not_permitted`, `tied_to_party`.
async fn may_decide(tx: &Tx, desk: &Desk, party: &Party, reach: Reach) -> Outcome<()> {
    if !reach.decides() {
        return Err(Failure::not_permitted());
    }
    refuse_tied(tx, desk, &party.id, &party.name).await
}
