//! Batches as they are read.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::batch::{BatchFilter, Material};
use crate::trace::check::{Check, CheckOutcome};
use crate::trace::goods::Goods;
use crate::trace::measure::{amount_name, named};
use crate::trace::store::batch::{self as store, Whole};
use crate::trace::store::register;
use crate::trace::store::stock::loose_of;

/// A batch. Figures are `net_weight_g`, `covered_g`, `pending_g`, `coded_g`, `loose_g` (neither coded nor gone), `moved_g` (into other
/// batches), `gone_g` (by a movement), `seized_g`; or `quantity`, `covered` … for other units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct BatchView {
    pub id: String,
    pub producer_id: String,
    pub product_id: String,
    pub account_id: String,
    pub season: String,
    pub lot: String,
    /// `registered`, `released`, `on_hold`, `voided`.
    pub state: String,
    pub unit: String,
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    pub harvested_from: String,
    pub harvested_to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub produced_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packed_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard_version: Option<String>,
    /// Townships (or counties) the goods come from, for people.
    pub origin: String,
    /// The process it was born of, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_id: Option<String>,
    /// How many batches it came from, in however many steps.
    pub ancestors: i64,
    pub sources: Vec<SourceView>,
    /// The rights relied on; frozen once it is released.
    pub rights: Vec<RightView>,
    pub checks: Vec<CheckView>,
    pub tests: Vec<TestView>,
    /// Test reports it shows.
    pub report_ids: Vec<String>,
    /// Checks people should see that block nothing, by their codes.
    pub warned_by: Vec<String>,
    /// Checks that hold it, by their codes.
    pub held_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_reason: Option<String>,
    /// The document of an authority that preserved, sealed or detained it.
    pub hold_document: Option<String>,
    /// Written down after packing (补录).
    pub late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// Sent back with a correction.
    pub version: i64,
    pub registered_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<String>,
    /// `automatic`, `holder`, or the reason given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_basis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void_reason: Option<String>,
}

/// A source of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct SourceView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Material>,
    /// Another batch of the producer, by a process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    /// `net_weight_g` and `covered_g`, or `quantity` and `covered`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// A right a batch relies on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the register's field of the same name means")]
pub struct RightView {
    pub mark_use_id: String,
    pub right_id: String,
    pub route: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    pub in_force_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_force_to: Option<String>,
}

/// A check made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckView {
    /// Its code; words under `check.<code>`.
    pub code: String,
    /// `passed`, `held`, `warned`, `refused`, `silent`.
    pub outcome: String,
    /// The code said where it broke; words under `refusal.<broken>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<String>,
    /// The figure found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
}

/// A test shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct TestView {
    pub item: String,
    pub result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_on: Option<String>,
    pub scope: String,
}

/// Where the goods of a batch are.
pub(super) fn figures_of(row: &store::BatchRow) -> [(&'static str, i64); 7] {
    [
        ("covered", row.covered),
        ("pending", row.pending),
        ("coded", row.coded),
        ("loose", loose_of(row)),
        ("moved", row.moved),
        ("gone", row.gone),
        ("seized", row.seized),
    ]
}

impl BatchView {
    /// Of its rows.
    pub fn of(whole: Whole, goods: &Goods) -> Self {
        let Whole { row, sources, rights, checks, tests, reports, ancestors } = whole;
        let mut figures = named(goods.unit, figures_of(&row));
        figures.insert(amount_name(goods.unit), row.amount);
        let those = |outcome: CheckOutcome| {
            let mut codes: Vec<String> = checks.iter().filter(|c| c.outcome == outcome.word()).map(|c| c.code.clone()).collect();
            codes.dedup();
            codes
        };
        let (held_by, warned_by) = (those(CheckOutcome::Held), those(CheckOutcome::Warned));
        Self {
            figures,
            held_by,
            warned_by,
            report_ids: reports,
            unit: goods.unit.word().to_owned(),
            registered_at: rfc3339(row.registered_at),
            released_at: row.released_at.map(rfc3339),
            voided_at: row.voided_at.map(rfc3339),
            sources: sources.into_iter().map(|s| SourceView::of(s, goods)).collect(),
            rights: rights.into_iter().map(RightView::of).collect(),
            checks: checks.into_iter().map(CheckView::of).collect(),
            tests: tests.into_iter().map(TestView::of).collect(),
            id: row.id,
            producer_id: row.producer_id,
            product_id: row.product_id,
            account_id: row.account_id,
            season: row.season,
            lot: row.lot,
            state: row.state,
            harvested_from: row.harvested_from,
            harvested_to: row.harvested_to,
            produced_on: row.produced_on,
            packed_on: row.packed_on,
            best_before: row.best_before,
            grade: row.grade,
            facility_id: row.facility,
            standard_version: row.standard_number,
            origin: row.origin,
            process_id: row.process_id,
            ancestors,
            hold_reason: row.hold_reason,
            hold_document: row.hold_document,
            late: row.late,
            late_reason: row.late_reason,
            version: row.version,
            release_basis: row.release_basis,
            void_reason: row.void_reason,
        }
    }
    /// A figure by its name without unit, such as `pending`.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
}

impl SourceView {
    fn of(row: store::SourceRow, goods: &Goods) -> Self {
        let subject = |kind: &str| row.subject_id.clone().filter(|_| row.kind == kind);
        let mut figures = named(goods.unit, [("covered", row.covered)]);
        figures.insert(amount_name(goods.unit), row.amount);
        Self {
            delivery_id: subject("delivery"),
            plot_id: subject("plot"),
            batch_id: subject("batch"),
            input: row.input.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            figures,
        }
    }
}

impl RightView {
    fn of(row: store::RightRow) -> Self {
        Self {
            mark_use_id: row.mark_use_id,
            right_id: row.right_id,
            route: row.route,
            number: row.number,
            in_force_from: row.in_force_from,
            in_force_to: row.in_force_to,
        }
    }
}

impl CheckView {
    fn of(row: store::CheckRow) -> Self {
        let broke = matches!(CheckOutcome::parse(&row.outcome), Some(CheckOutcome::Held | CheckOutcome::Warned | CheckOutcome::Refused));
        let broken = Check::parse(&row.code).filter(|_| broke).map(|c| c.refusal().to_owned());
        Self { broken, code: row.code, outcome: row.outcome, subject_id: row.subject_id, figure: row.figure, right: row.right_figure }
    }
}

impl TestView {
    fn of(row: store::TestRow) -> Self {
        Self {
            item: row.item,
            result: row.result,
            laboratory: row.laboratory,
            report_no: row.report_no,
            reported_on: row.reported_on,
            scope: row.scope,
        }
    }
}

/// Batches the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn batches(
    db: &Db,
    actor: &Actor,
    filter: &BatchFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<BatchView>, Option<String>)> {
    find_batches(db, actor, filter, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_batches(
    db: &Db,
    actor: &Actor,
    filter: &BatchFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<BatchView>, Option<String>)> {
    let (rows, next) = store::batches(db.reader(), &actor.scope, filter, narrow, cursor, bounded(limit)).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let goods = goods.get(&row.product_id).ok_or_else(|| Failure::broken("a batch without its product"))?;
        views.push(BatchView::of(store::whole(db.reader(), row).await?, goods));
    }
    Ok((views, next))
}

/// Does the actor reach this batch?
pub async fn is_reached(db: &Db, actor: &Actor, id: &str) -> bool {
    store::batch_within(db.reader(), &actor.scope, id).await.is_ok()
}

/// One batch.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn batch(db: &Db, actor: &Actor, id: &str) -> Outcome<BatchView> {
    let row = store::batch_within(db.reader(), &actor.scope, id).await?;
    let goods = register::goods(db.reader(), &row.product_id).await?;
    Ok(BatchView::of(store::whole(db.reader(), row).await?, &goods))
}
