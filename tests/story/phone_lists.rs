//! A co-operative with more growers and deliveries than a list can hold: nobody and nothing is missing.

use serde_json::json;
use yanzhao::entity::grower;
use yanzhao::kernel::Outcome;
use yanzhao::kernel::ids::{self, Noun};

use crate::support::season::{Season, id};

/// Puts growers of these household numbers beside the one there is.
async fn households(season: &Season, numbers: std::ops::RangeInclusive<usize>) {
    let app = &season.server.app;
    let row = |number: usize| grower::Model {
        id: ids::new(Noun::Grower, &app.clock, &app.random),
        kind: "household".into(),
        name: format!("农户{number}"),
        division_code: "130183105".into(),
        village: "演示村".into(),
        household_no: Some(number.to_string()),
        phone: None,
        registered_by_id: season.organisation.clone(),
        registered_at: app.clock.now(),
    };
    let rows: Vec<grower::Model> = numbers.map(row).collect();
    let written: Outcome<()> = app
        .db
        .write(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                use sea_orm::{ActiveModelTrait, IntoActiveModel};
                for row in rows {
                    row.into_active_model().reset_all().insert(tx.connection()).await?;
                }
                Ok(())
            })
        })
        .await;
    written.unwrap();
}

on_both_engines! {
    async fn a_grower_beyond_the_list_is_found_at_the_scale(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        households(&season, 2..=240).await;
        let producer = season.server.browser("producer").await;
        let product = season.product["id"].as_str().unwrap();
        let at = "/work/deliveries/scale";
        let page = producer.open(at).await;
        assert!(page.has("其他户直接填") && page.has("1 种植户甲 演示村") && !page.has("240 农户240"), "{}", page.html);
        let (_, page) = producer.done(&page, at, &[("product", product), ("who", "240"), ("weight", "120"), ("unit", "kg")]).await;
        assert!(page.has("上一秤：农户240 晋州鸭梨 120 kg = 240 斤") && page.has("1 笔，120 kg"), "{}", page.html);
        assert!(page.has("240 农户240 演示村"), "who came lately is offered: {}", page.html);
        // Several fit: it is asked which, and what was typed stays.
        let asked = producer.fill(&page, at, &[("product", product), ("who", "户23"), ("weight", "100"), ("unit", "kg")]).await;
        assert!(asked.status == 422 && asked.has("是哪一户") && asked.has("value=\"户23\""), "{}", asked.html);
        let which = asked.choice("239 农户239 演示村");
        let (_, page) = producer.done(&asked, at, &[("product", product), ("who", "户23"), ("which", &which), ("weight", "100"), ("unit", "kg")]).await;
        assert!(page.has("上一秤：农户239"), "{}", page.html);
        // Twice as much as last time is asked about once, in every unit, and boxes count.
        let pack = season.producer.done("/api/v1/packs", json!({ "product_id": product, "net_weight_g": 5_000 })).await;
        let typed = [("product", product), ("who", "239"), ("weight", "60"), ("unit", pack["id"].as_str().unwrap())];
        let page = producer.open(at).await;
        assert!(page.has("箱（5 kg）"), "{}", page.html);
        let asked = producer.fill(&page, at, &typed).await;
        assert!(asked.status == 422 && asked.has("交 100 kg，这次是 300 kg") && asked.has("300 kg = 600 斤"), "{}", asked.html);
        let (_, page) = producer.done(&asked, at, &[&typed[..], &[("sure", "300000")]].concat()).await;
        assert!(page.has("3 笔，520 kg = 1,040 斤"), "{}", page.html);
        let english = producer.open(&format!("{at}?lang=en")).await;
        assert!(english.has("520 kg = 1,040 jin") && !english.has("斤"), "{}", english.html);
        // A plot of theirs: typed, not listed.
        let page = producer.open("/work/plots/new").await;
        let typed = [("who", "农户238"), ("product_id", product), ("division_code", "130183105"), ("village", "演示村"), ("name", "北地"),
            ("area", "2.40"), ("tenure", "contracted"), ("valid_from", "2026-01-01"), ("datum", "wgs84"), ("holder_id", season.organisation.as_str())];
        let sent = producer.upload(&page, "/work/plots/new", &typed, &[]).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        assert!(producer.open(&sent.location).await.has("农户238"));
    }

    async fn a_delivery_beyond_the_list_becomes_a_batch(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let product = season.product["id"].as_str().unwrap();
        let deliver = async |day: &str, grams: i64| {
            let input = json!({ "grower_id": season.grower, "plot_id": season.plot, "product_id": product, "delivered_on": day,
                "net_weight_g": grams, "cert_no": "HGZ-1" });
            id(&season.producer.done("/api/v1/deliveries", input).await)
        };
        for _ in 0..205 {
            deliver("2026-11-21", 10_000).await;
        }
        let last = deliver("2026-11-22", 70_000).await;
        let producer = season.server.browser("producer").await;
        let start = producer.open("/work/batches/steps").await;
        let step = producer.fill(&start, "/work/batches/steps", &[("product", product)]).await.location;
        let page = producer.open(&step).await;
        assert!(page.has("共 207 笔") && page.has("全部 205 笔") && !page.has(&last), "{}", page.html);
        // What was ticked is kept while another day is looked for.
        let found = producer.fill(&page, &step, &[(&season.delivery, "yes"), ("find", "2026-11-22"), ("then", "find")]).await;
        let page = producer.open(&found.location).await;
        assert!(page.has(&format!("name=\"{last}\"")) && page.has(&format!("name=\"{}\" value=\"yes\" checked", season.delivery)), "{}", page.html);
        let sent = producer.fill(&page, &step, &[("day_2026-11-21", "yes"), (&last, "yes")]).await;
        let mut at = sent.location;
        for typed in [vec![], vec![("weight", "2120"), ("unit", "kg")], vec![("lot", "L-1")], vec![]] {
            let page = producer.open(&at).await;
            let days = [("harvested_from", "2026-11-18"), ("harvested_to", "2026-11-20")];
            let typed: Vec<(&str, &str)> = if at.contains("/days") { days.to_vec() } else { typed };
            let path = at.split('?').next().unwrap().to_owned();
            at = if path.ends_with("/papers") {
                producer.upload(&page, &path, &typed, &[]).await.location
            } else {
                producer.fill(&page, &path, &typed).await.location
            };
        }
        let page = producer.open(&at).await;
        assert!(page.has("等另外 186 笔"), "{}", page.html);
        let receipt = producer.fill(&page, at.split('?').next().unwrap(), &[]).await;
        assert_eq!(receipt.status, 303, "{}", receipt.html);
        let batches = season.producer.get("/api/v1/batches").await.1;
        assert_eq!(batches["items"][0]["net_weight_g"], 2_120_000);
        assert_eq!(batches["items"][0]["sources"].as_array().unwrap().len(), 206, "205 of the day and the last one");
        // The form of one page offers the day that is looked for, and what it has left.
        let whole = producer.open(&format!("/work/batches/new?product={product}&day=2026-11-20")).await;
        assert!(whole.has(&season.delivery) && !whole.has(&last), "{}", whole.html);
    }

    async fn a_sliver_shared_with_a_neighbour_is_shown(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let product = season.product["id"].as_str().unwrap();
        let plot = async |holder: &str, name: &str, west: f64, east: f64| {
            let ring = json!([[west, 38.03], [east, 38.03], [east, 38.032], [west, 38.032], [west, 38.03]]);
            let input = json!({ "holder_id": holder, "product_id": product, "name": name, "area": "58.00", "area_unit": "mu", "valid_from": "2025-01-01",
                "planted_year": 2001, "places": [{ "division_code": "130183105", "village": "演示村" }],
                "geometry": { "type": "Polygon", "coordinates": [ring] } });
            id(&season.producer.done("/api/v1/plots", input).await)
        };
        let own = plot(&season.organisation, "合作社园", 115.13, 115.132).await;
        let beside = plot(&season.grower, "甲家地", 115.131_99, 115.134).await;
        let producer = season.server.browser("producer").await;
        let page = producer.open(&format!("/work/plots/{own}")).await;
        assert!(page.has("与“甲家地（种植户甲）”边上重叠"), "{}", page.html);
        let page = producer.open(&format!("/work/plots/{beside}")).await;
        assert!(page.has("与“合作社园（演示果品专业合作社）”边上重叠"), "{}", page.html);
        // Whoever reads plots but no growers learns of the ground and not of the name.
        let page = season.server.browser("office").await.open(&format!("/work/plots/{own}")).await;
        assert!(page.has("与“甲家地”边上重叠") && !page.has("种植户甲"), "{}", page.html);
    }
}
