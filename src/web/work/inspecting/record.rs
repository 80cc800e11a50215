//! An inspection that is on record (or waits for its officers): what was seen, and what may be done next: publish, look again.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{columns, facts, fill, on, say, state};
use crate::identity::officer::officers;
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::supervision::commands::inspection::{OpenInput, PublishInput, open_inspection, publish_inspection};
use crate::supervision::inspections::{InspectionRecord, InspectionView, inspection, photographs};
use crate::web::act::{Done, act};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, FormError, Table};
use crate::web::route::{Access, Route};
use crate::web::work::desk::{Reader, done_at};
use crate::web::work::names::{Names, moment_of};
use crate::web::work::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, given, said};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/work/inspections/{id}/publish", Access::Needs(P::InspectionConfirm), publish),
        Route::post("/work/inspections/{id}/again", Access::Needs(P::InspectionRecord), look_again),
    ]
}

/// The page of an inspection that is no form.
pub(super) async fn record_page(
    app: &App,
    reader: &Reader,
    view: InspectionView,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let product = match &view.product_id {
        Some(id) => Names::new(app).goods(id).await?.name,
        None => String::new(),
    };
    let certificates = view.officers.iter().map(|one| format!("{}（{}）", one.certificate_no, one.department)).collect::<Vec<_>>();
    let mut rows = vec![
        ("firm", view.name.clone()),
        ("state", state(reader, "inspection_state", &view.state).text),
        ("departments", view.departments.join("、")),
        ("officers", certificates.join("、")),
        ("reason", view.reason.clone()),
        ("product", product),
        ("inspected_on", on(reader, view.inspected_on.as_deref())),
        ("result", view.found.as_deref().map(|word| say(reader, &format!("found.{word}"))).unwrap_or_default()),
        ("publish_by", on(reader, view.publish_by.as_deref())),
        ("made_public", view.published_at.as_deref().map(|at| moment_of(reader.lang, at)).unwrap_or_default()),
        ("public_text", view.public_text.clone().unwrap_or_default()),
    ];
    if let Some(record) = &view.record {
        rows.extend(seen(reader, record));
        rows.push(("record_hash", view.record_hash.clone().unwrap_or_default()));
    }
    let mut about = Part { heading: say(reader, "inspection"), table: Some(facts(reader, "inspection_caption", rows)), ..Part::default() };
    if view.state == "waiting" {
        about.about = say(reader, "waits_for_its_officers");
    }
    about.forms = forms(app, reader, &view).await?.into_iter().map(|form| form.again(tried.as_ref())).collect();
    let mut parts = vec![about];
    if let Some(table) = led_to(reader, &view) {
        parts.push(Part { heading: say(reader, "led_to"), table: Some(table), ..Part::default() });
    }
    if let Some(record) = &view.record {
        parts.extend(tables(reader, record));
    }
    let files = photographs(&app.db, &view.id).await?;
    if !files.is_empty() && reader.may(P::FileRead) {
        let link = |file: &crate::files::FileView| {
            let path = if file.is_picture { format!("/work/files/{}", file.id) } else { format!("/work/files/{}/original", file.id) };
            vec![Cell::link(file.name.clone(), path), Cell::text(file.sha256.clone())]
        };
        let table = Table {
            caption: say(reader, "photos"),
            columns: vec![Column::text(say(reader, "photos")), Column::text("SHA-256")],
            rows: files.iter().map(link).collect(),
            empty: String::new(),
        };
        parts.push(Part { heading: say(reader, "photos"), table: Some(table), ..Part::default() });
    }
    Ok(PartsPage { frame: reader.frame(fill(reader, "visit_title", &[("name", &view.name)]), errors), parts }.render()?)
}

/// What else a record says, fact by fact.
fn seen(reader: &Reader, record: &InspectionRecord) -> Vec<(&'static str, String)> {
    let signature = record.signature.map(|one| say(reader, &format!("signature.{}", one.word()))).unwrap_or_default();
    let sample = record.sample.as_ref().map(|sample| {
        let until = on(reader, Some(&sample.retest_until));
        let values = [("lot", sample.lot.as_str()), ("quantity", &sample.quantity), ("by", &sample.sealed_by), ("until", &until)];
        fill(reader, "sample_said", &values)
    });
    vec![
        ("note", record.note.clone()),
        ("place_there", record.place.clone()),
        ("sample", sample.unwrap_or_default()),
        ("signature_label", signature),
        ("signed_by", record.signed_by.clone()),
        ("witness", record.witness.clone()),
    ]
}

fn led_to(reader: &Reader, view: &InspectionView) -> Option<Table> {
    let order = view.rectification_id.as_ref().filter(|_| reader.may(P::RectificationRead));
    let links = [
        order.map(|id| (say(reader, "rectification"), format!("/work/rectifications/{id}"))),
        view.case_id.as_ref().filter(|_| reader.may(P::CaseRead)).map(|id| (say(reader, "case"), format!("/work/cases/{id}"))),
        view.recheck_of.as_ref().map(|id| (say(reader, "earlier_inspection"), format!("/work/inspections/{id}"))),
        Some((say(reader, "paper"), format!("/work/inspections/{}/paper", view.id))).filter(|_| view.record.is_some()),
    ];
    let rows: Vec<Vec<Cell>> = links.into_iter().flatten().map(|(words, path)| vec![Cell::link(words, reader.to(&path))]).collect();
    let columns = vec![Column::text(say(reader, "led_to"))];
    (!rows.is_empty()).then(|| Table { caption: say(reader, "led_to"), columns, rows, empty: String::new() })
}

fn tables(reader: &Reader, record: &InspectionRecord) -> Vec<Part> {
    let rows = record.items.iter().map(|item| {
        let word = item.answer.map_or("not_applicable", |answer| answer.word());
        let class = match word {
            "fits" => "ok",
            "differs" => "red",
            _ => "soft",
        };
        vec![
            Cell::text(item.item.clone()).with_small(item.department.clone()),
            Cell::badge(say(reader, &format!("answer.{word}")), class),
            Cell::text(item.note.clone()),
        ]
    });
    let items = Table {
        caption: say(reader, "items"),
        columns: columns(reader, &["item", "answer_label", "item_note"]),
        rows: rows.collect(),
        empty: String::new(),
    };
    let rows = record.counts.iter().map(|line| {
        let difference = match line.difference {
            0 => Cell::text("0"),
            n => Cell::badge(fill(reader, "to_clear", &[("n", &format!("{n:+}"))]), "amber"),
        };
        let order = reader.fill("order_numbered", &[("no", &line.order_no.to_string())]);
        vec![Cell::text(order), Cell::text(line.expected.to_string()), Cell::text(line.counted.to_string()), difference]
    });
    let number = |key: &str| Column::number(say(reader, key));
    let counts = Table {
        caption: say(reader, "labels_on_hand"),
        columns: vec![Column::text(reader.say("order")), number("expected"), number("counted"), number("difference")],
        rows: rows.collect(),
        empty: say(reader, "nothing_counted"),
    };
    let part = |key: &str, table: Table| Part { heading: say(reader, key), table: Some(table), ..Part::default() };
    vec![part("items", items), part("labels_on_hand", counts)]
}

/// Officers as choices: by certificate.
pub(super) async fn officer_choices(app: &App) -> Result<Vec<(String, String)>, Refusal> {
    let today = app.clock.today().to_string();
    let valid = officers(&app.db).await?.into_iter().filter(|one| one.valid_to.as_ref().is_none_or(|to| *to >= today));
    Ok(valid.map(|one| (one.account_id, format!("{} · {} · {}", one.certificate_no, one.name, one.department))).collect())
}

async fn forms(app: &App, reader: &Reader, view: &InspectionView) -> Result<Vec<Form>, Refusal> {
    let mut forms = Vec::new();
    let at = |verb: &str| format!("/work/inspections/{}/{verb}", view.id);
    let reached = reader.acting(P::InspectionConfirm).is_some_and(|actor| actor.scope.reaches_division(&view.division_code));
    if view.state == "recorded" && reached && view.done_by.as_deref() != Some(reader.who.account.id.as_str()) {
        let fields = vec![Field::area("public_text", say(reader, "public_text")).hint(say(reader, "public_text_hint"))];
        let form = Form::new(app, reader, "publish", &at("publish"), "insp.publish", "insp.publish", fields);
        forms.push(form.about(say(reader, "publish_about")));
    }
    if view.state != "waiting" && reached && reader.may(P::InspectionRecord) {
        let people = officer_choices(app).await?;
        let fields = vec![
            Field::select("first", say(reader, "first_officer"), people.clone()).must().value(reader.who.account.id.clone()),
            Field::select("second", say(reader, "second_officer"), people).must(),
            Field::text("reason", say(reader, "reason")).must().value(say(reader, "recheck_reason")),
        ];
        let form = Form::new(app, reader, "again", &at("again"), "insp.look_again", "insp.look_again", fields);
        forms.push(form.about(say(reader, "look_again_about")));
    }
    Ok(forms)
}

async fn back(
    app: &App,
    reader: &Reader,
    id: &str,
    form: &'static str,
    typed: &Typed,
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    answered(tried, async |failure: Failure| {
        let failure = named(failure);
        let errors = at_fields(reader, &failure, form, &["public_text", "first", "second", "reason"]);
        let view = inspection(&app.db, &reader.actor(P::InspectionRead)?, id).await?;
        Ok((failure, record_page(app, reader, view, errors, Some(Tried { form, typed })).await?))
    })
    .await
}

/// The two officers of a form are fields of their own.
pub(super) fn named(mut failure: Failure) -> Failure {
    let names = BTreeMap::from([("/officers/0", "/first"), ("/officers/1", "/second"), ("/officers", "/second")]);
    for fault in &mut failure.fields {
        if let Some(name) = names.get(fault.pointer.as_str()) {
            (*name).clone_into(&mut fault.pointer);
        }
    }
    failure
}

async fn publish(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = own.clone();
        Box::pin(async move {
            publish_inspection(tx, &desk, &id, &PublishInput { public_text: said(&typed, "public_text") }).await?;
            Ok(Done::see(done_at(lang, &format!("/work/inspections/{id}"), "inspection_published")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, &id, "publish", &typed, tried).await
}

async fn look_again(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
    let view = inspection(&app.db, &reader.actor(P::InspectionRecord)?, &id).await?;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let input = OpenInput {
            organisation_id: view.organisation_id.clone(),
            product_id: view.product_id.clone(),
            officers: ["first", "second"].iter().filter_map(|name| given(&typed, name)).collect(),
            reason: said(&typed, "reason"),
            recheck_of: Some(own.clone()),
        };
        Box::pin(async move {
            let row = open_inspection(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/inspections/{}", row.id), "inspection_opened")))
        })
    });
    let tried = tried.await;
    back(&app, &reader, &id, "again", &typed, tried).await
}
