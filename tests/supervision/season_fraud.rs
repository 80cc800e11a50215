//! The season with fraud in it: the plan is the same for the same seed, and what it says adds up.

use std::collections::BTreeSet;

#[path = "../../benches/season_fraud/season.rs"]
mod season;

use crate::support::{Engine, on_both_engines};
use season::plan::{Act, LAST, Plan, RollKind};
use season::truth::{Kind, Subject};

const SMALL: f64 = 0.02;

#[test]
fn the_same_seed_makes_the_same_season() {
    assert_eq!(season::season(1, SMALL), season::season(1, SMALL));
    assert_ne!(season::season(1, SMALL).scans, season::season(2, SMALL).scans);
}

#[test]
fn a_plan_adds_up() {
    for seed in 1..=6 {
        let plan = season::season(seed, SMALL);
        every_fraud_is_there_once(&plan);
        labels_are_ordered_before_they_are_used(&plan);
        let units = plan.rolls.iter().filter(|r| r.kind == RollKind::Unit);
        let labels: u32 = units.map(|r| r.count).sum();
        println!("seed {seed}: {labels} labels, {} scans, {} forged, {} listings", plan.scans.len(), plan.forged.len(), plan.listings.len());
        assert!(plan.scans.iter().all(|s| s.seq >= 1 && s.seq <= plan.rolls[s.roll as usize].count), "a scan of a label that is not there");
        assert!(plan.scans.iter().all(|s| s.minute < (LAST + 1) * 1440));
    }
}

fn every_fraud_is_there_once(plan: &Plan) {
    let kinds: BTreeSet<Kind> = plan.frauds.iter().map(|f| f.kind).collect();
    assert_eq!(kinds.len(), Kind::ALL.len(), "seed {}: only {kinds:?}", plan.seed);
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
    for acts in &plan.days {
        for act in acts {
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
}

on_both_engines! {
    async fn a_small_season_is_performed(engine: Engine) {
        let plan = season::season(1, SMALL);
        let (score, went) = season::perform(engine, &plan, false).await;
        println!("{}\n{went:#?}", score.tables());
        assert_eq!(score.kinds.values().map(|k| k.part.of).sum::<u64>(), plan.frauds.len() as u64);
    }
}
