//! Changing a rule: proposed with its reason, tested on the last 30 days by the job, put in force or dropped by another person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::required;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::alert::{Limits, RuleId};
use crate::supervision::store::alert::{self as store, VersionRow};

/// The largest a threshold may be.
const MOST: i64 = 1_000_000;

/// `POST /alert-rules`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// `R1` … `R25`.
    pub rule: String,
    /// Thresholds by name; what is left out stays at the rule's own.
    #[serde(default)]
    pub thresholds: BTreeMap<String, i64>,
    /// Does the rule run?
    pub is_on: bool,
    /// Why.
    pub reason: String,
}

/// `POST /alert-rules/{id}/decide`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDecisionInput {
    /// In force, or dropped.
    pub put_in_force: bool,
    /// First day; today if not given, never earlier.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
}

/// Proposes other thresholds, or that a rule pauses or runs again. It waits for its back-test.
///
/// # Errors
/// `invalid_fields`: `alert_rule_unknown`, `alert_threshold_unknown`, `alert_threshold_range`, `register_empty`; `alert_rule_waits` if one waits already.
pub async fn propose_rule(tx: &Tx, desk: &Desk, input: &RuleInput) -> Outcome<VersionRow> {
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", "register_empty", &input.reason, 500);
    let Some(rule) = RuleId::parse(&input.rule).map(RuleId::rule) else {
        faults.add("/rule", "alert_rule_unknown").with("value", &input.rule);
        faults.check()?;
        return Err(Failure::not_found());
    };
    let mut limits = Limits::defaults(rule);
    for (name, value) in &input.thresholds {
        let pointer = format!("/thresholds/{name}");
        if !rule.defaults.iter().any(|(known, _)| known == name) {
            let right = rule.defaults.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            faults.add(pointer, "alert_threshold_unknown").with("value", name).with("right", right);
        } else if !(0..=MOST).contains(value) {
            faults.add(pointer, "alert_threshold_range").with("value", value).with("most", MOST);
        } else {
            limits = limits.with(name, *value);
        }
    }
    faults.check()?;
    let versions = store::versions(tx.connection()).await?;
    if versions.iter().any(|row| row.rule == input.rule && matches!(row.state.as_str(), "proposed" | "tested")) {
        return Err(Failure::conflict("alert_rule_waits").with("rule", &input.rule));
    }
    let row = VersionRow {
        id: desk.new_id(Noun::RuleVersion),
        rule: input.rule.clone(),
        thresholds: serde_json::to_string(&limits.values).map_err(Failure::broken)?,
        is_on: input.is_on,
        reason,
        state: "proposed".to_owned(),
        proposed_by: desk.actor.account_id.clone(),
        proposed_at: desk.clock.now(),
        progress: 0,
        test: None,
        from_day: None,
        decided_by: None,
        decided_at: None,
    };
    store::insert_version(tx, row.clone()).await?;
    let facts = json!({ "rule": row.rule, "thresholds": limits.values, "on": row.is_on, "reason": row.reason });
    ledger::append(tx, desk, Event::new(kind::ALERT_RULE_PROPOSED, &row.id, facts)).await?;
    Ok(row)
}

/// Puts a tested version in force, or drops a proposed one; another person's act. Dropping is anybody's who keeps the rules.
///
/// # Errors
/// `not_found`, `already_decided`, `alert_rule_untested`, `second_person_needed`, `alert_rule_backdated`.
pub async fn decide_rule(tx: &Tx, desk: &Desk, id: &str, input: &RuleDecisionInput) -> Outcome<VersionRow> {
    let mut row = store::lock_version(tx, id).await?;
    if !matches!(row.state.as_str(), "proposed" | "tested") {
        return Err(Failure::conflict("already_decided").with("state", &row.state));
    }
    if input.put_in_force {
        if row.state != "tested" {
            return Err(Failure::conflict("alert_rule_untested").with("progress", row.progress));
        }
        if row.proposed_by == desk.actor.account_id {
            return Err(Failure::conflict("second_person_needed"));
        }
        let (today, from) = (desk.clock.today(), input.from.unwrap_or_else(|| desk.clock.today()));
        if from < today {
            return Err(Failure::field("/from", "alert_rule_backdated").with("from", from).with("today", today));
        }
        row.from_day = Some(from.to_string());
    }
    let state = if input.put_in_force { "in_force" } else { "dropped" };
    state.clone_into(&mut row.state);
    (row.decided_by, row.decided_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update_version(tx, row.clone()).await?;
    let facts = json!({ "rule": row.rule, "state": row.state, "on": row.is_on, "from": row.from_day });
    ledger::append(tx, desk, Event::new(kind::ALERT_RULE_DECIDED, id, facts)).await?;
    Ok(row)
}
