//! Places, tests, farm work and certificates over HTTP, and on pages: from a sheet out of a spreadsheet to the line on the page of a code.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::Engine;
use crate::support::server::{PASSWORD, Person, Server, answer, says};

/// The demonstration's pears: the producer, its released batch, one code of it in use.
struct Pears {
    server: Server,
    producer: Person,
    product: String,
    batch: String,
    code: String,
}

async fn pears(engine: Engine) -> Pears {
    let server = Server::start(engine).await;
    yanzhao::demo::prepare_goods(&server.app).await.unwrap();
    let producer = server.person("producer").await;
    let orders = producer.get("/api/v1/code-orders?limit=10").await.1;
    let order = orders["items"].as_array().unwrap().iter().find(|o| o["count"] == 400).unwrap()["id"].as_str().unwrap().to_owned();
    let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap().text().await.unwrap();
    let code = file.lines().next().unwrap().rsplit('/').next().unwrap().to_owned();
    let staff = producer.get(&format!("/api/v1/codes/{code}")).await.1;
    let batch = staff["batch"]["id"].as_str().unwrap().to_owned();
    // The stories begin before the demonstration's own certificate.
    for issued in producer.get(&format!("/api/v1/certificates?batch_id={batch}")).await.1["items"].as_array().unwrap() {
        let revoke = format!("/api/v1/certificates/{}/revoke", issued["id"].as_str().unwrap());
        producer.done(&revoke, json!({ "reason": "另开" })).await;
    }
    Pears { product: staff["product_id"].as_str().unwrap().to_owned(), server, producer, batch, code }
}

async fn page_of(server: &Server, path: &str) -> String {
    let response = server.anybody().request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

/// Somebody signed in on pages.
struct Reader {
    http: Client,
    base: String,
}

impl Reader {
    async fn new(server: &Server, account: &str) -> Self {
        let http = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = [("account", account), ("password", PASSWORD)];
        let signed_in = http.post(format!("{}/login", server.base)).form(&form).send().await.unwrap();
        assert_eq!(signed_in.status(), 303);
        Self { http, base: server.base.clone() }
    }
    async fn get(&self, path: &str) -> String {
        let response = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        let status = response.status();
        let html = response.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {html}");
        assert!(!html.contains("%{") && !html.contains(" style=") && !html.contains("work."), "{path}: words are missing in {html}");
        html
    }
    /// Fills in the form with this action on a page and sends it.
    async fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let html = self.get(page).await;
        let at = html.find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form {action} on {page}"));
        let hidden = |name: &str| {
            let mark = format!("name=\"{name}\" value=\"");
            let from = html[at..].find(&mark).unwrap() + at + mark.len();
            html[from..from + html[from..].find('"').unwrap()].to_owned()
        };
        let (csrf, key) = (hidden("csrf"), hidden("idempotency_key"));
        let mut all = vec![("csrf", csrf.as_str()), ("idempotency_key", key.as_str())];
        all.extend_from_slice(fields);
        let response = self.http.post(format!("{}{action}", self.base)).form(&all).send().await.unwrap();
        let location = response.headers().get("location").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        (response.status().as_u16(), location, response.text().await.unwrap())
    }
    async fn done(&self, page: &str, action: &str, fields: &[(&str, &str)], word: &str) -> String {
        let (status, location, html) = self.send(page, action, fields).await;
        assert!(status == 303 && location.contains(&format!("done={word}")), "{action}: {status} {location} {html}");
        location
    }
    async fn refused(&self, page: &str, action: &str, fields: &[(&str, &str)], words: &str) {
        let (status, _, html) = self.send(page, action, fields).await;
        assert!(
            (400..500).contains(&status) && html.contains(words) && html.contains("class=\"errors\""),
            "{action}: {status} wants {words} in {html}"
        );
        for (_, typed) in fields.iter().filter(|(_, typed)| typed.len() > 8 && !typed.contains(['\n', '|'])) {
            assert!(html.contains(typed), "{action} forgot {typed}");
        }
    }
}

on_both_engines! {
    async fn a_certificate_and_a_report_are_carried_by_the_code(engine: Engine) {
        let pears = pears(engine).await;
        let (server, producer) = (&pears.server, &pears.producer);
        let before = page_of(server, &format!("/q/{}", pears.code)).await;
        assert!(!before.contains("我承诺"));
        let own = producer.get(&format!("/api/v1/batches/{}/certificates", pears.batch)).await.1;
        assert_eq!(own["must_issue"], true, "mixed from three households: {own:#}");
        let certificate = json!({ "batch_id": pears.batch, "basis": ["own_test", "internal_control"], "contact": "演示路 1 号 0311-0000000" });
        let certificate = producer.done("/api/v1/certificates", certificate).await;
        let report = json!({ "product_id": pears.product, "by_whom": "commissioned", "scope": "lot", "batch_id": pears.batch, "laboratory": "演示检测中心",
            "report_no": "JC-2026-1123", "reported_on": "2026-11-22", "items": [{ "item": "农药残留", "result": "未检出", "bound": "≤0.05" }] });
        producer.done("/api/v1/test-reports", report).await;
        for path in [format!("/q/{}", pears.code), format!("/q/{}?lang=en", pears.code)] {
            let page = page_of(server, &path).await;
            let number = certificate["number"].as_str().unwrap();
            assert!(page.contains(number) && page.contains("不使用禁用农药兽药、停用兽药和非法添加物") && page.contains("自我检测、内部质量控制"), "{page}");
            assert!(page.contains("农药残留 未检出") && page.contains("JC-2026-1123"), "{page}");
            assert!(page.len() <= 14_336, "{} bytes", page.len());
        }
        let revoke = format!("/api/v1/certificates/{}/revoke", certificate["id"].as_str().unwrap());
        producer.done(&revoke, json!({ "reason": "写错" })).await;
        assert!(!page_of(server, &format!("/q/{}", pears.code)).await.contains("我承诺"), "what is revoked is shown no more");
        let stranger = server.person("producer2").await;
        stranger.refused(&revoke, json!({ "reason": "x" }), 404, "not_found").await;
        server.person("holder").await.refused("/api/v1/certificates", json!({}), 403, "not_permitted").await;
    }

    async fn a_page_with_many_tests_stays_small(engine: Engine) {
        let pears = pears(engine).await;
        let items: Vec<Value> = (0..200).map(|n| json!({ "item": format!("项目{n}{}", "长".repeat(60)), "result": "合格".repeat(50) })).collect();
        let report = json!({ "product_id": pears.product, "by_whom": "own", "scope": "lot", "batch_id": pears.batch, "laboratory": "演".repeat(100),
            "report_no": "号".repeat(70), "reported_on": "2026-11-22", "items": items });
        pears.producer.done("/api/v1/test-reports", report).await;
        let certificate = json!({ "batch_id": pears.batch, "basis": ["own_test", "internal_control", "own_promise", "commissioned_test"], "contact": "址".repeat(200) });
        pears.producer.done("/api/v1/certificates", certificate).await;
        let page = page_of(&pears.server, &format!("/q/{}", pears.code)).await;
        assert!(page.len() <= 14_336 && page.contains("共 201 项"), "{} bytes", page.len());
    }

    async fn a_sheet_comes_as_a_spreadsheet_saves_it(engine: Engine) {
        let pears = pears(engine).await;
        let producer = &pears.producer;
        let plot = producer.get("/api/v1/plots?limit=1").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let sheet = format!("地块,类别,投入品,安全间隔期,日期\r\n{plot},农药,吡虫啉,１４,2026/11/20\r\n{plot},肥料,有机肥,,2026年11月21日\r\n");
        let (gb, ..) = encoding_rs::GB18030.encode(&sheet);
        let send = |path: &str, bytes: Vec<u8>, media: &str| answer(producer.request(Method::POST, path).header("content-type", media).body(bytes));
        let dry = send("/api/v1/farm-records/import?dry_run=true", gb.to_vec(), "text/csv").await;
        assert_eq!((dry.0, dry.1["added"].as_i64(), dry.1["dry_run"].as_bool()), (200, Some(2), Some(true)), "{dry:?}");
        let done = send("/api/v1/farm-records/import", gb.to_vec(), "text/csv; charset=gb18030").await;
        assert_eq!((done.0, done.1["added"].as_i64()), (200, Some(2)), "{done:?}");
        let again = producer.post("/api/v1/farm-records/import", json!({ "csv": sheet })).await;
        assert_eq!((again.0, again.1["added"].as_i64(), again.1["already"].as_i64()), (200, Some(0), Some(2)), "{again:?}");
        let listed = producer.get(&format!("/api/v1/farm-records?plot_id={plot}&kind=pesticide")).await.1;
        assert_eq!((listed["items"].as_array().unwrap().len(), listed["items"][0]["interval_days"].as_i64(), listed["items"][0]["done_on"].as_str()), (2, Some(14), Some("2026-11-20")), "beside the demonstration's own");
        let bad = send("/api/v1/farm-records/import", "地块,类别,投入品,日期\nX,药,,昨天\n".into(), "text/csv").await;
        let said: Vec<&str> = bad.1["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!((bad.0, said), (422, vec!["/rows/2/input_name", "/rows/2/kind", "/rows/2/done_on"]));
        assert!(bad.1["errors"][2]["detail"].as_str().unwrap().contains("第 2 行"), "{bad:?}");
        for (bytes, media, status) in [
            (vec![b'x'; 1_100_000], "text/csv", 413),
            (b"PK\x03\x04".to_vec(), "text/csv", 422),
            (Vec::new(), "text/csv", 422),
            (b"a,b".to_vec(), "text/plain", 415),
            (b"{\"csv\":1}".to_vec(), "application/json", 422),
        ] {
            let got = send("/api/v1/farm-records/import", bytes, media).await;
            assert!(got.0 == status || (got.0 >= 400 && got.0 < 500), "{media}: {got:?}");
        }
        pears.server.person("auditor").await.refused("/api/v1/farm-records/import", json!({ "csv": sheet }), 403, "not_permitted").await;
    }

    async fn places_and_stock_over_http(engine: Engine) {
        let pears = pears(engine).await;
        let producer = &pears.producer;
        let store = producer.done("/api/v1/facilities", json!({ "kind": "cold_store", "name": "2 号冷库", "tenure": "rented", "lessor": "演示公司", "valid_from": "2026-09-01", "valid_to": "2027-08-31" })).await;
        let at = format!("/api/v1/facilities/{}", store["id"].as_str().unwrap());
        producer.done(&format!("{at}/licences"), json!({ "kind": "SC", "number": "SC1", "valid_from": "2026-01-01", "valid_to": "2026-12-01" })).await;
        let view = producer.get(&at).await.1;
        assert_eq!((view["licences"][0]["ends_soon"].as_bool(), view["is_valid"].as_bool(), view["valid_to"].as_str()), (Some(true), Some(true), Some("2027-08-31")));
        assert_eq!(pears.server.person("producer2").await.get(&at).await.0, 404);
        let problem = producer.post("/api/v1/stock-declarations", json!({ "facility_id": store["id"], "product_id": pears.product, "season": "2026", "quarter": "2026Q4", "net_weight_g": 1000 })).await;
        assert!(problem.0 == 422 && says(&problem.1, "stock_difference_reason"), "{problem:?}");
        let body = json!({ "facility_id": store["id"], "product_id": pears.product, "season": "2026", "quarter": "2026Q4", "net_weight_g": 1000, "reason": "未登记批次" });
        let declared = producer.done("/api/v1/stock-declarations", body.clone()).await;
        assert_eq!((declared["declared_g"].as_i64(), declared["booked_g"].as_i64(), declared["permille"].as_i64()), (Some(1000), Some(0), Some(1000)));
        producer.refused("/api/v1/stock-declarations", body, 409, "already_declared").await;
        assert_eq!(producer.get("/api/v1/stock-declarations?quarter=2026Q4").await.1["items"].as_array().unwrap().len(), 1);
        assert!(producer.get("/api/v1/stock-declarations/due").await.1.is_array());
        producer.done(&format!("{at}/close"), json!({ "reason": "退租" })).await;
        producer.refused(&format!("{at}/close"), json!({ "reason": "退租" }), 409, "facility_closed").await;
    }

    async fn everything_is_done_on_pages_too(engine: Engine) {
        let pears = pears(engine).await;
        let reader = Reader::new(&pears.server, "producer").await;
        let home = reader.get("/work").await;
        for path in ["/work/facilities", "/work/tests", "/work/farm", "/work/certificates"] {
            assert!(home.contains(&format!("href=\"{path}\"")), "{path} is not on the home page");
            reader.get(path).await;
            reader.get(&format!("{path}?lang=en")).await;
        }
        let places = "/work/facilities";
        reader.refused(places, places, &[("name", "1 号冷库（东院）"), ("kind", "cold_store"), ("tenure", "rented"), ("valid_from", "2026-01-01")], "租用的设施要写明出租人").await;
        reader.done(places, places, &[("name", "1 号冷库（东院）"), ("kind", "cold_store"), ("tenure", "own"), ("valid_from", "2026-01-01")], "facility_registered").await;
        let store = pears.producer.get("/api/v1/facilities?kind=cold_store&limit=200").await.1;
        let store = store["items"].as_array().unwrap().iter().find(|f| f["name"] == "1 号冷库（东院）").unwrap()["id"].as_str().unwrap().to_owned();
        reader.done(places, "/work/facilities/licence", &[("facility", &store), ("kind", "SC 食品生产许可"), ("number", "SC106130100001"), ("valid_from", "2026-01-01"), ("valid_to", "2026-12-10")], "facility_licensed").await;
        assert!(reader.get("/work").await.contains("SC106130100001"), "home tells that it ends soon");
        assert!(reader.get("/work/batches/new").await.contains("1 号冷库（东院）"), "the form of a batch offers it");
        let tests = "/work/tests";
        let report = [("product_id", pears.product.as_str()), ("report_no", "JC-PAGE-1"), ("laboratory", "演示检测中心"), ("by_whom", "accredited"), ("accreditation", ""), ("scope", "season"), ("reported_on", "2026-11-20"), ("items", "农药残留，合格，≤0.05\n糖度，12.4%")];
        reader.refused(tests, tests, &report, "资质证书编号").await;
        let report = report.map(|(name, value)| if name == "accreditation" { (name, "CMA 2026-1") } else { (name, value) });
        reader.done(tests, tests, &report, "report_recorded").await;
        assert!(reader.get(tests).await.contains("农药残留 合格（≤0.05）"));
        assert!(reader.get("/work/batches/new").await.contains("JC-PAGE-1"));
        let farm = "/work/farm";
        let plot = pears.producer.get("/api/v1/plots?limit=1").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        reader.refused(farm, farm, &[("plot_id", &plot), ("kind", "pesticide"), ("input_name", "吡虫啉可湿性粉剂"), ("interval_days", "十四"), ("done_on", "2026-11-20")], "十四").await;
        reader.done(farm, farm, &[("plot_id", &plot), ("kind", "pesticide"), ("input_name", "吡虫啉可湿性粉剂"), ("interval_days", "１４"), ("done_on", "2026-11-20")], "farm_recorded").await;
        reader.refused(farm, "/work/farm/import", &[("sheet", "地块\t类别\t投入品\t日期\nX\t药\t\t昨天\n")], "第 2 行").await;
        reader.done(farm, "/work/farm/import", &[("sheet", &format!("地块\t类别\t投入品\t日期\n{plot}\t农药\t乐果乳油\t2026/11/21\n"))], "farm_imported").await;
        assert!(reader.get(farm).await.contains("乐果乳油"));
        let batch = format!("/work/batches/{}", pears.batch);
        assert!(reader.get(&batch).await.contains("须自开合格证"));
        let papers = format!("/work/certificates?batch={}", pears.batch);
        let issue = [("batch_id", pears.batch.as_str()), ("contact", "演示路 1 号 0311-0000000"), ("issued_on", "2026-11-23")];
        reader.refused(&papers, "/work/certificates", &issue, "至少勾选一项").await;
        let issue = [issue.as_slice(), &[("own_promise", "yes"), ("amount", "1,000")]].concat();
        let location = reader.done(&papers, "/work/certificates", &issue, "certificate_issued").await;
        let paper = location.split('?').next().unwrap().to_owned();
        let html = reader.get(&paper).await;
        assert!(html.contains("我承诺对生产销售的食用农产品") && html.contains("☑ 自我承诺") && html.contains("☐ 委托检测") && html.contains("1,000 kg"), "{html}");
        let listed = reader.get(&batch).await;
        assert!(!listed.contains("须自开合格证") && listed.contains(&paper), "issued and linked");
        reader.refused(&paper, &format!("{paper}/revoke"), &[("reason", "")], "请写明原因").await;
        reader.done(&paper, &format!("{paper}/revoke"), &[("reason", "写错了重量")], "certificate_revoked").await;
        let delivery = pears.producer.get("/api/v1/deliveries?limit=1").await.1["items"][0]["id"].as_str().unwrap().to_owned();
        let received = [("delivery_id", delivery.as_str()), ("number", "HGZ-SHOU-1"), ("issuer_name", "演示种植户甲"), ("contact", "演示一村"), ("amount", "6000"), ("origin", "演示一村地头"), ("issued_on", "2026-11-20"), ("own_promise", "yes")];
        reader.done("/work/certificates", "/work/certificates/received", &received, "certificate_received").await;
        assert!(reader.get(&batch).await.contains("HGZ-SHOU-1"), "it came in with a delivery of this batch");
        reader.done(places, "/work/facilities/close", &[("facility", &store), ("closed_on", "2026-11-23"), ("reason", "检修")], "facility_closed").await;
        // Who only looks on sees the tables and no form.
        let auditor = Reader::new(&pears.server, "auditor").await;
        for path in ["/work/facilities", "/work/tests", "/work/farm", "/work/certificates"] {
            let page = auditor.get(path).await;
            let main = page.split("<main").nth(1).unwrap();
            assert!(!main.contains("method=\"post\""), "{path}: {main}");
        }
    }

    async fn a_batch_code_is_printed_on_the_certificate(engine: Engine) {
        let pears = pears(engine).await;
        let producer = &pears.producer;
        let order = producer.done(&format!("/api/v1/batches/{}/code-orders", pears.batch), json!({ "kind": "batch", "count": 1 })).await;
        let order = order["id"].as_str().unwrap().to_owned();
        let certificate = producer.done("/api/v1/certificates", json!({ "batch_id": pears.batch, "basis": ["own_promise"], "contact": "0311-0000000" })).await;
        let reader = Reader::new(&pears.server, "producer").await;
        let paper = format!("/work/certificates/{}", certificate["id"].as_str().unwrap());
        assert!(!reader.get(&paper).await.contains("<svg"), "a code that is not in use carries nothing");
        producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": 1 })).await;
        let html = reader.get(&paper).await;
        let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap().text().await.unwrap();
        let code = file.trim().rsplit('/').next().unwrap();
        assert!(html.contains("<svg") && html.contains(code), "{html}");
        let shown = page_of(&pears.server, &format!("/q/{code}")).await;
        assert!(shown.contains(certificate["number"].as_str().unwrap()) && shown.len() <= 14_336);
    }
}
