//! An honest season: who takes part, what grows, what is packed and sent. Weather, habits and luck differ; nobody cheats yet.

use super::life::{Life, Tag};
use super::people::{CITIES, Chance};
use super::plan::{Act, CAP, DayNo, Grower, LAST, Lot, Plan, Producer, Roll, RollKind, SEASON, Shipment, Shop};

/// How large a season is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The share of a whole season of 100 producers, 2,000 growers, 100,000 labels and a million scans.
    pub scale: f64,
    pub producers: usize,
    pub growers: usize,
    pub codes: u32,
    /// Openings of posters and specimens.
    pub posters: u32,
}

impl Size {
    /// A share of a whole season; never so small that somebody is missing.
    pub fn of(scale: f64) -> Self {
        let part = |whole: f64, least: f64| (whole * scale).round().max(least);
        let codes = part(100_000.0, 1_500.0) as u32;
        Self { scale, producers: part(100.0, 12.0) as usize, growers: part(2000.0, 60.0) as usize, codes, posters: codes * 5 }
    }
    /// As small as a season with every sort of fraud gets.
    pub fn tiny() -> Self {
        Self { scale: 0.005, producers: 12, growers: 54, codes: 1_200, posters: 300 }
    }
}

/// The weather of a year, village by village.
pub struct Weather {
    year: f64,
    hail: Vec<f64>,
}

impl Weather {
    pub fn draw(chance: &mut Chance, villages: usize) -> Self {
        let year = chance.real(0.82, 1.12);
        let hail = (0..villages).map(|_| if chance.yes(0.12) { chance.real(0.4, 0.75) } else { 1.0 }).collect();
        Self { year, hail }
    }
    /// What part of the cap a plot bears.
    fn bears(&self, chance: &mut Chance, village: usize) -> f64 {
        (chance.real(0.6, 0.92) * self.year * self.hail[village]).min(1.1)
    }
}

/// Builds the honest part of a plan.
pub fn season(seed: u64, size: Size) -> Plan {
    let mut chance = Chance::of(seed, 1);
    let mut plan = Plan { seed, villages: (size.producers / 6).max(4), days: vec![Vec::new(); LAST as usize + 1], ..Plan::default() };
    let weather = Weather::draw(&mut chance, plan.villages);
    shops(&mut plan, &mut chance, size);
    let weights: Vec<f64> = (0..size.producers).map(|_| chance.skewed(1.0, 0.6).clamp(0.25, 4.0)).collect();
    let total: f64 = weights.iter().sum();
    for weight in &weights {
        producer(&mut plan, &mut chance);
        let codes = (f64::from(size.codes) * weight / total).max(60.0) as u32;
        let households = ((size.growers as f64 * weight / total).round() as usize).clamp(3, 120);
        land(&mut plan, &mut chance, &weather, codes, households);
        goods(&mut plan, &mut chance, codes);
    }
    posters(&mut plan, &mut chance, size);
    plan
}

fn shops(plan: &mut Plan, chance: &mut Chance, size: Size) {
    for n in 0..size.producers * 3 {
        let parcels = chance.yes(0.25);
        let near = chance.yes(0.45);
        let city = if parcels { 0 } else { chance.city_where(|c| !near || CITIES[c].0 == "河北") };
        let scans_in = !parcels && chance.yes(0.35);
        let device = chance.device(city);
        plan.shops.push(Shop { city, parcels, scans_in, counts: scans_in && chance.yes(0.5), seller: None, device });
        debug_assert_eq!(n + 1, plan.shops.len());
    }
}

fn producer(plan: &mut Plan, chance: &mut Chance) {
    let pack_g = [5_000, 10_000, 10_000, 15_000][chance.index(4)];
    let many = chance.count(3, 8);
    let shops = (0..many).map(|_| chance.index(plan.shops.len())).collect();
    plan.producers.push(Producer {
        pack_g,
        cold_store: chance.yes(0.6),
        late: chance.yes(0.25),
        gate: chance.yes(0.15),
        checks: chance.yes(0.35),
        shops,
        growers: Vec::new(),
    });
}

/// Growers with land for so many packs, and what they deliver.
fn land(plan: &mut Plan, chance: &mut Chance, weather: &Weather, codes: u32, households: usize) {
    let no = plan.producers.len() - 1;
    let (pack, late) = (plan.producers[no].pack_g, plan.producers[no].late);
    // Not everything gets a label: some is sold loose at the gate.
    let wanted = codes as f64 * pack as f64 / chance.real(0.55, 0.95);
    let shares: Vec<f64> = (0..households).map(|_| chance.skewed(1.0, 0.5)).collect();
    let total: f64 = shares.iter().sum();
    let village = chance.index(plan.villages);
    for share in shares {
        let village = if chance.yes(0.8) { village } else { chance.index(plan.villages) };
        let real_m2 = (wanted * share / total / (CAP as f64 * 0.72) * 2000.0 / 3.0).max(60.0) as u64;
        let account_g = real_m2 * CAP * 3 / 2000 / 100 * 95;
        let grower = plan.growers.len();
        let bears = (real_m2 as f64 * CAP as f64 * 3.0 / 2000.0 * weather.bears(chance, village)) as u64;
        plan.growers.push(Grower {
            producer: no,
            village,
            real_m2,
            declared_m2: real_m2,
            drawn: chance.yes(0.5),
            lies_on: None,
            account_g,
            given_g: 0,
        });
        plan.producers[no].growers.push(grower);
        let times = chance.count(1, 3);
        for n in 0..times {
            let part = if n + 1 == times { bears - bears / u64::from(times) * u64::from(times - 1) } else { bears / u64::from(times) };
            let day = chance.count(SEASON.0 + 2, SEASON.1 - 4);
            deliver(plan, chance, grower, part / 100 * 100, day, late);
        }
    }
}

/// A delivery, written down on its day or, where that is the habit, some days later.
pub fn deliver(plan: &mut Plan, chance: &mut Chance, grower: usize, grams: u64, day: DayNo, late: bool) {
    if grams < 1000 {
        return;
    }
    let late = if late && chance.yes(0.4) { chance.count(1, 6) } else { 0 };
    plan.growers[grower].given_g += grams;
    plan.on(day + late, Act::Deliver { grower, grams, late });
}

/// What of a producer's deliveries is there on which day, in order; a grower's account covers no more than it holds.
pub fn arrivals(plan: &Plan, producer: usize) -> Vec<(DayNo, u64)> {
    let mut left: Vec<u64> = plan.growers.iter().map(|g| g.account_g).collect();
    let mut found = Vec::new();
    for (day, acts) in plan.days.iter().enumerate() {
        for act in acts {
            if let Act::Deliver { grower, grams, .. } = act
                && plan.growers[*grower].producer == producer
            {
                let covered = left[*grower].min(*grams);
                left[*grower] -= covered;
                found.push((day as DayNo, covered));
            }
        }
    }
    found
}

/// Lots, rolls, shipments and the lives of the packs.
fn goods(plan: &mut Plan, chance: &mut Chance, codes: u32) {
    let no = plan.producers.len() - 1;
    let Producer { pack_g: pack, cold_store, .. } = plan.producers[no];
    let there = arrivals(plan, no);
    let all: u64 = there.iter().map(|a| a.1).sum();
    let mut left = codes.min((all / pack) as u32 * 97 / 100);
    let lots = chance.count(2, 7).min(left / 20).max(1);
    let mut wishes: Vec<DayNo> = (0..lots)
        .map(|_| if cold_store && chance.yes(0.6) { chance.count(60, 265) } else { chance.count(SEASON.0 + 8, SEASON.1 + 10) })
        .collect();
    wishes.sort_unstable();
    let mut used = 0;
    for (n, wish) in wishes.iter().enumerate() {
        let packs = if n + 1 == wishes.len() { left } else { (left as f64 * chance.real(0.15, 0.5)) as u32 };
        if packs == 0 {
            continue;
        }
        left -= packs;
        used += u64::from(packs) * pack;
        let mut sum = 0;
        let Some(ready) = there.iter().find(|a| {
            sum += a.1;
            sum >= used
        }) else {
            return;
        };
        let day = (*wish).max(ready.0 + 1);
        let lot = plan.lots.len();
        plan.lots.push(Lot {
            producer: no,
            weight_g: u64::from(packs) * pack,
            harvest: None,
            stored: cold_store && day > 60,
            newest: false,
        });
        let roll = label(plan, chance, lot, packs, day);
        use_up(plan, chance, roll, packs, day);
        sell(plan, chance, roll, packs, day);
    }
}

/// Orders labels for a lot, ahead or when it is there, and puts it down as packed.
pub fn label(plan: &mut Plan, chance: &mut Chance, lot: usize, packs: u32, day: DayNo) -> usize {
    let (roll, spare, ahead) = (plan.rolls.len(), packs / 25, chance.yes(0.4));
    plan.rolls.push(Roll { producer: plan.lots[lot].producer, lot: Some(lot), kind: RollKind::Unit, count: packs + spare, spare, ahead });
    plan.on(day, Act::Pack { lot });
    // What is ordered ahead takes quantity that is free: it is there once the deliveries are, so not much earlier.
    plan.on(day, Act::Order { roll });
    if ahead {
        plan.on(day, Act::Bind { roll });
    }
    roll
}

/// Some spare labels are spoilt, one or two of those are scanned before they go into the bin; the rest goes back at times.
pub fn use_up(plan: &mut Plan, chance: &mut Chance, roll: usize, packs: u32, day: DayNo) {
    let spare = plan.rolls[roll].spare;
    if spare == 0 {
        return;
    }
    let spoilt = if chance.yes(0.5) { chance.count(1, spare) } else { 0 };
    if spoilt > 0 {
        let when = day + chance.count(0, 20);
        let reason = if chance.yes(0.93) { "damaged" } else { "lost" };
        plan.on(when, Act::Void { roll, first: packs + 1, last: packs + spoilt, reason });
        if chance.yes(0.15) {
            let (seq, city, later) = (packs + chance.count(1, spoilt), 0, chance.real(0.0, 30.0));
            let device = chance.device(city);
            let minute = chance.minute();
            let at = (f64::from(when) + later) as u32 * 1440 + minute;
            Life { plan, chance }.look(Tag { roll, seq }, at, city, device);
        }
    }
    if spoilt < spare && chance.yes(0.4) {
        plan.on(day + chance.count(5, 40), Act::Surplus { roll, first: packs + spoilt + 1, last: packs + spare });
    }
}

/// Labels come into use, goods leave, arrive, are counted, come back, are bought and looked at.
pub fn sell(plan: &mut Plan, chance: &mut Chance, roll: usize, packs: u32, day: DayNo) {
    let producer = plan.rolls[roll].producer;
    let Producer { checks, gate, shops, .. } = plan.producers[producer].clone();
    let home = chance.device(0);
    if checks {
        // The printer's roll is tried on the line: some before they are in use, some houses each one.
        let (last, share) = if chance.yes(0.3) { (packs, 1.0) } else { (packs.min(12), 0.7) };
        Life { plan, chance }.staff(roll, 1..=last, f64::from(day), (0, home), share);
    }
    let active = day + chance.count(0, 3);
    // Somebody forgets, and the goods are on the shelf before the labels are in use.
    let forgotten = if chance.yes(0.03) { chance.count(2, 6) } else { 0 };
    plan.on(active + forgotten, Act::Activate { roll, first: 1, last: packs });
    let mut first = 1;
    let parts = chance.count(1, 5);
    for part in 0..parts {
        if first > packs {
            break;
        }
        let many = if part + 1 == parts { packs - first + 1 } else { ((packs - first + 1) as f64 * chance.real(0.2, 0.7)).ceil() as u32 };
        let last = first + many - 1;
        let leaves = active + chance.count(0, 14) * part;
        if (gate && chance.yes(0.5)) || chance.yes(0.03) {
            at_the_gate(plan, chance, roll, (first, last), leaves.max(active));
        } else {
            let shop = shops[chance.index(shops.len())];
            send(plan, chance, roll, (first, last), shop, leaves.max(active + forgotten));
        }
        first = last + 1;
    }
    if chance.yes(0.004) {
        let (seq, later) = (chance.count(1, packs), chance.real(1.0, 40.0));
        Life { plan, chance }.shown_on_air(Tag { roll, seq }, f64::from(active) + later);
    }
}

fn at_the_gate(plan: &mut Plan, chance: &mut Chance, roll: usize, (first, last): (u32, u32), day: DayNo) {
    for seq in first..=last {
        // Neighbours, and people who pass on their way home.
        let city = if chance.yes(0.7) { chance.city_where(|c| CITIES[c].0 == "河北") } else { chance.city() };
        let bought = f64::from(day) + chance.wait(10.0);
        Life { plan, chance }.buyer(Tag { roll, seq }, bought, city);
    }
}

/// A shipment with its receipt, its counting, what comes back of it, and its buyers.
pub fn send(plan: &mut Plan, chance: &mut Chance, roll: usize, (first, last): (u32, u32), shop: usize, day: DayNo) {
    let shipment = plan.shipments.len();
    plan.shipments.push(Shipment { roll, first, last, shop });
    plan.on(day, Act::Send { shipment });
    let Shop { city, parcels, scans_in, counts, device, .. } = plan.shops[shop];
    let comes = day + if CITIES[city].0 == "河北" { 1 } else { chance.count(2, 4) };
    if chance.yes(0.85) {
        plan.on(comes, Act::Receive { shipment });
    }
    if scans_in {
        Life { plan, chance }.staff(roll, first..=last, f64::from(comes), (city, device), 0.97);
    }
    let returned = if last - first >= 20 && chance.yes(0.06) { (last - first) / chance.count(6, 20) } else { 0 };
    let (counting, mut unsold) = (f64::from(comes) + chance.real(6.0, 20.0), Vec::new());
    for seq in first..=last - returned {
        let bought = f64::from(comes) + 0.5 + chance.wait(12.0);
        let home = if parcels { chance.city() } else { chance.home(city) };
        // One in a hundred is bought, looked at, given back and bought by somebody else.
        if chance.yes(0.01) {
            let minute = chance.minute();
            let who = chance.device(home);
            Life { plan, chance }.look(Tag { roll, seq }, bought as u32 * 1440 + minute, home, who);
            let (again, later) = (chance.home(city), chance.real(4.0, 25.0));
            Life { plan, chance }.buyer(Tag { roll, seq }, bought + later, again);
        } else {
            Life { plan, chance }.buyer(Tag { roll, seq }, bought, home);
        }
        if counts && bought > counting {
            unsold.push(seq);
        }
    }
    Life { plan, chance }.staff(roll, unsold.into_iter(), counting, (city, device), 0.95);
    if returned > 0 {
        // The shop could not sell them; another one can.
        let (from, back) = (last - returned + 1, comes + chance.count(8, 30));
        plan.on(back, Act::TakeBack { shipment, first: from, last });
        let shops = plan.producers[plan.rolls[roll].producer].shops.clone();
        let (other, again) = (shops[chance.index(shops.len())], back + chance.count(1, 10));
        send(plan, chance, roll, (from, last), other, again);
    }
}

/// Labels for a whole lot on posters, and specimens for shelves and livestreams: opened thousands of times.
fn posters(plan: &mut Plan, chance: &mut Chance, size: Size) {
    let openings = f64::from(size.posters);
    let many = (plan.lots.len() / 5).max(3);
    let weights: Vec<f64> = (0..many).map(|_| chance.skewed(1.0, 1.2)).collect();
    let total: f64 = weights.iter().sum();
    for weight in weights {
        let lot = chance.index(plan.lots.len());
        let sample = chance.yes(0.6);
        let roll = plan.rolls.len();
        let (producer, kind) = (plan.lots[lot].producer, if sample { RollKind::Sample } else { RollKind::Batch });
        let packed = plan.days.iter().position(|acts| acts.contains(&Act::Pack { lot })).unwrap_or(100) as DayNo;
        plan.rolls.push(Roll { producer, lot: (!sample).then_some(lot), kind, count: 2, spare: 0, ahead: false });
        plan.on(packed, Act::Order { roll });
        if !sample {
            plan.on(packed, Act::Activate { roll, first: 1, last: 1 });
        }
        let (from, days) = (f64::from(packed) + 1.0, chance.real(10.0, 60.0));
        Life { plan, chance }.poster(roll, 1, from, days, (openings * weight / total) as u32);
    }
}
