//! Mark uses: who may use which right's mark on which day.

use serde_json::json;
use yanzhao::registry::commands::{AnnouncementInput, EndInput, MarkUseInput, ResumeInput, RightInput, SuspendInput};
use yanzhao::registry::queries::{self, MarkUsesAsked, StandingWord};

use super::*;

fn use_of(organisation: &str, right: &str, from: &str, to: Option<&str>) -> MarkUseInput {
    input(
        json!({ "organisation_id": organisation, "right_id": right, "in_force_from": from, "in_force_to": to, "contract": "许可合同备案，2020-03-01" }),
    )
}

fn suspend(from: &str) -> SuspendInput {
    input(json!({ "from": from, "reason": "抽检不合格，限期整改", "document_no": "石市监责改〔2026〕1号" }))
}

async fn standing(register: &Register, id: &str, on: &str) -> StandingWord {
    queries::mark_use(&register.db, &register.desk.actor, id, day(on)).await.unwrap().standing
}

on_both_engines! {
    async fn a_use_counts_on_its_days_and_not_while_suspended(engine: Engine) {
        let register = Register::loaded(engine).await;
        let producer = register.producer("晋州合作社", "130183", 1).await;
        let right = register.right("jinzhou-yali", "gi_product").await;
        let office = register.desk_of(region("1301"), None);
        let row = act!(register, office, grant_mark_use, use_of(&producer, &right, "2020-03-01", None), false).unwrap();
        assert_eq!(row.state, "in_use");
        act!(register, office, suspend_mark_use on &row.id, suspend("2026-08-01")).unwrap();
        said(&act!(register, office, suspend_mark_use on &row.id, suspend("2026-09-01")).unwrap_err(), "/from", "mark_use_already_suspended");
        let early: ResumeInput = input(json!({ "from": "2026-08-01", "reason": "整改完成" }));
        said(&act!(register, office, resume_mark_use on &row.id, early).unwrap_err(), "/from", "mark_use_nothing_suspended");
        let resumed: ResumeInput = input(json!({ "from": "2026-09-01", "reason": "整改完成" }));
        act!(register, office, resume_mark_use on &row.id, resumed).unwrap();
        said(&act!(register, office, resume_mark_use on &row.id, resumed).unwrap_err(), "/from", "mark_use_nothing_suspended");
        use StandingWord::{Ended, InForce, NotYet, Suspended};
        let table = [("2020-02-29", NotYet), ("2020-03-01", InForce), ("2026-07-31", InForce), ("2026-08-01", Suspended), ("2026-08-31", Suspended), ("2026-09-01", InForce)];
        for (on, word) in table {
            assert_eq!(standing(&register, &row.id, on).await, word, "{on}");
        }
        let on = |text: &str| MarkUsesAsked { as_of: Some(day(text)), ..MarkUsesAsked::default() };
        for (text, count) in [("2020-02-29", 0), ("2026-07-31", 1), ("2026-08-15", 0), ("2026-09-01", 1)] {
            let found = queries::mark_uses(&register.db, &office.actor, &on(text), register.today(), None, 10).await.unwrap().items;
            assert_eq!(found.len(), count, "in force on {text}");
        }
        let end = |last: &str, document: Option<&str>| -> EndInput {
            input(json!({ "last_day": last, "ending": "surrendered", "reason": "自愿放弃", "document_no": document }))
        };
        let later = act!(register, office, end_mark_use on &row.id, end("2026-07-15", Some("文书1号"))).unwrap_err();
        said(&later, "/last_day", "mark_use_suspended_later");
        said(&act!(register, office, end_mark_use on &row.id, end("2026-11-01", None)).unwrap_err(), "/document_no", "mark_use_backdated");
        let ended = act!(register, office, end_mark_use on &row.id, end("2026-11-30", None)).unwrap();
        assert_eq!((ended.state.as_str(), ended.in_force_to.as_deref()), ("surrendered", Some("2026-11-30")));
        assert_eq!((standing(&register, &row.id, "2026-11-30").await, standing(&register, &row.id, "2026-12-01").await), (InForce, Ended));
        assert_eq!(standing(&register, &row.id, "2026-10-01").await, InForce, "goods made before stay lawful");
        said(&act!(register, office, end_mark_use on &row.id, end("2026-12-31", None)).unwrap_err(), "/ending", "mark_use_ended");
        said(&act!(register, office, suspend_mark_use on &row.id, suspend("2026-12-01")).unwrap_err(), "/from", "mark_use_not_standing");
        let renewed = act!(register, office, grant_mark_use, use_of(&producer, &right, "2026-12-01", Some("2030-12-31")), false).unwrap();
        assert_eq!(standing(&register, &renewed.id, "2031-01-01").await, Ended, "an expired use");
    }

    async fn uses_never_share_a_day(engine: Engine) {
        let register = Register::loaded(engine).await;
        let producer = register.producer("晋州合作社", "130183", 1).await;
        let right = register.right("jinzhou-yali", "gi_product").await;
        let desk = register.desk.clone();
        let first = act!(register, desk, grant_mark_use, use_of(&producer, &right, "2020-03-01", Some("2025-02-28")), false).unwrap();
        let words = said(&act!(register, desk, grant_mark_use, use_of(&producer, &right, "2025-02-28", None), false).unwrap_err(), "/in_force_from", "mark_use_overlaps");
        assert!(words[0].contains(&first.id) && words[0].contains("2025-02-28"));
        act!(register, desk, grant_mark_use, use_of(&producer, &right, "2025-03-01", None), false).unwrap();
        said(&act!(register, desk, grant_mark_use, use_of(&producer, &right, "2026-01-01", Some("2025-12-31")), false).unwrap_err(), "/in_force_to", "mark_use_backwards");
        let tries = (0..8).map(|_| act_of(&register, use_of(&producer, &right, "2019-01-01", Some("2019-12-31"))));
        let done = futures_join(tries).await;
        assert_eq!(done.iter().filter(|ok| **ok).count(), 1, "of several at once one is taken");
    }

    /// Row “rights” of the bad inputs: approval before recognition, of a right not registered, by another product's announcement.
    async fn a_use_rests_on_a_registered_right_and_its_own_announcement(engine: Engine) {
        let register = Register::loaded(engine).await;
        let producer = register.producer("晋州合作社", "130183", 1).await;
        let pears = register.right("jinzhou-yali", "gi_product").await;
        let desk = register.desk.clone();
        let early = act!(register, desk, grant_mark_use, use_of(&producer, &pears, "2010-07-12", None), false).unwrap_err();
        let words = said(&early, "/in_force_from", "mark_use_before_recognition");
        assert!(words[0].contains("2010-07-12") && words[0].contains("2010-07-13"));
        let applied = register.right("xingtang-dazao", "certification_mark").await;
        let words = said(&act!(register, desk, grant_mark_use, use_of(&producer, &applied, "2026-01-01", None), false).unwrap_err(), "/right_id", "mark_use_right_not_registered");
        assert!(words[0].contains("已申请"), "{words:?}");
        let without = MarkUseInput { contract: None, ..use_of(&producer, &pears, "2020-01-01", None) };
        said(&act!(register, desk, grant_mark_use, without, false).unwrap_err(), "/announcement_id", "mark_use_paper_missing");
        // Older than the platform: what somebody says of it is not enough.
        let said_only = |from: &str| MarkUseInput { contract: None, evidence: Some("口头说明".into()), ..use_of(&producer, &pears, from, None) };
        let words = said(&act!(register, desk, grant_mark_use, said_only("2020-01-01"), false).unwrap_err(), "/contract", "mark_use_contract_missing");
        assert!(words[0].contains("2020-01-01") && words[0].contains(&register.today().to_string()), "{words:?}");

        let noodles = register.right("gaocheng-gongmian", "gi_product").await;
        let users = |number: &str, right: &str, kind: &str, on: &str| -> AnnouncementInput {
            input(json!({ "number": number, "kind": kind, "announced_on": on, "right_ids": [right], "source": "test", "confidence": "A" }))
        };
        let of_noodles = act!(register, desk, record_announcement, users("国家知识产权局公告第500号", &noodles, "mark_users", "2022-01-01")).unwrap();
        let by = |paper: &str, from: &str| MarkUseInput { announcement_id: Some(paper.to_owned()), contract: None, ..use_of(&producer, &pears, from, None) };
        let words = said(&act!(register, desk, grant_mark_use, by(&of_noodles.id, "2022-02-01"), false).unwrap_err(), "/announcement_id", "mark_use_announcement_other");
        assert!(words[0].contains("藁城宫面") && words[1].contains("藁城宫面"), "approved for A, marking B: {words:?}");
        let accepted = act!(register, desk, record_announcement, users("国家知识产权局公告第501号", &pears, "acceptance", "2022-01-01")).unwrap();
        said(&act!(register, desk, grant_mark_use, by(&accepted.id, "2022-02-01"), false).unwrap_err(), "/announcement_id", "mark_use_announcement_kind");
        let own_paper = act!(register, desk, record_announcement, users("国家知识产权局公告第502号", &pears, "mark_users", "2022-01-01")).unwrap();
        said(&act!(register, desk, grant_mark_use, by(&own_paper.id, "2021-12-31"), false).unwrap_err(), "/in_force_from", "mark_use_before_announcement");
        let row = act!(register, desk, grant_mark_use, by(&own_paper.id, "2022-01-01"), false).unwrap();
        assert_eq!(row.announcement.as_deref(), Some("国家知识产权局公告第502号"));

        let unknown = MarkUseInput { announcement_id: Some("ann_none".into()), ..use_of("org_none", "rig_none", "2022-01-01", None) };
        let refused = act!(register, desk, grant_mark_use, unknown, false).unwrap_err();
        for (pointer, code) in [("/organisation_id", "register_organisation_unknown"), ("/right_id", "register_right_unknown"), ("/announcement_id", "register_announcement_unknown")] {
            said(&refused, pointer, code);
        }
        let bureau = OrganisationInput { kind: OrganisationKind::Authority, credit_code: None, ..organisation("某局", "130183", 9) };
        let bureau = act!(register, desk, register_organisation, bureau, false).unwrap().row.id;
        said(&act!(register, desk, grant_mark_use, use_of(&bureau, &pears, "2022-01-01", None), false).unwrap_err(), "/organisation_id", "mark_use_credit_code");
        let other_city = register.desk_of(region("1306"), None);
        let refused = act!(register, other_city, grant_mark_use, use_of(&producer, &pears, "2015-01-01", Some("2015-12-31")), false).unwrap_err();
        said(&refused, "/right_id", "outside_your_region");
    }

    async fn a_right_that_ended_admits_nobody_afterwards(engine: Engine) {
        let register = Register::loaded(engine).await;
        let producer = register.producer("晋州合作社", "130183", 1).await;
        let product = register.product("jinzhou-yali").await;
        let mark: RightInput = input(json!({
            "product_id": product, "route": "certification_mark", "status": "registered", "registration_number": "1234567", "registration_kind": "trademark",
            "in_force_from": "2005-01-01", "term_to": "2015-06-06", "in_force_to": "2015-12-06", "source": "test", "confidence": "A",
        }));
        let mark = act!(register, register.desk, record_right, mark, false).unwrap();
        let term = |on: &'static str| {
            let (db, id) = (register.db.clone(), mark.id.clone());
            async move { queries::right(&db, &id, day(on)).await.unwrap().term.unwrap() }
        };
        let table = [("2004-12-31", "not_yet"), ("2015-06-06", "in_force"), ("2015-06-07", "grace"), ("2015-12-06", "grace"), ("2015-12-07", "ended")];
        for (on, word) in table {
            assert_eq!(term(on).await, word, "{on}");
        }
        said(&act!(register, register.desk, grant_mark_use, use_of(&producer, &mark.id, "2016-01-01", None), false).unwrap_err(), "/in_force_from", "mark_use_after_right");
        act!(register, register.desk, grant_mark_use, use_of(&producer, &mark.id, "2015-10-01", None), false).unwrap();
    }

    async fn users_are_seen_by_whom_it_concerns_and_named_to_everybody(engine: Engine) {
        let register = Register::loaded(engine).await;
        let (a, b) = (register.producer("甲合作社", "130183", 1).await, register.producer("乙合作社", "130133", 2).await);
        let holder = register.producer("晋州鸭梨协会", "130183", 3).await;
        let pears = register.right("jinzhou-yali", "gi_product").await;
        let snow = register.right("zhaoxian-xuehuali", "gi_product").await;
        let product = register.product("jinzhou-yali").await;
        let mark: RightInput = input(json!({ "product_id": product, "route": "collective_mark", "status": "registered", "date": "2008", "holder_id": holder, "source": "test", "confidence": "B" }));
        act!(register, register.desk, record_right, mark, false).unwrap();
        act!(register, register.desk, grant_mark_use, use_of(&a, &pears, "2020-01-01", None), false).unwrap();
        act!(register, register.desk, grant_mark_use, use_of(&b, &snow, "2020-01-01", None), false).unwrap();
        let sees = |scope: Scope| {
            let (db, actor) = (register.db.clone(), register.desk_of(scope, None).actor);
            async move {
                let found = queries::mark_uses(&db, &actor, &MarkUsesAsked::default(), day("2026-01-01"), None, 10).await.unwrap();
                found.items.into_iter().map(|m| m.organisation).collect::<Vec<_>>()
            }
        };
        assert_eq!(sees(own(&a)).await, ["甲合作社"]);
        assert_eq!(sees(region("130133")).await, ["乙合作社"]);
        assert_eq!(sees(region("1301")).await.len(), 2);
        assert_eq!(sees(Scope { holders: vec![holder.clone()], ..Scope::default() }).await, ["甲合作社"], "users of a product on which a right is held");
        assert!(sees(own(&holder)).await.is_empty());
        let facts = queries::product_facts(&register.db, "jinzhou-yali", day("2026-01-01")).await.unwrap();
        assert_eq!(facts.users.iter().map(|u| (u.name.as_str(), u.credit_code.is_some())).collect::<Vec<_>>(), [("甲合作社", true)]);
        assert_eq!(facts.rights.len(), 4);
        let area = facts.rights.iter().find(|r| r.id == pears).unwrap().area.as_ref().unwrap();
        assert_eq!(area.places.len(), 8);
        assert!(queries::search(&register.db, queries::Kind::Product, "鸭梨协会", 5).await.unwrap().contains(&product), "by its holder");
    }
}

async fn act_of(register: &Register, input: MarkUseInput) -> bool {
    act!(register, register.desk, grant_mark_use, input, false).is_ok()
}

/// Runs all at once.
async fn futures_join<F: Future<Output = bool>>(tries: impl Iterator<Item = F>) -> Vec<bool> {
    let mut running: Vec<_> = tries.map(Box::pin).collect();
    let mut done = vec![None; running.len()];
    std::future::poll_fn(|context| {
        for (one, result) in running.iter_mut().zip(&mut done) {
            if result.is_none()
                && let std::task::Poll::Ready(ok) = one.as_mut().poll(context)
            {
                *result = Some(ok);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
