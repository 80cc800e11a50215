use proptest::prelude::*;

use super::*;
use crate::registry::words::said;

/// A rectangle near 赵县 with its south-west corner at (lon, lat).
fn rectangle(lon: f64, lat: f64, wide: f64, high: f64) -> String {
    let (e, n) = (lon + wide, lat + high);
    format!(r#"{{"type":"Polygon","coordinates":[[[{lon},{lat}],[{e},{lat}],[{e},{n}],[{lon},{n}],[{lon},{lat}]]]}}"#)
}

fn read(text: &str) -> Boundary {
    Boundary::parse(text).unwrap_or_else(|p| panic!("{p:?}: {}", &text[..text.len().min(200)]))
}

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#)
}

#[test]
fn area_is_measured_on_the_ellipsoid_whichever_way_the_ring_is_wound() {
    // 0.001° at 37.75° N: 88.15 m × 110.99 m.
    let plot = read(&rectangle(114.77, 37.75, 0.001, 0.001));
    assert!((9780..=9790).contains(&plot.area_m2()), "{}", plot.area_m2());
    let clockwise = polygon("[[114.77,37.75],[114.77,37.751],[114.771,37.751],[114.771,37.75],[114.77,37.75]]");
    assert_eq!(read(&clockwise).area_m2(), plot.area_m2());
    let with_hole = polygon(
        "[[114.77,37.75],[114.771,37.75],[114.771,37.751],[114.77,37.751],[114.77,37.75]],
         [[114.7702,37.7502],[114.7707,37.7502],[114.7707,37.7507],[114.7702,37.7507],[114.7702,37.7502]]",
    );
    let quarter = read(&rectangle(114.7702, 37.7502, 0.0005, 0.0005)).area_m2();
    assert!((read(&with_hole).area_m2() - (plot.area_m2() - quarter)).abs() <= 1);
    let two = r#"{"type":"MultiPolygon","coordinates":[[[[114.77,37.75],[114.771,37.75],[114.771,37.751],[114.77,37.751],[114.77,37.75]]],
        [[[114.78,37.75],[114.781,37.75],[114.781,37.751],[114.78,37.751],[114.78,37.75]]]]}"#;
    assert!((read(two).area_m2() - 2 * plot.area_m2()).abs() <= 1);
    assert_eq!(read(two).parts(), 2);
}

#[test]
fn people_paste_features_heights_and_repeated_points() {
    let bare = rectangle(114.77, 37.75, 0.001, 0.001);
    let area = read(&bare).area_m2();
    let feature = format!(r#"{{"type":"Feature","properties":{{"name":"地块"}},"geometry":{bare}}}"#);
    let collection = format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#);
    for text in [&feature, &collection, &format!("\u{feff} {bare}\n")] {
        assert_eq!(read(text).area_m2(), area);
    }
    let high = polygon(
        "[[114.77,37.75,52.1],[114.771,37.75,52.0],[114.771,37.75,52.0],[114.771,37.751,51.9],[114.77,37.751,52],[114.77,37.75,52.1]]",
    );
    assert_eq!(read(&high).area_m2(), area);
    assert_eq!(Boundary::parse(&read(&high).to_geojson()).unwrap(), read(&bare), "written and read again");
    for crs in ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
    {
        let declared = bare.replacen('{', &format!(r#"{{"crs":{{"type":"name","properties":{{"name":"{crs}"}}}},"#), 1);
        assert_eq!(read(&declared).area_m2(), area, "{crs}");
    }
}

#[test]
fn every_mistake_has_its_own_refusal() {
    let ring = "[114.77,37.75],[114.771,37.75],[114.771,37.751],[114.77,37.751]";
    let closed = format!("[{ring},[114.77,37.75]]");
    let crs = |name: &str| polygon(&closed).replacen('{', &format!(r#"{{"crs":{{"type":"name","properties":{{"name":"{name}"}}}},"#), 1);
    let feature = format!(r#"{{"type":"Feature","properties":null,"geometry":{}}}"#, polygon(&closed));
    let many = "[114.77,37.75],".repeat(5000);
    let rings = vec![closed.as_str(); 101].join(",");
    let cases = [
        ("not JSON".to_owned(), "geometry_not_geojson"),
        (String::new(), "geometry_not_geojson"),
        ("[]".to_owned(), "geometry_not_geojson"),
        (r#"{"coordinates":[]}"#.to_owned(), "geometry_not_geojson"),
        (r#"{"type":"Polygon","coordinates":[[["114.77","37.75"]]]}"#.to_owned(), "geometry_not_geojson"),
        (r#"{"type":"Polygon","coordinates":[[[1e999,37.75]]]}"#.to_owned(), "geometry_not_geojson"),
        (r#"{"type":"Polygon"}"#.to_owned(), "geometry_not_geojson"),
        (r#"{"type":"Point","coordinates":[114.77,37.75]}"#.to_owned(), "geometry_type"),
        (format!(r#"{{"type":"LineString","coordinates":[{ring}]}}"#), "geometry_type"),
        (r#"{"type":"Feature","properties":null,"geometry":null}"#.to_owned(), "geometry_type"),
        (format!(r#"{{"type":"FeatureCollection","features":[{feature},{feature}]}}"#), "geometry_features"),
        (r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), "geometry_features"),
        (crs("urn:ogc:def:crs:EPSG::4547"), "geometry_crs"),
        (crs("GCJ-02"), "geometry_crs"),
        (crs("EPSG:3857"), "geometry_crs"),
        (polygon(&format!("[{ring}]")), "geometry_not_closed"),
        (polygon("[[114.77,37.75],[114.771,37.75],[114.77,37.75]]"), "geometry_too_few_points"),
        (polygon("[[114.77,37.75],[114.77,37.75],[114.77,37.75],[114.77,37.75]]"), "geometry_too_few_points"),
        (polygon(""), "geometry_too_few_points"),
        (polygon("[]"), "geometry_too_few_points"),
        (r#"{"type":"MultiPolygon","coordinates":[]}"#.to_owned(), "geometry_too_few_points"),
        (polygon("[[114.77,37.75],[114.771,37.751],[114.771,37.75],[114.77,37.751],[114.77,37.75]]"), "geometry_self_crossing"),
        (polygon("[[114.77,37.75],[114.772,37.75],[114.771,37.75],[114.771,37.751],[114.77,37.75]]"), "geometry_self_crossing"),
        (polygon("[[37.75,114.77],[37.75,114.771],[37.751,114.771],[37.75,114.77]]"), "geometry_swapped"),
        (polygon("[[38512345.1,4180000],[38512445,4180000],[38512445,4180100],[38512345.1,4180000]]"), "geometry_projected"),
        (polygon("[[12776000,4540000],[12776100,4540000],[12776100,4540100],[12776000,4540000]]"), "geometry_projected"),
        (polygon("[[-0.1,51.5],[-0.1,51.6],[-0.2,51.6],[-0.1,51.5]]"), "geometry_outside_china"),
        (polygon("[[0,0],[0,1],[1,1],[0,0]]"), "geometry_outside_china"),
        (polygon("[[114.77,37.75],[114.771,37.75],[114.772,37.75],[114.77,37.75]]"), "geometry_zero_area"),
        (polygon("[[114.77,37.75],[114.771,37.751],[114.772,37.752],[114.7705,37.7505],[114.77,37.75]]"), "geometry_zero_area"),
        (polygon("[[114.77,37.75],[114.770001,37.75],[114.770001,37.750001],[114.77,37.75]]"), "geometry_zero_area"),
        (polygon(&format!("{closed},[[114.78,37.75],[114.781,37.75],[114.781,37.751],[114.78,37.75]]")), "geometry_hole"),
        (format!(r#"{{"type":"MultiPolygon","coordinates":[[{closed}],[{closed}]]}}"#), "geometry_parts_overlap"),
        (polygon(&format!("[{many}[114.77,37.75]]")), "geometry_too_many_points"),
        (polygon(&rings), "geometry_too_many_rings"),
        (format!("{}{}", polygon(&closed), " ".repeat(MOST_BYTES)), "geometry_too_large"),
        (format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)), "geometry_not_geojson"),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (text, code) in cases {
        let problem = Boundary::parse(&text).expect_err(code);
        assert_eq!(problem.code(), code, "{}", &text[..text.len().min(160)]);
        said(&problem.at("/geometry"));
        seen.insert(code);
    }
    assert_eq!(seen.len(), 16, "every kind of mistake is in the table");
}

#[test]
fn a_refusal_says_where_and_what_would_be_right() {
    let bow_tie = polygon("[[114.77,37.75],[114.772,37.752],[114.772,37.75],[114.77,37.752],[114.77,37.75]]");
    let words = said(&Boundary::parse(&bow_tie).unwrap_err().at("/geometry"));
    assert!(words.iter().all(|w| w.contains("114.771000, 37.751000")), "{words:?}");
    let swapped = polygon("[[37.75,114.77],[37.75,114.771],[37.751,114.771],[37.75,114.77]]");
    let words = said(&Boundary::parse(&swapped).unwrap_err().at("/geometry"));
    assert!(words.iter().all(|w| w.contains("114.770000, 37.750000")), "{words:?}");
}

#[test]
fn overlap_and_share_are_square_metres_on_the_ground() {
    let plot = read(&rectangle(114.77, 37.75, 0.001, 0.001));
    let east = read(&rectangle(114.7705, 37.75, 0.001, 0.001));
    let half = plot.overlap_m2(&east);
    assert!((half - plot.area_m2() / 2).abs() <= 1, "{half}");
    assert_eq!(half, east.overlap_m2(&plot));
    assert!((plot.share_in(&east) - 0.5).abs() < 1e-3);
    assert_eq!(plot.share_in(&plot), 1.0);
    let neighbour = read(&rectangle(114.771, 37.75, 0.001, 0.001));
    assert_eq!(plot.overlap_m2(&neighbour), 0, "a shared edge is no overlap");
    assert_eq!(plot.overlap_m2(&read(&rectangle(115.77, 37.75, 0.001, 0.001))), 0);
    assert!(plot.contains(Position { lon: 114.7705, lat: 37.7505 }) && plot.contains(Position { lon: 114.77, lat: 37.75 }));
    assert!(!plot.contains(Position { lon: 114.7705, lat: 37.7515 }));
    let [south_west, north_east] = plot.corners().unwrap();
    assert_eq!((south_west.lon, north_east.lat), (114.77, 37.751));
    assert!(plot.contains(plot.centre().unwrap()));
}

#[test]
fn an_overlap_is_refused_beyond_five_per_cent_and_twenty_square_metres() {
    // (overlap, one plot, the other, refused)
    let cases = [
        (20, 100, 100, false),
        (21, 100, 100, true),
        (20, 399, 9_999, false),
        (21, 399, 9_999, true),
        (50, 1_000, 9_999, false),
        (51, 1_000, 9_999, true),
        (500, 10_000, 10_000, false),
        (501, 10_000, 10_000, true),
        (0, 0, 0, false),
    ];
    for (overlap, one, other, refused) in cases {
        assert_eq!(is_overlap_refused(overlap, one, other), refused, "{overlap} of {one} and {other}");
        assert_eq!(is_overlap_refused(overlap, other, one), refused);
    }
}

#[test]
fn a_ring_of_the_most_points_is_read_and_one_crossing_in_it_is_found() {
    let circle = |wobble: bool| {
        let points: Vec<String> = (0..4999)
            .map(|i| {
                let i = if wobble && i == 2000 {
                    2002
                } else if wobble && i == 2002 {
                    2000
                } else {
                    i
                };
                let turn = f64::from(i) / 4999.0 * std::f64::consts::TAU;
                format!("[{:.7},{:.7}]", 114.77 + 0.05 * turn.cos(), 37.75 + 0.05 * turn.sin())
            })
            .collect();
        polygon(&format!("[{},{}]", points.join(","), points[0]))
    };
    assert_eq!(read(&circle(false)).parts(), 1);
    assert_eq!(Boundary::parse(&circle(true)).unwrap_err().code(), "geometry_self_crossing");
}

proptest! {
    #[test]
    fn shares_are_between_nothing_and_all(x in 0.0..0.01_f64, y in 0.0..0.01_f64, w in 0.0005..0.01_f64, h in 0.0005..0.01_f64) {
        let field = read(&rectangle(114.77, 37.75, 0.006, 0.006));
        let plot = read(&rectangle(114.77 + x, 37.75 + y, w, h));
        let (overlap, share) = (plot.overlap_m2(&field), plot.share_in(&field));
        prop_assert!(overlap <= plot.area_m2().min(field.area_m2()) + 1);
        prop_assert!((0.0..=1.0).contains(&share));
        prop_assert!((overlap as f64 - share * plot.area_m2() as f64).abs() < 2.0);
    }

    #[test]
    fn nothing_people_paste_panics(text in any::<String>(), a in any::<f64>(), b in any::<f64>()) {
        let _ = Boundary::parse(&text);
        let _ = parse_dms(&text);
        let _ = Boundary::parse(&polygon(&format!("[[{a},{b}],[114.771,37.75],[{b},{a}],[{a},{b}]]")));
    }
}
