//! Boundaries on the ground: polygons in WGS-84 degrees, longitude first (RFC 7946), measured on the ellipsoid.
//!
//! A [`Boundary`] has been read by [`Boundary::parse`] and is therefore closed, simple, inside China and of some area.
//! Chinese maps are mostly drawn in GCJ-02, some 530 m off at Shijiazhuang: that can't be seen in the figures, so whoever
//! imports must say which system the figures are in; what declares another system, or is in metres, is refused.
//! Areas are m²; overlap and share are computed in degrees and measured on the ellipsoid, good to well under a square metre for plots.

mod crossing;
mod datum;
mod dms;
mod read;
mod sketch;

use geo::{BooleanOps, BoundingRect, Centroid, GeodesicArea, Intersects, LineString, MultiPolygon, Polygon};
use geojson::{Geometry, GeometryValue};

pub use datum::Datum;
pub use dms::{Axis, Dms, DmsProblem, parse_dms};
pub use read::{GeometryProblem, MOST_BYTES, MOST_POINTS, MOST_RINGS};
pub use sketch::{SketchProblem, read_kml, read_points};

/// A place in WGS-84 degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Longitude, east positive.
    pub lon: f64,
    /// Latitude, north positive.
    pub lat: f64,
}

impl Position {
    /// Is it inside the box around China's land and sea (73.4–135.1° E, 3.8–53.6° N)?
    pub fn is_in_china(self) -> bool {
        (73.4..=135.1).contains(&self.lon) && (3.8..=53.6).contains(&self.lat)
    }
    /// Would it be, with longitude and latitude changed over?
    pub fn is_in_china_if_swapped(self) -> bool {
        Self { lon: self.lat, lat: self.lon }.is_in_china()
    }
    /// Do the figures look like degrees at all? Projected coordinates in metres do not.
    pub fn is_degrees(self) -> bool {
        self.lon.abs() <= 180.0 && self.lat.abs() <= 90.0
    }
    /// Degrees with six decimals, `114.780000, 38.030000` (longitude first).
    pub fn for_people(self) -> String {
        format!("{:.6}, {:.6}", self.lon, self.lat)
    }
}

/// One or more areas, each with possible holes, valid and wound as RFC 7946 asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary(MultiPolygon<f64>);

impl Boundary {
    /// Reads a GeoJSON `Polygon` or `MultiPolygon`, bare, as a feature, or as a collection with one feature.
    /// Coordinates are kept to seven decimals (about a centimetre); heights are dropped.
    ///
    /// # Errors
    /// The first mistake found, with where it is: see [`GeometryProblem`].
    pub fn parse(text: &str) -> Result<Self, GeometryProblem> {
        read::boundary(text).map(Self)
    }
    /// As GeoJSON, a `Polygon` if it is one part, otherwise a `MultiPolygon`.
    pub fn to_geojson(&self) -> String {
        let ring = |ring: &LineString<f64>| ring.coords().map(|c| [c.x, c.y]).collect::<Vec<_>>();
        let rings = |part: &Polygon<f64>| std::iter::once(part.exterior()).chain(part.interiors()).map(ring).collect::<Vec<_>>();
        let value = match &self.0.0[..] {
            [one] => GeometryValue::new_polygon(rings(one)),
            parts => GeometryValue::new_multi_polygon(parts.iter().map(rings)),
        };
        Geometry::new(value).to_string()
    }
    /// Its area in whole square metres, on the ellipsoid.
    pub fn area_m2(&self) -> i64 {
        whole(area(&self.0))
    }
    /// How many square metres it shares with another.
    pub fn overlap_m2(&self, other: &Self) -> i64 {
        whole(self.shared(other))
    }
    /// The share of it that lies in `area`, 0.0–1.0.
    pub fn share_in(&self, area: &Self) -> f64 {
        let whole = self::area(&self.0);
        if whole > 0.0 { (self.shared(area) / whole).clamp(0.0, 1.0) } else { 0.0 }
    }
    /// Is the place inside it or on its edge?
    pub fn contains(&self, place: Position) -> bool {
        self.0.intersects(&geo::Point::new(place.lon, place.lat))
    }
    /// Its centre of gravity; may lie outside a bent plot.
    pub fn centre(&self) -> Option<Position> {
        self.0.centroid().map(|p| Position { lon: p.x(), lat: p.y() })
    }
    /// South-west and north-east corners of the box around it.
    pub fn corners(&self) -> Option<[Position; 2]> {
        let rect = self.0.bounding_rect()?;
        Some([rect.min(), rect.max()].map(|c| Position { lon: c.x, lat: c.y }))
    }
    /// How many parts it has.
    pub fn parts(&self) -> usize {
        self.0.0.len()
    }
    /// Square metres shared, not rounded.
    fn shared(&self, other: &Self) -> f64 {
        match (self.0.bounding_rect(), other.0.bounding_rect()) {
            (Some(a), Some(b)) if a.intersects(&b) => area(&self.0.intersection(&other.0)),
            _ => 0.0,
        }
    }
}

/// Square metres on the ellipsoid, whichever way the rings are wound.
fn area(parts: &MultiPolygon<f64>) -> f64 {
    parts.iter().map(|part| part.geodesic_area_signed().abs()).sum()
}

/// Rounded to whole square metres.
#[expect(clippy::cast_possible_truncation, reason = "no area on earth is beyond 5.2e14 square metres")]
fn whole(m2: f64) -> i64 {
    m2.round() as i64
}

/// The overlap two plots may have: 5 % of the smaller, and never less than 20 m² (hand-held positioning is no better).
pub fn overlap_allowance_m2(area_m2: i64, other_m2: i64) -> i64 {
    (area_m2.min(other_m2).max(0) / 20).max(20)
}

/// Do two plots overlap by more than may be put down to measuring?
pub fn is_overlap_refused(overlap_m2: i64, area_m2: i64, other_m2: i64) -> bool {
    overlap_m2 > overlap_allowance_m2(area_m2, other_m2)
}

#[cfg(test)]
mod tests;
