//! An order goes to a printing house as a sealed pack, is printed, and comes back.

use std::io::Read as _;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::roll::{Roll, codes, file};
use crate::support::server::{Server, says};

/// A printing house registered by the office, and its id.
async fn house(server: &Server) -> String {
    let office = server.person("office").await;
    let printers = office.get("/api/v1/organisations?kind=printer").await.1;
    let printer =
        printers["items"].as_array().unwrap().iter().find(|o| o["kind"] == "printer").unwrap_or_else(|| panic!("{printers}"))["id"].clone();
    let input = json!({ "organisation_id": printer, "contact": "演示联系人" });
    let house = office.done("/api/v1/printing-houses", input.clone()).await;
    office.refused("/api/v1/printing-houses", input, 422, "printing_house_twice").await;
    let producer = office.get("/api/v1/organisations?kind=producer").await.1["items"][0]["id"].clone();
    office.refused("/api/v1/printing-houses", json!({ "organisation_id": producer, "contact": "x" }), 422, "printer_unknown").await;
    house["id"].as_str().unwrap().to_owned()
}

fn token(url: &str) -> String {
    url.rsplit('/').next().unwrap().to_owned()
}

on_both_engines! {
    async fn a_sealed_pack_opens_once_with_the_producers_password_and_comes_back_counted(engine: Engine) {
        let roll = Roll::new(engine, 40, |config| config.hand_over_limit = 30).await;
        let (server, producer) = (&roll.season.server, &roll.season.producer);
        let house = house(server).await;
        let (status, problem) = producer.get(&roll.at("codes.csv")).await;
        assert!(status == 409 && says(&problem, "hand_over_needed"), "above the limit: {problem}");
        producer.refused(&roll.at("downloads"), json!({ "printing_house_id": "prh_x" }), 422, "printing_house_unfit").await;
        let (_, handed) = producer.post_once(&roll.at("downloads"), "k1", json!({ "printing_house_id": house, "note": "哑光，卷装" })).await;
        let (password, token) = (handed["password"].as_str().unwrap().to_owned(), token(handed["url"].as_str().unwrap()));
        let again = producer.post_once(&roll.at("downloads"), "k1", json!({ "printing_house_id": house, "note": "哑光，卷装" })).await;
        assert!(again.0 == 409 && says(&again.1, "already_done"), "secrets are shown once: {again:?}");
        producer.refused(&roll.at("downloads"), json!({}), 409, "hand_over_open").await;

        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let at = |what: &str| format!("{}/print/{token}{what}", server.base);
        let page = http.get(at("")).send().await.unwrap();
        assert_eq!(page.headers()["cache-control"], "no-store");
        let page = page.text().await.unwrap();
        for words in ["演示果品专业合作社", "晋州鸭梨", "40 枚", "哑光，卷装", "下载加密包", "不小于 18.5 毫米"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains(&password));
        // Looking uses nothing up; fetching does, once.
        let sealed = http.post(at("/pack")).send().await.unwrap();
        assert_eq!((sealed.status().as_u16(), sealed.headers()["content-type"].to_str().unwrap()), (200, "application/zip"));
        let sealed = sealed.bytes().await.unwrap().to_vec();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(sealed.clone())).unwrap();
        assert!(zip.by_name("codes.csv").is_err(), "sealed");
        let mut list = Vec::new();
        zip.by_name_decrypt("codes.txt", password.as_bytes()).unwrap().read_to_end(&mut list).unwrap();
        assert_eq!(codes(&list).len(), 40);
        let mut csv = Vec::new();
        zip.by_name_decrypt("codes.csv", password.as_bytes()).unwrap().read_to_end(&mut csv).unwrap();
        let mut manifest = String::new();
        zip.by_name_decrypt("manifest.json", password.as_bytes()).unwrap().read_to_string(&mut manifest).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let digest = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
        assert_eq!(manifest["files"]["codes.csv"]["sha256"], digest(&csv));
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        for name in ["印制须知.pdf", "sample.svg", "sample.png"] {
            assert!(names.iter().any(|n| n == name), "{name}: {names:?}");
        }
        assert!(zip.by_name_decrypt("codes.txt", b"0000-0000-0000-0000").is_err());

        // How it went out is noted a moment after the last byte: ask until the page says so.
        let mut page = String::new();
        for _ in 0..400 {
            page = http.get(at("")).send().await.unwrap().text().await.unwrap();
            if page.contains("文件已取") {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(page.contains(&digest(&sealed)), "the checksum of what was sent: {page}");
        let second = http.post(at("/pack")).send().await.unwrap();
        assert_eq!(second.status(), 409);
        assert!(second.text().await.unwrap().contains("链接只能用一次"));

        let report = |printed: &str, spoiled: &str| http.post(at("/report")).form(&[("printed", printed), ("spoiled", spoiled), ("note", "跳过 7")]).send();
        let wrong = report("40", "1").await.unwrap();
        assert_eq!(wrong.status(), 422);
        assert!(wrong.text().await.unwrap().contains("合计 41 枚"));
        assert_eq!(report("x", "").await.unwrap().status(), 422);
        assert_eq!(report("38", "1").await.unwrap().status(), 303);
        let seen = producer.get(&roll.at("downloads")).await.1;
        let first = &seen["hand_overs"][0];
        assert_eq!((first["state"].as_str(), first["printed"].as_i64(), first["spoiled"].as_i64()), (Some("printed"), Some(38), Some(1)), "{seen:#}");
        assert_eq!((seen["downloads"][0]["form"].as_str(), seen["downloads"][0]["completed"].as_bool()), (Some("pack.zip"), Some(true)));
        let id = first["id"].as_str().unwrap();
        producer.refused(&roll.at(&format!("downloads/{id}/receive")), json!({ "received": 41 }), 422, "received_unfit").await;
        producer.done(&roll.at(&format!("downloads/{id}/receive")), json!({ "received": 37 })).await;
        assert_eq!(report("39", "0").await.unwrap().status(), 409, "counted by the producer: the figures stay");
        let browser = server.browser("producer").await;
        let page = browser.open(&format!("/work/orders/{}/hand-over", roll.order)).await;
        assert!(page.has("已收货") && page.has("与印制数不一致") && page.has("跳过 7"), "{}", page.html);
    }

    async fn a_link_is_withdrawn_expires_and_says_nothing_to_strangers(engine: Engine) {
        let roll = Roll::new(engine, 40, |_| {}).await;
        let (server, producer) = (&roll.season.server, &roll.season.producer);
        let first = producer.done(&roll.at("downloads"), json!({})).await;
        let http = reqwest::Client::new();
        let see = |token: String| { let url = format!("{}/print/{token}", server.base); let http = http.clone(); async move { let r = http.get(url).send().await.unwrap(); (r.status().as_u16(), r.text().await.unwrap()) } };
        let missing = see("0".repeat(25)).await;
        assert_eq!(missing.0, 404);
        let url = token(first["url"].as_str().unwrap());
        assert_eq!(see(url.clone()).await.0, 200);
        producer.done(&roll.at(&format!("downloads/{}/withdraw", first["id"].as_str().unwrap())), json!({})).await;
        assert_eq!(see(url).await, missing, "withdrawn and unknown answer alike");
        let second = producer.done(&roll.at("downloads"), json!({})).await;
        let url = token(second["url"].as_str().unwrap());
        server.clock.advance(8 * 86_400_000);
        let late = http.post(format!("{}/print/{url}/pack", server.base)).send().await.unwrap();
        assert_eq!(late.status(), 409);
        assert!(late.text().await.unwrap().contains("过期"));
        let producer = server.person("producer").await;
        let third = producer.done(&roll.at("downloads"), json!({})).await;
        assert_ne!(third["password"], second["password"]);
        let ledger = producer.get(&format!("/api/v1/code-orders/{}", roll.order)).await.1.to_string();
        assert!(!ledger.contains(third["password"].as_str().unwrap()));
        let stranger = server.person("producer2").await;
        assert_eq!(stranger.post(&roll.at("downloads"), json!({})).await.0, 404);
    }

    async fn a_printing_house_works_with_its_own_account(engine: Engine) {
        let roll = Roll::new(engine, 40, |_| {}).await;
        let (server, producer) = (&roll.season.server, &roll.season.producer);
        let house = house(server).await;
        let printer = server.browser("printer").await;
        assert!(printer.open("/work/prints").await.has("还没有印制任务"));
        let handed = producer.done(&roll.at("downloads"), json!({ "printing_house_id": house })).await;
        let id = handed["id"].as_str().unwrap();
        let list = printer.open("/work/prints").await;
        assert!(list.has(&format!("/work/prints/{id}")) && list.has("晋州鸭梨"), "{}", list.html);
        let at = format!("/work/prints/{id}");
        let page = printer.open(&at).await;
        let (status, sealed) = printer.fetch(&page, &format!("{at}/pack")).await;
        assert_eq!(status, 200);
        assert!(zip::ZipArchive::new(std::io::Cursor::new(sealed)).unwrap().by_name_decrypt("codes.txt", handed["password"].as_str().unwrap().as_bytes()).is_ok());
        let mut page = printer.open(&at).await;
        for _ in 0..400 {
            if page.has("印好多少枚") {
                break;
            }
            page = printer.open(&at).await;
        }
        let wrong = printer.fill(&page, &format!("{at}/report"), &[("printed", ""), ("spoiled", "二")]).await;
        assert!(wrong.status == 422 && wrong.has("id=\"printed-err\"") && wrong.has("id=\"spoiled-err\""), "{}", wrong.html);
        let (_, page) = printer.done(&page, &format!("{at}/report"), &[("printed", "40"), ("spoiled", "0")]).await;
        assert!(page.has("已报给委托方"), "{}", page.html);
        // Another order of the same producer, by link alone, is not this house's.
        let other = roll.another(25).await;
        let private = producer.done(&format!("/api/v1/code-orders/{other}/downloads"), json!({})).await;
        assert_eq!(printer.see(&format!("/work/prints/{}", private["id"].as_str().unwrap())).await.status, 404);
        assert_eq!(server.browser("producer2").await.see("/work/prints").await.status, 403);
        // By choice below the limit the pack also goes out plainly.
        let (status, pack) = file(producer, &format!("/api/v1/code-orders/{other}/pack.zip")).await;
        assert_eq!(status, 200);
        assert!(zip::ZipArchive::new(std::io::Cursor::new(pack)).unwrap().by_name("印制须知.pdf").is_ok());
    }

    async fn a_producer_hands_over_by_form_and_sees_link_and_password_once(engine: Engine) {
        let roll = Roll::new(engine, 40, |_| {}).await;
        house(&roll.season.server).await;
        let producer = roll.season.server.browser("producer").await;
        let at = format!("/work/orders/{}/hand-over", roll.order);
        let page = producer.open(&at).await;
        let made = producer.fill(&page, &at, &[("printing_house_id", &page.choice("演示印务")), ("note", "卷装")]).await;
        assert!(made.status == 200 && made.has("/print/") && made.has("只显示这一次"), "{}", made.html);
        let twice = producer.fill(&page, &at, &[("printing_house_id", &page.choice("演示印务")), ("note", "卷装")]).await;
        assert!(twice.status == 409 && !twice.has("只显示这一次"), "{}", twice.html);
        let page = producer.open(&at).await;
        assert!(page.has("待取件") && page.has("演示印务有限公司"), "{}", page.html);
        let (_, page) = producer.done(&page, &format!("{at}/withdraw"), &[("hand_over", &page.choice("演示印务"))]).await;
        assert!(page.has("已撤回"), "{}", page.html);
    }
}
