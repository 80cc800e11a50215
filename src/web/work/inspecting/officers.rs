//! `/work/officers`: who enforces for which department, by the number of the certificate.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::{columns, on, say};
use crate::identity::officer::{OfficerInput, officers, record_officer};
use crate::identity::queries::accounts;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, day, refilled, said};

pub(super) fn routes() -> Vec<Route> {
    let record = Access::Needs(P::OfficerRecord);
    vec![Route::get("/work/officers", record, show), Route::post("/work/officers", record, add)]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let (found, today) = (officers(&app.db).await?, app.clock.today().to_string());
    let rows = found.iter().map(|view| {
        let holds = view.valid_to.as_ref().is_none_or(|to| *to >= today);
        let until = view.valid_to.as_deref().map_or_else(|| reader.say("open_end"), |_| on(reader, view.valid_to.as_deref()));
        let badge = if holds { Cell::badge(say(reader, "holds"), "ok") } else { Cell::badge(say(reader, "ended"), "soft") };
        vec![
            Cell::text(view.name.clone()),
            Cell::text(view.certificate_no.clone()),
            Cell::text(view.department.clone()),
            badge.with_small(until),
        ]
    });
    let table = Table {
        caption: say(reader, "officers_caption"),
        columns: columns(reader, &["person", "certificate_no", "department", "valid_to"]),
        rows: rows.collect(),
        empty: say(reader, "officers_empty"),
    };
    let people = accounts(&app.db, None, 500).await?;
    let choices = people.into_iter().map(|row| (row.id, format!("{} · {}", row.display_name, row.name))).collect();
    let fields = vec![
        Field::select("account_id", say(reader, "person"), choices).must(),
        Field::text("certificate_no", say(reader, "certificate_no")).hint(say(reader, "certificate_hint")).must(),
        Field::text("department", say(reader, "department")).hint(say(reader, "department_hint")).must(),
        Field::date("valid_to", say(reader, "valid_to")),
    ];
    let form = Form::new(app, reader, "officer", "/work/officers", "insp.record_officer", "insp.record_officer", fields);
    let part = Part {
        heading: say(reader, "officers"),
        about: say(reader, "officers_about"),
        table: Some(table),
        forms: vec![form.again(tried.as_ref())],
        ..Part::default()
    };
    Ok(PartsPage { frame: reader.frame(say(reader, "officers"), errors), parts: vec![part] }.render()?)
}

async fn add(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let valid_to = day(&mut faults, &typed, "valid_to");
            if said(&typed, "account_id").is_empty() {
                faults.add("/account_id", "register_empty");
            }
            faults.check()?;
            let input = OfficerInput {
                account_id: said(&typed, "account_id"),
                certificate_no: said(&typed, "certificate_no"),
                department: said(&typed, "department"),
                valid_to,
            };
            record_officer(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, "/work/officers", "officer_recorded")))
        })
    });
    let names = ["account_id", "certificate_no", "department", "valid_to"];
    refilled(tried.await, &reader, Tried { form: "officer", typed: &typed }, &names, |errors, tried| page(&app, &reader, errors, tried))
        .await
}
