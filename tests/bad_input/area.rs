//! Area: ground outside the protected area, coordinates the wrong way round, ground claimed twice, ground that grows in season.

use serde_json::{Value, json};
use yanzhao::registry::seed::DEMO_COUNTIES;

use super::sheet::Sheet;
use crate::support::season::{Season, id};

/// A square with this south-west corner and sides of so many hundred-thousandths of a degree.
fn square(lon: f64, lat: f64, side: f64) -> Value {
    let d = side * 1e-5;
    json!({ "type": "Polygon", "coordinates": [[[lon, lat], [lon + d, lat], [lon + d, lat + d], [lon, lat + d], [lon, lat]]] })
}

fn ring(points: Value) -> Value {
    json!({ "type": "Polygon", "coordinates": [points] })
}

on_both_engines! {
    async fn area(engine: Engine) {
        let season = Season::start_with(engine, |_| {}).await;
        let (server, producer) = (&season.server, &season.producer);
        let (office, office2) = (server.person("office").await, server.person("office2").await);
        let neighbour = json!({ "name": "种植户乙", "division_code": "130183105", "village": "演示村", "household_no": "2" });
        let neighbour = id(&producer.done("/api/v1/growers", neighbour).await);
        let plot = |more: Value| {
            let mut plot = json!({ "holder_id": season.grower, "product_id": season.product["id"], "name": "村东一号", "area": "2.40", "area_unit": "mu",
                "valid_from": "2026-01-01", "planted_year": 2001, "places": [{ "division_code": "130183105", "village": "演示村" }] });
            for (name, value) in more.as_object().unwrap() {
                plot[name] = value.clone();
            }
            plot
        };
        let mut sheet = Sheet::new("area", "区域 area");
        let (who, plots) = (("producer", producer), "/api/v1/plots");

        let outside = plot(json!({ "places": [{ "division_code": "130183106", "village": "小樵村" }] }));
        sheet.refused("县在范围内，乡镇不在 a township outside though the county is inside", who, plots, &outside, &["小樵镇", "晋州鸭梨", "东卓宿镇"]).await;
        let coarse = plot(json!({ "places": [{ "division_code": "130100" }] }));
        sheet.refused("只说到市 a place no finer than a city", who, plots, &coarse, &["130100"]).await;
        for (what, geometry, figures) in [
            ("经纬度写反 latitude and longitude swapped", ring(json!([[38.033, 115.044], [38.034, 115.044], [38.034, 115.045], [38.033, 115.044]])), &["38.033000, 115.044000", "115.044000, 38.033000"][..]),
            ("边界自交 a boundary that crosses itself", ring(json!([[115.044, 38.033], [115.045, 38.034], [115.045, 38.033], [115.044, 38.034], [115.044, 38.033]])), &["115.0445"]),
            ("边界没有闭合 a boundary left open", ring(json!([[115.044, 38.033], [115.045, 38.033], [115.045, 38.034]])), &["1"]),
            ("投影坐标 coordinates in metres", ring(json!([[504_000.0, 4_210_000.0], [504_040.0, 4_210_000.0], [504_040.0, 4_210_040.0], [504_000.0, 4_210_000.0]])), &["504000", "WGS-84"]),
            ("国外的坐标 coordinates abroad", ring(json!([[2.35, 48.85], [2.36, 48.85], [2.36, 48.86], [2.35, 48.85]])), &["2.350000, 48.850000", "113–120", "36–43"]),
            ("别的坐标系 another reference system", json!({ "type": "Polygon", "crs": { "type": "name", "properties": { "name": "GCJ-02" } }, "coordinates": square(115.0, 38.0, 40.0)["coordinates"] }), &["GCJ-02", "WGS-84"]),
        ] {
            sheet.refused(what, who, plots, &plot(json!({ "geometry": geometry })), figures).await;
        }
        let large = plot(json!({ "area": "150001" }));
        sheet.refused("面积单位弄错 an area too large to be true", who, plots, &large, &["150001", "150,000"]).await;

        // Claimed by two households: by boundary, by parcel code, by name.
        let mine = json!({ "geometry": square(115.044, 38.033, 40.0), "parcel_code": "1301831052050001234" });
        let mine = id(&producer.done(plots, plot(mine)).await);
        sheet.call(&mine, "plot");
        let theirs = plot(json!({ "holder_id": neighbour, "name": "别名", "geometry": square(115.0439, 38.033, 40.0) }));
        sheet.refused("一块地两户报：边界重叠 one plot claimed by two households, by its boundary", who, plots, &theirs, &[&mine]).await;
        let theirs = plot(json!({ "holder_id": neighbour, "name": "别名", "parcel_code": "1301831052050001234" }));
        sheet.refused("一块地两户报：同一编码 by its parcel code", who, plots, &theirs, &["1301831052050001234", &mine]).await;
        producer.done(plots, plot(json!({ "name": "村西二号" }))).await;
        let theirs = plot(json!({ "holder_id": neighbour, "name": "村西二号" }));
        sheet.call(&id(&producer.get("/api/v1/plots?limit=200").await.1["items"].as_array().unwrap().iter().find(|p| p["name"] == "村西二号").unwrap().clone()), "plot 2");
        sheet.refused("一块地两户报：同名同面积 by name and size", who, plots, &theirs, &["村西二号"]).await;

        // A plot that grows in season: what its fruit is held for, when somebody wants to let the batch go.
        let own = plot(json!({ "holder_id": season.organisation, "name": "基地", "valid_from": "2025-01-01" }));
        let old = id(&producer.done(plots, own).await);
        let grown = plot(json!({ "holder_id": season.organisation, "name": "基地", "replaces": old, "valid_from": "2026-09-21", "area": "4.80" }));
        let grown = id(&producer.done(plots, grown).await);
        let account = json!({ "party_id": season.organisation, "product_id": season.product["id"], "season": "2026", "basis": "plots",
            "basis_note": "基地", "evidence": "核产表", "measured": true, "approved_g": 5_000_000 });
        let account = id(&office.done("/api/v1/season-accounts", account).await);
        office2.done(&format!("/api/v1/season-accounts/{account}/approve"), json!({})).await;
        let batch = |weight: i64| json!({ "product_id": season.product["id"], "lot": "JD-01", "plot_ids": [grown], "net_weight_g": weight,
            "harvested_from": "2026-10-10", "packed_on": "2026-11-22" });
        sheet.refused("产季里变大的地块超产 more than the ground bore before it grew", who, "/api/v1/batches", &batch(6_001_000), &["6,001 kg", "2.40"]).await;
        let held = id(&producer.done("/api/v1/batches", batch(3_000_000)).await);
        sheet.call(&held, "batch");
        let release = format!("/api/v1/batches/{held}/release");
        sheet.refused("产季里变大的地块 a plot that grows in season", who, &release, &json!({}), &["2.40", "4.80"]).await;

        // A boundary decides before any list.
        let counties: Value = serde_json::from_str(DEMO_COUNTIES).unwrap();
        let county = counties["features"].as_array().unwrap().iter().find(|f| f["properties"]["code"] == "130183").unwrap();
        let boundary = json!({ "right_id": season.right, "as_of": "2026-01-01", "boundary": county, "source": "演示边界", "confidence": "C" });
        office.done("/api/v1/areas", boundary).await;
        let outside = plot(json!({ "name": "村南", "geometry": square(114.9, 38.033, 40.0) }));
        sheet.refused("地块边界在范围外 a boundary outside the area", who, plots, &outside, &["0.0%", "95%", "晋州鸭梨"]).await;
        sheet.compare(server);
    }
}
