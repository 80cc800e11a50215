//! How an organisation is reached: what it may say of itself after it was registered.

use serde_json::json;

use super::super::organisation::OrganisationChange;
use super::super::store::{self, OrganisationRow};
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};

/// The longest way to reach somebody, in characters.
pub const CONTACT: usize = 120;

/// Changes how an organisation is reached: one's own, or one in reach. Saying the same again does nothing. The event has both, old and
/// new, and is sealed: a contact is often a person's telephone.
///
/// # Errors
/// `not_found`, also for one out of reach; `contact_long` with the most.
pub async fn change_organisation(tx: &Tx, desk: &Desk, id: &str, input: &OrganisationChange) -> Outcome<OrganisationRow> {
    let mut row = store::organisation(tx.connection(), id).await?;
    let own = desk.actor.organisation_id.as_deref() == Some(id);
    if !own && !desk.actor.scope.reaches_organisation(id, Some(&row.division_code)) {
        return Err(Failure::not_found());
    }
    let said = text::clean(&input.contact);
    if text::too_long(&said, CONTACT) {
        return Err(Failure::field("/contact", "contact_long").with("most", CONTACT));
    }
    let contact = Some(said).filter(|said| !said.is_empty());
    if contact == row.contact {
        return Ok(row);
    }
    store::set_contact(tx, id, contact.clone()).await?;
    let facts = json!({ "contact": { "from": row.contact, "to": contact } });
    ledger::append(tx, desk, Event::new(kind::ORGANISATION_CHANGED, id, facts)).await?;
    row.contact = contact;
    Ok(row)
}
