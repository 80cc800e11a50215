//! The bundle: everything of a case on one page to print, with the hash list of its evidence.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Frame, Table};
use super::super::desk::Reader;
use super::super::evidence::{hash_list, officers};
use super::super::names::moment;
use super::file::{facts, links, timeline};
use super::say;
use crate::identity::role::Permission as P;
use crate::supervision::cases::{case_file, evidence_of};

struct Kept {
    heading: String,
    about: String,
    files: Table,
    hash: String,
}

#[derive(Template)]
#[template(path = "staff/case_print.html")]
struct Page<'a> {
    frame: Frame<'a>,
    back: String,
    facts: Vec<(String, String)>,
    links: Table,
    timeline: Table,
    evidence: Vec<Kept>,
    printed: String,
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let file = case_file(&app.db, &reader.actor(P::CaseRead)?, &id).await?;
    let found = match reader.acting(P::EvidenceRead) {
        Some(actor) => evidence_of(&app.db, &actor, &file).await?,
        None => Vec::new(),
    };
    let kept = found.iter().map(|view| Kept {
        heading: reader.fill("evidence.numbered", &[("no", &view.record.chain_no.to_string())]),
        about: format!("{} · {} · {}", view.record.purpose, view.record.taken_at, officers(view)),
        files: hash_list(&reader, view),
        hash: view.hash.clone(),
    });
    let page = Page {
        back: reader.to(&format!("/work/cases/{id}")),
        facts: facts(&reader, &file),
        links: links(&reader, &file, false),
        timeline: timeline(&reader, &file),
        evidence: kept.collect(),
        printed: reader.fill("cases.printed", &[("id", &id), ("at", &moment(reader.lang, app.clock.now()))]),
        frame: reader.frame(format!("{}：{}", say(&reader, "bundle"), file.case.title), Vec::new()),
    };
    Ok(Html(page.render()?))
}
