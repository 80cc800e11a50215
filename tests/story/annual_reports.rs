//! The yearly report over HTTP: begun, declared, asked about, handed in, given back, mended, accepted, exported.

use calamine::{Data, Reader, Xlsx};
use reqwest::Method;
use serde_json::json;
use yanzhao::kernel::clock::DAY;

use crate::support::season::Season;
use crate::support::server::answer;

const LIST: &str = "/api/v1/annual-reports";

on_both_engines! {
    async fn it_is_begun_asked_about_given_back_accepted_and_exported(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let server = &season.server;
        let (producer, office, office2) = (&season.producer, server.person("office").await, server.person("office2").await);
        let product = season.product["id"].as_str().unwrap();
        office.refused(LIST, json!({ "product_id": product, "year": 2025 }), 403, "not_permitted").await;
        producer.refused(LIST, json!({ "product_id": product, "year": 2026 }), 422, "annual_report_early").await;
        producer.refused(LIST, json!({ "product_id": product, "year": 1 }), 422, "annual_report_year").await;
        producer.refused(LIST, json!({ "product_id": product, "year": 2020 }), 422, "annual_report_no_use").await;
        let (status, begun) = producer.post_once(LIST, "report-1", json!({ "product_id": product, "year": 2025 })).await;
        assert_eq!((status, begun["state"].as_str()), (201, Some("draft")), "{begun}");
        producer.refused(LIST, json!({ "product_id": product, "year": 2025 }), 409, "annual_report_open").await;
        let at = format!("{LIST}/{}", begun["id"].as_str().unwrap());
        for stranger in ["producer2", "county", "office", "auditor"] {
            assert_eq!(server.person(stranger).await.get(&at).await.0, 404, "{stranger} does not see a draft");
        }
        let put = |body: serde_json::Value| answer(producer.request(Method::PUT, &at).json(&body));
        let bad = json!({ "output": -1, "marked_share": 101, "sales_value_fen": 100, "online_value_fen": 101, "remark": "长".repeat(1_001) });
        let (status, refused) = put(bad).await;
        let pointers: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!((status, pointers), (422, vec!["/output", "/online_value_fen", "/marked_share", "/remark"]), "every fault with its place");
        assert_eq!(put(json!({ "colour": 1 })).await.0, 422, "unknown fields are refused");
        producer.refused(&format!("{at}/submit"), json!({}), 422, "annual_report_output_missing").await;
        let whole = json!({ "output": 3_000_000, "marked": 0, "sold": 2_500_000, "output_value_fen": 1_500_000, "sales_value_fen": 1_750_000,
            "average_price_fen": 700, "employees": 6, "remark": "=1+1" });
        assert_eq!(put(whole.clone()).await.0, 200);
        producer.refused(&format!("{at}/submit"), json!({}), 422, "annual_report_question_sold").await;
        let answers = json!({ "answers": [{ "question": "sold", "answer": "当年没有使用平台" }] });
        let handed = producer.done(&format!("{at}/submit"), answers).await;
        assert_eq!((handed["state"].as_str(), handed["late"].as_bool()), (Some("submitted"), Some(true)), "{handed}");
        assert_eq!(server.person("producer2").await.get(&at).await.0, 404, "another firm's is not there");
        assert_eq!(put(whole).await.1["code"], "annual_report_step");
        assert_eq!(producer.post(&format!("{at}/accept"), json!({})).await.0, 403, "nobody accepts its own");

        let back = json!({ "points": [{ "part": "colour", "said": "" }], "answer_by": "2020-01-01" });
        let (status, refused) = office.post(&format!("{at}/return"), back).await;
        assert_eq!((status, refused["errors"].as_array().unwrap().len()), (422, 3), "{refused}");
        let back = json!({ "points": [{ "part": "employees", "said": "请写年末人数" }], "answer_by": "2026-12-10" });
        office.done(&format!("{at}/return"), back).await;

        // Mended on the page; what was asked and answered is not asked again.
        let browser = server.browser("producer").await;
        let edit = format!("/work/annual-reports/{}/edit", begun["id"].as_str().unwrap());
        let page = browser.open(&edit).await;
        assert!(page.has("请写年末人数") && page.has("平台登记") && page.has("value=\"3000\""), "{}", page.html);
        let again = browser.fill(&page, &edit, &[("employees", "很多")]).await;
        assert!(again.status == 422 && again.has("很多"), "{}", again.html);
        let (_, page) = browser.done(&page, &edit, &[("employees", "8"), ("amount_unit", "kg"), ("money_unit", "wan"), ("output", "3000"), ("marked", "0"), ("sold", "2500"), ("output_value", "1.5"), ("sales_value", "1.75"), ("average_price", "7"), ("remark", "=1+1")]).await;
        let (_, page) = browser.done(&page, &format!("/work/annual-reports/{}/submit", begun["id"].as_str().unwrap()), &[]).await;
        assert!(page.has("已提交") && page.has("当年没有使用平台") && page.has("迟交"), "{}", page.html);
        let view = producer.get(&at).await.1;
        let employees = view["figures"].as_array().unwrap().iter().find(|one| one["name"] == "employees").unwrap();
        assert_eq!((employees["amount"].as_i64(), view["round"].as_i64()), (Some(8), Some(2)), "{view}");
        let accepted = office.done(&format!("{at}/accept"), json!({})).await;
        assert_eq!(accepted["state"], "accepted");

        // What a county counted, and the product's year.
        let county = json!({ "product_id": product, "year": 2025, "county_code": "130183", "output": 9_000_000, "source": "统计公报" });
        server.person("producer").await.refused("/api/v1/county-figures", county.clone(), 403, "not_permitted").await;
        office.done("/api/v1/county-figures", county).await;
        office.refused("/api/v1/county-figures", json!({ "product_id": product, "year": 2026, "county_code": "999999", "source": " " }), 422, "county_figure_empty").await;
        let counted = office.get(&format!("/api/v1/county-figures?product_id={product}&year=2025")).await.1;
        assert_eq!(counted["items"][0]["output"], 9_000_000, "{counted}");
        let page = server.browser("office").await.open(&format!("/work/annual-reports/years/{product}/2025")).await;
        assert!(page.has("县级统计") && page.has("未能核对") && page.has("迟交"), "{}", page.html);

        // The export, decoded: figures are numbers, what begins like a formula is a text.
        let sheet = |kind: &str| format!("/work/annual-reports/years/{product}/2025/report.{kind}");
        let signed_in = server.browser("office").await;
        let (status, bytes) = signed_in.bytes(&sheet("xlsx")).await;
        assert_eq!(status, 200);
        let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        let rows: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
        let column = |name: &str| rows[0].iter().position(|cell| matches!(cell, Data::String(text) if text == name)).unwrap_or_else(|| panic!("{name} in {:?}", rows[0]));
        assert_eq!(rows[1][column("销售额")].to_string(), "万元，企业填报");
        let row = rows.iter().skip(2).find(|row| row[column("备注")] == Data::String("=1+1".to_owned())).unwrap();
        assert_eq!(row[column("销售额")], Data::Float(1.75));
        assert_eq!(row[column("产量")], Data::Float(3000.0));
        let csv = String::from_utf8(signed_in.bytes(&sheet("csv")).await.1).unwrap();
        assert!(csv.starts_with('\u{feff}') && csv.contains("'=1+1") && csv.contains("1.75"), "{csv}");

        // Corrected, and accepted by another person than before.
        producer.refused(&format!("{at}/correct"), json!({ "reason": " " }), 422, "register_empty").await;
        let (status, corrected) = producer.post(&format!("{at}/correct"), json!({ "reason": "漏算一笔" })).await;
        assert_eq!((status, corrected["version"].as_i64()), (201, Some(2)), "{corrected}");
        let new = format!("{LIST}/{}", corrected["id"].as_str().unwrap());
        producer.done(&format!("{new}/submit"), json!({})).await;
        office.refused(&format!("{new}/accept"), json!({}), 409, "second_person_needed").await;
        office2.done(&format!("{new}/accept"), json!({})).await;
        assert_eq!(producer.get(&at).await.1["state"], "superseded");

        // In time it is not late, and the home page says that it is asked for.
        server.clock.advance(60 * DAY);
        let producer = server.person("producer").await;
        let home = server.browser("producer").await.open("/work").await;
        assert!(home.has("要交的年度报告"), "{}", home.html);
        let next = producer.done(LIST, json!({ "product_id": product, "year": 2026 })).await;
        let next = format!("{LIST}/{}", next["id"].as_str().unwrap());
        let body = json!({ "output": 1, "marked": 0, "sold": 0, "output_value_fen": 0, "sales_value_fen": 0, "employees": 0 });
        assert_eq!(answer(producer.request(Method::PUT, &next).json(&body)).await.0, 200);
        assert_eq!(producer.done(&format!("{next}/submit"), json!({})).await["late"], false);
        let view = producer.get(&next).await.1;
        let received = view["figures"].as_array().unwrap().iter().find(|one| one["name"] == "received").unwrap();
        assert_eq!((received["amount"].as_i64(), received["source"].as_str()), (Some(2_000_000), Some("registered")), "{view}");
        assert_eq!(view["year_before"][0]["name"], "output");
    }
}
