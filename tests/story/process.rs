//! Grading, merging, what leaves without a code, and a recall that follows goods, over HTTP: from the API and from the pages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Engine;
use crate::support::server::{PASSWORD, Person, Server, answer};

/// A producer with two released batches of 100 kg each, and what they need.
struct House {
    server: Server,
    producer: Person,
    product: String,
    batches: [String; 2],
    pack: String,
}

async fn house(engine: Engine) -> House {
    let server = Server::start(engine).await;
    yanzhao::demo::prepare_figures(&server.app).await.unwrap();
    let (office, office2, producer) = (server.person("office").await, server.person("office2").await, server.person("producer").await);
    let product = office.get("/api/v1/products?q=jinzhouyali").await.1["items"][0].clone();
    let me = producer.get("/api/v1/sessions/current").await.1["organisation"].as_str().unwrap().to_owned();
    let right = product["rights"].as_array().unwrap().iter().find(|r| r["route"] == "gi_product").unwrap()["id"].clone();
    let leave = json!({ "organisation_id": me, "right_id": right, "in_force_from": "2024-01-01", "contract": "许可使用合同 2024-01" });
    office.done("/api/v1/mark-uses", leave).await;
    let grower = json!({ "name": "不公开的名字", "division_code": "130183105", "village": "演示村", "household_no": "1" });
    let grower = producer.done("/api/v1/growers", grower).await["id"].clone();
    let account = json!({ "party_id": grower, "product_id": product["id"], "season": "2026", "basis": "plots", "basis_note": "8 亩", "evidence": "核产表", "measured": true, "approved_g": 9_000_000 });
    let account = office.done("/api/v1/season-accounts", account).await["id"].as_str().unwrap().to_owned();
    office2.done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
    let mut batches = Vec::new();
    for lot in ["YL-01", "YL-02"] {
        let delivery = json!({ "grower_id": grower, "product_id": product["id"], "delivered_on": "2026-11-20", "net_weight_g": 100_000, "cert_no": format!("HGZ-{lot}") });
        let delivery = producer.done("/api/v1/deliveries", delivery).await["id"].clone();
        let batch = json!({ "product_id": product["id"], "lot": lot, "sources": [{ "delivery_id": delivery, "net_weight_g": 100_000 }], "harvested_from": "2026-10-18" });
        let batch = producer.done("/api/v1/batches", batch).await["id"].as_str().unwrap().to_owned();
        producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        batches.push(batch);
    }
    let pack = json!({ "product_id": product["id"], "grade": "特级", "net_weight_g": 5_000 });
    let pack = producer.done("/api/v1/packs", pack).await["id"].as_str().unwrap().to_owned();
    let product = product["id"].as_str().unwrap().to_owned();
    House { server, producer, product, batches: batches.try_into().unwrap(), pack }
}

async fn verdict(server: &Server, code: &str) -> String {
    let scan = server.anybody().request(Method::GET, &format!("/Q/{code}")).header("accept", "application/json");
    answer(scan).await.1["verdict"].as_str().unwrap().to_owned()
}

/// Somebody at the pages, signed in.
struct Browser {
    base: String,
    http: reqwest::Client,
}

impl Browser {
    async fn sign_in(server: &Server, account: &str) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = [("account", account), ("password", PASSWORD)];
        let response = http.post(format!("{}/login", server.base)).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 303);
        Self { base: server.base.clone(), http }
    }
    async fn page(&self, path: &str) -> String {
        let response = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }
    /// Fills in the form of `page` that leads to `action`, with the hidden words it carries; status, where it leads, page.
    async fn send(&self, page: &str, action: &str, typed: &[(&str, &str)]) -> (u16, String, String) {
        let form = page.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no form {action}"));
        let hidden = |name: &str| form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let mut fields = vec![("csrf".to_owned(), hidden("csrf")), ("idempotency_key".to_owned(), hidden("idempotency_key"))];
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let response = self.http.post(format!("{}{action}", self.base)).form(&fields).send().await.unwrap();
        let status = response.status().as_u16();
        let location = response.headers().get("location").map(|l| l.to_str().unwrap().to_owned()).unwrap_or_default();
        (status, location, response.text().await.unwrap())
    }
}

on_both_engines! {
    async fn the_page_of_a_batch_moves_goods_and_says_what_is_wrong_beside_the_field(engine: Engine) {
        let house = house(engine).await;
        let [one, two] = &house.batches;
        let browser = Browser::sign_in(&house.server, "producer").await;
        let path = format!("/work/batches/{one}");
        let page = browser.page(&path).await;
        assert!(page.contains("可移动 100 kg") && page.contains(&format!("{path}/genealogy")), "{page}");
        let action = format!("{path}/process");
        let wrong = [("p-kind", "grading"), ("p-unit", "jin"), ("p-lot1", "YL-01"), ("p-amount1", "很多"), ("p-lot3", "YL-01-Y"), ("p-amount3", "60"), ("p-loss", "1")];
        let (status, _, again) = browser.send(&page, &action, &wrong).await;
        assert_eq!(status, 422, "{again}");
        assert!(again.contains("href=\"#p-amount1\"") && again.contains("“很多”不是重量") && again.contains("value=\"YL-01-Y\""), "{again}");
        assert!(again.contains("<details open><summary>分级、重新包装或加工"), "the form stands open");
        let right = [("p-kind", "grading"), ("p-unit", "jin"), ("p-lot1", "YL-01-T"), ("p-amount1", "120"), ("p-grade1", "特级"), ("p-lot3", "YL-01-Y"), ("p-amount3", "60"), ("p-loss", "19"), ("p-reason", "称重误差")];
        let (status, location, body) = browser.send(&again, &action, &right).await;
        assert_eq!((status, location.as_str()), (303, format!("{path}?done=batch_processed").as_str()), "{body}");
        let page = browser.page(&location).await;
        assert!(page.contains("产出的批次可以申领标签了") && page.contains("移入其他批次 100 kg") && page.contains("分级、加工、重新包装或合并"), "{page}");
        assert!(!page.contains(&format!("action=\"{action}\"")), "nothing is loose any more");

        let path = format!("/work/batches/{two}");
        let page = browser.page(&path).await;
        let child = page.split("id=\"m-with-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let (status, location, body) = browser.send(&page, &format!("{path}/merge"), &[("m-lot", "YL-M"), (&format!("m-with-{child}"), "yes")]).await;
        assert_eq!((status, location.as_str()), (303, format!("{path}?done=batch_merged").as_str()), "{body}");
        let merged = house.producer.get("/api/v1/batches?lot=YL-M").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/work/batches/{merged}");
        let page = browser.page(&path).await;
        let (status, _, again) = browser.send(&page, &format!("{path}/reduce"), &[("r-kind", "lost"), ("r-amount", "1")]).await;
        assert!(status == 422 && again.contains("href=\"#r-reason\""), "{status} {again}");
        let (status, location, body) = browser.send(&again, &format!("{path}/reduce"), &[("r-kind", "lost"), ("r-amount", "1"), ("r-unit", "kg"), ("r-reason", "烂果")]).await;
        assert_eq!((status, location.as_str()), (303, format!("{path}?done=batch_reduced").as_str()), "{body}");

        let line = browser.page(&format!("{path}/genealogy")).await;
        for said in ["<svg role=\"group\"", "YL-01", "YL-02", "晋州市", "合并", "损耗"] {
            assert!(line.contains(said), "{said}: {line}");
        }
        let root = browser.page(&format!("/work/batches/{one}/genealogy")).await;
        assert!(root.contains("还会波及 3 批") && root.contains("差额"), "{root}");
        assert!(!line.contains("不公开的名字") && !root.contains("不公开的名字"));
        let english = browser.page(&format!("{path}/genealogy?lang=en")).await;
        assert!(english.contains("Where from, where to") && !english.contains("work."), "every word has its English twin");
        let office = Browser::sign_in(&house.server, "office").await.page(&format!("{path}/genealogy")).await;
        assert!(office.contains("您的角色看不到这些部分：合格证、出库和收货方"), "{office}");
    }

    async fn fruit_is_graded_packed_sold_and_recalled_from_the_orchard(engine: Engine) {
        let house = house(engine).await;
        let producer = &house.producer;
        let [one, two] = &house.batches;
        let grading = json!({ "kind": "grading", "loss_g": 2_000, "downgraded_g": 8_000, "outputs": [
            { "lot": "YL-01-T", "net_weight_g": 60_000, "grade": "特级" }, { "lot": "YL-01-Y", "net_weight_g": 30_000, "grade": "一级" }] });
        let process = producer.done(&format!("/api/v1/batches/{one}/process"), grading.clone()).await;
        assert_eq!((process["inputs_g"].as_i64(), process["outputs_g"].as_i64(), process["difference_g"].as_i64()), (Some(100_000), Some(90_000), Some(0)), "{process:#}");
        let best = process["outputs"][0]["batch_id"].as_str().unwrap().to_owned();
        let read = producer.get(&format!("/api/v1/processes/{}", process["id"].as_str().unwrap())).await.1;
        assert_eq!(read, process);
        producer.refused(&format!("/api/v1/batches/{one}/process"), grading, 409, "nothing_loose").await;
        let second = producer.get(&format!("/api/v1/batches/{best}")).await.1;
        assert_eq!((second["state"].as_str(), second["loose_g"].as_i64(), second["ancestors"].as_i64(), second["process_id"].as_str()), (Some("released"), Some(60_000), Some(1), process["id"].as_str()));
        let merged = producer.done(&format!("/api/v1/batches/{best}/merge"), json!({ "lot": "YL-M", "with": [two] })).await;
        let merged = merged["outputs"][0]["batch_id"].as_str().unwrap().to_owned();
        let gone = json!({ "kind": "own_use", "amount_g": 1_000, "reason": "食堂" });
        assert_eq!(producer.done(&format!("/api/v1/batches/{merged}/movements"), gone).await["kind"], "batch_own_use");

        let order = producer.done(&format!("/api/v1/batches/{merged}/code-orders"), json!({ "pack_id": house.pack, "kind": "unit", "count": 31 })).await["id"].as_str().unwrap().to_owned();
        let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap().text().await.unwrap();
        let codes: Vec<&str> = file.lines().map(|line| line.rsplit('/').next().unwrap()).collect();
        producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": 31 })).await;
        assert_eq!(verdict(&house.server, codes[0]).await, "first_check");
        producer.refused(&format!("/api/v1/batches/{merged}/movements"), json!({ "kind": "uncoded", "amount_g": 5_000 }), 409, "movement_more_than_loose").await;
        producer.refused(&format!("/api/v1/batches/{one}/void"), json!({ "reason": "错" }), 409, "batch_has_children").await;

        let (s1, s2) = (house.server.person("supervisor").await, house.server.person("supervisor2").await);
        let recall = json!({ "batch_id": one, "ordered_by": "演示机关", "document_no": "演示〔2026〕1号", "reason": "农残", "public_text": "农药残留超标" });
        let recall = s1.done("/api/v1/recalls", recall).await;
        let reached: Vec<_> = recall["reaches"].as_array().unwrap().iter().map(|r| (r["lot"].as_str().unwrap(), r["coded_g"].as_i64().unwrap())).collect();
        assert_eq!(reached, [("YL-01", 0), ("YL-01-T", 0), ("YL-01-Y", 0), ("YL-M", 155_000)]);
        assert_eq!(verdict(&house.server, codes[0]).await, "first_check", "a proposal changes nothing");
        s2.done(&format!("/api/v1/recalls/{}/confirm", recall["id"].as_str().unwrap()), json!({})).await;
        assert_eq!((verdict(&house.server, codes[0]).await.as_str(), verdict(&house.server, codes[30]).await.as_str()), ("recalled", "recalled"));
        let more = json!({ "kind": "uncoded", "amount_g": 1_000 });
        producer.refused(&format!("/api/v1/batches/{merged}/movements"), more, 409, "ancestor_recalled").await;

        let line = producer.get(&format!("/api/v1/batches/{merged}/genealogy")).await.1;
        assert_eq!(line["up"]["batches"].as_array().unwrap().len(), 3, "{line:#}");
        assert_eq!(line["up"]["deliveries"].as_array().unwrap().len(), 2);
        assert_eq!((line["down"]["ranges"][0]["first"].as_i64(), line["down"]["ranges"][0]["last"].as_i64(), line["down"]["ranges"][0]["state"].as_str()), (Some(1), Some(31), Some("active")));
        assert!(!line.to_string().contains("不公开的名字"));
        let office = house.server.person("office").await.get(&format!("/api/v1/batches/{merged}/genealogy")).await.1;
        assert_eq!((office["down"]["ranges"].as_array().unwrap().len(), &office["withheld"]), (1, &json!(["certificates", "shipments"])), "{office:#}");
        let mut replay = yanzhao::trace::replay::Replay::default();
        let report = yanzhao::ledger::verify(house.server.app.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert_eq!(report.findings, []);
        assert_eq!(yanzhao::trace::store::replay::compare(house.server.app.db.reader(), &replay).await.unwrap(), []);
    }

    async fn bad_input_is_refused_with_its_place(engine: Engine) {
        let house = house(engine).await;
        let one = &house.batches[0];
        for (path, body) in [
            ("process", json!({})), ("process", json!({ "kind": "x" })), ("process", json!({ "kind": "grading", "outputs": "none" })),
            ("process", json!({ "kind": "grading", "outputs": [{ "lot": "", "net_weight_g": -5 }], "loss_g": -1, "happened_on": "never" })),
            ("process", json!({ "kind": "grading", "unknown": 1 })), ("process", json!({ "kind": "grading", "outputs": [{ "lot": "L", "net_weight_g": i64::MAX }] })),
            ("process", json!({ "kind": "grading", "loss_g": i64::MAX, "downgraded_g": i64::MAX, "processed_g": i64::MAX })),
            ("merge", json!({})), ("merge", json!({ "lot": "M", "with": [] })), ("merge", json!({ "lot": "M", "with": [one] })), ("merge", json!({ "lot": "M", "with": ["\u{0}"] })),
            ("movements", json!({})), ("movements", json!({ "kind": "lapsed", "amount_g": 1 })), ("movements", json!({ "kind": "lost", "amount_g": "1" })),
        ] {
            let (status, said) = answer(house.producer.request(Method::POST, &format!("/api/v1/batches/{one}/{path}")).json(&body)).await;
            assert!((400..500).contains(&status), "{path} {body}: {status} {said}");
            assert!(said["detail"].as_str().is_some_and(|d| !d.is_empty() && !d.contains("%{")), "{said}");
        }
        let all: Value = answer(house.producer.request(Method::POST, &format!("/api/v1/batches/{one}/process"))
            .json(&json!({ "kind": "mixing", "outputs": [{ "lot": "", "net_weight_g": 0 }], "loss_g": -1 }))).await.1;
        assert_eq!(all["errors"].as_array().unwrap().len(), 4, "all faults at once: {all:#}");
        assert_eq!(house.producer.get(&format!("/api/v1/batches?product_id={}", house.product)).await.1["items"].as_array().unwrap().len(), 2);
    }
}
