//! Rows of the register.

use super::super::names::Form;
use crate::identity::organisation::{OrganisationInput, OrganisationKind};
use crate::kernel::Outcome;
use crate::registry::commands::{
    FacilityInput, GrowerInput, GrowerKind, MarkUseInput, PlaceInput, PlotInput, grant_mark_use, register_facility, register_grower,
    register_organisation, register_plot,
};
use crate::registry::facility::{FacilityKind, FacilityTenure};
use crate::registry::plot::{AreaUnit, Tenure};

pub(super) async fn organisation(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let division_code = form.division().await?.unwrap_or_default();
    let input = OrganisationInput {
        kind: OrganisationKind::parse(&form.said("kind")).unwrap_or(OrganisationKind::Producer),
        name: form.said("name"),
        credit_code: form.text("credit_code"),
        credit_code_evidence: form.text("credit_code_evidence"),
        division_code,
        contact: form.text("contact"),
    };
    Ok(Some(register_organisation(form.tx, form.desk, &input, false).await?.row.id))
}

pub(super) async fn grower(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let division_code = form.division().await?.unwrap_or_default();
    let organisation_id = form.organisation("organisation").await?;
    let kind = match form.said("kind").as_str() {
        "person" => GrowerKind::Person,
        "organisation" => GrowerKind::Organisation,
        _ => GrowerKind::Household,
    };
    let input = GrowerInput {
        kind,
        name: form.said("name"),
        division_code,
        village: form.said("village"),
        household_no: form.text("household_no"),
        phone: form.text("phone"),
        organisation_id,
    };
    Ok(Some(register_grower(form.tx, form.desk, &input).await?.id))
}

pub(super) async fn plot(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let grower = form.grower().await?;
    let organisation = form.organisation("organisation").await?;
    let holder = match (grower, form.text("grower")) {
        (Some(id), _) => Some(id),
        (None, Some(_)) => None,
        (None, None) => organisation.or_else(|| form.desk.actor.organisation_id.clone()),
    };
    if holder.is_none() && form.text("grower").is_none() {
        form.fault("grower", "sheet_missing", &[("right", "张三".to_owned())]);
    }
    let product_id = form.product("product").await?;
    let place = PlaceInput { division_code: form.division().await?.unwrap_or_default(), as_of: None, village: form.text("village") };
    let input = PlotInput {
        holder_id: holder.unwrap_or_default(),
        product_id: product_id.unwrap_or_default(),
        name: form.text("name"),
        variety: form.text("variety"),
        planted_year: form.text("planted_year").and_then(|year| year.parse().ok()),
        tenure: Tenure::parse(&form.said("tenure")).unwrap_or(Tenure::Contracted),
        lessor: form.text("lessor"),
        parcel_code: form.text("parcel_code"),
        replaces: None,
        valid_from: form.day("valid_from").unwrap_or_else(|| form.desk.clock.today()),
        valid_to: form.day("valid_to"),
        area: form.text("area"),
        area_unit: form.text("area_unit").and_then(|unit| AreaUnit::parse(&unit)),
        area_m2: None,
        places: vec![place],
        geometry: None,
        note: form.text("note"),
    };
    Ok(Some(register_plot(form.tx, form.desk, &input).await?.row.id))
}

pub(super) async fn mark_use(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let organisation_id = form.organisation("organisation").await?.unwrap_or_default();
    let right_id = match form.product("product").await? {
        Some(product) => form.right(&product).await?,
        None => None,
    };
    let input = MarkUseInput {
        organisation_id,
        right_id: right_id.unwrap_or_default(),
        in_force_from: form.day("in_force_from").unwrap_or_else(|| form.desk.clock.today()),
        in_force_to: form.day("in_force_to"),
        announcement_id: form.announcement().await?,
        contract: form.text("contract"),
        evidence: form.text("evidence"),
    };
    Ok(Some(grant_mark_use(form.tx, form.desk, &input, false).await?.id))
}

pub(super) async fn facility(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let input = FacilityInput {
        organisation_id: form.organisation("organisation").await?,
        kind: FacilityKind::parse(&form.said("kind")).unwrap_or(FacilityKind::PackingHouse),
        name: form.said("name"),
        tenure: if form.said("tenure") == FacilityTenure::Rented.word() { FacilityTenure::Rented } else { FacilityTenure::Own },
        lessor: form.text("lessor"),
        division_code: form.division().await?,
        address: form.text("address"),
        capacity: form.amount("capacity", 1_000_000),
        valid_from: form.day("valid_from"),
        valid_to: form.day("valid_to"),
    };
    Ok(Some(register_facility(form.tx, form.desk, &input).await?.id))
}
