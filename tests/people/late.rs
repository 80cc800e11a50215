//! Late entries: a reason, a slip and a second person; never refused for lateness.

use std::sync::Arc;

use yanzhao::kernel::Outcome;
use yanzhao::kernel::clock::DAY;
use yanzhao::trace::account::Bucket;
use yanzhao::trace::batch::{BatchInput, BatchPatch};
use yanzhao::trace::commands::batch::{ReleaseInput, register_batch, release_batch};
use yanzhao::trace::commands::correct::correct_batch;
use yanzhao::trace::commands::delivery::cover_delivery;
use yanzhao::trace::commands::late::{confirm_late_entry, dispute_late_entry};
use yanzhao::trace::commands::movement::{MovementInput, record_movement};
use yanzhao::trace::delivery::DeliveryInput;
use yanzhao::trace::late::LateFilter;
use yanzhao::trace::queries::delivery::delivery;
use yanzhao::trace::queries::late::{LateEntryView, late_entries, late_entry};

use crate::events;
use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::act;

fn late_delivery(orchard: &Orchard, grower: &str, weight: i64) -> DeliveryInput {
    DeliveryInput {
        delivered_on: "2026-10-01".into(),
        late_reason: Some("村里没有信号".into()),
        late_evidence: Some("过磅单 0231".into()),
        ..orchard.delivery(grower, weight)
    }
}

/// The one late entry there is.
async fn only(orchard: &Orchard) -> LateEntryView {
    let (mut all, _) = late_entries(&orchard.world.db, &orchard.office.actor, &LateFilter::default(), None, None).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn confirmed(orchard: &Orchard, desk: &yanzhao::kernel::Desk, id: &str) -> Outcome<LateEntryView> {
    let id = id.to_owned();
    act!(orchard.world, desk, |tx, desk| confirm_late_entry(tx, desk, &id), [id])
}

on_both_engines! {
    async fn a_late_delivery_is_covered_when_somebody_else_confirms_it(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 5_000 * KG).await;
        let view = orchard.deliver(late_delivery(&orchard, &grower, 1_200 * KG)).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending"), view.late_state.as_deref()), (0, 1_200 * KG, Some("waiting")));
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Pending]).await, [5_000 * KG, 1_200 * KG]);
        let entry = only(&orchard).await;
        assert_eq!((entry.act.as_str(), entry.days, entry.evidence.as_str(), entry.subject_id.as_str()), ("delivery", 19, "过磅单 0231", view.id.as_str()));
        let id = view.id.clone();
        assert_eq!(codes(act!(world, orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id])), ["late_entry_waiting"]);
        assert!(codes(orchard.register(orchard.batch_of("L1", &view.id, KG)).await).contains(&"delivery_overdrawn"), "it can't be coded");
        assert_eq!(codes(confirmed(&orchard, &orchard.member, &entry.id).await), ["second_person_needed"]);
        let stranger = world.member("stranger", &world.organisation("外县", "130133").await);
        assert_eq!(codes(confirmed(&orchard, &stranger, &entry.id).await), ["not_found"]);
        assert_eq!(codes(late_entry(&world.db, &stranger.actor, &entry.id).await), ["not_found"]);
        let colleague = world.member("colleague", &orchard.producer);
        assert_eq!(confirmed(&orchard, &colleague, &entry.id).await.unwrap().state, "confirmed");
        let now = delivery(&world.db, &orchard.member.actor, &view.id).await.unwrap();
        assert_eq!((now.figure("covered"), now.figure("pending"), now.late_state.as_deref()), (1_200 * KG, 0, Some("confirmed")));
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered, Bucket::Pending]).await, [3_800 * KG, 1_200 * KG, 0]);
        assert_eq!(codes(confirmed(&orchard, &orchard.office, &entry.id).await), ["already_decided"]);
        orchard.balanced().await;
    }

    async fn a_week_late_is_only_marked(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 5_000 * KG).await;
        let view = orchard.deliver(DeliveryInput { delivered_on: "2026-10-13".into(), ..orchard.delivery(&grower, KG) }).await.unwrap();
        assert_eq!((view.late, view.figure("covered"), view.late_state), (true, KG, None));
        let (none, _) = late_entries(&orchard.world.db, &orchard.office.actor, &LateFilter::default(), None, None).await.unwrap();
        assert_eq!(none, []);
        let bare = DeliveryInput { delivered_on: "2026-10-12".into(), ..orchard.delivery(&grower, KG) };
        assert_eq!(codes(orchard.deliver(bare).await), ["invalid_fields", "late_reason_missing", "late_evidence_missing"]);
    }

    async fn a_disputed_delivery_stays_uncovered(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 5_000 * KG).await;
        let view = orchard.deliver(late_delivery(&orchard, &grower, 1_200 * KG)).await.unwrap();
        let id = only(&orchard).await.id;
        let blank = act!(orchard.world, orchard.office, |tx, desk| dispute_late_entry(tx, desk, &id, " "), [id]);
        assert_eq!(codes(blank), ["invalid_fields", "reason_missing"]);
        let disputed = act!(orchard.world, orchard.office, |tx, desk| dispute_late_entry(tx, desk, &id, "过磅单上是 200 公斤"), [id]).unwrap();
        assert_eq!((disputed.state.as_str(), disputed.decision_reason.as_deref()), ("disputed", Some("过磅单上是 200 公斤")));
        let id = view.id;
        assert_eq!(codes(act!(orchard.world, orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id])), ["late_entry_disputed"]);
        assert_eq!(delivery(&orchard.world.db, &orchard.member.actor, &id).await.unwrap().figure("covered"), 0);
        orchard.balanced().await;
    }

    async fn what_is_gone_is_gone_whoever_confirms_it(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let account = orchard.account(&orchard.producer, 1_000 * KG).await;
        let input = MovementInput {
            kind: "uncoded".into(),
            amount_g: Some(100 * KG),
            happened_on: Some("2026-10-01".into()),
            late_reason: Some("对账时发现".into()),
            late_evidence: Some("收据 12".into()),
            ..MovementInput::default()
        };
        let id = account.id.clone();
        let view = act!(orchard.world, orchard.member, |tx, desk| record_movement(tx, desk, &id, &input), [id, input]).unwrap();
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Uncoded]).await, [900 * KG, 100 * KG]);
        let entry = only(&orchard).await;
        assert_eq!((entry.subject_id, entry.act.as_str(), entry.organisation_id.as_str()), (view.id, "movement", orchard.producer.as_str()));
        confirmed(&orchard, &orchard.office, &entry.id).await.unwrap();
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Uncoded]).await, [900 * KG, 100 * KG]);
        orchard.balanced().await;
    }

    async fn a_late_batch_is_released_by_somebody_else_or_after_a_colleague_confirmed_it(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let packed_early = |lot: &str| BatchInput { packed_on: Some("2026-10-01".into()), ..orchard.batch(lot, 1_000 * KG) };
        assert_eq!(codes(orchard.register(packed_early("L0")).await), ["invalid_fields", "late_reason_missing", "late_evidence_missing"]);
        let with_slip = |lot: &str| BatchInput { late_reason: Some("断网".into()), late_evidence: Some("包装记录 7".into()), ..packed_early(lot) };
        let one = orchard.register(with_slip("L1")).await.unwrap();
        assert_eq!(one.held_by, ["entry"], "the check holds it");
        let entry = only(&orchard).await;
        let (id, plain) = (one.id.clone(), ReleaseInput::default());
        let own = act!(world, orchard.member, |tx, desk| release_batch(tx, desk, &id, &plain), [id, plain]);
        assert_eq!(codes(own), ["release_held", "late_entry"]);
        let reason = ReleaseInput { reason: Some("看过包装记录".into()) };
        let released = act!(world, orchard.office, |tx, desk| release_batch(tx, desk, &id, &reason), [id, reason]).unwrap();
        assert_eq!(released.state, "released");
        let now = late_entry(&world.db, &orchard.office.actor, &entry.id).await.unwrap();
        assert_eq!((now.state.as_str(), now.decision_reason.as_deref()), ("confirmed", Some("看过包装记录")), "who releases it confirms it");
        let two = orchard.register(with_slip("L2")).await.unwrap();
        let waiting = LateFilter { state: Some("waiting".into()), ..LateFilter::default() };
        let (found, _) = late_entries(&world.db, &orchard.member.actor, &waiting, None, None).await.unwrap();
        confirmed(&orchard, &world.member("colleague", &orchard.producer), &found[0].id).await.unwrap();
        let id = two.id;
        let released = act!(world, orchard.member, |tx, desk| release_batch(tx, desk, &id, &plain), [id, plain]).unwrap();
        assert_eq!(released.state, "released", "nothing holds it any more");
        orchard.balanced().await;
    }

    async fn a_batch_written_down_in_time_is_not_late_for_being_released_later(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let batch = orchard.register(orchard.batch("L1", 1_000 * KG)).await.unwrap();
        orchard.world.clock.advance(40 * DAY);
        let (id, plain) = (batch.id.clone(), ReleaseInput::default());
        assert_eq!(act!(orchard.world, orchard.member, |tx, desk| release_batch(tx, desk, &id, &plain), [id, plain]).unwrap().state, "released");
        // A correction that makes it late asks for what a late batch needs.
        let batch = orchard.register(BatchInput { packed_on: Some("2026-11-28".into()), ..orchard.batch("L2", 1_000 * KG) }).await.unwrap();
        let (id, patch) = (batch.id.clone(), BatchPatch { version: 1, packed_on: Some("2026-11-01".into()), ..BatchPatch::default() });
        let bare = act!(orchard.world, orchard.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch]);
        assert_eq!(codes(bare), ["invalid_fields", "late_reason_missing", "late_evidence_missing"]);
        let patch = BatchPatch { late_reason: Some("记错日子".into()), late_evidence: Some("包装记录 9".into()), ..patch };
        let now = act!(orchard.world, orchard.member, |tx, desk| correct_batch(tx, desk, &id, &patch), [id, patch]).unwrap();
        assert_eq!(now.held_by, ["entry"]);
        assert_eq!(only(&orchard).await.subject_id, id);
        orchard.balanced().await;
    }

    async fn of_many_who_confirm_at_once_one_does(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 5_000 * KG).await;
        orchard.deliver(late_delivery(&orchard, &grower, 1_200 * KG)).await.unwrap();
        let (id, before) = (only(&orchard).await.id, events(&orchard).await);
        let tasks: Vec<_> = (0..8)
            .map(|no| {
                let (orchard, id) = (orchard.clone(), id.clone());
                tokio::spawn(async move {
                    let desk = orchard.world.office(&format!("office{no}"));
                    confirmed(&orchard, &desk, &id).await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(failure) => assert_eq!(failure.code, "already_decided"),
            }
        }
        assert_eq!((won, events(&orchard).await), (1, before + 1));
        assert_eq!(orchard.figures(&from.id, [Bucket::Delivered]).await, [1_200 * KG]);
        orchard.balanced().await;
    }

    async fn a_batch_of_goods_kept_from_the_harvest_is_not_late(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        orchard.account(&orchard.producer, 7_000 * KG).await;
        let input = BatchInput { packed_on: None, ..orchard.batch("L1", 1_000 * KG) };
        let view = act!(orchard.world, orchard.member, |tx, desk| register_batch(tx, desk, &input), [input]).unwrap();
        assert_eq!((view.held_by.len(), view.late), (0, false), "fruit is stored for months");
    }
}
