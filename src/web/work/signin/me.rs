//! `/work/me`: one's own sign-in: password, sessions, and the ways to second factors, tokens and the organisation's people.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, said};
use super::{Anew, moment};
use crate::identity::commands::access::{change_password, end_sessions};
use crate::identity::members::looks_after;
use crate::identity::password;
use crate::identity::queries::access::sessions;
use crate::identity::role::Permission as P;
use crate::kernel::{Actor, Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    let own = Access::SignedIn;
    vec![
        Route::get("/work/me", own, show),
        Route::get("/work/me/password", own, ask),
        Route::post("/work/me/password", own, change),
        Route::post("/work/me/sessions/end", own, end_others),
        Route::post("/work/me/sessions/{name}/end", own, end_one),
    ]
}

/// The actor who looks after an organisation: by the office's scope, or by being named for it.
pub(super) fn carer(reader: &Reader) -> Actor {
    reader.acting(P::MemberManage).unwrap_or_else(|| reader.who.as_anybody())
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader).await?))
}

async fn page(app: &App, reader: &Reader) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let who = &reader.who;
    let mut links = vec![
        vec![Cell::link(say("password"), reader.to("/work/me/password")).with_small(say("password_about"))],
        vec![Cell::link(say("factors"), reader.to("/work/me/factors")).with_small(say(if who.second_factor {
            "factor_on"
        } else {
            "factor_off"
        }))],
        vec![Cell::link(say("tokens"), reader.to("/work/me/tokens")).with_small(say("tokens_about"))],
    ];
    if let Some(own) = reader.own()
        && looks_after(app.db.reader(), &carer(reader), &app.clock, own).await?
    {
        links.push(vec![Cell::link(say("members"), reader.to("/work/members")).with_small(say("members_about"))]);
    }
    let about = match &reader.who.account.organisation_id {
        Some(_) => format!("{} · {}", who.account.display_name, who.account.name),
        None => who.account.name.clone(),
    };
    let list = Part {
        heading: say("own"),
        about,
        table: Some(Table { caption: say("own"), columns: vec![Column::text(say("what"))], rows: links, empty: String::new() }),
        ..Part::default()
    };
    let parts = vec![list, session_part(app, reader).await?];
    Ok(PartsPage { parts, frame: reader.narrow_frame(say("me"), Vec::new()) }.render()?)
}

async fn session_part(app: &App, reader: &Reader) -> Outcome<Part> {
    let views = sessions(&app.db, &app.clock, &reader.who.account.id, reader.who.session.as_deref()).await?;
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let mut forms = Vec::new();
    if views.iter().any(|view| !view.current) {
        forms.push(Form::new(app, reader, "others", "/work/me/sessions/end", "signin.end_others", "signin.end_others", Vec::new()));
        let choices = views.iter().filter(|view| !view.current);
        for view in choices {
            let path = format!("/work/me/sessions/{}/end", view.name);
            let mut form = Form::new(app, reader, "one", &path, "signin.end_one", "signin.end_one", Vec::new());
            let place = view.address.clone().unwrap_or_default();
            form.label = reader.fill("signin.end_this", &[("since", &moment(reader.lang, view.created_at)), ("place", &place)]);
            form.class = "stop";
            forms.push(form);
        }
    }
    let rows = views
        .iter()
        .map(|view| {
            let state = if view.current { Cell::badge(say("this_one"), "ok") } else { Cell::text(moment(reader.lang, view.seen_at)) };
            vec![
                Cell::text(reader.word("signin.carrier", &view.kind)).with_small(view.agent.clone().unwrap_or_default()),
                Cell::text(moment(reader.lang, view.created_at)).with_small(view.address.clone().unwrap_or_default()),
                state,
            ]
        })
        .collect();
    let columns = vec![Column::text(say("session")), Column::text(say("since")), Column::text(say("last_seen"))];
    let table = Table { caption: say("sessions_caption"), columns, rows, empty: say("sessions_none") };
    Ok(Part { heading: say("sessions"), table: Some(table), forms, ..Part::default() })
}

const PASSWORD: [&str; 4] = ["current", "password", "again", "handled_by"];

async fn ask(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(password_page(&app, &reader, None)?))
}

fn password_page(app: &App, reader: &Reader, refused: Option<&Failure>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let profile = app.sign_in_rules().profile;
    let rule = reader.fill(&format!("signin.rule_{}", profile.word()), &[("fewest", &profile.fewest().to_string())]);
    let fields = vec![
        Field::password("current", say("current")).must(),
        Field::password("password", say("new_password")).hint(rule).must(),
        Field::password("again", say("again")).must(),
    ];
    let mut form = Form::new(app, reader, "password", "/work/me/password", "signin.password", "signin.change", fields);
    form.open = true;
    let errors = refused.map(|failure| at_fields(reader, failure, "password", &PASSWORD)).unwrap_or_default();
    let about = if reader.who.held_back == Some("password_change_needed") { say("must_change") } else { say("change_about") };
    let part = Part { heading: say("password"), about, forms: vec![form], ..Part::default() };
    Ok(PartsPage { parts: vec![part], frame: reader.narrow_frame(say("password"), errors) }.render()?)
}

async fn change(State(app): State<App>, reader: Reader, anew: Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let tried = try_change(&app, &reader, &anew, posted).await;
    let response = answered(tried, |failure| async {
        let html = password_page(&app, &reader, Some(&failure))?;
        Ok((failure, html))
    })
    .await?;
    if response.status() == http::StatusCode::SEE_OTHER { anew.in_browser(&app, response) } else { Ok(response) }
}

async fn try_change(app: &App, reader: &Reader, anew: &Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = &posted.body;
    // What is typed is a password: blanks at its ends belong to it.
    let exactly = |name: &str| typed.get(name).cloned().unwrap_or_default();
    anew.confirm(&reader.who, &exactly("current")).await?;
    if exactly("password") != exactly("again") {
        return Err(Failure::field("/again", "password_differs").into());
    }
    let profile = app.sign_in_rules().profile;
    let hash = password::prepare(&app.db, &app.random, profile, &reader.who.account, &exactly("password")).await?;
    let (lang, renewal) = (reader.lang, anew.renewal.clone());
    // Nothing of the passwords goes further than here.
    act(app, posted.map(|_| Nothing {}), move |tx, desk, _| {
        let (hash, renewal) = (hash.clone(), renewal.clone());
        Box::pin(async move {
            change_password(tx, &desk, &hash, &renewal).await?;
            Ok(Done::see(done_at(lang, "/work/me", "password_changed")))
        })
    })
    .await
}

async fn end_others(State(app): State<App>, reader: Reader, anew: Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (lang, renewal) = (reader.lang, anew.renewal.clone());
    let response = act(&app, posted, move |tx, desk, _| {
        let renewal = renewal.clone();
        Box::pin(async move {
            crate::identity::commands::access::end_other_sessions(tx, &desk, &renewal).await?;
            Ok(Done::see(done_at(lang, "/work/me", "sessions_ended")))
        })
    })
    .await?;
    anew.in_browser(&app, response)
}

async fn end_one(State(app): State<App>, Path(name): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    act(&app, posted, move |tx, desk, _| {
        let name = name.clone();
        Box::pin(async move {
            end_sessions(tx, &desk, &desk.actor.account_id, Some(&name)).await?;
            Ok(Done::see(done_at(lang, "/work/me", "sessions_ended")))
        })
    })
    .await
}

/// The tried form with what was typed, for pages of several forms.
pub(super) fn tried<'a>(form: &'static str, typed: &'a Typed) -> Tried<'a> {
    Tried { form, typed }
}

/// What was typed as a password: exactly as it is.
pub(super) fn secret(typed: &Typed, name: &str) -> String {
    typed.get(name).cloned().unwrap_or_default()
}

/// A text that was typed.
pub(super) fn text(typed: &Typed, name: &str) -> String {
    said(typed, name)
}
