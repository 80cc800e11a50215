//! One record: its facts, its originals with both hashes, and whether the stored bytes are still what they were, looked up anew each time.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::app::App;
use super::super::super::auth::By;
use super::super::super::evidence::pack;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::cases::{open_from, page_of};
use super::super::desk::Reader;
use super::super::files::{as_attachment, as_picture};
use super::super::history::history;
use super::super::names::moment_of;
use super::super::thing::Thing;
use super::{numbered, officers, say, table};
use crate::identity::role::Permission as P;
use crate::supervision::evidence::BytesState;
use crate::supervision::evidence::queries::{EvidenceCheck, EvidenceView, check, one_evidence, original_of, supplements};

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::EvidenceRead)?;
    let view = one_evidence(&app.db, &actor, &id).await?;
    let checked = check(&app.db, &app.shelf, &actor, &id).await?;
    let more = supplements(&app.db, &id).await?;
    let state = if checked.sound { Cell::badge(say(&reader, "sound"), "ok") } else { Cell::badge(say(&reader, "unsound"), "red") };
    let mut warnings = Vec::new();
    if !checked.record {
        warnings.push(say(&reader, "record_changed"));
    }
    if !checked.chain {
        warnings.push(say(&reader, "link_broken"));
    }
    for file in checked.files.iter().filter(|file| file.state != BytesState::Same) {
        let key = if file.state == BytesState::Gone { "evidence.file_gone" } else { "evidence.file_changed" };
        warnings.push(reader.fill(key, &[("name", &file.name)]));
    }
    let mut links = vec![(reader.to(&format!("/work/evidence/{id}/record")), say(&reader, "record"))];
    if checked.sound {
        links.push((format!("/work/evidence/{id}/pack.zip"), say(&reader, "pack")));
    }
    if let Some(first) = &view.record.supplements {
        links.push((reader.to(&format!("/work/evidence/{first}")), say(&reader, "first_record")));
    }
    if reader.may(P::EvidenceTake) {
        links.push((reader.to(&format!("/work/evidence/new?supplements={id}")), say(&reader, "supplement")));
    }
    if let Some(page) = page_of(&reader, &view.record.subject_kind, &view.record.subject_id) {
        links.push((reader.to(&page), say(&reader, "subject_page")));
    }
    if reader.may(P::CaseWork) {
        links.push((open_from(&reader, "evidence", &id, &view.record.purpose), reader.say("cases.open_from")));
    }
    let mut sections = vec![(say(&reader, "originals"), originals(&reader, &view, &checked))];
    if !more.is_empty() {
        sections.push((say(&reader, "supplements"), table(&reader, &more)));
    }
    let page = Thing {
        state,
        why: say(&reader, "checked_now"),
        warnings,
        links,
        forms: Vec::new(),
        sections,
        facts: facts(&reader, &view),
        history: history(&app, &reader, &id).await?,
        frame: reader.frame(numbered(&reader, &view), Vec::new()),
    };
    Ok(Html(page.render()?))
}

/// Each original with both hashes and what became of its bytes.
fn originals(reader: &Reader, view: &EvidenceView, checked: &EvidenceCheck) -> Table {
    let rows = view.record.files.iter().map(|file| {
        let state = checked.files.iter().find(|one| one.file_id == file.file_id).map(|one| one.state);
        let badge = match state {
            Some(BytesState::Same) => Cell::badge(say(reader, "bytes_same"), "ok"),
            Some(BytesState::Gone) => Cell::badge(say(reader, "bytes_gone"), "red"),
            _ => Cell::badge(say(reader, "bytes_changed"), "red"),
        };
        let at = format!("/work/evidence/{}/files/{}/original", view.record.id, file.file_id);
        vec![
            Cell::link(file.name.clone(), at).with_small(format!(
                "{} · {}",
                file.media,
                reader.fill("evidence.bytes", &[("n", &file.size.to_string())])
            )),
            badge,
            Cell::text(file.sha256.clone()),
            Cell::text(file.sm3.clone()),
        ]
    });
    let columns = ["original", "state", "sha256", "sm3"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "originals_caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "no_originals") }
}

/// What a record says, as (what, value); what was not said is left out.
pub(super) fn facts(reader: &Reader, view: &EvidenceView) -> Vec<(String, String)> {
    let record = &view.record;
    let given = |text: &str| Some(text.to_owned());
    let rows = [
        ("purpose", given(&record.purpose)),
        ("holder", given(&record.holder)),
        ("platform", record.platform.clone()),
        ("item_id", record.item_id.clone()),
        ("opened_url", record.opened_url.clone()),
        ("final_url", record.final_url.clone()),
        ("method", Some(reader.word("evidence.method_word", &record.method))),
        ("device", given(&record.device)),
        ("software", given(&record.software)),
        ("network", given(&record.network)),
        ("place", given(&record.place)),
        ("taken_at", Some(format!("{}（{}）", moment_of(reader.lang, &view.recorded_at), record.taken_at))),
        ("time_source", Some(reader.word("evidence.time", &record.time_source))),
        ("clock_check", given(&record.clock_check)),
        ("medium", given(&record.medium)),
        ("officers", Some(officers(view))),
        ("witness", record.witness.clone()),
        ("steps", given(&record.steps)),
        ("previous_hash", given(&record.previous_hash)),
        ("record_hash", given(&view.hash)),
    ];
    let kept = rows.into_iter().filter_map(|(key, value)| Some((say(reader, key), value.filter(|v| !v.is_empty())?)));
    kept.collect()
}

pub(super) async fn packed(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Response, Refusal> {
    pack(&app, &actor, &id).await
}

pub(super) async fn picture(State(app): State<App>, By(actor): By, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    as_picture(&app, &original_of(&app.db, &actor, &id, &file).await?).await
}

pub(super) async fn original(State(app): State<App>, By(actor): By, Path((id, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    as_attachment(&app, &original_of(&app.db, &actor, &id, &file).await?).await
}
