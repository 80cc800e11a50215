//! `/work/batches/{id}/correct`: mending what was typed, until the batch is released.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::route::{Access, Route};
use super::super::batch_form::{field, plain, together, units};
use super::super::desk::{Reader, done_at, faults, fresh_key};
use super::super::facilities;
use super::super::lists::amount as amount_of;
use super::super::names::Names;
use super::super::parts::{Field, Typed, answered, given, said};
use super::weigh::{amount, echo};
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, WeightUnit};
use crate::kernel::{Failure, text};
use crate::trace::batch::BatchPatch;
use crate::trace::commands::correct::correct_batch;
use crate::trace::goods::Goods;
use crate::trace::measure::Entered;
use crate::trace::queries::batch::{BatchView, batch};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs(P::BatchRegister);
    let path = "/work/batches/{id}/correct";
    vec![Route::get(path, needs, show), Route::post(path, needs, correct)]
}

#[derive(Template)]
#[template(path = "staff/phone/correct.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    version: i64,
    /// What the batch is now.
    now: String,
    fields: Vec<Field>,
    weight: String,
    /// Value and words; none where the weight can't be changed alone.
    units: Vec<(String, String, bool)>,
    excess: bool,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None, false).await?))
}

/// May the weight be changed by itself? With several deliveries it is not said which had less.
fn weight_alone(view: &BatchView) -> bool {
    view.sources.len() == 1 || view.sources.iter().all(|source| source.plot_id.is_some())
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    errors: Vec<FormError>,
    typed: Option<&Typed>,
    excess: bool,
) -> Result<String, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, id).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let is_own = reader.own() == Some(view.producer_id.as_str());
    if !is_own || view.process_id.is_some() {
        return Err(Failure::not_found().into());
    }
    let unit = typed.map(|typed| said(typed, "unit")).unwrap_or_default();
    let options = |word: &'static str| (word.to_owned(), reader.word("unit", word), unit == word);
    let page = Page {
        action: reader.to(&format!("/work/batches/{id}/correct")),
        key: fresh_key(app),
        version: typed.and_then(|typed| given(typed, "version")?.parse().ok()).unwrap_or(view.version),
        now: format!("{} · {} · {}", goods.name, view.lot, echo(reader.lang, goods.unit, amount_of(&view))),
        fields: fields(app, reader, &view, typed).await?,
        weight: typed.map(|typed| said(typed, "weight")).unwrap_or_default(),
        units: if weight_alone(&view) { units(goods.unit).iter().map(|(word, _)| options(word)).collect() } else { Vec::new() },
        excess,
        frame: reader.narrow_frame(reader.say("phone.correct_title"), errors),
    };
    Ok(page.render()?)
}

async fn fields(app: &App, reader: &Reader, view: &BatchView, typed: Option<&Typed>) -> Result<Vec<Field>, Failure> {
    let say = |key: &str| reader.say(&format!("phone.{key}"));
    let stands = |name: &'static str, was: Option<&str>| match typed {
        Some(typed) => said(typed, name),
        None => was.unwrap_or_default().to_owned(),
    };
    let text =
        |name: &'static str, was: Option<&str>| Field { id: name.to_owned(), ..Field::text(name, say(name)).value(stands(name, was)) };
    let date =
        |name: &'static str, was: Option<&str>| Field { id: name.to_owned(), ..Field::date(name, say(name)).value(stands(name, was)) };
    let mut fields = vec![text("lot", Some(&view.lot)).must()];
    if view.produced_on.is_none() {
        fields.extend([date("harvested_from", Some(&view.harvested_from)), date("harvested_to", Some(&view.harvested_to))]);
    } else {
        fields.push(date("produced_on", view.produced_on.as_deref()));
    }
    fields.push(date("packed_on", view.packed_on.as_deref()));
    fields.push(text("grade", view.grade.as_deref()));
    let facilities = facilities::own_choices(app, reader).await?;
    if !facilities.is_empty() {
        let value = stands("facility", view.facility_id.as_deref());
        fields.push(Field { id: "facility".to_owned(), ..Field::select("facility", say("facility"), facilities).value(value) });
    }
    fields.extend([text("late_reason", view.late_reason.as_deref()), text("late_evidence", None)]);
    Ok(fields)
}

/// What is changed, and what could not be read.
fn patch(typed: &Typed, view: &BatchView, goods: &Goods) -> (BatchPatch, Faults) {
    let mut faults = Faults::new();
    let day = |name: &str| given(typed, name).map(|day| plain(&day));
    let weighed = amount(typed, goods.unit, &[]);
    if given(typed, "weight").is_some() && weighed.is_none() {
        faults.add("/net_weight_g", "weight_unreadable").with("figure", text::clean(&said(typed, "weight")));
    }
    let changed = weighed.filter(|amount| *amount != amount_of(view) && weight_alone(view));
    let (net_weight_g, quantity) = if goods.unit == BaseUnit::G { (changed, None) } else { (None, changed) };
    let unit = given(typed, "unit").unwrap_or_else(|| "kg".to_owned());
    let entered =
        net_weight_g.filter(|_| WeightUnit::parse(&unit).is_some()).map(|_| Entered { number: plain(&said(typed, "weight")), unit });
    let patch = BatchPatch {
        version: given(typed, "version").and_then(|version| version.parse().ok()).unwrap_or(0),
        lot: Some(said(typed, "lot")),
        net_weight_g,
        quantity,
        entered,
        harvested_from: day("harvested_from"),
        harvested_to: day("harvested_to"),
        produced_on: day("produced_on"),
        packed_on: day("packed_on"),
        grade: given(typed, "grade"),
        facility_id: given(typed, "facility"),
        late_reason: given(typed, "late_reason"),
        late_evidence: given(typed, "late_evidence"),
        accept_excess: given(typed, "accept_excess").map(|_| true),
        ..BatchPatch::default()
    };
    (patch, faults)
}

async fn correct(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &id).await?;
    let goods = Names::new(&app).goods(&view.product_id).await?;
    let named = id.clone();
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (named, view, goods) = (named.clone(), view.clone(), goods.clone());
        Box::pin(async move {
            let (patch, unread) = patch(&typed, &view, &goods);
            let tried = correct_batch(tx, &desk, &named, &patch).await;
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/batches/{named}/receipt"), "batch_corrected")))
        })
    });
    answered(tried.await, async |failure| {
        let errors = faults(lang, &failure, |pointer| field(pointer).to_owned());
        let excess = failure.says("quota_exceeded") || given(&typed, "accept_excess").is_some();
        Ok((failure, page(&app, &reader, &id, errors, Some(&typed), excess).await?))
    })
    .await
}
