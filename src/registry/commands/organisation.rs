//! Registering an organisation so that search finds it, with the doubts its credit code leaves.

use super::form::Registered;
use super::index;
use crate::db::Tx;
use crate::identity::commands;
use crate::identity::credit_code::CreditCode;
use crate::identity::organisation::OrganisationInput;
use crate::identity::store::OrganisationRow;
use crate::kernel::{Desk, Outcome};

/// Registers an organisation. A code whose inner organisation code fails its own check (GB 11714) is taken with a warning.
///
/// # Errors
/// As [`commands::register_organisation`].
pub async fn register_organisation(tx: &Tx, desk: &Desk, input: &OrganisationInput, demo: bool) -> Outcome<Registered<OrganisationRow>> {
    let row = commands::register_organisation(tx, desk, input, demo).await?;
    index::organisation_row(tx, &row).await?;
    let code = row.credit_code.as_deref().and_then(|code| CreditCode::parse_on_evidence(code).ok());
    let problems = code.iter().flat_map(|code| code.check_problem().into_iter().chain(code.doubt()));
    let warnings = problems.map(|problem| problem.at("/credit_code")).collect();
    Ok(Registered { row, warnings })
}
