//! An officer met a number on goods that the platform does not know: where, and what it was on.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::required;
use crate::db::Tx;
use crate::identity::store::organisation;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::lookup::plain;
use crate::supervision::store::unknown::{self as store, UnknownCodeRow};
use crate::trace::Code;

/// `POST /unknown-codes`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownCodeInput {
    /// The number as it stands on the goods, or the address its symbol holds.
    pub typed: String,
    /// Where it was met: the shop, the stall, the address.
    pub place: String,
    /// What it was on and what else was seen.
    pub note: String,
}

/// Notes it. It is no accusation: a number may be misread, or belong to another platform.
///
/// # Errors
/// `invalid_fields`: `register_empty`.
pub async fn note_unknown_code(tx: &Tx, desk: &Desk, input: &UnknownCodeInput) -> Outcome<UnknownCodeRow> {
    let mut faults = Faults::new();
    let typed = required(&mut faults, "/typed", "register_empty", &plain(&input.typed), 200);
    let place = required(&mut faults, "/place", "register_empty", &input.place, 200);
    let note = required(&mut faults, "/note", "register_empty", &input.note, 500);
    faults.check()?;
    let division_code = match &desk.actor.organisation_id {
        Some(id) => organisation(tx.connection(), id).await?.division_code,
        // Somebody of no organisation oversees everything.
        None => desk.actor.scope.divisions.first().cloned().unwrap_or_default(),
    };
    let row = UnknownCodeRow {
        id: desk.new_id(Noun::UnknownCode),
        reading: if Code::parse(&typed).is_ok() { "unknown" } else { "mistyped" }.to_owned(),
        typed,
        division_code,
        place,
        note,
        noted_by: desk.actor.account_id.clone(),
        noted_at: desk.clock.now(),
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({ "typed": row.typed, "reading": row.reading, "division": row.division_code, "place": row.place, "note": row.note });
    ledger::append(tx, desk, Event::new(kind::UNKNOWN_CODE_NOTED, &row.id, facts)).await?;
    Ok(row)
}
