//! Past outputs as they are read, and a season beside them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::account::AccountView;
use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Outcome};
use crate::trace::account::{AccountState, Bucket};
use crate::trace::goods::Goods;
use crate::trace::history::{PastOutputFilter, PastYear, largest, stands_out};
use crate::trace::measure::{amount_name, named};
use crate::trace::store::history::{self as store, PastOutputRow};
use crate::trace::store::register;

/// A past output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PastOutputView {
    /// `pas_…`
    pub id: String,
    /// The organisation or grower.
    pub party_id: String,
    /// The product.
    pub product_id: String,
    /// The year.
    pub season: String,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// `declared` or `statistics`.
    pub source: String,
    /// The paper it rests on.
    pub evidence: String,
    /// When it was recorded.
    pub recorded_at: String,
}

impl PastOutputView {
    /// Of a row.
    pub fn of(row: PastOutputRow, unit: BaseUnit) -> Self {
        Self {
            figures: BTreeMap::from([(amount_name(unit), row.amount)]),
            unit: unit.word().to_owned(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            party_id: row.party_id,
            product_id: row.product_id,
            season: row.season,
            source: row.source,
            evidence: row.evidence,
        }
    }
}

/// One earlier year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PastYearView {
    /// The year.
    pub season: String,
    /// `amount_g`, or `amount`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// `platform`, `declared` or `statistics`.
    pub source: String,
}

/// A season beside the three before it. Figures are `season_total_g` and `largest_g`, or the same without `_g`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryView {
    /// Is any earlier year known? If not, nothing can be compared (数据不足).
    pub known: bool,
    /// More than 1.15 times the largest of the last three years.
    pub stands_out: bool,
    /// The figures compared.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// The year of the largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_season: Option<String>,
    /// The years, newest first.
    pub years: Vec<PastYearView>,
}

impl HistoryView {
    /// A season's total beside the years before it.
    pub fn of(unit: BaseUnit, total: i64, years: &[PastYear]) -> Self {
        let most = largest(years);
        let mut figures = named(unit, [("season_total", total)]);
        figures.extend(most.map(|year| named(unit, [("largest", year.amount)])).unwrap_or_default());
        let view = |year: &PastYear| PastYearView {
            season: year.season.clone(),
            figures: named(unit, [("amount", year.amount)]),
            source: year.source.word().to_owned(),
        };
        Self {
            known: most.is_some(),
            stands_out: stands_out(total, years),
            figures,
            largest_season: most.map(|year| year.season.clone()),
            years: years.iter().map(view).collect(),
        }
    }
    /// A figure by its name without unit.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
}

/// The season of an account beside the three before it: what is approved (or proposed), received and adjusted.
pub(super) async fn history(db: &Db, goods: &Goods, view: &AccountView) -> Outcome<Option<HistoryView>> {
    let years = store::years_before(db.reader(), &view.party_id, &view.product_id, &view.season).await?;
    let proposed = view.figures.get("proposed").or_else(|| view.figures.get("proposed_g")).copied().unwrap_or(0);
    let asked = if view.state == AccountState::Proposed.word() { proposed } else { view.figure(Bucket::Approved) };
    let total = asked + view.figure(Bucket::Received) + view.figure(Bucket::Adjusted);
    Ok(Some(HistoryView::of(goods.unit, total, &years)))
}

/// The same of an account the actor has already been shown.
///
/// # Errors
/// Only ours.
pub async fn history_of(db: &Db, view: &AccountView) -> Outcome<Option<HistoryView>> {
    let goods = register::goods(db.reader(), &view.product_id).await?;
    history(db, &goods, view).await
}

/// Past outputs the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn past_outputs(
    db: &Db,
    actor: &Actor,
    filter: &PastOutputFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<PastOutputView>, Option<String>)> {
    let (rows, next) = store::past_outputs(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    let goods = register::goods_of(db.reader(), rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let unit = |row: &PastOutputRow| goods.get(&row.product_id).map_or(BaseUnit::G, |g| g.unit);
    let views = rows.into_iter().map(|row| {
        let unit = unit(&row);
        PastOutputView::of(row, unit)
    });
    Ok((views.collect(), next))
}
