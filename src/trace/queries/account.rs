//! Season accounts as they are read.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use super::history::{HistoryView, history};
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::account::{AccountFilter, Bucket};
use crate::trace::goods::Goods;
use crate::trace::measure::named;
use crate::trace::store::account::{self as store, AccountRow, AdjustmentRow, MovementRow};
use crate::trace::store::register;

/// Movements shown with an account; the rest is paged through.
const SHOWN: u64 = 100;

/// A season account. Figures are named after their unit: `remaining_g` for goods in grams, `remaining` for the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// `organisation` or `grower`.
    pub party_kind: String,
    /// The party.
    pub party_id: String,
    /// The product.
    pub product_id: String,
    /// The season.
    pub season: String,
    /// `open`, `proposed`, `approved`, `refused`.
    pub state: String,
    /// `plots`, `capacity`, `raw_material`, `purchases`.
    pub basis: String,
    /// How the figure was come by.
    pub basis_note: String,
    /// The paper it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Measured, as against declared.
    pub measured: bool,
    /// The day on which the account closes; what is left and not ordered codes for lapses after it (`lapses`, `lapses_g`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_on: Option<String>,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// Every bucket of the account.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// When it was proposed.
    pub proposed_at: String,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
    /// The first movements, oldest first; only with a single account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub movements: Vec<MovementView>,
    /// Output of earlier years beside this season's; only with a single account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<HistoryView>,
    /// Adjustments, oldest first; only with a single account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<AdjustmentView>,
}

impl AccountView {
    /// Of a row.
    pub fn of(row: AccountRow, unit: BaseUnit) -> Self {
        let buckets = Bucket::ALL.iter().filter(|b| **b != Bucket::Excess);
        let figures = buckets.map(|b| (b.word(), store::figure(&row, *b))).chain([("proposed", row.proposed)]);
        Self {
            figures: named(unit, figures),
            unit: unit.word().to_owned(),
            proposed_at: rfc3339(row.proposed_at),
            decided_at: row.decided_at.map(rfc3339),
            id: row.id,
            party_kind: row.party_kind,
            party_id: row.party_id,
            product_id: row.product_id,
            season: row.season,
            state: row.state,
            basis: row.basis,
            basis_note: row.basis_note,
            closes_on: None,
            evidence: row.evidence,
            measured: row.measured,
            decision_reason: row.decision_reason,
            movements: Vec::new(),
            history: None,
            adjustments: Vec::new(),
        }
    }
    /// With the day it closes on, and what would lapse then.
    #[must_use]
    pub fn closing(mut self, goods: &Goods) -> Self {
        if let Some(closes_on) = goods.closing_day(&self.season) {
            let lapses = self.figure(Bucket::Remaining).min(self.figure(Bucket::Free)).max(0);
            self.figures.extend(named(goods.unit, [("lapses", lapses)]));
            self.closes_on = Some(closes_on.to_string());
        }
        self
    }
    /// A figure by its bucket, whatever the unit.
    pub fn figure(&self, bucket: Bucket) -> i64 {
        let word = bucket.word();
        self.figures.get(word).or_else(|| self.figures.get(&format!("{word}_g"))).copied().unwrap_or(0)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementView {
    /// Its id.
    pub id: String,
    /// The account.
    pub account_id: String,
    /// The account on the far side of a delivery or carry-over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter_account_id: Option<String>,
    /// Why, as a word.
    pub kind: String,
    /// The bucket it left.
    pub from: String,
    /// The bucket it arrived in.
    pub to: String,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// `amount_g`, or `amount`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// The batch, delivery or adjustment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<String>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it happened.
    pub happened_on: String,
    /// Written down later (补录).
    pub late: bool,
    /// When it was written down.
    pub recorded_at: String,
}

impl MovementView {
    /// Of a row.
    pub fn of(row: MovementRow, unit: BaseUnit) -> Self {
        Self {
            figures: named(unit, [("amount", row.amount)]),
            unit: unit.word().to_owned(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            account_id: row.account_id,
            counter_account_id: row.counter_account_id,
            kind: row.kind,
            from: row.from_bucket,
            to: row.to_bucket,
            subject_id: row.subject_id,
            reason: row.reason,
            happened_on: row.happened_on,
            late: row.late,
        }
    }
}

/// An adjustment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdjustmentView {
    /// Its id.
    pub id: String,
    /// The account.
    pub account_id: String,
    /// `adjustment` or `opening`.
    pub kind: String,
    /// `proposed`, `approved`, `refused`.
    pub state: String,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// `amount_g`, or `amount`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// The day it speaks of.
    pub happened_on: String,
    /// Why.
    pub reason: String,
    /// The paper it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// When it was proposed.
    pub proposed_at: String,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_reason: Option<String>,
}

impl AdjustmentView {
    /// Of a row.
    pub fn of(row: AdjustmentRow, unit: BaseUnit) -> Self {
        Self {
            figures: named(unit, [("amount", row.amount)]),
            unit: unit.word().to_owned(),
            proposed_at: rfc3339(row.proposed_at),
            decided_at: row.decided_at.map(rfc3339),
            id: row.id,
            account_id: row.account_id,
            kind: row.kind,
            state: row.state,
            happened_on: row.happened_on,
            reason: row.reason,
            evidence: row.evidence,
            decision_reason: row.decision_reason,
        }
    }
}

/// Accounts the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn accounts(
    db: &Db,
    actor: &Actor,
    filter: &AccountFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<AccountView>, Option<String>)> {
    find_accounts(db, actor, filter, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_accounts(
    db: &Db,
    actor: &Actor,
    filter: &AccountFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<AccountView>, Option<String>)> {
    let (rows, next) = store::accounts(db.reader(), &actor.scope, filter, narrow, cursor, bounded(limit)).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let view = |row: AccountRow| match goods.get(&row.product_id) {
        Some(goods) => AccountView::of(row, goods.unit).closing(goods),
        None => AccountView::of(row, BaseUnit::G),
    };
    Ok((rows.into_iter().map(view).collect(), next))
}

/// One account with its first movements and its adjustments.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn account(db: &Db, actor: &Actor, id: &str) -> Outcome<AccountView> {
    let row = within(db, actor, id).await?;
    let goods = register::goods(db.reader(), &row.product_id).await?;
    let unit = goods.unit;
    let (movements, _) = store::movements(db.reader(), id, None, SHOWN).await?;
    let adjustments = store::adjustments(db.reader(), id).await?;
    let mut view = AccountView::of(row, unit).closing(&goods);
    view.history = history(db, &goods, &view).await?;
    view.movements = movements.into_iter().map(|m| MovementView::of(m, unit)).collect();
    view.adjustments = adjustments.into_iter().map(|a| AdjustmentView::of(a, unit)).collect();
    Ok(view)
}

/// Movements of an account, oldest first, after `cursor`.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn movements(
    db: &Db,
    actor: &Actor,
    account_id: &str,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<MovementView>, Option<String>)> {
    let row = within(db, actor, account_id).await?;
    let unit = register::goods(db.reader(), &row.product_id).await?.unit;
    let (rows, next) = store::movements(db.reader(), account_id, cursor, bounded(limit)).await?;
    Ok((rows.into_iter().map(|m| MovementView::of(m, unit)).collect(), next))
}

async fn within(db: &Db, actor: &Actor, id: &str) -> Outcome<AccountRow> {
    store::account_within(db.reader(), &actor.scope, id).await?.ok_or_else(Failure::not_found)
}
