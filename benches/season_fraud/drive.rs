//! Performs a plan on a stage, day by day, by the product's own commands, and feeds the scans through the scan desk while the clock goes on
//! in steps of ten minutes. What a command refuses is written down; it is part of the answer.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use yanzhao::kernel::clock::{DAY, MINUTE};
use yanzhao::kernel::{Failure, Millis, Outcome};
use yanzhao::supervision::alert::missed::Misses;
use yanzhao::supervision::alert::{Cadence, evaluate};
use yanzhao::trace::batch::{BatchInput, SourceInput};
use yanzhao::trace::code::Code;
use yanzhao::trace::issued::IssuedOrder;
use yanzhao::trace::scan::Via;
use yanzhao::trace::verdict::Place;
use yanzhao::trace::visitor::{Visitor, is_crawler};

use super::people::{CITIES, NOWHERE, agent};
use super::plan::{Device, Forged, Plan, Scan};
use super::stage::Stage;
use super::truth::Subject;

/// The minute of the day at which offices and packing houses do what is planned.
const WORK: u32 = 7 * 60;

/// Somebody was refused or held.
#[derive(Debug, Clone)]
pub struct Door {
    pub day: u32,
    pub act: &'static str,
    pub code: String,
    pub subjects: Vec<Subject>,
}

impl Door {
    pub fn at(day: u32, act: &'static str, failure: &Failure, subjects: Vec<Subject>) -> Self {
        let within = failure.fields.first().map(|f| format!(" ({})", f.code)).unwrap_or_default();
        Self { day, act, code: format!("{}{within}", failure.code), subjects }
    }
}

/// Goods of a producer that are not in a lot yet.
pub struct Delivered {
    pub id: String,
    pub left: i64,
    pub day: String,
}

/// How the season went, besides what was found.
#[derive(Debug, Default)]
pub struct Went {
    /// Done and refused, by act.
    pub acts: BTreeMap<&'static str, (u32, u32)>,
    /// Refusals by act and code.
    pub refused: BTreeMap<String, u32>,
    pub scans: u64,
    /// Openings by machines that count nowhere, and of numbers nobody issued.
    pub crawled: u64,
    pub unknown: u64,
    /// Openings of labels whose order was refused.
    pub unissued: u64,
    /// Where the time went: acts, scans, alert jobs.
    pub took: [Duration; 3],
}

/// A season under way.
pub struct Drive<'a> {
    pub plan: &'a Plan,
    pub stage: Stage,
    pub went: Went,
    pub start: Millis,
    /// What each roll, lot, shipment and listing is on the database; `None` until it is done, or where it was refused.
    pub lots: Vec<Option<String>>,
    pub rolls: Vec<Option<IssuedOrder>>,
    pub shipments: Vec<Option<String>>,
    pub listings: Vec<Option<String>>,
    pub delivered: Vec<Vec<Delivered>>,
    misses: Misses,
    /// The day on which each alert first asked for work.
    pub asked: HashMap<String, u32>,
    /// Scans within so many minutes are done at one moment.
    pub slot: u32,
    next_scan: usize,
    next_forged: usize,
}

impl<'a> Drive<'a> {
    pub fn new(plan: &'a Plan, stage: Stage) -> Self {
        let start = stage.world.clock.today().start();
        Self {
            start,
            lots: vec![None; plan.lots.len()],
            rolls: plan.rolls.iter().map(|_| None).collect(),
            shipments: vec![None; plan.shipments.len()],
            listings: vec![None; plan.listings.len()],
            delivered: plan.producers.iter().map(|_| Vec::new()).collect(),
            misses: Misses::default(),
            asked: HashMap::new(),
            slot: 10,
            next_scan: 0,
            next_forged: 0,
            went: Went::default(),
            plan,
            stage,
        }
    }

    /// The whole season.
    pub async fn run(&mut self, loud: bool) {
        for day in 0..u32::try_from(self.plan.days.len()).unwrap() {
            self.scan_until(day * 1440 + WORK).await;
            self.set(day * 1440 + WORK);
            let begun = Instant::now();
            for act in &self.plan.days[day as usize] {
                self.act(day, act).await;
            }
            self.stage.scans.refresh().await.unwrap();
            self.went.took[0] += begun.elapsed();
            self.scan_until(day * 1440 + 1439).await;
            self.set(day * 1440 + 1439);
            let begun = Instant::now();
            self.nightly(day).await;
            self.went.took[2] += begun.elapsed();
            if loud && day % 10 == 9 {
                let [acts, scans, jobs] = self.went.took.map(|t| t.as_secs());
                eprintln!("day {day}: {} scans; acts {acts} s, scans {scans} s, alerts {jobs} s", self.went.scans);
            }
        }
        self.stage.scans.stop().await;
    }

    /// What is due at the end of a day: misses are put away, and rules run over new scans and over everything else. On the service rules
    /// run over new scans every minute; what they find depends on when things happened, not on when they run.
    async fn nightly(&mut self, day: u32) {
        let (db, clock, random) = (&self.stage.world.db, &self.stage.world.clock, &self.stage.world.random);
        self.misses.put_away(db).await.unwrap();
        for cadence in [Cadence::Scans, Cadence::Nightly] {
            evaluate(db, clock, random, cadence).await.unwrap();
        }
        for id in self.asking().await {
            self.asked.entry(id).or_insert(day);
        }
    }

    fn set(&self, minute: u32) {
        let to = self.start + i64::from(minute) * MINUTE;
        let by = to - self.stage.world.clock.now();
        if by > 0 {
            self.stage.world.clock.advance(by);
        }
    }

    /// Scans up to a minute, slot by slot.
    async fn scan_until(&mut self, minute: u32) {
        let begun = Instant::now();
        while let Some(first) = self.plan.scans.get(self.next_scan).filter(|scan| scan.minute < minute) {
            let slot = (first.minute / self.slot + 1) * self.slot;
            let until = slot.min(minute);
            let from = self.next_scan;
            while self.plan.scans.get(self.next_scan).is_some_and(|scan| scan.minute < until) {
                self.next_scan += 1;
            }
            self.set(first.minute);
            self.scan(from, self.next_scan).await;
        }
        while let Some(forged) = self.plan.forged.get(self.next_forged).filter(|scan| scan.minute < minute) {
            self.next_forged += 1;
            let Forged { minute, series, n, device, .. } = *forged;
            let code = self.guess(series, n);
            assert!(self.stage.scans.locate(&code).is_none(), "a guess hit");
            let visitor = self.visitor(device, &agent(device.agent)).await;
            self.misses.note(code.as_str(), &visitor, self.start + i64::from(minute) * MINUTE);
            self.went.unknown += 1;
        }
        self.went.took[1] += begun.elapsed();
    }

    async fn visitor(&self, device: Device, agent: &str) -> Visitor {
        let address = std::net::Ipv4Addr::from(0x0a00_0000 | device.address);
        self.stage.scans.visitors().of_client(address.into(), agent).await
    }

    /// A number nobody issued, with the locator of the roll it copies where that was issued.
    pub fn guess(&self, series: u32, n: u32) -> Code {
        let like = self.plan.forged_like[series as usize];
        let issued = self.rolls[like].as_ref().or_else(|| self.rolls.iter().flatten().next()).unwrap();
        let mut key = [0; 32];
        key[..4].copy_from_slice(&series.to_be_bytes());
        let cipher = yanzhao::trace::cipher::CodeCipher::new(&key, issued.suite, issued.locator);
        cipher.code(n)
    }

    async fn scan(&mut self, from: usize, to: usize) {
        let mut waiting = tokio::task::JoinSet::new();
        for scan in &self.plan.scans[from..to] {
            let Scan { roll, seq, place, device, .. } = *scan;
            let Some(issued) = &self.rolls[roll as usize] else {
                self.went.unissued += 1;
                continue;
            };
            let agent = agent(device.agent);
            if is_crawler(&agent) {
                self.went.crawled += 1;
                continue;
            }
            let code = issued.cipher.code(seq - 1);
            let Some(located) = self.stage.scans.locate(&code) else { panic!("{code} was issued") };
            let visitor = self.visitor(device, &agent).await;
            let desk = self.stage.scans.clone();
            let place = named(place);
            waiting.spawn(async move { desk.record(located, visitor, place, Via::Printed).await });
        }
        while let Some(scanned) = waiting.join_next().await {
            assert!(scanned.unwrap().unwrap().recorded, "a scan was not recorded");
            self.went.scans += 1;
        }
    }

    /// Counts an act; a refusal is written down with whom it met.
    pub fn note<T>(&mut self, day: u32, act: &'static str, outcome: Outcome<T>, subjects: Vec<Subject>) -> Option<T> {
        let counted = self.went.acts.entry(act).or_default();
        match outcome {
            Ok(done) => {
                counted.0 += 1;
                Some(done)
            }
            Err(failure) => {
                counted.1 += 1;
                let door = Door::at(day, act, &failure, subjects);
                *self.went.refused.entry(format!("{}: {}", door.act, door.code)).or_default() += 1;
                self.stage.doors.push(door);
                None
            }
        }
    }

    /// What a lot is packed from: the oldest deliveries, or the newest, until there is enough.
    pub fn lot_input(&mut self, lot: usize) -> Option<BatchInput> {
        let planned = &self.plan.lots[lot];
        let heap = &mut self.delivered[planned.producer];
        let (mut wanted, mut sources, mut days) = (i64::try_from(planned.weight_g).unwrap(), Vec::new(), Vec::new());
        let order: Vec<usize> = if planned.newest { (0..heap.len()).rev().collect() } else { (0..heap.len()).collect() };
        for at in order {
            let part = heap[at].left.min(wanted);
            if part > 0 {
                heap[at].left -= part;
                wanted -= part;
                days.push(heap[at].day.clone());
                sources.push(SourceInput { delivery_id: Some(heap[at].id.clone()), net_weight_g: Some(part), ..SourceInput::default() });
            }
        }
        heap.retain(|d| d.left > 0);
        if sources.is_empty() {
            return None;
        }
        let told = planned.harvest.map(|(from, to)| (self.day(from), self.day(to)));
        let (from, to) = told.unwrap_or_else(|| (days.iter().min().cloned().unwrap(), days.iter().max().cloned().unwrap()));
        Some(BatchInput {
            product_id: self.stage.product.clone(),
            lot: format!("L{lot:05}"),
            sources,
            harvested_from: Some(from),
            harvested_to: Some(to),
            packed_on: Some(self.stage.world.clock.today().to_string()),
            facility_id: self.stage.houses[planned.producer].store.clone().filter(|_| planned.stored),
            ..BatchInput::default()
        })
    }

    /// A day of the plan as it is written.
    pub fn day(&self, no: i64) -> String {
        yanzhao::kernel::Day::of(self.start + no * DAY + DAY / 2).to_string()
    }
}

fn named(place: u8) -> Option<Place> {
    if place == NOWHERE {
        return None;
    }
    let (province, city, ..) = CITIES[usize::from(place)];
    Some(Place { province: province.to_owned(), city: Some(city.to_owned()) })
}
