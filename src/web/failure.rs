//! From a refusal to an answer: six kinds to statuses, codes to words, problem+json (RFC 9457) for programs and a page for people.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::figure::shown;
use super::words::Lang;
use crate::kernel::{Failure, FailureKind};

/// The status of a kind.
pub fn status(failure: &Failure) -> StatusCode {
    match (failure.kind, failure.code) {
        (_, "json_syntax" | "not_utf8" | "query_unfit") => StatusCode::BAD_REQUEST,
        (_, "body_too_large" | "upload_too_large") => StatusCode::PAYLOAD_TOO_LARGE,
        (_, "media_type_unfit") => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (_, "method_unfit") => StatusCode::METHOD_NOT_ALLOWED,
        (_, "not_signed_in" | "sign_in_refused" | "otp_required" | "otp_refused") => StatusCode::UNAUTHORIZED,
        (_, "throttled" | "feedback_throttled") => StatusCode::TOO_MANY_REQUESTS,
        (FailureKind::NotFound, _) => StatusCode::NOT_FOUND,
        (FailureKind::Forbidden, _) => StatusCode::FORBIDDEN,
        (FailureKind::Conflict, _) => StatusCode::CONFLICT,
        (FailureKind::Invalid, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (FailureKind::NotNow, _) => StatusCode::SERVICE_UNAVAILABLE,
        (FailureKind::Broken, _) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The words of a refusal code with its figures.
pub fn words(lang: Lang, code: &str, params: &[(&'static str, String)]) -> String {
    let shown: Vec<(&str, String)> = params.iter().map(|(name, value)| (*name, shown(lang, name, value))).collect();
    let values: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lang.fill(&format!("refusal.{code}"), &values)
}

/// The same of a code that was kept.
pub fn words_of(lang: Lang, code: &str, params: &[(String, String)]) -> String {
    let shown: Vec<(&str, String)> = params.iter().map(|(name, value)| (name.as_str(), shown(lang, name, value))).collect();
    let values: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lang.fill(&format!("refusal.{code}"), &values)
}

/// RFC 9457 with our `code` and `errors`.
pub fn problem(failure: &Failure, lang: Lang) -> Value {
    let status = status(failure);
    let errors: Vec<Value> =
        failure.fields.iter().map(|f| json!({ "pointer": f.pointer, "code": f.code, "detail": words(lang, f.code, &f.params) })).collect();
    let mut params = serde_json::Map::new();
    for (name, value) in &failure.params {
        params.insert((*name).to_owned(), Value::String(value.clone()));
    }
    let detail = match failure.fields.as_slice() {
        [only] => words(lang, only.code, &only.params),
        _ => words(lang, failure.code, &failure.params),
    };
    let code = match failure.fields.as_slice() {
        [only] => only.code,
        _ => failure.code,
    };
    json!({
        "type": format!("/api/docs#{code}"),
        "title": lang.say(&format!("status.{}", status.as_u16())),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "errors": errors,
        "figures": params,
    })
}

/// The answer for a program.
pub fn problem_response(failure: &Failure, lang: Lang) -> Response {
    if let Some(source) = &failure.source {
        tracing::error!(code = failure.code, source, "refused");
    }
    let mut response = (status(failure), problem(failure, lang).to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    if status(failure) == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if matches!(status(failure), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// A failure on its way to an answer; [`super::frame`] turns it into JSON or a page, in the reader's language.
#[derive(Debug)]
pub struct Refusal(pub Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self(Failure::broken(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(&self.0);
        response.extensions_mut().insert(std::sync::Arc::new(self.0));
        response
    }
}
