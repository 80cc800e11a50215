//! `/work/stories`: what waits for the reader and every story within reach; `/work/stories/new`: the form that begins one.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::forms::{TEXTS, text_fields, text_input};
use super::{LIST, columns, mine, place, say, state, title};
use crate::identity::role::Permission as P;
use crate::promotion::commands::begin_story;
use crate::promotion::queries::{StoryView, find_stories, products_to_tell};
use crate::promotion::story::StoryState;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{Asked, Posted};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::listing::{Above, Query, ROWS, products};
use crate::web::work::names::moment_of;
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, refilled};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(LIST, Access::Needs(P::StoryRead), show),
        Route::post(LIST, Access::Needs(P::StoryWrite), begin),
        Route::get("/work/stories/new", Access::Needs(P::StoryWrite), new),
    ]
}

fn rows(reader: &Reader, found: &[StoryView]) -> Vec<Vec<Cell>> {
    let row = |view: &StoryView| {
        vec![
            Cell::link(title(reader, view), reader.to(&place(&view.id))).with_small(view.organisation.clone()),
            Cell::text(view.product.clone()),
            state(reader, &view.state),
            Cell::text(moment_of(reader.lang, &view.moved_at)),
        ]
    };
    found.iter().map(row).collect()
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::StoryRead)?;
    let states = choices(&reader, "story.state", StoryState::ALL.iter().map(|state| state.word()));
    let above = Above::new(&reader, LIST, &query, "stories").states("state", states).products(products(&app, &reader).await?).days();
    let above = above.sorts(&["moved"]);
    let (found, next) = find_stories(&app.db, &actor, &query.narrow(), query.cursor(), ROWS).await?;
    let heads = ["what", "product", "state_label", "moved_at"];
    let mut parts = Vec::new();
    let waiting = mine(&app, &reader).await?;
    if !waiting.is_empty() {
        let (caption, columns) = (say(&reader, "waiting"), columns(&reader, &heads));
        let table = Table { caption, columns, rows: rows(&reader, &waiting), empty: String::new() };
        parts.push(Part { heading: say(&reader, "waiting"), table: Some(table), ..Part::default() });
    }
    let mut table = Table {
        caption: say(&reader, "list_caption"),
        columns: columns(&reader, &heads),
        rows: rows(&reader, &found),
        empty: say(&reader, "list_empty"),
    };
    above.heads(&mut table, &[None, None, None, Some("moved")]);
    let filters = Some(above.filters(found.len(), next.is_some()));
    let mut links = Vec::new();
    if reader.may(P::StoryWrite) && reader.own().is_some() {
        links.push((reader.to("/work/stories/new"), say(&reader, "begin")));
    }
    let about = say(&reader, if app.config.promo_domain().is_some() { "about" } else { "about_off" });
    parts.push(Part { heading: say(&reader, "all"), about, filters, table: Some(table), next: above.next(next), links, ..Part::default() });
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "title"), Vec::new()), parts }.render()?))
}

async fn new(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let of = match reader.own() {
        Some(own) => products_to_tell(&app.db, own, app.clock.today()).await?,
        None => Vec::new(),
    };
    let mut part = Part { heading: say(reader, "begin"), about: say(reader, "begin_about"), ..Part::default() };
    if of.is_empty() {
        part.about = say(reader, "begin_none");
        part.links = vec![(reader.to("/work/mark-use-applications"), reader.say("apply.title"))];
    } else {
        let only = if of.len() == 1 { of[0].0.clone() } else { String::new() };
        let mut fields = vec![Field::select("product_id", say(reader, "product"), of).must().value(only)];
        fields.extend(text_fields(reader, None));
        let form = Form::new(app, reader, "begin", LIST, "story.begin", "story.begin_button", fields);
        part.forms.push(Form { open: true, ..form }.again(tried.as_ref()));
    }
    Ok(PartsPage { frame: reader.frame(say(reader, "begin"), errors), parts: vec![part] }.render()?)
}

async fn begin(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut input = text_input(&typed);
            input.product_id = given(&typed, "product_id");
            let row = begin_story(tx, &desk, &input, false).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&row.id)), "story_begun")))
        })
    });
    let tried = tried.await;
    let names: Vec<&str> = TEXTS.iter().copied().chain(["product_id"]).collect();
    refilled(tried, &reader, Tried { form: "begin", typed: &typed }, &names, |errors, tried| page(&app, &reader, errors, tried)).await
}
