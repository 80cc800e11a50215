//! A producer's story over HTTP: written, flagged, given back, mended, published on a surface of its own, and gone when what it rests on is.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};
use yanzhao::config::Config;

use crate::support::season::Season;
use crate::support::server::{Person, Server, answer};

const LIST: &str = "/api/v1/stories";

/// Promotion on another name of the same machine.
fn promoted(config: &mut Config) {
    config.promo_base_url = config.base_url.replace("127.0.0.1", "localhost");
}

fn photo() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::new(1200, 900).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let mut bytes = bytes.into_inner();
    bytes.extend_from_slice(b"38.04 N 114.51 E");
    bytes
}

async fn put(person: &Person, path: &str, body: Value) -> (u16, Value) {
    answer(person.request(Method::PUT, path).json(&body)).await
}

/// What the public is answered on a host: status, whether a cookie was set, and the page.
async fn public(server: &Server, host: &str, path: &str) -> (u16, bool, String) {
    let sent = server.anybody().request(Method::GET, path).header("host", host).send().await.unwrap();
    let cookie = sent.headers().contains_key("set-cookie");
    (sent.status().as_u16(), cookie, sent.text().await.unwrap())
}

/// Host names of the two surfaces.
fn hosts(server: &Server) -> (String, String) {
    let register = server.base.trim_start_matches("http://").to_owned();
    let promotion = register.replace("127.0.0.1", "localhost");
    (register, promotion)
}

on_both_engines! {
    async fn a_story_is_written_given_back_mended_published_and_taken_down(engine: Engine) {
        let season = Season::start_with(engine, promoted).await;
        let server = &season.server;
        let (register, promotion) = hosts(server);
        let (producer, office) = (season.producer.clone(), server.person("office").await);
        let product = season.product["id"].clone();
        assert_eq!(office.post(LIST, json!({ "product_id": product })).await.0, 403, "the office tells no stories");
        let without = server.person("producer2").await;
        without.refused(LIST, json!({ "product_id": product, "title_zh": "x" }), 422, "story_no_mark_use").await;
        let http = json!({ "product_id": product, "shops": [{ "name": "店", "url": "http://shop.example.cn/" }, { "name": " ", "url": "https://a.example.cn/" }] });
        let refused = producer.refused(LIST, http, 422, "story_shop_unfit").await;
        let pointers: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/shops/0/url", "/shops/1/name"], "every fault with its place");

        let begun = producer.done(LIST, json!({ "product_id": product, "title_zh": "一棵梨树的一年" })).await;
        let id = begun["id"].as_str().unwrap().to_owned();
        let at = format!("{LIST}/{id}");
        for stranger in ["producer2", "office", "auditor", "holder"] {
            assert_eq!(server.person(stranger).await.get(&at).await.0, 404, "{stranger} does not see a draft");
        }
        producer.refused(&format!("{at}/submit"), json!({}), 422, "register_empty").await;
        let text = "第一书记常来。我们的梨全国第一，能治疗咳嗽。";
        let said = json!({ "title_zh": "一棵梨树的一年", "text_zh": text, "title_en": "A year of a tree", "text_en": "Pruned in March.",
            "shops": [{ "name": "合作社的店", "url": "https://shop.example.cn/pear" }] });
        assert_eq!(put(&producer, &at, said.clone()).await.0, 200, "words are flagged, a draft is never blocked");
        let view = producer.get(&at).await.1;
        let flags: Vec<&str> = view["flags"].as_array().unwrap().iter().map(|flag| flag["word"].as_str().unwrap()).collect();
        assert_eq!(flags, ["第一", "治疗"], "{view}");
        producer.done(&format!("{at}/submit"), json!({})).await;
        assert_eq!(put(&producer, &at, said.clone()).await.0, 409, "handed in is handed in");
        assert_eq!(producer.post(&format!("{at}/approve"), json!({})).await.0, 403, "nobody publishes its own");

        office.refused(&format!("{at}/approve"), json!({}), 422, "advert_word_unanswered").await;
        let one = json!({ "kept_words": [{ "word": "第一", "reason": "示例" }, { "word": "最佳", "reason": "示例" }] });
        let refused = office.refused(&format!("{at}/approve"), one, 422, "advert_word_unanswered").await;
        assert!(refused.to_string().contains("治疗") && refused.to_string().contains("story_kept_word_unknown"), "{refused}");
        office.refused(&format!("{at}/return"), json!({ "points": [] }), 422, "story_points_missing").await;
        office.done(&format!("{at}/return"), json!({ "points": [{ "part": "text", "said": "“治疗”请删去" }] })).await;
        assert_eq!(public(server, &promotion, &format!("/stories/{id}")).await.0, 404, "nobody reads what is not published");
        let told = server.browser("producer").await.open("/work/notices").await;
        assert!(told.has("退回修改，共 1 条"), "{}", told.html);

        let mended = json!({ "title_zh": "一棵梨树的一年", "text_zh": "三月修枝。\n第一书记常来，我们的梨在 2025 年县里评比第一。", "title_en": "A year of a tree",
            "text_en": "Pruned in March.", "shops": [{ "name": "合作社的店", "url": "https://shop.example.cn/pear" }] });
        assert_eq!(put(&producer, &at, mended.clone()).await.0, 200);
        producer.done(&format!("{at}/submit"), json!({})).await;
        let tie = json!({ "organisation_id": season.organisation, "reason": "亲属" });
        let office2 = server.person("office2").await;
        office2.done("/api/v1/conflicts", tie).await;
        let kept = json!({ "kept_words": [{ "word": "第一", "reason": "县农业农村局 2025 年评比通报" }] });
        office2.refused(&format!("{at}/approve"), kept.clone(), 409, "tied_to_party").await;
        let live = office.done(&format!("{at}/approve"), kept).await;
        assert_eq!((live["state"].as_str(), live["live_version"].as_i64()), (Some("live"), Some(1)));

        let path = format!("/stories/{id}");
        let (status, cookie, page) = public(server, &promotion, &path).await;
        assert_eq!((status, cookie), (200, false), "{page}");
        let code = producer.get(&at).await.1["credit_code"].as_str().unwrap().to_owned();
        let facts = [format!("{}/p/", server.base), format!("{}/e/{code}", server.base), "自行发布，内容由其负责".to_owned(), code];
        for text in facts.iter().map(String::as_str).chain(["三月修枝", "rel=\"nofollow"]) {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("<script"), "no script");
        let (_, _, english) = public(server, &promotion, &format!("{path}?lang=en")).await;
        assert!(english.contains("under its own name") && english.contains("Pruned in March"), "{english}");
        assert!(public(server, &promotion, "/stories/").await.2.contains("一棵梨树的一年"));
        for asked in ["/stories/", path.as_str()] {
            assert_eq!(public(server, &register, asked).await.0, 404, "promotion is another surface: {asked}");
            assert_eq!(public(server, "elsewhere.example", asked).await.0, 404, "no other host: {asked}");
        }
        let facts = public(server, &register, &format!("/p/{}", season.product["slug"].as_str().unwrap())).await.2;
        assert!(!facts.contains("/stories"), "the register leads to no promotion");

        // A new version is its producer's until it is looked at; the public reads the old one.
        let again = json!({ "title_zh": "第二年", "text_zh": "四月开花。" });
        assert_eq!(put(&producer, &at, again).await.1["version"], 2);
        assert_eq!(office.get(&at).await.1["title_zh"], "一棵梨树的一年");
        assert!(public(server, &promotion, &path).await.2.contains("三月修枝"));
        producer.done(&format!("{at}/submit"), json!({})).await;
        assert!(public(server, &promotion, &path).await.2.contains("三月修枝"), "still the old one");
        office.done(&format!("{at}/approve"), json!({})).await;
        assert!(public(server, &promotion, &path).await.2.contains("四月开花"));

        // The mark use is suspended: nothing has to be taken down for it not to be shown.
        let uses = office.get(&format!("/api/v1/mark-uses?organisation_id={}", season.organisation)).await.1;
        let today = server.clock.today().to_string();
        let suspend = json!({ "from": today, "reason": "整改", "document_no": "示例 1 号" });
        let suspended = office.post(&format!("/api/v1/mark-uses/{}/suspend", uses["items"][0]["id"].as_str().unwrap()), suspend).await;
        assert!((200..300).contains(&suspended.0), "{}", suspended.1);
        assert_eq!(public(server, &promotion, &path).await.0, 404, "without a mark use it is not shown");
        assert_eq!(producer.get(&at).await.1["state"], "live", "and yet it stands");
        producer.done(&format!("{at}/withdraw"), json!({})).await;
        producer.refused(&format!("{at}/withdraw"), json!({}), 409, "story_step").await;
    }

    async fn pictures_with_people_need_a_consent_and_lose_what_is_hidden(engine: Engine) {
        let season = Season::start_with(engine, promoted).await;
        let server = &season.server;
        let (_, promotion) = hosts(server);
        let consent = json!({ "grower_id": season.grower, "purpose": "promotion", "given_on": "2026-11-01", "evidence": "档案盒 3" });
        let consent = season.producer.done("/api/v1/consents", consent).await["id"].as_str().unwrap().to_owned();
        let browser = server.browser("producer").await;
        let page = browser.open("/work/stories/new").await;
        let product = season.product["id"].as_str().unwrap();
        let (_, page) = browser.done(&page, "/work/stories", &[("product_id", product), ("title_zh", "梨农"), ("text_zh", "一家人种梨。")]).await;
        let id = page.html.split("/work/stories/").find_map(|part| part.get(..30).filter(|id| id.starts_with("sty_"))).unwrap().to_owned();
        let add = format!("/work/stories/{id}/pictures");
        let caption = ("caption_zh", "梨农在套袋");
        let unsaid = browser.upload(&page, &add, &[caption], &[("picture", "a.png", photo())]).await;
        assert!(unsaid.status == 422 && unsaid.has("请说明照片里有没有"), "{}", unsaid.html);
        let missing = browser.upload(&unsaid, &add, &[caption, ("people", "some")], &[("picture", "a.png", photo())]).await;
        assert!(missing.status == 422 && missing.has("请选择种植户的推广同意书"), "{}", missing.html);
        let pdf = browser.upload(&missing, &add, &[caption, ("people", "none")], &[("picture", "a.png", b"%PDF-1.7".to_vec())]).await;
        assert_eq!(pdf.status, 422, "a report is no photo");
        let done = browser.upload(&pdf, &add, &[caption, ("people", "some"), ("consent_id", &consent)], &[("picture", "a.png", photo())]).await;
        assert_eq!(done.status, 303, "{}", done.html);
        let page = browser.open(&done.location).await;
        let signed = [("picture", "b.png", photo()), ("consent_paper", "同意书.pdf", b"%PDF-1.7 signed".to_vec())];
        let done = browser.upload(&page, &add, &[("caption_zh", "来客"), ("people", "some")], &signed).await;
        assert_eq!(done.status, 303, "{}", done.html);
        let at = format!("/work/stories/{id}");
        let page = browser.open(&at).await;
        let (_, page) = browser.done(&page, &format!("{at}/submit"), &[]).await;
        assert!(page.has("待审核"), "{}", page.html);
        let office = server.browser("office").await;
        assert!(office.open("/work").await.has("等您办理的故事"));
        let page = office.open(&at).await;
        office.done(&page, &format!("{at}/approve"), &[]).await;

        let view = season.producer.get(&format!("{LIST}/{id}")).await.1;
        let pictures = view["pictures"].as_array().unwrap();
        let file = |i: usize| pictures[i]["file_id"].as_str().unwrap().to_owned();
        let paper = pictures[1]["consent_file_id"].as_str().unwrap().to_owned();
        let picture = |file: String| format!("/stories/{id}/pictures/{file}");
        let sent = server.anybody().request(Method::GET, &picture(file(0))).header("host", &promotion).send().await.unwrap();
        assert_eq!((sent.status().as_u16(), sent.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
        let bytes = sent.bytes().await.unwrap();
        assert!(!bytes.windows(5).any(|w| w == b"38.04") && bytes.len() < 60_000, "small, and nothing hidden in it");
        assert_eq!(public(server, &promotion, &picture(paper.clone())).await.0, 404, "a signature is never public");
        let auditor = server.browser("auditor").await;
        assert_eq!(auditor.see(&format!("{at}/papers/{paper}")).await.status, 404);
        assert_eq!(office.bytes(&format!("{at}/papers/{paper}")).await, (200, b"%PDF-1.7 signed".to_vec()), "who looks at it reads the consent");

        // The grower takes the consent back: the picture is gone at once, the story stays.
        season.producer.done(&format!("/api/v1/consents/{consent}/withdraw"), json!({})).await;
        assert_eq!(public(server, &promotion, &picture(file(0))).await.0, 404);
        let (status, _, html) = public(server, &promotion, &format!("/stories/{id}")).await;
        assert!(status == 200 && !html.contains("梨农在套袋") && html.contains("来客"), "{html}");

        let page = office.open(&at).await;
        let (_, page) = office.done(&page, &format!("{at}/take-down"), &[("reason", "来客要求撤下")]).await;
        assert!(page.has("已撤下") && page.has("来客要求撤下"), "{}", page.html);
        assert_eq!(public(server, &promotion, &format!("/stories/{id}")).await.0, 404);
    }

    async fn promotion_is_off_until_it_is_switched_on(engine: Engine) {
        let server = Server::start(engine).await;
        let (register, promotion) = hosts(&server);
        for host in [register, promotion] {
            assert_eq!(public(&server, &host, "/stories/").await.0, 404, "{host}");
        }
        assert!(server.browser("office").await.open("/work/stories").await.has("推广网址还没有启用"));
    }

    async fn nobody_signs_in_on_the_promotion_surface(engine: Engine) {
        let server = Server::start_with(engine, |config| { promoted(config); config.demo = false; }).await;
        let (register, promotion) = hosts(&server);
        for path in ["/", "/login", "/p/", "/api/openapi.json"] {
            assert_eq!(public(&server, &promotion, path).await.0, 404, "{path}");
        }
        assert_eq!(public(&server, &promotion, "/stories/").await.0, 200);
        assert_eq!(public(&server, &register, "/login").await.0, 200);
    }
}
