//! Letters and facts pinned for an order's stickers.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::db::{Tx, duplicate_as};
use crate::entity::label_pin;
use crate::kernel::{Failure, Millis, Outcome};
use crate::trace::label::LabelPin;

/// What is pinned for an order, if its stickers were set before.
///
/// # Errors
/// Only ours.
pub async fn pin<C: ConnectionTrait>(connection: &C, order_no: i64) -> Outcome<Option<LabelPin>> {
    let Some(row) = label_pin::Entity::find_by_id(order_no).one(connection).await? else { return Ok(None) };
    let facts = serde_json::from_str(&row.facts).map_err(Failure::broken)?;
    Ok(Some(LabelPin { letters: row.letters, program: row.program, facts }))
}

/// Pins what an order's stickers are set with. The order's row is held, or whoever pins at the same moment wins.
///
/// # Errors
/// `busy` if somebody else pinned just now: asking again finds that pin.
pub async fn keep(tx: &Tx, order_no: i64, pin: &LabelPin, now: Millis) -> Outcome<()> {
    let row = label_pin::Model {
        order_no,
        letters: pin.letters.clone(),
        program: pin.program.clone(),
        facts: serde_json::to_string(&pin.facts).map_err(Failure::broken)?,
        pinned_at: now,
    };
    row.into_active_model().insert(tx.connection()).await.map_err(duplicate_as(|| Failure::not_now("busy")))?;
    Ok(())
}
