//! Taking over what the province's platform drew.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::draw::{DrawSource, stepping};
use super::opening::{Opening, put_waiting};
use crate::db::Tx;
use crate::identity::officer::{OfficerView, officers_with_ties};
use crate::identity::store as people;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::draw::DrawState;
use crate::supervision::store::inspection::{self as store, DrawRow};

/// The most lines of one draw.
const MOST: usize = 2000;

/// One line of what the province drew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedInput {
    /// 统一社会信用代码 of the firm.
    pub credit_code: String,
    /// Certificates of the officers, two at least.
    pub certificates: Vec<String>,
}

/// `POST /draws/{id}/import`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    /// Every firm drawn.
    pub rows: Vec<ImportedInput>,
}

/// Takes over what the province's platform drew, all of it or none: nothing is entered twice.
///
/// # Errors
/// `not_found`, `draw_step`; every faulty line at `/rows/n`: `draw_firm_unknown`, `draw_firm_twice`, `outside_your_region`,
/// `officers_too_few`, `draw_certificate_unknown`, `officer_twice`, `draw_officer_tied`; `draw_nobody`, `draw_too_many`.
pub async fn import_drawn(tx: &Tx, desk: &Desk, id: &str, input: &ImportInput) -> Outcome<DrawRow> {
    let mut row = stepping(tx, desk, id, DrawState::Drawn, Some(DrawSource::Province)).await?;
    if input.rows.is_empty() {
        return Err(Failure::conflict("draw_nobody"));
    }
    if input.rows.len() > MOST {
        return Err(Failure::conflict("draw_too_many").with("figure", input.rows.len()).with("most", MOST));
    }
    let pool = officers_with_ties(tx, desk.clock.today()).await?;
    let (mut faults, mut seen, mut found) = (Faults::new(), BTreeSet::new(), Vec::new());
    for (no, line) in input.rows.iter().enumerate() {
        let at = format!("/rows/{no}");
        let line_no = no + 1;
        let code = text::identifier(&line.credit_code);
        let Some(firm) = people::organisation_coded(tx.connection(), &code).await? else {
            faults.add(at, "draw_firm_unknown").with("line", line_no).with("value", code.chars().take(40).collect::<String>());
            continue;
        };
        if !seen.insert(firm.id.clone()) {
            faults.add(&at, "draw_firm_twice").with("line", line_no).with("value", &firm.name);
        }
        if !desk.actor.scope.reaches_division(&firm.division_code) {
            faults.add(&at, "outside_your_region").with("value", &firm.name);
        }
        let mut officers: Vec<OfficerView> = Vec::new();
        for certificate in line.certificates.iter().map(|no| text::identifier(no)).filter(|no| !no.is_empty()) {
            match pool.iter().find(|(officer, _)| officer.certificate_no == certificate) {
                None => {
                    faults.add(&at, "draw_certificate_unknown").with("line", line_no).with("value", &certificate);
                }
                Some((_, ties)) if ties.contains(&firm.id) => {
                    faults.add(&at, "draw_officer_tied").with("line", line_no).with("value", &certificate).with("firm", &firm.name);
                }
                Some((officer, _)) if officers.iter().any(|other| other.account_id == officer.account_id) => {
                    faults.add(&at, "officer_twice");
                }
                Some((officer, _)) => officers.push(officer.clone()),
            }
        }
        let named = line.certificates.iter().filter(|no| !text::identifier(no).is_empty()).count();
        if named < 2 {
            faults.add(&at, "officers_too_few").with("figure", named).with("right", 2);
        }
        found.push((firm, officers));
    }
    faults.check()?;
    for (rank, (firm, officers)) in (1..).zip(&found) {
        put_waiting(tx, desk, &Opening::drawn(&row, rank, firm, officers)).await?;
    }
    row.taken = i64::try_from(found.len()).map_err(Failure::broken)?;
    (row.drawn_by, row.drawn_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_draw(tx, row.clone()).await?;
    let firms: Vec<&str> = found.iter().map(|(firm, _)| firm.id.as_str()).collect();
    let facts = json!({ "external_no": row.external_no, "firms": firms });
    ledger::append(tx, desk, Event::new(kind::INSPECTION_IMPORTED, id, facts)).await?;
    Ok(row)
}
