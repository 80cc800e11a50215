//! The year: who takes part, what the weather does, what is delivered, and the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use yanzhao::entity::facility;
use yanzhao::jobs::close_seasons;
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Day, Desk};
use yanzhao::ledger::Finding;
use yanzhao::trace::keys::{KeyProvider, MasterKeys};
use yanzhao::trace::order::OrderRules;
use yanzhao::trace::replay::Replay;
use yanzhao::trace::store::replay::compare;

use crate::books::Books;
use crate::support::Engine;
use crate::support::world::{COUNTY, World};

pub const KG: i64 = 1000;
/// What one carton holds.
pub const CARTON: i64 = 5 * KG;
const HOUSEHOLDS: usize = 60;
/// The cap of the product, base units a 亩.
const CAP: i64 = 2_500_000;

/// What the weather does between approval and harvest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Two fifths of half the households' fruit is lost; their approved output is corrected.
    Hail,
    /// A quarter more grows than was approved.
    Bumper,
}

pub struct Household {
    pub id: String,
    pub plot: String,
    /// The most the plot may bear.
    pub most: i64,
    /// What is on its trees and not delivered yet.
    pub on_trees: i64,
    /// Of the plot, delivered and covered.
    pub borne: i64,
}

/// A roll of labels bound to a batch: sequences `1..=last`, of which those below `next` were sent.
pub struct Roll {
    pub order: String,
    pub batch: String,
    pub next: i64,
    pub last: i64,
}

/// Labels with no batch, bought for relabelling.
pub struct Spare {
    pub order: String,
    pub next: i64,
    pub last: i64,
}

/// A part of a shipment that lies with the consignee.
pub struct Sent {
    pub shipment: String,
    pub line: i64,
    pub batch: String,
    pub exported: bool,
    /// Labels, or loose goods.
    pub what: Goods,
}

#[derive(Clone)]
pub enum Goods {
    Labels { order: String, first: i64, last: i64 },
    Loose(i64),
}

pub struct Buyer {
    pub id: String,
    pub desk: Desk,
    pub pack: String,
    /// Deliveries with what is covered and not used yet, and their day.
    pub deliveries: Vec<(String, i64, String)>,
    pub rolls: Vec<Roll>,
    pub spares: Vec<Spare>,
    pub sent: Vec<Sent>,
}

pub struct Year {
    pub world: World,
    pub rng: StdRng,
    pub weather: Weather,
    pub product: String,
    pub office: Desk,
    pub second: Desk,
    pub officer: Desk,
    pub officer2: Desk,
    pub store: String,
    pub buyers: [Buyer; 2],
    pub households: Vec<Household>,
    pub keys: Arc<dyn KeyProvider>,
    pub rules: OrderRules,
    pub books: Books,
    pub lots: u32,
    /// A batch recalled, while it is.
    pub recalled: Option<(String, String)>,
    /// How often each act was done, and refused.
    pub done: BTreeMap<&'static str, (u32, u32)>,
    acts: u32,
}

impl Year {
    pub async fn new(engine: Engine, seed: u64, weather: Weather) -> Self {
        let world = World::new(engine).await;
        // 1 September, before anything was picked.
        world.clock.advance(-49 * DAY);
        let product = world.product("晋州鸭梨", |row| row.yield_cap = Some(CAP)).await;
        let association = world.organisation("晋州鸭梨协会", COUNTY).await;
        let right = world.right(&product, Some(&association), |_| {}).await;
        world.standard(&product, "演示标准 YL-2026", None).await;
        let hex: String = (0..32_u8).map(|i| format!("{i:02x}")).collect();
        let keys: Arc<dyn KeyProvider> = Arc::new(MasterKeys::read(&hex).unwrap());
        let rules = OrderRules {
            issue_limit: 1_000_000,
            spare_permille: 50,
            base_url: "https://gi.example.cn".to_owned(),
            label_locale: "zh-CN".to_owned(),
            demo: true,
        };
        let mut buyers = Vec::new();
        let mut store = String::new();
        for name in ["长城果品合作社", "滹沱河果业有限公司"] {
            let id = world.organisation(name, COUNTY).await;
            world.mark_use(&id, &right, "2024-01-01", None).await;
            let desk = world.member(name, &id);
            if store.is_empty() {
                store = cold_store(&world, &id).await;
            }
            let pack = crate::acts::pack(&world, &desk, &product).await;
            buyers.push(Buyer { id, desk, pack, deliveries: vec![], rolls: vec![], spares: vec![], sent: vec![] });
        }
        let Ok(buyers) = <[Buyer; 2]>::try_from(buyers) else { panic!("two buyers") };
        let mut year = Self {
            office: world.office("office"),
            second: world.office("second"),
            officer: world.office("officer"),
            officer2: world.office("officer2"),
            rng: StdRng::seed_from_u64(seed),
            world,
            weather,
            product,
            store,
            buyers,
            households: Vec::new(),
            keys,
            rules,
            books: Books::default(),
            lots: 0,
            recalled: None,
            done: BTreeMap::new(),
            acts: 0,
        };
        year.settle().await;
        year
    }

    /// Every household has a plot and an approved account; the weather decides what grows.
    async fn settle(&mut self) {
        for n in 0..HOUSEHOLDS {
            let buyer = self.buyers[n % 2].id.clone();
            let id = self.world.grower(&format!("农户{n}"), &buyer).await;
            let mu = self.rng.random_range(1..=9);
            let plot = self.world.plot(&id, &self.product, mu * 2000 / 3 + 1, |_| {}).await;
            let most = CAP * (mu * 2000 / 3 + 1) * 3 / 2000;
            let approved = most / 100 * self.rng.random_range(70..=95);
            self.approve(&id, approved).await;
            let grows = match self.weather {
                Weather::Fair => approved / 100 * self.rng.random_range(80..=100),
                Weather::Hail if n % 2 == 0 => approved / 100 * self.rng.random_range(55..=70),
                Weather::Hail => approved / 100 * self.rng.random_range(80..=100),
                Weather::Bumper => approved / 100 * 125,
            };
            self.households.push(Household { id, plot, most, on_trees: grows, borne: 0 });
        }
        self.agree("the accounts were approved").await;
    }

    /// Seven weeks: three rounds of deliveries; after the first the hail falls.
    pub async fn harvest(&mut self) {
        for round in 0..3 {
            for household in 0..self.households.len() {
                let left = self.households[household].on_trees;
                let part = if round == 2 { left } else { left / 100 * self.rng.random_range(10..=50) };
                if part >= KG {
                    let buyer = usize::from(self.rng.random_bool(0.4));
                    self.deliver(household, buyer, part).await;
                }
            }
            self.agree("a round of deliveries").await;
            if round == 0 && self.weather == Weather::Hail {
                self.hail().await;
            }
            self.world.clock.advance(14 * DAY);
        }
        self.replayed("the harvest").await;
    }

    /// November to May, a fortnight at a time.
    pub async fn pack_until_may(&mut self) {
        for fortnight in 0..14 {
            for buyer in 0..2 {
                for _ in 0..7 {
                    self.pack_something(buyer).await;
                }
            }
            match fortnight {
                6 => self.recall().await,
                10 => self.lift().await,
                _ => {}
            }
            self.world.clock.advance(14 * DAY);
            self.board_agrees("a fortnight").await;
            if fortnight % 4 == 3 {
                self.replayed("a month of packing").await;
            }
        }
    }

    /// 1 July: what is left lapses, once.
    pub async fn close(&mut self) {
        let closing = Day::parse("2027-07-01").unwrap();
        let days = closing.since(self.world.clock.today());
        assert!(days > 0, "packing ended before the closing day");
        self.world.clock.advance((days - 1) * DAY);
        let early = close_seasons(&self.world.db, &self.world.clock, &self.world.random).await.unwrap();
        assert!(early.lapsed.is_empty(), "the last day is still the season's");
        self.agree("the last day").await;
        self.world.clock.advance(DAY);
        close_seasons(&self.world.db, &self.world.clock, &self.world.random).await.unwrap();
        for account in self.books.accounts.values_mut() {
            let lapses = account.remaining.min(account.free());
            account.remaining -= lapses;
            account.lapsed += lapses;
        }
        self.agree("the closing day").await;
        let again = close_seasons(&self.world.db, &self.world.clock, &self.world.random).await.unwrap();
        assert!(again.lapsed.is_empty(), "what has lapsed does not lapse again");
        self.replayed("the closing day").await;
    }

    pub fn today(&self) -> String {
        self.world.clock.today().to_string()
    }
    pub fn lot(&mut self) -> String {
        self.lots += 1;
        format!("L{:04}", self.lots)
    }
    /// Counts an act and says whether it was done.
    pub fn count(&mut self, act: &'static str, done: bool) -> bool {
        let counted = self.done.entry(act).or_default();
        if done {
            counted.0 += 1
        } else {
            counted.1 += 1
        }
        done
    }
    pub async fn agree(&mut self, after: &str) {
        self.acts += 1;
        self.books.agree(&self.world.db, &format!("{after} (act {}, {:?})", self.acts, self.weather)).await;
    }
    /// The ledger, replayed, says what the tables say.
    async fn replayed(&self, after: &str) {
        let mut replay = Replay::new();
        let report = yanzhao::ledger::verify(self.world.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert_eq!(report.findings, [], "after {after}");
        let differences: Vec<Finding> = compare(self.world.db.reader(), &replay).await.unwrap();
        assert_eq!(differences, [], "after {after}");
    }
    /// A test that did nothing proves nothing: every sort of act was done, and some were refused.
    pub fn says_what_happened(&self) {
        println!("{:?}: {:?}", self.weather, self.done);
        for act in [
            "deliver",
            "void delivery",
            "register",
            "process",
            "merge",
            "reduce",
            "order",
            "ship codes",
            "ship loose",
            "resale",
            "destroy",
            "relabel",
            "seize",
            "recall",
        ] {
            assert!(self.done.get(act).is_some_and(|(done, _)| *done > 0), "{act} was never done: {:?}", self.done);
        }
        let refused: u32 = self.done.values().map(|(_, refused)| refused).sum();
        assert!(refused > 0, "nothing was ever refused");
        let pending: i64 = self.books.accounts.values().map(|a| a.pending).sum();
        assert_eq!(pending > 0, self.weather != Weather::Fair, "what was too much is pending");
    }
}

async fn cold_store(world: &World, organisation: &str) -> String {
    let row = facility::Model {
        id: world.id(Noun::Facility),
        organisation_id: organisation.to_owned(),
        kind: "cold_store".to_owned(),
        name: "一号冷库".to_owned(),
        tenure: "own".to_owned(),
        lessor: None,
        division_code: COUNTY.to_owned(),
        address: None,
        capacity: None,
        valid_from: "2020-01-01".to_owned(),
        valid_to: None,
        registered_at: world.clock.now(),
        registered_by: "acc_x".to_owned(),
    };
    world.put(row).await.id
}
