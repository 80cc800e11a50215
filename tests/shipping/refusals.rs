//! What may not be shipped, each with its own words in both languages.

use serde_json::json;
use yanzhao::supervision::commands as supervision;

use crate::house::{House, read, refuses};
use crate::orchard::KG;
use crate::support::on_both_engines;
use crate::support::world::act;

on_both_engines! {
    async fn a_batch_that_may_not_be_used_is_not_shipped(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let both = async |code: &str| {
            refuses(house.send(house.loose(KG)).await, code);
            refuses(house.send(house.labels(1, 2)).await, code);
        };
        for (sql, code) in [
            ("state = 'on_hold', hold_reason = '核对中'", "batch_on_hold"),
            ("state = 'released', hold_reason = NULL, hold_document = '演示封〔2026〕9号'", "batch_seized"),
            ("hold_document = NULL, void_reason = 'wrong', state = 'voided'", "batch_voided"),
            ("void_reason = NULL, state = 'registered', released_at = NULL", "shipping_before_release"),
            ("state = 'released', released_at = 1", ""),
        ] {
            world.tamper(&format!("UPDATE batch SET {sql}")).await;
            if !code.is_empty() {
                both(code).await;
            }
        }
        world.suspension(&house.orchard.mark_use, "2026-10-20").await;
        both("shipping_suspended").await;
        let before = json!({ "lines": house.loose(KG), "sent_on": "2026-10-19" });
        house.send_as(&house.orchard.member, before).await.unwrap();
        world.tamper("DELETE FROM mark_use_suspension").await;
        let (one, two) = (house.officer("one"), house.officer("two"));
        let stop: supervision::StopInput = read(json!({ "scope": "range", "subject_id": house.order, "first": 4, "last": 6, "category": "other",
            "ordered_by": "演示机关", "document_no": "演示停〔2026〕1号", "public_text": "停用" }));
        let keys = &house.keys;
        let id = act!(world, one, |tx, desk| supervision::propose_stop(tx, desk, keys.as_ref(), &stop), [keys, stop]).unwrap().id;
        act!(world, two, |tx, desk| supervision::confirm_stop(tx, desk, &id), [id]).unwrap();
        refuses(house.send(house.labels(1, 4)).await, "use_stopped");
        house.send(house.labels(1, 3)).await.unwrap();
        let recall: supervision::RecallInput = read(json!({ "batch_id": house.batch, "ordered_by": "演示机关", "document_no": "演示追〔2026〕1号", "reason": "农残", "public_text": "追回" }));
        let id = act!(world, one, |tx, desk| supervision::propose_recall(tx, desk, &recall), [recall]).unwrap().id;
        act!(world, two, |tx, desk| supervision::confirm_recall(tx, desk, &id), [id]).unwrap();
        refuses(house.send(house.loose(KG)).await, "batch_recalled");
        refuses(house.send(house.labels(10, 11)).await, "batch_recalled");
    }

    async fn goods_for_which_labels_are_ordered_are_not_sent_without_them(engine: Engine) {
        let house = House::new(engine).await;
        // 1,000 kg on the account: 200 kg coded, 100 kg ordered; now 600 kg more are ordered.
        house.order_codes("unit", 120).await;
        let refused = refuses(house.send(house.loose(150 * KG)).await, "amount_reserved");
        assert!(refused.params.contains(&("free", "100 kg".to_owned())), "{refused}");
        house.send(house.loose(100 * KG)).await.unwrap();
        house.balanced().await;
    }

    async fn a_slip_says_everything_that_is_wrong_at_once(engine: Engine) {
        let house = House::new(engine).await;
        let wrong = json!({
            "lines": [
                {}, { "batch_id": house.batch }, { "batch_id": "bat_no", "net_weight_g": 1 }, { "order_id": "cod_no", "first": 1 },
                { "order_id": house.order, "first": 1, "last": 2, "net_weight_g": 5 }, { "first": 1 }, { "code": "ABC" },
                { "order_id": house.order, "first": 9, "last": 3 }, { "order_id": house.order, "first": 61 },
            ],
            "consignee": {}, "division_code": "石家庄", "sent_on": "2026-10-21", "facility_id": "fac_x",
        });
        let failure = house.send_as(&house.orchard.member, wrong).await.unwrap_err();
        let said: Vec<_> = failure.fields.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        for right in [
            ("/lines/0", "line_kind_missing"), ("/lines/1/net_weight_g", "amount_missing"), ("/lines/2/batch_id", "batch_unknown"),
            ("/lines/3/order_id", "shipment_order_unknown"), ("/lines/4/net_weight_g", "labels_have_weight"), ("/lines/5/order_id", "label_needs_order"),
            ("/lines/6/code", "mistyped_code"), ("/lines/7/last", "range_reversed"), ("/lines/8/first", "outside_order"),
            ("/consignee/name", "consignee_missing"), ("/division_code", "destination_unfit"), ("/sent_on", "in_the_future"),
            ("/facility_id", "shipment_facility_unknown"),
        ] {
            assert!(said.contains(&right), "{right:?} is missing in {said:?}");
        }
        for code in ["line_kind_missing", "shipment_order_unknown", "label_needs_order", "consignee_missing", "destination_unfit", "shipment_facility_unknown", "labels_have_weight"] {
            refuses::<()>(Err(failure.clone()), code);
        }
        refuses(house.send(json!([])).await, "shipment_empty");
        let to = |consignee| json!({ "lines": house.labels(1, 1), "consignee": consignee });
        refuses(house.send_as(&house.orchard.member, to(json!({ "organisation_id": "org_no" }))).await, "consignee_unknown");
        refuses(house.send_as(&house.orchard.member, to(json!({ "organisation_id": house.orchard.producer }))).await, "consignee_is_sender");
        refuses(house.send_as(&house.orchard.member, to(json!({ "credit_code": "91130183MA0000000X" }))).await, "consignee_unknown");
        refuses(house.send(house.labels(40, 41)).await, "not_bound");
        let samples = house.order_codes("sample", 5).await;
        refuses(house.send(json!([{ "order_id": samples, "first": 1 }])).await, "sample_not_shipped");
        let batches = house.order_codes("batch", 1).await;
        refuses(house.send(json!([{ "order_id": batches, "first": 1 }])).await, "batch_code_needs_weight");
        let numbered = |number: &str| json!({ "lines": house.labels(1, 1), "number": number });
        house.send_as(&house.orchard.member, numbered("A-1")).await.unwrap();
        let again = json!({ "lines": house.labels(2, 2), "number": "A-1" });
        refuses(house.send_as(&house.orchard.member, again).await, "shipment_number_taken");
        let late = json!({ "lines": house.labels(2, 2), "sent_on": "2026-10-01" });
        refuses(house.send_as(&house.orchard.member, late).await, "late_reason_missing");
        let late = json!({ "lines": house.labels(2, 2), "sent_on": "2026-10-01", "late_reason": "单据在车上" });
        assert!(house.send_as(&house.orchard.member, late).await.unwrap().late);
    }

    async fn a_batch_whose_goods_left_is_not_voided(engine: Engine) {
        let house = House::new(engine).await;
        let other = house.another_batch("L2", 50 * KG).await;
        house.send(json!([{ "batch_id": other, "net_weight_g": KG }])).await.unwrap();
        let id = other.clone();
        let outcome = act!(house.orchard.world, house.orchard.office, |tx, desk| yanzhao::trace::commands::batch::void_batch(tx, desk, &id, "x"), [id]);
        refuses(outcome, "batch_has_gone");
        let sealed = house.another_batch("L3", 50 * KG).await;
        house.seize(&sealed, "演示封〔2026〕1号").await;
        let outcome = act!(house.orchard.world, house.orchard.office, |tx, desk| yanzhao::trace::commands::batch::void_batch(tx, desk, &sealed, "x"), [sealed]);
        refuses(outcome, "batch_seized_as_is");
    }
}
