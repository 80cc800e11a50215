//! Random lines of goods: a recall reaches exactly what an independent search finds, and the books balance to the gram.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use yanzhao::supervision::queries::RecallView;

use crate::holds::recall;
use crate::house::House;
use crate::orchard::KG;
use crate::support::on_both_engines;

/// Everything reached from `start` along `edges` (parent → children), by walking, not by what the program wrote down.
fn walked(edges: &BTreeMap<String, BTreeSet<String>>, start: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::from([start.to_owned()]);
    let mut waiting = vec![start.to_owned()];
    while let Some(id) = waiting.pop() {
        for child in edges.get(&id).into_iter().flatten() {
            if reached.insert(child.clone()) {
                waiting.push(child.clone());
            }
        }
    }
    reached
}

on_both_engines! {
    async fn a_recall_reaches_exactly_the_descendants(engine: Engine) {
        let house = House::new(engine).await;
        let mut random = StdRng::seed_from_u64(20_261_020);
        let mut batches = Vec::new();
        for no in 0..4 {
            batches.push(house.batch(&format!("R{no}"), 1_000).await);
        }
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (mut done, mut voided) = (0, BTreeSet::new());
        for step in 0..60 {
            let pick = |random: &mut StdRng| batches[random.random_range(0..batches.len())].clone();
            let mut inputs: Vec<String> = Vec::new();
            for _ in 0..random.random_range(1..4) {
                let id = pick(&mut random);
                if !inputs.contains(&id) {
                    inputs.push(id);
                }
            }
            if step % 15 == 14 {
                // Whoever still has all of its goods may be voided; its own line goes with it.
                let id = pick(&mut random);
                if house.view(&id).await.process_id.is_some() && house.void(&id).await.is_ok() {
                    voided.insert(id.clone());
                    batches.retain(|b| *b != id);
                }
                continue;
            }
            let mut amounts = Vec::new();
            for id in &inputs {
                let loose = house.view(id).await.figure("loose");
                amounts.push(if loose > 1 { random.random_range(1..=loose) } else { loose });
            }
            if amounts.iter().any(|amount| *amount < 10) {
                continue;
            }
            let total: i64 = amounts.iter().sum();
            let loss = random.random_range(0..=total / 10);
            let first = random.random_range(1..total - loss);
            let rest = total - loss - first;
            let mut outputs = vec![json!({ "lot": format!("S{step}-1"), "net_weight_g": first })];
            if rest > 1 {
                outputs.push(json!({ "lot": format!("S{step}-2"), "net_weight_g": rest - 1 }));
            }
            let others: Vec<_> = inputs.iter().zip(&amounts).skip(1).map(|(id, amount)| json!({ "batch_id": id, "net_weight_g": amount })).collect();
            let input = json!({ "kind": "grading", "net_weight_g": amounts[0], "inputs": others, "outputs": outputs, "loss_g": loss, "reason": "称重误差" });
            let view = house.process(&inputs[0], input).await.unwrap();
            done += 1;
            for output in &view.outputs {
                batches.push(output.batch_id.clone());
                for id in &inputs {
                    edges.entry(id.clone()).or_default().insert(output.batch_id.clone());
                }
            }
        }
        assert!(done > 25, "only {done} processes");
        house.balanced().await;
        let all: Vec<String> = batches.clone();
        for (no, start) in all.iter().enumerate().step_by(14) {
            let row = recall(&house, &format!("rec_{no}"), start).await;
            let view = RecallView::read(house.orchard.world.db.reader(), row).await.unwrap();
            let said: BTreeSet<String> = view.reaches.iter().map(|r| r.batch_id.clone()).collect();
            assert_eq!(said.len(), view.reaches.len(), "each once");
            let right: BTreeSet<String> = walked(&edges, start).difference(&voided).cloned().collect();
            assert_eq!(said, right, "recall of {start}");
            for id in &all {
                let blocked = house.reduce(id, json!({ "kind": "own_use", "amount_g": 1_000_000_000 * KG / 1000 })).await.unwrap_err();
                let reached = blocked.says("batch_recalled") || blocked.says("ancestor_recalled");
                assert_eq!(reached, right.contains(id), "{id}: {blocked}");
            }
            house.orchard.world.tamper("DELETE FROM recall").await;
        }
    }
}
