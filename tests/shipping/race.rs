//! Many want the last of it at once.

use std::sync::Arc;

use serde_json::json;

use crate::house::{CODED, House, PACK};
use crate::orchard::KG;
use crate::support::on_both_engines;

on_both_engines! {
    async fn exactly_as_many_win_as_there_are_kilograms(engine: Engine) {
        let house = Arc::new(House::new(engine).await);
        // 200 kg are coded; all but 7.999 kg of the rest are gone.
        house.send(house.loose(200 * KG - 7_999)).await.unwrap();
        let tasks: Vec<_> = (0..50).map(|_| {
            let house = house.clone();
            tokio::spawn(async move { house.send(house.loose(KG)).await })
        }).collect();
        let mut numbers = std::collections::BTreeSet::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(sent) => assert!(numbers.insert(sent.number), "a number given twice"),
                Err(failure) => {
                    assert!(failure.says("goods_more_than_loose"), "{failure}");
                    assert!(failure.params.contains(&("right", "999 g".to_owned())), "{failure}");
                }
            }
        }
        assert_eq!(numbers.len(), 7);
        assert_eq!(house.went().await, (CODED * PACK, 200 * KG - 999, 0));
        house.balanced().await;
    }

    async fn a_label_leaves_once_however_many_scan_it(engine: Engine) {
        let house = Arc::new(House::new(engine).await);
        let tasks: Vec<_> = (0..12).map(|n| {
            let house = house.clone();
            tokio::spawn(async move { house.send(house.labels(1 + n % 3, 10)).await })
        }).collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert!(failure.says("already_shipped"), "{failure}"),
            }
        }
        assert_eq!(won, 1);
    }

    async fn a_line_comes_back_once(engine: Engine) {
        let house = Arc::new(House::new(engine).await);
        let sent = house.send(house.loose(10 * KG)).await.unwrap().id;
        let tasks: Vec<_> = (0..10).map(|_| {
            let (house, id) = (house.clone(), sent.clone());
            tokio::spawn(async move { house.take_back(&id, json!([{ "no": 1, "net_weight_g": 4 * KG }]), "resale").await })
        }).collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert!(failure.says("more_than_out"), "{failure}"),
            }
        }
        assert_eq!(won, 2);
        assert_eq!(house.went().await.1, 2 * KG);
        house.balanced().await;
    }
}
