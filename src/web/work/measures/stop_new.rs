//! Proposing a stop: one field for each scope, of which the chosen one is read.

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
use super::super::office::product_choices;
use super::super::parts::{Field, Form, Tried, Typed, at_fields, choices, given};
use super::preview::{Change, seen};
use super::recall_new::batch_named;
use super::{Act, MeasurePage, act_of, reached, say};
use crate::identity::queries::organisations;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Actor, Failure, Outcome};
use crate::supervision::commands::{StopInput, plan_stop, propose_stop};
use crate::supervision::recipients::{reach, touched_by_stop};
use crate::trace::roll::Label;
use crate::trace::stop::{StopCategory, StopScope};
use crate::trace::store::order as orders;
use crate::trace::store::stop::StopRow;

const NAMES: &[&str] =
    &["scope", "code", "order_no", "first", "last", "batch", "producer", "product", "category", "ordered_by", "document_no", "public_text"];
const SCOPES: [StopScope; 6] =
    [StopScope::Code, StopScope::Range, StopScope::Order, StopScope::Batch, StopScope::Producer, StopScope::Product];
const CATEGORIES: [StopCategory; 6] = [
    StopCategory::Clone,
    StopCategory::OffStandard,
    StopCategory::OutsideArea,
    StopCategory::LabelsLost,
    StopCategory::AuthorisationEnded,
    StopCategory::Other,
];
const AT: &str = "/work/measures/stops/new";
/// Producers to choose from.
const MOST: u64 = 500;

pub(super) fn routes() -> Vec<Route> {
    let propose = Access::Needs(P::StopPropose);
    vec![
        Route::get("/work/measures/stops/new", propose, ask),
        Route::post("/work/measures/stops/new", propose, send),
        Route::post("/work/measures/stops/preview", propose, look),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    batch: Option<String>,
}

async fn ask(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Html<String>, Refusal> {
    let given = [("scope", chosen.scope), ("code", chosen.code), ("batch", chosen.batch)];
    let typed = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(Html(page(&app, &reader, Vec::new(), &typed, None).await?))
}

async fn form(app: &App, reader: &Reader, typed: &Typed) -> Outcome<Form> {
    let (producers, _) = organisations(&app.db, &reader.actor(P::StopPropose)?, Some("producer"), None, MOST).await?;
    let fields = vec![
        Field::select("scope", say(reader, "scope"), choices(reader, "stop_scope", SCOPES.map(StopScope::word))).must(),
        Field::text("code", say(reader, "code")).hint(say(reader, "code_hint")),
        Field::text("order_no", say(reader, "order_no")).hint(say(reader, "order_hint")).numeric(),
        Field::text("first", reader.say("first_label")).hint(say(reader, "range_hint")),
        Field::text("last", reader.say("last_label")),
        Field::text("batch", say(reader, "batch")).hint(say(reader, "batch_hint")),
        Field::select("producer", say(reader, "producer"), producers.into_iter().map(|row| (row.id, row.name)).collect()),
        Field::select("product", say(reader, "product"), product_choices(app).await?),
        Field::select("category", say(reader, "category"), choices(reader, "stop_category", CATEGORIES.map(StopCategory::word))).must(),
        Field::text("ordered_by", say(reader, "ordered_by")).must(),
        Field::text("document_no", say(reader, "document")).must(),
        Field::area("public_text", say(reader, "public_text")).hint(say(reader, "public_hint")).must(),
    ];
    Ok(act_of(app, reader, "stop", AT, fields).again(Some(&Tried { form: "stop", typed })))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, typed: &Typed, planned: Option<&StopRow>) -> Result<String, Refusal> {
    let mut page = MeasurePage {
        frame: reader.narrow_frame(say(reader, "new_stop"), errors),
        state: None,
        told: vec![say(reader, if planned.is_some() { "previewed" } else { "stop_about" })],
        facts: Vec::new(),
        consumer: None,
        tables: Vec::new(),
        acts: vec![Act { form: form(app, reader, typed).await?, preview: reader.to("/work/measures/stops/preview") }],
        links: vec![(reader.to("/work/measures"), say(reader, "title"))],
    };
    if let Some(row) = planned {
        let touched = touched_by_stop(app.db.reader(), row).await?;
        page.consumer = seen(app, &touched.0, &Change::Stopped(row)).await?.map(|seen| seen.words(app, reader.lang));
        let (facts, tables) = reached(reader, &reach(app.db.reader(), touched).await?);
        (page.facts, page.tables) = (facts, tables);
    }
    Ok(page.render()?)
}

/// What the command takes: of the scope that was chosen, its own field.
async fn read(app: &App, reader: &Reader, typed: &Typed) -> Outcome<StopInput> {
    let mut faults = Faults::new();
    let text = |name: &str| given(typed, name).unwrap_or_default();
    let scope = StopScope::parse(&text("scope"));
    let category = CATEGORIES.iter().find(|one| one.word() == text("category")).copied();
    let needed: &[&str] = match scope {
        None => &["scope"],
        Some(StopScope::Code) => &["code"],
        Some(StopScope::Range) => &["order_no", "first", "last"],
        Some(StopScope::Order) => &["order_no"],
        Some(StopScope::Batch) => &["batch"],
        Some(StopScope::Producer) => &["producer"],
        Some(StopScope::Product) => &["product"],
    };
    for name in needed.iter().copied().chain(["category", "ordered_by", "document_no", "public_text"]) {
        if given(typed, name).is_none() {
            faults.add(format!("/{name}"), "register_empty");
        }
    }
    faults.check()?;
    let (Some(scope), Some(category)) = (scope, category) else { return Err(Failure::field("/category", "register_empty")) };
    let subject_id = match scope {
        StopScope::Code => None,
        StopScope::Range | StopScope::Order => {
            let unknown = || Failure::field("/order_no", "measure_order_unknown").with("value", text("order_no"));
            let no = super::super::batch_form::plain(&text("order_no")).parse().map_err(|_| unknown())?;
            Some(orders::by_number(app.db.reader(), no).await.map_err(|_| unknown())?.id)
        }
        StopScope::Batch => Some(batch_named(app, reader, "/batch", &text("batch")).await?),
        StopScope::Producer => Some(text("producer")),
        StopScope::Product => Some(text("product")),
    };
    let label = |name: &str| given(typed, name).filter(|_| scope == StopScope::Range).map(Label::Text);
    Ok(StopInput {
        scope,
        subject_id,
        code: given(typed, "code").filter(|_| scope == StopScope::Code),
        first: label("first"),
        last: label("last"),
        category,
        ordered_by: text("ordered_by"),
        document_no: text("document_no"),
        public_text: text("public_text"),
    })
}

async fn planned(app: &App, reader: &Reader, actor: Actor, typed: &Typed) -> Outcome<StopRow> {
    let input = read(app, reader, typed).await?;
    let (desk, keys) = (app.desk(actor), app.keys.clone());
    app.db
        .write(move |tx| {
            let (desk, keys, input) = (desk.clone(), keys.clone(), input.clone());
            Box::pin(async move { plan_stop(tx, &desk, keys.as_ref(), &input).await })
        })
        .await
}

/// An order, a producer or a product out of reach is a fault of its field, not a missing page.
fn at_subject(typed: &Typed, failure: Failure) -> Failure {
    if !failure.says("not_found") && !failure.says("not_competent") {
        return failure;
    }
    let field = match given(typed, "scope").as_deref() {
        Some("code") => "/code",
        Some("range" | "order") => "/order_no",
        Some("producer") => "/producer",
        Some("product") => "/product",
        _ => "/batch",
    };
    Failure::field(field, "measure_out_of_reach")
}

async fn refused(app: &App, reader: &Reader, typed: &Typed, failure: Failure) -> Result<Response, Refusal> {
    let failure = on_the_form(Refusal(at_subject(typed, failure)))?;
    let errors = at_fields(reader, &failure, "stop", NAMES);
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
    let (lang, keys) = (reader.lang, app.keys.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let (input, keys) = (input.clone(), keys.clone());
        Box::pin(async move {
            let row = propose_stop(tx, &desk, keys.as_ref(), &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/measures/stops/{}", row.id), "measure_proposed")))
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
            let touched = touched_by_stop(app.db.reader(), &row).await?;
            match seen(&app, &touched.0, &Change::Stopped(&row)).await? {
                Some(seen) => seen.page(&app, &reader),
                None => refused(&app, &reader, &typed, Failure::conflict("measure_no_label")).await,
            }
        }
        Err(failure) => refused(&app, &reader, &typed, failure).await,
    }
}
