//! The files an order is printed from: streamed, the same bytes for ever, counted when the last byte went out.

use std::io;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::app::App;
use super::super::auth::By;
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::super::stream;
use crate::identity::queries::record_refused;
use crate::identity::role::Permission;
use crate::interop::pack::{LabelFormat, Pack, PackTrouble, Printable};
use crate::kernel::{Actor, Failure};
use crate::trace::commands::download::{Download, DownloadForm, abandon_download, begin_stickers, complete_download, handed_directly};
use crate::trace::queries::order::printable;
use crate::trace::{IssuedOrder, LabelPin};

pub(super) fn routes() -> Vec<Route> {
    let download = Access::Needs(Permission::CodesDownload);
    vec![
        Route::get("/api/v1/code-orders/{id}/codes.csv", download, codes_csv).says("Codes with sequence numbers").sends("text/csv"),
        Route::get("/api/v1/code-orders/{id}/codes.txt", download, codes_txt).says("One address per line").sends("text/plain"),
        Route::get("/api/v1/code-orders/{id}/pins.csv", download, pins_csv).says("Scratch PINs").sends("text/csv"),
        Route::get("/api/v1/code-orders/{id}/labels.zip", download, labels_zip)
            .says("Labels, one file each")
            .asks(&[("format", "svg or png")])
            .sends("application/zip"),
        Route::get("/api/v1/code-orders/{id}/manifest.json", download, manifest).says("What the files are").sends("application/json"),
    ]
}

/// One file of an order.
#[derive(Debug, Clone, Copy)]
enum File {
    CodesCsv,
    CodesTxt,
    PinsCsv,
    Labels(LabelFormat),
}

impl File {
    fn form(self) -> DownloadForm {
        match self {
            Self::CodesCsv => DownloadForm::CodesCsv,
            Self::CodesTxt => DownloadForm::CodesTxt,
            Self::PinsCsv => DownloadForm::PinsCsv,
            Self::Labels(LabelFormat::Svg) => DownloadForm::LabelsSvg,
            Self::Labels(LabelFormat::Png) => DownloadForm::LabelsPng,
        }
    }
    fn media(self) -> &'static str {
        match self {
            Self::CodesCsv | Self::PinsCsv => "text/csv; charset=utf-8",
            Self::CodesTxt => "text/plain; charset=utf-8",
            Self::Labels(_) => "application/zip",
        }
    }
    fn name(self) -> &'static str {
        match self {
            Self::CodesCsv => "codes.csv",
            Self::CodesTxt => "codes.txt",
            Self::PinsCsv => "pins.csv",
            Self::Labels(_) => "labels.zip",
        }
    }
    fn write(self, order: &Printable, out: &mut impl io::Write) -> Result<(), PackTrouble> {
        let pack = Pack::new(order)?;
        match self {
            Self::CodesCsv => pack.codes_csv(out),
            Self::CodesTxt => pack.codes_txt(out),
            Self::PinsCsv => pack.pins_csv(out),
            Self::Labels(format) => pack.labels_zip(out, format),
        }
    }
}

async fn order_to_print(app: &App, actor: &Actor, id: &str) -> Result<Printable, Failure> {
    Ok(to_print(printable(&app.db, app.keys.as_ref(), actor, id).await?))
}

/// What is printed of an order.
pub(in super::super) fn to_print(issued: IssuedOrder) -> Printable {
    Printable {
        order_id: issued.id,
        order_no: issued.order_no,
        base_url: issued.base_url,
        suite: issued.suite,
        locator: issued.locator,
        key: issued.key,
        count: issued.count,
        kind: issued.kind,
        with_pin: issued.with_pin,
        label: issued.label,
    }
}

async fn send(app: App, actor: Actor, id: String, file: File) -> Result<Response, Refusal> {
    let order = order_to_print(&app, &actor, &id).await?;
    let body =
        Body { form: file.form(), codes: i64::from(order.count), count: order.count, pin: None, media: file.media(), name: file.name() };
    send_body(app, actor, id, body, move |out| file.write(&order, out).map_err(io::Error::other)).await
}

/// A body that goes out and counts.
pub(in super::super) struct Body {
    pub form: DownloadForm,
    /// Codes in it.
    pub codes: i64,
    /// Codes of the order.
    pub count: u32,
    /// To be pinned with the order before.
    pub pin: Option<LabelPin>,
    pub media: &'static str,
    pub name: &'static str,
}

/// Begins the download, streams it, and notes how it ended. A refused fourth one is kept: it is a sign of misuse (R19).
pub(in super::super) async fn send_body(
    app: App,
    actor: Actor,
    id: String,
    body: Body,
    write: impl FnOnce(&mut stream::ChunkWriter) -> io::Result<()> + Send + 'static,
) -> Result<Response, Refusal> {
    handed_directly(i64::from(body.count), body.codes, app.config.hand_over_limit)?;
    let (desk, most, codes) = (app.desk(actor), app.config.downloads_most, body.codes);
    let (account, named, form, pin) = (desk.actor.account_id.clone(), id.clone(), body.form, body.pin);
    let begun = app
        .db
        .write(move |tx| {
            let (desk, id, pin) = (desk.clone(), named.clone(), pin.clone());
            Box::pin(async move { begin_stickers(tx, &desk, &id, (form, codes), most, pin.as_ref()).await })
        })
        .await;
    let begun = match begun {
        Ok(begun) => begun,
        Err(failure) => {
            if failure.says("downloads_used_up") {
                let path = format!("/api/v1/code-orders/{id}/{}", form.word());
                record_refused(&app.db, &app.clock, &account, "GET", &path, "downloads_used_up").await?;
            }
            return Err(failure.into());
        }
    };
    let sent = stream::body(write, move |whole| {
        tokio::spawn(ended(app, begun, whole));
    });
    attachment(sent, body.media, &format!("{id}-{}", body.name))
}

/// A body as a file to keep.
pub(in super::super) fn attachment(body: axum::body::Body, media: &'static str, name: &str) -> Result<Response, Refusal> {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let name = format!("attachment; filename=\"{name}\"");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Failure::broken)?);
    Ok(response)
}

pub(in super::super) async fn ended(app: App, begun: Download, whole: bool) {
    let now = app.clock.now();
    let noted = app
        .db
        .write(move |tx| {
            Box::pin(
                async move { if whole { complete_download(tx, now, begun.id).await } else { abandon_download(tx, now, begun.id).await } },
            )
        })
        .await;
    if let Err(error) = noted {
        tracing::error!(%error, download = begun.id, "how a download ended could not be noted");
    }
}

async fn codes_csv(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    send(app, actor, id, File::CodesCsv).await
}
async fn codes_txt(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    send(app, actor, id, File::CodesTxt).await
}
async fn pins_csv(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    send(app, actor, id, File::PinsCsv).await
}

#[derive(Debug, Deserialize)]
struct Format {
    format: Option<String>,
}

async fn labels_zip(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    Query(asked): Query<Format>,
) -> Result<Response, Refusal> {
    let word = asked.format.unwrap_or_else(|| "svg".to_owned());
    let format = LabelFormat::parse(&word).ok_or_else(|| Failure::field("/format", "word_unknown").with("value", &word))?;
    send(app, actor, id, File::Labels(format)).await
}

/// The manifest holds no code and is not counted. Its hashes are made by walking through the order once.
async fn manifest(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    let order = order_to_print(&app, &actor, &id).await?;
    let body = stream::body(move |out| Pack::new(&order).and_then(|pack| pack.manifest(out)).map_err(io::Error::other), |_| {});
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
