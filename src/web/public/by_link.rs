//! What pages behind the token of a link have in common, where nobody signs in. The token is never written to a log, the page is never kept
//! by anybody on the way, and one answer stands for unknown, mistyped and withdrawn. Misses are slowed down like those of the scan page.
//!
//! The token in the path is what a form of another site can't know, so the forms there need no word against forgery.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::failure::{Refusal, words};
use super::super::limit::visitor_address;
use super::super::pages::portal::message_page;
use super::super::words::Lang;
use crate::kernel::Failure;

/// Who asks.
pub(super) type Given = (State<App>, ConnectInfo<SocketAddr>, Lang, HeaderMap);

/// What a form led to, said on the page it came from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    pub done: Option<String>,
}

/// A page nobody keeps or names to anybody.
pub(super) fn answer(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => (status, [("x-robots-tag", "noindex"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")], Html(page))
            .into_response(),
        Err(error) => Refusal(Failure::broken(error)).into_response(),
    }
}

/// Unknown, mistyped, withdrawn: the same bytes, in the words of `key` and `key` with `_about`.
pub(super) fn missed((State(app), ConnectInfo(peer), lang, headers): &Given, key: &str) -> Response {
    let page = |text: &str| message_page(*lang, &app.site(), &lang.say(key), text);
    if app.throttle.miss(visitor_address(peer.ip(), headers, &app.config.trusted_proxies)) {
        return answer(StatusCode::NOT_FOUND, page(&lang.say(&format!("{key}_about"))));
    }
    let mut slow = answer(StatusCode::TOO_MANY_REQUESTS, page(&words(*lang, "throttled", &[])));
    slow.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    slow
}

/// A refusal in words: every fault of the form, or what is wrong altogether.
pub(super) fn refusal(lang: Lang, failure: &Failure) -> String {
    match failure.fields.as_slice() {
        [] => words(lang, failure.code, &failure.params),
        faults => faults.iter().map(|fault| words(lang, fault.code, &fault.params)).collect::<Vec<_>>().join(" "),
    }
}

/// Back to the page, which says what was done.
pub(super) fn done(lang: Lang, page: &str, what: &str) -> Response {
    let joint = if lang.english() { "?lang=en&" } else { "?" };
    Redirect::to(&format!("{page}{joint}done={what}")).into_response()
}
