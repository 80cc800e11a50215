//! Who is asking: a bearer token or a page's cookie becomes an [`Actor`] with the scope of the route's permission, or the request
//! ends here. Handlers can't be reached any other way.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::app::App;
use super::failure::Refusal;
use super::route::Access;
use crate::identity::queries::{self, SignedIn};
use crate::identity::session::Carrier;
use crate::kernel::{Actor, Failure, FailureKind};

/// The token a request carries and how.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token.
    pub word: String,
    /// Cookie or bearer.
    pub carrier: Carrier,
}

/// Name of the cookie: bound to the host when the base URL promises TLS, plain otherwise so that a phone can sign in to a demo.
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-yanzhao" } else { "yanzhao" }
}

/// Reads the token of a request.
pub fn token(headers: &HeaderMap, https: bool) -> Option<Token> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let word = value.to_str().ok()?.strip_prefix("Bearer ")?.trim();
        return Some(Token { word: word.to_owned(), carrier: Carrier::Bearer });
    }
    let name = cookie_name(https);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, word)| Token { word: word.to_owned(), carrier: Carrier::Page })
}

/// Lets a request pass if `access` allows it, with its actor in the extensions.
pub async fn guard(State((app, access)): State<(App, Access)>, mut request: Request, next: Next) -> Response {
    if access == Access::Public {
        return next.run(request).await;
    }
    let Some(token) = token(request.headers(), app.config.is_https()) else { return unknown(&request) };
    let signed_in = match queries::who(&app.db, &app.clock, &token.word, token.carrier).await {
        Ok(Some(signed_in)) => signed_in,
        Ok(None) => return unknown(&request),
        Err(failure) => return Refusal(failure).into_response(),
    };
    let actor = match access {
        Access::Needs(permission) => signed_in.acting(permission),
        Access::SignedIn | Access::Public => Some(signed_in.as_anybody()),
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let (method, path, account) = (request.method().clone(), request.uri().path().to_owned(), signed_in.account.id.clone());
    let Some(actor) = actor else {
        keep_refused(&app, &account, &method, &path, changes, "not_permitted").await;
        return Refusal(Failure::not_permitted()).into_response();
    };
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(signed_in);
    request.extensions_mut().insert(token);
    let response = next.run(request).await;
    if let Some(failure) = response.extensions().get::<std::sync::Arc<Failure>>().filter(|f| f.kind != FailureKind::Broken) {
        keep_refused(&app, &account, &method, &path, changes, failure.code).await;
    }
    response
}

/// Refused acts of somebody signed in are kept, in a transaction of their own; a refused look is not an act.
async fn keep_refused(app: &App, account: &str, method: &Method, path: &str, changes: bool, code: &'static str) {
    if changes && let Err(error) = queries::record_refused(&app.db, &app.clock, account, method.as_str(), path, code).await {
        tracing::warn!(%error, "a refused act could not be kept");
    }
}

fn unknown(request: &Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || request.method() != Method::GET {
        return Refusal(Failure::new(FailureKind::Forbidden, "not_signed_in")).into_response();
    }
    Redirect::to(&format!("/login?next={}", super::link::query_value(path))).into_response()
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Refusal(Failure::new(FailureKind::Forbidden, "not_signed_in")))
    }
}

/// The actor of a request, as the guard put it there.
#[derive(Debug, Clone)]
pub struct By(pub Actor);

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Actor>().cloned().map(By).ok_or_else(|| Refusal(Failure::new(FailureKind::Forbidden, "not_signed_in")))
    }
}
