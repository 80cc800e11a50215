//! The check of farm work: was anything picked within the safety interval of what was sprayed? It warns and blocks nothing: a record of
//! work is a household's own, and what decides is the test.

use super::facts::{Facts, FarmWork, Spray};
use super::{Check, CheckOutcome, Finding};
use crate::kernel::Day;
use crate::registry::product::AccountBasis;

pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    if facts.farm.is_empty() {
        // Where goods grow and no plot is named, nothing can be said; where nothing grows, nothing is asked.
        if facts.goods.basis == AccountBasis::Plots {
            findings.push(Finding::new(Check::SafetyInterval, CheckOutcome::Silent, "/sources"));
        }
        return;
    }
    let warned: Vec<Finding> = facts.farm.iter().filter_map(|work| warning(facts, work)).collect();
    if !warned.is_empty() {
        findings.extend(warned);
        return;
    }
    // One plot without a record leaves the question open.
    let outcome = if facts.farm.iter().all(|work| work.recorded) { CheckOutcome::Passed } else { CheckOutcome::Silent };
    let recorded = facts.farm.iter().filter(|work| work.recorded).count();
    findings.push(Finding::new(Check::SafetyInterval, outcome, "/sources").found(recorded).should(facts.farm.len()));
}

/// The spray whose interval ends last, if the harvest fell within it.
fn warning(facts: &Facts, work: &FarmWork) -> Option<Finding> {
    let (spray, picked) =
        work.sprays.iter().filter_map(|spray| Some((spray, picked_within(facts, spray)?))).max_by_key(|(s, _)| ready(s))?;
    let warned = Finding::new(Check::SafetyInterval, CheckOutcome::Warned, "/harvested_from").about(&work.plot_id);
    Some(
        warned
            .found(picked)
            .should(ready(spray))
            .with("plot", &work.plot)
            .with("input", &spray.input)
            .with("sprayed", spray.on)
            .with("days", spray.interval_days),
    )
}

/// The first day on which picking is right again.
fn ready(spray: &Spray) -> Day {
    spray.on.plus(spray.interval_days)
}

/// The first day of harvest on or after the spray, if it is too early. What was picked before it is not concerned.
fn picked_within(facts: &Facts, spray: &Spray) -> Option<Day> {
    let picked = facts.days.from.max(spray.on);
    (picked <= facts.days.to && picked < ready(spray)).then_some(picked)
}
