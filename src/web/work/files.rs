//! `/work/files/{id}`: a picture for pages; `/work/files/{id}/original`: what was uploaded, bit for bit, only as an attachment.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::super::app::App;
use super::super::auth::By;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::route::{Access, Route};
use crate::files::{self, FileRow};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::FileRead);
    vec![Route::get("/work/files/{id}", read, picture), Route::get("/work/files/{id}/original", read, original)]
}

/// What somebody uploaded stays with whoever may see it: nobody on the way keeps it, and it is never anything but what it says it is.
fn sent(bytes: Vec<u8>, media: &'static str, disposition: Option<String>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Some(value) = disposition.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

async fn picture(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    let row = files::one(&app.db, &actor, &id).await?;
    as_picture(&app, &row).await
}

/// The copy of a picture for pages, for a reader whose reach the caller has measured.
pub(super) async fn as_picture(app: &App, row: &FileRow) -> Result<Response, Refusal> {
    let copy = row.view_sha256.clone().ok_or_else(Failure::not_found)?;
    Ok(sent(app.shelf.read(&copy).await?, "image/jpeg", None))
}

async fn original(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    let row = files::one(&app.db, &actor, &id).await?;
    as_attachment(&app, &row).await
}

/// What was uploaded, bit for bit, for a reader whose reach the caller has measured.
pub(super) async fn as_attachment(app: &App, row: &FileRow) -> Result<Response, Refusal> {
    let bytes = app.shelf.read(&row.sha256).await?;
    let attachment = format!("attachment; filename*=UTF-8''{}", query_value(&row.name).replace('+', "%20"));
    Ok(sent(bytes, "application/octet-stream", Some(attachment)))
}
