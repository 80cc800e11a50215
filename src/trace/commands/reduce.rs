//! Goods that leave a released batch without a code: sold or exported uncoded, processed, lost, graded out, used.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{change, reached};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::batch::GoodsBucket;
use crate::trace::goods::Goods;
use crate::trace::measure::{Entered, Sent, check_entered};
use crate::trace::queries::account::MovementView;
use crate::trace::record::{read_happened, read_text, shortened};
use crate::trace::store::account::{self, AccountRow, Entry};
use crate::trace::store::stock::{self, BatchRow};
use crate::trace::store::{batch as batches, register};

/// What leaves a batch, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReductionInput {
    /// `uncoded`, `exported`, `processed`, `lost`, `downgraded` or `own_use`.
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
    /// To whom, why, by which paper; needed for `lost` and `downgraded`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// Records that loose goods left a batch: debits the batch and, from what is released, the account.
///
/// What was lost may be written down also while we hold the batch ourselves or it is recalled: held goods rot too, and recalled ones are
/// destroyed. Goods an authority has seized only the authority lets go.
///
/// # Errors
/// `not_found`, `not_permitted`, `batch_not_released`, `movement_more_than_loose` with how much is loose and how much is coded,
/// `amount_reserved` where codes are ordered for it, everything that makes a batch unusable; fields `movement_kind_unknown`, `amount_*`,
/// `units_mixed_up`, `in_the_future`, `before_harvest`, `late_reason_missing`, `reason_missing`.
pub async fn reduce_batch(tx: &Tx, desk: &Desk, id: &str, input: &ReductionInput) -> Outcome<MovementView> {
    let whole = batches::lock(tx, id).await?;
    let row = &whole.row;
    let (_, reach) = reached(tx, desk, &row.producer_id, &row.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let mut faults = Faults::new();
    let moved = MovementKind::parse(&input.kind).and_then(MovementKind::of_batch);
    if moved.is_none() {
        faults.add("/kind", "reduction_kind_unknown").with("value", shortened(&input.kind));
    }
    let sent = Sent { pointer: "/amount_g", grams: input.amount_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let amount = sent.read(&mut faults, goods.unit, false);
    if let Some(amount) = amount {
        check_entered(&mut faults, "/entered", input.entered.as_ref(), amount);
    }
    let today = desk.clock.today();
    let happened = read_happened(&mut faults, "/happened_on", input.happened_on.as_deref(), input.late_reason.as_deref(), today);
    if let (Some(happened), Some(picked)) = (happened, Day::parse(&row.harvested_from))
        && happened.on < picked
    {
        faults.add("/happened_on", "before_harvest").with("figure", happened.on).with("right", picked);
    }
    let mut reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 500);
    if reason.is_none() && matches!(moved, Some(MovementKind::BatchLost | MovementKind::BatchDowngraded)) {
        faults.add("/reason", "reason_missing");
    }
    reason = reason.or(read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500));
    faults.check()?;
    let (Some(kind_of), Some(amount), Some(happened)) = (moved, amount, happened) else {
        return Err(Failure::broken("faults were not noted"));
    };
    check_open(tx, row, kind_of).await?;
    if !stock::take_goods(tx, id, GoodsBucket::Gone, amount).await? {
        return Err(more_than_loose("movement_more_than_loose", "/amount_g", &goods, row, amount));
    }
    let entry = Entry {
        account_id: &row.account_id,
        counter_account_id: None,
        kind: kind_of,
        amount,
        subject_id: Some(id),
        reason,
        happened_on: happened.on,
        late: happened.late,
    };
    let Some((effect, movement)) = account::post(tx, desk, entry).await? else {
        return Err(not_free(&goods, &account::account(tx.connection(), &row.account_id).await?, amount));
    };
    let gone = Effect::Goods { batch: id.to_owned(), to: GoodsBucket::Gone.word().to_owned(), amount };
    let facts = json!({ "lot": row.lot, "kind": movement.kind, "amount": amount, "happened_on": movement.happened_on, "late": movement.late,
        "reason": movement.reason, "movement": movement.id });
    ledger::append(tx, desk, Event::new(kind::BATCH_REDUCED, id, facts).with([gone, effect])).await?;
    Ok(MovementView::of(movement, goods.unit))
}

async fn check_open(tx: &Tx, row: &BatchRow, moved: MovementKind) -> Outcome<()> {
    if row.released_at.is_none() && row.state != "voided" {
        return Err(Failure::conflict("batch_not_released").with("lot", &row.lot));
    }
    if moved == MovementKind::BatchLost && row.state != "voided" {
        return change::unseized(tx, row).await;
    }
    change::usable(tx, row).await
}

/// Less is loose than is asked for: how much that is, and how much of the batch is under codes.
pub(super) fn more_than_loose(code: &'static str, pointer: &str, goods: &Goods, row: &BatchRow, asked: i64) -> Failure {
    Failure::conflict(code)
        .at(pointer, code)
        .with("lot", &row.lot)
        .with("figure", goods.show(asked))
        .with("right", goods.show(stock::loose_of(row).max(0)))
        .with("coded", goods.show(row.coded))
}

/// Codes are ordered for what should leave: the account does not let it go.
pub(super) fn not_free(goods: &Goods, account: &AccountRow, asked: i64) -> Failure {
    Failure::conflict("amount_reserved")
        .with("figure", goods.show(asked))
        .with("right", goods.show(account.released))
        .with("free", goods.show(account::free(account).max(0)))
}
