//! `/print/{token}`: a printing house's one-time link, without sign-in: what to print, the sealed pack once, and what was printed. Fetching is
//! a form, so that whoever looks at a link before people do uses nothing up.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::failure::{Refusal, status};
use super::super::job::Job;
use super::super::pages::portal::{PrintPage, print_page};
use super::super::printing::send_pack;
use super::super::route::{Access, Route};
use super::by_link::{Done, Given, answer, done, missed, refusal};
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

/// Begins the keys of what is said of a token nobody gave out.
const MISSING: &str = "printing.job.missing";

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

async fn show(given: Given, Path(written): Path<String>, Query(query): Query<Done>) -> Response {
    let said = (query.done.as_deref() == Some("printed")).then(|| given.2.say("printing.job.reported").into_owned());
    page(&given, &written, StatusCode::OK, said.as_deref()).await
}

async fn page(given: &Given, written: &str, status: StatusCode, said: Option<&str>) -> Response {
    let (State(app), _, lang, _) = given;
    match print_job(&app.db, &Actor::system(), &Printer::Link(written.to_owned()), app.clock.now()).await {
        Ok(job) => {
            let token = read_token(written).unwrap_or_default();
            answer(status, print_page(&PrintPage { lang: *lang, site: &app.site(), token: &token, job: Job::new(*lang, &job), said }))
        }
        Err(failure) if failure.kind == FailureKind::NotFound => missed(given, MISSING),
        Err(failure) => Refusal(failure).into_response(),
    }
}

/// A refusal on the page it came from; what can't be shown there is a page of its own.
async fn refused(given: &Given, written: &str, failure: Failure) -> Response {
    match failure.kind {
        FailureKind::NotFound => missed(given, MISSING),
        FailureKind::Invalid | FailureKind::Conflict => page(given, written, status(&failure), Some(&refusal(given.2, &failure))).await,
        _ => Refusal(failure).into_response(),
    }
}

async fn pack(given: Given, Path(written): Path<String>) -> Response {
    match send_pack(&given.0.0, Actor::system(), Printer::Link(written.clone())).await {
        Ok(response) => response,
        Err(Refusal(failure)) => refused(&given, &written, failure).await,
    }
}

async fn report(given: Given, Path(written): Path<String>, Form(form): Form<PrintedForm>) -> Response {
    let (app, lang) = (&given.0.0, given.2);
    let input = match form.read() {
        Ok(input) => input,
        Err(failure) => return refused(&given, &written, failure).await,
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
        Ok(()) => done(lang, &format!("/print/{}", read_token(&written).unwrap_or_default()), "printed"),
        Err(failure) => refused(&given, &written, failure).await,
    }
}
