//! `/work/plots/new`: a plot with its boundary as GeoJSON or KML from a file, or with its corners typed, in a coordinate system that is
//! named. What lies outside the area or on other plots is said with its figures.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::PostedFiles;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::route::{Access, Route};
use super::super::batch_form::{plain, together};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::parts::{Field, Typed, answered, given, said};
use super::super::reports;
use super::who;
use crate::files::Incoming;
use crate::identity::role::Permission as P;
use crate::identity::store;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Failure, FieldProblem, Outcome};
use crate::registry::commands::{PlaceInput, PlotInput, register_plot};
use crate::registry::geometry::{Boundary, Datum, MOST_BYTES, read_kml, read_points};
use crate::registry::plot::{AreaUnit, Tenure};
use crate::registry::queries::divisions;

/// Townships offered.
const CHOICES: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(P::PlotRegister);
    vec![Route::get("/work/plots/new", needs, show), Route::post("/work/plots/new", needs, register)]
}

#[derive(Template)]
#[template(path = "staff/phone/plot_new.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    fields: Vec<Field>,
    ground: Vec<Field>,
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), &Typed::new(), Vec::new()).await?))
}

async fn page(
    app: &App,
    reader: &Reader,
    errors: Vec<FormError>,
    typed: &Typed,
    several: Vec<(String, String)>,
) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let put = |field: Field| Field { id: field.name.to_owned(), value: typed.get(field.name).cloned().unwrap_or(field.value), ..field };
    let first = format!("{}-01-01", app.clock.today().year());
    let products = reports::products(app, reader).await?;
    let only = if let [(only, _)] = products.as_slice() { only.clone() } else { String::new() };
    let systems = Datum::ALL.map(|datum| (datum.word().to_owned(), say(&format!("datum.{}", datum.word()))));
    let tenures = Tenure::ALL.map(|tenure| (tenure.word().to_owned(), say(&format!("tenure_of.{}", tenure.word()))));
    let (holders, are_all) = holders(app, reader, several).await?;
    let mut fields = vec![Field::select("holder_id", say("plot_holder"), holders).must().value(reader.own().unwrap_or_default())];
    if !are_all {
        fields.push(Field::text("who", reader.say("list.plot_who")).hint(reader.say("list.plot_who_hint")));
    }
    fields.extend([
        Field::select("product_id", say("plot_bears"), products).must().value(only),
        Field::text("variety", say("plot_variety")),
        Field::select("division_code", say("plot_township"), townships(app, reader).await?).must(),
        Field::text("village", say("plot_village")).must(),
        Field::text("name", say("plot_name")).hint(say("plot_name_hint")),
        Field::text("area", say("plot_area_mu")).hint(say("plot_area_hint")).numeric(),
        Field::select("tenure", say("plot_tenure"), tenures.into()).must().value("contracted"),
        Field::text("lessor", say("plot_lessor")).hint(say("plot_lessor_hint")),
        Field::date("valid_from", say("plot_from")).must().value(first),
        Field::date("valid_to", say("plot_to")),
        Field::text("note", say("plot_note")),
    ]);
    let ground = vec![
        Field::select("datum", say("datum_label"), systems.into()).must().hint(say("datum_hint")),
        Field::file("boundary", say("boundary"), ".geojson,.json,.kml,application/geo+json,application/vnd.google-earth.kml+xml")
            .hint(say("boundary_hint")),
        Field::area("points", say("points")).hint(say("points_hint")),
    ];
    let page = Page {
        action: reader.to("/work/plots/new"),
        key: fresh_key(app),
        fields: fields.into_iter().map(put).collect(),
        ground: ground.into_iter().map(put).collect(),
        frame: reader.narrow_frame(say("plot_new"), errors),
    };
    Ok(page.render()?)
}

/// The reader's own organisation and the growers it answers for; says whether these are all. Those that fit what was typed stand among them.
async fn holders(app: &App, reader: &Reader, several: Vec<(String, String)>) -> Outcome<(Vec<(String, String)>, bool)> {
    let mut found = Vec::new();
    if let Some(own) = reader.own() {
        found.push((own.to_owned(), store::organisation(app.db.reader(), own).await?.name));
    }
    found.extend(several);
    let (offered, are_all) = who::offered(app, reader).await?;
    for grower in &offered {
        if found.iter().all(|(id, _)| *id != grower.id) {
            found.push((grower.id.clone(), who::line(grower, &offered)));
        }
    }
    Ok((found, are_all))
}

/// Townships of the own county, or of the own city's counties.
async fn townships(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let Some(own) = reader.own() else { return Ok(Vec::new()) };
    let code = store::organisation(app.db.reader(), own).await?.division_code;
    let listed = divisions(&app.db, Some(&code), None, None, CHOICES).await?;
    Ok(listed.items.into_iter().map(|division| (division.code, division.full_name)).collect())
}

/// The boundary as GeoJSON in WGS-84, of the file or of the corners typed.
fn boundary(faults: &mut Faults, typed: &Typed, file: Option<&Incoming>) -> Option<serde_json::Value> {
    let note = |faults: &mut Faults, problem: FieldProblem| {
        faults.add(problem.pointer, problem.code);
        for (name, value) in problem.params {
            faults.with(name, value);
        }
    };
    let read = match (file, given(typed, "points")) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            faults.add("/points", "boundary_twice");
            return None;
        }
        (Some(file), None) if file.bytes.len() > MOST_BYTES => {
            faults.add("/boundary", "geometry_too_large").with("bytes", file.bytes.len()).with("most", MOST_BYTES);
            return None;
        }
        (Some(file), None) => {
            let Ok(written) = std::str::from_utf8(&file.bytes) else {
                faults.add("/boundary", "boundary_unreadable").with("name", &file.name);
                return None;
            };
            let is_xml = written.trim_start_matches('\u{feff}').trim_start().starts_with('<');
            let read = if is_xml {
                read_kml(written).map_err(|problem| problem.at("/boundary"))
            } else {
                let parsed = serde_json::from_str(written.trim_start_matches('\u{feff}'));
                parsed.map_err(|_| FieldProblem {
                    pointer: "/boundary".to_owned(),
                    code: "boundary_unreadable",
                    params: vec![("name", file.name.clone())],
                })
            };
            read.map_err(|problem| note(faults, problem)).ok()?
        }
        (None, Some(_)) => {
            let written = typed.get("points").map_or("", String::as_str);
            read_points(written).map_err(|problem| note(faults, problem.at("/points"))).ok()?
        }
    };
    let datum = Datum::parse(&said(typed, "datum"));
    let Some(datum) = datum else {
        faults.add("/datum", "datum_missing");
        return None;
    };
    let mut moved = read;
    datum.move_geojson(&mut moved);
    Some(moved)
}

fn input(faults: &mut Faults, typed: &Typed, file: Option<&Incoming>) -> PlotInput {
    let mut day = |name: &str| {
        let typed = given(typed, name)?;
        let day = Day::parse(&plain(&typed));
        if day.is_none() {
            faults.add(format!("/{name}"), "day_unreadable").with("value", typed);
        }
        day
    };
    let (valid_from, valid_to) = (day("valid_from"), day("valid_to"));
    if given(typed, "valid_from").is_none() {
        faults.add("/valid_from", "register_empty");
    }
    let tenure = Tenure::parse(&said(typed, "tenure")).unwrap_or(Tenure::Contracted);
    let geometry = boundary(faults, typed, file);
    // Where only the boundary is known, the plot is as large as it encloses.
    let entered = given(typed, "area");
    let measured = geometry.as_ref().filter(|_| entered.is_none()).and_then(|g| Boundary::parse(&g.to_string()).ok()).map(|b| b.area_m2());
    for name in ["holder_id", "product_id", "division_code"] {
        if given(typed, name).is_none() {
            faults.add(format!("/{name}"), "register_empty");
        }
    }
    PlotInput {
        holder_id: said(typed, "holder_id"),
        product_id: said(typed, "product_id"),
        name: given(typed, "name"),
        variety: given(typed, "variety"),
        planted_year: None,
        tenure,
        lessor: given(typed, "lessor"),
        parcel_code: None,
        replaces: None,
        valid_from: valid_from.unwrap_or_else(|| Day::of(0)),
        valid_to,
        area_unit: entered.is_some().then_some(AreaUnit::Mu),
        area: entered,
        area_m2: measured,
        places: vec![PlaceInput { division_code: said(typed, "division_code"), as_of: None, village: given(typed, "village") }],
        geometry,
        note: given(typed, "note"),
    }
}

/// The field of the form a pointer means.
fn field(pointer: &str) -> String {
    let name = match pointer {
        _ if pointer.starts_with("/geometry") => "boundary",
        _ if pointer.starts_with("/places") && pointer.ends_with("village") => "village",
        _ if pointer.starts_with("/places") => "division_code",
        "/area_m2" | "/area_unit" => "area",
        other => other.trim_start_matches('/'),
    };
    name.to_owned()
}

async fn register(State(app): State<App>, reader: Reader, posted: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let PostedFiles { posted, files } = posted;
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let file = files.into_iter().find(|file| file.field == "boundary");
    let said = given(&typed, "who");
    let found = who::meant(&app, &reader, said.as_deref(), given(&typed, "holder_id").as_deref()).await?;
    let mut unclear = Faults::new();
    let grower = said.is_some().then(|| who::only(&mut unclear, "/who", said.as_deref(), &found)).flatten();
    let (unclear, several) = (unclear.check().err(), who::choices(&found));
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (file, grower, unclear) = (file.clone(), grower.clone(), unclear.clone());
        Box::pin(async move {
            let mut unread = Faults::new();
            if let Some(unclear) = unclear {
                unread.absorb("", Err::<(), _>(unclear));
            }
            let mut input = input(&mut unread, &typed, file.as_ref());
            if let Some(grower) = grower {
                input.holder_id = grower;
            }
            let tried = register_plot(tx, &desk, &input).await;
            let id = tried.as_ref().map(|made| made.row.id.clone()).unwrap_or_default();
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/plots/{id}"), "plot_registered")))
        })
    });
    answered(tried.await, async |failure: Failure| {
        let errors = faults(lang, &failure, field);
        Ok((failure, page(&app, &reader, errors, &typed, several).await?))
    })
    .await
}
