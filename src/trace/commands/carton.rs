//! Old cartons: proposed by the producer, approved by office or holder, counted down with what goes out in them.

use serde_json::json;

use super::late::{Late, note_late};
use super::movement::too_little;
use super::{may_decide, reached};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::MOST;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::{BatchState, GoodsBucket};
use crate::trace::carton::{CartonInput, CartonState, CartonUse, MOST_CARTONS};
use crate::trace::goods::Goods;
use crate::trace::late::LateAct;
use crate::trace::measure::Sent;
use crate::trace::queries::carton::CartonView;
use crate::trace::record::{Happened, need_text, read_day, read_happened, read_late_evidence, read_text};
use crate::trace::store::account::{self, Entry};
use crate::trace::store::carton::{self as store, CartonRow};
use crate::trace::store::{register, stock};

/// Proposes old cartons; they count only once another person, of office or holder, has approved them.
///
/// # Errors
/// `not_found`, `not_permitted`; fields `carton_name_missing`, `amount_*`, `carton_count_unfit`, `day_unreadable`, `use_until_past`,
/// `evidence_missing`.
pub async fn propose_cartons(tx: &Tx, desk: &Desk, input: &CartonInput) -> Outcome<CartonView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let producer = input.producer_id.as_ref().or(desk.actor.organisation_id.as_ref());
    let producer = producer.ok_or_else(|| Failure::field("/producer_id", "organisation_missing"))?;
    let (producer, reach) = reached(tx, desk, producer, &goods.id).await?;
    if !reach.acts() || producer.registered_by_id.is_some() {
        return Err(Failure::not_permitted());
    }
    let today = desk.clock.today();
    let mut faults = Faults::new();
    let name = need_text(&mut faults, "/name", Some(&input.name), 80, "carton_name_missing");
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let holds = sent.read(&mut faults, goods.unit, false);
    let most = holds.map_or(MOST_CARTONS, |holds| (MOST / holds).min(MOST_CARTONS));
    if !(1..=most).contains(&input.count) {
        faults.add("/count", "carton_count_unfit").with("figure", input.count).with("right", most);
    }
    let until = read_day(&mut faults, "/use_until", &input.use_until);
    if let Some(until) = until.filter(|until| *until < today) {
        faults.add("/use_until", "use_until_past").with("figure", until).with("right", today);
    }
    let evidence = need_text(&mut faults, "/evidence", input.evidence.as_deref(), 500, "evidence_missing");
    faults.check()?;
    let row = CartonRow {
        id: desk.new_id(Noun::Carton),
        producer_id: producer.id,
        product_id: goods.id.clone(),
        name,
        holds: holds.unwrap_or(1),
        count: input.count,
        used: 0,
        use_until: until.map(|day| day.to_string()).unwrap_or_default(),
        evidence,
        state: CartonState::Proposed.word().to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({
        "producer": row.producer_id, "product": row.product_id, "name": row.name, "holds": row.holds, "count": row.count,
        "use_until": row.use_until, "evidence": row.evidence,
    });
    ledger::append(tx, desk, Event::new(kind::CARTONS_PROPOSED, &row.id, facts)).await?;
    Ok(CartonView::of(row, goods.unit, today))
}

/// Approves old cartons: another person than who proposed them, not of the producer.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `second_person_needed`, `already_decided`.
pub async fn approve_cartons(tx: &Tx, desk: &Desk, id: &str) -> Outcome<CartonView> {
    decide(tx, desk, id, CartonState::Approved, None).await
}

/// Refuses old cartons with a reason.
///
/// # Errors
/// As [`approve_cartons`], and `reason_missing`.
pub async fn refuse_cartons(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<CartonView> {
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    decide(tx, desk, id, CartonState::Refused, Some(reason)).await
}

async fn decide(tx: &Tx, desk: &Desk, id: &str, state: CartonState, reason: Option<String>) -> Outcome<CartonView> {
    let row = store::carton(tx.connection(), id).await?;
    let (producer, reach) = reached(tx, desk, &row.producer_id, &row.product_id).await?;
    may_decide(tx, desk, &producer, reach).await?;
    if row.state != CartonState::Proposed.word() {
        return Err(Failure::conflict("already_decided"));
    }
    if row.proposed_by == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let kind = if state == CartonState::Approved { kind::CARTONS_APPROVED } else { kind::CARTONS_REFUSED };
    if !store::decide(tx, desk, id, state, reason.clone()).await? {
        return Err(Failure::conflict("already_decided"));
    }
    let facts = json!({ "producer": row.producer_id, "product": row.product_id, "count": row.count, "reason": reason });
    ledger::append(tx, desk, Event::new(kind, id, facts)).await?;
    let unit = register::goods(tx.connection(), &row.product_id).await?.unit;
    Ok(CartonView::of(store::carton(tx.connection(), id).await?, unit, desk.clock.today()))
}

/// Counts cartons as used and takes what is in them off the books as sold uncoded, in one act. After their last day this is recorded all the
/// same, and flagged.
///
/// # Errors
/// `not_found`, `not_permitted`, `cartons_not_approved`, `cartons_used_up` with how many are left, `quota_exceeded`, `batch_overdrawn`,
/// `batch_not_released`; fields `carton_count_unfit`, `batch_unknown`, `in_the_future`, `late_reason_missing`, `late_evidence_missing`.
pub async fn use_cartons(tx: &Tx, desk: &Desk, id: &str, input: &CartonUse) -> Outcome<CartonView> {
    let row = store::carton(tx.connection(), id).await?;
    let (producer, reach) = reached(tx, desk, &row.producer_id, &row.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let today = desk.clock.today();
    let mut faults = Faults::new();
    if !(1..=MOST_CARTONS).contains(&input.count) {
        faults.add("/count", "carton_count_unfit").with("figure", input.count).with("right", row.count - row.used);
    }
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    let happened = read_happened(&mut faults, "/happened_on", input.happened_on.as_deref(), late_reason.as_deref(), today);
    let evidence = read_late_evidence(&mut faults, happened, input.late_evidence.as_deref(), today);
    faults.check()?;
    let Some(happened) = happened else { return Err(Failure::broken("faults were not noted")) };
    if row.state != CartonState::Approved.word() {
        return Err(Failure::conflict("cartons_not_approved"));
    }
    let amount = input.count.saturating_mul(row.holds);
    let effects = out(tx, desk, &goods, &row, input.batch_id.as_deref(), amount, happened).await?;
    if !store::take(tx, id, input.count).await? {
        let now = store::carton(tx.connection(), id).await?;
        return Err(Failure::conflict("cartons_used_up").with("figure", input.count).with("right", now.count - now.used));
    }
    let overdue = Day::parse(&row.use_until).is_some_and(|until| until < happened.on);
    let act_id = desk.new_id(Noun::Carton);
    let late = Late {
        subject_id: &act_id,
        act: LateAct::Cartons,
        organisation_id: &producer.id,
        on: happened.on,
        recorded_on: today,
        reason: late_reason.as_deref(),
        evidence: evidence.as_deref(),
    };
    note_late(tx, desk, late).await?;
    let facts = json!({
        "count": input.count, "amount": amount, "happened_on": happened.on, "late": happened.late, "batch": input.batch_id, "overdue": overdue,
        "act": act_id,
    });
    ledger::append(tx, desk, Event::new(kind::CARTONS_USED, id, facts).with(effects)).await?;
    let mut view = CartonView::of(store::carton(tx.connection(), id).await?, goods.unit, today);
    view.overdue |= overdue;
    Ok(view)
}

/// Takes the goods off a released batch, or off what remains on the account of the day's season.
async fn out(
    tx: &Tx,
    desk: &Desk,
    goods: &Goods,
    row: &CartonRow,
    batch_id: Option<&str>,
    amount: i64,
    happened: Happened,
) -> Outcome<Vec<Effect>> {
    let (mut effects, mut kind) = (Vec::new(), MovementKind::Uncoded);
    let account_id = match batch_id {
        None => {
            let season = goods.season_of(happened.on);
            let account = account::of_party(tx.connection(), &row.producer_id, &goods.id, &season).await?;
            account.ok_or_else(|| Failure::conflict("account_missing").with("season", &season))?.id
        }
        Some(id) => {
            let batch = super::change::batch(tx, id).await?;
            if batch.producer_id != row.producer_id || batch.product_id != row.product_id {
                return Err(super::change::unknown_batch(id));
            }
            super::change::usable(tx, &batch).await?;
            if batch.state != BatchState::Released.word() {
                return Err(Failure::conflict("batch_not_released").with("lot", &batch.lot));
            }
            if !stock::take_goods(tx, id, GoodsBucket::Gone, amount).await? {
                return Err(super::change::overdrawn(&batch, amount, row.holds, goods.unit));
            }
            effects.push(Effect::Goods { batch: id.to_owned(), to: GoodsBucket::Gone.word().to_owned(), amount });
            kind = MovementKind::BatchUncoded;
            batch.account_id
        }
    };
    let entry = Entry {
        account_id: &account_id,
        counter_account_id: None,
        kind,
        amount,
        subject_id: Some(batch_id.unwrap_or(&row.id)),
        reason: Some(row.name.clone()),
        happened_on: happened.on,
        late: happened.late,
    };
    match account::post(tx, desk, entry).await? {
        Some((effect, _)) => effects.push(effect),
        None => return Err(too_little(goods, &account::account(tx.connection(), &account_id).await?, amount)),
    }
    Ok(effects)
}
