//! Whatever is packed, unpacked, bound, relabelled and voided in whatever order: one item is never in two cases, no dead label in any.

use serde_json::{Value, json};
use yanzhao::kernel::Random;

use crate::world::World;

struct Yard {
    world: World,
    units: String,
    cases: String,
    pallets: String,
    random: Random,
}

impl Yard {
    fn below(&self, most: i64) -> i64 {
        i64::try_from(self.random.below(u64::try_from(most).unwrap())).unwrap()
    }
    async fn step(&self) -> bool {
        let (order, count) =
            [(&self.units, 80), (&self.units, 80), (&self.cases, 20), (&self.pallets, 5)][usize::try_from(self.below(4)).unwrap()];
        let first = 1 + self.below(count);
        let last = (first + self.below(6)).min(count);
        let stretch = json!({ "first": first, "last": last });
        let with = |more: Value| {
            let mut input = stretch.clone();
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let batch = ["bat_1", "bat_2"][usize::try_from(self.below(2)).unwrap()];
        let (box_order, item_order, items) =
            if self.below(4) == 0 { (&self.pallets, &self.cases, 20) } else { (&self.cases, &self.units, 80) };
        let case = 1 + self.below(if box_order == &self.pallets { 5 } else { 20 });
        let done = match self.below(10) {
            0 | 1 => self.world.act("bind", order, with(json!({ "batch_id": batch }))).await,
            2 => self.world.act("activate", order, stretch).await,
            3 => self.world.act("undo", order, stretch).await,
            4 => self.world.act("void", order, with(json!({ "reason": "damaged" }))).await,
            5 => {
                let fresh = 1 + self.below(count);
                let input = json!({ "with_first": fresh, "with_last": (fresh + self.below(4)).min(count), "reason": "重新包装" });
                self.world.act("relabel", order, with(input)).await
            }
            6 => {
                let input = json!({ "first": case, "last": case + 1, "reason": "拆箱" });
                self.world.act("unlink", box_order, input).await
            }
            7 => {
                let input = json!({ "mode": "ratio", "first": case, "last": case + 1, "child_order_id": item_order, "child_first": 1 + self.below(items), "per": 1 + self.below(3) });
                self.world.act("link", box_order, input).await
            }
            _ => {
                let scanned: Vec<i64> = (0..=self.below(4)).map(|_| 1 + self.below(items)).collect();
                let input = json!({ "mode": "scan", "parent": case, "children": scanned, "child_order_id": item_order });
                self.world.act("link", box_order, input).await
            }
        };
        match done {
            Ok(_) => true,
            Err(failure) => {
                assert!(failure.source.is_none(), "{failure}");
                false
            }
        }
    }
}

on_both_engines! {
    async fn one_item_is_never_in_two_cases_and_no_dead_label_in_any(engine: Engine) {
        for seed in 0..2_u64 {
            let world = World::new(engine).await;
            world.batch("bat_2", 100_000, true).await;
            let units = world.ordered(json!({ "count": 80, "spare": 4 })).await;
            let cases = world.ordered(json!({ "count": 20, "kind": "case", "pack_id": null })).await;
            let pallets = world.ordered(json!({ "count": 5, "kind": "pallet", "pack_id": null })).await;
            let yard = Yard { world, units, cases, pallets, random: Random::seeded(300 + seed) };
            let mut done = 0;
            for n in 0..120 {
                if yard.step().await {
                    done += 1;
                    yard.world.sound().await;
                }
                if n % 40 == 39 {
                    yard.world.clock.advance(13 * yanzhao::kernel::clock::HOUR);
                }
            }
            assert!(done > 25, "only {done} of seed {seed} were possible");
        }
    }
}
