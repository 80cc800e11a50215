//! An application for the use of a mark over HTTP: by program, and the first forms of it by browser.

use reqwest::Method;
use serde_json::json;

use crate::support::season::Season;
use crate::support::server::answer;

const LIST: &str = "/api/v1/mark-use-applications";

on_both_engines! {
    async fn by_program_it_is_begun_written_handed_in_and_checked(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let server = &season.server;
        let (producer, county, office) = (server.person("producer").await, server.person("county").await, server.person("office").await);
        let rights = producer.get("/api/v1/rights?route=gi_product&limit=200").await.1;
        let right = rights["items"].as_array().unwrap().iter().find(|right| right["product"] == "赵县雪花梨").unwrap()["id"].clone();
        assert_eq!(office.post(LIST, json!({ "right_id": right })).await.0, 403, "the office applies for nothing");
        let (status, begun) = producer.post_once(LIST, "begin-1", json!({ "right_id": right })).await;
        assert_eq!((status, begun["state"].as_str()), (201, Some("draft")), "{begun}");
        let again = producer.post_once(LIST, "begin-1", json!({ "right_id": right })).await;
        assert_eq!(again.1["id"], begun["id"], "a double tap makes one");
        producer.refused(LIST, json!({ "right_id": right }), 409, "application_open").await;
        let at = format!("{LIST}/{}", begun["id"].as_str().unwrap());
        for stranger in ["producer2", "county", "office", "auditor"] {
            let (status, _) = server.person(stranger).await.get(&at).await;
            assert_eq!(status, 404, "{stranger} does not see a draft");
        }
        let put = |body: serde_json::Value| answer(producer.request(Method::PUT, &at).json(&body));
        let (status, refused) = put(json!({ "goods": ["鲜梨"], "volume_g": -4, "plot_ids": ["plo_x"], "season": "二〇二六" })).await;
        assert_eq!(status, 422, "{refused}");
        let pointers: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/season", "/volume_g", "/plot_ids/0"], "every fault with its place");
        let (status, _) = put(json!({ "goods": ["鲜梨"], "volume_g": 3_000_000, "colour": "red" })).await;
        assert_eq!(status, 422, "unknown fields are refused");
        assert_eq!(put(json!({ "goods": ["鲜梨"], "volume_g": 3_000_000, "bought_from": "演示村 8 户" })).await.0, 200);
        producer.refused(&format!("{at}/submit"), json!({}), 422, "application_report_missing").await;

        // The report comes in by the form, like every file.
        let browser = server.browser("producer").await;
        let edit = format!("/work/mark-use-applications/{}/edit", begun["id"].as_str().unwrap());
        let page = browser.open(&edit).await;
        assert!(page.has("演示村 8 户") && page.has("value=\"3000\""), "{}", page.html);
        let fields = [("goods", "鲜梨"), ("volume", "3000"), ("unit", "kg"), ("bought_from", "演示村 8 户")];
        let svg = browser.upload(&page, &edit, &fields, &[("report", "report.svg", b"<svg/>".to_vec())]).await;
        assert!(svg.status == 422 && svg.has("不是照片"), "{} {}", svg.status, svg.html);
        let kept = browser.upload(&page, &edit, &fields, &[("report", "报告.pdf", b"%PDF-1.7 demo".to_vec())]).await;
        assert_eq!(kept.status, 303, "{}", kept.html);
        let saved = browser.open(&kept.location).await;
        assert!(saved.has("报告.pdf") && saved.has("草稿"), "{}", saved.html);
        let (_, page) = browser.done(&saved, &format!("/work/mark-use-applications/{}/submit", begun["id"].as_str().unwrap()), &[]).await;
        assert!(page.has("已提交") && page.has("县级市场监管"), "{}", page.html);

        let listed = county.get(&format!("{LIST}?state=submitted")).await.1;
        assert!(listed["items"].as_array().unwrap().iter().any(|one| one["id"] == begun["id"]), "{listed}");
        assert_eq!(producer.post(&format!("{at}/verify"), json!({ "said": "好", "on_day": "2026-11-20" })).await.0, 403, "nobody reviews its own");
        county.refused(&format!("{at}/verify/return"), json!({ "points": [], "answer_by": "2027-01-10" }), 422, "application_points_missing").await;
        county.refused(&format!("{at}/verify/return"), json!({ "points": [{ "part": "colour", "said": "x" }], "answer_by": "2027-01-10" }), 422, "json_field").await;
        let day = season.server.clock.today().to_string();
        let verified = county.done(&format!("{at}/verify"), json!({ "said": "看了", "on_day": day })).await;
        assert_eq!(verified["state"], "county_verified");
        office.refused(&format!("{at}/approve"), json!({ "in_force_from": day, "contract": "x" }), 409, "application_step").await;
        let view = producer.get(&at).await.1;
        assert_eq!((view["turn"].as_str(), view["round"].as_i64(), view["volume"].as_i64()), (Some("office"), Some(1), Some(3_000_000)), "{view}");
        assert_eq!(server.person("producer2").await.get(&at).await.0, 404, "another firm's is not there");
    }
}
