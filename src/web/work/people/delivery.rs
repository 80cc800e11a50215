//! `/work/deliveries/{id}`: one delivery, what is wrong with it, and a second person's word on voiding it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{Names, day_of, jin, moment_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, refilled};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::BaseUnit;
use crate::trace::commands::delivery_void::{confirm_delivery_void, refuse_delivery_void, void_delivery};
use crate::trace::delivery_void::{VoidFilter, VoidInput, VoidState};
use crate::trace::queries::delivery::{DeliveryView, delivery};
use crate::trace::queries::delivery_void::{VoidView, delivery_voids};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/deliveries/{id}", needs(P::DeliveryRead), show),
        Route::post("/work/deliveries/{id}/void", needs(P::DeliveryRecord), void),
        Route::post("/work/deliveries/{id}/voids/{asked}/confirm", needs(P::LateEntryDecide), confirm),
        Route::post("/work/deliveries/{id}/voids/{asked}/refuse", needs(P::LateEntryDecide), refuse),
    ]
}

fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("rest.{key}"))
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = delivery(&app.db, &reader.actor(P::DeliveryRead)?, id).await?;
    let asked = match reader.acting(P::LateEntryRead) {
        Some(actor) => {
            let filter = VoidFilter { delivery_id: Some(view.id.clone()), ..VoidFilter::default() };
            delivery_voids(&app.db, &actor, &filter, None, None).await?.0
        }
        None => Vec::new(),
    };
    let title = say(reader, "delivery");
    let mut parts = vec![Part { heading: title.clone(), table: Some(facts(app, reader, &view).await?), ..Part::default() }];
    if !asked.is_empty() {
        parts.push(voids(app, reader, id, &asked, tried.as_ref()));
    }
    let waits = asked.iter().any(|void| void.state == VoidState::Waiting.word());
    if reader.may(P::DeliveryRecord) && view.voided_at.is_none() && !waits {
        let fields = vec![Field::text("reason", say(reader, "void_reason")).hint(say(reader, "void_reason_hint")).must()];
        let path = format!("/work/deliveries/{id}/void");
        let form = Form::new(app, reader, "void", &path, "rest.void", "rest.void", fields).about(say(reader, "void_about"));
        parts.push(Part {
            heading: say(reader, "void_heading"),
            forms: vec![Form { class: "stop", ..form }.again(tried.as_ref())],
            ..Part::default()
        });
    }
    Ok(PartsPage { frame: reader.frame(title, errors), parts }.render()?)
}

async fn facts(app: &App, reader: &Reader, view: &DeliveryView) -> Result<Table, Refusal> {
    let mut names = Names::new(app);
    let goods = names.goods(&view.product_id).await?;
    let amount = view.figures.get("net_weight_g").or_else(|| view.figures.get("quantity")).copied().unwrap_or(0);
    let shown = |name: &str| goods.show(view.figure(name));
    let weight =
        if goods.unit == BaseUnit::G { format!("{} = {}", goods.show(amount), jin(reader.lang, amount)) } else { goods.show(amount) };
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let rows = [
        (reader.say("people.day"), day_of(reader.lang, &view.delivered_on)),
        (say(reader, "product"), goods.name.clone()),
        (say(reader, "grower"), names.party(reader, &view.grower_id).await?),
        (say(reader, "buyer"), names.party(reader, &view.buyer_id).await?),
        (reader.say("amount"), weight),
        (say(reader, "covered"), shown("covered")),
        (say(reader, "pending"), shown("pending")),
        (say(reader, "used"), shown("used")),
        (say(reader, "grade"), some(&view.grade)),
        (say(reader, "cert_no"), some(&view.cert_no)),
        (say(reader, "handled_by"), some(&view.handled_by)),
        (say(reader, "recorded_at"), moment_of(reader.lang, &view.recorded_at)),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(what, value)| vec![Cell::text(what), Cell::text(value)]);
    let mut rows: Vec<_> = rows.collect();
    if let Some(at) = &view.voided_at {
        let badge = Cell::badge(say(reader, "voided"), "soft").with_small(moment_of(reader.lang, at));
        rows.push(vec![Cell::text(reader.say("state")), badge]);
    }
    let columns = vec![Column::text(reader.say("what")), Column::text(say(reader, "value"))];
    Ok(Table { caption: say(reader, "delivery_caption"), columns, rows, empty: String::new() })
}

/// Who asked that it be voided, and the forms of a second person where it waits.
fn voids(app: &App, reader: &Reader, id: &str, asked: &[VoidView], tried: Option<&Tried<'_>>) -> Part {
    let class = |state: &str| match VoidState::parse(state) {
        Some(VoidState::Waiting) => "amber",
        Some(VoidState::Voided) => "soft",
        _ => "ok",
    };
    let rows = asked.iter().map(|void| {
        vec![
            Cell::text(moment_of(reader.lang, &void.asked_at)).with_small(void.handled_by.clone().unwrap_or_default()),
            Cell::text(void.reason.clone()),
            Cell::badge(say(reader, &format!("void_state.{}", void.state)), class(&void.state))
                .with_small(void.decision_reason.clone().unwrap_or_default()),
        ]
    });
    let columns = vec![Column::text(say(reader, "asked_at")), Column::text(say(reader, "void_reason")), Column::text(reader.say("state"))];
    let table = Table { caption: say(reader, "voids_caption"), columns, rows: rows.collect(), empty: String::new() };
    let waiting = asked.iter().find(|void| void.state == VoidState::Waiting.word() && reader.may(P::LateEntryDecide));
    let forms = waiting.into_iter().flat_map(|void| {
        let at = |word: &str| format!("/work/deliveries/{id}/voids/{}/{word}", void.id);
        let fields = vec![Field::text("reason", say(reader, "refuse_reason")).must()];
        [
            Form {
                class: "stop",
                ..Form::new(app, reader, "confirm", &at("confirm"), "rest.void_confirm", "rest.void_confirm", Vec::new())
            },
            Form::new(app, reader, "refuse", &at("refuse"), "rest.void_refuse", "rest.void_refuse", fields).again(tried),
        ]
    });
    Part { heading: say(reader, "voids"), about: say(reader, "voids_about"), table: Some(table), forms: forms.collect(), ..Part::default() }
}

/// A reason as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

async fn again(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    tried: Result<Response, Refusal>,
    typed: &Typed,
) -> Result<Response, Refusal> {
    refilled(tried, reader, Tried { form, typed }, &["reason"], |errors, tried| page(app, reader, id, errors, tried)).await
}

fn typed(reason: &str) -> Typed {
    Typed::from([("reason".to_owned(), reason.to_owned())])
}

async fn void(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Reason>) -> Result<Response, Refusal> {
    let (lang, named, typed) = (reader.lang, id.clone(), typed(&posted.body.reason));
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = named.clone();
        Box::pin(async move {
            let view = void_delivery(tx, &desk, &id, &VoidInput { reason: form.reason.clone() }).await?;
            let word = if view.state == VoidState::Voided.word() { "delivery_voided" } else { "delivery_void_asked" };
            Ok(Done::see(done_at(lang, &format!("/work/deliveries/{id}"), word)))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "void", tried, &typed).await
}

async fn confirm(
    State(app): State<App>,
    Path((id, asked)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<Nothing>,
) -> Result<Response, Refusal> {
    let (lang, back) = (reader.lang, format!("/work/deliveries/{id}"));
    let tried = act(&app, posted, move |tx, desk, _| {
        let (asked, back) = (asked.clone(), back.clone());
        Box::pin(async move {
            confirm_delivery_void(tx, &desk, &asked).await?;
            Ok(Done::see(done_at(lang, &back, "delivery_voided")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "confirm", tried, &Typed::new()).await
}

async fn refuse(
    State(app): State<App>,
    Path((id, asked)): Path<(String, String)>,
    reader: Reader,
    posted: Posted<Reason>,
) -> Result<Response, Refusal> {
    let (lang, back, typed) = (reader.lang, format!("/work/deliveries/{id}"), typed(&posted.body.reason));
    let tried = act(&app, posted, move |tx, desk, form| {
        let (asked, back) = (asked.clone(), back.clone());
        Box::pin(async move {
            refuse_delivery_void(tx, &desk, &asked, &form.reason).await?;
            Ok(Done::see(done_at(lang, &back, "delivery_void_refused")))
        })
    });
    let tried = tried.await;
    again(&app, &reader, &id, "refuse", tried, &typed).await
}
