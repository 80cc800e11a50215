//! `/api/v1/products/{id}/words`: grades and varieties of a product by their days, for everybody to read; the office records and ends them.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{Done, act, changed};
use super::super::app::App;
use super::super::body::{Page, Posted};
use super::super::failure::Refusal;
use super::super::link;
use super::super::route::{Access, Route};
use super::PUBLIC;
use crate::identity::role::Permission as P;
use crate::registry::commands::{WordEnd, WordInput, end_word, record_word};
use crate::registry::queries::{WordView, product, words};

pub(super) fn routes() -> Vec<Route> {
    let office = Access::Needs(P::ProductRegister);
    vec![
        Route::get("/api/v1/products/{id}/words", PUBLIC, list)
            .says("Grades and varieties of a product, each with its days")
            .lists::<WordView>(),
        Route::post("/api/v1/products/{id}/words", office, record)
            .says("Record a grade or variety")
            .takes::<WordInput>()
            .answers::<WordView>(201),
        Route::post("/api/v1/product-words/{id}/end", office, end)
            .says("Say the last day of a grade or variety")
            .takes::<WordEnd>()
            .answers::<WordView>(200),
    ]
}

async fn list(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Page<WordView>>, Refusal> {
    let known = product(&app.db, &id, None, app.clock.today()).await?;
    Ok(Json(Page { items: words(&app.db, &known.id).await?, next_cursor: None }))
}

async fn record(State(app): State<App>, Path(id): Path<String>, posted: Posted<WordInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        Box::pin(async move {
            let view = WordView::from(record_word(tx, &desk, &id, &input).await?);
            Done::created(format!("{}/words", link::api("products", &id)), &view)
        })
    })
    .await
}

async fn end(State(app): State<App>, Path(id): Path<String>, posted: Posted<WordEnd>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { end_word(tx, &desk, &id, &input).await.map(WordView::from) })
    })
    .await
}
