//! `/work/import`: what can be taken in and given out, the form for a sheet, and what came in lately.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::PostedFiles;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::desk::{Reader, done_at, fresh_key};
use super::super::names::moment;
use super::super::parts::{Typed, answered, said};
use crate::files::Incoming;
use crate::identity::role::Permission as P;
use crate::interop::intake::commands::{MOST_BYTES, Upload, upload as put_in_line};
use crate::interop::intake::queries::{ImportView, imports};
use crate::interop::intake::state::{ImportState, RowState};
use crate::interop::sheet::SheetKind;
use crate::interop::sheet::guard::format_of;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome};

/// Sheets shown of those that came in.
const RECENT: u64 = 20;

struct Link {
    href: String,
    text: &'static str,
    about: String,
}

struct KindRow {
    name: String,
    templates: Vec<Link>,
    exports: Vec<Link>,
}

struct UploadForm {
    action: String,
    key: String,
    kinds: Vec<(String, String)>,
    kind: String,
}

#[derive(Template)]
#[template(path = "staff/sheets/index.html")]
struct IndexPage<'a> {
    frame: Frame<'a>,
    form: Option<UploadForm>,
    kinds: Vec<KindRow>,
    recent: Option<Table>,
}

/// What a kind is called.
pub(super) fn name(reader: &Reader, kind: SheetKind) -> String {
    reader.lang.say(&format!("sheet.kind.{}", kind.word())).into_owned()
}

pub(super) async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, "", Vec::new()).await?))
}

async fn page(app: &App, reader: &Reader, chosen: &str, errors: Vec<FormError>) -> Result<String, Refusal> {
    let may_take = |kind: &SheetKind| reader.may(P::SheetImport) && reader.may(kind.writes());
    let taken: Vec<SheetKind> = SheetKind::ALL.into_iter().filter(may_take).collect();
    let form = (!taken.is_empty()).then(|| UploadForm {
        action: reader.to("/work/import"),
        key: fresh_key(app),
        kinds: taken.iter().map(|kind| (kind.word().to_owned(), name(reader, *kind))).collect(),
        kind: chosen.to_owned(),
    });
    let recent = match reader.acting(P::SheetImport) {
        Some(actor) if form.is_some() => Some(recent(reader, imports(&app.db, &actor, None, RECENT).await?)),
        _ => None,
    };
    let kinds =
        SheetKind::ALL.into_iter().chain(SheetKind::GIVEN).filter_map(|kind| kind_row(reader, kind, taken.contains(&kind))).collect();
    let frame = reader.frame(reader.say("sheets.title"), errors);
    Ok(IndexPage { frame, form, kinds, recent }.render()?)
}

fn kind_row(reader: &Reader, kind: SheetKind, taken: bool) -> Option<KindRow> {
    let called = name(reader, kind);
    let link = |words: &str, path: String, text: &'static str| Link {
        href: reader.to(&path),
        text,
        about: reader.fill(words, &[("kind", &called), ("form", text)]),
    };
    let forms = [("xlsx", "Excel"), ("csv", "CSV")];
    let template = |(end, text)| link("sheets.template_of", format!("/work/import/{}/template.{end}", kind.word()), text);
    let export = |(end, text)| link("sheets.export_of", format!("/work/export/{}.{end}", kind.word()), text);
    let templates: Vec<Link> = forms.iter().copied().filter(|_| taken).map(template).collect();
    let exports: Vec<Link> = forms.into_iter().chain([("json", "JSON")]).filter(|_| reader.may(kind.reads())).map(export).collect();
    (!templates.is_empty() || !exports.is_empty()).then_some(KindRow { name: called, templates, exports })
}

fn recent(reader: &Reader, views: Vec<ImportView>) -> Table {
    let row = |view: &ImportView| {
        let counts = [("rows", view.rows()), ("taken", view.count(RowState::Taken)), ("out", view.out())].map(|(k, n)| (k, n.to_string()));
        let counts = counts.each_ref().map(|(k, n)| (*k, n.as_str()));
        vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/import/{}", view.id))).with_small(name(reader, view.kind)),
            Cell::badge(reader.word("sheets.state_word", view.state.word()), badge(view.state)),
            Cell::text(reader.fill("sheets.counted", &counts)),
            Cell::text(moment(reader.lang, view.uploaded_at)),
        ]
    };
    Table {
        caption: reader.say("sheets.recent"),
        columns: ["name", "state", "counts", "when"].map(|key| Column::text(reader.say(&format!("sheets.{key}")))).into(),
        rows: views.iter().map(row).collect(),
        empty: reader.say("sheets.recent_empty"),
    }
}

fn badge(state: ImportState) -> &'static str {
    match state {
        ImportState::Done => "ok",
        ImportState::Ready => "amber",
        ImportState::Unreadable => "red",
        _ => "soft",
    }
}

/// The sheet as its bytes are: judged, and put on the shelf before anything names it.
async fn kept(app: &App, reader: &Reader, typed: &Typed, file: Option<Incoming>) -> Outcome<Upload> {
    let mut faults = Faults::new();
    let kind = SheetKind::parse(&said(typed, "kind"));
    if kind.is_none() {
        faults.add("/kind", "sheet_kind_missing");
    }
    let Some(file) = file else {
        faults.add("/file", "sheet_file_missing");
        faults.check()?;
        return Err(Failure::field("/file", "sheet_file_missing"));
    };
    let size = file.bytes.len();
    if size > MOST_BYTES {
        faults.add("/file", "sheet_too_large").with("figure", size / 1024 / 1024).with("most_mb", MOST_BYTES / 1024 / 1024);
    }
    faults.check()?;
    let kind = kind.filter(|kind| reader.may(kind.writes())).ok_or_else(Failure::not_permitted)?;
    let shelf = app.shelf.clone();
    tokio::task::spawn_blocking(move || {
        let format = format_of(&file.bytes)?;
        let sha256 = shelf.put(&file.bytes).map_err(Failure::broken)?;
        Ok(Upload { kind, name: file.name, format, sha256, size })
    })
    .await
    .map_err(Failure::broken)?
}

pub(super) async fn upload(State(app): State<App>, reader: Reader, posted: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let PostedFiles { posted, files } = posted;
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let file = files.into_iter().find(|file| file.field == "file");
    let tried = match kept(&app, &reader, &typed, file).await {
        Err(failure) => Err(Refusal(failure)),
        Ok(upload) => {
            let posted = posted.map(|_| upload);
            act(&app, posted, move |tx, desk, upload| {
                Box::pin(async move {
                    let done = put_in_line(tx, &desk, &upload).await?;
                    let word = if done.again { "sheet_again" } else { "sheet_uploaded" };
                    Ok(Done::see(done_at(lang, &format!("/work/import/{}", done.id), word)))
                })
            })
            .await
        }
    };
    app.sheets.wake();
    answered(tried, async |failure| {
        let errors = super::super::desk::faults(reader.lang, &failure, |pointer| pointer.split('/').nth(1).unwrap_or_default().to_owned());
        let html = page(&app, &reader, &said(&typed, "kind"), errors).await?;
        Ok((failure, html))
    })
    .await
}
