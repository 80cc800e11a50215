//! Checks of where goods come from: deliveries, plots, input, and the area of every right.

use super::facts::{Facts, Plot, Source, SourceKind};
use super::{Check, CheckOutcome, Finding};
use crate::kernel::quantity;
use crate::registry::area::AreaAnswer;
use crate::registry::interval::DayInterval;

/// Checks every source; answers how much each vouches for.
pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) -> Vec<i64> {
    let sum: i64 = facts.sources.iter().map(|s| s.amount).sum();
    let agrees = !facts.sources.is_empty() && facts.stated.is_none_or(|stated| stated == sum);
    findings.push(
        Finding::when(agrees, Check::Sources, CheckOutcome::Refused, "/sources")
            .found(facts.goods.show(sum))
            .should(facts.goods.show(facts.stated.unwrap_or(facts.amount))),
    );
    capacity(facts, findings);
    facts.sources.iter().map(|source| one(facts, source, findings)).collect()
}

fn one(facts: &Facts, source: &Source, findings: &mut Vec<Finding>) -> i64 {
    let most = match &source.kind {
        SourceKind::Delivery { .. } => delivery(facts, source, findings),
        SourceKind::Plot(plot) => self::plot(facts, source, plot, findings),
        SourceKind::Input { amount, .. } => input(facts, source, *amount, findings),
    };
    for area in &source.areas {
        findings.push(self::area(source, area));
    }
    source.amount.min(most.max(0))
}

/// What is only too much holds where the excess is accepted as pending.
fn too_much(facts: &Facts) -> CheckOutcome {
    if facts.accept_excess { CheckOutcome::Held } else { CheckOutcome::Refused }
}

fn weight_pointer(source: &Source) -> String {
    if source.pointer.starts_with("/sources") { format!("{}/net_weight_g", source.pointer) } else { source.pointer.clone() }
}

fn delivery(facts: &Facts, source: &Source, findings: &mut Vec<Finding>) -> i64 {
    let SourceKind::Delivery { id, fits, amount, covered, used, taken, on } = &source.kind else { return 0 };
    let pointer = format!("{}/delivery_id", source.pointer);
    let in_time = facts.days.packed_on.is_none_or(|packed| *on <= packed);
    let fitting = Finding::when(*fits && in_time, Check::Delivery, CheckOutcome::Refused, pointer).about(id).found(on);
    let by = facts.days.packed_on.unwrap_or(facts.today);
    findings.push(fitting.should(by));
    let (left, covered_left) = (amount - taken, (covered - used).max(0));
    let outcome = if source.amount > left { CheckOutcome::Refused } else { too_much(facts) };
    findings.push(
        Finding::when(source.amount <= covered_left, Check::DeliveryCover, outcome, weight_pointer(source))
            .about(id)
            .found(facts.goods.show(source.amount))
            .should(facts.goods.show(covered_left))
            .with("delivered", facts.goods.show(*amount))
            .with("used", facts.goods.show(*taken)),
    );
    covered_left
}

fn plot(facts: &Facts, source: &Source, plot: &Plot, findings: &mut Vec<Finding>) -> i64 {
    let pointer = if source.pointer.starts_with("/sources") { format!("{}/plot_id", source.pointer) } else { source.pointer.clone() };
    let finding =
        |is_right, check, broken| Finding::when(is_right, check, broken, pointer.clone()).about(&plot.id).with("plot", &plot.name);
    findings.push(finding(plot.own, Check::PlotHolder, CheckOutcome::Refused));
    findings.push(finding(plot.fits, Check::PlotProduct, CheckOutcome::Refused).should(&facts.goods.name));
    let harvest = DayInterval { from: facts.days.from, to: Some(facts.days.to) };
    let until = plot.valid.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
    findings.push(
        finding(plot.valid.covers(harvest), Check::PlotValid, CheckOutcome::Refused)
            .found(format!("{} – {}", facts.days.from, facts.days.to))
            .should(format!("{} – {until}", plot.valid.from)),
    );
    let grew = plot.earlier_m2.filter(|earlier| *earlier < plot.area_m2);
    let mu = |m2| format!("{} 亩", quantity::mu_of_m2(m2));
    findings.push(
        finding(grew.is_none(), Check::PlotStable, CheckOutcome::Held).found(mu(plot.area_m2)).should(mu(grew.unwrap_or(plot.area_m2))),
    );
    // Land entered anew with a larger area within the season bears no more than it did before.
    let bearing_m2 = grew.unwrap_or(plot.area_m2);
    let Some(most) = facts.goods.most_of_land(bearing_m2) else {
        findings.push(Finding::new(Check::PlotYield, CheckOutcome::Silent, weight_pointer(source)).about(&plot.id));
        return source.amount;
    };
    let left = (most - plot.used).max(0);
    findings.push(
        Finding::when(source.amount <= left, Check::PlotYield, too_much(facts), weight_pointer(source))
            .about(&plot.id)
            .found(facts.goods.show(source.amount))
            .should(facts.goods.show(left))
            .with("plot", &plot.name)
            .with("area", mu(bearing_m2))
            .with("most", facts.goods.show(most))
            .with("used", facts.goods.show(plot.used)),
    );
    left
}

fn input(facts: &Facts, source: &Source, amount: Option<i64>, findings: &mut Vec<Finding>) -> i64 {
    let Some((input, most)) = amount.and_then(|input| Some((input, facts.goods.most_of_input(input)?))) else {
        findings.push(Finding::new(Check::Conversion, CheckOutcome::Silent, weight_pointer(source)));
        return source.amount;
    };
    findings.push(
        Finding::when(source.amount <= most, Check::Conversion, too_much(facts), weight_pointer(source))
            .found(facts.goods.show(source.amount))
            .should(facts.goods.show(most))
            .with("input", facts.goods.show(input)),
    );
    most
}

fn capacity(facts: &Facts, findings: &mut Vec<Finding>) {
    let days = facts.days.to.since(facts.days.from).max(0) + 1;
    let Some(most) = facts.goods.most_of_days(days) else { return };
    findings.push(
        Finding::when(facts.amount <= most, Check::Capacity, CheckOutcome::Refused, "/net_weight_g")
            .found(facts.goods.show(facts.amount))
            .should(facts.goods.show(most))
            .with("days", days),
    );
}

/// A county being inside doesn't excuse a township outside; what the list can't tell is noted with its grade.
fn area(source: &Source, area: &super::facts::AreaFact) -> Finding {
    let (outcome, grade) = match area.answer {
        AreaAnswer::Inside(grade) => (CheckOutcome::Passed, grade.word()),
        AreaAnswer::Undecided(_) => (CheckOutcome::Silent, "unknown"),
        // A firm's seat is not where it makes its goods; only land and growers are.
        AreaAnswer::Outside if matches!(source.kind, SourceKind::Input { .. }) => (CheckOutcome::Held, "outside"),
        AreaAnswer::Outside => (CheckOutcome::Refused, "outside"),
    };
    Finding::new(Check::Area, outcome, source.pointer.clone())
        .about(&area.right_id)
        .found(if outcome == CheckOutcome::Refused { &area.place } else { grade })
        .should(&area.place)
}
