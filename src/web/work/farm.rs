//! `/work/farm`: what was used on plots, written down one by one or pasted as a sheet.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::batches::After;
use super::desk::{Reader, done_at};
use super::names::day_of;
use super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, place, refilled, said, whole};
use super::reports::plot_choices;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::failure::Faults;
use crate::trace::commands::farm::{FarmSheet, import_farm_work, record_farm_work};
use crate::trace::farm::{FarmFilter, FarmKind, FarmRecordInput, sheet};
use crate::trace::queries::farm::{FarmRecordView, farm_records};

/// Rows of one page.
const ROWS: u64 = 50;

pub(super) fn routes() -> Vec<Route> {
    let write = Access::Needs(P::FarmWorkRecord);
    vec![
        Route::get("/work/farm", Access::Needs(P::FarmWorkRead), show),
        Route::post("/work/farm", write, record),
        Route::post("/work/farm/import", write, import),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Asked(after): Asked<After>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, after.cursor.as_deref(), Vec::new(), None).await?))
}

async fn page(
    app: &App,
    reader: &Reader,
    cursor: Option<&str>,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let actor = reader.actor(P::FarmWorkRead)?;
    let (views, next) = farm_records(&app.db, &actor, &FarmFilter::default(), cursor, Some(ROWS)).await?;
    let mut part = Part {
        heading: reader.say("farm"),
        table: Some(table(reader, &views)),
        next: next.map(|cursor| reader.to(&format!("/work/farm?cursor={}", query_value(&cursor)))),
        ..Part::default()
    };
    if reader.may(P::FarmWorkRecord) {
        part.forms = forms(app, reader, tried.as_ref()).await?;
    }
    Ok(PartsPage { frame: reader.frame(reader.say("farm"), errors), parts: vec![part] }.render()?)
}

fn table(reader: &Reader, views: &[FarmRecordView]) -> Table {
    let row = |view: &FarmRecordView| {
        let interval = view.interval_days.map(|days| reader.fill("days_counted", &[("n", &days.to_string())]));
        vec![
            Cell::text(day_of(reader.lang, &view.done_on)).with_small(view.late_reason.clone().unwrap_or_default()),
            Cell::text(view.plot.clone()),
            Cell::text(view.input_name.clone()).with_small(reader.word("farm_kind", &view.kind)),
            Cell::text(view.dose.clone().unwrap_or_default()).with_small(view.registration_no.clone().unwrap_or_default()),
            Cell::text(interval.unwrap_or_default()).with_small(view.worker.clone().unwrap_or_default()),
        ]
    };
    Table {
        caption: reader.say("farm_caption"),
        columns: ["done_on", "plot", "input_used", "dose", "interval"].map(|c| Column::text(reader.say(c))).into(),
        rows: views.iter().map(row).collect(),
        empty: reader.say("farm_empty"),
    }
}

async fn forms(app: &App, reader: &Reader, tried: Option<&Tried<'_>>) -> Outcome<Vec<Form>> {
    let say = |key: &str| reader.say(key);
    let kinds = choices(reader, "farm_kind", FarmKind::ALL.iter().map(|kind| kind.word()));
    let one = vec![
        Field::select("plot_id", say("plot"), plot_choices(app, reader).await?).must(),
        Field::select("kind", say("farm_kind_label"), kinds).must().value("pesticide"),
        Field::text("input_name", say("input_used")).must(),
        Field::text("dose", say("dose")),
        Field::text("interval_days", say("interval")).hint(say("interval_hint")).numeric(),
        Field::date("done_on", say("done_on")).must().value(app.clock.today().to_string()),
        Field::text("registration_no", say("registration_no")),
        Field::text("worker", say("worker")),
        Field::text("late_reason", say("late_reason")).hint(say("late_hint")),
    ];
    let whole =
        vec![Field::area("sheet", say("sheet_label")).must(), Field::text("late_reason", say("import_late_reason")).hint(say("late_hint"))];
    let about = reader.fill("import_about", &[("headings", &sheet::headings())]);
    let one = Form::new(app, reader, "one", "/work/farm", "record_farm", "keep", one);
    let whole = Form::new(app, reader, "whole", "/work/farm/import", "import_farm", "take_in", whole).about(about);
    Ok([one, whole].into_iter().map(|form| form.again(tried)).collect())
}

async fn record(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let input = FarmRecordInput {
                plot_id: said(&typed, "plot_id"),
                kind: said(&typed, "kind"),
                input_name: said(&typed, "input_name"),
                registration_no: given(&typed, "registration_no"),
                dose: given(&typed, "dose"),
                interval_days: whole(&mut faults, &typed, "interval_days", "/interval_days"),
                worker: given(&typed, "worker"),
                done_on: said(&typed, "done_on"),
                late_reason: given(&typed, "late_reason"),
            };
            together(faults, record_farm_work(tx, &desk, &input).await.err(), place)?;
            Ok(Done::see(done_at(lang, "/work/farm", "farm_recorded")))
        })
    });
    let names = ["plot_id", "kind", "input_name", "registration_no", "dose", "interval_days", "worker", "done_on", "late_reason"];
    refilled(tried.await, &reader, Tried { form: "one", typed: &typed }, &names, |errors, tried| page(&app, &reader, None, errors, tried))
        .await
}

async fn import(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let bytes = typed.get("sheet").cloned().unwrap_or_default().into_bytes();
            import_farm_work(tx, &desk, &FarmSheet { bytes, late_reason: given(&typed, "late_reason"), dry_run: false }).await?;
            Ok(Done::see(done_at(lang, "/work/farm", "farm_imported")))
        })
    });
    // Every fault names its row, so each stands by itself.
    refilled(tried.await, &reader, Tried { form: "whole", typed: &typed }, &[], |errors, tried| page(&app, &reader, None, errors, tried))
        .await
}
