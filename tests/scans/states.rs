//! What is registered about a code shows on the very next scan: ranges, stops, recalls, holds, rights that ended.

use serde_json::json;
use yanzhao::kernel::clock::{DAY, HOUR};
use yanzhao::trace::cipher::CodeCipher;
use yanzhao::trace::code::{Code, Suite};
use yanzhao::trace::kind::CodeKind;
use yanzhao::trace::scan::ScanDesk;
use yanzhao::trace::verdict::{Grounds, Note, RecallKind, Verdict, VoidReason};

use crate::support::{fresh_database_url, on_both_engines};
use crate::world::{BATCH, MARK_USE, PRODUCER, PRODUCT, RIGHT, World, day, located, noon, said, scan, somebody};

async fn shown(desk: &ScanDesk, code: &Code) -> Verdict {
    desk.look(&located(desk, code), None).await.unwrap().decision.verdict
}

on_both_engines! {
    async fn a_page_has_the_facts_of_the_goods(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let facts = desk.look(&located(&desk, &order.code(1)), None).await.unwrap().facts;
        let (order, batch) = (&facts.order, facts.batch.as_ref().unwrap());
        assert_eq!((order.product(), order.aliases().join(","), order.slug()), ("晋州鸭梨", "鸭梨,晋州梨".to_owned(), "jinzhou-yali"));
        assert_eq!((order.producer(), order.credit_code()), ("演示果品合作社", Some("93130183MA0EXAMPLE")));
        assert_eq!((order.grade(), order.net_amount().map(|a| order.base_unit().show(a)), order.fresh()), (Some("特级"), Some("5 kg".to_owned()), true));
        assert_eq!((order.base_url.as_str(), order.kind, order.count, order.with_pin), ("https://gi.example.cn", CodeKind::Unit, 100, false));
        assert_eq!((batch.lot.as_str(), batch.origin.as_str(), batch.facility.as_deref()), ("JZ-0912", "晋州市东卓宿镇", Some("演示果库")));
        assert_eq!((batch.harvested_from, batch.harvested_to, batch.packed_on), (day("2026-09-10"), day("2026-09-12"), Some(day("2026-09-14"))));
        assert_eq!((batch.released_on, facts.activated_on), (Some(day("2026-11-21")), Some(day("2026-11-22"))));
        assert_eq!((batch.rights[0].route.name(), batch.rights[0].number.as_deref()), ("地理标志产品", Some("2010年第75号")));
        assert_eq!((batch.tests[0].result.as_str(), batch.tests[0].report_no.as_deref()), ("12.4%", Some("R-1")));
        assert_eq!(facts.verdict.mark_uses[0].until, Some(day("2028-12-31")));
        desk.stop().await;
    }

    async fn ranges_say_what_a_code_is(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.issue(1, CodeKind::Unit, 60, false).await;
        for (n, (state, reason)) in [
            ("issued", None), ("bound", None), ("scheduled", None), ("active", None), ("voided", Some("lost")), ("returned", None),
        ].into_iter().enumerate() {
            let first = i64::try_from(n).unwrap() * 10 + 1;
            world.range(1, first, first + 8, state, reason).await;
        }
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        for (seq, verdict) in [
            (1, Verdict::NotActivated), (9, Verdict::NotActivated), (11, Verdict::NotActivated), (21, Verdict::NotActivated),
            (31, Verdict::FirstCheck), (39, Verdict::FirstCheck), (41, Verdict::Voided), (51, Verdict::Voided),
            (10, Verdict::NotActivated), (60, Verdict::NotActivated),
        ] {
            assert_eq!(said(&desk, &order.code(seq), &buyer).await, verdict, "{seq}");
        }
        let lost = desk.look(&located(&desk, &order.code(41)), None).await.unwrap();
        assert!(matches!(lost.decision.grounds, Grounds::Voided { reason: VoidReason::Lost, .. }));
        world.clock.advance(2 * HOUR);
        assert_eq!(said(&desk, &order.code(21), &buyer).await, Verdict::CheckedBefore, "its hour has come; it was seen before");
        assert_eq!(said(&desk, &order.code(22), &buyer).await, Verdict::FirstCheck);

        world.sql("UPDATE code_range SET state = 'asleep' WHERE order_no = 1 AND first = 31").await;
        let ok = scan(&desk, &order.code(23), &buyer).await;
        assert!(ok.recorded);
        let trouble = desk.record(located(&desk, &order.code(31)), buyer, None, yanzhao::trace::scan::Via::Printed).await.unwrap_err();
        assert_eq!(trouble.code, "unavailable");
        desk.stop().await;
    }

    async fn kinds_have_answers_of_their_own(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let mut orders = Vec::new();
        for (order_no, kind) in [(1, CodeKind::Case), (2, CodeKind::Batch), (3, CodeKind::Sample)] {
            orders.push(world.issue(order_no, kind, 1, false).await);
            world.range(order_no, 1, 1, "active", None).await;
        }
        let desk = world.desk().await;
        for who in 0..30 {
            let who = somebody(&desk, "192.0.2.1", &format!("telephone {who}")).await;
            for (order, verdict) in orders.iter().zip([Verdict::CaseCode, Verdict::BatchCode, Verdict::Sample]) {
                assert_eq!(said(&desk, &order.code(1), &who).await, verdict);
            }
        }
        desk.stop().await;
    }

    async fn unknown_codes_find_nothing(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 10).await;
        let desk = world.desk().await;
        assert_eq!(desk.locate(&order.code(10)).unwrap().seq, 10);
        assert!(desk.locate(&order.code(11)).is_none(), "beyond the count");
        let locator = order.code(1).locator();
        let forged = CodeCipher::new(&[1; 32], Suite::Ff1Aes256, locator).code(0);
        assert!(desk.locate(&forged).is_none());
        let sample = CodeCipher::new(&[1; 32], Suite::Sample, locator).code(0);
        assert!(desk.locate(&sample).is_none());
        assert!(desk.locate(&Code::parse("0K7M3Q250FT3BCKBFGHE").unwrap()).is_none());
        desk.stop().await;
    }

    async fn a_stop_shows_at_once_and_is_gone_when_lifted(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let other = world.active(2, 100).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        for (scope, hits) in [("code", [false, true, false, false]), ("range", [true, true, false, false]), ("order", [true, true, true, false]),
            ("batch", [true; 4]), ("producer", [true; 4]), ("product", [true; 4])] {
            let covered = match scope {
                "code" => json!({ "order_no": 1, "first": 5, "last": 5 }),
                "range" => json!({ "order_no": 1, "first": 1, "last": 5 }),
                "order" => json!({ "subject_id": "cod_1" }),
                "batch" => json!({ "subject_id": BATCH }),
                "producer" => json!({ "subject_id": PRODUCER }),
                _ => json!({ "subject_id": PRODUCT }),
            };
            world.stop(covered).await;
            for (code, hit) in [order.code(1), order.code(5), order.code(6), other.code(5)].into_iter().zip(hits) {
                let (verdict, looked) = (said(&desk, &code, &buyer).await, shown(&desk, &code).await);
                assert_eq!((verdict == Verdict::Voided, looked == Verdict::Voided), (hit, hit), "{scope} {code}");
            }
            let stopped = scan(&desk, &order.code(5), &buyer).await;
            let Grounds::Voided { reason: VoidReason::OrderedStop, stop: Some(stop), .. } = stopped.decision.grounds else { panic!() };
            assert_eq!((stop.document_no.as_str(), stop.public_text.as_str()), ("演示〔2026〕2号", "标签被盗"));
            world.sql(&format!("UPDATE stop SET lifted_at = {}", noon())).await;
            assert_eq!(said(&desk, &order.code(5), &buyer).await, Verdict::FirstCheck, "{scope}: lifted, and still this visitor's first");
            world.sql("DELETE FROM stop").await;
        }
        world.stop(json!({ "subject_id": BATCH, "confirmed_at": null })).await;
        assert_eq!(said(&desk, &order.code(5), &buyer).await, Verdict::FirstCheck, "proposed by one person is not in force");
        world.sql("DELETE FROM stop").await;
        world.stop(json!({ "subject_id": BATCH, "category": "clone" })).await;
        assert_eq!(said(&desk, &order.code(5), &buyer).await, Verdict::CloneConfirmed);
        desk.stop().await;
    }

    async fn a_recall_shows_at_once_and_its_lifting_for_90_days(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck);
        for (stored, kind) in [("recall", RecallKind::Recall), ("take_back", RecallKind::TakeBack)] {
            world.recall(stored).await;
            let recalled = scan(&desk, &order.code(1), &buyer).await;
            assert_eq!(recalled.decision.verdict, Verdict::Recalled);
            let Grounds::Recall(recall) = &recalled.decision.grounds else { panic!() };
            assert_eq!((recall.kind, recall.public_text.as_str(), recall.announced_on), (kind, "农药残留超标", day("2026-11-23")));
            world.sql(&format!("UPDATE recall SET lifted_at = {}, lift_text = '复检合格'", noon())).await;
            let lifted = scan(&desk, &order.code(1), &buyer).await;
            assert_eq!((lifted.decision.verdict, lifted.decision.notes.clone()), (Verdict::FirstCheck, vec![Note::RecallLifted]));
            assert_eq!(lifted.decision.lifted.unwrap().lifted.unwrap().text, "复检合格");
            world.sql("DELETE FROM recall").await;
        }
        world.recall("recall").await;
        world.sql(&format!("UPDATE recall SET lifted_at = {}, lift_text = '复检合格'", noon())).await;
        world.clock.advance(91 * DAY);
        assert_eq!(desk.look(&located(&desk, &order.code(1)), None).await.unwrap().decision.notes, []);
        desk.stop().await;
    }

    async fn what_is_decided_of_a_batch_shows_on_goods_made_of_it(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        world.batch("bat_root", "JZ-0900").await;
        world.batch("bat_aside", "JZ-0901").await;
        world.sql(&format!("UPDATE batch SET process_id = 'prc_1' WHERE id = '{BATCH}'")).await;
        world.put("batch_line", json!({ "ancestor_id": "bat_root", "descendant_id": BATCH, "depth": 2 })).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, "192.0.2.1", "telephone").await;
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck);

        world.recall("recall").await;
        world.sql("UPDATE recall SET batch_id = 'bat_aside'").await;
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck, "another line");
        world.sql("UPDATE recall SET batch_id = 'bat_root'").await;
        let recalled = scan(&desk, &order.code(1), &buyer).await;
        let Grounds::Recall(recall) = &recalled.decision.grounds else { panic!("{:?}", recalled.decision) };
        assert_eq!((recalled.decision.verdict, recall.public_text.as_str()), (Verdict::Recalled, "农药残留超标"));
        assert_eq!(shown(&desk, &order.code(2)).await, Verdict::Recalled);
        world.sql(&format!("UPDATE recall SET lifted_at = {}, lift_text = '复检合格'", noon())).await;
        let lifted = scan(&desk, &order.code(1), &buyer).await;
        assert_eq!((lifted.decision.verdict, lifted.decision.notes), (Verdict::FirstCheck, vec![Note::RecallLifted]));
        world.sql("DELETE FROM recall").await;

        world.stop(json!({ "subject_id": "bat_root" })).await;
        assert_eq!((said(&desk, &order.code(1), &buyer).await, shown(&desk, &order.code(2)).await), (Verdict::Voided, Verdict::Voided));
        world.sql("UPDATE stop SET subject_id = 'bat_aside'").await;
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck);
        world.sql("DELETE FROM stop").await;

        world.sql("UPDATE batch SET state = 'on_hold', hold_reason = 'a look' WHERE id = 'bat_root'").await;
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck, "our own hold changes nothing a consumer sees");
        world.sql("UPDATE batch SET hold_document = '演示〔2026〕3号' WHERE id = 'bat_root'").await;
        assert_eq!(said(&desk, &order.code(1), &buyer).await, Verdict::FirstCheck, "what is seized lies in the batch that was seized");
        desk.stop().await;
    }

    async fn batches_void_held_and_past_their_date(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let code = order.code(1);
        world.sql("UPDATE batch SET state = 'held', hold_reason = 'a look'").await;
        assert_eq!(shown(&desk, &code).await, Verdict::CheckedBefore, "our own hold changes nothing a consumer sees");
        world.sql("UPDATE batch SET hold_document = '演示〔2026〕3号'").await;
        let held = desk.look(&located(&desk, &code), None).await.unwrap();
        let Grounds::Hold(hold) = &held.decision.grounds else { panic!("{:?}", held.decision) };
        assert_eq!((held.decision.verdict, hold.document_no.as_str()), (Verdict::BatchOnHold, "演示〔2026〕3号"));
        world.sql("UPDATE batch SET state = 'voided', void_reason = 'wrong', hold_document = NULL").await;
        let void = desk.look(&located(&desk, &code), None).await.unwrap();
        assert!(matches!(void.decision.grounds, Grounds::Voided { reason: VoidReason::BatchVoided, .. }));
        world.sql("UPDATE batch SET state = 'released', void_reason = NULL").await;
        assert_eq!(shown(&desk, &code).await, Verdict::CheckedBefore);
        world.clock.advance(120 * DAY);
        assert_eq!(shown(&desk, &code).await, Verdict::Expired);
        world.sql("UPDATE batch SET best_before = NULL, late = true, version = version + 1").await;
        let late = desk.look(&located(&desk, &code), None).await.unwrap();
        assert_eq!((late.decision.verdict, late.decision.notes), (Verdict::CheckedBefore, vec![Note::LateEntry]));
        desk.stop().await;
    }

    async fn a_right_that_ended_is_a_note_or_a_mismatch(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        let code = order.code(1);
        let ended_later = |desk: ScanDesk| async move {
            let looked = desk.look(&located(&desk, &code), None).await.unwrap();
            (looked.decision.verdict, looked.decision.ended.and_then(|m| m.ended_on))
        };
        assert_eq!(ended_later(desk.clone()).await, (Verdict::CheckedBefore, None));
        world.sql("UPDATE mark_use SET in_force_to = '2026-10-31'").await;
        assert_eq!(ended_later(desk.clone()).await, (Verdict::CheckedBefore, Some(day("2026-11-01"))));
        world.sql(&format!(
            "INSERT INTO mark_use (id, organisation_id, right_id, state, in_force_from, demo, recorded_at) \
             VALUES ('mus_new', '{PRODUCER}', '{RIGHT}', 'in_force', '2026-11-01', false, 0)"
        )).await;
        assert_eq!(ended_later(desk.clone()).await, (Verdict::CheckedBefore, None), "renewed");
        world.sql(&format!("INSERT INTO mark_use_suspension (mark_use_id, from_day, reason) VALUES ('{MARK_USE}', '2026-11-20', 'x')")).await;
        assert_eq!(ended_later(desk.clone()).await, (Verdict::CheckedBefore, Some(day("2026-11-20"))));
        world.sql("DELETE FROM mark_use_suspension").await;
        world.sql("UPDATE gi_right SET in_force_to = '2026-11-10'").await;
        assert_eq!(ended_later(desk.clone()).await, (Verdict::CheckedBefore, Some(day("2026-11-11"))));
        world.sql("UPDATE mark_use SET in_force_to = '2026-09-11' WHERE id = 'mus_pear'").await;
        assert_eq!(ended_later(desk.clone()).await, (Verdict::AuthorisationMismatch, None), "it had ended before the harvest");
        desk.stop().await;
    }

    async fn names_follow_the_register(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 100).await;
        let desk = world.desk().await;
        world.sql("UPDATE organisation SET name = '更名后的合作社'").await;
        let later = world.active(2, 100).await;
        desk.refresh().await.unwrap();
        for code in [order.code(1), later.code(1)] {
            assert_eq!(located(&desk, &code).order.producer(), "更名后的合作社");
        }
        desk.stop().await;
    }
}
