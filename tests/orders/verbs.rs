//! The life of a roll of labels.

use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use yanzhao::entity::{batch, code_stat};
use yanzhao::kernel::clock::{DAY, HOUR, rfc3339};
use yanzhao::trace::queries::order as orders;

use crate::world::{NOW, World, put, refuses};

impl World {
    /// The code at a place, as printed.
    async fn code(&self, order: &str, sequence: i64) -> String {
        let print = orders::printable(&self.db, self.keys.as_ref(), &yanzhao::kernel::Actor::system(), order).await.unwrap();
        print.code_at(sequence).unwrap().grouped()
    }
    async fn scanned(&self, order_no: i64, seq: i64) {
        let row = code_stat::ActiveModel {
            order_no: Set(order_no),
            seq: Set(seq),
            sessions: Set(2),
            ring: Set("[]".to_owned()),
            ..Default::default()
        };
        put(&self.db, row).await;
    }
}

on_both_engines! {
    async fn a_roll_lives_from_print_to_use(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 105, "spare": 5 })).await.unwrap().id;
        let (first, last, spoilt) = (world.code(&id, 1).await, world.code(&id, 50).await.to_lowercase(), world.code(&id, 9).await);
        let input = json!({ "first": first, "last": last, "batch_id": "bat_1", "damaged": [spoilt, "12"] });
        let done = world.verb("bind", &id, input).await.unwrap();
        assert_eq!((done.first, done.last, done.codes, done.quota_left, done.spare_left), (1, 50, 50, 52, 3));
        assert_eq!(world.shape(1).await, "1–8 bound、9–9 voided、10–11 bound、12–12 voided、13–50 bound、51–105 issued");
        assert_eq!(world.figures().await, (52, 48, 0, 48));
        let event = world.last_event().await;
        assert_eq!((event["kind"].as_str(), event["facts"]["damaged"].clone()), (Some("codes.bound"), json!([9, 12])));

        world.verb("activate", &id, json!({ "first": 1, "last": 20 })).await.unwrap();
        let at = rfc3339(NOW + 2 * DAY);
        world.verb("activate", &id, json!({ "first": 21, "last": 30, "at": at })).await.unwrap();
        let shape = "1–8 active、9–9 voided、10–11 active、12–12 voided、13–20 active、21–30 scheduled、31–50 bound、51–105 issued";
        assert_eq!(world.shape(1).await, shape);
        let view = orders::order(&world.db, &world.producer().actor, NOW, &id).await.unwrap();
        assert_eq!((view.tally.active, view.tally.scheduled, view.tally.bound, view.tally.voided, view.tally.issued), (18, 10, 20, 2, 55));
        let later = orders::order(&world.db, &world.producer().actor, NOW + 2 * DAY, &id).await.unwrap();
        assert_eq!((later.tally.active, later.tally.scheduled), (28, 0), "its moment came");

        world.verb("undo", &id, json!({ "first": 1, "last": 8 })).await.unwrap();
        world.verb("undo", &id, json!({ "first": 1, "last": 8 })).await.unwrap();
        assert_eq!(world.figures().await, (60, 40, 0, 40));
        world.verb("return", &id, json!({ "first": 96, "last": 105, "counted": 10 })).await.unwrap();
        assert_eq!(world.figures().await, (50, 40, 0, 40));
        world.verb("void", &id, json!({ "first": 94, "last": 95, "reason": "lost", "note": "运输途中遗失" })).await.unwrap();
        assert_eq!(world.figures().await, (48, 40, 2, 40));
        world.verb("void", &id, json!({ "first": 45, "last": 50, "reason": "misprinted" })).await.unwrap();
        assert_eq!(world.figures().await, (51, 34, 5, 34), "three of six within the spare");
        assert_eq!(world.order_row(&id).await.spare_left, 0);
        let all = orders::order(&world.db, &world.producer().actor, NOW, &id).await.unwrap().tally;
        assert_eq!(all.issued + all.bound + all.scheduled + all.active + all.voided + all.returned, 105);
    }

    async fn labels_of_other_rolls_and_typing_errors_are_named(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 100, "spare": 5 })).await.unwrap().id;
        let other = world.order(json!({ "count": 10 })).await.unwrap().id;
        let (own, foreign) = (world.code(&id, 5).await, world.code(&other, 5).await);
        let never: String = {
            // The code after the last: right in form, of this order, never issued.
            let print = orders::printable(&world.db, world.keys.as_ref(), &yanzhao::kernel::Actor::system(), &id).await.unwrap();
            print.cipher.code(100).as_str().to_owned()
        };
        let mistyped = format!("{}{}", &own[..own.len() - 1], if own.ends_with('0') { '1' } else { '0' });
        let table: Vec<(Value, &str)> = vec![
            (json!({ "first": foreign, "last": 9 }), "foreign_code"),
            (json!({ "first": 1, "last": foreign }), "foreign_code"),
            (json!({ "first": 1, "last": 9, "damaged": [foreign] }), "foreign_code"),
            (json!({ "first": mistyped, "last": 9 }), "mistyped_code"),
            (json!({ "first": "第一枚", "last": 9 }), "mistyped_code"),
            (json!({ "first": "", "last": 9 }), "mistyped_code"),
            (json!({ "first": never, "last": 9 }), "unknown_code"),
            (json!({ "first": own, "last": own }), "same_label_twice"),
            (json!({ "first": 1, "last": 9, "damaged": [own, 5] }), "same_label_twice"),
            (json!({ "first": 9, "last": own }), "range_reversed"),
            (json!({ "first": 1, "last": 101 }), "outside_order"),
            (json!({ "first": -1, "last": 9 }), "outside_order"),
            (json!({ "first": 1, "last": 9, "damaged": [10] }), "damaged_outside"),
            (json!({ "first": 1, "last": 2, "damaged": [1, 2] }), "all_damaged"),
            (json!({ "first": 1, "last": 96 }), "over_quota"),
        ];
        for (mut input, code) in table {
            input["batch_id"] = json!("bat_1");
            refuses(world.verb("bind", &id, input).await, code);
        }
        world.verb("void", &id, json!({ "first": own, "last": own, "reason": "damaged" })).await.unwrap();
        assert_eq!(world.shape(1).await, "1–4 issued、5–5 voided、6–100 issued");
        refuses(world.verb_as(world.stranger(), "void", &id, json!({ "first": 1, "last": 1, "reason": "damaged" })).await, "not_found");
        refuses(world.verb("void", "cod_x", json!({ "first": 1, "last": 1, "reason": "damaged" })).await, "not_found");
    }

    async fn stretches_that_do_not_fit_are_named_with_their_places(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 70 })).await.unwrap().id;
        let void = |first: i64, last: i64, reason: &str| json!({ "first": first, "last": last, "reason": reason });
        world.bind(&id, 1, 30).await.unwrap();
        world.verb("activate", &id, json!({ "first": 1, "last": 10 })).await.unwrap();
        world.verb("activate", &id, json!({ "first": 11, "last": 12, "at": rfc3339(NOW + HOUR) })).await.unwrap();
        world.verb("void", &id, void(31, 32, "surplus")).await.unwrap();
        world.verb("return", &id, json!({ "first": 33, "last": 34 })).await.unwrap();
        for (first, last, code) in [
            (20, 40, "range_overlap"),
            (20, 25, "already_bound"),
            (31, 40, "range_gap"),
            (31, 32, "already_voided"),
            (33, 33, "already_returned"),
        ] {
            refuses(world.bind(&id, first, last).await, code);
        }
        let table = [(1, 10, "already_active"), (11, 12, "already_scheduled"), (1, 20, "range_overlap"), (35, 40, "not_bound")];
        for (first, last, code) in table {
            refuses(world.verb("activate", &id, json!({ "first": first, "last": last })).await, code);
        }
        refuses(world.verb("activate", &id, json!({ "first": 20, "last": 21, "at": rfc3339(NOW) })).await, "moment_passed");
        refuses(world.verb("activate", &id, json!({ "first": 20, "last": 21, "at": "明天" })).await, "moment_unreadable");
        refuses(world.verb("undo", &id, json!({ "first": 35, "last": 40 })).await, "nothing_to_undo");
        refuses(world.verb("undo", &id, json!({ "first": 5, "last": 30 })).await, "undo_mixed");
        refuses(world.verb("void", &id, void(5, 20, "damaged")).await, "second_person_needed");
        refuses(world.verb("void", &id, void(20, 21, "ordered_stop")).await, "reason_not_yours");
        refuses(world.verb("void", &id, void(20, 21, "batch_voided")).await, "reason_unknown");
        refuses(world.verb("void", &id, void(20, 21, "看着旧了")).await, "reason_unknown");
        refuses(world.verb("return", &id, json!({ "first": 35, "last": 40, "counted": 5 })).await, "count_differs");
        refuses(world.verb("return", &id, json!({ "first": 20, "last": 40 })).await, "range_overlap");
        world.scanned(1, 7).await;
        refuses(world.verb("undo", &id, json!({ "first": 5, "last": 10 })).await, "already_scanned");
        world.verb("undo", &id, json!({ "first": 8, "last": 10 })).await.unwrap();
        world.clock.advance(DAY + 1);
        refuses(world.verb("undo", &id, json!({ "first": 1, "last": 6 })).await, "undo_too_late");
        world.verb("undo", &id, json!({ "first": 11, "last": 12 })).await.expect("its moment came 23 hours ago");
        let officer = world.officer("officer", "130183");
        world.verb_as(officer, "void", &id, void(1, 12, "ordered_stop")).await.unwrap();
        assert_eq!(world.shape(1).await, "1–7 voided、8–12 voided、13–30 bound、31–32 voided、33–34 returned、35–70 issued");
        assert_eq!(world.figures().await.3, 25, "what was in use went out with its batch; what was not left it");
        let sample = world.order(json!({ "kind": "sample", "pack_id": null })).await.unwrap().id;
        refuses(world.bind(&sample, 1, 5).await, "sample_has_no_batch");
    }

    async fn a_batch_must_be_fit_and_released(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 100 })).await.unwrap().id;
        let bind = |batch: &str| json!({ "first": 1, "last": 10, "batch_id": batch });
        world.batch("bat_2", 50_000, false).await;
        let now = json!({ "first": 1, "last": 10 });
        refuses(world.verb("bind", &id, bind("bat_x")).await, "batch_unknown");
        refuses(world.verb("bind", &id, json!({ "first": 1, "last": 11, "batch_id": "bat_2" })).await, "batch_overdrawn");
        world.verb("bind", &id, bind("bat_2")).await.unwrap();
        refuses(world.verb("activate", &id, now.clone()).await, "batch_not_released");
        let change = |change: batch::ActiveModel| world.change_batch("bat_2", change);
        change(batch::ActiveModel { released_at: Set(Some(NOW)), hold_reason: Set(Some("待查".to_owned())), ..Default::default() }).await;
        refuses(world.verb("activate", &id, now.clone()).await, "batch_on_hold");
        refuses(world.verb("bind", &id, json!({ "first": 11, "last": 11, "batch_id": "bat_2" })).await, "batch_on_hold");
        let document = Set(Some("冀市监查〔2026〕3号".to_owned()));
        change(batch::ActiveModel { hold_reason: Set(None), hold_document: document, ..Default::default() }).await;
        refuses(world.verb("activate", &id, now.clone()).await, "batch_seized");
        change(batch::ActiveModel { hold_document: Set(None), state: Set("voided".to_owned()), ..Default::default() }).await;
        refuses(world.verb("activate", &id, now.clone()).await, "batch_voided");
        change(batch::ActiveModel { state: Set("released".to_owned()), ..Default::default() }).await;
        world.verb("activate", &id, now).await.unwrap();
        for (column, code) in [("product", "batch_of_other_product"), ("season", "batch_of_other_season"), ("producer", "batch_unknown")] {
            let name = format!("bat_{column}");
            world.batch(&name, 50_000, true).await;
            let mut row = batch::ActiveModel::default();
            match column {
                "product" => row.product_id = Set("pro_b".to_owned()),
                "season" => row.season = Set("2025".to_owned()),
                _ => row.producer_id = Set("org_q".to_owned()),
            }
            world.change_batch(&name, row).await;
            refuses(world.verb("bind", &id, json!({ "first": 20, "last": 21, "batch_id": name })).await, code);
        }
        let everybody = world.verb_as(
            { let mut desk = world.producer(); desk.actor = yanzhao::kernel::Actor::system(); desk },
            "bind", &id, json!({ "first": 20, "last": 21, "batch_id": "bat_producer" }),
        );
        refuses(everybody.await, "batch_of_other_producer");
    }

    async fn rows_changed_behind_the_back_stop_every_verb(engine: Engine) {
        let world = World::new(engine).await;
        let order = world.order(json!({ "count": 70 })).await.unwrap();
        world.bind(&order.id, 1, 30).await.unwrap();
        world.db.write(|tx| Box::pin(async move {
            use sea_orm::ConnectionTrait;
            tx.connection().execute_unprepared("UPDATE code_range SET last = 31 WHERE first = 1").await.map(drop).map_err(Into::into)
        })).await.unwrap();
        let failure = world.bind(&order.id, 40, 41).await.unwrap_err();
        assert_eq!(failure.code, "broken");
        assert!(failure.source.unwrap().contains("do not cover 1 to 70"));
    }
}
