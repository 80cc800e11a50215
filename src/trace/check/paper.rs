//! Checks of papers: rights, mark uses, the standard, tests.

use super::facts::{Facts, Mark, Standard, Test};
use super::{Check, CheckOutcome, Finding};
use crate::kernel::Day;
use crate::registry::mark_use::Standing;
use crate::trace::batch::TestScope;

pub(super) fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    marks(facts, findings);
    standard(facts, findings);
    for (no, test) in facts.tests.iter().enumerate() {
        self::test(facts, no, test, findings);
    }
}

/// The marks a batch relies on: those named, or of all there are those that stand.
pub fn relied_on(facts: &Facts) -> Vec<&Mark> {
    let stands = |mark: &&Mark| facts.marks_named || mark_findings(facts, mark, "").iter().all(|f| f.outcome == CheckOutcome::Passed);
    facts.marks.iter().filter(stands).collect()
}

fn marks(facts: &Facts, findings: &mut Vec<Finding>) {
    let relied = relied_on(facts);
    for (no, mark) in relied.iter().enumerate() {
        let pointer = if facts.marks_named { format!("/mark_use_ids/{no}") } else { "/mark_use_ids".to_owned() };
        findings.extend(mark_findings(facts, mark, &pointer));
    }
    if !relied.is_empty() {
        return;
    }
    // None stands: say why of each, or that there is none.
    for mark in &facts.marks {
        findings.extend(mark_findings(facts, mark, "/mark_use_ids").into_iter().filter(|f| f.outcome != CheckOutcome::Passed));
    }
    if facts.marks.is_empty() {
        let none = Finding::new(Check::MarkUse, CheckOutcome::Refused, "/mark_use_ids");
        findings.push(none.found("not_granted").should(facts.days.made_on()).with("right_name", &facts.goods.name));
    }
}

fn mark_findings(facts: &Facts, mark: &Mark, pointer: &str) -> Vec<Finding> {
    let made_on = facts.days.made_on();
    let finding = |is_right, check| {
        Finding::when(is_right, check, CheckOutcome::Refused, pointer).about(&mark.right_id).with("right_name", &mark.right_name)
    };
    let mut found = vec![finding(mark.own, Check::MarkUseOwn)];
    let status = mark.status.map_or("unknown", |s| s.word());
    let counts = mark.status.is_some_and(|s| s.allows_batches()) && mark.term.on(made_on).counts();
    found.push(finding(counts, Check::Right).found(status).should(made_on));
    found.push(finding(stands(mark, made_on, facts.today), Check::MarkUse).found(standing(mark, made_on, facts.today)).should(made_on));
    found
}

/// In force when the goods were made, and not suspended today: what was made while the right was in force stays lawful, but a
/// suspension blocks new batches.
fn stands(mark: &Mark, made_on: Day, today: Day) -> bool {
    mark.granted && mark.days.in_force_on(made_on) && !matches!(mark.days.on(today), Standing::Suspended(_))
}

fn standing(mark: &Mark, made_on: Day, today: Day) -> String {
    let said = |standing| match standing {
        Standing::InForce(since) => format!("in_force {since}"),
        Standing::Suspended(since) => format!("suspended {since}"),
        Standing::NotYet(from) => from.map_or_else(|| "not_yet".to_owned(), |from| format!("not_yet {from}")),
        Standing::Ended(last) => format!("ended {last}"),
    };
    match mark.days.on(today) {
        suspended @ Standing::Suspended(_) => said(suspended),
        _ if !mark.granted => "not_granted".to_owned(),
        _ => said(mark.days.on(made_on)),
    }
}

fn standard(facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(Standard { number, known, from, withdrawn_on, instead }) = &facts.standard else {
        findings.push(Finding::new(Check::StandardKnown, CheckOutcome::Silent, "/standard_version"));
        return;
    };
    let finding = |is_right, check| Finding::when(is_right, check, CheckOutcome::Refused, "/standard_version").with("standard", number);
    findings.push(finding(*known, Check::StandardKnown).found(number).should(or_dash(instead)));
    if !known {
        return;
    }
    let made_on = facts.days.made_on();
    let withdrawn = withdrawn_on.filter(|day| *day <= made_on);
    let not_yet = from.filter(|day| made_on < *day);
    let days = [from.map_or_else(|| "…".to_owned(), |d| d.to_string()), withdrawn_on.map_or_else(|| "…".to_owned(), |d| d.to_string())];
    let right = finding(withdrawn.is_none() && not_yet.is_none(), Check::StandardInForce);
    findings.push(right.found(made_on).should(days.join(" – ")).with("instead", or_dash(instead)));
}

fn or_dash(numbers: &[String]) -> String {
    if numbers.is_empty() { "—".to_owned() } else { numbers.join("、") }
}

fn test(facts: &Facts, no: usize, test: &Test, findings: &mut Vec<Finding>) {
    let at = |field: &str| format!("/tests/{no}/{field}");
    if let Some(on) = test.reported_on {
        let in_time = on <= facts.today;
        findings.push(Finding::when(in_time, Check::TestDate, CheckOutcome::Refused, at("reported_on")).found(on).should(facts.today));
    }
    if let Some(report) = test.report_no.as_ref().filter(|_| test.scope == TestScope::Lot) {
        let once = test.also_shown == 0;
        let reuse = Finding::when(once, Check::TestReuse, CheckOutcome::Held, at("report_no")).found(report);
        findings.push(reuse.should(1).with("batches", test.also_shown));
    }
    findings.push(Finding::when(!test.failed, Check::TestResult, CheckOutcome::Held, at("result")).found(&test.item));
}
