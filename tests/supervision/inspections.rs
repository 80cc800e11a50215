//! Inspections from the visit to the published result, and the list of abnormal operations, on both engines.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::{Day, Desk, Failure, Scope};
use yanzhao::supervision::abnormal::{abnormal_entries, abnormal_of};
use yanzhao::supervision::commands::abnormal::{
    AbnormalInput, confirm_abnormal, confirm_abnormal_lift, drop_abnormal, propose_abnormal, propose_abnormal_lift, withdraw_abnormal_lift,
};
use yanzhao::supervision::commands::inspection::{
    ChecklistInput, OpenInput, PublishInput, keep_form, open_inspection, publish_inspection, record_checklist, record_inspection,
};
use yanzhao::supervision::commands::{LiftInput, WithdrawInput};
use yanzhao::supervision::inspection::{Answer, Books, CountInput, Found, ItemInput, RecordInput, SampleInput, Signature};
use yanzhao::supervision::inspections::{due, form, inspection, known, published};
use yanzhao::supervision::rectifications::rectification;

use super::draws::{desk, officer};
use crate::support::world::{COUNTY, World, act};
use crate::support::{Engine, on_both_engines};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Two officers and one more, with an inspection of a firm opened by the first.
async fn visit(world: &World) -> (Vec<String>, String, String) {
    let mut officers = Vec::new();
    for n in 0..3 {
        officers.push(officer(world, &format!("officer{n}"), &format!("1301AB0{n}"), "市场监管").await);
    }
    let firm = world.organisation("合作社甲", COUNTY).await;
    let own = desk(world, &officers[0]);
    let input = OpenInput {
        organisation_id: firm.clone(),
        product_id: None,
        officers: officers[..2].to_vec(),
        reason: "线索核查".to_owned(),
        recheck_of: None,
    };
    let id = act!(world, own, |tx, desk| open_inspection(tx, desk, &input), [input]).unwrap().id;
    (officers, firm, id)
}

async fn record(world: &World, own: &Desk, id: &str, officers: &[String]) -> RecordInput {
    let items = form(&world.db, &own.actor, id, world.clock.today()).await.unwrap().items;
    RecordInput {
        inspected_on: world.clock.today(),
        officers: officers[..2].to_vec(),
        items: items
            .into_iter()
            .map(|item| ItemInput { department: item.department, item: item.item, answer: Some(Answer::Fits), note: String::new() })
            .collect(),
        counts: Vec::new(),
        note: String::new(),
        place: String::new(),
        sample: None,
        signature: Some(Signature::Signed),
        signed_by: "负责人".to_owned(),
        witness: String::new(),
        found: Some(Found::Nothing),
        mend: String::new(),
        mend_by: None,
    }
}

async fn hand_in(world: &World, own: &Desk, id: &str, input: &RecordInput, books: &[Books]) -> Result<(), Failure> {
    let (id, input) = (id.to_owned(), input.clone());
    let view = inspection(&world.db, &own.actor, &id).await.unwrap();
    let mut known = known(&world.db, &own.actor, &world.clock, &view, world.clock.today()).await.unwrap();
    known.books = books.to_vec();
    act!(world, own, |tx, desk| record_inspection(tx, desk, &id, &input, &known, &[]), [id, input, known]).map(|_| ())
}

on_both_engines! {
    async fn nothing_found_is_handed_in_by_its_officers_and_published_by_another(engine: Engine) {
        let world = World::new(engine).await;
        let (officers, firm, id) = visit(&world).await;
        let (own, second, third) = (desk(&world, &officers[0]), desk(&world, &officers[1]), desk(&world, &officers[2]));
        let typed = std::collections::BTreeMap::from([("note".to_owned(), "门口有牌匾".to_owned())]);
        act!(world, own, |tx, desk| keep_form(tx, desk, &id, &typed, &[]), [id, typed]).unwrap();
        let kept = form(&world.db, &second.actor, &id, world.clock.today()).await.unwrap();
        assert_eq!(kept.typed["note"], "门口有牌匾", "a colleague goes on where one left off");
        let refused = act!(world, third, |tx, desk| keep_form(tx, desk, &id, &typed, &[]), [id, typed]).unwrap_err();
        assert!(refused.says("inspection_not_yours"));
        assert_eq!(due(&world.db, &own.actor, &world.clock).await.unwrap()[0].step, "visit");
        assert!(due(&world.db, &third.actor, &world.clock).await.unwrap().is_empty());

        let good = record(&world, &own, &id, &officers).await;
        assert!(good.items.len() >= 10, "the list that comes with the program");
        let refused_to_sign = RecordInput { signature: Some(Signature::Refused), ..good.clone() };
        assert!(hand_in(&world, &own, &id, &refused_to_sign, &[]).await.unwrap_err().says("inspection_witness"));
        let mut open = good.clone();
        open.items.pop();
        open.officers = vec![officers[0].clone(), officers[2].clone()];
        let refused = hand_in(&world, &own, &id, &open, &[]).await.unwrap_err();
        assert!(refused.says("inspection_item_open") && refused.says("inspection_officer"), "{refused}");
        let counted = RecordInput { counts: vec![CountInput { order_id: "cod_1".to_owned(), counted: Some(38) }], ..good.clone() };
        assert!(hand_in(&world, &own, &id, &counted, &[]).await.unwrap_err().says("inspection_order"), "labels of somebody else");
        let witnessed = RecordInput {
            witness: "村干部".to_owned(),
            sample: Some(SampleInput { lot: "2026-01".to_owned(), quantity: "2 kg".to_owned(), sealed_by: "甲".to_owned() }),
            ..counted
        };
        let witnessed = RecordInput { signature: Some(Signature::Refused), ..witnessed };
        let books = [Books { order_id: "cod_1".to_owned(), order_no: 7, on_hand: 40 }];
        hand_in(&world, &own, &id, &witnessed, &books).await.unwrap();
        assert!(hand_in(&world, &own, &id, &good, &[]).await.unwrap_err().says("inspection_recorded"), "once");

        let view = inspection(&world.db, &world.member("m", &firm).actor, &id).await.unwrap();
        let seen = view.record.unwrap();
        assert_eq!((seen.counts[0].expected, seen.counts[0].difference), (40, -2));
        assert_eq!(seen.sample.unwrap().retest_until, "2026-10-29", "seven working days from 20 October");
        assert_eq!(view.publish_by.as_deref(), Some("2026-11-17"), "twenty working days");
        let say = PublishInput { public_text: String::new() };
        let refused = act!(world, own, |tx, desk| publish_inspection(tx, desk, &id, &say), [id, say]).unwrap_err();
        assert!(refused.says("second_person_needed"));
        assert!(published(&world.db, None, 10).await.unwrap().is_empty());
        let waits = due(&world.db, &second.actor, &world.clock).await.unwrap();
        assert_eq!((waits[0].step, waits[0].due_on), ("publish", Some(day("2026-11-17"))));
        act!(world, second, |tx, desk| publish_inspection(tx, desk, &id, &say), [id, say]).unwrap();
        let public = published(&world.db, None, 10).await.unwrap();
        assert_eq!((public[0].name.as_str(), public[0].found.as_str()), ("合作社甲", "nothing"));
    }

    async fn what_differs_becomes_an_order_or_a_case_and_is_looked_at_again(engine: Engine) {
        let world = World::new(engine).await;
        let (officers, firm, id) = visit(&world).await;
        let own = desk(&world, &officers[0]);
        let mut input = record(&world, &own, &id, &officers).await;
        (input.items[2].answer, input.items[2].note) = (Some(Answer::Differs), "缺收购记录".to_owned());
        assert!(hand_in(&world, &own, &id, &input, &[]).await.unwrap_err().says("inspection_found_differs"), "what differs is not nothing");
        input.found = Some(Found::Rectify);
        let refused = hand_in(&world, &own, &id, &input, &[]).await.unwrap_err();
        assert!(refused.fields.iter().any(|f| f.pointer == "/mend") && refused.fields.iter().any(|f| f.pointer == "/mend_by"), "{refused}");
        (input.mend, input.mend_by) = ("补齐收购记录".to_owned(), Some(day("2026-10-19")));
        let refused = hand_in(&world, &own, &id, &input, &[]).await.unwrap_err();
        assert!(refused.fields.iter().any(|f| f.pointer == "/mend_by" && f.code == "rectification_due"), "{refused}");
        assert!(inspection(&world.db, &own.actor, &id).await.unwrap().record.is_none(), "all of it or nothing");
        input.mend_by = Some(day("2026-11-03"));
        hand_in(&world, &own, &id, &input, &[]).await.unwrap();
        let view = inspection(&world.db, &own.actor, &id).await.unwrap();
        let order = rectification(&world.db, &world.member("m", &firm).actor, view.rectification_id.as_deref().unwrap()).await.unwrap();
        assert_eq!((order.what.as_str(), order.source_id.as_str()), ("补齐收购记录", id.as_str()));

        world.clock.advance(14 * DAY);
        let wrong = OpenInput { organisation_id: world.organisation("别家", COUNTY).await, product_id: None, officers: officers[..2].to_vec(), reason: "复查".to_owned(), recheck_of: Some(id.clone()) };
        let refused = act!(world, own, |tx, desk| open_inspection(tx, desk, &wrong), [wrong]).unwrap_err();
        assert!(refused.says("inspection_recheck"));
        let again = OpenInput { organisation_id: firm.clone(), ..wrong };
        let second = act!(world, own, |tx, desk| open_inspection(tx, desk, &again), [again]).unwrap().id;
        let input = RecordInput { found: Some(Found::FollowUp), ..record(&world, &own, &second, &officers).await };
        hand_in(&world, &own, &second, &input, &[]).await.unwrap();
        let view = inspection(&world.db, &own.actor, &second).await.unwrap();
        assert!(view.case_id.is_some() && view.recheck_of.as_deref() == Some(id.as_str()));
        let told = inspection(&world.db, &world.member("m", &firm).actor, &second).await.unwrap();
        assert!(told.case_id.is_none(), "a firm is not told of a case");
    }

    async fn a_departments_new_list_counts_from_its_day(engine: Engine) {
        let world = World::new(engine).await;
        let (officers, _, id) = visit(&world).await;
        let own = desk(&world, &officers[0]);
        let newer = ChecklistInput { department: "市场监管".to_owned(), from: day("2026-10-22"), items: vec!["只看一项".to_owned()], source: "年度通知".to_owned() };
        act!(world, own, |tx, desk| record_checklist(tx, desk, &newer), [newer]).unwrap();
        assert!(form(&world.db, &own.actor, &id, day("2026-10-21")).await.unwrap().items.len() > 1);
        assert_eq!(form(&world.db, &own.actor, &id, day("2026-10-22")).await.unwrap().items[0].item, "只看一项");
    }

    async fn a_firm_is_listed_and_removed_by_two_persons_each(engine: Engine) {
        let world = World::new(engine).await;
        let firm = world.organisation("合作社甲", COUNTY).await;
        let (own, second) = (desk(&world, "acc_1"), desk(&world, "acc_2"));
        let other = world.desk("o", None, Scope { divisions: vec!["130133".to_owned()], ..Scope::default() });
        let input = AbnormalInput { organisation_id: firm.clone(), reason: "通过登记的住所无法联系".to_owned(), document_no: "〔2026〕1号".to_owned() };
        let refused = act!(world, other, |tx, desk| propose_abnormal(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.says("outside_your_region"));
        let id = act!(world, own, |tx, desk| propose_abnormal(tx, desk, &input), [input]).unwrap().id;
        assert!(abnormal_of(&world.db, &firm).await.unwrap().is_empty(), "the public sees nothing of a proposal");
        let refused = act!(world, own, |tx, desk| propose_abnormal(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.says("abnormal_twice"));
        let refused = act!(world, own, |tx, desk| confirm_abnormal(tx, desk, &id), [id]).unwrap_err();
        assert!(refused.says("second_person_needed"));
        act!(world, second, |tx, desk| confirm_abnormal(tx, desk, &id), [id]).unwrap();
        assert_eq!(abnormal_of(&world.db, &firm).await.unwrap()[0].state, "in_force");
        let lift = LiftInput { document_no: "〔2026〕9号".to_owned(), public_text: "已恢复联系".to_owned() };
        act!(world, own, |tx, desk| propose_abnormal_lift(tx, desk, &id, &lift), [id, lift]).unwrap();
        let refused = act!(world, own, |tx, desk| confirm_abnormal_lift(tx, desk, &id), [id]).unwrap_err();
        assert!(refused.says("second_person_needed"));
        let again = act!(world, second, |tx, desk| confirm_abnormal(tx, desk, &id), [id]).unwrap_err();
        assert!(again.says("already_decided"), "confirming the entry is no way to withdraw its removal");
        let why = WithdrawInput { reason: String::new() };
        assert!(act!(world, second, |tx, desk| withdraw_abnormal_lift(tx, desk, &id, &why), [id, why]).unwrap_err().says("reason_missing"));
        let why = WithdrawInput { reason: "住所仍无法联系".to_owned() };
        let stands = act!(world, second, |tx, desk| withdraw_abnormal_lift(tx, desk, &id, &why), [id, why]).unwrap();
        assert_eq!((stands.state.as_str(), stands.lift_text, stands.lift_document_no, stands.lift_proposed_by), ("in_force", None, None, None));
        let refused = act!(world, second, |tx, desk| confirm_abnormal_lift(tx, desk, &id), [id]).unwrap_err();
        assert!(refused.says("already_decided"));
        act!(world, own, |tx, desk| propose_abnormal_lift(tx, desk, &id, &lift), [id, lift]).unwrap();
        act!(world, second, |tx, desk| confirm_abnormal_lift(tx, desk, &id), [id]).unwrap();
        let known = abnormal_of(&world.db, &firm).await.unwrap();
        assert!(known[0].state == "lifted" && known[0].lift_text.as_deref() == Some("已恢复联系"));
    }

    async fn two_officers_at_once_put_a_firm_on_the_list_once(engine: Engine) {
        let world = World::new(engine).await;
        let firm = world.organisation("合作社甲", COUNTY).await;
        let entry = |no: u8| AbnormalInput { organisation_id: firm.clone(), reason: "通过登记的住所无法联系".to_owned(), document_no: format!("〔2026〕{no}号") };
        let (holds, proposed) = (engine == Engine::Postgres, std::sync::Arc::new(tokio::sync::Notify::new()));
        let propose = |account: &str, input: AbnormalInput, is_first: bool| {
            let (db, desk, proposed) = (world.db.clone(), desk(&world, account), proposed.clone());
            async move {
                if holds && !is_first {
                    proposed.notified().await;
                }
                db.write(move |tx| {
                    let (desk, input, proposed) = (desk.clone(), input.clone(), proposed.clone());
                    Box::pin(async move {
                        let row = propose_abnormal(tx, &desk, &input).await?;
                        if holds && is_first {
                            proposed.notify_one();
                            somebody_waits(tx).await;
                        }
                        Ok(row)
                    })
                })
                .await
            }
        };
        // On PostgreSQL the first commits only once the second has looked at the list, found nothing there, and waits; SQLite has one writer.
        let (first, second) = tokio::join!(propose("acc_1", entry(1), true), propose("acc_2", entry(2), false));
        let (one, refused) = match (first, second) {
            (Ok(one), Err(refused)) | (Err(refused), Ok(one)) => (one, refused),
            other => panic!("one and only one: {other:?}"),
        };
        assert_eq!((refused.code, refused.kind), ("abnormal_twice", yanzhao::kernel::FailureKind::Conflict), "{refused}");
        assert!(refused.params.contains(&("firm", "合作社甲".to_owned())), "{refused}");
        let officer = desk(&world, "acc_3");
        assert_eq!(abnormal_entries(&world.db, &officer.actor, None, 10).await.unwrap().len(), 1);
        // What was dropped or lifted stands in nobody's way.
        let id = one.id;
        act!(world, officer, |tx, desk| drop_abnormal(tx, desk, &id), [id]).unwrap();
        let again = entry(3);
        act!(world, officer, |tx, desk| propose_abnormal(tx, desk, &again), [again]).unwrap();
    }
}

/// Until another transaction of this database waits for a lock.
async fn somebody_waits(tx: &yanzhao::db::Tx) {
    let waiting = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..200_000 {
        let asked = Statement::from_string(DbBackend::Postgres, waiting);
        let row = tx.connection().query_one_raw(asked).await.unwrap().unwrap();
        if row.try_get::<i64>("", "n").unwrap() > 0 {
            return;
        }
        // What is known of the others is kept for a transaction unless it is thrown away.
        tx.connection().execute_unprepared("SELECT pg_stat_clear_snapshot()").await.unwrap();
    }
    panic!("nobody came");
}
