//! Registering a plot: who works it under what title, since when, what it bears, how large it is, and where it lies.
//!
//! The area is kept as entered and in square metres. The place is asked of the areas of the product's rights; what lies outside all of
//! them is refused, what no list can decide is taken with grade `unknown`. Ground another plot has on the same day is refused with that
//! plot and the figure. A plot that grows or changes within a season is a new row that `replaces` the old one from its first day on.

mod ground;
mod place;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::area::read_boundary;
use super::form::{self, LINE, NAME, Registered};
use crate::db::Tx;
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::ids::{self, Noun};
use crate::kernel::{Day, Desk, FieldProblem, Outcome, quantity, text};
use crate::ledger::{self, Event, kind};
use crate::registry::fact::PartialDate;
use crate::registry::geometry::Boundary;
use crate::registry::interval::DayInterval;
use crate::registry::plot::{AreaUnit, EnteredArea, MOST_M2, Tenure};
use crate::registry::product::AccountBasis;
use crate::registry::store::{self, PlotPlaceRow, PlotRow, ProductRow, Turn, listed};

/// The most places one plot lies in.
const MOST_PLACES: usize = 5;

/// A place a plot lies in, as declared.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// Township, or county where the township is not known (GB/T 2260); a code since abolished is understood.
    pub division_code: String,
    /// The day as of which the place is named so; the plot's first day if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub as_of: Option<PartialDate>,
    /// Village or zone.
    #[serde(default)]
    pub village: Option<String>,
}

/// A plot as it is registered.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlotInput {
    /// Who works it: a grower `gro_…` or a producer `org_…`.
    pub holder_id: String,
    /// What it bears, `pro_…`.
    pub product_id: String,
    /// Its name, `村东三号`; the village and a number if not given.
    #[serde(default)]
    pub name: Option<String>,
    /// Variety.
    #[serde(default)]
    pub variety: Option<String>,
    /// Year in which trees were planted.
    #[serde(default)]
    pub planted_year: Option<i32>,
    /// contracted 承包, transferred 流转, collective, state_owned or other.
    #[serde(default = "contracted")]
    pub tenure: Tenure,
    /// Who leases it out; needed with transferred.
    #[serde(default)]
    pub lessor: Option<String>,
    /// 承包地块编码, 19 digits (GB/T 35958).
    #[serde(default)]
    pub parcel_code: Option<String>,
    /// The plot this one takes the place of from `valid_from` on, `plo_…`.
    #[serde(default)]
    pub replaces: Option<String>,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Day,
    /// Last day; open if not given. Needed with transferred.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Day>,
    /// Area as people say it, `2.40`; together with `area_unit`.
    #[serde(default)]
    pub area: Option<String>,
    /// mu 亩, m2 or ha.
    #[serde(default)]
    pub area_unit: Option<AreaUnit>,
    /// Area in whole square metres, instead of `area` and `area_unit`.
    #[serde(default)]
    pub area_m2: Option<i64>,
    /// Where it lies, the first one first.
    pub places: Vec<PlaceInput>,
    /// Its boundary: GeoJSON Polygon or MultiPolygon in WGS-84.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub geometry: Option<Value>,
    /// Remarks; needed with tenure other.
    #[serde(default)]
    pub note: Option<String>,
}

fn contracted() -> Tenure {
    Tenure::Contracted
}

/// Registers a plot.
///
/// # Errors
/// `invalid_fields` with every fault: `plot_holder_unknown` (also for one out of reach), `plot_basis`, `plot_variety_not_announced`,
/// `plot_lessor_missing`, `plot_area_…`, `geometry_…`, `plot_outside_area`, `plot_outside_boundary`, `plot_overlaps`, `plot_claimed`,
/// `plot_twice`, `plot_replaced_unknown` …
pub async fn register_plot(tx: &Tx, desk: &Desk, input: &PlotInput) -> Outcome<Registered<PlotRow>> {
    store::wait_for(tx, Turn::Plots).await?;
    let mut faults = Faults::new();
    let registrar = holder(tx, desk, &mut faults, &input.holder_id).await?;
    let product = store::product::find(tx.connection(), &input.product_id).await?;
    match &product {
        Some(product) => bears(desk, &mut faults, product, input),
        None => {
            faults.add("/product_id", "register_product_unknown").with("value", &input.product_id);
        }
    }
    let days = days(&mut faults, input);
    let area = area(&mut faults, input);
    let boundary = input.geometry.as_ref().and_then(|value| read_boundary(&mut faults, "/geometry", value));
    let places = place::read(tx, &mut faults, input).await?;
    let mut row = row(desk, &mut faults, input, area.as_ref(), boundary.as_ref(), &places);
    row.registered_by_id = registrar.unwrap_or_default();
    if let (Some(product), false) = (&product, places.is_empty()) {
        let grade = place::grade(tx, &mut faults, product, &places, boundary.as_ref(), input.valid_from).await?;
        row.grade = grade.map(|grade| grade.word().to_owned()).unwrap_or_default();
    }
    let replaced = ground::replaced(tx, desk, &mut faults, input, &row).await?;
    if let Some(days) = days {
        ground::free(tx, &mut faults, &row, days, boundary.as_ref(), replaced.as_ref()).await?;
    }
    faults.check()?;
    if let Some(old) = &replaced {
        store::plot::end(tx, &old.id, input.valid_from.plus(-1)).await?;
    }
    let warnings = doubts(&row, boundary.as_ref());
    let kept = places.iter().enumerate().map(|(i, place)| PlotPlaceRow {
        plot_id: row.id.clone(),
        no: i64::try_from(i + 1).unwrap_or(i64::MAX),
        division_code: place.code.as_str().to_owned(),
        village: place.village.clone().unwrap_or_default(),
        as_of: place.as_of.clone(),
    });
    store::plot::insert(tx, row.clone(), kept.collect()).await?;
    let facts = json!({
        "holder_id": row.holder_id, "product_id": row.product_id, "area_m2": row.area_m2, "entered": row.entered_area, "grade": row.grade,
        "division_code": row.division_code, "from": row.valid_from, "to": row.valid_to, "variety": row.variety, "tenure": row.tenure,
        "replaces": row.replaces_id, "boundary": boundary.map(|b| b.area_m2()),
    });
    ledger::append(tx, desk, Event::new(kind::PLOT_REGISTERED, &row.id, facts)).await?;
    Ok(Registered { row, warnings })
}

/// The organisation behind the holder, if it is in reach: the producer itself, or the one that registered the grower.
async fn holder(tx: &Tx, desk: &Desk, faults: &mut Faults, id: &str) -> Outcome<Option<String>> {
    let scope = &desk.actor.scope;
    let registrar = if ids::is(Noun::Grower, id) {
        store::grower::one(tx.connection(), scope, id).await.map(|grower| grower.registered_by_id)
    } else {
        identity::store::organisation(tx.connection(), id).await.and_then(|row| {
            let reached = scope.reaches_organisation(&row.id, Some(&row.division_code));
            if reached { Ok(row.id) } else { Err(crate::kernel::Failure::not_found()) }
        })
    };
    match registrar {
        Ok(id) => Ok(Some(id)),
        Err(failure) if failure.says("not_found") => {
            faults.add("/holder_id", "plot_holder_unknown").with("value", id);
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Does the product grow on plots, and the variety belong to it?
fn bears(desk: &Desk, faults: &mut Faults, product: &ProductRow, input: &PlotInput) {
    if !AccountBasis::parse(&product.account_basis).is_some_and(AccountBasis::has_plots) {
        faults.add("/product_id", "plot_basis").with("value", &product.name);
    }
    let announced = listed(&product.varieties);
    let variety = input.variety.as_deref().map(text::clean).filter(|v| !v.is_empty());
    if let Some(variety) = variety.filter(|variety| !announced.is_empty() && !announced.contains(variety)) {
        faults.add("/variety", "plot_variety_not_announced").with("value", variety).with("announced", announced.join("、"));
    }
    if let Some(year) = input.planted_year.filter(|year| !(1700..=desk.clock.today().year()).contains(year)) {
        faults.add("/planted_year", "plot_planted_year").with("value", year);
    }
}

fn days(faults: &mut Faults, input: &PlotInput) -> Option<DayInterval> {
    let days = DayInterval::new(input.valid_from, input.valid_to);
    if let (None, Some(to)) = (days, input.valid_to) {
        faults.add("/valid_to", "plot_backwards").with("from", input.valid_from).with("to", to);
    }
    if input.tenure.needs_lessor() && input.valid_to.is_none() {
        faults.add("/valid_to", "plot_lease_end_missing");
    }
    days
}

/// The area as entered; both ways of giving it must agree.
fn area(faults: &mut Faults, input: &PlotInput) -> Option<EnteredArea> {
    let stated = input.area_m2.map(|m2| EnteredArea::parse(&m2.to_string(), AreaUnit::M2));
    let entered = input.area.as_deref().map(|number| EnteredArea::parse(number, input.area_unit.unwrap_or(AreaUnit::Mu)));
    if input.area.is_some() && input.area_unit.is_none() {
        faults.add("/area_unit", "plot_area_unit");
        return None;
    }
    let mut read = |at: &str, area: Option<Result<EnteredArea, _>>| match area {
        Some(Ok(area)) => Some(area),
        Some(Err(problem)) => {
            let problem: crate::registry::plot::AreaProblem = problem;
            form::note(faults, problem.at(at));
            None
        }
        None => None,
    };
    let (missing, stated, entered) = (stated.is_none() && entered.is_none(), read("/area_m2", stated), read("/area", entered));
    match (&entered, &stated) {
        (Some(entered), Some(stated)) if entered.m2 != stated.m2 => {
            faults.add("/area_m2", "plot_area_differs").with("value", stated.m2).with("right", entered.m2);
        }
        _ if missing => {
            faults.add("/area", "plot_area_missing").with("most", quantity::grouped(MOST_M2));
        }
        _ => {}
    }
    entered.or(stated)
}

fn row(
    desk: &Desk,
    faults: &mut Faults,
    input: &PlotInput,
    area: Option<&EnteredArea>,
    boundary: Option<&Boundary>,
    places: &[place::Declared],
) -> PlotRow {
    let lessor = form::optional(faults, "/lessor", input.lessor.as_deref(), NAME);
    let note = form::optional(faults, "/note", input.note.as_deref(), LINE);
    if input.tenure.needs_lessor() && lessor.is_none() {
        faults.add("/lessor", "plot_lessor_missing");
    }
    if input.tenure.needs_note() && note.is_none() {
        faults.add("/note", "plot_note_missing");
    }
    let first = places.first();
    let village = first.and_then(|place| place.village.clone()).unwrap_or_default();
    let name = form::optional(faults, "/name", input.name.as_deref(), 60);
    let edges = boundary.and_then(ground::edges);
    PlotRow {
        id: desk.new_id(Noun::Plot),
        holder_kind: if ids::is(Noun::Grower, &input.holder_id) { "grower" } else { "organisation" }.to_owned(),
        holder_id: input.holder_id.clone(),
        product_id: input.product_id.clone(),
        name: name.unwrap_or_else(|| village.clone()),
        variety: form::optional(faults, "/variety", input.variety.as_deref(), 60),
        planted_year: input.planted_year.map(i64::from),
        tenure: input.tenure.word().to_owned(),
        lessor,
        parcel_code: ground::parcel_code(faults, input.parcel_code.as_deref()),
        replaces_id: input.replaces.clone(),
        valid_from: input.valid_from.to_string(),
        valid_to: input.valid_to.map(|day| day.to_string()),
        area_m2: area.map_or(0, |area| area.m2),
        entered_area: area.map(|area| format!("{} {}", area.number, area.unit.word())).unwrap_or_default(),
        division_code: first.map(|place| place.code.as_str().to_owned()).unwrap_or_default(),
        village,
        as_of: first.map(|place| place.as_of.clone()).unwrap_or_default(),
        boundary: boundary.map(Boundary::to_geojson),
        grade: String::new(),
        min_lon: edges.map(|e| e[0]),
        max_lon: edges.map(|e| e[1]),
        min_lat: edges.map(|e| e[2]),
        max_lat: edges.map(|e| e[3]),
        note,
        registered_by_id: String::new(),
        registered_at: desk.clock.now(),
    }
}

/// What somebody should look at on the spot: an area that is not the boundary's by more than a tenth, a place nobody could check.
fn doubts(row: &PlotRow, boundary: Option<&Boundary>) -> Vec<FieldProblem> {
    let mut doubts = Vec::new();
    if let Some(measured) = boundary.map(Boundary::area_m2)
        && (measured - row.area_m2).abs() > (measured / 10).max(50)
    {
        let params = vec![("value", quantity::grouped(row.area_m2)), ("measured", quantity::grouped(measured))];
        doubts.push(FieldProblem { pointer: "/area".to_owned(), code: "plot_area_unlike_boundary", params });
    }
    if crate::registry::area::AreaGrade::parse(&row.grade).is_some_and(|grade| grade.needs_visit()) {
        doubts.push(FieldProblem { pointer: "/places".to_owned(), code: "plot_grade_visit", params: Vec::new() });
    }
    doubts
}
