//! `/work/shipments/new`: one batch at a time, by its labels or by weight, with what is left of it before anything is typed.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::batch_new::Choice;
use super::desk::{Reader, done_at, faults};
use super::forms::{Field, Form, amount, given, label, unit_words};
use super::names::Names;
use super::thing::FormPage;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Failure, Outcome};
use crate::trace::batch::BatchFilter;
use crate::trace::commands::shipment::send_goods;
use crate::trace::goods::Goods;
use crate::trace::queries::batch::{BatchView, batch, batches};
use crate::trace::queries::order::{OrderFilter, orders};
use crate::trace::shipment::{ConsigneeInput, LineInput, SendInput};

pub(super) fn routes() -> Vec<Route> {
    let send = Access::Needs(P::ShipmentSend);
    vec![Route::get("/work/shipments/new", send, show), Route::post("/work/shipments/new", send, create)]
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    batch: Option<String>,
}

/// A shipment as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SendForm {
    batch: String,
    order: String,
    first: String,
    last: String,
    weight: String,
    consignee_code: String,
    consignee_name: String,
    contact: String,
    place: String,
    exported: String,
    carrier: String,
    sent_on: String,
    note: String,
    late_reason: String,
}

impl SendForm {
    /// The input of the command, and what could not be read.
    fn read(&self, base: BaseUnit) -> (SendInput, Faults) {
        let mut faults = Faults::new();
        let (net_weight_g, quantity) = amount(&mut faults, "/lines/0/net_weight_g", &self.weight, base);
        let weighed = given(&self.weight).is_some();
        let labelled = given(&self.first).is_some() || given(&self.last).is_some();
        let mut line = LineInput::default();
        if weighed || !labelled {
            line.batch_id = Some(self.batch.clone());
            (line.net_weight_g, line.quantity) = (net_weight_g, quantity);
        }
        if labelled {
            let first = label(&self.first).or_else(|| label(&self.last));
            // A code says itself whose it is.
            line.order_id = given(&self.order).filter(|_| !first.as_ref().is_some_and(crate::trace::roll::Label::is_code));
            (line.first, line.last) = (first, label(&self.last));
        }
        let input = SendInput {
            lines: vec![line],
            consignee: ConsigneeInput {
                organisation_id: None,
                credit_code: given(&self.consignee_code),
                name: given(&self.consignee_name),
                contact: given(&self.contact),
            },
            place: given(&self.place),
            sent_on: given(&self.sent_on),
            exported: !self.exported.is_empty(),
            carrier: given(&self.carrier),
            note: given(&self.note),
            late_reason: given(&self.late_reason),
            ..SendInput::default()
        };
        (input, faults)
    }
}

/// The field of the form a pointer means.
fn field(pointer: &str) -> &'static str {
    match pointer {
        "/lines/0/net_weight_g" | "/lines/0/quantity" | "/lines/0/batch_id" => "weight",
        "/lines/0/order_id" => "order",
        "/lines/0/last" => "last",
        _ if pointer.starts_with("/lines") => "first",
        "/consignee/credit_code" | "/consignee/organisation_id" => "consignee_code",
        "/consignee/name" => "consignee_name",
        "/consignee/contact" => "contact",
        "/place" | "/division_code" => "place",
        "/sent_on" => "sent_on",
        "/late_reason" => "late_reason",
        "/carrier" => "carrier",
        "/note" => "note",
        _ => "",
    }
}

async fn show(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Response, Refusal> {
    match chosen.batch {
        Some(batch) => {
            let form = SendForm { batch, ..SendForm::default() };
            Ok(Html(page(&app, &reader, &form, None).await?).into_response())
        }
        None => Ok(Html(choice(&app, &reader).await?).into_response()),
    }
}

/// Goods of a batch that carry no label and have not left.
pub(super) fn loose(view: &BatchView) -> i64 {
    let left = ["coded", "moved", "gone", "seized"].into_iter().map(|name| view.figure(name)).sum::<i64>();
    (view.figure("covered") - left).max(0)
}

fn left(reader: &Reader, goods: &Goods, view: &BatchView) -> String {
    reader.fill("may_send", &[("loose", &goods.show(loose(view))), ("coded", &goods.show(view.figure("coded")))])
}

async fn choice(app: &App, reader: &Reader) -> Result<String, Refusal> {
    let actor = reader.actor(P::BatchRead)?;
    let filter = BatchFilter { producer_id: reader.own().map(str::to_owned), state: Some("released".to_owned()), ..BatchFilter::default() };
    let mut names = Names::new(app);
    let mut choices = Vec::new();
    for view in batches(&app.db, &actor, &filter, None, Some(100)).await?.0 {
        if loose(&view) == 0 && view.figure("coded") == 0 {
            continue;
        }
        let goods = names.goods(&view.product_id).await?;
        let at = reader.to(&format!("/work/shipments/new?batch={}", view.id));
        choices.push((at, format!("{} · {}", goods.name, view.lot), left(reader, &goods, &view)));
    }
    let frame = reader.narrow_frame(reader.say("send_which_batch"), Vec::new());
    Ok(Choice { frame, choices, empty: reader.say("no_batch_to_send") }.render()?)
}

/// Issued orders of labels for the product of a batch.
pub(super) async fn rolls(app: &App, reader: &Reader, producer_id: &str, product_id: &str) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::CodeOrderRead) else { return Ok(Vec::new()) };
    let filter = OrderFilter {
        producer_id: Some(producer_id.to_owned()),
        product_id: Some(product_id.to_owned()),
        state: Some("issued".to_owned()),
        ..OrderFilter::default()
    };
    let words = |order: crate::trace::queries::order::OrderSummary| {
        let no = reader.fill("order_numbered", &[("no", &order.order_no.to_string())]);
        let count = reader.fill("labels_counted", &[("n", &crate::kernel::quantity::grouped(order.count))]);
        (order.id, format!("{no} · {} · {count}", reader.word("code_kind", &order.kind)))
    };
    Ok(orders(&app.db, &actor, &filter, None, 50).await?.into_iter().map(words).collect())
}

async fn page(app: &App, reader: &Reader, form: &SendForm, refused: Option<&Failure>) -> Result<String, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &form.batch).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let errors = refused.map(|failure| faults(reader.lang, failure, |pointer| field(pointer).to_owned())).unwrap_or_default();
    let rolls = rolls(app, reader, &view.producer_id, &view.product_id).await?;
    let late = !form.late_reason.is_empty() || refused.is_some_and(|failure| failure.says("late_reason_missing"));
    let say = |key: &str| reader.say(key);
    let mut fields = Vec::new();
    if !rolls.is_empty() && view.figure("coded") > 0 {
        let only = if rolls.len() == 1 { rolls.first().map(|roll| roll.0.clone()).unwrap_or_default() } else { String::new() };
        let chosen = if form.order.is_empty() { only } else { form.order.clone() };
        fields.push(Field::select("", "order", say("send_labels_from"), &chosen, rolls).hint(say("send_labels_hint")));
        fields.push(Field::text("", "first", say("first_label"), &form.first));
        fields.push(Field::text("", "last", say("last_label"), &form.last));
    }
    if loose(&view) > 0 || !form.weight.is_empty() {
        fields.push(Field::number("", "weight", say("weight"), &form.weight, unit_words(reader, goods.unit)).hint(say("send_loose_hint")));
    }
    fields.push(Field::text("", "consignee_name", say("consignee_name"), &form.consignee_name));
    fields.push(Field::text("", "consignee_code", say("consignee_code"), &form.consignee_code).hint(say("consignee_code_hint")));
    fields.push(Field::text("", "contact", say("consignee_contact"), &form.contact));
    fields.push(Field::text("", "place", say("destination"), &form.place).hint(say("destination_hint")));
    fields.push(Field::check("", "exported", say("exported_goods"), &form.exported));
    fields.push(Field::text("", "carrier", say("carrier"), &form.carrier));
    fields.push(Field::date("", "sent_on", say("sent_on"), &form.sent_on).hint(say("sent_on_hint")));
    fields.push(Field::text("", "note", say("note"), &form.note));
    if late {
        fields.push(Field::text("", "late_reason", say("late_send_reason"), &form.late_reason));
    }
    let at = format!("/work/shipments/new?batch={}", form.batch);
    let sent = Form::new(app, reader, &at, "send_now").class("go").fields(fields);
    let page = FormPage {
        told: vec![format!("{} · {}", goods.name, view.lot), left(reader, &goods, &view), say("one_of_both")],
        form: sent,
        frame: reader.narrow_frame(say("send_goods"), errors),
    };
    Ok(page.render()?)
}

async fn create(
    State(app): State<App>,
    reader: Reader,
    Asked(chosen): Asked<Chosen>,
    mut posted: Posted<SendForm>,
) -> Result<Response, Refusal> {
    let Some(id) = chosen.batch else { return Ok(Redirect::to(&reader.to("/work/shipments/new")).into_response()) };
    posted.body.batch.clone_from(&id);
    let (form, lang, keys) = (posted.body.clone(), reader.lang, app.keys.clone());
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &id).await?;
    let unit = Names::new(&app).goods(&view.product_id).await?.unit;
    let tried = act(&app, posted, move |tx, desk, form| {
        let keys = keys.clone();
        Box::pin(async move {
            let (input, unread) = form.read(unit);
            let tried = send_goods(tx, &desk, keys.as_ref(), &input).await;
            let id = tried.as_ref().map(|view| view.id.clone()).unwrap_or_default();
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/shipments/{id}"), "shipment_sent")))
        })
    });
    super::parts::answered(tried.await, async |failure| {
        let html = page(&app, &reader, &form, Some(&failure)).await?;
        Ok((failure, html))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_or_a_weight_become_a_line() {
        let form = |weight: &str, first: &str, order: &str| SendForm {
            batch: "bat_1".into(),
            weight: weight.into(),
            first: first.into(),
            order: order.into(),
            ..SendForm::default()
        };
        let line = |form: SendForm| form.read(BaseUnit::G).0.lines.remove(0);
        let loose = line(form("1,500", "", "cod_1"));
        assert_eq!((loose.batch_id.as_deref(), loose.net_weight_g, loose.order_id), (Some("bat_1"), Some(1_500_000), None));
        let labelled = line(form("", "１２", "cod_1"));
        assert_eq!((labelled.batch_id, labelled.order_id.as_deref()), (None, Some("cod_1")));
        assert!(matches!(labelled.first, Some(crate::trace::roll::Label::Text(text)) if text == "12"));
        let both = line(form("1", "12", "cod_1"));
        assert!(both.batch_id.is_some() && both.first.is_some(), "the command says that it is one of both");
        let unread = form("许多", "", "").read(BaseUnit::G).1.check().unwrap_err();
        assert_eq!((unread.fields[0].code, field(&unread.fields[0].pointer)), ("weight_unreadable", "weight"));
    }
}
