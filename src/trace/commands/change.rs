//! What every verb on codes shares: whose order it is, whether the batch may be used, and carrying out a planned change, so that ranges,
//! order, account and batch never tell different stories.

use std::collections::BTreeSet;

use super::levels;
use crate::db::Tx;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::Effect;
use crate::trace::order::OrderState;
use crate::trace::range::plan::{Bucket, Change, Stock};
use crate::trace::range::{Partition, Range};
use crate::trace::store::line;
use crate::trace::store::order::{self as orders, OrderRow, ProducerRow, ProductRow};
use crate::trace::store::range as ranges;
use crate::trace::store::stock::{self, BatchRow};
use crate::trace::store::stop::{self as stops, Covered};

/// Producer and product of an order within the actor's reach.
pub(super) async fn parties(tx: &Tx, desk: &Desk, row: &OrderRow) -> Outcome<(ProducerRow, ProductRow)> {
    let gone = || Failure::broken(format!("order {} lost its producer or product", row.order_no));
    let producer = orders::producer(tx.connection(), &row.producer_id).await?.ok_or_else(gone)?;
    let product = orders::product(tx.connection(), &row.product_id).await?.ok_or_else(gone)?;
    if !orders::reaches(tx.connection(), &desk.actor.scope, &producer, &product).await? {
        return Err(Failure::not_found());
    }
    Ok((producer, product))
}

/// A batch there is not, or that is none of the actor's business: both answer alike.
pub(super) fn unknown_batch(id: &str) -> Failure {
    Failure::field("/batch_id", "batch_unknown").with("value", id)
}

/// A batch by its id, as somebody typed it, held until the transaction ends.
pub(super) async fn batch(tx: &Tx, id: &str) -> Outcome<BatchRow> {
    stock::lock_batch(tx, id).await.map_err(|f| if f.says("not_found") { unknown_batch(id) } else { f })
}

/// May codes of this producer, product and season be put on this batch?
pub(super) async fn fits(tx: &Tx, desk: &Desk, batch: &BatchRow, producer_id: &str, product_id: &str, season: &str) -> Outcome<()> {
    let no = |code| Err(Failure::field("/batch_id", code).with("lot", &batch.lot).with("season", &batch.season));
    if batch.producer_id != producer_id {
        let known = desk.actor.scope.reaches_organisation(&batch.producer_id, None);
        return if known { no("batch_of_other_producer") } else { Err(unknown_batch(&batch.id)) };
    }
    if batch.product_id != product_id {
        return no("batch_of_other_product");
    }
    if batch.season != season {
        return no("batch_of_other_season");
    }
    usable(tx, batch).await
}

/// Is the batch neither voided nor held nor recalled nor stopped, and is none of the batches it came from? Holds and recalls follow goods.
pub(super) async fn usable(tx: &Tx, batch: &BatchRow) -> Outcome<()> {
    if batch.state == "voided" || batch.void_reason.is_some() {
        return Err(Failure::conflict("batch_voided").with("lot", &batch.lot));
    }
    // A seizure is said before our own hold: it is the authority's.
    seized(batch)?;
    if batch.state == "on_hold" || batch.hold_reason.is_some() {
        let held = Failure::conflict("batch_on_hold").with("lot", &batch.lot);
        return Err(held.with("figure", batch.hold_reason.clone().unwrap_or_default()));
    }
    let ancestors = ancestors(tx, batch).await?;
    if let Some(ancestor) = ancestors.iter().find(|a| a.state == "on_hold" || a.hold_reason.is_some()) {
        let held = Failure::conflict("ancestor_on_hold").with("lot", &batch.lot).with("ancestor", &ancestor.lot);
        return Err(held.with("figure", ancestor.hold_reason.clone().unwrap_or_default()));
    }
    not_restrained(tx, batch, &ancestors).await
}

/// Has no authority seized, recalled or stopped the batch or one it came from? Our own holds are not asked.
pub(super) async fn unrestrained(tx: &Tx, batch: &BatchRow) -> Outcome<()> {
    seized(batch)?;
    not_restrained(tx, batch, &ancestors(tx, batch).await?).await
}

/// Has no authority seized the batch or one it came from?
pub(super) async fn unseized(tx: &Tx, batch: &BatchRow) -> Outcome<()> {
    seized(batch)?;
    match ancestors(tx, batch).await?.iter().find_map(|a| Some((&a.lot, a.hold_document.as_ref()?))) {
        Some((ancestor, document)) => {
            let refusal = Failure::conflict("ancestor_seized").with("lot", &batch.lot);
            Err(refusal.with("ancestor", ancestor).with("document", document))
        }
        None => Ok(()),
    }
}

/// The batches it came from, the nearest first; only one born of a process has any.
async fn ancestors(tx: &Tx, batch: &BatchRow) -> Outcome<Vec<BatchRow>> {
    if batch.process_id.is_none() {
        return Ok(Vec::new());
    }
    line::ancestors(tx.connection(), &batch.id).await
}

fn seized(batch: &BatchRow) -> Outcome<()> {
    match &batch.hold_document {
        Some(document) => Err(Failure::conflict("batch_seized").with("lot", &batch.lot).with("document", document)),
        None => Ok(()),
    }
}

async fn not_restrained(tx: &Tx, batch: &BatchRow, ancestors: &[BatchRow]) -> Outcome<()> {
    if let Some(recall) = stops::recall_on(tx.connection(), &batch.id).await? {
        return Err(Failure::conflict("batch_recalled").with("lot", &batch.lot).with("document", recall.document_no));
    }
    let covered = Covered { producer_id: &batch.producer_id, product_id: &batch.product_id, batch_id: Some(&batch.id), codes: None };
    not_stopped(tx, covered).await?;
    if ancestors.is_empty() {
        return Ok(());
    }
    let no = |code, id: &str| {
        let lot = ancestors.iter().find(|a| a.id == id).map(|a| a.lot.clone()).unwrap_or_default();
        Failure::conflict(code).with("lot", &batch.lot).with("ancestor", lot)
    };
    if let Some((ancestor, document)) = ancestors.iter().find_map(|a| Some((a, a.hold_document.as_ref()?))) {
        return Err(no("ancestor_seized", &ancestor.id).with("document", document));
    }
    let ids: Vec<String> = ancestors.iter().map(|a| a.id.clone()).collect();
    if let Some(recall) = stops::recall_on_any(tx.connection(), &ids).await? {
        return Err(no("ancestor_recalled", &recall.batch_id).with("document", recall.document_no));
    }
    match stops::stop_on_any(tx.connection(), &ids).await? {
        Some(stop) => {
            let said = no("ancestor_stopped", stop.subject_id.as_deref().unwrap_or_default());
            Err(said.with("ordered_by", stop.ordered_by).with("document", stop.document_no))
        }
        None => Ok(()),
    }
}

/// Is none of it stopped by an authority?
pub(super) async fn not_stopped(tx: &Tx, covered: Covered<'_>) -> Outcome<()> {
    match stops::stop_on(tx.connection(), covered).await? {
        Some(stop) => Err(Failure::conflict("use_stopped").with("ordered_by", stop.ordered_by).with("document", stop.document_no)),
        None => Ok(()),
    }
}

/// `batch_overdrawn` with its figures.
pub(super) fn overdrawn(batch: &BatchRow, asked: i64, unit_amount: i64, unit: BaseUnit) -> Failure {
    let left = stock::loose_of(batch).max(0);
    Failure::conflict("batch_overdrawn")
        .with("lot", &batch.lot)
        .with("asked", unit.show(asked))
        .with("left", unit.show(left))
        .with("codes", left / unit_amount.max(1))
}

/// What is left of an order.
pub(super) fn stock_of(row: &OrderRow) -> Stock {
    Stock { quota_left: row.quota_left, spare_left: row.spare_left }
}

/// A movement on an account, as the ledger replays it.
pub(super) fn moved(account: &str, from: Bucket, to: Bucket, amount: i64) -> Effect {
    Effect::Move { account: account.to_owned(), from: from.word().to_owned(), to: to.word().to_owned(), amount }
}

/// Ranges as the ledger replays them.
pub(super) fn laid(order_no: i64, pieces: &[Range]) -> Vec<Effect> {
    let effect = |r: &Range| Effect::Range {
        order_no,
        first: r.first,
        last: r.last,
        state: r.standing.state.word().to_owned(),
        batch: r.standing.batch_id.clone(),
    };
    pieces.iter().map(effect).collect()
}

/// May labels of this order still be put on goods? A `closed` one only where that doesn't matter.
pub(super) fn open_order(row: &OrderRow, closed: bool) -> Outcome<()> {
    match OrderState::parse(&row.state) {
        Some(OrderState::Issued) => Ok(()),
        Some(OrderState::Closed) if closed => Ok(()),
        Some(OrderState::Closed) => {
            let day = Day::of(row.closed_at.unwrap_or_default());
            Err(Failure::conflict("order_closed").with("order_no", row.order_no).with("day", day))
        }
        _ => Err(Failure::conflict("order_not_issued").with("state", &row.state)),
    }
}

/// What a change came to.
pub(super) struct Applied {
    /// For the ledger.
    pub effects: Vec<Effect>,
    /// Items that lie in no case any more because their label or the case's is dead.
    pub unlinked: i64,
}

/// Carries out a planned change: ranges, cases, the order's stock, batches, the account. The caller holds the order's row, and had the
/// producer's turn to pack before it.
///
/// # Errors
/// `batch_overdrawn` with figures; for a carried order `stretch_spans_seasons`, `carry_lacks_balance`.
pub(super) async fn apply(
    tx: &Tx,
    desk: &Desk,
    row: &mut OrderRow,
    before: &Partition,
    change: &Change,
    unit: BaseUnit,
) -> Outcome<Applied> {
    let unlinked = levels::let_go(tx, desk, row, &change.pieces).await?;
    let coded = coded_account(tx, row, before, change).await?;
    let voids = change.pieces.iter().any(|r| r.standing.state.is_dead());
    let effects = if voids && row.account_id.as_ref().is_some_and(|own| *own != coded) {
        // A carried order reserves in another season: what was bound before and spoils can't come back to it.
        settle(tx, row, before, &change.clone().burning(), &coded, unit).await?
    } else {
        settle(tx, row, before, change, &coded, unit).await?
    };
    Ok(Applied { effects, unlinked })
}

async fn settle(tx: &Tx, row: &mut OrderRow, before: &Partition, change: &Change, coded: &str, unit: BaseUnit) -> Outcome<Vec<Effect>> {
    ranges::replace(tx, row.order_no, before.ranges(), before.painted(&change.pieces).ranges()).await?;
    (row.quota_left, row.spare_left) = (change.stock.quota_left, change.stock.spare_left);
    orders::set_stock(tx, row.order_no, change.stock).await?;
    let mut effects = laid(row.order_no, &change.pieces);
    if row.unit_amount == 0 {
        return Ok(effects);
    }
    for (batch, codes) in &change.batches {
        let amount = codes * row.unit_amount;
        if amount < 0 {
            stock::uncode_batch(tx, batch, -amount).await?;
        } else if amount > 0 && !stock::code_batch(tx, batch, amount).await? {
            let batch = stock::batch(tx.connection(), batch).await?;
            usable(tx, &batch).await?;
            return Err(overdrawn(&batch, amount, row.unit_amount, unit));
        }
    }
    let account = row.account_id.as_deref().ok_or_else(|| Failure::broken("an order of goods without an account"))?;
    for (from, to, codes) in &change.moves {
        let amount = codes * row.unit_amount;
        let from_account = if *from == Bucket::Coded || *to == Bucket::Coded { coded } else { account };
        if *from == Bucket::Coded && *to == Bucket::Reserved && coded != account {
            // A carried order reserves in its new season: what leaves the old one's codes is free there and reserved here.
            effects.push(shifted(tx, row, coded, Bucket::Coded, Bucket::Free, amount).await?);
            effects.push(reserved(tx, row, account, amount, unit).await?);
        } else {
            effects.push(shifted(tx, row, from_account, *from, *to, amount).await?);
        }
    }
    Ok(effects)
}

/// Moves an amount that must be there.
pub(super) async fn shifted(tx: &Tx, row: &OrderRow, account: &str, from: Bucket, to: Bucket, amount: i64) -> Outcome<Effect> {
    if !stock::shift(tx, account, from, to, amount).await? {
        return Err(Failure::broken(format!("account {account} has less {} than order {} says", from.word(), row.order_no)));
    }
    Ok(moved(account, from, to, amount))
}

/// Reserves on the account an order was carried to.
///
/// # Errors
/// `carry_lacks_balance` with figures.
pub(super) async fn reserved(tx: &Tx, row: &OrderRow, account: &str, amount: i64, unit: BaseUnit) -> Outcome<Effect> {
    if stock::shift(tx, account, Bucket::Free, Bucket::Reserved, amount).await? {
        return Ok(moved(account, Bucket::Free, Bucket::Reserved, amount));
    }
    let there = stock::account(tx.connection(), account).await?;
    Err(Failure::conflict("carry_lacks_balance")
        .with("season", &there.season)
        .with("asked", unit.show(amount))
        .with("free", unit.show(stock::free_of(&there).max(0)))
        .with("codes", stock::free_of(&there).max(0) / row.unit_amount.max(1)))
}

/// The account on which the codes of a change are coded: the order's own, or for an order that was carried the one of their batch.
async fn coded_account(tx: &Tx, row: &OrderRow, before: &Partition, change: &Change) -> Outcome<String> {
    let own = || row.account_id.clone().unwrap_or_default();
    if row.first_season.is_none() {
        return Ok(own());
    }
    let runs = change.pieces.iter().flat_map(|piece| before.between(piece.first, piece.last));
    let mut batches: BTreeSet<String> = runs.filter_map(|run| run.standing.batch_id).collect();
    batches.extend(change.batches.keys().cloned());
    let mut accounts = BTreeSet::new();
    for id in &batches {
        accounts.insert(stock::batch(tx.connection(), id).await?.account_id);
    }
    match accounts.len() {
        0 => Ok(own()),
        1 => Ok(accounts.pop_first().unwrap_or_default()),
        _ => Err(Failure::conflict("stretch_spans_seasons")),
    }
}
