//! Codes: guessed, altered, not yet in use, voided or lost, seen in many places or by many, tried for their PIN, and what the packing
//! table is told of labels that don't fit.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use yanzhao::config::Config;

use super::sheet::Sheet;
use crate::support::season::{Season, id};
use crate::support::server::{Server, answer};

/// Trusts the peer to name the visitor's address, and knows where the addresses of the fixture lie.
fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    config.place_table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/places.csv").into();
}

fn scan(server: &Server, code: &str, phone: &str, address: &str) -> RequestBuilder {
    let request = server.anybody().request(Method::GET, &format!("/Q/{code}"));
    request.header("user-agent", phone.to_owned()).header("x-forwarded-for", address.to_owned()).header("accept", "application/json")
}

/// A code with two neighbouring characters of its body swapped.
fn swapped(code: &str) -> String {
    let mut chars: Vec<char> = code.chars().collect();
    let at = (6..18).find(|i| chars[*i] != chars[i + 1]).unwrap();
    chars.swap(at, at + 1);
    chars.into_iter().collect()
}

on_both_engines! {
    async fn codes(engine: Engine) {
        let season = Season::start_with(engine, behind_a_proxy).await;
        let (server, producer) = (&season.server, &season.producer);
        let mut sheet = Sheet::new("codes", "查验码 codes");
        let batch = id(&producer.done("/api/v1/batches", season.batch(json!({}))).await);
        let pack = json!({ "product_id": season.product["id"], "grade": "特级", "net_weight_g": 5_000 });
        let pack = id(&producer.done("/api/v1/packs", pack).await);
        let order = json!({ "product_id": season.product["id"], "season": "2026", "pack_id": pack, "kind": "unit", "count": 40, "with_pin": true });
        let (one, two) = (producer.done("/api/v1/code-orders", order.clone()).await, producer.done("/api/v1/code-orders", order).await);
        let (order, other) = (id(&one), id(&two));
        for (id, name) in [(&batch, "batch"), (&order, "order"), (&other, "another order")] {
            sheet.call(id, name);
        }
        let lines = async |order: &str| {
            let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap();
            file.text().await.unwrap().lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect::<Vec<String>>()
        };
        let (codes, foreign) = (lines(&order).await, lines(&other).await);
        let (mistyped, guessed) = (swapped(&codes[0]), "0000019T3KRQ9GCZA937".to_owned());
        for (code, name) in [(&mistyped, "altered code"), (&guessed, "guessed code"), (&foreign[0], "code of another order"), (&codes[9], "code 10")] {
            sheet.call(code, name);
        }

        // The packing table.
        let (who, at) = (("producer", producer), |verb: &str| format!("/api/v1/code-orders/{order}/{verb}"));
        let bind = |first: Value, last: Value| json!({ "first": first, "last": last, "batch_id": batch });
        for (what, body, figures) in [
            ("抄错的码 an altered code", bind(json!(1), json!(mistyped)), &[mistyped.as_str()][..]),
            ("猜的码 a guessed code", bind(json!(1), json!(guessed)), &[guessed.as_str()]),
            ("别的标签卷 a label of another roll", bind(json!(1), json!(foreign[0])), &[foreign[0].as_str()]),
            ("首尾颠倒 the ends the wrong way round", bind(json!(20), json!(1)), &["20", "1"]),
            ("序号超出 a number beyond the roll", bind(json!(1), json!(41)), &["41", "40"]),
        ] {
            sheet.refused(what, who, &at("bind"), &body, figures).await;
        }
        sheet.refused("没有绑定就启用 in use before it is bound", who, &at("activate"), &json!({ "first": 1, "last": 5 }), &["1–5"]).await;
        producer.done(&at("bind"), bind(json!(1), json!(30))).await;
        sheet.refused("批次没有放行就启用 in use before the batch is released", who, &at("activate"), &json!({ "first": 1, "last": 5 }), &["2026-YL-01"]).await;
        producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        sheet.refused("绑定两次 bound twice", who, &at("bind"), &bind(json!(30), json!(31)), &["30"]).await;
        producer.done(&at("activate"), json!({ "first": 1, "last": 20 })).await;
        producer.done(&at("void"), json!({ "first": 29, "last": 29, "reason": "lost" })).await;
        producer.done(&at("void"), json!({ "first": 30, "last": 30, "reason": "damaged" })).await;
        sheet.refused("启用作废的码 a voided code in use", who, &at("activate"), &json!({ "first": 29, "last": 29 }), &["29"]).await;
        sheet.refused("启用时间已过 in use from a moment that is past", who, &at("activate"), &json!({ "first": 21, "last": 22, "at": "2026-11-22T08:00:00+08:00" }), &["2026-11-22 08:00", "2026-11-23 10:00"]).await;
        sheet.refused("清点不符 a count that differs", who, &at("return"), &json!({ "first": 31, "last": 40, "counted": 9 }), &["9", "10"]).await;

        // What a consumer is told.
        let by = |code: &str, phone: &'static str, address: &'static str| {
            let code = code.to_owned();
            move |lang: &str| scan(server, &code, phone, address).header("accept-language", lang.to_owned())
        };
        sheet.told("猜的序号 a guessed serial", "GET /Q/{guessed code}", by(&guessed, "Phone/1", "192.0.2.1"), &[]).await;
        sheet.told("改动的序号 an altered serial", "GET /Q/{altered code}", by(&mistyped, "Phone/1", "192.0.2.1"), &[]).await;
        sheet.told("还没有启用 not yet in use", "GET /Q/{code 25}", by(&codes[24], "Phone/1", "192.0.2.1"), &[]).await;
        sheet.told("没有出过货的码 nothing was ever packed under it", "GET /Q/{code 35}", by(&codes[34], "Phone/1", "192.0.2.1"), &[]).await;
        sheet.told("遗失后作废 lost and voided", "GET /Q/{code 29}", by(&codes[28], "Phone/1", "192.0.2.1"), &[]).await;
        sheet.told("破损作废 spoilt and voided", "GET /Q/{code 30}", by(&codes[29], "Phone/1", "192.0.2.1"), &[]).await;
        for address in ["192.0.2.1", "198.51.100.1", "203.0.113.1"] {
            answer(scan(server, &codes[1], &format!("Phone/{address}"), address)).await;
        }
        sheet.told("几分钟内相距很远的几地 far apart within minutes", "GET /Q/{code 2}, from 河北, 广东, 上海", by(&codes[1], "Phone/203.0.113.1", "203.0.113.1"), &["24"]).await;
        for n in 0..300 {
            answer(scan(server, &codes[2], &format!("Phone/{n}"), "192.0.2.1")).await;
        }
        sheet.told("几百次查验 hundreds of scans", "GET /Q/{code 3}, 300 visitors", by(&codes[2], "Phone/1", "192.0.2.1"), &[]).await;

        // Guessing a PIN: the visitor has to wait, and a code takes 200 wrong ones a day.
        let pin = |code: &str, phone: &str, pin: &str| {
            let request = server.anybody().request(Method::POST, &format!("/q/{code}/pin")).header("user-agent", phone.to_owned());
            request.header("accept", "application/json").form(&[("pin", pin)])
        };
        let wrong = |phone: &'static str| {
            let code = codes[9].clone();
            move |lang: &str| pin(&code, &format!("{phone} {lang}"), "000000").header("accept-language", lang.to_owned())
        };
        sheet.told("猜刮开码 a guessed PIN", "POST /q/{code 10}/pin", wrong("Phone/1"), &[]).await;
        sheet.told("接着猜 guessed again at once", "POST /q/{code 10}/pin", wrong("Phone/1"), &[]).await;
        for n in 0..200 {
            answer(pin(&codes[9], &format!("Guesser/{n}"), "000000")).await;
        }
        sheet.told("猜了两百次 guessed two hundred times", "POST /q/{code 10}/pin", wrong("Phone/2"), &[]).await;
        let unharmed = answer(scan(server, &codes[9], "Buyer/1", "192.0.2.1")).await;
        assert_eq!((unharmed.0, unharmed.1["verdict"].as_str()), (200, Some("first_check")), "the code itself is always answered: {:#}", unharmed.1);
        sheet.compare(server);
    }
}
