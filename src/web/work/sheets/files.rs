//! What goes out as files: templates, a sheet with what is wrong with it, and everything a reader sees of a kind.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::super::app::App;
use super::super::super::auth::By;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::words::Lang;
use super::super::desk::Reader;
use super::super::listing::{Query, with_growers};
use super::{index, said};
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission as P;
use crate::interop::intake::commands::note_given_out;
use crate::interop::intake::give::{Form, Giver};
use crate::interop::intake::offer::offered;
use crate::interop::intake::queries::{import, with_faults};
use crate::interop::sheet::{Format, RowFault, SheetKind, template};
use crate::kernel::Failure;

/// A file for its reader alone, never shown in the browser.
fn attached(body: Body, media: &'static str, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let disposition = format!("attachment; filename*=UTF-8''{}", query_value(name).replace('+', "%20"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The kind a template is asked of, if this reader may take it in.
fn kind_of(who: &SignedIn, word: &str) -> Result<SheetKind, Failure> {
    let kind = SheetKind::parse(word).ok_or_else(Failure::not_found)?;
    who.acting(kind.writes()).map(|_| kind).ok_or_else(Failure::not_permitted)
}

fn named(lang: Lang, kind: SheetKind, end: &str) -> String {
    format!("{}.{end}", lang.say(&format!("sheet.kind.{}", kind.word())))
}

pub(super) async fn template_xlsx(State(app): State<App>, who: SignedIn, lang: Lang, Path(id): Path<String>) -> Result<Response, Refusal> {
    let kind = kind_of(&who, &id)?;
    let lists = offered(&app.db, &who, kind, app.clock.today()).await?;
    let bytes = tokio::task::spawn_blocking(move || {
        let say = move |key: &str| lang.say(key).into_owned();
        template::xlsx(kind, lang.english(), &lists, &say)
    });
    let bytes = bytes.await.map_err(Failure::broken)??;
    Ok(attached(bytes.into(), Form::Sheet(Format::Xlsx).media(), &named(lang, kind, "xlsx")))
}

pub(super) async fn template_csv(who: SignedIn, lang: Lang, Path(id): Path<String>) -> Result<Response, Refusal> {
    let kind = kind_of(&who, &id)?;
    let bytes = template::csv(kind, lang.english())?;
    Ok(attached(bytes.into(), Form::Sheet(Format::Csv).media(), &named(lang, kind, "csv")))
}

pub(super) async fn faults(State(app): State<App>, By(actor): By, lang: Lang, Path(id): Path<String>) -> Result<Response, Refusal> {
    let view = import(&app.db, &actor, &id).await?;
    let (kind, layout) = (view.kind, view.layout.clone());
    let say = move |faults: &[RowFault]| said::all(lang, kind, &layout, faults);
    let bytes = with_faults(&app.db, &view, &lang.say("sheet.faults"), &say).await?;
    let stem = view.name.rsplit_once('.').map_or(view.name.as_str(), |(stem, _)| stem);
    let name = format!("{stem}-{}.{}", lang.say("sheet.faults"), view.format.word());
    Ok(attached(bytes.into(), Form::Sheet(view.format).media(), &name))
}

/// Everything of a kind, or what a list on a page was narrowed to.
pub(super) async fn export(
    State(app): State<App>,
    reader: Reader,
    Path(file): Path<String>,
    Asked(query): Asked<Query>,
) -> Result<Response, Refusal> {
    let (word, end) = file.split_once('.').ok_or_else(Failure::not_found)?;
    let (kind, form) = SheetKind::parse_given(word).zip(Form::parse(end)).ok_or_else(Failure::not_found)?;
    let actor = reader.actor(kind.reads())?;
    let (lang, desk) = (reader.lang, app.desk(actor.clone()));
    app.db
        .write(move |tx| {
            let desk = desk.clone();
            Box::pin(async move { note_given_out(tx, &desk, kind, form.word()).await })
        })
        .await?;
    let growers = reader.acting(P::GrowerRead);
    let narrow = with_growers(&app, &reader, &query).await?;
    let seller_id = Some(query.seller_id).filter(|id| !id.is_empty());
    let giver = Giver::new(&app.db, actor, growers, (kind, form), &index::name(&reader, kind), lang.english(), app.clock.today())?;
    let mut giver = giver.narrowed(narrow, seller_id);
    let (to, from) = mpsc::channel::<std::io::Result<Bytes>>(4);
    tokio::spawn(async move {
        loop {
            let sent = match giver.next().await {
                Ok(None) => return,
                Ok(Some(bytes)) if bytes.is_empty() => continue,
                Ok(Some(bytes)) => to.send(Ok(bytes.into())).await,
                Err(failure) => {
                    tracing::error!(%failure, "an export broke off");
                    let _ = to.send(Err(std::io::Error::other("broken off"))).await;
                    return;
                }
            };
            if sent.is_err() {
                return;
            }
        }
    });
    Ok(attached(Body::from_stream(ReceiverStream::new(from)), form.media(), &named(lang, kind, end)))
}
