//! `/stories/`: what producers tell under their own names, on the promotion host and nowhere else. Everybody else is told that nothing is
//! there: on the register's host, and everywhere while promotion is off. The host a request names decides only that; links are built from
//! the settings.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::frame::host_of;
use super::super::pages::promotion::{PictureView, StoryCard, StoryPage, StoryProduct, stories_page, story_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::{Day, Failure};
use crate::promotion::queries::{PublicPicture, PublicStory, public_picture, public_stories, public_story};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/stories/", Access::Public, list),
        Route::get("/stories/{id}", Access::Public, one),
        Route::get("/stories/{id}/pictures/{file}", Access::Public, picture),
    ]
}

/// Lets only what was asked of the promotion host pass.
fn on_promotion(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
    let named = host_of(uri, headers);
    let here = app.config.promo_domain().is_some_and(|domain| named.as_deref() == Some(domain.as_str()));
    if here { Ok(()) } else { Err(Failure::not_found()) }
}

async fn list(State(app): State<App>, lang: Lang, uri: Uri, headers: HeaderMap) -> Result<Html<String>, Refusal> {
    on_promotion(&app, &uri, &headers)?;
    let mut products: Vec<StoryProduct> = Vec::new();
    for story in public_stories(&app.db, app.clock.today()).await? {
        let card = StoryCard {
            href: format!("/stories/{}{}", story.id, lang.query()),
            title: lang.of(&story.title_zh, story.title_en.as_deref()).to_owned(),
            organisation: story.organisation,
        };
        match products.last_mut().filter(|last| last.product == story.product) {
            Some(last) => last.stories.push(card),
            None => products.push(StoryProduct { product: story.product, stories: vec![card] }),
        }
    }
    Ok(Html(stories_page(lang, &app.site(), &app.config.base_url, &products)?))
}

async fn one(State(app): State<App>, lang: Lang, Path(id): Path<String>, uri: Uri, headers: HeaderMap) -> Result<Html<String>, Refusal> {
    on_promotion(&app, &uri, &headers)?;
    let story = public_story(&app.db, &id, app.clock.today()).await?;
    Ok(Html(story_page(lang, &app.site(), &app.config.base_url, &shown(lang, &story))?))
}

/// A story in a language; what has no English stands in Chinese.
fn shown(lang: Lang, story: &PublicStory) -> StoryPage {
    let picture = |one: &PublicPicture| PictureView {
        src: format!("/stories/{}/pictures/{}", story.id, one.file_id),
        caption: lang.of(&one.zh.0, one.en.0.as_deref()).to_owned(),
        alt: lang.of(&one.zh.1, one.en.1.as_deref()).to_owned(),
    };
    let english = lang.english() && story.title_en.is_some();
    let text = if english { story.text_en.as_deref().unwrap_or(&story.text_zh) } else { &story.text_zh };
    let day = parse_rfc3339(&story.published_at).map(|at| Day::of(at).for_people(lang.english())).unwrap_or_default();
    StoryPage {
        title: lang.of(&story.title_zh, story.title_en.as_deref()).to_owned(),
        only_chinese: lang.english() && !english,
        paragraphs: text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        pictures: story.pictures.iter().map(picture).collect(),
        shops: story.shops.iter().map(|shop| (shop.name.clone(), shop.url.clone())).collect(),
        organisation: story.organisation.clone(),
        credit_code: story.credit_code.clone(),
        product: story.product.clone(),
        slug: story.slug.clone(),
        day,
    }
}

async fn picture(
    State(app): State<App>,
    Path((id, file)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    on_promotion(&app, &uri, &headers)?;
    let row = public_picture(&app.db, &id, &file, app.clock.today()).await?;
    let copy = row.view_sha256.ok_or_else(Failure::not_found)?;
    let mut response = app.shelf.read(&copy).await?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    // Nobody on the way keeps it: a consent that is taken back counts at once.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}
