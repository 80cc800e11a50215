//! Where a ring crosses or touches itself. Segments are swept by longitude, so that an honest ring of thousands of points is quick.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Line, LineString};

/// The first place found where the closed ring meets itself other than at neighbouring corners.
/// Repeated neighbouring points must be gone already.
pub(super) fn self_crossing(ring: &LineString<f64>) -> Option<Coord<f64>> {
    let lines: Vec<Line<f64>> = ring.lines().collect();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let west = |i: usize| lines[i].start.x.min(lines[i].end.x);
    let east = |i: usize| lines[i].start.x.max(lines[i].end.x);
    order.sort_by(|&a, &b| west(a).total_cmp(&west(b)));
    let mut open: Vec<usize> = Vec::new();
    for &i in &order {
        open.retain(|&j| east(j) >= west(i));
        for &j in &open {
            let (first, second) = (i.min(j), i.max(j));
            let meets = line_intersection(lines[first], lines[second]);
            let corner = if second == first + 1 {
                Some(lines[first].end)
            } else if first == 0 && second == lines.len() - 1 {
                Some(lines[first].start)
            } else {
                None
            };
            match meets {
                None => {}
                // Neighbours share their corner and nothing else.
                Some(LineIntersection::SinglePoint { intersection, .. }) if corner == Some(intersection) => {}
                Some(LineIntersection::SinglePoint { intersection, .. }) => return Some(intersection),
                Some(LineIntersection::Collinear { intersection }) if intersection.start == intersection.end && corner.is_some() => {}
                Some(LineIntersection::Collinear { intersection }) => return Some(intersection.start),
            }
        }
        open.push(i);
    }
    None
}
