//! `/api/openapi.json`: what this API is, for programs.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::super::app::App;
use super::super::openapi::describe;
use super::super::route::Route;
use super::super::router::table;
use super::PUBLIC;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/openapi.json", PUBLIC, answer).says("This description")]
}

async fn answer(State(app): State<App>) -> Json<Value> {
    Json(openapi(&app.config.base_url))
}

/// The description, also for `yanzhao openapi`.
pub fn openapi(base_url: &str) -> Value {
    describe(&table(), base_url)
}
