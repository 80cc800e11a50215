//! `/work/printing-houses`: who may print labels, from and to days; registered and ended by the office.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::hand_over::until;
use crate::identity::queries::organisations;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::registry::commands::{LastDayInput, PrintingHouseInput, end_printing_house, register_printing_house};
use crate::registry::queries::printing_houses;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::names::day_of;
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, day, given, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let register = Access::Needs(P::PrintingHouseRegister);
    vec![
        Route::get("/work/printing-houses", Access::Needs(P::PrintingHouseRead), show),
        Route::post("/work/printing-houses", register, add),
        Route::post("/work/printing-houses/end", register, end),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let views = printing_houses(&app.db, app.clock.today()).await?;
    let say = |key: &str| reader.say(&format!("houses.{key}"));
    let rows = views.iter().map(|view| {
        vec![
            Cell::text(view.name.clone()).with_small(view.note.clone().unwrap_or_default()),
            Cell::text(view.contact.clone()).with_small(view.phone.clone().unwrap_or_default()),
            Cell::text(format!("{} – {}", day_of(reader.lang, &view.valid_from), until(reader, view.valid_to.as_deref()))),
            if view.is_valid { Cell::badge(say("in_force"), "ok") } else { Cell::badge(say("ended"), "soft") },
        ]
    });
    let table = Table {
        caption: say("caption"),
        columns: ["name", "contact", "days", "state"].map(|c| Column::text(say(c))).into(),
        rows: rows.collect(),
        empty: say("none"),
    };
    let mut part = Part { heading: say("heading"), about: say("about"), table: Some(table), ..Part::default() };
    if let Some(actor) = reader.acting(P::PrintingHouseRegister) {
        let (printers, _) = organisations(&app.db, &actor, Some("printer"), None, 200).await?;
        let printers = printers.into_iter().map(|row| (row.id, row.name)).collect();
        let fields = vec![
            Field::select("organisation_id", say("organisation"), printers).must().hint(say("organisation_hint")),
            Field::text("contact", say("contact")).must(),
            Field::text("phone", say("phone")),
            Field::date("valid_from", reader.say("valid_from")).must().value(app.clock.today().to_string()),
            Field::date("valid_to", reader.say("valid_to")),
            Field::text("note", say("note")).hint(say("note_hint")),
        ];
        part.forms
            .push(Form::new(app, reader, "new", "/work/printing-houses", "houses.register", "register", fields).again(tried.as_ref()));
        let live: Vec<(String, String)> =
            views.iter().filter(|view| view.is_valid).map(|view| (view.id.clone(), view.name.clone())).collect();
        if !live.is_empty() {
            let fields = vec![
                Field::select("house", say("name"), live).must(),
                Field::date("valid_to", say("last_day")).must().value(app.clock.today().to_string()),
            ];
            let form = Form::new(app, reader, "end", "/work/printing-houses/end", "houses.end", "houses.end", fields);
            part.forms.push(Form { class: "stop", ..form }.again(tried.as_ref()));
        }
    }
    Ok(PartsPage { frame: reader.frame(say("title"), errors), parts: vec![part] }.render()?)
}

const NAMES: [&str; 7] = ["organisation_id", "contact", "phone", "valid_from", "valid_to", "note", "house"];

async fn again(
    app: &App,
    reader: &Reader,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, &NAMES, |errors, tried| page(app, reader, errors, tried)).await
}

async fn add(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, typed) = (reader.lang, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let (valid_from, valid_to) = (day(&mut faults, &typed, "valid_from"), day(&mut faults, &typed, "valid_to"));
            faults.check()?;
            let input = PrintingHouseInput {
                organisation_id: said(&typed, "organisation_id"),
                contact: said(&typed, "contact"),
                phone: given(&typed, "phone"),
                valid_from,
                valid_to,
                note: given(&typed, "note"),
            };
            register_printing_house(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/printing-houses", "printing_house_registered")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, "new", &typed, tried).await
}

async fn end(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, typed) = (reader.lang, posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let valid_to = day(&mut faults, &typed, "valid_to");
            faults.check()?;
            end_printing_house(tx, &desk, &said(&typed, "house"), &LastDayInput { valid_to }).await?;
            Ok(Done::see(done_at(lang, "/work/printing-houses", "printing_house_ended")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, "end", &typed, tried).await
}
