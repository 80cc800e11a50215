//! `/work/inspections`: what waits, what is on record, what is public; a firm sees its own once they are on record.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::record::{named, officer_choices};
use super::{columns, on, say, state};
use crate::identity::queries::organisations;
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::supervision::commands::inspection::{OpenInput, open_inspection};
use crate::supervision::inspections::{InspectionFilter, inspections};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::{Asked, Posted};
use crate::web::failure::Refusal;
use crate::web::link::query_value;
use crate::web::pages::staff::{Cell, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, given, said};

/// Rows of one page.
const ROWS: u64 = 50;
/// Firms to choose from.
const MOST: u64 = 500;

pub(super) fn routes() -> Vec<Route> {
    let own = vec![
        Route::get("/work/inspections", Access::Needs(P::InspectionRead), show),
        Route::post("/work/inspections", Access::Needs(P::InspectionRecord), open),
    ];
    own.into_iter().chain(super::record::routes()).collect()
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    cursor: Option<String>,
    state: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, query: &Query, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let filter = InspectionFilter { state: query.state.clone(), ..InspectionFilter::default() };
    let found = inspections(&app.db, &reader.actor(P::InspectionRead)?, &filter, query.cursor.as_deref(), ROWS).await?;
    let rows = found.iter().map(|view| {
        let mine = view.officers.iter().any(|officer| officer.account_id == reader.who.account.id);
        let who = view.officers.iter().map(|officer| officer.certificate_no.clone()).collect::<Vec<_>>().join("、");
        let found = view.found.as_deref().map(|word| say(reader, &format!("found.{word}"))).unwrap_or_default();
        let due = view.publish_by.as_deref().filter(|_| view.state == "recorded");
        let due = due.map(|day| super::fill(reader, "publish_until", &[("day", &on(reader, Some(day)))])).unwrap_or_default();
        vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/inspections/{}", view.id))).with_small(view.reason.clone()),
            Cell::text(who).with_small(if mine { say(reader, "yours") } else { String::new() }),
            state(reader, "inspection_state", &view.state).with_small(on(reader, view.inspected_on.as_deref())),
            Cell::text(found).with_small(due),
        ]
    });
    let next = (found.len() as u64 == ROWS).then(|| found.last()).flatten();
    let next = next.map(|last| reader.to(&format!("/work/inspections?cursor={}", query_value(&last.id))));
    let table = Table {
        caption: say(reader, "inspections_caption"),
        columns: columns(reader, &["firm", "officers", "state", "result"]),
        rows: rows.collect(),
        empty: say(reader, "inspections_empty"),
    };
    let mut part =
        Part { heading: say(reader, "inspections"), about: say(reader, "inspections_about"), table: Some(table), next, ..Part::default() };
    if reader.may(P::InspectionRecord) {
        let (firms, _) = organisations(&app.db, &reader.actor(P::InspectionRecord)?, None, None, MOST).await?;
        let people = officer_choices(app).await?;
        let fields = vec![
            Field::select("organisation_id", say(reader, "firm"), firms.into_iter().map(|row| (row.id, row.name)).collect()).must(),
            Field::select("first", say(reader, "first_officer"), people.clone()).must().value(reader.who.account.id.clone()),
            Field::select("second", say(reader, "second_officer"), people).must(),
            Field::text("reason", say(reader, "reason")).hint(say(reader, "reason_hint")).must(),
        ];
        let form = Form::new(app, reader, "open", "/work/inspections", "insp.open", "insp.open", fields);
        part.forms.push(form.about(say(reader, "open_about")).again(tried.as_ref()));
    }
    Ok(PartsPage { frame: reader.frame(say(reader, "inspections"), errors), parts: vec![part] }.render()?)
}

async fn open(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let input = OpenInput {
                organisation_id: said(&typed, "organisation_id"),
                product_id: None,
                officers: ["first", "second"].iter().filter_map(|name| given(&typed, name)).collect(),
                reason: said(&typed, "reason"),
                recheck_of: None,
            };
            let row = open_inspection(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/inspections/{}", row.id), "inspection_opened")))
        })
    });
    answered(tried.await, async |failure: Failure| {
        let failure = named(failure);
        let errors = at_fields(&reader, &failure, "open", &["organisation_id", "first", "second", "reason"]);
        let html = page(&app, &reader, &Query::default(), errors, Some(Tried { form: "open", typed: &typed })).await?;
        Ok((failure, html))
    })
    .await
}
