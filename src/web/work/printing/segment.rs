//! `/work/orders/{id}/segment`: a stretch of a roll by its first and last label — scanned, typed, or photographed and read here — with how many
//! they are, how they stand and what is wrong, before it is bound or put to use. Looking changes nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};

use crate::files::Incoming;
use crate::identity::role::Permission as P;
use crate::interop::picture;
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Outcome};
use crate::trace::batch::BatchFilter;
use crate::trace::queries::batch::batches;
use crate::trace::queries::order::{OrderView, order};
use crate::trace::queries::segment::{SegmentView, segment};
use crate::web::app::App;
use crate::web::body::{MOST_UPLOAD, PostedFiles};
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, FormError, Frame, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, again, faults, fresh_key, on_the_form};
use crate::web::work::names::{moment_of, state};
use crate::web::work::order_form::RollForm;

pub(super) fn routes() -> Vec<Route> {
    let bind = Access::Needs(P::CodesBind);
    vec![Route::get("/work/orders/{id}/segment", bind, show), Route::post("/work/orders/{id}/segment", bind, look).carries(MOST_UPLOAD)]
}

/// What was found, and what may be done with it.
struct Found {
    said: Vec<String>,
    table: Table,
    first: String,
    last: String,
    damaged: String,
    problems: Vec<String>,
    bind: bool,
    activate: bool,
}

#[derive(Template)]
#[template(path = "staff/segment.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    typed: RollForm,
    keys: [String; 3],
    found: Option<Found>,
    batches: Vec<(String, String)>,
    bind: String,
    activate: String,
    back: String,
}

async fn page(
    app: &App,
    reader: &Reader,
    view: &OrderView,
    typed: RollForm,
    found: Option<&SegmentView>,
    errors: Vec<FormError>,
) -> Result<String, Refusal> {
    let at = |what: &str| reader.to(&format!("/work/orders/{}/{what}", view.order.id));
    let batches = if found.is_some_and(|f| f.may_bind) { takers(app, reader, view).await? } else { Vec::new() };
    let page = Page {
        action: at("segment"),
        typed,
        keys: [fresh_key(app), fresh_key(app), fresh_key(app)],
        found: found.map(|f| words(reader, f)),
        batches,
        bind: at("bind"),
        activate: at("activate"),
        back: reader.to(&format!("/work/orders/{}", view.order.id)),
        frame: reader.frame(reader.fill("segment.title", &[("no", &view.order.order_no.to_string())]), errors),
    };
    Ok(page.render()?)
}

/// Batches its labels could go on.
async fn takers(app: &App, reader: &Reader, view: &OrderView) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::BatchRead) else { return Ok(Vec::new()) };
    let filter = BatchFilter {
        producer_id: Some(view.order.producer_id.clone()),
        product_id: Some(view.order.product_id.clone()),
        season: Some(view.order.season.clone()),
        ..BatchFilter::default()
    };
    let (found, _) = batches(&app.db, &actor, &filter, None, Some(200)).await?;
    let takes = found.into_iter().filter(|batch| matches!(batch.state.as_str(), "registered" | "released"));
    Ok(takes.map(|batch| (batch.id, format!("{} · {}", batch.lot, reader.word("batch_state", &batch.state)))).collect())
}

fn places(first: i64, last: i64) -> String {
    if first == last { grouped(first) } else { format!("{}–{}", grouped(first), grouped(last)) }
}

fn words(reader: &Reader, found: &SegmentView) -> Found {
    let whole = found.runs.len() == 1;
    let values = [("first", grouped(found.first)), ("last", grouped(found.last)), ("n", grouped(found.count))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut said = vec![reader.fill("segment.counted", &values)];
    said.push(reader.say(if whole { "segment.alike" } else { "segment.mixed" }));
    if !found.damaged.is_empty() {
        said.push(reader.fill("segment.damaged", &[("n", &found.damaged.len().to_string())]));
    }
    let problem = |run: &crate::trace::queries::order::RangeView| {
        let places = places(run.first, run.last);
        let key = match run.state {
            "issued" | "bound" if whole => return None,
            "issued" => "not_bound",
            "bound" => "bound",
            "scheduled" => "scheduled",
            "active" => "active",
            "voided" => "voided",
            _ => "returned",
        };
        Some(reader.fill(&format!("segment.is_{key}"), &[("places", &places)]))
    };
    let row = |run: &crate::trace::queries::order::RangeView| {
        vec![
            Cell::text(places(run.first, run.last)),
            Cell::text(grouped(run.count)),
            state(reader, "range_state", run.state),
            Cell::text(moment_of(reader.lang, &run.since)),
        ]
    };
    let damaged: Vec<String> = found.damaged.iter().map(ToString::to_string).collect();
    Found {
        said,
        table: Table {
            caption: reader.say("segment.caption"),
            columns: vec![
                Column::text(reader.say("sequence")),
                Column::number(reader.say("count")),
                Column::text(reader.say("state")),
                Column::text(reader.say("since")),
            ],
            rows: found.runs.iter().map(row).collect(),
            empty: String::new(),
        },
        first: found.first.to_string(),
        last: found.last.to_string(),
        damaged: damaged.join("、"),
        problems: found.runs.iter().filter_map(problem).collect(),
        bind: found.may_bind,
        activate: found.may_activate,
    }
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let view = order(&app.db, &reader.actor(P::CodesBind)?, app.clock.now(), &id).await?;
    Ok(Html(page(&app, &reader, &view, RollForm::default(), None, Vec::new()).await?))
}

/// The code on a photograph of a label: the end of the address its symbol holds.
async fn read(file: Incoming) -> Outcome<String> {
    let text = tokio::task::spawn_blocking(move || picture::symbol(&file)).await.map_err(Failure::broken)??;
    Ok(text.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Photographs stand for what was not typed. Every one that can't be read is said, each at its field.
async fn photographed(form: &mut RollForm, files: Vec<Incoming>) -> Outcome<()> {
    let mut faults = crate::kernel::failure::Faults::new();
    for file in files {
        let place = match file.field.as_str() {
            "first_photo" => &mut form.first,
            "last_photo" => &mut form.last,
            _ => continue,
        };
        if !place.trim().is_empty() {
            continue;
        }
        match read(file).await {
            Ok(code) => *place = code,
            Err(failure) => drop(faults.absorb::<()>("", Err(failure))),
        }
    }
    faults.check()
}

async fn look(State(app): State<App>, Path(id): Path<String>, reader: Reader, sent: PostedFiles<RollForm>) -> Result<Response, Refusal> {
    let actor = reader.actor(P::CodesBind)?;
    let view = order(&app.db, &actor, app.clock.now(), &id).await?;
    let mut form = sent.posted.body;
    let tried = async {
        photographed(&mut form, sent.files).await?;
        super::super::roll::named(&form)?;
        let (first, last) = form.ends();
        segment(&app.db, app.keys.as_ref(), &actor, &id, (&first, &last, &form.damaged()), app.clock.now()).await
    };
    match tried.await {
        Ok(found) => Ok(Html(page(&app, &reader, &view, form, Some(&found), Vec::new()).await?).into_response()),
        Err(failure) => {
            let failure = on_the_form(Refusal(failure))?;
            let field = |pointer: &str| {
                let name = pointer.trim_start_matches('/');
                name.split('/').next().unwrap_or_default().to_owned()
            };
            let errors = faults(reader.lang, &failure, field);
            let html = page(&app, &reader, &view, form, None, errors).await?;
            Ok(again(failure, html))
        }
    }
}
