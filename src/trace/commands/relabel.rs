//! 换标 as one act: an old range void, a new one on the same goods. Between the two there is no moment in which the goods have no label
//! or two.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::range::Held;
use super::{change, levels};
use crate::db::Tx;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::keys::KeyProvider;
use crate::trace::nesting::{Link, LinkMode};
use crate::trace::range::Range;
use crate::trace::range::plan::Bucket;
use crate::trace::range::relabel::{Relabelling, Run, relabel};
use crate::trace::roll::Label;
use crate::trace::store::order as orders;
use crate::trace::store::range as ranges;
use crate::trace::store::{nesting, stock};

/// `POST /code-orders/{id}/relabel`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelabelInput {
    /// First label to go.
    pub first: Label,
    /// Last label to go.
    pub last: Label,
    /// The order of the new labels; this one if left out.
    #[serde(default)]
    pub with_order_id: Option<String>,
    /// First new label.
    pub with_first: Label,
    /// Last new label.
    pub with_last: Label,
    /// Why: what was repacked.
    pub reason: String,
}

/// What relabelling did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Relabelled {
    /// The order of the old labels.
    pub order_id: String,
    /// The order of the new ones.
    pub with_order_id: String,
    /// The batch both stand for.
    pub batch_id: String,
    /// Old labels void for ever.
    pub voided: i64,
    /// New labels standing for the goods.
    pub relabelled: i64,
    /// `bound`, `scheduled` or `active`: as the old ones stood.
    pub state: &'static str,
    /// Spare labels used.
    pub spare_used: i64,
    /// Goods under no label any more, in the product's base unit.
    pub loose: i64,
    /// The same with its unit.
    pub loose_shown: String,
    /// Items that lie in no case any more.
    pub unlinked: i64,
    /// Items that lie in the newly labelled cases.
    pub kept_inside: i64,
}

/// Puts new labels on goods that have some.
///
/// # Errors
/// `not_found`, `order_not_issued`, `order_closed` (of the new labels); of labels as bind; `with_order_unknown`, `reason_missing`;
/// `not_bound`, `already_…`, `relabel_two_batches`, `relabel_mixed`, `relabel_carries`, `relabel_more`, `range_overlap`, `range_gap`;
/// of the batch `batch_of_other_…`, `batch_voided`, `batch_on_hold`, `batch_seized`, `batch_recalled`; `use_stopped`.
pub async fn relabel_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &RelabelInput) -> Outcome<Relabelled> {
    let reason = text::clean(&input.reason);
    if reason.is_empty() || text::too_long(&reason, 500) {
        return Err(Failure::field("/reason", "reason_missing"));
    }
    let (old, other) = hold(tx, desk, keys, id, input.with_order_id.as_deref()).await?;
    let new = other.as_ref().unwrap_or(&old);
    // The old labels' goods may come back long after their order was closed; the new labels have to be on hand.
    change::open_order(&new.row, false)?;
    let (first, last) = (old.sequence(&input.first, "/first")?, old.sequence(&input.last, "/last")?);
    let (with_first, with_last) = (new.sequence(&input.with_first, "/with_first")?, new.sequence(&input.with_last, "/with_last")?);
    let gone = Run { partition: &old.partition, first, last, unit_amount: old.row.unit_amount };
    let fresh = Run { partition: &new.partition, first: with_first, last: with_last, unit_amount: new.row.unit_amount };
    let planned = relabel(gone, fresh, change::stock_of(&new.row), desk.clock.now())?;
    let batch = change::batch(tx, &planned.batch_id).await?;
    change::fits(tx, desk, &batch, &new.row.producer_id, &new.row.product_id, &new.row.season).await?;
    old.not_stopped(tx, first, last).await?;
    new.not_stopped(tx, with_first, with_last).await?;
    let (unlinked, kept_inside) = cases(tx, desk, &old, new, &planned).await?;
    let effects = carry_out(tx, &old, other.as_ref(), &planned, &batch.account_id).await?;
    let (voided, fresh_codes) = (planned.voided(), planned.fresh.len());
    let facts = json!({ "order_no": old.row.order_no, "first": first, "last": last, "with_order_no": new.row.order_no,
        "with_first": with_first, "with_last": with_last, "batch": planned.batch_id, "voided": voided, "codes": fresh_codes,
        "loose": planned.loose, "spare_used": planned.spared, "reason": reason, "unlinked": unlinked, "kept_inside": kept_inside });
    ledger::append(tx, desk, Event::new(kind::CODES_RELABELLED, &old.row.id, facts).with(effects)).await?;
    Ok(Relabelled {
        order_id: old.row.id.clone(),
        with_order_id: new.row.id.clone(),
        state: planned.fresh.standing.state.word(),
        voided,
        relabelled: fresh_codes,
        spare_used: planned.spared,
        loose_shown: old.unit.show(planned.loose),
        loose: planned.loose,
        batch_id: planned.batch_id,
        unlinked,
        kept_inside,
    })
}

/// Holds both orders, in the order of their numbers; `None` where the new labels are of the same one.
async fn hold(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, with: Option<&str>) -> Outcome<(Held, Option<Held>)> {
    let old = orders::order(tx.connection(), id).await?;
    change::parties(tx, desk, &old).await?;
    let unknown = || Failure::field("/with_order_id", "with_order_unknown").with("value", text::clean(with.unwrap_or_default()));
    let new = match with.filter(|with| *with != id) {
        None => old.order_no,
        Some(with) => {
            let row = orders::order(tx.connection(), with).await.map_err(|f| if f.says("not_found") { unknown() } else { f })?;
            if row.producer_id != old.producer_id || row.product_id != old.product_id {
                return Err(unknown());
            }
            row.order_no
        }
    };
    nesting::turn(tx, &old.producer_id).await?;
    let mut rows = orders::lock_all(tx, &BTreeSet::from([old.order_no, new])).await?;
    let row = rows.remove(&old.order_no).ok_or_else(|| Failure::broken("an order that was held is gone"))?;
    let other = match rows.remove(&new) {
        Some(row) => Some(Held::of(tx, desk, keys, row, true).await?),
        None => None,
    };
    Ok((Held::of(tx, desk, keys, row, true).await?, other))
}

/// Old labels leave their cases. Cases that got a new label one for one keep what lies in them. (Items let go, items kept.)
async fn cases(tx: &Tx, desk: &Desk, old: &Held, new: &Held, planned: &Relabelling) -> Outcome<(i64, i64)> {
    let mut inside: Vec<Link> = Vec::new();
    if let [gone] = planned.gone.as_slice()
        && gone.len() == planned.fresh.len()
        && old.row.kind == new.row.kind
    {
        for link in nesting::of_cases(tx.connection(), old.row.order_no, gone.first, gone.last).await?.iter().map(nesting::link) {
            let Some((first, last)) = link.items_of(gone.first, gone.last) else { continue };
            let moved = |l: &Link| l.moved_to(new.row.order_no, planned.fresh.first + l.parent_first - gone.first);
            inside.extend(link.split(first, last).0.iter().map(moved));
        }
    }
    let out = levels::let_go(tx, desk, &old.row, &planned.gone).await?;
    nesting::insert(tx, desk, LinkMode::Scan, &inside).await?;
    let kept: i64 = inside.iter().map(Link::items).sum();
    Ok((out - kept, kept))
}

/// Ranges of both orders, the new order's stock, the batch, the accounts.
async fn carry_out(tx: &Tx, old: &Held, other: Option<&Held>, planned: &Relabelling, coded_on: &str) -> Outcome<Vec<Effect>> {
    let new = other.unwrap_or(old);
    let fresh: &[Range] = std::slice::from_ref(&planned.fresh);
    let after = old.partition.painted(&planned.gone);
    match other {
        None => ranges::replace(tx, old.row.order_no, old.partition.ranges(), after.painted(fresh).ranges()).await?,
        Some(new) => {
            ranges::replace(tx, old.row.order_no, old.partition.ranges(), after.ranges()).await?;
            ranges::replace(tx, new.row.order_no, new.partition.ranges(), new.partition.painted(fresh).ranges()).await?;
        }
    }
    orders::set_stock(tx, new.row.order_no, planned.stock).await?;
    let mut effects = change::laid(old.row.order_no, &planned.gone);
    effects.extend(change::laid(new.row.order_no, fresh));
    if planned.loose > 0 {
        stock::uncode_batch(tx, &planned.batch_id, planned.loose).await?;
        effects.push(change::shifted(tx, &old.row, coded_on, Bucket::Coded, Bucket::Free, planned.loose).await?);
    }
    let freed = planned.freed * new.row.unit_amount;
    if freed > 0 {
        let account = new.row.account_id.as_deref().ok_or_else(|| Failure::broken("an order of goods without an account"))?;
        effects.push(change::shifted(tx, &new.row, account, Bucket::Reserved, Bucket::Free, freed).await?);
    }
    Ok(effects)
}
