//! `/work/plots`: the plots in reach with a picture of where they lie, and one plot with what was found about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::batch_form::together;
use super::super::desk::{Reader, done_at};
use super::super::listing::{Above, Filters, Query, ROWS, products, with_growers};
use super::super::names::{Names, day_of, mu};
use super::super::parts::{Field, Form, Tried, Typed, choices, day, given, refilled, said};
use super::plot_map::{Ground, Map, rings_of};
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{grouped, mu_of_m2};
use crate::kernel::{Day, Outcome};
use crate::registry::commands::{PlotEnd, end_plot};
use crate::registry::geometry::{Boundary, overlap_allowance_m2};
use crate::registry::queries::{PlotView, PlotsAsked, find_plots, plot, plots, plots_beside};

/// Neighbours looked at for one picture.
const NEIGHBOURS: u64 = 60;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::PlotRead);
    vec![
        Route::get("/work/plots", read, list),
        Route::get("/work/plots/{id}", read, show),
        Route::post("/work/plots/{id}/end", Access::Needs(P::PlotRegister), end),
    ]
}

/// What a plot was found to lie in the area by.
const GRADES: [&str; 4] = ["polygon", "township", "village_declared", "unknown"];

#[derive(Template)]
#[template(path = "staff/phone/plots.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// What is known of the one plot shown; empty on the list.
    facts: Vec<(String, String)>,
    /// What somebody should look at, in words.
    doubts: Vec<String>,
    map: Option<Map>,
    table: Table,
    filters: Option<Filters>,
    action: Option<(String, String)>,
    next: Option<String>,
    /// By which the one plot is ended.
    form: Option<Form>,
}

async fn list(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::PlotRead)?;
    let asked = PlotsAsked { as_of: Some(app.clock.today()), ..PlotsAsked::default() };
    let grades = choices(&reader, "phone.grade_of", GRADES);
    let above = Above::new(&reader, "/work/plots", &query, "plots").products(products(&app, &reader).await?).states("state", grades);
    let above = above.sorts(&["registered", "name", "village", "area"]).gives(SheetKind::Plots);
    let narrow = with_growers(&app, &reader, &query).await?;
    let listed = find_plots(&app.db, &actor, &asked, &narrow, query.cursor(), ROWS).await?;
    let mut ground = Vec::new();
    for view in listed.items.iter().filter(|view| view.has_geometry) {
        ground.extend(drawn(&plot(&app.db, &actor, &view.id).await?, ""));
    }
    let mut table = table(&app, &reader, &listed.items).await?;
    above.heads(&mut table, &[Some("name"), Some("village"), Some("area"), None]);
    let page = Page {
        facts: Vec::new(),
        doubts: Vec::new(),
        map: Map::of(ground, &reader.say("phone.map_said")),
        table,
        filters: Some(above.filters(listed.items.len(), listed.next_cursor.is_some())),
        action: reader.may(P::PlotRegister).then(|| (reader.to("/work/plots/new"), reader.say("phone.plot_new"))),
        next: above.next(listed.next_cursor),
        form: None,
        frame: reader.frame(reader.say("phone.plots"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

/// A plot as the picture shows it.
fn drawn(view: &PlotView, chosen: &str) -> Option<Ground> {
    let rings = rings_of(view.geometry.as_ref()?);
    Some(Ground { name: view.name.clone(), rings, chosen: view.id == chosen })
}

fn place_of(view: &PlotView) -> String {
    let one = |place: &crate::registry::queries::PlotPlaceView| format!("{}{}", place.division, place.village.clone().unwrap_or_default());
    view.places.iter().map(one).collect::<Vec<_>>().join("、")
}

async fn table(app: &App, reader: &Reader, views: &[PlotView]) -> Outcome<Table> {
    let mut names = Names::new(app);
    names.growers(reader, views.iter().filter(|view| view.holder_kind == "grower").map(|view| view.holder_id.clone())).await?;
    let mut rows = Vec::with_capacity(views.len());
    for view in views {
        let class = if view.grade == "unknown" { "amber" } else { "ok" };
        rows.push(vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/plots/{}", view.id))).with_small(view.product.clone()),
            Cell::text(place_of(view)).with_small(names.party(reader, &view.holder_id).await?),
            Cell::text(mu(reader.lang, view.area_m2)),
            Cell::badge(reader.word("phone.grade_of", &view.grade), class),
        ]);
    }
    Ok(Table {
        caption: reader.say("phone.plots_caption"),
        columns: vec![
            Column::text(reader.say("phone.plot_name")),
            Column::text(reader.say("phone.plot_place")),
            Column::number(reader.say("phone.plot_area")),
            Column::text(reader.say("phone.plot_grade")),
        ],
        rows,
        empty: reader.say("phone.plots_empty"),
    })
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// The page of one plot, with what was just tried on it.
async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::PlotRead)?;
    let view = plot(&app.db, &actor, id).await?;
    let boundary = boundary(&view);
    let asked = PlotsAsked { holder_id: Some(view.holder_id.clone()), as_of: Some(app.clock.today()), ..PlotsAsked::default() };
    let others = plots(&app.db, &actor, &asked, None, NEIGHBOURS).await?.items;
    let (mut ground, mut doubts) = (drawn(&view, id).into_iter().collect::<Vec<_>>(), Vec::new());
    let mut names = Names::new(app);
    // Whoever they belong to, as far as the reader reaches; whose they are is said only to who may know it.
    let beside = plots_beside(&app.db, &actor, id, app.clock.today(), NEIGHBOURS).await?;
    for other in &beside {
        let mut called = other.name.clone();
        if other.holder_id != view.holder_id && (other.holder_kind != "grower" || reader.may(P::GrowerRead)) {
            called = format!("{called}（{}）", names.party(reader, &other.holder_id).await?);
        }
        doubts.extend(overlap(reader, boundary.as_ref(), &view, other, &called));
    }
    for other in others.iter().filter(|other| other.id != id && other.has_geometry) {
        if beside.iter().all(|known| known.id != other.id) {
            ground.extend(drawn(&plot(&app.db, &actor, &other.id).await?, id));
        }
    }
    ground.extend(beside.iter().filter_map(|other| drawn(other, id)));
    if view.grade == "unknown" {
        doubts.push(reader.say("phone.doubt_grade"));
    }
    if let Some(measured) = boundary.as_ref().map(Boundary::area_m2).filter(|m2| (m2 - view.area_m2).abs() > (m2 / 10).max(50)) {
        let shown = [mu_of_m2(view.area_m2), mu_of_m2(measured)];
        doubts.push(reader.fill("phone.doubt_area", &[("entered", &shown[0]), ("measured", &shown[1])]));
    }
    let until = view.valid_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let measured = boundary.as_ref().map(|b| format!("{}（{} m²）", mu(reader.lang, b.area_m2()), grouped(b.area_m2())));
    let centre = boundary.as_ref().and_then(Boundary::centre).map(|place| format!("{}（WGS-84）", place.for_people()));
    let facts = [
        (say("plot_holder"), names.party(reader, &view.holder_id).await?),
        (reader.say("product"), format!("{} {}", view.product, view.variety.clone().unwrap_or_default())),
        (say("plot_place"), place_of(&view)),
        (say("plot_area"), mu(reader.lang, view.area_m2)),
        (say("plot_measured"), measured.unwrap_or_default()),
        (say("plot_centre"), centre.unwrap_or_default()),
        (say("plot_grade"), reader.word("phone.grade_of", &view.grade)),
        (say("plot_valid"), format!("{} – {until}", day_of(reader.lang, &view.valid_from))),
        (say("plot_parcel"), view.parcel_code.clone().unwrap_or_default()),
    ];
    let page = Page {
        facts: facts.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect(),
        doubts,
        map: Map::of(ground, &say("map_said")),
        table: table(app, reader, &others).await?,
        filters: None,
        action: Some((reader.to("/work/plots"), say("plots"))),
        next: None,
        form: end_form(app, reader, &view, tried.as_ref()),
        frame: reader.frame(view.name.clone(), errors),
    };
    Ok(page.render()?)
}

/// The form by which a plot is ended, for who registers them, as long as it has no end before today.
fn end_form(app: &App, reader: &Reader, view: &PlotView, tried: Option<&Tried<'_>>) -> Option<Form> {
    let today = app.clock.today();
    let over = view.valid_to.as_deref().and_then(Day::parse).is_some_and(|to| to < today);
    if over || !reader.may(P::PlotRegister) {
        return None;
    }
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let fields = vec![
        Field::date("last_day", say("plot_last_day")).hint(say("plot_last_day_hint")).must().value(today.to_string()),
        Field::text("reason", reader.say("reason")).hint(say("plot_end_reason_hint")).must(),
    ];
    let form = Form::new(app, reader, "end", &format!("/work/plots/{}/end", view.id), "phone.plot_end", "phone.plot_end", fields);
    Some(Form { class: "stop", ..form.about(say("plot_end_about")) }.again(tried))
}

async fn end(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            let mut unread = Faults::new();
            let last = day(&mut unread, &typed, "last_day");
            if given(&typed, "last_day").is_none() {
                unread.add("/last_day", "register_empty");
            }
            let input = PlotEnd { last_day: last.unwrap_or_else(|| desk.clock.today()), reason: said(&typed, "reason") };
            together(unread, end_plot(tx, &desk, &id, &input).await.err(), str::to_owned)?;
            Ok(Done::see(done_at(lang, &format!("/work/plots/{id}"), "plot_ended")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "end", typed: &typed };
    refilled(tried, &reader, form, &["last_day", "reason"], |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

fn boundary(view: &PlotView) -> Option<Boundary> {
    Boundary::parse(&view.geometry.as_ref()?.to_string()).ok()
}

/// Ground two plots share, in words; a sliver within the allowance is said to be one.
fn overlap(reader: &Reader, boundary: Option<&Boundary>, view: &PlotView, other: &PlotView, called: &str) -> Option<String> {
    let (one, two) = (boundary?, self::boundary(other)?);
    let shared = one.overlap_m2(&two);
    let allowed = overlap_allowance_m2(view.area_m2, other.area_m2);
    let key = if shared > allowed { "phone.doubt_overlap" } else { "phone.doubt_sliver" };
    (shared > 0).then(|| reader.fill(key, &[("name", called), ("m2", &grouped(shared)), ("allowed", &grouped(allowed))]))
}
