//! Who is asking: a bearer token or a page's cookie becomes an [`Actor`] with the scope of the route's permission, or the request
//! ends here. Handlers can't be reached any other way.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::app::App;
use super::failure::Refusal;
use super::route::Access;
use super::words::Lang;
use crate::identity::members::handler_names;
use crate::identity::queries::{self, SignedIn};
use crate::identity::session::Carrier;
use crate::identity::sign_in::{Visit, shortened, touch};
use crate::kernel::clock::MINUTE;
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

/// How a request comes in: where from, as it is kept, and with what.
pub fn visit(app: &App, peer: IpAddr, headers: &HeaderMap, carrier: Carrier) -> Visit {
    let address = super::limit::visitor_address(peer, headers, &app.config.trusted_proxies);
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).map(|a| a.chars().take(120).collect());
    Visit { carrier, address: Some(shortened(address)), agent }
}

/// The header that gives a browser its session.
///
/// # Errors
/// Only ours.
pub fn cookie(app: &App, token: &str) -> Result<HeaderValue, Failure> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let seconds = Carrier::Page.lasts() / 1000;
    let name = cookie_name(app.config.is_https());
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(Failure::broken)
}

/// The names of the 经办人 of whoever posts, for [`super::body`].
#[derive(Debug, Clone, Default)]
pub struct Handlers(pub Vec<String>);

/// May this be done before a password was changed or a second factor set up?
fn is_first_step(access: Access, path: &str) -> bool {
    let own =
        ["/work/me", "/api/v1/me"].iter().any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    access == Access::SignedIn && (own || matches!(path, "/logout" | "/api/v1/sessions/current"))
}

/// Where somebody is sent who has to do that first.
fn first_step(request: &Request, code: &'static str) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || request.method() != Method::GET {
        return Refusal(Failure::new(FailureKind::Forbidden, code)).into_response();
    }
    let page = if code == "password_change_needed" { "/work/me/password" } else { "/work/me/factors" };
    Redirect::to(&format!("{page}{}", request.extensions().get::<Lang>().copied().unwrap_or_default().query())).into_response()
}

/// Lets a request pass if `access` allows it, with its actor in the extensions.
pub async fn guard(State((app, access)): State<(App, Access)>, mut request: Request, next: Next) -> Response {
    if access == Access::Public {
        return next.run(request).await;
    }
    let Some(token) = token(request.headers(), app.config.is_https()) else { return unknown(&request) };
    let signed_in = match queries::who(&app.db, &app.clock, &app.sign_in_rules(), &token.word, token.carrier).await {
        Ok(Some(signed_in)) => signed_in,
        Ok(None) => return unknown(&request),
        Err(failure) => return Refusal(failure).into_response(),
    };
    if let Some(code) = signed_in.held_back.filter(|_| !is_first_step(access, request.uri().path())) {
        return first_step(&request, code);
    }
    let program = signed_in.api_token.is_some();
    let actor = match access {
        // A program's token is for what its scopes name, never for its owner's own affairs.
        Access::SignedIn if program && (request.method() != Method::GET || request.uri().path() != "/api/v1/sessions/current") => None,
        Access::Needs(permission) => signed_in.acting(permission),
        Access::SignedIn | Access::Public => Some(signed_in.as_anybody()),
    };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let (method, path, account) = (request.method().clone(), request.uri().path().to_owned(), signed_in.account.id.clone());
    let Some(actor) = actor else {
        keep_refused(&app, &account, &method, &path, changes, "not_permitted").await;
        return Refusal(Failure::not_permitted()).into_response();
    };
    if signed_in.seen_at + MINUTE <= app.clock.now()
        && let Err(error) = touch(&app.db, &app.clock, &signed_in).await
    {
        tracing::warn!(%error, "the use of a session could not be noted");
    }
    if changes && let Some(organisation) = &signed_in.account.organisation_id {
        match handler_names(&app.db, organisation).await {
            Ok(names) => request.extensions_mut().insert(Handlers(names)),
            Err(failure) => return Refusal(failure).into_response(),
        };
    }
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
