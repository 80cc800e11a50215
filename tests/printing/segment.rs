//! Segments of a roll: typed, scanned, photographed.

use std::io::{Cursor, Read as _};

use image::{GrayImage, ImageFormat, Luma};
use serde_json::json;

use crate::roll::{Roll, codes, file};
use crate::support::forms::{Browser, Seen};

/// A label as a phone sees it: larger, a little turned, a little out of focus, on a grey table.
fn photograph(label: &[u8], degrees: f32) -> Vec<u8> {
    let label = image::load_from_memory(label).unwrap().to_luma8();
    let (scale, side) = (3.2, 1_500);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let mut table = GrayImage::from_pixel(side, side, Luma([150]));
    let (middle, half) = (side as f32 / 2.0, (label.width() as f32 / 2.0, label.height() as f32 / 2.0));
    for (x, y, pixel) in table.enumerate_pixels_mut() {
        let (dx, dy) = (x as f32 - middle, y as f32 - middle);
        let (u, v) = ((dx * cos + dy * sin) / scale + half.0, (dy * cos - dx * sin) / scale + half.1);
        if u >= 0.0 && v >= 0.0 && u < label.width() as f32 && v < label.height() as f32 {
            let ink = label.get_pixel(u as u32, v as u32).0[0];
            pixel.0[0] = 30 + ink / 4 * 3;
        }
    }
    let blurred = image::imageops::blur(&table, 1.6);
    let mut bytes = Cursor::new(Vec::new());
    blurred.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The PNG labels of an order.
async fn labels(roll: &Roll, order: &str) -> Vec<Vec<u8>> {
    let (status, zip) = file(&roll.season.producer, &format!("/api/v1/code-orders/{order}/labels.zip?format=png")).await;
    assert_eq!(status, 200);
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..zip.len())
        .map(|n| {
            let mut label = Vec::new();
            zip.by_index(n).unwrap().read_to_end(&mut label).unwrap();
            label
        })
        .collect()
}

async fn look(browser: &Browser, roll: &Roll, typed: &[(&str, &str)], photos: &[(&str, &str, Vec<u8>)]) -> Seen {
    let at = format!("/work/orders/{}/segment", roll.order);
    let page = browser.open(&at).await;
    browser.upload(&page, &at, typed, photos).await
}

on_both_engines! {
    async fn first_and_last_label_are_photographed_and_the_segment_is_bound_used_and_undone(engine: Engine) {
        let roll = Roll::new(engine, 60, |_| {}).await;
        let labels = labels(&roll, &roll.order).await;
        let browser = roll.season.server.browser("producer").await;
        let photos = [("first_photo", "a.jpg", photograph(&labels[9], 7.0)), ("last_photo", "b.jpg", photograph(&labels[29], -12.0))];
        let seen = look(&browser, &roll, &[("first", ""), ("last", ""), ("damaged", "12、13")], &photos).await;
        assert!(seen.status == 200 && seen.has("第 10 枚至第 30 枚，共 21 枚"), "{}", seen.html);
        assert!(seen.has("中间坏了 2 枚") && seen.has("连续，状态一致"), "{}", seen.html);
        let bind = format!("/work/orders/{}/bind", roll.order);
        let (_, page) = browser.done(&seen, &bind, &[("batch", &roll.batch)]).await;
        assert!(page.has("绑定"), "{}", page.html);
        let mixed = look(&browser, &roll, &[("first", "5"), ("last", "30")], &[]).await;
        assert!(mixed.has("状态不一致") && mixed.has("5–9 还没有绑定") && mixed.has("12–13 已作废"), "{}", mixed.html);
        let whole = look(&browser, &roll, &[("first", "14"), ("last", "30")], &[]).await;
        let activate = format!("/work/orders/{}/activate", roll.order);
        let (_, page) = browser.done(&whole, &activate, &[("at", "")]).await;
        assert!(page.has("启用"), "{}", page.html);
        let undo = format!("/work/orders/{}/undo", roll.order);
        browser.done(&page, &undo, &[("first", "14"), ("last", "30")]).await;
        let again = look(&browser, &roll, &[("first", "14"), ("last", "30")], &[]).await;
        assert!(again.has("连续，状态一致"), "{}", again.html);
    }

    async fn each_mistake_has_its_own_words(engine: Engine) {
        let roll = Roll::new(engine, 60, |_| {}).await;
        let browser = roll.season.server.browser("producer").await;
        let other = roll.another(25).await;
        let own = codes(&file(&roll.season.producer, &roll.at("codes.txt")).await.1);
        let foreign = codes(&file(&roll.season.producer, &format!("/api/v1/code-orders/{other}/codes.txt")).await.1);
        let blank = GrayImage::from_pixel(400, 400, Luma([200]));
        let mut nothing = Cursor::new(Vec::new());
        blank.write_to(&mut nothing, ImageFormat::Png).unwrap();
        let two = {
            let all = labels(&roll, &roll.order).await;
            let one = image::load_from_memory(&all[0]).unwrap().to_luma8();
            let mut sheet = GrayImage::from_pixel(one.width(), one.height() * 2 + 40, Luma([255]));
            image::imageops::overlay(&mut sheet, &one, 0, 0);
            image::imageops::overlay(&mut sheet, &image::load_from_memory(&all[1]).unwrap().to_luma8(), 0, i64::from(one.height()) + 40);
            let large = image::imageops::resize(&sheet, sheet.width() * 2, sheet.height() * 2, image::imageops::FilterType::Nearest);
            let mut bytes = Cursor::new(Vec::new());
            large.write_to(&mut bytes, ImageFormat::Png).unwrap();
            bytes.into_inner()
        };
        let typo = format!("{}{}", &own[0][..19], if own[0].ends_with('0') { '1' } else { '0' });
        let cases: Vec<(&str, &str, &str)> = vec![
            ("9", "3", "首尾颠倒"),
            (&own[4], &own[4], "扫了两次"),
            ("1", "61", "不在本次申领之内"),
            (&foreign[2], "9", "是第 2 号申领的标签"),
            (&typo, "9", "不是完整的查验码"),
            ("", "", "请"),
        ];
        for (first, last, words) in cases {
            let seen = look(&browser, &roll, &[("first", first), ("last", last)], &[]).await;
            assert!(seen.status == 422 && seen.has(words) && !seen.has("%{"), "{first} {last} {words}: {}", seen.html);
        }
        let seen = look(&browser, &roll, &[("first", ""), ("last", "9")], &[("first_photo", "空.png", nothing.into_inner())]).await;
        assert!(seen.status == 422 && seen.has("没有读出二维码") && seen.has("value=\"9\""), "{}", seen.html);
        let seen = look(&browser, &roll, &[("first", "1"), ("last", "")], &[("last_photo", "两枚.png", two)]).await;
        assert!(seen.status == 422 && seen.has("有 2 个二维码"), "{}", seen.html);
        let seen = look(&browser, &roll, &[("first", ""), ("last", "9")], &[("first_photo", "a.png", b"GIF89a".to_vec())]).await;
        assert_eq!(seen.status, 422, "{}", seen.html);
        let bound = json!({ "first": 1, "last": 20, "batch_id": roll.batch });
        roll.season.producer.done(&roll.at("bind"), bound).await;
        let seen = look(&browser, &roll, &[("first", "1"), ("last", "30")], &[]).await;
        assert!(seen.has("1–20 已绑定") && seen.has("21–30 还没有绑定"), "{}", seen.html);
        let stranger = roll.season.server.browser("producer2").await;
        assert_eq!(stranger.see(&format!("/work/orders/{}/segment", roll.order)).await.status, 404);
    }
}
