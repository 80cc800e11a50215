//! Running the rules: over new scans every minute, over everything else once a night.
//!
//! Reading and judging happen outside a transaction; what was found is written with the mark's move in one short transaction, so that no
//! scan waits for a rule and nothing is judged twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::scans::{CodeFacts, LOOKS_BACK, OrderVisit, PinTry, Visit, harvest, judge, pins};
use super::write::{self, Written};
use super::{About, Cadence, Finding, Hit, Limits, RuleId, Severity, SubjectKind, figures, nightly};
use crate::db::Db;
use crate::kernel::clock::{DAY, HOUR, MINUTE};
use crate::kernel::{Clock, Day, Desk, Failure, Millis, Outcome, Random};
use crate::supervision::store::alert as store;
use crate::supervision::store::alert_facts::{self as facts, Key, Line, MissRow, OrderFacts, SessionRow};
use crate::supervision::store::alert_goods as goods;
use crate::supervision::store::alert_sums::candidates;
use crate::trace::place::parse_place;
use crate::trace::visitor::SESSION;

/// Lines of the journal taken at once.
const PORTION: i64 = 5_000;
/// After so long without holding again an alert fades.
pub const FADES_AFTER: Millis = 7 * DAY;
/// How long sessions are kept, and tries of PINs and of made-up codes.
const SESSIONS_KEPT: Millis = 90 * DAY;
const TRIES_KEPT: Millis = 30 * DAY;
/// How many characters made-up codes share to be of one series: suite and locator, which a forger copies from a label of the order.
const SERIES: usize = 6;
/// Rules on the sessions of one code.
pub(super) const ON_CODES: [RuleId; 7] = [RuleId::R1, RuleId::R2, RuleId::R3, RuleId::R4, RuleId::R5, RuleId::R6, RuleId::R7];

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Lines of the journal read.
    pub scans: u64,
    /// New alerts.
    pub raised: u64,
    /// Open alerts that hold still.
    pub renewed: u64,
    /// Alerts that faded.
    pub faded: u64,
    /// Rules whose suspension was proposed to a person.
    pub proposed: u64,
}

impl Judged {
    fn add(&mut self, written: Written) {
        self.raised += written.raised;
        self.renewed += written.renewed;
    }
}

/// Thresholds in force on a day, by rule.
pub type InForce = HashMap<RuleId, Limits>;

/// The thresholds in force on `day`: of each rule the version put in force last, its own where none was.
///
/// # Errors
/// Only ours.
pub async fn in_force(db: &Db, day: Day) -> Outcome<InForce> {
    let mut found: InForce = super::rule::RULES.iter().map(|rule| (rule.id, Limits::defaults(rule))).collect();
    let day = day.to_string();
    let mut versions = store::versions(db.reader()).await?;
    versions.retain(|row| row.state == "in_force" && row.from_day.as_ref().is_some_and(|from| *from <= day));
    versions.sort_by_key(|row| row.decided_at);
    for row in versions {
        let id = RuleId::parse(&row.rule).ok_or_else(|| facts::unknown(&row.rule))?;
        found.insert(id, Limits::stored(id.rule(), &row.thresholds, row.is_on)?);
    }
    Ok(found)
}

/// Runs the rules of a cadence. It may run any time, on any node, as often as you like: the same facts give the same alerts.
///
/// # Errors
/// Only ours; what was judged before the failure stays.
pub async fn evaluate(db: &Db, clock: &Clock, random: &Random, cadence: Cadence) -> Outcome<Judged> {
    let desk = Desk::system(clock, random);
    let limits = in_force(db, clock.today()).await?;
    match cadence {
        Cadence::Scans => on_scans(db, &desk, &limits).await,
        Cadence::Nightly => by_night(db, &desk, &limits).await,
    }
}

async fn on_scans(db: &Db, desk: &Desk, limits: &InForce) -> Outcome<Judged> {
    let mut done = Judged::default();
    loop {
        let mark = facts::mark(db.reader(), "scan").await?;
        let lines = facts::journal(db.reader(), mark, PORTION, desk.clock.now()).await?;
        let Some(last) = lines.last().map(|line| line.id) else { break };
        let (sessions, findings) = portion(db, &lines, limits).await?;
        let Some(written) = write::portion(db, desk, ("scan", mark, last), sessions, findings).await? else { break };
        done.scans += lines.len() as u64;
        done.add(written);
    }
    let spread = batches(db, limits).await?;
    done.add(write::findings(db, desk, spread).await?);
    done.add(write::findings(db, desk, on_pins(db, desk, limits).await?).await?);
    done.add(write::findings(db, desk, on_misses(db, desk, limits).await?).await?);
    Ok(done)
}

/// Scans that say nothing about consumers: our own programs, and addresses of the house.
fn is_ours(via: &str) -> bool {
    matches!(via, "api" | "house")
}

/// New and grown sessions of a portion, and what rules find at the new ones.
async fn portion(db: &Db, lines: &[Line], limits: &InForce) -> Outcome<(Vec<SessionRow>, Vec<Finding>)> {
    let lines: Vec<&Line> = lines.iter().filter(|line| !is_ours(&line.via)).collect();
    let keys: BTreeSet<Key> = lines.iter().map(|line| line.key).collect();
    let Some(begin) = lines.iter().map(|line| line.at).min() else { return Ok(Default::default()) };
    let mut all: BTreeMap<Key, Vec<SessionRow>> = BTreeMap::new();
    for row in facts::sessions(db.reader(), &keys, begin - LOOKS_BACK).await? {
        all.entry((row.order_no, row.seq)).or_default().push(row);
    }
    let mut changed: BTreeMap<(Key, Millis, i64, String), SessionRow> = BTreeMap::new();
    let mut fresh: BTreeMap<Key, Millis> = BTreeMap::new();
    let mut of_visitor: BTreeMap<i64, Vec<(Millis, Key)>> = BTreeMap::new();
    for line in lines {
        let known = all.entry(line.key).or_default();
        let same =
            |row: &&mut SessionRow| row.visitor == line.visitor && row.verdict == line.verdict && (line.at - row.begun_at).abs() < SESSION;
        let row = if let Some(row) = known.iter_mut().rev().find(same) {
            row.last_at = row.last_at.max(line.at);
            row.clone()
        } else {
            let row = SessionRow {
                order_no: line.key.0,
                seq: line.key.1,
                begun_at: line.at,
                visitor: line.visitor,
                verdict: line.verdict.clone(),
                last_at: line.at,
                place: line.place.clone(),
            };
            known.push(row.clone());
            fresh.entry(line.key).and_modify(|first| *first = (*first).min(line.at)).or_insert(line.at);
            if line.verdict != "not_activated" {
                of_visitor.entry(line.visitor).or_default().push((line.at, line.key));
            }
            row
        };
        changed.insert((line.key, row.begun_at, row.visitor, row.verdict.clone()), row);
    }
    let orders = facts::orders(db.reader(), &keys.iter().map(|key| key.0).collect()).await?;
    let withdrawn = of_orders(db, &all, "voided", begin).await?;
    let early = of_orders(db, &all, "not_activated", begin).await?;
    let mut findings = Vec::new();
    for (key, since) in &fresh {
        if let (Some(order), Some(sessions)) = (orders.get(&key.0), all.get(key)) {
            let of = |orders: &BTreeMap<i64, Arc<[OrderVisit]>>| orders.get(&key.0).cloned().unwrap_or_default();
            let known = CodeFacts { withdrawn: of(&withdrawn), early: of(&early), ..code_facts(*key, order, sessions) };
            findings.extend(on_code(*key, order, &known, *since, limits));
        }
    }
    findings.extend(on_visitors(db, of_visitor, &orders, begin, limits).await?);
    Ok((changed.into_values().collect(), findings))
}

/// Sessions with this verdict, by order, of the orders some of whose labels were answered so: those kept, and those of the portion.
async fn of_orders(
    db: &Db,
    all: &BTreeMap<Key, Vec<SessionRow>>,
    verdict: &str,
    begin: Millis,
) -> Outcome<BTreeMap<i64, Arc<[OrderVisit]>>> {
    let here: Vec<&SessionRow> = all.values().flatten().filter(|row| row.verdict == verdict).collect();
    if here.is_empty() {
        return Ok(BTreeMap::new());
    }
    let numbers = here.iter().map(|row| row.order_no).collect();
    let mut found = goods::of_orders(db.reader(), &numbers, verdict, begin - LOOKS_BACK).await?;
    for row in here {
        let place = row.place.as_deref().and_then(parse_place);
        let one = OrderVisit { at: row.begun_at, visitor: row.visitor, seq: row.seq, place };
        found.entry(row.order_no).or_default().push(one);
    }
    Ok(found.into_iter().map(|(order_no, sessions)| (order_no, sessions.into())).collect())
}

/// What is known of a code, from its sessions; those of other labels of its order are to be added.
pub(super) fn code_facts(key: Key, order: &OrderFacts, sessions: &[SessionRow]) -> CodeFacts {
    let visit = |row: &SessionRow| Visit {
        at: row.begun_at,
        visitor: row.visitor,
        place: row.place.as_deref().and_then(parse_place),
        verdict: row.verdict.clone(),
    };
    let mut visits: Vec<Visit> = sessions.iter().map(visit).collect();
    visits.sort_by_key(|visit| (visit.at, visit.visitor));
    CodeFacts {
        visits,
        is_unit: order.kind == "unit",
        home: order.home.clone(),
        best_before: order.of(key.1).and_then(|range| range.best_before),
        is_missing: order.of(key.1).is_some_and(|range| range.is_missing),
        withdrawn: Arc::default(),
        early: Arc::default(),
    }
}

fn on_code(key: Key, order: &OrderFacts, known: &CodeFacts, since: Millis, limits: &InForce) -> Vec<Finding> {
    let about = order.about(key);
    let found = |rule: &RuleId| {
        let hit = judge(*rule, limits.get(rule)?, known, since)?;
        Some(Finding { rule: *rule, kind: SubjectKind::Code, about: about.clone(), hit })
    };
    // A specimen is for everybody to look at.
    if order.kind == "sample" { Vec::new() } else { ON_CODES.iter().filter_map(found).collect() }
}

async fn on_visitors(
    db: &Db,
    fresh: BTreeMap<i64, Vec<(Millis, Key)>>,
    orders: &HashMap<i64, OrderFacts>,
    begin: Millis,
    limits: &InForce,
) -> Outcome<Vec<Finding>> {
    let Some(limits) = limits.get(&RuleId::R12) else { return Ok(Vec::new()) };
    let known = facts::of_visitors(db.reader(), &fresh.keys().copied().collect(), begin - DAY).await?;
    let is_unit = |key: &Key| orders.get(&key.0).is_some_and(|order| order.kind == "unit");
    let mut busy = Vec::new();
    for (visitor, new) in fresh {
        let Some(since) = new.iter().map(|(at, _)| *at).min() else { continue };
        let mut visits = known.get(&visitor).cloned().unwrap_or_default();
        visits.extend(new.into_iter().filter(|(_, key)| is_unit(key)));
        visits.sort_unstable();
        if harvest(limits, &visits, &[], since).is_some() {
            busy.push((visitor, visits, since));
        }
    }
    if busy.is_empty() {
        return Ok(Vec::new());
    }
    // Only of those who looked at very many is it asked what was sent to them.
    let numbers = busy.iter().flat_map(|(_, visits, _)| visits.iter().map(|(_, key)| key.0)).collect();
    let earliest = Day::of(begin).plus(-1 - limits.get("receipt_days").clamp(0, 366));
    let sent = goods::sent(db.reader(), &numbers, earliest).await?;
    let found = |(visitor, visits, since): (i64, Vec<(Millis, Key)>, Millis)| {
        harvest(limits, &visits, &sent, since).map(|hit| visitor_finding(RuleId::R12, visitor, hit))
    };
    Ok(busy.into_iter().filter_map(found).collect())
}

pub(super) fn visitor_finding(rule: RuleId, visitor: i64, hit: Hit) -> Finding {
    let subject_id = format!("{:016x}", u64::from_be_bytes(visitor.to_be_bytes()));
    let about = About { label: subject_id.chars().take(8).collect(), subject_id, ..About::default() };
    Finding { rule, kind: SubjectKind::Visitor, about, hit }
}

/// R4 over a batch: several of its codes spread over provinces within a week of the last.
async fn batches(db: &Db, limits: &InForce) -> Outcome<Vec<Finding>> {
    let Some(limits) = limits.get(&RuleId::R4).filter(|limits| limits.is_on) else { return Ok(Vec::new()) };
    let mut of_batch: BTreeMap<String, Vec<store::AlertRow>> = BTreeMap::new();
    for row in store::open_of_rule(db.reader(), RuleId::R4.word(), SubjectKind::Code.word()).await? {
        if let Some(batch) = row.batch_id.as_ref().filter(|_| row.severity != Severity::Info.word()) {
            of_batch.entry(batch.clone()).or_default().push(row);
        }
    }
    let lots = store::lots(db.reader(), &of_batch.keys().cloned().collect::<Vec<_>>()).await?;
    let mut findings = Vec::new();
    for (batch, rows) in of_batch {
        let Some(at) = rows.iter().map(|row| row.seen_at).max() else { continue };
        let near: Vec<&store::AlertRow> = rows.iter().filter(|row| at - row.seen_at <= FADES_AFTER).collect();
        let codes = i64::try_from(near.len()).unwrap_or(i64::MAX);
        if codes < limits.get("batch_codes") {
            continue;
        }
        let about = About {
            label: lots.get(&batch).cloned().unwrap_or_default(),
            subject_id: batch.clone(),
            division_code: near[0].division_code.clone(),
            producer_id: near[0].producer_id.clone(),
            product_id: near[0].product_id.clone(),
            batch_id: Some(batch),
        };
        let hit = Hit { first_at: at, at, severity: Severity::High, figures: figures([("codes", codes.to_string())]) };
        findings.push(Finding { rule: RuleId::R4, kind: SubjectKind::Batch, about, hit });
    }
    Ok(findings)
}

/// R8 and R9 over PINs tried within the last day; what was found before is only renewed.
async fn on_pins(db: &Db, desk: &Desk, limits: &InForce) -> Outcome<Vec<Finding>> {
    let since = desk.clock.now() - DAY;
    let mut tries: BTreeMap<Key, Vec<PinTry>> = BTreeMap::new();
    for (key, at, visitor, outcome) in facts::pin_tries(db.reader(), since).await? {
        tries.entry(key).or_default().push(PinTry { at, visitor, outcome });
    }
    let orders = facts::orders(db.reader(), &tries.keys().map(|key| key.0).collect()).await?;
    Ok(pin_findings(&tries, &orders, since, limits))
}

/// R8 and R9 over tries of PINs.
pub(super) fn pin_findings(
    tries: &BTreeMap<Key, Vec<PinTry>>,
    orders: &HashMap<i64, OrderFacts>,
    since: Millis,
    limits: &InForce,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, tries) in tries {
        let Some(order) = orders.get(&key.0) else { continue };
        for rule in [RuleId::R8, RuleId::R9] {
            let Some(hit) = limits.get(&rule).and_then(|limits| pins(rule, limits, tries, since)) else { continue };
            findings.push(Finding { rule, kind: SubjectKind::Code, about: order.about(*key), hit });
        }
    }
    findings
}

async fn on_misses(db: &Db, desk: &Desk, limits: &InForce) -> Outcome<Vec<Finding>> {
    Ok(miss_findings(&facts::misses(db.reader(), desk.clock.now() - FADES_AFTER).await?, limits))
}

/// R10 and R11 over codes nobody issued.
pub(super) fn miss_findings(misses: &[MissRow], limits: &InForce) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut slots, mut hours) = (BTreeMap::<(i64, Millis), i64>::new(), BTreeMap::<Millis, i64>::new());
    let mut series: BTreeMap<String, Vec<&MissRow>> = BTreeMap::new();
    for row in misses {
        // Visitor 0 stands for everybody beyond the bound of what is told apart.
        if row.visitor != 0 {
            *slots.entry((row.visitor, row.slot)).or_default() += row.tries;
        }
        *hours.entry(row.slot - row.slot.rem_euclid(HOUR)).or_default() += row.tries;
        series.entry(row.code.chars().take(SERIES).collect()).or_default().push(row);
    }
    if let Some(limits) = limits.get(&RuleId::R10).filter(|limits| limits.is_on) {
        for ((visitor, slot), tries) in slots.iter().filter(|(_, tries)| **tries > limits.get("visitor_misses")) {
            let hit = Hit { first_at: *slot, at: *slot, severity: Severity::Amber, figures: figures([("tries", tries.to_string())]) };
            findings.push(visitor_finding(RuleId::R10, *visitor, hit));
        }
        for (hour, tries) in hours.iter().filter(|(_, tries)| **tries > limits.get("hour_misses")) {
            let hit = Hit { first_at: *hour, at: *hour, severity: Severity::High, figures: figures([("tries", tries.to_string())]) };
            let about = About { subject_id: "codes".to_owned(), label: "/q".to_owned(), ..About::default() };
            findings.push(Finding { rule: RuleId::R10, kind: SubjectKind::Site, about, hit });
        }
    }
    let Some(limits) = limits.get(&RuleId::R11).filter(|limits| limits.is_on) else { return findings };
    for (prefix, rows) in series {
        let codes = rows.iter().map(|row| &row.code).collect::<BTreeSet<_>>().len();
        let visitors = rows.iter().map(|row| row.visitor).collect::<BTreeSet<_>>().len();
        let reaches = |n: usize, name: &str| i64::try_from(n).unwrap_or(i64::MAX) >= limits.get(name);
        if reaches(codes, "codes") && reaches(visitors, "visitors") {
            let (first_at, at) = (rows[0].slot, rows[rows.len() - 1].slot);
            let figures = figures([("codes", codes.to_string()), ("visitors", visitors.to_string())]);
            let about = About { label: prefix.clone(), subject_id: prefix, ..About::default() };
            findings.push(Finding {
                rule: RuleId::R11,
                kind: SubjectKind::Series,
                about,
                hit: Hit { first_at, at, severity: Severity::High, figures },
            });
        }
    }
    findings
}

/// What the rules of the night find now.
pub(super) async fn night_findings(db: &Db, rule: RuleId, limits: &Limits, now: Millis) -> Outcome<Vec<Finding>> {
    let found = candidates(db.reader(), rule, now).await?.into_iter().filter_map(|candidate| {
        let (severity, figures) = nightly::judge(rule, limits, &candidate.sums)?;
        let hit = Hit { first_at: now, at: now, severity, figures };
        Some(Finding { rule, kind: candidate.kind, about: candidate.about, hit })
    });
    Ok(found.collect())
}

async fn by_night(db: &Db, desk: &Desk, limits: &InForce) -> Outcome<Judged> {
    let (mut done, now) = (Judged::default(), desk.clock.now());
    for rule in super::rule::RULES.iter().filter(|rule| rule.cadence == Cadence::Nightly) {
        let limits = limits.get(&rule.id).ok_or_else(|| Failure::broken("a rule without thresholds"))?;
        done.add(write::findings(db, desk, night_findings(db, rule.id, limits, now).await?).await?);
    }
    done.faded = write::fade(db, now - FADES_AFTER, now - SESSIONS_KEPT, now - TRIES_KEPT).await?;
    done.proposed = super::precision::propose(db, desk, limits).await?;
    Ok(done)
}

/// The begin of the ten minutes a moment lies in.
pub fn slot(at: Millis) -> Millis {
    at - at.rem_euclid(10 * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> InForce {
        super::super::rule::RULES.iter().map(|rule| (rule.id, Limits::defaults(rule))).collect()
    }
    fn miss(slot: Millis, code: &str, visitor: i64, tries: i64) -> MissRow {
        MissRow { slot, code: code.to_owned(), visitor, tries }
    }
    fn rules(misses: &[MissRow]) -> Vec<(RuleId, SubjectKind)> {
        miss_findings(misses, &limits()).into_iter().map(|finding| (finding.rule, finding.kind)).collect()
    }

    #[test]
    fn guessing_and_forged_series_are_found_at_their_thresholds() {
        assert_eq!(rules(&[miss(0, "AAAA1", 1, 10)]), []);
        assert_eq!(rules(&[miss(0, "AAAA1", 1, 11)]), [(RuleId::R10, SubjectKind::Visitor)]);
        assert_eq!(rules(&[miss(0, "AAAA1", 1, 6), miss(slot(11 * MINUTE), "AAAA1", 1, 6)]), [], "ten minutes each");
        let crowd = |n: i64| (0..n).map(|no| miss(0, &format!("{no:06}AAAA"), no, 1)).collect::<Vec<_>>();
        assert_eq!(rules(&crowd(200)), []);
        assert_eq!(rules(&crowd(201)), [(RuleId::R10, SubjectKind::Site)]);
        let series = |codes: i64, visitors: i64| {
            (0..codes.max(visitors)).map(|no| miss(0, &format!("ABCDEF{:04}", no % codes), no % visitors, 1)).collect::<Vec<_>>()
        };
        assert_eq!(rules(&series(3, 2)), []);
        assert_eq!(rules(&series(2, 3)), []);
        assert_eq!(rules(&series(3, 3)), [(RuleId::R11, SubjectKind::Series)]);
    }
}
