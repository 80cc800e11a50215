//! Proposing a recall: what is asked for, what it reaches and how it will look, then the proposal.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::FormError;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, again, done_at, on_the_form};
use super::super::parts::{Field, Form, Tried, Typed, at_fields, given};
use super::preview::{Change, seen};
use super::{Act, As, MeasurePage, act_of, input, reached, say};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Actor, Failure, Outcome};
use crate::supervision::commands::{RecallInput, plan_recall, propose_recall};
use crate::supervision::recipients::{reach, touched_by_recall};
use crate::trace::batch::BatchFilter;
use crate::trace::queries::batch::{batch, batches};
use crate::trace::queries::code::code_view;
use crate::trace::store::stop::RecallRow;

const FIELDS: &[(&str, As)] =
    &[("batch_id", As::Text), ("ordered_by", As::Text), ("document_no", As::Text), ("reason", As::Text), ("public_text", As::Text)];
const NAMES: &[&str] = &["batch_id", "ordered_by", "document_no", "reason", "public_text"];
const AT: &str = "/work/measures/recalls/new";

pub(super) fn routes() -> Vec<Route> {
    let propose = Access::Needs(P::RecallPropose);
    vec![
        Route::get("/work/measures/recalls/new", propose, ask),
        Route::post("/work/measures/recalls/new", propose, send),
        Route::post("/work/measures/recalls/preview", propose, look),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    batch: Option<String>,
}

/// A batch as it is typed: its id, its lot, or a code on goods of it; the id.
pub(super) async fn batch_named(app: &App, reader: &Reader, pointer: &str, typed: &str) -> Outcome<String> {
    let typed = typed.trim();
    let actor = reader.actor(P::BatchRead)?;
    let unknown = || Failure::field(pointer, "measure_batch_unknown").with("value", crate::kernel::text::clean(typed));
    if typed.starts_with("bat_") {
        return batch(&app.db, &actor, typed).await.map(|view| view.id).map_err(|_| unknown());
    }
    if crate::trace::code::Code::parse(typed).is_ok() {
        let codes = reader.actor(P::CodeOrderRead)?;
        let view = code_view(&app.db, app.keys.as_ref(), &codes, app.clock.now(), typed).await.map_err(|_| unknown())?;
        return view.batch.map(|batch| batch.id).ok_or_else(unknown);
    }
    let filter = BatchFilter { lot: Some(typed.to_owned()), ..BatchFilter::default() };
    let (found, _) = batches(&app.db, &actor, &filter, None, Some(2)).await?;
    match found.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => Err(unknown()),
        _ => Err(Failure::field(pointer, "measure_batch_several").with("value", crate::kernel::text::clean(typed))),
    }
}

async fn ask(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Html<String>, Refusal> {
    let typed = Typed::from_iter(chosen.batch.map(|id| ("batch_id".to_owned(), id)));
    Ok(Html(page(&app, &reader, Vec::new(), &typed, None).await?))
}

fn form(app: &App, reader: &Reader, typed: &Typed) -> Form {
    let fields = vec![
        Field::text("batch_id", say(reader, "batch")).hint(say(reader, "batch_hint")).must(),
        Field::text("ordered_by", say(reader, "ordered_by")).must(),
        Field::text("document_no", say(reader, "document")).must(),
        Field::area("reason", say(reader, "reason")).hint(say(reader, "reason_hint")).must(),
        Field::area("public_text", say(reader, "public_text")).hint(say(reader, "public_hint")).must(),
    ];
    act_of(app, reader, "recall", AT, fields).again(Some(&Tried { form: "recall", typed }))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, typed: &Typed, planned: Option<&RecallRow>) -> Result<String, Refusal> {
    let mut page = MeasurePage {
        frame: reader.narrow_frame(say(reader, "new_recall"), errors),
        state: None,
        told: vec![say(reader, if planned.is_some() { "previewed" } else { "recall_about" })],
        facts: Vec::new(),
        consumer: None,
        tables: Vec::new(),
        acts: vec![Act { form: form(app, reader, typed), preview: reader.to("/work/measures/recalls/preview") }],
        links: vec![(reader.to("/work/measures"), say(reader, "title"))],
    };
    if let Some(row) = planned {
        let touched = touched_by_recall(app.db.reader(), row).await?;
        page.consumer = seen(app, &touched.0, &Change::Recalled(row)).await?.map(|seen| seen.words(app, reader.lang));
        let (facts, tables) = reached(reader, &reach(app.db.reader(), touched).await?);
        (page.facts, page.tables) = (facts, tables);
    }
    Ok(page.render()?)
}

/// What would be proposed, or every fault of the form.
async fn planned(app: &App, reader: &Reader, actor: Actor, typed: &Typed) -> Outcome<RecallRow> {
    let input = read(app, reader, typed).await?;
    let desk = app.desk(actor);
    app.db
        .write(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { plan_recall(tx, &desk, &input).await })
        })
        .await
}

async fn read(app: &App, reader: &Reader, typed: &Typed) -> Outcome<RecallInput> {
    let mut whole = typed.clone();
    let mut faults = Faults::new();
    for name in NAMES {
        if given(typed, name).is_none() {
            faults.add(format!("/{name}"), "register_empty");
        }
    }
    faults.check()?;
    let id = batch_named(app, reader, "/batch_id", &given(typed, "batch_id").unwrap_or_default()).await?;
    whole.insert("batch_id".to_owned(), id);
    input(&whole, FIELDS)
}

async fn refused(app: &App, reader: &Reader, typed: &Typed, failure: Failure) -> Result<Response, Refusal> {
    let failure = on_the_form(Refusal(failure))?;
    let errors = at_fields(reader, &failure, "recall", NAMES);
    let html = page(app, reader, errors, typed, None).await?;
    Ok(again(failure, html))
}

async fn send(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    if given(&typed, "step").as_deref() != Some("propose") {
        return match planned(&app, &reader, posted.actor, &typed).await {
            Ok(row) => Ok(Html(page(&app, &reader, Vec::new(), &typed, Some(&row)).await?).into_response()),
            Err(failure) => refused(&app, &reader, &typed, failure).await,
        };
    }
    let input = match read(&app, &reader, &typed).await {
        Ok(input) => input,
        Err(failure) => return refused(&app, &reader, &typed, failure).await,
    };
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, _| {
        let input = input.clone();
        Box::pin(async move {
            let row = propose_recall(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/measures/recalls/{}", row.id), "measure_proposed")))
        })
    });
    match tried.await {
        Ok(response) => Ok(response),
        Err(refusal) => refused(&app, &reader, &typed, refusal.0).await,
    }
}

async fn look(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    match planned(&app, &reader, posted.actor, &typed).await {
        Ok(row) => {
            let touched = touched_by_recall(app.db.reader(), &row).await?;
            match seen(&app, &touched.0, &Change::Recalled(&row)).await? {
                Some(seen) => seen.page(&app, &reader),
                None => refused(&app, &reader, &typed, Failure::conflict("measure_no_label")).await,
            }
        }
        Err(failure) => refused(&app, &reader, &typed, failure).await,
    }
}
