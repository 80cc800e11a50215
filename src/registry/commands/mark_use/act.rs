//! Suspending, resuming and ending: each changes the days of a mark use from some day on, never the days before.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::commands::form::{self, LINE, NAME};
use crate::registry::interval::DayInterval;
use crate::registry::mark_use::{IntervalProblem, MarkUseDays, MarkUseState};
use crate::registry::store::{self, MarkUseRow, SuspensionRow};

/// Why and from when a mark use is suspended.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendInput {
    /// First day suspended; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Why.
    pub reason: String,
    /// Number of the document it rests on.
    #[serde(default)]
    pub document_no: Option<String>,
}

/// From when a suspended mark use counts again.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeInput {
    /// First day it counts again; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Why.
    pub reason: String,
}

/// How a mark use ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// 注销: off-standard after the correction day, two years unused, or the right has gone.
    Cancelled,
    /// 放弃 by the user.
    Surrendered,
}

/// How and when a mark use ends.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndInput {
    /// Last day it counts; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Day>,
    /// cancelled or surrendered.
    pub ending: Ending,
    /// Why.
    pub reason: String,
    /// Number of the document it rests on.
    #[serde(default)]
    pub document_no: Option<String>,
}

/// Under which number the artwork of the special mark was filed.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArtworkInput {
    /// Day of the filing; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub filed_on: Option<Day>,
    /// Number of the filing, or of the letter about it.
    pub number: String,
}

async fn days(tx: &Tx, row: &MarkUseRow) -> Outcome<(MarkUseDays, Vec<SuspensionRow>)> {
    let suspensions = store::mark_use::suspensions(tx.connection(), vec![row.id.clone()]).await?;
    Ok((store::mark_use::days(row, &suspensions)?, suspensions))
}

/// A mark use held until the commit, for somebody who is not tied to a user of the product.
async fn to_decide(tx: &Tx, desk: &Desk, id: &str) -> Outcome<MarkUseRow> {
    let row = store::mark_use::to_change(tx, &desk.actor.scope, id).await?;
    let right = store::right::one(tx.connection(), &row.right_id).await?;
    super::untied_to_users(tx, desk, &right.product_id, Some(&row.organisation_id)).await?;
    Ok(row)
}

/// Records that the artwork of the special mark was filed (图样备案): from then on it may be printed.
///
/// # Errors
/// `not_found`; `mark_use_artwork_step` unless it waits for its artwork; fields `register_empty`, `register_too_long`,
/// `mark_use_artwork_day` for a day before the use or after today.
pub async fn file_artwork(tx: &Tx, desk: &Desk, id: &str, input: &ArtworkInput) -> Outcome<MarkUseRow> {
    let mut row = to_decide(tx, desk, id).await?;
    let state = MarkUseState::parse(&row.state).ok_or_else(|| Failure::broken("an unknown word is stored in mark_use.state"))?;
    if !state.may_become(MarkUseState::ArtworkFiled) {
        return Err(Failure::conflict("mark_use_artwork_step").with("state", state.name()));
    }
    let mut faults = Faults::new();
    let (today, from) = (desk.clock.today(), store::mark_use::interval(&row)?.from);
    let filed_on = input.filed_on.unwrap_or(today);
    if filed_on < from || filed_on > today {
        faults.add("/filed_on", "mark_use_artwork_day").with("value", filed_on).with("from", from).with("to", today);
    }
    let number = form::required(&mut faults, "/number", &input.number, NAME);
    faults.check()?;
    MarkUseState::ArtworkFiled.word().clone_into(&mut row.state);
    (row.artwork_on, row.artwork_no) = (Some(filed_on.to_string()), Some(number.clone()));
    store::mark_use::file_artwork(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::MARK_USE_ARTWORK_FILED, id, json!({ "filed_on": filed_on, "number": number }))).await?;
    Ok(row)
}

/// Suspends a mark use from a day on. Goods made before stay lawful.
///
/// # Errors
/// `not_found`; `register_empty` without a reason; `mark_use_not_standing`, `mark_use_already_suspended`; `mark_use_backdated` for a
/// day past without a document.
pub async fn suspend_mark_use(tx: &Tx, desk: &Desk, id: &str, input: &SuspendInput) -> Outcome<MarkUseRow> {
    let row = to_decide(tx, desk, id).await?;
    let mut faults = Faults::new();
    let (reason, document_no) = paper(&mut faults, &input.reason, input.document_no.as_deref());
    let from = input.from.unwrap_or_else(|| desk.clock.today());
    if from < desk.clock.today() && document_no.is_none() {
        faults.add("/document_no", "mark_use_backdated").with("value", from);
    }
    let (mut days, _) = days(tx, &row).await?;
    match days.suspend(DayInterval::open(from)) {
        Ok(()) => {}
        Err(IntervalProblem::Overlaps(other)) => {
            faults.add("/from", "mark_use_already_suspended").with("from", other.from);
        }
        Err(_) => {
            faults.add("/from", "mark_use_not_standing").with("value", from);
        }
    }
    faults.check()?;
    let suspension = SuspensionRow {
        mark_use_id: row.id.clone(),
        from_day: from.to_string(),
        to_day: None,
        reason: reason.clone(),
        document_no: document_no.clone(),
    };
    store::mark_use::insert_suspension(tx, suspension).await?;
    let facts = json!({ "from": from, "reason": reason, "document_no": document_no });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_SUSPENDED, id, facts)).await?;
    Ok(row)
}

/// Lifts the open suspension: the day before `from` is its last.
///
/// # Errors
/// `not_found`; `register_empty` without a reason; `mark_use_nothing_suspended`.
pub async fn resume_mark_use(tx: &Tx, desk: &Desk, id: &str, input: &ResumeInput) -> Outcome<MarkUseRow> {
    let row = to_decide(tx, desk, id).await?;
    let mut faults = Faults::new();
    let (reason, _) = paper(&mut faults, &input.reason, None);
    let from = input.from.unwrap_or_else(|| desk.clock.today());
    let (mut days, suspensions) = days(tx, &row).await?;
    if days.lift(from.plus(-1)).is_err() {
        faults.add("/from", "mark_use_nothing_suspended").with("value", from);
    }
    faults.check()?;
    let open = suspensions.iter().find(|s| s.to_day.is_none()).ok_or_else(|| Failure::broken("an open suspension is gone"))?;
    store::mark_use::lift_suspension(tx, open, from.plus(-1)).await?;
    ledger::append(tx, desk, Event::new(kind::MARK_USE_RESUMED, id, json!({ "from": from, "reason": reason }))).await?;
    Ok(row)
}

/// Ends a mark use with `last_day`. Goods made until then stay lawful.
///
/// # Errors
/// `not_found`; `register_empty` without a reason; `mark_use_ended`, `mark_use_backwards`, `mark_use_end_later`,
/// `mark_use_suspended_later`; `mark_use_backdated` for a day before yesterday without a document.
pub async fn end_mark_use(tx: &Tx, desk: &Desk, id: &str, input: &EndInput) -> Outcome<MarkUseRow> {
    let mut row = to_decide(tx, desk, id).await?;
    let mut faults = Faults::new();
    let (reason, document_no) = paper(&mut faults, &input.reason, input.document_no.as_deref());
    let last = input.last_day.unwrap_or_else(|| desk.clock.today());
    let state = MarkUseState::parse(&row.state).ok_or_else(|| Failure::broken("an unknown word is stored in mark_use.state"))?;
    let ended = match input.ending {
        Ending::Cancelled => MarkUseState::Cancelled,
        Ending::Surrendered => MarkUseState::Surrendered,
    };
    let force = store::mark_use::interval(&row)?;
    if !state.may_become(ended) {
        faults.add("/ending", "mark_use_ended").with("value", state.name());
    }
    if last < force.from {
        faults.add("/last_day", "mark_use_backwards").with("from", force.from).with("to", last);
    }
    if let Some(to) = force.to.filter(|to| *to < last) {
        faults.add("/last_day", "mark_use_end_later").with("to", to);
    }
    if last < desk.clock.today().plus(-1) && document_no.is_none() {
        faults.add("/document_no", "mark_use_backdated").with("value", last);
    }
    let (_, suspensions) = days(tx, &row).await?;
    if let Some(later) = suspensions.iter().find(|s| s.from_day > last.to_string()) {
        faults.add("/last_day", "mark_use_suspended_later").with("from", &later.from_day);
    }
    faults.check()?;
    store::mark_use::end(tx, id, ended.word(), last).await?;
    let facts = json!({ "last_day": last, "ending": ended.word(), "reason": reason, "document_no": document_no });
    ledger::append(tx, desk, Event::new(kind::MARK_USE_ENDED, id, facts)).await?;
    ended.word().clone_into(&mut row.state);
    row.in_force_to = Some(last.to_string());
    Ok(row)
}

fn paper(faults: &mut Faults, reason: &str, document_no: Option<&str>) -> (String, Option<String>) {
    (form::required(faults, "/reason", reason, LINE), form::optional(faults, "/document_no", document_no, NAME))
}
