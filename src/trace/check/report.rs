//! Checks of test reports: each speaks of what it is shown for, is good on the day, and is a paper of its own; together they are what
//! the product's plan asks for. Using one report for everything in its scope is right; using it outside is not.

use super::facts::{Facts, Report};
use super::{Check, CheckOutcome, Finding};
use crate::kernel::Day;
use crate::registry::commands::{TestPlanItem, TestScope as PlanScope};
use crate::trace::batch::TestScope;

pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    for (no, report) in facts.reports.iter().enumerate() {
        one(facts, &format!("/report_ids/{no}"), report, findings);
    }
    if facts.plan.is_empty() {
        findings.push(Finding::new(Check::TestPlan, CheckOutcome::Silent, "/report_ids"));
    }
    for item in &facts.plan {
        planned(facts, item, findings);
    }
}

fn one(facts: &Facts, at: &str, report: &Report, findings: &mut Vec<Finding>) {
    let made_on = facts.days.made_on();
    let held = |is_right, check| Finding::when(is_right, check, CheckOutcome::Held, at);
    findings.push(held(report.fits, Check::TestScope).found(&report.report_no).should(&report.of));
    if let Some(last) = report.valid_to {
        let said = format!("{} {last}", report.report_no);
        findings.push(held(last >= made_on, Check::TestValid).found(said).should(made_on));
    }
    let file = report.same_file.as_ref().map_or_else(|| report.report_no.clone(), |other| format!("{} = {other}", report.report_no));
    findings.push(held(report.same_file.is_none(), Check::TestFile).found(file).should(1));
    for (item, failed) in &report.items {
        findings.push(held(!failed, Check::TestResult).found(item));
    }
}

/// Something that may cover an item of the plan.
struct Cover {
    until: Option<Day>,
    accredited: bool,
}

fn planned(facts: &Facts, item: &TestPlanItem, findings: &mut Vec<Finding>) {
    let at = "/report_ids";
    let covers = covers(facts, item);
    if covers.is_empty() {
        let outcome = if item.before_release { CheckOutcome::Held } else { CheckOutcome::Silent };
        findings.push(Finding::new(Check::TestPlan, outcome, at).found(&item.item).should(1));
        return;
    }
    findings.push(Finding::new(Check::TestPlan, CheckOutcome::Passed, at).found(&item.item).should(1));
    let made_on = facts.days.made_on();
    let good: Vec<&Cover> = covers.iter().filter(|cover| cover.until.is_none_or(|last| last >= made_on)).collect();
    if good.is_empty() {
        let last = covers.iter().filter_map(|cover| cover.until).max().map(|day| day.to_string()).unwrap_or_default();
        let expired = Finding::new(Check::TestValid, CheckOutcome::Held, at).found(format!("{} {last}", item.item));
        findings.push(expired.should(made_on));
    }
    if item.accredited {
        let tested = covers.iter().any(|cover| cover.accredited);
        let right = item.by.clone().unwrap_or_else(|| "CMA".to_owned());
        findings.push(Finding::when(tested, Check::TestAccredited, CheckOutcome::Held, at).found(&item.item).should(right));
    }
}

/// What is shown for an item, in a scope no wider than the plan's, and until when the plan lets it count.
fn covers(facts: &Facts, item: &TestPlanItem) -> Vec<Cover> {
    let until = |on: Option<Day>| on.zip(item.valid_days).map(|(on, days)| on.plus(i64::from(days)));
    let tests = facts.tests.iter().filter(|test| test.item == item.item && width(test.scope) <= width_of(item.scope));
    let tests = tests.map(|test| Cover { until: until(test.reported_on), accredited: false });
    let fits =
        |report: &&Report| report.fits && width(report.scope) <= width_of(item.scope) && report.items.iter().any(|(i, _)| *i == item.item);
    let reports = facts.reports.iter().filter(fits).map(|report| Cover {
        until: [report.valid_to, until(Some(report.reported_on))].into_iter().flatten().min(),
        accredited: report.accredited,
    });
    tests.chain(reports).collect()
}

fn width(scope: TestScope) -> u8 {
    match scope {
        TestScope::Lot => 0,
        TestScope::Plot => 1,
        TestScope::Season => 2,
    }
}

fn width_of(scope: PlanScope) -> u8 {
    match scope {
        PlanScope::Lot => 0,
        PlanScope::Plot => 1,
        PlanScope::Season => 2,
    }
}
