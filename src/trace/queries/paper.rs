//! Paper forms as they are read.

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Outcome};
use crate::trace::paper::{PaperFilter, read_number};
use crate::trace::store::paper::{self as store, PaperRow};

/// A line that is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperLineView {
    /// 1–20.
    pub line: i64,
    /// The delivery it became.
    pub delivery_id: String,
}

/// A paper form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperFormView {
    /// `PF26-000123-7`
    pub number: String,
    /// `deliveries`
    pub kind: String,
    /// Whose.
    pub organisation_id: String,
    /// The product.
    pub product_id: String,
    /// The season.
    pub season: String,
    /// `printed`, `entered` or `spoiled`.
    pub state: String,
    /// When it was printed.
    pub printed_at: String,
    /// When its first lines were entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered_at: Option<String>,
    /// Why it will never be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spoil_reason: Option<String>,
    /// Lines entered; only with a single form.
    pub lines: Vec<PaperLineView>,
}

impl PaperFormView {
    /// Of a row.
    pub fn of(row: PaperRow, lines: impl IntoIterator<Item = (i64, String)>) -> Self {
        Self {
            printed_at: rfc3339(row.printed_at),
            entered_at: row.entered_at.map(rfc3339),
            lines: lines.into_iter().map(|(line, delivery_id)| PaperLineView { line, delivery_id }).collect(),
            number: row.number,
            kind: row.kind,
            organisation_id: row.organisation_id,
            product_id: row.product_id,
            season: row.season,
            state: row.state,
            spoil_reason: row.spoil_reason,
        }
    }
}

/// Forms printed by one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperFormsView {
    /// The forms, in the order of their numbers.
    pub items: Vec<PaperFormView>,
}

/// Forms the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn paper_forms(
    db: &Db,
    actor: &Actor,
    filter: &PaperFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<PaperFormView>, Option<String>)> {
    let (rows, next) = store::forms(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    Ok((rows.into_iter().map(|row| PaperFormView::of(row, [])).collect(), next))
}

/// One form with its lines. The number may be written as people do.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn paper_form(db: &Db, actor: &Actor, number: &str) -> Outcome<PaperFormView> {
    let number = read_number(number).ok_or_else(Failure::not_found)?;
    let row = store::form(db.reader(), &actor.scope, &number).await?;
    Ok(PaperFormView::of(row, store::lines(db.reader(), &number).await?))
}
