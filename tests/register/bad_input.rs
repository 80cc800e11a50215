//! Bad input of the area row: swapped, crossing and foreign coordinates, impossible areas, missing papers. Each says what is wrong and
//! what would be right, in both languages.

use serde_json::{Value, json};
use yanzhao::registry::geometry::parse_dms;

use super::ground::{Village, square};
use super::*;

on_both_engines! {
    async fn coordinates_are_read_with_peoples_mistakes_in_mind(engine: Engine) {
        let v = Village::of(engine).await;
        let ring = |points: Value| json!({ "type": "Polygon", "coordinates": [points] });
        let degrees = |text: &str| parse_dms(text).unwrap().degrees;
        let (west, east) = (degrees("115°02′38.4″"), degrees("115度02分40秒"));
        let (south, north) = (degrees("38゜01’58.8”N"), degrees("北纬38°02′00″"));
        let cases: Vec<(Value, &str)> = vec![
            (ring(json!([[38.033, 115.044], [38.034, 115.044], [38.034, 115.045], [38.033, 115.044]])), "geometry_swapped"),
            (ring(json!([[115.044, 38.033], [115.045, 38.034], [115.045, 38.033], [115.044, 38.034], [115.044, 38.033]])), "geometry_self_crossing"),
            (ring(json!([[115.044, 38.033], [115.045, 38.033], [115.045, 38.034]])), "geometry_not_closed"),
            (ring(json!([[504_000.0, 4_210_000.0], [504_040.0, 4_210_000.0], [504_040.0, 4_210_040.0], [504_000.0, 4_210_000.0]])), "geometry_projected"),
            (ring(json!([[2.35, 48.85], [2.36, 48.85], [2.36, 48.86], [2.35, 48.85]])), "geometry_outside_china"),
            (json!({ "type": "LineString", "coordinates": [[115.0, 38.0], [115.1, 38.0]] }), "geometry_type"),
            (json!({ "type": "Polygon", "crs": { "type": "name", "properties": { "name": "GCJ-02" } }, "coordinates": square(115.0, 38.0, 40.0)["coordinates"] }), "geometry_crs"),
            (json!("not json"), "geometry_not_geojson"),
        ];
        for (geometry, code) in cases {
            let refused = act!(v.register, v.desk, register_plot, v.plot(&v.zhang, json!({ "geometry": geometry }))).unwrap_err();
            said(&refused, "/geometry", code);
        }
        let swapped = v.plot(&v.zhang, json!({ "geometry": ring(json!([[38.033, 115.044], [38.034, 115.044], [38.034, 115.045], [38.033, 115.044]])) }));
        let words = said(&act!(v.register, v.desk, register_plot, swapped).unwrap_err(), "/geometry", "geometry_swapped");
        assert!(words.iter().all(|w| w.contains("115.044000, 38.033000")), "it says what would be right: {words:?}");
        let from_minutes = ring(json!([[west, south], [east, south], [east, north], [west, north], [west, south]]));
        let kept = act!(v.register, v.desk, register_plot, v.plot(&v.zhang, json!({ "area": "2.15", "geometry": from_minutes.to_string() }))).unwrap();
        assert_eq!(kept.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), Vec::<&str>::new(), "39 m by 37 m are 2.15 亩 within a tenth");
        let large = v.plot(&v.li, json!({ "name": "别处", "area": "240", "geometry": square(115.1, 38.1, 40.0) }));
        let doubted = act!(v.register, v.desk, register_plot, large).unwrap();
        assert_eq!(doubted.warnings[0].code, "plot_area_unlike_boundary", "a decimal point was lost");
    }

    async fn areas_and_papers_are_asked_for(engine: Engine) {
        let v = Village::of(engine).await;
        let noodles = v.register.product("gaocheng-gongmian").await;
        let cases: Vec<(Value, &str, &str)> = vec![
            (json!({ "area": "2.405" }), "/area", "plot_area_unreadable"),
            (json!({ "area": "0" }), "/area", "plot_area_zero"),
            (json!({ "area": "150001" }), "/area", "plot_area_too_large"),
            (json!({ "area": null, "area_unit": null }), "/area", "plot_area_missing"),
            (json!({ "area_unit": null }), "/area_unit", "plot_area_unit"),
            (json!({ "area_m2": 2400 }), "/area_m2", "plot_area_differs"),
            (json!({ "area": null, "area_unit": null, "area_m2": -5 }), "/area_m2", "plot_area_unreadable"),
            (json!({ "tenure": "transferred" }), "/lessor", "plot_lessor_missing"),
            (json!({ "tenure": "transferred", "lessor": "东卓宿村委会" }), "/valid_to", "plot_lease_end_missing"),
            (json!({ "tenure": "other" }), "/note", "plot_note_missing"),
            (json!({ "valid_to": "2025-12-31" }), "/valid_to", "plot_backwards"),
            (json!({ "planted_year": 2027 }), "/planted_year", "plot_planted_year"),
            (json!({ "places": [] }), "/places", "plot_place_missing"),
            (json!({ "places": [{ "division_code": "130100" }] }), "/places/0/division_code", "plot_place_coarse"),
            (json!({ "places": [{ "division_code": "130184999" }] }), "/places/0/division_code", "division_unknown"),
            (json!({ "product_id": noodles }), "/product_id", "plot_basis"),
            (json!({ "product_id": "pro_none" }), "/product_id", "register_product_unknown"),
            (json!({ "holder_id": "gro_none" }), "/holder_id", "plot_holder_unknown"),
        ];
        for (more, pointer, code) in cases {
            let refused = act!(v.register, v.desk, register_plot, v.plot(&v.zhang, more)).unwrap_err();
            said(&refused, pointer, code);
        }
        let many = v.plot(&v.zhang, json!({ "area": "x", "tenure": "transferred", "places": [], "geometry": "x", "planted_year": 1 }));
        let refused = act!(v.register, v.desk, register_plot, many).unwrap_err();
        assert!(refused.fields.len() >= 6, "all faults at once: {refused}");
        let counted = yanzhao::registry::queries::plots(&v.register.db, &v.desk.actor, &Default::default(), None, 10).await.unwrap();
        assert!(counted.items.is_empty(), "nothing of a refused act is kept");
    }
}
