//! `/work/shipments/{id}`: one shipment, what happened to it, and what may be done: received, missing, returned, voided.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::Posted;
use super::super::failure::Refusal;
use super::super::pages::staff::{Cell, Column, FormError, Table};
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::desk::{Reader, done_at, faults};
use super::forms::{Field, Form, amount, given, label, unit_words};
use super::history::history;
use super::names::{Names, day_of, moment_of, state};
use super::thing::Thing;
use crate::identity::role::Permission as P;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, grouped};
use crate::trace::commands::shipment::{receive_shipment, take_back_goods, void_shipment};
use crate::trace::goods::Goods;
use crate::trace::queries::shipment::{ShipmentLineView, ShipmentView, shipment};
use crate::trace::shipment::{Disposition, PartInput, ReceiveInput, ReturnInput, VOIDABLE};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/shipments/{id}", needs(P::ShipmentRead), show),
        Route::post("/work/shipments/{id}/receive", needs(P::ShipmentReceive), receive),
        Route::post("/work/shipments/{id}/missing", needs(P::ShipmentReceive), missing),
        Route::post("/work/shipments/{id}/return", needs(P::ShipmentSend), take_back),
        Route::post("/work/shipments/{id}/void", needs(P::ShipmentSend), void),
    ]
}

/// A part of a line as typed; every verb reads its own part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PartForm {
    /// Everything still on the way.
    all: String,
    no: String,
    first: String,
    last: String,
    weight: String,
    on: String,
    disposition: String,
    reason: String,
    late_reason: String,
}

impl PartForm {
    fn part(&self, faults: &mut Faults, pointer: &str, base: BaseUnit) -> PartInput {
        let (net_weight_g, quantity) = amount(faults, &format!("{pointer}/net_weight_g"), &self.weight, base);
        let first = label(&self.first).or_else(|| label(&self.last));
        let last = label(&self.last);
        PartInput { no: self.no.trim().parse().unwrap_or(0), net_weight_g, quantity, first, last }
    }
    fn received(&self, base: BaseUnit, is_missing: bool) -> (ReceiveInput, Faults) {
        let mut faults = Faults::new();
        let (mut lines, mut missing) = (Vec::new(), Vec::new());
        if is_missing {
            missing.push(self.part(&mut faults, "/missing/0", base));
        } else if self.all.is_empty() {
            lines.push(self.part(&mut faults, "/lines/0", base));
        }
        let (received_on, reason, late_reason) = (given(&self.on), given(&self.reason), given(&self.late_reason));
        (ReceiveInput { lines, missing, received_on, reason, late_reason }, faults)
    }
    fn returned(&self, base: BaseUnit) -> (ReturnInput, Faults) {
        let mut faults = Faults::new();
        let lines = vec![self.part(&mut faults, "/lines/0", base)];
        let input = ReturnInput {
            lines,
            disposition: self.disposition.clone(),
            reason: self.reason.clone(),
            returned_on: given(&self.on),
            late_reason: given(&self.late_reason),
        };
        (input, faults)
    }
}

/// The name of the field a pointer means.
fn field(pointer: &str) -> &'static str {
    match pointer {
        _ if pointer.ends_with("/no") => "no",
        _ if pointer.ends_with("/net_weight_g") || pointer.ends_with("/quantity") => "weight",
        _ if pointer.ends_with("/last") => "last",
        _ if pointer.starts_with("/lines") || pointer.starts_with("/missing") => "first",
        "/received_on" | "/returned_on" => "on",
        "/disposition" => "disposition",
        "/reason" => "reason",
        "/late_reason" => "late_reason",
        _ => "",
    }
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// The page; `tried` is the verb that was refused and what was typed with it.
async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<(&str, &PartForm)>) -> Result<String, Refusal> {
    let view = shipment(&app.db, &reader.actor(P::ShipmentRead)?, app.clock.now(), id).await?;
    let mut names = Names::new(app);
    let goods = names.goods(&view.product_id).await?;
    let producer = names.party(reader, &view.producer_id).await?;
    let slip = |paper: &str| reader.to(&format!("/work/shipments/{id}/slip?paper={paper}"));
    let warn = |w: &crate::trace::queries::shipment::ShipmentWarning| {
        reader.fill("warn_not_active", &[("no", &w.no.to_string()), ("n", &grouped(w.codes)), ("places", &w.places)])
    };
    let page = Thing {
        state: state(reader, "shipment_state", &view.state),
        why: view.void_reason.clone().unwrap_or_default(),
        warnings: view.warnings.iter().map(warn).collect(),
        links: vec![(slip("a4"), reader.say("slip_a4")), (slip("80"), reader.say("slip_80"))],
        forms: forms(app, reader, &view, &goods, tried),
        sections: vec![
            (reader.say("shipment_lines"), lines(reader, &view, &goods)),
            (reader.say("shipment_acts"), acts(reader, &view, &goods)),
        ],
        facts: facts(reader, &view, &goods, producer),
        history: history(app, reader, id).await?,
        frame: reader.frame(reader.fill("shipment_heading", &[("number", &view.number)]), errors),
    };
    Ok(page.render()?)
}

fn facts(reader: &Reader, view: &ShipmentView, goods: &Goods, producer: String) -> Vec<(String, String)> {
    let show = |name: &str| Some(goods.show(view.figure(name))).filter(|_| view.figure(name) > 0);
    let all = [
        ("producer", Some(producer)),
        ("product", Some(goods.name.clone())),
        ("consignee", Some(view.consignee.name.clone())),
        ("contact", view.consignee.contact.clone()),
        ("destination", view.place.clone().or(view.division_code.clone())),
        ("exported", view.exported.then(|| reader.say("exported_goods"))),
        ("sent_on", Some(day_of(reader.lang, &view.sent_on))),
        ("carrier", view.carrier.clone()),
        ("amount", Some(goods.show(view.amount()))),
        ("received", show("received")),
        ("on_the_way", show("on_the_way")),
        ("returned", show("returned")),
        ("missing", show("missing")),
        ("note", view.note.clone()),
        ("late_reason", view.late_reason.clone()),
        ("recorded_at", Some(moment_of(reader.lang, &view.recorded_at))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((reader.word("shipment_fact", name), value?))).collect()
}

/// Labels of a line, or that it has none.
pub(super) fn labels(reader: &Reader, line: &ShipmentLineView) -> String {
    match (line.first, line.last) {
        (Some(first), Some(last)) => {
            let values = [("first", first.to_string()), ("last", last.to_string()), ("n", grouped(line.codes))];
            reader.fill("labels_from_to", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
        _ => reader.say("no_labels"),
    }
}

fn lines(reader: &Reader, view: &ShipmentView, goods: &Goods) -> Table {
    let row = |line: &ShipmentLineView| {
        let lot = Cell::text(line.lot.clone());
        let lot = if reader.may(P::BatchRead) && reader.own() == Some(view.producer_id.as_str()) {
            Cell { href: reader.to(&format!("/work/batches/{}", line.batch_id)), ..lot }
        } else {
            lot
        };
        let show = |name: &str| Cell::text(goods.show(line.figure(name)));
        vec![
            Cell::text(line.no.to_string()),
            lot.with_small(labels(reader, line)),
            Cell::text(goods.show(line.amount())),
            show("received"),
            show("on_the_way"),
            show("returned"),
            show("missing"),
        ]
    };
    Table {
        caption: reader.fill("shipment_heading", &[("number", &view.number)]),
        columns: vec![
            Column::text(reader.say("line_no")),
            Column::text(reader.say("lot")),
            Column::number(reader.say("amount")),
            Column::number(reader.word("act_kind", "received")),
            Column::number(reader.say("on_the_way")),
            Column::number(reader.word("act_kind", "returned")),
            Column::number(reader.word("act_kind", "missing")),
        ],
        rows: view.lines.iter().map(row).collect(),
        empty: String::new(),
    }
}

fn acts(reader: &Reader, view: &ShipmentView, goods: &Goods) -> Table {
    let row = |one: &crate::trace::queries::shipment::ShipmentActView| {
        let how = one.disposition.as_deref().map(|word| reader.word("disposition", word)).unwrap_or_default();
        let moved = one.figures.values().copied().sum::<i64>();
        let named = match (one.first, one.last) {
            (Some(first), Some(last)) => {
                let values = [("first", first.to_string()), ("last", last.to_string()), ("n", grouped(one.codes))];
                reader.fill("labels_from_to", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
            }
            _ => String::new(),
        };
        vec![
            Cell::text(day_of(reader.lang, &one.happened_on)),
            Cell::text(reader.word("act_kind", &one.kind)).with_small(how),
            Cell::text(one.no.to_string()).with_small(named),
            Cell::text(goods.show(moved)),
            Cell::text(one.reason.clone().unwrap_or_default()),
        ]
    };
    let columns = ["sent_on_day", "what", "line_no", "amount", "reason"];
    let column = |name: &str| match name {
        "amount" => Column::number(reader.say(name)),
        "sent_on_day" => Column::text(reader.say("missing_on")),
        _ => Column::text(reader.say(name)),
    };
    Table {
        caption: reader.fill("shipment_heading", &[("number", &view.number)]),
        columns: columns.map(column).into(),
        rows: view.acts.iter().map(row).collect(),
        empty: reader.say("shipment_acts_empty"),
    }
}

fn forms(app: &App, reader: &Reader, view: &ShipmentView, goods: &Goods, tried: Option<(&str, &PartForm)>) -> Vec<Form> {
    let at = |verb: &str| format!("/work/shipments/{}/{verb}", view.id);
    let mut out = Vec::new();
    if view.state == "voided" {
        return out;
    }
    let sends = |actor: crate::kernel::Actor| {
        actor.scope.all || !actor.scope.divisions.is_empty() || actor.scope.organisations.contains(&view.producer_id)
    };
    let sender = reader.acting(P::ShipmentSend).is_some_and(sends);
    let consignee = reader.own().is_some() && reader.own() == view.consignee.organisation_id.as_deref();
    let empty = PartForm::default();
    let typed = |verb: &str| tried.filter(|(one, _)| *one == verb).map_or(&empty, |(_, form)| form);
    let open = |verb: &str| tried.is_some_and(|(one, _)| one == verb);
    let part = |verb: &str, on: &str| part_fields(reader, view, goods, verb, on, typed(verb));
    let way = view.figure("on_the_way");
    if reader.may(P::ShipmentReceive) && (sender || consignee) && way > 0 {
        let about = reader.fill("receive_rest_about", &[("amount", &goods.show(way))]);
        let about = if consignee { about } else { format!("{about} {}", reader.say("for_consignee")) };
        let all = Field { kind: "hidden", ..Field::text("rest", "all", "", "yes") };
        let on = Field::date("rest", "on", reader.say("received_on"), &typed("rest").on);
        out.push(
            Form::new(app, reader, &at("receive"), "receive_rest")
                .class("go")
                .about(about)
                .fields(vec![all, on])
                .opened(consignee && tried.is_none() || open("rest")),
        );
        let about = reader.say("receive_part_about");
        out.push(
            Form::new(app, reader, &at("receive"), "receive_part")
                .class("go")
                .about(about)
                .fields(part("part", "received_on"))
                .opened(open("part")),
        );
        let about = reader.say("missing_part_about");
        out.push(
            Form::new(app, reader, &at("missing"), "missing_part")
                .about(about)
                .fields(part("missing", "missing_on"))
                .opened(open("missing")),
        );
    }
    if sender && way + view.figure("received") > 0 {
        let chosen = Disposition::ALL.iter().map(|d| (d.word().to_owned(), reader.word("disposition", d.word()))).collect();
        let mut fields = part("return", "returned_on");
        let how = Field::select("return", "disposition", reader.say("disposition_label"), &typed("return").disposition, chosen).must();
        fields.insert(4, how);
        out.push(
            Form::new(app, reader, &at("return"), "return_part")
                .class("stop")
                .about(reader.say("return_part_about"))
                .fields(fields)
                .opened(open("return")),
        );
    }
    let young = parse_rfc3339(&view.recorded_at).is_some_and(|at| app.clock.now() - at <= VOIDABLE);
    if sender && view.acts.is_empty() && young {
        let why = Field::text("void", "reason", reader.say("reason"), &typed("void").reason).must();
        let about = reader.say("void_shipment_about");
        out.push(Form::new(app, reader, &at("void"), "void_shipment").class("stop").about(about).fields(vec![why]).opened(open("void")));
    }
    out
}

fn part_fields(reader: &Reader, view: &ShipmentView, goods: &Goods, verb: &str, on: &str, typed: &PartForm) -> Vec<Field> {
    let line = |line: &ShipmentLineView| (line.no.to_string(), format!("{} · {} · {}", line.no, line.lot, labels(reader, line)));
    let chosen = if view.lines.len() == 1 { "1" } else { typed.no.as_str() };
    let mut fields = vec![
        Field::select(verb, "no", reader.say("line_no"), chosen, view.lines.iter().map(line).collect()).must(),
        Field::text(verb, "first", reader.say("first_label"), &typed.first),
        Field::text(verb, "last", reader.say("last_label"), &typed.last),
        Field::number(verb, "weight", reader.say("amount_or_labels"), &typed.weight, unit_words(reader, goods.unit)),
        Field::text(verb, "reason", reader.say("reason"), &typed.reason),
        Field::date(verb, "on", reader.say(on), &typed.on),
    ];
    if !typed.on.is_empty() {
        fields.push(Field::text(verb, "late_reason", reader.say("late_send_reason"), &typed.late_reason));
    }
    fields
}

async fn answered(
    app: &App,
    reader: &Reader,
    id: &str,
    (verb, form): (&str, &PartForm),
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    super::parts::answered(tried, async |failure| {
        let at = |pointer: &str| match field(pointer) {
            "" => String::new(),
            name => format!("{verb}-{name}"),
        };
        let html = page(app, reader, id, faults(reader.lang, &failure, at), Some((verb, form))).await?;
        Ok((failure, html))
    })
    .await
}

/// The unit of the goods of a shipment in reach.
async fn unit(app: &App, reader: &Reader, id: &str) -> Result<BaseUnit, Refusal> {
    let view = shipment(&app.db, &reader.actor(P::ShipmentRead)?, app.clock.now(), id).await?;
    Ok(Names::new(app).goods(&view.product_id).await?.unit)
}

async fn receive(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<PartForm>) -> Result<Response, Refusal> {
    let verb = if posted.body.all.is_empty() { "part" } else { "rest" };
    taken_in(app, id, reader, posted, verb).await
}

async fn missing(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<PartForm>) -> Result<Response, Refusal> {
    taken_in(app, id, reader, posted, "missing").await
}

async fn taken_in(app: App, id: String, reader: Reader, posted: Posted<PartForm>, verb: &'static str) -> Result<Response, Refusal> {
    let (form, lang, keys, named, unit) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone(), unit(&app, &reader, &id).await?);
    let tried = act(&app, posted, move |tx, desk, form| {
        let (keys, id) = (keys.clone(), named.clone());
        Box::pin(async move {
            let (input, unread) = form.received(unit, verb == "missing");
            let tried = receive_shipment(tx, &desk, keys.as_ref(), &id, &input).await;
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/shipments/{id}"), "shipment_received")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, (verb, &form), tried).await
}

async fn take_back(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<PartForm>) -> Result<Response, Refusal> {
    let (form, lang, keys, named, unit) = (posted.body.clone(), reader.lang, app.keys.clone(), id.clone(), unit(&app, &reader, &id).await?);
    let tried = act(&app, posted, move |tx, desk, form| {
        let (keys, id) = (keys.clone(), named.clone());
        Box::pin(async move {
            let (input, unread) = form.returned(unit);
            let tried = take_back_goods(tx, &desk, keys.as_ref(), &id, &input).await;
            together(unread, tried.err(), field)?;
            Ok(Done::see(done_at(lang, &format!("/work/shipments/{id}"), "shipment_returned")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, ("return", &form), tried).await
}

async fn void(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<PartForm>) -> Result<Response, Refusal> {
    let (form, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = named.clone();
        Box::pin(async move {
            void_shipment(tx, &desk, &id, &form.reason).await?;
            Ok(Done::see(done_at(lang, &format!("/work/shipments/{id}"), "shipment_voided")))
        })
    });
    let tried = tried.await;
    answered(&app, &reader, &id, ("void", &form), tried).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::roll::Label;

    #[test]
    fn a_part_is_labels_or_an_amount_of_a_line() {
        let form = |no: &str, first: &str, last: &str, weight: &str| PartForm {
            no: no.into(),
            first: first.into(),
            last: last.into(),
            weight: weight.into(),
            ..PartForm::default()
        };
        let (rest, faults) = PartForm { all: "yes".into(), ..form("", "", "", "") }.received(BaseUnit::G, false);
        assert!(rest.lines.is_empty() && rest.missing.is_empty() && faults.is_empty(), "everything on the way");
        let part = form("2", "", "１５", "").received(BaseUnit::G, false).0.lines.remove(0);
        assert!(
            part.no == 2 && matches!((&part.first, &part.last), (Some(Label::Text(a)), Some(Label::Text(b))) if a == "15" && b == "15")
        );
        let missing = form("1", "", "", "1.5").received(BaseUnit::G, true).0;
        assert_eq!((missing.lines.len(), missing.missing[0].net_weight_g), (0, Some(1_500)));
        let unread = form("1", "", "", "三斤").returned(BaseUnit::G).1.check().unwrap_err();
        assert_eq!((unread.fields[0].code, field(&unread.fields[0].pointer)), ("weight_unreadable", "weight"));
        for (pointer, name) in
            [("/missing/0/no", "no"), ("/lines/0/first", "first"), ("/lines/0", "first"), ("/returned_on", "on"), ("/x", "")]
        {
            assert_eq!(field(pointer), name, "{pointer}");
        }
    }
}
