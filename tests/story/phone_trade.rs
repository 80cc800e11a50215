//! Producers at the scale, and what they read of their goods and their papers.

use reqwest::Method;
use serde_json::json;

use crate::support::season::{Season, id};
use crate::support::server::answer;

on_both_engines! {
    async fn deliveries_come_over_the_scale_one_after_the_other(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let at = "/work/deliveries/scale";
        let scale = format!("{at}?product={}", season.product["id"].as_str().unwrap());
        let page = producer.open(&scale).await;
        assert!(page.has("1 种植户甲 演示村") && page.has("今天还没有收货"), "{}", page.html);
        let product = season.product["id"].as_str().unwrap();
        let refused = producer.fill(&page, at, &[("product", product), ("who", "王五"), ("weight", "一筐"), ("unit", "jin")]).await;
        assert!(refused.status == 422 && refused.has("没有找到“王五”") && refused.has("不是重量") && refused.has("value=\"王五\"") && refused.has("value=\"一筐\""), "{}", refused.html);
        // By number, by name, by initials; the only plot is taken by itself.
        let mut page = refused;
        for (who, weight, sure) in [("1", "400", "200000"), ("种植户甲", "300", "150000"), ("zzhj", "100", "50000")] {
            let sent = producer.fill(&page, at, &[("product", product), ("who", who), ("weight", weight), ("unit", "jin"), ("sure", sure)]).await;
            assert_eq!(sent.status, 303, "{who}: {}", sent.html);
            assert!(sent.location.contains("unit=jin"), "the unit stays: {}", sent.location);
            page = producer.open(&sent.location).await;
        }
        assert!(page.has("已记下") && page.has("3 笔，400 kg = 800 斤 = 0.4 t") && page.has("<option value=\"jin\" data-base=\"500\" selected>"), "{}", page.html);
        let kept = season.producer.get("/api/v1/deliveries").await.1;
        assert!(kept["items"].as_array().unwrap().iter().all(|d| d["plot_id"] == season.plot.as_str()), "{kept}");
        // Two plots: it is asked which.
        let plot = json!({ "holder_id": season.grower, "product_id": product, "area": "2.00", "area_unit": "mu", "valid_from": "2025-01-01", "name": "西地",
            "planted_year": 2001, "places": [{ "division_code": "130183105", "village": "演示村" }] });
        let west = id(&season.producer.done("/api/v1/plots", plot).await);
        let asked = producer.fill(&page, at, &[("product", product), ("who", "1"), ("weight", "30"), ("unit", "kg")]).await;
        assert!(asked.status == 422 && asked.has("有 2 块地") && asked.has("西地"), "{}", asked.html);
        producer.done(&asked, at, &[("product", product), ("who", "1"), ("weight", "30"), ("unit", "kg"), ("sure", "30000"), ("plot", &west)]).await;
        assert_eq!(season.server.browser("office").await.see(at).await.status, 403);
    }

    async fn a_producer_reads_who_checked_its_goods_by_day_and_verdict(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        assert!(producer.open("/work/scans").await.has("还没有人查验"));
        let batch = json!({ "product_id": season.product["id"], "lot": "2026-YL-07", "harvested_from": "2026-10-18", "packed_on": "2026-11-22",
            "sources": [{ "delivery_id": season.delivery, "net_weight_g": 1_000_000 }] });
        let batch = id(&season.producer.done("/api/v1/batches", batch).await);
        season.producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        let pack = season.producer.done("/api/v1/packs", json!({ "product_id": season.product["id"], "net_weight_g": 5_000 })).await;
        let order = json!({ "pack_id": pack["id"], "kind": "unit", "count": 20 });
        let order = id(&season.producer.done(&format!("/api/v1/batches/{batch}/code-orders"), order).await);
        assert!(!producer.open("/work").await.has("手头的标签"), "every label is on goods");
        let rest = json!({ "product_id": season.product["id"], "season": "2026", "pack_id": pack["id"], "kind": "unit", "count": 10 });
        season.producer.done("/api/v1/code-orders", rest).await;
        let home = producer.open("/work").await;
        assert!(home.has("手头的标签") && home.has("还没贴 10 枚"), "{}", home.html);
        season.producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": 10 })).await;
        let codes = producer.open(&format!("/api/v1/code-orders/{order}/codes.txt")).await.html;
        for line in codes.lines().take(2).chain(codes.lines().nth(15)) {
            let path = format!("/Q/{}", line.rsplit('/').next().unwrap());
            answer(season.server.anybody().request(Method::GET, &path).header("accept", "application/json")).await;
        }
        let page = producer.open("/work/scans").await;
        for words in ["近 30 天查验 3 次", "2026年11月23日", "首次查验", "尚未启用", "地点不详", "<rect x=\"582\" y=\"0\""] {
            assert!(page.has(words), "{words}: {}", page.html);
        }
        // Another producer reads nothing of it; who oversees the county does.
        assert!(season.server.browser("producer2").await.open("/work/scans").await.has("还没有人查验"));
        assert!(season.server.browser("county").await.open("/work/scans").await.has("近 30 天查验 3 次"));
        assert_eq!(season.server.browser("seller").await.see("/work/scans").await.status, 403);
    }

    async fn papers_are_read_by_how_long_they_hold(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let producer = season.server.browser("producer").await;
        let facility = json!({ "name": "演示包装厂", "kind": "packing_house", "division_code": "130183105", "valid_from": "2025-01-01", "tenure": "own" });
        let facility = id(&season.producer.done("/api/v1/facilities", facility).await);
        for (number, from, to) in [("SC-1", "2025-01-01", "2026-12-05"), ("SC-2", "2025-01-01", "2026-11-01")] {
            let licence = json!({ "kind": format!("许可 {number}"), "number": number, "valid_from": from, "valid_to": to });
            season.producer.done(&format!("/api/v1/facilities/{facility}/licences"), licence).await;
        }
        let page = producer.open("/work/firm").await;
        assert!(page.has("演示果品专业合作社") && page.has("已过期") && page.has("还有 12 天到期"), "{}", page.html);
        assert!(page.html.find("SC-2").unwrap() < page.html.find("SC-1").unwrap(), "what ended first stands first");
        let refused = producer.upload(&page, "/work/firm", &[], &[("licence", "执照.pdf", b"<html>".to_vec())]).await;
        assert!(refused.status == 422 && refused.has("执照.pdf"), "{}", refused.html);
        let sent = producer.upload(&refused, "/work/firm", &[], &[("licence", "执照.pdf", b"%PDF-1.4 x".to_vec())]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let page = producer.open(&sent.location).await;
        assert!(page.has("文件已存好") && page.has("执照.pdf"), "{}", page.html);
        // The day's work notes what is due, once.
        let app = &season.server.app;
        for _ in 0..2 {
            yanzhao::jobs::licences_due(&app.db, &app.clock, &app.random).await.unwrap();
        }
        let notices = producer.open("/work/notices").await;
        assert_eq!(notices.html.matches("有效期到").count(), 2, "{}", notices.html);
    }
}
