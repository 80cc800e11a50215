//! `/work/evidence`: what was captured, by whom, and whether it is still what it was; the record to sign, the pack to hand on.

mod new;
mod record;
mod show;

pub(super) use record::hash_list;

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::app::App;
use super::super::body::{Asked, MOST_UPLOAD};
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::staff::{Cell, Column, Table};
use super::super::route::{Access, Route};
use super::batches::After;
use super::desk::Reader;
use super::lists::Listing;
use super::names::moment_of;
use super::parts::{Part, PartsPage};
use crate::identity::role::Permission as P;
use crate::supervision::evidence::queries::{EvidenceFilter, EvidenceView, check_chain, evidence};

/// Rows of one page.
const ROWS: u64 = 20;

pub(super) fn routes() -> Vec<Route> {
    let (read, take) = (Access::Needs(P::EvidenceRead), Access::Needs(P::EvidenceTake));
    vec![
        Route::get("/work/evidence", read, list),
        Route::get("/work/evidence/check", read, chain),
        Route::get("/work/evidence/new", take, new::ask),
        Route::post("/work/evidence/new", take, new::create).carries(MOST_UPLOAD),
        Route::get("/work/evidence/{id}", read, show::show),
        Route::get("/work/evidence/{id}/record", read, record::show),
        Route::get("/work/evidence/{id}/pack.zip", read, show::packed),
        Route::get("/work/evidence/{id}/files/{file}", read, show::picture),
        Route::get("/work/evidence/{id}/files/{file}/original", read, show::original),
    ]
}

/// Words of these pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("evidence.{key}"))
}

/// A record's place in the chain, as people call it.
fn numbered(reader: &Reader, view: &EvidenceView) -> String {
    reader.fill("evidence.numbered", &[("no", &view.record.chain_no.to_string())])
}

/// Both officers with their certificates.
pub(super) fn officers(view: &EvidenceView) -> String {
    let each = view.record.officers.iter().map(|officer| format!("{}（{}）", officer.name, officer.certificate_no));
    each.collect::<Vec<_>>().join("、")
}

async fn list(State(app): State<App>, reader: Reader, Asked(after): Asked<After>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::EvidenceRead)?;
    let (items, next) = evidence(&app.db, &actor, &EvidenceFilter::default(), after.cursor.as_deref(), Some(ROWS)).await?;
    let page = Listing {
        table: table(&reader, &items),
        filters: None,
        action: Some((reader.to("/work/evidence/check"), say(&reader, "check_chain"))),
        next: next.map(|cursor| reader.to(&format!("/work/evidence?cursor={}", query_value(&cursor)))),
        frame: reader.frame(say(&reader, "title"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

/// Records as a table.
pub(super) fn table(reader: &Reader, items: &[EvidenceView]) -> Table {
    let rows = items.iter().map(|view| {
        let of = reader.word("evidence.subject", &view.record.subject_kind);
        let supplement = if view.record.supplements.is_some() { say(reader, "is_supplement") } else { String::new() };
        vec![
            Cell::link(numbered(reader, view), reader.to(&format!("/work/evidence/{}", view.record.id))).with_small(supplement),
            Cell::text(view.record.purpose.clone()).with_small(format!("{of} · {}", view.record.holder)),
            Cell::text(reader.word("evidence.method_word", &view.record.method)),
            Cell::text(moment_of(reader.lang, &view.recorded_at)).with_small(officers(view)),
            Cell::text(view.hash.chars().take(16).collect::<String>()),
        ]
    });
    let columns = ["no", "about", "how", "when", "hash"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "none") }
}

async fn chain(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let checked = check_chain(&app.db).await?;
    let records = checked.records.to_string();
    let state = match checked.broken_at {
        None => Cell::badge(reader.fill("evidence.chain_whole", &[("records", &records)]), "ok"),
        Some(at) => Cell::badge(reader.fill("evidence.chain_broken", &[("no", &at.to_string())]), "red"),
    };
    let table = Table {
        caption: say(&reader, "chain_caption"),
        columns: vec![Column::text(say(&reader, "column.state")), Column::text(say(&reader, "column.head"))],
        rows: vec![vec![state, Cell::text(checked.head)]],
        empty: String::new(),
    };
    let part = Part { heading: say(&reader, "chain"), about: say(&reader, "chain_about"), table: Some(table), ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "chain"), Vec::new()), parts: vec![part] }.render()?))
}
