//! An authority seals a batch, lets it go, or takes of it.

use serde_json::json;
use yanzhao::supervision::commands as supervision;
use yanzhao::supervision::seizures::seizures;
use yanzhao::trace::account::Bucket;

use crate::house::{BATCH, CODED, House, PACK, refuses};
use crate::orchard::KG;
use crate::support::on_both_engines;
use crate::support::world::act;

on_both_engines! {
    async fn two_officers_seal_and_two_release(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let (one, two) = (house.officer("one"), house.officer("two"));
        let id = house.propose(&one, &house.batch, "演示封〔2026〕1号").await.unwrap().id;
        house.send(house.labels(1, 1)).await.unwrap();
        let confirm = async |desk: &yanzhao::kernel::Desk| act!(world, desk, |tx, desk| supervision::confirm_seizure(tx, desk, &id), [id]);
        refuses(confirm(&one).await, "second_person_needed");
        let elsewhere = world.desk("far", None, yanzhao::kernel::Scope { divisions: vec!["130133".to_owned()], ..Default::default() });
        refuses(confirm(&elsewhere).await, "not_found");
        refuses(confirm(&house.orchard.member).await, "not_found");
        confirm(&two).await.unwrap();
        assert_eq!(house.batch_row(&house.batch).await.hold_document.as_deref(), Some("演示封〔2026〕1号"));
        refuses(house.send(house.labels(2, 2)).await, "batch_seized");
        refuses(confirm(&two).await, "already_decided");
        let other = house.seize(&house.batch, "演示封〔2026〕2号").await;
        assert_eq!(house.batch_row(&house.batch).await.hold_document.as_deref(), Some("演示封〔2026〕1号"), "the first one's number stays");
        house.propose_end(&one, &id, json!({ "outcome": "released" })).await.unwrap();
        refuses(house.confirm_end(&one, &id).await, "second_person_needed");
        assert!(house.batch_row(&house.batch).await.hold_document.is_some(), "a proposal to end it frees nobody");
        house.confirm_end(&two, &id).await.unwrap();
        assert_eq!(house.batch_row(&house.batch).await.hold_document.as_deref(), Some("演示封〔2026〕2号"), "another one still stands");
        house.propose_end(&two, &other.id, json!({ "outcome": "released" })).await.unwrap();
        house.confirm_end(&one, &other.id).await.unwrap();
        house.send(house.labels(2, 2)).await.unwrap();
        assert_eq!(house.account([Bucket::Released, Bucket::Seized]).await, [BATCH, 0]);
        house.balanced().await;
    }

    async fn what_is_confiscated_leaves_batch_and_account_to_the_gram(engine: Engine) {
        let house = House::new(engine).await;
        let (one, two) = (house.officer("one"), house.officer("two"));
        let id = house.seize(&house.batch, "演示封〔2026〕1号").await.id;
        let end = json!({ "outcome": "confiscated", "net_weight_g": 12_345, "codes": [{ "order_id": house.order, "first": 28, "last": 33 }] });
        house.propose_end(&one, &id, end).await.unwrap();
        let ended = house.confirm_end(&two, &id).await.unwrap();
        assert_eq!(ended.seized, 12_345 + 6 * PACK);
        assert_eq!(house.went().await, ((CODED - 6) * PACK, 0, 12_345 + 6 * PACK));
        assert_eq!(house.account([Bucket::Released, Bucket::Seized, Bucket::Burned]).await, [BATCH - 12_345 - 6 * PACK, 12_345 + 6 * PACK, 0]);
        assert_eq!(house.shape(&house.order).await, "1–27 active、28–33 voided、34–40 bound、41–60 issued");
        assert_eq!(house.batch_row(&house.batch).await.hold_document, None, "the rest is free again");
        house.balanced().await;
        house.send(house.labels(25, 36)).await.unwrap();
        house.balanced().await;
    }

    async fn an_end_that_does_not_fit_is_refused(engine: Engine) {
        let house = House::new(engine).await;
        let one = house.officer("one");
        let id = house.seize(&house.batch, "演示封〔2026〕1号").await.id;
        let other = house.another_batch("L2", 20 * KG).await;
        house.bind(&house.order, 41, 44, &other).await;
        let end = async |end| house.propose_end(&one, &id, end).await;
        refuses(end(json!({ "outcome": "confiscated" })).await, "seizure_takes_something");
        refuses(end(json!({ "outcome": "released", "net_weight_g": 1 })).await, "seizure_takes_nothing");
        refuses(end(json!({ "outcome": "sold", "net_weight_g": 1 })).await, "seizure_outcome_unknown");
        let refused = refuses(end(json!({ "outcome": "destroyed", "net_weight_g": 200 * KG + 1 })).await, "taken_not_loose");
        assert!(refused.fields[0].params.contains(&("right", "200 kg".to_owned())), "{refused}");
        refuses(end(json!({ "outcome": "destroyed", "codes": [{ "order_id": house.order, "first": 40, "last": 41 }] })).await, "taken_of_other_batch");
        refuses(end(json!({ "outcome": "destroyed", "codes": [{ "order_id": "cod_x", "first": 40, "last": 41 }] })).await, "shipment_order_unknown");
        let fresh = house.orchard.register(house.orchard.batch("L3", KG)).await.unwrap().id;
        let unreleased = house.seize(&fresh, "演示封〔2026〕3号").await.id;
        refuses(house.propose_end(&one, &unreleased, json!({ "outcome": "confiscated", "net_weight_g": 1 })).await, "seizure_before_release");
        let (scope, input) = (one.clone(), json!({ "batch_id": house.batch, "kind": "taken", "document_no": "", "ordered_by": "x", "reason": "y", "public_text": "z", "until": "2026-10-01" }));
        let input: supervision::SeizureInput = crate::house::read(input);
        let outcome = act!(house.orchard.world, scope, |tx, desk| supervision::propose_seizure(tx, desk, &input), [input]);
        for code in ["seizure_kind_unknown", "document_no_missing", "seizure_until_early"] {
            refuses(outcome.clone(), code);
        }
    }

    async fn codes_ordered_in_between_stop_a_confiscation_and_it_may_be_dropped(engine: Engine) {
        let house = House::new(engine).await;
        let (one, two) = (house.officer("one"), house.officer("two"));
        let id = house.seize(&house.batch, "演示封〔2026〕1号").await.id;
        house.propose_end(&one, &id, json!({ "outcome": "confiscated", "net_weight_g": 180 * KG })).await.unwrap();
        // Codes are ordered for nearly everything that is left on the account.
        house.order_codes("unit", 130).await;
        let refused = refuses(house.confirm_end(&two, &id).await, "taken_not_loose");
        assert!(refused.params.contains(&("right", "50 kg".to_owned())), "{refused}");
        let dropped = act!(house.orchard.world, two, |tx, desk| supervision::drop_seizure(tx, desk, &id), [id]).unwrap();
        assert_eq!((dropped.state.as_str(), dropped.outcome), ("in_force", None));
        house.propose_end(&two, &id, json!({ "outcome": "confiscated", "net_weight_g": 50 * KG })).await.unwrap();
        house.confirm_end(&one, &id).await.unwrap();
        assert_eq!(house.account([Bucket::Seized, Bucket::Free]).await, [50 * KG, 0]);
        house.balanced().await;
    }

    async fn overdue_is_said_and_frees_nobody(engine: Engine) {
        let house = House::new(engine).await;
        house.seize(&house.batch, "演示封〔2026〕1号").await;
        let world = &house.orchard.world;
        world.clock.advance(32 * yanzhao::kernel::clock::DAY);
        let listed = seizures(&world.db, &house.officer("one").actor, world.clock.today(), (None, None), None, 10).await.unwrap();
        assert_eq!((listed.len(), listed[0].overdue_days, listed[0].state.as_str()), (1, 3, "in_force"));
        refuses(house.send(house.labels(1, 1)).await, "batch_seized");
        assert!(seizures(&world.db, &house.orchard.member.actor, world.clock.today(), (Some("ended"), None), None, 10).await.unwrap().is_empty());
    }
}
