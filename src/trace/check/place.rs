//! Checks of the place where goods are packed or kept: the producer's own, valid and licensed on the day of packing.

use super::facts::{Facility, Facts, KnownFacility};
use super::{Check, CheckOutcome, Finding};
use crate::registry::facility::lapsed_on;

const AT: &str = "/facility_id";

pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    match &facts.facility {
        None => {}
        Some(Facility::Named) => findings.push(Finding::new(Check::FacilityKnown, CheckOutcome::Silent, AT)),
        Some(Facility::Unknown(given)) => findings.push(Finding::new(Check::FacilityKnown, CheckOutcome::Refused, AT).found(given)),
        Some(Facility::Known(facility)) => known(facts, facility, findings),
    }
}

fn known(facts: &Facts, facility: &KnownFacility, findings: &mut Vec<Finding>) {
    let made_on = facts.days.made_on();
    findings.push(Finding::new(Check::FacilityKnown, CheckOutcome::Passed, AT).about(&facility.id));
    findings.push(Finding::when(facility.own, Check::FacilityOwn, CheckOutcome::Refused, AT).about(&facility.id).found(&facility.name));
    if !facility.own {
        return;
    }
    let until = facility.valid.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
    let valid = Finding::when(facility.valid.contains(made_on), Check::FacilityValid, CheckOutcome::Refused, AT);
    findings.push(
        valid.about(&facility.id).found(made_on).should(format!("{} – {until}", facility.valid.from)).with("facility", &facility.name),
    );
    if facility.licences.is_empty() {
        findings.push(Finding::new(Check::Licence, CheckOutcome::Silent, AT).about(&facility.id));
        return;
    }
    let licence = match lapsed_on(&facility.licences, made_on) {
        None => Finding::new(Check::Licence, CheckOutcome::Passed, AT),
        Some(lapsed) => {
            let until = lapsed.days.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
            let found = format!("{} {} {} – {until}", lapsed.kind, lapsed.number, lapsed.days.from);
            Finding::new(Check::Licence, CheckOutcome::Held, AT).found(found)
        }
    };
    findings.push(licence.about(&facility.id).should(made_on).with("facility", &facility.name));
}
