//! Counting an order out: what is missing is said, what is left is voided, returned or carried.

use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;
use yanzhao::entity::{product, season_account};
use yanzhao::kernel::Failure;
use yanzhao::kernel::quantity::BaseUnit;
use yanzhao::trace::queries::order as orders;

use crate::world::{NOW, PACK, World, refuses};

impl World {
    async fn allow_carrying(&self) {
        self.db
            .write(|tx| {
                Box::pin(async move {
                    let row = product::ActiveModel {
                        id: sea_orm::Set("pro_a".to_owned()),
                        carry_labels: sea_orm::Set(true),
                        ..Default::default()
                    };
                    row.update(tx.connection()).await.map(drop).map_err(Failure::from)
                })
            })
            .await
            .unwrap();
    }
    async fn of_account(&self, id: &str) -> (i64, i64, i64) {
        let row = season_account::Entity::find_by_id(id).one(self.db.reader()).await.unwrap().unwrap();
        (row.reserved / PACK, row.coded / PACK, row.burned / PACK)
    }
}

on_both_engines! {
    async fn an_order_closes_when_every_label_is_accounted_for(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.ordered(json!({ "count": 105, "spare": 5 })).await;
        world.bind(&id, 1, 60).await.unwrap();
        world.act("activate", &id, json!({ "first": 1, "last": 50 })).await.unwrap();
        world.act("void", &id, json!({ "first": 61, "last": 62, "reason": "damaged" })).await.unwrap();
        let at = orders::order(&world.db, &world.producer().actor, NOW, &id).await.unwrap().labels;
        assert_eq!((at.printed, at.on_hand, at.bound, at.active, at.voided, at.returned), (105, 43, 10, 50, 2, 0));
        assert_eq!(at.printed, at.on_hand + at.bound + at.active + at.voided + at.returned);
        let few = refuses(world.act("close", &id, json!({ "on_hand": 40, "leftovers": "return" })).await, "on_hand_differs");
        assert_eq!(few.params.iter().map(|p| p.1.as_str()).collect::<Vec<_>>(), ["40", "43", "3"]);
        refuses(world.act("close", &id, json!({ "on_hand": 44, "leftovers": "return" })).await, "on_hand_more");
        world.act("void", &id, json!({ "first": 103, "last": 105, "reason": "lost" })).await.unwrap();
        refuses(world.act("close", &id, json!({ "on_hand": 40 })).await, "leftovers_missing");
        refuses(world.act("close", &id, json!({ "on_hand": 40, "leftovers": "burn" })).await, "leftovers_unknown");
        refuses(world.act("close", &id, json!({ "on_hand": 40, "leftovers": "carry" })).await, "carry_not_allowed");
        refuses(world.act_as(world.stranger(), "close", &id, json!({ "on_hand": 40, "leftovers": "return" })).await, "not_found");
        assert_eq!(world.figures().await, (37, 60, 3, 60));
        let done = world.act("close", &id, json!({ "on_hand": 40, "leftovers": "return", "note": "年底盘点" })).await.unwrap();
        assert_eq!(done["state"], "closed");
        assert_eq!(world.figures().await, (0, 60, 3, 60), "what was counted back is free");
        assert_eq!(world.last_event().await["kind"], "code_order.closed");
        for (verb, input) in [
            ("bind", json!({ "first": 70, "last": 71, "batch_id": "bat_1" })),
            ("undo", json!({ "first": 55, "last": 56 })),
            ("void", json!({ "first": 55, "last": 56, "reason": "damaged" })),
            ("return", json!({ "first": 70, "last": 71 })),
            ("close", json!({ "on_hand": 0 })),
        ] {
            refuses(world.act(verb, &id, input).await, "order_closed");
        }
        world.act("activate", &id, json!({ "first": 51, "last": 60 })).await.unwrap();
        world.act_as(world.officer("officer", "1301"), "void", &id, json!({ "first": 1, "last": 2, "reason": "ordered_stop" })).await.unwrap();
        // Goods that come back get labels of another order.
        let fresh = world.ordered(json!({ "count": 10 })).await;
        let repack = json!({ "first": 3, "last": 6, "with_order_id": fresh, "with_first": 1, "with_last": 4, "reason": "退货换箱" });
        world.act("relabel", &id, repack.clone()).await.unwrap();
        world.act("close", &fresh, json!({ "on_hand": 6, "leftovers": "void" })).await.unwrap();
        let mut again = repack;
        again["first"] = json!(7);
        again["last"] = json!(8);
        again["with_first"] = json!(5);
        again["with_last"] = json!(6);
        refuses(world.act("relabel", &id, again).await, "order_closed");
        world.sound().await;
    }

    async fn leftovers_go_on_into_the_next_season_where_the_rule_allows_it(engine: Engine) {
        let world = World::new(engine).await;
        world.allow_carrying().await;
        let id = world.ordered(json!({ "count": 105, "spare": 5 })).await;
        world.bind(&id, 1, 60).await.unwrap();
        let carry = json!({ "on_hand": 45, "leftovers": "carry" });
        refuses(world.act("close", &id, carry.clone()).await, "carry_no_account");
        world.account("sea_b", "org_p", "pro_a", "2027", 39 * PACK).await;
        let lacking = refuses(world.act("close", &id, carry.clone()).await, "carry_lacks_balance");
        let asked = BaseUnit::G.show(40 * PACK);
        assert!(lacking.params.iter().any(|p| p.1 == asked) && lacking.params.iter().any(|p| p.1 == "39"), "{lacking}");
        assert_eq!(world.of_account("sea_a").await, (40, 60, 0), "what is refused changes nothing");
        world.act("void", &id, json!({ "first": 100, "last": 101, "reason": "lost" })).await.unwrap();
        let done = world.act("close", &id, json!({ "on_hand": 43, "leftovers": "carry" })).await.unwrap();
        assert_eq!((done["state"].as_str(), done["season"].as_str()), (Some("issued"), Some("2027")));
        assert_eq!((world.of_account("sea_a").await, world.of_account("sea_b").await), ((0, 60, 2), (38, 0, 0)));
        let row = world.order_row(&id).await;
        assert_eq!((row.first_season.as_deref(), row.account_id.as_deref(), row.on_hand), (Some("2026"), Some("sea_b"), Some(43)));
        let event = world.last_event().await;
        assert_eq!((event["kind"].as_str(), event["facts"]["from_season"].as_str()), (Some("code_order.carried"), Some("2026")));
        world.sound().await;
        // What was bound in the old season stays on its account, whatever happens to it.
        refuses(world.bind(&id, 61, 62).await, "batch_of_other_season");
        world.act("void", &id, json!({ "first": 1, "last": 8, "reason": "misprinted" })).await.unwrap();
        assert_eq!((world.of_account("sea_a").await, world.of_account("sea_b").await), ((0, 52, 10), (38, 0, 0)), "the spare is of the new season now");
        world.sound().await;
    }

    async fn what_is_spoilt_beyond_the_spare_comes_back_only_by_a_second_person(engine: Engine) {
        let world = World::new(engine).await;
        let id = world.ordered(json!({ "count": 105, "spare": 5 })).await;
        world.bind(&id, 1, 20).await.unwrap();
        let void = |first: i64, last: i64, evidence: Option<&str>| json!({ "first": first, "last": last, "reason": "damaged", "evidence": evidence });
        let within = world.act("void", &id, void(101, 103, Some("照片 17"))).await.unwrap();
        assert_eq!(within.get("claims"), None, "within the spare nothing is to be claimed");
        world.act("void", &id, void(98, 100, None)).await.unwrap();
        assert_eq!(world.of_account("sea_a").await, (79, 20, 1), "beyond it and without evidence it is gone");
        let beyond = world.act("void", &id, void(11, 16, Some("照片 18"))).await.unwrap();
        let claim = beyond["claims"][0].as_str().unwrap().to_owned();
        assert_eq!((beyond["claims"].as_array().unwrap().len(), world.of_account("sea_a").await), (1, (79, 14, 7)));
        refuses(world.act("confirm damage", &claim, json!({})).await, "second_person_needed");
        refuses(world.act_as(world.stranger(), "confirm damage", &claim, json!({})).await, "not_found");
        refuses(world.act_as(world.officer("office", "130183"), "refuse damage", &claim, json!({})).await, "reason_missing");
        let mut colleague = world.producer();
        colleague.actor.account_id = "colleague".to_owned();
        let done = world.act_as(colleague.clone(), "confirm damage", &claim, json!({})).await.unwrap();
        assert_eq!((done["state"].as_str(), done["codes"].as_i64(), done["quantity"].as_i64()), (Some("confirmed"), Some(6), Some(30_000)));
        assert_eq!(world.of_account("sea_a").await, (79, 14, 1));
        refuses(world.act_as(colleague, "confirm damage", &claim, json!({})).await, "already_decided");
        let lost = json!({ "first": 90, "last": 91, "reason": "lost", "evidence": "照片 19" });
        assert_eq!(world.act("void", &id, lost).await.unwrap().get("claims"), None, "what is lost never comes back");
        let again = world.act("void", &id, void(92, 92, Some("照片 20"))).await.unwrap();
        let claim = again["claims"][0].as_str().unwrap().to_owned();
        world.act_as(world.officer("office", "130183"), "refuse damage", &claim, json!({ "reason": "照片看不清" })).await.unwrap();
        assert_eq!(world.of_account("sea_a").await, (76, 14, 4));
        world.sound().await;
    }
}
