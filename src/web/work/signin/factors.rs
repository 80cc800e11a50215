//! `/work/me/factors`: second factors by choice: an authenticator, a printed card, SMS where a gateway is set.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at, fresh_key};
use super::super::parts::{Field, Form, Part, PartsPage, Typed, answered, at_fields};
use super::me::{secret, text, tried};
use super::shown::{SecretPage, Symbol, once};
use super::{Anew, moment};
use crate::identity::commands::access::{begin_sms, begin_totp, confirm_factor, end_factor, issue_card};
use crate::identity::factor::{self, FactorKind, otpauth, secret_text};
use crate::identity::queries::access::{FactorView, factors, setting_up};
use crate::kernel::Failure;

pub(super) fn routes() -> Vec<Route> {
    let own = Access::SignedIn;
    vec![
        Route::get("/work/me/factors", own, show),
        Route::post("/work/me/factors/totp", own, totp),
        Route::post("/work/me/factors/card", own, card),
        Route::post("/work/me/factors/sms", own, sms),
        Route::get("/work/me/factors/{id}", own, set_up),
        Route::post("/work/me/factors/{id}/confirm", own, confirm),
        Route::post("/work/me/factors/{id}/end", own, end),
    ]
}

const NAMES: [&str; 2] = ["current", "phone"];

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, None).await?))
}

fn line(reader: &Reader, view: &FactorView) -> String {
    match (view.kind, view.left, &view.phone) {
        (FactorKind::Card, Some(left), _) => reader.fill("signin.card_left", &[("left", &left.to_string())]),
        (FactorKind::Sms, _, Some(phone)) => phone.clone(),
        _ => String::new(),
    }
}

async fn page(app: &App, reader: &Reader, refused: Option<(&Failure, &'static str, &Typed)>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let again = refused.map(|(_, form, typed)| tried(form, typed));
    let views = factors(&app.db, &app.vault, &reader.who.account.id).await?;
    let current = || Field::password("current", say("current")).must();
    let mut ends = Vec::new();
    for view in &views {
        let path = format!("/work/me/factors/{}/end", view.id);
        let mut form = Form::new(app, reader, "end", &path, "signin.end_factor", "signin.end_factor", vec![current()]);
        form.label = reader.fill("signin.end_this_factor", &[("kind", &reader.word("signin.factor", view.kind.word()))]);
        form.class = "stop";
        ends.push(form.again(again.as_ref()));
    }
    let rows = views
        .iter()
        .map(|view| {
            let name = reader.word("signin.factor", view.kind.word());
            let waits = view.state == "proposed";
            let name = if waits && view.kind != FactorKind::Card {
                Cell::link(name, reader.to(&format!("/work/me/factors/{}", view.id)))
            } else {
                Cell::text(name)
            };
            let state = if waits { Cell::badge(say("waits"), "amber") } else { Cell::badge(say("in_force"), "ok") };
            vec![name.with_small(line(reader, view)), Cell::text(moment(reader.lang, view.made_at)), state]
        })
        .collect();
    let columns = vec![Column::text(say("factor_name")), Column::text(say("since")), Column::text(reader.say("state"))];
    let needed = reader.who.held_back == Some("second_factor_needed");
    let own = Part {
        heading: say("own_factors"),
        about: say(if needed { "factor_needed" } else { "factors_about" }),
        table: Some(Table { caption: say("own_factors"), columns, rows, empty: say("factors_none") }),
        forms: ends,
        ..Part::default()
    };
    let form = |name: &'static str, fields| {
        let path = format!("/work/me/factors/{name}");
        let form = Form::new(app, reader, name, &path, &format!("signin.begin_{name}"), &format!("signin.begin_{name}"), fields);
        form.about(say(&format!("begin_{name}_about"))).again(again.as_ref())
    };
    let mut forms = vec![form("totp", vec![current()]), form("card", vec![current()])];
    if app.gateway.is_some() {
        forms.push(form("sms", vec![Field::text("phone", say("phone")).numeric().must(), current()]));
    }
    let choose = Part { heading: say("choose_factor"), forms, ..Part::default() };
    let errors = refused.map(|(failure, form, _)| at_fields(reader, failure, form, &NAMES)).unwrap_or_default();
    Ok(PartsPage { parts: vec![own, choose], frame: reader.narrow_frame(say("factors"), errors) }.render()?)
}

async fn totp(State(app): State<App>, reader: Reader, anew: Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    let attempt = async {
        anew.confirm(&reader.who, &secret(&typed, "current")).await?;
        let (vault, lang) = (app.vault.clone(), reader.lang);
        let fresh: [u8; factor::SECRET_LENGTH] = app.random.bytes();
        act(&app, posted.map(|_| Nothing {}), move |tx, desk, _| {
            let vault = vault.clone();
            Box::pin(async move {
                let row = begin_totp(tx, &desk, &vault, &fresh).await?;
                Ok(Done::see(super::super::desk::at(lang, &format!("/work/me/factors/{}", row.id))))
            })
        })
        .await
    };
    let done = attempt.await;
    answered(done, |failure| refused(&app, &reader, "totp", &typed, failure)).await
}

async fn refused(app: &App, reader: &Reader, form: &'static str, typed: &Typed, failure: Failure) -> Result<(Failure, String), Refusal> {
    let html = page(app, reader, Some((&failure, form, typed))).await?;
    Ok((failure, html))
}

async fn card(State(app): State<App>, reader: Reader, anew: Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    let codes = factor::new_card(&app.random);
    let attempt = async {
        anew.confirm(&reader.who, &secret(&typed, "current")).await?;
        let (vault, codes, renewal) = (app.vault.clone(), codes.clone(), anew.renewal.clone());
        act(&app, posted.map(|_| Nothing {}), move |tx, desk, _| {
            let (vault, codes, renewal) = (vault.clone(), codes.clone(), renewal.clone());
            Box::pin(async move {
                issue_card(tx, &desk, &vault, &codes, &renewal).await?;
                Ok(Done::see("/work/me/factors".to_owned()).secret())
            })
        })
        .await
    };
    let done = attempt.await;
    let response = answered(done, |failure| refused(&app, &reader, "card", &typed, failure)).await?;
    if response.status() != http::StatusCode::SEE_OTHER {
        return Ok(response);
    }
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let page = SecretPage {
        about: vec![say("card_about"), say("card_keep")],
        symbol: None,
        facts: vec![(say("account"), reader.who.account.name.clone()), (say("printed"), moment(reader.lang, app.clock.now()))],
        codes: codes.iter().map(|code| format!("{} {}", &code[..4], &code[4..])).collect(),
        back: (reader.to("/work/me/factors"), say("back_factors")),
        frame: reader.narrow_frame(say("card_title"), Vec::new()),
    };
    anew.in_browser(&app, once(&page)?)
}

async fn sms(State(app): State<App>, reader: Reader, anew: Anew, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    let sent = std::sync::Arc::new(std::sync::Mutex::new(None));
    let attempt = async {
        let gateway = app.gateway.clone().ok_or_else(Failure::not_found)?;
        anew.confirm(&reader.who, &secret(&typed, "current")).await?;
        let phone = factor::phone(&text(&typed, "phone")).ok_or_else(|| Failure::field("/phone", "phone_unfit"))?;
        let (vault, lang, code, slot) = (app.vault.clone(), reader.lang, factor::new_sms_code(&app.random), sent.clone());
        let response = act(&app, posted.map(|_| Nothing {}), move |tx, desk, _| {
            let (vault, phone, code, slot) = (vault.clone(), phone.clone(), code.clone(), slot.clone());
            Box::pin(async move {
                let (row, message) = begin_sms(tx, &desk, &vault, &phone, &code).await?;
                *slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(message);
                Ok(Done::see(super::super::desk::at(lang, &format!("/work/me/factors/{}", row.id))))
            })
        })
        .await?;
        // Only what was committed is sent.
        if let Some(message) = sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            gateway.send(message);
        }
        Ok(response)
    };
    let done = attempt.await;
    answered(done, |failure| refused(&app, &reader, "sms", &typed, failure)).await
}

#[derive(Template)]
#[template(path = "staff/signin/totp.html")]
struct SetUp<'a> {
    frame: Frame<'a>,
    about: String,
    symbol: Option<Symbol>,
    secret: String,
    action: String,
    key: String,
    hint: String,
    back: String,
}

async fn set_up(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(set_up_page(&app, &reader, &id, None).await?))
}

async fn set_up_page(app: &App, reader: &Reader, id: &str, refused: Option<&Failure>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let (kind, plain) = setting_up(&app.db, &app.vault, &reader.who.account.id, id).await?;
    let totp = kind == FactorKind::Totp;
    let issuer = if app.config.operator.is_empty() { app.config.domain() } else { &app.config.operator };
    let symbol = if totp { Some(Symbol::of(&otpauth(issuer, &reader.who.account.name, &plain))?) } else { None };
    let in_fours = |text: String| text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    let errors = refused.map(|failure| super::super::desk::faults(reader.lang, failure, |p| p.trim_start_matches('/').to_owned()));
    let page = SetUp {
        about: say(if totp { "totp_scan" } else { "sms_sent" }),
        symbol,
        secret: if totp { in_fours(secret_text(&plain)) } else { String::new() },
        action: reader.to(&format!("/work/me/factors/{id}/confirm")),
        key: fresh_key(app),
        hint: say(if totp { "totp_hint" } else { "sms_hint" }),
        back: reader.to("/work/me/factors"),
        frame: reader.narrow_frame(reader.word("signin.factor", kind.word()), errors.unwrap_or_default()),
    };
    Ok(page.render()?)
}

async fn confirm(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    anew: Anew,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (vault, renewal, lang, named) = (app.vault.clone(), anew.renewal.clone(), reader.lang, id.clone());
    let done = act(&app, posted, move |tx, desk, typed| {
        let (vault, renewal, id) = (vault.clone(), renewal.clone(), named.clone());
        Box::pin(async move {
            confirm_factor(tx, &desk, &vault, &id, &text(&typed, "code"), &renewal).await?;
            Ok(Done::see(done_at(lang, "/work/me/factors", "factor_enabled")))
        })
    })
    .await;
    let response = answered(done, |failure| async {
        let html = set_up_page(&app, &reader, &id, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await?;
    if response.status() == http::StatusCode::SEE_OTHER { anew.in_browser(&app, response) } else { Ok(response) }
}

async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    reader: Reader,
    anew: Anew,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    let attempt = async {
        anew.confirm(&reader.who, &secret(&typed, "current")).await?;
        let (renewal, lang) = (anew.renewal.clone(), reader.lang);
        act(&app, posted.map(|_| Nothing {}), move |tx, desk, _| {
            let (renewal, id) = (renewal.clone(), id.clone());
            Box::pin(async move {
                end_factor(tx, &desk, &id, &renewal).await?;
                Ok(Done::see(done_at(lang, "/work/me/factors", "factor_ended")))
            })
        })
        .await
    };
    let done = attempt.await;
    let response = answered(done, |failure| refused(&app, &reader, "end", &typed, failure)).await?;
    if response.status() == http::StatusCode::SEE_OTHER { anew.in_browser(&app, response) } else { Ok(response) }
}
