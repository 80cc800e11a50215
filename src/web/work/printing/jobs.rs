//! `/work/prints`: the jobs of the reader's printing house; each with its sealed pack and what was printed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::trace::commands::hand_over::report_printed;
use crate::trace::hand_over::Printer;
use crate::trace::queries::hand_over::{print_job, print_jobs};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{Nothing, Posted};
use crate::web::failure::Refusal;
use crate::web::job::Job;
use crate::web::pages::staff::{Cell, Column, FormError, Frame, Table};
use crate::web::printing::send_pack;
use crate::web::public::PrintedForm;
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at, faults, fresh_key, on_the_form};
use crate::web::work::names::moment_of;
use crate::web::work::parts::{Part, PartsPage};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/prints", Access::Needs(P::PrintJobRead), list),
        Route::get("/work/prints/{id}", Access::Needs(P::PrintJobRead), show),
        Route::post("/work/prints/{id}/pack", Access::Needs(P::PrintJobReport), pack),
        Route::post("/work/prints/{id}/report", Access::Needs(P::PrintJobReport), report),
    ]
}

async fn list(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let jobs = print_jobs(&app.db, &reader.actor(P::PrintJobRead)?, app.clock.now()).await?;
    let row = |job: &crate::trace::queries::hand_over::PrintJob| {
        let said = Job::new(reader.lang, job);
        vec![
            Cell::link(said.title, reader.to(&format!("/work/prints/{}", job.view.id))),
            Cell::text(job.product.clone()).with_small(job.producer.clone()),
            Cell::text(grouped(job.order.count)),
            Cell::text(said.state),
            Cell::text(moment_of(reader.lang, &job.view.made_at)),
        ]
    };
    let table = Table {
        caption: reader.say("jobs.caption"),
        columns: vec![
            Column::text(reader.say("jobs.job")),
            Column::text(reader.say("jobs.product")),
            Column::number(reader.say("jobs.count")),
            Column::text(reader.say("jobs.state")),
            Column::text(reader.say("jobs.made")),
        ],
        rows: jobs.iter().map(row).collect(),
        empty: reader.say("jobs.none"),
    };
    let part = Part { heading: reader.say("jobs.heading"), about: reader.say("jobs.about"), table: Some(table), ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(reader.say("jobs.title"), Vec::new()), parts: vec![part] }.render()?))
}

#[derive(Template)]
#[template(path = "staff/print_job.html")]
struct Page<'a> {
    frame: Frame<'a>,
    job: Job,
    typed: PrintedForm,
    pack: String,
    report: String,
    keys: [String; 2],
    back: String,
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<&PrintedForm>) -> Result<String, Refusal> {
    let actor = reader.actor(P::PrintJobRead)?;
    let found = print_job(&app.db, &actor, &Printer::Account(id.to_owned()), app.clock.now()).await?;
    let job = Job::new(reader.lang, &found);
    let typed =
        tried.cloned().unwrap_or_else(|| PrintedForm { printed: job.printed.clone(), spoiled: job.spoiled.clone(), note: String::new() });
    let at = |what: &str| reader.to(&format!("/work/prints/{id}/{what}"));
    let frame = reader.frame(job.title.clone(), errors);
    Ok(Page {
        frame,
        typed,
        pack: at("pack"),
        report: at("report"),
        keys: [fresh_key(app), fresh_key(app)],
        back: reader.to("/work/prints"),
        job,
    }
    .render()?)
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn refused(app: &App, reader: &Reader, id: &str, refusal: Refusal, tried: Option<&PrintedForm>) -> Result<Response, Refusal> {
    let failure = on_the_form(refusal)?;
    let errors = faults(reader.lang, &failure, |pointer| pointer.trim_start_matches('/').to_owned());
    let html = page(app, reader, id, errors, tried).await?;
    Ok(super::super::desk::again(failure, html))
}

async fn pack(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    match send_pack(&app, posted.actor, Printer::Account(id.clone())).await {
        Ok(response) => Ok(response),
        Err(refusal) => refused(&app, &reader, &id, refusal, None).await,
    }
}

async fn report(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<PrintedForm>) -> Result<Response, Refusal> {
    let (lang, named, form) = (reader.lang, id.clone(), posted.body.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = named.clone();
        Box::pin(async move {
            report_printed(tx, &desk, &Printer::Account(id.clone()), &form.read()?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/prints/{id}"), "labels_printed")))
        })
    });
    match tried.await {
        Ok(response) => Ok(response),
        Err(refusal) => refused(&app, &reader, &id, refusal, Some(&form)).await,
    }
}
