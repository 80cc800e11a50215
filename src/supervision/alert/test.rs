//! 回测: what a changed threshold would have found in the last 30 days, against what the one in force finds. It must be done before a
//! change goes live. The same functions judge here as do live: rules on scans at every session of the 30 days, with what came before;
//! rules of the night on what is known now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::evaluate::{InForce, ON_CODES, code_facts, in_force, miss_findings, night_findings, pin_findings, visitor_finding};
use super::scans::{CodeFacts, LOOKS_BACK, OrderVisit, PinTry, harvest, judge};
use super::{AlertState, Cadence, Limits, RuleId, Severity};
use crate::db::Db;
use crate::kernel::clock::DAY;
use crate::kernel::{Clock, Day, Desk, Failure, Millis, Outcome, Random};
use crate::ledger::{self, Event, kind};
use crate::supervision::store::alert::{self as store, VersionRow};
use crate::supervision::store::alert_facts::{self as facts, Key, unknown};
use crate::supervision::store::alert_goods as goods;

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
            let days = limits.0.get("receipt_days").max(limits.1.get("receipt_days")).clamp(0, 366);
            let busy = facts::busy_visitors(db.reader(), since, least).await?;
            for (visitor, visits) in facts::of_visitors(db.reader(), &busy, since - DAY).await? {
                let numbers = visits.iter().map(|(_, key)| key.0).collect();
                let sent = goods::sent(db.reader(), &numbers, Day::of(since).plus(-2 - days)).await?;
                let named = |limits: &Limits| harvest(limits, &visits, &sent, since).map(|hit| visitor_finding(rule, visitor, hit));
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

/// Those that ask for work; what is only to know counts where a rule has nothing graver.
fn names(findings: impl IntoIterator<Item = super::Finding>) -> BTreeSet<String> {
    let asks = |finding: &super::Finding| finding.hit.severity > Severity::Info || finding.rule.rule().severity == Severity::Info;
    findings.into_iter().filter(asks).map(|finding| format!("{}:{}", finding.kind.word(), finding.about.subject_id)).collect()
}

async fn codes(db: &Db, rule: RuleId, limits: (&Limits, &Limits), since: Millis, version: Option<&str>, found: &mut Both) -> Outcome<()> {
    let most = facts::last_order(db.reader()).await?.max(1);
    let mut after: Key = (0, 0);
    loop {
        let rows = facts::sessions_after(db.reader(), after, since - LOOKS_BACK, PORTION).await?;
        let Some(last) = rows.last().map(|row| (row.order_no, row.seq)) else { return Ok(()) };
        let numbers = rows.iter().map(|row| row.order_no).collect();
        let orders = facts::orders(db.reader(), &numbers).await?;
        // Of other labels of an order these rules know only those answered alike.
        let others = match rule {
            RuleId::R5 => goods::of_orders(db.reader(), &numbers, "not_activated", since - LOOKS_BACK).await?,
            RuleId::R6 => goods::of_orders(db.reader(), &numbers, "voided", since - LOOKS_BACK).await?,
            _ => BTreeMap::new(),
        };
        let others: BTreeMap<i64, Arc<[OrderVisit]>> = others.into_iter().map(|(order_no, visits)| (order_no, visits.into())).collect();
        for sessions in rows.chunk_by(|one, other| (one.order_no, one.seq) == (other.order_no, other.seq)) {
            let key = (sessions[0].order_no, sessions[0].seq);
            let Some(order) = orders.get(&key.0).filter(|order| order.kind != "sample") else { continue };
            let others: Arc<[OrderVisit]> = others.get(&key.0).cloned().unwrap_or_default();
            let known = CodeFacts { withdrawn: others.clone(), early: others, ..code_facts(key, order, sessions) };
            let name = format!("code:{}-{}", key.0, key.1);
            let asks = |limits| judge(rule, limits, &known, since).is_some_and(|hit| hit.severity > Severity::Info);
            if asks(limits.0) {
                found.0.insert(name.clone());
            }
            if asks(limits.1) {
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
