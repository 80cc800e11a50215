//! Many at once: the partition stays exact, and account and batch say what the ranges and the ledger say.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use yanzhao::entity::{batch, code_order, season_account};
use yanzhao::kernel::Random;
use yanzhao::kernel::clock::HOUR;
use yanzhao::ledger;
use yanzhao::trace::range::{Partition, Range, Standing};

use crate::world::{PACK, World};

/// What the events say: buckets of each account, and how each code of each order stands.
#[derive(Default)]
struct Replay {
    buckets: BTreeMap<(String, String), i64>,
    partitions: BTreeMap<i64, Vec<(String, Option<String>)>>,
}

impl Replay {
    async fn read(world: &World) -> Self {
        let mut replay = Self::default();
        let report = ledger::verify(world.db.reader(), &[], |_, _, body| replay.event(body)).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        replay
    }
    fn event(&mut self, body: &Value) {
        let text = |e: &Value, name: &str| e[name].as_str().map(str::to_owned);
        if body["kind"] == "code_order.issued" {
            let (no, count) = (body["facts"]["order_no"].as_i64().unwrap(), body["facts"]["count"].as_u64().unwrap());
            self.partitions.insert(no, vec![(String::new(), None); usize::try_from(count).unwrap()]);
        }
        for effect in body["effects"].as_array().unwrap() {
            if effect["effect"] == "move" {
                let (account, amount) = (text(effect, "account").unwrap(), effect["amount"].as_i64().unwrap());
                *self.buckets.entry((account.clone(), text(effect, "from").unwrap())).or_default() -= amount;
                *self.buckets.entry((account, text(effect, "to").unwrap())).or_default() += amount;
            } else {
                let codes = self.partitions.get_mut(&effect["order_no"].as_i64().unwrap()).unwrap();
                let at = |name: &str| usize::try_from(effect[name].as_i64().unwrap()).unwrap();
                codes[at("first") - 1..at("last")].fill((text(effect, "state").unwrap(), text(effect, "batch")));
            }
        }
    }
    fn bucket(&self, account: &str, bucket: &str) -> i64 {
        self.buckets.get(&(account.to_owned(), bucket.to_owned())).copied().unwrap_or(0)
    }
}

/// Holds every table against the others and against the ledger.
async fn balances(world: &World) {
    let replay = Replay::read(world).await;
    let orders = code_order::Entity::find().all(world.db.reader()).await.unwrap();
    let (mut reserved, mut coded, mut on_batch) = (0, 0, BTreeMap::<String, i64>::new());
    for order in orders {
        reserved += order.quota_left * order.unit_amount;
        let rows = world.ranges(order.order_no).await;
        let ranges = rows.iter().map(|r| Range { first: r.first, last: r.last, standing: Standing::issued(r.first) }).collect();
        Partition::new(order.count, ranges).unwrap();
        let mut issued = 0;
        for row in rows {
            let length = row.last - row.first + 1;
            let living = !matches!(row.state.as_str(), "voided" | "returned");
            issued += if row.state == "issued" { length } else { 0 };
            if let Some(batch) = &row.batch_id {
                *on_batch.entry(batch.clone()).or_default() += length * order.unit_amount;
                coded += if living { length * order.unit_amount } else { 0 };
            }
            let said = &replay.partitions[&order.order_no][usize::try_from(row.first - 1).unwrap()..usize::try_from(row.last).unwrap()];
            assert!(said.iter().all(|s| *s == (row.state.clone(), row.batch_id.clone())), "{}–{}", row.first, row.last);
        }
        assert_eq!(issued, order.quota_left + order.spare_left);
    }
    for account in season_account::Entity::find().all(world.db.reader()).await.unwrap() {
        let figures = [("reserved", account.reserved), ("coded", account.coded), ("burned", account.burned)];
        for (bucket, figure) in figures {
            assert_eq!(replay.bucket(&account.id, bucket), figure, "{bucket}");
        }
        assert_eq!((account.reserved, account.coded), (reserved, coded));
        assert!(account.reserved + account.coded + account.burned <= account.remaining);
    }
    for batch in batch::Entity::find().all(world.db.reader()).await.unwrap() {
        assert_eq!(batch.coded, on_batch.get(&batch.id).copied().unwrap_or(0), "{}", batch.id);
        assert!(batch.coded <= batch.covered);
    }
}

async fn random_verb(world: &World, order: &str, random: &Random) -> bool {
    let first = 1 + i64::try_from(random.below(60)).unwrap();
    let last = first + i64::try_from(random.below(8)).unwrap();
    let batch = ["bat_1", "bat_2"][usize::try_from(random.below(2)).unwrap()];
    let stretch = json!({ "first": first, "last": last });
    let with = |name: &str, value: Value| {
        let mut input = stretch.clone();
        input[name] = value;
        input
    };
    let done = match random.below(9) {
        0..=2 => world.verb("bind", order, with("batch_id", json!(batch))).await,
        3 | 4 => world.verb("activate", order, stretch).await,
        5 => world.verb("undo", order, stretch).await,
        6 => world.verb("void", order, with("reason", json!("damaged"))).await,
        7 => world.verb_as(world.officer("officer", "1301"), "void", order, with("reason", json!("stolen"))).await,
        _ => world.verb("return", order, stretch).await,
    };
    match done {
        Ok(_) => true,
        Err(failure) => {
            assert!(failure.source.is_none(), "{failure}");
            false
        }
    }
}

on_both_engines! {
    async fn random_verbs_by_many_at_once_leave_everything_in_balance(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        world.batch("bat_2", 100_000, true).await;
        let order = world.order(json!({ "count": 66, "spare": 3 })).await.unwrap();
        let second = world.order(json!({ "count": 20, "spare": 1, "batch_id": "bat_2" })).await.unwrap();
        let tasks: Vec<_> = (0..8_u64)
            .map(|task| {
                let (world, ids, random) = (world.clone(), [order.id.clone(), second.id.clone()], Random::seeded(100 + task));
                tokio::spawn(async move {
                    let mut done = 0;
                    for n in 0..30 {
                        done += i32::from(random_verb(&world, &ids[usize::from(n % 5 == 4)], &random).await);
                        if task == 0 && n % 10 == 9 {
                            world.clock.advance(13 * HOUR);
                        }
                    }
                    done
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += task.await.unwrap();
        }
        assert!(done > 20, "only {done} acts were possible");
        balances(&world).await;
    }

    async fn fifty_race_for_the_last_codes_of_an_account(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        world.order(json!({ "count": 183 })).await.unwrap();
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let world = world.clone();
                tokio::spawn(async move { world.order(json!({ "count": 2 })).await.map_err(|f| f.code) })
            })
            .collect();
        let (mut won, mut numbers, mut locators) = (0, Vec::new(), Vec::new());
        for task in tasks {
            match task.await.unwrap() {
                Ok(row) => {
                    won += 1;
                    numbers.push(row.order_no);
                    locators.push(row.locator);
                }
                Err(code) => assert_eq!(code, "balance_exceeded"),
            }
        }
        numbers.sort_unstable();
        locators.sort_unstable();
        locators.dedup();
        assert_eq!((won, locators.len()), (8, 8), "17 packs are left, two for each");
        assert_eq!(numbers, (2..=9).collect::<Vec<i64>>(), "numbers without gap");
        balances(&world).await;
    }

    async fn fifty_race_for_the_last_of_a_batch(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        world.batch("bat_2", 10 * PACK, true).await;
        let order = world.order(json!({ "count": 150 })).await.unwrap();
        let tasks: Vec<_> = (0..50)
            .map(|n: i64| {
                let (world, id) = (world.clone(), order.id.clone());
                let stretch = json!({ "first": 3 * n + 1, "last": 3 * n + 3, "batch_id": "bat_2" });
                tokio::spawn(async move { world.verb("bind", &id, stretch).await.map_err(|f| f.code) })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(code) => assert_eq!(code, "batch_overdrawn"),
            }
        }
        assert_eq!(won, 3);
        balances(&world).await;
    }
}
