//! 回测: what a changed threshold would have found in the last 30 days, against what the one in force finds. It must be done before a
//! change goes live. The same functions judge here as do live: rules on scans at every session of the 30 days, with what came before;
//! rules of the night on what is known now.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::evaluate::{InForce, ON_CODES, code_facts, in_force, miss_findings, night_findings, pin_findings, visitor_finding};
use super::scans::{LOOKS_BACK, PinTry, harvest, judge};
use super::{AlertState, Cadence, Limits, RuleId};
use crate::db::Db;
use crate::kernel::clock::DAY;
use crate::kernel::{Clock, Desk, Failure, Millis, Outcome, Random};
use crate::ledger::{self, Event, kind};
use crate::supervision::store::alert::{self as store, VersionRow};
use crate::supervision::store::alert_facts::{self as facts, Key, unknown};

/// How far back a test goes.
pub const TESTED: Millis = 30 * DAY;
/// Sessions read at once.
const PORTION: i64 = 20_000;

/// What a back-test found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tested {
    /// Subjects the thresholds in force find.
    pub old: u64,
    /// Subjects the new ones find.
    pub new: u64,
    /// Confirmed alerts of these days that the new ones would not raise.
    pub lost: Vec<String>,
    /// False alarms of these days that the new ones would not raise.
    pub spared: u64,
}

/// Tests every version that waits for it. How many.
///
/// # Errors
/// Only ours; what is not tested yet is tested at the next run.
pub async fn test_versions(db: &Db, clock: &Clock, random: &Random) -> Outcome<u64> {
    let waiting: Vec<VersionRow> = store::versions(db.reader()).await?.into_iter().filter(|row| row.state == "proposed").collect();
    let mut tested = 0;
    for row in waiting {
        test_version(db, &Desk::system(clock, random), &row).await?;
        tested += 1;
    }
    Ok(tested)
}

async fn test_version(db: &Db, desk: &Desk, row: &VersionRow) -> Outcome<()> {
    let rule = RuleId::parse(&row.rule).ok_or_else(|| unknown(&row.rule))?;
    let new = Limits::stored(rule.rule(), &row.thresholds, row.is_on)?;
    let old = in_force(db, desk.clock.today()).await?.remove(&rule).ok_or_else(|| Failure::broken("a rule without thresholds"))?;
    let (before, after) = both(db, desk, rule, (&old, &new), Some(&row.id)).await?;
    let mut found = Tested { old: before.len() as u64, new: after.len() as u64, ..Tested::default() };
    for judged in store::judged_since(db.reader(), desk.clock.now() - TESTED).await? {
        let subject = format!("{}:{}", judged.subject_kind, judged.subject_id);
        if judged.rule != row.rule || after.contains(&subject) {
            continue;
        }
        match AlertState::parse(&judged.state) {
            Some(AlertState::Confirmed) => found.lost.push(judged.id),
            Some(AlertState::FalseAlarm) => found.spared += 1,
            _ => {}
        }
    }
    let (desk, id) = (desk.clone(), row.id.clone());
    db.write(move |tx| {
        let (desk, id, found) = (desk.clone(), id.clone(), found.clone());
        Box::pin(async move {
            let mut row = store::lock_version(tx, &id).await?;
            if row.state != "proposed" {
                return Ok(());
            }
            (row.state, row.progress) = ("tested".to_owned(), 100);
            row.test = Some(serde_json::to_string(&found).map_err(Failure::broken)?);
            let facts = json!({ "rule": row.rule, "old": found.old, "new": found.new, "lost": found.lost.len(), "spared": found.spared });
            store::update_version(tx, row).await?;
            ledger::append(tx, &desk, Event::new(kind::ALERT_RULE_TESTED, id, facts)).await.map(drop)
        })
    })
    .await
}

/// Subjects two sets of thresholds find, as `kind:id`.
type Both = (BTreeSet<String>, BTreeSet<String>);

/// The subjects old and new thresholds of a rule find in the last 30 days; progress is noted on the version, if there is one.
///
/// # Errors
/// Only ours.
pub async fn both(db: &Db, desk: &Desk, rule: RuleId, limits: (&Limits, &Limits), version: Option<&str>) -> Outcome<Both> {
    let (now, mut found) = (desk.clock.now(), Both::default());
    let since = now - TESTED;
    let with = |limits: &Limits| InForce::from([(rule, limits.clone())]);
    match rule {
        _ if ON_CODES.contains(&rule) => codes(db, rule, limits, since, version, &mut found).await?,
        RuleId::R8 | RuleId::R9 => {
            let mut tries: BTreeMap<Key, Vec<PinTry>> = BTreeMap::new();
            for (key, at, visitor, outcome) in facts::pin_tries(db.reader(), since).await? {
                tries.entry(key).or_default().push(PinTry { at, visitor, outcome });
            }
            let orders = facts::orders(db.reader(), &tries.keys().map(|key| key.0).collect()).await?;
            let named = |limits: &Limits| names(pin_findings(&tries, &orders, since, &with(limits)));
            found = (named(limits.0), named(limits.1));
        }
        RuleId::R10 | RuleId::R11 => {
            let misses = facts::misses(db.reader(), since).await?;
            found = (names(miss_findings(&misses, &with(limits.0))), names(miss_findings(&misses, &with(limits.1))));
        }
        RuleId::R12 => {
            let least = limits.0.get("codes").min(limits.1.get("codes")).max(1);
            let busy = facts::busy_visitors(db.reader(), since, least).await?;
            for (visitor, visits) in facts::of_visitors(db.reader(), &busy, since - DAY).await? {
                // What was sent makes a finding less grave, not one fewer.
                let named = |limits: &Limits| harvest(limits, &visits, &[], since).map(|hit| visitor_finding(rule, visitor, hit));
                found.0.extend(names(named(limits.0)));
                found.1.extend(names(named(limits.1)));
            }
        }
        _ if rule.rule().cadence == Cadence::Nightly => {
            found.0 = names(night_findings(db, rule, limits.0, now).await?);
            found.1 = names(night_findings(db, rule, limits.1, now).await?);
        }
        _ => {}
    }
    Ok(found)
}

fn names(findings: impl IntoIterator<Item = super::Finding>) -> BTreeSet<String> {
    findings.into_iter().map(|finding| format!("{}:{}", finding.kind.word(), finding.about.subject_id)).collect()
}

async fn codes(db: &Db, rule: RuleId, limits: (&Limits, &Limits), since: Millis, version: Option<&str>, found: &mut Both) -> Outcome<()> {
    let most = facts::last_order(db.reader()).await?.max(1);
    let mut after: Key = (0, 0);
    loop {
        let rows = facts::sessions_after(db.reader(), after, since - LOOKS_BACK, PORTION).await?;
        let Some(last) = rows.last().map(|row| (row.order_no, row.seq)) else { return Ok(()) };
        let orders = facts::orders(db.reader(), &rows.iter().map(|row| row.order_no).collect()).await?;
        for sessions in rows.chunk_by(|one, other| (one.order_no, one.seq) == (other.order_no, other.seq)) {
            let key = (sessions[0].order_no, sessions[0].seq);
            let Some(order) = orders.get(&key.0).filter(|order| order.kind != "sample") else { continue };
            // Other labels of the order make a finding graver, not one more.
            let known = code_facts(key, order, sessions);
            let name = format!("code:{}-{}", key.0, key.1);
            if judge(rule, limits.0, &known, since).is_some() {
                found.0.insert(name.clone());
            }
            if judge(rule, limits.1, &known, since).is_some() {
                found.1.insert(name);
            }
        }
        after = last;
        if let Some(id) = version {
            let (id, progress) = (id.to_owned(), (last.0 * 100 / most).clamp(1, 99));
            db.write(move |tx| {
                let id = id.clone();
                Box::pin(async move { store::note_progress(tx, &id, progress).await })
            })
            .await?;
        }
    }
}
