//! `/work/seizures`: what officers preserved, sealed or detained; proposing it, and how it ends.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Nothing, Posted};
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::batches::After;
use super::desk::{Reader, done_at, faults};
use super::forms::{Field, Form, amount, given, unit_words};
use super::history::history;
use super::lists::Listing;
use super::names::{Names, day_of, moment_of, state};
use super::shipment_new::rolls;
use super::thing::{FormPage, Thing};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::BaseUnit;
use crate::supervision::commands::{
    SeizedCodesInput, SeizureEndInput, SeizureInput, confirm_seizure, confirm_seizure_end, drop_seizure, propose_seizure,
    propose_seizure_end,
};
use crate::supervision::seizures::{SeizureView, seizure, seizures};
use crate::trace::queries::batch::batch;
use crate::trace::roll::Label;
use crate::trace::seizure::{Outcome as End, SeizureKind, SeizureState};

/// Rows of one page.
const ROWS: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    let (propose, confirm) = (Access::Needs(P::SeizurePropose), Access::Needs(P::SeizureConfirm));
    vec![
        Route::get("/work/seizures", propose, list),
        Route::get("/work/seizures/new", propose, ask),
        Route::post("/work/seizures/new", propose, create),
        Route::get("/work/seizures/{id}", propose, show),
        Route::post("/work/seizures/{id}/confirm", confirm, confirm_one),
        Route::post("/work/seizures/{id}/drop", propose, drop_one),
        Route::post("/work/seizures/{id}/end", propose, end_one),
        Route::post("/work/seizures/{id}/end/confirm", confirm, confirm_end),
    ]
}

/// What everybody should know of it: since when, until when, how long past that, what is proposed.
pub(super) fn lines(reader: &Reader, view: &SeizureView, show: impl Fn(i64) -> String) -> Vec<String> {
    let (from, until) = (day_of(reader.lang, &view.seized_on), day_of(reader.lang, &view.until));
    let mut out =
        vec![format!("{} {}", view.ordered_by, view.document_no), reader.fill("seizure_until", &[("from", &from), ("until", &until)])];
    if view.overdue_days > 0 {
        out.push(reader.fill("seizure_overdue", &[("days", &view.overdue_days.to_string())]));
    }
    if let (Some(outcome), Some(text), Some(document), true) =
        (&view.outcome, &view.end_text, &view.end_document_no, view.state == SeizureState::EndProposed.word())
    {
        let outcome = reader.word("seizure_outcome", outcome);
        out.push(reader.fill("seizure_end_says", &[("outcome", &outcome), ("text", text), ("document", document)]));
        if view.figure("end_amount") > 0 {
            out.push(reader.fill("seizure_end_amount", &[("amount", &show(view.figure("end_amount")))]));
        }
        for codes in &view.end_codes {
            let values = [("no", codes.order_no.to_string()), ("first", codes.first.to_string()), ("last", codes.last.to_string())];
            out.push(reader.fill("seizure_end_codes", &values.each_ref().map(|(name, value)| (*name, value.as_str()))));
        }
    }
    out
}

/// Its name: what was done, to which batch.
pub(super) fn heading(reader: &Reader, view: &SeizureView) -> String {
    reader.fill("seizure_heading", &[("kind", &reader.word("seizure_kind", &view.kind)), ("lot", &view.lot)])
}

async fn list(State(app): State<App>, reader: Reader, Asked(after): Asked<After>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::SeizurePropose)?;
    let mut items = seizures(&app.db, &actor, app.clock.today(), (None, None), after.cursor.as_deref(), ROWS + 1).await?;
    let more = items.len() as u64 > ROWS;
    items.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    let mut names = Names::new(&app);
    let mut rows = Vec::with_capacity(items.len());
    for view in &items {
        let late =
            if view.overdue_days > 0 { reader.fill("seizure_overdue", &[("days", &view.overdue_days.to_string())]) } else { String::new() };
        rows.push(vec![
            Cell::link(heading(&reader, view), reader.to(&format!("/work/seizures/{}", view.id)))
                .with_small(names.party(&reader, &view.producer_id).await?),
            Cell::text(view.document_no.clone()).with_small(view.ordered_by.clone()),
            Cell::text(day_of(reader.lang, &view.until)).with_small(late),
            state(&reader, "seizure_state", &view.state),
        ]);
    }
    let page = Listing {
        table: Table {
            caption: reader.say("seizures_caption"),
            columns: vec![
                Column::text(reader.say("seizures")),
                Column::text(reader.say("seizure_document")),
                Column::text(reader.say("seizure_to")),
                Column::text(reader.say("state")),
            ],
            rows,
            empty: reader.say("seizures_none"),
        },
        filters: None,
        action: None,
        next: next.map(|cursor| reader.to(&format!("/work/seizures?cursor={}", query_value(&cursor)))),
        frame: reader.frame(reader.say("seizures"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    batch: Option<String>,
}

/// A seizure as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SeizureForm {
    kind: String,
    ordered_by: String,
    document_no: String,
    reason: String,
    public_text: String,
    seized_on: String,
    until: String,
}

async fn ask(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Response, Refusal> {
    match chosen.batch {
        Some(id) => Ok(Html(asked(&app, &reader, &id, &SeizureForm::default(), None).await?).into_response()),
        None => Ok(Redirect::to(&reader.to("/work/batches")).into_response()),
    }
}

async fn asked(app: &App, reader: &Reader, id: &str, form: &SeizureForm, refused: Option<&Failure>) -> Result<String, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, id).await?;
    let mut names = Names::new(app);
    let (goods, producer) = (names.goods(&view.product_id).await?, names.party(reader, &view.producer_id).await?);
    let errors = refused.map(|failure| faults(reader.lang, failure, |p| p.trim_start_matches('/').to_owned())).unwrap_or_default();
    let kinds = SeizureKind::ALL.iter().map(|kind| (kind.word().to_owned(), reader.word("seizure_kind", kind.word()))).collect();
    let say = |key: &str| reader.say(key);
    let fields = vec![
        Field::select("", "kind", say("seizure_kind_label"), &form.kind, kinds).must(),
        Field::text("", "ordered_by", say("seizure_ordered_by"), &form.ordered_by).must(),
        Field::text("", "document_no", say("seizure_document"), &form.document_no).must(),
        Field::text("", "reason", say("seizure_reason"), &form.reason).must(),
        Field::text("", "public_text", say("seizure_public"), &form.public_text).must(),
        Field::date("", "seized_on", say("seizure_from"), &form.seized_on),
        Field::date("", "until", say("seizure_to"), &form.until).must(),
    ];
    let at = format!("/work/seizures/new?batch={id}");
    let page = FormPage {
        told: vec![format!("{} · {}", goods.name, view.lot), producer],
        form: Form::new(app, reader, &at, "seizure_propose").class("stop").about(say("seizure_propose_about")).fields(fields),
        frame: reader.narrow_frame(say("seize_batch"), errors),
    };
    Ok(page.render()?)
}

async fn create(
    State(app): State<App>,
    reader: Reader,
    Asked(chosen): Asked<Chosen>,
    posted: Posted<SeizureForm>,
) -> Result<Response, Refusal> {
    let Some(id) = chosen.batch else { return Ok(Redirect::to(&reader.to("/work/batches")).into_response()) };
    let (form, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = named.clone();
        Box::pin(async move {
            let input = SeizureInput {
                batch_id: id,
                kind: form.kind.clone(),
                document_no: form.document_no.clone(),
                ordered_by: form.ordered_by.clone(),
                reason: form.reason.clone(),
                public_text: form.public_text.clone(),
                seized_on: given(&form.seized_on),
                until: form.until.clone(),
            };
            let row = propose_seizure(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/seizures/{}", row.id), "seizure_proposed")))
        })
    });
    super::parts::answered(tried.await, async |failure| {
        let html = asked(&app, &reader, &id, &form, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}

/// How it ends, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct EndForm {
    outcome: String,
    document_no: String,
    public_text: String,
    weight: String,
    order: String,
    first: String,
    last: String,
}

impl EndForm {
    fn read(&self, base: BaseUnit) -> (SeizureEndInput, Faults) {
        let mut faults = Faults::new();
        let (net_weight_g, quantity) = amount(&mut faults, "/net_weight_g", &self.weight, base);
        let (first, last) = (given(&self.first), given(&self.last));
        let codes = first.clone().or(last.clone()).map(|one| SeizedCodesInput {
            order_id: self.order.clone(),
            first: Label::Text(first.unwrap_or_else(|| one.clone())),
            last: Label::Text(last.unwrap_or(one)),
        });
        let input = SeizureEndInput {
            outcome: self.outcome.clone(),
            document_no: self.document_no.clone(),
            public_text: self.public_text.clone(),
            net_weight_g,
            quantity,
            codes: codes.into_iter().collect(),
        };
        (input, faults)
    }
}

fn end_field(pointer: &str) -> &'static str {
    match pointer {
        "/outcome" => "outcome",
        "/document_no" => "document_no",
        "/public_text" => "public_text",
        "/net_weight_g" | "/quantity" => "weight",
        _ if pointer.ends_with("/order_id") => "order",
        _ if pointer.ends_with("/last") => "last",
        _ if pointer.starts_with("/codes") => "first",
        _ => "",
    }
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<&EndForm>) -> Result<String, Refusal> {
    let view = seizure(&app.db, &reader.actor(P::SeizurePropose)?, app.clock.today(), id).await?;
    let mut names = Names::new(app);
    let (goods, producer) = (names.goods(&view.product_id).await?, names.party(reader, &view.producer_id).await?);
    let show = |amount: i64| goods.show(amount);
    let at = |verb: &str| format!("/work/seizures/{id}/{verb}");
    let now = SeizureState::parse(&view.state);
    let mut forms = Vec::new();
    if now == Some(SeizureState::Proposed) && reader.may(P::SeizureConfirm) {
        forms.push(Form::new(app, reader, &at("confirm"), "confirm").class("stop").about(reader.say("seizure_propose_about")).opened(true));
        forms.push(Form::new(app, reader, &at("drop"), "drop"));
    }
    if now == Some(SeizureState::InForce) {
        let rolls = rolls(app, reader, &view.producer_id, &view.product_id).await?;
        forms.push(end_form(app, reader, &at("end"), rolls, goods.unit, tried));
    }
    if now == Some(SeizureState::EndProposed) && reader.may(P::SeizureConfirm) {
        let told = lines(reader, &view, show).join(" ");
        forms.push(Form::new(app, reader, &at("end/confirm"), "confirm_end").class("stop").about(told).opened(true));
        forms.push(Form::new(app, reader, &at("drop"), "keep_seizure"));
    }
    let text = |name: &str, value: Option<String>| value.map(|value| (reader.word("seizure_fact", name), value));
    let day = |written: &str| Some(day_of(reader.lang, written));
    let facts = [
        text("producer", Some(producer)),
        text("product", Some(goods.name.clone())),
        text("ordered_by", Some(view.ordered_by.clone())),
        text("document_no", Some(view.document_no.clone())),
        text("reason", Some(view.reason.clone())),
        text("public_text", Some(view.public_text.clone())),
        text("seized_on", day(&view.seized_on)),
        text("until", day(&view.until)),
        text("confirmed_at", view.confirmed_at.as_deref().map(|at| moment_of(reader.lang, at))),
        text("ended_at", view.ended_at.as_deref().map(|at| moment_of(reader.lang, at))),
        text("outcome", view.outcome.as_deref().map(|word| reader.word("seizure_outcome", word))),
        text("end_document_no", view.end_document_no.clone()),
        text("end_text", view.end_text.clone()),
        text("end_amount", Some(show(view.figure("end_amount"))).filter(|_| view.figure("end_amount") > 0)),
        text("seized", Some(show(view.figure("seized"))).filter(|_| view.figure("seized") > 0)),
    ];
    let page = Thing {
        state: state(reader, "seizure_state", &view.state),
        why: String::new(),
        warnings: lines(reader, &view, show).into_iter().skip(1).collect(),
        links: vec![(reader.to(&format!("/work/batches/{}", view.batch_id)), reader.fill("batch_link", &[("lot", &view.lot)]))],
        forms,
        sections: Vec::new(),
        facts: facts.into_iter().flatten().collect(),
        history: history(app, reader, id).await?,
        frame: reader.frame(heading(reader, &view), errors),
    };
    Ok(page.render()?)
}

fn end_form(app: &App, reader: &Reader, at: &str, rolls: Vec<(String, String)>, unit: BaseUnit, tried: Option<&EndForm>) -> Form {
    let empty = EndForm::default();
    let form = tried.unwrap_or(&empty);
    let ends = End::ALL.iter().map(|end| (end.word().to_owned(), reader.word("seizure_outcome", end.word()))).collect();
    let say = |key: &str| reader.say(key);
    let fields = vec![
        Field::select("end", "outcome", say("seizure_outcome_label"), &form.outcome, ends).must(),
        Field::text("end", "document_no", say("seizure_document"), &form.document_no).must(),
        Field::text("end", "public_text", say("seizure_public"), &form.public_text).must(),
        Field::number("end", "weight", reader.word("seizure_fact", "end_amount"), &form.weight, unit_words(reader, unit)),
        Field::select("end", "order", say("seizure_codes_order"), &form.order, rolls),
        Field::text("end", "first", say("first_label"), &form.first),
        Field::text("end", "last", say("last_label"), &form.last),
    ];
    Form::new(app, reader, at, "seizure_end").class("stop").about(say("seizure_end_about")).fields(fields).opened(tried.is_some())
}

async fn end_one(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<EndForm>) -> Result<Response, Refusal> {
    let view = seizure(&app.db, &reader.actor(P::SeizurePropose)?, app.clock.today(), &id).await?;
    let unit = Names::new(&app).goods(&view.product_id).await?.unit;
    let (form, lang, keys, named) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        let (keys, id) = (keys.clone(), named.clone());
        Box::pin(async move {
            let (input, unread) = form.read(unit);
            let tried = propose_seizure_end(tx, &desk, keys.as_ref(), &id, &input).await;
            together(unread, tried.err(), end_field)?;
            Ok(Done::see(done_at(lang, &format!("/work/seizures/{id}"), "seizure_end_proposed")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, Some(&form), tried).await
}

async fn answered(
    app: &App,
    reader: &Reader,
    id: &str,
    form: Option<&EndForm>,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    super::parts::answered(tried, async |failure| {
        let at = |pointer: &str| match end_field(pointer) {
            "" => String::new(),
            name => format!("end-{name}"),
        };
        let html = page(app, reader, id, faults(reader.lang, &failure, at), form).await?;
        Ok((failure, html))
    })
    .await
}

/// A button that says nothing more.
macro_rules! button {
    ($handler:ident, $command:ident, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<Nothing>,
        ) -> Result<Response, Refusal> {
            let (lang, named) = (reader.lang, id.clone());
            let tried = act(&app, posted, move |tx, desk, _| {
                let id = named.clone();
                Box::pin(async move {
                    $command(tx, &desk, &id).await?;
                    Ok(Done::see(done_at(lang, &format!("/work/seizures/{id}"), $done)))
                })
            });
            let tried = tried.await;
            answered(&app, &reader, &id, None, tried).await
        }
    };
}
button!(confirm_one, confirm_seizure, "seizure_confirmed");
button!(drop_one, drop_seizure, "seizure_dropped");
button!(confirm_end, confirm_seizure_end, "seizure_ended");
