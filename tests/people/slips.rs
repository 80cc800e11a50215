//! Slips and objections: one household's own view, by who holds the paper.

use std::sync::Arc;

use yanzhao::kernel::{Desk, Outcome, Scope};
use yanzhao::registry::commands::{ConsentInput, ConsentPurpose, record_consent, withdraw_consent};
use yanzhao::registry::queries::consents;
use yanzhao::trace::commands::objection::{answer_objection, note_objection, object};
use yanzhao::trace::commands::slip::{issue_slip, revoke_own_slip, revoke_slip};
use yanzhao::trace::queries::slip::{ObjectionView, SlipView, objections, own_view, slips, village_list};
use yanzhao::trace::slip::{AnswerInput, NotedObjection, ObjectionFilter, ObjectionInput, SlipInput};

use crate::events;
use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::act;

async fn issued(orchard: &Orchard, desk: &Desk, grower: &str) -> Outcome<SlipView> {
    let (id, input) = (grower.to_owned(), SlipInput::default());
    act!(orchard.world, desk, |tx, desk| issue_slip(tx, desk, &id, &input), [id, input])
}

/// Whoever holds the paper, without an account.
fn nobody(orchard: &Orchard) -> Desk {
    orchard.world.desk("nobody", None, Scope::default())
}

async fn objected(orchard: &Orchard, token: &str, subject: Option<&str>, text: &str) -> Outcome<ObjectionView> {
    let (token, input) = (token.to_owned(), ObjectionInput { subject_id: subject.map(str::to_owned), text: Some(text.to_owned()) });
    act!(orchard.world, nobody(orchard), |tx, desk| object(tx, desk, &token, &input), [token, input])
}

on_both_engines! {
    async fn a_slip_shows_one_households_own_records_and_its_token_is_kept_nowhere(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("王小二", &orchard.producer).await;
        let other = orchard.world.grower("李四", &orchard.producer).await;
        orchard.world.plot(&grower, &orchard.product, 2000, |_| {}).await;
        orchard.account(&grower, 1_000 * KG).await;
        orchard.deliver(orchard.delivery(&grower, 1_200 * KG)).await.unwrap();
        orchard.deliver(orchard.delivery(&other, 70 * KG)).await.unwrap();
        let slip = issued(&orchard, &orchard.member, &grower).await.unwrap();
        let token = slip.token.clone().unwrap();
        let view = own_view(&orchard.world.db, &token.to_lowercase()).await.unwrap().unwrap();
        assert_eq!((view.name.as_str(), view.village.as_str(), view.organisation.as_str()), ("王某", "东里庄村", "长城果品合作社"));
        assert_eq!((view.plots.len(), view.plots[0].mu.as_str(), view.accounts.len(), view.accounts[0].remaining), (1, "3.00", 1, 0));
        let amounts: Vec<_> = view.deliveries.iter().map(|d| (d.amount, d.covered, d.buyer.as_str())).collect();
        assert_eq!(amounts, [(1_200 * KG, 1_000 * KG, "长城果品合作社")]);
        assert!(!format!("{view:?}").contains("小二"), "only the surname");
        let listed = slips(&orchard.world.db, &orchard.member.actor, &grower).await.unwrap();
        assert_eq!((listed.len(), listed[0].token.as_ref()), (1, None));
        let kept = format!("{:?}", yanzhao::ledger::history(orchard.world.db.reader(), &slip.id, 10).await.unwrap());
        assert!(kept.contains("grower_slip.issued") && !kept.contains(&token), "{kept}");
    }

    async fn three_are_good_at_a_time_and_a_revoked_one_is_like_none(engine: Engine) {
        let orchard = Arc::new(Orchard::new(engine).await);
        let grower = orchard.world.grower("王小二", &orchard.producer).await;
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (orchard, grower) = (orchard.clone(), grower.clone());
                tokio::spawn(async move { issued(&orchard, &orchard.member, &grower).await })
            })
            .collect();
        let mut good = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(slip) => good.push(slip),
                Err(failure) => assert_eq!(failure.code, "slips_enough"),
            }
        }
        assert_eq!(good.len(), 3, "also of those asked for at once");
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        let id = good[0].id.clone();
        assert_eq!(codes(act!(orchard.world, stranger, |tx, desk| revoke_slip(tx, desk, &id), [id])), ["not_found"]);
        assert_eq!(codes(issued(&orchard, &stranger, &grower).await), ["not_found"]);
        assert!(act!(orchard.world, orchard.office, |tx, desk| revoke_slip(tx, desk, &id), [id]).unwrap().revoked_at.is_some());
        let before = events(&orchard).await;
        act!(orchard.world, orchard.member, |tx, desk| revoke_slip(tx, desk, &id), [id]).unwrap();
        assert_eq!(events(&orchard).await, before, "revoking again does nothing");
        let token = good[1].token.clone().unwrap();
        let own = nobody(&orchard);
        act!(orchard.world, own, |tx, desk| revoke_own_slip(tx, desk, &token), [token]).unwrap();
        for gone in [good[0].token.as_deref().unwrap(), &token, "0000000000000000", "x", ""] {
            assert!(own_view(&orchard.world.db, gone).await.unwrap().is_none());
            assert_eq!(codes(objected(&orchard, gone, None, "不对").await), ["not_found"]);
        }
        assert!(own_view(&orchard.world.db, good[2].token.as_deref().unwrap()).await.unwrap().is_some());
        issued(&orchard, &orchard.member, &grower).await.unwrap();
    }

    async fn i_do_not_agree_is_said_once_answered_and_read(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("王小二", &orchard.producer).await;
        let other = orchard.world.grower("李四", &orchard.producer).await;
        let buyer = orchard.world.organisation("另一买家", "130183").await;
        let bought = orchard.world.member("buyer", &buyer);
        let input = yanzhao::trace::delivery::DeliveryInput { buyer_id: Some(buyer.clone()), ..orchard.delivery(&grower, 500 * KG) };
        let mine = act!(orchard.world, bought, |tx, desk| yanzhao::trace::commands::delivery::record_delivery(tx, desk, &input), [input]).unwrap();
        let not_mine = orchard.deliver(orchard.delivery(&other, 70 * KG)).await.unwrap();
        let token = issued(&orchard, &orchard.member, &grower).await.unwrap().token.unwrap();
        let first = objected(&orchard, &token, Some(&mine.id), "是 300 公斤").await.unwrap();
        assert_eq!((first.state.as_str(), first.via.as_str(), first.organisation_id.as_str(), first.receipt.len()), ("open", "slip", buyer.as_str(), 9));
        let before = events(&orchard).await;
        assert_eq!(objected(&orchard, &token, Some(&mine.id), "再说一次").await.unwrap(), first, "once while it is open");
        assert_eq!(events(&orchard).await, before);
        for foreign in [not_mine.id.as_str(), "del_none", &other, "sea_none", "plo_none", "'; --"] {
            assert_eq!(codes(objected(&orchard, &token, Some(foreign), "").await), ["invalid_fields", "objection_subject_unknown"], "{foreign}");
        }
        assert_eq!(codes(objected(&orchard, &token, None, &"长".repeat(501)).await), ["invalid_fields", "text_too_long"]);
        let whole = objected(&orchard, &token, None, "").await.unwrap();
        assert_eq!((whole.subject_id.as_str(), whole.organisation_id.as_str()), (grower.as_str(), orchard.producer.as_str()));
        let (seen, _) = objections(&orchard.world.db, &bought.actor, &ObjectionFilter::default(), None, None).await.unwrap();
        assert_eq!(seen.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), [first.id.as_str()], "the buyer sees its own");
        let answer = |state: &str, text: &str| AnswerInput { state: state.to_owned(), answer: text.to_owned() };
        let (id, bad) = (first.id.clone(), answer("open", " "));
        let refused = act!(orchard.world, bought, |tx, desk| answer_objection(tx, desk, &id, &bad), [id, bad]);
        assert_eq!(codes(refused), ["invalid_fields", "objection_answer_unknown", "answer_missing"]);
        let good = answer("upheld", "核对过磅单，改为 300 公斤");
        let not_theirs = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert_eq!(codes(act!(orchard.world, not_theirs, |tx, desk| answer_objection(tx, desk, &id, &good), [id, good])), ["not_found"]);
        act!(orchard.world, bought, |tx, desk| answer_objection(tx, desk, &id, &good), [id, good]).unwrap();
        assert_eq!(codes(act!(orchard.world, orchard.office, |tx, desk| answer_objection(tx, desk, &id, &good), [id, good])), ["already_decided"]);
        let view = own_view(&orchard.world.db, &token).await.unwrap().unwrap();
        let read = view.objections.iter().find(|o| o.id == id).unwrap();
        assert_eq!((read.state.as_str(), read.answer.as_deref()), ("upheld", Some("核对过磅单，改为 300 公斤")));
        assert_ne!(objected(&orchard, &token, Some(&mine.id), "还是不对").await.unwrap().id, id, "once it is answered one may object again");
    }

    async fn what_was_written_on_the_posted_list_is_noted(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("王小二", &orchard.producer).await;
        orchard.world.plot(&grower, &orchard.product, 2000, |p| p.name = "东坡".into()).await;
        orchard.deliver(orchard.delivery(&grower, 500 * KG)).await.unwrap();
        let (villages, lines) = village_list(&orchard.world.db, &orchard.member.actor, "东里庄村", orchard.world.clock.today()).await.unwrap();
        assert_eq!((villages.as_slice(), lines.len()), (["东里庄村".to_owned()].as_slice(), 1));
        assert_eq!((lines[0].name.as_str(), lines[0].mu.as_str(), lines[0].plots[0].0.as_str()), ("王某", "3.00", "东坡"));
        assert_eq!(lines[0].delivered, [("晋州鸭梨".to_owned(), "500 kg".to_owned())]);
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert!(village_list(&orchard.world.db, &stranger.actor, "东里庄村", orchard.world.clock.today()).await.unwrap().1.is_empty());
        let note = |via: &str| NotedObjection { grower_id: grower.clone(), subject_id: None, text: Some("地少算了".into()), via: via.to_owned() };
        let input = note("slip");
        let wrong = act!(orchard.world, orchard.member, |tx, desk| note_objection(tx, desk, &input), [input]);
        assert_eq!(codes(wrong), ["invalid_fields", "objection_via_unknown"]);
        let input = note("list");
        assert_eq!(codes(act!(orchard.world, stranger, |tx, desk| note_objection(tx, desk, &input), [input])), ["not_found"]);
        assert_eq!(act!(orchard.world, orchard.member, |tx, desk| note_objection(tx, desk, &input), [input]).unwrap().via, "list");
    }

    async fn a_consent_is_recorded_and_withdrawn_once(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("王小二", &orchard.producer).await;
        let day = |text: &str| yanzhao::kernel::Day::parse(text).unwrap();
        let consent = |on: &str, evidence: &str| ConsentInput {
            grower_id: grower.clone(),
            purpose: ConsentPurpose::Records,
            given_on: day(on),
            evidence: evidence.to_owned(),
        };
        let input = consent("2026-10-21", "");
        let refused = act!(orchard.world, orchard.member, |tx, desk| record_consent(tx, desk, &input), [input]);
        assert_eq!(codes(refused), ["invalid_fields", "consent_in_the_future", "register_empty"]);
        let input = consent("2026-10-01", "档案盒 3");
        let row = act!(orchard.world, orchard.member, |tx, desk| record_consent(tx, desk, &input), [input]).unwrap();
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        let id = row.id;
        assert_eq!(codes(act!(orchard.world, stranger, |tx, desk| withdraw_consent(tx, desk, &id), [id])), ["not_found"]);
        act!(orchard.world, orchard.member, |tx, desk| withdraw_consent(tx, desk, &id), [id]).unwrap();
        let before = events(&orchard).await;
        act!(orchard.world, orchard.member, |tx, desk| withdraw_consent(tx, desk, &id), [id]).unwrap();
        assert_eq!(events(&orchard).await, before);
        let listed = consents(&orchard.world.db, &orchard.member.actor, &grower).await.unwrap();
        assert!(listed.len() == 1 && listed[0].withdrawn_at.is_some());
    }
}
