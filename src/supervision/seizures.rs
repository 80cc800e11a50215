//! Seizures as officers see them; the public sees them through the scan.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{Db, Tx};
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Day, Failure, Outcome};
use crate::trace::measure::named;
use crate::trace::seizure::{SeizedCodes, SeizureState, days_overdue};
use crate::trace::store::register;
use crate::trace::store::seizure::{self as store, SeizureRow};
use crate::trace::store::stock;

/// A seizure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SeizureView {
    /// `szr_…`
    pub id: String,
    /// The batch.
    pub batch_id: String,
    /// Its lot.
    pub lot: String,
    /// Whose.
    pub producer_id: String,
    /// Which product.
    pub product_id: String,
    /// `preserved`, `sealed` or `detained`.
    pub kind: String,
    /// The authority.
    pub ordered_by: String,
    /// Its document.
    pub document_no: String,
    /// What was found.
    pub reason: String,
    /// What the public is told.
    pub public_text: String,
    /// Since when.
    pub seized_on: String,
    /// The last day by the document.
    pub until: String,
    /// Days past that day while it still binds; nothing is released by itself.
    pub overdue_days: i64,
    /// `proposed`, `dropped`, `in_force`, `end_proposed` or `ended`.
    pub state: String,
    /// `released`, `confiscated` or `destroyed`, once its end was proposed.
    pub outcome: Option<String>,
    /// What the public is told of the end.
    pub end_text: Option<String>,
    /// Document of the end.
    pub end_document_no: Option<String>,
    /// Codes taken away with their goods.
    pub end_codes: Vec<SeizedCodes>,
    /// Account.
    pub proposed_by: String,
    /// RFC 3339.
    pub proposed_at: String,
    /// Account.
    pub confirmed_by: Option<String>,
    /// RFC 3339.
    pub confirmed_at: Option<String>,
    /// Account.
    pub end_proposed_by: Option<String>,
    /// Account.
    pub ended_by: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// `seized_g`: what was taken away in all; `end_amount_g`: what of it has no code.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

impl SeizureView {
    /// A figure by its name without unit.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
    fn of(row: SeizureRow, batch: &stock::BatchRow, unit: BaseUnit, today: Day) -> Outcome<Self> {
        let unknown = || Failure::broken("unknown word stored in seizure");
        let state = SeizureState::parse(&row.state).ok_or_else(unknown)?;
        let until = Day::parse(&row.until_day).ok_or_else(unknown)?;
        let end_codes = row.end_codes.as_deref().map(serde_json::from_str).transpose().map_err(Failure::broken)?;
        let known = [("seized", row.seized), ("end_amount", row.end_amount.unwrap_or(0))];
        Ok(Self {
            lot: batch.lot.clone(),
            producer_id: batch.producer_id.clone(),
            product_id: batch.product_id.clone(),
            overdue_days: days_overdue(state, until, today),
            end_codes: end_codes.unwrap_or_default(),
            figures: named(unit, known),
            id: row.id,
            batch_id: row.batch_id,
            kind: row.kind,
            ordered_by: row.ordered_by,
            document_no: row.document_no,
            reason: row.reason,
            public_text: row.public_text,
            seized_on: row.seized_on,
            until: row.until_day,
            state: row.state,
            outcome: row.outcome,
            end_text: row.end_text,
            end_document_no: row.end_document_no,
            proposed_by: row.proposed_by,
            proposed_at: rfc3339(row.proposed_at),
            confirmed_by: row.confirmed_by,
            confirmed_at: row.confirmed_at.map(rfc3339),
            end_proposed_by: row.end_proposed_by,
            ended_by: row.ended_by,
            ended_at: row.ended_at.map(rfc3339),
        })
    }
}

/// A row just written, as it is answered.
///
/// # Errors
/// Only ours.
pub async fn shown(tx: &Tx, row: SeizureRow, today: Day) -> Outcome<SeizureView> {
    let batch = stock::batch(tx.connection(), &row.batch_id).await?;
    let unit = register::goods(tx.connection(), &batch.product_id).await?.unit;
    SeizureView::of(row, &batch, unit, today)
}

/// Seizures within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn seizures(
    db: &Db,
    actor: &Actor,
    today: Day,
    filter: (Option<&str>, Option<&str>),
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<SeizureView>> {
    let mut out = Vec::new();
    for row in store::seizures(db.reader(), &actor.scope, filter, cursor, limit).await? {
        out.push(one(db, row, today).await?);
    }
    Ok(out)
}

/// One seizure within reach.
///
/// # Errors
/// `not_found`.
pub async fn seizure(db: &Db, actor: &Actor, today: Day, id: &str) -> Outcome<SeizureView> {
    one(db, store::seizure_within(db.reader(), &actor.scope, id).await?, today).await
}

async fn one(db: &Db, row: SeizureRow, today: Day) -> Outcome<SeizureView> {
    let batch = stock::batch(db.reader(), &row.batch_id).await?;
    let unit = register::goods(db.reader(), &batch.product_id).await?.unit;
    SeizureView::of(row, &batch, unit, today)
}
