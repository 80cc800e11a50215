//! `/work`: what there is to do for who is signed in.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::Site;
use super::super::pages::staff::{Frame, RailLink};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use super::desk::{csrf_of, organisation_name};
use crate::identity::queries::SignedIn;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work", Access::SignedIn, home)]
}

#[derive(Template)]
#[template(path = "staff/home.html")]
struct HomePage<'a> {
    frame: Frame<'a>,
    roles: Vec<(String, String)>,
}

async fn home(State(app): State<App>, lang: Lang, who: SignedIn, headers: HeaderMap) -> Result<Html<String>, Refusal> {
    let site: Site = app.site();
    let organisation = organisation_name(&app, &who).await?;
    let rail = [RailLink { href: "/work".to_owned(), label: lang.say("home.title").into_owned(), count: None, current: true }];
    let csrf = csrf_of(&app, &headers);
    let roles = who
        .grants
        .iter()
        .map(|(role, _)| {
            (lang.say(&format!("role.{}", role.word())).into_owned(), lang.say(&format!("role_about.{}", role.word())).into_owned())
        })
        .collect();
    let frame = Frame {
        lang,
        site: &site,
        title: lang.say("home.title").into_owned(),
        organisation: &organisation,
        account: &who.account.display_name,
        rail: &rail,
        csrf: &csrf,
        done: None,
        errors: Vec::new(),
        narrow: false,
    };
    Ok(Html(HomePage { frame, roles }.render()?))
}
