//! Goods leave the house: sent with a slip, received in part, returned and sold again, destroyed; sealed by two officers, shown by the next
//! scan with the document's number, confiscated.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::kernel::clock::DAY;

use crate::batch_to_scan::{Goods, goods, scan};
use crate::support::server::answer;

async fn verdict(goods: &Goods, n: usize) -> Value {
    scan(&goods.server, &goods.codes[n], "Phone/9", "192.0.2.9").await.1
}

/// Tables and ledger say the same.
async fn balanced(goods: &Goods) {
    let mut replay = yanzhao::trace::replay::Replay::default();
    let reader = goods.server.app.db.reader();
    let report = yanzhao::ledger::verify(reader, &[], |_, _, body| replay.fold(body)).await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(yanzhao::trace::store::replay::compare(reader, &replay).await.unwrap(), []);
}

async fn page(goods: &Goods, path: &str) -> String {
    let response = goods.producer.request(Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let text = response.text().await.unwrap();
    // For a browser to look at, as the pages' own tests do.
    if let Ok(dir) = std::env::var("YANZHAO_PAGES_DIR") {
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(format!("{dir}/{}.html", path.trim_start_matches("/work/").replace(['/', '?', '='], "-")), &text).unwrap();
    }
    text
}

on_both_engines! {
    async fn goods_are_sent_received_returned_sent_again_and_destroyed(engine: Engine) {
        let goods = goods(engine).await;
        let (producer, seller) = (&goods.producer, goods.server.person("seller").await);
        let shop = seller.get("/api/v1/sessions/current").await.1["organisation"].as_str().unwrap().to_owned();
        let unshipped = format!("/api/v1/batches/{}/unshipped-scans", goods.batch);
        assert_eq!(producer.get(&unshipped).await.1["state"], "no_data", "nothing is known of shipments yet");
        let send = |first: &str, last: &str| json!({ "lines": [{ "first": first, "last": last }], "consignee": { "organisation_id": shop }, "place": "石家庄市桥西区", "carrier": "冀A·演示" });
        let sent = producer.done("/api/v1/shipments", send(&goods.codes[0], &goods.codes[19])).await;
        assert_eq!((sent["number"].as_str(), sent["net_weight_g"].as_i64(), sent["codes"].as_i64()), (Some("S20261123-0001"), Some(100_000), Some(20)), "{sent:#}");
        producer.refused("/api/v1/shipments", send(&goods.codes[19], &goods.codes[20]), 409, "already_shipped").await;
        let id = sent["id"].as_str().unwrap().to_owned();
        let at = |verb: &str| format!("/api/v1/shipments/{id}/{verb}");
        let listed = seller.get("/api/v1/shipments").await.1;
        assert_eq!(listed["items"][0]["number"], "S20261123-0001", "the shop sees what is on its way");
        for stranger in ["producer2", "holder"] {
            let person = goods.server.person(stranger).await;
            assert!([403, 404].contains(&person.get(&format!("/api/v1/shipments/{id}")).await.0), "{stranger}");
        }
        let part = seller.done(&at("receive"), json!({ "lines": [{ "no": 1, "first": goods.codes[0], "last": goods.codes[9] }] })).await;
        assert_eq!((part["state"].as_str(), part["received_g"].as_i64(), part["on_the_way_g"].as_i64()), (Some("sent"), Some(50_000), Some(50_000)));
        let stock = seller.get("/api/v1/stock").await.1["items"][0].clone();
        assert_eq!((stock["on_hand_g"].as_i64(), stock["on_the_way_g"].as_i64(), stock["product"].as_str()), (Some(50_000), Some(50_000), Some("晋州鸭梨")));
        seller.refused(&at("return"), json!({ "lines": [], "disposition": "resale", "reason": "x" }), 403, "not_permitted").await;
        assert!(!verdict(&goods, 8).await["notes"].as_array().unwrap().contains(&json!("returned_resold")));
        producer.done(&at("return"), json!({ "lines": [{ "no": 1, "first": 9, "last": 12 }], "disposition": "resale", "reason": "箱子压坏" })).await;
        assert_eq!(seller.get("/api/v1/stock").await.1["items"][0]["on_hand_g"], 40_000, "two from the shop, two from the road");
        let again = producer.done("/api/v1/shipments", send(&goods.codes[8], &goods.codes[11])).await;
        assert_eq!(again["number"], "S20261123-0002");
        assert!(verdict(&goods, 8).await["notes"].as_array().unwrap().contains(&json!("returned_resold")), "the next buyer is told why somebody looked before");
        assert!(!verdict(&goods, 0).await["notes"].as_array().unwrap().contains(&json!("returned_resold")), "other codes of the batch did not come back");
        producer.done(&at("return"), json!({ "lines": [{ "no": 1, "first": 1, "last": 2 }], "disposition": "destroy", "reason": "腐烂" })).await;
        assert_eq!(verdict(&goods, 0).await["verdict"], "voided");
        producer.refused("/api/v1/shipments", send(&goods.codes[0], &goods.codes[1]), 409, "already_voided").await;
        let rest = seller.done(&at("receive"), json!({})).await;
        assert_eq!((rest["state"].as_str(), rest["on_the_way_g"].as_i64()), (Some("received"), Some(0)), "{rest:#}");
        balanced(&goods).await;
    }

    async fn scans_without_a_shipment_become_known(engine: Engine) {
        let mut goods = goods(engine).await;
        let unshipped = format!("/api/v1/batches/{}/unshipped-scans", goods.batch);
        verdict(&goods, 30).await;
        goods.server.clock.advance(DAY);
        goods.producer = goods.server.person("producer").await;
        let send = json!({ "lines": [{ "order_id": goods.order, "first": 1, "last": 10 }], "consignee": { "name": "集贸市场" } });
        goods.producer.done("/api/v1/shipments", send).await;
        for n in [2, 20, 21, 22] {
            verdict(&goods, n).await;
        }
        let found = goods.producer.get(&unshipped).await.1;
        assert_eq!((found["state"].as_str(), found["scanned"].as_i64(), found["unshipped"].as_i64()), (Some("known"), Some(4), Some(3)), "{found:#}");
        assert_eq!(found["ranges"], json!([{ "order_id": goods.order, "order_no": 1, "first": 21, "last": 23 }]));
        assert_eq!(found["places"][0]["codes"], 3);
        let text = page(&goods, &format!("/work/batches/{}", goods.batch)).await;
        assert!(text.contains("没有出库记录") && text.contains("序号 21 至 23"), "{text}");
        assert_eq!(goods.server.person("producer2").await.get(&unshipped).await.0, 404);
    }

    async fn a_slip_is_printed_and_its_symbol_read_by_an_independent_decoder(engine: Engine) {
        let goods = goods(engine).await;
        let send = |lines: Value| json!({ "lines": lines, "consignee": { "name": "北京演示水果批发市场", "contact": "王先生 010-0000 0000" }, "place": "北京市" });
        let labelled = goods.producer.done("/api/v1/shipments", send(json!([{ "order_id": goods.order, "first": 3, "last": 10 }]))).await;
        let loose = goods.producer.done("/api/v1/shipments", send(json!([{ "batch_id": goods.batch, "net_weight_g": 123_000 }]))).await;
        let at = |view: &Value, paper: &str| format!("/work/shipments/{}/slip?paper={paper}", view["id"].as_str().unwrap());
        for (view, leads_to) in [
            (&labelled, format!("{}/q/{}", goods.server.base, goods.codes[2])),
            (&loose, format!("{}/work/shipments/{}", goods.server.base, loose["id"].as_str().unwrap())),
        ] {
            for paper in ["a4", "80"] {
                let text = page(&goods, &at(view, paper)).await;
                for said in ["随货单", view["number"].as_str().unwrap(), "北京演示水果批发市场", "2026-YL-01", "晋州鸭梨", "收货人签字"] {
                    assert!(text.contains(said), "{said}: {text}");
                }
                let svg = &text[text.find("<svg").unwrap()..text.find("</svg>").unwrap() + 6];
                let svg = svg.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"600\"", 1);
                let dir = tempfile::tempdir().unwrap();
                let (file, picture) = (dir.path().join("slip.svg"), dir.path().join("slip.pgm"));
                std::fs::write(&file, svg).unwrap();
                assert!(painted(&file, &picture), "the symbol could not be drawn");
                let read = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&picture).output().unwrap();
                assert_eq!(String::from_utf8_lossy(&read.stdout).trim(), leads_to);
            }
        }
        for path in ["/work/shipments".to_owned(), "/work/shipments/new".to_owned(), format!("/work/shipments/new?batch={}", goods.batch), format!("/work/shipments/{}", labelled["id"].as_str().unwrap())] {
            let text = page(&goods, &path).await;
            assert!(!text.contains("work.") && !text.contains("%{"), "{path} lacks words: {text}");
        }
        let looked = answer(goods.server.anybody().request(Method::GET, &format!("/q/{}", goods.codes[2])).header("accept", "application/json")).await.1;
        assert_eq!(looked["checks"]["sessions"], 0, "looking from the slip counts nothing: {looked:#}");
    }

    async fn a_batch_is_sealed_shown_and_confiscated(engine: Engine) {
        let goods = goods(engine).await;
        let (one, two) = (goods.server.person("supervisor").await, goods.server.person("supervisor2").await);
        let seizure = json!({ "batch_id": goods.batch, "kind": "sealed", "document_no": "演示封〔2026〕8号", "ordered_by": "演示市场监管部门",
            "reason": "抽检不合格", "public_text": "正在查处", "until": "2026-12-22" });
        goods.producer.refused("/api/v1/seizures", seizure.clone(), 403, "not_permitted").await;
        let id = one.done("/api/v1/seizures", seizure).await["id"].as_str().unwrap().to_owned();
        let at = |verb: &str| format!("/api/v1/seizures/{id}/{verb}");
        assert_ne!(verdict(&goods, 5).await["verdict"], "batch_on_hold", "a proposal changes nothing");
        one.refused(&at("confirm"), json!({}), 409, "second_person_needed").await;
        two.done(&at("confirm"), json!({})).await;
        let said = verdict(&goods, 5).await;
        assert_eq!(said["verdict"], "batch_on_hold");
        assert!(said["explanation"].as_str().unwrap().contains("演示封〔2026〕8号") && said["explanation"].as_str().unwrap().contains("演示市场监管部门"), "{said:#}");
        let send = json!({ "lines": [{ "order_id": goods.order, "first": 1 }], "consignee": { "name": "x" } });
        goods.producer.refused("/api/v1/shipments", send.clone(), 409, "batch_seized").await;
        goods.producer.refused(&format!("/api/v1/code-orders/{}/activate", goods.order), json!({ "first": 41, "last": 42 }), 409, "batch_seized").await;
        goods.server.clock.advance(40 * DAY);
        assert_eq!(verdict(&goods, 5).await["verdict"], "batch_on_hold", "nothing is released by itself");
        let (one, two) = (goods.server.person("supervisor").await, goods.server.person("supervisor2").await);
        assert_eq!(one.get(&format!("/api/v1/seizures/{id}")).await.1["overdue_days"], 11);
        let text = one.request(Method::GET, "/work").send().await.unwrap().text().await.unwrap();
        assert!(text.contains("已超过期限 11 天"), "{text}");
        let end = json!({ "outcome": "confiscated", "document_no": "演示没〔2026〕3号", "public_text": "已没收",
            "net_weight_g": 700_000, "codes": [{ "order_id": goods.order, "first": goods.codes[0], "last": goods.codes[9] }] });
        assert_eq!(two.done(&at("lift"), end).await["state"], "end_proposed");
        two.refused(&at("lift/confirm"), json!({}), 409, "second_person_needed").await;
        let ended = one.done(&at("lift/confirm"), json!({})).await;
        assert_eq!((ended["state"].as_str(), ended["seized_g"].as_i64()), (Some("ended"), Some(750_000)));
        assert_eq!(verdict(&goods, 5).await["verdict"], "voided");
        assert_ne!(verdict(&goods, 20).await["verdict"], "batch_on_hold");
        balanced(&goods).await;
    }
}

/// Draws an SVG of black squares on white as a picture, without a browser: the path's squares are read off and painted.
fn painted(svg: &std::path::Path, picture_file: &std::path::Path) -> bool {
    let text = std::fs::read_to_string(svg).unwrap();
    let size: usize = text.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let path = text.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    let scale = 8;
    let mut picture = vec![255_u8; size * scale * size * scale];
    for square in path.split('M').filter(|part| !part.is_empty()) {
        let (x, y) = square.split_once('h').unwrap().0.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        for row in 0..scale {
            let from = (y * scale + row) * size * scale + x * scale;
            picture[from..from + scale].fill(0);
        }
    }
    let mut bytes = format!("P5\n{0} {0}\n255\n", size * scale).into_bytes();
    bytes.extend(picture);
    std::fs::write(picture_file, bytes).is_ok()
}

/// Somebody at a browser.
struct Browser {
    base: String,
    http: reqwest::Client,
    cookie: String,
}

impl Browser {
    async fn sign_in(goods: &Goods, account: &str) -> Self {
        let (base, http) =
            (goods.server.base.clone(), reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap());
        let form = [("account", account), ("password", crate::support::server::PASSWORD)];
        let answer = http.post(format!("{base}/login")).form(&form).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { base, http, cookie }
    }
    async fn see(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.base)).header("cookie", &self.cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
    /// Fills in the form that goes to `action` on a page: where that leads, or the page again with its status.
    async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let text = self.see(page).await;
        let form = text
            .split("<form")
            .find(|form| form.contains(&format!("action=\"{action}\"")))
            .unwrap_or_else(|| panic!("no form to {action}: {text}"));
        let hidden = |name: &str| form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let mut sent = vec![("csrf".to_owned(), hidden("csrf")), ("idempotency_key".to_owned(), hidden("idempotency_key"))];
        for (name, value) in fields {
            assert!(form.contains(&format!("name=\"{name}\"")), "the form has no field {name}: {form}");
            sent.push(((*name).to_owned(), (*value).to_owned()));
        }
        let answer = self.http.post(format!("{}{action}", self.base)).header("cookie", &self.cookie).form(&sent).send().await.unwrap();
        let (status, place) = (answer.status().as_u16(), answer.headers().get("location").map(|at| at.to_str().unwrap().to_owned()));
        (
            status,
            match place {
                Some(place) => place,
                None => answer.text().await.unwrap(),
            },
        )
    }
}

on_both_engines! {
    async fn the_same_by_forms_without_script(engine: Engine) {
        let goods = goods(engine).await;
        let producer = Browser::sign_in(&goods, "producer").await;
        let new = format!("/work/shipments/new?batch={}", goods.batch);
        let (status, text) = producer.submit(&new, &new, &[("first", "1"), ("weight", "很多")]).await;
        assert_eq!(status, 422);
        assert!(text.contains("href=\"#weight\"") && text.contains("href=\"#consignee_name\"") && text.contains("value=\"很多\""), "{text}");
        let office = goods.server.person("office").await;
        let code = office.get("/api/v1/organisations?kind=seller&limit=50").await.1["items"][0]["credit_code"].as_str().unwrap().to_owned();
        let fields = [("order", goods.order.as_str()), ("first", "1"), ("last", "6"), ("consignee_code", &code), ("place", "石家庄市")];
        let (status, place) = producer.submit(&new, &new, &fields).await;
        assert_eq!(status, 303, "{place}");
        let path = place.split('?').next().unwrap().to_owned();
        assert!(producer.see(&place).await.contains("已登记出库"));
        let seller = Browser::sign_in(&goods, "seller").await;
        assert!(seller.see("/work").await.contains("/work/stock"));
        let receive = format!("{path}/receive");
        let (status, text) = seller.submit(&path, &receive, &[("all", "yes"), ("on", "2026-11-22")]).await;
        assert!(status == 422 && text.contains("早于发货日"), "{status} {text}");
        assert_eq!(seller.submit(&path, &receive, &[("all", "yes")]).await.0, 303);
        assert!(seller.see("/work/stock").await.contains("30 kg"));
        let back = [("no", "1"), ("first", "5"), ("last", "6"), ("disposition", "destroy"), ("reason", "腐烂")];
        let (status, text) = producer.submit(&path, &format!("{path}/return"), &back).await;
        assert_eq!(status, 303, "{text}");
        assert!(producer.see(&path).await.contains("销毁"));
        let loose = producer.submit(&new, &new, &[("weight", "12.5"), ("consignee_name", "集贸市场")]).await.1;
        let loose = loose.split('?').next().unwrap().to_owned();
        assert_eq!(producer.submit(&loose, &format!("{loose}/void"), &[("reason", "登错了")]).await.0, 303);
        let (one, two) = (Browser::sign_in(&goods, "supervisor").await, Browser::sign_in(&goods, "supervisor2").await);
        let new = format!("/work/seizures/new?batch={}", goods.batch);
        assert!(one.see(&format!("/work/batches/{}", goods.batch)).await.contains(&new));
        let fields = [("kind", "sealed"), ("ordered_by", "演示机关"), ("document_no", "演示封〔2026〕5号"), ("reason", "x"), ("public_text", "y"), ("until", "2026-12-20")];
        let seizure = one.submit(&new, &new, &fields).await.1.split('?').next().unwrap().to_owned();
        let confirm = format!("{seizure}/confirm");
        assert_eq!(one.submit(&seizure, &confirm, &[]).await.0, 409);
        assert_eq!(two.submit(&seizure, &confirm, &[]).await.0, 303);
        assert!(producer.see(&format!("/work/batches/{}", goods.batch)).await.contains("演示封〔2026〕5号"));
        let end = [("outcome", "confiscated"), ("document_no", "演示没〔2026〕5号"), ("public_text", "没收"), ("weight", "100")];
        assert_eq!(two.submit(&seizure, &format!("{seizure}/end"), &end).await.0, 303);
        assert_eq!(one.submit(&seizure, &format!("{seizure}/end/confirm"), &[]).await.0, 303);
        assert!(one.see(&seizure).await.contains("100 kg") && one.see("/work/seizures").await.contains("演示封〔2026〕5号"));
        balanced(&goods).await;
    }
}
