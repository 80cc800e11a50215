//! `/work/orders/new`: labels for a batch. First the batch; then pack, count and spare on one page, and a new pack where none fits.
//! Labels are bound to the batch at once, or printed first and bound from the roll later (先印后绑).

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Posted};
use super::super::failure::Refusal;
use super::super::pages::staff::Frame;
use super::super::route::{Access, Route};
use super::batch_form::together;
use super::batch_new::Choice;
use super::desk::{Reader, again, done_at, faults, fresh_key, on_the_form};
use super::names::Names;
use super::order_form::{OrderForm, PackForm, order_field, pack_field, pack_units};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Outcome};
use crate::trace::CodeKind;
use crate::trace::batch::BatchFilter;
use crate::trace::commands::order::order_codes;
use crate::trace::commands::pack::register_pack;
use crate::trace::goods::Goods;
use crate::trace::pack::PackFilter;
use crate::trace::queries::batch::{BatchView, batch, batches};
use crate::trace::queries::pack::{PackView, packs};

pub(super) fn routes() -> Vec<Route> {
    let request = Access::Needs(P::CodeOrderRequest);
    vec![
        Route::get("/work/orders/new", request, show),
        Route::post("/work/orders/new", request, place),
        Route::post("/work/packs", Access::Needs(P::PackRegister), add_pack),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    batch: Option<String>,
    pack: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/order_new.html")]
struct Page<'a> {
    frame: Frame<'a>,
    action: String,
    key: String,
    form: &'a OrderForm,
    batch: String,
    other: String,
    packs: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    left: String,
    pack_action: String,
    pack_key: String,
    pack: &'a PackForm,
    pack_units: Vec<(String, String)>,
    pack_open: bool,
}

/// What was typed into one of the two forms of the page, and why it was refused.
struct Tried<'a> {
    failure: &'a Failure,
    is_pack: bool,
}

async fn show(State(app): State<App>, reader: Reader, Asked(chosen): Asked<Chosen>) -> Result<Html<String>, Refusal> {
    let Some(batch) = chosen.batch else { return Ok(Html(choice(&app, &reader).await?)) };
    let form = OrderForm { batch, pack: chosen.pack.unwrap_or_default(), bind: "now".to_owned(), ..OrderForm::default() };
    Ok(Html(page(&app, &reader, &form, &PackForm::default(), None).await?))
}

/// Batches of the reader's organisation that still take codes.
async fn choice(app: &App, reader: &Reader) -> Result<String, Refusal> {
    let (mut names, mut choices) = (Names::new(app), Vec::new());
    let filter = BatchFilter { producer_id: reader.own().map(str::to_owned), ..BatchFilter::default() };
    for view in batches(&app.db, &reader.actor(P::BatchRead)?, &filter, None, Some(200)).await?.0 {
        if left(&view) > 0 && matches!(view.state.as_str(), "registered" | "released") {
            let goods = names.goods(&view.product_id).await?;
            let words = reader.fill("batch_heading", &[("product", &goods.name), ("lot", &view.lot)]);
            let room = reader.fill("may_be_coded", &[("left", &goods.show(left(&view)))]);
            choices.push((reader.to(&format!("/work/orders/new?batch={}", view.id)), words, room));
        }
    }
    let frame = reader.narrow_frame(reader.say("which_batch"), Vec::new());
    Ok(Choice { frame, choices, empty: reader.say("orders_need_batch") }.render()?)
}

/// What of a batch has no code yet.
fn left(view: &BatchView) -> i64 {
    view.figure("covered") - view.figure("coded")
}

/// What one pack holds, in base units.
fn holds(view: &PackView) -> i64 {
    view.net_weight_g.or(view.pieces).or(view.quantity).unwrap_or(0)
}

fn pack_words(reader: &Reader, goods: &Goods, view: &PackView, left: i64) -> String {
    let most = left / holds(view).max(1);
    let name = [Some(goods.show(holds(view))), view.grade.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    reader.fill("pack_option", &[("name", &name), ("most", &grouped(most.max(0)))])
}

async fn own_packs(app: &App, reader: &Reader, goods: &Goods, left: i64) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::PackRead) else { return Ok(Vec::new()) };
    let filter = PackFilter { organisation_id: reader.own().map(str::to_owned), product_id: Some(goods.id.clone()) };
    let (views, _) = packs(&app.db, &actor, &filter, None, Some(200)).await?;
    Ok(views.iter().map(|view| (view.id.clone(), pack_words(reader, goods, view, left))).collect())
}

async fn page(app: &App, reader: &Reader, form: &OrderForm, pack: &PackForm, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &form.batch).await?;
    let goods = Names::new(app).goods(&view.product_id).await?;
    let is_pack = tried.as_ref().is_some_and(|tried| tried.is_pack);
    let field = |pointer: &str| if is_pack { pack_field(pointer) } else { order_field(pointer) }.to_owned();
    let errors = tried.map(|tried| faults(reader.lang, tried.failure, field)).unwrap_or_default();
    let packs = own_packs(app, reader, &goods, left(&view)).await?;
    let unit = |(word, _): &(&str, i64)| ((*word).to_owned(), reader.word("unit", word));
    let page = Page {
        frame: reader.narrow_frame(reader.say("order_labels"), errors),
        action: reader.to("/work/orders/new"),
        key: fresh_key(app),
        batch: reader.fill("batch_heading", &[("product", &goods.name), ("lot", &view.lot)]),
        other: reader.to("/work/orders/new"),
        kinds: CodeKind::ALL.iter().map(|k| (k.as_str().to_owned(), reader.word("code_kind_long", k.as_str()))).collect(),
        left: reader.fill("may_be_coded", &[("left", &goods.show(left(&view)))]),
        pack_action: reader.to("/work/packs"),
        pack_key: fresh_key(app),
        pack_units: pack_units(goods.unit).iter().map(unit).collect(),
        pack_open: is_pack || packs.is_empty(),
        packs,
        form,
        pack,
    };
    Ok(page.render()?)
}

async fn place(State(app): State<App>, reader: Reader, posted: Posted<OrderForm>) -> Result<Response, Refusal> {
    let (form, lang) = (posted.body.clone(), reader.lang);
    if form.batch.is_empty() {
        return Ok(Redirect::to(&reader.to("/work/orders/new")).into_response());
    }
    // Product and season come from the batch, also where the labels are bound only later.
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &form.batch).await?;
    let (keys, rules) = (app.keys.clone(), app.order_rules());
    let (checks, has_factor) = (app.clone(), reader.who.second_factor);
    let tried = act(&app, posted, move |tx, desk, form| {
        let (keys, rules) = (keys.clone(), rules.clone());
        let (input, unread) = form.read(&view);
        let may = checks.may_order(has_factor, input.count);
        Box::pin(async move {
            may?;
            let tried = order_codes(tx, &desk, keys.as_ref(), &rules, &input).await;
            let id = tried.as_ref().map(|row| row.id.clone()).unwrap_or_default();
            together(unread, tried.err(), order_field)?;
            Ok(Done::see(done_at(lang, &format!("/work/orders/{id}"), "order_placed")))
        })
    });
    match tried.await {
        Ok(response) => {
            app.scans.refresh().await?;
            Ok(response)
        }
        Err(refusal) => {
            let failure = on_the_form(refusal)?;
            let tried = Tried { failure: &failure, is_pack: false };
            let html = page(&app, &reader, &form, &PackForm::default(), Some(tried)).await?;
            Ok(again(failure, html))
        }
    }
}

async fn add_pack(State(app): State<App>, reader: Reader, posted: Posted<PackForm>) -> Result<Response, Refusal> {
    let (form, lang) = (posted.body.clone(), reader.lang);
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, &form.batch).await?;
    let goods = Names::new(&app).goods(&view.product_id).await?;
    let tried = act(&app, posted, move |tx, desk, form| {
        let (input, unread) = form.read(&goods.id, goods.unit);
        Box::pin(async move {
            let tried = register_pack(tx, &desk, &input).await;
            let id = tried.as_ref().map(|pack| pack.id.clone()).unwrap_or_default();
            together(unread, tried.err(), pack_field)?;
            let back = format!("/work/orders/new?batch={}&pack={id}", crate::web::link::query_value(&form.batch));
            Ok(Done::see(done_at(lang, &back, "pack_registered")))
        })
    });
    super::parts::answered(tried.await, async |failure| {
        let order = OrderForm { batch: form.batch.clone(), bind: "now".to_owned(), ..OrderForm::default() };
        let html = page(&app, &reader, &order, &form, Some(Tried { failure: &failure, is_pack: true })).await?;
        Ok((failure, html))
    })
    .await
}
