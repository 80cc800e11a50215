//! `/work/mark-use-applications`: what waits for the reader, every application within reach, and the form that begins one.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::{LIST, columns, mine, named, place, say, state};
use crate::cultivation::commands::{ApplicationBeginInput, begin_application};
use crate::cultivation::mark_use_application::{ApplicationState, Way};
use crate::cultivation::queries::{ApplicationView, find_applications};
use crate::identity::role::Permission as P;
use crate::identity::store::organisation;
use crate::kernel::Outcome;
use crate::registry::queries::{RightsAsked, rights};
use crate::registry::right::Route as Protection;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{Asked, Posted};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::listing::{Above, Query, ROWS, products};
use crate::web::work::names::moment_of;
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(LIST, Access::Needs(P::MarkUseApplicationRead), show),
        Route::post(LIST, Access::Needs(P::MarkUseApplicationSubmit), begin),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query, Vec::new(), None).await?))
}

fn rows(reader: &Reader, found: &[ApplicationView]) -> Vec<Vec<Cell>> {
    let row = |view: &ApplicationView| {
        vec![
            Cell::link(named(reader, view), reader.to(&place(&view.id))).with_small(view.organisation.clone()),
            state(reader, &view.state),
            Cell::text(view.turn.as_deref().map(|turn| say(reader, &format!("turn.{turn}"))).unwrap_or_default()),
            Cell::text(moment_of(reader.lang, &view.moved_at)),
        ]
    };
    found.iter().map(row).collect()
}

async fn page(app: &App, reader: &Reader, query: &Query, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::MarkUseApplicationRead)?;
    let states = choices(reader, "apply.state", ApplicationState::ALL.iter().map(|state| state.word()));
    let above = Above::new(reader, LIST, query, "applications").states("state", states).products(products(app, reader).await?).days();
    let above = above.sorts(&["moved"]);
    let (found, next) = find_applications(&app.db, &actor, &query.narrow(), query.cursor(), ROWS).await?;
    let heads = ["what", "state_label", "turn_label", "moved_at"];
    let mut parts = Vec::new();
    let waiting = mine(app, reader).await?;
    if !waiting.is_empty() {
        let table =
            Table { caption: say(reader, "waiting"), columns: columns(reader, &heads), rows: rows(reader, &waiting), empty: String::new() };
        parts.push(Part { heading: say(reader, "waiting"), table: Some(table), ..Part::default() });
    }
    let mut table = Table {
        caption: say(reader, "list_caption"),
        columns: columns(reader, &heads),
        rows: rows(reader, &found),
        empty: say(reader, "list_empty"),
    };
    above.heads(&mut table, &[None, None, None, Some("moved")]);
    let filters = Some(above.filters(found.len(), next.is_some()));
    let (heading, about, next) = (say(reader, "all"), say(reader, "about"), above.next(next));
    let mut all = Part { heading, about, filters, table: Some(table), next, ..Part::default() };
    if reader.may(P::MarkUseApplicationSubmit) && reader.own().is_some() {
        all.forms.push(begin_form(app, reader).await?.again(tried.as_ref()));
    }
    parts.push(all);
    Ok(PartsPage { frame: reader.frame(say(reader, "title"), errors), parts }.render()?)
}

/// Every registered right that admits users; those of the reader's own county first.
async fn begin_form(app: &App, reader: &Reader) -> Outcome<Form> {
    let county = match reader.own() {
        Some(id) => organisation(app.db.reader(), id).await?.division_code.chars().take(6).collect::<String>(),
        None => String::new(),
    };
    let mut choices: Vec<(bool, String, String)> = Vec::new();
    let mut cursor = None;
    loop {
        let asked = RightsAsked { as_of: Some(app.clock.today()), ..RightsAsked::default() };
        let found = rights(&app.db, &asked, app.clock.today(), cursor.as_deref(), 200).await?;
        for right in found.items {
            if Protection::parse(&right.route).and_then(Way::of).is_none() || right.status != "registered" {
                continue;
            }
            let near = right.county_codes.contains(&county);
            let number = right.number.or(right.registration_number).unwrap_or_default();
            let words = format!("{} · {} {number}", right.product, reader.word("office.route", &right.route));
            choices.push((!near, words, right.id));
        }
        cursor = found.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    choices.sort();
    let choices = choices.into_iter().map(|(_, words, id)| (id, words)).collect();
    let fields = vec![Field::select("right_id", say(reader, "right"), choices).must().hint(say(reader, "right_hint"))];
    let form = Form::new(app, reader, "begin", LIST, "apply.begin", "apply.begin_button", fields).about(say(reader, "begin_about"));
    Ok(Form { open: true, ..form })
}

async fn begin(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input = ApplicationBeginInput { right_id: said(&typed, "right_id"), organisation_id: None };
            let row = begin_application(tx, &desk, &input, false).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&row.id)), "application_begun")))
        })
    });
    let tried = tried.await;
    let (form, query) = (Tried { form: "begin", typed: &typed }, Query::default());
    refilled(tried, &reader, form, &["right_id"], |errors, tried| page(&app, &reader, &query, errors, tried)).await
}
