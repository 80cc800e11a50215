//! The one place that puts an inspection which waits into the tables, drawn or opened for a reason.

use crate::db::Tx;
use crate::identity::officer::OfficerView;
use crate::identity::store::OrganisationRow;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Outcome};
use crate::supervision::inspection::InspectionState;
use crate::supervision::store::inspection::{self as store, DrawRow, InspectionOfficerRow, InspectionRow};

/// What an inspection is opened with, whether it was drawn or not.
pub(super) struct Opening<'a> {
    /// The task it was drawn by, and its place in the order drawn.
    pub(super) task: Option<(&'a str, i64)>,
    /// Which firm.
    pub(super) firm: &'a OrganisationRow,
    /// The product it is about.
    pub(super) product_id: Option<&'a str>,
    /// Its departments, as stored.
    pub(super) departments: &'a str,
    /// Why, where it was not drawn.
    pub(super) reason: &'a str,
    /// The inspection it looks at again.
    pub(super) recheck_of: Option<&'a str>,
    /// Who goes.
    pub(super) officers: &'a [OfficerView],
}

impl<'a> Opening<'a> {
    /// Of a firm that a task drew in this place.
    pub(super) fn drawn(task: &'a DrawRow, rank: i64, firm: &'a OrganisationRow, officers: &'a [OfficerView]) -> Self {
        let (departments, product_id) = (task.departments.as_str(), task.product_id.as_deref());
        Self { task: Some((&task.id, rank)), firm, product_id, departments, reason: "", recheck_of: None, officers }
    }
}

/// Puts an inspection that waits into the tables with its officers. What it is opened with was checked, and the event is the caller's.
pub(super) async fn put_waiting(tx: &Tx, desk: &Desk, opening: &Opening<'_>) -> Outcome<InspectionRow> {
    let row = InspectionRow {
        id: desk.new_id(Noun::Inspection),
        draw_id: opening.task.map(|(id, _)| id.to_owned()),
        rank: opening.task.map_or(0, |(_, rank)| rank),
        organisation_id: opening.firm.id.clone(),
        name: opening.firm.name.clone(),
        division_code: opening.firm.division_code.clone(),
        product_id: opening.product_id.map(str::to_owned),
        departments: opening.departments.to_owned(),
        reason: opening.reason.to_owned(),
        recheck_of: opening.recheck_of.map(str::to_owned),
        state: InspectionState::Waiting.word().to_owned(),
        form: "{}".to_owned(),
        record: None,
        record_hash: None,
        found: None,
        inspected_on: None,
        publish_by: None,
        public_text: None,
        rectification_id: None,
        case_id: None,
        opened_by: desk.actor.account_id.clone(),
        opened_at: desk.clock.now(),
        done_by: None,
        done_at: None,
        published_by: None,
        published_at: None,
    };
    let officers = opening.officers.iter().map(|officer| InspectionOfficerRow {
        inspection_id: row.id.clone(),
        account_id: officer.account_id.clone(),
        certificate_no: officer.certificate_no.clone(),
        department: officer.department.clone(),
    });
    store::insert(tx, row.clone(), officers.collect()).await?;
    Ok(row)
}
