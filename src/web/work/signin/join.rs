//! `/join/{token}`: an invitation or slip somebody holds: it makes their account, or puts a new password on it. Whoever holds the token is
//! let in once; unknown, used and over look alike.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::failure::{Refusal, status};
use super::super::super::limit::visitor_address;
use super::super::super::pages::Site;
use super::super::super::pages::staff::FormError;
use super::super::super::pages::style;
use super::super::super::route::{Access, Route};
use super::super::super::words::Lang;
use super::super::desk::faults;
use super::super::door::is_from_elsewhere;
use crate::identity::commands::members::{JoinInput, join};
use crate::identity::members::open_invitation;
use crate::identity::password;
use crate::identity::queries::access::account;
use crate::identity::store::AccountRow;
use crate::kernel::{Desk, Failure, FailureKind, Outcome, text};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/join/{token}", Access::Public, show), Route::post("/join/{token}", Access::Public, enter)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    account: String,
    display_name: String,
    password: String,
    again: String,
}

#[derive(Template)]
#[template(path = "staff/signin/join.html")]
struct Page<'a> {
    lang: Lang,
    site: &'a Site,
    css: &'static str,
    heading: String,
    about: Vec<String>,
    joins: bool,
    account: &'a str,
    display_name: &'a str,
    rule: String,
    action: String,
    button: String,
    errors: Vec<FormError>,
}

impl Page<'_> {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|e| e.field == field).map_or("", |e| e.text.as_str())
    }
}

async fn show(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    lang: Lang,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Html<String>, Refusal> {
    let html = page(&app, lang, &token, &Typed::default(), None).await;
    html.map(Html).map_err(|refusal| slowed(&app, peer, &headers, refusal))
}

/// Guessing tokens is slowed down like any other guessing.
fn slowed(app: &App, peer: SocketAddr, headers: &HeaderMap, refusal: Refusal) -> Refusal {
    let address = visitor_address(peer.ip(), headers, &app.config.trusted_proxies);
    if refusal.0.kind == FailureKind::NotFound && !app.throttle.miss(address) { Failure::not_now("throttled").into() } else { refusal }
}

async fn page(app: &App, lang: Lang, token: &str, typed: &Typed, refused: Option<&Failure>) -> Result<String, Refusal> {
    let (row, organisation) = open_invitation(&app.db, &app.clock, token).await?;
    let say = |key: &str| lang.say(&format!("signin.{key}")).into_owned();
    let joins = row.account_id.is_none();
    let name = match &row.account_id {
        Some(id) => account(&app.db, id).await?.name,
        None => organisation.map(|o| o.name).unwrap_or_default(),
    };
    let roles: Vec<String> = row.roles.split(',').filter(|r| !r.is_empty()).map(|r| lang.say(&format!("role.{r}")).into_owned()).collect();
    let until = super::moment(lang, row.expires_at);
    let about = if joins {
        let roles = roles.join(&lang.say("work.comma"));
        vec![
            lang.fill("signin.join_about", &[("person", &row.person), ("organisation", &name), ("roles", &roles)]),
            lang.fill("signin.join_once", &[("until", &until)]),
        ]
    } else {
        vec![lang.fill("signin.reset_about", &[("account", &name)]), lang.fill("signin.join_once", &[("until", &until)])]
    };
    let profile = app.sign_in_rules().profile;
    let display_name = if typed.display_name.is_empty() { &row.person } else { &typed.display_name };
    let page = Page {
        lang,
        site: &app.site(),
        css: style::staff_href(),
        heading: say(if joins { "join_title" } else { "reset_title" }),
        about,
        joins,
        account: &typed.account,
        display_name,
        rule: lang.fill(&format!("work.signin.rule_{}", profile.word()), &[("fewest", &profile.fewest().to_string())]),
        action: format!("/join/{}{}", super::super::super::link::query_value(token), lang.query()),
        button: say(if joins { "join" } else { "set_password" }),
        errors: refused.map(|f| faults(lang, f, |p| p.trim_start_matches('/').to_owned())).unwrap_or_default(),
    };
    Ok(page.render()?)
}

async fn enter(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    lang: Lang,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    if is_from_elsewhere(&headers) {
        return Err(Failure::conflict("form_stale").into());
    }
    match attempt(&app, &token, &typed).await {
        Ok(_) => Ok(Redirect::to(&format!("/login{}", lang.query())).into_response()),
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::Conflict) => {
            let html = page(&app, lang, &token, &typed, Some(&failure)).await?;
            let code: StatusCode = status(&failure);
            Ok((code, Html(html)).into_response())
        }
        Err(failure) => Err(slowed(&app, peer, &headers, failure.into())),
    }
}

async fn attempt(app: &App, token: &str, typed: &Typed) -> Outcome<AccountRow> {
    let (row, organisation) = open_invitation(&app.db, &app.clock, token).await?;
    if typed.password != typed.again {
        return Err(Failure::field("/again", "password_differs"));
    }
    let known = match &row.account_id {
        Some(id) => account(&app.db, id).await?,
        // Somebody who is not there yet: the names they choose are what the password is held against.
        None => AccountRow {
            id: String::new(),
            name: text::clean(&typed.account),
            display_name: text::clean(&typed.display_name),
            organisation_id: organisation.map(|o| o.id),
            grower_id: None,
            password_hash: String::new(),
            state: "active".to_owned(),
            created_at: app.clock.now(),
        },
    };
    let profile = app.sign_in_rules().profile;
    let password_hash = if row.account_id.is_some() {
        password::prepare(&app.db, &app.random, profile, &known, &typed.password).await?
    } else {
        password::first(&app.db, &app.random, profile, &known, &typed.password).await?
    };
    let input = JoinInput { account: typed.account.clone(), display_name: typed.display_name.clone(), password_hash };
    let (desk, token) = (Desk::system(&app.clock, &app.random), token.to_owned());
    app.db
        .write(move |tx| {
            let (desk, token, input) = (desk.clone(), token.clone(), input.clone());
            Box::pin(async move { join(tx, &desk, &token, &input).await })
        })
        .await
}
