use super::*;
use crate::kernel::clock::{HOUR, MINUTE};
use crate::kernel::{Day, Millis};

const WEEK: i64 = 7 * 24 * 60;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Noon in China of 2026-11-23.
fn now() -> Millis {
    day("2026-11-23").start() + 12 * HOUR
}

/// An active unit code of a sound batch, checked once before, by somebody else.
fn sound() -> Facts {
    let mark_use = MarkUse { right: "地理标志产品".into(), from: day("2024-01-01"), until: Some(day("2028-12-31")), ended_on: None };
    Facts {
        kind: CodeKind::Unit,
        range: RangeFact::Active,
        batch_voided_on: None,
        recalls: vec![],
        stops: vec![],
        hold: None,
        clone_confirmed_on: None,
        best_before: Some(day("2027-03-01")),
        produced_on: Some(day("2026-09-12")),
        mark_uses: vec![mark_use],
        history: History { sessions: 2, first_at: Some(now() - 48 * HOUR), first_place: Some(place("河北")), ..History::default() },
        recording: Recording::Counted,
        late_entry: false,
        returned_resold: false,
        demo: false,
    }
}

fn place(province: &str) -> Place {
    Place { province: province.into(), city: None }
}

/// Visitor `who`, so many minutes ago.
fn visit(who: u8, ago: i64, province: Option<&str>) -> Visit {
    Visit { visitor: [who; 8], minute: now() / MINUTE - ago, place: province.map(place) }
}

fn said(facts: &Facts) -> Verdict {
    decide(facts, &Thresholds::default(), now()).verdict
}

fn recall(lifted: Option<&str>) -> Recall {
    Recall {
        kind: RecallKind::TakeBack,
        ordered_by: "演示机关".into(),
        document_no: Some("演示〔2026〕1号".into()),
        public_text: "农药残留超标".into(),
        announced_on: day("2026-10-08"),
        lifted: lifted.map(|on| Lift { on: day(on), text: "复检合格".into() }),
    }
}

fn stop() -> Stop {
    let text = |t: &str| t.to_owned();
    Stop {
        ordered_by: text("演示机关"),
        document_no: text("演示〔2026〕2号"),
        public_text: text("停用"),
        since: day("2026-10-09"),
        lifted: None,
    }
}

fn hold(until: Option<&str>) -> Hold {
    Hold { ordered_by: "演示机关".into(), document_no: "演示〔2026〕3号".into(), since: day("2026-11-01"), until: until.map(day) }
}

type Cause = (Verdict, fn(&mut Facts));

/// The order of the contract, each with the one change to a sound record that brings it about.
const ORDER: [Cause; 10] = [
    (Verdict::Recalled, |f| f.recalls.push(recall(None))),
    (Verdict::Voided, |f| f.stops.push(stop())),
    (Verdict::CloneConfirmed, |f| f.clone_confirmed_on = Some(day("2026-11-20"))),
    (Verdict::BatchOnHold, |f| f.hold = Some(hold(None))),
    (Verdict::NotActivated, |f| f.range = RangeFact::Bound),
    (Verdict::Expired, |f| f.best_before = Some(day("2026-11-22"))),
    (Verdict::AuthorisationMismatch, |f| f.mark_uses[0].until = Some(day("2026-09-11"))),
    (Verdict::ManyPlaces, |f| f.history.ring.extend([(1, "河北"), (2, "广东"), (3, "浙江")].map(|(w, p)| visit(w, 60, Some(p))))),
    (Verdict::ManyChecks, |f| f.history.ring.extend((10..21).map(|w| visit(w, 100 * i64::from(w), None)))),
    (Verdict::FirstCheck, |f| f.history.visitor_is_first = true),
];

#[test]
fn each_cause_alone_brings_its_verdict() {
    assert_eq!(said(&sound()), Verdict::CheckedBefore);
    for (verdict, cause) in ORDER {
        let mut facts = sound();
        cause(&mut facts);
        assert_eq!(said(&facts), verdict);
    }
}

#[test]
fn of_any_two_causes_the_earlier_in_the_order_wins() {
    for (i, (first, a)) in ORDER.iter().enumerate() {
        for (_, b) in &ORDER[i + 1..] {
            let mut facts = sound();
            b(&mut facts);
            a(&mut facts);
            assert_eq!(said(&facts), *first);
        }
        let mut rest_too = sound();
        ORDER[i..].iter().for_each(|(_, cause)| cause(&mut rest_too));
        assert_eq!(said(&rest_too), *first, "with everything after it");
    }
}

#[test]
fn red_is_never_the_result_of_counting() {
    let mut facts = sound();
    facts.history.sessions = 1_000_000;
    let provinces = ["河北", "广东", "浙江", "山东", "河南", "江苏"];
    facts.history.ring = (0..200).map(|w| visit(w, i64::from(w), Some(provinces[usize::from(w) % 6]))).collect();
    assert_eq!(said(&facts).severity(), Severity::Amber);
}

#[test]
fn every_range_state_answers() {
    let with = |range| said(&Facts { range, ..sound() });
    assert_eq!(with(RangeFact::Issued), Verdict::NotActivated);
    assert_eq!(with(RangeFact::Bound), Verdict::NotActivated);
    assert_eq!(with(RangeFact::Scheduled { at: now() + 1 }), Verdict::NotActivated);
    assert_eq!(with(RangeFact::Scheduled { at: now() }), Verdict::CheckedBefore, "its time has come");
    assert_eq!(with(RangeFact::Returned { since: day("2026-10-01") }), Verdict::Voided);
    for reason in VoidReason::ALL {
        let facts = Facts { range: RangeFact::Voided { reason, since: day("2026-10-01") }, ..sound() };
        let decision = decide(&facts, &Thresholds::default(), now());
        assert_eq!(decision.grounds, Grounds::Voided { reason, since: day("2026-10-01"), stop: None });
        assert_eq!(VoidReason::parse(reason.word()), Some(reason));
    }
    assert_eq!(said(&Facts { batch_voided_on: Some(day("2026-10-01")), ..sound() }), Verdict::Voided);
}

#[test]
fn the_kind_of_code_decides_the_ordinary_answer() {
    let mut busy = sound();
    ORDER[8].1(&mut busy);
    ORDER[7].1(&mut busy);
    for (kind, verdict) in [
        (CodeKind::Batch, Verdict::BatchCode),
        (CodeKind::Case, Verdict::CaseCode),
        (CodeKind::Pallet, Verdict::CaseCode),
        (CodeKind::Sample, Verdict::Sample),
    ] {
        assert_eq!(said(&Facts { kind, ..sound() }), verdict);
        assert_eq!(said(&Facts { kind, ..busy.clone() }), verdict, "counting is for unit codes");
        assert_eq!(said(&Facts { kind, recalls: vec![recall(None)], ..sound() }), Verdict::Recalled);
    }
    assert_eq!(said(&Facts { kind: CodeKind::Sample, range: RangeFact::Issued, ..sound() }), Verdict::Sample);
    assert_eq!(said(&Facts { kind: CodeKind::Case, range: RangeFact::Issued, ..sound() }), Verdict::NotActivated);
}

#[test]
fn first_is_never_said_when_recording_failed() {
    let mut facts = sound();
    facts.history.visitor_is_first = true;
    facts.recording = Recording::Viewed;
    assert_eq!(said(&facts), Verdict::FirstCheck, "the page after the redirect of one's own scan");
    facts.recording = Recording::Failed;
    assert_eq!(said(&facts), Verdict::CheckedBefore);
}

#[test]
fn days_at_the_edge() {
    let today = day("2026-11-23");
    assert_eq!(said(&Facts { best_before: Some(today), ..sound() }), Verdict::CheckedBefore, "the last day still counts");
    assert_eq!(said(&Facts { hold: Some(hold(Some("2026-11-23"))), ..sound() }), Verdict::BatchOnHold);
    assert_eq!(said(&Facts { hold: Some(hold(Some("2026-11-22"))), ..sound() }), Verdict::CheckedBefore, "a hold that ran out");
    let mut facts = sound();
    facts.stops.push(Stop { lifted: Some(Lift { on: today, text: "解除".into() }), ..stop() });
    assert_eq!(said(&facts), Verdict::CheckedBefore, "lifted today");
}

#[test]
fn a_right_that_ended_after_production_is_only_a_note() {
    let mut facts = sound();
    facts.mark_uses[0].ended_on = Some(day("2026-10-01"));
    let decision = decide(&facts, &Thresholds::default(), now());
    assert_eq!((decision.verdict, decision.notes.as_slice()), (Verdict::CheckedBefore, [Note::RightEndedLater].as_slice()));
    assert_eq!(decision.ended.unwrap().ended_on, Some(day("2026-10-01")));
    facts.mark_uses[0].ended_on = Some(day("2026-09-12"));
    assert_eq!(said(&facts), Verdict::AuthorisationMismatch, "known now to have ended on the production day");
    facts.mark_uses[0].ended_on = Some(day("2026-12-01"));
    assert!(decide(&facts, &Thresholds::default(), now()).notes.is_empty(), "not yet ended");
    facts.mark_uses = vec![];
    assert_eq!(said(&facts), Verdict::CheckedBefore, "goods that show no mark need no right");
    facts = Facts { produced_on: None, ..sound() };
    facts.mark_uses[0].until = Some(day("2024-02-01"));
    assert_eq!(said(&facts), Verdict::CheckedBefore, "nothing is held against goods without a production day");
}

#[test]
fn a_lifted_recall_is_shown_for_ninety_days() {
    let notes = |on| decide(&Facts { recalls: vec![recall(Some(on))], ..sound() }, &Thresholds::default(), now()).notes;
    assert_eq!(notes("2026-11-23"), [Note::RecallLifted]);
    assert_eq!(notes("2026-08-25"), [Note::RecallLifted], "the ninetieth day");
    assert!(notes("2026-08-24").is_empty());
    let both = Facts { recalls: vec![recall(Some("2026-11-01")), recall(None)], ..sound() };
    let decision = decide(&both, &Thresholds::default(), now());
    assert_eq!((decision.verdict, decision.notes.len()), (Verdict::Recalled, 0));
}

#[test]
fn notes_stand_in_a_fixed_order_and_change_nothing() {
    let mut facts = Facts { late_entry: true, returned_resold: true, demo: true, recalls: vec![recall(Some("2026-11-01"))], ..sound() };
    facts.mark_uses[0].ended_on = Some(day("2026-10-01"));
    let decision = decide(&facts, &Thresholds::default(), now());
    assert_eq!(decision.notes, Note::ALL);
    assert_eq!(decision.verdict, Verdict::CheckedBefore);
}

#[test]
fn honest_histories_stay_ok() {
    let with = |sessions, ring: Vec<Visit>| said(&Facts { history: History { sessions, ring, ..History::default() }, ..sound() });
    let home = Some("河北");
    // A gift: checked by the giver, and again two provinces away a week and a half later.
    assert_eq!(with(2, vec![visit(1, 11 * 24 * 60, home), visit(2, 5, Some("北京"))]), Verdict::CheckedBefore);
    // Shop staff look at it every day, the key of the day making each day a new visitor; then the buyer does.
    let shop = (1..=7).map(|d| visit(d, i64::from(d) * 24 * 60 - 30, home)).chain([visit(9, 1, home)]).collect();
    assert_eq!(with(300, shop), Verdict::CheckedBefore, "a long history alone is no reason");
    // Sold, brought back, sold again.
    let resold = Facts { returned_resold: true, ..sound() };
    assert_eq!(said(&resold), Verdict::CheckedBefore);
    // Roaming: one person, two provinces; places of low confidence are unknown and feed nothing.
    assert_eq!(with(3, vec![visit(1, 60, home), visit(1, 30, Some("广东")), visit(1, 1, None)]), Verdict::CheckedBefore);
}

#[test]
fn counting_limits_are_exact() {
    let with = |sessions, ring: Vec<Visit>| said(&Facts { history: History { sessions, ring, ..History::default() }, ..sound() });
    let hours = |n: u8| (0..n).map(|w| visit(w, i64::from(w) * 120, None)).collect::<Vec<_>>();
    assert_eq!(with(10, hours(10)), Verdict::CheckedBefore);
    assert_eq!(with(11, hours(11)), Verdict::ManyChecks, "more than ten visitors within 7 days");
    let burst = |n: u8| (0..n).map(|w| visit(w, 30, None)).collect::<Vec<_>>();
    assert_eq!(with(8, burst(8)), Verdict::CheckedBefore);
    assert_eq!(with(9, burst(9)), Verdict::ManyChecks, "nine visitors within one hour");
    let slow = (0..9).map(|w| visit(w, i64::from(w) * 8, None)).collect::<Vec<_>>();
    assert_eq!(with(9, slow), Verdict::CheckedBefore, "nine within 64 minutes");
    assert_eq!(with(21, hours(8)), Verdict::CheckedBefore);
    assert_eq!(with(20, hours(9)), Verdict::CheckedBefore);
    assert_eq!(with(21, hours(9)), Verdict::ManyChecks);
    let same: Vec<Visit> = (0..30).map(|i| visit(7, i, None)).collect();
    assert_eq!(with(20, same), Verdict::CheckedBefore, "one visitor, however often");
}

#[test]
fn places_limits_are_exact_and_fade() {
    let with = |ring: Vec<Visit>| {
        decide(&Facts { history: History { sessions: 5, ring, ..History::default() }, ..sound() }, &Thresholds::default(), now())
    };
    let at = |list: &[(&str, i64)]| {
        list.iter().enumerate().map(|(w, (p, ago))| visit(u8::try_from(w).unwrap(), *ago, Some(p))).collect::<Vec<_>>()
    };
    let day = with(at(&[("河北", 1439 + 500), ("广东", 800), ("浙江", 501)]));
    assert_eq!(day.grounds, Grounds::Places(Spread { provinces: vec!["河北".into(), "广东".into(), "浙江".into()], hours: 24 }));
    assert_eq!(with(at(&[("河北", 1440), ("广东", 700), ("浙江", 0)])).verdict, Verdict::CheckedBefore, "not within 24 hours");
    let four = [("河北", 9000), ("广东", 7000), ("浙江", 5000), ("北京", 3000), ("山东", 1000)];
    assert_eq!(with(at(&four[..4])).verdict, Verdict::CheckedBefore);
    assert!(matches!(with(at(&four)).grounds, Grounds::Places(Spread { hours: 168, .. })));
    let faded = |ago| with(at(&[("河北", ago), ("广东", ago), ("浙江", ago)])).verdict;
    assert_eq!((faded(WEEK - 1), faded(WEEK)), (Verdict::ManyPlaces, Verdict::CheckedBefore));
}

#[test]
fn limits_are_dated() {
    let strict = Thresholds { in_force_from: day("2026-11-23"), week_visitors: 2, ..Thresholds::default() };
    let later = Thresholds { in_force_from: day("2027-01-01"), week_visitors: 1, ..Thresholds::default() };
    let settings = [later, strict];
    assert_eq!(Thresholds::on(&settings, day("2026-11-22")), Thresholds::default());
    assert_eq!(Thresholds::on(&settings, day("2026-11-23")).week_visitors, 2);
    assert_eq!(Thresholds::on(&settings, day("2027-01-01")).week_visitors, 1);
}

#[test]
fn the_pin_outranks_counting_but_no_registered_fact() {
    let pin = |facts: &Facts, outcome| decide_pin(facts, &Thresholds::default(), now(), outcome);
    let outcomes = [(PinOutcome::First, Verdict::PinFirst), (PinOutcome::Used, Verdict::PinUsed), (PinOutcome::Wrong, Verdict::PinWrong)];
    for (i, (verdict, cause)) in ORDER.into_iter().enumerate() {
        for (outcome, word) in outcomes {
            let mut facts = sound();
            cause(&mut facts);
            let decision = pin(&facts, outcome);
            assert_eq!(decision.verdict, if i < 7 { verdict } else { word });
            assert_eq!(decision.printed_code_seen, (7..9).contains(&i) && outcome == PinOutcome::First);
        }
    }
    assert_eq!(pin(&Facts { kind: CodeKind::Batch, ..sound() }, PinOutcome::First).verdict, Verdict::BatchCode);
}

#[test]
fn words_are_those_of_the_contract() {
    let table: Vec<String> = Verdict::ALL.iter().map(|v| format!("{}:{}", v.severity().word(), v.word())).collect();
    let expected = "ok:first_check ok:checked_before ok:batch_code ok:case_code ok:pin_first notice:sample notice:expired \
        amber:many_places amber:many_checks amber:not_activated amber:authorisation_mismatch amber:pin_used amber:batch_on_hold \
        red:recalled red:voided red:clone_confirmed unknown:unknown unknown:mistyped unknown:throttled unknown:pin_wrong unknown:unavailable";
    assert_eq!(table, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(Note::ALL.map(Note::word), ["right_ended_later", "recall_lifted", "returned_resold", "late_entry", "demo"]);
}
