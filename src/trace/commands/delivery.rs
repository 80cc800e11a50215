//! Recording deliveries, and covering what was pending of them.

use serde_json::json;

use super::account::open_account;
use super::late::{Late, check_confirmed, note_late};
use super::reached;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::SourceWord;
use crate::trace::delivery::{DeliveryInput, HEAVIEST_G, LIGHTEST_G, covered};
use crate::trace::goods::Goods;
use crate::trace::late::{LateAct, LateState};
use crate::trace::measure::{Sent, check_entered};
use crate::trace::queries::delivery::DeliveryView;
use crate::trace::record::{Happened, is_very_late, read_day, read_happened, read_late_evidence, read_text};
use crate::trace::store::account::{self, AccountRow, Entry};
use crate::trace::store::batch;
use crate::trace::store::delivery::{self as store, DeliveryRow};
use crate::trace::store::reach::Party;
use crate::trace::store::register::{self, PlotRow};

/// Records a delivery: debits the grower's account and credits the buyer's with what is covered; the rest is pending.
///
/// # Errors
/// `not_found` for a buyer out of reach, `not_permitted`; fields `grower_unknown`, `plot_unknown`, `plot_not_of_grower`,
/// `plot_other_product`, `plot_not_valid`, `amount_*`, `weight_unlikely`, `units_mixed_up`, `in_the_future`, `late_reason_missing`.
/// `late_evidence_missing`. What is more than a week late is recorded with nothing covered until a second person has confirmed it.
pub async fn record_delivery(tx: &Tx, desk: &Desk, input: &DeliveryInput) -> Outcome<DeliveryView> {
    let Written { row, unit, effects, waits } = write_delivery(tx, desk, input).await?;
    ledger::append(tx, desk, Event::new(kind::DELIVERY_RECORDED, &row.id, facts(&row)).with(effects)).await?;
    let late_state = waits.then(|| LateState::Waiting.word().to_owned());
    Ok(DeliveryView { late_state, ..DeliveryView::of(row, unit) })
}

/// A delivery written, its event not yet.
pub(super) struct Written {
    /// The row.
    pub row: DeliveryRow,
    /// What it is counted in.
    pub unit: BaseUnit,
    /// What it did to the accounts.
    pub effects: Vec<Effect>,
    /// So late that a second person must confirm it.
    pub waits: bool,
}

/// Everything of a delivery but its event: the caller appends one that carries the effects.
pub(super) async fn write_delivery(tx: &Tx, desk: &Desk, input: &DeliveryInput) -> Outcome<Written> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let buyer = input.buyer_id.as_ref().or(desk.actor.organisation_id.as_ref());
    let buyer = buyer.ok_or_else(|| Failure::field("/buyer_id", "organisation_missing"))?;
    let (buyer, reach) = reached(tx, desk, buyer, &goods.id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    let grower = register::party(tx.connection(), &input.grower_id).await?.filter(|p| p.registered_by_id.is_some());
    if grower.is_none() {
        faults.add("/grower_id", "grower_unknown");
    }
    let amount = read_weight(&mut faults, &goods, input);
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    let today = desk.clock.today();
    let happened = read_happened(&mut faults, "/delivered_on", Some(&input.delivered_on), late_reason.as_deref(), today);
    let late_evidence = read_late_evidence(&mut faults, happened, input.late_evidence.as_deref(), today);
    let season = read_day(&mut Faults::new(), "", &input.delivered_on).map(|day| goods.season_of(day)).unwrap_or_default();
    let grade = read_text(&mut faults, "/grade", input.grade.as_deref(), 40);
    let certificate_no = read_text(&mut faults, "/cert_no", input.cert_no.as_deref(), 80);
    let plot = match &input.plot_id {
        None => None,
        Some(id) => register::lock_plots(tx, std::slice::from_ref(id)).await?.pop(),
    };
    check_plot(&mut faults, &goods, input, plot.as_ref(), &season, happened.map(|h| h.on))?;
    faults.check()?;
    let (Some(grower), Some(amount), Some(happened)) = (grower, amount, happened) else {
        return Err(Failure::broken("faults were not noted"));
    };
    let left = match &plot {
        None => None,
        Some(plot) => plot_left(tx, &goods, plot, &season).await?,
    };
    let parties = Parties { grower: &grower, buyer: &buyer, goods: &goods, season: &season };
    let (from, to) = accounts(tx, desk, &parties).await?;
    // What a second person has yet to confirm is written down whole and covered by nothing.
    let waits = is_very_late(happened.on, today);
    let covered = if waits { 0 } else { covered(amount, from.as_ref().map(|a| a.remaining.min(account::free(a))), left) };
    let row = DeliveryRow {
        late_evidence,
        handled_by: desk.actor.handled_by.clone(),
        id: desk.new_id(Noun::Delivery),
        grower_id: grower.id.clone(),
        buyer_id: buyer.id.clone(),
        product_id: goods.id.clone(),
        season: season.clone(),
        plot_id: plot.map(|p| p.id),
        from_account_id: from.as_ref().map(|a| a.id.clone()),
        to_account_id: Some(to.id.clone()),
        delivered_on: happened.on.to_string(),
        amount,
        covered,
        pending: amount - covered,
        used: 0,
        grade,
        certificate_no,
        late: happened.late,
        late_reason,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
        voided_at: None,
    };
    let mut effects = hand_over(tx, desk, &row, from.as_ref(), &to, covered, happened).await?;
    if let Some(from) = from.as_ref().filter(|_| row.pending > 0) {
        let entry = Entry { counter_account_id: None, ..entry(&from.id, MovementKind::Excess, row.pending, &row.id, happened) };
        effects.push(posted(account::post(tx, desk, entry).await?)?);
    }
    store::insert(tx, row.clone()).await?;
    let (reason, evidence) = (row.late_reason.as_deref(), row.late_evidence.as_deref());
    let late = Late {
        subject_id: &row.id,
        act: LateAct::Delivery,
        organisation_id: &buyer.id,
        on: happened.on,
        recorded_on: today,
        reason,
        evidence,
    };
    note_late(tx, desk, late).await?;
    Ok(Written { row, unit: goods.unit, effects, waits })
}

pub(super) fn facts(row: &DeliveryRow) -> serde_json::Value {
    json!({
        "grower": row.grower_id, "buyer": row.buyer_id, "product": row.product_id, "season": row.season, "plot": row.plot_id,
        "delivered_on": row.delivered_on, "amount": row.amount, "covered": row.covered, "pending": row.pending,
        "certificate": row.certificate_no, "late": row.late, "late_reason": row.late_reason, "late_evidence": row.late_evidence,
    })
}

/// The same in the event of another subject, by its id.
pub(super) fn listed(row: &DeliveryRow) -> serde_json::Value {
    let mut facts = facts(row);
    facts["id"] = json!(row.id);
    facts
}

/// The weight, and whether one delivery can weigh so much or so little.
fn read_weight(faults: &mut Faults, goods: &Goods, input: &DeliveryInput) -> Option<i64> {
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let amount = sent.read(faults, goods.unit, false)?;
    check_entered(faults, "/entered", input.entered.as_ref(), amount);
    if goods.unit == BaseUnit::G && !(LIGHTEST_G..=HEAVIEST_G).contains(&amount) {
        faults
            .add("/net_weight_g", "weight_unlikely")
            .with("figure", goods.show(amount))
            .with("least", goods.show(LIGHTEST_G))
            .with("right", goods.show(HEAVIEST_G));
    }
    Some(amount)
}

/// The plot is the grower's, bears the product, and was valid between the season's first day and the delivery (fruit is stored).
fn check_plot(
    faults: &mut Faults,
    goods: &Goods,
    input: &DeliveryInput,
    plot: Option<&PlotRow>,
    season: &str,
    on: Option<Day>,
) -> Outcome<()> {
    let Some(plot) = plot else {
        if input.plot_id.is_some() {
            faults.add("/plot_id", "plot_unknown");
        }
        return Ok(());
    };
    if plot.holder_id != input.grower_id {
        faults.add("/plot_id", "plot_not_of_grower").with("plot", &plot.name);
    }
    if plot.product_id != goods.id {
        faults.add("/plot_id", "plot_other_product").with("plot", &plot.name).with("right", &goods.name);
    }
    let valid = register::valid(plot)?;
    if let (Some(days), Some(on)) = (goods.season_days(season), on)
        && !(valid.from <= on && valid.to.is_none_or(|to| days.from <= to))
    {
        let until = valid.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
        faults
            .add("/plot_id", "plot_not_valid")
            .with("plot", &plot.name)
            .with("figure", on)
            .with("right", format!("{} – {until}", valid.from));
    }
    Ok(())
}

/// What a plot can still bear this season; `None` where no cap is on record. Land entered anew larger counts as it was.
async fn plot_left(tx: &Tx, goods: &Goods, plot: &PlotRow, season: &str) -> Outcome<Option<i64>> {
    let earlier = match goods.season_days(season) {
        Some(days) => register::earlier_plot(tx.connection(), plot, days).await?,
        None => None,
    };
    let area_m2 = earlier.as_ref().map_or(plot.area_m2, |e| e.area_m2.min(plot.area_m2));
    let Some(most) = goods.most_of_land(area_m2) else { return Ok(None) };
    let ids: Vec<String> = [Some(plot.id.clone()), earlier.map(|e| e.id)].into_iter().flatten().collect();
    let delivered: i64 = store::borne(tx.connection(), &ids, season).await?.values().sum();
    let packed = batch::went_into(tx.connection(), SourceWord::Plot, &ids, season, None).await?;
    let packed: i64 = packed.values().map(|(_, covered)| covered).sum();
    Ok(Some(most - delivered - packed))
}

struct Parties<'a> {
    grower: &'a Party,
    buyer: &'a Party,
    goods: &'a Goods,
    season: &'a str,
}

/// The grower's account, locked, if there is one; the buyer's, opened if there was none. Always in this order.
async fn accounts(tx: &Tx, desk: &Desk, parties: &Parties<'_>) -> Outcome<(Option<AccountRow>, AccountRow)> {
    let Parties { grower, buyer, goods, season } = parties;
    let from = match account::of_party(tx.connection(), &grower.id, &goods.id, season).await? {
        Some(row) => Some(account::lock(tx, &row.id).await?),
        None => None,
    };
    Ok((from, open_account(tx, desk, buyer, &goods.id, season).await?))
}

pub(super) fn entry<'a>(account_id: &'a str, kind: MovementKind, amount: i64, subject_id: &'a str, happened: Happened) -> Entry<'a> {
    let (happened_on, late) = (happened.on, happened.late);
    Entry { account_id, counter_account_id: None, kind, amount, subject_id: Some(subject_id), reason: None, happened_on, late }
}

pub(super) fn posted<T>(posted: Option<(Effect, T)>) -> Outcome<Effect> {
    // The grower's row is locked and was read under the lock.
    posted.map(|(effect, _)| effect).ok_or_else(|| Failure::not_now("busy"))
}

/// Both sides of a delivery in one act.
async fn hand_over(
    tx: &Tx,
    desk: &Desk,
    row: &DeliveryRow,
    from: Option<&AccountRow>,
    to: &AccountRow,
    amount: i64,
    happened: Happened,
) -> Outcome<Vec<Effect>> {
    let Some(from) = from.filter(|_| amount > 0) else { return Ok(Vec::new()) };
    let out = entry(&from.id, MovementKind::Delivered, amount, &row.id, happened);
    let out = posted(account::post(tx, desk, Entry { counter_account_id: Some(&to.id), ..out }).await?)?;
    let into = entry(&to.id, MovementKind::Received, amount, &row.id, happened);
    let into = posted(account::post(tx, desk, Entry { counter_account_id: Some(&from.id), ..into }).await?)?;
    Ok(vec![out, into])
}

/// Covers what was pending of a delivery, as far as the grower's account and the plot allow by now. Nothing to cover: nothing happens.
///
/// # Errors
/// `not_found`, `not_permitted`, `late_entry_waiting`, `late_entry_disputed`.
pub async fn cover_delivery(tx: &Tx, desk: &Desk, id: &str) -> Outcome<DeliveryView> {
    let before = store::delivery(tx.connection(), id).await?;
    let goods = register::goods(tx.connection(), &before.product_id).await?;
    let (_, reach) = reached(tx, desk, &before.buyer_id, &goods.id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    check_confirmed(tx, id).await?;
    let Some((row, effects)) = cover_now(tx, desk, id).await? else {
        return Ok(DeliveryView::of(store::delivery(tx.connection(), id).await?, goods.unit));
    };
    ledger::append(tx, desk, Event::new(kind::DELIVERY_COVERED, id, facts(&row)).with(effects)).await?;
    Ok(DeliveryView::of(row, goods.unit))
}

/// Covers what can be covered by now; the caller appends an event with the effects. `None` if there is nothing to cover.
pub(super) async fn cover_now(tx: &Tx, desk: &Desk, id: &str) -> Outcome<Option<(DeliveryRow, Vec<Effect>)>> {
    let before = store::delivery(tx.connection(), id).await?;
    let goods = register::goods(tx.connection(), &before.product_id).await?;
    let buyer = register::party(tx.connection(), &before.buyer_id).await?.ok_or_else(Failure::not_found)?;
    let grower = register::party(tx.connection(), &before.grower_id).await?.ok_or_else(Failure::not_found)?;
    let plot = match &before.plot_id {
        None => None,
        Some(plot) => register::lock_plots(tx, std::slice::from_ref(plot)).await?.pop(),
    };
    let row = store::lock(tx, &[id.to_owned()]).await?.pop().ok_or_else(Failure::not_found)?;
    if row.voided_at.is_some() {
        return Ok(None);
    }
    let left = match &plot {
        None => None,
        Some(plot) => plot_left(tx, &goods, plot, &row.season).await?,
    };
    let (from, to) = accounts(tx, desk, &Parties { grower: &grower, buyer: &buyer, goods: &goods, season: &row.season }).await?;
    let more = covered(row.pending, from.as_ref().map(|a| a.remaining.min(account::free(a))), left);
    let Some(from) = from.filter(|_| more > 0) else { return Ok(None) };
    let happened = Happened { on: Day::parse(&row.delivered_on).unwrap_or_else(|| desk.clock.today()), late: true };
    let mut effects = hand_over(tx, desk, &row, Some(&from), &to, more, happened).await?;
    // What was pending on the grower's account is settled there; where there was no account yet, what is left pending goes on it.
    let (kind, amount) = match row.from_account_id {
        Some(_) => (MovementKind::ExcessSettled, more),
        None => (MovementKind::Excess, row.pending - more),
    };
    if amount > 0 {
        effects.push(posted(account::post(tx, desk, entry(&from.id, kind, amount, &row.id, happened)).await?)?);
    }
    if !store::cover(tx, id, more, &from.id, &to.id).await? {
        return Err(Failure::not_now("busy"));
    }
    let row = store::delivery(tx.connection(), id).await?;
    Ok(Some((row, effects)))
}
