//! Goods come back.

use serde_json::json;

use super::part::{self, Part};
use super::receive::{Book, act_row, happened, named, open_shipment};
use super::{Loose, back, held, move_loose, on_line};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::commands::taken::{TakenCodes, take_codes};
use crate::trace::goods::Goods;
use crate::trace::keys::KeyProvider;
use crate::trace::queries::shipment::{ShipmentView, view};
use crate::trace::record::{Happened, need_text, read_text, shortened};
use crate::trace::shipment::{ActKind, Disposition, ReturnInput, Run, covered, said, without};
use crate::trace::store::register;
use crate::trace::store::shipment::{self as store, ActRow, LineRow, ShipmentRow};
use crate::trace::store::stock;
use crate::trace::verdict::VoidReason;

/// Records what came back. Labels that are to be sold again may be shipped again; those to be repacked wait for new labels; destroyed ones
/// are voided, and their goods leave the account. Goods without labels come back to their batch, unless they are destroyed.
///
/// # Errors
/// `not_found`, `not_permitted`, `shipment_voided`; `nothing_returned`, `disposition_unknown`, `reason_missing`, `shipment_line_unknown`, the
/// labels' own faults, `label_outside_line`, `return_labels_needed`, `not_whole_packs`, `amount_*`, `in_the_future`, `before_sent`,
/// `late_reason_missing`; `labels_back_already` with places, `more_than_out` with figures.
pub async fn take_back_goods(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &ReturnInput) -> Outcome<ShipmentView> {
    let (row, reach) = held(tx, desk, id).await?;
    if !reach.is_some_and(|reach| reach.acts()) {
        return Err(Failure::not_permitted());
    }
    open_shipment(&row)?;
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let lines = store::lines(tx.connection(), std::slice::from_ref(&row.id)).await?;
    let acts = store::acts(tx.connection(), std::slice::from_ref(&row.id)).await?;
    let mut faults = Faults::new();
    if input.lines.is_empty() {
        faults.add("/lines", "nothing_returned");
    }
    let parts = part::read(tx, keys, &mut faults, &goods, ("lines", &input.lines), &lines).await?;
    for part in parts.iter().filter(|part| part.line.codes > 0 && part.run.is_none()) {
        faults.add(format!("{}/first", part.pointer), "return_labels_needed");
    }
    let disposition = Disposition::parse(&input.disposition);
    if disposition.is_none() {
        faults.add("/disposition", "disposition_unknown").with("value", shortened(&input.disposition));
    }
    let reason = need_text(&mut faults, "/reason", Some(&input.reason), 500, "reason_missing");
    let when = happened(&mut faults, desk, &row, "/returned_on", input.returned_on.as_deref(), input.late_reason.as_deref());
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    faults.check()?;
    let (Some(disposition), Some(when)) = (disposition, when) else { return Err(Failure::broken("faults were not noted")) };

    let mut book = Book::of(&lines, &acts);
    let mut written: Vec<ActRow> = Vec::new();
    for part in &parts {
        let seen: Vec<ActRow> = acts.iter().chain(&written).cloned().collect();
        let figures = book.figures(part.line.no).ok_or_else(|| Failure::broken("a part of no line"))?;
        *figures = after(&goods, part, *figures, &seen).map_err(|failure| on_line(failure, part.pointer.clone()))?;
        let word = Some(disposition.word().to_owned());
        written.push(act_row(desk, part, ActKind::Returned, word, Some(reason.clone()), when, late_reason.clone()));
    }
    let effects = carry_out(tx, desk, &row, &parts, disposition, when).await?;
    let facts = json!({
        "number": row.number, "disposition": disposition.word(), "reason": reason, "returned_on": when.on.to_string(), "late": when.late,
        "lines": written.iter().map(|a| json!({ "no": a.line_no, "amount": a.amount, "first": a.first, "last": a.last })).collect::<Vec<_>>(),
    });
    for act in written {
        store::insert_act(tx, act).await?;
    }
    let row = book.write(tx, row).await?;
    ledger::append(tx, desk, Event::new(kind::SHIPMENT_RETURNED, &row.id, facts).with(effects)).await?;
    view(tx.connection(), row, desk.clock.now()).await
}

/// A line's figures after a part of it came back.
fn after(
    goods: &Goods,
    part: &Part,
    figures: crate::trace::shipment::Figures,
    acts: &[ActRow],
) -> Outcome<crate::trace::shipment::Figures> {
    let of = |kinds: &[ActKind]| -> Vec<Run> {
        let fits = |act: &&ActRow| act.line_no == part.line.no && kinds.iter().any(|kind| act.kind == kind.word());
        acts.iter().filter(fits).filter_map(|act| store::run_of(act.first, act.last)).collect()
    };
    let mut unseen = if figures.received == 0 { part.amount } else { 0 };
    if let Some(run) = part.run {
        let again = covered(run, &of(&[ActKind::Returned, ActKind::Missing]));
        if !again.is_empty() {
            return Err(Failure::conflict("labels_back_already").with("places", said(&again)));
        }
        if named(acts, part.line.no).1 == 0 {
            let apart = without(run, &of(&[ActKind::Received]));
            unseen = crate::trace::shipment::count(&apart) * part::each(&part.line);
        }
    }
    figures.after_return(part.amount, unseen).ok_or_else(|| {
        let out = figures.received + figures.on_the_way();
        Failure::conflict("more_than_out").with("figure", goods.show(part.amount)).with("right", goods.show(out))
    })
}

/// What coming back does to labels, batches and the account.
async fn carry_out(
    tx: &Tx,
    desk: &Desk,
    row: &ShipmentRow,
    parts: &[Part],
    disposition: Disposition,
    when: Happened,
) -> Outcome<Vec<Effect>> {
    let mut effects = Vec::new();
    let labelled: Vec<TakenCodes> = parts
        .iter()
        .filter_map(|part| {
            Some(TakenCodes { order_no: part.line.order_no?, first: part.run?.0, last: part.run?.1, batch_id: &part.line.batch_id })
        })
        .collect();
    if disposition == Disposition::Destroy {
        let to = (crate::trace::batch::GoodsBucket::Gone, MovementKind::BatchLost);
        take_codes(tx, desk, &labelled, to, VoidReason::Returned, &row.id, when, &mut effects).await?;
        return Ok(effects);
    }
    let mut loose: Vec<(&LineRow, i64)> = parts.iter().filter(|part| part.line.codes == 0).map(|part| (&part.line, part.amount)).collect();
    loose.sort_by(|a, b| a.0.batch_id.cmp(&b.0.batch_id));
    let mut batches = Vec::with_capacity(loose.len());
    for (line, amount) in loose {
        batches.push((stock::lock_batch(tx, &line.batch_id).await?, amount));
    }
    batches.sort_by(|a, b| a.0.account_id.cmp(&b.0.account_id));
    for (batch, amount) in &batches {
        let goods = Loose { shipment_id: &row.id, batch, amount: *amount, kind: back(row.exported), happened: when };
        if move_loose(tx, desk, goods, &mut effects).await?.is_none() {
            return Err(Failure::broken(format!("account {} has less gone than shipment {} says", batch.account_id, row.id)));
        }
    }
    Ok(effects)
}
