//! People over HTTP: a late delivery confirmed by a second person, a paper form with three wrong lines, a slip with an objection that is
//! answered and revoked, a season that closes.

use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::kernel::clock;

use crate::support::Engine;
use crate::support::server::{Person, Server, says};

struct Village {
    server: Server,
    office: Person,
    office2: Person,
    producer: Person,
    product: Value,
    grower: Value,
    account: String,
}

/// A household with an approved account of 9,000 kg, and the co-operative it sells to.
async fn village(engine: Engine) -> Village {
    let server = Server::start(engine).await;
    yanzhao::demo::prepare_figures(&server.app).await.unwrap();
    let (office, office2, producer) = (server.person("office").await, server.person("office2").await, server.person("producer").await);
    let product = office.get("/api/v1/products?q=jinzhouyali").await.1["items"][0]["id"].clone();
    let grower = json!({ "name": "王小二", "division_code": "130183105", "village": "演示村", "household_no": "1" });
    let grower = producer.done("/api/v1/growers", grower).await["id"].clone();
    let account = json!({ "party_id": grower, "product_id": product, "season": "2026", "basis": "purchases", "evidence": "核产表", "approved_g": 9_000_000 });
    let account = office.done("/api/v1/season-accounts", account).await["id"].as_str().unwrap().to_owned();
    office2.done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
    Village { server, office, office2, producer, product, grower, account }
}

fn delivery(village: &Village, day: &str) -> Value {
    json!({ "grower_id": village.grower, "product_id": village.product, "delivered_on": day, "net_weight_g": 2_000_000 })
}

/// A page as anybody sees it: status, headers that matter, text.
async fn page(server: &Server, path: &str) -> (u16, String) {
    let response = server.anybody().request(Method::GET, path).send().await.unwrap();
    let headers = response.headers().clone();
    for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex")] {
        assert_eq!(headers[name], value, "{path}");
    }
    assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn sent(server: &Server, path: &str, form: &[(&str, &str)]) -> (u16, String) {
    let response = server.anybody().request(Method::POST, path).form(form).send().await.unwrap();
    let location = response.headers().get("location").map(|l| l.to_str().unwrap().to_owned()).unwrap_or_default();
    (response.status().as_u16(), location)
}

on_both_engines! {
    async fn a_late_delivery_waits_for_a_second_person(engine: Engine) {
        let village = village(engine).await;
        let producer = &village.producer;
        let bare = producer.refused("/api/v1/deliveries", delivery(&village, "2026-11-01"), 422, "late_evidence_missing").await;
        assert!(says(&bare, "late_reason_missing"), "both at once: {bare:#}");
        let mut late = delivery(&village, "2026-11-01");
        (late["late_reason"], late["late_evidence"]) = (json!("村里没有信号"), json!("过磅单 0231"));
        let made = producer.done("/api/v1/deliveries", late).await;
        assert_eq!((made["covered_g"].as_i64(), made["late_state"].as_str()), (Some(0), Some("waiting")), "{made:#}");
        let waiting = producer.get("/api/v1/late-entries?state=waiting").await.1["items"][0].clone();
        assert_eq!((waiting["days"].as_i64(), &waiting["subject_id"]), (Some(22), &made["id"]));
        let confirm = format!("/api/v1/late-entries/{}/confirm", waiting["id"].as_str().unwrap());
        producer.refused(&confirm, json!({}), 409, "second_person_needed").await;
        let stranger = village.server.person("producer2").await;
        stranger.refused(&confirm, json!({}), 404, "not_found").await;
        let cover = format!("/api/v1/deliveries/{}/cover", made["id"].as_str().unwrap());
        producer.refused(&cover, json!({}), 409, "late_entry_waiting").await;
        assert_eq!(village.office.done(&confirm, json!({})).await["state"], "confirmed");
        let now = producer.get(&format!("/api/v1/deliveries/{}", made["id"].as_str().unwrap())).await.1;
        assert_eq!((now["covered_g"].as_i64(), now["late_state"].as_str()), (Some(2_000_000), Some("confirmed")), "{now:#}");
    }

    async fn a_paper_form_goes_in_whole_or_not_at_all(engine: Engine) {
        let village = village(engine).await;
        let producer = &village.producer;
        let form = json!({ "kind": "deliveries", "product_id": village.product, "copies": 1 });
        let form = producer.done("/api/v1/paper-forms", form).await["items"][0].clone();
        let number = form["number"].as_str().unwrap();
        let line = |no: usize, grower: &str, day: &str, weight: &str| {
            json!({ "line": no, "grower": grower, "household_no": "1", "delivered_on": day, "entered": { "number": weight, "unit": "斤" } })
        };
        let mut lines: Vec<Value> = (1..=20).map(|no| line(no, "王小二", "2026-11-20", "200")).collect();
        let right = lines.clone();
        lines[1] = line(2, "王小三", "2026-11-20", "200");
        lines[9] = line(10, "王小二", "2026-11-31", "200");
        lines[14] = line(15, "王小二", "2026-11-20", "200公斤");
        let at = format!("/api/v1/paper-forms/{number}/lines");
        let refused = producer.refused(&at, json!({ "lines": lines, "entered_by": "李会计" }), 422, "invalid_fields").await;
        let faults: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
        assert_eq!(faults, [("/lines/1/grower_id", "grower_unknown"), ("/lines/9/delivered_on", "day_unreadable"), ("/lines/14/net_weight_g", "weight_unreadable")]);
        assert_eq!(producer.get("/api/v1/deliveries").await.1["items"], json!([]));
        let done = producer.done(&at, json!({ "lines": right, "entered_by": "李会计" })).await;
        assert_eq!((done["state"].as_str(), done["lines"].as_array().unwrap().len()), (Some("entered"), 20));
        assert_eq!(producer.done(&at, json!({ "lines": right })).await["lines"], done["lines"], "the same again changes nothing");
        let account = village.office.get(&format!("/api/v1/season-accounts/{}", village.account)).await.1;
        assert_eq!(account["delivered_g"], 2_000_000);
        producer.refused(&format!("/api/v1/paper-forms/{number}/spoil"), json!({ "reason": "写错" }), 409, "paper_not_printed").await;
    }

    async fn a_household_sees_objects_reads_the_answer_and_revokes(engine: Engine) {
        let village = village(engine).await;
        let (server, producer) = (&village.server, &village.producer);
        let made = producer.done("/api/v1/deliveries", delivery(&village, "2026-11-20")).await;
        let issue = format!("/api/v1/growers/{}/slips", village.grower.as_str().unwrap());
        let (status, slip) = producer.post_once(&issue, "slip-1", json!({})).await;
        assert_eq!(status, 201, "{slip:#}");
        let again = producer.post_once(&issue, "slip-1", json!({})).await;
        assert!(again.0 == 409 && says(&again.1, "already_done"), "a secret is told once: {again:?}");
        let path = format!("/g/{}", slip["token"].as_str().unwrap());
        let (status, text) = page(server, &path).await;
        assert_eq!(status, 200);
        for shown in ["王某", "4,000 斤（2,000 kg）", "演示果品专业合作社", "我不同意", "还剩：14,000 斤（7,000 kg）", "noindex"] {
            assert!(text.contains(shown), "{shown}");
        }
        assert!(!text.contains("王小二") && !text.contains("<script"));
        let (status, location) = sent(server, &format!("{path}/object"), &[("subject_id", made["id"].as_str().unwrap()), ("text", "是 <b>1,500</b> 公斤")]).await;
        assert_eq!((status, location), (303, format!("{path}?done=objected")));
        sent(server, &format!("{path}/object"), &[("subject_id", made["id"].as_str().unwrap())]).await;
        let open = producer.get("/api/v1/objections?state=open").await.1;
        assert_eq!(open["items"].as_array().unwrap().len(), 1, "once while it is open");
        let objection = open["items"][0].clone();
        assert!(page(server, &path).await.1.contains(objection["receipt"].as_str().unwrap()));
        assert!(page(server, &path).await.1.contains("是 &#60;b&#62;1,500"), "foreign text is text");
        let answered = json!({ "state": "upheld", "answer": "核对过磅单，改为 1,500 公斤" });
        producer.done(&format!("/api/v1/objections/{}/answer", objection["id"].as_str().unwrap()), answered).await;
        assert!(page(server, &path).await.1.contains("答复：核对过磅单，改为 1,500 公斤"));
        let response = server.anybody().request(Method::POST, &format!("{path}/revoke")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let gone = page(server, &path).await;
        assert_eq!(gone.0, 404);
        for other in ["/g/0000000000000000", "/g/nonsense"] {
            assert_eq!(page(server, other).await, gone, "revoked, unknown and mistyped are one answer");
        }
        let mut slow = 0;
        for _ in 0..40 {
            slow += u32::from(page(server, "/g/0000000000000001").await.0 == 429);
        }
        assert!(slow > 0, "guessing is slowed down");
        let fresh = producer.done(&issue, json!({})).await;
        assert_eq!(page(server, &format!("/g/{}", fresh["token"].as_str().unwrap())).await.0, 200, "a good slip is never throttled");
        village.office.done(&format!("/api/v1/slips/{}/revoke", fresh["id"].as_str().unwrap()), json!({})).await;
    }

    async fn a_season_closes(engine: Engine) {
        let village = village(engine).await;
        let at = format!("/api/v1/season-accounts/{}", village.account);
        let account = village.office.get(&at).await.1;
        let closes = account["closes_on"].as_str().unwrap().to_owned();
        assert_eq!(account["lapses_g"], 9_000_000);
        assert!(account["history"]["known"] == json!(false), "数据不足");
        let days = yanzhao::kernel::Day::parse(&closes).unwrap().since(village.server.clock.today());
        village.server.clock.advance((days + 1) * clock::DAY);
        let app = &village.server.app;
        let closed = yanzhao::jobs::close_seasons(&app.db, &app.clock, &app.random).await.unwrap();
        assert_eq!(closed.lapsed.iter().map(|l| l.amount).sum::<i64>(), 9_000_000);
        let office = village.server.person("office").await;
        let account = office.get(&at).await.1;
        assert_eq!((account["remaining_g"].as_i64(), account["lapsed_g"].as_i64()), (Some(0), Some(9_000_000)), "{account:#}");
    }

    async fn the_pages_of_people_open_and_their_forms_work(engine: Engine) {
        let village = village(engine).await;
        let made = village.producer.done("/api/v1/deliveries", delivery(&village, "2026-11-20")).await;
        village.producer.done("/api/v1/objections", json!({ "grower_id": village.grower, "subject_id": made["id"], "via": "counter", "text": "少了" })).await;
        let form = json!({ "kind": "deliveries", "product_id": village.product, "copies": 1 });
        let number = village.producer.done("/api/v1/paper-forms", form).await["items"][0]["number"].as_str().unwrap().to_owned();
        let grower = village.grower.as_str().unwrap();
        let browser = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let login = [("account", "producer"), ("password", crate::support::server::PASSWORD)];
        assert_eq!(browser.post(format!("{}/login", village.server.base)).form(&login).send().await.unwrap().status(), 303);
        let see = async |path: &str| {
            let response = browser.get(format!("{}{path}", village.server.base)).send().await.unwrap();
            let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
            assert_eq!(status, 200, "{path}: {text}");
            assert!(!text.contains("work.") && !text.contains("zh-CN.") && !text.contains("%{"), "{path}: words are missing in {text}");
            text
        };
        for (path, shown) in [
            ("/work", "等待答复的异议"),
            ("/work/late", "补录确认"),
            ("/work/objections", "少了"),
            ("/work/deliveries", "农户有异议"),
            ("/work/growers", "王小二"),
            ("/work/growers/list?village=%E6%BC%94%E7%A4%BA%E6%9D%91", "王某"),
            (&format!("/work/growers/{grower}"), "打印一张回执"),
            (&format!("/work/growers/{grower}/consent"), "签字"),
            ("/work/paper", &number),
            (&format!("/work/paper/{number}"), "第 20 行"),
            (&format!("/work/paper/{number}/print"), "合格证号"),
            ("/work/accounts", "晋州鸭梨"),
            (&format!("/work/accounts/{}", village.account), "数据不足"),
            ("/work/cartons", "旧包装"),
        ] {
            assert!(see(path).await.contains(shown), "{path} shows {shown}");
        }
        let hidden = |text: &str, name: &str| text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let entry = see(&format!("/work/paper/{number}")).await;
        let (csrf, key) = (hidden(&entry, "csrf"), hidden(&entry, "idempotency_key"));
        let post = async |path: String, fields: Vec<(&str, &str)>| {
            let response = browser.post(format!("{}{path}", village.server.base)).form(&fields).send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        };
        let mut fields = vec![("csrf", csrf.as_str()), ("idempotency_key", key.as_str()), ("entered_by", "李会计")];
        fields.extend([("grower-1", "王小二"), ("household-1", "1"), ("day-1", "2026-11-19"), ("weight-1", "300"), ("unit-1", "斤")]);
        let mut wrong = fields.clone();
        wrong.extend([("grower-7", "王小四"), ("day-7", "2026-11-19"), ("weight-7", "300"), ("unit-7", "斤")]);
        let (status, text) = post(format!("/work/paper/{number}"), wrong).await;
        assert!(status == 422 && text.contains("第 7 行：") && text.contains("王小四"), "{status} {text}");
        let again = see(&format!("/work/paper/{number}")).await;
        fields[1].1 = Box::leak(hidden(&again, "idempotency_key").into_boxed_str());
        assert_eq!(post(format!("/work/paper/{number}"), fields).await.0, 303);
        assert!(see(&format!("/work/paper/{number}")).await.contains("已录 1 行"));
        let one = see(&format!("/work/growers/{grower}")).await;
        let key = hidden(&one, "idempotency_key");
        let (status, slip) = post(format!("/work/growers/{grower}/slip"), vec![("csrf", &csrf), ("idempotency_key", &key)]).await;
        assert!(status == 200 && slip.contains("/g/") && slip.contains("<path d=\"M4 4h7v1h-7z") && slip.contains("代录"), "{status} {slip}");
        let twice = post(format!("/work/growers/{grower}/slip"), vec![("csrf", &csrf), ("idempotency_key", &key)]).await;
        assert_eq!(twice.0, 409, "printed once");
        village.office2.done("/api/v1/past-outputs", json!({ "party_id": village.grower, "product_id": village.product, "season": "2025", "net_weight_g": 4_000_000, "source": "statistics", "evidence": "县统计年鉴" })).await;
        assert!(see(&format!("/work/accounts/{}", village.account)).await.contains("1.15 倍"));
    }
}
