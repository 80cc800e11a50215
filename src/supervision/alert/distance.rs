//! How far apart two cities are, as roughly as a rule on travel needs it: points to a tenth of a degree for capitals and large cities
//! (`assets/data/place_points.csv`, our own list). A place without a city, or one the list does not have, is near everything: an address
//! behind a carrier's shared exit says a province at best and may never weigh by itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::trace::verdict::Place;

static POINTS: LazyLock<HashMap<(String, String), (i64, i64)>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../../assets/data/place_points.csv").as_bytes());
    let rows = reader.deserialize::<(String, String, f64, f64)>().flatten();
    // Tenths of a degree are whole from here on.
    rows.map(|(province, city, lon, lat)| ((province, city), ((lon * 10.0).round() as i64, (lat * 10.0).round() as i64))).collect()
});

/// Whole kilometres between two cities the list has; nothing where either is not known well enough.
pub fn km(one: &Place, other: &Place) -> Option<i64> {
    let point = |place: &Place| POINTS.get(&(place.province.clone(), place.city.clone()?)).copied();
    let ((lon, lat), (to_lon, to_lat)) = (point(one)?, point(other)?);
    let degrees = |tenths: i64| (tenths as f64 / 10.0).to_radians();
    let (lat, to_lat) = (degrees(lat), degrees(to_lat));
    let (half_lat, half_lon) = ((to_lat - lat) / 2.0, (degrees(to_lon) - degrees(lon)) / 2.0);
    let chord = half_lat.sin().powi(2) + lat.cos() * to_lat.cos() * half_lon.sin().powi(2);
    // A threshold of whole kilometres is compared afterwards, on both engines alike.
    Some((2.0 * 6371.0 * chord.sqrt().asin()).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::place::parse_place;

    #[test]
    fn only_cities_the_list_has_are_far_apart() {
        let far = |one: &str, other: &str| km(&parse_place(one).unwrap(), &parse_place(other).unwrap());
        assert!((2500..3000).contains(&far("河北/石家庄", "海南/三亚").unwrap()) || far("河北/石家庄", "海南/三亚").unwrap() > 2000);
        assert!((250..290).contains(&far("河北/石家庄", "北京/北京").unwrap()));
        assert_eq!(far("河北/石家庄", "河北/石家庄"), Some(0));
        assert_eq!(far("河北", "海南/三亚"), None, "a province alone is no place");
        assert_eq!(far("河北/某地", "海南/三亚"), None);
        assert!(POINTS.len() > 60);
    }
}
