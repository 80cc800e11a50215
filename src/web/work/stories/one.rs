//! `/work/stories/{id}`: one story as the public will read it, the words the advert law's list flags, points and steps, and the forms of who
//! may do something about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::forms::{POINTS, approve_input, forms, return_input, withdraw_input};
use super::{columns, fill, flags, is_author, is_reviewer, place, say, state, title};
use crate::db::Tx;
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Failure, Outcome};
use crate::promotion::commands::{FILES_OF, approve_story, return_story, submit_story, withdraw_reviewed_story, withdraw_story};
use crate::promotion::queries::{StoryView, story};
use crate::promotion::story::{Picture, StoryState};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Frame, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::files::{as_attachment, as_picture};
use crate::web::work::names::moment_of;
use crate::web::work::parts::{Part, Tried, Typed, refilled};

pub(super) fn routes() -> Vec<Route> {
    let (read, write, review) = (Access::Needs(P::StoryRead), Access::Needs(P::StoryWrite), Access::Needs(P::StoryReview));
    vec![
        Route::get("/work/stories/{id}", read, show),
        Route::get("/work/stories/{id}/pictures/{file}", read, picture),
        Route::get("/work/stories/{id}/papers/{file}", read, paper),
        Route::post("/work/stories/{id}/submit", write, hand_in),
        Route::post("/work/stories/{id}/withdraw", write, withdraw),
        Route::post("/work/stories/{id}/return", review, give_back),
        Route::post("/work/stories/{id}/approve", review, approve),
        Route::post("/work/stories/{id}/take-down", review, take_down),
    ]
}

/// A picture as it will be shown, with what only reviewers read.
struct Shown {
    src: String,
    alt: String,
    caption: String,
    english: String,
    people: String,
    /// Where the signed consent is; empty for none.
    paper: String,
}

#[derive(Template)]
#[template(path = "staff/story.html")]
struct Page<'a> {
    frame: Frame<'a>,
    by: String,
    title: String,
    paragraphs: Vec<String>,
    title_en: String,
    paragraphs_en: Vec<String>,
    pictures: Vec<Shown>,
    shops: Vec<(String, String)>,
    parts: Vec<Part>,
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// A picture of a story within reach.
async fn picture(State(app): State<App>, reader: Reader, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    let view = story(&app.db, &reader.actor(P::StoryRead)?, &id, app.clock.today()).await?;
    if !view.pictures.iter().any(|picture| picture.file_id == file) {
        return Err(Failure::not_found().into());
    }
    as_picture(&app, &files::one_of(&app.db, FILES_OF, &id, &file).await?).await
}

/// A signed consent, for its producer and for who looks at the story: others have no business with a signature.
async fn paper(State(app): State<App>, reader: Reader, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    let view = story(&app.db, &reader.actor(P::StoryRead)?, &id, app.clock.today()).await?;
    if !(is_author(&reader, &view) || is_reviewer(&reader, &view)) {
        return Err(Failure::not_found().into());
    }
    as_attachment(&app, &files::one_of(&app.db, FILES_OF, &id, &file).await?).await
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = story(&app.db, &reader.actor(P::StoryRead)?, id, app.clock.today()).await?;
    let may_see_papers = is_author(reader, &view) || is_reviewer(reader, &view);
    let shown = |one: &Picture| Shown {
        src: format!("{}/pictures/{}", place(id), one.file_id),
        alt: one.alt_zh.clone(),
        caption: one.caption_zh.clone(),
        english: one.caption_en.clone().unwrap_or_default(),
        people: say(reader, if one.people { "people_of.some" } else { "people_of.none" }),
        paper: match &one.consent_file_id {
            Some(file) if may_see_papers => reader.to(&format!("{}/papers/{file}", place(id))),
            _ => String::new(),
        },
    };
    let mut parts = vec![about(app, reader, &view, tried.as_ref())];
    parts.push(Part {
        heading: say(reader, "flags"),
        about: say(reader, "flags_about"),
        table: Some(flags(reader, &view)),
        ..Part::default()
    });
    if !view.points.is_empty() {
        parts.push(points(reader, &view));
    }
    if !view.steps.is_empty() {
        parts.push(steps(reader, &view));
    }
    let page = Page {
        by: reader.lang.fill("promo.by", &[("name", &view.organisation)]),
        title: title(reader, &view),
        paragraphs: lines(&view.text_zh),
        title_en: view.title_en.clone().unwrap_or_default(),
        paragraphs_en: lines(view.text_en.as_deref().unwrap_or_default()),
        pictures: view.pictures.iter().map(shown).collect(),
        shops: view.shops.iter().map(|shop| (shop.name.clone(), shop.url.clone())).collect(),
        parts,
        frame: reader.frame(fill(reader, "title_of", &[("name", &view.organisation)]), errors),
    };
    Ok(page.render()?)
}

fn about(app: &App, reader: &Reader, view: &StoryView, tried: Option<&Tried<'_>>) -> Part {
    let on = app.config.promo_domain().is_some();
    let public = match (view.is_shown, on) {
        (true, true) => "shown",
        (true, false) => "shown_off",
        (false, _) => "not_shown",
    };
    let at = |at: &Option<String>| at.as_deref().map(|at| moment_of(reader.lang, at));
    let rows = [
        ("product", Some(view.product.clone())),
        ("version", Some(view.version.to_string())),
        ("public", Some(say(reader, public))),
        ("submitted_at", at(&view.submitted_at)),
        ("published_at", at(&view.published_at)),
    ];
    let head = vec![Cell::text(say(reader, "state_label")), state(reader, &view.state)];
    let rest = rows.into_iter().filter_map(|(key, value)| Some(vec![Cell::text(say(reader, key)), Cell::text(value?)]));
    let table = Table {
        caption: say(reader, "facts_caption"),
        columns: columns(reader, &["fact", "said_label"]),
        rows: [head].into_iter().chain(rest).collect(),
        empty: String::new(),
    };
    let mut links = Vec::new();
    if is_author(reader, view) && StoryState::parse(&view.state).is_some_and(StoryState::may_be_written) {
        links.push((reader.to(&format!("{}/edit", place(&view.id))), say(reader, "edit")));
    }
    if view.is_shown && on {
        links.push((format!("{}/stories/{}{}", app.config.promo_base_url, view.id, reader.lang.query()), say(reader, "public_page")));
    }
    let forms = forms(app, reader, view).into_iter().map(|form| form.again(tried)).collect();
    Part { heading: say(reader, "standing"), table: Some(table), links, forms, ..Part::default() }
}

/// Every point, those of the round that runs first.
fn points(reader: &Reader, view: &StoryView) -> Part {
    let mut sorted: Vec<_> = view.points.iter().collect();
    sorted.sort_by_key(|point| (-point.round, point.position));
    let row = |point: &&crate::promotion::queries::StoryPoint| {
        let round = fill(reader, "round", &[("n", &point.round.to_string())]);
        vec![Cell::text(say(reader, &format!("point.{}", point.part))).with_small(round), Cell::text(point.said.clone())]
    };
    let table = Table {
        caption: say(reader, "points_caption"),
        columns: columns(reader, &["point_part", "to_mend"]),
        rows: sorted.iter().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "points"), table: Some(table), ..Part::default() }
}

fn steps(reader: &Reader, view: &StoryView) -> Part {
    let row = |step: &crate::promotion::queries::StoryStep| {
        vec![
            Cell::text(moment_of(reader.lang, &step.at)),
            Cell::text(say(reader, &format!("act.{}", step.act))).with_small(fill(
                reader,
                "version_n",
                &[("n", &step.version.to_string())],
            )),
            Cell::text(step.said.clone().unwrap_or_default()),
        ]
    };
    let table = Table {
        caption: say(reader, "steps_caption"),
        columns: columns(reader, &["when", "step", "said_label"]),
        rows: view.steps.iter().map(row).collect(),
        empty: String::new(),
    };
    Part { heading: say(reader, "steps"), table: Some(table), ..Part::default() }
}

async fn do_submit(tx: &Tx, desk: &Desk, id: &str, _: &Typed) -> Outcome<()> {
    submit_story(tx, desk, id).await.map(drop)
}
async fn do_withdraw(tx: &Tx, desk: &Desk, id: &str, _: &Typed) -> Outcome<()> {
    withdraw_story(tx, desk, id).await.map(drop)
}
async fn do_return(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    return_story(tx, desk, id, &return_input(typed)).await.map(drop)
}
async fn do_approve(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    approve_story(tx, desk, id, &approve_input(typed)).await.map(drop)
}
async fn do_take_down(tx: &Tx, desk: &Desk, id: &str, typed: &Typed) -> Outcome<()> {
    withdraw_reviewed_story(tx, desk, id, &withdraw_input(typed)).await.map(drop)
}

/// The fields of every form here.
fn names() -> Vec<&'static str> {
    POINTS.iter().map(|(name, _)| *name).chain(["reason"]).collect()
}

page_step!(hand_in, "submit", do_submit, "story_submitted");
page_step!(withdraw, "withdraw", do_withdraw, "story_withdrawn");
page_step!(give_back, "return", do_return, "story_returned");
page_step!(approve, "approve", do_approve, "story_published");
page_step!(take_down, "take_down", do_take_down, "story_withdrawn");
