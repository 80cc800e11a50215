//! Registering a facility, adding a licence to it, closing it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE, NAME};
use crate::db::Tx;
use crate::identity;
use crate::identity::store::OrganisationRow;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome, quantity};
use crate::ledger::{self, Event, kind};
use crate::registry::division::DivisionCode;
use crate::registry::facility::{FacilityKind, FacilityTenure};
use crate::registry::store::{self, FacilityRow, LicenceRow};

/// A facility as it is registered.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityInput {
    /// Whose, `org_…`; one's own organisation if not given.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// packing_house 包装厂, cold_store 冷库 or plant 加工厂.
    pub kind: FacilityKind,
    /// Its name, once for each organisation.
    pub name: String,
    /// own or rented.
    #[serde(default)]
    pub tenure: FacilityTenure,
    /// Who leases it out; needed with rented.
    #[serde(default)]
    pub lessor: Option<String>,
    /// Where it lies (GB/T 2260); the organisation's division if not given.
    #[serde(default)]
    pub division_code: Option<String>,
    /// Address.
    #[serde(default)]
    pub address: Option<String>,
    /// How much it holds, in the base unit of what lies there, as declared.
    #[serde(default)]
    pub capacity: Option<i64>,
    /// First day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Day>,
    /// Last day; open if not given. Needed with rented.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
}

/// A licence of a facility.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceInput {
    /// `SC 食品生产许可`, `食品经营许可` …; a renewal names the same kind.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Who issued it.
    #[serde(default)]
    pub issuer: Option<String>,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Day,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
    /// Where the paper is kept.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// The end of a facility.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// Last day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_on: Option<Day>,
    /// Why.
    pub reason: String,
}

/// Registers a facility.
///
/// # Errors
/// `invalid_fields` with every fault: `register_organisation_unknown` (also for one out of reach), `facility_twice`,
/// `facility_lessor_missing`, `facility_lease_end_missing`, `facility_backwards`, `facility_capacity`, `division_unknown` …
pub async fn register_facility(tx: &Tx, desk: &Desk, input: &FacilityInput) -> Outcome<FacilityRow> {
    let mut faults = Faults::new();
    let organisation = organisation(tx, desk, &mut faults, input.organisation_id.as_ref()).await?;
    let from = input.valid_from.unwrap_or_else(|| desk.clock.today());
    if let Some(to) = input.valid_to.filter(|to| *to < from) {
        faults.add("/valid_to", "facility_backwards").with("from", from).with("to", to);
    }
    let lessor = form::optional(&mut faults, "/lessor", input.lessor.as_deref(), NAME);
    if input.tenure == FacilityTenure::Rented {
        if lessor.is_none() {
            faults.add("/lessor", "facility_lessor_missing");
        }
        if input.valid_to.is_none() {
            faults.add("/valid_to", "facility_lease_end_missing");
        }
    }
    if let Some(capacity) = input.capacity.filter(|c| !(1..=quantity::MOST).contains(c)) {
        faults.add("/capacity", "facility_capacity").with("figure", capacity).with("right", quantity::grouped(quantity::MOST));
    }
    let division_code = match &input.division_code {
        Some(written) => {
            let code = DivisionCode::parse(written).map_or_else(|| written.chars().take(40).collect(), |code| code.as_str().to_owned());
            form::division(tx, &mut faults, "/division_code", &code).await?;
            code
        }
        None => organisation.as_ref().map(|row| row.division_code.clone()).unwrap_or_default(),
    };
    let row = FacilityRow {
        id: desk.new_id(Noun::Facility),
        organisation_id: organisation.map(|row| row.id).unwrap_or_default(),
        kind: input.kind.word().to_owned(),
        name: form::required(&mut faults, "/name", &input.name, 80),
        tenure: input.tenure.word().to_owned(),
        lessor,
        division_code,
        address: form::optional(&mut faults, "/address", input.address.as_deref(), NAME),
        capacity: input.capacity,
        valid_from: from.to_string(),
        valid_to: input.valid_to.map(|day| day.to_string()),
        registered_at: desk.clock.now(),
        registered_by: desk.actor.account_id.clone(),
    };
    faults.check()?;
    store::facility::insert(tx, row.clone()).await?;
    let facts = json!({
        "organisation": row.organisation_id, "kind": row.kind, "name": row.name, "tenure": row.tenure, "division_code": row.division_code,
        "capacity": row.capacity, "from": row.valid_from, "to": row.valid_to,
    });
    ledger::append(tx, desk, Event::new(kind::FACILITY_REGISTERED, &row.id, facts)).await?;
    Ok(row)
}

/// The organisation whose it is: in reach.
async fn organisation(tx: &Tx, desk: &Desk, faults: &mut Faults, given: Option<&String>) -> Outcome<Option<OrganisationRow>> {
    let Some(id) = given.or(desk.actor.organisation_id.as_ref()) else {
        faults.add("/organisation_id", "register_empty");
        return Ok(None);
    };
    match identity::store::organisation(tx.connection(), id).await {
        Ok(row) if desk.actor.scope.reaches_organisation(&row.id, Some(&row.division_code)) => Ok(Some(row)),
        Err(failure) if !failure.says("not_found") => Err(failure),
        _ => {
            faults.add("/organisation_id", "register_organisation_unknown").with("value", id.chars().take(40).collect::<String>());
            Ok(None)
        }
    }
}

/// Adds a licence.
///
/// # Errors
/// `not_found`, also for a facility out of reach; `invalid_fields` with every fault.
pub async fn license_facility(tx: &Tx, desk: &Desk, id: &str, input: &LicenceInput) -> Outcome<FacilityRow> {
    let facility = store::facility::to_change(tx, &desk.actor.scope, id).await?;
    let before = store::facility::licences(tx.connection(), vec![facility.id.clone()]).await?;
    let mut faults = Faults::new();
    if let Some(to) = input.valid_to.filter(|to| *to < input.valid_from) {
        faults.add("/valid_to", "facility_backwards").with("from", input.valid_from).with("to", to);
    }
    let row = LicenceRow {
        facility_id: facility.id.clone(),
        no: before.iter().map(|row| row.no).max().unwrap_or(0) + 1,
        kind: form::required(&mut faults, "/kind", &input.kind, 60),
        number: form::required(&mut faults, "/number", &input.number, 60),
        issuer: form::optional(&mut faults, "/issuer", input.issuer.as_deref(), NAME),
        valid_from: input.valid_from.to_string(),
        valid_to: input.valid_to.map(|day| day.to_string()),
        evidence: form::optional(&mut faults, "/evidence", input.evidence.as_deref(), LINE),
        recorded_at: desk.clock.now(),
    };
    if before.iter().any(|other| (&other.kind, &other.number, &other.valid_from) == (&row.kind, &row.number, &row.valid_from)) {
        faults.add("/number", "facility_licence_twice").with("value", &row.number);
    }
    faults.check()?;
    store::facility::insert_licence(tx, row.clone()).await?;
    let facts =
        json!({ "no": row.no, "kind": row.kind, "number": row.number, "issuer": row.issuer, "from": row.valid_from, "to": row.valid_to });
    ledger::append(tx, desk, Event::new(kind::FACILITY_LICENSED, &facility.id, facts)).await?;
    Ok(facility)
}

/// Ends a facility: its last day is `closed_on`. What was packed there until then stays as it is.
///
/// # Errors
/// `not_found`, also for one out of reach; `facility_closed` if it has ended by then; `facility_backwards`, `register_empty`.
pub async fn close_facility(tx: &Tx, desk: &Desk, id: &str, input: &CloseInput) -> Outcome<FacilityRow> {
    let mut facility = store::facility::to_change(tx, &desk.actor.scope, id).await?;
    let days = store::facility::valid(&facility)?;
    let last = input.closed_on.unwrap_or_else(|| desk.clock.today());
    let mut faults = Faults::new();
    if last < days.from {
        faults.add("/closed_on", "facility_backwards").with("from", days.from).with("to", last);
    }
    let reason = form::required(&mut faults, "/reason", &input.reason, LINE);
    faults.check()?;
    if let Some(to) = days.to.filter(|to| *to <= last) {
        return Err(Failure::conflict("facility_closed").with("figure", to));
    }
    store::facility::end(tx, &facility.id, last).await?;
    facility.valid_to = Some(last.to_string());
    ledger::append(tx, desk, Event::new(kind::FACILITY_CLOSED, &facility.id, json!({ "on": last, "reason": reason }))).await?;
    Ok(facility)
}
