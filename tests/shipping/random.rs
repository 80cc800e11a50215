//! Whatever is sent, received, returned, voided or taken in whatever order, the account balances to the gram and the ledger tells the
//! same story.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use yanzhao::kernel::{FailureKind, Outcome};

use crate::house::House;
use crate::orchard::KG;
use crate::support::on_both_engines;

async fn step(house: &House, rng: &mut StdRng, sent: &mut Vec<String>, seized: &mut usize) -> Outcome<&'static str> {
    let (first, grams) = (rng.random_range(1..=40), rng.random_range(1..20 * KG));
    let last = first + rng.random_range(0..6);
    let any = if sent.is_empty() { String::new() } else { sent[rng.random_range(0..sent.len())].clone() };
    let no = rng.random_range(1..=2);
    let part = if rng.random() { json!({ "no": no, "first": first, "last": last }) } else { json!({ "no": no, "net_weight_g": grams }) };
    match rng.random_range(0..12) {
        0..=2 => {
            let mut lines = house.loose(grams).as_array().unwrap().clone();
            lines.extend(house.labels(first, last.min(40)).as_array().unwrap().clone());
            if rng.random() {
                lines.reverse();
            }
            let input = json!({ "lines": lines, "exported": rng.random::<bool>() });
            sent.push(house.send_as(&house.orchard.member, input).await?.id);
            Ok("sent")
        }
        3 => {
            sent.push(house.send(house.loose(grams)).await?.id);
            Ok("sent")
        }
        4 | 5 => house.receive(&any, json!({ "lines": [part] })).await.map(|_| "received"),
        6 => house.receive(&any, json!({ "missing": [part] })).await.map(|_| "missing"),
        7 | 8 => house.take_back(&any, json!([part]), "resale").await.map(|_| "resale"),
        9 => house.take_back(&any, json!([part]), if rng.random() { "destroy" } else { "repack" }).await.map(|_| "destroyed"),
        10 => house.void(&any).await.map(|_| "voided"),
        _ if *seized < 3 => {
            *seized += 1;
            let id = house.seize(&house.batch, &format!("演示封〔2026〕{seized}号")).await.id;
            let end = json!({ "outcome": "confiscated", "net_weight_g": grams, "codes": [{ "order_id": house.order, "first": 35, "last": 35 + *seized }] });
            let (one, two) = (house.officer("one"), house.officer("two"));
            if house.propose_end(&one, &id, end).await.is_err() {
                house.propose_end(&one, &id, json!({ "outcome": "released" })).await?;
            }
            house.confirm_end(&two, &id).await.map(|_| "seized")
        }
        _ => Ok("nothing"),
    }
}

on_both_engines! {
    async fn the_account_balances_whatever_happens_to_shipments(engine: Engine) {
        let mut happened = std::collections::BTreeSet::new();
        for seed in 0..3 {
            let mut rng = StdRng::seed_from_u64(seed);
            let house = House::new(engine).await;
            let (mut sent, mut seized) = (Vec::new(), 0);
            for act in 0..90 {
                match step(&house, &mut rng, &mut sent, &mut seized).await {
                    Ok(what) => {
                        happened.insert(what);
                    }
                    Err(failure) => assert!(!matches!(failure.kind, FailureKind::Broken | FailureKind::NotNow), "seed {seed}, act {act}: {failure}"),
                }
                if act % 30 == 29 {
                    house.balanced().await;
                }
            }
        }
        for what in ["sent", "received", "missing", "resale", "destroyed", "voided", "seized"] {
            assert!(happened.contains(what), "{what} never happened");
        }
    }
}
