//! Writing what rules found: one open alert per rule and subject, its figures those of the last moment.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::{AlertState, Cadence, Finding, Severity};
use crate::db::{Db, Tx};
use crate::kernel::clock::DAY;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Millis, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::store::alert::{self as store, AlertRow};
use crate::supervision::store::alert_facts::{self as facts, SessionRow, unknown};

/// So long after a judgement the same rule is quiet about the same subject, unless it is graver: a month for scans, which go on; half a year
/// for goods and accounts, where the same fact would be found every night.
fn quiet(finding: &Finding) -> Millis {
    match finding.rule.rule().cadence {
        Cadence::Scans => 30 * DAY,
        Cadence::Nightly => 180 * DAY,
    }
}

/// How many alerts are new, and how many hold still.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    pub raised: u64,
    pub renewed: u64,
}

/// Writes a portion of the journal: sessions, findings, and the move of the mark; nothing if another node was faster.
pub(super) async fn portion(
    db: &Db,
    desk: &Desk,
    (name, from, to): (&'static str, i64, i64),
    sessions: Vec<SessionRow>,
    findings: Vec<Finding>,
) -> Outcome<Option<Written>> {
    let desk = desk.clone();
    db.write(move |tx| {
        let (desk, sessions, findings) = (desk.clone(), sessions.clone(), findings.clone());
        Box::pin(async move {
            if !facts::move_mark(tx, name, from, to).await? {
                return Ok(None);
            }
            if !sessions.is_empty() {
                facts::keep_sessions(tx, &sessions).await?;
            }
            put(tx, &desk, findings).await.map(Some)
        })
    })
    .await
}

/// Writes findings alone.
pub(super) async fn findings(db: &Db, desk: &Desk, found: Vec<Finding>) -> Outcome<Written> {
    let mut written = Written::default();
    for part in found.chunks(1000) {
        let (desk, part) = (desk.clone(), part.to_vec());
        let one = db
            .write(move |tx| {
                let (desk, part) = (desk.clone(), part.clone());
                Box::pin(async move { put(tx, &desk, part).await })
            })
            .await?;
        written.raised += one.raised;
        written.renewed += one.renewed;
    }
    Ok(written)
}

/// Lets old alerts fade and forgets old sessions and tries.
pub(super) async fn fade(db: &Db, before: Millis, sessions: Millis, tries: Millis) -> Outcome<u64> {
    db.write(move |tx| {
        Box::pin(async move {
            facts::forget(tx, sessions, tries).await?;
            store::fade(tx, before).await
        })
    })
    .await
}

fn open_key(finding: &Finding) -> String {
    format!("{}:{}:{}", finding.rule.word(), finding.kind.word(), finding.about.subject_id)
}

fn gravity(word: &str) -> Outcome<Severity> {
    Severity::parse(word).ok_or_else(|| unknown(word))
}

fn due(severity: Severity, now: Millis) -> Option<String> {
    (severity == Severity::High).then(|| Day::of(now).plus(1).to_string())
}

async fn put(tx: &Tx, desk: &Desk, found: Vec<Finding>) -> Outcome<Written> {
    // A rule may have seen a subject twice in one portion.
    let mut by_key: BTreeMap<String, Finding> = BTreeMap::new();
    for finding in found {
        let key = open_key(&finding);
        match by_key.get_mut(&key) {
            None => drop(by_key.insert(key, finding)),
            Some(before) => {
                before.hit.first_at = before.hit.first_at.min(finding.hit.first_at);
                before.hit.severity = before.hit.severity.max(finding.hit.severity);
                if finding.hit.at >= before.hit.at {
                    (before.hit.at, before.hit.figures) = (finding.hit.at, finding.hit.figures);
                }
            }
        }
    }
    if by_key.is_empty() {
        return Ok(Written::default());
    }
    let open = store::open_alerts(tx.connection(), &by_key.keys().cloned().collect::<Vec<_>>()).await?;
    let mut open: HashMap<String, AlertRow> = open.into_iter().filter_map(|row| Some((row.open_key.clone()?, row))).collect();
    let judged = judged(tx, &by_key).await?;
    let (mut written, mut new, now) = (Written::default(), Vec::new(), desk.clock.now());
    for (key, finding) in by_key {
        match open.remove(&key) {
            Some(row) => {
                written.renewed += 1;
                renew(tx, row, &finding, now).await?;
            }
            None if is_quiet(judged.get(&key), &finding)? => {}
            None => new.push(row_of(desk, key, &finding, now)?),
        }
    }
    written.raised = new.len() as u64;
    if let Some(first) = new.first().map(|row| row.id.clone()) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &new {
            *counts.entry(row.rule.as_str()).or_default() += 1;
        }
        let facts = json!({ "alerts": written.raised, "rules": counts });
        let event = Event::new(kind::ALERTS_RAISED, first, facts);
        store::insert_alerts(tx, new).await?;
        ledger::append(tx, desk, event).await?;
    }
    Ok(written)
}

/// The newest judgement of each, by key.
async fn judged(tx: &Tx, found: &BTreeMap<String, Finding>) -> Outcome<HashMap<String, AlertRow>> {
    let mut subjects: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in found.values() {
        subjects.entry(finding.rule.word()).or_default().push(finding.about.subject_id.clone());
    }
    let mut newest = HashMap::new();
    for (rule, subjects) in subjects {
        for row in store::judged_of(tx.connection(), rule, &subjects).await? {
            newest.insert(format!("{}:{}:{}", row.rule, row.subject_kind, row.subject_id), row);
        }
    }
    Ok(newest)
}

fn is_quiet(judged: Option<&AlertRow>, finding: &Finding) -> Outcome<bool> {
    let Some((row, at)) = judged.and_then(|row| Some((row, row.judged_at?))) else { return Ok(false) };
    Ok(finding.hit.at < at + quiet(finding) && finding.hit.severity <= gravity(&row.severity)?)
}

async fn renew(tx: &Tx, mut row: AlertRow, finding: &Finding, now: Millis) -> Outcome<()> {
    let before = row.clone();
    let (was, hit) = (gravity(&row.severity)?, &finding.hit);
    let severity = was.max(hit.severity);
    severity.word().clone_into(&mut row.severity);
    row.raised_at = row.raised_at.min(hit.first_at);
    if hit.at >= row.seen_at {
        row.seen_at = hit.at;
        row.figures = serde_json::to_string(&hit.figures).map_err(Failure::broken)?;
    }
    if severity > was {
        row.due_on = due(severity, now);
    }
    if row == before { Ok(()) } else { store::update_alert(tx, row).await }
}

fn row_of(desk: &Desk, key: String, finding: &Finding, now: Millis) -> Outcome<AlertRow> {
    let about = &finding.about;
    Ok(AlertRow {
        id: desk.new_id(Noun::Alert),
        rule: finding.rule.word().to_owned(),
        subject_kind: finding.kind.word().to_owned(),
        subject_id: about.subject_id.clone(),
        label: about.label.clone(),
        severity: finding.hit.severity.word().to_owned(),
        state: AlertState::New.word().to_owned(),
        figures: serde_json::to_string(&finding.hit.figures).map_err(Failure::broken)?,
        division_code: about.division_code.clone(),
        producer_id: about.producer_id.clone(),
        product_id: about.product_id.clone(),
        batch_id: about.batch_id.clone(),
        open_key: Some(key),
        raised_at: finding.hit.first_at,
        seen_at: finding.hit.at,
        due_on: due(finding.hit.severity, now),
        judged_by: None,
        judged_at: None,
        reason: None,
        case_id: None,
    })
}
