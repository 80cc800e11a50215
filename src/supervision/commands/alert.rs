//! Judging alerts: taken up by an officer, then confirmed, called a false alarm, or dismissed, each with its reason. Confirming may open a
//! case; a stop is proposed in its own act, by the officer, and confirmed by another.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::case::{CaseInput, CaseLinkInput, open_case};
use super::required;
use crate::db::Tx;
use crate::identity::conflict::refuse_tied;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::alert::{AlertState, SubjectKind};
use crate::supervision::case::{CaseSource, LinkKind};
use crate::supervision::queries::alert::code_of;
use crate::supervision::store::alert::{self as store, AlertRow};
use crate::supervision::store::alert_facts::unknown;
use crate::trace::keys::KeyProvider;
use crate::trace::store::order as orders;

/// How an alert is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// 属实.
    Confirmed,
    /// 误报.
    FalseAlarm,
    /// Not worth following, whatever it was.
    Dismissed,
}

impl Judgement {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::FalseAlarm, Self::Dismissed];
    /// The state it leads to.
    pub fn state(self) -> AlertState {
        match self {
            Self::Confirmed => AlertState::Confirmed,
            Self::FalseAlarm => AlertState::FalseAlarm,
            Self::Dismissed => AlertState::Dismissed,
        }
    }
}

/// `POST /alerts/{id}/judge`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeInput {
    /// How.
    pub judgement: Judgement,
    /// Why.
    pub reason: String,
    /// Open a case about it; only of what is confirmed.
    #[serde(default)]
    pub open_case: bool,
}

async fn open(tx: &Tx, desk: &Desk, id: &str, to: AlertState) -> Outcome<AlertRow> {
    let row = store::lock_alert(tx, &desk.actor.scope, id).await?;
    let state = AlertState::parse(&row.state).ok_or_else(|| unknown(&row.state))?;
    if state.may_become(to) { Ok(row) } else { Err(Failure::conflict("already_decided").with("state", state.word())) }
}

/// Takes an alert up, so that it neither fades nor is judged by two.
///
/// # Errors
/// `not_found`, `already_decided` if it was taken up, judged or faded.
pub async fn take_alert(tx: &Tx, desk: &Desk, id: &str) -> Outcome<AlertRow> {
    let mut row = open(tx, desk, id, AlertState::Judging).await?;
    AlertState::Judging.word().clone_into(&mut row.state);
    row.judged_by = Some(desk.actor.account_id.clone());
    store::update_alert(tx, row.clone()).await?;
    ledger::append(tx, desk, Event::new(kind::ALERT_TAKEN, id, json!({ "rule": row.rule }))).await?;
    Ok(row)
}

/// Judges an alert with its reason; the judgement stands.
///
/// # Errors
/// `not_found`, `already_decided`, `register_empty` without a reason, `tied_to_party`, `alert_case_unfounded` if a case is to be opened of what is not confirmed.
pub async fn judge_alert(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &JudgeInput) -> Outcome<AlertRow> {
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", "register_empty", &input.reason, 500);
    if input.open_case && input.judgement != Judgement::Confirmed {
        faults.add("/open_case", "alert_case_unfounded");
    }
    faults.check()?;
    let to = input.judgement.state();
    let mut row = open(tx, desk, id, to).await?;
    if let Some(producer) = &row.producer_id {
        let name = orders::producer(tx.connection(), producer).await?.map_or_else(|| producer.clone(), |row| row.name);
        refuse_tied(tx, desk, producer, &name).await?;
    }
    if input.open_case {
        let case = CaseInput {
            title: format!("{} {}", row.rule, row.label).chars().take(120).collect(),
            source: CaseSource::Alert,
            source_id: Some(row.id.clone()),
            division_code: place_of(desk, &row),
            due_on: None,
            links: links(tx, keys, &row).await?,
        };
        row.case_id = Some(open_case(tx, desk, &case).await?.id);
    }
    to.word().clone_into(&mut row.state);
    (row.open_key, row.due_on) = (None, None);
    (row.judged_by, row.judged_at, row.reason) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()), Some(reason.clone()));
    store::update_alert(tx, row.clone()).await?;
    let facts = json!({ "rule": row.rule, "subject": row.subject_id, "judgement": to.word(), "reason": reason, "case": row.case_id });
    ledger::append(tx, desk, Event::new(kind::ALERT_JUDGED, id, facts)).await?;
    Ok(row)
}

/// The place whose officers work the case: the producer's if the officer reaches it, else the officer's own.
fn place_of(desk: &Desk, row: &AlertRow) -> String {
    let scope = &desk.actor.scope;
    if !row.division_code.is_empty() && scope.reaches_division(&row.division_code) {
        return row.division_code.clone();
    }
    scope.divisions.first().map_or_else(|| "130000".to_owned(), |prefix| format!("{prefix:0<6}"))
}

/// What the case is about: the alert, its subject, its batch and its producer.
async fn links(tx: &Tx, keys: &dyn KeyProvider, row: &AlertRow) -> Outcome<Vec<CaseLinkInput>> {
    let link = |kind, ref_id: &str, label: &str| CaseLinkInput { kind, ref_id: ref_id.to_owned(), label: label.to_owned() };
    let mut links = vec![link(LinkKind::Alert, &row.id, &format!("{} {}", row.rule, row.label))];
    match SubjectKind::parse(&row.subject_kind) {
        Some(SubjectKind::Code) => {
            if let Some(code) = code_of(tx.connection(), keys, &row.subject_id).await? {
                links.push(link(LinkKind::Code, &code, &row.label));
            }
        }
        Some(SubjectKind::Order) => links.push(link(LinkKind::CodeOrder, &row.subject_id, &row.label)),
        Some(SubjectKind::Seller) => links.push(link(LinkKind::Seller, &row.subject_id, &row.label)),
        _ => {}
    }
    if let Some(batch) = &row.batch_id {
        links.push(link(LinkKind::Batch, batch, &row.label));
    }
    if let Some(producer) = &row.producer_id {
        let name = orders::producer(tx.connection(), producer).await?.map_or_else(|| producer.clone(), |row| row.name);
        links.push(link(LinkKind::Organisation, producer, &name));
    }
    Ok(links)
}
