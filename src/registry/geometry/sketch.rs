//! Boundaries as people bring them: KML of a phone or a map program, and corners typed one a line. Both become GeoJSON, which
//! [`Boundary::parse`](super::Boundary::parse) then judges like any other.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use super::{Axis, MOST_BYTES, MOST_POINTS, Position, parse_dms};
use crate::kernel::{FieldProblem, text};

/// How deep KML may nest.
const DEEPEST: usize = 64;

/// What is wrong with a sketch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SketchProblem {
    /// More than [`MOST_BYTES`].
    TooLarge(usize),
    /// No XML, or not closed where it should be.
    Unreadable,
    /// It declares a document type; nothing of ours needs one, and one can make a small file endless.
    DocType,
    /// No area in it: a point or a track.
    NoArea,
    /// Several areas.
    Areas(usize),
    /// A line that is no position, by its number.
    Line(usize, String),
    /// More corners than are read.
    TooManyPoints(usize),
}

impl SketchProblem {
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        let (code, params) = match self {
            Self::TooLarge(bytes) => ("geometry_too_large", vec![("bytes", bytes.to_string()), ("most", MOST_BYTES.to_string())]),
            Self::Unreadable => ("kml_unreadable", Vec::new()),
            Self::DocType => ("kml_doctype", Vec::new()),
            Self::NoArea => ("kml_no_area", Vec::new()),
            Self::Areas(count) => ("geometry_features", vec![("count", count.to_string())]),
            Self::Line(line, value) => ("point_unreadable", vec![("line", line.to_string()), ("value", value.clone())]),
            Self::TooManyPoints(points) => {
                ("geometry_too_many_points", vec![("points", points.to_string()), ("most", MOST_POINTS.to_string())])
            }
        };
        FieldProblem { pointer: pointer.into(), code, params }
    }
}

type Ring = Vec<[f64; 2]>;

/// Reads the one area of a KML file as a GeoJSON geometry, figures as they are.
///
/// # Errors
/// See [`SketchProblem`].
pub fn read_kml(written: &str) -> Result<Value, SketchProblem> {
    if written.len() > MOST_BYTES {
        return Err(SketchProblem::TooLarge(written.len()));
    }
    let mut reader = Reader::from_str(written.trim_start_matches('\u{feff}').trim_start());
    let (mut depth, mut placemarks_with_area, mut is_open) = (0_usize, 0_usize, false);
    let (mut polygons, mut rings, mut figures): (Vec<Vec<Ring>>, Vec<Ring>, Option<String>) = (Vec::new(), Vec::new(), None);
    let mut points = 0;
    loop {
        match reader.read_event().map_err(|_| SketchProblem::Unreadable)? {
            Event::DocType(_) => return Err(SketchProblem::DocType),
            Event::Eof if depth == 0 => break,
            Event::Eof => return Err(SketchProblem::Unreadable),
            Event::Start(tag) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(SketchProblem::Unreadable);
                }
                match tag.local_name().as_ref() {
                    "Placemark" => is_open = true,
                    "Polygon" => rings.clear(),
                    "coordinates" => figures = Some(String::new()),
                    _ => {}
                }
            }
            Event::Text(said) => {
                if let Some(figures) = &mut figures {
                    figures.push_str(&said);
                }
            }
            Event::End(tag) => {
                depth = depth.checked_sub(1).ok_or(SketchProblem::Unreadable)?;
                match tag.local_name().as_ref() {
                    "coordinates" => {
                        let ring = ring(&figures.take().unwrap_or_default())?;
                        points += ring.len();
                        if points > MOST_POINTS {
                            return Err(SketchProblem::TooManyPoints(points));
                        }
                        rings.push(ring);
                    }
                    "Polygon" if !rings.is_empty() => {
                        if is_open {
                            (placemarks_with_area, is_open) = (placemarks_with_area + 1, false);
                        }
                        polygons.push(std::mem::take(&mut rings));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    match polygons.as_slice() {
        [] => Err(SketchProblem::NoArea),
        _ if placemarks_with_area > 1 => Err(SketchProblem::Areas(placemarks_with_area)),
        [one] => Ok(json!({ "type": "Polygon", "coordinates": one })),
        several => Ok(json!({ "type": "MultiPolygon", "coordinates": several })),
    }
}

/// `lon,lat[,height]` parted by blanks.
fn ring(figures: &str) -> Result<Ring, SketchProblem> {
    let mut ring = Vec::new();
    for (no, tuple) in figures.split_whitespace().enumerate() {
        let unfit = || SketchProblem::Line(no + 1, tuple.chars().take(40).collect());
        let mut parts = tuple.split(',').map(|part| part.parse::<f64>().ok().filter(|figure| figure.is_finite()));
        let (Some(Some(lon)), Some(Some(lat))) = (parts.next(), parts.next()) else { return Err(unfit()) };
        ring.push([lon, lat]);
    }
    Ok(ring)
}

/// Reads corners typed one a line, `114.78, 38.03` or `东经114°46′48″ 北纬38°01′48″`, in either order; the ring is closed.
///
/// # Errors
/// The first line that is no position.
pub fn read_points(written: &str) -> Result<Value, SketchProblem> {
    if written.len() > MOST_BYTES {
        return Err(SketchProblem::TooLarge(written.len()));
    }
    let mut ring: Ring = Vec::new();
    for (no, line) in written.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = position(line).ok_or_else(|| SketchProblem::Line(no + 1, line.trim().chars().take(40).collect()))?;
        ring.push([place.lon, place.lat]);
        if ring.len() > MOST_POINTS {
            return Err(SketchProblem::TooManyPoints(ring.len()));
        }
    }
    if ring.first() != ring.last() || ring.len() == 1 {
        ring.extend(ring.first().copied());
    }
    Ok(json!({ "type": "Polygon", "coordinates": [ring] }))
}

/// Two angles of one line. Whichever is a longitude by its letter, or else by its size, is the longitude.
fn position(line: &str) -> Option<Position> {
    let plain: String = text::clean(line).chars().map(text::narrow).collect();
    let halves = plain.split_once([',', '，', ';', '；', '、', '\t']).or_else(|| {
        // 东经… 北纬… stand side by side without a comma; so do two plain figures.
        let at = plain.char_indices().skip(1).find(|(_, c)| matches!(c, '东' | '北' | 'E' | 'N'))?;
        if matches!(at.1, 'E' | 'N') { Some(plain.split_at(at.0 + 1)) } else { Some(plain.split_at(at.0)) }
    });
    let (one, other) = halves.or_else(|| plain.split_once(' '))?;
    let (one, other) = (parse_dms(one.trim()).ok()?, parse_dms(other.trim()).ok()?);
    let first_is_lon = match (one.axis, other.axis) {
        (Some(Axis::Longitude), Some(Axis::Latitude) | None) | (None, Some(Axis::Latitude)) => true,
        (Some(Axis::Latitude), Some(Axis::Longitude) | None) | (None, Some(Axis::Longitude)) => false,
        (None, None) => one.degrees.abs() >= other.degrees.abs(),
        _ => return None,
    };
    let (lon, lat) = if first_is_lon { (one.degrees, other.degrees) } else { (other.degrees, one.degrees) };
    Some(Position { lon, lat })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::geometry::Boundary;

    const KML: &str = r#"<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>村东 &amp; 三号</name>
        <Polygon><outerBoundaryIs><LinearRing><coordinates>114.51,38.04,60 114.512,38.04,60 114.512,38.042 114.51,38.042 114.51,38.04</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"#;

    #[test]
    fn the_area_of_a_kml_file_is_read() {
        let boundary = Boundary::parse(&read_kml(KML).unwrap().to_string()).unwrap();
        assert!((38_000..40_000).contains(&boundary.area_m2()), "{}", boundary.area_m2());
    }

    #[test]
    fn what_is_no_plain_area_is_refused() {
        let doctype = KML.replacen("<kml", "<!DOCTYPE kml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><kml", 1);
        assert_eq!(read_kml(&doctype), Err(SketchProblem::DocType));
        assert_eq!(
            read_kml("<kml><Placemark><Point><coordinates>114,38</coordinates></Point></Placemark></kml>"),
            Err(SketchProblem::NoArea)
        );
        let two =
            KML.replace("</Document>", &format!("{}</Document>", &KML[KML.find("<Placemark").unwrap()..KML.find("</Document").unwrap()]));
        assert_eq!(read_kml(&two), Err(SketchProblem::Areas(2)));
        for broken in ["<kml", "<kml><Polygon></kml>", "<kml>", "plain words", &"<a>".repeat(100)] {
            assert!(matches!(read_kml(broken), Err(SketchProblem::Unreadable | SketchProblem::NoArea)), "{broken}");
        }
        assert!(matches!(read_kml(&KML.replace("38.04,60 114.512", "x 114.512")), Err(SketchProblem::Line(..))));
        assert!(matches!(read_kml(&" ".repeat(MOST_BYTES + 1)), Err(SketchProblem::TooLarge(_))));
    }

    #[test]
    fn corners_are_read_in_any_order_and_closed() {
        let right = json!({ "type": "Polygon", "coordinates": [[[114.5, 38.0], [114.6, 38.0], [114.6, 38.1], [114.5, 38.0]]] });
        for typed in [
            "114.5, 38.0\n114.6,38.0\n\n114.6 38.1",
            "38.0，114.5\n38.0、114.6\n３８.１，１１４.６\n38.0,114.5",
            "东经114°30′00″ 北纬38°00′00″\n北纬38°00′00″东经114°36′00″\n114°36′00″E, 38°06′00″N",
        ] {
            assert_eq!(read_points(typed).unwrap(), right, "{typed}");
        }
        assert_eq!(read_points("114.5,38\n村东头"), Err(SketchProblem::Line(2, "村东头".to_owned())));
    }
}
