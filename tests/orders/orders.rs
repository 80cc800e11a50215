//! Ordering, deciding, reading.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};
use yanzhao::entity::{batch, code_order, code_range, product};
use yanzhao::kernel::{Actor, Outcome};
use yanzhao::trace::commands::order;
use yanzhao::trace::queries::{code, order as orders};
use yanzhao::trace::{Code, LabelText};

use crate::world::{NOW, World, refuses, write};

impl World {
    async fn decide(&self, desk: yanzhao::kernel::Desk, id: &str, yes: bool) -> Outcome<code_order::Model> {
        let (keys, rules, id, desk) = (&self.keys, &self.rules, &id.to_owned(), &desk);
        write!(self, tx => [desk, keys, rules, id] async move {
            if yes {
                order::approve_order(tx, &desk, keys.as_ref(), &rules, &id).await
            } else {
                order::refuse_order(tx, &desk, &id, "数量与面积不符").await
            }
        })
    }
}

on_both_engines! {
    async fn an_order_reserves_and_pins_and_is_one_row(engine: Engine) {
        let world = World::new(engine).await;
        let row = world.order(json!({ "count": 100, "spare": 5, "with_pin": true })).await.unwrap();
        assert_eq!((row.state.as_str(), row.order_no, row.quota_left, row.spare_left, row.unit_amount), ("issued", 1, 95, 5, 5_000));
        assert_eq!(world.figures().await, (95, 0, 0, 0));
        assert_eq!(world.shape(1).await, "1–100 issued");
        assert_eq!(row.base_url, "https://gi.example.cn");
        let label: LabelText = serde_json::from_str(&row.label).unwrap();
        assert_eq!(label.above, ["晋州鸭梨"]);
        let event = world.last_event().await;
        assert_eq!((event["kind"].as_str(), event["facts"]["count"].as_i64()), (Some("code_order.issued"), Some(100)));
        assert_eq!(event["facts"]["key_sha256"], json!(row.key_sha256));
        assert_eq!(event["effects"], json!([
            { "effect": "move", "account": "sea_a", "from": "free", "to": "reserved", "amount": 475_000 },
            { "effect": "range", "order_no": 1, "first": 1, "last": 100, "state": "issued", "batch": null },
        ]));
        let view = orders::order(&world.db, &world.producer().actor, NOW, &row.id).await.unwrap();
        assert_eq!((view.tally.issued, view.ranges.len(), view.order.locator.as_ref().map(String::len)), (100, 1, Some(5)));
        assert_eq!(event["facts"]["locator"], json!(view.order.locator));
    }

    async fn an_order_for_a_batch_binds_all_but_the_spare_ones(engine: Engine) {
        let world = World::new(engine).await;
        let row = world.order(json!({ "product_id": null, "season": null, "batch_id": "bat_1", "count": 40, "spare": 2 })).await.unwrap();
        assert_eq!((row.product_id.as_str(), row.season.as_str(), row.quota_left, row.spare_left), ("pro_a", "2026", 0, 2));
        assert_eq!(world.shape(1).await, "1–38 bound、39–40 issued");
        assert_eq!(world.figures().await, (0, 38, 0, 38));
        assert_eq!(world.ranges(1).await[0].batch_id.as_deref(), Some("bat_1"));
        // 400 kg are 80 packs; 42 are left.
        let refusal = refuses(world.order(json!({ "batch_id": "bat_1", "count": 43 })).await, "batch_overdrawn");
        assert!(refusal.params.contains(&("left", "210 kg".to_owned())), "{refusal}");
        assert!(refusal.params.contains(&("codes", "42".to_owned())), "{refusal}");
        world.order(json!({ "batch_id": "bat_1", "count": 42 })).await.unwrap();
        assert_eq!(world.figures().await, (0, 80, 0, 80));
    }

    async fn ten_million_codes_are_one_row(engine: Engine) {
        let world = World::new(engine).await;
        for count in [10_i64, 10_000_000] {
            let row = world.order(json!({ "kind": "case", "count": count })).await.unwrap();
            let row = if count == 10 { row } else { world.decide(world.holder(), &row.id, true).await.unwrap() };
            assert_eq!((row.count, row.state.as_str()), (count, "issued"));
        }
        assert_eq!(code_order::Entity::find().all(world.db.reader()).await.unwrap().len(), 2);
        assert_eq!(code_range::Entity::find().all(world.db.reader()).await.unwrap().len(), 2);
        let last = world.order_row(&world.order(json!({ "kind": "batch" })).await.unwrap().id).await;
        assert_eq!(last.order_no, 3);
        let found = code_order::Entity::find_by_id(2).one(world.db.reader()).await.unwrap().unwrap();
        let print = orders::printable(&world.db, world.keys.as_ref(), &Actor::system(), &found.id).await.unwrap();
        let code = print.code_at(10_000_000).unwrap();
        assert_eq!((print.sequence_of(&code), print.code_at(10_000_001)), (Some(10_000_000), None));
        assert_eq!(code::resolve(&world.db, world.keys.as_ref(), code.locator()).await.unwrap().unwrap().order_no, 2);
    }

    async fn the_balance_is_the_limit(engine: Engine) {
        let world = World::new(engine).await;
        world.order(json!({ "count": 150 })).await.unwrap();
        let refusal = refuses(world.order(json!({ "count": 51 })).await, "balance_exceeded");
        assert_eq!(refusal.params, [("asked", "255 kg".to_owned()), ("free", "250 kg".to_owned()), ("codes", "50".to_owned())]);
        world.order(json!({ "count": 50 })).await.unwrap();
        refuses(world.order(json!({ "count": 1 })).await, "balance_exceeded");
        world.order(json!({ "kind": "sample", "pack_id": null, "count": 500 })).await.unwrap();
        assert_eq!(world.figures().await, (200, 0, 0, 0));
        refuses(world.order(json!({ "count": 1, "season": "2025" })).await, "no_season_account");
    }

    async fn above_the_limit_a_second_person_decides(engine: Engine) {
        let mut world = World::new(engine).await;
        world.rules.issue_limit = 20;
        let row = world.order(json!({ "count": 42, "spare": 2 })).await.unwrap();
        assert_eq!((row.state.as_str(), row.locator, row.key_wrapped.clone(), row.issued_at), ("proposed", None, None, None));
        assert_eq!((world.figures().await, world.shape(1).await.as_str()), ((40, 0, 0, 0), ""));
        assert_eq!(world.last_event().await["kind"], "code_order.proposed");
        refuses(world.bind(&row.id, 1, 5).await, "order_not_issued");
        refuses(orders::printable(&world.db, world.keys.as_ref(), &world.producer().actor, &row.id).await, "order_not_issued");
        refuses(world.decide(world.producer(), &row.id, true).await, "second_person_needed");
        refuses(world.decide(world.stranger(), &row.id, true).await, "not_found");
        let row = world.decide(world.officer("office", "1301"), &row.id, true).await.unwrap();
        assert_eq!((row.state.as_str(), row.decided_by.as_deref(), row.locator.is_some()), ("issued", Some("office"), true));
        assert_eq!((world.figures().await, world.shape(1).await.as_str()), ((40, 0, 0, 0), "1–42 issued"));
        refuses(world.decide(world.holder(), &row.id, true).await, "already_decided");

        let row = world.order(json!({ "count": 30, "batch_id": "bat_1" })).await.unwrap();
        assert_eq!(world.figures().await, (70, 0, 0, 0));
        let row = world.decide(world.holder(), &row.id, false).await.unwrap();
        assert_eq!((row.state.as_str(), row.decision_reason.as_deref(), row.quota_left), ("refused", Some("数量与面积不符"), 0));
        assert_eq!(world.figures().await, (40, 0, 0, 0));
        refuses(world.decide(world.officer("office", "1301"), &row.id, true).await, "already_decided");

        let row = world.order(json!({ "count": 30, "batch_id": "bat_1" })).await.unwrap();
        world.decide(world.holder(), &row.id, true).await.unwrap();
        assert_eq!((world.figures().await, world.shape(3).await.as_str()), ((40, 30, 0, 30), "1–30 bound"));
    }

    async fn beyond_what_may_be_on_hand_a_second_person_decides(engine: Engine) {
        let world = World::new(engine).await;
        let limited = world.db.write(|tx| {
            Box::pin(async move {
                let limit = product::ActiveModel { id: Set("pro_a".to_owned()), on_hand_limit: Set(Some(60)), ..Default::default() };
                limit.update(tx.connection()).await.map(drop).map_err(yanzhao::kernel::Failure::from)
            })
        });
        limited.await.unwrap();
        let first = world.order(json!({ "count": 40 })).await.unwrap();
        assert_eq!(first.state, "issued");
        // What is on goods is not on hand: a batch's labels but the spare ones, and a segment once it is bound. Samples are no labels of goods.
        assert_eq!(world.order(json!({ "batch_id": "bat_1", "count": 30, "spare": 1 })).await.unwrap().state, "issued");
        assert_eq!(world.order(json!({ "kind": "sample", "pack_id": null, "count": 500 })).await.unwrap().state, "issued");
        let actor = world.producer().actor;
        let hand = orders::hand(&world.db, actor.organisation_id.as_deref().unwrap(), "pro_a").await.unwrap().unwrap();
        assert_eq!((hand.on_hand, hand.limit), (41, 60));
        let waits = world.order(json!({ "count": 20 })).await.unwrap();
        assert_eq!(waits.state, "proposed", "41 and 20 are more than 60");
        let facts = world.last_event().await["facts"].clone();
        assert_eq!((facts["on_hand"].as_i64(), facts["on_hand_limit"].as_i64()), (Some(41), Some(60)));
        assert_eq!(world.order(json!({ "count": 19 })).await.unwrap().state, "issued", "just what may be");
        world.bind(&first.id, 1, 40).await.unwrap();
        assert_eq!(world.order(json!({ "count": 5 })).await.unwrap().state, "issued", "bound ones are on goods");
        assert_eq!(world.decide(world.holder(), &waits.id, true).await.unwrap().state, "issued");
    }

    async fn every_wrong_order_has_its_own_refusal(engine: Engine) {
        let world = World::new(engine).await;
        world.batch("bat_held", 1_000, true).await;
        let held = batch::ActiveModel { state: Set("on_hold".to_owned()), hold_reason: Set(Some("待查".to_owned())), ..Default::default() };
        world.change_batch("bat_held", held).await;
        world.batch("bat_seized", 1_000, true).await;
        let seized = batch::ActiveModel { hold_document: Set(Some("查封〔2026〕1号".to_owned())), ..Default::default() };
        world.change_batch("bat_seized", seized).await;
        world.batch("bat_void", 1_000, true).await;
        world.change_batch("bat_void", batch::ActiveModel { state: Set("voided".to_owned()), ..Default::default() }).await;
        world.batch("bat_old", 1_000, true).await;
        world.change_batch("bat_old", batch::ActiveModel { season: Set("2025".to_owned()), ..Default::default() }).await;
        world.batch("bat_q", 1_000, true).await;
        world.change_batch("bat_q", batch::ActiveModel { producer_id: Set("org_q".to_owned()), ..Default::default() }).await;
        let table: Vec<(Value, &str)> = vec![
            (json!({ "count": 0 }), "count_out_of_range"),
            (json!({ "count": 16_777_217 }), "count_out_of_range"),
            (json!({ "count": 100, "spare": 6 }), "spare_too_many"),
            (json!({ "count": 10, "spare": -1 }), "spare_too_many"),
            (json!({ "pack_id": null }), "pack_missing"),
            (json!({ "pack_id": "pac_x" }), "pack_unfit"),
            (json!({ "product_id": "pro_b" }), "pack_unfit"),
            (json!({ "product_id": null }), "product_missing"),
            (json!({ "product_id": "pro_x" }), "product_unknown"),
            (json!({ "season": null }), "season_missing"),
            (json!({ "season": "  " }), "season_missing"),
            (json!({ "kind": "sample", "batch_id": "bat_1" }), "sample_has_no_batch"),
            (json!({ "batch_id": "bat_x" }), "batch_unknown"),
            (json!({ "batch_id": "bat_held" }), "batch_on_hold"),
            (json!({ "batch_id": "bat_seized" }), "batch_seized"),
            (json!({ "batch_id": "bat_void" }), "batch_voided"),
            (json!({ "batch_id": "bat_old" }), "batch_of_other_season"),
            (json!({ "batch_id": "bat_q", "producer_id": "org_p" }), "batch_unknown"),
            (json!({ "batch_id": "bat_q" }), "batch_unknown"),
            (json!({ "batch_id": "bat_1", "product_id": "pro_b", "kind": "case", "pack_id": null }), "batch_of_other_product"),
            (json!({ "producer_id": "org_q" }), "not_found"),
            (json!({ "producer_id": "org_x" }), "not_found"),
        ];
        for (more, code) in table {
            refuses(world.order(more).await, code);
        }
        refuses(world.order_as(world.officer("office", "1301"), json!({})).await, "producer_missing");
        let both = world.order_as(world.officer("office", "1301"), json!({ "batch_id": "bat_q", "producer_id": "org_p" })).await;
        refuses(both, "batch_unknown");
        refuses(world.order_as(world.stranger(), json!({})).await, "pack_unfit");
        refuses(world.order_as(world.stranger(), json!({ "kind": "case", "pack_id": null })).await, "no_mark_use_in_force");
        assert_eq!(world.figures().await, (0, 0, 0, 0));
        assert_eq!(code_order::Entity::find().all(world.db.reader()).await.unwrap(), []);
        let all = yanzhao::ledger::head(world.db.reader()).await.unwrap();
        assert_eq!(all.size(), 0, "what is refused leaves no event");
    }

    async fn a_suspended_mark_use_blocks_orders_on_its_days_only(engine: Engine) {
        let world = World::new(engine).await;
        world.suspend("2026-11-18", Some("2026-11-20")).await;
        for _ in 0..3 {
            refuses(world.order(json!({})).await, "no_mark_use_in_force");
            refuses(world.order(json!({ "kind": "sample", "pack_id": null })).await, "no_mark_use_in_force");
            world.clock.advance(yanzhao::kernel::clock::DAY);
        }
        world.order(json!({})).await.unwrap();
        world.suspend("2026-12-01", None).await;
        world.order(json!({})).await.unwrap();
        world.clock.advance(30 * yanzhao::kernel::clock::DAY);
        refuses(world.order(json!({})).await, "no_mark_use_in_force");
    }

    async fn a_locator_that_is_taken_is_drawn_again(engine: Engine) {
        let world = World::new(engine).await;
        let again = |seed| {
            let mut desk = world.producer();
            desk.random = yanzhao::kernel::Random::seeded(seed);
            desk
        };
        let first = world.order_as(again(5), json!({})).await.unwrap();
        world.clock.advance(1);
        let second = world.order_as(again(5), json!({})).await.unwrap();
        assert_eq!(first.id[16..], second.id[16..], "both drew the same bytes");
        assert_ne!(first.locator, second.locator);
    }

    async fn everybody_sees_what_is_in_reach(engine: Engine) {
        let world = World::new(engine).await;
        let first = world.order(json!({})).await.unwrap();
        world.clock.advance(5);
        let second = world.order(json!({ "kind": "case" })).await.unwrap();
        let none = orders::OrderFilter::default();
        for (desk, sees) in [
            (world.producer(), 2),
            (world.officer("county", "130183"), 2),
            (world.officer("gaocheng", "130109"), 2),
            (world.officer("city", "1301"), 2),
            (world.officer("other", "130133"), 0),
            (world.holder(), 2),
            (world.stranger(), 0),
        ] {
            let list = orders::orders(&world.db, &desk.actor, &none, None, 10).await.unwrap();
            assert_eq!(list.len(), sees, "{}", desk.actor.account);
            let one = orders::order(&world.db, &desk.actor, NOW, &first.id).await;
            assert_eq!(one.is_ok(), sees > 0, "{}", desk.actor.account);
        }
        let actor = world.producer().actor;
        let newest = orders::orders(&world.db, &actor, &none, None, 1).await.unwrap();
        assert_eq!(newest[0].id, second.id);
        let next = orders::orders(&world.db, &actor, &none, Some(&second.id), 10).await.unwrap();
        assert_eq!(next.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), [first.id.as_str()]);
        let issued = orders::OrderFilter { state: Some("proposed".to_owned()), ..none };
        assert!(orders::orders(&world.db, &actor, &issued, None, 10).await.unwrap().is_empty());
    }

    async fn a_code_is_placed_for_staff(engine: Engine) {
        let world = World::new(engine).await;
        let order = world.order(json!({ "batch_id": "bat_1", "count": 20, "spare": 1 })).await.unwrap();
        let keys = world.keys.as_ref();
        let print = orders::printable(&world.db, keys, &world.producer().actor, &order.id).await.unwrap();
        assert_eq!((print.count, print.base_url.as_str(), print.order_no), (20, "https://gi.example.cn", 1));
        let typed = print.code_at(7).unwrap().grouped().to_lowercase();
        let view = code::code_view(&world.db, keys, &world.officer("county", "130183").actor, NOW, &typed).await.unwrap();
        assert_eq!((view.sequence, view.range.state, view.product.as_str()), (7, "bound", "晋州鸭梨"));
        assert_eq!(view.batch.unwrap().lot, "bat_1");
        assert!(view.stat.is_none());
        refuses(code::code_view(&world.db, keys, &world.stranger().actor, NOW, &typed).await, "not_found");
        refuses(code::code_view(&world.db, keys, &Actor::system(), NOW, "0K7M 3Q25").await, "mistyped_code");
        let foreign = Code::parse("0K7M3Q250FT3BCKBFGHE").unwrap();
        refuses(code::code_view(&world.db, keys, &Actor::system(), NOW, foreign.as_str()).await, "not_found");
        assert!(code::resolve(&world.db, keys, foreign.locator()).await.unwrap().is_none());
        assert_eq!(code::issued_since(&world.db, keys, NOW).await.unwrap().len(), 1);
        assert!(code::issued_since(&world.db, keys, NOW + 1).await.unwrap().is_empty());
    }
}
