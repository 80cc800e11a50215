//! Random verbs never break the partition, the stock or the sum of the quantity.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::leftovers::{Leftovers, leftovers};
use super::plan::{self, Bucket, Change, Stock};
use super::relabel::{Run, relabel};
use super::*;
use crate::kernel::clock::{DAY, HOUR};
use crate::kernel::{Failure, Outcome};

const NOW: Millis = 1_795_000_000_000;

/// An order with its figures beside it.
#[derive(Debug, Clone)]
struct Order {
    partition: Partition,
    stock: Stock,
    pots: BTreeMap<Bucket, i64>,
    batches: BTreeMap<String, i64>,
    asked: i64,
    now: Millis,
}

impl Order {
    fn new(count: i64, spare: i64) -> Self {
        let asked = count - spare;
        Self {
            partition: Partition::whole(count, Standing::issued(NOW)),
            stock: Stock { quota_left: asked, spare_left: spare },
            pots: BTreeMap::from([(Bucket::Reserved, asked)]),
            batches: BTreeMap::new(),
            asked,
            now: NOW,
        }
    }
    fn apply(&mut self, planned: Outcome<Change>) -> Outcome<i64> {
        let change = planned?;
        self.partition = self.partition.painted(&change.pieces);
        self.stock = change.stock;
        for (from, to, codes) in &change.moves {
            assert!(*codes > 0);
            *self.pots.entry(*from).or_default() -= codes;
            *self.pots.entry(*to).or_default() += codes;
        }
        for (batch, codes) in &change.batches {
            *self.batches.entry(batch.clone()).or_default() += codes;
        }
        self.check();
        Ok(change.codes())
    }
    fn bind(&mut self, first: i64, last: i64, damaged: &[i64]) -> Outcome<i64> {
        self.apply(plan::bind(&self.partition, self.stock, first, last, damaged, "bat_1", self.now))
    }
    fn activate(&mut self, first: i64, last: i64) -> Outcome<i64> {
        self.apply(plan::activate(&self.partition, self.stock, first, last, None, self.now))
    }
    fn undo(&mut self, first: i64, last: i64) -> Outcome<i64> {
        self.apply(plan::undo(&self.partition, self.stock, first, last, NOW, self.now))
    }
    fn void(&mut self, first: i64, last: i64, reason: VoidReason) -> Outcome<i64> {
        self.apply(plan::void(&self.partition, self.stock, first, last, reason, false, self.now))
    }
    fn destroy(&mut self, first: i64, last: i64) -> Outcome<i64> {
        self.apply(plan::destroy(&self.partition, self.stock, first, last, VoidReason::Returned, self.now))
    }
    fn take_back(&mut self, first: i64, last: i64) -> Outcome<i64> {
        self.apply(plan::take_back(&self.partition, self.stock, first, last, self.now))
    }
    /// New labels of the same order; old and new take up one each.
    fn relabel(&mut self, first: i64, last: i64, with_first: i64, with_last: i64) -> Outcome<i64> {
        let run = |first, last| Run { partition: &self.partition, first, last, unit_amount: 1 };
        let done = relabel(run(first, last), run(with_first, with_last), self.stock, self.now)?;
        let reserved_before = self.pot(Bucket::Reserved);
        self.partition = self.partition.painted(&done.gone).painted(std::slice::from_ref(&done.fresh));
        self.stock = done.stock;
        for (from, codes) in [(Bucket::Coded, done.loose), (Bucket::Reserved, done.freed)] {
            *self.pots.entry(from).or_default() -= codes;
            *self.pots.entry(Bucket::Free).or_default() += codes;
        }
        *self.batches.entry(done.batch_id.clone()).or_default() -= done.loose;
        assert_eq!(done.voided(), done.fresh.len() + done.loose, "every old label is void, and its goods are labelled or loose");
        assert_eq!(reserved_before - self.pot(Bucket::Reserved), done.freed);
        self.check();
        Ok(done.fresh.len())
    }
    fn pot(&self, bucket: Bucket) -> i64 {
        self.pots.get(&bucket).copied().unwrap_or(0)
    }
    fn check(&self) {
        let ranges = self.partition.ranges().to_vec();
        assert!(ranges.windows(2).all(|w| w[0].standing != w[1].standing), "neighbours that stand alike are one run: {ranges:?}");
        assert_eq!(Partition::new(self.partition.count(), ranges).as_ref(), Ok(&self.partition));
        let codes = |so: fn(&Standing) -> bool| self.partition.codes(so);
        assert!(self.stock.quota_left >= 0 && self.stock.spare_left >= 0, "{self:?}");
        assert_eq!(codes(|s| s.state == RangeState::Issued), self.stock.quota_left + self.stock.spare_left);
        assert_eq!(self.pot(Bucket::Reserved), self.stock.quota_left);
        assert_eq!(self.pot(Bucket::Coded), codes(|s| s.batch_id.is_some() && !s.state.is_dead()));
        assert_eq!(self.batches.values().sum::<i64>(), codes(|s| s.batch_id.is_some()));
        assert_eq!(self.pots.values().sum::<i64>(), self.asked, "no quantity comes or goes");
        assert!(self.pots.values().all(|codes| *codes >= 0));
    }
}

fn refused(outcome: Outcome<i64>) -> (String, String) {
    let failure: Failure = outcome.unwrap_err();
    let code = failure.fields.first().map_or(failure.code, |f| f.code);
    let places = failure.params.iter().find(|p| p.0 == "places").map_or("", |p| &p.1);
    (code.to_owned(), places.to_owned())
}

fn no(code: &str, places: &str) -> (String, String) {
    (code.to_owned(), places.to_owned())
}

#[test]
fn a_roll_is_bound_activated_and_undone() {
    let mut order = Order::new(105, 5);
    assert_eq!(order.bind(1, 50, &[7, 3]).unwrap(), 50);
    assert_eq!((order.stock.quota_left, order.stock.spare_left, order.pot(Bucket::Coded)), (52, 3, 48));
    assert_eq!(order.activate(1, 50).unwrap(), 48, "the damaged two are stepped over");
    order.now += 23 * HOUR;
    order.undo(1, 10).unwrap();
    assert_eq!(order.partition.codes(|s| s.state == RangeState::Bound), 8);
    order.undo(1, 10).unwrap();
    assert_eq!((order.stock.quota_left, order.pot(Bucket::Coded)), (60, 40));
    order.now += 2 * HOUR;
    assert_eq!(refused(order.undo(11, 50)), no("undo_too_late", "11–50"));
    assert_eq!(refused(order.bind(1, 10, &[])), no("range_gap", "3、7"));
    order.bind(8, 10, &[]).unwrap();
}

#[test]
fn an_undone_activation_does_not_make_an_old_binding_young() {
    let mut order = Order::new(10, 0);
    order.bind(1, 10, &[]).unwrap();
    order.now += 3 * DAY;
    order.activate(1, 10).unwrap();
    order.undo(1, 10).unwrap();
    assert_eq!(refused(order.undo(1, 10)), no("undo_too_late", "1–10"));
}

#[test]
fn every_misfit_has_its_own_name_and_place() {
    let mut order = Order::new(100, 5);
    order.bind(1, 40, &[]).unwrap();
    order.activate(1, 20).unwrap();
    order.void(41, 42, VoidReason::Misprinted).unwrap();
    order.take_back(43, 44).unwrap();
    let table = [
        (order.clone().bind(9, 3, &[]), no("range_reversed", "")),
        (order.clone().bind(0, 3, &[]), no("outside_order", "")),
        (order.clone().bind(90, 101, &[]), no("outside_order", "")),
        (order.clone().bind(21, 30, &[]), no("already_bound", "21–30")),
        (order.clone().bind(30, 60, &[]), no("range_overlap", "30–40")),
        (order.clone().bind(41, 60, &[]), no("range_gap", "41–44")),
        (order.clone().bind(41, 42, &[]), no("already_voided", "41–42")),
        (order.clone().bind(43, 43, &[]), no("already_returned", "43")),
        (order.clone().bind(50, 60, &[61]), no("damaged_outside", "")),
        (order.clone().bind(50, 60, &[51, 51]), no("same_label_twice", "")),
        (order.clone().bind(50, 51, &[51, 50]), no("all_damaged", "")),
        (order.clone().bind(45, 100, &[]), no("over_quota", "")),
        (order.clone().activate(1, 20), no("already_active", "1–20")),
        (order.clone().activate(11, 30), no("range_overlap", "11–20")),
        (order.clone().activate(50, 60), no("not_bound", "50–60")),
        (order.clone().activate(30, 60), no("not_bound", "45–60")),
        (order.clone().activate(41, 44), no("already_voided", "41–44")),
        (order.clone().undo(10, 30), no("undo_mixed", "21–30")),
        (order.clone().undo(50, 60), no("nothing_to_undo", "50–60")),
        (order.clone().undo(30, 60), no("nothing_to_undo", "45–60")),
        (order.clone().undo(41, 44), no("already_voided", "41–44")),
        (order.clone().void(10, 60, VoidReason::Lost), no("second_person_needed", "10–20")),
        (order.clone().void(41, 42, VoidReason::Lost), no("already_voided", "41–42")),
        (order.clone().take_back(30, 60), no("range_overlap", "30–40")),
        (order.clone().take_back(41, 60), no("range_gap", "41–44")),
    ];
    for (i, (outcome, expected)) in table.into_iter().enumerate() {
        assert_eq!(refused(outcome), expected, "row {i}");
    }
    let passed = plan::activate(&order.partition, order.stock, 21, 40, Some(NOW), NOW);
    assert_eq!(refused(passed.map(|c| c.codes())), no("moment_passed", ""));
}

#[test]
fn spoiling_costs_spare_first_and_theft_always_costs_quota() {
    let figures = |o: &Order| (o.stock.quota_left, o.stock.spare_left, o.pot(Bucket::Burned), o.pot(Bucket::Free));
    let mut order = Order::new(105, 5);
    order.void(1, 3, VoidReason::Damaged).unwrap();
    assert_eq!(figures(&order), (100, 2, 0, 0));
    order.void(4, 8, VoidReason::Surplus).unwrap();
    assert_eq!(figures(&order), (97, 0, 3, 0));
    let mut order = Order::new(105, 5);
    order.void(1, 3, VoidReason::Lost).unwrap();
    assert_eq!(figures(&order), (97, 5, 3, 0));
    order.bind(10, 19, &[]).unwrap();
    order.void(10, 16, VoidReason::Misprinted).unwrap();
    assert_eq!(figures(&order), (92, 0, 5, 0), "five of seven come back to the order, two burn");
    order.void(17, 19, VoidReason::Stolen).unwrap();
    assert_eq!(figures(&order), (92, 0, 8, 0));
    order.take_back(20, 29).unwrap();
    assert_eq!(figures(&order), (82, 0, 8, 10));
    let mut only_spares = Order::new(10, 5);
    only_spares.bind(1, 5, &[]).unwrap();
    only_spares.take_back(6, 10).unwrap();
    assert_eq!(figures(&only_spares), (0, 0, 0, 0), "spares reserved nothing, so nothing is free again");
}

#[test]
fn new_labels_take_over_at_once_and_the_rest_is_loose() {
    let figures = |o: &Order| (o.pot(Bucket::Reserved), o.pot(Bucket::Coded), o.pot(Bucket::Free), o.stock.spare_left);
    let mut order = Order::new(105, 5);
    order.bind(1, 60, &[]).unwrap();
    order.activate(1, 40).unwrap();
    assert_eq!(figures(&order), (40, 60, 0, 5));
    assert_eq!(order.relabel(31, 40, 61, 67).unwrap(), 7);
    assert_eq!(figures(&order), (33, 57, 10, 5), "seven stand for ten: three loose, and seven reservations free");
    assert!(
        order.partition.between(61, 67).iter().all(|r| r.standing.is_active(NOW) && r.standing.since == NOW),
        "in use like the old ones"
    );
    assert!(
        order.partition.between(31, 40).iter().all(|r| r.standing.reason == Some(VoidReason::Relabelled) && r.standing.batch_id.is_none())
    );
    for (outcome, code, places) in [
        (order.clone().relabel(28, 45, 70, 72), "relabel_mixed", "41–45"),
        (order.clone().relabel(31, 40, 70, 72), "already_voided", "31–40"),
        (order.clone().relabel(68, 70, 71, 72), "not_bound", "68–70"),
        (order.clone().relabel(1, 10, 71, 81), "relabel_more", ""),
        (order.clone().relabel(1, 10, 60, 69), "range_overlap", "60–67"),
        (order.clone().relabel(1, 10, 100, 106), "outside_order", ""),
        (order.clone().undo(61, 67), "undo_relabelled", "61–67"),
    ] {
        let (said, at) = refused(outcome);
        assert_eq!(said, code);
        assert!(places.is_empty() || at == places, "{code} {at}");
    }
    assert_eq!(order.relabel(29, 35, 68, 69).unwrap(), 2, "what is void already is stepped over");
    assert_eq!(order.relabel(1, 28, 70, 97).unwrap(), 28);
    assert_eq!(order.relabel(70, 77, 98, 105).unwrap(), 8, "spare labels serve too");
    assert_eq!(figures(&order), (0, 57, 43, 0));
    let (case, unit) = (Partition::whole(9, Standing::bound("bat_1", NOW)), Partition::whole(9, Standing::issued(NOW)));
    let run = |partition, unit_amount| Run { partition, first: 1, last: 9, unit_amount };
    let stock = Stock { quota_left: 9, spare_left: 0 };
    assert_eq!(relabel(run(&case, 0), run(&unit, 5), stock, NOW).unwrap_err().code, "relabel_carries");
    let bigger = relabel(Run { last: 8, ..run(&case, 5) }, Run { last: 4, ..run(&unit, 10) }, stock, NOW).unwrap();
    assert_eq!((bigger.loose, bigger.freed), (0, 4), "eight of 5 kg are four of 10 kg");
}

#[test]
fn what_is_left_is_voided_or_returned_wherever_it_lies() {
    let mut order = Order::new(30, 3);
    order.bind(5, 10, &[]).unwrap();
    order.void(20, 20, VoidReason::Lost).unwrap();
    let closed = |how| {
        let mut order = order.clone();
        order.apply(Ok(leftovers(&order.partition, order.stock, how, NOW).unwrap())).unwrap();
        assert_eq!(order.partition.codes(|s| s.state == RangeState::Issued), 0);
        (order.pot(Bucket::Free), order.pot(Bucket::Burned), order.pot(Bucket::Coded))
    };
    assert_eq!(closed(Leftovers::Return), (20, 1, 6));
    assert_eq!(closed(Leftovers::Void), (0, 21, 6), "three of the spare, the rest burns");
    assert!(leftovers(&order.partition, order.stock, Leftovers::Carry, NOW).is_none());
}

#[test]
fn codes_destroyed_with_their_goods_leave_the_batch_and_free_what_they_took() {
    let mut order = Order::new(20, 2);
    order.bind(1, 10, &[4]).unwrap();
    order.activate(1, 5).unwrap();
    assert_eq!(order.destroy(2, 7).unwrap(), 5, "the damaged one is stepped over");
    assert_eq!((order.pot(Bucket::Coded), order.pot(Bucket::Free), order.pot(Bucket::Burned)), (4, 5, 0));
    assert_eq!(order.batches["bat_1"], 4);
    assert!(order.partition.between(5, 7).iter().all(|r| r.standing.batch_id.is_none() && r.standing.state == RangeState::Voided));
    assert_eq!(refused(order.clone().destroy(2, 7)), no("already_voided", "2–7"));
    assert_eq!(refused(order.clone().destroy(9, 12)), no("not_bound", "11–12"));
}

#[test]
fn a_scheduled_code_is_idle_until_its_moment_and_in_use_after_it() {
    let mut order = Order::new(10, 0);
    order.bind(1, 10, &[]).unwrap();
    let at = NOW + 3 * DAY;
    order.apply(plan::activate(&order.partition, order.stock, 1, 10, Some(at), NOW)).unwrap();
    assert_eq!(refused(order.activate(1, 10)), no("already_scheduled", "1–10"));
    order.now = at - 1;
    order.clone().void(1, 1, VoidReason::Damaged).unwrap();
    order.clone().undo(1, 10).unwrap();
    order.now = at;
    assert_eq!(refused(order.clone().void(1, 1, VoidReason::Damaged)), no("second_person_needed", "1"));
    let officer = plan::void(&order.partition, order.stock, 1, 1, VoidReason::OrderedStop, true, order.now);
    order.apply(officer).unwrap();
    assert_eq!(order.partition.at(1).unwrap().standing.batch_id.as_deref(), Some("bat_1"), "its goods went out with the batch");
}

#[test]
fn rows_that_leave_a_hole_or_overlap_are_no_partition() {
    let range = |first, last| Range { first, last, standing: Standing::issued(NOW) };
    for (rows, expected, found) in [
        (vec![range(1, 4), range(6, 10)], 5, 6),
        (vec![range(1, 4), range(4, 10)], 5, 4),
        (vec![range(2, 10)], 1, 2),
        (vec![range(1, 9)], 10, 0),
        (vec![range(1, 11)], 12, 0),
        (vec![], 1, 0),
    ] {
        assert_eq!(Partition::new(10, rows), Err(NotAPartition { count: 10, expected, found }));
    }
    assert_eq!(
        places(&[range(1, 1), range(3, 4), range(5, 9), range(11, 11), range(13, 13), range(15, 15), range(17, 18)]),
        "1、3–9、11、13、15 (+1)"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_sequence_of_verbs_breaks_the_order(
        count in 1_i64..60,
        spare in 0_i64..12,
        verbs in prop::collection::vec((0_u8..10, 1_i64..60, 0_i64..20, 0_i64..30), 1..60),
    ) {
        let mut order = Order::new(count, spare.min(count - 1));
        order.check();
        for (verb, first, length, hours) in verbs {
            let last = first + length;
            order.now += hours * HOUR / 2;
            let before = order.partition.clone();
            let fresh = (first + hours * 2) % 60 + 1;
            let done = match verb {
                0 => order.bind(first, last, &[]),
                1 => order.bind(first, last, &[first, last]),
                2 => order.activate(first, last),
                3 => order.undo(first, last),
                4 => order.void(first, last, VoidReason::Damaged),
                5 => order.void(first, last, VoidReason::Stolen),
                6 => order.take_back(first, last),
                7 => order.destroy(first, last),
                _ => order.relabel(first, last, fresh, fresh + length / i64::from(verb - 7)),
            };
            for sequence in 1..=count {
                let (was, is) = (&before.at(sequence).unwrap().standing, &order.partition.at(sequence).unwrap().standing);
                let with = fresh..=fresh + length / i64::from(verb.max(8) - 7);
                let touched = done.is_ok() && ((first..=last).contains(&sequence) || (verb > 7 && with.contains(&sequence)));
                prop_assert!(touched || was == is, "{sequence} was not asked for");
                prop_assert!(!was.state.is_dead() || was == is, "a voided or returned code never lives again");
            }
        }
    }
}
