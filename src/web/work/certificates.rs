//! `/work/certificates`: 承诺达标合格证 issued and received; `/work/certificates/{id}`: one of them, to be printed as it is.

use std::fmt::Write;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::desk::{Reader, done_at};
use super::names::{Names, day_of};
use super::parts::{Field, Form, Part, PartsPage, Tried, Typed, amount, answered, at_fields, given, place, refilled, said};
use super::reports::own_batches;
use crate::identity::role::Permission as P;
use crate::interop::qr::{PrintedBase, QUIET_ZONE};
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};
use crate::trace::Code;
use crate::trace::certificate::{Basis, CertificateFilter, CertificateInput, ReceivedInput};
use crate::trace::commands::certificate::{issue_certificate, receive_certificate, revoke_certificate};
use crate::trace::delivery::DeliveryFilter;
use crate::trace::queries::certificate::{CertificateView, carrying_code, certificate, certificates};
use crate::trace::queries::delivery::{deliveries, delivery};
use crate::trace::store::register;

/// Rows of one page.
const ROWS: u64 = 30;

pub(super) fn routes() -> Vec<Route> {
    let (read, issue) = (Access::Needs(P::CertificateRead), Access::Needs(P::CertificateIssue));
    vec![
        Route::get("/work/certificates", read, show),
        Route::post("/work/certificates", issue, give),
        Route::post("/work/certificates/received", issue, keep),
        Route::get("/work/certificates/{id}", read, one),
        Route::post("/work/certificates/{id}/revoke", issue, revoke),
    ]
}

/// Which page, and for which batch one is to be issued.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    cursor: Option<String>,
    batch: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(wanted): Asked<Wanted>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &wanted, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, wanted: &Wanted, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::CertificateRead)?;
    let (views, next) = certificates(&app.db, &actor, &CertificateFilter::default(), wanted.cursor.as_deref(), Some(ROWS)).await?;
    let mut part = Part {
        heading: reader.say("certificates"),
        table: Some(table(app, reader, &views).await?),
        next: next.map(|cursor| reader.to(&format!("/work/certificates?cursor={}", query_value(&cursor)))),
        ..Part::default()
    };
    if reader.may(P::CertificateIssue) && reader.own().is_some() {
        part.forms = forms(app, reader, wanted, tried.as_ref()).await?;
    }
    Ok(PartsPage { frame: reader.frame(reader.say("certificates"), errors), parts: vec![part] }.render()?)
}

async fn table(app: &App, reader: &Reader, views: &[CertificateView]) -> Outcome<Table> {
    let mut names = Names::new(app);
    let mut rows = Vec::with_capacity(views.len());
    for view in views {
        let goods = names.goods(&view.product_id).await?;
        rows.push(vec![
            Cell::link(view.number.clone(), reader.to(&format!("/work/certificates/{}", view.id))).with_small(view.issuer_name.clone()),
            Cell::text(view.product_name.clone()).with_small(goods.show(view.amount())),
            Cell::text(day_of(reader.lang, &view.issued_on)).with_small(reader.word("certificate_direction", &view.direction)),
            state(reader, view),
        ]);
    }
    Ok(Table {
        caption: reader.say("certificates_caption"),
        columns: ["number", "product", "issued_on", "state"].map(|c| Column::text(reader.say(c))).into(),
        rows,
        empty: reader.say("certificates_empty"),
    })
}

/// In force or revoked.
pub(super) fn state(reader: &Reader, view: &CertificateView) -> Cell {
    let (word, class) = if view.revoked { ("revoked", "red") } else { ("in_force", "ok") };
    Cell::badge(reader.word("certificate_state", word), class)
}

fn basis_fields(reader: &Reader) -> Vec<Field> {
    Basis::ALL
        .iter()
        .map(|basis| {
            Field::check(basis.word(), format!("{}：{}", reader.say("basis_label"), reader.word("certificate_basis", basis.word())))
        })
        .collect()
}

fn basis(typed: &Typed) -> Vec<String> {
    Basis::ALL.iter().map(|basis| basis.word()).filter(|word| given(typed, word).is_some()).map(str::to_owned).collect()
}

async fn forms(app: &App, reader: &Reader, wanted: &Wanted, tried: Option<&Tried<'_>>) -> Outcome<Vec<Form>> {
    let say = |key: &str| reader.say(key);
    let mut issue = vec![
        Field::select("batch_id", say("which_batch_certified"), own_batches(app, reader).await?)
            .must()
            .value(wanted.batch.clone().unwrap_or_default()),
        Field::text("amount", say("certified_amount")).hint(say("certified_amount_hint")).numeric(),
    ];
    issue.extend(basis_fields(reader));
    issue.push(Field::text("contact", say("contact")).hint(say("contact_hint")));
    issue.push(Field::date("issued_on", say("issued_on")).must().value(app.clock.today().to_string()));
    let mut receive = vec![
        Field::select("delivery_id", say("which_delivery"), own_deliveries(app, reader).await?).must(),
        Field::text("number", say("number")).must(),
        Field::text("issuer_name", say("issuer_name")).must(),
        Field::text("contact", say("contact")).must(),
        Field::text("amount", say("certified_amount")).numeric().must(),
        Field::text("origin", say("origin_place")).must(),
        Field::date("issued_on", say("issued_on")).must(),
    ];
    receive.extend(basis_fields(reader));
    let issue = Form::new(app, reader, "issue", "/work/certificates", "issue_certificate", "issue", issue);
    let issue = Form { open: wanted.batch.is_some(), ..issue };
    let receive = Form::new(app, reader, "receive", "/work/certificates/received", "receive_certificate", "keep", receive);
    Ok([issue, receive].into_iter().map(|form| form.again(tried)).collect())
}

async fn own_deliveries(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let (Some(own), Some(actor)) = (reader.own(), reader.acting(P::DeliveryRead)) else { return Ok(Vec::new()) };
    let filter = DeliveryFilter { buyer_id: Some(own.to_owned()), ..DeliveryFilter::default() };
    let mut names = Names::new(app);
    let mut found = Vec::new();
    for view in deliveries(&app.db, &actor, &filter, None, Some(200)).await?.0 {
        let goods = names.goods(&view.product_id).await?;
        let whole = view.figures.get("net_weight_g").or_else(|| view.figures.get("quantity")).copied().unwrap_or(0);
        let from = names.party(reader, &view.grower_id).await?;
        found.push((
            view.id.clone(),
            format!("{} · {from} · {} {}", day_of(reader.lang, &view.delivered_on), goods.name, goods.show(whole)),
        ));
    }
    Ok(found)
}

async fn finish(
    app: &App,
    reader: &Reader,
    typed: &Typed,
    form: &'static str,
    names: &[&str],
    tried: Result<Response, Refusal>,
) -> Result<Response, Refusal> {
    let wanted = Wanted::default();
    refilled(tried, reader, Tried { form, typed }, names, |errors, tried| page(app, reader, &wanted, errors, tried)).await
}

async fn give(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let batch = said(&typed, "batch_id");
    let unit = match reader.acting(P::BatchRead) {
        Some(actor) if !batch.is_empty() => {
            let view = crate::trace::queries::batch::batch(&app.db, &actor, &batch).await?;
            register::goods(app.db.reader(), &view.product_id).await?.unit
        }
        _ => crate::kernel::quantity::BaseUnit::G,
    };
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let (net_weight_g, quantity) = amount(&mut faults, &typed, unit);
            let input = CertificateInput {
                batch_id: given(&typed, "batch_id").ok_or_else(|| Failure::field("/batch_id", "register_empty"))?,
                net_weight_g,
                quantity,
                basis: basis(&typed),
                contact: given(&typed, "contact"),
                issued_on: given(&typed, "issued_on"),
                late_reason: None,
                replaces_id: None,
            };
            let made = issue_certificate(tx, &desk, &input).await;
            let id = made.as_ref().map(|view| view.id.clone()).unwrap_or_default();
            together(faults, made.err(), place)?;
            Ok(Done::see(done_at(lang, &format!("/work/certificates/{id}"), "certificate_issued")))
        })
    });
    let names = ["batch_id", "amount", "contact", "issued_on"];
    finish(&app, &reader, &typed, "issue", &names, tried.await).await
}

async fn keep(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let from = said(&typed, "delivery_id");
    let unit = match reader.acting(P::DeliveryRead) {
        Some(actor) if !from.is_empty() => {
            register::goods(app.db.reader(), &delivery(&app.db, &actor, &from).await?.product_id).await?.unit
        }
        _ => crate::kernel::quantity::BaseUnit::G,
    };
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut faults = Faults::new();
            let (net_weight_g, quantity) = amount(&mut faults, &typed, unit);
            let input = ReceivedInput {
                delivery_id: given(&typed, "delivery_id").ok_or_else(|| Failure::field("/delivery_id", "register_empty"))?,
                number: said(&typed, "number"),
                issuer_name: said(&typed, "issuer_name"),
                contact: said(&typed, "contact"),
                net_weight_g,
                quantity,
                origin: said(&typed, "origin"),
                issued_on: said(&typed, "issued_on"),
                basis: basis(&typed),
            };
            together(faults, receive_certificate(tx, &desk, &input).await.err(), place)?;
            Ok(Done::see(done_at(lang, "/work/certificates", "certificate_received")))
        })
    });
    let names = ["delivery_id", "number", "issuer_name", "contact", "amount", "origin", "issued_on"];
    finish(&app, &reader, &typed, "receive", &names, tried.await).await
}

#[derive(Template)]
#[template(path = "staff/certificate.html")]
struct Paper<'a> {
    frame: Frame<'a>,
    view: &'a CertificateView,
    state: Cell,
    revoked: String,
    /// Each box of the form, and whether it is ticked.
    basis: Vec<(&'static str, bool)>,
    facts: Vec<(&'static str, String)>,
    /// The symbol's path, empty without one; its side in modules; its code.
    qr: String,
    side: u32,
    code: String,
    parts: Vec<Part>,
    batch: Option<(String, String)>,
}

async fn one(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(paper(&app, &reader, &id, Vec::new(), "").await?))
}

async fn paper(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, typed: &str) -> Result<String, Refusal> {
    let view = certificate(&app.db, &reader.actor(P::CertificateRead)?, id).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let code = match (&view.batch_id, reader.acting(P::CodeOrderRead)) {
        (Some(batch), Some(actor)) if !view.revoked => carrying_code(&app.db, app.keys.as_ref(), &actor, batch).await?,
        _ => None,
    };
    let (qr, side) = code.as_ref().map(|code| symbol(&app.config.base_url, code)).unwrap_or_default();
    let mut parts = Vec::new();
    if reader.may(P::CertificateIssue) && !view.revoked && reader.own() == Some(view.holder_id.as_str()) {
        let fields = vec![Field::text("reason", reader.say("reason")).must().value(typed)];
        let form = Form::new(app, reader, "revoke", &format!("/work/certificates/{id}/revoke"), "revoke", "revoke", fields);
        let form = Form { class: "stop", ..form }.about(reader.say("revoke_about"));
        parts.push(Part { heading: reader.say("revoke"), forms: vec![form], ..Part::default() });
    }
    let why = match view.revoke_reason.as_deref() {
        Some("replaced") => Some(reader.say("replaced_by_newer")),
        other => other.map(str::to_owned),
    };
    let page = Paper {
        frame: reader.narrow_frame(reader.say("certificate_title"), errors),
        state: state(reader, &view),
        revoked: why.map(|reason| reader.fill("certificate_revoked_note", &[("reason", &reason)])).unwrap_or_default(),
        basis: Basis::ALL.iter().map(|basis| (basis.name(), view.basis.iter().any(|word| word == basis.word()))).collect(),
        // The paper is a statutory form: its words are Chinese on every page.
        facts: vec![
            ("产品名称", view.product_name.clone()),
            ("数量（重量）", goods.show(view.amount())),
            ("产地", view.origin.clone()),
            ("生产者", view.issuer_name.clone()),
            ("联系方式", view.contact.clone()),
            ("开具日期", day_of(super::super::words::Lang::Chinese, &view.issued_on)),
            ("编号", view.number.clone()),
        ],
        qr,
        side,
        code: code.map(|code| code.to_string()).unwrap_or_default(),
        parts,
        batch: view
            .batch_id
            .as_ref()
            .filter(|_| reader.may(P::BatchRead))
            .map(|batch| (reader.to(&format!("/work/batches/{batch}")), reader.say("which_batch_certified"))),
        view: &view,
    };
    Ok(page.render()?)
}

/// The symbol of a code with its quiet zone, one sub-path a run, and its side in modules.
fn symbol(base_url: &str, code: &Code) -> (String, u32) {
    let Ok(base) = PrintedBase::new(base_url) else { return (String::new(), 0) };
    let symbol = base.symbol(code);
    let mut path = String::new();
    for (y, row) in (QUIET_ZONE..).zip(symbol.rows()) {
        let (mut rest, mut x) = (*row, QUIET_ZONE);
        while rest != 0 {
            let gap = rest.trailing_zeros();
            let run = (rest >> gap).trailing_ones();
            x += gap;
            let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            x += run;
            rest >>= gap + run;
        }
    }
    (path, symbol.modules() + 2 * QUIET_ZONE)
}

async fn revoke(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (said(&posted.body, "reason"), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            revoke_certificate(tx, &desk, &id, &said(&typed, "reason")).await?;
            Ok(Done::see(done_at(lang, &format!("/work/certificates/{id}"), "certificate_revoked")))
        })
    });
    answered(tried.await, async |failure| {
        let errors = at_fields(&reader, &failure, "revoke", &["reason"]);
        Ok((failure, paper(&app, &reader, &id, errors, &typed).await?))
    })
    .await
}
