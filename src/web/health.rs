//! `/healthz`, `/readyz`, the checkpoint of the ledger, and what browsers ask for unasked.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::failure::Refusal;
use super::pages::style;
use super::route::{Access, Route};
use crate::kernel::Failure;

/// Routes that machines ask for.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", Access::Public, || async { "ok\n" }),
        Route::get("/readyz", Access::Public, ready),
        Route::get("/log/checkpoint", Access::Public, checkpoint),
        Route::get("/favicon.ico", Access::Public, || async { StatusCode::NO_CONTENT }),
        Route::get("/static/{name}", Access::Public, sheet),
    ]
}

/// Database answers, the disk has room, migrations are taken, keys are at hand (the node would not have started otherwise).
async fn ready(State(app): State<App>) -> Result<&'static str, Refusal> {
    let steps = crate::db::pending(&app.db).await.map_err(|_| Failure::not_now("storage_ailing"))?;
    if steps.iter().any(|s| !s.applied) {
        return Err(Failure::not_now("maintenance").into());
    }
    if app.db.is_held() {
        return Err(Failure::not_now("restore_hold").into());
    }
    if crate::files::room(&app.config.files_dir)?.0 < crate::files::LEAST {
        return Err(Failure::not_now("storage_full").into());
    }
    Ok("ready\n")
}

/// The ledger's tree as of now, signed (C2SP tlog-checkpoint).
async fn checkpoint(State(app): State<App>) -> Result<Response, Refusal> {
    let edge = crate::ledger::head(app.db.reader()).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], app.notary.sign(&edge)).into_response())
}

async fn sheet(Path(name): Path<String>) -> Result<Response, Refusal> {
    let path = format!("/static/{name}");
    let sheet = style::sheet(&path).map(|text| (text, "text/css; charset=utf-8"));
    let found = sheet.or_else(|| style::script(&path).map(|text| (text, "text/javascript; charset=utf-8")));
    let (text, media) = found.ok_or_else(Failure::not_found)?;
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
