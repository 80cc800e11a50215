//! Cases as they are read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::queries::{EvidenceView, one_evidence};
use super::inbox::Due;
use super::store::case::{self as store, CaseLinkRow, CaseRow};
use crate::db::Db;
use crate::identity::queries::display_name;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Clock, Day, Outcome};

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseView {
    /// `cas_…`
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// feedback, alert, listing, inspection or officer.
    pub source: String,
    /// Id of what it began with.
    pub source_id: Option<String>,
    /// The place whose officers work it.
    pub division_code: String,
    /// open, investigating, deciding or closed.
    pub state: String,
    /// confirmed, `not_established` or `false_alarm`.
    pub outcome: Option<String>,
    /// Why it ended so.
    pub reason: Option<String>,
    /// Until when it should be decided.
    pub due_on: Option<String>,
    /// `acc_…`
    pub opened_by: String,
    /// RFC 3339.
    pub opened_at: String,
    /// RFC 3339.
    pub closed_at: Option<String>,
}

impl From<CaseRow> for CaseView {
    fn from(row: CaseRow) -> Self {
        Self {
            opened_at: rfc3339(row.opened_at),
            closed_at: row.closed_at.map(rfc3339),
            id: row.id,
            title: row.title,
            source: row.source,
            source_id: row.source_id,
            division_code: row.division_code,
            state: row.state,
            outcome: row.outcome,
            reason: row.reason,
            due_on: row.due_on,
            opened_by: row.opened_by,
        }
    }
}

/// One thing a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseLinkView {
    /// What it is: code, batch, organisation …
    pub kind: String,
    /// Its id; a code by its characters.
    pub ref_id: String,
    /// What people read of it.
    pub label: String,
    /// RFC 3339.
    pub linked_at: String,
}

impl From<CaseLinkRow> for CaseLinkView {
    fn from(row: CaseLinkRow) -> Self {
        Self { kind: row.kind, ref_id: row.ref_id, label: row.label, linked_at: rfc3339(row.linked_at) }
    }
}

/// One line of a case's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseNoteView {
    /// RFC 3339.
    pub at: String,
    /// Name of who did it.
    pub noted_by: String,
    /// opened, linked, noted, moved or closed.
    pub act: String,
    /// What was said with it.
    pub said: String,
}

/// A case with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseFileView {
    /// The case.
    #[serde(flatten)]
    pub case: CaseView,
    /// What it is about.
    pub links: Vec<CaseLinkView>,
    /// What was done, in order.
    pub timeline: Vec<CaseNoteView>,
}

/// What a list of cases is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFilter {
    /// open, investigating, deciding or closed.
    pub state: Option<String>,
    /// Those that link this thing.
    pub ref_id: Option<String>,
}

/// Cases within reach, newest first.
///
/// # Errors
/// Only ours.
pub async fn cases(
    db: &Db,
    actor: &Actor,
    filter: &CaseFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<CaseView>, Option<String>)> {
    let limit = limit.unwrap_or(50).clamp(1, 200);
    let asked = (filter.state.as_deref(), filter.ref_id.as_deref());
    let mut rows = store::asked(db.reader(), &actor.scope, asked, cursor, limit + 1).await?;
    let whole = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > whole;
    rows.truncate(whole);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok((rows.into_iter().map(CaseView::from).collect(), next))
}

/// One case with everything in it.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub async fn case_file(db: &Db, actor: &Actor, id: &str) -> Outcome<CaseFileView> {
    let row = store::one(db.reader(), &actor.scope, id).await?;
    let links = store::links(db.reader(), id).await?.into_iter().map(CaseLinkView::from).collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut timeline = Vec::new();
    for note in store::notes(db.reader(), id).await? {
        if !names.contains_key(&note.noted_by) {
            let name = display_name(db, &note.noted_by).await?.unwrap_or_else(|| note.noted_by.clone());
            names.insert(note.noted_by.clone(), name);
        }
        let noted_by = names.get(&note.noted_by).cloned().unwrap_or_default();
        timeline.push(CaseNoteView { at: rfc3339(note.at), noted_by, act: note.act, said: note.said });
    }
    Ok(CaseFileView { case: row.into(), links, timeline })
}

/// The evidence a case links and what was taken about the case itself, as far as the actor reaches it.
///
/// # Errors
/// Only ours.
pub async fn evidence_of(db: &Db, actor: &Actor, file: &CaseFileView) -> Outcome<Vec<EvidenceView>> {
    let mut found = Vec::new();
    for link in file.links.iter().filter(|link| link.kind == "evidence") {
        match one_evidence(db, actor, &link.ref_id).await {
            Ok(view) => found.push(view),
            Err(failure) if failure.says("not_found") => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

/// Cases that wait, for the inbox.
///
/// # Errors
/// Only ours.
pub async fn due(db: &Db, actor: &Actor, _: &Clock) -> Outcome<Vec<Due>> {
    let rows = store::running(db.reader(), &actor.scope, 500).await?;
    let waiting = rows.into_iter().map(|row| Due {
        kind: "case",
        href: format!("/work/cases/{}", row.id),
        step: if row.state == "deciding" { "decide" } else { "check" },
        since: row.opened_at,
        due_on: row.due_on.as_deref().and_then(Day::parse),
        title: row.title,
        id: row.id,
    });
    Ok(waiting.collect())
}
