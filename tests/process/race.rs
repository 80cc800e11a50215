//! Many want the last loose kilogram at once. Exactly as many win as there are kilograms, on both engines.

use std::sync::Arc;

use serde_json::json;

use crate::house::House;
use crate::orchard::KG;
use crate::support::on_both_engines;

/// So many at once.
const RUNNERS: usize = 50;

on_both_engines! {
    async fn as_many_processes_win_as_there_are_kilograms(engine: Engine) {
        let house = Arc::new(House::new(engine).await);
        let batch = house.batch("A", 3).await;
        let tasks: Vec<_> = (0..RUNNERS)
            .map(|no| {
                let (house, batch) = (house.clone(), batch.clone());
                tokio::spawn(async move { house.grade(&batch, 1, &format!("A-{no}")).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert_eq!(failure.code, "process_more_than_loose"),
            }
        }
        assert_eq!((won, house.goods(&batch).await), (3, [0, 0, 3, 0, 0]));
        house.balanced().await;
    }

    async fn processes_merges_movements_and_voids_share_the_last_kilograms(engine: Engine) {
        let house = Arc::new(House::new(engine).await);
        let (a, b) = (house.batch("A", 5).await, house.batch("B", 5).await);
        let child = house.grade(&b, 1, "B-0").await.unwrap();
        let tasks: Vec<_> = (0..RUNNERS)
            .map(|no| {
                let (house, a, b, child) = (house.clone(), a.clone(), b.clone(), child.clone());
                tokio::spawn(async move {
                    // Some name the batches the other way round: nobody waits in a circle.
                    let (first, second) = if no % 2 == 0 { (&a, &b) } else { (&b, &a) };
                    let both = json!({ "kind": "grading", "net_weight_g": KG, "inputs": [{ "batch_id": second, "net_weight_g": KG }],
                        "outputs": [{ "lot": format!("M-{no}"), "net_weight_g": 2 * KG }] });
                    match no % 5 {
                        0..=2 => house.process(first, both).await.map(|_| ()),
                        3 => house.reduce(first, json!({ "kind": "lost", "amount_g": KG, "reason": "烂果" })).await.map(|_| ()),
                        _ => house.void(&child).await.map(|_| ()),
                    }
                })
            })
            .collect();
        for task in tasks {
            if let Err(failure) = task.await.unwrap() {
                assert!(["process_more_than_loose", "movement_more_than_loose"].contains(&failure.code), "{failure}");
            }
        }
        let (a_is, b_is) = (house.goods(&a).await, house.goods(&b).await);
        assert_eq!((a_is.iter().sum::<i64>(), b_is.iter().sum::<i64>()), (5, 5), "{a_is:?} {b_is:?}");
        // The child may have been voided after everybody had been; nothing else can have left something in both.
        assert!(a_is[0] == 0 || b_is[0] <= 1, "{a_is:?} {b_is:?}");
        assert_eq!(house.view(&child).await.state, "voided");
        house.balanced().await;
    }
}
