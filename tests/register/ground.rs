//! Plots: where they lie, what is under them, and who holds them.

use serde_json::{Value, json};
use yanzhao::registry::commands::{AreaInput, GrowerInput, PlotInput};
use yanzhao::registry::queries::{self, PlotsAsked};
use yanzhao::registry::seed::DEMO_COUNTIES;

use super::*;

/// A co-operative of 晋州 with two households.
pub struct Village {
    /// The register.
    pub register: Register,
    /// The co-operative.
    pub coop: String,
    /// Its people's desk.
    pub desk: Desk,
    /// One household.
    pub zhang: String,
    /// Another.
    pub li: String,
    /// 晋州鸭梨
    pub pears: String,
}

impl Village {
    /// Registers them.
    pub async fn of(engine: Engine) -> Self {
        let register = Register::loaded(engine).await;
        let coop = register.producer("晋州合作社", "130183", 1).await;
        let desk = register.desk_of(own(&coop), Some(&coop));
        let mut ids = Vec::new();
        for (name, number) in [("张三", "1"), ("李四", "2")] {
            let grower: GrowerInput =
                input(json!({ "name": name, "division_code": "130183104", "village": "东卓宿村", "household_no": number }));
            ids.push(act!(register, desk, register_grower, grower).unwrap().id);
        }
        let pears = register.product("jinzhou-yali").await;
        let (li, zhang) = (ids.pop().unwrap(), ids.pop().unwrap());
        Self { register, coop, desk, zhang, li, pears }
    }

    /// A plot of 2.40 亩 in 东卓宿村 with some fields put in place of others.
    pub fn plot(&self, holder: &str, more: Value) -> PlotInput {
        let mut plot = json!({
            "holder_id": holder, "product_id": self.pears, "name": "村东一号", "variety": "鸭梨", "planted_year": 2005,
            "tenure": "contracted", "valid_from": "2026-01-01", "area": "2.40", "area_unit": "mu",
            "places": [{ "division_code": "130183104", "as_of": "2023-06-30", "village": "东卓宿村" }],
        });
        for (name, value) in more.as_object().unwrap() {
            plot[name] = value.clone();
        }
        input(plot)
    }
}

/// A square with this south-west corner and sides of so many hundred-thousandths of a degree.
pub fn square(lon: f64, lat: f64, side: f64) -> Value {
    let d = side * 1e-5;
    json!({ "type": "Polygon", "coordinates": [[[lon, lat], [lon + d, lat], [lon + d, lat + d], [lon, lat + d], [lon, lat]]] })
}

on_both_engines! {
    async fn a_plot_keeps_what_was_entered(engine: Engine) {
        let v = Village::of(engine).await;
        let row = act!(v.register, v.desk, register_plot, v.plot(&v.zhang, json!({}))).unwrap().row;
        assert_eq!((row.area_m2, row.entered_area.as_str(), row.grade.as_str()), (1600, "2.40 mu", "township"));
        let view = queries::plot(&v.register.db, &v.desk.actor, &row.id).await.unwrap();
        assert_eq!((view.entered_area.number.as_str(), view.entered_area.unit.as_str()), ("2.40", "mu"));
        assert_eq!(view.places[0].division, "河北省石家庄市晋州市东卓宿镇");
        assert_eq!((view.product.as_str(), view.has_geometry), ("晋州鸭梨", false));
        let hectares = v.plot(&v.zhang, json!({ "name": "村东二号", "area": "０．１６", "area_unit": "ha" }));
        assert_eq!(act!(v.register, v.desk, register_plot, hectares).unwrap().row.area_m2, 1600);
        let metres = v.plot(&v.coop, json!({ "name": "基地", "area": null, "area_unit": null, "area_m2": 20000 }));
        let own_plot = act!(v.register, v.desk, register_plot, metres).unwrap().row;
        assert_eq!((own_plot.holder_kind.as_str(), own_plot.entered_area.as_str()), ("organisation", "20000 m2"));

        let sees = |scope: Scope| {
            let (db, actor) = (v.register.db.clone(), v.register.desk_of(scope, None).actor);
            async move { queries::plots(&db, &actor, &PlotsAsked::default(), None, 50).await.unwrap().items.len() }
        };
        let other = v.register.producer("赵县合作社", "130133", 3).await;
        assert_eq!((sees(own(&v.coop)).await, sees(region("1301")).await, sees(own(&other)).await, sees(region("130133")).await), (3, 3, 0, 0));
        let zhang = Scope { growers: vec![v.zhang.clone()], ..Scope::default() };
        assert_eq!(sees(zhang).await, 2, "a household sees its own");
        let stranger = v.register.desk_of(own(&other), Some(&other));
        assert!(queries::plot(&v.register.db, &stranger.actor, &row.id).await.unwrap_err().says("not_found"));
        said(&act!(v.register, stranger, register_plot, v.plot(&v.zhang, json!({}))).unwrap_err(), "/holder_id", "plot_holder_unknown");
    }

    async fn the_list_of_the_area_decides_by_township_and_village(engine: Engine) {
        let v = Village::of(engine).await;
        let at = |name: &str, code: &str, village: Option<&str>| v.plot(&v.zhang, json!({ "name": name, "places": [{ "division_code": code, "village": village }] }));
        let refused = act!(v.register, v.desk, register_plot, at("甲", "130183106", Some("小樵村"))).unwrap_err();
        let words = said(&refused, "/places/0", "plot_outside_area");
        assert!(words[0].contains("小樵镇") && words[0].contains("晋州鸭梨"), "the township is outside though the county is inside: {words:?}");
        said(&act!(v.register, v.desk, register_plot, at("甲", "130133101", None)).unwrap_err(), "/places/0", "plot_outside_area");
        let zone = act!(v.register, v.desk, register_plot, at("乙", "130183106", Some("循环经济园区"))).unwrap();
        assert_eq!(zone.row.grade, "village_declared");
        assert_eq!(zone.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["plot_grade_visit"]);
        assert_eq!(act!(v.register, v.desk, register_plot, at("丙", "130183108", None)).unwrap().row.grade, "unknown", "renamed since");
        assert_eq!(act!(v.register, v.desk, register_plot, at("丁", "130183", None)).unwrap().row.grade, "unknown", "only the county is known");
        let both = v.plot(&v.zhang, json!({ "name": "戊", "places": [{ "division_code": "130183104" }, { "division_code": "130183106", "village": "小樵村" }] }));
        said(&act!(v.register, v.desk, register_plot, both).unwrap_err(), "/places/1", "plot_outside_area");
        let snow = v.register.product("zhaoxian-xuehuali").await;
        let village = |name: &str| v.plot(&v.coop, json!({ "product_id": snow, "name": name, "variety": null, "places": [{ "division_code": "130133105", "village": name }] }));
        assert_eq!(act!(v.register, v.desk, register_plot, village("唐家寨")).unwrap().row.grade, "village_declared");
        said(&act!(v.register, v.desk, register_plot, village("大安村")).unwrap_err(), "/places/0", "plot_outside_area");
    }

    /// 130182 is still understood for 藁城: 石家庄's list of 京东板栗 is another matter, so a product of our own is used.
    async fn a_county_by_its_old_code_is_understood(engine: Engine) {
        let v = Village::of(engine).await;
        let office = v.register.desk_of(region("1301"), None);
        let product: commands::ProductInput = input(json!({
            "slug": "gaocheng-test", "name": "藁城试验梨", "county_codes": ["130109"], "class": "food", "base_unit": "g", "account_basis": "plots",
            "varieties": ["黄冠", "雪花"], "source": "test", "confidence": "C",
        }));
        let product = act!(v.register, office, register_product, product, false).unwrap();
        let right: commands::RightInput = input(json!({ "product_id": product.id, "route": "gi_product", "status": "registered", "date": "2012", "county_codes": ["130109"], "source": "test", "confidence": "C" }));
        let right = act!(v.register, office, record_right, right, false).unwrap();
        let area: AreaInput = input(json!({ "right_id": right.id, "as_of": "2012-05-01", "places": [{ "kind": "county", "name": "藁城市" }], "source": "test", "confidence": "C" }));
        let area = act!(v.register, office, record_area, area).unwrap();
        let place = &queries::area(&v.register.db, &area.id).await.unwrap().places[0];
        assert_eq!(place.division_code.as_deref(), Some("130182"), "the list is of a day when it was 藁城市");
        let at = |name: &str, code: &str, variety: &str| v.plot(&v.coop, json!({ "product_id": product.id, "name": name, "variety": variety, "places": [{ "division_code": code }] }));
        assert_eq!(act!(v.register, v.desk, register_plot, at("甲", "130109", "黄冠")).unwrap().row.grade, "township");
        assert_eq!(act!(v.register, v.desk, register_plot, at("乙", "130182", "雪花")).unwrap().row.grade, "township");
        said(&act!(v.register, v.desk, register_plot, at("丙", "130110", "雪花")).unwrap_err(), "/places/0", "plot_outside_area");
        let words = said(&act!(v.register, v.desk, register_plot, at("丁", "130109", "鸭梨")).unwrap_err(), "/variety", "plot_variety_not_announced");
        assert!(words[0].contains("黄冠、雪花"));
    }

    async fn a_boundary_decides_before_any_list(engine: Engine) {
        let v = Village::of(engine).await;
        let office = v.register.desk_of(region("1301"), None);
        let counties: Value = serde_json::from_str(DEMO_COUNTIES).unwrap();
        let jinzhou = counties["features"].as_array().unwrap().iter().find(|f| f["properties"]["code"] == "130183").unwrap();
        let right = v.register.right("jinzhou-yali", "gi_product").await;
        let area: AreaInput = input(json!({ "right_id": right, "as_of": "2026-01-01", "boundary": jinzhou, "source": "演示边界", "confidence": "C" }));
        act!(v.register, office, record_area, area).unwrap();
        let at = |name: &str, lon: f64, from: &str| v.plot(&v.zhang, json!({ "name": name, "valid_from": from, "geometry": square(lon, 38.033, 40.0), "places": [{ "division_code": "130183106" }] }));
        let inside = act!(v.register, v.desk, register_plot, at("甲", 115.044, "2026-03-01")).unwrap();
        assert_eq!((inside.row.grade.as_str(), inside.warnings.len()), ("polygon", 0), "the polygon counts, not the township declared");
        let words = said(&act!(v.register, v.desk, register_plot, at("乙", 114.9, "2026-03-01")).unwrap_err(), "/geometry", "plot_outside_boundary");
        assert!(words[0].contains("0.0%"), "{words:?}");
        // Before the day of that boundary the older list decides, and it leaves this township out.
        said(&act!(v.register, v.desk, register_plot, at("丙", 115.05, "2025-12-31")).unwrap_err(), "/places/0", "plot_outside_area");
        let view = queries::plot(&v.register.db, &v.desk.actor, &inside.row.id).await.unwrap();
        assert_eq!(view.geometry.unwrap()["type"], "Polygon");
    }

    async fn ground_belongs_to_one_plot_on_one_day(engine: Engine) {
        let v = Village::of(engine).await;
        let at = |holder: &str, name: &str, lon: f64, days: (&str, Option<&str>)| {
            v.plot(holder, json!({ "name": name, "geometry": square(lon, 38.033, 40.0), "valid_from": days.0, "valid_to": days.1 }))
        };
        let all = ("2026-01-01", None);
        let first = act!(v.register, v.desk, register_plot, at(&v.zhang, "甲", 115.044, all)).unwrap().row;
        // 40 units are some 35 m by 44 m; 2 units of overlap are 5 %, 3 are more.
        act!(v.register, v.desk, register_plot, at(&v.zhang, "乙", 115.044_385, all)).unwrap();
        let words = said(&act!(v.register, v.desk, register_plot, at(&v.li, "丙", 115.043_63, all)).unwrap_err(), "/geometry", "plot_overlaps");
        assert!(words[0].contains(&first.id) && words[0].contains(" 11") && words[1].contains("77"), "the other plot and the figures: {words:?}");
        let words = said(&act!(v.register, v.desk, register_plot, at(&v.li, "丙", 115.043_9, all)).unwrap_err(), "/geometry", "plot_claimed");
        assert!(words[0].contains(&first.id) && !words[0].contains("张三"), "whose it is stays untold");
        let twice = act!(v.register, v.desk, register_plot, at(&v.zhang, "丁", 115.044, all)).unwrap_err();
        said(&twice, "/geometry", "plot_overlaps");
        let before = at(&v.li, "戊", 115.044, ("2024-01-01", Some("2025-12-31")));
        act!(v.register, v.desk, register_plot, before).unwrap();
        let until = at(&v.li, "己", 115.044, ("2023-01-01", Some("2026-01-01")));
        let refused = act!(v.register, v.desk, register_plot, until).unwrap_err();
        assert_eq!(refused.fields.iter().filter(|f| f.pointer == "/geometry").count(), 2, "both plots that share a day: {refused}");
    }

    async fn one_plot_is_not_claimed_by_two_households(engine: Engine) {
        let v = Village::of(engine).await;
        act!(v.register, v.desk, register_plot, v.plot(&v.zhang, json!({ "parcel_code": "1301831042050001 234" }))).unwrap();
        let same = v.plot(&v.li, json!({ "name": "别名", "parcel_code": "1301831042050001234" }));
        said(&act!(v.register, v.desk, register_plot, same).unwrap_err(), "/parcel_code", "plot_parcel_claimed");
        let again = v.plot(&v.zhang, json!({ "name": "别名", "parcel_code": "1301831042050001234" }));
        said(&act!(v.register, v.desk, register_plot, again).unwrap_err(), "/parcel_code", "plot_parcel_twice");
        let by_name = v.plot(&v.li, json!({}));
        said(&act!(v.register, v.desk, register_plot, by_name).unwrap_err(), "/name", "plot_claimed_by_name");
        let apart = v.plot(&v.li, json!({ "parcel_code": "1301831042050005678" }));
        act!(v.register, v.desk, register_plot, apart).unwrap();
        let short = v.plot(&v.li, json!({ "name": "西", "parcel_code": "13018310420500" }));
        said(&act!(v.register, v.desk, register_plot, short).unwrap_err(), "/parcel_code", "plot_parcel_code");
    }

    /// A plot that grows in season is a new row from a day on; the old one ends the day before.
    async fn a_plot_that_grows_is_a_new_plot_from_a_day_on(engine: Engine) {
        let v = Village::of(engine).await;
        let old = act!(v.register, v.desk, register_plot, v.plot(&v.zhang, json!({ "geometry": square(115.044, 38.033, 40.0) }))).unwrap().row;
        let grown = json!({ "area": "5.20", "valid_from": "2026-09-01", "geometry": null });
        said(&act!(v.register, v.desk, register_plot, v.plot(&v.zhang, grown.clone())).unwrap_err(), "/name", "plot_twice");
        let with = |more: Value| {
            let mut all = grown.clone();
            all["replaces"] = json!(old.id);
            all["geometry"] = square(115.044, 38.033, 60.0);
            for (name, value) in more.as_object().unwrap() {
                all[name] = value.clone();
            }
            v.plot(&v.zhang, all)
        };
        let early = act!(v.register, v.desk, register_plot, with(json!({ "valid_from": "2026-01-01" }))).unwrap_err();
        said(&early, "/valid_from", "plot_replaced_day");
        let apples = v.register.product("zhaoxian-xuehuali").await;
        let other = with(json!({ "product_id": apples, "places": [{ "division_code": "130133101" }] }));
        said(&act!(v.register, v.desk, register_plot, other).unwrap_err(), "/replaces", "plot_replaced_other");
        said(&act!(v.register, v.desk, register_plot, with(json!({ "replaces": "plo_none" }))).unwrap_err(), "/replaces", "plot_replaced_unknown");
        let new = act!(v.register, v.desk, register_plot, with(json!({}))).unwrap().row;
        assert_eq!((new.replaces_id.as_deref(), new.area_m2), (Some(old.id.as_str()), 3467));
        let ended = queries::plot(&v.register.db, &v.desk.actor, &old.id).await.unwrap();
        assert_eq!(ended.valid_to.as_deref(), Some("2026-08-31"));
        let on = |text: &str| PlotsAsked { as_of: Some(day(text)), ..PlotsAsked::default() };
        for (text, id) in [("2026-08-31", &old.id), ("2026-09-01", &new.id)] {
            let valid = queries::plots(&v.register.db, &v.desk.actor, &on(text), None, 10).await.unwrap().items;
            assert_eq!(valid.iter().map(|p| &p.id).collect::<Vec<_>>(), [id]);
        }
        said(&act!(v.register, v.desk, register_plot, with(json!({ "valid_from": "2026-10-01" }))).unwrap_err(), "/replaces", "plot_replaced_ended");
    }
}
