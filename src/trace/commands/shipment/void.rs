//! A shipment that never left.

use serde_json::json;

use super::{Loose, back, held, move_loose, state};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::queries::shipment::{ShipmentView, view};
use crate::trace::record::{Happened, need_text};
use crate::trace::shipment::{ShipmentState, VOIDABLE};
use crate::trace::store::shipment as store;
use crate::trace::store::stock;

/// Voids a shipment within 24 hours of its record, while nobody has received or returned any of it. Voiding it again does nothing.
///
/// # Errors
/// `not_found`, `not_permitted`, `reason_missing`, `shipment_acted_on`, `shipment_void_late`.
pub async fn void_shipment(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<ShipmentView> {
    let (mut row, reach) = held(tx, desk, id).await?;
    if !reach.is_some_and(|reach| reach.acts()) {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    let now = desk.clock.now();
    if state(&row)? == ShipmentState::Voided {
        return view(tx.connection(), row, now).await;
    }
    if !store::acts(tx.connection(), std::slice::from_ref(&row.id)).await?.is_empty() {
        return Err(Failure::conflict("shipment_acted_on").with("number", &row.number));
    }
    if now - row.recorded_at > VOIDABLE {
        return Err(Failure::conflict("shipment_void_late").with("number", &row.number));
    }
    let mut loose = Vec::new();
    let lines = store::lines(tx.connection(), std::slice::from_ref(&row.id)).await?;
    let mut unlabelled: Vec<_> = lines.iter().filter(|line| line.codes == 0).collect();
    unlabelled.sort_by(|a, b| a.batch_id.cmp(&b.batch_id));
    for line in unlabelled {
        loose.push((stock::lock_batch(tx, &line.batch_id).await?, line.amount));
    }
    loose.sort_by(|a, b| a.0.account_id.cmp(&b.0.account_id));
    let mut effects = Vec::new();
    let happened = Happened { on: desk.clock.today(), late: false };
    for (batch, amount) in &loose {
        let goods = Loose { shipment_id: &row.id, batch, amount: *amount, kind: back(row.exported), happened };
        if move_loose(tx, desk, goods, &mut effects).await?.is_none() {
            return Err(Failure::broken(format!("account {} has less gone than shipment {} says", batch.account_id, row.id)));
        }
    }
    store::set_state(tx, &row.id, ShipmentState::Voided, Some(reason.clone())).await?;
    ShipmentState::Voided.word().clone_into(&mut row.state);
    row.void_reason = Some(reason.clone());
    let facts = json!({ "number": row.number, "reason": reason });
    ledger::append(tx, desk, Event::new(kind::SHIPMENT_VOIDED, &row.id, facts).with(effects)).await?;
    view(tx.connection(), row, now).await
}
