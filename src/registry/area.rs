//! Where a product may come from: a dated list of places as the announcement named them, plus an optional boundary.
//!
//! A county in the list is not enough to be inside, nor is a township outside it excused by its county. Names are those of the day
//! of the list: a township renamed or re-drawn since is a matter for an officer, not for a guess. Every answer says by what it was
//! found ([`AreaGrade`]), because a polygon measured is worth more than a village declared.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::division::{DivisionCode, Divisions, Level};

/// By what a plot was found to lie in the area, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaGrade {
    /// The plot's polygon lies in the area's.
    Polygon,
    /// Its township is in the list as a whole.
    Township,
    /// The village (or zone) declared for it is in the list.
    VillageDeclared,
    /// Nothing decides it: no list, or the list names what today's divisions don't.
    Unknown,
}

impl AreaGrade {
    /// Every grade, best first.
    pub const ALL: [Self; 4] = [Self::Polygon, Self::Township, Self::VillageDeclared, Self::Unknown];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Polygon => "polygon",
            Self::Township => "township",
            Self::VillageDeclared => "village_declared",
            Self::Unknown => "unknown",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.word() == word)
    }
    /// Does it rest on somebody's word, so that a visit should confirm it?
    pub fn needs_visit(self) -> bool {
        matches!(self, Self::VillageDeclared | Self::Unknown)
    }
}

/// What a line of an area's list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A whole county.
    County,
    /// A whole township.
    Township,
    /// One village.
    Village,
    /// A zone that is no administrative division, such as 循环经济园区.
    Zone,
    /// A box of longitudes and latitudes as published; its coordinate system is not named, so it decides nothing.
    Extent,
    /// A remark on the list, such as the number of villages.
    Note,
}

impl PlaceKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::County, Self::Township, Self::Village, Self::Zone, Self::Extent, Self::Note];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Zone => "zone",
            Self::Extent => "extent",
            Self::Note => "note",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
    /// Does it name ground, as against a remark?
    pub fn is_ground(self) -> bool {
        !matches!(self, Self::Extent | Self::Note)
    }
}

/// One line of an area's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it names.
    pub kind: PlaceKind,
    /// The name as in the announcement.
    pub name: String,
    /// The division it is: the county, the township, or the village's township. `None` where no one division has the name.
    pub code: Option<DivisionCode>,
    /// A division of today that may be it (renamed, changed in kind or moved): to be verified.
    pub candidate: Option<DivisionCode>,
}

/// What the list says of a place declared for a plot or a facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaAnswer {
    /// Inside, and by what it was found.
    Inside(AreaGrade),
    /// Not in the list.
    Outside,
    /// The list can't tell: an officer decides (grade unknown).
    Undecided(Undecided),
}

/// Why the list can't tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// The area has no list.
    NoList,
    /// Nothing smaller than a county (or, where villages count, a township) was declared.
    TooCoarse,
    /// The township may be one the list names by an older name.
    Renamed,
    /// The county was shared out or merged since.
    Redrawn,
    /// The list has names that today's divisions don't, and none of them could be ruled out.
    UnmatchedNames,
}

impl AreaAnswer {
    /// The grade to record; `None` if outside.
    pub fn grade(self) -> Option<AreaGrade> {
        match self {
            Self::Inside(grade) => Some(grade),
            Self::Outside => None,
            Self::Undecided(_) => Some(AreaGrade::Unknown),
        }
    }
}

/// Asks the list about a place: the division declared, as fine as it is known, and the village or zone by name.
pub fn check_place(list: &[Place], declared: &DivisionCode, village: Option<&str>, divisions: &Divisions) -> AreaAnswer {
    let ground: Vec<&Place> = list.iter().filter(|p| p.kind.is_ground()).collect();
    if ground.is_empty() {
        return AreaAnswer::Undecided(Undecided::NoList);
    }
    let county = declared.county();
    let township = (declared.level() >= Level::Township).then(|| declared.as_str().get(..9).and_then(DivisionCode::parse)).flatten();
    let is_here = |code: &Option<DivisionCode>| code.is_some() && *code == township;
    // A zone has no code: its name counts only in a county the list names places of.
    let counties: Vec<DivisionCode> = ground.iter().filter_map(|p| p.code.as_ref().or(p.candidate.as_ref())?.county()).collect();
    let in_a_county_of_the_list = county.as_ref().is_some_and(|county| counties.contains(county));
    let mut doubt = None;
    for place in &ground {
        let same_name = village.is_some_and(|v| same_village(v, &place.name));
        match place.kind {
            PlaceKind::County => {
                let Some(code) = &place.code else { continue };
                if county.is_some() && divisions.lies_in(declared, code) {
                    if divisions.is_exact(code) || declared.county().as_ref() == Some(code) {
                        return AreaAnswer::Inside(AreaGrade::Township);
                    }
                    doubt = doubt.or(Some(Undecided::Redrawn));
                }
            }
            PlaceKind::Township if is_here(&place.code) => return AreaAnswer::Inside(AreaGrade::Township),
            PlaceKind::Village if is_here(&place.code) && same_name => return AreaAnswer::Inside(AreaGrade::VillageDeclared),
            PlaceKind::Village if is_here(&place.code) && village.is_none() => doubt = doubt.or(Some(Undecided::TooCoarse)),
            PlaceKind::Zone if (same_name && in_a_county_of_the_list) || is_here(&place.code) => {
                return AreaAnswer::Inside(AreaGrade::VillageDeclared);
            }
            PlaceKind::Township if is_here(&place.candidate) => doubt = doubt.or(Some(Undecided::Renamed)),
            PlaceKind::Village if is_here(&place.candidate) && village.is_none_or(|_| same_name) => {
                doubt = doubt.or(Some(Undecided::Renamed))
            }
            _ => {}
        }
    }
    doubt.map_or_else(|| without_match(&ground, declared, township.is_some(), divisions), AreaAnswer::Undecided)
}

/// Nothing in the list fits: outside, unless what was declared is too coarse to say, or can't be looked up today.
fn without_match(ground: &[&Place], declared: &DivisionCode, has_township: bool, divisions: &Divisions) -> AreaAnswer {
    let touches = ground.iter().filter_map(|p| p.code.as_ref().or(p.candidate.as_ref())).any(|code| declared.contains(code));
    if !has_township && touches {
        return AreaAnswer::Undecided(Undecided::TooCoarse);
    }
    // A township that today's list knows by another name than the announcement's is outside; one it doesn't know may be an old one.
    let is_known = divisions.get(&declared.as_str().get(..9).and_then(DivisionCode::parse).unwrap_or_else(|| declared.clone())).is_some();
    let has_unmatched = ground.iter().any(|p| p.kind == PlaceKind::Township && p.code.is_none() && p.candidate.is_none());
    let same_county = ground.iter().filter_map(|p| p.code.as_ref()?.county()).any(|c| declared.county().as_ref() == Some(&c));
    if has_unmatched && same_county && !is_known {
        return AreaAnswer::Undecided(Undecided::UnmatchedNames);
    }
    AreaAnswer::Outside
}

/// `唐家寨` and `唐家寨村` are one village; anything else must be the same.
fn same_village(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        let name = crate::kernel::text::clean(name);
        let bare = name.strip_suffix('村').filter(|bare| bare.chars().count() >= 2).map(str::to_owned);
        bare.unwrap_or(name)
    };
    plain(a) == plain(b)
}

/// The least share of a plot's polygon that must lie in the area's for the plot to be inside.
pub const LEAST_SHARE: f64 = 0.95;

/// What polygons say: inside if at least [`LEAST_SHARE`] of the plot lies in the area.
pub fn check_share(share: f64) -> AreaAnswer {
    if share >= LEAST_SHARE { AreaAnswer::Inside(AreaGrade::Polygon) } else { AreaAnswer::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::seed;

    fn code(text: &str) -> DivisionCode {
        DivisionCode::parse(text).unwrap()
    }

    #[test]
    fn words_read_back() {
        for grade in AreaGrade::ALL {
            assert_eq!(AreaGrade::parse(grade.word()), Some(grade));
            assert_eq!(grade.needs_visit(), grade >= AreaGrade::VillageDeclared);
        }
        for kind in PlaceKind::ALL {
            assert_eq!(PlaceKind::parse(kind.word()), Some(kind));
        }
    }

    #[test]
    fn the_real_lists_answer() {
        use AreaAnswer::{Inside, Outside, Undecided as Open};
        let seed = seed::load().unwrap();
        let cases = [
            // 晋州鸭梨: a township in the list, one outside it though the county is inside, one renamed since, the zone.
            ("HB003", "130183104", None, Inside(AreaGrade::Township)),
            ("HB003", "130183104205", None, Inside(AreaGrade::Township)),
            ("HB003", "130183106", None, Outside),
            ("HB003", "130183108", None, Open(Undecided::Renamed)),
            ("HB003", "130183", None, Open(Undecided::TooCoarse)),
            ("HB003", "130183106", Some("循环经济园区"), Inside(AreaGrade::VillageDeclared)),
            ("HB003", "130133101", None, Outside),
            // 赵县雪花梨: whole townships and single villages.
            ("HB001", "130133101", None, Inside(AreaGrade::Township)),
            ("HB001", "130133105", Some("唐家寨"), Inside(AreaGrade::VillageDeclared)),
            ("HB001", "130133105", Some("大安村"), Outside),
            ("HB001", "130133105", None, Open(Undecided::TooCoarse)),
            ("HB001", "130133202", Some("高村"), Inside(AreaGrade::VillageDeclared)),
            ("HB001", "130133100", None, Outside),
            // 京东板栗: whole counties, two of them under the names they had.
            ("HB032", "130227", None, Inside(AreaGrade::Township)),
            ("HB032", "130306100", None, Inside(AreaGrade::Township)),
            ("HB032", "130323", None, Inside(AreaGrade::Township)),
            ("HB032", "130225", None, Outside),
            // 丛台酒: 邯郸县 was shared out.
            ("HB088", "130403101", None, Open(Undecided::Redrawn)),
            ("HB088", "130421", None, Inside(AreaGrade::Township)),
            ("HB088", "130407", None, Inside(AreaGrade::Township)),
            // 藁城宫面: no list at all.
            ("HB006", "130109", None, Open(Undecided::NoList)),
        ];
        for (row, place, village, answer) in cases {
            let list = seed.places_of(row);
            assert_eq!(check_place(&list, &code(place), village, &seed.divisions), answer, "{row} {place} {village:?}");
        }
    }

    #[test]
    fn a_plot_is_inside_with_nineteen_parts_in_twenty() {
        assert_eq!(check_share(0.95), AreaAnswer::Inside(AreaGrade::Polygon));
        assert_eq!(check_share(0.949).grade(), None);
        assert_eq!(AreaAnswer::Undecided(Undecided::NoList).grade(), Some(AreaGrade::Unknown));
    }
}
