//! Where a plot lies, and what the areas of the product's rights say of it.

use super::{MOST_PLACES, PlotInput};
use crate::db::Tx;
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Failure, Outcome, text};
use crate::registry::area::{AreaAnswer, AreaGrade, Place, Undecided, check_place, check_share};
use crate::registry::division::{DivisionCode, Divisions, Level};
use crate::registry::fact::PartialDate;
use crate::registry::geometry::Boundary;
use crate::registry::right::Route;
use crate::registry::store::{self, ProductRow, RightRow, listed};

/// The most places of a list that a refusal names.
const PLACES_NAMED: usize = 12;

/// A place as it was declared.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    /// Its division, as fine as it is known.
    pub code: DivisionCode,
    /// Village or zone.
    pub village: Option<String>,
    /// The day as of which it is named so.
    pub as_of: String,
}

/// Reads the places; every fault is noted.
pub(super) async fn read(tx: &Tx, faults: &mut Faults, input: &PlotInput) -> Outcome<Vec<Declared>> {
    if input.places.is_empty() {
        faults.add("/places", "plot_place_missing");
    } else if input.places.len() > MOST_PLACES {
        faults.add("/places", "plot_places_too_many").with("most", MOST_PLACES);
    }
    let mut places = Vec::new();
    for (i, place) in input.places.iter().take(MOST_PLACES).enumerate() {
        let at = format!("/places/{i}/division_code");
        let shown: String = place.division_code.chars().take(40).collect();
        let Some(code) = DivisionCode::parse(&place.division_code) else {
            faults.add(at, "division_unknown").with("value", shown);
            continue;
        };
        if !is_known(tx, &code).await? {
            faults.add(at, "division_unknown").with("value", shown);
            continue;
        }
        if code.level() < Level::County {
            faults.add(at, "plot_place_coarse").with("value", shown);
            continue;
        }
        let village = place.village.as_deref().map(text::clean).filter(|village| !village.is_empty());
        if village.as_deref().is_some_and(|village| text::too_long(village, 60)) {
            faults.add(format!("/places/{i}/village"), "register_too_long").with("most", 60);
        }
        let as_of = place.as_of.filter(|date| *date != PartialDate::Unknown);
        let as_of = as_of.map_or_else(|| input.valid_from.to_string(), |date| date.to_string());
        places.push(Declared { code, village, as_of });
    }
    Ok(places)
}

/// A village's twelve digits are not in the list; its township's nine are.
async fn is_known(tx: &Tx, code: &DivisionCode) -> Outcome<bool> {
    let listed = code.as_str().get(..9).unwrap_or(code.as_str());
    identity::store::division_exists(tx.connection(), listed).await
}

/// The area of one right.
struct Area {
    right: RightRow,
    places: Vec<Place>,
    boundary: Option<Boundary>,
}

/// The grade of a plot in the area of a right of the product: the best among rights, the worst among the plot's places. Rights without
/// any list or boundary count only where no right has one; then the counties of the product decide.
pub(super) async fn grade(
    tx: &Tx,
    faults: &mut Faults,
    product: &ProductRow,
    places: &[Declared],
    boundary: Option<&Boundary>,
    on: Day,
) -> Outcome<Option<AreaGrade>> {
    let areas = areas(tx, product, on).await?;
    let counties = listed(&product.county_codes);
    let codes: Vec<DivisionCode> = places
        .iter()
        .map(|place| place.code.clone())
        .chain(areas.iter().flat_map(|area| area.places.iter().filter_map(|p| p.code.clone().or_else(|| p.candidate.clone()))))
        .chain(counties.iter().filter_map(|code| DivisionCode::parse(code)))
        .collect();
    let divisions = store::division::around(tx.connection(), &codes).await?;
    let named: Vec<&Area> = areas.iter().filter(|area| area.boundary.is_some() || area.places.iter().any(|p| p.kind.is_ground())).collect();
    let mut best: Option<AreaGrade> = None;
    let mut shares = Vec::new();
    for area in &named {
        let share = boundary.zip(area.boundary.as_ref()).map(|(plot, area)| plot.share_in(area));
        shares.extend(share);
        let answer = share.map_or_else(|| worst(places.iter().map(|place| by_list(area, place, &divisions))), check_share);
        best = better(best, answer.grade());
    }
    if named.is_empty() {
        best = in_counties(&counties, places, &divisions).then_some(AreaGrade::Unknown);
    }
    if best.is_none() {
        outside(faults, product, &named, places, &divisions, &shares);
    }
    Ok(best)
}

fn better(a: Option<AreaGrade>, b: Option<AreaGrade>) -> Option<AreaGrade> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (grade, None) | (None, grade) => grade,
    }
}

/// Where one place is outside, the plot is; where one can't be decided, neither can the plot.
fn worst(answers: impl Iterator<Item = AreaAnswer>) -> AreaAnswer {
    let mut worst = AreaAnswer::Inside(AreaGrade::Polygon);
    for answer in answers {
        worst = match (worst, answer) {
            (AreaAnswer::Outside, _) | (_, AreaAnswer::Outside) => AreaAnswer::Outside,
            (undecided @ AreaAnswer::Undecided(_), _) | (_, undecided @ AreaAnswer::Undecided(_)) => undecided,
            (AreaAnswer::Inside(a), AreaAnswer::Inside(b)) => AreaAnswer::Inside(a.max(b)),
        };
    }
    worst
}

fn by_list(area: &Area, place: &Declared, divisions: &Divisions) -> AreaAnswer {
    if area.places.is_empty() {
        return AreaAnswer::Undecided(Undecided::NoList);
    }
    check_place(&area.places, &place.code, place.village.as_deref(), divisions)
}

fn in_counties(counties: &[String], places: &[Declared], divisions: &Divisions) -> bool {
    let counties: Vec<DivisionCode> = counties.iter().filter_map(|code| DivisionCode::parse(code)).collect();
    places.iter().all(|place| counties.iter().any(|county| divisions.lies_in(&place.code, county)))
}

/// The areas of the rights that count: registered ones, or, while there is none, those under way.
async fn areas(tx: &Tx, product: &ProductRow, on: Day) -> Outcome<Vec<Area>> {
    let rights = store::right::of_products(tx.connection(), vec![product.id.clone()]).await?;
    let mut registered = Vec::new();
    let mut pending = Vec::new();
    for right in rights {
        let status = store::right::status(&right)?;
        if status.is_protected() {
            registered.push(right);
        } else if status.is_pending() {
            pending.push(right);
        }
    }
    let rights = if registered.is_empty() { pending } else { registered };
    let rows = store::area::on_day(tx.connection(), rights.iter().map(|right| right.id.clone()).collect(), on).await?;
    let lists = store::area::places(tx.connection(), rows.iter().map(|row| row.id.clone()).collect()).await?;
    let mut areas = Vec::new();
    for right in rights {
        let row = rows.iter().find(|row| row.right_id == right.id);
        let list = lists.iter().filter(|place| row.is_some_and(|row| row.id == place.area_id));
        let places = list.map(store::area::place).collect::<Outcome<Vec<_>>>()?;
        let boundary = row.and_then(|row| row.boundary.as_deref()).map(Boundary::parse).transpose();
        let boundary = boundary.map_err(|problem| Failure::broken(format!("the boundary of right {}: {problem:?}", right.id)))?;
        areas.push(Area { right, places, boundary });
    }
    Ok(areas)
}

/// Says which place is outside, and of what.
fn outside(faults: &mut Faults, product: &ProductRow, named: &[&Area], places: &[Declared], divisions: &Divisions, shares: &[f64]) {
    if let Some(share) = shares.iter().copied().reduce(f64::max) {
        faults.add("/geometry", "plot_outside_boundary").with("product", &product.name).with("share", format!("{:.1}", share * 100.0));
        return;
    }
    let stray = |place: &&Declared| {
        let answers = named.iter().map(|area| by_list(area, place, divisions).grade());
        answers.fold(None, better).is_none()
    };
    let at = places.iter().position(|place| stray(&place)).unwrap_or(0);
    let name = places.get(at).map(|place| {
        let township = place.code.as_str().get(..9).and_then(DivisionCode::parse).unwrap_or_else(|| place.code.clone());
        let division = divisions.name(&township).unwrap_or_default().to_owned();
        division + place.village.as_deref().unwrap_or_default()
    });
    let of = named.iter().find(|area| area.right.number.is_some() || area.right.registration_number.is_some()).or(named.first());
    faults
        .add(format!("/places/{at}"), "plot_outside_area")
        .with("place", name.unwrap_or_default())
        .with("product", &product.name)
        .with("right_name", of.map_or_else(|| product.name.clone(), |area| area.name()))
        .with("inside", of.map_or_else(|| counties(product, divisions), |area| area.listed()));
}

/// The counties of a product, by name.
fn counties(product: &ProductRow, divisions: &Divisions) -> String {
    let codes = listed(&product.county_codes);
    let names = codes.iter().filter_map(|code| divisions.name(&DivisionCode::parse(code)?)).map(ToString::to_string);
    names.collect::<Vec<_>>().join("、")
}

impl Area {
    /// The right it is the area of: its route and number.
    fn name(&self) -> String {
        let route = Route::parse(&self.right.route).map(Route::name).unwrap_or_default();
        let number = self.right.number.as_deref().or(self.right.registration_number.as_deref());
        number.map_or_else(|| route.to_owned(), |number| format!("{route} {number}"))
    }
    /// The places of its list, as many as can be taken in.
    fn listed(&self) -> String {
        let names: Vec<&str> = self.places.iter().filter(|place| place.kind.is_ground()).map(|place| place.name.as_str()).collect();
        let more = if names.len() > PLACES_NAMED { "……" } else { "" };
        format!("{}{more}", names.into_iter().take(PLACES_NAMED).collect::<Vec<_>>().join("、"))
    }
}
