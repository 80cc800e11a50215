//! Sheets and thermal labels over HTTP.

use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::roll::{Roll, file};
use crate::support::server::says;

on_both_engines! {
    async fn the_same_order_prints_the_same_sheet_and_four_are_too_many(engine: Engine) {
        let roll = Roll::new(engine, 30, |_| {}).await;
        let producer = &roll.season.producer;
        let (status, test) = file(producer, &roll.at("labels.pdf?layout=3x7&test=1")).await;
        assert!(status == 200 && test.starts_with(b"%PDF-1.7"), "{status}");
        let marked = roll.at("labels.pdf?layout=4x10&first=3&last=9&start=5&mark=1");
        let (status, problem) = producer.get(&marked).await;
        assert!(status == 409 && says(&problem, "mark_no_number"), "no number is made up: {problem}");
        let page = roll.season.server.browser("producer").await.open(&format!("/work/orders/{}/print", roll.order)).await;
        assert!(page.has("还没有登记") && !page.has("name=\"mark\""), "{}", page.html);
        let few = roll.at("labels.pdf?layout=4x10&first=3&last=9&start=5");
        let (status, first) = file(producer, &few).await;
        assert_eq!((status, &first[..5]), (200, &b"%PDF-"[..]));
        assert_eq!(file(producer, &few).await.1, first, "byte for byte");
        let mut sheets = Vec::new();
        for _ in 0..3 {
            let (status, sheet) = file(producer, &roll.at("labels.pdf?layout=3x7")).await;
            assert_eq!(status, 200);
            sheets.push(sheet);
        }
        assert!(sheets.iter().all(|sheet| *sheet == sheets[0]));
        let (status, problem) = producer.get(&roll.at("labels.pdf?layout=3x7")).await;
        assert!(status == 409 && says(&problem, "downloads_used_up"), "{problem}");
        let kept = yanzhao::entity::refused_act::Entity::find().all(roll.season.server.app.db.reader()).await.unwrap();
        let kept: Vec<_> = kept.iter().filter(|act| act.code == "downloads_used_up").map(|act| act.path.clone()).collect();
        assert_eq!(kept, [roll.at("labels.pdf")], "a sign of misuse (R19)");
        let stranger = roll.season.server.person("producer2").await;
        assert_eq!(stranger.get(&roll.at("labels.pdf")).await.0, 404);
        let office = roll.season.server.person("office").await;
        assert_eq!(office.get(&roll.at("labels.pdf")).await.0, 403);
    }

    async fn every_fault_of_a_sheet_is_said_at_its_field(engine: Engine) {
        let roll = Roll::new(engine, 30, |_| {}).await;
        let producer = &roll.season.producer;
        let (status, problem) = producer.get(&roll.at("labels.pdf?layout=free&width=x&height=30&columns=2&rows=2&left=0&top=0&pitch_x=60&pitch_y=30&start=9&first=e")).await;
        let fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
        assert_eq!((status, fields), (422, vec!["/width", "/first", "/start"]), "{problem}");
        for (query, code) in [
            ("layout=9x9", "word_unknown"),
            ("layout=5x13&mark=1", "mark_no_number"),
            ("layout=free&width=20&height=20&columns=2&rows=2&left=0&top=0&pitch_x=60&pitch_y=30", "label_too_small"),
            ("layout=3x7&first=5&last=2", "range_reversed"),
            ("layout=3x7&last=31", "outside_order"),
            ("layout=3x7&start=22", "start_cell_unfit"),
        ] {
            let (status, problem) = producer.get(&roll.at(&format!("labels.pdf?{query}"))).await;
            assert!((400..500).contains(&status) && says(&problem, code), "{query}: {status} {problem}");
        }
        let (status, problem) = producer.get(&roll.at("labels.zpl?dpi=600")).await;
        assert!(status == 422 && says(&problem, "word_unknown"), "{problem}");
        let (status, zpl) = file(producer, &roll.at("labels.zpl?dpi=300&layout=4x10&last=2")).await;
        let zpl = String::from_utf8(zpl).unwrap();
        assert!(status == 200 && zpl.matches("^XA").count() == 2 && zpl.contains("^FDMA,HTTP://"), "{zpl}");
    }

    async fn a_producer_chooses_a_sheet_by_form_and_sees_what_is_wrong(engine: Engine) {
        let roll = Roll::new(engine, 30, |_| {}).await;
        roll.tamper("UPDATE gi_right SET number = '演示公告第1号'").await;
        let (status, _) = file(&roll.season.producer, &roll.at("labels.pdf?layout=3x7&first=1&last=3&mark=1")).await;
        assert_eq!(status, 200);
        let producer = roll.season.server.browser("producer").await;
        let page = producer.open(&format!("/work/orders/{}", roll.order)).await;
        for words in ["交印刷厂", "印刷厂包", "自己打印", "标签图 SVG", "标签图 PNG"] {
            assert!(page.has(words), "{words}: {}", page.html);
        }
        let at = format!("/work/orders/{}/print", roll.order);
        let page = producer.open(&at).await;
        assert!(page.has("每张 21 枚") && page.has("留出专用标志位置"), "{}", page.html);
        let wrong = producer.see(&format!("{at}?layout=free&width=30&height=20&columns=9&rows=2&left=0&top=0&pitch_x=30&pitch_y=20&go=pdf")).await;
        assert!(wrong.status == 422 && wrong.has("标签排到 270 毫米处") && wrong.has("value=\"30\""), "{}", wrong.html);
        let right = producer.see(&format!("{at}?layout=4x10&first=1&last=9&start=3&mark=yes&go=pdf&width=7")).await;
        let file = format!("/api/v1/code-orders/{}/labels.pdf?layout=4x10&start=3&first=1&last=9&mark=yes", roll.order);
        assert_eq!((right.status, right.location), (303, file));
        let test = producer.see(&format!("{at}?layout=3x7&go=test")).await;
        assert!(test.location.ends_with("labels.pdf?layout=3x7&test=1"), "{}", test.location);
        // The number stays pinned; the leave is asked for on the day.
        roll.tamper("UPDATE mark_use SET in_force_to = '2026-11-01'").await;
        let (status, problem) = roll.season.producer.get(&roll.at("labels.pdf?layout=3x7&first=1&last=3&mark=1")).await;
        assert!(status == 409 && says(&problem, "mark_not_yours"), "{problem}");
    }

    async fn without_a_font_the_package_is_named_and_without_leave_there_is_no_place_for_the_mark(engine: Engine) {
        let roll = Roll::new(engine, 30, |config| config.font = "/nowhere/font.ttf".into()).await;
        let (status, problem) = roll.season.producer.get(&roll.at("labels.pdf?layout=3x7")).await;
        assert!(status == 409 && problem["detail"].as_str().unwrap().contains("fonts-wqy-microhei"), "{problem}");
        let producer = roll.season.server.browser("producer").await;
        let page = producer.open(&format!("/work/orders/{}/print", roll.order)).await;
        assert!(page.has("fonts-wqy-microhei"), "{}", page.html);
        // Used up nothing: the list goes out as if nobody had asked.
        assert_eq!(roll.season.producer.get(&format!("/api/v1/code-orders/{}", roll.order)).await.1["downloads"], json!(0));
    }
}
