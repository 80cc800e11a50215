//! Several nodes on one database: nothing is lost, new orders are found, decisions show everywhere at once.

use std::time::Duration;

use sea_orm::{EntityTrait, Set};
use yanzhao::entity::{code_stat, scan as journal};
use yanzhao::trace::verdict::Verdict;

use crate::support::{fresh_database_url, on_both_engines};
use crate::world::{BATCH, World, said, scan, somebody};

/// Visitors on each of two nodes, and codes all of them scan.
const VISITORS: u32 = 40;
const CODES: u32 = 5;

on_both_engines! {
    async fn two_nodes_at_once_lose_nothing(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let (here, (there, other_db)) = (world.desk().await, world.other_node().await);
        let mut running = Vec::new();
        for n in 0..VISITORS {
            for (node, desk) in [&here, &there].into_iter().enumerate() {
                let desk = desk.clone();
                let codes: Vec<_> = (0..CODES).map(|i| order.code((i + n) % CODES + 1)).collect();
                running.push(tokio::spawn(async move {
                    let who = somebody(&desk, "192.0.2.1", &format!("telephone {n} of {node}")).await;
                    let mut firsts = 0;
                    for code in codes {
                        let scanned = scan(&desk, &code, &who).await;
                        assert!(scanned.recorded);
                        firsts += u32::from(scanned.decision.verdict == Verdict::FirstCheck);
                    }
                    firsts
                }));
            }
        }
        let mut firsts = 0;
        for one in running {
            firsts += one.await.unwrap();
        }
        // By the end there are so many visitors that firsts may read as amber, but never twice as first.
        assert!(firsts <= CODES, "{firsts}");
        here.stop().await;
        there.stop().await;
        let stats = code_stat::Entity::find().all(world.db.reader()).await.unwrap();
        assert_eq!(stats.iter().map(|s| s.sessions).collect::<Vec<_>>(), vec![i64::from(VISITORS * 2); CODES as usize]);
        let lines = journal::Entity::find().all(world.db.reader()).await.unwrap();
        assert_eq!(lines.len(), (VISITORS * 2 * CODES) as usize);
        other_db.close().await;
    }

    async fn one_new_code_scanned_on_two_nodes_is_first_once(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let (here, (there, other_db)) = (world.desk().await, world.other_node().await);
        let one = somebody(&here, "192.0.2.1", "one").await;
        let two = somebody(&there, "192.0.2.1", "two").await;
        assert_eq!(one, somebody(&there, "192.0.2.1", "one").await, "nodes share the key of the day");
        for seq in 1..=40 {
            let code = order.code(seq);
            let (a, b) = tokio::join!(scan(&here, &code, &one), scan(&there, &code, &two));
            let mut verdicts = [a.decision.verdict.word(), b.decision.verdict.word()];
            verdicts.sort_unstable();
            assert_eq!(verdicts, ["checked_before", "first_check"], "{seq}");
        }
        here.stop().await;
        there.stop().await;
        other_db.close().await;
    }

    async fn decisions_show_on_every_node_at_once(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let (here, (there, other_db)) = (world.desk().await, world.other_node().await);
        let buyer = somebody(&here, "192.0.2.1", "telephone").await;
        for desk in [&here, &there] {
            said(desk, &order.code(1), &buyer).await;
        }
        world.stop(|row| row.subject_id = Set(Some(BATCH.to_owned()))).await;
        for desk in [&here, &there] {
            assert_eq!(said(desk, &order.code(1), &buyer).await, Verdict::Voided);
        }
        world.recall("take_back").await;
        for desk in [&here, &there] {
            assert_eq!(said(desk, &order.code(1), &buyer).await, Verdict::Recalled);
        }
        world.sql("DELETE FROM recall").await;
        world.sql("DELETE FROM stop").await;
        world.sql("UPDATE code_range SET state = 'voided', reason = 'damaged'").await;
        for desk in [&here, &there] {
            assert_eq!(said(desk, &order.code(1), &buyer).await, Verdict::Voided);
        }
        here.stop().await;
        there.stop().await;
        other_db.close().await;
    }

    async fn an_order_issued_elsewhere_is_found_by_itself(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let desk = world.desk().await;
        let order = world.active(9, 3).await;
        assert!(desk.locate(&order.code(1)).is_none());
        let found = async {
            while desk.locate(&order.code(1)).is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found).await.expect("found by polling");
        desk.stop().await;
    }
}
