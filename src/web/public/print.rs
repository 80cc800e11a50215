//! `/print/{token}`: a printing house's one-time link, without sign-in: what to print, the sealed pack once, and what was printed. The token is
//! never written to a log; unknown, mistyped and withdrawn answer alike and are slowed down. Fetching is a form, so that whoever looks at a
//! link before people do uses nothing up.
//!
//! The token in the path is what a form of another site can't know, so the forms here need no word against forgery.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::failure::{Refusal, status, words};
use super::super::job::Job;
use super::super::limit::visitor_address;
use super::super::pages::portal::{PrintPage, message_page, print_page};
use super::super::printing::send_pack;
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::parse_amount;
use crate::kernel::{Actor, Desk, Failure, FailureKind};
use crate::trace::commands::hand_over::report_printed;
use crate::trace::hand_over::{PrintedInput, Printer, read_token};
use crate::trace::queries::hand_over::print_job;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/print/{token}", Access::Public, show),
        Route::post("/print/{token}/pack", Access::Public, pack),
        Route::post("/print/{token}/report", Access::Public, report),
    ]
}

/// Who asks.
type Given = (State<App>, ConnectInfo<SocketAddr>, Lang, HeaderMap);

#[derive(Debug, Default, Deserialize)]
struct Done {
    done: Option<String>,
}

/// What was printed, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct PrintedForm {
    pub printed: String,
    pub spoiled: String,
    pub note: String,
}

impl PrintedForm {
    /// The figures.
    ///
    /// # Errors
    /// `number_unreadable` at each that is none.
    pub fn read(&self) -> Result<PrintedInput, Failure> {
        let mut faults = Faults::new();
        let mut figure = |pointer: &'static str, typed: &str, must: bool| {
            let read = if typed.trim().is_empty() && !must { Some(0) } else { parse_amount(typed, 1) };
            if read.is_none() {
                faults.add(pointer, "number_unreadable").with("figure", typed.chars().take(40).collect::<String>());
            }
            read.unwrap_or(0)
        };
        let (printed, spoiled) = (figure("/printed", &self.printed, true), figure("/spoiled", &self.spoiled, false));
        faults.check()?;
        Ok(PrintedInput { printed, spoiled, note: Some(self.note.clone()).filter(|note| !note.trim().is_empty()) })
    }
}

async fn show(
    (State(app), ConnectInfo(peer), lang, headers): Given,
    Path(written): Path<String>,
    axum::extract::Query(query): axum::extract::Query<Done>,
) -> Response {
    let said = (query.done.as_deref() == Some("printed")).then(|| lang.say("printing.job.reported").into_owned());
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
    match print_job(&app.db, &Actor::system(), &Printer::Link(written.to_owned()), app.clock.now()).await {
        Ok(job) => {
            let token = read_token(written).unwrap_or_default();
            let html = print_page(&PrintPage { lang, site: &app.site(), token: &token, job: Job::new(lang, &job), said });
            answer(status, html)
        }
        Err(failure) if failure.kind == FailureKind::NotFound => missed(app, peer, lang, headers),
        Err(failure) => Refusal(failure).into_response(),
    }
}

/// Unknown, mistyped, withdrawn: the same bytes.
fn missed(app: &App, peer: SocketAddr, lang: Lang, headers: &HeaderMap) -> Response {
    let address = visitor_address(peer.ip(), headers, &app.config.trusted_proxies);
    let heading = lang.say("printing.job.missing");
    if !app.throttle.miss(address) {
        let mut slow = answer(StatusCode::TOO_MANY_REQUESTS, message_page(lang, &app.site(), &heading, &words(lang, "throttled", &[])));
        slow.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        return slow;
    }
    answer(StatusCode::NOT_FOUND, message_page(lang, &app.site(), &heading, &lang.say("printing.job.missing_about")))
}

fn answer(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => (status, [("x-robots-tag", "noindex"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")], Html(page))
            .into_response(),
        Err(error) => Refusal(Failure::broken(error)).into_response(),
    }
}

/// A refusal on the page it came from; what can't be shown there is a page of its own.
async fn refused((State(app), ConnectInfo(peer), lang, headers): Given, written: &str, failure: Failure) -> Response {
    if failure.kind == FailureKind::NotFound {
        return missed(&app, peer, lang, &headers);
    }
    if !matches!(failure.kind, FailureKind::Invalid | FailureKind::Conflict) {
        return Refusal(failure).into_response();
    }
    let said: Vec<String> = match failure.fields.as_slice() {
        [] => vec![words(lang, failure.code, &failure.params)],
        fields => fields.iter().map(|f| words(lang, f.code, &f.params)).collect(),
    };
    page(&app, peer, lang, &headers, written, status(&failure), Some(&said.join(" "))).await
}

async fn pack(given: Given, Path(written): Path<String>) -> Response {
    match send_pack(&given.0.0, Actor::system(), Printer::Link(written.clone())).await {
        Ok(response) => response,
        Err(Refusal(failure)) => refused(given, &written, failure).await,
    }
}

async fn report(given: Given, Path(written): Path<String>, Form(form): Form<PrintedForm>) -> Response {
    let (app, lang) = (given.0.0.clone(), given.2);
    let input = match form.read() {
        Ok(input) => input,
        Err(failure) => return refused(given, &written, failure).await,
    };
    let (desk, printer) = (Desk::system(&app.clock, &app.random), Printer::Link(written.clone()));
    let tried = app
        .db
        .write(move |tx| {
            let (desk, printer, input) = (desk.clone(), printer.clone(), input.clone());
            Box::pin(async move { report_printed(tx, &desk, &printer, &input).await })
        })
        .await;
    match tried {
        Ok(()) => {
            let joint = if lang.english() { "?lang=en&" } else { "?" };
            Redirect::to(&format!("/print/{}{joint}done=printed", read_token(&written).unwrap_or_default())).into_response()
        }
        Err(failure) => refused(given, &written, failure).await,
    }
}
