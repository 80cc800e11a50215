//! What happens to goods outside batches: sold or exported uncoded, processed, lost, graded out, used, lapsed, carried over.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::account::open_account;
use super::late::{Late, answering, note_late};
use super::reached;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::goods::Goods;
use crate::trace::late::LateAct;
use crate::trace::measure::{Entered, Sent, check_entered};
use crate::trace::queries::account::MovementView;
use crate::trace::record::{Happened, read_happened, read_late_evidence, read_text, shortened};
use crate::trace::store::account::{self as store, AccountRow, Entry, MovementRow};
use crate::trace::store::register;

/// A movement as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementInput {
    /// `uncoded`, `exported`, `processed`, `lost`, `downgraded`, `own_use`, `lapsed` or `carried`.
    pub kind: String,
    /// In grams.
    #[serde(default, alias = "net_weight_g")]
    pub amount_g: Option<i64>,
    /// The same for products in ml or pieces.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// `g`, `ml` or `piece`.
    #[serde(default)]
    pub unit: Option<String>,
    /// What was read off the scale.
    #[serde(default)]
    pub entered: Option<Entered>,
    /// When; today if it is not said.
    #[serde(default)]
    pub happened_on: Option<String>,
    /// To whom, why, by which paper.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Photo or number of the slip; needed with it.
    #[serde(default)]
    pub late_evidence: Option<String>,
}

/// Records a movement.
///
/// # Errors
/// `not_found`, `not_permitted` for who only looks on, `quota_exceeded` with `remaining` and `asked`, `amount_reserved` where codes are
/// ordered for it; fields `movement_kind_unknown`, `opening_needs_second_person`, `amount_*`, `units_mixed_up`, `in_the_future`,
/// `late_reason_missing`, `late_evidence_missing`, `reason_missing`, `not_closed_yet`, `carry_over_not_allowed` with cap and asked,
/// `nothing_to_carry`.
pub async fn record_movement(tx: &Tx, desk: &Desk, account_id: &str, input: &MovementInput) -> Outcome<MovementView> {
    let account = store::account(tx.connection(), account_id).await?;
    let (party, reach) = reached(tx, desk, &account.party_id, &account.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &account.product_id).await?;
    let mut faults = Faults::new();
    let kind = read_kind(&mut faults, &input.kind);
    let sent = Sent { pointer: "/amount_g", grams: input.amount_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let amount = sent.read(&mut faults, goods.unit, false);
    if let Some(amount) = amount {
        check_entered(&mut faults, "/entered", input.entered.as_ref(), amount);
    }
    let today = desk.clock.today();
    let happened = read_happened(&mut faults, "/happened_on", input.happened_on.as_deref(), input.late_reason.as_deref(), today);
    let evidence = read_late_evidence(&mut faults, happened, input.late_evidence.as_deref(), today);
    let mut reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 500);
    if reason.is_none() && matches!(kind, Some(MovementKind::Lost | MovementKind::Downgraded)) {
        faults.add("/reason", "reason_missing");
    }
    reason = reason.or(read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500));
    if kind == Some(MovementKind::Lapsed) {
        check_closed(&mut faults, &goods, &account.season, today);
    }
    if kind == Some(MovementKind::Carried) && goods.most_carried() == Some(0) {
        let asked = amount.map(|amount| goods.show(amount)).unwrap_or_default();
        faults.add("/kind", "carry_over_not_allowed").with("product", &goods.name).with("right", goods.show(0)).with("figure", asked);
    }
    faults.check()?;
    let (Some(kind), Some(amount), Some(happened)) = (kind, amount, happened) else {
        return Err(Failure::broken("faults were not noted"));
    };
    let late_reason = input.late_reason.as_deref().map(crate::kernel::text::clean);
    let act = Act { kind, amount, happened, reason };
    let (row, effects) = if kind == MovementKind::Carried {
        let from = earlier(tx, &goods, &account).await?;
        carry(tx, desk, &goods, &from, &open_account(tx, desk, &party, &goods.id, &account.season).await?, act).await?
    } else {
        let (row, effect) = debit(tx, desk, &goods, account_id, None, act).await?;
        (row, vec![effect])
    };
    // What is gone is gone: it counts at once, and somebody else confirms the record.
    let (reason, evidence) = (late_reason.as_deref(), evidence.as_deref());
    let (subject_id, organisation_id) = (row.id.as_str(), answering(&party));
    note_late(
        tx,
        desk,
        Late { subject_id, act: LateAct::Movement, organisation_id, on: happened.on, recorded_on: today, reason, evidence },
    )
    .await?;
    let facts = json!({ "kind": row.kind, "amount": row.amount, "happened_on": row.happened_on, "late": row.late, "reason": row.reason, "movement": row.id });
    ledger::append(tx, desk, Event::new(kind::MOVEMENT_RECORDED, account_id, facts).with(effects)).await?;
    Ok(MovementView::of(row, goods.unit))
}

struct Act {
    kind: MovementKind,
    amount: i64,
    happened: Happened,
    reason: Option<String>,
}

fn read_kind(faults: &mut Faults, word: &str) -> Option<MovementKind> {
    match MovementKind::parse(word).filter(|k| k.by_hand()) {
        Some(MovementKind::Opening) => {
            faults.add("/kind", "opening_needs_second_person");
            None
        }
        Some(kind) => Some(kind),
        None => {
            faults.add("/kind", "movement_kind_unknown").with("value", shortened(word));
            None
        }
    }
}

/// What is left lapses after the closing date, not before.
fn check_closed(faults: &mut Faults, goods: &Goods, season: &str, today: crate::kernel::Day) {
    if let Some(closes) = goods.closing_day(season).filter(|closes| today <= *closes) {
        faults.add("/kind", "not_closed_yet").with("figure", today).with("right", closes);
    }
}

/// Takes from what remains, in one conditional statement.
async fn debit(tx: &Tx, desk: &Desk, goods: &Goods, account_id: &str, counter: Option<&str>, act: Act) -> Outcome<(MovementRow, Effect)> {
    let entry = Entry {
        account_id,
        counter_account_id: counter,
        kind: act.kind,
        amount: act.amount,
        subject_id: None,
        reason: act.reason,
        happened_on: act.happened.on,
        late: act.happened.late,
    };
    match store::post(tx, desk, entry).await? {
        Some((effect, row)) => Ok((row, effect)),
        None => Err(too_little(goods, &store::account(tx.connection(), account_id).await?, act.amount)),
    }
}

/// Why an account does not give `asked`: there is less, or codes are ordered for it.
pub(super) fn too_little(goods: &Goods, account: &AccountRow, asked: i64) -> Failure {
    let refused = if account.remaining < asked {
        Failure::conflict("quota_exceeded")
    } else {
        Failure::conflict("amount_reserved").with("free", goods.show(store::free(account)))
    };
    refused
        .with("figure", goods.show(asked))
        .with("right", goods.show(account.remaining))
        .with("most", goods.show(account.remaining.min(store::free(account))))
        .with("asked", asked)
        .with("remaining", account.remaining)
}

async fn earlier(tx: &Tx, goods: &Goods, account: &AccountRow) -> Outcome<AccountRow> {
    let season = account.season.parse::<i32>().map(|year| (year - 1).to_string()).unwrap_or_default();
    let from = store::of_party(tx.connection(), &account.party_id, &goods.id, &season).await?;
    from.ok_or_else(|| Failure::field("/kind", "nothing_to_carry").with("season", season))
}

/// Leaves the season before and arrives in this one, in one act.
async fn carry(tx: &Tx, desk: &Desk, goods: &Goods, from: &AccountRow, to: &AccountRow, act: Act) -> Outcome<(MovementRow, Vec<Effect>)> {
    let Act { amount, happened, reason, .. } = act;
    let out = Act { kind: MovementKind::CarriedOut, amount, happened, reason: reason.clone() };
    let (_, left) = debit(tx, desk, goods, &from.id, Some(&to.id), out).await?;
    // The row is locked, so that two who carry at once can't both stay below the cap.
    let already = store::lock(tx, &to.id).await?.carried;
    if let Some(most) = goods.most_carried().filter(|most| already + amount > *most) {
        return Err(Failure::field("/amount_g", "carry_over_capped")
            .with("product", &goods.name)
            .with("right", goods.show(most))
            .with("figure", goods.show(amount))
            .with("already", goods.show(already)));
    }
    let into = Act { kind: MovementKind::Carried, amount, happened, reason };
    let (row, arrived) = debit(tx, desk, goods, &to.id, Some(&from.id), into).await?;
    Ok((row, vec![left, arrived]))
}
