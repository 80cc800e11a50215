//! `/work/designs`: what a product's labels look like in a season, recorded by its holder or the office, seen by producers and printers.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::hand_over::until;
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::registry::commands::{LabelDesignInput, LastDayInput, end_label_design, record_label_design};
use crate::registry::queries::{ProductsAsked, label_design, label_designs, products};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, Posted, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::files::as_attachment;
use crate::web::work::names::day_of;
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, day, given, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let (read, record) = (Access::Needs(P::LabelDesignRead), Access::Needs(P::LabelDesignRecord));
    vec![
        Route::get("/work/designs", read, show),
        Route::get("/work/designs/{id}/file", read, file),
        Route::post("/work/designs", record, add).carries(MOST_UPLOAD),
        Route::post("/work/designs/end", record, end),
    ]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let views = label_designs(&app.db, None, app.clock.today()).await?;
    let say = |key: &str| reader.say(&format!("designs.{key}"));
    let rows = views.iter().map(|view| {
        vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/designs/{}/file", view.id)))
                .with_small(view.note.clone().unwrap_or_default()),
            Cell::text(view.product.clone()).with_small(view.season.clone()),
            Cell::text(format!("{} – {}", day_of(reader.lang, &view.valid_from), until(reader, view.valid_to.as_deref()))),
            if view.is_valid { Cell::badge(say("in_force"), "ok") } else { Cell::badge(say("not_in_force"), "soft") },
        ]
    });
    let table = Table {
        caption: say("caption"),
        columns: ["name", "product", "days", "state"].map(|c| Column::text(say(c))).into(),
        rows: rows.collect(),
        empty: say("none"),
    };
    let mut part = Part { heading: say("heading"), about: say("about"), table: Some(table), ..Part::default() };
    if reader.may(P::LabelDesignRecord) {
        let fields = vec![
            Field::select("product_id", say("product"), choices(app).await?).must(),
            Field::text("season", say("season"))
                .must()
                .numeric()
                .value(app.clock.today().to_string().get(..4).unwrap_or_default().to_owned()),
            Field::text("name", say("name")).must(),
            Field::file("file", say("file"), "image/png,image/jpeg,image/webp,application/pdf").must().hint(say("file_hint")),
            Field::text("note", say("note")),
            Field::date("valid_from", reader.say("valid_from")).must().value(app.clock.today().to_string()),
            Field::date("valid_to", reader.say("valid_to")),
        ];
        part.forms.push(Form::new(app, reader, "new", "/work/designs", "designs.record", "designs.record", fields).again(tried.as_ref()));
        let live: Vec<(String, String)> =
            views.iter().filter(|v| v.is_valid).map(|v| (v.id.clone(), format!("{} {} {}", v.product, v.season, v.name))).collect();
        if !live.is_empty() {
            let fields = vec![
                Field::select("design", say("name"), live).must(),
                Field::date("valid_to", say("last_day")).must().value(app.clock.today().to_string()),
            ];
            let form = Form::new(app, reader, "end", "/work/designs/end", "designs.end", "designs.end", fields);
            part.forms.push(Form { class: "stop", ..form }.again(tried.as_ref()));
        }
    }
    Ok(PartsPage { frame: reader.frame(say("title"), errors), parts: vec![part] }.render()?)
}

/// Products with a registered right, as choices.
async fn choices(app: &App) -> Outcome<Vec<(String, String)>> {
    let asked = ProductsAsked::default();
    let found = products(&app.db, &asked, app.clock.today(), None, 200).await?;
    Ok(found.items.into_iter().map(|view| (view.id, view.name)).collect())
}

const NAMES: [&str; 8] = ["product_id", "season", "name", "file", "note", "valid_from", "valid_to", "design"];

async fn again(
    app: &App,
    reader: &Reader,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, &NAMES, |errors, tried| page(app, reader, errors, tried)).await
}

async fn add(State(app): State<App>, reader: Reader, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (lang, typed) = (reader.lang, sent.posted.body.clone());
    let kept = match sent.files.into_iter().find(|file| file.field == "file") {
        Some(file) => app.shelf.keep(file).await,
        None => Err(Failure::field("/file", "register_empty")),
    };
    let kept = match kept {
        Ok(kept) => kept,
        Err(failure) => return again(&app, &reader, "new", &typed, Err(failure.into())).await,
    };
    let tried = act(&app, sent.posted, move |tx, desk, typed| {
        let kept = kept.clone();
        Box::pin(async move {
            let mut faults = Faults::new();
            let (valid_from, valid_to) = (day(&mut faults, &typed, "valid_from"), day(&mut faults, &typed, "valid_to"));
            faults.check()?;
            let input = LabelDesignInput {
                product_id: said(&typed, "product_id"),
                season: said(&typed, "season"),
                name: said(&typed, "name"),
                note: given(&typed, "note"),
                valid_from,
                valid_to,
            };
            record_label_design(tx, &desk, &input, &kept).await?;
            Ok(Done::see(done_at(lang, "/work/designs", "label_design_recorded")))
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
            end_label_design(tx, &desk, &said(&typed, "design"), &LastDayInput { valid_to }).await?;
            Ok(Done::see(done_at(lang, "/work/designs", "label_design_ended")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, "end", &typed, tried).await
}

/// The file of a design as it was sent, for whoever may read designs: only as an attachment.
async fn file(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Refusal> {
    label_design(&app.db, &id, app.clock.today()).await?;
    let row = files::rows(&app.db, "label_design", &id).await?.into_iter().next().ok_or_else(Failure::not_found)?;
    as_attachment(&app, &row).await
}
