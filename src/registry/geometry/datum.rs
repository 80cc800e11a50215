//! Coordinate systems of Chinese maps. GCJ-02 (高德, 腾讯) moves WGS-84 by some 530 m at Shijiazhuang, BD-09 (百度) moves GCJ-02 again.
//! Neither way back is published; both are undone by correcting a guess until it maps onto what was given, well below a centimetre.

use serde_json::Value;

use super::Position;

/// The system some figures are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    /// GPS and Beidou receivers, and everything we keep.
    Wgs84,
    /// 高德, 腾讯 and most other maps.
    Gcj02,
    /// 百度.
    Bd09,
}

/// Semi-major axis of the Krasovsky ellipsoid.
const AXIS: f64 = 6_378_245.0;
/// Its eccentricity, squared.
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
/// Rounds of correction; each makes the error some thousand times smaller.
const ROUNDS: usize = 8;

impl Datum {
    /// Every system.
    pub const ALL: [Self; 3] = [Self::Wgs84, Self::Gcj02, Self::Bd09];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|datum| datum.word() == word)
    }
    /// Where a place of WGS-84 is in this system.
    pub fn of_wgs84(self, place: Position) -> Position {
        match self {
            Self::Wgs84 => place,
            Self::Gcj02 => to_gcj02(place),
            Self::Bd09 => to_bd09(to_gcj02(place)),
        }
    }
    /// Where a place of this system is in WGS-84.
    pub fn to_wgs84(self, place: Position) -> Position {
        if self == Self::Wgs84 {
            return place;
        }
        let mut guess = place;
        for _ in 0..ROUNDS {
            let there = self.of_wgs84(guess);
            guess = Position { lon: guess.lon - (there.lon - place.lon), lat: guess.lat - (there.lat - place.lat) };
        }
        guess
    }
    /// Moves every position of a GeoJSON text's geometry to WGS-84. What is no position stays; whoever reads it says what is wrong.
    pub fn move_geojson(self, value: &mut Value) {
        if self == Self::Wgs84 {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if name == "coordinates" { self.move_positions(member) } else { self.move_geojson(member) }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.move_geojson(item)),
            _ => {}
        }
    }
    fn move_positions(self, value: &mut Value) {
        let Value::Array(items) = value else { return };
        match items.as_mut_slice() {
            [Value::Number(lon), Value::Number(lat), ..] => {
                let (Some(x), Some(y)) = (lon.as_f64(), lat.as_f64()) else { return };
                // Far from China there is nothing to undo, and the refusal should show the figures as given.
                let given = Position { lon: x, lat: y };
                if !given.is_in_china() {
                    return;
                }
                let moved = self.to_wgs84(given);
                for (slot, degrees) in [(lon, moved.lon), (lat, moved.lat)] {
                    if let Some(number) = serde_json::Number::from_f64(degrees) {
                        *slot = number;
                    }
                }
            }
            _ => items.iter_mut().for_each(|item| self.move_positions(item)),
        }
    }
}

fn to_gcj02(place: Position) -> Position {
    let pi = std::f64::consts::PI;
    let (x, y) = (place.lon - 105.0, place.lat - 35.0);
    let waves = |t: f64| (20.0 * (6.0 * t * pi).sin() + 20.0 * (2.0 * t * pi).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves(x)
        + (20.0 * (y * pi).sin() + 40.0 * (y / 3.0 * pi).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * pi).sin() + 320.0 * (y * pi / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves(x)
        + (20.0 * (x * pi).sin() + 40.0 * (x / 3.0 * pi).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * pi).sin() + 300.0 * (x / 30.0 * pi).sin()) * 2.0 / 3.0;
    let radians = place.lat.to_radians();
    let magic = 1.0 - ECCENTRICITY * radians.sin() * radians.sin();
    let root = magic.sqrt();
    let north = north.to_degrees() / ((AXIS * (1.0 - ECCENTRICITY)) / (magic * root));
    let east = east.to_degrees() / (AXIS / root * radians.cos());
    Position { lon: place.lon + east, lat: place.lat + north }
}

fn to_bd09(place: Position) -> Position {
    let turn = std::f64::consts::PI * 3000.0 / 180.0;
    let (x, y) = (place.lon, place.lat);
    let reach = x.hypot(y) + 0.000_02 * (y * turn).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * turn).cos();
    Position { lon: reach * angle.cos() + 0.0065, lat: reach * angle.sin() + 0.006 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metres between two places near each other.
    fn metres(a: Position, b: Position) -> f64 {
        let (east, north) = ((a.lon - b.lon) * 111_320.0 * a.lat.to_radians().cos(), (a.lat - b.lat) * 110_990.0);
        east.hypot(north)
    }

    #[test]
    fn published_pairs_are_met() {
        let place = Position { lon: 116.404, lat: 39.915 };
        let near = |found: Position, lon: f64, lat: f64| metres(found, Position { lon, lat }) < 0.01;
        assert!(near(to_gcj02(place), 116.410_244_499_169_38, 39.916_404_281_501_64), "{:?}", to_gcj02(place));
        assert!(near(to_bd09(place), 116.410_369_493_710_29, 39.921_336_993_510_21), "{:?}", to_bd09(place));
    }

    #[test]
    fn at_shijiazhuang_maps_are_some_530_metres_off() {
        let place = Position { lon: 114.51, lat: 38.04 };
        let off = metres(to_gcj02(place), place);
        assert!((500.0..560.0).contains(&off), "{off}");
    }

    #[test]
    fn the_way_back_leads_to_where_it_began() {
        for datum in Datum::ALL {
            for (lon, lat) in [(114.51, 38.04), (118.9, 40.4), (113.5, 36.1), (116.404, 39.915), (75.0, 5.0), (134.9, 53.0)] {
                let place = Position { lon, lat };
                let back = datum.to_wgs84(datum.of_wgs84(place));
                assert!(metres(back, place) < 0.005, "{datum:?} {place:?} {back:?}");
            }
        }
    }

    #[test]
    fn only_positions_of_a_text_are_moved() {
        let mut value = serde_json::json!({ "type": "Feature", "bbox": [114.5, 38.0], "geometry": { "type": "Polygon",
            "coordinates": [[[114.51, 38.04], [114.52, 38.04], [0.0, 0.0]]] } });
        Datum::Gcj02.move_geojson(&mut value);
        let ring = &value["geometry"]["coordinates"][0];
        assert!((ring[0][0].as_f64().unwrap() - 114.51).abs() > 0.001);
        assert_eq!((ring[2][0].as_f64(), value["bbox"][0].as_f64()), (Some(0.0), Some(114.5)));
    }
}
