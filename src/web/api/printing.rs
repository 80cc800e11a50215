//! Printing houses, label designs, and orders handed over as sealed packs.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::act::{Done, act, changed};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Nothing, Posted};
use super::super::failure::Refusal;
use super::super::printing::notes_of;
use super::super::route::{Access, Route};
use super::super::stream;
use super::downloads::{Body, send_body, to_print};
use crate::identity::role::Permission;
use crate::interop::pack::Pack;
use crate::kernel::clock::rfc3339;
use crate::registry::commands::{LastDayInput, PrintingHouseInput, end_printing_house, register_printing_house};
use crate::registry::queries::{LabelDesignView, PrintingHouseView, label_designs, printing_house_named, printing_houses};
use crate::trace::commands::download::DownloadForm;
use crate::trace::commands::hand_over::{hand_over, receive, withdraw};
use crate::trace::hand_over::{HandOverInput, ReceivedInput};
use crate::trace::queries::hand_over::{DownloadView, HandOverView, downloads, hand_overs};
use crate::trace::queries::order::printable;

/// A sealed pack's link and password: in this answer and nowhere else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandedOver {
    /// `hov_…`
    id: String,
    /// For the printing house; opens once.
    url: String,
    /// For the producer, who sends it another way.
    password: String,
    /// Until when, RFC 3339.
    expires_at: String,
}

/// What went out of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Downloads {
    /// Files, newest first.
    downloads: Vec<DownloadView>,
    /// Sealed packs, newest first.
    hand_overs: Vec<HandOverView>,
}

/// Printing houses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Houses {
    /// The newest first.
    items: Vec<PrintingHouseView>,
}

/// Label designs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Designs {
    /// The newest first.
    items: Vec<LabelDesignView>,
}

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (hand, house) = (needs(Permission::CodesHandOver), needs(Permission::PrintingHouseRegister));
    vec![
        Route::get("/api/v1/code-orders/{id}/downloads", needs(Permission::CodeOrderRead), went_out)
            .says("What went out of an order")
            .answers::<Downloads>(200),
        Route::post("/api/v1/code-orders/{id}/downloads", hand, hand_out)
            .says("Hand an order to a printing house as a sealed pack; link and password are shown once")
            .takes::<HandOverInput>()
            .answers::<HandedOver>(201),
        Route::post("/api/v1/code-orders/{id}/downloads/{hand_over}/withdraw", hand, take_back)
            .says("Take a sealed pack's link back before it was used")
            .takes::<Nothing>(),
        Route::post("/api/v1/code-orders/{id}/downloads/{hand_over}/receive", hand, count)
            .says("Labels that came from the printing house, counted")
            .takes::<ReceivedInput>(),
        Route::get("/api/v1/code-orders/{id}/pack.zip", needs(Permission::CodesDownload), pack)
            .says("Lists, manifest, notes and a sample label in one file")
            .sends("application/zip"),
        Route::get("/api/v1/printing-houses", needs(Permission::PrintingHouseRead), houses).says("Printing houses").answers::<Houses>(200),
        Route::post("/api/v1/printing-houses", house, register)
            .says("Register a printing house")
            .takes::<PrintingHouseInput>()
            .answers::<PrintingHouseView>(201),
        Route::post("/api/v1/printing-houses/{id}/end", house, end)
            .says("End a printing house with a day")
            .takes::<LastDayInput>()
            .answers::<PrintingHouseView>(200),
        Route::get("/api/v1/label-designs", needs(Permission::LabelDesignRead), designs).says("Label designs").answers::<Designs>(200),
    ]
}

async fn went_out(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<Downloads>, Refusal> {
    let handed = hand_overs(&app.db, &actor, app.clock.now(), &id).await?;
    Ok(Json(Downloads { downloads: downloads(&app.db, &actor, &id).await?, hand_overs: handed }))
}

async fn hand_out(State(app): State<App>, Path(id): Path<String>, posted: Posted<HandOverInput>) -> Result<Response, Refusal> {
    let (keys, base) = (app.keys.clone(), app.config.base_url.trim_end_matches('/').to_owned());
    let rules = (app.config.hand_over_days, app.config.downloads_most);
    act(&app, posted, move |tx, desk, input| {
        let (id, keys, base) = (id.clone(), keys.clone(), base.clone());
        Box::pin(async move {
            let handed = hand_over(tx, &desk, keys.as_ref(), &id, &input, rules).await?;
            let view = HandedOver {
                url: format!("{base}/print/{}", handed.token),
                password: handed.password,
                expires_at: rfc3339(handed.row.expires_at),
                id: handed.row.id,
            };
            Ok(Done::created(format!("/api/v1/code-orders/{id}/downloads"), &view)?.secret())
        })
    })
    .await
}

async fn take_back(
    State(app): State<App>,
    Path((id, handed)): Path<(String, String)>,
    posted: Posted<Nothing>,
) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let (id, handed) = (id.clone(), handed.clone());
        Box::pin(async move {
            withdraw(tx, &desk, &id, &handed).await?;
            Ok(Done::nothing())
        })
    })
    .await
}

async fn count(
    State(app): State<App>,
    Path((id, handed)): Path<(String, String)>,
    posted: Posted<ReceivedInput>,
) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let (id, handed) = (id.clone(), handed.clone());
        Box::pin(async move {
            receive(tx, &desk, &id, &handed, &input).await?;
            Ok(Done::nothing())
        })
    })
    .await
}

async fn pack(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    let order = Arc::new(to_print(printable(&app.db, app.keys.as_ref(), &actor, &id).await?));
    let notes = notes_of(&app, order.clone(), None).await?;
    let (form, count) = (DownloadForm::Pack, order.count);
    let body = Body { form, codes: i64::from(count), count, pin: None, media: "application/zip", name: "pack.zip" };
    let write =
        move |out: &mut stream::ChunkWriter| Pack::new(&order).and_then(|pack| pack.pack_zip(out, &notes, None)).map_err(io::Error::other);
    send_body(app, actor, id, body, write).await
}

async fn houses(State(app): State<App>) -> Result<Json<Houses>, Refusal> {
    Ok(Json(Houses { items: printing_houses(&app.db, app.clock.today()).await? }))
}

async fn designs(State(app): State<App>) -> Result<Json<Designs>, Refusal> {
    Ok(Json(Designs { items: label_designs(&app.db, None, app.clock.today()).await? }))
}

async fn register(State(app): State<App>, posted: Posted<PrintingHouseInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        Box::pin(async move {
            let row = register_printing_house(tx, &desk, &input).await?;
            let name = crate::identity::store::organisation(tx.connection(), &row.organisation_id).await?.name;
            Done::made("printing-houses", &printing_house_named(row, name, desk.clock.today()))
        })
    })
    .await
}

async fn end(State(app): State<App>, Path(id): Path<String>, posted: Posted<LastDayInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move {
            let row = end_printing_house(tx, &desk, &id, &input).await?;
            let name = crate::identity::store::organisation(tx.connection(), &row.organisation_id).await?.name;
            Ok(printing_house_named(row, name, desk.clock.today()))
        })
    })
    .await
}
