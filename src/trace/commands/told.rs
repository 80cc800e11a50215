//! Whom an act concerns besides whoever does it: told in the product, in the act's own transaction, before its event.

use super::late::answering;
use crate::db::Tx;
use crate::identity::notice::{About, To, note};
use crate::kernel::{Desk, Outcome};
use crate::trace::store::register;

/// Tells an organisation, or for a grower the organisation that answers for it.
///
/// # Errors
/// The database's.
pub async fn tell(tx: &Tx, desk: &Desk, party_id: &str, about: About, subject_id: &str, values: &[(&str, &str)]) -> Outcome<()> {
    let Some(party) = register::party(tx.connection(), party_id).await? else { return Ok(()) };
    note(tx, desk, To::Organisation(answering(&party)), about, subject_id, values).await
}
