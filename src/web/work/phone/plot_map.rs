//! A picture of where plots lie, drawn on the server from their boundaries alone: no map of anybody else's, north up, with a scale bar.

use std::fmt::Write;

use serde_json::Value;

/// Width of the picture.
const WIDE: f64 = 600.0;
/// Its height.
const HIGH: f64 = 400.0;
/// The room left at its edges.
const EDGE: f64 = 28.0;
/// Metres of one degree of latitude, near enough for a picture.
const DEGREE: f64 = 111_320.0;
/// The most corners drawn of one ring; a picture of 600 pixels shows no more.
const MOST_CORNERS: usize = 400;

/// One ring in degrees, longitude first.
pub(super) type Ring = Vec<(f64, f64)>;

/// A plot to draw.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub name: String,
    pub rings: Vec<Ring>,
    /// It is the one the page is about.
    pub chosen: bool,
}

/// A shape as drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub path: String,
    pub name: String,
    /// Its number in the picture and beside it.
    pub no: usize,
    pub x: i64,
    pub y: i64,
    pub chosen: bool,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map {
    pub said: String,
    pub shapes: Vec<Shape>,
    /// Length of the scale bar in the picture, and what it means.
    pub bar: i64,
    pub scale: String,
}

/// The rings of a GeoJSON geometry, outer ones and holes alike.
pub(super) fn rings_of(geometry: &Value) -> Vec<Ring> {
    let mut rings = Vec::new();
    gather(geometry.get("coordinates").unwrap_or(&Value::Null), &mut rings);
    rings
}

fn gather(value: &Value, rings: &mut Vec<Ring>) {
    let Value::Array(items) = value else { return };
    let position = |item: &Value| Some((item.get(0)?.as_f64()?, item.get(1)?.as_f64()?));
    let ring: Option<Ring> = items.iter().map(position).collect();
    match ring {
        Some(ring) if ring.len() > 2 => rings.push(ring),
        _ => items.iter().for_each(|item| gather(item, rings)),
    }
}

impl Map {
    /// Draws them all into one picture; nothing where none has a boundary.
    pub fn of(ground: Vec<Ground>, said: &str) -> Option<Self> {
        let corners: Vec<(f64, f64)> = ground.iter().flat_map(|g| g.rings.iter().flatten().copied()).collect();
        let least = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (west, east, south, north) = (least(|c| c.0), most(|c| c.0), least(|c| c.1), most(|c| c.1));
        if !(west.is_finite() && north.is_finite()) {
            return None;
        }
        // Metres from the middle; a degree of longitude is shorter the further north.
        let (lon, lat) = (f64::midpoint(west, east), f64::midpoint(south, north));
        let squeeze = lat.to_radians().cos();
        let (width, height) = ((east - west) * DEGREE * squeeze, (north - south) * DEGREE);
        // Plots of a few metres are not blown up to fill the picture.
        let per_metre = ((WIDE - 2.0 * EDGE) / width.max(60.0)).min((HIGH - 2.0 * EDGE) / height.max(40.0));
        let draw =
            |(x, y): (f64, f64)| (WIDE / 2.0 + (x - lon) * DEGREE * squeeze * per_metre, HIGH / 2.0 - (y - lat) * DEGREE * per_metre);
        let shapes = ground.into_iter().enumerate().map(|(i, g)| shape(i + 1, g, &draw)).collect();
        let metres = round_below(WIDE / 4.0 / per_metre);
        let scale = if metres >= 1000 { format!("{} km", metres / 1000) } else { format!("{metres} m") };
        #[expect(clippy::cast_precision_loss, reason = "a scale bar of some hundred metres")]
        let bar = whole(metres as f64 * per_metre);
        Some(Self { said: said.to_owned(), shapes, bar, scale })
    }
}

fn shape(no: usize, ground: Ground, draw: &impl Fn((f64, f64)) -> (f64, f64)) -> Shape {
    let (mut path, mut sum, mut count) = (String::new(), (0.0, 0.0), 0.0);
    for ring in &ground.rings {
        let step = ring.len().div_ceil(MOST_CORNERS).max(1);
        for (i, corner) in ring.iter().step_by(step).enumerate() {
            let (x, y) = draw(*corner);
            sum = (sum.0 + x, sum.1 + y);
            count += 1.0;
            // Writing to a String can't fail.
            let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" });
        }
        path.push('Z');
    }
    let middle = |sum: f64| whole(sum / f64::max(count, 1.0));
    Shape { path, no, x: middle(sum.0), y: middle(sum.1), name: ground.name, chosen: ground.chosen }
}

#[expect(clippy::cast_possible_truncation, reason = "pixels of a picture, within some thousands")]
fn whole(pixels: f64) -> i64 {
    pixels.clamp(-10_000.0, 10_000.0).round() as i64
}

/// The largest of 1, 2, 5, 10, 20 … not above a length.
fn round_below(metres: f64) -> i64 {
    let mut best = 1;
    let mut step = 1_i64;
    while step <= 1_000_000 {
        for factor in [1, 2, 5] {
            #[expect(clippy::cast_precision_loss, reason = "at most five million")]
            if (step * factor) as f64 <= metres {
                best = step * factor;
            }
        }
        step *= 10;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn square(lon: f64, lat: f64, degrees: f64) -> Ground {
        let ring = vec![(lon, lat), (lon + degrees, lat), (lon + degrees, lat + degrees), (lon, lat + degrees), (lon, lat)];
        Ground { name: "村东".to_owned(), rings: vec![ring], chosen: false }
    }

    #[test]
    fn everything_lies_inside_the_picture_north_up() {
        let map = Map::of(vec![square(114.51, 38.04, 0.002), square(114.52, 38.05, 0.001)], "").unwrap();
        let (one, two) = (&map.shapes[0], &map.shapes[1]);
        assert!(two.x > one.x && two.y < one.y, "north-east lies right and above: {map:?}");
        for shape in &map.shapes {
            for figure in shape.path.replace(['M', 'L', 'Z'], " ").split_whitespace().map(|f| f.parse::<f64>().unwrap()) {
                assert!((0.0..=WIDE).contains(&figure), "{map:?}");
            }
        }
        assert!((1..=150).contains(&map.bar) && map.scale.ends_with('m'), "{map:?}");
        assert_eq!(Map::of(Vec::new(), ""), None);
    }

    #[test]
    fn rings_are_found_however_deep() {
        let ring = json!([[114.0, 38.0], [114.1, 38.0], [114.1, 38.1], [114.0, 38.0]]);
        assert_eq!(rings_of(&json!({ "type": "Polygon", "coordinates": [ring] })).len(), 1);
        assert_eq!(rings_of(&json!({ "type": "MultiPolygon", "coordinates": [[ring], [ring, ring]] })).len(), 3);
        assert_eq!(rings_of(&json!({ "type": "Point", "coordinates": [114.0, 38.0] })).len(), 0);
    }

    #[test]
    fn a_scale_bar_is_a_round_length() {
        assert_eq!([round_below(0.3), round_below(7.0), round_below(99.0), round_below(2_400.0)], [1, 5, 50, 2_000]);
    }
}
