//! Recording in groups. One task per node takes whatever waits, puts it through one transaction and answers after the commit; what
//! arrives meanwhile is the next group, so groups grow with the load by themselves.
//!
//! In a group each code is read once, in the order of the key, and written once; scans of one code count one after the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::facts::{ScanFacts, Scanned, Via};
use super::history::Stat;
use super::issued::{Located, Order};
use super::reading::{self, Known, Texts, key_of};
use crate::db::{Db, Tx};
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::trace::place::place_text;
use crate::trace::store::scan::codes::{self, CodeKey, JournalRow};
use crate::trace::verdict::{Place, Recording, Thresholds, decide};
use crate::trace::visitor::Visitor;

/// Scans in one transaction at most.
const MOST: usize = 512;
/// Scans that may wait; who comes then waits for room.
pub(super) const WAITING: usize = 4096;
/// How often a group is done again because another node was faster with one of its codes.
const TRIES: usize = 20;

/// One scan to record.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub(super) located: Located,
    pub(super) visitor: Visitor,
    pub(super) place: Option<Place>,
    pub(super) via: Via,
    pub(super) at: Millis,
}

/// A scan and who waits for the answer.
pub(super) type Waiting = (Scan, oneshot::Sender<Outcome<Scanned>>);

/// What recording needs.
#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) db: Db,
    pub(super) texts: Arc<Texts>,
    pub(super) thresholds: Vec<Thresholds>,
}

/// A group, its codes in the order of their keys, each with the places of its scans.
#[derive(Debug)]
struct Group {
    scans: Vec<Scan>,
    codes: Vec<(CodeKey, Arc<Order>)>,
    of_code: Vec<Vec<usize>>,
}

impl Group {
    fn new(scans: Vec<Scan>) -> Self {
        let mut by_key: BTreeMap<CodeKey, Vec<usize>> = BTreeMap::new();
        for (i, scan) in scans.iter().enumerate() {
            by_key.entry(key_of(&scan.located)).or_default().push(i);
        }
        let codes = by_key.iter().map(|(key, of)| (*key, scans[of[0]].located.order.clone())).collect();
        Self { codes, of_code: by_key.into_values().collect(), scans }
    }
}

/// Takes groups from the queue until it is closed and empty.
pub(super) async fn run(recorder: Arc<Recorder>, mut queue: mpsc::Receiver<Waiting>) {
    let mut group = Vec::with_capacity(MOST);
    while queue.recv_many(&mut group, MOST).await > 0 {
        let (scans, answers): (Vec<Scan>, Vec<_>) = group.drain(..).unzip();
        let recorded = record(&recorder, Arc::new(Group::new(scans))).await;
        match recorded {
            Ok(recorded) => answers.into_iter().zip(recorded).for_each(|(answer, scanned)| {
                // Who no longer waits has been counted all the same.
                let _ = answer.send(scanned);
            }),
            Err(failure) => {
                tracing::warn!(%failure, scans = answers.len(), "scans could not be recorded");
                answers.into_iter().for_each(|answer| {
                    let _ = answer.send(Err(failure.clone()));
                });
            }
        }
    }
}

async fn record(recorder: &Arc<Recorder>, group: Arc<Group>) -> Outcome<Vec<Outcome<Scanned>>> {
    for _ in 0..TRIES {
        let (inner, group) = (recorder.clone(), group.clone());
        let recorded = recorder
            .db
            .write(move |tx| {
                let (recorder, group) = (inner.clone(), group.clone());
                Box::pin(async move { in_transaction(tx, &recorder, &group).await })
            })
            .await;
        match recorded {
            Err(failure) if failure.says("scan_raced") => {}
            other => return other,
        }
    }
    Err(Failure::not_now("scan_raced"))
}

async fn in_transaction(tx: &Tx, recorder: &Recorder, group: &Group) -> Outcome<Vec<Outcome<Scanned>>> {
    let at = group.scans.iter().map(|scan| scan.at).max().unwrap_or_default();
    let known = reading::read(tx.connection(), &recorder.texts, &group.codes, true, at).await?;
    let mut answers: Vec<Outcome<Scanned>> = Vec::new();
    answers.resize_with(group.scans.len(), || Err(Failure::broken("a scan of a group was left out")));
    let mut stats = Vec::with_capacity(group.codes.len());
    for ((key, _), (known, scans)) in group.codes.iter().zip(known.into_iter().zip(&group.of_code)) {
        match known {
            Ok(Known { facts, mut stat }) => {
                let mut counted = false;
                for (&i, facts) in scans.iter().zip(std::iter::repeat_n(facts, scans.len())) {
                    counted |= Stat::count(&mut stat, &group.scans[i].visitor, group.scans[i].place.clone(), group.scans[i].at);
                    answers[i] = Ok(told(facts, stat.as_ref(), &group.scans[i], &recorder.thresholds));
                }
                stats.extend(stat.filter(|_| counted).map(|stat| stat.row(*key)));
            }
            Err(failure) => scans.iter().for_each(|&i| answers[i] = Err(failure.clone())),
        }
    }
    let lines: Vec<JournalRow> =
        group.scans.iter().zip(&answers).filter_map(|(scan, answer)| answer.as_ref().ok().map(|scanned| line(scan, scanned))).collect();
    codes::keep(tx.connection(), &stats, &lines).await?;
    Ok(answers)
}

/// What a scan that was just counted is told.
fn told(mut facts: ScanFacts, stat: Option<&Stat>, scan: &Scan, thresholds: &[Thresholds]) -> Scanned {
    facts.verdict.recording = Recording::Counted;
    facts.verdict.history = stat.map(|stat| stat.history(Some(&scan.visitor), scan.at)).unwrap_or_default();
    let decision = decide(&facts.verdict, &Thresholds::on(thresholds, Day::of(scan.at)), scan.at);
    Scanned { at: scan.at, facts, decision, recorded: true }
}

fn line(scan: &Scan, scanned: &Scanned) -> JournalRow {
    let key = key_of(&scan.located);
    JournalRow {
        at: scan.at,
        order_no: key.order_no,
        seq: key.seq,
        visitor: i64::from_be_bytes(scan.visitor.hash),
        place: scan.place.as_ref().map(place_text),
        via: scan.via.word(),
        verdict: scanned.decision.verdict.word(),
    }
}
