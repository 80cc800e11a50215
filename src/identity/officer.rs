//! 执法人员: an account with the number of its enforcement certificate (行政执法证). Evidence and inspections are taken by two of them.
//!
//! Source: 行政处罚法 第42条 (at least two officers, who show their certificates). The list says who may; grants still say what and where.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::store::{self, officer::OfficerRow};
use crate::db::{Db, Tx};
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};

/// `POST /officers`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficerInput {
    /// `acc_…`
    pub account_id: String,
    /// 执法证号, 4 to 30 letters and digits.
    pub certificate_no: String,
    /// For whom it enforces: 市场监管, 农业农村 ….
    pub department: String,
    /// Last day of the certificate; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
}

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfficerView {
    /// `acc_…`
    pub account_id: String,
    /// The person's name.
    pub name: String,
    /// 执法证号.
    pub certificate_no: String,
    /// For whom it enforces.
    pub department: String,
    /// Last day of the certificate; open if null.
    pub valid_to: Option<String>,
}

/// Records an officer's certificate; recorded again, the newer one stands.
///
/// # Errors
/// `invalid_fields`: `conflict_account_unknown`, `officer_certificate`, `register_empty`, `register_too_long`; `officer_certificate_taken`.
pub async fn record_officer(tx: &Tx, desk: &Desk, input: &OfficerInput) -> Outcome<OfficerRow> {
    let mut faults = Faults::new();
    if store::account(tx.connection(), &input.account_id).await.is_err() {
        faults.add("/account_id", "conflict_account_unknown").with("value", input.account_id.chars().take(40).collect::<String>());
    }
    let certificate_no = text::identifier(&input.certificate_no);
    if !(4..=30).contains(&certificate_no.len()) || !certificate_no.bytes().all(|b| b.is_ascii_alphanumeric()) {
        faults.add("/certificate_no", "officer_certificate").with("value", input.certificate_no.chars().take(40).collect::<String>());
    }
    let department = text::clean(&input.department);
    if department.is_empty() {
        faults.add("/department", "register_empty");
    } else if text::too_long(&department, 40) {
        faults.add("/department", "register_too_long").with("most", 40);
    }
    faults.check()?;
    let row = OfficerRow {
        account_id: input.account_id.clone(),
        certificate_no,
        department,
        valid_to: input.valid_to.map(|day| day.to_string()),
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
    };
    store::officer::put(tx, row.clone()).await?;
    let facts = json!({ "certificate_no": row.certificate_no, "department": row.department, "valid_to": row.valid_to });
    ledger::append(tx, desk, Event::new(kind::OFFICER_RECORDED, &row.account_id, facts)).await?;
    Ok(row)
}

/// The officers of these accounts whose certificates are valid on `today`, in the order asked for.
///
/// # Errors
/// At `pointer`/position: `officer_unknown` for an account that is none or whose certificate has ended, `officer_twice`; at `pointer`
/// `officers_too_few` for fewer than two.
pub async fn two_officers(tx: &Tx, account_ids: &[String], today: Day, pointer: &str) -> Outcome<Vec<OfficerView>> {
    let mut faults = Faults::new();
    let mut found: Vec<OfficerView> = Vec::new();
    for (no, id) in account_ids.iter().enumerate() {
        let at = format!("{pointer}/{no}");
        if found.iter().any(|view| view.account_id == *id) {
            faults.add(at, "officer_twice");
            continue;
        }
        match view(tx.connection(), id).await? {
            Some(view) if view.valid_to.as_ref().is_none_or(|to| *to >= today.to_string()) => found.push(view),
            _ => {
                faults.add(at, "officer_unknown").with("value", id.chars().take(40).collect::<String>());
            }
        }
    }
    if account_ids.len() < 2 {
        faults.add(pointer, "officers_too_few").with("figure", account_ids.len()).with("right", 2);
    }
    faults.check().map(|()| found)
}

async fn view<C: sea_orm::ConnectionTrait>(connection: &C, account_id: &str) -> Outcome<Option<OfficerView>> {
    let Some(row) = store::officer::one(connection, account_id).await? else { return Ok(None) };
    let account = store::account(connection, account_id).await?;
    Ok(Some(OfficerView {
        account_id: row.account_id,
        name: account.display_name,
        certificate_no: row.certificate_no,
        department: row.department,
        valid_to: row.valid_to,
    }))
}

/// One officer as recorded.
///
/// # Errors
/// `not_found`.
pub async fn officer_view(tx: &Tx, account_id: &str) -> Outcome<OfficerView> {
    view(tx.connection(), account_id).await?.ok_or_else(Failure::not_found)
}

/// Every officer whose certificate is valid on `today`, by the number of the certificate, each with the organisations it keeps away from:
/// its own, and those it is tied to on that day (回避).
///
/// # Errors
/// The database's.
pub async fn officers_with_ties(tx: &Tx, today: Day) -> Outcome<Vec<(OfficerView, BTreeSet<String>)>> {
    let on = today.to_string();
    let mut found = Vec::new();
    for row in store::officer::all(tx.connection()).await? {
        if row.valid_to.as_ref().is_some_and(|to| *to < on) {
            continue;
        }
        let own = store::account(tx.connection(), &row.account_id).await?.organisation_id;
        let declared = store::conflicts(tx.connection(), Some(&row.account_id)).await?;
        let standing = declared.into_iter().filter(|tie| tie.from_day <= on && tie.to_day.as_ref().is_none_or(|to| *to >= on));
        let ties = standing.map(|tie| tie.organisation_id).chain(own).collect();
        if let Some(view) = view(tx.connection(), &row.account_id).await? {
            found.push((view, ties));
        }
    }
    Ok(found)
}

/// Every officer, by the number of the certificate.
///
/// # Errors
/// Only ours.
pub async fn officers(db: &Db) -> Outcome<Vec<OfficerView>> {
    let mut views = Vec::new();
    for row in store::officer::all(db.reader()).await? {
        views.push(view(db.reader(), &row.account_id).await?.ok_or_else(Failure::not_found)?);
    }
    Ok(views)
}
