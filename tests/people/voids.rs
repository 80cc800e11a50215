//! Deliveries entered by mistake: voided at once on their day, later with a second person, never below what was used.

use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::account::Bucket;
use yanzhao::trace::batch::BatchInput;
use yanzhao::trace::commands::batch::void_batch;
use yanzhao::trace::commands::delivery::cover_delivery;
use yanzhao::trace::commands::delivery_void::{confirm_delivery_void, refuse_delivery_void, void_delivery};
use yanzhao::trace::commands::late::confirm_late_entry;
use yanzhao::trace::commands::movement::{MovementInput, record_movement};
use yanzhao::trace::commands::slip::issue_slip;
use yanzhao::trace::delivery::{DeliveryFilter, DeliveryInput};
use yanzhao::trace::delivery_void::{VoidFilter, VoidInput};
use yanzhao::trace::late::LateFilter;
use yanzhao::trace::queries::delivery::{deliveries, delivery};
use yanzhao::trace::queries::delivery_void::{VoidView, delivery_voids};
use yanzhao::trace::queries::late::late_entries;
use yanzhao::trace::queries::slip::{own_view, village_list};
use yanzhao::trace::slip::SlipInput;

use crate::events;
use crate::orchard::{KG, Orchard, codes, param};
use crate::support::on_both_engines;
use crate::support::world::act;

async fn voided(orchard: &Orchard, desk: &Desk, id: &str, reason: &str) -> Outcome<VoidView> {
    let (id, input) = (id.to_owned(), VoidInput { reason: reason.to_owned() });
    act!(orchard.world, desk, |tx, desk| void_delivery(tx, desk, &id, &input), [id, input])
}

async fn confirmed(orchard: &Orchard, desk: &Desk, id: &str) -> Outcome<VoidView> {
    let id = id.to_owned();
    act!(orchard.world, desk, |tx, desk| confirm_delivery_void(tx, desk, &id), [id])
}

on_both_engines! {
    async fn a_load_entered_twice_is_voided_on_its_day(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("王小二", &orchard.producer).await;
        let from = orchard.account(&grower, 1_000 * KG).await;
        let first = orchard.deliver(orchard.delivery(&grower, 700 * KG)).await.unwrap();
        let twice = orchard.deliver(orchard.delivery(&grower, 700 * KG)).await.unwrap();
        assert_eq!((twice.figure("covered"), twice.figure("pending")), (300 * KG, 400 * KG));
        assert_eq!(codes(voided(&orchard, &orchard.member, &twice.id, " ").await), ["invalid_fields", "reason_missing"]);
        let stranger = world.member("stranger", &world.organisation("外县", "130133").await);
        assert_eq!(codes(voided(&orchard, &stranger, &twice.id, "看错").await), ["not_found"]);
        let done = voided(&orchard, &orchard.member, &twice.id, "重复录入").await.unwrap();
        assert_eq!((done.state.as_str(), done.reason.as_str()), ("voided", "重复录入"));
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered, Bucket::Pending]).await, [300 * KG, 700 * KG, 0]);
        let view = delivery(&world.db, &orchard.member.actor, &twice.id).await.unwrap();
        assert_eq!((view.figure("covered"), view.figure("pending"), view.void_state.as_deref()), (0, 0, Some("voided")));
        assert!(view.voided_at.is_some());
        // It is no source, is covered by nothing ever after, and is voided once.
        assert_eq!(codes(orchard.register(orchard.batch_of("L1", &twice.id, KG)).await), ["invalid_fields", "delivery_voided"]);
        let (id, size) = (twice.id.clone(), events(&orchard).await);
        act!(world, orchard.member, |tx, desk| cover_delivery(tx, desk, &id), [id]).unwrap();
        assert_eq!(events(&orchard).await, size, "nothing was covered");
        assert_eq!(codes(voided(&orchard, &orchard.member, &twice.id, "再来").await), ["delivery_already_voided"]);
        let pending = DeliveryFilter { pending: true, ..DeliveryFilter::default() };
        assert!(deliveries(&world.db, &orchard.member.actor, &pending, None, None).await.unwrap().0.is_empty());
        // The household reads why, and the posted list counts one load.
        let (id, input) = (grower.clone(), SlipInput::default());
        let token = act!(world, orchard.member, |tx, desk| issue_slip(tx, desk, &id, &input), [id, input]).unwrap().token.unwrap();
        let own = own_view(&world.db, &token).await.unwrap().unwrap();
        let said: Vec<_> = own.deliveries.iter().map(|d| d.voided.as_deref()).collect();
        assert_eq!((said.len(), said.iter().filter(|v| **v == Some("重复录入")).count()), (2, 1));
        let (_, lines) = village_list(&world.db, &orchard.member.actor, "东里庄村", world.clock.today()).await.unwrap();
        assert_eq!(lines[0].delivered[0].1, "700 kg");
        assert_eq!(delivery(&world.db, &orchard.member.actor, &first.id).await.unwrap().figure("covered"), 700 * KG, "the first load stands");
        orchard.balanced().await;
    }

    async fn after_its_day_a_second_person_decides(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 1_000 * KG).await;
        let load = orchard.deliver(orchard.delivery(&grower, 600 * KG)).await.unwrap();
        world.clock.advance(DAY);
        let asked = voided(&orchard, &orchard.member, &load.id, "看错秤").await.unwrap();
        assert_eq!(asked.state, "waiting");
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered]).await, [400 * KG, 600 * KG], "nothing moved yet");
        assert_eq!(codes(voided(&orchard, &orchard.member, &load.id, "看错秤").await), ["delivery_void_waiting"]);
        assert_eq!(codes(confirmed(&orchard, &orchard.member, &asked.id).await), ["second_person_needed"]);
        let stranger = world.member("stranger", &world.organisation("外县", "130133").await);
        assert_eq!(codes(confirmed(&orchard, &stranger, &asked.id).await), ["not_found"]);
        let colleague = world.member("colleague", &orchard.producer);
        let id = asked.id.clone();
        assert_eq!(codes(act!(world, colleague, |tx, desk| refuse_delivery_void(tx, desk, &id, ""), [id])), ["invalid_fields", "reason_missing"]);
        let refused = act!(world, colleague, |tx, desk| refuse_delivery_void(tx, desk, &id, "磅单是对的"), [id]).unwrap();
        assert_eq!((refused.state.as_str(), refused.decision_reason.as_deref()), ("refused", Some("磅单是对的")));
        assert_eq!(codes(confirmed(&orchard, &colleague, &asked.id).await), ["already_decided"]);
        // Asked once more and agreed to; the two waited for are both on record.
        world.clock.advance(1_000);
        let again = voided(&orchard, &orchard.member, &load.id, "磅单在此").await.unwrap();
        assert_eq!(confirmed(&orchard, &colleague, &again.id).await.unwrap().state, "voided");
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Delivered]).await, [1_000 * KG, 0]);
        let filter = VoidFilter { delivery_id: Some(load.id.clone()), ..VoidFilter::default() };
        let (all, _) = delivery_voids(&world.db, &orchard.member.actor, &filter, None, None).await.unwrap();
        assert_eq!(all.iter().map(|v| v.state.as_str()).collect::<Vec<_>>(), ["voided", "refused"]);
        orchard.balanced().await;
    }

    async fn what_is_in_a_batch_or_gone_is_not_voided(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 1_000 * KG).await;
        let load = orchard.deliver(orchard.delivery(&grower, 600 * KG)).await.unwrap();
        let batch = orchard.register(orchard.batch_of("L1", &load.id, 200 * KG)).await.unwrap();
        let refused = voided(&orchard, &orchard.member, &load.id, "看错秤").await.unwrap_err();
        assert_eq!((refused.code, param(&refused, "used"), param(&refused, "right")), ("delivery_in_use", "200 kg".into(), "400 kg".into()));
        let id = batch.id.clone();
        act!(world, orchard.office, |tx, desk| void_batch(tx, desk, &id, "登记错"), [id]).unwrap();
        // What was sold without a code is gone from the buyer's account.
        let account = yanzhao::trace::store::account::of_party(world.db.reader(), &orchard.producer, &orchard.product, "2026").await.unwrap().unwrap();
        let (id, sold) = (account.id.clone(), MovementInput { kind: "uncoded".into(), amount_g: Some(100 * KG), ..MovementInput::default() });
        act!(world, orchard.member, |tx, desk| record_movement(tx, desk, &id, &sold), [id, sold]).unwrap();
        let refused = voided(&orchard, &orchard.member, &load.id, "看错秤").await.unwrap_err();
        assert_eq!((refused.code, param(&refused, "most")), ("delivery_below_used", "500 kg".into()));
        assert_eq!(orchard.figures(&account.id, [Bucket::Remaining, Bucket::Received, Bucket::Uncoded]).await, [500 * KG, 600 * KG, 100 * KG]);
        // A batch that takes what is not covered yet counts as well.
        let more = orchard.deliver(orchard.delivery(&grower, 900 * KG)).await.unwrap();
        assert_eq!(more.figure("pending"), 500 * KG);
        let excess = BatchInput { accept_excess: true, ..orchard.batch_of("L2", &more.id, 900 * KG) };
        orchard.register(excess).await.unwrap();
        assert_eq!(codes(voided(&orchard, &orchard.member, &more.id, "看错秤").await), ["delivery_in_use"]);
        orchard.balanced().await;
    }

    async fn a_late_entry_of_it_is_at_an_end(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let world = &orchard.world;
        let grower = world.grower("果农甲", &orchard.producer).await;
        let from = orchard.account(&grower, 1_000 * KG).await;
        let late = DeliveryInput {
            delivered_on: "2026-10-01".into(), late_reason: Some("没有信号".into()), late_evidence: Some("过磅单 7".into()),
            ..orchard.delivery(&grower, 600 * KG)
        };
        let load = orchard.deliver(late).await.unwrap();
        voided(&orchard, &orchard.member, &load.id, "录到别人名下").await.unwrap();
        assert_eq!(orchard.figures(&from.id, [Bucket::Remaining, Bucket::Pending]).await, [1_000 * KG, 0]);
        let (entries, _) = late_entries(&world.db, &orchard.office.actor, &LateFilter::default(), None, None).await.unwrap();
        assert_eq!((entries.len(), entries[0].state.as_str()), (1, "disputed"));
        let id = entries[0].id.clone();
        assert_eq!(codes(act!(world, orchard.office, |tx, desk| confirm_late_entry(tx, desk, &id), [id])), ["already_decided"]);
        orchard.balanced().await;
    }
}
