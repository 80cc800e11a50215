//! Shipments: sent, received, come back, voided. A shipment's row is held before orders, orders (by number) before batches (by id), batches
//! before accounts.
//!
//! Goods under codes stay on the account as released, wherever they are: only what becomes of them at the end moves something. Goods
//! without codes leave the account when they are sent, because nothing says afterwards which they were.

mod lines;
mod part;
mod receive;
mod send;
mod take_back;
mod void;

use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::Effect;
use crate::trace::account::MovementKind;
use crate::trace::batch::GoodsBucket;
use crate::trace::commands::reached;
use crate::trace::record::Happened;
use crate::trace::shipment::ShipmentState;
use crate::trace::store::account::{self, Entry};
use crate::trace::store::reach::Reach;
use crate::trace::store::shipment::{self as store, ShipmentRow};
use crate::trace::store::stock::{self, BatchRow};

pub use receive::receive_shipment;
pub use send::send_goods;
pub use take_back::take_back_goods;
pub use void::void_shipment;

/// A refusal of one line: its code and figures stand with the line's place too.
fn on_line(mut failure: Failure, pointer: String) -> Failure {
    if failure.fields.is_empty() {
        let (code, params) = (failure.code, failure.params.clone());
        failure = failure.at(pointer, code);
        if let Some(field) = failure.fields.last_mut() {
            field.params = params;
        }
        return failure;
    }
    for field in &mut failure.fields {
        field.pointer = format!("{pointer}{}", field.pointer);
    }
    failure
}

/// A shipment within reach, held; and by what its producer's affairs are reached, if they are.
async fn held(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(ShipmentRow, Option<Reach>)> {
    store::shipment_within(tx.connection(), &desk.actor.scope, id).await?;
    let row = store::lock(tx, id).await?;
    let reach = match reached(tx, desk, &row.producer_id, &row.product_id).await {
        Ok((_, reach)) => Some(reach),
        Err(failure) if failure.says("not_found") => None,
        Err(failure) => return Err(failure),
    };
    Ok((row, reach))
}

fn state(row: &ShipmentRow) -> Outcome<ShipmentState> {
    ShipmentState::parse(&row.state).ok_or_else(|| Failure::broken("unknown word stored in shipment.state"))
}

/// Goods without codes that leave a batch and the account, or come back to both.
struct Loose<'a> {
    shipment_id: &'a str,
    batch: &'a BatchRow,
    /// Above zero; the kind says which way.
    amount: i64,
    kind: MovementKind,
    happened: Happened,
}

/// Moves goods without codes on the batch and on its account. `None` if the account has codes ordered for them.
async fn move_loose(tx: &Tx, desk: &Desk, goods: Loose<'_>, effects: &mut Vec<Effect>) -> Outcome<Option<()>> {
    let back = matches!(goods.kind, MovementKind::UncodedBack | MovementKind::ExportedBack);
    let gone = if back { -goods.amount } else { goods.amount };
    if !stock::take_goods(tx, &goods.batch.id, GoodsBucket::Gone, gone).await? {
        return Err(Failure::broken(format!("batch {} gave {gone} while it was held", goods.batch.id)));
    }
    effects.push(Effect::Goods { batch: goods.batch.id.clone(), to: GoodsBucket::Gone.word().to_owned(), amount: gone });
    let entry = Entry {
        account_id: &goods.batch.account_id,
        counter_account_id: None,
        kind: goods.kind,
        amount: goods.amount,
        subject_id: Some(goods.shipment_id),
        reason: None,
        happened_on: goods.happened.on,
        late: goods.happened.late,
    };
    let Some((effect, _)) = account::post(tx, desk, entry).await? else { return Ok(None) };
    effects.push(effect);
    Ok(Some(()))
}

/// The kind of movement by which goods without codes come back.
fn back(exported: bool) -> MovementKind {
    if exported { MovementKind::ExportedBack } else { MovementKind::UncodedBack }
}
