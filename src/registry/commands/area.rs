//! Recording the area of a right: the list of places as the announcement named them on its day, plus an optional boundary.
//!
//! A place gets a division's code only where exactly one division of its county has this very name; what was renamed or moved keeps
//! its old name without a code, for an officer to settle.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::form::{self, LINE, NAME, PASSAGE};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::area::PlaceKind;
use crate::registry::division::{DivisionCode, Divisions, Level};
use crate::registry::fact::{Confidence, PartialDate};
use crate::registry::geometry::Boundary;
use crate::registry::store::{self, AreaPlaceRow, AreaRow, RightRow, listed};

/// The most places in one list.
const MOST_PLACES: usize = 2000;

/// One line of an area's list.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaPlaceInput {
    /// county, township, village, zone or note.
    pub kind: PlaceKind,
    /// The name as in the announcement.
    pub name: String,
    /// The county it lies in (code), needed to look a name up where the right has several counties.
    #[serde(default)]
    pub county_code: Option<String>,
    /// Name of a village's township.
    #[serde(default)]
    pub township: Option<String>,
    /// The division it is (of a village: its township), if known; looked up by name if not given.
    #[serde(default)]
    pub division_code: Option<String>,
    /// A division of today that may be it, to be verified.
    #[serde(default)]
    pub candidate_code: Option<String>,
    /// Remarks.
    #[serde(default)]
    pub note: Option<String>,
}

/// The area of a right as it is recorded.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaInput {
    /// The right, `rig_…`.
    pub right_id: String,
    /// The list's day: YYYY-MM-DD, YYYY-MM or YYYY.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub as_of: Option<PartialDate>,
    /// The area as worded.
    #[serde(default)]
    pub words: Option<String>,
    /// The list.
    #[serde(default)]
    pub places: Vec<AreaPlaceInput>,
    /// Its boundary: GeoJSON Polygon or MultiPolygon in WGS-84.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub boundary: Option<Value>,
    /// Where this is written.
    pub source: String,
    /// Its address.
    #[serde(default)]
    pub source_url: Option<String>,
    /// How sure it is: A, B or C.
    pub confidence: Confidence,
    /// Remarks.
    #[serde(default)]
    pub note: Option<String>,
}

/// Records an area. It counts from its day on; the areas recorded before stay for the days before.
///
/// # Errors
/// `invalid_fields` with every fault: `register_right_unknown`, `outside_your_region`, `area_empty`, `area_place_kind`,
/// `area_place_level`, `area_village_township`, `division_unknown`, `geometry_…` …
pub async fn record_area(tx: &Tx, desk: &Desk, input: &AreaInput) -> Outcome<AreaRow> {
    let mut faults = Faults::new();
    let right = right(tx, desk, &mut faults, &input.right_id).await?;
    let boundary = input.boundary.as_ref().and_then(|value| read_boundary(&mut faults, "/boundary", value));
    if input.places.is_empty() && input.boundary.is_none() {
        faults.add("/places", "area_empty");
    }
    if input.places.len() > MOST_PLACES {
        faults.add("/places", "area_too_many_places").with("most", MOST_PLACES);
    }
    let id = desk.new_id(Noun::Area);
    let counties = right.map(|right| listed(&right.county_codes)).unwrap_or_default();
    let divisions = divisions(tx, input, &counties).await?;
    let reader = Reader { area_id: &id, counties: &counties, divisions: &divisions };
    let places: Vec<AreaPlaceRow> =
        input.places.iter().take(MOST_PLACES).enumerate().map(|(i, place)| reader.place(&mut faults, i, place)).collect();
    let words = form::optional(&mut faults, "/words", input.words.as_deref(), PASSAGE);
    let row = AreaRow {
        id: id.clone(),
        right_id: input.right_id.clone(),
        as_of: input.as_of.filter(|date| *date != PartialDate::Unknown).map(|date| date.to_string()),
        words: words.unwrap_or_else(|| places.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join("、")),
        boundary: boundary.as_ref().map(Boundary::to_geojson),
        source: form::required(&mut faults, "/source", &input.source, LINE),
        source_url: form::address(&mut faults, "/source_url", input.source_url.as_deref()),
        source_row: None,
        confidence: input.confidence.word().to_owned(),
        note: form::optional(&mut faults, "/note", input.note.as_deref(), LINE),
        recorded_at: desk.clock.now(),
    };
    faults.check()?;
    let facts = json!({
        "right_id": row.right_id, "as_of": row.as_of, "places": places.len(), "boundary_m2": boundary.map(|b| b.area_m2()),
        "source": row.source, "confidence": row.confidence,
    });
    store::area::insert(tx, row.clone(), places).await?;
    ledger::append(tx, desk, Event::new(kind::AREA_RECORDED, &id, facts)).await?;
    Ok(row)
}

/// Reads a boundary given as GeoJSON or as a text that holds it.
pub(super) fn read_boundary(faults: &mut Faults, pointer: &str, value: &Value) -> Option<Boundary> {
    let read = match value {
        Value::Null => return None,
        Value::String(text) => Boundary::parse(text),
        other => Boundary::parse(&other.to_string()),
    };
    match read {
        Ok(boundary) => Some(boundary),
        Err(problem) => {
            form::note(faults, problem.at(pointer));
            None
        }
    }
}

async fn right(tx: &Tx, desk: &Desk, faults: &mut Faults, id: &str) -> Outcome<Option<RightRow>> {
    let Some(right) = store::right::find(tx.connection(), id).await? else {
        faults.add("/right_id", "register_right_unknown").with("value", id);
        return Ok(None);
    };
    let product = store::product::one(tx.connection(), &right.product_id).await?;
    if !form::reaches(desk, &product) {
        faults.add("/right_id", "outside_your_region").with("value", product.name);
    }
    Ok(Some(right))
}

async fn divisions(tx: &Tx, input: &AreaInput, counties: &[String]) -> Outcome<Divisions> {
    let written = input.places.iter().flat_map(|p| [&p.county_code, &p.division_code, &p.candidate_code]).flatten();
    let codes: Vec<DivisionCode> = written.chain(counties).filter_map(|code| DivisionCode::parse(code)).collect();
    store::division::around(tx.connection(), &codes).await
}

struct Reader<'a> {
    area_id: &'a str,
    counties: &'a [String],
    divisions: &'a Divisions,
}

impl Reader<'_> {
    fn place(&self, faults: &mut Faults, i: usize, input: &AreaPlaceInput) -> AreaPlaceRow {
        let at = |field: &str| format!("/places/{i}/{field}");
        if input.kind == PlaceKind::Extent {
            faults.add(at("kind"), "area_place_kind");
        }
        let name = form::required(faults, &at("name"), &input.name, NAME);
        let township = form::optional(faults, &at("township"), input.township.as_deref(), NAME);
        let county = self.code(faults, &at("county_code"), input.county_code.as_deref());
        let given = self.code(faults, &at("division_code"), input.division_code.as_deref());
        let candidate = self.code(faults, &at("candidate_code"), input.candidate_code.as_deref());
        if input.kind == PlaceKind::Village && township.is_none() && given.is_none() {
            faults.add(at("township"), "area_village_township").with("value", &name);
        }
        if let Some(code) = &given
            && !fits(input.kind, code)
        {
            faults.add(at("division_code"), "area_place_level").with("value", code.as_str());
        }
        let code = given.or_else(|| self.look_up(input.kind, &name, township.as_deref(), county.as_ref()));
        AreaPlaceRow {
            area_id: self.area_id.to_owned(),
            no: i64::try_from(i + 1).unwrap_or(i64::MAX),
            kind: input.kind.word().to_owned(),
            name,
            county: county.and_then(|code| self.divisions.name(&code).map(str::to_owned)),
            township,
            division_code: code.map(|code| code.as_str().to_owned()),
            candidate_code: candidate.map(|code| code.as_str().to_owned()),
            note: form::optional(faults, &at("note"), input.note.as_deref(), LINE),
        }
    }

    fn code(&self, faults: &mut Faults, at: &str, written: Option<&str>) -> Option<DivisionCode> {
        let written = written?;
        let code = DivisionCode::parse(written).filter(|code| self.divisions.is_known(code));
        if code.is_none() {
            faults.add(at, "division_unknown").with("value", written.chars().take(40).collect::<String>());
        }
        code
    }

    /// The one division of this name where it must lie.
    fn look_up(&self, kind: PlaceKind, name: &str, township: Option<&str>, county: Option<&DivisionCode>) -> Option<DivisionCode> {
        let wanted = match kind {
            PlaceKind::County => return self.county_named(name),
            PlaceKind::Township => name,
            PlaceKind::Village => township?,
            PlaceKind::Zone | PlaceKind::Extent | PlaceKind::Note => return None,
        };
        let counties: Vec<DivisionCode> = match county {
            Some(county) => self.divisions.today(county).into_iter().collect(),
            None => {
                self.counties.iter().filter_map(|code| DivisionCode::parse(code)).flat_map(|code| self.divisions.today(&code)).collect()
            }
        };
        let found: Vec<&DivisionCode> =
            counties.iter().filter_map(|county| self.divisions.named(county, wanted)).map(|division| &division.code).collect();
        match found[..] {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// A county by the name it has or had; `None` if several have had it.
    fn county_named(&self, name: &str) -> Option<DivisionCode> {
        let today = self.divisions.iter().filter(|d| d.code.level() == Level::County && d.name == name).map(|d| &d.code);
        let past = self.divisions.past().filter(|p| p.old_name == name).map(|p| &p.old_code);
        let found: Vec<&DivisionCode> = today.chain(past).collect();
        match found[..] {
            [one] => Some(one.clone()),
            _ => None,
        }
    }
}

/// Is a code of this level what such a place is looked up by?
fn fits(kind: PlaceKind, code: &DivisionCode) -> bool {
    match kind {
        PlaceKind::County => matches!(code.level(), Level::Prefecture | Level::County),
        PlaceKind::Township | PlaceKind::Village => code.level() == Level::Township,
        PlaceKind::Zone => code.level() >= Level::County,
        PlaceKind::Extent | PlaceKind::Note => false,
    }
}
