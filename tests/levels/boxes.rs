//! Packing: a box and its items, so many to a case, a million cases in a row, and what is refused.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use yanzhao::entity::nesting;
use yanzhao::trace::queries::code::code_view;

use crate::world::{World, refuses};

on_both_engines! {
    async fn a_box_and_its_items_are_scanned(engine: Engine) {
        let world = World::new(engine).await;
        world.case_pack("pac_case", 6).await;
        let units = world.ordered(json!({ "count": 40 })).await;
        let cases = world.ordered(json!({ "count": 5, "kind": "case", "pack_id": "pac_case" })).await;
        world.bind(&units, 1, 20).await.unwrap();
        let mut items = Vec::new();
        for n in [4, 2, 3, 9, 5, 1] {
            items.push(world.printed(&units, n).await);
        }
        let linked = world.act("link", &cases, json!({ "mode": "scan", "parent": world.printed(&cases, 2).await, "children": items })).await.unwrap();
        assert_eq!((linked["items"].as_i64(), linked["first"].as_i64(), linked["expected"].as_i64()), (Some(6), Some(2), Some(6)));
        assert_eq!(world.boxes(&cases).await, ["2–2: 1·1–5", "2–2: 1·9–9"], "neighbours become one row");
        let inside = world.contents(&cases, "2").await.unwrap();
        assert_eq!((inside.items, inside.units, inside.batches.len(), inside.batches[0].lot.as_deref()), (6, 6, 1, Some("bat_1")));
        let unit = code_view(&world.db, world.keys.as_ref(), &world.producer().actor, world.clock.now(), &items[0]).await.unwrap();
        let lies = unit.in_case.unwrap();
        assert_eq!((lies.sequence, lies.kind.as_str(), lies.code), (2, "case", world.printed(&cases, 2).await.replace([' ', '-'], "").into()));
        let case = code_view(&world.db, world.keys.as_ref(), &world.producer().actor, world.clock.now(), &world.printed(&cases, 2).await).await.unwrap();
        assert_eq!(case.contents.unwrap().items, 6);

        let scan = |case: i64, items: Value| json!({ "mode": "scan", "parent": case, "children": items, "child_order_id": units, "short": true });
        let taken = refuses(world.act("link", &cases, scan(3, json!([5, 6, 9]))).await, "item_in_other_case");
        assert_eq!(taken.fields.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), ["/children/0", "/children/2"], "each is named");
        assert_eq!(taken.fields[0].params.iter().map(|p| p.1.as_str()).collect::<Vec<_>>(), ["5", "2", "2"], "item, case, order");
        let full = json!({ "mode": "scan", "parent": 3, "children": [6, 7], "child_order_id": units });
        refuses(world.act("link", &cases, full).await, "count_differs_from_case");
        refuses(world.act("link", &cases, scan(3, json!([6, 7, 8, 10, 11, 12, 13]))).await, "count_differs_from_case");
        world.act("link", &cases, scan(3, json!([6, 7]))).await.unwrap();
        refuses(world.act("link", &cases, scan(3, json!([8, 10, 11, 12, 13]))).await, "count_differs_from_case");
        world.act("link", &cases, scan(3, json!([8, 10, 11, 12]))).await.unwrap();
        world.sound().await;
    }

    async fn a_million_cases_are_one_row_before_anything_is_bound(engine: Engine) {
        let mut world = World::new(engine).await;
        world.rules.issue_limit = 20_000_000;
        world.batch("bat_2", 100_000, true).await;
        let units = world.ordered(json!({ "count": 100, "pack_id": "pac_5" })).await;
        let labels = world.ordered(json!({ "count": 10_000_000, "kind": "case", "pack_id": null })).await;
        let pallets = world.ordered(json!({ "count": 1_000_000, "kind": "pallet", "pack_id": null })).await;
        let whole = json!({ "mode": "roll", "first": 1, "last": 1_000_000, "child_order_id": labels, "child_first": 1, "per": 10 });
        let linked = world.act("link", &pallets, whole.clone()).await.unwrap();
        assert_eq!((linked["cases"].as_i64(), linked["items"].as_i64()), (Some(1_000_000), Some(10_000_000)));
        assert_eq!(nesting::Entity::find().all(world.db.reader()).await.unwrap().len(), 1, "one row");
        refuses(world.act("link", &pallets, whole).await, "item_in_other_case");
        assert_eq!(world.contents(&pallets, "777777").await.unwrap().runs[0].first, 7_777_761);
        world.act("unlink", &pallets, json!({ "children": [7_777_765], "child_order_id": labels, "reason": "纸箱破损" })).await.unwrap();
        assert_eq!(world.contents(&pallets, "777777").await.unwrap().items, 9);
        assert_eq!(world.boxes(&pallets).await.len(), 4, "what is left of a row stays a handful");
        world.act("unlink", &pallets, json!({ "first": 10, "last": 19, "reason": "重新码垛" })).await.unwrap();
        assert_eq!(world.contents(&pallets, "19").await.unwrap().items, 0);
        refuses(world.act("unlink", &pallets, json!({ "first": 10, "last": 19, "reason": "重新码垛" })).await, "not_linked");
        refuses(world.act("unlink", &pallets, json!({ "first": 20, "last": 20, "reason": " " })).await, "reason_missing");
        let gone = nesting::Entity::find().all(world.db.reader()).await.unwrap();
        assert_eq!(gone.iter().filter(|r| r.unlinked_at.is_some()).map(|r| r.child_last - r.child_first + 1).sum::<i64>(), 101, "history stays");

        // Rolls linked before they are bound: a case may not end up with two batches.
        let cases = world.ordered(json!({ "count": 10, "kind": "case", "pack_id": null })).await;
        world.act("link", &cases, json!({ "mode": "ratio", "first": 1, "last": 10, "child_order_id": units, "child_first": 1, "per": 10 })).await.unwrap();
        world.bind(&units, 1, 45).await.unwrap();
        let second = |first: i64, last: i64| json!({ "first": first, "last": last, "batch_id": "bat_2" });
        let mixed = refuses(world.act("bind", &units, second(46, 50)).await, "mixed_batches");
        assert_eq!(mixed.params.iter().map(|p| p.1.as_str()).collect::<Vec<_>>(), ["5", "4", "bat_1", "bat_2"]);
        world.bind(&units, 46, 50).await.unwrap();
        world.act("bind", &units, second(51, 60)).await.unwrap();
        refuses(world.act("bind", &cases, second(5, 6)).await, "mixed_batches");
        world.act("bind", &cases, second(6, 6)).await.unwrap();
    }

    async fn what_does_not_fit_is_said_by_its_own_name(engine: Engine) {
        let world = World::new(engine).await;
        world.case_pack("pac_case", 4).await;
        world.batch("bat_2", 100_000, true).await;
        let units = world.ordered(json!({ "count": 60 })).await;
        let cases = world.ordered(json!({ "count": 9, "kind": "case", "pack_id": "pac_case" })).await;
        let heavy = world.ordered(json!({ "count": 3, "kind": "case", "pack_id": "pac_case", "carries_quantity": true })).await;
        let loaded = world.ordered(json!({ "count": 3, "kind": "pallet", "pack_id": "pac_case", "carries_quantity": true })).await;
        let pallets = world.ordered(json!({ "count": 3, "kind": "pallet", "pack_id": null })).await;
        let lot = world.ordered(json!({ "count": 3, "kind": "batch", "pack_id": null })).await;
        let noodles = world.order(json!({ "count": 3, "kind": "case", "pack_id": null, "product_id": "pro_b" })).await.unwrap().id;
        assert_eq!(world.order_row(&heavy).await.unit_amount, 20_000);
        for (more, code) in [
            (json!({ "carries_quantity": false }), "carries_unfit"),
            (json!({ "kind": "batch", "carries_quantity": true }), "carries_unfit"),
            (json!({ "kind": "case", "carries_quantity": true, "bundle": true }), "carries_unfit"),
            (json!({ "kind": "pallet", "bundle": true }), "bundle_unfit"),
            (json!({ "kind": "pallet", "carries_quantity": true, "pack_id": null }), "pack_missing"),
        ] {
            refuses(world.order(more).await, code);
        }
        world.bind(&units, 1, 20).await.unwrap();
        world.act("bind", &units, json!({ "first": 21, "last": 40, "batch_id": "bat_2" })).await.unwrap();
        world.act("void", &units, json!({ "first": 10, "last": 10, "reason": "damaged" })).await.unwrap();
        world.act("void", &cases, json!({ "first": 9, "last": 9, "reason": "damaged" })).await.unwrap();
        let own = world.printed(&units, 1).await;
        let scan = |case: i64, items: Value| json!({ "mode": "scan", "parent": case, "children": items, "child_order_id": units, "short": true });
        let ratio = |per: i64, child: i64, of: &str| json!({ "mode": "ratio", "first": 1, "last": 2, "child_order_id": of, "child_first": child, "per": per });
        let table: Vec<(&str, Value, &str)> = vec![
            (&cases, json!({ "mode": "by hand" }), "link_mode_unknown"),
            (&cases, json!({ "mode": "scan", "parent": 1 }), "items_missing"),
            (&cases, json!({ "mode": "scan", "children": [1] }), "label_missing"),
            (&cases, json!({ "mode": "scan", "parent": 1, "children": [1] }), "child_order_missing"),
            (&cases, json!({ "mode": "scan", "parent": 1, "children": [1], "child_order_id": "cod_x" }), "child_order_unknown"),
            (&cases, json!({ "mode": "scan", "parent": 1, "children": ["0000019T3KRQ9GCZA937"] }), "label_unknown"),
            (&cases, json!({ "mode": "scan", "parent": 1, "children": ["abc-def"] }), "mistyped_code"),
            (&cases, json!({ "mode": "scan", "parent": own, "children": [1], "child_order_id": units }), "foreign_code"),
            (&cases, scan(10, json!([1])), "outside_order"),
            (&cases, scan(1, json!([1, 61])), "outside_order"),
            (&cases, scan(1, json!([1, 2, own])), "same_label_twice"),
            (&cases, scan(1, json!([9, 10])), "item_dead"),
            (&cases, scan(9, json!([1, 2])), "case_dead"),
            (&cases, scan(1, json!([19, 20, 21])), "mixed_batches"),
            (&cases, scan(1, json!([1, 2, 3, 4, 5])), "count_differs_from_case"),
            (&cases, ratio(3, 1, &units), "count_differs_from_case"),
            (&cases, ratio(4, 3, &units), "item_dead"),
            (&cases, ratio(0, 1, &units), "per_unfit"),
            (&cases, ratio(4, 58, &units), "outside_order"),
            (&cases, json!({ "mode": "ratio", "child_order_id": units, "per": 4 }), "label_missing"),
            (&cases, json!({ "mode": "ratio", "first": 2, "last": 1, "child_order_id": units, "child_first": 1, "per": 4 }), "range_reversed"),
            (&cases, ratio(1, 5, &cases), "wrong_level"),
            (&cases, ratio(1, 1, &pallets), "wrong_level"),
            (&cases, ratio(1, 1, &lot), "wrong_level"),
            (&units, ratio(1, 1, &cases), "wrong_level"),
            (&lot, ratio(1, 1, &units), "wrong_level"),
            (&heavy, ratio(4, 41, &units), "two_levels_carry"),
            (&loaded, ratio(1, 1, &heavy), "two_levels_carry"),
            (&noodles, json!({ "mode": "scan", "parent": 1, "children": [1], "child_order_id": units }), "item_of_other_product"),
        ];
        for (order, input, code) in table {
            refuses(world.act("link", order, input).await, code);
        }
        assert_eq!(nesting::Entity::find().all(world.db.reader()).await.unwrap().len(), 0, "what is refused leaves nothing");
        refuses(world.act_as(world.stranger(), "link", &cases, scan(1, json!([1]))).await, "not_found");
        refuses(world.contents(&units, "1").await, "holds_nothing");
        // Levels further up and down count too.
        world.act("link", &cases, ratio(4, 41, &units)).await.unwrap();
        refuses(world.act("link", &cases, ratio(4, 49, &units)).await, "case_not_empty");
        refuses(world.act("link", &loaded, json!({ "mode": "scan", "parent": 1, "children": [1, 2], "child_order_id": cases, "short": true })).await, "two_levels_carry");
        world.act("link", &loaded, json!({ "mode": "scan", "parent": 1, "children": [3, 4], "child_order_id": cases, "short": true })).await.unwrap();
        refuses(world.act("link", &cases, json!({ "mode": "scan", "parent": 3, "children": [50], "child_order_id": units, "short": true })).await, "two_levels_carry");
        world.act("link", &pallets, json!({ "mode": "scan", "parent": 1, "children": [1, 2], "child_order_id": cases })).await.unwrap();
        assert_eq!(world.contents(&pallets, "1").await.unwrap().units, 8);
        world.sound().await;
    }

    async fn a_bundle_holds_what_a_case_may_not(engine: Engine) {
        let world = World::new(engine).await;
        world.batch("bat_2", 100_000, true).await;
        let units = world.ordered(json!({ "count": 40 })).await;
        let gifts = world.ordered(json!({ "count": 5, "kind": "case", "pack_id": null, "bundle": true })).await;
        world.bind(&units, 1, 10).await.unwrap();
        world.act("bind", &units, json!({ "first": 11, "last": 20, "batch_id": "bat_2" })).await.unwrap();
        world.act("link", &gifts, json!({ "mode": "scan", "parent": 1, "children": [9, 10, 11], "child_order_id": units })).await.unwrap();
        let inside = world.contents(&gifts, "1").await.unwrap();
        let lots: Vec<_> = inside.batches.iter().map(|b| (b.lot.as_deref().unwrap(), b.count)).collect();
        assert_eq!(lots, [("bat_1", 2), ("bat_2", 1)]);
        world.sound().await;
    }

    async fn the_dead_are_taken_out_and_a_void_case_lets_its_items_go(engine: Engine) {
        let world = World::new(engine).await;
        let units = world.ordered(json!({ "count": 40, "spare": 2 })).await;
        let cases = world.ordered(json!({ "count": 10, "kind": "case", "pack_id": null })).await;
        world.act("link", &cases, json!({ "mode": "ratio", "first": 1, "last": 10, "child_order_id": units, "child_first": 1, "per": 4 })).await.unwrap();
        let done = world.act("bind", &units, json!({ "first": 1, "last": 12, "batch_id": "bat_1", "damaged": [6] })).await.unwrap();
        assert_eq!(done["unlinked"], 1);
        assert_eq!(world.contents(&cases, "2").await.unwrap().items, 3);
        let done = world.act("void", &cases, json!({ "first": 1, "last": 2, "reason": "misprinted" })).await.unwrap();
        assert_eq!((done["codes"].as_i64(), done["unlinked"].as_i64()), (Some(2), Some(7)), "its items are let go and live");
        assert_eq!(world.shape(1).await, "1–5 bound、6–6 voided、7–12 bound、13–40 issued");
        world.act("link", &cases, json!({ "mode": "scan", "parent": 3, "children": [1, 2], "child_order_id": units })).await.unwrap();
        let done = world.act("return", &units, json!({ "first": 13, "last": 22 })).await.unwrap();
        assert_eq!(done["unlinked"], 10);
        let event = world.last_event().await;
        assert_eq!((event["kind"].as_str(), event["facts"]["unlinked"].as_i64()), (Some("codes.returned"), Some(10)));
        world.sound().await;
    }

    async fn two_boxes_race_for_one_item(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let units = world.ordered(json!({ "count": 60 })).await;
        let cases = world.ordered(json!({ "count": 30, "kind": "case", "pack_id": null })).await;
        let others = world.ordered(json!({ "count": 30, "kind": "case", "pack_id": null })).await;
        let tasks: Vec<_> = (0..20_i64)
            .map(|n| {
                let (world, units, order) = (world.clone(), units.clone(), if n % 2 == 0 { cases.clone() } else { others.clone() });
                tokio::spawn(async move {
                    let input = json!({ "mode": "scan", "parent": n + 1, "children": [n % 4 + 1, n + 10], "child_order_id": units });
                    world.act("link", &order, input).await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert!(failure.says("item_in_other_case"), "{failure}"),
            }
        }
        assert_eq!(won, 4, "each of the four was packed once");
        world.sound().await;
    }

    async fn an_item_that_dies_while_it_is_packed_is_in_no_case(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let units = world.ordered(json!({ "count": 40 })).await;
        let cases = world.ordered(json!({ "count": 20, "kind": "case", "pack_id": null })).await;
        let tasks: Vec<_> = (0..20_i64)
            .map(|n| {
                let (world, units, cases) = (world.clone(), units.clone(), cases.clone());
                tokio::spawn(async move {
                    let (at, linked) = (n / 2 * 4 + 1, n % 2 == 0);
                    if linked {
                        let items = json!([at, at + 1, at + 2, at + 3]);
                        world.act("link", &cases, json!({ "mode": "scan", "parent": n + 1, "children": items, "child_order_id": units })).await
                    } else {
                        world.act("void", &units, json!({ "first": at + 1, "last": at + 1, "reason": "damaged" })).await
                    }
                })
            })
            .collect();
        for task in tasks {
            if let Err(failure) = task.await.unwrap() {
                assert!(failure.says("item_dead"), "{failure}");
            }
        }
        world.sound().await;
    }
}
