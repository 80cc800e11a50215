//! `/login`, `/logout`: sign-in for people. The cookie is the session; the form before it is guarded by a word made for that form.

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
use crate::identity::queries;
use crate::identity::session::{Carrier, csrf_matches};
use crate::kernel::Failure;

/// Where a sign-in leads if no page was asked for.
const HOME: &str = "/work";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Access::Public, form),
        Route::post("/login", Access::Public, sign_in),
        Route::post("/logout", Access::SignedIn, sign_out),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Next {
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SignInForm {
    account: String,
    password: String,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SignOutForm {
    csrf: String,
}

fn local(next: Option<String>) -> String {
    next.filter(|n| is_local(n)).unwrap_or_else(|| HOME.to_owned())
}

fn page(app: &App, lang: Lang, account: &str, error: Option<&str>, next: &str) -> Result<String, Refusal> {
    Ok(login_page(&LoginView { lang, site: &app.site(), account, error, ask_otp: false, next, csrf: "" })?)
}

async fn form(State(app): State<App>, lang: Lang, Query(query): Query<Next>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, lang, "", None, &local(query.next))?))
}

/// A form of another site can't sign somebody in here unseen: browsers say where a form comes from.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|v| v != "same-origin" && v != "none")
}

async fn sign_in(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    lang: Lang,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Refusal> {
    if is_from_elsewhere(&headers) {
        return Err(Failure::conflict("form_stale").into());
    }
    let next = local(form.next);
    let slow = !app.throttle.sign_in(visitor_address(peer.ip(), &headers, &app.config.trusted_proxies));
    let tried = if slow {
        Err(Failure::not_now("throttled"))
    } else {
        queries::sign_in(&app.db, &app.clock, &app.random, &form.account, &form.password, Carrier::Page).await
    };
    match tried {
        Ok(fresh) => {
            let secure = if app.config.is_https() { "; Secure" } else { "" };
            let seconds = Carrier::Page.lasts() / 1000;
            let cookie = format!(
                "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}",
                cookie_name(app.config.is_https()),
                fresh.token
            );
            let mut response = Redirect::to(&next).into_response();
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&cookie).map_err(Failure::broken)?);
            Ok(response)
        }
        Err(failure) if matches!(failure.code, "sign_in_refused" | "throttled") => {
            let error = words(lang, failure.code, &failure.params);
            let status = if slow { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
            Ok((status, Html(page(&app, lang, &form.account, Some(&error), &next)?)).into_response())
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn sign_out(State(app): State<App>, headers: HeaderMap, Form(form): Form<SignOutForm>) -> Result<Response, Refusal> {
    let token = auth::token(&headers, app.config.is_https()).ok_or_else(|| Failure::conflict("form_stale"))?;
    if !csrf_matches(&token.word, &form.csrf) {
        return Err(Failure::conflict("form_stale").into());
    }
    queries::sign_out(&app.db, &token.word).await?;
    let gone = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", cookie_name(app.config.is_https()));
    let mut response = Redirect::to("/login").into_response();
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_str(&gone).map_err(Failure::broken)?);
    Ok(response)
}
