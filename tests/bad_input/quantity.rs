//! Quantity: more than there is, more than the ground or the flour can give, units mixed up, two at once on one balance, an order twice.

use serde_json::{Value, json};

use super::sheet::Sheet;
use crate::support::season::{Season, id};
use crate::support::server::{Person, says};

/// Proposes an account and has another person approve it.
async fn account(offices: [&Person; 2], asked: Value) -> String {
    let account = id(&offices[0].done("/api/v1/season-accounts", asked).await);
    offices[1].done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
    account
}

on_both_engines! {
    async fn quantity(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (server, producer) = (&season.server, &season.producer);
        let (office, office2, noodles) = (server.person("office").await, server.person("office2").await, server.person("noodles").await);
        let (who, batches, product) = (("producer", producer), "/api/v1/batches", &season.product["id"]);
        let mut sheet = Sheet::new("quantity", "数量 quantity");

        // The delivery of 2,000 kg, and an own plot of 8 亩 under an account of 3,000 kg more.
        let plot = json!({ "holder_id": season.organisation, "product_id": product, "name": "基地", "area": "8.00", "area_unit": "mu",
            "valid_from": "2025-01-01", "planted_year": 2001, "places": [{ "division_code": "130183105", "village": "演示村" }] });
        let plot = id(&producer.done("/api/v1/plots", plot).await);
        let asked = |party: &Value, product: &Value, basis: &str, year: &str, grams: i64| json!({ "party_id": party, "product_id": product,
            "season": year, "basis": basis, "basis_note": "演示", "evidence": "核产表", "measured": true, "approved_g": grams });
        let me = json!(season.organisation);
        let mine = account([&office, &office2], asked(&me, product, "plots", "2026", 3_000_000)).await;
        let of_plot = |lot: &str, weight: i64| json!({ "product_id": product, "lot": lot, "plot_ids": [plot], "net_weight_g": weight,
            "harvested_from": "2026-10-10", "packed_on": "2026-11-22" });
        let grower = json!(season.grower);
        let above = asked(&grower, product, "plots", "2027", 20_001_000);
        sheet.refused("申报超过地块能产的 an account above what the ground can bear", ("office", &office), "/api/v1/season-accounts", &above, &["20,001 kg", "19,998.75 kg", "8.00"]).await;
        sheet.refused("批次超过核准产量 batches above the approved output", who, batches, &of_plot("SL-01", 6_000_000), &["6,000 kg", "5,000 kg"]).await;
        sheet.refused("超过单产上限 a yield above the cap", who, batches, &of_plot("SL-01", 20_001_000), &["20,001 kg", "19,998.75 kg", "8.00"]).await;
        sheet.refused("超过交售单 more than was delivered", who, batches, &season.batch(json!({ "sources": [{ "delivery_id": season.delivery, "net_weight_g": 2_000_001 }] })), &["2,000.001 kg", "2,000 kg"]).await;

        // Flour that would have become more noodles than it can.
        let all = noodles.get("/api/v1/products?q=gaochenggongmian").await.1["items"][0].clone();
        let house = noodles.get("/api/v1/sessions/current").await.1["organisation"].clone();
        let right = all["rights"].as_array().unwrap().iter().find(|r| r["route"] == "gi_product").unwrap()["id"].clone();
        office.done("/api/v1/mark-uses", json!({ "organisation_id": house, "right_id": right, "in_force_from": "2024-01-01", "contract": "许可使用合同 2024-01" })).await;
        account([&office, &office2], asked(&house, &all["id"], "raw_material", "2026", 9_000_000)).await;
        let made = |weight: i64, flour: i64| json!({ "product_id": all["id"], "lot": "GM-01", "produced_on": "2026-11-22",
            "sources": [{ "input": { "name": "小麦粉", "weight_g": flour }, "net_weight_g": weight }] });
        sheet.refused("超过出品率 more than the flour can give", ("noodles", &noodles), batches, &made(960_000, 1_000_000), &["1,000 kg", "950 kg", "960 kg"]).await;

        // Below nothing.
        let movements = format!("/api/v1/season-accounts/{mine}/movements");
        sheet.call(&mine, "account");
        let sold = |grams: i64| json!({ "kind": "uncoded", "amount_g": grams, "reason": "散卖" });
        sheet.refused("卖出的多于账户余额 stock below nothing", who, &movements, &sold(5_000_001), &["5,000.001 kg", "5,000 kg"]).await;
        sheet.refused("负数 an amount below nothing", who, &movements, &sold(-1), &["-1"]).await;
        sheet.refused("零 a batch of nothing", who, batches, &of_plot("SL-01", 0), &["0"]).await;
        let less = id(&office.done(&format!("/api/v1/season-accounts/{mine}/adjustments"), json!({ "amount_g": -5_000_001, "reason": "核减" })).await);
        sheet.call(&less, "adjustment");
        sheet.refused("核减到不足已用 taking away what is in use", ("office2", &office2), &format!("/api/v1/adjustments/{less}/approve"), &json!({}), &["5,000.001 kg", "5,000 kg"]).await;

        // 公斤, 斤, 箱.
        let scale = |number: &str, unit: &str| season.batch(json!({ "entered": { "number": number, "unit": unit } }));
        sheet.refused("斤当成公斤 jin taken for kilograms", who, batches, &scale("2,000", "斤"), &["2,000 斤", "1,000 kg", "2,000 kg"]).await;
        sheet.refused("论箱计 counted in crates", who, batches, &scale("400", "箱"), &["箱"]).await;
        let pieces = json!({ "kind": "uncoded", "quantity": 400, "unit": "piece", "reason": "散卖" });
        sheet.refused("论件计 counted in pieces", who, &movements, &pieces, &["piece", "g"]).await;
        let delivery = |grams: i64| json!({ "grower_id": season.grower, "product_id": product, "delivered_on": "2026-11-20", "net_weight_g": grams });
        sheet.refused("公斤当成克 kilograms written as grams", who, "/api/v1/deliveries", &delivery(48), &["48 g", "100 g"]).await;
        sheet.refused("一次交售过重 a delivery too heavy to be one", who, "/api/v1/deliveries", &delivery(120_000_000), &["120,000 kg", "100,000 kg"]).await;

        // More codes than goods; goods too few for one code, again and again.
        let pack = json!({ "product_id": product, "grade": "特级", "net_weight_g": 5_000 });
        let pack = id(&producer.done("/api/v1/packs", pack).await);
        let whole = id(&producer.done(batches, of_plot("SL-02", 1_000_000)).await);
        sheet.call(&whole, "batch of 1,000 kg");
        let order = |count: i64| json!({ "pack_id": pack, "kind": "unit", "count": count });
        let orders = format!("/api/v1/batches/{whole}/code-orders");
        sheet.refused("码多于货 more codes than goods", who, &orders, &order(201), &["1,000 kg", "200", "1,005 kg"]).await;
        for n in 0..3 {
            let part = id(&producer.done(batches, of_plot(&format!("SL-1{n}"), 2_000)).await);
            sheet.call(&part, &format!("batch of 2 kg, {}", n + 1));
            sheet.refused("不足一件的批次 a batch of four tenths of a pack", who, &format!("/api/v1/batches/{part}/code-orders"), &order(1), &["2 kg", "5 kg"]).await;
        }
        let unbound = json!({ "product_id": product, "season": "2026", "pack_id": pack, "kind": "unit", "count": 1001 });
        sheet.refused("先印的码多于账户 more codes than the account has", who, "/api/v1/code-orders", &unbound, &["5,005 kg", "5,000 kg"]).await;
        let many = json!({ "product_id": product, "season": "2026", "pack_id": pack, "kind": "unit", "count": 16_777_217 });
        sheet.refused("一次申领过多 more codes than one order takes", who, "/api/v1/code-orders", &many, &["16777217", "16777216"]).await;

        // One order twice: the same key and words are one order, the same key and other words are refused.
        let first = producer.post_once(&orders, "roll-1", order(20)).await;
        let again = producer.post_once(&orders, "roll-1", order(20)).await;
        assert_eq!((first.0, &first.1), (201, &again.1), "a replayed order is the order it was");
        assert_eq!(producer.get("/api/v1/code-orders").await.1["items"].as_array().unwrap().len(), 1);
        let replay = |lang: &str| producer.request(reqwest::Method::POST, &orders).header("accept-language", lang.to_owned()).header("idempotency-key", "roll-1").json(&order(40));
        sheet.row("同一个键重放另一份申领 an order replayed with another count", "producer", &format!("POST {orders}, Idempotency-Key of another order"), replay, &["Idempotency-Key"]).await;

        // Two at once for 1,200 kg each of the 2,000 kg delivered: one wins, the other is told what is left.
        let half = |lot: &str| season.batch(json!({ "lot": lot, "sources": [{ "delivery_id": season.delivery, "net_weight_g": 1_200_000 }] }));
        let (one, other) = tokio::join!(producer.post(batches, half("SL-21")), producer.post(batches, half("SL-22")));
        let mut both = [one, other];
        both.sort_by_key(|(status, _)| *status);
        assert_eq!((both[0].0, both[1].0), (201, 409), "{:#} {:#}", both[0].1, both[1].1);
        assert!(says(&both[1].1, "delivery_overdrawn"), "{:#}", both[1].1);
        sheet.refused("两人同时用同一余额，后到的 two at once on one balance: the one who came second", who, batches, &half("SL-23"), &["1,200 kg", "800 kg"]).await;
        sheet.compare(server);
    }
}
