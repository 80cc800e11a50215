//! 先行登记保存, 查封, 扣押 of a batch; 解除, 没收, 销毁.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{goods, required};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, FailureKind, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::GoodsBucket;
use crate::trace::commands::taken::{TakenCodes, take, take_codes};
use crate::trace::goods::Goods;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::measure::Sent;
use crate::trace::record::{Happened, read_day, read_happened, shortened};
use crate::trace::roll::Label;
use crate::trace::seizure::{Outcome as End, SeizedCodes, SeizureKind, SeizureState};
use crate::trace::store::seizure::{self as store, SeizureRow};
use crate::trace::store::stock::{self, BatchRow};
use crate::trace::store::{order as orders, range as ranges, register};
use crate::trace::verdict::VoidReason;

/// The most runs of codes named at the end of a seizure.
const MOST_RUNS: usize = 200;

/// `POST /seizures`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeizureInput {
    /// The batch.
    pub batch_id: String,
    /// `preserved` (先行登记保存), `sealed` (查封) or `detained` (扣押).
    pub kind: String,
    /// Number of the document.
    pub document_no: String,
    /// The authority that ordered it.
    pub ordered_by: String,
    /// What was found, for the files.
    pub reason: String,
    /// What the public is told.
    pub public_text: String,
    /// Since when; today if left out.
    #[serde(default)]
    pub seized_on: Option<String>,
    /// The last day by the document. Only shown: nothing is released by itself.
    pub until: String,
}

/// Codes of an order on goods that are taken away.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeizedCodesInput {
    /// The order.
    pub order_id: String,
    /// First label.
    pub first: Label,
    /// Last label.
    pub last: Label,
}

/// `POST /seizures/{id}/lift`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeizureEndInput {
    /// `released`, `confiscated` or `destroyed`.
    pub outcome: String,
    /// Number of the document.
    pub document_no: String,
    /// What the public is told.
    pub public_text: String,
    /// How much without codes is taken away, in grams.
    #[serde(default)]
    pub net_weight_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Codes whose goods are taken away with them.
    #[serde(default)]
    pub codes: Vec<SeizedCodesInput>,
}

/// Proposes to seize a batch. Nothing changes until another officer confirms.
///
/// # Errors
/// `not_found`, `tied_to_party`; `seizure_kind_unknown`, `document_no_missing`, `ordered_by_missing`, `reason_missing`, `public_text_missing`,
/// `in_the_future`, `day_unreadable`, `seizure_until_early`; `batch_voided`.
pub async fn propose_seizure(tx: &Tx, desk: &Desk, input: &SeizureInput) -> Outcome<SeizureRow> {
    let mut faults = Faults::new();
    let kind = SeizureKind::parse(&input.kind);
    if kind.is_none() {
        faults.add("/kind", "seizure_kind_unknown").with("value", shortened(&input.kind));
    }
    let ordered_by = required(&mut faults, "/ordered_by", "ordered_by_missing", &input.ordered_by, 120);
    let document_no = required(&mut faults, "/document_no", "document_no_missing", &input.document_no, 120);
    let reason = required(&mut faults, "/reason", "reason_missing", &input.reason, 500);
    let public_text = required(&mut faults, "/public_text", "public_text_missing", &input.public_text, 500);
    // What an authority did is written down whenever it is; it needs no reason for being late.
    let seized = read_happened(&mut faults, "/seized_on", input.seized_on.as_deref(), Some("document"), desk.clock.today());
    let until = read_day(&mut faults, "/until", &input.until);
    if let (Some(seized), Some(until)) = (seized, until.filter(|until| seized.is_some_and(|s| *until < s.on))) {
        faults.add("/until", "seizure_until_early").with("figure", until).with("right", seized.on);
    }
    faults.check()?;
    let (Some(seized_kind), Some(seized), Some(until)) = (kind, seized, until) else {
        return Err(Failure::broken("faults were not noted"));
    };
    let batch = stock::batch(tx.connection(), &input.batch_id).await?;
    goods(tx, desk, &batch.producer_id, &batch.product_id).await?;
    not_voided(&batch)?;
    let row = SeizureRow {
        id: desk.new_id(Noun::Seizure),
        batch_id: batch.id,
        kind: seized_kind.word().to_owned(),
        ordered_by,
        document_no,
        reason,
        public_text,
        seized_on: seized.on.to_string(),
        until_day: until.to_string(),
        state: SeizureState::Proposed.word().to_owned(),
        outcome: None,
        seized: 0,
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        confirmed_by: None,
        confirmed_at: None,
        end_text: None,
        end_document_no: None,
        end_amount: None,
        end_codes: None,
        end_proposed_by: None,
        ended_by: None,
        ended_at: None,
    };
    store::insert(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::SEIZURE_PROPOSED, &row.id, facts(&row))).await?;
    Ok(row)
}

fn not_voided(batch: &BatchRow) -> Outcome<()> {
    if batch.state == "voided" { Err(Failure::conflict("batch_voided")) } else { Ok(()) }
}

fn facts(row: &SeizureRow) -> Value {
    json!({ "seizure": row.id, "batch": row.batch_id, "kind": row.kind, "ordered_by": row.ordered_by, "document_no": row.document_no,
        "reason": row.reason, "public_text": row.public_text, "since": row.seized_on, "until": row.until_day })
}

/// A seizure within competence, held until the transaction ends.
async fn held(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(SeizureRow, BatchRow)> {
    let row = store::lock(tx, id).await?;
    let batch = stock::batch(tx.connection(), &row.batch_id).await?;
    goods(tx, desk, &batch.producer_id, &batch.product_id).await?;
    Ok((row, batch))
}

/// Goes one step: it stands where the step begins, and whoever took the step before is somebody else.
fn step(row: &mut SeizureRow, (from, to): (SeizureState, SeizureState), before: Option<String>, desk: &Desk) -> Outcome<()> {
    if SeizureState::parse(&row.state) != Some(from) || !from.may_become(to) {
        return Err(Failure::conflict("already_decided").with("state", &row.state));
    }
    if before.as_deref() == Some(desk.actor.account_id.as_str()) {
        return Err(Failure::conflict("second_person_needed"));
    }
    to.word().clone_into(&mut row.state);
    Ok(())
}

/// Confirms a seizure: from this moment everything about the batch stops, and the next scan says so with the document's number.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `second_person_needed`, `batch_voided`.
pub async fn confirm_seizure(tx: &Tx, desk: &Desk, id: &str) -> Outcome<SeizureRow> {
    let (mut row, _) = held(tx, desk, id).await?;
    let before = row.proposed_by.clone();
    step(&mut row, (SeizureState::Proposed, SeizureState::InForce), Some(before), desk)?;
    let batch = stock::lock_batch(tx, &row.batch_id).await?;
    not_voided(&batch)?;
    (row.confirmed_by, row.confirmed_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, row.clone()).await?;
    // Where another one stands already, its number stays on the batch.
    if batch.hold_document.is_none() {
        store::mark_batch(tx, &batch.id, Some(row.document_no.clone())).await?;
    }
    ledger::append(tx, desk, Event::new(kind::SEIZURE_RECORDED, &row.batch_id, facts(&row))).await?;
    Ok(row)
}

/// Drops a proposed seizure, or the proposal to end one, which then goes on; whoever proposed it may too.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`.
pub async fn drop_seizure(tx: &Tx, desk: &Desk, id: &str) -> Outcome<SeizureRow> {
    let (mut row, _) = held(tx, desk, id).await?;
    let ending = row.state == SeizureState::EndProposed.word();
    let ends = if ending { (SeizureState::EndProposed, SeizureState::InForce) } else { (SeizureState::Proposed, SeizureState::Dropped) };
    step(&mut row, ends, None, desk)?;
    if ending {
        (row.outcome, row.end_text, row.end_document_no) = (None, None, None);
        (row.end_amount, row.end_codes, row.end_proposed_by) = (None, None, None);
    }
    store::update(tx, row.clone()).await?;
    let facts = json!({ "batch": row.batch_id, "document_no": row.document_no, "state": row.state });
    ledger::append(tx, desk, Event::new(kind::SEIZURE_DROPPED, id, facts)).await?;
    Ok(row)
}

/// Proposes how a seizure ends; it stays in force until another officer confirms.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`; `seizure_outcome_unknown`, `document_no_missing`, `public_text_missing`, `amount_*`, `unit_unfit`,
/// `seizure_takes_nothing` and `seizure_takes_something` where the outcome and what is named do not fit, `too_many`, `shipment_order_unknown`, the
/// labels' own faults, `taken_of_other_batch`, `seizure_before_release`, `taken_not_loose` with figures.
pub async fn propose_seizure_end(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &SeizureEndInput) -> Outcome<SeizureRow> {
    let (mut row, batch) = held(tx, desk, id).await?;
    let terms = register::goods(tx.connection(), &batch.product_id).await?;
    let mut faults = Faults::new();
    let document_no = required(&mut faults, "/document_no", "document_no_missing", &input.document_no, 120);
    let public_text = required(&mut faults, "/public_text", "public_text_missing", &input.public_text, 500);
    let outcome = End::parse(&input.outcome);
    if outcome.is_none() {
        faults.add("/outcome", "seizure_outcome_unknown").with("value", shortened(&input.outcome));
    }
    let (amount, codes) = taken(tx, keys, &mut faults, &terms, &batch, outcome, input).await?;
    faults.check()?;
    step(&mut row, (SeizureState::InForce, SeizureState::EndProposed), None, desk)?;
    row.outcome = outcome.map(|end| end.word().to_owned());
    (row.end_text, row.end_document_no, row.end_amount) = (Some(public_text), Some(document_no), amount);
    row.end_codes = if codes.is_empty() { None } else { Some(serde_json::to_string(&codes).map_err(Failure::broken)?) };
    row.end_proposed_by = Some(desk.actor.account_id.clone());
    store::update(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::SEIZURE_END_PROPOSED, id, end_facts(&row, &codes))).await?;
    Ok(row)
}

fn end_facts(row: &SeizureRow, codes: &[SeizedCodes]) -> Value {
    json!({ "seizure": row.id, "batch": row.batch_id, "outcome": row.outcome, "document_no": row.end_document_no,
        "public_text": row.end_text, "amount": row.end_amount, "codes": codes, "seized": row.seized })
}

/// What is to be taken away, read and held against the batch.
async fn taken(
    tx: &Tx,
    keys: &dyn KeyProvider,
    faults: &mut Faults,
    terms: &Goods,
    batch: &BatchRow,
    outcome: Option<End>,
    input: &SeizureEndInput,
) -> Outcome<(Option<i64>, Vec<SeizedCodes>)> {
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: None };
    let named = !sent.is_empty() || !input.codes.is_empty();
    match outcome {
        Some(End::Released) if named => {
            faults.add("/outcome", "seizure_takes_nothing");
        }
        Some(End::Confiscated | End::Destroyed) if !named => {
            faults.add("/net_weight_g", "seizure_takes_something");
        }
        Some(End::Confiscated | End::Destroyed) if batch.released_at.is_none() => {
            faults.add("/outcome", "seizure_before_release").with("lot", &batch.lot);
        }
        _ => {}
    }
    let amount = if sent.is_empty() { None } else { sent.read(faults, terms.unit, false) };
    if let Some(amount) = amount.filter(|amount| *amount > stock::loose_of(batch)) {
        let right = terms.show(stock::loose_of(batch).max(0));
        faults.add("/net_weight_g", "taken_not_loose").with("lot", &batch.lot).with("figure", terms.show(amount)).with("right", right);
    }
    if input.codes.len() > MOST_RUNS {
        faults.add("/codes", "too_many").with("right", MOST_RUNS);
        return Ok((amount, Vec::new()));
    }
    let mut codes = Vec::with_capacity(input.codes.len());
    for (i, asked) in input.codes.iter().enumerate() {
        match read_codes(tx, keys, batch, asked).await {
            Ok(read) => codes.push(read),
            Err(failure) if failure.kind == FailureKind::Broken => return Err(failure),
            Err(failure) => {
                faults.absorb::<()>(&format!("/codes/{i}"), Err(failure));
            }
        }
    }
    Ok((amount, codes))
}

async fn read_codes(tx: &Tx, keys: &dyn KeyProvider, batch: &BatchRow, asked: &SeizedCodesInput) -> Outcome<SeizedCodes> {
    let unknown = || Failure::field("/order_id", "shipment_order_unknown").with("value", text::clean(&asked.order_id));
    let row = orders::order(tx.connection(), &asked.order_id).await.map_err(|f| if f.says("not_found") { unknown() } else { f })?;
    if row.producer_id != batch.producer_id {
        return Err(unknown());
    }
    let issued = IssuedOrder::open(keys, &row)?;
    let (first, last) = (asked.first.sequence(&issued, "/first")?, asked.last.sequence(&issued, "/last")?);
    let partition = ranges::partition(tx.connection(), row.order_no, row.count).await?;
    let partition = partition.ok_or_else(|| Failure::conflict("order_not_issued").with("state", &row.state))?;
    let found = crate::trace::range::plan::stretch(&partition, first, last)?;
    let living = found.iter().filter(|r| !r.standing.state.is_dead());
    if living.clone().count() == 0 || living.clone().any(|r| r.standing.batch_id.as_ref() != Some(&batch.id)) {
        let failure = Failure::field("/first", "taken_of_other_batch").with("lot", &batch.lot);
        return Err(failure.with("first", first).with("last", last));
    }
    Ok(SeizedCodes { order_no: row.order_no, first, last })
}

/// Ends a seizure: released goods go on; what was confiscated or destroyed leaves the batch and the account, its codes are voided.
///
/// # Errors
/// `not_found`, `tied_to_party`, `already_decided`, `second_person_needed`; `taken_of_other_batch`, `taken_not_loose` if something changed in between.
pub async fn confirm_seizure_end(tx: &Tx, desk: &Desk, id: &str) -> Outcome<SeizureRow> {
    let (mut row, batch) = held(tx, desk, id).await?;
    let before = row.end_proposed_by.clone();
    step(&mut row, (SeizureState::EndProposed, SeizureState::Ended), before, desk)?;
    let codes: Vec<SeizedCodes> = match &row.end_codes {
        Some(kept) => serde_json::from_str(kept).map_err(Failure::broken)?,
        None => Vec::new(),
    };
    let mut effects: Vec<Effect> = Vec::new();
    if row.outcome.as_deref() != Some(End::Released.word()) {
        row.seized = take_away(tx, desk, &row, &batch, &codes, &mut effects).await?;
    }
    let batch = stock::lock_batch(tx, &batch.id).await?;
    (row.ended_by, row.ended_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, row.clone()).await?;
    let others = store::in_force_on(tx.connection(), &batch.id).await?;
    store::mark_batch(tx, &batch.id, others.into_iter().next().map(|other| other.document_no)).await?;
    let kind = if row.outcome.as_deref() == Some(End::Released.word()) { kind::SEIZURE_LIFTED } else { kind::SEIZURE_ENDED };
    ledger::append(tx, desk, Event::new(kind, &row.batch_id, end_facts(&row, &codes)).with(effects)).await?;
    Ok(row)
}

async fn take_away(
    tx: &Tx,
    desk: &Desk,
    row: &SeizureRow,
    batch: &BatchRow,
    codes: &[SeizedCodes],
    effects: &mut Vec<Effect>,
) -> Outcome<i64> {
    let when = Happened { on: Day::of(desk.clock.now()), late: false };
    let to = (GoodsBucket::Seized, MovementKind::Seized);
    let named: Vec<TakenCodes> =
        codes.iter().map(|c| TakenCodes { order_no: c.order_no, first: c.first, last: c.last, batch_id: &batch.id }).collect();
    let with_codes = take_codes(tx, desk, &named, to, VoidReason::OrderedStop, &row.id, when, effects).await?;
    let loose = row.end_amount.unwrap_or(0);
    stock::lock_batch(tx, &batch.id).await?;
    take(tx, desk, (&batch.account_id, &batch.id), to, loose, &row.id, when, effects).await?;
    Ok(with_codes + loose)
}
