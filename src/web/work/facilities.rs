//! `/work/facilities`: packing houses, cold stores and plants with their licences, and what cold stores declare by the quarter.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::Posted;
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::desk::{Reader, done_at};
use super::names::{Names, day_of};
use super::parts::{Field, Form, Part, PartsPage, Tried, Typed, amount, choices, chosen, day, given, place, refilled, said};
use super::todo::{Section, Todo};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Actor, Failure, Outcome};
use crate::registry::commands::{CloseInput, FacilityInput, LicenceInput, close_facility, license_facility, register_facility};
use crate::registry::facility::{FacilityKind, FacilityTenure};
use crate::registry::queries::{FacilitiesAsked, FacilityView, facilities};
use crate::trace::commands::declaration::declare_stock;
use crate::trace::declaration::{DeclarationFilter, DeclarationInput};
use crate::trace::queries::declaration::{DueView, declarations, due_declarations};
use crate::trace::store::register;

/// Rows shown at once.
const ROWS: u64 = 100;

pub(super) fn routes() -> Vec<Route> {
    let (read, register) = (Access::Needs(P::FacilityRead), Access::Needs(P::FacilityRegister));
    vec![
        Route::get("/work/facilities", read, show),
        Route::post("/work/facilities", register, add),
        Route::post("/work/facilities/licence", register, license),
        Route::post("/work/facilities/close", register, close),
        Route::post("/work/facilities/declare", Access::Needs(P::StockDeclare), declare),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

/// The facilities a reader sees, first those of its own.
async fn seen(app: &App, actor: &Actor) -> Outcome<Vec<FacilityView>> {
    Ok(facilities(&app.db, actor, &FacilitiesAsked::default(), app.clock.today(), None, ROWS).await?.items)
}

/// The reader's own facilities valid today, as choices.
pub(super) async fn own_choices(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::FacilityRead)) else { return Ok(Vec::new()) };
    let asked = FacilitiesAsked { organisation_id: Some(own.to_owned()), as_of: Some(app.clock.today()), ..FacilitiesAsked::default() };
    let found = facilities(&app.db, &actor, &asked, app.clock.today(), None, ROWS).await?;
    Ok(found.items.into_iter().map(|view| option(reader, view)).collect())
}

fn option(reader: &Reader, view: FacilityView) -> (String, String) {
    let said = format!("{}（{}）", view.name, reader.word("facility_kind", &view.kind));
    (view.id, said)
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::FacilityRead)?;
    let views = seen(app, &actor).await?;
    let due = due_declarations(&app.db, &actor, app.clock.today()).await?;
    let mut places = Part { heading: reader.say("facilities"), table: Some(table(app, reader, &views).await?), ..Part::default() };
    if reader.may(P::FacilityRegister) {
        places.forms = forms(app, reader, &views, tried.as_ref());
    }
    let mut stock = Part { heading: reader.say("declarations"), table: Some(declared(app, reader, &actor).await?), ..Part::default() };
    if reader.may(P::StockDeclare) && !due.is_empty() {
        stock.forms.push(declare_form(app, reader, &due, tried.as_ref()).await?);
    }
    let page = PartsPage { frame: reader.frame(reader.say("facilities"), errors), parts: vec![places, stock] };
    Ok(page.render()?)
}

async fn table(app: &App, reader: &Reader, views: &[FacilityView]) -> Outcome<Table> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(views.len());
    for view in views {
        let whose = if reader.own() == Some(view.organisation_id.as_str()) {
            String::new()
        } else {
            names.party(reader, &view.organisation_id).await?
        };
        let until = view.valid_to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
        let licences: Vec<String> = view.licences.iter().map(|l| licence_line(reader, &l.kind, &l.number, l.valid_to.as_deref())).collect();
        let (state, class) = match (view.is_valid, view.licence_lapsed, view.licences.iter().any(|l| l.ends_soon)) {
            (false, ..) => ("ended_state", "soft"),
            (_, true, _) => ("lapsed", "red"),
            (_, _, true) => ("ends_soon", "amber"),
            _ => ("in_use_state", "ok"),
        };
        rows.push(vec![
            Cell::text(view.name.clone()).with_small(whose),
            Cell::text(reader.word("facility_kind", &view.kind)).with_small(reader.word("facility_tenure", &view.tenure)),
            Cell::text(format!("{} – {until}", day_of(reader.lang, &view.valid_from))),
            Cell::text(if licences.is_empty() { reader.say("licences_none") } else { licences.join("；") }),
            Cell::badge(reader.say(state), class),
        ]);
    }
    Ok(Table {
        caption: reader.say("facilities_caption"),
        columns: ["facility_name", "facility_kind_label", "facility_valid", "licences", "state"]
            .map(|c| Column::text(reader.say(c)))
            .into(),
        rows,
        empty: reader.say("facilities_empty"),
    })
}

fn licence_line(reader: &Reader, kind: &str, number: &str, until: Option<&str>) -> String {
    let until = until.map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
    reader.fill("licence_line", &[("kind", kind), ("number", number), ("until", &until)])
}

fn forms(app: &App, reader: &Reader, views: &[FacilityView], tried: Option<&Tried<'_>>) -> Vec<Form> {
    let say = |key: &str| reader.say(key);
    let kinds = choices(reader, "facility_kind", FacilityKind::ALL.map(FacilityKind::word));
    let tenures = choices(reader, "facility_tenure", [FacilityTenure::Own.word(), FacilityTenure::Rented.word()]);
    let open: Vec<(String, String)> = views.iter().filter(|v| v.is_valid).cloned().map(|view| option(reader, view)).collect();
    let new = vec![
        Field::text("name", say("facility_name")).hint(say("facility_name_hint")).must(),
        Field::select("kind", say("facility_kind_label"), kinds).must(),
        Field::select("tenure", say("tenure"), tenures).must().value("own"),
        Field::text("lessor", say("lessor")).hint(say("lessor_hint")),
        Field::date("valid_from", say("valid_from")).must().value(app.clock.today().to_string()),
        Field::date("valid_to", say("valid_to")).hint(say("valid_to_hint")),
        Field::text("address", say("address")),
    ];
    let licence = vec![
        Field::select("facility", say("facility"), open.clone()).must(),
        Field::text("kind", say("licence_kind")).hint(say("licence_kind_hint")).must(),
        Field::text("number", say("licence_number")).must(),
        Field::text("issuer", say("issuer")),
        Field::date("valid_from", say("valid_from")).must(),
        Field::date("valid_to", say("valid_to")),
    ];
    let close = vec![
        Field::select("facility", say("facility"), open.clone()).must(),
        Field::date("closed_on", say("closed_on")).must().value(app.clock.today().to_string()),
        Field::text("reason", say("reason")).must(),
    ];
    let mut forms = vec![Form::new(app, reader, "new", "/work/facilities", "register_facility", "register", new)];
    if !open.is_empty() {
        forms.push(Form::new(app, reader, "licence", "/work/facilities/licence", "add_licence", "keep", licence));
        let close = Form::new(app, reader, "close", "/work/facilities/close", "close_facility", "close_facility", close);
        forms.push(Form { class: "stop", ..close });
    } else if let Some(first) = forms.first_mut() {
        first.open = true;
    }
    forms.into_iter().map(|form| form.again(tried)).collect()
}

async fn declare_form(app: &App, reader: &Reader, due: &[DueView], tried: Option<&Tried<'_>>) -> Outcome<Form> {
    let mut names = Names::new(app);
    let mut options = Vec::with_capacity(due.len());
    for view in due {
        let booked = names.goods(&view.product_id).await?.show(booked(view));
        let values = [("facility", view.facility.as_str()), ("product", &view.product), ("season", &view.season), ("booked", &booked)];
        let value = format!("{}|{}|{}|{}", view.facility_id, view.product_id, view.season, view.quarter);
        options.push((value, reader.fill("due_option", &values)));
    }
    let fields = vec![
        Field::select("what", reader.say("what_is_kept"), options).must(),
        Field::text("amount", reader.say("counted_amount")).hint(reader.say("weight_hint")).numeric().must(),
        Field::date("counted_on", reader.say("counted_on")).must().value(app.clock.today().to_string()),
        Field::text("reason", reader.say("difference_reason")),
    ];
    let form = Form::new(app, reader, "declare", "/work/facilities/declare", "declare_stock", "declare_stock", fields);
    Ok(form.about(reader.say("declare_about")).again(tried))
}

fn booked(view: &DueView) -> i64 {
    view.figures.values().next().copied().unwrap_or(0)
}

async fn declared(app: &App, reader: &Reader, actor: &Actor) -> Outcome<Table> {
    let (views, _) = declarations(&app.db, actor, &DeclarationFilter::default(), None, Some(ROWS)).await?;
    let names_of: std::collections::BTreeMap<String, String> =
        seen(app, actor).await?.into_iter().map(|view| (view.id, view.name)).collect();
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(views.len());
    for view in views {
        let goods = names.goods(&view.product_id).await?;
        let share = format!("{}.{}%", view.permille / 10, view.permille % 10);
        rows.push(vec![
            Cell::text(view.quarter.clone()).with_small(day_of(reader.lang, &view.counted_on)),
            Cell::text(names_of.get(&view.facility_id).cloned().unwrap_or_default()).with_small(format!("{} {}", goods.name, view.season)),
            Cell::text(goods.show(view.figure("declared"))),
            Cell::text(goods.show(view.figure("booked"))),
            Cell::text(share).with_small(view.reason.clone().unwrap_or_default()),
        ]);
    }
    let column = |key: &str| Column::text(reader.say(key));
    let number = |key: &str| Column::number(reader.say(key));
    Ok(Table {
        caption: reader.say("declarations_caption"),
        columns: vec![column("quarter"), column("facility"), number("declared"), number("booked"), number("difference")],
        rows,
        empty: reader.say("declarations_empty"),
    })
}

/// What home tells: stock to be declared this quarter, and licences that end within a month.
pub(super) async fn notices(app: &App, reader: &Reader) -> Outcome<Vec<Section>> {
    let (Some(own), Some(actor)) = (reader.own().filter(|_| reader.may(P::StockDeclare)), reader.acting(P::FacilityRead)) else {
        return Ok(Vec::new());
    };
    let mut names = Names::new(app);
    let mut sections = Vec::new();
    let mut due = Vec::new();
    let mut quarter = String::new();
    for view in due_declarations(&app.db, &actor, app.clock.today()).await?.into_iter().filter(|view| view.organisation_id == own) {
        let booked = names.goods(&view.product_id).await?.show(booked(&view));
        quarter.clone_from(&view.quarter);
        let title = reader.fill("due_title", &[("facility", &view.facility), ("product", &view.product), ("season", &view.season)]);
        due.push(todo(reader, title, reader.fill("due_books", &[("booked", &booked)]), "due_state"));
    }
    if !due.is_empty() {
        let heading = reader.fill("due_heading", &[("quarter", &quarter)]);
        sections.push(Section { heading, empty: reader.say("due_none"), items: due });
    }
    let mut ending = Vec::new();
    for view in seen(app, &actor).await?.into_iter().filter(|view| view.is_valid && view.organisation_id == own) {
        for licence in view.licences.iter().filter(|licence| licence.ends_soon) {
            let until = licence.valid_to.as_deref().map(|day| day_of(reader.lang, day)).unwrap_or_default();
            let title = format!("{} · {} {}", view.name, licence.kind, licence.number);
            ending.push(todo(reader, title, reader.fill("licence_ends", &[("until", &until)]), "ends_soon"));
        }
    }
    if !ending.is_empty() {
        sections.push(Section { heading: reader.say("licences_heading"), empty: reader.say("licences_fine"), items: ending });
    }
    Ok(sections)
}

fn todo(reader: &Reader, title: String, line: String, state: &str) -> Todo {
    let state = Cell::badge(reader.say(state), "amber");
    Todo { title, href: reader.to("/work/facilities"), lines: vec![line], state, steps: Vec::new() }
}

async fn add(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let kind = chosen(&mut faults, "/kind", FacilityKind::parse(&said(&typed, "kind")));
            let input = FacilityInput {
                organisation_id: None,
                kind: kind.unwrap_or(FacilityKind::PackingHouse),
                name: said(&typed, "name"),
                tenure: if said(&typed, "tenure") == "rented" { FacilityTenure::Rented } else { FacilityTenure::Own },
                lessor: given(&typed, "lessor"),
                division_code: None,
                address: given(&typed, "address"),
                capacity: None,
                valid_from: day(&mut faults, &typed, "valid_from"),
                valid_to: day(&mut faults, &typed, "valid_to"),
            };
            together(faults, register_facility(tx, &desk, &input).await.err(), place)?;
            Ok(Done::see(done_at(lang, "/work/facilities", "facility_registered")))
        })
    });
    let names = ["name", "kind", "tenure", "lessor", "valid_from", "valid_to", "address"];
    finish(&app, &reader, &typed, "new", &names, tried.await).await
}

async fn finish(
    app: &App,
    reader: &Reader,
    typed: &Typed,
    form: &'static str,
    names: &[&str],
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, names, |errors, tried| page(app, reader, errors, tried)).await
}

async fn license(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let from = day(&mut faults, &typed, "valid_from");
            let from = chosen(&mut faults, "/valid_from", from);
            let facility = chosen(&mut faults, "/facility", given(&typed, "facility"));
            let valid_to = day(&mut faults, &typed, "valid_to");
            faults.check()?;
            let (Some(valid_from), Some(id)) = (from, facility) else { return Err(Failure::broken("faults were not noted")) };
            let (kind, number, issuer) = (said(&typed, "kind"), said(&typed, "number"), given(&typed, "issuer"));
            license_facility(tx, &desk, &id, &LicenceInput { kind, number, issuer, valid_from, valid_to, evidence: None }).await?;
            Ok(Done::see(done_at(lang, "/work/facilities", "facility_licensed")))
        })
    });
    let names = ["facility", "kind", "number", "issuer", "valid_from", "valid_to"];
    finish(&app, &reader, &typed, "licence", &names, tried.await).await
}

async fn close(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let closed_on = day(&mut faults, &typed, "closed_on");
            let facility = chosen(&mut faults, "/facility", given(&typed, "facility"));
            faults.check()?;
            let input = CloseInput { closed_on, reason: said(&typed, "reason") };
            close_facility(tx, &desk, &facility.unwrap_or_default(), &input).await?;
            Ok(Done::see(done_at(lang, "/work/facilities", "facility_closed")))
        })
    });
    finish(&app, &reader, &typed, "close", &["facility", "closed_on", "reason"], tried.await).await
}

async fn declare(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let what = said(&typed, "what");
            let [facility_id, product_id, season, quarter] = what.split('|').collect::<Vec<_>>()[..] else {
                return Err(Failure::field("/what", "register_empty"));
            };
            let mut faults = Faults::new();
            let unit = register::goods(tx.connection(), product_id).await?.unit;
            let (net_weight_g, quantity) = amount(&mut faults, &typed, unit);
            let input = DeclarationInput {
                facility_id: facility_id.to_owned(),
                product_id: product_id.to_owned(),
                season: season.to_owned(),
                quarter: quarter.to_owned(),
                net_weight_g,
                quantity,
                counted_on: given(&typed, "counted_on"),
                reason: given(&typed, "reason"),
                corrects: false,
            };
            together(faults, declare_stock(tx, &desk, &input).await.err(), place)?;
            Ok(Done::see(done_at(lang, "/work/facilities", "stock_declared")))
        })
    });
    finish(&app, &reader, &typed, "declare", &["what", "amount", "counted_on", "reason"], tried.await).await
}
