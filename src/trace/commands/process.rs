//! Grading, repacking, processing and merging batches; and voiding what came of it.
//!
//! The batches are locked in the order of their ids before anything is read of them, the account after them. Whoever wants the last
//! loose kilogram finds the rows as the one before left them.

use serde_json::json;

use super::child::{Inherited, Parent, child, inherited};
use super::compose::effect;
use super::process_draft::{Draft, MergeInput, ProcessInput, read_merge, read_process};
use super::reduce::{more_than_loose, not_free};
use super::{change, reached};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::{Noun, is};
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::{BatchState, GoodsBucket, SourceWord};
use crate::trace::goods::Goods;
use crate::trace::process::{Balance, InputDays, OutputDays, ProcessKind, apportion, judge, judge_days, line};
use crate::trace::queries::batch::BatchView;
use crate::trace::queries::process::ProcessView;
use crate::trace::store::account::{self, Entry};
use crate::trace::store::batch::{self as batches, BatchRow, Change, Whole};
use crate::trace::store::line::{self as store, InputRow, ProcessRow};
use crate::trace::store::{register, stock};

/// Grades, repacks, processes or merges: takes loose goods of the inputs, makes the outputs, books what was lost on the way.
///
/// # Errors
/// `not_found`, `not_permitted`; of an input `batch_unknown`, `batch_of_other_producer`, `batch_of_other_product`,
/// `batch_of_other_season`, `batch_not_released` and everything that makes a batch unusable; `nothing_loose`; `process_more_than_loose` with
/// how much is loose and how much is coded; `no_common_right` with which input lacks which; `duplicate_lot`; `amount_reserved`; fields of
/// [`crate::trace::process::judge`] and [`crate::trace::process::judge_days`], `standard_not_common`, `standard_unknown`, `amount_*`, `lot_missing`, `given_twice`,
/// `late_reason_missing` …
pub async fn process_batch(tx: &Tx, desk: &Desk, id: &str, input: &ProcessInput) -> Outcome<ProcessView> {
    let (first, goods) = opened(tx, desk, id).await?;
    let draft = read_process(&goods, id, input, desk.clock.today())?;
    book(tx, desk, &goods, &first, draft).await
}

/// Merges all loose goods of several batches into one; from here on they are recalled together.
///
/// # Errors
/// As [`process_batch`].
pub async fn merge_batches(tx: &Tx, desk: &Desk, id: &str, input: &MergeInput) -> Outcome<ProcessView> {
    let (first, goods) = opened(tx, desk, id).await?;
    let draft = read_merge(&goods, id, input, desk.clock.today())?;
    book(tx, desk, &goods, &first, draft).await
}

/// The batch in the address, read without a lock: whose it is does not change.
async fn opened(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(BatchRow, Goods)> {
    let first = stock::batch(tx.connection(), id).await?;
    let (_, reach) = reached(tx, desk, &first.producer_id, &first.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &first.product_id).await?;
    Ok((first, goods))
}

async fn book(tx: &Tx, desk: &Desk, goods: &Goods, first: &BatchRow, mut draft: Draft) -> Outcome<ProcessView> {
    let parents = lock_inputs(tx, desk, goods, first, &draft).await?;
    let inputs: i64 = parents.iter().map(|p| p.amount).sum();
    // A merge makes of the inputs what is left of them.
    for output in draft.outputs.iter_mut().filter(|o| o.amount.is_none()) {
        output.amount = Some((inputs - draft.loss).max(0));
    }
    let amounts: Vec<i64> = draft.outputs.iter().filter_map(|o| o.amount).collect();
    let (loss, downgraded, processed) = (draft.loss, draft.downgraded, draft.processed);
    let balance = Balance { inputs, outputs: amounts.iter().sum(), loss, downgraded, processed };
    let inherited = judged(tx, desk, goods, &draft, &parents, balance).await?;
    let row = ProcessRow {
        id: desk.new_id(Noun::Process),
        kind: draft.kind.word().to_owned(),
        producer_id: first.producer_id.clone(),
        product_id: first.product_id.clone(),
        season: first.season.clone(),
        account_id: first.account_id.clone(),
        facility_id: draft.facility.clone(),
        happened_on: draft.happened.on.to_string(),
        loss,
        difference: balance.difference(),
        downgraded,
        processed,
        reason: draft.reason.clone(),
        late: draft.happened.late,
        late_reason: draft.late_reason.clone(),
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    let mut effects = take_inputs(tx, goods, &parents).await?;
    effects.extend(write_off(tx, desk, goods, &row, &draft).await?);
    let numbered = (1_i64..).zip(&parents);
    let input = |(no, p): (i64, &Parent)| InputRow { process_id: row.id.clone(), no, batch_id: p.row().id.clone(), amount: p.amount };
    let inputs: Vec<InputRow> = numbered.map(input).collect();
    store::insert(tx, row.clone(), inputs.clone()).await?;
    let shares = apportion(&parents.iter().map(|p| p.amount).collect::<Vec<_>>(), &amounts);
    let ancestors = line_of(tx, &parents).await?;
    let mut children = Vec::with_capacity(shares.len());
    // All are born in one moment: in the order of their ids they stand as they were named.
    let mut ids: Vec<String> = draft.outputs.iter().map(|_| desk.new_id(Noun::Batch)).collect();
    ids.sort_unstable();
    for (((output, standard), shares), id) in draft.outputs.iter().zip(&inherited.standards).zip(&shares).zip(ids) {
        let whole = child(desk, id, &row, &parents, &inherited, (output, standard.clone()), shares);
        batches::insert(tx, &whole).await?;
        store::insert_line(tx, &whole.row.id, &ancestors).await?;
        effects.push(effect(&whole.row, BatchState::Released));
        children.push(whole.row);
    }
    ledger::append(tx, desk, Event::new(kind::BATCH_PROCESSED, &row.id, facts(&row, &inputs, &children)).with(effects)).await?;
    let mut known: Vec<BatchRow> = parents.into_iter().map(|p| p.whole.row).collect();
    known.extend(children.iter().cloned());
    Ok(ProcessView::of(row, &inputs, &children, &known, goods))
}

/// The inputs under their locks: of the same producer, product and season as the first, released and usable, with so much loose.
async fn lock_inputs(tx: &Tx, desk: &Desk, goods: &Goods, first: &BatchRow, draft: &Draft) -> Outcome<Vec<Parent>> {
    let ids: Vec<String> = draft.inputs.iter().map(|i| i.batch_id.clone()).collect();
    // What is not shaped like a batch's id is not asked of the database.
    let known: Vec<String> = ids.iter().filter(|id| is(Noun::Batch, id)).cloned().collect();
    let locked = store::lock_batches(tx, &known).await?;
    let mut faults = Faults::new();
    let mut parents = Vec::with_capacity(ids.len());
    for input in &draft.inputs {
        let Some(row) = locked.iter().find(|row| row.id == input.batch_id) else {
            faults.add(&input.pointer, "batch_unknown").with("value", crate::trace::record::shortened(&input.batch_id));
            continue;
        };
        match change::fits(tx, desk, row, &first.producer_id, &first.product_id, &first.season).await {
            Err(refusal) if refusal.fields.is_empty() => return Err(refusal),
            Err(mut refusal) => {
                for field in &mut refusal.fields {
                    field.pointer.clone_from(&input.pointer);
                }
                faults.absorb("", Err::<(), _>(refusal));
                continue;
            }
            Ok(()) => {}
        }
        if row.released_at.is_none() {
            return Err(Failure::conflict("batch_not_released").with("lot", &row.lot));
        }
        let loose = stock::loose_of(row);
        let amount = input.amount.unwrap_or(loose);
        if amount <= 0 {
            let nothing = Failure::conflict("nothing_loose").at(&input.pointer, "nothing_loose");
            return Err(nothing.with("lot", &row.lot).with("coded", goods.show(row.coded)));
        }
        if amount > loose {
            return Err(more_than_loose("process_more_than_loose", &input.pointer, goods, row, amount));
        }
        let whole = batches::whole(tx.connection(), row.clone()).await?;
        parents.push(Parent { whole, amount, pointer: input.pointer.clone() });
    }
    faults.check()?;
    Ok(parents)
}

/// Everything that can't be, said at once; then what the outputs have of their inputs.
async fn judged(tx: &Tx, desk: &Desk, goods: &Goods, draft: &Draft, parents: &[Parent], balance: Balance) -> Outcome<Inherited> {
    let mut faults = Faults::new();
    let sides = (parents.len(), draft.outputs.len());
    judge(&mut faults, draft.kind, sides, balance, draft.reason.is_some(), |amount| goods.show(amount));
    let mut days = Vec::with_capacity(parents.len());
    for parent in parents {
        days.push(input_days(tx, parent.row()).await?);
    }
    let outputs: Vec<OutputDays> = draft.outputs.iter().map(|o| o.days.clone()).collect();
    let now = (draft.happened.on, desk.clock.today());
    let pointer = |no: usize| draft.outputs.get(no).map(|o| o.pointer.clone()).unwrap_or_default();
    judge_days(&mut faults, draft.kind, now, &days, &outputs, pointer);
    let inherited = inherited(tx, goods, draft, parents, &mut faults).await?;
    if draft.kind == ProcessKind::Merging && draft.outputs.iter().any(|o| o.amount == Some(0)) && faults.is_empty() {
        faults.add("/loss_g", "amount_unfit").with("figure", balance.loss).with("right", (balance.inputs - 1).max(0));
    }
    faults.check()?;
    for output in &draft.outputs {
        let Some(parent) = parents.first() else { break };
        let key = [parent.row().producer_id.as_str(), &goods.id, &parent.row().season, &output.lot];
        if batches::with_lot(tx.connection(), key, None).await?.is_some() {
            let taken = Failure::conflict("duplicate_lot").at(format!("{}/lot", output.pointer), "duplicate_lot");
            return Err(taken.with("figure", &output.lot).with("right", &parent.row().season));
        }
    }
    inherited.ok_or_else(|| Failure::broken("faults were not noted"))
}

/// From when on an input's goods might be moved: a batch from its release on, one born of a process from that day on, whenever either was
/// written down.
async fn input_days(tx: &Tx, row: &BatchRow) -> Outcome<InputDays> {
    let born = match &row.process_id {
        Some(process) => Day::parse(&store::process(tx.connection(), process).await?.happened_on),
        None => None,
    };
    let day = |text: &str| Day::parse(text).ok_or_else(|| Failure::broken("a day stored can't be read"));
    Ok(InputDays {
        lot: row.lot.clone(),
        harvested_to: day(&row.harvested_to)?,
        open_on: born.or(row.released_at.map(Day::of)).unwrap_or(Day::of(0)),
        best_before: row.best_before.as_deref().map(day).transpose()?,
    })
}

/// Debits every input by one conditional statement.
async fn take_inputs(tx: &Tx, goods: &Goods, parents: &[Parent]) -> Outcome<Vec<Effect>> {
    let mut effects = Vec::with_capacity(parents.len());
    for parent in parents {
        let row = parent.row();
        if !stock::take_goods(tx, &row.id, GoodsBucket::Moved, parent.amount).await? {
            let now = stock::batch(tx.connection(), &row.id).await?;
            return Err(more_than_loose("process_more_than_loose", &parent.pointer, goods, &now, parent.amount));
        }
        effects.push(Effect::Goods { batch: row.id.clone(), to: GoodsBucket::Moved.word().to_owned(), amount: parent.amount });
    }
    Ok(effects)
}

/// Books on the account what was lost (explained or not), graded out and processed on the way.
async fn write_off(tx: &Tx, desk: &Desk, goods: &Goods, row: &ProcessRow, draft: &Draft) -> Outcome<Vec<Effect>> {
    let mut effects = Vec::new();
    for (kind, amount) in [
        (MovementKind::BatchLost, row.loss),
        (MovementKind::BatchLost, row.difference),
        (MovementKind::BatchDowngraded, row.downgraded),
        (MovementKind::BatchProcessed, row.processed),
    ] {
        if amount == 0 {
            continue;
        }
        let entry = Entry {
            account_id: &row.account_id,
            counter_account_id: None,
            kind,
            amount,
            subject_id: Some(&row.id),
            reason: row.reason.clone(),
            happened_on: draft.happened.on,
            late: draft.happened.late,
        };
        match account::post(tx, desk, entry).await? {
            Some((effect, _)) => effects.push(effect),
            None => return Err(not_free(goods, &account::account(tx.connection(), &row.account_id).await?, amount)),
        }
    }
    Ok(effects)
}

async fn line_of(tx: &Tx, parents: &[Parent]) -> Outcome<std::collections::BTreeMap<String, i64>> {
    let ids: Vec<String> = parents.iter().map(|p| p.row().id.clone()).collect();
    let above = store::above(tx.connection(), &ids).await?;
    let of =
        |id: &String| above.iter().filter(|(batch, _, _)| batch == id).map(|(_, ancestor, depth)| (ancestor.clone(), *depth)).collect();
    Ok(line(&ids.iter().map(|id| (id.clone(), of(id))).collect::<Vec<_>>()))
}

fn facts(row: &ProcessRow, inputs: &[InputRow], children: &[BatchRow]) -> serde_json::Value {
    json!({
        "kind": row.kind, "producer": row.producer_id, "product": row.product_id, "season": row.season, "happened_on": row.happened_on,
        "inputs": inputs.iter().map(|i| json!({ "batch": i.batch_id, "amount": i.amount })).collect::<Vec<_>>(),
        "outputs": children.iter().map(|c| json!({ "batch": c.id, "lot": c.lot, "amount": c.amount, "grade": c.grade })).collect::<Vec<_>>(),
        "loss": row.loss, "difference": row.difference, "downgraded": row.downgraded, "processed": row.processed,
        "reason": row.reason, "late": row.late, "late_reason": row.late_reason,
    })
}

/// Locks a batch with those it came from in one step, in the order of their ids, before any of them is locked alone.
pub(super) async fn lock_line(tx: &Tx, id: &str) -> Outcome<()> {
    let mut ids = store::parents(tx.connection(), id).await?;
    if !ids.is_empty() {
        ids.push(id.to_owned());
        store::lock_batches(tx, &ids).await?;
    }
    Ok(())
}

/// Refuses to void what is no longer there: moved into other batches, gone, or seized.
pub(super) async fn nothing_left(tx: &Tx, goods: &Goods, row: &BatchRow) -> Outcome<()> {
    if row.moved > 0 {
        let children = store::children(tx.connection(), &row.id).await?;
        let refusal = if children.is_empty() { "batch_was_processed" } else { "batch_has_children" };
        return Err(Failure::conflict(refusal).with("figure", goods.show(row.moved)).with("children", children.join("、")));
    }
    for (amount, code) in [(row.gone, "batch_has_gone"), (row.seized, "batch_has_seized")] {
        if amount > 0 {
            return Err(Failure::conflict(code).with("figure", goods.show(amount)));
        }
    }
    Ok(())
}

/// Voids a batch born of a process: each input gets back its share as loose goods. The process itself stands: what was lost stays lost, and
/// nothing moves on the account. What an authority restrains, or one of its ancestors, can't slip back this way.
pub(super) async fn void_child(tx: &Tx, desk: &Desk, goods: &Goods, whole: Whole, reason: &str) -> Outcome<BatchView> {
    let row = &whole.row;
    change::unrestrained(tx, row).await?;
    let mut effects = Vec::new();
    for source in whole.sources.iter().filter(|s| s.kind == SourceWord::Batch.word()) {
        let batch = source.subject_id.clone().unwrap_or_default();
        if !stock::take_goods(tx, &batch, GoodsBucket::Moved, -source.amount).await? {
            return Err(Failure::broken(format!("batch {batch} moved less than {} took of it", row.id)));
        }
        effects.push(Effect::Goods { batch, to: GoodsBucket::Moved.word().to_owned(), amount: -source.amount });
    }
    if !batches::change(tx, desk, row, Change::Void { reason }).await? {
        return Err(super::batch::changed(row, row.version));
    }
    effects.push(effect(row, BatchState::Voided));
    let facts = json!({ "lot": row.lot, "amount": row.amount, "reason": reason, "process": row.process_id });
    ledger::append(tx, desk, Event::new(kind::BATCH_VOIDED, &row.id, facts).with(effects)).await?;
    Ok(BatchView::of(batches::lock(tx, &row.id).await?, goods))
}
