//! The main job over HTTP: grower delivers → batch → order → labels decoded by an independent decoder → activated → scanned first, again,
//! forwarded, from many places, voided, recalled, right ended later.

use std::io::{Cursor, Read};
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::config::Config;
use yanzhao::kernel::clock;

use crate::support::Engine;
use crate::support::season::Season;
use crate::support::server::{Person, Server, answer};

/// Trusts the peer to name the visitor's address, and knows where the addresses of the fixture lie.
fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    config.place_table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/places.csv").into();
}

/// What the story is about.
pub struct Goods {
    pub server: Server,
    pub producer: Person,
    pub batch: String,
    pub order: String,
    pub codes: Vec<String>,
}

/// One grower's pears in a released batch with forty codes in use.
pub async fn goods(engine: Engine) -> Goods {
    let season = Season::start_with(engine, behind_a_proxy).await;
    let batch = season.producer.done("/api/v1/batches", season.batch(json!({}))).await["id"].as_str().unwrap().to_owned();
    let Season { server, producer, product, .. } = season;
    let pack = json!({ "product_id": product["id"], "grade": "特级", "net_weight_g": 5_000 });
    let pack = producer.done("/api/v1/packs", pack).await["id"].clone();
    assert_eq!(producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await["state"], "released");
    let orders = format!("/api/v1/batches/{batch}/code-orders");
    producer.refused(&orders, json!({ "pack_id": pack, "kind": "unit", "count": 401 }), 409, "batch_overdrawn").await;
    let order = producer.done(&orders, json!({ "pack_id": pack, "kind": "unit", "count": 60 })).await["id"].as_str().unwrap().to_owned();
    let codes = codes(&producer, &order).await;
    producer.done(&format!("/api/v1/code-orders/{order}/activate"), json!({ "first": 1, "last": codes[39] })).await;
    Goods { server, producer, batch, order, codes }
}

/// The codes of an order, read off its file.
async fn codes(producer: &Person, order: &str) -> Vec<String> {
    let file = producer.request(Method::GET, &format!("/api/v1/code-orders/{order}/codes.txt")).send().await.unwrap();
    assert_eq!(file.status(), 200);
    file.text().await.unwrap().lines().map(|line| line.rsplit('/').next().unwrap().to_owned()).collect()
}

/// A scan by somebody with this telephone at this address, as a program would read it.
pub async fn scan(server: &Server, code: &str, phone: &str, address: &str) -> (u16, Value) {
    let request = server.anybody().request(Method::GET, &format!("/Q/{code}"));
    answer(request.header("accept", "application/json").header("user-agent", phone).header("x-forwarded-for", address)).await
}

on_both_engines! {
    async fn a_code_is_first_then_again_and_forwarding_counts_nothing(engine: Engine) {
        let goods = goods(engine).await;
        let code = &goods.codes[0];
        let first = scan(&goods.server, code, "Phone/1", "192.0.2.1").await.1;
        assert_eq!((first["verdict"].as_str(), first["recorded"].as_bool(), first["batch"].as_str()), (Some("first_check"), Some(true), Some("2026-YL-01")), "{first:#}");
        assert_eq!(first["checks"]["sessions"], 1);
        let again = scan(&goods.server, code, "Phone/1", "192.0.2.1").await.1;
        assert_eq!((again["verdict"].as_str(), again["checks"]["sessions"].as_i64()), (Some("first_check"), Some(1)), "the same visitor within 30 minutes");
        let forwarded = answer(goods.server.anybody().request(Method::GET, &format!("/q/{code}")).header("accept", "application/json").header("user-agent", "Phone/2")).await.1;
        assert_eq!((forwarded["verdict"].as_str(), forwarded["checks"]["sessions"].as_i64(), forwarded["recorded"].as_bool()), (Some("checked_before"), Some(1), Some(false)));
        let other = scan(&goods.server, code, "Phone/2", "192.0.2.1").await.1;
        assert_eq!((other["verdict"].as_str(), other["checks"]["sessions"].as_i64()), (Some("checked_before"), Some(2)));
        for (phone, method) in [("Mozilla/5.0 (compatible; Googlebot/2.1)", Method::GET), ("Phone/3", Method::HEAD)] {
            let request = goods.server.anybody().request(method, &format!("/Q/{code}")).header("user-agent", phone);
            assert!(request.send().await.unwrap().status().as_u16() < 400);
        }
        assert_eq!(scan(&goods.server, code, "Phone/2", "192.0.2.1").await.1["checks"]["sessions"], 2);
        let page = goods.server.anybody().request(Method::GET, &format!("/Q/{}", code.to_lowercase())).header("user-agent", "Phone/1").header("x-forwarded-for", "192.0.2.1").send().await.unwrap();
        assert_eq!((page.status().as_u16(), page.headers()["location"].to_str().unwrap()), (303, format!("/q/{code}").as_str()));
    }

    async fn the_language_asked_for_goes_along(engine: Engine) {
        let goods = goods(engine).await;
        let code = &goods.codes[0];
        let led = async |query: &str, browser: &str| {
            let request = goods.server.anybody().request(Method::GET, &format!("/Q/{code}{query}")).header("accept-language", browser);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 303);
            let to = answer.headers()["location"].to_str().unwrap().to_owned();
            let page = goods.server.anybody().request(Method::GET, &to).header("accept-language", browser).send().await.unwrap();
            (to.replace(code, "…"), page.text().await.unwrap().contains("<html lang=\"zh-CN\""))
        };
        for (query, browser, to, is_chinese) in [
            ("", "zh-CN,zh;q=0.9", "/q/…", true),
            ("", "en-GB,en;q=0.9", "/q/…?lang=en", false),
            ("?lang=zh", "en-GB,en;q=0.9", "/q/…?lang=zh", true),
            ("?lang=en", "zh-CN,zh;q=0.9", "/q/…?lang=en", false),
            ("?lang=zh", "zh-CN,zh;q=0.9", "/q/…", true),
        ] {
            assert_eq!(led(query, browser).await, (to.to_owned(), is_chinese), "{query} {browser}");
        }
        let typed = goods.server.anybody().request(Method::POST, "/q?lang=zh").header("accept-language", "en").form(&[("code", code)]);
        assert_eq!(typed.send().await.unwrap().headers()["location"].to_str().unwrap(), format!("/q/{code}?lang=zh"));
    }

    async fn unknown_and_mistyped_are_told_apart_and_say_the_same_every_time(engine: Engine) {
        let goods = goods(engine).await;
        let code = goods.codes[0].clone();
        let mut swapped: Vec<char> = code.chars().collect();
        let at = (6..18).find(|i| swapped[*i] != swapped[i + 1]).unwrap();
        swapped.swap(at, at + 1);
        let swapped: String = swapped.into_iter().collect();
        let (status, mistyped) = scan(&goods.server, &swapped, "Phone/1", "192.0.2.1").await;
        assert_eq!((status, mistyped["verdict"].as_str()), (400, Some("mistyped")));
        let unknown = ["0000019T3KRQ9GCZA937", "000001EF97BFEGX7N3QX"];
        let mut answers = Vec::new();
        for code in unknown {
            let (status, said) = scan(&goods.server, code, "Phone/1", "192.0.2.1").await;
            assert_eq!((status, said["verdict"].as_str()), (404, Some("unknown")));
            answers.push(said);
        }
        assert_eq!(answers[0], answers[1]);
        let not_active = scan(&goods.server, &goods.codes[50], "Phone/1", "192.0.2.1").await;
        assert_eq!((not_active.0, not_active.1["verdict"].as_str(), not_active.1["severity"].as_str()), (200, Some("not_activated"), Some("amber")));
    }

    async fn many_places_and_many_checks_turn_amber_and_fade(engine: Engine) {
        let goods = goods(engine).await;
        let spread = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "192.0.2.200", "198.51.100.200", "203.0.113.200"];
        let mut last = Value::Null;
        for (n, address) in spread.iter().enumerate() {
            last = scan(&goods.server, &goods.codes[1], &format!("Phone/{n}"), address).await.1;
        }
        assert_eq!((last["verdict"].as_str(), last["severity"].as_str()), (Some("many_places"), Some("amber")), "{last:#}");
        for n in 0..9 {
            last = scan(&goods.server, &goods.codes[2], &format!("Phone/{n}"), "192.0.2.1").await.1;
        }
        assert_eq!(last["verdict"], "many_checks", "{last:#}");
        goods.server.clock.advance(8 * clock::DAY);
        assert_eq!(scan(&goods.server, &goods.codes[2], "Phone/0", "192.0.2.1").await.1["verdict"], "checked_before", "amber fades");
    }

    async fn a_void_a_stop_and_a_recall_show_on_the_next_scan(engine: Engine) {
        let goods = goods(engine).await;
        let verdict = async |n: usize| scan(&goods.server, &goods.codes[n], "Phone/1", "192.0.2.1").await.1["verdict"].as_str().unwrap().to_owned();
        assert_eq!(verdict(45).await, "not_activated");
        goods.producer.done(&format!("/api/v1/code-orders/{}/void", goods.order), json!({ "first": 46, "last": 46, "reason": "lost" })).await;
        assert_eq!(verdict(45).await, "voided");
        let (one, two) = (goods.server.person("supervisor").await, goods.server.person("supervisor2").await);
        let recall = json!({ "batch_id": goods.batch, "ordered_by": "演示机关", "document_no": "演示〔2026〕1号", "reason": "农残", "public_text": "农药残留超标，请停止食用。" });
        goods.producer.refused("/api/v1/recalls", recall.clone(), 403, "not_permitted").await;
        let recall = one.done("/api/v1/recalls", recall).await["id"].as_str().unwrap().to_owned();
        assert_eq!(verdict(3).await, "first_check", "a proposal changes nothing");
        one.refused(&format!("/api/v1/recalls/{recall}/confirm"), json!({}), 409, "second_person_needed").await;
        two.done(&format!("/api/v1/recalls/{recall}/confirm"), json!({})).await;
        let said = scan(&goods.server, &goods.codes[3], "Phone/1", "192.0.2.1").await.1;
        assert_eq!((said["verdict"].as_str(), said["severity"].as_str()), (Some("recalled"), Some("red")));
        assert!(said["explanation"].as_str().unwrap().contains("演示〔2026〕1号") && said["headline"].as_str().unwrap().contains("追回"), "{said:#}");
        one.done(&format!("/api/v1/recalls/{recall}/lift"), json!({ "document_no": "演示〔2026〕2号", "public_text": "复检合格，解除追回。" })).await;
        two.done(&format!("/api/v1/recalls/{recall}/lift/confirm"), json!({})).await;
        let said = scan(&goods.server, &goods.codes[3], "Phone/1", "192.0.2.1").await.1;
        assert_eq!(said["verdict"], "first_check");
        assert!(said["notes"].as_array().unwrap().contains(&json!("recall_lifted")), "{said:#}");
    }

    async fn labels_are_read_by_an_independent_decoder(engine: Engine) {
        let goods = goods(engine).await;
        let zip = goods.producer.request(Method::GET, &format!("/api/v1/code-orders/{}/labels.zip?format=png", goods.order)).send().await.unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(zip.bytes().await.unwrap().to_vec())).unwrap();
        assert_eq!(zip.len(), 60);
        let dir = tempfile::tempdir().unwrap();
        for n in [0, 30, 59] {
            let mut bytes = Vec::new();
            zip.by_index(n).unwrap().read_to_end(&mut bytes).unwrap();
            let file = dir.path().join(format!("{n}.png"));
            std::fs::write(&file, bytes).unwrap();
            let read = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&file).output().unwrap();
            let wanted = format!("{}/Q/{}", goods.server.base.to_uppercase(), goods.codes[n]);
            assert_eq!(String::from_utf8_lossy(&read.stdout).trim(), wanted);
        }
    }

    async fn an_order_is_downloaded_three_times_and_the_bytes_are_the_same(engine: Engine) {
        let goods = goods(engine).await;
        let again = codes(&goods.producer, &goods.order).await;
        assert_eq!(again, goods.codes);
        codes(&goods.producer, &goods.order).await;
        let fourth = answer(goods.producer.request(Method::GET, &format!("/api/v1/code-orders/{}/codes.csv", goods.order))).await;
        assert!(fourth.0 == 409 && fourth.1["code"] == "downloads_used_up", "{fourth:?}");
        let stranger = goods.server.person("producer2").await;
        assert_eq!(stranger.get(&format!("/api/v1/code-orders/{}", goods.order)).await.0, 404);
        assert_eq!(stranger.get(&format!("/api/v1/batches/{}", goods.batch)).await.0, 404);
    }

    async fn the_ledger_tells_the_same_story_as_the_tables(engine: Engine) {
        let goods = goods(engine).await;
        goods.producer.done(&format!("/api/v1/code-orders/{}/void", goods.order), json!({ "first": 55, "last": 60, "reason": "damaged" })).await;
        let mut replay = yanzhao::trace::replay::Replay::default();
        let report = yanzhao::ledger::verify(goods.server.app.db.reader(), &[], |_, _, body| replay.fold(body)).await.unwrap();
        assert_eq!(report.findings, []);
        assert_eq!(yanzhao::trace::store::replay::compare(goods.server.app.db.reader(), &replay).await.unwrap(), []);
    }
}
