//! Products, rights, announcements, areas and standards as an office records them.

use serde_json::{Value, json};
use yanzhao::ledger;
use yanzhao::registry::announcement::AnnouncementKind;
use yanzhao::registry::commands::{AnnouncementInput, AreaInput, ProductInput, RightInput, StandardInput};
use yanzhao::registry::queries;

use super::*;

fn product(more: Value) -> ProductInput {
    let mut product = json!({
        "slug": "jingxing-shishi", "name": "井陉柿子", "aliases": ["井陉绵柿"], "county_codes": ["130121"], "class": "food", "group": "水果-柿",
        "base_unit": "g", "account_basis": "plots", "season_from": "10-10", "season_to": "11-20", "closing_date": "06-30", "fresh": true,
        "yield_cap": 2_000_000, "yield_cap_source": "使用管理规则第 8 条", "varieties": ["绵柿"],
        "test_plan": [{ "item": "可溶性固形物", "by": "生产者", "scope": "lot", "valid_days": 30 }], "source": "申报书", "confidence": "B",
    });
    for (name, value) in more.as_object().unwrap() {
        product[name] = value.clone();
    }
    input(product)
}

on_both_engines! {
    async fn a_product_is_registered_found_and_changed(engine: Engine) {
        let register = Register::loaded(engine).await;
        let office = register.desk_of(region("1301"), None);
        let row = act!(register, office, register_product, product(json!({})), false).unwrap();
        let find = |q: &'static str| queries::search(&register.db, queries::Kind::Product, q, 10);
        for q in ["柿子", "shizi", "jxsz", "绵柿", "mianshi"] {
            assert!(find(q).await.unwrap().contains(&row.id), "{q}");
        }
        let view = queries::product(&register.db, "jingxing-shishi", None, register.today()).await.unwrap();
        assert_eq!((view.city_codes, view.places), (vec!["130100".to_owned()], vec!["河北省石家庄市井陉县".to_owned()]));
        assert_eq!((view.test_plan.len(), view.varieties), (1, vec!["绵柿".to_owned()]));
        let events = || async { ledger::history(register.db.reader(), &row.id, 10).await.unwrap().len() };
        act!(register, office, change_product on &row.id, product(json!({}))).unwrap();
        assert_eq!(events().await, 1, "the same again is nothing");
        let changed = act!(register, office, change_product on &row.id, product(json!({ "name": "井陉大柿子", "aliases": [], "season_to": "11-25" }))).unwrap();
        assert_eq!((changed.season_to.as_deref(), events().await), (Some("11-25"), 2));
        assert!(find("大柿").await.unwrap().contains(&row.id) && find("绵柿").await.unwrap().is_empty(), "the index follows");
        assert!(act!(register, office, change_product on "pro_none", product(json!({}))).unwrap_err().says("not_found"));
    }

    async fn bad_products_are_refused_with_every_fault(engine: Engine) {
        let register = Register::loaded(engine).await;
        let office = register.desk_of(region("1301"), None);
        let bad = product(json!({
            "slug": "-Bad Slug-", "name": "  ", "aliases": ["a;b"], "county_codes": ["130121", "999999", "13"], "season_to": null,
            "yield_cap": 0, "yield_cap_source": null, "carry_over_cap": -1, "source": "",
        }));
        let refused = act!(register, office, register_product, bad, false).unwrap_err();
        for (pointer, code) in [
            ("/slug", "product_slug_unfit"),
            ("/name", "register_empty"),
            ("/aliases/0", "register_semicolon"),
            ("/county_codes/1", "division_unknown"),
            ("/county_codes/2", "division_unknown"),
            ("/season_to", "product_season_half"),
            ("/yield_cap", "product_cap_unfit"),
            ("/yield_cap_source", "product_cap_source"),
            ("/carry_over_cap", "product_cap_unfit"),
            ("/source", "register_empty"),
        ] {
            said(&refused, pointer, code);
        }
        let there = act!(register, office, register_product, product(json!({ "slug": "jinzhou-yali", "name": "晋州鸭梨" })), false).unwrap_err();
        said(&there, "/slug", "product_slug_taken");
        said(&there, "/name", "product_name_taken");
        let elsewhere = product(json!({ "county_codes": ["130608"] }));
        said(&act!(register, office, register_product, elsewhere, false).unwrap_err(), "/county_codes", "outside_your_region");
        said(&act!(register, office, register_product, product(json!({ "county_codes": [] })), false).unwrap_err(), "/county_codes", "product_county_missing");
        let pears = register.product("jinzhou-yali").await;
        let fixed = act!(register, office, change_product on &pears, product(json!({ "base_unit": "piece" }))).unwrap_err();
        said(&fixed, "/slug", "product_slug_fixed");
        said(&fixed, "/base_unit", "product_unit_fixed");
        let botou = register.product("botou-yali").await;
        said(&act!(register, office, change_product on &botou, product(json!({ "slug": "botou-yali" }))).unwrap_err(), "", "outside_your_region");
    }

    async fn a_right_keeps_each_number_in_its_shape(engine: Engine) {
        let register = Register::loaded(engine).await;
        let id = register.product("jinzhou-yali").await;
        let right = |more: Value| -> RightInput {
            let mut right = json!({ "product_id": id, "route": "agri_gi", "status": "registered", "date": "2014-12", "source": "证书", "confidence": "A" });
            for (name, value) in more.as_object().unwrap() {
                right[name] = value.clone();
            }
            input(right)
        };
        let certificate = |number: &str| right(json!({ "registration_number": number, "registration_kind": "agi_certificate" }));
        let words = said(&act!(register, register.desk, record_right, certificate("AGI2014-02-1497"), false).unwrap_err(), "/registration_number", "agi_specification_given");
        assert!(words[0].contains("AGI2014-02-1497"));
        let row = act!(register, register.desk, record_right, certificate(" agi01459 "), false).unwrap();
        assert_eq!((row.registration_number.as_deref(), row.in_force_from.as_deref(), row.date_precision.as_str()), (Some("AGI01459"), Some("2014-12-01"), "month"));
        said(&act!(register, register.desk, record_right, certificate("AGI01459"), false).unwrap_err(), "/product_id", "right_twice");
        let wrong = [
            (right(json!({ "registration_number": "AGI01460" })), "/registration_kind", "right_registration_kind"),
            (right(json!({ "registration_number": "1234567", "registration_kind": "trademark" })), "/registration_kind", "right_number_route"),
            (right(json!({ "route": "certification_mark", "registration_number": "12a", "registration_kind": "trademark" })), "/registration_number", "right_trademark_number"),
            (right(json!({ "in_force_to": "2014-11-30" })), "/in_force_to", "right_term_backwards"),
            (right(json!({ "status": "ended" })), "/in_force_to", "right_end_missing"),
            (right(json!({ "status": "accepted", "in_force_from": "2014-12-01" })), "/status", "right_not_yet_in_force"),
            (right(json!({ "county_codes": ["130199"] })), "/county_codes/0", "division_unknown"),
            (right(json!({ "holder_id": "org_none" })), "/holder_id", "register_organisation_unknown"),
            (right(json!({ "announcement_ids": ["ann_none"] })), "/announcement_ids/0", "register_announcement_unknown"),
            (right(json!({ "product_id": "pro_none" })), "/product_id", "register_product_unknown"),
            (right(json!({ "source_url": "javascript:alert(1)" })), "/source_url", "register_address"),
        ];
        for (bad, pointer, code) in wrong {
            said(&act!(register, register.desk, record_right, bad, false).unwrap_err(), pointer, code);
        }
        let other_city = register.desk_of(region("1306"), None);
        said(&act!(register, other_city, record_right, right(json!({})), false).unwrap_err(), "/product_id", "outside_your_region");
        let accepted = act!(register, register.desk, record_right, right(json!({ "status": "accepted", "date": "2026" })), false).unwrap();
        assert_eq!(accepted.in_force_from, None, "what is accepted is in force on no day");
        assert_eq!(queries::right(&register.db, &accepted.id, register.today()).await.unwrap().term, None);
    }

    async fn an_announcement_speaks_of_many_rights(engine: Engine) {
        let register = Register::loaded(engine).await;
        let today = register.today();
        let all = queries::announcements(&register.db, None, None, None, 50).await.unwrap().items;
        let paper = all.iter().find(|a| a.number == "国家质检总局公告2015年第74号").unwrap();
        assert_eq!((paper.right_ids.len(), paper.kind.as_str()), (3, "recognition"));
        let accepted = queries::announcements(&register.db, None, Some(AnnouncementKind::Acceptance), None, 50).await.unwrap().items;
        assert_eq!(accepted.iter().map(|a| (a.number.as_str(), a.right_ids.len())).collect::<Vec<_>>(), [("国家质检总局公告2017年第43号", 2)]);
        assert_eq!(queries::right(&register.db, &paper.right_ids[0], today).await.unwrap().announcement_ids, [paper.id.as_str()]);
        let pears = register.right("jinzhou-yali", "gi_product").await;
        let announce = |number: &str, on: &str, rights: Value| -> AnnouncementInput {
            input(json!({ "number": number, "kind": "recognition", "announced_on": on, "right_ids": rights, "source": "test", "confidence": "A" }))
        };
        let made = act!(register, register.desk, record_announcement, announce("质检总局公告２０１０年第７８号", "2010-07-13", json!([pears, pears]))).unwrap();
        assert_eq!((made.number.as_str(), made.issuer.as_str(), made.title.as_str()), ("国家质检总局公告2010年第78号", "aqsiq", "国家质检总局公告2010年第78号"));
        let wrong = [
            (announce("国家质检总局公告2010年第78号", "2010-07-13", json!([])), "/number", "announcement_taken"),
            (announce("质检总局公告第78号", "2010", json!([])), "/number", "announcement_year"),
            (announce("第78号", "2010", json!([])), "/number", "announcement_issuer"),
            (announce("国家知识产权局公告", "2020", json!([])), "/number", "announcement_number"),
            (announce("国家质检总局公告2011年第78号", "2010-07-13", json!([])), "/announced_on", "announcement_year_differs"),
            (announce("国家质检总局公告2011年第78号", "2011", json!(["rig_none"])), "/right_ids/0", "register_right_unknown"),
        ];
        for (bad, pointer, code) in wrong {
            said(&act!(register, register.desk, record_announcement, bad).unwrap_err(), pointer, code);
        }
        let other_city = register.desk_of(region("1306"), None);
        let refused = act!(register, other_city, record_announcement, announce("国家知识产权局公告第9号", "2024", json!([pears]))).unwrap_err();
        said(&refused, "/right_ids/0", "outside_your_region");
    }

    async fn an_area_is_a_dated_list(engine: Engine) {
        let register = Register::loaded(engine).await;
        let right = register.right("jinzhou-yali", "gi_product").await;
        let area = |more: Value| -> AreaInput {
            let mut area = json!({ "right_id": right, "as_of": "2027-01-01", "source": "变更公告", "confidence": "A" });
            for (name, value) in more.as_object().unwrap() {
                area[name] = value.clone();
            }
            input(area)
        };
        let made = act!(register, register.desk, record_area, area(json!({ "places": [
            { "kind": "township", "name": "小樵镇" }, { "kind": "village", "name": "某村", "township": "东里庄镇" }, { "kind": "township", "name": "没有镇" },
            { "kind": "zone", "name": "循环经济园区" }, { "kind": "county", "name": "藁城市" },
        ] }))).unwrap();
        let view = queries::area(&register.db, &made.id).await.unwrap();
        let codes: Vec<Option<&str>> = view.places.iter().map(|p| p.division_code.as_deref()).collect();
        assert_eq!(codes[0], Some("130183106"), "found by its name");
        assert_eq!((codes[2], codes[3], codes[4]), (None, None, Some("130182")));
        let of_day = |text: &'static str| {
            let (db, right) = (register.db.clone(), right.clone());
            async move { queries::right(&db, &right, day(text)).await.unwrap().area.unwrap().places.len() }
        };
        assert_eq!((of_day("2026-12-31").await, of_day("2027-01-01").await), (8, 5), "each day has its list");
        let wrong = [
            (area(json!({})), "/places", "area_empty"),
            (area(json!({ "right_id": "rig_none", "places": [{ "kind": "note", "name": "共 2 村" }] })), "/right_id", "register_right_unknown"),
            (area(json!({ "places": [{ "kind": "extent", "name": "东经115度" }] })), "/places/0/kind", "area_place_kind"),
            (area(json!({ "places": [{ "kind": "village", "name": "南街村" }] })), "/places/0/township", "area_village_township"),
            (area(json!({ "places": [{ "kind": "township", "name": "x", "division_code": "130183" }] })), "/places/0/division_code", "area_place_level"),
            (area(json!({ "places": [{ "kind": "township", "name": "x", "division_code": "130183999" }] })), "/places/0/division_code", "division_unknown"),
            (area(json!({ "boundary": { "type": "Point", "coordinates": [115.0, 38.0] } })), "/boundary", "geometry_type"),
        ];
        for (bad, pointer, code) in wrong {
            said(&act!(register, register.desk, record_area, bad).unwrap_err(), pointer, code);
        }
    }

    async fn a_standard_has_versions(engine: Engine) {
        let register = Register::loaded(engine).await;
        let id = register.product("jinzhou-yali").await;
        let standard = |number: &str, from: &str, end: Option<&str>| -> StandardInput {
            input(json!({ "product_id": id, "number": number, "in_force_from": from, "withdrawn_on": end, "source": "test", "confidence": "A" }))
        };
        let first = act!(register, register.desk, record_standard, standard("DB13/T 123-2008", "2008-06-01", Some("2020-01-01")), false).unwrap();
        assert_eq!(first.version.as_deref(), Some("2008"));
        act!(register, register.desk, record_standard, standard("DB13/T 123-2019", "2020-01-01", None), false).unwrap();
        said(&act!(register, register.desk, record_standard, standard("DB13/T 123-2019", "2020-01-01", None), false).unwrap_err(), "/number", "standard_taken");
        said(&act!(register, register.desk, record_standard, standard("DB13/T 124", "2020-01-01", Some("2020-01-01")), false).unwrap_err(), "/withdrawn_on", "standard_days");
        let mut listed = queries::standards(&register.db, Some(&id), None, 10).await.unwrap().items;
        listed.sort_by(|a, b| a.number.cmp(&b.number));
        assert_eq!(listed.iter().map(|s| s.number.as_str()).collect::<Vec<_>>(), ["DB13/T 123-2008", "DB13/T 123-2019"]);
    }
}
