//! What else producers do on a phone: mending a batch, cancelling an order, plots with their boundary, notices in and out of the product.

use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::support::Engine;
use crate::support::forms::Browser;
use crate::support::season::{Season, id};
use yanzhao::jobs::{Gateways, Sent, TRIES, send_notices};

async fn season(engine: Engine) -> (Season, Browser) {
    let season = Season::start_with(engine, |_| {}).await;
    let producer = season.server.browser("producer").await;
    (season, producer)
}

/// A batch of half the delivery, registered.
async fn batch(season: &Season) -> String {
    let input = json!({ "product_id": season.product["id"], "lot": "2026-YL-07", "harvested_from": "2026-10-18", "packed_on": "2026-11-22",
        "sources": [{ "delivery_id": season.delivery, "net_weight_g": 1_000_000 }] });
    id(&season.producer.done("/api/v1/batches", input).await)
}

/// A gateway that keeps what it was sent, and answers with this status.
async fn gateway(status: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/send", listener.local_addr().unwrap());
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeps = kept.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut chunk = [0_u8; 4096];
            loop {
                let n = stream.read(&mut chunk).await.unwrap();
                request.extend_from_slice(&chunk[..n]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head
                        .to_lowercase()
                        .lines()
                        .find_map(|l| l.strip_prefix("content-length: ").map(|n| n.trim().parse::<usize>().unwrap()));
                    body.len() >= length.unwrap_or(0)
                });
                if n == 0 || whole {
                    break;
                }
            }
            keeps.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, kept)
}

on_both_engines! {
    async fn a_batch_is_mended_until_it_is_released(engine: Engine) {
        let (season, producer) = season(engine).await;
        let batch = batch(&season).await;
        let at = format!("/work/batches/{batch}");
        let page = producer.open(&format!("{at}/receipt")).await;
        assert!(page.has(&format!("{at}/correct")), "{}", page.html);
        let page = producer.open(&format!("{at}/correct")).await;
        let typed = [("lot", ""), ("weight", "许多"), ("unit", "jin"), ("packed_on", "2026-11-22")];
        let refused = producer.fill(&page, &format!("{at}/correct"), &typed).await;
        assert!(refused.status == 422 && refused.has("请填批号") && refused.has("不是重量") && refused.has("value=\"许多\""), "{}", refused.html);
        let typed = [("lot", "2026-YL-08"), ("weight", "1800"), ("unit", "jin"), ("harvested_from", "2026-10-18"), ("packed_on", "2026-11-22")];
        let (_, receipt) = producer.done(&refused, &format!("{at}/correct"), &typed).await;
        assert!(receipt.has("批次已更正") && receipt.has("2026-YL-08") && receipt.has("900 kg = 1,800 斤"), "{}", receipt.html);
        // Whoever typed on the old page is asked to look again.
        let stale = producer.fill(&page, &format!("{at}/correct"), &typed).await;
        assert!(stale.status == 409, "{} {}", stale.status, stale.html);
        season.producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        let late = producer.open(&format!("{at}/correct")).await;
        let refused = producer.fill(&late, &format!("{at}/correct"), &typed).await;
        assert!(refused.status == 409, "{}", refused.html);
        assert_eq!(season.server.browser("producer2").await.see(&format!("{at}/correct")).await.status, 404);
    }

    async fn an_order_nobody_downloaded_is_cancelled(engine: Engine) {
        let (season, producer) = season(engine).await;
        let batch = batch(&season).await;
        season.producer.done(&format!("/api/v1/batches/{batch}/release"), json!({})).await;
        let pack = season.producer.done("/api/v1/packs", json!({ "product_id": season.product["id"], "net_weight_g": 5_000 })).await;
        let input = json!({ "product_id": season.product["id"], "season": "2026", "pack_id": pack["id"], "kind": "unit", "count": 60 });
        let order = id(&season.producer.done("/api/v1/code-orders", input.clone()).await);
        let free = async || season.producer.get(&format!("/api/v1/season-accounts?season=2026&party_id={}", season.organisation)).await.1["items"][0].clone();
        let before = free().await;
        let at = format!("/work/orders/{order}");
        let page = producer.open(&at).await;
        assert!(page.has("撤销申领"), "{}", page.html);
        let (_, page) = producer.done(&page, &format!("{at}/cancel"), &[]).await;
        assert!(page.has("申领已撤销") && page.has("已撤销") && !page.has(&format!("{at}/bind")), "{}", page.html);
        assert_ne!(before, free().await, "what it reserved is free again");
        // Nothing of it may be bound any more, and it can't be cancelled twice.
        season.producer.refused(&format!("/api/v1/code-orders/{order}/cancel"), json!({}), 409, "order_closed").await;
        // One that was downloaded, or has labels on goods, stays.
        let order = id(&season.producer.done("/api/v1/code-orders", input.clone()).await);
        producer.open(&format!("/api/v1/code-orders/{order}/codes.txt")).await;
        season.producer.refused(&format!("/api/v1/code-orders/{order}/cancel"), json!({}), 409, "order_downloaded").await;
        let order = id(&season.producer.done("/api/v1/code-orders", input).await);
        let bind = json!({ "first": 1, "last": 2, "batch_id": batch });
        season.producer.done(&format!("/api/v1/code-orders/{order}/bind"), bind).await;
        season.producer.refused(&format!("/api/v1/code-orders/{order}/cancel"), json!({}), 409, "order_has_bound").await;
        assert!(!producer.open(&format!("/work/orders/{order}")).await.has("撤销申领"));
        let (status, _) = season.server.person("producer2").await.post(&format!("/api/v1/code-orders/{order}/cancel"), json!({})).await;
        assert_eq!(status, 404);
    }

    async fn a_plot_is_registered_with_its_boundary(engine: Engine) {
        let (season, producer) = season(engine).await;
        let list = producer.open("/work/plots").await;
        assert!(list.has("/work/plots/new") && list.has("种植户甲"), "{}", list.html);
        let page = producer.open("/work/plots/new").await;
        let (holder, product) = (season.organisation.clone(), season.product["id"].as_str().unwrap().to_owned());
        let all = |more: &[(&'static str, &'static str)]| {
            let mut typed = vec![("holder_id", holder.as_str()), ("product_id", &product), ("division_code", "130183105"), ("village", "演示村"),
                ("tenure", "contracted"), ("valid_from", "2026-01-01")];
            typed.extend_from_slice(more);
            typed
        };
        let corners = "115.1300, 38.0300\n115.1320, 38.0300\n115.1320, 38.0320\n115.1300, 38.0320";
        let refused = producer.upload(&page, "/work/plots/new", &all(&[("points", corners)]), &[]).await;
        assert!(refused.status == 422 && refused.has("请选坐标系") && refused.has("115.1320, 38.0320"), "{}", refused.html);
        let bad = [("boundary", "a.kml", b"<!DOCTYPE x []><kml/>".to_vec())];
        let refused = producer.upload(&page, "/work/plots/new", &all(&[("datum", "wgs84"), ("area", "2.40")]), &bad).await;
        assert!(refused.status == 422 && refused.has("DOCTYPE") && refused.has("value=\"2.40\""), "{}", refused.html);
        let sent = producer.upload(&page, "/work/plots/new", &all(&[("datum", "gcj02"), ("points", corners), ("name", "东园")]), &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        let one = producer.open(&sent.location).await;
        assert!(one.has("地块已登记") && one.has("<svg class=\"map\"") && one.has("边界内面积") && one.has("WGS-84"), "{}", one.html);
        let plot = season.producer.get(&format!("/api/v1/plots/{}", sent.id())).await.1;
        let corner = &plot["geometry"]["coordinates"][0][0];
        assert!((corner[0].as_f64().unwrap() - 115.13).abs() > 0.003, "moved out of GCJ-02: {corner}");
        // The same ground again, from a KML file: refused with the plot it lies on.
        let kml = format!("<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>",
            corners.replace(", ", ",").replace('\n', " ") + " 115.1300,38.0300");
        let page = producer.open("/work/plots/new").await;
        let file = [("boundary", "b.kml", kml.into_bytes())];
        let refused = producer.upload(&page, "/work/plots/new", &all(&[("datum", "gcj02"), ("name", "又一块"), ("area", "58")]), &file).await;
        assert!(refused.status >= 400 && refused.has("重叠") && refused.has("href=\"#boundary\""), "{} {}", refused.status, refused.html);
    }

    async fn what_others_decide_is_noted(engine: Engine) {
        let (season, producer) = season(engine).await;
        assert!(producer.open("/work/notices").await.has("没有通知") || producer.open("/work/notices").await.has("年度账户"));
        let batch = batch(&season).await;
        let office = season.server.person("office").await;
        office.done(&format!("/api/v1/batches/{batch}/hold"), json!({ "reason": "抽样复检" })).await;
        let page = producer.open("/work/notices").await;
        assert!(page.has("批次 2026-YL-07 已暂停，原因：抽样复检") && page.has(&format!("/work/batches/{batch}")) && page.has("未读"), "{}", page.html);
        assert!(producer.open("/work").await.has("通知 <em>"), "the rail counts what is new");
        // The own act is no news, and nobody else reads it.
        assert!(!page.has("已放行"));
        assert!(!season.server.browser("producer2").await.open("/work/notices").await.has("2026-YL-07"));
        let last = page.html.split("name=\"last\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let (_, page) = producer.done(&page, "/work/notices", &[("last", &last)]).await;
        assert!(page.has("已标为已读") && !page.has("未读") && !page.has("通知 <em>"), "{}", page.html);
    }

    async fn notices_leave_the_product_once(engine: Engine) {
        let (season, _) = season(engine).await;
        let batch = batch(&season).await;
        let office = season.server.person("office").await;
        let (address, kept) = gateway(200).await;
        let (dead, tried) = gateway(503).await;
        let gateways = Gateways::of(&[format!("sms={address}"), format!("email={dead}")], "token-1").unwrap().unwrap();
        let app = &season.server.app;
        send_notices(&app.db, &app.clock, &gateways).await.unwrap();
        let (before, failed) = (kept.lock().unwrap().len(), tried.lock().unwrap().len());
        office.done(&format!("/api/v1/batches/{batch}/hold"), json!({ "reason": "抽样复检" })).await;
        assert_eq!(send_notices(&app.db, &app.clock, &gateways).await.unwrap(), Sent { sent: 1, failed: 1 });
        assert_eq!(send_notices(&app.db, &app.clock, &gateways).await.unwrap(), Sent::default(), "sent once; what failed waits");
        let sent = kept.lock().unwrap().last().unwrap().clone();
        for words in ["authorization: Bearer token-1", "批次 2026-YL-07 已暂停，原因：抽样复检", "演示果品专业合作社", "\"channel\":\"sms\""] {
            assert!(sent.to_lowercase().contains(&words.to_lowercase()), "{words}: {sent}");
        }
        assert_eq!(kept.lock().unwrap().len(), before + 1);
        for _ in 0..TRIES + 2 {
            season.server.clock.advance(3 * yanzhao::kernel::clock::HOUR);
            send_notices(&app.db, &app.clock, &gateways).await.unwrap();
        }
        assert_eq!(tried.lock().unwrap().len() - failed, (failed + 1) * usize::try_from(TRIES).unwrap() - failed, "given up after so many tries");
    }
}
