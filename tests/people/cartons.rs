//! Old cartons: a count somebody else approved, used up with what is sold in them.

use std::sync::Arc;

use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::carton::{CartonInput, CartonUse};
use yanzhao::trace::commands::batch::{ReleaseInput, release_batch};
use yanzhao::trace::commands::carton::{approve_cartons, propose_cartons, refuse_cartons, use_cartons};
use yanzhao::trace::queries::carton::{CartonView, carton};

use crate::events;
use crate::orchard::{KG, Orchard, codes, param};
use crate::support::on_both_engines;
use crate::support::world::act;

fn boxes(orchard: &Orchard, count: i64) -> CartonInput {
    CartonInput {
        product_id: orchard.product.clone(),
        name: "特级礼盒（旧版）".into(),
        net_weight_g: Some(5 * KG),
        count,
        use_until: "2026-12-31".into(),
        evidence: Some("印刷厂发票 0088".into()),
        ..CartonInput::default()
    }
}

async fn proposed(orchard: &Orchard, desk: &Desk, input: CartonInput) -> Outcome<CartonView> {
    act!(orchard.world, desk, |tx, desk| propose_cartons(tx, desk, &input), [input])
}

async fn approved(orchard: &Orchard, desk: &Desk, id: &str) -> Outcome<CartonView> {
    let id = id.to_owned();
    act!(orchard.world, desk, |tx, desk| approve_cartons(tx, desk, &id), [id])
}

async fn used(orchard: &Orchard, id: &str, count: i64, change: impl FnOnce(&mut CartonUse)) -> Outcome<CartonView> {
    let mut input = CartonUse { count, ..CartonUse::default() };
    change(&mut input);
    let id = id.to_owned();
    act!(orchard.world, orchard.member, |tx, desk| use_cartons(tx, desk, &id, &input), [id, input])
}

on_both_engines! {
    async fn cartons_count_down_with_what_is_sold_in_them(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let id = proposed(&orchard, &orchard.member, boxes(&orchard, 100)).await.unwrap().id;
        assert_eq!(codes(used(&orchard, &id, 1, |_| {}).await), ["cartons_not_approved"]);
        assert_eq!(codes(approved(&orchard, &orchard.member, &id).await), ["not_permitted"]);
        approved(&orchard, &orchard.office, &id).await.unwrap();
        assert_eq!(codes(approved(&orchard, &orchard.second, &id).await), ["already_decided"]);
        let before = events(&orchard).await;
        assert_eq!(used(&orchard, &id, 40, |_| {}).await.unwrap().used, 40);
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Uncoded]).await, [800 * KG, 200 * KG]);
        assert_eq!(events(&orchard).await, before + 1, "one act");
        let failure = used(&orchard, &id, 61, |_| {}).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "right").as_str()), ("cartons_used_up", "60"));
        assert_eq!(orchard.figures(&account.id, [Bucket::Uncoded]).await, [200 * KG], "and nothing was sold");
        assert_eq!(codes(used(&orchard, &id, 0, |_| {}).await), ["invalid_fields", "carton_count_unfit"]);
        assert_eq!(codes(used(&orchard, &id, 1, |u| u.happened_on = Some("2026-10-01".into())).await), ["invalid_fields", "late_reason_missing", "late_evidence_missing"]);
        orchard.balanced().await;
    }

    async fn goods_of_a_released_batch_go_out_in_them_too(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let id = proposed(&orchard, &orchard.member, boxes(&orchard, 100)).await.unwrap().id;
        approved(&orchard, &orchard.holder, &id).await.unwrap();
        let batch = orchard.register(orchard.batch("L1", 100 * KG)).await.unwrap().id;
        assert_eq!(codes(used(&orchard, &id, 1, |u| u.batch_id = Some(batch.clone())).await), ["batch_not_released"]);
        let (named, plain) = (batch.clone(), ReleaseInput::default());
        act!(orchard.world, orchard.member, |tx, desk| release_batch(tx, desk, &named, &plain), [named, plain]).unwrap();
        used(&orchard, &id, 15, |u| u.batch_id = Some(batch.clone())).await.unwrap();
        assert_eq!(orchard.figures(&account.id, [Bucket::Released, Bucket::Uncoded, Bucket::Remaining]).await, [25 * KG, 75 * KG, 900 * KG]);
        assert_eq!(codes(used(&orchard, &id, 6, |u| u.batch_id = Some(batch.clone())).await), ["batch_overdrawn"]);
        assert_eq!(codes(used(&orchard, &id, 1, |u| u.batch_id = Some("bat_none".into())).await), ["invalid_fields", "batch_unknown"]);
        orchard.balanced().await;
    }

    async fn after_the_last_day_it_is_recorded_and_flagged(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 1_000 * KG).await;
        let id = proposed(&orchard, &orchard.member, boxes(&orchard, 100)).await.unwrap().id;
        approved(&orchard, &orchard.office, &id).await.unwrap();
        orchard.world.clock.advance(90 * DAY);
        let today = orchard.world.clock.today();
        assert!(carton(&orchard.world.db, &orchard.member.actor, &id, today).await.unwrap().overdue);
        assert!(used(&orchard, &id, 100, |_| {}).await.unwrap().overdue, "what happened is written down");
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert_eq!(codes(carton(&orchard.world.db, &stranger.actor, &id, today).await), ["not_found"]);
    }

    async fn what_can_not_be_right_is_refused(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let bad = CartonInput { name: " ".into(), net_weight_g: None, count: 0, use_until: "2026-10-19".into(), evidence: None, ..boxes(&orchard, 1) };
        let expected = ["invalid_fields", "carton_name_missing", "amount_missing", "carton_count_unfit", "use_until_past", "evidence_missing"];
        assert_eq!(codes(proposed(&orchard, &orchard.member, bad).await), expected);
        let id = proposed(&orchard, &orchard.member, boxes(&orchard, 1)).await.unwrap().id;
        let refuse = async |reason: &'static str| {
            let id = id.clone();
            act!(orchard.world, orchard.office, |tx, desk| refuse_cartons(tx, desk, &id, reason), [id])
        };
        assert_eq!(codes(refuse("").await), ["invalid_fields", "reason_missing"]);
        assert_eq!(refuse("数量对不上").await.unwrap().state, "refused");
        let mine = proposed(&orchard, &orchard.office, CartonInput { producer_id: Some(orchard.producer.clone()), ..boxes(&orchard, 1) }).await.unwrap().id;
        assert_eq!(codes(approved(&orchard, &orchard.office, &mine).await), ["second_person_needed"]);
    }

    async fn the_last_carton_is_used_once(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let id = proposed(&orchard, &orchard.member, boxes(&orchard, 3)).await.unwrap().id;
        approved(&orchard, &orchard.office, &id).await.unwrap();
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let (orchard, id) = (orchard.clone(), id.clone());
                tokio::spawn(async move { used(&orchard, &id, 1, |_| {}).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert_eq!(failure.code, "cartons_used_up"),
            }
        }
        assert_eq!(won, 3);
        assert_eq!(orchard.figures(&account.id, [Bucket::Uncoded]).await, [15 * KG]);
        orchard.balanced().await;
    }
}
