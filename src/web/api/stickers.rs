//! Labels a producer prints itself: A4 sheets of stickers as PDF, and single ones for thermal printers. The same bytes for ever: what they are
//! set with is pinned with the order when they are first asked for.

use std::io;

use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::super::app::App;
use super::super::auth::By;
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::super::sticker::{Wanted, ready};
use super::super::stream;
use super::downloads::{Body, attachment, send_body};
use crate::identity::role::Permission;
use crate::trace::commands::download::DownloadForm;

/// Query parameters of a sheet.
const SHEET: &[(&str, &str)] = &[
    ("layout", "3x7 (63.5 × 38.1 mm), 5x13 (38.1 × 21.2 mm), 4x10 (52.5 × 29.7 mm) or free"),
    ("left", "free: from the paper's left edge to the first label, mm"),
    ("top", "free: from the paper's top edge to the first label, mm"),
    ("pitch_x", "free: from one label to the next in a row, mm"),
    ("pitch_y", "free: from one row to the next, mm"),
    ("columns", "free: labels in a row"),
    ("rows", "free: rows"),
    ("width", "free: width of a label, mm"),
    ("height", "free: height of a label, mm"),
    ("start", "first free cell of the first sheet, from 1"),
    ("first", "first sequence number"),
    ("last", "last sequence number"),
    ("mark", "1: keep a place for the special mark, for its users in force"),
    ("test", "1: one framed sheet to try paper and printer; uses up nothing"),
];
/// Query parameters of single labels.
const SINGLE: &[(&str, &str)] = &[
    ("dpi", "203 or 300"),
    ("layout", "3x7, 5x13, 4x10: that size of label; or free with width and height"),
    ("width", "free: width of a label, mm"),
    ("height", "free: height of a label, mm"),
    ("first", "first sequence number"),
    ("last", "last sequence number"),
    ("mark", "1: keep a place for the special mark, for its users in force"),
];

pub(super) fn routes() -> Vec<Route> {
    let download = Access::Needs(Permission::CodesDownload);
    vec![
        Route::get("/api/v1/code-orders/{id}/labels.pdf", download, pdf).says("A4 sheets of stickers").asks(SHEET).sends("application/pdf"),
        Route::get("/api/v1/code-orders/{id}/labels.zpl", download, zpl)
            .says("Stickers for a thermal printer (ZPL II)")
            .asks(SINGLE)
            .sends("text/plain"),
    ]
}

async fn pdf(State(app): State<App>, By(actor): By, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let mut made = ready(&app, &actor, &id).await?;
    let (_, _, run) = made.stickers(&wanted, false)?;
    if !wanted.test.is_empty() {
        let write = move |out: &mut stream::ChunkWriter| {
            let (stickers, sheet, _) = made.stickers(&wanted, false).map_err(io::Error::other)?;
            stickers.test_page(out, &sheet).map_err(io::Error::other)
        };
        return attachment(stream::body(write, |_| {}), "application/pdf", &format!("{id}-test.pdf"));
    }
    let codes = i64::from(run.last - run.first) + 1;
    let (count, pin) = (made.order.count, made.pin.take());
    let body = Body { form: DownloadForm::LabelsPdf, codes, count, pin, media: "application/pdf", name: "labels.pdf" };
    let write = move |out: &mut stream::ChunkWriter| {
        let (stickers, sheet, run) = made.stickers(&wanted, false).map_err(io::Error::other)?;
        stickers.pdf(out, &sheet, run).map_err(io::Error::other)
    };
    send_body(app, actor, id, body, write).await
}

async fn zpl(State(app): State<App>, By(actor): By, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let mut made = ready(&app, &actor, &id).await?;
    let (dpi, (_, _, run)) = (wanted.dpi()?, made.stickers(&wanted, true)?);
    let codes = i64::from(run.last - run.first) + 1;
    let (count, pin) = (made.order.count, made.pin.take());
    let body = Body { form: DownloadForm::LabelsZpl, codes, count, pin, media: "text/plain; charset=utf-8", name: "labels.zpl" };
    let write = move |out: &mut stream::ChunkWriter| {
        let (stickers, _, run) = made.stickers(&wanted, true).map_err(io::Error::other)?;
        let words = stickers.dots(dpi).map_err(io::Error::other)?;
        stickers.zpl(out, dpi, &words, run).map_err(io::Error::other)
    };
    send_body(app, actor, id, body, write).await
}
