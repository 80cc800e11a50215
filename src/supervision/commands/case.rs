//! Opening, linking, noting, moving and closing cases.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::required;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::case::{CaseOutcome, CaseSource, CaseState, LinkKind};
use crate::supervision::store::case::{self as store, CaseLinkRow, CaseRow};

/// One thing a case is about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseLinkInput {
    /// What it is.
    pub kind: LinkKind,
    /// Its id; a code by its characters.
    pub ref_id: String,
    /// What people read of it: a lot, a name, a title.
    pub label: String,
}

/// `POST /cases`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseInput {
    /// What it is about, in a line.
    pub title: String,
    /// What it began with.
    pub source: CaseSource,
    /// Id of what it began with, unless it is an officer's own finding.
    #[serde(default)]
    pub source_id: Option<String>,
    /// The place whose officers work it (GB/T 2260).
    pub division_code: String,
    /// Until when it should be decided.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Day>,
    /// What it is about.
    #[serde(default)]
    pub links: Vec<CaseLinkInput>,
}

/// `POST /cases/{id}/close`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseCloseInput {
    /// How it ended.
    pub outcome: CaseOutcome,
    /// Why.
    pub reason: String,
}

/// Opens a case.
///
/// # Errors
/// `invalid_fields`: `register_empty` or too long a title or label, `outside_your_region`, `too_many` (links).
pub async fn open_case(tx: &Tx, desk: &Desk, input: &CaseInput) -> Outcome<CaseRow> {
    let mut faults = Faults::new();
    let title = required(&mut faults, "/title", "register_empty", &input.title, 120);
    let is_known = crate::identity::store::division_exists(tx.connection(), &input.division_code).await?;
    if !is_known || !desk.actor.scope.reaches_division(&input.division_code) {
        let typed: String = input.division_code.chars().take(40).collect();
        faults.add("/division_code", "outside_your_region").with("value", typed);
    }
    if input.source_id.as_deref().is_some_and(|id| crate::kernel::text::too_long(id, 60)) {
        faults.add("/source_id", "register_too_long").with("most", 60);
    }
    if input.links.len() > 200 {
        faults.add("/links", "too_many").with("right", 200);
    }
    for (no, link) in input.links.iter().enumerate() {
        required(&mut faults, &format!("/links/{no}/ref_id"), "register_empty", &link.ref_id, 60);
        required(&mut faults, &format!("/links/{no}/label"), "register_empty", &link.label, 200);
    }
    faults.check()?;
    let row = CaseRow {
        id: desk.new_id(Noun::Case),
        title,
        source: input.source.word().to_owned(),
        source_id: input.source_id.clone(),
        division_code: input.division_code.clone(),
        state: CaseState::Open.word().to_owned(),
        outcome: None,
        reason: None,
        due_on: input.due_on.map(|day| day.to_string()),
        opened_by: desk.actor.account_id.clone(),
        opened_at: desk.clock.now(),
        closed_by: None,
        closed_at: None,
    };
    store::insert(tx, row.clone()).await?;
    store::note(tx, &row.id, desk.clock.now(), &desk.actor.account_id, "opened", "").await?;
    for link in &input.links {
        put_link(tx, desk, &row.id, link).await?;
    }
    let links: Vec<_> = input.links.iter().map(|link| json!([link.kind.word(), link.ref_id])).collect();
    let facts =
        json!({ "title": row.title, "source": row.source, "source_id": row.source_id, "division": row.division_code, "links": links });
    ledger::append(tx, desk, Event::new(kind::CASE_OPENED, &row.id, facts)).await?;
    Ok(row)
}

async fn put_link(tx: &Tx, desk: &Desk, case_id: &str, link: &CaseLinkInput) -> Outcome<bool> {
    let row = CaseLinkRow {
        case_id: case_id.to_owned(),
        kind: link.kind.word().to_owned(),
        ref_id: link.ref_id.trim().to_owned(),
        label: crate::kernel::text::clean(&link.label),
        linked_by: desk.actor.account_id.clone(),
        linked_at: desk.clock.now(),
    };
    let new = store::link(tx, row.clone()).await?;
    if new {
        store::note(tx, case_id, desk.clock.now(), &desk.actor.account_id, "linked", &format!("{} {}", row.kind, row.label)).await?;
    }
    Ok(new)
}

/// Links something and notes it, without an event: the act that calls it has its own.
///
/// # Errors
/// The database's.
pub(super) async fn put_link_row(tx: &Tx, desk: &Desk, case_id: &str, kind: LinkKind, ref_id: &str, label: &str) -> Outcome<()> {
    let label = label.chars().take(200).collect();
    put_link(tx, desk, case_id, &CaseLinkInput { kind, ref_id: ref_id.to_owned(), label }).await.map(|_| ())
}

async fn running(tx: &Tx, desk: &Desk, id: &str) -> Outcome<(CaseRow, CaseState)> {
    let row = store::lock(tx, &desk.actor.scope, id).await?;
    let state = CaseState::parse(&row.state).ok_or_else(|| Failure::broken(format!("an unknown state of a case {:?}", row.state)))?;
    if state == CaseState::Closed {
        return Err(Failure::conflict("already_decided").with("state", &row.state));
    }
    Ok((row, state))
}

/// Links one more thing; one that is linked already changes nothing and records nothing.
///
/// # Errors
/// `not_found`, `already_decided` when closed, `register_empty`.
pub async fn link_case(tx: &Tx, desk: &Desk, id: &str, input: &CaseLinkInput) -> Outcome<CaseRow> {
    let mut faults = Faults::new();
    required(&mut faults, "/ref_id", "register_empty", &input.ref_id, 60);
    required(&mut faults, "/label", "register_empty", &input.label, 200);
    faults.check()?;
    let (row, _) = running(tx, desk, id).await?;
    if put_link(tx, desk, id, input).await? {
        let facts = json!({ "kind": input.kind.word(), "ref_id": input.ref_id });
        ledger::append(tx, desk, Event::new(kind::CASE_LINKED, id, facts)).await?;
    }
    Ok(row)
}

/// Notes what was done.
///
/// # Errors
/// `not_found`, `already_decided` when closed, `register_empty` or longer than 2,000 characters.
pub async fn note_case(tx: &Tx, desk: &Desk, id: &str, said: &str) -> Outcome<CaseRow> {
    let mut faults = Faults::new();
    let said = required(&mut faults, "/said", "register_empty", said, 2000);
    faults.check()?;
    let (row, _) = running(tx, desk, id).await?;
    store::note(tx, id, desk.clock.now(), &desk.actor.account_id, "noted", &said).await?;
    ledger::append(tx, desk, Event::new(kind::CASE_NOTED, id, json!({ "said": said }))).await?;
    Ok(row)
}

/// Moves a case on, not to its end.
///
/// # Errors
/// `not_found`, `already_decided`, `case_step` where there is no such step.
pub async fn move_case(tx: &Tx, desk: &Desk, id: &str, to: CaseState) -> Outcome<CaseRow> {
    let (mut row, from) = running(tx, desk, id).await?;
    if to == CaseState::Closed || !from.may_become(to) {
        return Err(Failure::conflict("case_step").with("state", from.word()).with("to", to.word()));
    }
    to.word().clone_into(&mut row.state);
    store::update(tx, &row).await?;
    store::note(tx, id, desk.clock.now(), &desk.actor.account_id, "moved", to.word()).await?;
    ledger::append(tx, desk, Event::new(kind::CASE_MOVED, id, json!({ "to": to.word() }))).await?;
    Ok(row)
}

/// Ends a case with its outcome and the reason.
///
/// # Errors
/// `not_found`, `already_decided`, `register_empty` without a reason.
pub async fn close_case(tx: &Tx, desk: &Desk, id: &str, input: &CaseCloseInput) -> Outcome<CaseRow> {
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", "register_empty", &input.reason, 500);
    faults.check()?;
    let (mut row, _) = running(tx, desk, id).await?;
    CaseState::Closed.word().clone_into(&mut row.state);
    (row.outcome, row.reason) = (Some(input.outcome.word().to_owned()), Some(reason.clone()));
    (row.closed_by, row.closed_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, &row).await?;
    store::note(tx, id, desk.clock.now(), &desk.actor.account_id, "closed", &reason).await?;
    let facts = json!({ "outcome": input.outcome.word(), "reason": reason });
    ledger::append(tx, desk, Event::new(kind::CASE_CLOSED, id, facts)).await?;
    Ok(row)
}
