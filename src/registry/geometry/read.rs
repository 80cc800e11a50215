//! Reads GeoJSON with people's mistakes in mind: each has its own refusal that says what is wrong, where, and what would be right.

use geo::orient::Direction;
use geo::{BooleanOps, Coord, LineString, MultiPolygon, Orient, Polygon, RemoveRepeatedPoints, Validation};
use geojson::{Geometry, GeometryValue, Position as RawPosition};
use serde::Deserialize;
use serde_json::Value;

use super::{Position, area, crossing};
use crate::kernel::FieldProblem;

/// The longest text read, in bytes.
pub const MOST_BYTES: usize = 256 * 1024;
/// The most points, all rings together, the closing ones counted.
pub const MOST_POINTS: usize = 5000;
/// The most rings, outer and holes together.
pub const MOST_RINGS: usize = 100;
/// The geometry types of RFC 7946, 1.4.
const GEOMETRIES: [&str; 7] = ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"];

/// What is wrong with a boundary. Rings count from 1 over all parts.
#[derive(Debug, Clone, PartialEq)]
pub enum GeometryProblem {
    /// More than [`MOST_BYTES`].
    TooLarge(usize),
    /// More than [`MOST_POINTS`].
    TooManyPoints(usize),
    /// More than [`MOST_RINGS`].
    TooManyRings(usize),
    /// Not JSON, or JSON that is no GeoJSON; with the parser's own words, cut short.
    NotGeoJson(String),
    /// GeoJSON of another type.
    Type(String),
    /// A collection with none or several features.
    Features(usize),
    /// A declared coordinate system other than WGS-84.
    Crs(String),
    /// Figures that are no degrees: metres of a projection.
    Projected(Position),
    /// Latitude first; with the place as given.
    Swapped(Position),
    /// Outside China either way.
    OutsideChina(Position),
    /// A ring whose last point is not its first.
    NotClosed(usize),
    /// A ring of fewer than three corners.
    TooFewPoints(usize),
    /// A ring that crosses or touches itself, and where.
    SelfCrossing(usize, Position),
    /// A hole that is not inside its outer ring, or touches another along a line.
    Hole,
    /// Two parts that overlap.
    PartsOverlap,
    /// Less than one square metre.
    ZeroArea,
}

impl GeometryProblem {
    /// Stable code; its words are `refusal.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "geometry_too_large",
            Self::TooManyPoints(_) => "geometry_too_many_points",
            Self::TooManyRings(_) => "geometry_too_many_rings",
            Self::NotGeoJson(_) => "geometry_not_geojson",
            Self::Type(_) => "geometry_type",
            Self::Features(_) => "geometry_features",
            Self::Crs(_) => "geometry_crs",
            Self::Projected(_) => "geometry_projected",
            Self::Swapped(_) => "geometry_swapped",
            Self::OutsideChina(_) => "geometry_outside_china",
            Self::NotClosed(_) => "geometry_not_closed",
            Self::TooFewPoints(_) => "geometry_too_few_points",
            Self::SelfCrossing(..) => "geometry_self_crossing",
            Self::Hole => "geometry_hole",
            Self::PartsOverlap => "geometry_parts_overlap",
            Self::ZeroArea => "geometry_zero_area",
        }
    }
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        let params = match self {
            Self::TooLarge(bytes) => vec![("bytes", bytes.to_string()), ("most", MOST_BYTES.to_string())],
            Self::TooManyPoints(points) => vec![("points", points.to_string()), ("most", MOST_POINTS.to_string())],
            Self::TooManyRings(rings) => vec![("rings", rings.to_string()), ("most", MOST_RINGS.to_string())],
            Self::NotGeoJson(reason) => vec![("reason", reason.clone())],
            Self::Type(found) => vec![("found", found.clone())],
            Self::Features(count) => vec![("count", count.to_string())],
            Self::Crs(name) => vec![("crs", name.clone())],
            Self::Projected(place) | Self::OutsideChina(place) => vec![("position", place.for_people())],
            Self::Swapped(place) => {
                let right = Position { lon: place.lat, lat: place.lon };
                vec![("position", place.for_people()), ("right", right.for_people())]
            }
            Self::NotClosed(ring) | Self::TooFewPoints(ring) => vec![("ring", ring.to_string())],
            Self::SelfCrossing(ring, place) => vec![("ring", ring.to_string()), ("position", place.for_people())],
            Self::Hole | Self::PartsOverlap | Self::ZeroArea => Vec::new(),
        };
        FieldProblem { pointer: pointer.into(), code: self.code(), params }
    }
}

/// The whole reading, in the order in which mistakes are told.
pub(super) fn boundary(text: &str) -> Result<MultiPolygon<f64>, GeometryProblem> {
    if text.len() > MOST_BYTES {
        return Err(GeometryProblem::TooLarge(text.len()));
    }
    let text = text.trim_start_matches('\u{feff}');
    let json: Value = serde_json::from_str(text).map_err(|e| GeometryProblem::NotGeoJson(short(&e.to_string())))?;
    let geometry = lone_geometry(&json)?;
    let rings_of_parts = match geometry {
        GeometryValue::Polygon { coordinates } => vec![coordinates],
        GeometryValue::MultiPolygon { coordinates } => coordinates,
        other => return Err(GeometryProblem::Type(other.type_name().to_owned())),
    };
    check_counts(&rings_of_parts)?;
    let places: Vec<Position> = rings_of_parts.iter().flatten().flatten().filter_map(place).collect();
    check_places(&places)?;
    let mut ring_no = 0;
    let mut parts = Vec::new();
    for rings in &rings_of_parts {
        let mut read = Vec::new();
        for ring in rings {
            ring_no += 1;
            read.push(simple_ring(ring, ring_no)?);
        }
        if read.is_empty() {
            return Err(GeometryProblem::TooFewPoints(ring_no + 1));
        }
        let outer = read.remove(0);
        let part = Polygon::new(outer, read);
        if !part.interiors().is_empty() && !part.is_valid() {
            return Err(GeometryProblem::Hole);
        }
        parts.push(part.orient(Direction::Default));
    }
    for (i, part) in parts.iter().enumerate() {
        if parts[i + 1..].iter().any(|other| area(&part.intersection(other)) > 1.0) {
            return Err(GeometryProblem::PartsOverlap);
        }
    }
    let whole = MultiPolygon::new(parts);
    if area(&whole) < 1.0 { Err(GeometryProblem::ZeroArea) } else { Ok(whole) }
}

/// The one geometry in it, every declared coordinate system on the way having been WGS-84.
fn lone_geometry(json: &Value) -> Result<GeometryValue, GeometryProblem> {
    check_crs(json)?;
    let kind = json.get("type").and_then(Value::as_str);
    match kind {
        Some("FeatureCollection") => {
            let features = json.get("features").and_then(Value::as_array);
            match features.map_or(&[][..], Vec::as_slice) {
                [one] if one.get("type").and_then(Value::as_str) == Some("Feature") => lone_geometry(one),
                many => Err(GeometryProblem::Features(many.len())),
            }
        }
        Some("Feature") => match json.get("geometry") {
            Some(geometry @ Value::Object(_)) if geometry.get("type").and_then(Value::as_str).is_none_or(|t| !t.starts_with("Feature")) => {
                lone_geometry(geometry)
            }
            _ => Err(GeometryProblem::Type("Feature".to_owned())),
        },
        Some(kind) if !GEOMETRIES.contains(&kind) => Err(GeometryProblem::Type(short(kind))),
        Some(_) => match Geometry::deserialize(json) {
            Ok(geometry) => Ok(geometry.value),
            Err(error) => Err(GeometryProblem::NotGeoJson(short(&error.to_string()))),
        },
        None => Err(GeometryProblem::NotGeoJson("no \"type\"".to_owned())),
    }
}

/// The `crs` member of the 2008 format: only names of WGS-84 pass. RFC 7946 has none and means WGS-84.
fn check_crs(json: &Value) -> Result<(), GeometryProblem> {
    let crs = match json.get("crs") {
        None | Some(Value::Null) => return Ok(()),
        Some(crs) => crs,
    };
    let name = crs.as_str().or_else(|| crs.pointer("/properties/name").and_then(Value::as_str));
    let Some(name) = name else { return Err(GeometryProblem::Crs(short(&crs.to_string()))) };
    let plain: String = name.to_uppercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
    if plain == "WGS84" || plain.ends_with("CRS84") || plain.ends_with(":4326") || plain.ends_with("/4326") {
        Ok(())
    } else {
        Err(GeometryProblem::Crs(short(name)))
    }
}

fn check_counts(parts: &[Vec<Vec<RawPosition>>]) -> Result<(), GeometryProblem> {
    let rings = parts.iter().map(Vec::len).sum();
    let points = parts.iter().flatten().map(Vec::len).sum();
    if rings == 0 || points == 0 {
        Err(GeometryProblem::TooFewPoints(1))
    } else if points > MOST_POINTS {
        Err(GeometryProblem::TooManyPoints(points))
    } else if rings > MOST_RINGS {
        Err(GeometryProblem::TooManyRings(rings))
    } else {
        Ok(())
    }
}

/// All in China; if not, why: changed over, metres, or elsewhere.
fn check_places(places: &[Position]) -> Result<(), GeometryProblem> {
    let Some(&stray) = places.iter().find(|p| !p.is_in_china()) else { return Ok(()) };
    if places.iter().all(|p| p.is_in_china_if_swapped()) {
        return Err(GeometryProblem::Swapped(stray));
    }
    match places.iter().find(|p| !p.is_degrees()) {
        Some(&metres) => Err(GeometryProblem::Projected(metres)),
        None => Err(GeometryProblem::OutsideChina(stray)),
    }
}

/// A closed ring without repeated points that does not meet itself.
fn simple_ring(ring: &[RawPosition], ring_no: usize) -> Result<LineString<f64>, GeometryProblem> {
    let coords: Vec<Coord<f64>> = ring.iter().filter_map(place).map(|p| Coord { x: p.lon, y: p.lat }).collect();
    if coords.len() > 1 && coords.first() != coords.last() {
        return Err(GeometryProblem::NotClosed(ring_no));
    }
    let line = LineString::new(coords).remove_repeated_points();
    if line.0.len() < 4 {
        return Err(GeometryProblem::TooFewPoints(ring_no));
    }
    if is_flat(&line.0) {
        return Err(GeometryProblem::ZeroArea);
    }
    match crossing::self_crossing(&line) {
        Some(at) => Err(GeometryProblem::SelfCrossing(ring_no, Position { lon: at.x, lat: at.y })),
        None => Ok(line),
    }
}

/// Do all points lie on one line, to within a centimetre or so? Such a ring also runs back over itself, but that is not its mistake.
fn is_flat(coords: &[Coord<f64>]) -> bool {
    let Some(first) = coords.first() else { return true };
    let far = coords.iter().max_by(|a, b| distance(**a, *first).total_cmp(&distance(**b, *first))).copied().unwrap_or(*first);
    let length = distance(far, *first);
    length == 0.0
        || coords.iter().all(|c| {
            let cross = (far.x - first.x) * (c.y - first.y) - (far.y - first.y) * (c.x - first.x);
            cross.abs() / length < 1.5e-7
        })
}

fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Longitude and latitude to seven decimals; a height after them is dropped.
fn place(raw: &RawPosition) -> Option<Position> {
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    match raw.as_slice() {
        [lon, lat, ..] => Some(Position { lon: round(*lon), lat: round(*lat) }),
        _ => None,
    }
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
