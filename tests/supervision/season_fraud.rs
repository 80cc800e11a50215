//! The season with fraud in it (`benches/season_fraud`): the plan is the same for the same seed and adds up, the score counts what it says, and
//! a tiny season runs through the real commands, scans and rules on both engines.

use std::collections::BTreeSet;

#[path = "../../benches/season_fraud/season.rs"]
mod season;

use crate::support::on_both_engines;
use season::drive::{Door, Went};
use season::honest::Size;
use season::plan::{Act, LAST, Plan, RollKind};
use season::report::{Part, Seen, score};
use season::truth::{Kind, Subject};

#[test]
fn the_same_seed_makes_the_same_season() {
    assert_eq!(season::season(1, Size::tiny()), season::season(1, Size::tiny()));
    assert_ne!(season::season(1, Size::tiny()).scans, season::season(2, Size::tiny()).scans);
}

#[test]
fn a_plan_adds_up() {
    for seed in 1..=6 {
        let plan = season::season(seed, Size::of(0.02));
        every_fraud_is_there_once(&plan);
        labels_are_ordered_before_they_are_used(&plan);
        let labels: u32 = plan.rolls.iter().filter(|r| r.kind == RollKind::Unit).map(|r| r.count).sum();
        assert!(labels > 1_500 && plan.scans.len() > 10_000 && !plan.listings.is_empty(), "seed {seed}: {labels} labels");
        assert!(plan.scans.iter().all(|s| s.seq >= 1 && s.seq <= plan.rolls[s.roll as usize].count), "a scan of a label that is not there");
        assert!(plan.scans.iter().all(|s| s.minute < (LAST + 1) * 1440));
    }
}

fn every_fraud_is_there_once(plan: &Plan) {
    let kinds: BTreeSet<Kind> = plan.frauds.iter().map(|f| f.kind).collect();
    assert_eq!(kinds, Kind::ALL.into_iter().collect(), "seed {}", plan.seed);
    let crooks: Vec<usize> = plan.frauds.iter().filter(|f| f.kind != Kind::Oversell).filter_map(|f| f.by).collect();
    let once: BTreeSet<usize> = crooks.iter().copied().collect();
    assert_eq!(crooks.len(), once.len(), "a producer plays two parts");
    for fraud in &plan.frauds {
        assert!(!fraud.subjects.is_empty() && fraud.from <= LAST && fraud.size > 0, "{fraud:?}");
        for subject in &fraud.subjects {
            let there = match subject {
                Subject::Producer(n) => *n < plan.producers.len(),
                Subject::Grower(n) => *n < plan.growers.len(),
                Subject::Lot(n) => *n < plan.lots.len(),
                Subject::Roll(n) => *n < plan.rolls.len(),
                Subject::Code(n, seq) => plan.rolls.get(*n).is_some_and(|r| *seq <= r.count),
                Subject::Listing(n) => *n < plan.listings.len(),
                Subject::Seller(n) => *n < plan.sellers.len(),
                Subject::Series(n) => *n < plan.forged_like.len(),
            };
            assert!(there, "{subject:?} of {fraud:?}");
        }
    }
}

fn labels_are_ordered_before_they_are_used(plan: &Plan) {
    let mut ordered = BTreeSet::new();
    let mut packed = BTreeSet::new();
    for act in plan.days.iter().flatten() {
        match act {
            Act::Pack { lot } => assert!(packed.insert(*lot), "lot {lot} is packed twice"),
            Act::Order { roll } => assert!(ordered.insert(*roll), "roll {roll} is ordered twice"),
            Act::Activate { roll, last, .. } | Act::Void { roll, last, .. } | Act::Surplus { roll, last, .. } => {
                assert!(ordered.contains(roll) && *last <= plan.rolls[*roll].count, "seed {}: {act:?}", plan.seed);
            }
            Act::Send { shipment } => assert!(ordered.contains(&plan.shipments[*shipment].roll)),
            _ => {}
        }
    }
}

#[test]
fn the_score_counts_what_it_says() {
    let plan = season::season(3, Size::of(0.02));
    let of = |kind: Kind| plan.frauds.iter().find(|f| f.kind == kind).unwrap();
    let crooks: BTreeSet<usize> = plan.frauds.iter().filter_map(|f| f.by).collect();
    let guilty: BTreeSet<Subject> = plan.frauds.iter().flat_map(|f| f.subjects.iter().copied()).collect();
    let innocent = |n: &usize| !crooks.contains(n) && !guilty.contains(&Subject::Producer(*n));
    let honest = (0..plan.producers.len()).find(innocent).expect("somebody honest whom nobody harmed");
    let clone = of(Kind::CloneLarge);
    let lost = of(Kind::LostReprinted);
    let lot = *lost.subjects.iter().find(|s| matches!(s, Subject::Lot(_))).unwrap();
    let seen = |rule: &str, work, day, subject| Seen { rule: rule.to_owned(), work, day, until: day, subjects: vec![subject] };
    let alerts = [
        seen("right", true, clone.from + 3, clone.subjects[0]),
        seen("too early", true, clone.from - 1, clone.subjects[0]),
        Seen { until: clone.from + 2, ..seen("still there", true, clone.from - 9, clone.subjects[0]) },
        seen("to know", false, clone.from + 1, clone.subjects[0]),
        seen("wrong", true, 90, Subject::Producer(honest)),
    ];
    let door = |subject, day| Door { day, act: "bind", code: "batch_overdrawn".into(), subjects: vec![subject] };
    // A refusal that met the firm alone says nothing of the scheme.
    let doors = [door(lot, lost.from + 1), door(Subject::Producer(of(Kind::Resale).by.unwrap()), LAST)];
    let score = score(&plan, &Went::default(), &doors, &alerts);
    let caught = |kind: Kind| (score.kinds[&kind].alert, score.kinds[&kind].door, score.kinds[&kind].part);
    assert_eq!(caught(Kind::CloneLarge), (1, 0, Part { of: 1, hits: 1 }));
    assert_eq!(score.kinds[&Kind::CloneLarge].days, [0], "what stood before and is seen again stands from the first act on");
    assert_eq!(caught(Kind::LostReprinted), (0, 1, Part { of: 1, hits: 1 }));
    assert_eq!(caught(Kind::Resale), (0, 0, Part { of: 1, hits: 0 }));
    assert_eq!(score.kinds.values().map(|k| k.part.of).sum::<u64>(), plan.frauds.len() as u64);
    assert_eq!((score.rules["right"].right, score.rules["wrong"].wrong, score.rules["too early"].wrong), (1, 1, 1));
    assert_eq!((score.producers.hits, score.listings.hits), (1, 0));
    assert_eq!(score.producers.of, (plan.producers.len() - crooks.len()) as u64);
    assert!(score.tables().contains("| cloned labels, 150–4,000 packs | 1 | 1 |"));
}

#[test]
fn an_interval_is_wide_where_little_is_known() {
    let (share, low, high) = Part { of: 10, hits: 10 }.wilson();
    assert!((share - 100.0).abs() < 0.01 && (72.0..72.5).contains(&low) && high > 99.9, "{low}–{high}");
    let (share, low, high) = Part { of: 400, hits: 8 }.wilson();
    assert!((share - 2.0).abs() < 0.01 && (1.0..1.1).contains(&low) && (3.8..4.0).contains(&high), "{low}–{high}");
    assert_eq!(Part::default().wilson(), (0.0, 0.0, 100.0));
}

on_both_engines! {
    async fn a_tiny_season_is_performed_and_its_large_frauds_are_caught(engine: Engine) {
        let plan = season::season(4, Size::tiny());
        let (score, went) = season::perform(engine, &plan, 180, &[], false).await;
        let told = format!("{}\n{went:#?}", score.tables());
        assert_eq!(score.kinds.values().map(|k| k.part.of).sum::<u64>(), plan.frauds.len() as u64);
        assert_eq!(score.scans + went.crawled, plan.scans.len() as u64 - went.unissued, "{told}");
        assert_eq!(went.unknown, plan.forged.len() as u64);
        let planted = |kind: &Kind| score.kinds.get(kind).map(|caught| (*kind, caught.part.hits, caught.part.of));
        let large: Vec<_> = [Kind::CloneLarge, Kind::LostReprinted, Kind::Forged, Kind::OutOfSeason].iter().filter_map(planted).collect();
        assert!(large.len() >= 2, "so small a season has no room for every scheme, but for some: {told}");
        for (kind, hits, of) in large {
            assert_eq!(hits, of, "{}: {told}", kind.name());
        }
    }
}
