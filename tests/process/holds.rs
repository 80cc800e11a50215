//! Holds, seizures, recalls and stops follow goods into the batches made of them, and say which batch it is.

use serde_json::json;
use yanzhao::entity;
use yanzhao::supervision::queries::{RecallView, StopView, recalls, stops};

use crate::house::House;
use crate::orchard::{KG, codes, param};
use crate::support::on_both_engines;

/// A recall of a batch, in force.
pub async fn recall(house: &House, id: &str, batch: &str) -> entity::recall::Model {
    let row = entity::recall::Model {
        id: id.to_owned(),
        batch_id: batch.to_owned(),
        kind: "take_back".to_owned(),
        ordered_by: "演示机关".to_owned(),
        document_no: "演示〔2026〕1号".to_owned(),
        reason: "农残".to_owned(),
        public_text: "停止食用".to_owned(),
        state: "in_force".to_owned(),
        proposed_by: "acc_1".to_owned(),
        proposed_at: house.orchard.world.clock.now(),
        confirmed_by: Some("acc_2".to_owned()),
        confirmed_at: Some(house.orchard.world.clock.now()),
        lift_text: None,
        lift_document_no: None,
        lift_proposed_by: None,
        lifted_by: None,
        lifted_at: None,
    };
    house.orchard.world.put(row).await
}

async fn stop(house: &House, batch: &str) -> entity::stop::Model {
    let row = entity::stop::Model {
        id: "sto_1".to_owned(),
        scope: "batch".to_owned(),
        subject_id: Some(batch.to_owned()),
        order_no: None,
        first: None,
        last: None,
        category: "off_standard".to_owned(),
        ordered_by: "演示机关".to_owned(),
        document_no: "演示〔2026〕2号".to_owned(),
        public_text: "停用".to_owned(),
        state: "in_force".to_owned(),
        proposed_by: "acc_1".to_owned(),
        proposed_at: house.orchard.world.clock.now(),
        confirmed_by: Some("acc_2".to_owned()),
        confirmed_at: Some(house.orchard.world.clock.now()),
        lift_text: None,
        lift_document_no: None,
        lift_proposed_by: None,
        lifted_by: None,
        lifted_at: None,
    };
    house.orchard.world.put(row).await
}

on_both_engines! {
    async fn every_restraint_of_an_ancestor_blocks_and_is_named(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let (a, b) = (house.batch("A", 100).await, house.batch("B", 100).await);
        let child = house.merge(&a, &[&b], "M").await.unwrap().outputs[0].batch_id.clone();
        let grandchild = house.grade(&child, 50, "M-1").await.unwrap();
        let aside = house.batch("C", 100).await;
        let sold = json!({ "kind": "uncoded", "amount_g": 1 });
        let set = |change: &str| format!("UPDATE batch SET {change} WHERE id = '{b}'");
        for (begin, end, code) in [
            (set("state = 'on_hold', hold_reason = '待查'"), set("state = 'released', hold_reason = NULL"), "ancestor_on_hold"),
            (set("hold_document = '扣〔2026〕1号'"), set("hold_document = NULL"), "ancestor_seized"),
        ] {
            world.tamper(&begin).await;
            for (id, lot) in [(&child, "M"), (&grandchild, "M-1")] {
                let failure = house.reduce(id, sold.clone()).await.unwrap_err();
                assert_eq!((failure.code, param(&failure, "lot").as_str(), param(&failure, "ancestor").as_str()), (code, lot, "B"));
                assert_eq!(codes(house.grade(id, 1, "X").await), [code]);
            }
            assert_eq!(codes(house.merge(&aside, &[&grandchild], "X").await), [code]);
            world.tamper(&end).await;
        }
        recall(&house, "rec_1", &b).await;
        assert_eq!(codes(house.reduce(&grandchild, sold.clone()).await), ["ancestor_recalled"]);
        let lost = json!({ "kind": "lost", "amount_g": KG, "reason": "追回后销毁" });
        house.reduce(&grandchild, lost.clone()).await.expect("recalled goods are destroyed, and that is written down");
        world.tamper("UPDATE recall SET state = 'lifted'").await;
        stop(&house, &a).await;
        let failure = house.reduce(&grandchild, sold.clone()).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "ancestor").as_str(), param(&failure, "document").as_str()), ("ancestor_stopped", "A", "演示〔2026〕2号"));
        world.tamper("UPDATE stop SET state = 'lifted'").await;
        house.reduce(&grandchild, sold.clone()).await.expect("what was lifted binds nobody");
        world.tamper(&set("hold_document = '扣〔2026〕1号'")).await;
        assert_eq!(codes(house.reduce(&grandchild, lost).await), ["ancestor_seized"]);
        house.reduce(&aside, sold).await.expect("a batch of another line goes its way");
    }

    async fn a_recall_shows_what_it_reaches_before_anybody_is_told(engine: Engine) {
        let house = House::new(engine).await;
        let (a, b) = (house.batch("A", 100).await, house.batch("B", 100).await);
        let child = house.merge(&a, &[&b], "M").await.unwrap().outputs[0].batch_id.clone();
        let grandchild = house.grade(&child, 50, "M-1").await.unwrap();
        let gone = house.grade(&child, 20, "M-2").await.unwrap();
        house.void(&gone).await.unwrap();
        house.orchard.world.tamper(&format!("UPDATE batch SET coded = 7000 WHERE id = '{grandchild}'")).await;
        let db = house.orchard.world.db.reader();
        let view = RecallView::read(db, recall(&house, "rec_1", &a).await).await.unwrap();
        let reached: Vec<_> = view.reaches.iter().map(|r| (r.lot.as_str(), r.depth, r.figures["coded_g"], r.figures["shipped_g"])).collect();
        assert_eq!(reached, [("A", 0, 0, 0), ("M", 1, 0, 0), ("M-1", 2, 7000, 0)], "and nothing that was voided");
        assert!(view.reaches.iter().all(|r| r.producer_id == house.orchard.producer));
        let of_child = recall(&house, "rec_2", &child).await;
        assert_eq!(RecallView::read(db, of_child).await.unwrap().reaches.len(), 2, "never up the line");
        let listed = recalls(&house.orchard.world.db, &house.orchard.office.actor, None, None, 50).await.unwrap();
        assert_eq!(listed.iter().map(|r| r.reaches.len()).collect::<Vec<_>>(), [2, 3]);
        let stopped = StopView::read(db, stop(&house, &b).await).await.unwrap();
        assert_eq!(stopped.reaches.iter().map(|r| r.lot.as_str()).collect::<Vec<_>>(), ["B", "M", "M-1"]);
        house.orchard.world.tamper(&format!("UPDATE stop SET scope = 'producer', subject_id = '{}'", house.orchard.producer)).await;
        let listed = stops(&house.orchard.world.db, &house.orchard.office.actor, None, None, 50).await.unwrap();
        assert_eq!((listed.len(), listed[0].reaches.len()), (1, 0), "a stop of a producer names no batches");
    }

    async fn a_hold_of_a_descendant_leaves_its_ancestors_alone(engine: Engine) {
        let house = House::new(engine).await;
        let batch = house.batch("A", 100).await;
        let child = house.grade(&batch, 40, "A-1").await.unwrap();
        let sibling = house.grade(&batch, 40, "A-2").await.unwrap();
        house.orchard.world.tamper(&format!("UPDATE batch SET state = 'on_hold', hold_reason = '待查' WHERE id = '{child}'")).await;
        let sold = json!({ "kind": "uncoded", "amount_g": 1 });
        assert_eq!(codes(house.reduce(&child, sold.clone()).await), ["batch_on_hold"]);
        house.reduce(&batch, sold.clone()).await.unwrap();
        house.reduce(&sibling, sold).await.unwrap();
    }
}
