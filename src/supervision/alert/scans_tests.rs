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
    (0..n).map(|no| ok(no * every, no + 1, "河北/石家庄")).collect()
}

#[test]
fn r1_tells_a_crowd_from_people_day_after_day() {
    assert_eq!(severity(RuleId::R1, many(5, DAY / 8)), None);
    assert_eq!(severity(RuleId::R1, many(6, DAY / 8)), Some(Severity::Info), "more than five in a month");
    // Twelve visitors of one day are a party, a picture in a chat, a pack before a camera; of seven days they are buyers of several packs.
    assert_eq!(severity(RuleId::R1, many(12, HOUR)), Some(Severity::Info));
    assert_eq!(severity(RuleId::R1, many(500, MINUTE)), Some(Severity::Info), "however many");
    assert_eq!(severity(RuleId::R1, many(17, 8 * HOUR)), Some(Severity::Info), "six days");
    let hit = asked(RuleId::R1, many(18, 8 * HOUR)).unwrap();
    assert_eq!((hit.severity, hit.first_at, hit.at), (Severity::Amber, START + 40 * HOUR, START + 136 * HOUR), "the seventh day");
    assert_eq!((hit.figures["month"].as_str(), hit.figures["long"].as_str(), hit.figures["days"].as_str()), ("18", "18", "7"));
    assert_eq!(severity(RuleId::R1, many(11, 16 * HOUR)), Some(Severity::Info), "eleven people on eight days");
    assert_eq!(severity(RuleId::R1, many(12, 14 * HOUR)), Some(Severity::Amber), "twelve are enough");
    // Nine days are enough by themselves, within sixty.
    assert_eq!(severity(RuleId::R1, many(8, 2 * DAY)), Some(Severity::Info));
    assert_eq!(severity(RuleId::R1, many(9, 7 * DAY)), Some(Severity::Amber));
    assert_eq!(severity(RuleId::R1, many(9, 8 * DAY)), None, "the first is forgotten before the ninth comes");
}

#[test]
fn r2_counts_an_hour_and_the_days_with_such_an_hour() {
    assert_eq!(severity(RuleId::R2, many(8, MINUTE)), None);
    assert_eq!(severity(RuleId::R2, many(9, MINUTE)), Some(Severity::Info), "somebody shows it to a crowd");
    assert_eq!(severity(RuleId::R2, many(9, 8 * MINUTE)), None, "spread over more than an hour");
    let twice = |days: i64| -> Vec<Visit> {
        let again = many(9, MINUTE).into_iter().map(|visit| Visit { at: visit.at + days * DAY, visitor: visit.visitor + 100, ..visit });
        many(9, MINUTE).into_iter().chain(again).collect()
    };
    assert_eq!(severity(RuleId::R2, twice(1)), Some(Severity::Amber), "crowds on two days");
    assert_eq!(severity(RuleId::R2, twice(31)), Some(Severity::Info), "a month later nobody remembers");
}

#[test]
fn r3_needs_two_cities_too_far_apart_and_several_days() {
    let pair = |from: &str, to: &str, hours: Millis| severity(RuleId::R3, vec![ok(0, 1, from), ok(hours * HOUR, 2, to)]);
    assert_eq!(pair("河北/石家庄", "上海/上海", 3), Some(Severity::Info));
    assert_eq!(pair("河北/石家庄", "上海/上海", 4), None, "time enough to fly");
    assert_eq!(pair("河北/石家庄", "北京/北京", 1), None, "near enough to drive");
    assert_eq!(pair("河北", "上海/上海", 1), None, "a province alone is a carrier's exit");
    let days = |n: i64| -> Vec<Visit> {
        (0..n).flat_map(|day| [ok(day * DAY, 2 * day, "河北/石家庄"), ok(day * DAY + HOUR, 2 * day + 1, "上海/上海")]).collect()
    };
    assert_eq!((severity(RuleId::R3, days(3)), severity(RuleId::R3, days(4))), (Some(Severity::Info), Some(Severity::Amber)));
    let hit = asked(RuleId::R3, days(1)).unwrap();
    assert_eq!((hit.figures["from"].as_str(), hit.figures["minutes"].as_str(), hit.figures["days"].as_str()), ("河北/石家庄", "60", "1"));
}

#[test]
fn r4_counts_provinces_and_takes_days_for_it() {
    let places =
        |names: &[&str], every: Millis| -> Vec<Visit> { (0_i64..).zip(names).map(|(no, name)| ok(no * every, no + 1, name)).collect() };
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "北京"], HOUR)), None);
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "天津"], HOUR)), Some(Severity::Info), "a picture in a chat");
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "天津", "山东"], 30 * HOUR)), None);
    assert_eq!(severity(RuleId::R4, places(&["河北", "北京", "天津", "山东", "河南"], 30 * HOUR)), Some(Severity::Info), "five in a week");
    let before = |n: i64| -> Vec<Visit> {
        let last = places(&["河北", "北京", "天津"], HOUR).into_iter().map(|visit| Visit { at: visit.at + n * DAY, ..visit });
        (0..n).map(|day| ok(day * DAY, 50 + day, "河北")).chain(last).collect()
    };
    assert_eq!(
        (severity(RuleId::R4, before(5)), severity(RuleId::R4, before(6))),
        (Some(Severity::Info), Some(Severity::Amber)),
        "the seventh day"
    );
    let mut shared = facts(before(6));
    shared.is_unit = false;
    assert_eq!(judge(RuleId::R4, &Limits::defaults(RuleId::R4.rule()), &shared, START), None, "a code of a whole batch is everywhere");
}

/// Each is a moment, a visitor, a label of the order and a place; the rule is asked about label 1.
fn of_order(rule: RuleId, verdict: &str, is_missing: bool, scans: &[(Millis, i64, i64, &str)]) -> Option<Hit> {
    let visits = scans.iter().filter(|scan| scan.2 == 1).map(|(at, visitor, _, place)| visit(*at, *visitor, place, verdict)).collect();
    let one = |(at, visitor, seq, place): &(Millis, i64, i64, &str)| OrderVisit {
        at: START + at,
        visitor: *visitor,
        seq: *seq,
        place: parse_place(place),
    };
    let of_order: Arc<[OrderVisit]> = scans.iter().map(one).collect();
    let known = CodeFacts { is_missing, withdrawn: of_order.clone(), early: of_order, ..facts(visits) };
    judge(rule, &Limits::defaults(rule.rule()), &known, START)
}

#[test]
fn r5_tells_a_label_tried_or_forgotten_from_labels_that_are_about() {
    let (home, away) = ("河北/石家庄", "河北/保定");
    let severity = |scans: &[(Millis, i64, i64, &str)]| of_order(RuleId::R5, "not_activated", false, scans).map(|hit| hit.severity);
    assert_eq!(severity(&[(0, 1, 1, home)]), Some(Severity::Info), "tried on the line");
    assert_eq!(severity(&[(0, 1, 1, away)]), Some(Severity::Info), "somebody forgot: the first day");
    assert_eq!(severity(&[(0, 1, 2, away), (7 * DAY - 1, 2, 1, away)]), Some(Severity::Info));
    assert_eq!(severity(&[(0, 1, 2, away), (7 * DAY, 2, 1, away)]), Some(Severity::High), "for a week, another city than the producer's");
    assert_eq!(severity(&[(0, 1, 2, home), (7 * DAY, 2, 1, away)]), Some(Severity::Info), "a week ago it was tried at home");
    assert_eq!(severity(&[(0, 1, 2, "河北"), (7 * DAY, 2, 1, "")]), Some(Severity::Info), "nobody knows which city");
    assert_eq!(severity(&[(0, 1, 2, away), (30 * DAY, 2, 1, away)]), Some(Severity::Info), "a month later nobody remembers");
    let three = |at: Millis| [(0, 9, 2, home), (at, 1, 1, home), (at + HOUR, 2, 1, home), (at + 2 * HOUR, 3, 1, home)];
    assert_eq!(severity(&three(6 * DAY)), Some(Severity::Info));
    assert_eq!(severity(&three(7 * DAY)), Some(Severity::High), "three visitors, a week after the first of the order");
}

#[test]
fn r6_tells_a_worker_at_the_bin_from_labels_that_are_about() {
    let asked = |is_missing: bool, scans: &[(Millis, i64, i64)]| {
        let scans: Vec<_> = scans.iter().map(|(at, visitor, seq)| (*at, *visitor, *seq, "")).collect();
        of_order(RuleId::R6, "voided", is_missing, &scans)
    };
    let severity = |scans: &[(Millis, i64, i64)]| asked(false, scans).map(|hit| hit.severity);
    assert_eq!(severity(&[(0, 1, 1)]), Some(Severity::Info), "a spoilt spare label before the bin");
    assert_eq!(severity(&[(0, 1, 1), (DAY, 2, 1)]), Some(Severity::Info), "the server of a scanning app looks as well");
    assert_eq!(severity(&[(0, 1, 2), (HOUR, 1, 1)]), Some(Severity::Info), "one person, two labels");
    assert_eq!(severity(&[(0, 1, 2), (HOUR, 2, 1)]), Some(Severity::Amber), "two visitors, two labels");
    assert_eq!(severity(&[(0, 1, 1), (HOUR, 2, 2)]), Some(Severity::Info), "what comes later is found at the other label");
    assert_eq!(severity(&[(0, 1, 2), (30 * DAY, 2, 1)]), Some(Severity::Info), "a month later nobody remembers");
    assert_eq!(severity(&[(0, 1, 2)]), None, "not this label");
    assert_eq!(asked(true, &[(0, 1, 1)]).map(|hit| hit.severity), Some(Severity::Info), "lost behind a shelf and found again");
    assert_eq!(asked(true, &[(0, 1, 2), (HOUR, 2, 1)]).map(|hit| hit.severity), Some(Severity::High), "lost or stolen, and about");
    let hit = asked(false, &[(0, 1, 2), (HOUR, 2, 1)]).unwrap();
    assert_eq!((hit.figures["visitors"].as_str(), hit.figures["labels"].as_str()), ("2", "2"));
}

#[test]
fn r7_is_about_recalled_and_stale_goods() {
    assert_eq!(severity(RuleId::R7, vec![visit(0, 1, "", "recalled")]), Some(Severity::High));
    let stale = |n: i64, days: i64| {
        let visits = (0..n).map(|no| visit(no * MINUTE, no, "", "expired")).collect();
        let stale = CodeFacts { best_before: Some(Day::of(START).plus(-days)), ..facts(visits) };
        judge(RuleId::R7, &Limits::defaults(RuleId::R7.rule()), &stale, START).map(|hit| hit.severity)
    };
    assert_eq!((stale(3, 30), stale(2, 31), stale(3, 31)), (None, None, Some(Severity::Info)));
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
    assert_eq!(unpacked(&[sent(45, &[(7, 0, 9), (7, 10, 300)])]), Some(Severity::Info), "two boxes of one shipment");
    assert_eq!(unpacked(&[sent(46, &[(7, 0, 29)])]), Some(Severity::Amber), "too long ago");
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
        .map(|no| {
            ok(no / 4 * DAY + no % 4 * HOUR, no, ["河北/石家庄", "北京/北京", "上海/上海", "广东/广州"][usize::try_from(no % 4).unwrap()])
        })
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
