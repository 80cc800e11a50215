//! Goods that go together with their codes, because they were destroyed or an authority took them: the codes are voided, and what they
//! took up leaves the batch and the account in the same act.

use std::collections::{BTreeMap, BTreeSet};

use super::change;
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::Effect;
use crate::trace::account::MovementKind;
use crate::trace::batch::GoodsBucket;
use crate::trace::range::plan;
use crate::trace::record::Happened;
use crate::trace::store::account::{self, Entry};
use crate::trace::store::nesting;
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::range as ranges;
use crate::trace::store::register;
use crate::trace::store::shipment as store;
use crate::trace::store::stock;
use crate::trace::verdict::VoidReason;

/// Labels on goods of one batch.
#[derive(Debug, Clone, Copy)]
pub struct TakenCodes<'a> {
    /// The order's number.
    pub order_no: i64,
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// The batch they are on.
    pub batch_id: &'a str,
}

/// Voids these labels and takes their goods away. Labels that are dead already are stepped over; their goods stay where they are counted.
/// Answers how much was taken in all.
///
/// # Errors
/// `taken_of_other_batch`; ours if account and ranges disagree.
#[expect(clippy::too_many_arguments, reason = "one step of two commands")]
pub async fn take_codes(
    tx: &Tx,
    desk: &Desk,
    taken: &[TakenCodes<'_>],
    (bucket, kind): (GoodsBucket, MovementKind),
    reason: VoidReason,
    subject_id: &str,
    when: Happened,
    effects: &mut Vec<Effect>,
) -> Outcome<i64> {
    let mut rolls: BTreeMap<i64, OrderRow> = BTreeMap::new();
    for codes in taken {
        rolls.entry(codes.order_no).or_insert(store::order_numbered(tx.connection(), codes.order_no).await?);
    }
    for producer in rolls.values().map(|row| row.producer_id.clone()).collect::<BTreeSet<_>>() {
        nesting::turn(tx, &producer).await?;
    }
    for row in rolls.values_mut() {
        *row = orders::lock(tx, &row.id).await?;
    }
    let mut ids: Vec<&str> = taken.iter().map(|codes| codes.batch_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut batches = BTreeMap::new();
    for id in ids {
        batches.insert(id, stock::lock_batch(tx, id).await?);
    }
    let mut amounts: BTreeMap<(String, &str), i64> = BTreeMap::new();
    for codes in taken {
        let (Some(row), Some(batch)) = (rolls.get_mut(&codes.order_no), batches.get(codes.batch_id)) else { continue };
        let partition = ranges::partition(tx.connection(), row.order_no, row.count).await?;
        let partition = partition.ok_or_else(|| Failure::conflict("order_not_issued").with("state", &row.state))?;
        let planned = match plan::destroy(&partition, change::stock_of(row), codes.first, codes.last, reason, desk.clock.now()) {
            Ok(planned) => planned,
            Err(failure) if failure.says("already_voided") || failure.says("already_returned") => continue,
            Err(failure) => return Err(failure),
        };
        if planned.batches.keys().any(|id| id != codes.batch_id) {
            let failure = Failure::conflict("taken_of_other_batch").with("lot", &batch.lot);
            return Err(failure.with("first", codes.first).with("last", codes.last));
        }
        let unit = register::goods(tx.connection(), &row.product_id).await?.unit;
        *amounts.entry((batch.account_id.clone(), codes.batch_id)).or_default() += planned.codes() * row.unit_amount;
        effects.extend(change::apply(tx, desk, row, &partition, &planned, unit).await?.effects);
    }
    let mut all = 0;
    for ((account_id, batch_id), amount) in amounts {
        take(tx, desk, (&account_id, batch_id), (bucket, kind), amount, subject_id, when, effects).await?;
        all += amount;
    }
    Ok(all)
}

/// Takes goods that are under no code out of a batch and out of the account. The batch is held.
///
/// # Errors
/// `taken_not_loose` if the batch or the account has not so much that is neither coded nor ordered for.
#[expect(clippy::too_many_arguments, reason = "one step of two commands")]
pub async fn take(
    tx: &Tx,
    desk: &Desk,
    (account_id, batch_id): (&str, &str),
    (bucket, kind): (GoodsBucket, MovementKind),
    amount: i64,
    subject_id: &str,
    when: Happened,
    effects: &mut Vec<Effect>,
) -> Outcome<()> {
    if amount == 0 {
        return Ok(());
    }
    let entry = Entry {
        account_id,
        counter_account_id: None,
        kind,
        amount,
        subject_id: Some(subject_id),
        reason: None,
        happened_on: when.on,
        late: when.late,
    };
    let batch = stock::batch(tx.connection(), batch_id).await?;
    let taken = stock::take_goods(tx, batch_id, bucket, amount).await?;
    let posted = if taken { account::post(tx, desk, entry).await? } else { None };
    let Some((effect, _)) = posted else {
        let unit = register::goods(tx.connection(), &batch.product_id).await?.unit;
        let account = stock::account(tx.connection(), account_id).await?;
        let right = stock::loose_of(&batch).min(stock::free_of(&account)).max(0);
        let failure = Failure::conflict("taken_not_loose").with("lot", &batch.lot).with("figure", unit.show(amount));
        return Err(failure.with("right", unit.show(right)));
    };
    effects.push(Effect::Goods { batch: batch_id.to_owned(), to: bucket.word().to_owned(), amount });
    effects.push(effect);
    Ok(())
}
