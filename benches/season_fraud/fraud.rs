//! Plants fraud into an honest season. Every size is drawn per seed. Dishonest producers also trade honestly: the fraud lies among that.

use super::honest::{arrivals, deliver, label, sell, use_up};
use super::life::{Life, Tag};
use super::market;
use super::people::{CITIES, Chance};
use super::plan::{Act, CAP, DayNo, Forged, Lot, Plan, Roll, RollKind, SEASON, Shipment};
use super::truth::{Fraud, Kind, Subject};

/// How many schemes of each kind a whole season has; a part of a season at least one.
const MANY: [(Kind, f64); 8] = [
    (Kind::CloneLarge, 8.0),
    (Kind::CloneSmall, 8.0),
    (Kind::Resale, 6.0),
    (Kind::OverDeclared, 6.0),
    (Kind::OutOfSeason, 6.0),
    (Kind::Oversell, 8.0),
    (Kind::LostReprinted, 6.0),
    (Kind::Forged, 3.0),
];

/// Plants everything. `scale` is the share of a whole season.
pub fn plant(plan: &mut Plan, scale: f64) {
    let mut chance = Chance::of(plan.seed, 4);
    let mut crooks: Vec<usize> = (0..plan.producers.len()).collect();
    chance.shuffle(&mut crooks);
    let honest_lots = plan.lots.len();
    for (kind, whole) in MANY {
        let many = ((whole * scale).round() as u32).max(1);
        for _ in 0..many {
            match kind {
                Kind::CloneLarge | Kind::CloneSmall => clone(plan, &mut chance, kind, (honest_lots, scale)),
                Kind::Resale => tempt(plan, &mut chance, &mut crooks, resale),
                Kind::OverDeclared => tempt(plan, &mut chance, &mut crooks, over_declared),
                Kind::OutOfSeason => tempt(plan, &mut chance, &mut crooks, out_of_season),
                Kind::LostReprinted => tempt(plan, &mut chance, &mut crooks, lost),
                Kind::Forged => forged(plan, &mut chance),
                Kind::Oversell => {}
            }
        }
    }
    market::open(plan);
    let many = ((MANY[5].1 * scale).round() as usize).max(1);
    let times = oversell(plan, &mut chance, many);
    market::run(plan, |listing| times.iter().find(|t| t.0 == listing).map(|t| t.1));
}

/// The first who is in a position to do it does it; who is not stays honest so far.
fn tempt(plan: &mut Plan, chance: &mut Chance, crooks: &mut Vec<usize>, scheme: fn(&mut Plan, &mut Chance, usize) -> bool) {
    for _ in 0..crooks.len() {
        let Some(by) = crooks.pop() else { return };
        if scheme(plan, chance, by) {
            return;
        }
        crooks.insert(0, by);
    }
}

/// Packs that what growers could still sell is good for.
fn room_for(plan: &Plan, by: usize, share: f64) -> u32 {
    let room: u64 = headroom(plan, by).iter().map(|r| (r.1 as f64 * share) as u64 - 100).sum();
    (room / plan.producers[by].pack_g) as u32
}

fn day_of(plan: &Plan, what: impl Fn(&Act) -> bool) -> Option<DayNo> {
    plan.days.iter().position(|acts| acts.iter().any(&what)).map(|day| day as DayNo)
}

/// Copies a label of an honest producer, bought in a shop, onto packs with other pears.
fn clone(plan: &mut Plan, chance: &mut Chance, kind: Kind, (honest_lots, scale): (usize, f64)) {
    let large = kind == Kind::CloneLarge;
    for _ in 0..50 {
        let shipment = chance.index(plan.shipments.len());
        let sent = plan.shipments[shipment].clone();
        let Some(day) = day_of(plan, |act| *act == Act::Send { shipment }) else { continue };
        let Some(lot) = plan.rolls[sent.roll].lot.filter(|lot| *lot < honest_lots) else { continue };
        if day > 200 {
            continue;
        }
        let labels = if large { chance.count(1, 4) } else { chance.count(1, 2) };
        let seqs: Vec<u32> = (0..labels).map(|_| chance.count(sent.first, sent.last)).collect();
        // A part of a season has no copies larger than its goods.
        let most = (4000.0 * scale).max(500.0);
        let packs = if large { chance.skewed(500.0, 0.9).clamp(150.0, most) as u32 } else { chance.count(20, 50) };
        let (begins, weeks) =
            (f64::from(day) + chance.real(6.0, 40.0), if large { chance.real(2.0, 14.0) } else { chance.real(1.0, 12.0) });
        let cities: Vec<usize> = (0..if large { chance.count(1, 12) } else { chance.count(1, 4) }).map(|_| chance.city()).collect();
        for _ in 0..packs {
            let (seq, city) = (seqs[chance.index(seqs.len())], cities[chance.index(cities.len())]);
            let (bought, home) = (begins + chance.real(0.0, weeks * 7.0), chance.home(city));
            Life { plan, chance }.buyer(Tag { roll: sent.roll, seq }, bought, home);
        }
        let mut subjects: Vec<Subject> = seqs.iter().map(|seq| Subject::Code(sent.roll, *seq)).collect();
        let victim = plan.rolls[sent.roll].producer;
        subjects.extend([Subject::Roll(sent.roll), Subject::Lot(lot), Subject::Producer(victim)]);
        let way = if cities.len() == 1 { "one city" } else { "several cities" };
        plan.frauds.push(Fraud { kind, way, by: None, from: begins as DayNo, size: u64::from(packs), subjects });
        return;
    }
}

/// What the growers of a producer could still sell.
fn headroom(plan: &Plan, producer: usize) -> Vec<(usize, u64)> {
    let growers = plan.producers[producer].growers.iter();
    growers.map(|g| (*g, plan.growers[*g].account_g.saturating_sub(plan.growers[*g].given_g))).filter(|(_, g)| *g > 5_000).collect()
}

/// A lot of so many packs with labels, on the books from `day`.
fn paper_lot(plan: &mut Plan, chance: &mut Chance, producer: usize, packs: u32, day: DayNo, harvest: Option<(i64, i64)>) -> (usize, usize) {
    let lot = plan.lots.len();
    let weight_g = u64::from(packs) * plan.producers[producer].pack_g;
    plan.lots.push(Lot { producer, weight_g, harvest, stored: false, newest: true });
    let roll = label(plan, chance, lot, packs, day);
    (lot, roll)
}

/// Deliveries on paper fill what growers have left; labels against them go to a trader of another province.
fn resale(plan: &mut Plan, chance: &mut Chance, by: usize) -> bool {
    if room_for(plan, by, 0.6) < 25 {
        return false;
    }
    let room = headroom(plan, by);
    let (share, pack) = (chance.real(0.6, 1.0), plan.producers[by].pack_g);
    let mut got = 0;
    for (grower, left) in room {
        let grams = (left as f64 * share) as u64 / 100 * 100;
        let day = chance.count(SEASON.0 + 10, SEASON.1 - 2);
        deliver(plan, chance, grower, grams, day, false);
        got += grams.saturating_sub(100);
    }
    let packs = (got / pack) as u32 * 98 / 100;
    let day = chance.count(SEASON.1 + 2, 190);
    let (lot, roll) = paper_lot(plan, chance, by, packs, day, None);
    plan.on(day + 1, Act::Activate { roll, first: 1, last: packs });
    let written = chance.yes(0.4);
    if written {
        // Written down as sent to a customer at home.
        let shops = plan.producers[by].shops.clone();
        let shipment = plan.shipments.len();
        plan.shipments.push(Shipment { roll, first: 1, last: packs, shop: shops[chance.index(shops.len())] });
        plan.on(day + 2, Act::Send { shipment });
    }
    let usual: Vec<usize> = plan.producers[by].shops.iter().map(|s| plan.shops[*s].city).collect();
    let there = chance.city_where(|c| CITIES[c].0 != "河北" && !usual.iter().any(|u| CITIES[*u].0 == CITIES[c].0));
    for seq in 1..=packs {
        let (bought, home) = (f64::from(day) + 8.0 + chance.wait(25.0), chance.home(there));
        Life { plan, chance }.buyer(Tag { roll, seq }, bought, home);
    }
    let way = if written { "written as sent home" } else { "never written as sent" };
    let subjects = vec![Subject::Producer(by), Subject::Lot(lot), Subject::Roll(roll)];
    plan.frauds.push(Fraud { kind: Kind::Resale, way, by: Some(by), from: day, size: u64::from(packs), subjects });
    true
}

/// Some growers declare far more land than they have; fruit from outside fills what is approved for it.
fn over_declared(plan: &mut Plan, chance: &mut Chance, by: usize) -> bool {
    let mut growers = plan.producers[by].growers.clone();
    chance.shuffle(&mut growers);
    growers.truncate(chance.count(2, 6) as usize);
    let others = plan.producers[by].growers.len() > growers.len();
    let overlaps = chance.yes(0.33) && others;
    let (mut got, mut more) = (0, 0);
    for &grower in &growers {
        let neighbour = plan.producers[by].growers.iter().copied().find(|g| !growers.contains(g));
        let g = &mut plan.growers[grower];
        g.declared_m2 = (g.real_m2 as f64 * chance.real(1.6, 4.0)) as u64;
        more += g.declared_m2 - g.real_m2;
        g.account_g = g.declared_m2 * CAP * 3 / 2000 / 100 * 95;
        g.drawn = overlaps;
        g.lies_on = neighbour.filter(|_| overlaps);
        if let Some(neighbour) = g.lies_on {
            plan.growers[neighbour].drawn = true;
        }
        let g = &plan.growers[grower];
        let grams = ((g.account_g.saturating_sub(g.given_g)) as f64 * chance.real(0.85, 1.0)) as u64 / 100 * 100;
        for part in [grams / 3, grams - grams / 3] {
            let day = chance.count(SEASON.0 + 10, SEASON.1 - 2);
            deliver(plan, chance, grower, part, day, false);
        }
        got += grams;
    }
    let packs = (got.saturating_sub(10_000) / plan.producers[by].pack_g) as u32 * 95 / 100;
    let mut subjects: Vec<Subject> = growers.iter().map(|g| Subject::Grower(*g)).collect();
    subjects.push(Subject::Producer(by));
    if packs >= 10 {
        let day = chance.count(SEASON.1 + 1, SEASON.1 + 40);
        let (lot, roll) = paper_lot(plan, chance, by, packs, day, None);
        use_up(plan, chance, roll, packs, day);
        sell(plan, chance, roll, packs, day);
        subjects.extend([Subject::Lot(lot), Subject::Roll(roll)]);
    }
    let way = if overlaps { "drawn on the neighbour's land" } else { "area only" };
    plan.frauds.push(Fraud { kind: Kind::OverDeclared, way, by: Some(by), from: 0, size: more, subjects });
    true
}

/// Fruit picked too early or too late, or labels long after the fruit must have gone.
fn out_of_season(plan: &mut Plan, chance: &mut Chance, by: usize) -> bool {
    if room_for(plan, by, 0.3) < 15 {
        return false;
    }
    let room = headroom(plan, by);
    // Who has a store may pack in spring.
    let ways = ["early, dates told", "early, dates bent", "late, dates told", "packed in spring without a store"];
    let way = ways[chance.index(if plan.producers[by].cold_store { 3 } else { 4 })];
    let share = chance.real(0.3, 0.9);
    let (from, to, day) = match way {
        "early, dates told" => (2, 12, 14),
        "early, dates bent" => (8, 17, 20),
        "late, dates told" => (SEASON.1 + 6, SEASON.1 + 25, SEASON.1 + 28),
        _ => (SEASON.0 + 10, SEASON.1 - 2, chance.count(240, 285)),
    };
    let mut got = 0;
    for (grower, left) in room {
        let grams = (left as f64 * share) as u64 / 100 * 100;
        let when = chance.count(from, to);
        deliver(plan, chance, grower, grams, when, false);
        got += grams.saturating_sub(100);
    }
    let pack = plan.producers[by].pack_g;
    let packs = (got / pack) as u32 * 97 / 100;
    let harvest = match way {
        "early, dates bent" => Some((i64::from(SEASON.0), i64::from(SEASON.0))),
        _ => None,
    };
    let (lot, roll) = paper_lot(plan, chance, by, packs, day, harvest);
    sell(plan, chance, roll, packs, day);
    let subjects = vec![Subject::Producer(by), Subject::Lot(lot), Subject::Roll(roll)];
    let begins = if way.starts_with("packed") { day } else { from };
    plan.frauds.push(Fraud { kind: Kind::OutOfSeason, way, by: Some(by), from: begins, size: u64::from(packs), subjects });
    true
}

/// Labels are reported gone, new ones come, and the old ones go on other pears.
fn lost(plan: &mut Plan, chance: &mut Chance, by: usize) -> bool {
    let there: u64 = arrivals(plan, by).iter().map(|a| a.1).sum();
    let used: u64 = plan.lots.iter().filter(|l| l.producer == by).map(|l| l.weight_g).sum();
    let free = (there.saturating_sub(used) / plan.producers[by].pack_g) as u32;
    let packs = (free / 2).min(chance.count(40, 500));
    if packs < 20 {
        return false;
    }
    let day = chance.count(SEASON.1 + 2, 180);
    let (lot, roll) = paper_lot(plan, chance, by, packs, day, None);
    let reason = ["lost", "damaged", "stolen"][chance.index(3)];
    let gone = (packs / 2).max(10);
    // What is reported gone is not given back by the account; the labels that come instead need goods of their own on the books.
    plan.lots[lot].weight_g += u64::from(gone) * plan.producers[by].pack_g;
    // The first half is reported, the second half and the labels that come instead go on honest packs.
    plan.on(day + 3, Act::Void { roll, first: 1, last: gone, reason });
    plan.on(day + 4, Act::Activate { roll, first: gone + 1, last: packs });
    let shops = plan.producers[by].shops.clone();
    let shipment = plan.shipments.len();
    plan.shipments.push(Shipment { roll, first: gone + 1, last: packs, shop: shops[chance.index(shops.len())] });
    plan.on(day + 5, Act::Send { shipment });
    let again = plan.rolls.len();
    plan.rolls.push(Roll { producer: by, lot: Some(lot), kind: RollKind::Unit, count: gone, spare: 0, ahead: false });
    plan.on(day + 6, Act::Order { roll: again });
    plan.on(day + 7, Act::Activate { roll: again, first: 1, last: gone });
    let there = chance.city();
    for (roll, from, to) in [(roll, 1, packs), (again, 1, gone)] {
        for seq in from..=to {
            let (bought, home) = (f64::from(day) + 12.0 + chance.wait(20.0), chance.home(there));
            Life { plan, chance }.buyer(Tag { roll, seq }, bought, home);
        }
    }
    let mut subjects = vec![Subject::Producer(by), Subject::Lot(lot), Subject::Roll(roll)];
    subjects.extend((1..=gone).map(|seq| Subject::Code(roll, seq)));
    plan.frauds.push(Fraud { kind: Kind::LostReprinted, way: reason, by: Some(by), from: day + 3, size: u64::from(gone), subjects });
    true
}

/// Labels with numbers nobody issued, made to look like those of a roll.
fn forged(plan: &mut Plan, chance: &mut Chance) {
    let series = plan.forged_like.len();
    let roll = chance.index(plan.rolls.len());
    plan.forged_like.push(roll);
    let (packs, from, weeks) = (chance.count(50, 1500), chance.count(80, 220), chance.real(2.0, 10.0));
    let cities: Vec<usize> = (0..chance.count(1, 5)).map(|_| chance.city()).collect();
    for n in 0..packs {
        if !chance.yes(0.45) {
            continue;
        }
        let (home, day) = (cities[chance.index(cities.len())], f64::from(from) + chance.real(0.0, weeks * 7.0));
        let (minute, device, place) = (chance.minute(), chance.device(home), chance.seems(home));
        for again in 0..=chance.again(0.5, 4) {
            let minute = day as u32 * 1440 + minute + again;
            plan.forged.push(Forged { minute, series: series as u32, n, place, device });
        }
    }
    let mut subjects = vec![Subject::Series(series), Subject::Roll(roll), Subject::Producer(plan.rolls[roll].producer)];
    subjects.extend(plan.rolls[roll].lot.map(Subject::Lot));
    plan.frauds.push(Fraud { kind: Kind::Forged, way: "numbers guessed", by: None, from, size: u64::from(packs), subjects });
}

/// Listings that will sell more than came, and how many times as much.
fn oversell(plan: &mut Plan, chance: &mut Chance, many: usize) -> Vec<(usize, f64)> {
    let mut listings: Vec<usize> = (0..plan.listings.len()).collect();
    chance.shuffle(&mut listings);
    let mut found = Vec::new();
    for listing in listings.into_iter().take(many) {
        let seller = plan.listings[listing].seller;
        let by = plan.sellers[seller].producer;
        let times = chance.real(1.6, 6.0);
        found.push((listing, times));
        let mut subjects = vec![Subject::Listing(listing), Subject::Seller(seller)];
        subjects.extend(by.map(Subject::Producer));
        let way = if by.is_some() { "a producer's own shop" } else { "a reseller" };
        let first = day_of(plan, |act| match act {
            Act::Send { shipment } => {
                let sent = &plan.shipments[*shipment];
                plan.rolls[sent.roll].producer == plan.listings[listing].producer
            }
            _ => false,
        });
        let size = (plan.listings[listing].came as f64 * times) as u64;
        plan.frauds.push(Fraud { kind: Kind::Oversell, way, by, from: first.unwrap_or(60), size, subjects });
    }
    found
}
