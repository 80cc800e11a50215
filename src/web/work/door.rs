//! `/login`, `/logout`: sign-in for people, a password and then a code where there is one. The cookie is the session; the second step is
//! carried by a token in the form, so that the password is sent once and stands on no page.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::auth::{self, cookie_name};
use super::super::failure::{Refusal, words};
use super::super::limit::visitor_address;
use super::super::link::is_local;
use super::super::pages::staff::{LoginView, login_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::identity::session::{Carrier, csrf_matches};
use crate::identity::sign_in::{Answer, record_throttled, second_step, sign_in, sign_out};
use crate::kernel::{Failure, Outcome};

/// Where a sign-in leads if no page was asked for.
const HOME: &str = "/work";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Access::Public, form),
        Route::post("/login", Access::Public, enter),
        Route::post("/logout", Access::SignedIn, leave),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Next {
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SignInForm {
    account: Option<String>,
    password: Option<String>,
    step: Option<String>,
    otp: Option<String>,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SignOutForm {
    csrf: String,
}

fn local(next: Option<String>) -> String {
    next.filter(|n| is_local(n)).unwrap_or_else(|| HOME.to_owned())
}

/// What the page is shown with.
#[derive(Default)]
struct Shown<'a> {
    account: &'a str,
    error: Option<&'a str>,
    step: &'a str,
}

fn page(app: &App, lang: Lang, shown: &Shown<'_>, next: &str) -> Result<String, Refusal> {
    let Shown { account, error, step } = *shown;
    Ok(login_page(&LoginView { lang, site: &app.site(), account, error, ask_otp: !step.is_empty(), step, next, csrf: "" })?)
}

async fn form(State(app): State<App>, lang: Lang, Query(query): Query<Next>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, lang, &Shown::default(), &local(query.next))?))
}

/// A form of another site can't sign somebody in here unseen: browsers say where a form comes from.
pub(super) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|v| v != "same-origin" && v != "none")
}

async fn enter(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    lang: Lang,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Refusal> {
    if is_from_elsewhere(&headers) {
        return Err(Failure::conflict("form_stale").into());
    }
    let next = local(form.next.clone());
    let account = form.account.clone().unwrap_or_default();
    let visit = auth::visit(&app, peer.ip(), &headers, Carrier::Page);
    let tried = if app.throttle.sign_in(visitor_address(peer.ip(), &headers, &app.config.trusted_proxies)) {
        attempt(&app, &form, &visit).await
    } else {
        record_throttled(&app.db, &app.clock, &account, &visit).await?;
        Err(Failure::not_now("throttled"))
    };
    match tried {
        Ok(Answer::In(fresh)) => {
            let mut response = Redirect::to(&next).into_response();
            response.headers_mut().append(header::SET_COOKIE, auth::cookie(&app, &fresh.token)?);
            Ok(response)
        }
        Ok(Answer::Asked { step, message, wrong, .. }) => {
            if let (Some(gateway), Some(message)) = (&app.gateway, message) {
                gateway.send(message);
            }
            let error = wrong.then(|| words(lang, "otp_refused", &[]));
            let status = if wrong { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
            let shown = Shown { account: &account, error: error.as_deref(), step: &step };
            Ok((status, Html(page(&app, lang, &shown, &next)?)).into_response())
        }
        Err(failure) if matches!(failure.code, "sign_in_refused" | "throttled" | "step_over") => {
            let error = words(lang, failure.code, &failure.params);
            let status = if failure.code == "throttled" { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
            let shown = Shown { account: &account, error: Some(&error), step: "" };
            Ok((status, Html(page(&app, lang, &shown, &next)?)).into_response())
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn attempt(app: &App, form: &SignInForm, visit: &crate::identity::sign_in::Visit) -> Outcome<Answer> {
    let code = form.otp.as_deref().unwrap_or_default();
    match form.step.as_deref().filter(|step| !step.is_empty()) {
        Some(step) => second_step(app.door(), step, code, visit).await,
        None => {
            let (account, password) = (form.account.as_deref().unwrap_or_default(), form.password.as_deref().unwrap_or_default());
            sign_in(app.door(), account, password, None, visit).await
        }
    }
}

async fn leave(State(app): State<App>, headers: HeaderMap, Form(form): Form<SignOutForm>) -> Result<Response, Refusal> {
    let token = auth::token(&headers, app.config.is_https()).ok_or_else(|| Failure::conflict("form_stale"))?;
    if !csrf_matches(&token.word, &form.csrf) {
        return Err(Failure::conflict("form_stale").into());
    }
    sign_out(&app.db, &app.clock, &token.word).await?;
    let gone = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", cookie_name(app.config.is_https()));
    let mut response = Redirect::to("/login").into_response();
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&gone).map_err(Failure::broken)?);
    Ok(response)
}
