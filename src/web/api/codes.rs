//! `/api/v1/code-orders` and what is done with their ranges; `/api/v1/codes`; `/api/v1/scans`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Asked, Listing, Nothing, Page, Paging, Posted};
use super::super::failure::Refusal;
use super::super::pages::consumer::VerdictAnswer;
use super::super::public::by_program;
use super::super::route::{Access, Route};
use super::super::words::Lang;
use super::Reason;
use crate::identity::queries::SignedIn;
use crate::identity::role::{Permission, Role};
use crate::kernel::{Actor, Failure};
use crate::trace::commands::order::{approve_order, order_codes, refuse_order};
use crate::trace::commands::range::{
    ActivateInput, BindInput, Done, ReturnInput, UndoInput, VoidInput, activate_codes, bind_codes, return_codes, undo_codes, void_codes,
};
use crate::trace::order::OrderInput;
use crate::trace::place::named_place;
use crate::trace::queries::code::{CodeView, code_view};
use crate::trace::queries::order::{OrderFilter, OrderSummary, OrderView, order, orders};
use crate::trace::queries::waiting::{WaitingOrder, waiting_order, waiting_orders};

/// A scan by a partner's program.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanInput {
    /// The 20 characters.
    pub code: String,
    /// Whatever tells this visitor from another; kept only as a keyed hash whose key lives 48 hours.
    pub visitor: String,
    /// Province and city, where the partner knows them.
    #[serde(default)]
    pub place: Option<PlaceInput>,
}

/// Never finer than a city.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// Such as 河北.
    pub province: String,
    /// Such as 石家庄.
    #[serde(default)]
    pub city: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Filter {
    producer_id: Option<String>,
    product_id: Option<String>,
    batch_id: Option<String>,
    state: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (request, bind, read) = (needs(Permission::CodeOrderRequest), needs(Permission::CodesBind), needs(Permission::CodeOrderRead));
    let filters: &[_] = &[
        ("producer_id", "whose"),
        ("product_id", "of which product"),
        ("batch_id", "for which batch"),
        ("state", "proposed, issued, refused or closed"),
    ];
    vec![
        Route::get("/api/v1/code-orders", read, list).says("Orders in reach, newest first").asks(filters).lists::<OrderSummary>(),
        Route::post("/api/v1/code-orders", request, create).says("Order codes").takes::<OrderInput>().answers::<OrderSummary>(201),
        Route::post("/api/v1/batches/{id}/code-orders", request, create_for_batch)
            .says("Order codes for a batch")
            .takes::<OrderInput>()
            .answers::<OrderSummary>(201),
        Route::get("/api/v1/code-orders/waiting", needs(Permission::CodeOrderApprove), list_waiting)
            .says("Orders above the limit that wait for a second person")
            .lists::<WaitingOrder>(),
        Route::get("/api/v1/code-orders/waiting/{id}", needs(Permission::CodeOrderApprove), one_waiting)
            .says("One such order, without customers, prices or shipments")
            .answers::<WaitingOrder>(200),
        Route::get("/api/v1/code-orders/{id}", read, one).says("One order with its ranges").answers::<OrderView>(200),
        Route::post("/api/v1/code-orders/{id}/approve", needs(Permission::CodeOrderApprove), approve)
            .says("Issue an order beyond the limit")
            .answers::<OrderSummary>(200),
        Route::post("/api/v1/code-orders/{id}/refuse", needs(Permission::CodeOrderApprove), refuse)
            .says("Refuse an order beyond the limit")
            .takes::<Reason>()
            .answers::<OrderSummary>(200),
        Route::post("/api/v1/code-orders/{id}/bind", bind, bind_range)
            .says("Bind a stretch to a batch")
            .takes::<BindInput>()
            .answers::<Done>(200),
        Route::post("/api/v1/code-orders/{id}/activate", bind, activate)
            .says("Put a stretch into use, now or later")
            .takes::<ActivateInput>()
            .answers::<Done>(200),
        Route::post("/api/v1/code-orders/{id}/undo", bind, undo)
            .says("Undo within 24 hours if nobody has scanned")
            .takes::<UndoInput>()
            .answers::<Done>(200),
        Route::post("/api/v1/code-orders/{id}/void", needs(Permission::CodesVoid), void)
            .says("Take a stretch out for ever")
            .takes::<VoidInput>()
            .answers::<Done>(200),
        Route::post("/api/v1/code-orders/{id}/return", bind, give_back)
            .says("Return unused labels")
            .takes::<ReturnInput>()
            .answers::<Done>(200),
        Route::get("/api/v1/codes/{code}", needs(Permission::CodeRead), code).says("One code as staff see it").answers::<CodeView>(200),
        Route::post("/api/v1/scans", needs(Permission::ScanRecord), scan)
            .says("Record a scan for a partner's visitor")
            .takes::<ScanInput>()
            .answers::<VerdictAnswer>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, Asked(asked): Asked<Filter>) -> Result<Json<Page<OrderSummary>>, Refusal> {
    let paging = Paging { limit: asked.limit, cursor: asked.cursor };
    let limit = paging.limit()?;
    let filter = OrderFilter { producer_id: asked.producer_id, product_id: asked.product_id, batch_id: asked.batch_id, state: asked.state };
    let items = orders(&app.db, &actor, &filter, paging.cursor.as_deref(), limit).await?;
    let next_cursor = (items.len() as u64 == limit).then(|| items.last().map(|o| o.id.clone())).flatten();
    Ok(Json(Page { items, next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<OrderView>, Refusal> {
    Ok(Json(order(&app.db, &actor, app.clock.now(), &id).await?))
}

async fn list_waiting(State(app): State<App>, By(actor): By, listing: Listing<Nothing>) -> Result<Json<Page<WaitingOrder>>, Refusal> {
    let (items, next_cursor) = waiting_orders(&app.db, &actor, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn one_waiting(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<WaitingOrder>, Refusal> {
    Ok(Json(waiting_order(&app.db, &actor, &id).await?))
}

async fn create(State(app): State<App>, who: SignedIn, posted: Posted<OrderInput>) -> Result<Response, Refusal> {
    app.may_order(who.second_factor, posted.body.count)?;
    let (keys, rules) = (app.keys.clone(), app.order_rules());
    let answer = act(&app, posted, move |tx, desk, input| {
        let (keys, rules) = (keys.clone(), rules.clone());
        made("code-orders", async move { Ok(OrderSummary::from(order_codes(tx, &desk, keys.as_ref(), &rules, &input).await?)) })
    })
    .await?;
    app.scans.refresh().await?;
    Ok(answer)
}

async fn create_for_batch(
    State(app): State<App>,
    Path(id): Path<String>,
    who: SignedIn,
    mut posted: Posted<OrderInput>,
) -> Result<Response, Refusal> {
    if posted.body.batch_id.as_ref().is_some_and(|given| *given != id) {
        return Err(Failure::field("/batch_id", "json_field").with("said", &id).into());
    }
    posted.body.batch_id = Some(id);
    create(State(app), who, posted).await
}

async fn approve(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let (keys, rules) = (app.keys.clone(), app.order_rules());
    let answer = act(&app, posted, move |tx, desk, _| {
        let (keys, rules, id) = (keys.clone(), rules.clone(), id.clone());
        changed(async move { Ok(OrderSummary::from(approve_order(tx, &desk, keys.as_ref(), &rules, &id).await?)) })
    })
    .await?;
    app.scans.refresh().await?;
    Ok(answer)
}

async fn refuse(State(app): State<App>, Path(id): Path<String>, posted: Posted<Reason>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { Ok(OrderSummary::from(refuse_order(tx, &desk, &id, &input.reason).await?)) })
    })
    .await
}

/// A handler of one range verb.
macro_rules! verb {
    ($handler:ident, $input:ty, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            let keys = app.keys.clone();
            act(&app, posted, move |tx, desk, input| {
                let (keys, id) = (keys.clone(), id.clone());
                changed(async move { $command(tx, &desk, keys.as_ref(), &id, &input).await })
            })
            .await
        }
    };
}
verb!(bind_range, BindInput, bind_codes);
verb!(activate, ActivateInput, activate_codes);
verb!(undo, UndoInput, undo_codes);
verb!(give_back, ReturnInput, return_codes);

async fn void(State(app): State<App>, who: SignedIn, Path(id): Path<String>, posted: Posted<VoidInput>) -> Result<Response, Refusal> {
    let officer = who.is(Role::CitySupervision) || who.is(Role::CountySupervision);
    let keys = app.keys.clone();
    act(&app, posted, move |tx, desk, input| {
        let (keys, id) = (keys.clone(), id.clone());
        changed(async move { void_codes(tx, &desk, keys.as_ref(), &id, &input, officer).await })
    })
    .await
}

async fn code(State(app): State<App>, By(actor): By, Path(code): Path<String>) -> Result<Json<CodeView>, Refusal> {
    Ok(Json(code_view(&app.db, app.keys.as_ref(), &actor, app.clock.now(), &code).await?))
}

async fn scan(State(app): State<App>, lang: Lang, who: SignedIn, By(actor): By, posted: Posted<ScanInput>) -> Result<Response, Refusal> {
    let Actor { account_id, .. } = actor;
    let input = posted.body;
    // What a program says of the place feeds rules only where its token was trusted with that.
    let place = input.place.filter(|_| who.carries("scan:place")).and_then(|p| named_place(&p.province, p.city.as_deref().unwrap_or("")));
    Ok(by_program(&app, lang, &input.code, &account_id, &input.visitor, place).await?)
}
