//! Stops and recalls: two officers, competence, and what they block.

use serde_json::{Value, json};
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::supervision::{commands, queries};
use yanzhao::trace::queries::order as orders;
use yanzhao::trace::store::stop::{RecallRow, StopRow};

use crate::world::{World, read, refuses, write};

impl World {
    async fn stop(&self, desk: Desk, more: Value) -> Outcome<StopRow> {
        let mut whole = json!({ "scope": "batch", "subject_id": "bat_1", "category": "off_standard", "ordered_by": "市场监管局",
            "document_no": "市监停〔2026〕1号", "public_text": "抽检不合格，停止使用。" });
        for (name, value) in more.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let (input, keys, desk): (commands::StopInput, _, _) = (read(whole), &self.keys, &desk);
        write!(self, tx => [desk, keys, input] commands::propose_stop(tx, &desk, keys.as_ref(), &input))
    }
    async fn stop_step(&self, desk: Desk, step: &'static str, id: &str) -> Outcome<StopRow> {
        let (desk, id) = (&desk, &id.to_owned());
        write!(self, tx => [desk, id] async move {
            match step {
                "confirm" => commands::confirm_stop(tx, &desk, &id).await,
                "drop" => commands::drop_stop(tx, &desk, &id).await,
                "lift" => commands::propose_stop_lift(tx, &desk, &id, &lift()).await,
                _ => commands::confirm_stop_lift(tx, &desk, &id).await,
            }
        })
    }
    async fn recall(&self, desk: Desk, more: Value) -> Outcome<RecallRow> {
        let mut whole = json!({ "batch_id": "bat_1", "ordered_by": "市场监管局", "document_no": "市监追〔2026〕2号", "reason": "农残超标",
            "public_text": "请停止食用，联系购买处。" });
        for (name, value) in more.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let (input, desk): (commands::RecallInput, _) = (read(whole), &desk);
        write!(self, tx => [desk, input] commands::propose_recall(tx, &desk, &input))
    }
    async fn recall_step(&self, desk: Desk, step: &'static str, id: &str) -> Outcome<RecallRow> {
        let (desk, id) = (&desk, &id.to_owned());
        write!(self, tx => [desk, id] async move {
            match step {
                "confirm" => commands::confirm_recall(tx, &desk, &id).await,
                "drop" => commands::drop_recall(tx, &desk, &id).await,
                "lift" => commands::propose_recall_lift(tx, &desk, &id, &lift()).await,
                _ => commands::confirm_recall_lift(tx, &desk, &id).await,
            }
        })
    }
    fn one(&self) -> Desk {
        self.officer("officer1", "1301")
    }
    fn two(&self) -> Desk {
        self.officer("officer2", "130183")
    }
}

fn lift() -> commands::LiftInput {
    read(json!({ "document_no": "市监解〔2026〕3号", "public_text": "复检合格，解除。" }))
}

on_both_engines! {
    async fn a_stop_takes_two_officers_and_so_does_its_lifting(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 50 })).await.unwrap().id;
        let stop = world.stop(world.one(), json!({})).await.unwrap();
        assert_eq!((stop.state.as_str(), world.last_event().await["kind"].as_str()), ("proposed", Some("stop.proposed")));
        world.bind(&id, 1, 10).await.expect("a proposal changes nothing");
        refuses(world.stop_step(world.one(), "confirm", &stop.id).await, "second_person_needed");
        refuses(world.stop_step(world.officer("other", "130133"), "confirm", &stop.id).await, "not_found");
        let stop = world.stop_step(world.two(), "confirm", &stop.id).await.unwrap();
        assert_eq!((stop.state.as_str(), stop.confirmed_by.as_deref()), ("in_force", Some("officer2")));
        refuses(world.stop_step(world.two(), "confirm", &stop.id).await, "already_decided");
        refuses(world.stop_step(world.two(), "drop", &stop.id).await, "already_decided");
        refuses(world.verb("activate", &id, json!({ "first": 1, "last": 10 })).await, "use_stopped");
        refuses(world.bind(&id, 11, 20).await, "use_stopped");
        refuses(world.order(json!({ "batch_id": "bat_1" })).await, "use_stopped");
        world.order(json!({})).await.expect("other goods of the producer go on");
        let stop = world.stop_step(world.two(), "lift", &stop.id).await.unwrap();
        assert_eq!(stop.state, "lift_proposed");
        refuses(world.bind(&id, 11, 20).await, "use_stopped");
        refuses(world.stop_step(world.two(), "lifted", &stop.id).await, "second_person_needed");
        let stop = world.stop_step(world.one(), "lifted", &stop.id).await.unwrap();
        assert_eq!((stop.state.as_str(), stop.lift_text.as_deref()), ("lifted", Some("复检合格，解除。")));
        assert_eq!(world.last_event().await["facts"]["document_no"], "市监解〔2026〕3号");
        world.verb("activate", &id, json!({ "first": 1, "last": 10 })).await.unwrap();

        let dropped = world.stop(world.one(), json!({})).await.unwrap();
        world.stop_step(world.one(), "drop", &dropped.id).await.unwrap();
        refuses(world.stop_step(world.two(), "confirm", &dropped.id).await, "already_decided");
        for (actor, sees) in [(world.one(), 2), (world.producer(), 2), (world.stranger(), 0), (world.officer("other", "130133"), 0)] {
            let list = queries::stops(&world.db, &actor.actor, None, None, 10).await.unwrap();
            assert_eq!(list.len(), sees, "{}", actor.actor.account);
        }
        assert_eq!(queries::stops(&world.db, &world.one().actor, Some("lifted"), None, 10).await.unwrap()[0].id, stop.id);
    }

    async fn a_stop_covers_what_it_names(engine: Engine) {
        let world = World::new(engine).await;
        let order = world.order(json!({ "count": 50 })).await.unwrap();
        let id = order.id.as_str();
        world.bind(id, 1, 50).await.unwrap();
        let print = orders::printable(&world.db, world.keys.as_ref(), &world.one().actor, id).await.unwrap();
        let code = print.code_at(7).unwrap().grouped();
        let stop = world.stop(world.one(), json!({ "scope": "code", "code": code, "category": "clone" })).await.unwrap();
        assert_eq!((stop.order_no, stop.first, stop.last, stop.category.as_str()), (Some(1), Some(7), Some(7), "clone"));
        world.stop_step(world.two(), "confirm", &stop.id).await.unwrap();
        let activate = |first: i64, last: i64| world.verb("activate", id, json!({ "first": first, "last": last }));
        refuses(activate(5, 9).await, "use_stopped");
        activate(8, 9).await.unwrap();
        let stop = world.stop(world.one(), json!({ "scope": "range", "subject_id": id, "first": 20, "last": "29" })).await.unwrap();
        world.stop_step(world.two(), "confirm", &stop.id).await.unwrap();
        refuses(activate(29, 30).await, "use_stopped");
        activate(30, 31).await.unwrap();
        let stop = world.stop(world.one(), json!({ "scope": "order", "subject_id": id })).await.unwrap();
        world.stop_step(world.two(), "confirm", &stop.id).await.unwrap();
        refuses(activate(40, 40).await, "use_stopped");
        world.verb("undo", id, json!({ "first": 45, "last": 50 })).await.unwrap();
        refuses(world.bind(id, 45, 50).await, "use_stopped");
        world.order(json!({})).await.expect("a new order is another one");
        let stop = world.stop(world.one(), json!({ "scope": "producer", "subject_id": "org_p" })).await.unwrap();
        world.stop_step(world.two(), "confirm", &stop.id).await.unwrap();
        refuses(world.order(json!({})).await, "use_stopped");
        refuses(world.stop(world.two(), json!({ "scope": "product", "subject_id": "pro_a" })).await, "not_competent");
        world.stop(world.one(), json!({ "scope": "product", "subject_id": "pro_a" })).await.unwrap();
    }

    async fn a_wrong_stop_is_refused(engine: Engine) {
        let world = World::new(engine).await;
        let order = world.order(json!({ "count": 50 })).await.unwrap();
        let table: Vec<(Value, &str)> = vec![
            (json!({ "ordered_by": " " }), "ordered_by_missing"),
            (json!({ "document_no": "" }), "document_no_missing"),
            (json!({ "public_text": "长".repeat(501) }), "public_text_missing"),
            (json!({ "scope": "batch", "subject_id": "bat_x" }), "not_found"),
            (json!({ "scope": "producer", "subject_id": "org_x" }), "not_found"),
            (json!({ "scope": "order", "subject_id": null }), "subject_missing"),
            (json!({ "scope": "code" }), "subject_missing"),
            (json!({ "scope": "code", "code": "0K7M" }), "mistyped_code"),
            (json!({ "scope": "code", "code": "0K7M3Q250FT3BCKBFGHE" }), "unknown_code"),
            (json!({ "scope": "range", "subject_id": order.id }), "subject_missing"),
            (json!({ "scope": "range", "subject_id": order.id, "first": 9, "last": 8 }), "range_reversed"),
            (json!({ "scope": "range", "subject_id": order.id, "first": 9, "last": 51 }), "outside_order"),
        ];
        for (more, code) in table {
            refuses(world.stop(world.one(), more).await, code);
        }
        refuses(world.stop(world.producer(), json!({})).await, "not_found");
        refuses(world.stop(world.officer("other", "130133"), json!({})).await, "not_found");
        world.stop(world.officer("gaocheng", "130109"), json!({})).await.expect("the product's county is competent too");
    }

    async fn a_batch_is_recalled_once_and_by_its_own_word(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.order(json!({ "count": 50 })).await.unwrap().id;
        refuses(world.recall(world.one(), json!({ "kind": "recall" })).await, "recall_kind_unfit");
        refuses(world.recall(world.one(), json!({ "reason": "" })).await, "reason_missing");
        refuses(world.recall(world.officer("other", "130133"), json!({})).await, "not_found");
        let first = world.recall(world.one(), json!({})).await.unwrap();
        world.clock.advance(1);
        let second = world.recall(world.one(), json!({})).await.unwrap();
        assert_eq!((first.kind.as_str(), first.state.as_str()), ("take_back", "proposed"));
        world.bind(&id, 1, 10).await.unwrap();
        refuses(world.recall_step(world.one(), "confirm", &first.id).await, "second_person_needed");
        world.recall_step(world.two(), "confirm", &first.id).await.unwrap();
        assert_eq!(world.last_event().await["kind"], "recall.announced");
        refuses(world.recall_step(world.two(), "confirm", &second.id).await, "already_recalled");
        world.recall_step(world.two(), "drop", &second.id).await.unwrap();
        refuses(world.recall(world.one(), json!({})).await, "already_recalled");
        refuses(world.bind(&id, 11, 20).await, "batch_recalled");
        refuses(world.verb("activate", &id, json!({ "first": 1, "last": 10 })).await, "batch_recalled");
        world.recall_step(world.one(), "lift", &first.id).await.unwrap();
        refuses(world.recall_step(world.one(), "lifted", &first.id).await, "second_person_needed");
        refuses(world.bind(&id, 11, 20).await, "batch_recalled");
        world.recall_step(world.two(), "lifted", &first.id).await.unwrap();
        world.bind(&id, 11, 20).await.unwrap();
        let list = queries::recalls(&world.db, &world.two().actor, None, None, 10).await.unwrap();
        assert_eq!(list.iter().map(|r| r.steps.state.as_str()).collect::<Vec<_>>(), ["dropped", "lifted"]);
        assert!(queries::recalls(&world.db, &world.stranger().actor, None, None, 10).await.unwrap().is_empty());
    }
}
