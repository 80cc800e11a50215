//! The work with sheets, as producers and officers do it: a template is filled in, sent, looked at, taken in; what comes out is what went in.

use serde_json::json;

use crate::books::{cells, texts};
use crate::flow::{PRODUCT, counts, figures, sent, taken};
use crate::support::forms::Browser;
use crate::support::server::Server;

/// The headings of a template, as downloaded.
async fn template(browser: &Browser, kind: &str) -> Vec<String> {
    let (status, bytes) = browser.bytes(&format!("/work/import/{kind}/template.xlsx")).await;
    assert_eq!(status, 200, "{kind}");
    let cells = cells(&bytes);
    assert!(cells[1][0].starts_with("示例"), "{cells:?}");
    cells[0].clone()
}

/// Rows under the headings of a template: each says what it fills in by heading.
fn filled(headings: &[String], rows: &[&[(&str, &str)]]) -> Vec<u8> {
    let mut lines = vec![headings.to_vec(), headings.iter().map(|_| String::new()).collect()];
    lines[1][0] = "示例 这一行跳过".to_owned();
    for row in rows {
        for (heading, _) in *row {
            assert!(headings.iter().any(|h| h.trim_end_matches('*') == *heading), "no heading {heading}: {headings:?}");
        }
        let cell = |heading: &String| {
            row.iter().find(|(name, _)| *name == heading.trim_end_matches('*')).map_or_else(String::new, |(_, value)| (*value).to_owned())
        };
        lines.push(headings.iter().map(cell).collect());
    }
    texts(&lines)
}

/// Template, sheet, upload, all rows in; then the same again does nothing.
async fn taken_in(server: &Server, browser: &Browser, kind: &str, rows: &[&[(&str, &str)]]) {
    let bytes = filled(&template(browser, kind).await, rows);
    let n = rows.len() as u64;
    let (path, page) = sent(server, browser, kind, "表.xlsx", &bytes).await;
    assert_eq!(counts(browser, &path).await, ("ready".to_owned(), [n, n, 0, 0, 0, 0]), "{kind}: {}", page.html);
    taken(server, browser, &path).await;
    assert_eq!(counts(browser, &path).await, ("done".to_owned(), [n, 0, 0, 0, n, 0]), "{kind}");
    let (again, page) = sent(server, browser, kind, "表.xlsx", &bytes).await;
    assert!(again == path && page.has("这个文件已导入过"), "{kind}");
    // Given out, every row is there with all it said, and taken in elsewhere it would say the same.
    let (status, bytes) = browser.bytes(&format!("/work/export/{kind}.xlsx")).await;
    assert_eq!(status, 200, "{kind}");
    let out = cells(&bytes);
    let at = |heading: &str| out[0].iter().position(|h| h == heading).unwrap_or_else(|| panic!("{kind} gives no {heading}"));
    for row in rows {
        let same = |line: &&Vec<String>| row.iter().all(|(heading, value)| is_same(&line[at(heading)], value));
        assert_eq!(out[1..].iter().filter(same).count(), 1, "{kind} {row:?}: {out:?}");
    }
    let (_, csv) = browser.bytes(&format!("/work/export/{kind}.csv")).await;
    assert!(csv.starts_with("\u{feff}".as_bytes()), "{kind}");
    let (_, json) = browser.bytes(&format!("/work/export/{kind}.json")).await;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), out.len() - 1, "{kind}");
}

/// Amounts come out in one unit, numbers without needless zeros.
fn is_same(out: &str, value: &str) -> bool {
    out == value || out.trim_end_matches('0').trim_end_matches('.') == value.trim_end_matches('0').trim_end_matches('.')
}

on_both_engines! {
    async fn a_producer_fills_in_templates(engine: Engine) {
        let server = Server::start(engine).await;
        yanzhao::demo::prepare_figures(&server.app).await.unwrap();
        let (producer, office) = (server.browser("producer").await, server.browser("office").await);
        // The office records who may use the mark, from its sheet.
        let code = {
            let office = server.person("office").await;
            let list = office.get("/api/v1/organisations?kind=producer").await.1;
            let own = list["items"].as_array().unwrap().iter().find(|row| row["name"] == "演示果品专业合作社").unwrap().clone();
            own["credit_code"].as_str().unwrap().to_owned()
        };
        let right = {
            let office = server.person("office").await;
            let product = office.get("/api/v1/products?q=jinzhouyali").await.1["items"][0]["id"].as_str().unwrap().to_owned();
            let rights = office.get(&format!("/api/v1/rights?product_id={product}&status=registered")).await.1;
            rights["items"][0]["id"].as_str().unwrap().to_owned()
        };
        taken_in(&server, &office, "mark_uses", &[&[
            ("用标单位", code.as_str()), ("产品", PRODUCT), ("权利编号", right.as_str()), ("用标起", "2026-11-01"), ("许可合同", "2026-11-01 第 12 号"),
        ]])
        .await;
        taken_in(&server, &producer, "growers", &[
            &[("姓名", "张三"), ("类型", "农户"), ("行政区划", "130183105"), ("村", "演示村"), ("户号", "0012"), ("电话", "13800138000")],
            &[("姓名", "李四"), ("行政区划", "130183105"), ("村", "演示村"), ("户号", "0013")],
        ])
        .await;
        taken_in(&server, &producer, "plots", &[
            &[("种植户", "张三"), ("户号", "0012"), ("产品", PRODUCT), ("地块名称", "村东三号"), ("起始日期", "2026-01-01"), ("面积", "2.40"),
                ("面积单位", "亩"), ("行政区划", "130183105"), ("村", "演示村")],
            &[("产品", PRODUCT), ("地块名称", "自有一号"), ("起始日期", "2026-01-01"), ("面积", "30"), ("面积单位", "亩"), ("行政区划", "130183105"),
                ("村", "演示村"), ("单位", "演示果品专业合作社")],
        ])
        .await;
        taken_in(&server, &producer, "facilities", &[&[("名称", "东厂"), ("类型", "包装厂"), ("容量（吨）", "500"), ("行政区划", "130183"), ("起始日期", "2026-01-01")]]).await;
        taken_in(&server, &producer, "deliveries", &[
            &[("种植户", "张三"), ("产品", PRODUCT), ("地块", "村东三号"), ("交售日期", "2026-11-20"), ("重量", "1250.5"), ("计量单位", "公斤")],
            &[("种植户", "李四"), ("村", "演示村"), ("产品", PRODUCT), ("交售日期", "2026-11-21"), ("重量", "800"), ("计量单位", "公斤")],
        ])
        .await;
        taken_in(&server, &producer, "tests", &[&[
            ("报告编号", "NJ2026-0915"), ("产品", PRODUCT), ("检测方式", "委托检测"), ("检测对象", "产季"), ("产季", "2026"),
            ("检测机构", "演示检测中心"), ("报告日期", "2026-11-15"), ("检测项目", "农药残留=合格；铅=0.02 mg/kg（≤0.1 mg/kg）"),
        ]])
        .await;
        // Two tonnes of an approved account go into batches; what goes beyond is refused when it is taken, and said.
        let api = server.person("office").await;
        let (own, product) = {
            let own = api.get("/api/v1/organisations?kind=producer").await.1;
            let own = own["items"].as_array().unwrap().iter().find(|row| row["name"] == "演示果品专业合作社").unwrap()["id"].clone();
            (own, api.get("/api/v1/products?q=jinzhouyali").await.1["items"][0]["id"].clone())
        };
        let account = json!({ "party_id": own, "product_id": product, "season": "2026", "basis": "plots", "evidence": "核产表", "approved_g": 2_000_000 });
        let account = api.done("/api/v1/season-accounts", account).await["id"].as_str().unwrap().to_owned();
        server.person("office2").await.done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
        let headings = template(&producer, "batches").await;
        let batch = |lot: &'static str| -> Vec<(&'static str, &'static str)> {
            vec![("批号", lot), ("产品", PRODUCT), ("重量", "1500"), ("计量单位", "公斤"), ("来源地块", "自有一号"), ("采收起", "2026-09-20"),
                ("包装日期", "2026-11-20"), ("包装厂或冷库", "东厂")]
        };
        let (one, two) = (batch("JZ-01"), batch("JZ-02"));
        let (path, page) = sent(&server, &producer, "batches", "批次.xlsx", &filled(&headings, &[&one, &two])).await;
        assert_eq!(counts(&producer, &path).await.1, [2, 2, 0, 0, 0, 0], "each alone is good: {}", page.html);
        let page = taken(&server, &producer, &path).await;
        assert_eq!(counts(&producer, &path).await, ("done".to_owned(), [2, 0, 0, 0, 1, 1]), "{}", figures(&producer, &path).await);
        assert!(page.has("导入时没通过") && page.has("3,500 kg") | page.has("500 kg"), "{}", page.html);
    }

    async fn an_officer_takes_sellers_and_listings_in(engine: Engine) {
        let server = Server::start(engine).await;
        let (office, supervisor) = (server.browser("office").await, server.browser("supervisor").await);
        taken_in(&server, &office, "organisations", &[&[
            ("名称", "演示某某果品有限公司"), ("类型", "生产者"), ("统一社会信用代码", "93130183MAEXAMP06U"), ("行政区划", "130183"), ("联系方式", "+86 311 84310000"),
        ]])
        .await;
        taken_in(&server, &supervisor, "sellers", &[
            &[("名称", "演示某某果园"), ("类型", "单位"), ("统一社会信用代码", "93130183MAEXAMP06U"), ("行政区划", "130183"), ("店铺", "淘宝=演示果园旗舰店")],
            &[("名称", "演示赵老六"), ("类型", "自产自销农户"), ("行政区划", "130183105"), ("村或地址", "演示村")],
        ])
        .await;
        taken_in(&server, &supervisor, "listings", &[
            &[("商品编号", "708812345678901"), ("平台", "淘宝"), ("销售者", "演示某某果园"), ("标题", "=晋州鸭梨 5 斤装"), ("价格（元）", "39.90"),
                ("声称的产品", PRODUCT), ("标示库存", "1000"), ("采集日期", "2026-11-20")],
            &[("商品编号", "0088"), ("平台", "拼多多"), ("销售者", "演示赵老六"), ("标题", "自家梨"), ("采集日期", "2026-11-20")],
        ])
        .await;
        // Opened as CSV, nothing is computed.
        let (_, csv) = supervisor.bytes("/work/export/listings.csv").await;
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.contains("'=晋州鸭梨") && !csv.contains(",=晋州鸭梨"), "{csv}");
        // What went out can be taken in: here it is all on record.
        let (path, _) = sent(&server, &supervisor, "listings", "导出.csv", csv.as_bytes()).await;
        let (state, [rows, _, wrong, already, ..]) = counts(&supervisor, &path).await;
        assert_eq!((state.as_str(), rows, wrong + already), ("ready", 2, 2));
        let api = server.person("supervisor").await;
        let listed = api.get("/api/v1/listings").await.1;
        let listing = listed["items"].as_array().unwrap().iter().find(|row| row["platform"] == "淘宝").unwrap().clone();
        assert_eq!((listing["price_fen"].as_i64(), listing["item_id"].as_str()), (Some(3990), Some("708812345678901")), "{listing:#}");
        let id = listing["id"].as_str().unwrap();
        assert_eq!(api.get(&format!("/api/v1/listings/{id}")).await.0, 200);
        let later = json!({ "seller_id": listing["seller_id"], "platform": "淘宝", "item_id": "708812345678901", "title": "换了标题", "price_fen": 100 });
        assert_eq!(api.done("/api/v1/listings", later).await["id"], id, "one item is one listing");
        assert_eq!(api.get("/api/v1/sellers").await.1["items"].as_array().unwrap().len(), 2);
        assert_eq!(server.person("county").await.get(&format!("/api/v1/listings/{id}")).await.0, 200);
        assert_eq!(server.person("producer").await.get("/api/v1/listings").await.0, 403);
        assert_eq!(server.person("seller").await.get(&format!("/api/v1/listings/{id}")).await.0, 404, "somebody else's");
    }
}
