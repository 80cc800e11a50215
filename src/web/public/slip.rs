//! `/g/{token}`: a grower's own records through the slip, without sign-in. The token is never written to a log, the page is never kept by
//! anybody on the way, and one answer stands for unknown, mistyped and revoked. Misses are slowed down like those of the scan page.
//!
//! The token in the path is what a form of another site can't know, so the forms here need no word against forgery.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::failure::{Refusal, words};
use super::super::limit::visitor_address;
use super::super::pages::portal::{OwnPage, message_page, own_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::kernel::{Desk, Failure, FailureKind};
use crate::trace::commands::objection::object;
use crate::trace::commands::slip::revoke_own_slip;
use crate::trace::queries::slip::own_view;
use crate::trace::slip::{ObjectionInput, read_token};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/g/{token}", Access::Public, show),
        Route::post("/g/{token}/object", Access::Public, disagree),
        Route::post("/g/{token}/revoke", Access::Public, revoke),
    ]
}

/// Who asks.
type Given = (State<App>, ConnectInfo<SocketAddr>, Lang, HeaderMap);

#[derive(Debug, Default, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn show(
    (State(app), ConnectInfo(peer), lang, headers): Given,
    Path(written): Path<String>,
    axum::extract::Query(query): axum::extract::Query<Done>,
) -> Response {
    let said = (query.done.as_deref() == Some("objected")).then(|| lang.say("own.objected").into_owned());
    page(&app, peer, lang, &headers, &written, StatusCode::OK, said.as_deref()).await
}

async fn page(
    app: &App,
    peer: SocketAddr,
    lang: Lang,
    headers: &HeaderMap,
    written: &str,
    status: StatusCode,
    said: Option<&str>,
) -> Response {
    let token = read_token(written).unwrap_or_default();
    match own_view(&app.db, &token).await {
        Ok(Some(view)) => {
            let html = own_page(&OwnPage { lang, site: &app.site(), token: &token, view: &view, said });
            answer(status, html)
        }
        Ok(None) => missed(app, peer, lang, headers),
        Err(failure) => Refusal(failure).into_response(),
    }
}

/// Unknown, mistyped, revoked: the same bytes.
fn missed(app: &App, peer: SocketAddr, lang: Lang, headers: &HeaderMap) -> Response {
    let address = visitor_address(peer.ip(), headers, &app.config.trusted_proxies);
    if !app.throttle.miss(address) {
        let text = words(lang, "throttled", &[]);
        let mut slow = answer(StatusCode::TOO_MANY_REQUESTS, message_page(lang, &app.site(), &lang.say("own.missing"), &text));
        slow.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        return slow;
    }
    answer(StatusCode::NOT_FOUND, message_page(lang, &app.site(), &lang.say("own.missing"), &lang.say("own.missing_about")))
}

fn answer(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => (status, [("x-robots-tag", "noindex"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")], Html(page))
            .into_response(),
        Err(error) => Refusal(Failure::broken(error)).into_response(),
    }
}

fn desk(app: &App) -> Desk {
    // Who acts is read from the slip; until then it is nobody.
    Desk::system(&app.clock, &app.random)
}

async fn disagree(
    (State(app), ConnectInfo(peer), lang, headers): Given,
    Path(written): Path<String>,
    Form(input): Form<ObjectionInput>,
) -> Response {
    let (desk, token) = (desk(&app), written.clone());
    let tried = app
        .db
        .write(move |tx| {
            let (desk, token, input) = (desk.clone(), token.clone(), input.clone());
            Box::pin(async move { object(tx, &desk, &token, &input).await })
        })
        .await;
    match tried {
        Ok(_) => {
            let joint = if lang.english() { "?lang=en&" } else { "?" };
            Redirect::to(&format!("/g/{}{joint}done=objected", read_token(&written).unwrap_or_default())).into_response()
        }
        Err(failure) if failure.kind == FailureKind::NotFound => missed(&app, peer, lang, &headers),
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::Conflict) => {
            let said: Vec<String> = match failure.fields.as_slice() {
                [] => vec![words(lang, failure.code, &failure.params)],
                fields => fields.iter().map(|f| words(lang, f.code, &f.params)).collect(),
            };
            page(&app, peer, lang, &headers, &written, StatusCode::UNPROCESSABLE_ENTITY, Some(&said.join(" "))).await
        }
        Err(failure) => Refusal(failure).into_response(),
    }
}

async fn revoke((State(app), ConnectInfo(peer), lang, headers): Given, Path(written): Path<String>) -> Response {
    let (desk, token) = (desk(&app), written);
    let tried = app
        .db
        .write(move |tx| {
            let (desk, token) = (desk.clone(), token.clone());
            Box::pin(async move { revoke_own_slip(tx, &desk, &token).await })
        })
        .await;
    match tried {
        Ok(_) => answer(StatusCode::OK, message_page(lang, &app.site(), &lang.say("own.revoked"), &lang.say("own.revoked_about"))),
        Err(failure) if failure.kind == FailureKind::NotFound => missed(&app, peer, lang, &headers),
        Err(failure) => Refusal(failure).into_response(),
    }
}
