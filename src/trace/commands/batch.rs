//! Registering, releasing, holding and voiding batches.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::account::open_account;
use super::compose::{as_input, compose, effect, findings};
use super::draft::{self, Draft};
use super::gather::{Gathered, gather};
use super::late::{Late, confirm_by_release, need_evidence, note_late};
use super::movement::too_little;
use super::told::tell;
use super::{may_decide, process, reached};
use crate::db::Tx;
use crate::identity::notice::About;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, FailureKind, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::{BatchInput, BatchState, SourceWord};
use crate::trace::check::{Check, CheckOutcome, Examination, examine};
use crate::trace::goods::{Goods, ReleaseBy};
use crate::trace::late::LateAct;
use crate::trace::queries::batch::BatchView;
use crate::trace::record::need_text;
use crate::trace::store::account::{self, AccountRow, Entry};
use crate::trace::store::batch::{self as store, BatchRow, Change, SourceRow, Whole};
use crate::trace::store::reach::{Party, Reach};
use crate::trace::store::{delivery, register};

/// Registers a batch and holds its goods on the producer's account.
///
/// # Errors
/// `not_found`, `not_permitted`, faults of form, every refusal of [`crate::trace::check::Check`]; `quota_exceeded` with `remaining` and
/// `asked` also to all but one of those who ask for the last kilogram at once.
pub async fn register_batch(tx: &Tx, desk: &Desk, input: &BatchInput) -> Outcome<BatchView> {
    register_batch_with(tx, desk, input, &[]).await
}

/// The same with files: their SHA-256 go into the event; whoever calls hands the files over to the batch in the same transaction.
///
/// # Errors
/// As [`register_batch`].
pub async fn register_batch_with(tx: &Tx, desk: &Desk, input: &BatchInput, files: &[String]) -> Outcome<BatchView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let producer = input.producer_id.as_ref().or(desk.actor.organisation_id.as_ref());
    let producer = producer.ok_or_else(|| Failure::field("/producer_id", "organisation_missing"))?;
    let (producer, reach) = reached(tx, desk, producer, &goods.id).await?;
    if !reach.acts() || producer.registered_by_id.is_some() {
        return Err(Failure::not_permitted());
    }
    let draft = draft::read(&goods, input)?;
    let (today, packed) = (desk.clock.today(), draft.days.packed_on.or(draft.days.produced_on));
    let gathered = gather(tx, &goods, &producer, &draft, today, None).await?;
    let account = account_for(tx, desk, &producer, &goods, &draft).await?;
    let examination = examine(&gathered.facts, account.as_ref().map_or(0, |a| a.remaining));
    examination.refuse()?;
    // A day that can't be right is said first; only then does it matter how long ago it was.
    let evidence = need_evidence(packed, today, draft.late_reason.as_deref(), input.late_evidence.as_deref())?;
    let account = account.ok_or_else(|| Failure::broken("a batch was let through without an account"))?;
    let whole = compose(desk, &producer.id, &account.id, &draft, &gathered, &examination)?;
    take_deliveries(tx, &goods, &whole.sources).await?;
    let mut effects = Vec::new();
    entry(tx, desk, &goods, &whole.row, MovementKind::Held, whole.row.covered, &mut effects).await?;
    entry(tx, desk, &goods, &whole.row, MovementKind::Excess, whole.row.pending, &mut effects).await?;
    store::insert(tx, &whole).await?;
    note_late_batch(tx, desk, &whole.row, packed, today, evidence.as_deref()).await?;
    effects.push(effect(&whole.row, BatchState::Registered));
    let mut facts = facts(&whole);
    if !files.is_empty() {
        facts["files"] = json!(files);
    }
    ledger::append(tx, desk, Event::new(kind::BATCH_REGISTERED, &whole.row.id, facts).with(effects)).await?;
    Ok(BatchView::of(whole, &goods))
}

/// A batch written down more than a week after it was packed waits for a second person; `recorded_on` is when it was registered.
pub(super) async fn note_late_batch(
    tx: &Tx,
    desk: &Desk,
    row: &BatchRow,
    packed: Option<Day>,
    recorded_on: Day,
    evidence: Option<&str>,
) -> Outcome<()> {
    let Some(on) = packed else { return Ok(()) };
    let (subject_id, organisation_id) = (row.id.as_str(), row.producer_id.as_str());
    let late = Late { subject_id, act: LateAct::Batch, organisation_id, on, recorded_on, reason: row.late_reason.as_deref(), evidence };
    note_late(tx, desk, late).await?;
    Ok(())
}

/// The producer's account. Where the excess is accepted it is opened if there is none, and locked, because what it covers is computed.
async fn account_for(tx: &Tx, desk: &Desk, producer: &Party, goods: &Goods, draft: &Draft) -> Outcome<Option<AccountRow>> {
    if !draft.accept_excess {
        return account::of_party(tx.connection(), &producer.id, &goods.id, &draft.season).await;
    }
    let row = open_account(tx, desk, producer, &goods.id, &draft.season).await?;
    Ok(Some(account::lock(tx, &row.id).await?))
}

/// Takes what each delivery vouches for into use; the rows are locked and were checked, so this holds unless a check was wrong.
pub(super) async fn take_deliveries(tx: &Tx, goods: &Goods, sources: &[SourceRow]) -> Outcome<()> {
    for source in sources.iter().filter(|s| s.kind == SourceWord::Delivery.word() && s.covered > 0) {
        let id = source.subject_id.as_deref().unwrap_or_default();
        if !delivery::take(tx, id, source.covered).await? {
            let row = delivery::delivery(tx.connection(), id).await?;
            return Err(Failure::conflict("delivery_overdrawn")
                .at(format!("/sources/{}/net_weight_g", source.no - 1), "delivery_overdrawn")
                .with("figure", goods.show(source.amount))
                .with("right", goods.show(row.covered - row.used))
                .with("delivered", goods.show(row.amount))
                .with("used", goods.show(row.used)));
        }
    }
    Ok(())
}

/// Gives back what deliveries vouched for.
pub(super) async fn give_back(tx: &Tx, sources: &[SourceRow]) -> Outcome<()> {
    for source in sources.iter().filter(|s| s.kind == SourceWord::Delivery.word() && s.covered > 0) {
        delivery::give_back(tx, source.subject_id.as_deref().unwrap_or_default(), source.covered).await?;
    }
    Ok(())
}

/// Makes one entry on the batch's account; none if there is nothing to move.
pub(super) async fn entry(
    tx: &Tx,
    desk: &Desk,
    goods: &Goods,
    row: &BatchRow,
    kind: MovementKind,
    amount: i64,
    effects: &mut Vec<Effect>,
) -> Outcome<()> {
    if amount == 0 {
        return Ok(());
    }
    let happened_on = desk.clock.today();
    let (account_id, subject_id) = (row.account_id.as_str(), Some(row.id.as_str()));
    let entry = Entry { account_id, counter_account_id: None, kind, amount, subject_id, reason: None, happened_on, late: false };
    match account::post(tx, desk, entry).await? {
        Some((effect, _)) => {
            effects.push(effect);
            Ok(())
        }
        // Somebody else was first.
        None => {
            let mut failure = too_little(goods, &account::account(tx.connection(), &row.account_id).await?, amount);
            let params = failure.params.clone();
            failure = failure.at("/net_weight_g", "quota_exceeded");
            if let Some(field) = failure.fields.last_mut() {
                field.params = params;
            }
            Err(failure)
        }
    }
}

pub(super) fn facts(whole: &Whole) -> serde_json::Value {
    let row = &whole.row;
    let broken: Vec<_> = whole.checks.iter().filter(|c| c.outcome == CheckOutcome::Held.word()).collect();
    json!({
        "producer": row.producer_id, "product": row.product_id, "season": row.season, "lot": row.lot, "amount": row.amount,
        "covered": row.covered, "pending": row.pending, "harvested_from": row.harvested_from, "harvested_to": row.harvested_to,
        "packed_on": row.packed_on, "standard": row.standard_number, "late": row.late,
        "sources": whole.sources.iter().map(|s| json!({ "kind": s.kind, "subject": s.subject_id, "amount": s.amount })).collect::<Vec<_>>(),
        "mark_uses": whole.rights.iter().map(|r| r.mark_use_id.clone()).collect::<Vec<_>>(),
        "held_by": broken.iter().map(|c| json!({ "check": c.code, "figure": c.figure, "right": c.right_figure })).collect::<Vec<_>>(),
    })
}

/// A release as asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseInput {
    /// Why, where a check holds the batch.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Checks a batch once more and releases it: held becomes released, its rights are frozen. Releasing it again does nothing.
///
/// Where every check passes and the product says so, the producer may; otherwise holder or office, with a reason where a check holds.
///
/// # Errors
/// `not_found`, `batch_on_hold`, `batch_voided`, `release_by_holder`, `release_held` with the checks that hold, `reason_missing`,
/// `tied_to_party`, and every refusal of the checks.
pub async fn release_batch(tx: &Tx, desk: &Desk, id: &str, input: &ReleaseInput) -> Outcome<BatchView> {
    let mut whole = store::lock(tx, id).await?;
    let (producer, reach) = reached(tx, desk, &whole.row.producer_id, &whole.row.product_id).await?;
    let goods = register::goods(tx.connection(), &whole.row.product_id).await?;
    match state(&whole.row)? {
        BatchState::Released => return Ok(BatchView::of(whole, &goods)),
        BatchState::OnHold => return Err(on_hold(&whole.row)),
        BatchState::Voided => return Err(Failure::conflict("batch_voided")),
        BatchState::Registered => {}
    }
    let (gathered, examination) = examine_again(tx, desk, &goods, &producer, &whole).await?;
    examination.refuse()?;
    let basis = release_basis(tx, desk, &goods, (&producer, reach), &whole.row, &examination, input).await?;
    if examination.held().contains(&Check::Entry) {
        confirm_by_release(tx, desk, id, &basis).await?;
    }
    findings(&mut whole, &gathered, &examination);
    let mut effects = Vec::new();
    entry(tx, desk, &goods, &whole.row, MovementKind::Released, whole.row.covered, &mut effects).await?;
    if !store::change(tx, desk, &whole.row, Change::Release { basis: &basis }).await? {
        return Err(changed(&whole.row, whole.row.version));
    }
    store::freeze(tx, &whole).await?;
    tell(tx, desk, &whole.row.producer_id, About::BatchReleased, id, &[("lot", &whole.row.lot)]).await?;
    effects.push(effect(&whole.row, BatchState::Released));
    let mut facts = facts(&whole);
    facts["basis"] = json!(basis);
    ledger::append(tx, desk, Event::new(kind::BATCH_RELEASED, id, facts).with(effects)).await?;
    Ok(BatchView::of(store::lock(tx, id).await?, &goods))
}

/// Makes every check again on the rows as they are.
pub(super) async fn examine_again(
    tx: &Tx,
    desk: &Desk,
    goods: &Goods,
    producer: &Party,
    whole: &Whole,
) -> Outcome<(Gathered, Examination)> {
    // A batch born of a process is what its inputs were; there is nothing to ask anew.
    if whole.row.process_id.is_some() {
        return Err(Failure::conflict("batch_of_process").with("lot", &whole.row.lot));
    }
    let mut draft = draft::read(goods, &as_input(whole, goods.unit))?;
    // What was recorded as pending is not refused for it now; only how much more is covered may differ.
    draft.accept_excess = whole.row.pending > 0;
    let gathered = gather(tx, goods, producer, &draft, desk.clock.today(), Some(whole)).await?;
    let account = account::lock(tx, &whole.row.account_id).await?;
    let examination = examine(&gathered.facts, account.remaining + whole.row.covered);
    Ok((gathered, examination))
}

async fn release_basis(
    tx: &Tx,
    desk: &Desk,
    goods: &Goods,
    (producer, reach): (&Party, Reach),
    row: &BatchRow,
    examination: &Examination,
    input: &ReleaseInput,
) -> Outcome<String> {
    let is_held = !examination.held().is_empty() || row.pending > 0;
    let decides = reach.decides() && desk.actor.organisation_id.as_ref() != Some(&producer.id);
    if !is_held && goods.release_by == ReleaseBy::Automatic {
        return Ok("automatic".to_owned());
    }
    if !decides && !is_held {
        return Err(Failure::new(FailureKind::Forbidden, "release_by_holder"));
    }
    if !decides {
        return Err(examination.held_as(Failure::conflict("release_held")));
    }
    may_decide(tx, desk, producer, reach).await?;
    if !is_held {
        return Ok("holder".to_owned());
    }
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", input.reason.as_deref(), 500, "reason_missing");
    faults.check()?;
    Ok(reason)
}

/// Holds a batch for a reason of our own; orders, binding, activation and shipping stop, the consumer's page does not change.
///
/// # Errors
/// `not_found`, `not_permitted`, `reason_missing`, `batch_on_hold`, `batch_voided`.
pub async fn hold_batch(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<BatchView> {
    let (whole, goods, producer, reach) = open_batch(tx, desk, id).await?;
    let reason = decided_reason(tx, desk, &producer, reach, reason).await?;
    match state(&whole.row)? {
        BatchState::OnHold => return Err(on_hold(&whole.row)),
        BatchState::Voided => return Err(Failure::conflict("batch_voided")),
        BatchState::Registered | BatchState::Released => {}
    }
    settle(tx, desk, whole, &goods, Change::Hold { reason: &reason }, kind::BATCH_HELD, BatchState::OnHold, &reason).await
}

/// Lets a held batch go on from where it was.
///
/// # Errors
/// `not_found`, `not_permitted`, `reason_missing`, `batch_not_on_hold`.
pub async fn unhold_batch(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<BatchView> {
    let (whole, goods, producer, reach) = open_batch(tx, desk, id).await?;
    let reason = decided_reason(tx, desk, &producer, reach, reason).await?;
    if state(&whole.row)? != BatchState::OnHold {
        return Err(Failure::conflict("batch_not_on_hold"));
    }
    let to = BatchState::after_hold(whole.row.released_at.is_some());
    settle(tx, desk, whole, &goods, Change::Unhold { to }, kind::BATCH_UNHELD, to, &reason).await
}

#[expect(clippy::too_many_arguments, reason = "the one end of two verbs")]
async fn settle(
    tx: &Tx,
    desk: &Desk,
    whole: Whole,
    goods: &Goods,
    change: Change<'_>,
    kind: ledger::Kind,
    to: BatchState,
    reason: &str,
) -> Outcome<BatchView> {
    if !store::change(tx, desk, &whole.row, change).await? {
        return Err(changed(&whole.row, whole.row.version));
    }
    let about = if to == BatchState::OnHold { About::BatchHeld } else { About::BatchUnheld };
    tell(tx, desk, &whole.row.producer_id, about, &whole.row.id, &[("lot", &whole.row.lot), ("reason", reason)]).await?;
    let facts = json!({ "lot": whole.row.lot, "reason": reason });
    ledger::append(tx, desk, Event::new(kind, &whole.row.id, facts).with([effect(&whole.row, to)])).await?;
    Ok(BatchView::of(store::lock(tx, &whole.row.id).await?, goods))
}

/// Voids a batch: what it held or had released goes back to what remains, deliveries may be used again; a batch born of a process gives
/// its goods back to the batches it came from. Voiding it again does nothing.
///
/// # Errors
/// `not_found`, `not_permitted`, `reason_missing`, `batch_has_codes` with how much is coded, `batch_on_hold` to the producer;
/// `batch_has_children` with their lots, `batch_was_processed`, `batch_has_gone`, `batch_has_seized` with how much; and of a batch born
/// of a process `batch_recalled`, `batch_seized`, `use_stopped`, `ancestor_recalled`, `ancestor_seized`, `ancestor_stopped`.
pub async fn void_batch(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<BatchView> {
    process::lock_line(tx, id).await?;
    let (whole, goods, producer, reach) = open_batch(tx, desk, id).await?;
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    let row = &whole.row;
    match state(row)? {
        BatchState::Voided => return Ok(BatchView::of(whole, &goods)),
        // Whoever is held does not get out of it.
        BatchState::OnHold if may_decide(tx, desk, &producer, reach).await.is_err() => return Err(on_hold(row)),
        _ if !reach.acts() => return Err(Failure::not_permitted()),
        _ => {}
    }
    not_seized(row)?;
    if row.coded > 0 {
        return Err(Failure::conflict("batch_has_codes").with("figure", goods.show(row.coded)));
    }
    process::nothing_left(tx, &goods, row).await?;
    if row.process_id.is_some() {
        return process::void_child(tx, desk, &goods, whole, &reason).await;
    }
    give_back(tx, &whole.sources).await?;
    let mut effects = Vec::new();
    entry(tx, desk, &goods, row, BatchState::reversal(row.released_at.is_some()), row.covered, &mut effects).await?;
    entry(tx, desk, &goods, row, MovementKind::ExcessSettled, row.pending, &mut effects).await?;
    if !store::change(tx, desk, row, Change::Void { reason: &reason }).await? {
        return Err(changed(row, row.version));
    }
    effects.push(effect(row, BatchState::Voided));
    let facts = json!({ "lot": row.lot, "amount": row.amount, "reason": reason });
    ledger::append(tx, desk, Event::new(kind::BATCH_VOIDED, id, facts).with(effects)).await?;
    Ok(BatchView::of(store::lock(tx, id).await?, &goods))
}

async fn open_batch(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(Whole, Goods, Party, Reach)> {
    let whole = store::lock(tx, id).await?;
    let (producer, reach) = reached(tx, desk, &whole.row.producer_id, &whole.row.product_id).await?;
    let goods = register::goods(tx.connection(), &whole.row.product_id).await?;
    Ok((whole, goods, producer, reach))
}

async fn decided_reason(tx: &Tx, desk: &Desk, producer: &Party, reach: Reach, reason: &str) -> Outcome<String> {
    may_decide(tx, desk, producer, reach).await?;
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    Ok(reason)
}

pub(super) fn state(row: &BatchRow) -> Outcome<BatchState> {
    BatchState::parse(&row.state).ok_or_else(|| Failure::broken("unknown word stored in batch.state"))
}

/// What an authority seized stays as it is until it lets it go.
pub(super) fn not_seized(row: &BatchRow) -> Outcome<()> {
    match &row.hold_document {
        Some(document) => Err(Failure::conflict("batch_seized_as_is").with("lot", &row.lot).with("document", document)),
        None => Ok(()),
    }
}

pub(super) fn on_hold(row: &BatchRow) -> Failure {
    Failure::conflict("batch_on_hold").with("figure", row.hold_reason.clone().unwrap_or_default())
}

pub(super) fn changed(row: &BatchRow, sent: i64) -> Failure {
    Failure::conflict("version_changed").with("figure", sent).with("right", row.version)
}
