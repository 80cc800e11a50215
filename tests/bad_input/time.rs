//! Time: out of season, in the future, in the wrong order, papers that came later or were shown twice, a standard withdrawn.

use serde_json::{Value, json};

use super::sheet::Sheet;
use crate::support::season::{Season, id};

on_both_engines! {
    async fn time(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (server, producer) = (&season.server, &season.producer);
        let office = server.person("office").await;
        let (who, batches) = (("producer", producer), "/api/v1/batches");
        let mut sheet = Sheet::new("time", "时间 time");
        let part = |lot: &str, more: Value| {
            let mut batch = season.batch(json!({ "lot": lot, "sources": [{ "delivery_id": season.delivery, "net_weight_g": 200_000 }] }));
            for (name, value) in more.as_object().unwrap() {
                batch[name] = value.clone();
            }
            batch
        };
        let test = |report: &str, on: &str| json!({ "tests": [{ "item": "农药残留", "result": "合格", "report_no": report, "reported_on": on }] });
        let old = json!({ "product_id": season.product["id"], "number": "演示标准 YL-2019", "in_force_from": "2019-01-01", "withdrawn_on": "2026-10-01",
            "source": "演示", "confidence": "C" });
        office.done("/api/v1/standards", old).await;

        for (what, more, figures) in [
            ("采收起止颠倒 a harvest that ends before it begins", json!({ "harvested_from": "2026-10-20", "harvested_to": "2026-10-18" }), &["2026-10-18", "2026-10-20"][..]),
            ("采收在未来 a harvest still to come", json!({ "harvested_to": "2026-11-24" }), &["2026-11-24", "2026-11-23"]),
            ("包装早于采收 packed before it was picked", json!({ "packed_on": "2026-10-17" }), &["2026-10-17", "2026-10-18"]),
            ("保质期早于包装 best before it was packed", json!({ "best_before": "2026-11-22" }), &["2026-11-22", "2026-11-23"]),
            ("日期写错 a day no calendar has", json!({ "harvested_from": "2026-02-30" }), &["2026-02-30"]),
            ("检验报告晚于放行 a test reported later than the release", test("R-1", "2026-11-24"), &["2026-11-24", "2026-11-23"]),
            ("标准已废止 a standard withdrawn on the day", json!({ "standard_version": "演示标准 YL-2019" }), &["演示标准 YL-2019", "2026-11-22", "2026-10-01", "演示标准 YL-2026"]),
            ("没有的标准 a standard that is none of the product's", json!({ "standard_version": "GB/T 1" }), &["GB/T 1", "演示标准 YL-2026"]),
        ] {
            sheet.refused(what, who, batches, &part("SJ-01", more), figures).await;
        }

        // What is written down and then held for a person: the refusal comes when the producer wants to let it go.
        let late = id(&producer.done(batches, part("SJ-02", json!({ "harvested_from": "2026-11-05", "harvested_to": "2026-11-06" }))).await);
        sheet.call(&late, "batch of November");
        sheet.refused("产季之外采收 a harvest outside the season", who, &format!("{batches}/{late}/release"), &json!({}), &["2026-11-05", "08-20", "10-31"]).await;
        producer.done(batches, part("SJ-03", test("R-7", "2026-11-20"))).await;
        producer.done(batches, part("SJ-04", test("R-7", "2026-11-20"))).await;
        let third = id(&producer.done(batches, part("SJ-05", test("R-7", "2026-11-20"))).await);
        sheet.call(&third, "third batch");
        sheet.refused("一份检验报告用于多批 one report for many batches", who, &format!("{batches}/{third}/release"), &json!({}), &["R-7", "2"]).await;
        sheet.refused("批号重复 a lot used twice", who, batches, &part("SJ-05", json!({})), &["SJ-05"]).await;

        let delivery = |on: &str| json!({ "grower_id": season.grower, "product_id": season.product["id"], "delivered_on": on, "net_weight_g": 100_000 });
        sheet.refused("补记不写原因 written down late without a reason", who, "/api/v1/deliveries", &delivery("2026-11-01"), &["2026-11-01", "22", "7"]).await;
        sheet.refused("明天的交售 a delivery of tomorrow", who, "/api/v1/deliveries", &delivery("2026-11-24"), &["2026-11-24", "2026-11-23"]).await;
        let lapsed = json!({ "kind": "lapsed", "amount_g": 1000 });
        let account = id(&producer.get(&format!("/api/v1/season-accounts?party_id={}", season.organisation)).await.1["items"][0]);
        sheet.call(&account, "account");
        sheet.refused("没结账就作到期 lapsed before the season is closed", who, &format!("/api/v1/season-accounts/{account}/movements"), &lapsed, &["2027-06-30", "2026-11-23"]).await;

        // Leave from a day before the right, or before its own announcement.
        let early = json!({ "organisation_id": season.organisation, "right_id": season.right, "in_force_from": "2009-01-01", "in_force_to": "2009-12-31",
            "contract": "许可使用合同 2024-01" });
        sheet.refused("用标早于认定 leave before recognition", ("office", &office), "/api/v1/mark-uses", &early, &["2009-01-01", "2010-07-13"]).await;
        sheet.compare(server);
    }
}
