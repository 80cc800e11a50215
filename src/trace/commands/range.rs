//! The verbs of a roll of labels: bind it to a batch, put it to use, take the last act back, void, return. Each holds the order's row,
//! reads the whole partition (and so checks it), plans, carries out, and writes one event.
//!
//! Labels are named by sequence number or by the code on them. A code of another order is refused by name: rolls get mixed up.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{change, damage, levels};
use crate::db::Tx;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Failure, Outcome, clock, text};
use crate::ledger::{self, Event, Kind, kind};
use crate::trace::CodeKind;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::range::plan::{self, Change};
use crate::trace::range::{Partition, RangeState};
use crate::trace::roll::Label;
use crate::trace::store::nesting;
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::range as ranges;
use crate::trace::store::stock;
use crate::trace::store::stop::Covered;
use crate::trace::verdict::VoidReason;

/// `POST /code-orders/{id}/bind`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindInput {
    /// First label of the roll.
    pub first: Label,
    /// Last label of the roll.
    pub last: Label,
    /// The batch whose goods they go on.
    pub batch_id: String,
    /// Labels in between that are spoilt; they are voided at the same moment.
    #[serde(default)]
    pub damaged: Vec<Label>,
}

/// `POST /code-orders/{id}/activate`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateInput {
    /// First label.
    pub first: Label,
    /// Last label.
    pub last: Label,
    /// When they come into use (RFC 3339); at once if left out.
    #[serde(default)]
    pub at: Option<String>,
}

/// `POST /code-orders/{id}/undo`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoInput {
    /// First label.
    pub first: Label,
    /// Last label.
    pub last: Label,
}

/// `POST /code-orders/{id}/void`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidInput {
    /// First label.
    pub first: Label,
    /// Last label.
    pub last: Label,
    /// `damaged` `misprinted` `surplus` `lost` `stolen`; officers also `authorisation_withdrawn` `ordered_stop`.
    pub reason: String,
    /// What else there is to say.
    #[serde(default)]
    pub note: Option<String>,
    /// Number of the photo or paper that shows the damage. What is spoilt beyond the spare burns its quantity; with this it is claimed
    /// back, and free again once a second person confirms.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// `POST /code-orders/{id}/return`.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnInput {
    /// First label.
    pub first: Label,
    /// Last label.
    pub last: Label,
    /// How many were counted; if given it must be exactly the stretch.
    #[serde(default)]
    pub counted: Option<i64>,
}

/// What a verb did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// The order.
    pub order_id: String,
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// How many codes stand otherwise now.
    pub codes: i64,
    /// Codes that may still be bound.
    pub quota_left: i64,
    /// Codes that may still be spoilt without cost.
    pub spare_left: i64,
    /// Items that lie in no case any more because of this; they themselves are as they were.
    pub unlinked: i64,
    /// Claims for what was spoilt beyond the spare, waiting for a second person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
}

/// An order held for a verb.
pub(super) struct Held {
    pub row: OrderRow,
    pub issued: IssuedOrder,
    pub partition: Partition,
    pub unit: BaseUnit,
    /// Why labels are voided, and the evidence for it.
    shown: Option<(VoidReason, String)>,
}

/// Holds an order, after the producer's turn to pack: what dies is taken out of its case. `closed` orders only for what may still be
/// done to goods under their codes.
async fn hold(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, closed: bool) -> Outcome<Held> {
    nesting::turn(tx, &orders::order(tx.connection(), id).await?.producer_id).await?;
    let row = orders::lock(tx, id).await?;
    Held::of(tx, desk, keys, row, closed).await
}

impl Held {
    /// An order whose row is held.
    pub async fn of(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, row: OrderRow, closed: bool) -> Outcome<Self> {
        let (_, product) = change::parties(tx, desk, &row).await?;
        change::open_order(&row, closed)?;
        let issued = IssuedOrder::open(keys, &row)?;
        let partition = ranges::partition(tx.connection(), row.order_no, row.count).await?;
        let partition = partition.ok_or_else(|| Failure::broken(format!("order {} has no ranges", row.order_no)))?;
        Ok(Self { row, issued, partition, unit: BaseUnit::parse(&product.base_unit).unwrap_or(BaseUnit::G), shown: None })
    }
    pub fn sequence(&self, label: &Label, pointer: &str) -> Outcome<i64> {
        label.sequence(&self.issued, pointer)
    }
    fn stretch(&self, first: &Label, last: &Label) -> Outcome<(i64, i64)> {
        Ok((self.sequence(first, "/first")?, self.sequence(last, "/last")?))
    }
    /// Has no authority stopped any of these codes?
    pub async fn not_stopped(&self, tx: &Tx, first: i64, last: i64) -> Outcome<()> {
        let (row, codes) = (&self.row, Some((self.row.order_no, first, last)));
        change::not_stopped(tx, Covered { producer_id: &row.producer_id, product_id: &row.product_id, batch_id: None, codes }).await
    }
    /// Carries out what was planned and writes the one event.
    async fn finish(
        mut self,
        tx: &Tx,
        desk: &Desk,
        kind: Kind,
        ends: (i64, i64),
        change: &Change,
        more: serde_json::Value,
    ) -> Outcome<Done> {
        let applied = change::apply(tx, desk, &mut self.row, &self.partition, change, self.unit).await?;
        if kind == kind::CODES_BOUND {
            levels::still_of_one_batch(tx, &self.row, ends.0, ends.1).await?;
        }
        let mut facts = json!({ "order_no": self.row.order_no, "first": ends.0, "last": ends.1, "codes": change.codes() });
        if let (Some(facts), serde_json::Value::Object(more)) = (facts.as_object_mut(), more) {
            facts.extend(more);
        }
        if let Some(facts) = facts.as_object_mut().filter(|_| applied.unlinked > 0) {
            facts.insert("unlinked".to_owned(), json!(applied.unlinked));
        }
        let claims = match &self.shown {
            Some((reason, evidence)) => damage::claim(tx, desk, &self.row, ends, *reason, evidence, &applied.effects).await?,
            None => Vec::new(),
        };
        if let Some(facts) = facts.as_object_mut().filter(|_| !claims.is_empty()) {
            facts.insert("claims".to_owned(), json!(claims));
        }
        ledger::append(tx, desk, Event::new(kind, &self.row.id, facts).with(applied.effects)).await?;
        Ok(Done {
            claims,
            unlinked: applied.unlinked,
            order_id: self.row.id,
            first: ends.0,
            last: ends.1,
            codes: change.codes(),
            quota_left: self.row.quota_left,
            spare_left: self.row.spare_left,
        })
    }
}

/// Binds a stretch of labels to a batch. Spoilt ones in between are voided at the same moment.
///
/// # Errors
/// `not_found`, `order_not_issued`, `order_closed`; of a label `mistyped_code`, `foreign_code`, `unknown_code`, `outside_order`, `range_reversed`,
/// `same_label_twice`, `damaged_outside`, `all_damaged`; of the stretch `range_overlap`, `range_gap`, `already_…`, `over_quota`; of the
/// batch `batch_unknown`, `batch_of_other_…`, `batch_voided`, `batch_on_hold`, `batch_seized`, `batch_recalled`, `use_stopped`,
/// `batch_overdrawn`; `sample_has_no_batch`; `mixed_batches` where a case would hold goods of two.
pub async fn bind_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &BindInput) -> Outcome<Done> {
    let held = hold(tx, desk, keys, id, false).await?;
    if held.issued.kind == CodeKind::Sample {
        return Err(Failure::field("/batch_id", "sample_has_no_batch"));
    }
    let (first, last) = held.stretch(&input.first, &input.last)?;
    if first == last && input.first.is_code() && input.last.is_code() {
        return Err(Failure::field("/last", "same_label_twice").with("value", first));
    }
    let place = |(i, label)| held.sequence(label, &format!("/damaged/{i}"));
    let damaged = input.damaged.iter().enumerate().map(place).collect::<Outcome<Vec<i64>>>()?;
    let batch = change::batch(tx, &input.batch_id).await?;
    let row = &held.row;
    change::fits(tx, desk, &batch, &row.producer_id, &row.product_id, &row.season).await?;
    held.not_stopped(tx, first, last).await?;
    let now = desk.clock.now();
    let planned = plan::bind(&held.partition, change::stock_of(row), first, last, &damaged, &batch.id, now)?;
    let more = json!({ "batch": batch.id, "damaged": damaged });
    held.finish(tx, desk, kind::CODES_BOUND, (first, last), &planned, more).await
}

/// Puts bound labels to use, now or at a moment to come. Their batches must be released, and nobody may have held or stopped them.
///
/// # Errors
/// As [`bind_codes`] of order, labels and stretch; `not_bound`; `batch_not_released`, `batch_voided`, `batch_on_hold`, `batch_seized`,
/// `batch_recalled`, `use_stopped`; `moment_unreadable`, `moment_passed`.
pub async fn activate_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &ActivateInput) -> Outcome<Done> {
    // Goods packed while the order was open come into use when they are released, also after it was closed.
    let held = hold(tx, desk, keys, id, true).await?;
    let (first, last) = held.stretch(&input.first, &input.last)?;
    let read = |typed: &String| {
        clock::parse_rfc3339(typed).ok_or_else(|| Failure::field("/at", "moment_unreadable").with("value", text::clean(typed)))
    };
    let at = input.at.as_ref().map(read).transpose()?;
    let planned = plan::activate(&held.partition, change::stock_of(&held.row), first, last, at, desk.clock.now())?;
    let mut seen: Vec<&str> = planned.pieces.iter().filter_map(|r| r.standing.batch_id.as_deref()).collect();
    seen.sort_unstable();
    seen.dedup();
    for batch in seen {
        let batch = stock::lock_batch(tx, batch).await?;
        change::usable(tx, &batch).await?;
        if batch.released_at.is_none() {
            return Err(Failure::conflict("batch_not_released").with("lot", batch.lot));
        }
    }
    held.not_stopped(tx, first, last).await?;
    let more = json!({ "at": at.map(clock::rfc3339) });
    held.finish(tx, desk, kind::CODES_ACTIVATED, (first, last), &planned, more).await
}

/// Takes the last act on a stretch back, within 24 hours and only while nobody has looked any of its codes up.
///
/// # Errors
/// As [`bind_codes`] of order and labels; `nothing_to_undo`, `undo_mixed`, `undo_too_late`, `already_scanned`.
pub async fn undo_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &UndoInput) -> Outcome<Done> {
    let held = hold(tx, desk, keys, id, false).await?;
    let (first, last) = held.stretch(&input.first, &input.last)?;
    let planned = plan::undo(&held.partition, change::stock_of(&held.row), first, last, held.issued.issued_at, desk.clock.now())?;
    for piece in &planned.pieces {
        if let Some((sequence, sessions)) = ranges::first_scanned(tx.connection(), held.row.order_no, piece.first, piece.last).await? {
            return Err(Failure::conflict("already_scanned").with("value", sequence).with("sessions", sessions));
        }
    }
    let bound = planned.pieces.iter().any(|r| r.standing.state == RangeState::Bound);
    let more = json!({ "to": if bound { RangeState::Bound.word() } else { RangeState::Issued.word() } });
    held.finish(tx, desk, kind::CODES_UNDONE, (first, last), &planned, more).await
}

/// Voids labels for ever. `officer`: the caller has made sure that the actor acts for an authority; only then codes in use go.
///
/// # Errors
/// As [`bind_codes`] of order and labels; `reason_unknown`, `reason_not_yours`, `already_voided`, `already_returned`,
/// `second_person_needed`.
pub async fn void_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &VoidInput, officer: bool) -> Outcome<Done> {
    use VoidReason as R;
    let mut held = hold(tx, desk, keys, id, officer).await?;
    let (first, last) = held.stretch(&input.first, &input.last)?;
    let unknown = || Failure::field("/reason", "reason_unknown").with("value", text::clean(&input.reason));
    let reason = R::parse(&input.reason).ok_or_else(unknown)?;
    match reason {
        R::Damaged | R::Misprinted | R::Surplus | R::Lost | R::Stolen => {}
        R::AuthorisationWithdrawn | R::OrderedStop if officer => {}
        R::AuthorisationWithdrawn | R::OrderedStop => {
            return Err(Failure::field("/reason", "reason_not_yours").with("value", reason.word()));
        }
        R::Relabelled | R::Returned | R::BatchVoided => return Err(unknown()),
    }
    let planned = plan::void(&held.partition, change::stock_of(&held.row), first, last, reason, officer, desk.clock.now())?;
    let note = input.note.as_deref().map(text::clean).filter(|note| !note.is_empty());
    let evidence = input.evidence.as_deref().map(text::clean).filter(|evidence| !evidence.is_empty());
    if let Some(long) = evidence.as_ref().filter(|evidence| text::too_long(evidence, 500)) {
        return Err(Failure::field("/evidence", "text_too_long").with("most", 500).with("length", long.chars().count()));
    }
    let more = json!({ "reason": reason.word(), "note": note, "officer": officer, "evidence": evidence });
    held.shown = evidence.filter(|_| matches!(reason, R::Damaged | R::Misprinted)).map(|evidence| (reason, evidence));
    held.finish(tx, desk, kind::CODES_VOIDED, (first, last), &planned, more).await
}

/// Takes back unused labels that were counted: what they reserved is free again.
///
/// # Errors
/// As [`bind_codes`] of order, labels and stretch; `count_differs`.
pub async fn return_codes(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &ReturnInput) -> Outcome<Done> {
    let held = hold(tx, desk, keys, id, false).await?;
    let (first, last) = held.stretch(&input.first, &input.last)?;
    let planned = plan::take_back(&held.partition, change::stock_of(&held.row), first, last, desk.clock.now())?;
    if let Some(counted) = input.counted.filter(|counted| *counted != planned.codes()) {
        return Err(Failure::field("/counted", "count_differs").with("value", counted).with("expected", planned.codes()));
    }
    held.finish(tx, desk, kind::CODES_RETURNED, (first, last), &planned, json!({})).await
}
