use std::collections::BTreeSet;

use super::*;
use crate::registry::announcement::AnnouncementNumber;
use crate::registry::area::PlaceKind;
use crate::registry::division::{DivisionCode, Level};
use crate::registry::geometry::{Boundary, Position};
use crate::registry::product::AccountBasis;
use crate::registry::right::{RightStatus, Route};

fn seed() -> Seed {
    load().unwrap_or_else(|p| panic!("{p}"))
}

/// 91 rows of the source, in their order, none merged, none lost; 75 registered, 16 under way.
#[test]
fn every_row_of_the_source_is_accounted_for() {
    let seed = seed();
    let rows: Vec<String> = seed.rights.iter().map(|r| r.source_row.clone()).collect();
    assert_eq!(rows, (1..=91).map(|i| format!("HB{i:03}")).collect::<Vec<_>>());
    let of = |status| seed.rights.iter().filter(|r| r.status == status).count();
    let counted = [
        (RightStatus::Registered, 75),
        (RightStatus::Accepted, 10),
        (RightStatus::TechnicalReviewPassed, 2),
        (RightStatus::Publicised, 2),
        (RightStatus::Applied, 1),
        (RightStatus::ExpertReviewPassed, 1),
    ];
    for (status, count) in counted {
        assert_eq!(of(status), count, "{status:?}");
    }
    assert_eq!(seed.rights.iter().filter(|r| r.status.is_pending()).count(), 16);
    let on = |route| seed.rights.iter().filter(|r| r.route == route).count();
    assert_eq!(Route::ALL.map(on), [42, 18, 1, 27, 3]);
}

#[test]
fn no_product_is_lost_and_none_is_there_twice() {
    let seed = seed();
    let named: BTreeSet<&str> = seed.rights.iter().map(|r| r.name.as_str()).collect();
    let products: BTreeSet<&str> = seed.products.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(named, products);
    assert_eq!((products.len(), seed.products.len()), (80, 80));
    let slugs: BTreeSet<&str> = seed.products.iter().map(|p| p.slug.as_str()).collect();
    assert_eq!(slugs.len(), 80);
    for product in &seed.products {
        let counties: BTreeSet<&DivisionCode> = seed.rights_of(&product.slug).flat_map(|r| &r.county_codes).collect();
        assert_eq!(counties, product.county_codes.iter().collect(), "{}", product.name);
    }
}

#[test]
fn a_product_under_way_is_not_made_protected_by_its_neighbour() {
    let seed = seed();
    let statuses = |slug| seed.rights_of(slug).map(|r| (r.route, r.status)).collect::<Vec<_>>();
    assert_eq!(statuses("xingtang-dazao"), [(Route::GiProduct, RightStatus::Registered), (Route::CertificationMark, RightStatus::Applied)]);
    assert_eq!(statuses("botou-yali"), [(Route::GiProduct, RightStatus::Registered), (Route::AgriGi, RightStatus::Accepted)]);
    assert_eq!(statuses("luanxian-huasheng"), [(Route::GiProduct, RightStatus::TechnicalReviewPassed)]);
    let without: Vec<&str> =
        seed.products.iter().filter(|p| !seed.rights_of(&p.slug).any(|r| r.status.allows_batches())).map(|p| p.name.as_str()).collect();
    let expected = [
        "十里香酒",
        "草庙子国光苹果",
        "滦县花生",
        "滦州花生",
        "唐山河鲀",
        "阜平大枣",
        "霞口鸭梨",
        "安平白山药",
        "清河山楂",
        "福山大桃",
        "燕潮酩酒",
        "肥乡圆葱",
    ];
    assert_eq!(without, expected);
}

#[test]
fn what_is_counted_and_what_it_rests_on() {
    let seed = seed();
    let cases = [
        ("jinzhou-yali", "g", AccountBasis::Plots),
        ("zhaoxian-xuehuali", "g", AccountBasis::Plots),
        ("gaocheng-gongmian", "g", AccountBasis::RawMaterial),
        ("shacheng-putaojiu", "ml", AccountBasis::RawMaterial),
        ("bancheng-shaoguojiu", "ml", AccountBasis::Capacity),
        ("daming-xiaomoxiangyou", "ml", AccountBasis::RawMaterial),
        ("tangshan-guzhici", "piece", AccountBasis::Capacity),
        ("qianan-sangpizhi", "piece", AccountBasis::Capacity),
        ("pingquan-huazigu", "g", AccountBasis::Capacity),
        ("qiuxian-yangrou", "g", AccountBasis::Capacity),
    ];
    for (slug, unit, basis) in cases {
        let product = seed.product(slug).unwrap();
        assert_eq!((product.base_unit.word(), product.account_basis), (unit, basis), "{slug}");
    }
    let with_season: Vec<&str> = seed.products.iter().filter(|p| p.season().is_some()).map(|p| p.slug.as_str()).collect();
    assert_eq!(with_season, ["xuanhua-niunaiputao"], "only what a source supports");
    assert!(seed.products.iter().all(|p| p.closing_date.is_none()));
}

#[test]
fn every_code_is_known_and_counties_are_of_today() {
    let seed = seed();
    for right in &seed.rights {
        for code in &right.county_codes {
            assert!(seed.divisions.get(code).is_some(), "{} {}", right.source_row, code.as_str());
        }
    }
    let levels = |level| seed.divisions.iter().filter(|d| d.code.level() == level).count();
    assert_eq!(Level::ALL.map(levels), [1, 11, 190, 2365, 0]);
    assert_eq!(seed.divisions.iter().filter(|d| d.code.level() == Level::County && d.gbt2260).count(), 167);
    assert_eq!(seed.divisions.past().count(), 25);
    let verify: Vec<&str> = seed.divisions.past().filter(|s| s.verify).map(|s| s.old_code.as_str()).collect();
    assert_eq!(verify, ["130103", "130223", "130421", "130521", "130603", "130604", "139001", "139002"]);
    let code = |text| DivisionCode::parse(text).unwrap();
    assert_eq!(seed.divisions.today(&code("130182")), BTreeSet::from([code("130109")]));
    assert_eq!(seed.divisions.today(&code("130103")).len(), 2);
}

#[test]
fn announcements_read_and_dates_keep_their_precision() {
    let seed = seed();
    let mut read = 0;
    for right in &seed.rights {
        let Some(quoted) = right.announcement_no.as_deref().filter(|_| right.route != Route::AbroadEu) else { continue };
        let number = AnnouncementNumber::parse(quoted).unwrap_or_else(|p| panic!("{}: {p:?}", right.source_row));
        assert!(quoted.ends_with(&format!("第{}号", number.number)), "{quoted}");
        read += 1;
    }
    assert_eq!(read, 17);
    let row = |name: &str| seed.rights.iter().find(|r| r.source_row == name).unwrap();
    assert_eq!(row("HB004").date.to_string(), "2015");
    assert_eq!(row("HB013").date.to_string(), "2019-07");
    assert_eq!(row("HB001").date.to_string(), "");
    assert_eq!(row("HB024").registration_no.as_deref(), Some("PGI-CN-2725"));
}

#[test]
fn areas_keep_the_names_of_their_day() {
    let seed = seed();
    let with_list: BTreeSet<&str> = seed.areas.iter().map(|a| a.source_row.as_str()).collect();
    let with_text: BTreeSet<&str> = seed.rights.iter().filter(|r| r.protected_area.is_some()).map(|r| r.source_row.as_str()).collect();
    assert_eq!(with_list, with_text, "every area text is a list");
    for area in &seed.areas {
        let (Some(code), PlaceKind::Township | PlaceKind::County) = (&area.division_code, area.kind) else { continue };
        assert_eq!(seed.divisions.name(code), Some(area.name.as_str()), "{} {}", area.source_row, area.no);
    }
    for right in &seed.rights {
        let (Some(count), Some(text)) = (right.townships, &right.protected_area) else { continue };
        let named: BTreeSet<&str> = seed
            .areas
            .iter()
            .filter(|a| a.source_row == right.source_row)
            .filter_map(|a| match a.kind {
                PlaceKind::Township | PlaceKind::Zone => Some(a.name.as_str()),
                PlaceKind::Village => a.township.as_deref(),
                _ => None,
            })
            .collect();
        assert_eq!(named.len(), count as usize, "{}: {text}", right.source_row);
    }
    let zone = seed.areas.iter().find(|a| a.name == "循环经济园区").unwrap();
    assert_eq!((zone.kind, &zone.division_code), (PlaceKind::Zone, &None));
    assert!(seed.areas.iter().all(|a| a.candidate_code.is_none() || (a.division_code.is_none() && a.note.is_some())));
}

#[test]
fn made_up_figures_are_marked() {
    let seed = seed();
    let real: Vec<(&str, &str)> = seed.demo.iter().filter(|d| !d.demo).map(|d| (d.product.as_str(), d.value.as_str())).collect();
    assert_eq!(real, [("zhaoxian-xuehuali", "1500"), ("botou-yali", "2500"), ("xuanhua-niunaiputao", "2000")]);
    for row in seed.demo.iter().filter(|d| d.demo) {
        assert!(row.note.as_deref().is_some_and(|n| n.contains("demonstration only")), "{row:?}");
        assert!(row.kind != DemoKind::Standard || row.value.starts_with("演示"));
    }
}

#[test]
fn a_bad_line_is_named_with_its_file_and_line() {
    let head = PRODUCTS.lines().next().unwrap();
    let good = PRODUCTS.lines().nth(1).unwrap();
    let problem = |text: &str| read::<ProductRow>("products.csv", text).unwrap_err();
    let bad = format!("{head}\n{good}\n{}\n", good.replace("plots", "plot"));
    assert_eq!((problem(&bad).file, problem(&bad).line), ("products.csv", 3));
    assert!(problem(&bad).to_string().starts_with("assets/data/products.csv line 3: "), "{}", problem(&bad));
    assert_eq!(problem(&format!("{head}\n{good},extra\n")).line, 2);
    assert_eq!(problem(&format!("{head},colour\n{good},red\n")).line, 2);
    let twice = read::<ProductRow>("products.csv", &format!("{head}\n{good}\n{good}\n")).unwrap();
    assert_eq!(check::products(&twice, &seed().divisions).unwrap_err().line, 3);
    let elsewhere = read::<ProductRow>("products.csv", &format!("{head}\n{}\n", good.replace("130133", "130199"))).unwrap();
    assert!(check::products(&elsewhere, &seed().divisions).unwrap_err().reason.contains("130199"));
}

#[test]
fn files_are_plain_and_small() {
    for (file, text) in [
        ("products", PRODUCTS),
        ("rights", RIGHTS),
        ("areas", AREAS),
        ("standards", STANDARDS),
        ("divisions", DIVISIONS),
        ("division_history", HISTORY),
        ("demo", DEMO),
        ("counties", DEMO_COUNTIES),
    ] {
        assert!(text.len() < 300_000 && text.ends_with('\n'), "{file}");
        assert!(!text.contains('\r') && !text.starts_with('\u{feff}'), "{file}");
    }
}

#[test]
fn the_demonstration_counties_are_valid_boundaries() {
    let collection: serde_json::Value = serde_json::from_str(DEMO_COUNTIES).unwrap();
    assert_eq!(collection["metadata"]["demo"], true);
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.len(), 22);
    let seed = seed();
    let mut sum = 0;
    for feature in features {
        let code = DivisionCode::parse(feature["properties"]["code"].as_str().unwrap()).unwrap();
        assert_eq!(seed.divisions.name(&code), feature["properties"]["name"].as_str());
        assert_eq!(feature["properties"]["demo"], true);
        let county = Boundary::parse(&feature.to_string()).unwrap_or_else(|p| panic!("{}: {p:?}", code.as_str()));
        sum += county.area_m2();
        let jinzhou_centre = Position { lon: 115.044, lat: 38.033 };
        assert_eq!(county.contains(jinzhou_centre), code.as_str() == "130183", "{}", code.as_str());
    }
    assert!((13_500_000_000..15_000_000_000).contains(&sum), "石家庄 is some 14,000 km²: {sum}");
}
