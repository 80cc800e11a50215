//! `/work/audit`: the ledger for whoever audits it: narrowed, as it stood, page by page or by sample; exported with its proofs.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::HEXLOWER;

use super::super::app::App;
use super::super::audit::{AuditAsked, export};
use super::super::body::Asked;
use super::super::failure::{Refusal, status};
use super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::route::{Access, Route};
use super::desk::{Reader, faults};
use super::names::moment;
use crate::identity::queries::access::account;
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, FailureKind, Outcome};
use crate::ledger::{self, AuditRow, KINDS};

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::AuditRead);
    vec![Route::get("/work/audit", read, show), Route::get("/work/audit/export", read, whole), Route::get("/work/audit/{seq}", read, one)]
}

#[derive(Template)]
#[template(path = "staff/signin/audit.html")]
struct Page<'a> {
    frame: Frame<'a>,
    asked: &'a AuditAsked,
    kinds: Vec<(String, String)>,
    about: String,
    table: Table,
    next: Option<String>,
    exports: [(String, String); 2],
}

/// A kind in words, or its name where there are none.
fn named(reader: &Reader, kind: &str) -> String {
    let key = format!("work.event.{}", kind.replace('.', "_"));
    let words = reader.lang.say(&key).into_owned();
    if kind == "sealed" {
        reader.say("audit.sealed")
    } else if words == key {
        kind.to_owned()
    } else {
        words
    }
}

/// What a row says, in one line.
fn gist(row: &AuditRow) -> String {
    let facts = row.said()["facts"].to_string();
    let short: String = facts.chars().take(80).collect();
    match (facts.as_str(), short.len() < facts.len()) {
        ("null" | "{}", _) => String::new(),
        (_, true) => format!("{short}…"),
        (_, false) => short,
    }
}

async fn who_did(app: &App, row: &AuditRow) -> Outcome<String> {
    let said = row.said();
    let Some(id) = said["by"].as_str() else { return Ok(String::new()) };
    let name = match account(&app.db, id).await {
        Ok(row) => row.name,
        Err(failure) if failure.kind == FailureKind::NotFound => id.to_owned(),
        Err(failure) => return Err(failure),
    };
    Ok(match said["handled_by"].as_str() {
        Some(person) => format!("{name} · {person}"),
        None => name,
    })
}

async fn show(State(app): State<App>, reader: Reader, Asked(asked): Asked<AuditAsked>) -> Result<Response, Refusal> {
    match asked.rows(&app, &reader.who, 50).await {
        Ok((rows, next)) => Ok(Html(page(&app, &reader, &asked, &rows, next, Vec::new()).await?).into_response()),
        Err(failure) if failure.kind == FailureKind::Invalid => {
            let errors = faults(reader.lang, &failure, |pointer| pointer.trim_start_matches('/').to_owned());
            let html = page(&app, &reader, &asked, &[], None, errors).await?;
            Ok((status(&failure), Html(html)).into_response())
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn page(
    app: &App,
    reader: &Reader,
    asked: &AuditAsked,
    rows: &[AuditRow],
    next: Option<String>,
    errors: Vec<FormError>,
) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("audit.{key}"));
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let said = row.said();
        let kind = said["kind"].as_str().unwrap_or(&row.kind).to_owned();
        let what = if row.erased { say("erased") } else { named(reader, &kind) };
        cells.push(vec![
            Cell::link(row.seq.to_string(), reader.to(&format!("/work/audit/{}", row.seq))),
            Cell::text(moment(reader.lang, row.at)),
            Cell::text(what).with_small(kind),
            Cell::text(who_did(app, row).await?),
            Cell::text(said["subject"].as_str().unwrap_or_default()).with_small(gist(row)),
        ]);
    }
    let columns = vec![
        Column::number(say("seq")),
        Column::text(say("at")),
        Column::text(say("kind")),
        Column::text(say("by")),
        Column::text(say("subject")),
    ];
    let opens = reader.may(P::AuditSealedRead);
    let mut kinds: Vec<(String, String)> = vec![("sealed".to_owned(), say("sealed"))];
    kinds.extend(KINDS.iter().filter(|k| opens || !k.sealed).map(|k| (k.name.to_owned(), named(reader, k.name))));
    let size = ledger::head(app.db.reader()).await?.size();
    let about = if asked.sample.trim().is_empty() {
        reader.fill("audit.about", &[("size", &size.to_string())])
    } else {
        reader.fill("audit.sampled", &[("count", &rows.len().to_string()), ("seed", &asked.seed)])
    };
    let export = |format: &str| format!("/work/audit/export?{}", asked.query(&[("format", format)]));
    let page = Page {
        asked,
        kinds,
        about,
        table: Table { caption: say("caption"), columns, rows: cells, empty: say("none") },
        next: next.map(|cursor| format!("/work/audit?{}", asked.query(&[("cursor", &cursor)]))),
        exports: [(export("json"), say("export_json")), (export("csv"), say("export_csv"))],
        frame: reader.frame(say("title"), errors),
    };
    Ok(page.render()?)
}

async fn whole(State(app): State<App>, reader: Reader, Asked(asked): Asked<AuditAsked>) -> Result<Response, Refusal> {
    export(&app, &reader.who, &asked).await
}

#[derive(Template)]
#[template(path = "staff/signin/event.html")]
struct One<'a> {
    frame: Frame<'a>,
    facts: Vec<(String, String)>,
    body: String,
    proof: Vec<String>,
    back: String,
}

async fn one(State(app): State<App>, Path(seq): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let say = |key: &str| reader.say(&format!("audit.{key}"));
    AuditAsked::default().filter(&app, &reader.who).await?;
    let seq: i64 = seq.parse().map_err(|_| Failure::not_found())?;
    let row = ledger::audit_row(app.db.reader(), seq, reader.may(P::AuditSealedRead)).await?;
    let edge = ledger::head(app.db.reader()).await?;
    let tree = ledger::tree(app.db.reader(), edge.size()).await?;
    let path = usize::try_from(seq).ok().and_then(|seq| tree.path(seq)).unwrap_or_default();
    let said = row.said();
    let body = match (&row.body, row.erased) {
        (Some(_), _) => serde_json::to_string_pretty(&said).map_err(Failure::broken)?,
        (None, true) => say("erased"),
        (None, false) => say("sealed_about"),
    };
    let facts = vec![
        (say("at"), moment(reader.lang, row.at)),
        (say("kind"), named(&reader, said["kind"].as_str().unwrap_or(&row.kind))),
        (say("by"), who_did(&app, &row).await?),
        (say("subject"), said["subject"].as_str().unwrap_or_default().to_owned()),
        (say("commit"), row.commitment.clone()),
        (say("leaf_hash"), HEXLOWER.encode(&row.leaf_hash()?)),
        (say("root"), reader.fill("audit.root_of", &[("root", &HEXLOWER.encode(&edge.root())), ("size", &edge.size().to_string())])),
    ];
    let page = One {
        facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        body,
        proof: path.iter().map(|hash| HEXLOWER.encode(hash)).collect(),
        back: reader.to("/work/audit"),
        frame: reader.frame(reader.fill("audit.event", &[("seq", &seq.to_string())]), Vec::new()),
    };
    Ok(Html(page.render()?))
}
