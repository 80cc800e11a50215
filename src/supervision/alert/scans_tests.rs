//! Truth tables of the rules on scans: each holds at its threshold and not one below; honest cases stay green.

use super::*;
use crate::kernel::clock::MINUTE;
use crate::trace::place::parse_place;

/// Ten in the morning of some day in China.
const START: Millis = 1_795_053_600_000 - 1_795_053_600_000 % DAY + 2 * HOUR;

fn visit(after: Millis, visitor: i64, place: &str, verdict: &str) -> Visit {
    Visit { at: START + after, visitor, place: parse_place(place), verdict: verdict.to_owned() }
}
fn ok(after: Millis, visitor: i64, place: &str) -> Visit {
    visit(after, visitor, place, if visitor == 1 { "first_check" } else { "checked_before" })
}
fn facts(visits: Vec<Visit>) -> CodeFacts {
    CodeFacts { visits, is_unit: true, home: ("石家庄市".to_owned(), "河北省".to_owned()), ..CodeFacts::default() }
}
fn asked(rule: RuleId, visits: Vec<Visit>) -> Option<Hit> {
    judge(rule, &Limits::defaults(rule.rule()), &facts(visits), START)
}
fn severity(rule: RuleId, visits: Vec<Visit>) -> Option<Severity> {
    asked(rule, visits).map(|hit| hit.severity)
}
fn everyone(visits: &[Visit]) -> Vec<RuleId> {
    let rules = [RuleId::R1, RuleId::R2, RuleId::R3, RuleId::R4, RuleId::R5, RuleId::R6, RuleId::R7];
    rules.into_iter().filter(|rule| asked(*rule, visits.to_vec()).is_some()).collect()
}
/// So many visitors, one every so often.
fn many(n: i64, every: Millis) -> Vec<Visit> {
    met(n, every, &["河北/石家庄"])
}
/// The same, in these places one after the other.
fn met(n: i64, every: Millis, places: &[&str]) -> Vec<Visit> {
    (0..n).zip(places.iter().cycle()).map(|(no, place)| ok(no * every, no + 1, place)).collect()
}
const TWO: [&str; 2] = ["河北/石家庄", "北京/北京"];

#[test]
fn r1_counts_visitors() {
    assert_eq!(severity(RuleId::R1, many(5, 3 * DAY)), None);
    assert_eq!(severity(RuleId::R1, many(6, 3 * DAY)), Some(Severity::Info), "more than five in a month");
    assert_eq!(severity(RuleId::R1, met(10, 2 * HOUR, &TWO)), Some(Severity::Info));
    let hit = asked(RuleId::R1, met(11, 2 * HOUR, &TWO)).unwrap();
    assert_eq!((hit.severity, hit.first_at, hit.at), (Severity::Amber, START + 10 * HOUR, START + 20 * HOUR), "more than ten in a week");
    assert_eq!(hit.figures["week"], "11");
    // Nine visitors of a week, who come again and again.
    let again = |n: i64| met(n, 2 * HOUR, &TWO).into_iter().map(|visit| Visit { visitor: visit.visitor % 9, ..visit }).collect::<Vec<_>>();
    assert_eq!(severity(RuleId::R1, again(20)), Some(Severity::Info));
    assert_eq!(severity(RuleId::R1, again(21)), Some(Severity::Amber), "more than twenty in all, and more than eight visitors");
    assert_eq!(severity(RuleId::R1, (0..30).map(|no| ok(no * DAY, no, "")).collect()), Some(Severity::Info), "a shop that looks every day");
}

#[test]
fn r1_takes_many_people_in_one_place_within_three_days_for_a_party() {
    let limits = Limits::defaults(RuleId::R1.rule());
    let (three_days, home) = (limits.get("party_days") * DAY, ["河北/石家庄"]);
    // Eleven visitors, ten steps between them.
    assert_eq!(severity(RuleId::R1, met(11, three_days / 10, &home)), Some(Severity::Info), "to know, no work");
    assert_eq!(severity(RuleId::R1, met(11, three_days / 10 + 1, &home)), Some(Severity::Amber), "for more than three days");
    assert_eq!(severity(RuleId::R1, met(38, 5 * MINUTE, &home)), Some(Severity::Info), "an office table");
    assert_eq!(
        severity(RuleId::R1, met(11, HOUR, &["河北/石家庄", "河北"])),
        Some(Severity::Info),
        "a carrier's exit of the same province"
    );
    assert_eq!(severity(RuleId::R1, met(11, HOUR, &["河北/石家庄", ""])), Some(Severity::Info), "some addresses have no place");
    assert_eq!(severity(RuleId::R1, met(11, HOUR, &["河北/石家庄", "河北/保定"])), Some(Severity::Amber), "two cities");
    assert_eq!(severity(RuleId::R1, met(11, HOUR, &["河北/石家庄", "北京"])), Some(Severity::Amber), "two provinces");
    assert_eq!(severity(RuleId::R1, met(11, HOUR, &[""])), Some(Severity::Amber), "nobody knows whether it was one place");
    // What left the week is no second place any more.
    let mut later = vec![ok(0, 99, "北京/北京")];
    later.extend(met(11, HOUR, &home).into_iter().map(|visit| Visit { at: visit.at + 8 * DAY, ..visit }));
    assert_eq!(severity(RuleId::R1, later), Some(Severity::Info));
}

#[test]
fn r2_counts_an_hour() {
    assert_eq!(severity(RuleId::R2, many(8, MINUTE)), None);
    assert_eq!(severity(RuleId::R2, many(9, MINUTE)), Some(Severity::Amber));
    assert_eq!(severity(RuleId::R2, many(9, 8 * MINUTE)), None, "spread over more than an hour");
}

#[test]
fn r3_needs_two_cities_too_far_apart() {
    let pair = |from: &str, to: &str, hours: Millis| severity(RuleId::R3, vec![ok(0, 1, from), ok(hours * HOUR, 2, to)]);
    assert_eq!(pair("河北/石家庄", "上海/上海", 3), Some(Severity::Amber));
    assert_eq!(pair("河北/石家庄", "上海/上海", 4), None, "time enough to fly");
    assert_eq!(pair("河北/石家庄", "北京/北京", 1), None, "near enough to drive");
    assert_eq!(pair("河北", "上海/上海", 1), None, "a province alone is a carrier's exit");
    let hit = asked(RuleId::R3, vec![ok(0, 1, "河北/石家庄"), ok(HOUR, 2, "上海/上海")]).unwrap();
    assert_eq!((hit.figures["from"].as_str(), hit.figures["minutes"].as_str()), ("河北/石家庄", "60"));
}

#[test]
fn r4_counts_provinces() {
    let places =
        |names: &[&str], every: Millis| -> Vec<Visit> { (0_i64..).zip(names).map(|(no, name)| ok(no * every, no + 1, name)).collect() };
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "北京"], HOUR)), None);
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "天津"], HOUR)), Some(Severity::Amber));
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "天津", "山东"], 30 * HOUR)), None);
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "天津", "山东", "河南"], 30 * HOUR)), Some(Severity::Amber), "five in a week");
    let mut shared = facts(places(&["河北", "北京", "天津"], HOUR));
    shared.is_unit = false;
    assert_eq!(judge(RuleId::R4, &Limits::defaults(RuleId::R4.rule()), &shared, START), None, "a code of a whole batch is everywhere");
}

#[test]
fn r5_and_r7_are_about_labels_not_in_use() {
    let early = |n: i64, place: &str| severity(RuleId::R5, (0..n).map(|no| visit(no * HOUR, no, place, "not_activated")).collect());
    assert_eq!(early(1, "河北/石家庄"), Some(Severity::Info));
    assert_eq!(early(2, "河北/石家庄"), Some(Severity::Info));
    assert_eq!(early(3, "河北/石家庄"), Some(Severity::High));
    assert_eq!(early(1, "河北/保定"), Some(Severity::High), "another city than the producer's");
    assert_eq!(early(1, "河北"), Some(Severity::Info), "nobody knows which city");
    assert_eq!(early(1, ""), Some(Severity::Info));
    assert_eq!(severity(RuleId::R7, vec![visit(0, 1, "", "recalled")]), Some(Severity::High));
    let stale = |n: i64, days: i64| {
        let visits = (0..n).map(|no| visit(no * MINUTE, no, "", "expired")).collect();
        let stale = CodeFacts { best_before: Some(Day::of(START).plus(-days)), ..facts(visits) };
        judge(RuleId::R7, &Limits::defaults(RuleId::R7.rule()), &stale, START).map(|hit| hit.severity)
    };
    assert_eq!((stale(3, 30), stale(2, 31), stale(3, 31)), (None, None, Some(Severity::Info)));
}

#[test]
fn r6_tells_a_worker_at_the_bin_from_a_label_that_is_about() {
    // Each is a moment, a visitor and a label; the rule is asked about label 1.
    let asked = |is_missing: bool, scans: &[(Millis, i64, i64)]| {
        let visits = scans.iter().filter(|scan| scan.2 == 1).map(|(at, visitor, _)| visit(*at, *visitor, "", "voided")).collect();
        let withdrawn = scans.iter().map(|(at, visitor, seq)| Withdrawn { at: START + at, visitor: *visitor, seq: *seq }).collect();
        let known = CodeFacts { is_missing, withdrawn, ..facts(visits) };
        judge(RuleId::R6, &Limits::defaults(RuleId::R6.rule()), &known, START)
    };
    let severity = |scans: &[(Millis, i64, i64)]| asked(false, scans).map(|hit| hit.severity);
    assert_eq!(severity(&[(0, 1, 1)]), Some(Severity::Info), "a spoilt spare label before the bin");
    assert_eq!(severity(&[(0, 1, 1), (DAY, 1, 1)]), Some(Severity::Info), "the same visitor again");
    assert_eq!(severity(&[(0, 1, 1), (DAY, 2, 1)]), Some(Severity::Amber), "two visitors of one label");
    assert_eq!(severity(&[(0, 1, 2), (HOUR, 1, 1)]), Some(Severity::Amber), "two labels of the order");
    assert_eq!(severity(&[(0, 1, 2), (HOUR, 2, 1)]), Some(Severity::High), "two visitors, two labels");
    assert_eq!(severity(&[(0, 1, 1), (HOUR, 2, 2)]), Some(Severity::Info), "what comes later is found at the other label");
    assert_eq!(severity(&[(0, 1, 2), (30 * DAY, 2, 1)]), Some(Severity::Info), "a month later nobody remembers");
    assert_eq!(severity(&[(0, 1, 2)]), None, "not this label");
    assert_eq!(asked(true, &[(0, 1, 1)]).map(|hit| hit.severity), Some(Severity::High), "lost or stolen");
    let hit = asked(false, &[(0, 1, 2), (HOUR, 2, 1)]).unwrap();
    assert_eq!((hit.figures["visitors"].as_str(), hit.figures["labels"].as_str()), ("2", "2"));
}

#[test]
fn r8_and_r9_are_about_pins() {
    let tries = |outcomes: &[(&str, i64)]| -> Vec<PinTry> {
        let one = |(no, (outcome, visitor)): (i64, &(&str, i64))| PinTry {
            at: START + no * MINUTE,
            visitor: *visitor,
            outcome: (*outcome).to_owned(),
        };
        (0_i64..).zip(outcomes).map(one).collect()
    };
    let asked = |rule: RuleId, outcomes: &[(&str, i64)]| pins(rule, &Limits::defaults(rule.rule()), &tries(outcomes), START).is_some();
    assert!(!asked(RuleId::R8, &[("first", 1), ("used", 2), ("used", 2), ("used", 1)]));
    assert!(asked(RuleId::R8, &[("first", 1), ("used", 2), ("wrong", 3)]));
    assert!(!asked(RuleId::R8, &[("wrong", 2), ("wrong", 3), ("first", 1)]), "before its use is no use again");
    assert!(!asked(RuleId::R9, &[("wrong", 1); 4]) && asked(RuleId::R9, &[("wrong", 1); 5]));
}

#[test]
fn r12_counts_codes_of_one_visitor() {
    let limits = Limits::defaults(RuleId::R12.rule());
    let visits = |n: i64, every: Millis| (0..n).map(|no| (START + no * every, (7, no))).collect::<Vec<_>>();
    let severity = |visits: &[(Millis, (i64, i64))], sent: &[Sent]| harvest(&limits, visits, sent, START).map(|hit| hit.severity);
    assert_eq!(severity(&visits(29, MINUTE), &[]), None);
    assert_eq!(severity(&visits(30, MINUTE), &[]), Some(Severity::Amber));
    assert_eq!(harvest(&limits, &visits(30, MINUTE), &[], START).unwrap().figures["codes"], "30");
    assert_eq!(severity(&visits(60, HOUR), &[]), None, "a day holds 24 of them");
    assert_eq!(severity(&[(START, (7, 1)); 60], &[]), None, "one code over and over is one");
    // A shop unpacks what was sent to it some days ago.
    let sent = |days: i64, codes: &[(i64, i64, i64)]| Sent { on: Day::of(START).plus(-days), codes: codes.to_vec() };
    let unpacked = |sent: &[Sent]| severity(&visits(30, MINUTE), sent);
    assert_eq!(unpacked(&[sent(0, &[(7, 0, 29)])]), Some(Severity::Info));
    assert_eq!(unpacked(&[sent(14, &[(7, 0, 9), (7, 10, 300)])]), Some(Severity::Info), "two boxes of one shipment");
    assert_eq!(unpacked(&[sent(15, &[(7, 0, 29)])]), Some(Severity::Amber), "too long ago");
    assert_eq!(unpacked(&[sent(-1, &[(7, 0, 29)])]), Some(Severity::Amber), "not sent yet");
    assert_eq!(unpacked(&[sent(1, &[(7, 0, 28)])]), Some(Severity::Amber), "one code is of something else");
    assert_eq!(unpacked(&[sent(1, &[(8, 0, 29)])]), Some(Severity::Amber), "another order");
    assert_eq!(unpacked(&[sent(1, &[(7, 0, 14)]), sent(1, &[(7, 15, 29)])]), Some(Severity::Amber), "of two shipments");
}

#[test]
fn honest_cases_stay_green() {
    // A gift: bought, given, looked at by a family.
    let gift = [ok(0, 1, "河北/石家庄"), ok(2 * DAY, 2, "北京/北京"), ok(2 * DAY + HOUR, 3, "北京/北京"), ok(9 * DAY, 4, "北京/北京")];
    assert!(everyone(&gift).is_empty());
    // Staff of a shop: the same code looked at on arrival, on the shelf, by a customer, by the customer at home.
    let shop = [ok(0, 1, "北京/北京"), ok(DAY, 2, "北京/北京"), ok(2 * DAY, 3, "北京/北京"), ok(2 * DAY + 3 * HOUR, 4, "北京")];
    assert!(everyone(&shop).is_empty());
    // Roaming and a tunnel: one person, a carrier's exit in one province, a tunnel's in another.
    let roaming = [ok(0, 1, "河北/石家庄"), ok(20 * MINUTE, 2, "广东"), ok(40 * MINUTE, 3, "广东")];
    assert!(everyone(&roaming).is_empty());
    // Returned and sold again.
    let resold = [ok(0, 1, "河北/石家庄"), ok(DAY, 2, "天津/天津"), ok(12 * DAY, 3, "山东/济南"), ok(13 * DAY, 4, "山东/济南")];
    assert!(everyone(&resold).is_empty());
    // A label for display, before thousands of people: a sample.
    let shown: Vec<Visit> = (0..500).map(|no| visit(no * 10_000, no, if no % 2 == 0 { "河北" } else { "海南/三亚" }, "sample")).collect();
    assert!(everyone(&shown).is_empty());
}

#[test]
fn a_stretch_cut_in_two_is_found_alike() {
    let visits: Vec<Visit> = (0..40)
        .map(|no| ok(no * HOUR, no, ["河北/石家庄", "北京/北京", "上海/上海", "广东/广州"][usize::try_from(no % 4).unwrap()]))
        .collect();
    for rule in [RuleId::R1, RuleId::R2, RuleId::R3, RuleId::R4] {
        let limits = Limits::defaults(rule.rule());
        let whole = judge(rule, &limits, &facts(visits.clone()), START);
        for cut in 1..visits.len() {
            let first = judge(rule, &limits, &facts(visits[..cut].to_vec()), START);
            let second = judge(rule, &limits, &facts(visits.clone()), visits[cut].at);
            let both = match (first, second) {
                (Some(one), Some(two)) => Some(Hit { first_at: one.first_at, severity: one.severity.max(two.severity), ..two }),
                (one, two) => two.or(one),
            };
            assert_eq!(both, whole, "{} cut at {cut}", rule.word());
        }
    }
}
