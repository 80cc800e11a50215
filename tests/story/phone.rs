//! A batch registered on a phone, one question a screen: kept at every step, asked about once where it stands out, handed in once.

use std::io::Cursor;

use crate::support::Engine;
use crate::support::forms::{Browser, Seen};
use crate::support::season::Season;

async fn season(engine: Engine) -> (Season, Browser) {
    let season = Season::start_with(engine, |_| {}).await;
    let producer = season.server.browser("producer").await;
    (season, producer)
}

/// A small photograph.
fn photo() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A draft begun: its id and its first screen.
async fn begun(browser: &Browser, season: &Season, copy: bool) -> (String, Seen) {
    let page = browser.open("/work/batches/steps").await;
    let product = season.product["id"].as_str().unwrap();
    let mut typed = vec![("product", product)];
    if copy {
        typed.push(("copy", "yes"));
    }
    let sent = browser.fill(&page, "/work/batches/steps", &typed).await;
    assert_eq!(sent.status, 303, "{}", sent.html);
    let id = sent.location.split('/').nth(4).unwrap().to_owned();
    (id, browser.open(&sent.location).await)
}

/// Sends one screen that must lead on.
async fn on(browser: &Browser, page: &Seen, at: &str, step: &str, typed: &[(&str, &str)]) -> Seen {
    browser.done(page, &format!("{at}/{step}"), typed).await.1
}

/// Sends one screen that must be asked again, on a page of its own: going back sends nothing anew.
async fn asked_again(browser: &Browser, page: &Seen, at: &str, step: &str, typed: &[(&str, &str)]) -> Seen {
    let sent = browser.fill(page, &format!("{at}/{step}"), typed).await;
    assert!(sent.status == 303 && sent.location.starts_with(&format!("{at}/{step}?again=yes")), "{} {}", sent.location, sent.html);
    browser.open(&sent.location).await
}

/// All screens up to the review.
async fn filled(browser: &Browser, season: &Season, weight: &str, lot: &str) -> (String, Seen) {
    let (id, page) = begun(browser, season, false).await;
    let at = format!("/work/batches/steps/{id}");
    let page = on(browser, &page, &at, "source", &[(season.delivery.as_str(), "yes")]).await;
    let page =
        on(browser, &page, &at, "days", &[("harvested_from", "2026-10-18"), ("harvested_to", "2026-10-20"), ("packed_on", "2026-11-22")])
            .await;
    let page = on(browser, &page, &at, "weight", &[("weight", weight), ("unit", "jin")]).await;
    let page = on(browser, &page, &at, "lot", &[("lot", lot), ("grade", "特级")]).await;
    let page = on(browser, &page, &at, "papers", &[]).await;
    (id, page)
}

on_both_engines! {
    async fn a_batch_is_registered_screen_by_screen(engine: Engine) {
        let (season, producer) = season(engine).await;
        let home = producer.open("/work").await;
        assert!(home.has("href=\"/work/batches/steps\""), "{}", home.html);
        let (id, page) = begun(&producer, &season, false).await;
        let at = format!("/work/batches/steps/{id}");
        assert!(page.has("第 1 步，共 6 步") && page.has("种植户甲") && page.has("还可登记 2,000 kg"), "{}", page.html);
        let refused = asked_again(&producer, &page, &at, "source", &[]).await;
        assert!(refused.has("请说明这批货从哪来") && refused.has("href=\"#choices\""), "{}", refused.html);
        let page = on(&producer, &refused, &at, "source", &[(season.delivery.as_str(), "yes")]).await;
        assert!(page.has("value=\"2026-11-20\""), "the day of the delivery is offered: {}", page.html);
        let refused = asked_again(&producer, &page, &at, "days", &[("harvested_from", "去年"), ("packed_on", "2026-11-22")]).await;
        assert!(refused.has("“去年”不是日期") && refused.has("value=\"去年\"") && refused.has("value=\"2026-11-22\""), "{}", refused.html);
        let page = on(&producer, &refused, &at, "days", &[("harvested_from", "2026-10-18"), ("harvested_to", "2026-10-20"), ("packed_on", "2026-11-22")]).await;
        assert!(page.has("2026 年度还可登记 2,000 kg（4,000 斤）") && page.has("选中的交售还剩 2,000 kg"), "said before typing: {}", page.html);
        let refused = asked_again(&producer, &page, &at, "weight", &[("weight", "很多 <b>"), ("unit", "jin")]).await;
        assert!(refused.has("不是重量") && refused.has("很多 &#60;b&#62;") && refused.has("<option value=\"jin\" data-base=\"500\" selected"), "{}", refused.html);
        let page = on(&producer, &refused, &at, "weight", &[("weight", "２，０００"), ("unit", "jin")]).await;
        // Back keeps everything.
        let back = producer.open(&format!("{at}/weight")).await;
        assert!(back.has("value=\"２，０００\"") && back.has("1,000 kg = 2,000 斤 = 1 t"), "{}", back.html);
        let page = on(&producer, &page, &at, "lot", &[("lot", "2026-YL-07"), ("grade", "特级")]).await;
        let upload = producer.upload(&page, &format!("{at}/papers"), &[], &[("photo", "园子.png", photo())]).await;
        assert_eq!(upload.status, 303, "{}", upload.html);
        let page = producer.open(&upload.location).await;
        for words in ["种植户甲", "1,000 kg = 2,000 斤 = 1 t", "2026-YL-07", "特级", "园子.png"] {
            assert!(page.has(words), "{words}: {}", page.html);
        }
        let (batch, receipt) = producer.done(&page, &format!("{at}/review"), &[]).await;
        assert!(receipt.has("批次已登记") && receipt.has("园子.png") && receipt.has("/work/growers/"), "{batch} {}", receipt.html);
        // The picture came over to the batch, and whoever may not see the batch does not see it.
        let file = receipt.html.split("/work/files/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(producer.see(&format!("/work/files/{file}")).await.status, 200);
        assert_eq!(season.server.browser("producer2").await.see(&format!("/work/files/{file}")).await.status, 404);
        // The draft is gone from home; its address leads to the receipt.
        let again = producer.see(&format!("{at}/review")).await;
        assert!(again.status == 303 && again.location.contains("/receipt"), "{}", again.html);
        assert!(!producer.open("/work").await.has("没填完的批次"));
    }

    async fn a_double_tap_hands_in_once_whatever_the_key(engine: Engine) {
        let (season, producer) = season(engine).await;
        let (id, review) = filled(&producer, &season, "2,000", "2026-YL-07").await;
        let at = format!("/work/batches/steps/{id}/review");
        let other_tab = producer.open(&at).await;
        let first = producer.fill(&review, &at, &[]).await;
        let second = producer.fill(&review, &at, &[]).await;
        let third = producer.fill(&other_tab, &at, &[]).await;
        assert_eq!([first.status, second.status, third.status], [303; 3], "{}", third.html);
        let place = |seen: &Seen| seen.location.split('?').next().unwrap().to_owned();
        assert_eq!([place(&second), place(&third)], [place(&first), place(&first)]);
        assert_eq!(season.producer.get("/api/v1/batches").await.1["items"].as_array().unwrap().len(), 1);
    }

    async fn what_is_put_off_waits_at_home(engine: Engine) {
        let (season, producer) = season(engine).await;
        let (id, page) = begun(&producer, &season, false).await;
        let at = format!("/work/batches/steps/{id}");
        let (_, home) = producer.done(&page, &format!("{at}/source"), &[(season.delivery.as_str(), "yes"), ("then", "later")]).await;
        assert!(home.has("草稿已存好") && home.has("没填完的批次") && home.has(&format!("{at}/source")), "{}", home.html);
        let page = producer.open(&format!("{at}/source")).await;
        assert!(page.has(&format!("name=\"{}\" value=\"yes\" checked", season.delivery)), "{}", page.html);
        // Nobody of another organisation sees or changes it.
        let other = season.server.browser("producer2").await;
        assert_eq!(other.see(&format!("{at}/source")).await.status, 404);
        let forged = [("csrf".to_owned(), other.csrf().await)];
        assert_eq!(other.send(&format!("{at}/discard"), &forged).await.status, 404);
        let (_, home) = producer.done(&page, &format!("{at}/discard"), &[]).await;
        assert!(home.has("草稿已删除") && !home.has("没填完的批次"), "{}", home.html);
        assert_eq!(producer.see(&format!("{at}/source")).await.status, 404);
    }

    async fn twice_the_last_weight_is_asked_about_once_and_an_excess_is_recorded(engine: Engine) {
        let (season, producer) = season(engine).await;
        let (id, review) = filled(&producer, &season, "1,000", "2026-YL-01").await;
        producer.done(&review, &format!("/work/batches/steps/{id}/review"), &[]).await;
        // As the last one: its grade is there, its weight, days and number are not.
        let (id, page) = begun(&producer, &season, true).await;
        let at = format!("/work/batches/steps/{id}");
        let page = on(&producer, &page, &at, "source", &[(season.delivery.as_str(), "yes")]).await;
        let page = on(&producer, &page, &at, "days", &[("harvested_from", "2026-10-21")]).await;
        assert!(page.has("上一批 2026-YL-01：500 kg") && page.has("name=\"weight\" inputmode=\"decimal\" autocomplete=\"off\" value=\"\""), "{}", page.html);
        let asked = asked_again(&producer, &page, &at, "weight", &[("weight", "1200"), ("unit", "kg")]).await;
        assert!(asked.has("上一批 2026-YL-01 是 500 kg，这次是 1,200 kg") && asked.has("name=\"sure\" value=\"1200000\""), "{}", asked.html);
        let page = on(&producer, &asked, &at, "weight", &[("weight", "1200"), ("unit", "kg"), ("sure", "1200000")]).await;
        assert!(page.has("value=\"特级\""), "the grade is copied: {}", page.html);
        // Another figure is another question.
        let again = asked_again(&producer, &asked, &at, "weight", &[("weight", "1800"), ("unit", "kg"), ("sure", "1200000")]).await;
        assert!(again.has("相差一倍以上"), "{}", again.html);
        let page = on(&producer, &again, &at, "weight", &[("weight", "1800"), ("unit", "kg"), ("sure", "1800000"), ("from", "review")]).await;
        assert!(page.has("超出 300 kg") && page.has("name=\"accept_excess\" value=\"yes\""), "{}", page.html);
        // What the command refuses is said at its line, with the way to mend it.
        let refused = producer.fill(&page, &format!("{at}/review"), &[]).await;
        assert!(refused.status >= 400 && refused.has("href=\"#line-lot\"") && refused.has("请填批号"), "{}", refused.html);
    }

    async fn a_photo_too_large_is_refused_and_everything_else_is_kept(engine: Engine) {
        let (season, producer) = season(engine).await;
        let (id, _) = filled(&producer, &season, "2,000", "2026-YL-07").await;
        let at = format!("/work/batches/steps/{id}");
        let page = producer.open(&format!("{at}/papers")).await;
        let large = [("photo", "太大.jpg", vec![0_u8; 11 * 1024 * 1024]), ("photo", "正好.png", photo())];
        let refused = producer.upload(&page, &format!("{at}/papers"), &[], &large).await;
        assert!(refused.status == 422 && refused.has("太大.jpg") && refused.has("10 MB") && refused.has("正好.png"), "{} {}", refused.status, refused.html);
        let review = producer.open(&format!("{at}/review")).await;
        assert!(review.has("2026-YL-07") && review.has("1,000 kg = 2,000 斤") && review.has("正好.png") && !review.has("太大.jpg"), "{}", review.html);
        // What was uploaded can be taken away again.
        let page = producer.open(&format!("{at}/papers")).await;
        let file = page.html.split("name=\"drop\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let (_, page) = producer.done(&page, &format!("{at}/papers"), &[("drop", &file)]).await;
        assert!(!page.has("正好.png"), "{}", page.html);
    }
}
