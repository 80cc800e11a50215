//! Pages that show a secret once: an authenticator's secret, a card of codes, a link or slip, a program's token. They come from the answer
//! to a form and are never kept; the same form again says that it was done.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::super::super::failure::Refusal;
use super::super::super::pages::staff::Frame;
use crate::interop::qr;
use crate::kernel::Failure;

/// A symbol beside a text.
#[derive(Debug, Clone)]
pub(super) struct Symbol {
    /// Modules per side.
    pub side: usize,
    /// Dark modules.
    pub path: String,
}

impl Symbol {
    /// The symbol of a text.
    pub fn of(text: &str) -> Result<Self, Failure> {
        let (side, path) = qr::drawn(text).ok_or_else(|| Failure::broken("a text too long for a symbol"))?;
        Ok(Self { side, path })
    }
}

/// A secret with what it is for.
#[derive(Template)]
#[template(path = "staff/signin/secret.html")]
pub(super) struct SecretPage<'a> {
    pub frame: Frame<'a>,
    /// What to do with it, one paragraph each.
    pub about: Vec<String>,
    pub symbol: Option<Symbol>,
    /// Names and values, in large letters.
    pub facts: Vec<(String, String)>,
    /// Numbered codes.
    pub codes: Vec<String>,
    pub back: (String, String),
}

/// The page in place of the act's own answer.
pub(super) fn once(page: &SecretPage<'_>) -> Result<Response, Refusal> {
    let mut response = Html(page.render()?).into_response();
    response.headers_mut().insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    Ok(response)
}
