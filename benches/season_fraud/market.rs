//! What is on sale on platforms, and what it shows when somebody looks: honest sellers take orders before goods come, show stock they do
//! not have yet, and sell in bursts; in the end they have sold what came.

use super::people::Chance;
use super::plan::{Act, DayNo, LAST, Listing, Plan, Seller};

/// Days on which everybody buys: 11 November, 12 December, the weeks before the Spring Festival of 6 February 2027.
const BURSTS: [(DayNo, DayNo); 3] = [(98, 103), (131, 134), (166, 186)];
/// Days between two looks at a listing.
const EVERY: usize = 10;

/// Every seller with goods and its listings; honest ones show their sales.
pub fn open(plan: &mut Plan) {
    let mut chance = Chance::of(plan.seed, 2);
    for shop in 0..plan.shops.len() {
        if !plan.shops[shop].parcels {
            continue;
        }
        let mut came: Vec<(usize, u64)> = Vec::new();
        for (producer, _, packs) in arrivals(plan).into_iter().filter(|a| a.1 == shop).map(|(p, s, _, n)| (p, s, n)) {
            match came.iter_mut().find(|c| c.0 == producer) {
                Some(known) => known.1 += packs,
                None => came.push((producer, packs)),
            }
        }
        came.retain(|c| c.1 >= 30);
        if came.is_empty() {
            continue;
        }
        let seller = plan.sellers.len();
        plan.sellers.push(Seller { producer: None, shop: Some(shop) });
        plan.shops[shop].seller = Some(seller);
        for (producer, came) in came {
            list(plan, &mut chance, seller, producer, came);
        }
    }
    for producer in 0..plan.producers.len() {
        if chance.yes(0.35) {
            let packs =
                plan.lots.iter().filter(|l| l.producer == producer).map(|l| l.weight_g).sum::<u64>() / plan.producers[producer].pack_g;
            if packs >= 30 {
                let seller = plan.sellers.len();
                plan.sellers.push(Seller { producer: Some(producer), shop: None });
                list(plan, &mut chance, seller, producer, packs);
            }
        }
    }
}

fn list(plan: &mut Plan, chance: &mut Chance, seller: usize, producer: usize, came: u64) {
    let pack_g = plan.producers[producer].pack_g;
    let price_fen = (pack_g as f64 / 1000.0 * chance.skewed(1200.0, 0.25)) as i64 / 10 * 10;
    plan.listings.push(Listing { seller, producer, pack_g, price_fen, came });
}

/// Producer, shop, day and packs of each shipment; what came back is taken off.
fn arrivals(plan: &Plan) -> Vec<(usize, usize, DayNo, u64)> {
    let mut found = Vec::new();
    for (day, acts) in plan.days.iter().enumerate() {
        for act in acts {
            match act {
                Act::Send { shipment } => {
                    let sent = &plan.shipments[*shipment];
                    found.push((plan.rolls[sent.roll].producer, sent.shop, day as DayNo, u64::from(sent.last - sent.first + 1)));
                }
                Act::TakeBack { shipment, first, last } => {
                    let sent = &plan.shipments[*shipment];
                    let producer = plan.rolls[sent.roll].producer;
                    let mut back = u64::from(last - first + 1);
                    for f in found.iter_mut().filter(|f| f.0 == producer && f.1 == sent.shop) {
                        let off = f.3.min(back);
                        f.3 -= off;
                        back -= off;
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Writes down what each listing shows. `times` says of a listing how much more it sells than came; an honest one sells what came, or less.
pub fn run(plan: &mut Plan, times: impl Fn(usize) -> Option<f64>) {
    let mut chance = Chance::of(plan.seed, 3);
    let all = arrivals(plan);
    for no in 0..plan.listings.len() {
        let Listing { seller, producer, came, .. } = plan.listings[no];
        let shop = plan.sellers[seller].shop;
        let goods: Vec<(DayNo, u64)> = match shop {
            Some(shop) => all.iter().filter(|a| a.0 == producer && a.1 == shop).map(|a| (a.2, a.3)).collect(),
            None => packed(plan, producer),
        };
        let Some(first) = goods.iter().map(|g| g.0).min() else { continue };
        let honest = if shop.is_some() { chance.real(0.5, 0.98) } else { chance.real(0.1, 0.6) };
        let share = times(no).unwrap_or(honest);
        let ahead = if chance.yes(0.2) { chance.count(6, 25) } else { 0 };
        let (stock_shown, cancelled) = (chance.index(3), chance.real(0.0, 0.06));
        let (mut sold, mut looks) = (0_f64, 0);
        let begin = first.saturating_sub(ahead).max(1);
        let offset = chance.count(0, EVERY as u32 - 1);
        for day in begin..=LAST {
            // What is there, or promised, and not sold yet goes at some speed; faster on the great days.
            let there: u64 = goods.iter().filter(|g| g.0 <= day + ahead).map(|g| g.1).sum();
            let rest = (there as f64 * share - sold).max(0.0);
            let burst = BURSTS.iter().any(|(from, to)| (*from..=*to).contains(&day));
            sold += rest * if burst { 0.25 } else { 0.07 };
            if !(day + offset).is_multiple_of(EVERY as u32) {
                continue;
            }
            // Platforms show what was ordered; part of it is cancelled and goes off the figure later.
            let shown = if looks % 3 == 1 { sold * (1.0 + cancelled) } else { sold };
            let shown = if times(no).is_none() && ahead == 0 { shown.min(came as f64) } else { shown };
            looks += 1;
            let stock = match stock_shown {
                0 => 9_999,
                1 => (came * 3).max(100),
                _ => (came as f64 - sold).max(0.0) as u64,
            };
            plan.on(day, Act::Capture { listing: no, sold: shown as u64, stock });
        }
    }
}

/// A producer's own packs by the day they were packed.
fn packed(plan: &Plan, producer: usize) -> Vec<(DayNo, u64)> {
    let mut found = Vec::new();
    for (day, acts) in plan.days.iter().enumerate() {
        for act in acts {
            if let Act::Pack { lot } = act
                && plan.lots[*lot].producer == producer
            {
                found.push((day as DayNo, plan.lots[*lot].weight_g / plan.producers[producer].pack_g));
            }
        }
    }
    found
}
