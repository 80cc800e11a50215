//! How often a rule was right: of what persons judged within 90 days, how much was confirmed. What was dismissed says nothing either way.
//!
//! A rule that is mostly wrong is never switched off by itself: its suspension is proposed, and a person decides.

use std::collections::BTreeMap;

use serde_json::json;

use super::evaluate::InForce;
use super::{AlertState, RuleId};
use crate::db::Db;
use crate::identity::notice::{About, To, note_once};
use crate::kernel::clock::DAY;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Millis, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::store::alert::{self as store, VersionRow};

/// How far back judgements count.
pub const COUNTS: Millis = 90 * DAY;
/// Below so many per cent a suspension is proposed.
const LEAST: u64 = 20;
/// From so many judgements on.
const ENOUGH: u64 = 10;

/// Judgements on a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Precision {
    /// Confirmed.
    pub confirmed: u64,
    /// False alarms.
    pub false_alarms: u64,
}

impl Precision {
    /// Confirmed and false alarms.
    pub fn judged(self) -> u64 {
        self.confirmed + self.false_alarms
    }
    /// Whole per cent; nothing where nothing was judged.
    pub fn percent(self) -> Option<u64> {
        (self.judged() > 0).then(|| self.confirmed * 100 / self.judged())
    }
    /// Should somebody think about suspending the rule?
    pub fn is_poor(self) -> bool {
        self.judged() >= ENOUGH && self.confirmed * 100 < LEAST * self.judged()
    }
}

/// Judgements of the last 90 days before `now`, by rule.
///
/// # Errors
/// Only ours.
pub async fn precision(db: &Db, now: Millis) -> Outcome<BTreeMap<RuleId, Precision>> {
    let mut found: BTreeMap<RuleId, Precision> = BTreeMap::new();
    for row in store::judged_since(db.reader(), now - COUNTS).await? {
        let Some(rule) = RuleId::parse(&row.rule) else { continue };
        let one = found.entry(rule).or_default();
        match AlertState::parse(&row.state) {
            Some(AlertState::Confirmed) => one.confirmed += 1,
            Some(AlertState::FalseAlarm) => one.false_alarms += 1,
            _ => {}
        }
    }
    Ok(found)
}

/// Proposes the suspension of rules that are mostly wrong, unless one is proposed already or was dropped within 90 days. How many.
pub(super) async fn propose(db: &Db, desk: &Desk, limits: &InForce) -> Outcome<u64> {
    let now = desk.clock.now();
    let versions = store::versions(db.reader()).await?;
    let mut proposed = 0;
    for (rule, found) in precision(db, now).await?.into_iter().filter(|(_, found)| found.is_poor()) {
        let Some(limits) = limits.get(&rule).filter(|limits| limits.is_on) else { continue };
        let waits = |row: &VersionRow| matches!(row.state.as_str(), "proposed" | "tested");
        let lately = |row: &VersionRow| row.decided_at.unwrap_or(row.proposed_at) > now - COUNTS;
        if versions.iter().any(|row| row.rule == rule.word() && !row.is_on && (waits(row) || lately(row))) {
            continue;
        }
        let percent = found.percent().unwrap_or(0).to_string();
        let row = VersionRow {
            id: desk.new_id(Noun::RuleVersion),
            rule: rule.word().to_owned(),
            thresholds: serde_json::to_string(&limits.values).map_err(Failure::broken)?,
            is_on: false,
            reason: format!("{} / {} = {percent} %", found.confirmed, found.judged()),
            state: "proposed".to_owned(),
            proposed_by: desk.actor.account_id.clone(),
            proposed_at: now,
            progress: 0,
            test: None,
            from_day: None,
            decided_by: None,
            decided_at: None,
        };
        let people = store::rule_keepers(db.reader()).await?;
        let (desk, judged) = (desk.clone(), found.judged().to_string());
        db.write(move |tx| {
            let (desk, row, people, percent, judged) = (desk.clone(), row.clone(), people.clone(), percent.clone(), judged.clone());
            Box::pin(async move {
                let facts = json!({ "rule": row.rule, "on": false, "reason": row.reason });
                let id = row.id.clone();
                store::insert_version(tx, row.clone()).await?;
                for account in &people {
                    let values = [("rule", row.rule.as_str()), ("percent", &percent), ("judged", &judged)];
                    note_once(tx, &desk, To::Account(account), About::RuleDoubtful, &id, &values, &format!("{id}:{account}")).await?;
                }
                ledger::append(tx, &desk, Event::new(kind::ALERT_RULE_PROPOSED, id, facts)).await.map(drop)
            })
        })
        .await?;
        proposed += 1;
    }
    Ok(proposed)
}

#[cfg(test)]
mod tests {
    use super::Precision;

    #[test]
    fn only_enough_judgements_make_a_rule_doubtful() {
        let of = |confirmed, false_alarms| Precision { confirmed, false_alarms };
        assert_eq!((of(0, 0).percent(), of(1, 2).percent(), of(2, 8).percent()), (None, Some(33), Some(20)));
        assert!(!of(0, 9).is_poor() && of(0, 10).is_poor() && of(1, 9).is_poor() && !of(2, 8).is_poor() && of(19, 81).is_poor());
    }
}
