//! `/work/orders/{id}/print`: labels for the producer's own printer. Which sheet, where it begins, which labels; a framed page to try it; then
//! the PDF, or ZPL for a thermal printer. Everything wrong is said here, before the file is asked for.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::staff::{FormError, Frame};
use super::super::route::{Access, Route};
use super::super::sticker::{Ready, Wanted, ready};
use super::desk::{Reader, again, faults, on_the_form};
use super::parts::Field;
use crate::identity::role::Permission as P;
use crate::interop::sticker::PRESETS;
use crate::kernel::{Failure, Outcome};
use crate::trace::commands::download::FREE_CODES;
use crate::trace::queries::order::order;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/orders/{id}/print", Access::Needs(P::CodesDownload), show)]
}

/// The sheet that is filled in where nothing was chosen.
const FIRST: &str = "3x7";

/// Which of the buttons was pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pressed {
    /// `test`, `pdf` or `zpl`; nothing when the page is only looked at.
    go: String,
}

#[derive(Template)]
#[template(path = "staff/print.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    about: Vec<String>,
    sheets: Vec<(String, String)>,
    chosen: String,
    measures: Vec<Field>,
    run: Vec<Field>,
    mark: Option<Field>,
    no_mark: String,
    dpi: Field,
    back: String,
}

async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    Query(pressed): Query<Pressed>,
    Query(mut wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let view = order(&app.db, &reader.actor(P::CodesDownload)?, app.clock.now(), &id).await?;
    let made = ready(&app, &reader.actor(P::CodesDownload)?, &id).await;
    if !pressed.go.is_empty() {
        wanted.test = if pressed.go == "test" { "1".to_owned() } else { String::new() };
        let single = pressed.go == "zpl";
        match checked(&app, &made, &wanted, single) {
            Ok(()) => {
                let file = if single { "labels.zpl" } else { "labels.pdf" };
                return Ok(Redirect::to(&format!("/api/v1/code-orders/{id}/{file}?{}", wanted.query())).into_response());
            }
            Err(failure) => {
                let failure = on_the_form(Refusal(failure))?;
                let errors = faults(reader.lang, &failure, |pointer| pointer.trim_start_matches('/').to_owned());
                let html = page(&app, &reader, &id, view.order.count, made.as_ref().ok(), &wanted, errors)?;
                return Ok(again(failure, html));
            }
        }
    }
    let (made, errors) = match made {
        Ok(made) => (Some(made), Vec::new()),
        Err(failure) => (None, faults(reader.lang, &on_the_form(Refusal(failure))?, |_| String::new())),
    };
    Ok(Html(page(&app, &reader, &id, view.order.count, made.as_ref(), &wanted, errors)?).into_response())
}

/// Can it be printed as asked for?
fn checked(app: &App, made: &Outcome<Ready>, wanted: &Wanted, single: bool) -> Outcome<()> {
    let made = made.as_ref().map_err(|failure| {
        let mut said = Failure::new(failure.kind, failure.code);
        said.params.clone_from(&failure.params);
        said.fields.clone_from(&failure.fields);
        said
    })?;
    let (_, _, run) = made.stickers(wanted, single)?;
    if single {
        wanted.dpi()?;
    }
    let codes = i64::from(run.last - run.first) + 1;
    if wanted.test.is_empty() {
        crate::trace::commands::download::handed_directly(i64::from(made.order.count), codes, app.config.hand_over_limit)?;
    }
    Ok(())
}

fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    count: i64,
    made: Option<&Ready>,
    wanted: &Wanted,
    errors: Vec<FormError>,
) -> Result<String, Refusal> {
    let word = |key: &str| reader.say(&format!("print.{key}"));
    let field = |name: &'static str, value: &str| Field { id: name.to_owned(), ..Field::text(name, word(name)).numeric().value(value) };
    let sheets: Vec<(String, String)> =
        PRESETS.iter().map(|(name, _)| *name).chain(["free"]).map(|name| (name.to_owned(), word(&format!("sheet_{name}")))).collect();
    let chosen = if wanted.layout.is_empty() { FIRST.to_owned() } else { wanted.layout.clone() };
    let measures = vec![
        field("width", &wanted.width),
        field("height", &wanted.height),
        field("columns", &wanted.columns),
        field("rows", &wanted.rows),
        field("left", &wanted.left),
        field("top", &wanted.top),
        field("pitch_x", &wanted.pitch_x),
        field("pitch_y", &wanted.pitch_y),
    ];
    let first = if wanted.first.is_empty() { "1".to_owned() } else { wanted.first.clone() };
    let last = if wanted.last.is_empty() { count.min(FREE_CODES.max(21)).to_string() } else { wanted.last.clone() };
    let start = if wanted.start.is_empty() { "1".to_owned() } else { wanted.start.clone() };
    let run = vec![field("first", &first), field("last", &last), field("start", &start)];
    let mark = made.and_then(Ready::mark_number).map(|number| Field {
        id: "mark".to_owned(),
        value: wanted.mark.clone(),
        ..Field::check("mark", reader.fill("print.mark", &[("number", number)]))
    });
    let dpi = vec![("203".to_owned(), word("dpi_203")), ("300".to_owned(), word("dpi_300"))];
    let dpi = Field {
        id: "dpi".to_owned(),
        ..Field::select("dpi", word("dpi"), dpi).must().value(if wanted.dpi.is_empty() { "203" } else { &wanted.dpi })
    };
    let page = Page {
        action: format!("/work/orders/{id}/print"),
        about: vec![
            reader.fill("print.about_downloads", &[("most", &app.config.downloads_most.to_string()), ("free", &FREE_CODES.to_string())]),
            word("about_scale"),
        ],
        sheets,
        chosen,
        measures,
        run,
        no_mark: word(if made.is_some_and(|made| made.mark.in_force) { "mark_no_number" } else { "mark_none" }),
        mark,
        dpi,
        back: reader.to(&format!("/work/orders/{id}")),
        frame: reader.frame(word("title"), errors),
    };
    Ok(page.render()?)
}
