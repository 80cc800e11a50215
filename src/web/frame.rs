//! Around every answer: security headers, the reader's language, failures as JSON or as a page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::app::App;
use super::failure::{problem_response, status, words};
use super::pages;
use super::words::Lang;
use crate::kernel::{Failure, FailureKind};

/// Which host a request names, in small letters; for telling surfaces apart, never for building links.
pub fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let named = headers.get(header::HOST).and_then(|v| v.to_str().ok()).or_else(|| uri.authority().map(|a| a.as_str()));
    named.map(str::to_ascii_lowercase)
}

/// Is a path no part of the promotion surface? There are stories and what draws them; nobody signs in or reads the register there. In the
/// demonstration both surfaces are names of one machine, and people take either.
fn is_elsewhere(app: &App, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(promotion) = app.config.promo_domain().filter(|_| !app.config.demo) else { return false };
    let here = ["/stories/", "/static/", "/healthz", "/readyz", "/favicon.ico"].iter().any(|root| uri.path().starts_with(root));
    !here && host_of(uri, headers).as_deref() == Some(promotion.as_str())
}

/// The language asked for: `?lang=` first, then `Accept-Language`; Chinese otherwise.
pub fn language(uri: &Uri, headers: &HeaderMap) -> Lang {
    let query = uri.query().unwrap_or("");
    if let Some((_, lang)) = url::form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == "lang") {
        return Lang::from_query(Some(&lang));
    }
    if uri.path().starts_with("/en/") {
        return Lang::English;
    }
    preferred(headers)
}

/// The language a browser prefers.
fn preferred(headers: &HeaderMap) -> Lang {
    let accepts = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if accepts.trim_start().to_ascii_lowercase().starts_with("en") { Lang::English } else { Lang::Chinese }
}

/// What a redirect says after the path so that its page is in `lang`, also where the browser prefers the other.
pub fn carried(lang: Lang, headers: &HeaderMap) -> &'static str {
    match (lang, preferred(headers)) {
        (Lang::Chinese, Lang::English) => "?lang=zh",
        _ => lang.query(),
    }
}

/// Does the reader want JSON here?
pub fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/api/") || headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.contains("application/json"))
}

/// Wraps every route.
pub async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let lang = language(request.uri(), request.headers());
    let json = wants_json(request.uri().path(), request.headers());
    let signed_in = request.uri().path().starts_with("/work/");
    let mut request = request;
    request.extensions_mut().insert(lang);
    let elsewhere = is_elsewhere(&app, request.uri(), request.headers());
    let mut response = if elsewhere { StatusCode::NOT_FOUND.into_response() } else { next.run(request).await };
    // A handler that shows its form again has made the page of its refusal itself.
    let shown = response.headers().contains_key(header::CONTENT_TYPE);
    let refused = response.extensions().get::<Arc<Failure>>().filter(|_| !shown).cloned();
    let plain = refused.or_else(|| unhandled(&response).map(Arc::new));
    if let Some(failure) = plain {
        let extra = std::mem::take(response.headers_mut());
        response = if json { problem_response(&failure, lang) } else { page(&app, &failure, lang) };
        for (name, value) in &extra {
            if *name == header::ALLOW {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    secure(&app, &mut response, signed_in);
    response
}

/// What the router itself says when no handler ran.
fn unhandled(response: &Response) -> Option<Failure> {
    if response.headers().contains_key(header::CONTENT_TYPE) {
        return None;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(Failure::not_found()),
        StatusCode::METHOD_NOT_ALLOWED => Some(Failure::invalid("method_unfit")),
        StatusCode::REQUEST_TIMEOUT => Some(Failure::not_now("busy")),
        StatusCode::INTERNAL_SERVER_ERROR => Some(Failure::new(FailureKind::Broken, "broken")),
        _ => None,
    }
}

fn page(app: &App, failure: &Failure, lang: Lang) -> Response {
    let status = status(failure);
    if let Some(source) = &failure.source {
        tracing::error!(code = failure.code, source, "refused");
    }
    let detail = match failure.fields.as_slice() {
        [] => words(lang, failure.code, &failure.params),
        fields => fields.iter().map(|f| words(lang, f.code, &f.params)).collect::<Vec<_>>().join(" "),
    };
    let title = lang.say(&format!("status.{}", status.as_u16())).into_owned();
    match pages::portal::message_page(lang, &app.site(), &title, &detail) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the failure page could not be made");
            (status, detail).into_response()
        }
    }
}

/// Only signed-in pages have a script of ours; consumers get none.
fn secure(app: &App, response: &mut Response, signed_in: bool) {
    let style = pages::style::style_hash();
    let script = if signed_in { " script-src 'self'; connect-src 'self';" } else { "" };
    let csp = format!(
        "default-src 'none';{script} style-src 'self' '{style}'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = response.headers_mut();
    let mut put = |name: header::HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::CACHE_CONTROL, "no-store");
    if app.config.is_https() {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(csp);
    }
}
