//! Registering printing houses and ending them; recording what labels look like in a season.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE, NAME};
use crate::db::Tx;
use crate::files::{self, About, Kept, Purpose};
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::store::label_design::{self, LabelDesignRow};
use crate::registry::store::printing_house::{self, PrintingHouseRow};

/// A printing house as it is registered.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintingHouseInput {
    /// The organisation, `org_…`; of kind printer.
    pub organisation_id: String,
    /// Whom to talk to.
    pub contact: String,
    /// Telephone.
    #[serde(default)]
    pub phone: Option<String>,
    /// First day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Day>,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
    /// Licence to print and what else there is to say.
    #[serde(default)]
    pub note: Option<String>,
}

/// The last day of a printing house or a design.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LastDayInput {
    /// Last day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
}

/// A design as it is recorded, beside its file.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelDesignInput {
    /// Which product.
    pub product_id: String,
    /// Which season, such as 2026.
    pub season: String,
    /// What people call it.
    pub name: String,
    /// What printers must know.
    #[serde(default)]
    pub note: Option<String>,
    /// First day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Day>,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
}

fn days(desk: &Desk, faults: &mut Faults, from: Option<Day>, to: Option<Day>) -> Day {
    let from = from.unwrap_or_else(|| desk.clock.today());
    if let Some(to) = to.filter(|to| *to < from) {
        faults.add("/valid_to", "facility_backwards").with("from", from).with("to", to);
    }
    from
}

/// Registers a printing house.
///
/// # Errors
/// At their fields: `printer_unknown` for an organisation that is none or out of reach, `printing_house_twice` while it is registered already,
/// `register_empty`, `register_too_long`, `facility_backwards`.
pub async fn register_printing_house(tx: &Tx, desk: &Desk, input: &PrintingHouseInput) -> Outcome<PrintingHouseRow> {
    let mut faults = Faults::new();
    let found = identity::store::organisation(tx.connection(), &input.organisation_id).await;
    let printer =
        found.ok().filter(|row| row.kind == "printer" && desk.actor.scope.reaches_organisation(&row.id, Some(&row.division_code)));
    if printer.is_none() {
        faults.add("/organisation_id", "printer_unknown").with("value", &input.organisation_id);
    }
    let contact = form::required(&mut faults, "/contact", &input.contact, NAME);
    let phone = form::optional(&mut faults, "/phone", input.phone.as_deref(), 40);
    let note = form::optional(&mut faults, "/note", input.note.as_deref(), LINE);
    let from = days(desk, &mut faults, input.valid_from, input.valid_to);
    let first = from.to_string();
    let still = |row: &PrintingHouseRow| row.valid_to.as_deref().is_none_or(|to| first.as_str() <= to);
    if printing_house::of(tx.connection(), &input.organisation_id).await?.iter().any(still) {
        faults.add("/organisation_id", "printing_house_twice");
    }
    faults.check()?;
    let row = PrintingHouseRow {
        id: desk.new_id(Noun::PrintingHouse),
        organisation_id: input.organisation_id.clone(),
        contact,
        phone,
        valid_from: first,
        valid_to: input.valid_to.map(|to| to.to_string()),
        note,
        registered_by: desk.actor.account_id.clone(),
        registered_at: desk.clock.now(),
    };
    printing_house::insert(tx, row.clone()).await?;
    let facts = json!({ "organisation": row.organisation_id, "from": row.valid_from, "to": row.valid_to });
    ledger::append(tx, desk, Event::new(kind::PRINTING_HOUSE_REGISTERED, &row.id, facts)).await?;
    Ok(row)
}

/// Ends a printing house with a day.
///
/// # Errors
/// `not_found`; `facility_backwards` for a day before its first; `printing_house_ended`.
pub async fn end_printing_house(tx: &Tx, desk: &Desk, id: &str, input: &LastDayInput) -> Outcome<PrintingHouseRow> {
    let mut row = printing_house::find(tx.connection(), id).await?.ok_or_else(Failure::not_found)?;
    let printer = identity::store::organisation(tx.connection(), &row.organisation_id).await?;
    if !desk.actor.scope.reaches_organisation(&printer.id, Some(&printer.division_code)) {
        return Err(Failure::not_found());
    }
    let last = last_day(desk, &row.valid_from, row.valid_to.as_deref(), input)?;
    printing_house::end(tx, id, last).await?;
    row.valid_to = Some(last.to_string());
    ledger::append(tx, desk, Event::new(kind::PRINTING_HOUSE_ENDED, id, json!({ "to": row.valid_to }))).await?;
    Ok(row)
}

fn last_day(desk: &Desk, from: &str, to: Option<&str>, input: &LastDayInput) -> Outcome<Day> {
    let last = input.valid_to.unwrap_or_else(|| desk.clock.today());
    let written = last.to_string();
    if written.as_str() < from {
        return Err(Failure::field("/valid_to", "facility_backwards").with("from", from).with("to", last));
    }
    match to.filter(|to| *to <= written.as_str()) {
        Some(to) => Err(Failure::conflict("already_ended").with("day", to)),
        None => Ok(last),
    }
}

/// May this actor say what labels of the product look like: the office of its region, or the holder of a right on it?
async fn may_design(tx: &Tx, desk: &Desk, product_id: &str) -> Outcome<bool> {
    let Some(product) = crate::registry::store::product::find(tx.connection(), product_id).await? else { return Ok(false) };
    Ok(form::reaches(desk, &product) || label_design::holds(tx.connection(), &desk.actor.scope.holders, product_id).await?)
}

/// Records a design with its file.
///
/// # Errors
/// At their fields: `register_product_unknown` for a product that is none or out of reach, `season_missing`, `register_empty`,
/// `register_too_long`, `facility_backwards`.
pub async fn record_label_design(tx: &Tx, desk: &Desk, input: &LabelDesignInput, kept: &Kept) -> Outcome<LabelDesignRow> {
    let mut faults = Faults::new();
    if !may_design(tx, desk, &input.product_id).await? {
        faults.add("/product_id", "register_product_unknown").with("value", &input.product_id);
    }
    let season = input.season.trim();
    if season.len() != 4 || !season.bytes().all(|b| b.is_ascii_digit()) {
        faults.add("/season", "season_missing");
    }
    let name = form::required(&mut faults, "/name", &input.name, NAME);
    let note = form::optional(&mut faults, "/note", input.note.as_deref(), LINE);
    let from = days(desk, &mut faults, input.valid_from, input.valid_to);
    faults.check()?;
    let row = LabelDesignRow {
        id: desk.new_id(Noun::LabelDesign),
        product_id: input.product_id.clone(),
        season: season.to_owned(),
        name,
        note,
        valid_from: from.to_string(),
        valid_to: input.valid_to.map(|to| to.to_string()),
        file_sha256: kept.sha256.clone(),
        recorded_by: desk.actor.account_id.clone(),
        recorded_at: desk.clock.now(),
    };
    label_design::insert(tx, row.clone()).await?;
    let about = About { kind: "label_design", id: row.id.clone(), organisation_id: desk.actor.organisation_id.clone() };
    files::attach(tx, desk, kept, &about, Purpose::Evidence).await?;
    let facts = json!({ "product": row.product_id, "season": row.season, "name": row.name, "from": row.valid_from, "to": row.valid_to,
        "file_sha256": row.file_sha256 });
    ledger::append(tx, desk, Event::new(kind::LABEL_DESIGN_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// Ends a design with a day.
///
/// # Errors
/// `not_found`; `facility_backwards`; `already_ended`.
pub async fn end_label_design(tx: &Tx, desk: &Desk, id: &str, input: &LastDayInput) -> Outcome<LabelDesignRow> {
    let mut row = label_design::find(tx.connection(), id).await?.ok_or_else(Failure::not_found)?;
    if !may_design(tx, desk, &row.product_id).await? {
        return Err(Failure::not_found());
    }
    let last = last_day(desk, &row.valid_from, row.valid_to.as_deref(), input)?;
    label_design::end(tx, id, last).await?;
    row.valid_to = Some(last.to_string());
    ledger::append(tx, desk, Event::new(kind::LABEL_DESIGN_ENDED, id, json!({ "to": row.valid_to }))).await?;
    Ok(row)
}
