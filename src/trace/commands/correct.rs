//! Correcting a batch before release, and covering what was pending of it.

use super::batch::{changed, entry, examine_again, facts, give_back, not_seized, note_late_batch, on_hold, state, take_deliveries};
use super::compose::{as_input, compose, effect, findings, keep};
use super::gather::gather;
use super::late::need_evidence;
use super::{draft, reached};
use crate::db::Tx;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::{BatchPatch, BatchState};
use crate::trace::check::examine;
use crate::trace::goods::Goods;
use crate::trace::queries::batch::BatchView;
use crate::trace::store::batch::{self as store, Change, Whole};
use crate::trace::store::reach::Party;
use crate::trace::store::{account, late, register};

/// Corrects a batch before release: every check is made again, and only the difference is held or given back.
///
/// # Errors
/// `not_found`, `not_permitted`, `version_changed`, `batch_already_released`, `batch_on_hold`, `batch_voided`; field `season_changed`;
/// and everything [`super::batch::register_batch`] refuses.
pub async fn correct_batch(tx: &Tx, desk: &Desk, id: &str, patch: &BatchPatch) -> Outcome<BatchView> {
    let was = store::lock(tx, id).await?;
    let (producer, reach) = reached(tx, desk, &was.row.producer_id, &was.row.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    check_open(&was, patch.version)?;
    if was.row.process_id.is_some() {
        return Err(Failure::conflict("batch_of_process").with("lot", &was.row.lot));
    }
    not_seized(&was.row)?;
    let goods = register::goods(tx.connection(), &was.row.product_id).await?;
    let before = as_input(&was, goods.unit);
    let input = patch.apply(before.clone());
    if input == before {
        return Ok(BatchView::of(was, &goods));
    }
    let draft = draft::read(&goods, &input)?;
    if draft.season != was.row.season {
        let changed = Failure::field("/harvested_from", "season_changed");
        return Err(changed.with("figure", &draft.season).with("right", &was.row.season));
    }
    let (recorded_on, packed) = (Day::of(was.row.registered_at), draft.days.packed_on.or(draft.days.produced_on));
    let gathered = gather(tx, &goods, &producer, &draft, desk.clock.today(), Some(&was)).await?;
    let account = account::lock(tx, &was.row.account_id).await?;
    let examination = examine(&gathered.facts, account.remaining + was.row.covered);
    examination.refuse()?;
    // The late entry there is speaks of the batch, whatever day it has now.
    let noted = late::of_subject(tx.connection(), id).await?.is_some();
    let evidence = match noted {
        true => None,
        false => need_evidence(packed, recorded_on, draft.late_reason.as_deref(), input.late_evidence.as_deref())?,
    };
    let now = keep(compose(desk, &producer.id, &account.id, &draft, &gathered, &examination)?, &was.row);
    let effects = move_difference(tx, desk, &goods, &was, &now).await?;
    if !store::replace(tx, &now, was.row.version).await? {
        return Err(changed(&was.row, patch.version));
    }
    if !noted {
        note_late_batch(tx, desk, &now.row, packed, recorded_on, evidence.as_deref()).await?;
    }
    let event = Event::new(kind::BATCH_CORRECTED, id, facts(&now)).with(effects).with([effect(&now.row, BatchState::Registered)]);
    ledger::append(tx, desk, event).await?;
    Ok(BatchView::of(store::lock(tx, id).await?, &goods))
}

fn check_open(was: &Whole, version: i64) -> Outcome<()> {
    match state(&was.row)? {
        BatchState::Registered if version == was.row.version => Ok(()),
        BatchState::Registered => Err(changed(&was.row, version)),
        BatchState::Released => Err(Failure::conflict("batch_already_released")),
        BatchState::OnHold => Err(on_hold(&was.row)),
        BatchState::Voided => Err(Failure::conflict("batch_voided")),
    }
}

async fn move_difference(tx: &Tx, desk: &Desk, goods: &Goods, was: &Whole, now: &Whole) -> Outcome<Vec<ledger::Effect>> {
    give_back(tx, &was.sources).await?;
    take_deliveries(tx, goods, &now.sources).await?;
    let mut effects = Vec::new();
    let pairs = [
        (now.row.covered - was.row.covered, MovementKind::Held, MovementKind::HeldBack),
        (now.row.pending - was.row.pending, MovementKind::Excess, MovementKind::ExcessSettled),
    ];
    for (difference, more, less) in pairs {
        entry(tx, desk, goods, &now.row, if difference > 0 { more } else { less }, difference.abs(), &mut effects).await?;
    }
    Ok(effects)
}

/// Covers what was pending of a batch, as far as its sources and its account allow by now. Nothing to cover: nothing happens.
///
/// # Errors
/// `not_found`, `not_permitted`, `batch_on_hold`, `batch_voided`.
pub async fn cover_batch(tx: &Tx, desk: &Desk, id: &str) -> Outcome<BatchView> {
    let mut whole = store::lock(tx, id).await?;
    let (producer, reach) = reached(tx, desk, &whole.row.producer_id, &whole.row.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &whole.row.product_id).await?;
    let was_released = match state(&whole.row)? {
        BatchState::OnHold => return Err(on_hold(&whole.row)),
        BatchState::Voided => return Err(Failure::conflict("batch_voided")),
        state => state == BatchState::Released,
    };
    let more = coverable(tx, desk, &goods, &producer, &mut whole, was_released).await?;
    if more <= 0 {
        return Ok(BatchView::of(whole, &goods));
    }
    let mut effects = Vec::new();
    entry(tx, desk, &goods, &whole.row, MovementKind::Held, more, &mut effects).await?;
    if was_released {
        entry(tx, desk, &goods, &whole.row, MovementKind::Released, more, &mut effects).await?;
    }
    entry(tx, desk, &goods, &whole.row, MovementKind::ExcessSettled, more, &mut effects).await?;
    if !store::change(tx, desk, &whole.row, Change::Cover { amount: more }).await? {
        return Err(changed(&whole.row, whole.row.version));
    }
    store::rewrite_sources(tx, &whole).await?;
    if !was_released {
        store::freeze(tx, &whole).await?;
    }
    let now = store::lock(tx, id).await?;
    let event = Event::new(kind::BATCH_COVERED, id, facts(&now)).with(effects).with([effect(&now.row, state(&now.row)?)]);
    ledger::append(tx, desk, event).await?;
    Ok(BatchView::of(now, &goods))
}

/// How much more of a batch is covered by now, taken from its deliveries; checks are made again unless frozen at release.
async fn coverable(tx: &Tx, desk: &Desk, goods: &Goods, producer: &Party, whole: &mut Whole, was_released: bool) -> Outcome<i64> {
    if whole.row.pending == 0 {
        return Ok(0);
    }
    let (gathered, examination) = examine_again(tx, desk, goods, producer, whole).await?;
    if !was_released {
        findings(whole, &gathered, &examination);
    }
    let more = (examination.covered - whole.row.covered).min(whole.row.pending);
    if more > 0 {
        give_back(tx, &whole.sources).await?;
        whole.sources.iter_mut().zip(&examination.by_source).for_each(|(row, covered)| row.covered = *covered);
        take_deliveries(tx, goods, &whole.sources).await?;
    }
    Ok(more)
}
