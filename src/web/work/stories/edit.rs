//! `/work/stories/{id}/edit`: what a story says, and its pictures, each with its own form. Saving asks for nothing to be whole.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::forms::{FORMS, PICTURE, TEXTS, picture_fields, picture_input, text_fields, text_input};
use super::{fill, flags, is_author, place, say};
use crate::files::{Incoming, reduced};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::promotion::commands::{PictureKept, add_picture, change_picture, change_story, remove_picture};
use crate::promotion::queries::{StoryView, standing_consents, story};
use crate::promotion::story::StoryState;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, Posted, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::parts::{Form, Part, PartsPage, Tried, Typed, refilled};

/// The longer side of a picture that is kept, in pixels: what a telephone shows, at a weight that a telephone pays for.
const SIDE: u32 = 800;

pub(super) fn routes() -> Vec<Route> {
    let write = Access::Needs(P::StoryWrite);
    vec![
        Route::get("/work/stories/{id}/edit", write, show),
        Route::post("/work/stories/{id}/edit", write, save),
        Route::post("/work/stories/{id}/pictures", write, add).carries(MOST_UPLOAD),
        Route::post("/work/stories/{id}/pictures/{file}", write, change).carries(MOST_UPLOAD),
        Route::post("/work/stories/{id}/pictures/{file}/remove", write, remove),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// The story, if this reader may write it now.
async fn to_write(app: &App, reader: &Reader, id: &str) -> Result<StoryView, Refusal> {
    let view = story(&app.db, &reader.actor(P::StoryWrite)?, id, app.clock.today()).await?;
    if !is_author(reader, &view) {
        return Err(Failure::not_found().into());
    }
    if !StoryState::parse(&view.state).is_some_and(StoryState::may_be_written) {
        return Err(Failure::conflict("story_step").with("story_state", &view.state).into());
    }
    Ok(view)
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = to_write(app, reader, id).await?;
    let consents = standing_consents(app.db.reader(), &view.organisation_id).await?;
    let mut parts = Vec::new();
    let open: Vec<_> = view.points.iter().filter(|point| view.state == "returned" && point.round == view.round).collect();
    if !open.is_empty() {
        let row = |point: &&crate::promotion::queries::StoryPoint| {
            vec![Cell::badge(say(reader, &format!("point.{}", point.part)), "amber"), Cell::text(point.said.clone())]
        };
        let table = Table {
            caption: say(reader, "points_caption"),
            columns: super::columns(reader, &["point_part", "to_mend"]),
            rows: open.iter().map(row).collect(),
            empty: String::new(),
        };
        parts.push(Part { heading: say(reader, "points"), table: Some(table), ..Part::default() });
    }
    let form =
        Form::new(app, reader, "edit", &format!("{}/edit", place(id)), "story.words", "story.save", text_fields(reader, Some(&view)));
    let back = vec![(reader.to(&place(id)), say(reader, "back"))];
    let about = say(reader, if view.state == "live" { "edit_live" } else { "edit_about" });
    let forms = vec![Form { open: true, ..form }.again(tried.as_ref())];
    parts.push(Part { heading: say(reader, "words"), about, forms, ..Part::default() });
    if !view.flags.is_empty() {
        parts.push(Part {
            heading: say(reader, "flags"),
            about: say(reader, "flags_about"),
            table: Some(flags(reader, &view)),
            ..Part::default()
        });
    }
    let mut pictures = Part { heading: say(reader, "pictures"), about: say(reader, "pictures_about"), links: back, ..Part::default() };
    for (picture, name) in view.pictures.iter().zip(FORMS) {
        let at = format!("{}/pictures/{}", place(id), picture.file_id);
        let form =
            Form::new(app, reader, name, &at, "story.picture_change", "story.save", picture_fields(reader, &consents, Some(picture)));
        let label = fill(reader, "picture_of", &[("caption", &picture.caption_zh)]);
        pictures.forms.push(Form { label, ..form }.again(tried.as_ref()));
        let form = Form::new(app, reader, "remove", &format!("{at}/remove"), "story.picture_remove", "story.picture_remove", Vec::new());
        let label = fill(reader, "remove_of", &[("caption", &picture.caption_zh)]);
        pictures.forms.push(Form { label, class: "stop", ..form });
    }
    if view.pictures.len() < FORMS.len() {
        let fields = picture_fields(reader, &consents, None);
        let form = Form::new(app, reader, "picture", &format!("{}/pictures", place(id)), "story.picture_add", "story.picture_add", fields);
        pictures.forms.push(Form { open: view.pictures.is_empty(), ..form }.again(tried.as_ref()));
    }
    parts.push(pictures);
    Ok(PartsPage { frame: reader.frame(say(reader, "edit"), errors), parts }.render()?)
}

async fn save(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            change_story(tx, &desk, &id, &text_input(&typed)).await?;
            Ok(Done::see(done_at(lang, &place(&id), "story_saved")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "edit", typed: &typed };
    refilled(tried, &reader, form, &TEXTS, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

/// The files of a picture's form on the shelf: of the picture only a small copy, of the signed consent all of it.
async fn kept(app: &App, files: Vec<Incoming>) -> Outcome<PictureKept> {
    let mut kept = PictureKept::default();
    for file in files {
        if file.field == "picture" && kept.picture.is_none() {
            let small = tokio::task::spawn_blocking(move || reduced(&file, SIDE)).await.map_err(Failure::broken)??;
            kept.picture = Some(app.shelf.keep(small).await?);
        } else if file.field == "consent_paper" && kept.consent.is_none() {
            kept.consent = Some(app.shelf.keep(file).await?);
        }
    }
    Ok(kept)
}

async fn add(State(app): State<App>, reader: Reader, Path(id): Path<String>, sent: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (sent.posted.body.clone(), reader.lang, id.clone());
    let files = kept(&app, sent.files).await;
    let tried = act(&app, sent.posted, move |tx, desk, typed| {
        let (id, files) = (own.clone(), files.clone());
        Box::pin(async move {
            add_picture(tx, &desk, &id, &picture_input(&typed), &files?).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&id)), "story_picture_added")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "picture", typed: &typed };
    refilled(tried, &reader, form, &PICTURE, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

async fn change(
    State(app): State<App>,
    reader: Reader,
    Path((id, file)): Path<(String, String)>,
    sent: PostedFiles<Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang, own) = (sent.posted.body.clone(), reader.lang, (id.clone(), file.clone()));
    let at = to_write(&app, &reader, &id).await?.pictures.iter().position(|picture| picture.file_id == file);
    let files = kept(&app, sent.files).await;
    let tried = act(&app, sent.posted, move |tx, desk, typed| {
        let ((id, file), files) = (own.clone(), files.clone());
        Box::pin(async move {
            change_picture(tx, &desk, &id, &file, &picture_input(&typed), &files?).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&id)), "story_picture_saved")))
        })
    });
    let tried = tried.await;
    let name = at.and_then(|at| FORMS.get(at)).copied().unwrap_or("picture");
    refilled(tried, &reader, Tried { form: name, typed: &typed }, &PICTURE, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

async fn remove(
    State(app): State<App>,
    reader: Reader,
    Path((id, file)): Path<(String, String)>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, (id.clone(), file));
    let tried = act(&app, posted, move |tx, desk, _| {
        let (id, file) = own.clone();
        Box::pin(async move {
            remove_picture(tx, &desk, &id, &file).await?;
            Ok(Done::see(done_at(lang, &format!("{}/edit", place(&id)), "story_picture_removed")))
        })
    });
    let tried = tried.await;
    let form = Tried { form: "remove", typed: &typed };
    refilled(tried, &reader, form, &[], |errors, tried| page(&app, &reader, &id, errors, tried)).await
}
