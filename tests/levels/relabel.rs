//! New labels on goods that have some: one act, and the account balances by the difference.

use serde_json::{Value, json};

use crate::world::{World, refuses};

fn stretch(first: i64, last: i64, with_first: i64, with_last: i64) -> Value {
    json!({ "first": first, "last": last, "with_first": with_first, "with_last": with_last, "reason": "挑拣后重新包装" })
}

on_both_engines! {
    async fn a_repacked_stretch_gets_new_labels_at_once(engine: Engine) {
        let world = World::new(engine).await;
        world.case_pack("pac_2", 2).await;
        let units = world.ordered(json!({ "count": 105, "spare": 5 })).await;
        let cases = world.ordered(json!({ "count": 10, "kind": "case", "pack_id": null })).await;
        world.bind(&units, 1, 40).await.unwrap();
        world.act("activate", &units, json!({ "first": 1, "last": 30 })).await.unwrap();
        world.act("link", &cases, json!({ "mode": "ratio", "first": 1, "last": 5, "child_order_id": units, "child_first": 1, "per": 6 })).await.unwrap();
        assert_eq!(world.figures().await, (60, 40, 0, 40));
        let done = world.act("relabel", &units, stretch(11, 20, 41, 48)).await.unwrap();
        assert_eq!((done["voided"].as_i64(), done["relabelled"].as_i64(), done["state"].as_str()), (Some(10), Some(8), Some("active")));
        assert_eq!((done["loose"].as_i64(), done["loose_shown"].as_str(), done["unlinked"].as_i64()), (Some(10_000), Some("10 kg"), Some(10)));
        assert_eq!(world.figures().await, (52, 38, 0, 38), "two loose again, eight reservations free");
        assert_eq!(world.shape(1).await, "1–10 active、11–20 voided、21–30 active、31–40 bound、41–48 active、49–105 issued");
        let event = world.last_event().await;
        assert_eq!((event["kind"].as_str(), event["facts"]["loose"].as_i64()), (Some("codes.relabelled"), Some(10_000)));
        world.sound().await;
        refuses(world.act("undo", &units, json!({ "first": 41, "last": 48 })).await, "undo_relabelled");
        refuses(world.act("activate", &units, json!({ "first": 11, "last": 20 })).await, "already_voided");

        // Into bigger packs, of another order.
        let big = world.ordered(json!({ "count": 20, "pack_id": "pac_2" })).await;
        let mut input = stretch(31, 40, 1, 5);
        input["with_order_id"] = json!(big);
        let done = world.act("relabel", &units, input.clone()).await.unwrap();
        assert_eq!((done["loose"].as_i64(), done["state"].as_str(), done["spare_used"].as_i64()), (Some(0), Some("bound"), Some(0)));
        assert_eq!(world.figures().await, (52 + 30, 38, 0, 38), "the same goods, in five packs of 10 kg");
        world.act("activate", &big, json!({ "first": 1, "last": 5 })).await.unwrap();
        world.sound().await;
        refuses(world.act("relabel", &units, input).await, "already_voided");
    }

    async fn what_can_not_be_relabelled_is_said(engine: Engine) {
        let world = World::new(engine).await;
        world.batch("bat_2", 100_000, true).await;
        let units = world.ordered(json!({ "count": 60 })).await;
        let cases = world.ordered(json!({ "count": 10, "kind": "case", "pack_id": null })).await;
        let noodles = world.order(json!({ "count": 10, "kind": "case", "pack_id": null, "product_id": "pro_b" })).await.unwrap().id;
        world.bind(&units, 1, 10).await.unwrap();
        world.act("bind", &units, json!({ "first": 11, "last": 20, "batch_id": "bat_2" })).await.unwrap();
        world.act("activate", &units, json!({ "first": 1, "last": 5 })).await.unwrap();
        let with = |order: &str| {
            let mut input = stretch(1, 5, 1, 5);
            input["with_order_id"] = json!(order);
            input
        };
        let table: Vec<(Value, &str)> = vec![
            (stretch(1, 10, 21, 30), "relabel_mixed"),
            (stretch(6, 20, 21, 30), "relabel_two_batches"),
            (stretch(30, 32, 40, 42), "not_bound"),
            (stretch(1, 5, 21, 26), "relabel_more"),
            (stretch(1, 5, 18, 22), "range_overlap"),
            (stretch(1, 5, 58, 62), "outside_order"),
            (with(&cases), "relabel_carries"),
            (with(&noodles), "with_order_unknown"),
            (with("cod_x"), "with_order_unknown"),
            (json!({ "first": 1, "last": 5, "with_first": 21, "with_last": 25, "reason": "" }), "reason_missing"),
        ];
        for (input, code) in table {
            refuses(world.act("relabel", &units, input).await, code);
        }
        refuses(world.act_as(world.stranger(), "relabel", &units, stretch(1, 5, 21, 25)).await, "not_found");
        world.change_batch("bat_1", yanzhao::entity::batch::ActiveModel { hold_reason: sea_orm::Set(Some("抽检".to_owned())), ..Default::default() }).await;
        refuses(world.act("relabel", &units, stretch(1, 5, 21, 25)).await, "batch_on_hold");
        world.sound().await;
    }

    async fn a_case_with_a_new_label_keeps_what_is_in_it(engine: Engine) {
        let world = World::new(engine).await;
        let units = world.ordered(json!({ "count": 60 })).await;
        let cases = world.ordered(json!({ "count": 20, "kind": "case", "pack_id": null })).await;
        world.act("bind", &cases, json!({ "first": 1, "last": 10, "batch_id": "bat_1" })).await.unwrap();
        world.act("link", &cases, json!({ "mode": "ratio", "first": 1, "last": 10, "child_order_id": units, "child_first": 1, "per": 6 })).await.unwrap();
        let done = world.act("relabel", &cases, stretch(3, 4, 11, 12)).await.unwrap();
        assert_eq!((done["kept_inside"].as_i64(), done["unlinked"].as_i64(), done["loose"].as_i64()), (Some(12), Some(0), Some(0)));
        assert_eq!(world.boxes(&cases).await, ["1–2: 1·1–12", "5–10: 1·25–60", "11–12: 1·13–24"]);
        let done = world.act("relabel", &cases, stretch(5, 7, 13, 14)).await.unwrap();
        assert_eq!((done["kept_inside"].as_i64(), done["unlinked"].as_i64()), (Some(0), Some(18)), "three boxes into two: packed anew");
        world.sound().await;
    }
}
