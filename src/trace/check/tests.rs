use super::facts::{AreaFact, Days, Facility, FarmWork, KnownFacility, Mark, Plot, Report, Source, SourceKind, Spray, Standard, Test};
use super::*;
use crate::kernel::Day;
use crate::registry::area::{AreaAnswer, AreaGrade, Undecided};
use crate::registry::commands::{TestPlanItem, TestScope as PlanScope};
use crate::registry::facility::LicenceDays;
use crate::registry::fact::PartialDate;
use crate::registry::interval::DayInterval;
use crate::registry::mark_use::MarkUseDays;
use crate::registry::product::AccountBasis;
use crate::registry::right::{RightStatus, RightTerm};
use crate::trace::batch::TestScope;
use crate::trace::goods::tests::pears;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn plot() -> Plot {
    Plot {
        id: "plo_1".to_owned(),
        name: "东里庄 1 号".to_owned(),
        own: true,
        fits: true,
        valid: DayInterval::open(day("2020-01-01")),
        area_m2: 2000,
        earlier_m2: None,
        used: 0,
    }
}

fn mark() -> Mark {
    Mark {
        id: "mus_1".to_owned(),
        own: true,
        granted: true,
        days: MarkUseDays::new(&[DayInterval::open(day("2024-01-01"))], &[]).unwrap(),
        in_force_from: day("2024-01-01"),
        in_force_to: None,
        right_id: "rig_1".to_owned(),
        route: "gi_product".to_owned(),
        number: None,
        right_name: "地理标志产品".to_owned(),
        status: Some(RightStatus::Registered),
        term: RightTerm { from: PartialDate::Year(2010), to: None, grace_to: None, ended_on: None },
    }
}

fn report() -> Report {
    Report {
        report_no: "JC-1".to_owned(),
        scope: TestScope::Plot,
        fits: true,
        of: "东里庄 1 号".to_owned(),
        accredited: true,
        reported_on: day("2026-09-20"),
        valid_to: Some(day("2026-10-31")),
        items: vec![("糖度".to_owned(), false)],
        same_file: None,
    }
}

fn planned(item: &str) -> TestPlanItem {
    TestPlanItem { item: item.to_owned(), by: None, scope: PlanScope::Season, valid_days: None, before_release: true, accredited: false }
}

fn store() -> KnownFacility {
    let days = DayInterval::new(day("2026-01-01"), Some(day("2026-10-31"))).unwrap();
    let licence = LicenceDays { kind: "SC".to_owned(), number: "SC1".to_owned(), days };
    KnownFacility { id: "fac_1".to_owned(), name: "1 号冷库".to_owned(), own: true, valid: days, licences: vec![licence] }
}

fn work() -> FarmWork {
    let spray = Spray { input: "吡虫啉".to_owned(), on: day("2026-08-01"), interval_days: 14 };
    FarmWork { plot_id: "plo_1".to_owned(), plot: "东里庄 1 号".to_owned(), recorded: true, sprays: vec![spray] }
}

fn with_store(change: impl FnOnce(&mut KnownFacility)) -> Facts {
    let mut store = store();
    change(&mut store);
    with(|f| f.facility = Some(Facility::Known(store)))
}

fn with_spray(on: &str, interval_days: i64) -> Facts {
    with(|f| f.farm[0].sprays = vec![Spray { input: "乐果".to_owned(), on: day(on), interval_days }])
}

/// 5,000 kg from three 亩, right in every respect.
fn facts() -> Facts {
    let area = AreaFact { right_id: "rig_1".to_owned(), place: "东里庄镇".to_owned(), answer: AreaAnswer::Inside(AreaGrade::Township) };
    Facts {
        goods: pears(),
        today: day("2026-10-20"),
        days: Days {
            from: day("2026-09-12"),
            to: day("2026-09-15"),
            produced_on: None,
            packed_on: Some(day("2026-10-19")),
            best_before: Some(day("2027-04-19")),
        },
        amount: 5_000_000,
        accept_excess: false,
        season: "2026".to_owned(),
        stated: Some(5_000_000),
        lot_taken: None,
        sources: vec![Source { pointer: "/sources/0".to_owned(), amount: 5_000_000, kind: SourceKind::Plot(plot()), areas: vec![area] }],
        marks: vec![mark()],
        marks_named: false,
        standard: Some(Standard { number: "GB/T 1".to_owned(), known: true, from: None, withdrawn_on: None, instead: Vec::new() }),
        tests: vec![Test {
            item: "农残".to_owned(),
            failed: false,
            report_no: Some("R1".to_owned()),
            reported_on: Some(day("2026-09-20")),
            scope: TestScope::Lot,
            also_shown: 0,
        }],
        reports: vec![report()],
        plan: vec![planned("农残")],
        facility: Some(Facility::Known(store())),
        farm: vec![work()],
        recorded_on: day("2026-10-20"),
        late_confirmed: false,
    }
}

fn with_plot(change: impl FnOnce(&mut Plot)) -> Facts {
    let mut facts = facts();
    let mut plot = plot();
    change(&mut plot);
    facts.sources[0].kind = SourceKind::Plot(plot);
    facts
}

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = facts();
    change(&mut facts);
    facts
}

fn delivery(amount: i64, covered: i64, used: i64, taken: i64) -> SourceKind {
    SourceKind::Delivery { id: "del_1".to_owned(), fits: true, amount, covered, used, taken, on: day("2026-10-01") }
}

/// Every check that did not pass.
fn broken(facts: &Facts, remaining: i64) -> Vec<(&'static str, &'static str)> {
    let findings = examine(facts, remaining).findings;
    findings.iter().filter(|f| f.outcome != CheckOutcome::Passed).map(|f| (f.check.word(), f.outcome.word())).collect()
}

const ENOUGH: i64 = 10_000_000;

#[test]
fn what_is_right_passes_every_check() {
    let examination = examine(&facts(), ENOUGH);
    assert_eq!(broken(&facts(), ENOUGH), []);
    assert_eq!((examination.covered, examination.by_source.as_slice()), (5_000_000, [5_000_000].as_slice()));
    assert!(examination.refuse().is_ok() && examination.held().is_empty());
}

#[test]
fn every_check_breaks_on_its_own() {
    type Case = (Facts, &'static str, &'static str);
    let cases: Vec<Case> = vec![
        (with(|f| f.lot_taken = Some("L1".to_owned())), "lot", "refused"),
        (with(|f| f.days.to = day("2026-09-11")), "harvest_order", "refused"),
        (with(|f| f.days.packed_on = Some(day("2026-10-21"))), "today", "refused"),
        (with(|f| f.days.produced_on = Some(day("2026-09-11"))), "date_order", "refused"),
        (with(|f| f.days.best_before = Some(day("2026-10-19"))), "date_order", "refused"),
        (with(|f| f.days.from = day("2026-08-19")), "season", "held"),
        (with(|f| f.goods.window = None), "season", "silent"),
        (with(|f| f.days.packed_on = Some(day("2026-10-12"))), "entry", "held"),
        (with(|f| f.stated = Some(5_000_001)), "sources", "refused"),
        (with_plot(|p| p.own = false), "plot_holder", "refused"),
        (with_plot(|p| p.fits = false), "plot_product", "refused"),
        (with_plot(|p| p.valid.to = Some(day("2026-09-14"))), "plot_valid", "refused"),
        (with_plot(|p| p.earlier_m2 = Some(1900)), "plot_stable", "held"),
        (with_plot(|p| p.used = 2_500_001), "plot_yield", "refused"),
        (with_plot(|p| p.area_m2 = 1333), "plot_yield", "refused"),
        (with(|f| f.goods.cap = None), "plot_yield", "silent"),
        (with(|f| f.sources[0].areas[0].answer = AreaAnswer::Outside), "area", "refused"),
        (with(|f| f.sources[0].areas[0].answer = AreaAnswer::Undecided(Undecided::Renamed)), "area", "silent"),
        (with(|f| f.marks.clear()), "mark_use", "refused"),
        (with(|f| f.marks[0].days = MarkUseDays::default()), "mark_use", "refused"),
        (with(|f| f.marks[0].granted = false), "mark_use", "refused"),
        (with(|f| f.marks[0].days.suspend(DayInterval::open(day("2026-10-20"))).unwrap()), "mark_use", "refused"),
        (with(|f| f.marks[0].status = Some(RightStatus::Accepted)), "right", "refused"),
        (with(|f| f.marks[0].term.from = PartialDate::Year(2027)), "right", "refused"),
        (with(|f| f.marks[0].own = false), "mark_use_own", "refused"),
        (with(|f| f.standard = None), "standard_known", "silent"),
        (with(|f| f.standard.as_mut().unwrap().known = false), "standard_known", "refused"),
        (with(|f| f.standard.as_mut().unwrap().withdrawn_on = Some(day("2026-10-19"))), "standard_in_force", "refused"),
        (with(|f| f.standard.as_mut().unwrap().from = Some(day("2026-10-20"))), "standard_in_force", "refused"),
        (with(|f| f.tests[0].reported_on = Some(day("2026-10-21"))), "test_date", "refused"),
        (with(|f| f.tests[0].also_shown = 1), "test_reuse", "held"),
        (with(|f| f.tests[0].failed = true), "test_result", "held"),
        (with(|f| f.reports[0].fits = false), "test_scope", "held"),
        (with(|f| f.reports[0].valid_to = Some(day("2026-10-18"))), "test_valid", "held"),
        (with(|f| f.reports[0].same_file = Some("JC-2".to_owned())), "test_file", "held"),
        (with(|f| f.reports[0].items[0].1 = true), "test_result", "held"),
        (with(|f| f.plan.clear()), "test_plan", "silent"),
        (with(|f| f.plan.push(planned("重金属"))), "test_plan", "held"),
        (with(|f| f.plan.push(TestPlanItem { before_release: false, ..planned("重金属") })), "test_plan", "silent"),
        (with(|f| f.plan[0].valid_days = Some(28)), "test_valid", "held"),
        (with(|f| f.plan[0].accredited = true), "test_accredited", "held"),
        (with(|f| f.facility = Some(Facility::Unknown("冷库".to_owned()))), "facility_known", "refused"),
        (with(|f| f.facility = Some(Facility::Named)), "facility_known", "silent"),
        (with_store(|s| s.own = false), "facility_own", "refused"),
        (with_store(|s| s.valid.to = Some(day("2026-10-18"))), "facility_valid", "refused"),
        (with_store(|s| s.valid.from = day("2026-10-20")), "facility_valid", "refused"),
        (with_store(|s| s.licences[0].days.to = Some(day("2026-10-18"))), "licence", "held"),
        (with_store(|s| s.licences.clear()), "licence", "silent"),
        (with_spray("2026-09-12", 4), "safety_interval", "warned"),
        (with(|f| f.farm[0].recorded = false), "safety_interval", "silent"),
        (with(|f| f.farm.clear()), "safety_interval", "silent"),
        (with(|f| f.sources[0].kind = delivery(9_000_000, 4_999_999, 0, 0)), "delivery_cover", "refused"),
        (with(|f| f.sources[0].kind = delivery(9_000_000, 9_000_000, 4_000_001, 4_000_001)), "delivery_cover", "refused"),
    ];
    for (facts, check, outcome) in cases {
        assert_eq!(broken(&facts, ENOUGH), [(check, outcome)]);
    }
    assert_eq!(broken(&facts(), 4_999_999), [("quota", "refused")]);
}

/// Harvest 12–15 September. Sprayed on … with so many days: warned?
#[test]
fn only_what_was_picked_within_the_interval_warns() {
    for (on, days, warned) in [
        ("2026-08-29", 14, false),
        ("2026-08-30", 14, true),
        ("2026-08-30", 13, false),
        ("2026-09-12", 1, true),
        ("2026-09-12", 0, false),
        ("2026-09-15", 7, true),
        ("2026-09-16", 400, false),
        ("2025-09-12", 365, false),
        ("2025-09-12", 366, true),
    ] {
        let right: Vec<(&str, &str)> = if warned { vec![("safety_interval", "warned")] } else { Vec::new() };
        assert_eq!(broken(&with_spray(on, days), ENOUGH), right, "{on} {days}");
    }
    let examination = examine(&with_spray("2026-09-13", 7), ENOUGH);
    assert!(examination.refuse().is_ok() && examination.held().is_empty(), "a warning blocks nothing");
    let found = examination.findings.iter().find(|f| f.outcome == CheckOutcome::Warned).unwrap();
    assert_eq!((found.figure.as_deref(), found.right.as_deref()), (Some("2026-09-13"), Some("2026-09-20")));
}

/// What an item of the plan is covered by: report scope against the plan's, and whether the report fits at all.
#[test]
fn a_report_covers_what_is_no_wider_than_itself() {
    let covered = |report_scope, plan_scope, fits| {
        let facts = with(|f| {
            f.tests.clear();
            f.reports[0] = Report { scope: report_scope, fits, items: vec![("农残".to_owned(), false)], ..report() };
            f.plan[0].scope = plan_scope;
        });
        !examine(&facts, ENOUGH).held().contains(&Check::TestPlan)
    };
    use {PlanScope as Plan, TestScope as Scope};
    for (report_scope, plan_scope, right) in [
        (Scope::Lot, Plan::Lot, true),
        (Scope::Lot, Plan::Plot, true),
        (Scope::Lot, Plan::Season, true),
        (Scope::Plot, Plan::Lot, false),
        (Scope::Plot, Plan::Plot, true),
        (Scope::Plot, Plan::Season, true),
        (Scope::Season, Plan::Lot, false),
        (Scope::Season, Plan::Plot, false),
        (Scope::Season, Plan::Season, true),
    ] {
        assert_eq!(covered(report_scope, plan_scope, true), right, "{report_scope:?} {plan_scope:?}");
        assert!(!covered(report_scope, plan_scope, false), "what speaks of something else covers nothing");
    }
}

#[test]
fn lateness_is_counted_to_the_day_of_writing_and_confirmed_by_somebody_else() {
    // packed, written down, today, confirmed, what is left to say
    let table = [
        ("2026-10-13", "2026-10-20", "2026-10-20", false, false),
        ("2026-10-12", "2026-10-20", "2026-10-20", false, true),
        ("2026-10-12", "2026-10-20", "2026-10-20", true, false),
        ("2026-10-19", "2026-10-20", "2027-03-01", false, false),
    ];
    for (packed, written, today, confirmed, held) in table {
        let facts = with(|f| {
            (f.days.packed_on, f.recorded_on, f.today, f.late_confirmed) = (Some(day(packed)), day(written), day(today), confirmed);
        });
        assert_eq!(examine(&facts, ENOUGH).held().contains(&Check::Entry), held, "{packed} {written} {today}");
    }
}

#[test]
fn input_and_capacity_have_their_own_caps() {
    let noodles = |input: Option<i64>| {
        with(|f| {
            (f.goods.basis, f.goods.cap) = (AccountBasis::RawMaterial, Some(950));
            f.sources[0].kind = SourceKind::Input { name: "小麦粉".to_owned(), amount: input };
            f.farm.clear();
        })
    };
    assert_eq!(broken(&noodles(Some(5_263_158)), ENOUGH), []);
    assert_eq!(broken(&noodles(Some(5_263_157)), ENOUGH), [("conversion", "refused")]);
    assert_eq!(broken(&noodles(None), ENOUGH), [("conversion", "silent")]);
    let mut outside = noodles(Some(6_000_000));
    outside.sources[0].areas[0].answer = AreaAnswer::Outside;
    assert_eq!(broken(&outside, ENOUGH), [("area", "held")], "a firm's seat is not where it makes its goods");
    let kiln = |cap| {
        with(|f| {
            (f.goods.basis, f.goods.cap) = (AccountBasis::Capacity, Some(cap));
            f.sources[0].kind = SourceKind::Input { name: "瓷土".to_owned(), amount: None };
            f.farm.clear();
        })
    };
    assert_eq!(broken(&kiln(1_250_000), ENOUGH), [("conversion", "silent")], "four days");
    assert_eq!(broken(&kiln(1_249_999), ENOUGH), [("capacity", "refused"), ("conversion", "silent")]);
}

#[test]
fn an_excess_accepted_holds_and_covers_what_there_is() {
    let over = |remaining: i64, change: fn(&mut Facts)| {
        let mut facts = with(|f| f.accept_excess = true);
        change(&mut facts);
        let examination = examine(&facts, remaining);
        assert!(examination.refuse().is_ok());
        (examination.covered, examination.by_source[0], examination.held().iter().map(|c| c.word()).collect::<Vec<_>>())
    };
    assert_eq!(over(3_000_000, |_| {}), (3_000_000, 5_000_000, vec!["quota"]));
    assert_eq!(over(0, |_| {}), (0, 5_000_000, vec!["quota"]));
    assert_eq!(over(ENOUGH, |f| f.sources[0].kind = delivery(6_000_000, 2_000_000, 0, 0)), (2_000_000, 2_000_000, vec!["delivery_cover"]));
    assert_eq!(over(1_000_000, |f| f.sources[0].kind = delivery(6_000_000, 2_000_000, 0, 0)).0, 1_000_000);
    let mut gone = with(|f| f.accept_excess = true);
    gone.sources[0].kind = delivery(6_000_000, 2_000_000, 0, 1_000_001);
    assert_eq!(broken(&gone, ENOUGH), [("delivery_cover", "refused")], "more than was ever delivered can't be");
}

#[test]
fn of_several_mark_uses_those_that_stand_are_relied_on() {
    let mut ended = mark();
    ended.right_id = "rig_2".to_owned();
    ended.days = MarkUseDays::new(&[DayInterval::new(day("2020-01-01"), Some(day("2023-12-31"))).unwrap()], &[]).unwrap();
    let found = with(|f| f.marks.push(ended.clone()));
    assert_eq!(broken(&found, ENOUGH), []);
    assert_eq!(relied_on(&found).iter().map(|m| m.right_id.as_str()).collect::<Vec<_>>(), ["rig_1"]);
    let named = with(|f| {
        f.marks.push(ended);
        f.marks_named = true;
    });
    assert_eq!(broken(&named, ENOUGH), [("mark_use", "refused")], "a mark use named is never left out silently");
    let failure = examine(&named, ENOUGH).refuse().unwrap_err();
    assert_eq!((failure.code, failure.fields[0].pointer.as_str()), ("mark_use_not_in_force", "/mark_use_ids/1"));
}

#[test]
fn goods_made_while_the_right_was_in_force_stay_lawful() {
    let until = |last: &str| {
        let days = DayInterval::new(day("2024-01-01"), Some(day(last))).unwrap();
        with(|f| f.marks[0].days = MarkUseDays::new(&[days], &[]).unwrap())
    };
    assert_eq!(broken(&until("2026-10-19"), ENOUGH), [], "packed on the last day, written down the day after");
    assert_eq!(broken(&until("2026-10-18"), ENOUGH), [("mark_use", "refused")]);
}

#[test]
fn all_that_broke_is_said_at_once() {
    let mut facts = with(|f| {
        f.lot_taken = Some("L1".to_owned());
        f.sources[0].areas[0].answer = AreaAnswer::Outside;
    });
    facts.marks.clear();
    let failure = examine(&facts, 0).refuse().unwrap_err();
    let codes: Vec<_> = failure.fields.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["duplicate_lot", "outside_area", "mark_use_not_in_force", "quota_exceeded"]);
    assert_eq!(failure.code, "duplicate_lot");
}

/// The words of a code in both languages, with every figure they name.
fn words(code: &str, params: &[(&'static str, String)]) {
    let [zh, en] = ["zh-CN", "en"].map(|locale| {
        let mut words = rust_i18n::t!(code, locale = locale).into_owned();
        assert_ne!(words, code, "no words in {locale}");
        for (name, value) in params {
            words = words.replace(&format!("%{{{name}}}"), value);
        }
        assert!(!words.contains("%{"), "{code}: a figure is missing in {locale}: {words}");
        words
    });
    assert_ne!(zh, en, "{code} has no words of its own in English");
}

#[test]
fn every_check_has_words_in_both_languages() {
    for check in Check::ALL {
        words(&format!("check.{}", check.word()), &[]);
        assert_eq!(Check::parse(check.word()), Some(*check));
    }
    for outcome in CheckOutcome::ALL {
        words(&format!("check_outcome.{}", outcome.word()), &[]);
    }
    // Everything wrong at once, so that every figure named is one that is given.
    let mut all = with_plot(|p| {
        (p.own, p.fits, p.area_m2, p.earlier_m2) = (false, false, 1500, Some(1));
        p.valid.to = Some(day("2026-01-01"));
    });
    all.sources.push(Source { kind: delivery(1, 1, 0, 0), ..all.sources[0].clone() });
    let SourceKind::Delivery { fits, .. } = &mut all.sources[1].kind else { unreachable!() };
    *fits = false;
    all.sources[0].areas[0].answer = AreaAnswer::Outside;
    all.lot_taken = Some("L1".to_owned());
    all.stated = Some(1);
    (all.days.from, all.days.to, all.days.packed_on) = (day("2027-01-02"), day("2027-01-01"), Some(day("2026-12-01")));
    (all.marks[0].own, all.marks[0].granted, all.marks[0].status, all.marks_named) = (false, false, None, true);
    all.standard.as_mut().unwrap().withdrawn_on = Some(day("2026-01-01"));
    (all.reports[0].fits, all.reports[0].same_file, all.reports[0].valid_to) = (false, Some("JC-2".to_owned()), Some(day("2026-01-01")));
    all.plan = vec![planned("重金属"), TestPlanItem { accredited: true, ..planned("农残") }];
    all.facility = Some(Facility::Unknown("冷库".to_owned()));
    all.farm[0].sprays = vec![Spray { input: "乐果".to_owned(), on: day("2026-12-30"), interval_days: 30 }];
    (all.tests[0].failed, all.tests[0].also_shown, all.tests[0].reported_on) = (true, 3, Some(day("2027-01-01")));
    all.recorded_on = day("2027-02-01");
    let mut noodles = all.clone();
    (noodles.goods.basis, noodles.goods.cap) = (AccountBasis::RawMaterial, Some(1));
    noodles.sources[0].kind = SourceKind::Input { name: "面粉".to_owned(), amount: Some(1) };
    noodles.standard.as_mut().unwrap().known = false;
    (noodles.days.from, noodles.days.to) = (day("2027-01-01"), day("2027-01-02"));
    noodles.facility = with_store(|s| s.own = false).facility;
    let mut kiln = noodles.clone();
    kiln.facility = with_store(|s| s.licences[0].days.to = Some(day("2026-01-02"))).facility;
    (kiln.goods.basis, kiln.goods.cap) = (AccountBasis::Capacity, Some(1));
    let findings = [all, noodles, kiln].map(|f| examine(&f, 0).findings).concat();
    let mut said: Vec<Check> = Vec::new();
    for finding in findings.iter().filter(|f| matches!(f.outcome, CheckOutcome::Held | CheckOutcome::Warned | CheckOutcome::Refused)) {
        words(&format!("refusal.{}", finding.check.refusal()), &finding.problem().params);
        said.push(finding.check);
    }
    said.sort_unstable();
    said.dedup();
    let never: Vec<_> = Check::ALL.iter().filter(|c| !said.contains(c)).collect();
    assert_eq!(never, [] as [&Check; 0]);
}
