//! A copied label over HTTP: many people in many provinces scan one code → alert → confirmed with a case → a stop proposed by one officer and
//! confirmed by another → the page of the code is red. And the same by form.

use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::config::Config;
use yanzhao::jobs::{judge_nightly, judge_scans};
use yanzhao::kernel::clock::{DAY, MINUTE};

use crate::support::season::{Season, id};
use crate::support::server::{Person, Server, answer};
use crate::support::{Engine, on_both_engines};

fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    config.house_addresses = vec!["192.0.2.200/32".parse().unwrap()];
    config.place_table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/places.csv").into();
}

async fn codes(engine: Engine) -> (Server, Vec<String>) {
    let season = Season::start_with(engine, behind_a_proxy).await;
    let batch = id(&season.producer.done("/api/v1/batches", season.batch(json!({}))).await);
    let Season { server, producer, product, .. } = season;
    let pack = id(&producer.done("/api/v1/packs", json!({ "product_id": product["id"], "grade": "特级", "net_weight_g": 5_000 })).await);
    producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
    let order = json!({ "pack_id": pack, "kind": "unit", "count": 60 });
    let order = id(&producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await);
    let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap();
    let codes: Vec<String> = file.text().await.unwrap().lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect();
    producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": 40 })).await;
    (server, codes)
}

async fn scan(server: &Server, code: &str, phone: &str, address: &str) -> Value {
    let request = server.anybody().request(Method::GET, &format!("/Q/{code}"));
    answer(request.header("accept", "application/json").header("user-agent", phone).header("x-forwarded-for", address)).await.1
}

async fn judge(server: &Server) -> u64 {
    judge_scans(&server.app.db, &server.clock, &server.app.random).await.unwrap().raised
}

/// Fourteen people in five provinces, two a day.
async fn copied(server: &Server, code: &str) {
    for no in 0..14_u8 {
        let address = ["192.0.2.1", "192.0.2.97", "198.51.100.1", "203.0.113.1", "192.0.2.193"][usize::from(no) % 5];
        scan(server, code, &format!("Phone/{no}"), address).await;
        server.clock.advance(if no % 2 == 0 { 10 * MINUTE } else { DAY - 10 * MINUTE });
    }
}

async fn open(person: &Person) -> Vec<Value> {
    person.get("/api/v1/alerts?state=open").await.1["items"].as_array().unwrap().clone()
}

on_both_engines! {
    async fn a_copied_label_ends_as_a_red_page_by_two_officers(engine: Engine) {
        let (server, codes) = codes(engine).await;
        // Receipt in a shop's house and a gift are not worth a word.
        for (no, code) in codes[..35].iter().enumerate() {
            scan(&server, code, "Scanner/1", "192.0.2.200").await;
            if no == 3 {
                scan(&server, code, "Phone/1", "192.0.2.97").await;
            }
        }
        assert_eq!(judge(&server).await, 0);
        let code = &codes[20];
        copied(&server, code).await;
        assert!(judge(&server).await >= 3);
        assert_eq!(judge(&server).await, 0, "nothing is found twice");
        assert_eq!(scan(&server, code, "Phone/99", "192.0.2.1").await["severity"], "amber", "amber at most");
        let (supervisor, second) = (server.person("supervisor").await, server.person("supervisor2").await);
        let found = open(&supervisor).await;
        let alert = found.iter().find(|alert| alert["rule"] == "R4").unwrap().clone();
        assert_eq!((alert["severity"].as_str(), alert["subject_kind"].as_str()), (Some("amber"), Some("code")));
        let path = format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap());
        let detail = supervisor.get(&path).await.1;
        assert_eq!((detail["code"].as_str(), detail["places"].as_array().unwrap().len()), (Some(code.as_str()), 5), "{detail:#}");
        assert!(detail["past"].as_array().unwrap().len() >= 2, "the other rules on the same code");
        for account in ["producer", "seller"] {
            assert_eq!(server.person(account).await.get("/api/v1/alerts").await.0, 403, "{account}");
        }
        supervisor.refused(&format!("{path}/judge"), json!({ "judgement": "confirmed", "reason": "" }), 422, "register_empty").await;
        supervisor.done(&format!("{path}/take"), json!({})).await;
        let judged = json!({ "judgement": "confirmed", "reason": "同一标签出现在五省不同商品上", "open_case": true });
        let judged = supervisor.done(&format!("{path}/judge"), judged).await;
        assert!(judged["state"] == "confirmed" && judged["case_id"].as_str().unwrap().starts_with("cas_"), "{judged:#}");
        second.refused(&format!("{path}/judge"), json!({ "judgement": "dismissed", "reason": "晚了" }), 409, "already_decided").await;
        assert_eq!(scan(&server, code, "Phone/100", "192.0.2.1").await["severity"], "amber", "confirming an alert changes no page");
        let stop = json!({ "scope": "code", "code": code, "category": "clone", "ordered_by": "演示机关", "document_no": "演示〔2026〕7号",
            "public_text": "同一编号出现在多件商品上。" });
        let stop = id(&supervisor.done("/api/v1/stops", stop).await);
        supervisor.refused(&format!("/api/v1/stops/{stop}/confirm"), json!({}), 409, "second_person_needed").await;
        assert_eq!(scan(&server, code, "Phone/101", "192.0.2.1").await["severity"], "amber", "one person is not enough");
        second.done(&format!("/api/v1/stops/{stop}/confirm"), json!({})).await;
        let red = scan(&server, code, "Phone/102", "192.0.2.1").await;
        assert_eq!(red["severity"], "red", "{red:#}");
        assert_ne!(scan(&server, &codes[21], "Phone/102", "192.0.2.1").await["severity"], "red", "only this one");
    }

    async fn alerts_are_read_and_judged_by_form_and_thresholds_changed_by_two(engine: Engine) {
        let (server, codes) = codes(engine).await;
        copied(&server, &codes[5]).await;
        judge(&server).await;
        judge_nightly(&server.app.db, &server.clock, &server.app.random).await.unwrap();
        let (one, two) = (server.browser("supervisor").await, server.browser("supervisor2").await);
        let list = one.open("/work/alerts").await;
        assert!(list.has("R4 多省查验") && list.has("需留意") && list.has("/work/alerts/alr_"), "{}", list.html);
        let path = format!("/work/alerts/alr_{}", list.html.split("/work/alerts/alr_").nth(1).unwrap().split('"').next().unwrap());
        let page = one.open(&path).await;
        for said in ["各省查验次数", "每天的查验", "查验地点", "作出判断", "同一对象的其他预警", codes[5].as_str()] {
            assert!(page.has(said), "{said}: {}", page.html);
        }
        assert!(one.open(&format!("{path}?lang=en")).await.has("Checks by province"));
        assert!(one.open("/work/inbox").await.has(&path), "the inbox leads to it");
        let act = format!("{path}/judge");
        let refused = one.fill(&page, &act, &[("judgement", "false_alarm"), ("reason", "")]).await;
        assert_eq!(refused.status, 422);
        let (_, page) = one.done(&page, &act, &[("judgement", "confirmed"), ("reason", "五省同时出现"), ("open_case", "1")]).await;
        assert!(page.has("判断已记录") && page.has("/work/measures/stops/new?scope=code") && page.has("五省同时出现"), "{}", page.html);
        let rules = one.open("/work/alert-rules").await;
        assert!(rules.has("R25 产季内没有登记") && rules.has("初始数值"), "{}", rules.html);
        let page = one.open("/work/alert-rules/R2").await;
        let fields = [("visitors", "6"), ("burst_days", "2"), ("runs", "on"), ("reason", "复制标签多为短时集中")];
        let (_, page) = one.done(&page, "/work/alert-rules/R2", &fields).await;
        assert!(page.has("改动已提出") && page.has("回测进行中"), "{}", page.html);
        judge(&server).await;
        let page = two.open("/work/alert-rules/R2").await;
        assert!(page.has("新数值提出"), "{}", page.html);
        let version = page.html.split("/work/alert-rules/R2/versions/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let act = format!("/work/alert-rules/R2/versions/{version}");
        let own = one.fill(&one.open("/work/alert-rules/R2").await, &act, &[("decision", "put_in_force")]).await;
        assert_eq!(own.status, 409, "{}", own.html);
        let (_, page) = two.done(&page, &act, &[("decision", "put_in_force")]).await;
        assert!(page.has("决定已记录") && page.has("现行：1 小时") || page.has("已启用"), "{}", page.html);
        server.clock.advance(DAY);
        assert_eq!(server.browser("producer").await.see("/work/alerts").await.status, 403);
        assert!(server.browser("auditor").await.open("/work/alerts").await.has("R4"), "an auditor reads");
    }
}
