//! 回避: who is tied to an organisation does not decide about it. A tie is declared with its days and never deleted; it ends on a day.
//!
//! Source: 行政处罚法 第43条 and 公务员法 第76条 (whoever has a direct interest withdraws); domain.md §5 (holder's reviewers). An account's own
//! organisation is a tie nobody needs to declare.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::store::{self, ConflictRow};
use crate::db::{Db, Tx};
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Actor, Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};

/// A tie as it is declared.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConflictInput {
    /// Whose tie, `acc_…`; one's own if not given.
    #[serde(default)]
    pub account_id: Option<String>,
    /// Tied to whom, `org_…`.
    pub organisation_id: String,
    /// How: kin, shares, former employer …
    pub reason: String,
    /// First day; today if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Last day; open if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
}

/// A declared tie.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConflictView {
    /// `cft_…`
    pub id: String,
    /// `acc_…`
    pub account_id: String,
    /// Name of the account's person.
    pub account: String,
    /// `org_…`
    pub organisation_id: String,
    /// Its name.
    pub organisation: String,
    /// How.
    pub reason: String,
    /// First day.
    pub from: String,
    /// Last day; open if null.
    pub to: Option<String>,
}

/// Declares a tie, one's own or somebody's.
///
/// # Errors
/// `invalid_fields`: `register_organisation_unknown`, `conflict_account_unknown`, `register_empty`, `register_too_long`, `conflict_backwards`.
pub async fn declare_conflict(tx: &Tx, desk: &Desk, input: &ConflictInput) -> Outcome<ConflictRow> {
    let mut faults = Faults::new();
    let account_id = input.account_id.clone().unwrap_or_else(|| desk.actor.account_id.clone());
    if store::account(tx.connection(), &account_id).await.is_err() {
        faults.add("/account_id", "conflict_account_unknown").with("value", &account_id);
    }
    if store::organisation(tx.connection(), &input.organisation_id).await.is_err() {
        faults.add("/organisation_id", "register_organisation_unknown").with("value", &input.organisation_id);
    }
    let reason = text::clean(&input.reason);
    if reason.is_empty() {
        faults.add("/reason", "register_empty");
    } else if text::too_long(&reason, 200) {
        faults.add("/reason", "register_too_long").with("most", 200);
    }
    let from = input.from.unwrap_or_else(|| desk.clock.today());
    if let Some(to) = input.to.filter(|to| *to < from) {
        faults.add("/to", "conflict_backwards").with("from", from).with("to", to);
    }
    faults.check()?;
    let row = ConflictRow {
        id: desk.new_id(Noun::Conflict),
        account_id,
        organisation_id: input.organisation_id.clone(),
        reason,
        from_day: from.to_string(),
        to_day: input.to.map(|day| day.to_string()),
        declared_by: desk.actor.account_id.clone(),
        declared_at: desk.clock.now(),
    };
    store::insert_conflict(tx, row.clone()).await?;
    let facts = json!({
        "account": row.account_id, "organisation": row.organisation_id, "reason": row.reason, "from": row.from_day, "to": row.to_day,
    });
    ledger::append(tx, desk, Event::new(kind::CONFLICT_DECLARED, &row.id, facts)).await?;
    Ok(row)
}

/// Ends a tie with today; somebody else than who is tied must say so.
///
/// # Errors
/// `not_found`, `second_person_needed`, `already_decided` if it has ended.
pub async fn end_conflict(tx: &Tx, desk: &Desk, id: &str) -> Outcome<ConflictRow> {
    let mut row = store::conflict(tx.connection(), id).await?;
    if row.account_id == desk.actor.account_id {
        return Err(Failure::conflict("second_person_needed"));
    }
    let today = desk.clock.today().to_string();
    if row.to_day.as_ref().is_some_and(|to| *to <= today) {
        return Err(Failure::conflict("already_decided"));
    }
    row.to_day = Some(today.clone());
    store::end_conflict(tx, id, &today).await?;
    ledger::append(tx, desk, Event::new(kind::CONFLICT_ENDED, id, json!({ "last_day": today }))).await?;
    Ok(row)
}

/// Refuses whoever is tied to the organisation: one's own, or by a tie of today.
///
/// # Errors
/// `tied_to_party` with its name.
pub async fn refuse_tied(tx: &Tx, desk: &Desk, organisation_id: &str, name: &str) -> Outcome<()> {
    let own = desk.actor.organisation_id.as_deref() == Some(organisation_id);
    let today = desk.clock.today().to_string();
    if own || store::is_tied(tx, &desk.actor.account_id, organisation_id, &today).await? {
        return Err(Failure::conflict("tied_to_party").with("party", name));
    }
    Ok(())
}

/// The organisations the actor is tied to today, its own among them.
///
/// # Errors
/// Only ours.
pub async fn ties(tx: &Tx, desk: &Desk) -> Outcome<BTreeSet<String>> {
    let today = desk.clock.today().to_string();
    let declared = store::conflicts(tx.connection(), Some(&desk.actor.account_id)).await?;
    let standing = declared.into_iter().filter(|row| row.from_day <= today && row.to_day.as_ref().is_none_or(|to| *to >= today));
    Ok(standing.map(|row| row.organisation_id).chain(desk.actor.organisation_id.clone()).collect())
}

/// Refuses whoever is tied to one of these parties, given as (id, name).
///
/// # Errors
/// `tied_to_party` with the first one's name.
pub fn refuse_tied_to_any<'a>(ties: &BTreeSet<String>, parties: impl IntoIterator<Item = (&'a str, &'a str)>) -> Outcome<()> {
    match parties.into_iter().find(|(id, _)| ties.contains(*id)) {
        Some((_, name)) => Err(Failure::conflict("tied_to_party").with("party", name)),
        None => Ok(()),
    }
}

/// Every tie, newest first; one's own unless the actor sees all.
///
/// # Errors
/// Only ours.
pub async fn conflicts(db: &Db, actor: &Actor, own_only: bool) -> Outcome<Vec<ConflictView>> {
    let rows = store::conflicts(db.reader(), own_only.then_some(actor.account_id.as_str())).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let organisation = store::organisation(db.reader(), &row.organisation_id).await?.name;
        let account = store::account(db.reader(), &row.account_id).await?.display_name;
        views.push(ConflictView {
            id: row.id,
            account_id: row.account_id,
            account,
            organisation_id: row.organisation_id,
            organisation,
            reason: row.reason,
            from: row.from_day,
            to: row.to_day,
        });
    }
    Ok(views)
}
