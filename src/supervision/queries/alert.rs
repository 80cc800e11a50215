//! Alerts and rules as officers see them.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::clock::{DAY, rfc3339};
use crate::kernel::{Actor, Clock, Day, Failure, Outcome};
use crate::supervision::alert::evaluate::in_force;
use crate::supervision::alert::precision::precision;
use crate::supervision::alert::rule::RULES;
use crate::supervision::alert::test::Tested;
use crate::supervision::alert::{Figures, RuleId, Severity, SubjectKind};
use crate::supervision::inbox::Due;
use crate::supervision::store::alert as store;
use crate::supervision::store::alert_facts::{self as facts, unknown};
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::store::order as orders;

pub use crate::supervision::store::alert::{AlertRow, AlertsAsked, VersionRow};

/// The most that wait in one answer.
const WAITING: u64 = 500;

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlertView {
    /// `alr_…`
    pub id: String,
    /// `R1` … `R25`.
    pub rule: String,
    /// The rule's readable name.
    pub name: String,
    /// `info`, `amber` or `high`.
    pub severity: String,
    /// `new`, `judging`, `confirmed`, `false_alarm`, `dismissed` or `faded`.
    pub state: String,
    /// What kind of subject.
    pub subject_kind: String,
    /// The subject; a code as order number and sequence number.
    pub subject_id: String,
    /// What people read of it.
    pub label: String,
    /// What the rule saw when it last held, by name.
    pub figures: Figures,
    /// `org_…`
    pub producer_id: Option<String>,
    /// `pro_…`
    pub product_id: Option<String>,
    /// `bat_…`
    pub batch_id: Option<String>,
    /// When it first held; RFC 3339.
    pub raised_at: String,
    /// When it last held; RFC 3339.
    pub seen_at: String,
    /// The last day to judge it, for the gravest.
    pub due_on: Option<String>,
    /// Who took it up or judged it.
    pub judged_by: Option<String>,
    /// RFC 3339.
    pub judged_at: Option<String>,
    /// Why it was judged so.
    pub reason: Option<String>,
    /// The case opened about it.
    pub case_id: Option<String>,
}

impl AlertView {
    /// Of a row.
    ///
    /// # Errors
    /// Only ours.
    pub fn of(row: AlertRow) -> Outcome<Self> {
        let rule = RuleId::parse(&row.rule).ok_or_else(|| unknown(&row.rule))?.rule();
        Ok(Self {
            name: rule.name.to_owned(),
            figures: serde_json::from_str(&row.figures).map_err(Failure::broken)?,
            id: row.id,
            rule: row.rule,
            severity: row.severity,
            state: row.state,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            label: row.label,
            producer_id: row.producer_id,
            product_id: row.product_id,
            batch_id: row.batch_id,
            raised_at: rfc3339(row.raised_at),
            seen_at: rfc3339(row.seen_at),
            due_on: row.due_on,
            judged_by: row.judged_by,
            judged_at: row.judged_at.map(rfc3339),
            reason: row.reason,
            case_id: row.case_id,
        })
    }
}

/// An alert with what helps to judge it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AlertDetail {
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertView,
    /// The 20 characters, if it is about one code.
    pub code: Option<String>,
    /// Sessions by day, the earliest first, over the 30 days before it last held.
    pub days: Vec<DayCount>,
    /// Sessions by place over the same days, the most first; empty where it is not known.
    pub places: Vec<PlaceTally>,
    /// Earlier alerts about the same subject, newest first.
    pub past: Vec<AlertView>,
}

/// Sessions of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayCount {
    /// The day in China.
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// Sessions.
    pub sessions: i64,
}

/// Sessions of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceTally {
    /// Province, or province and city parted by a slash.
    pub place: String,
    /// Sessions.
    pub sessions: i64,
}

/// Alerts within reach, newest first; `cursor` is the id of the last one seen.
///
/// # Errors
/// Only ours.
pub async fn alerts(db: &Db, actor: &Actor, asked: &AlertsAsked, cursor: Option<&str>, limit: u64) -> Outcome<Vec<AlertView>> {
    store::alerts(db.reader(), &actor.scope, asked, cursor, limit).await?.into_iter().map(AlertView::of).collect()
}

/// Alerts of the queue: amber and high ones nobody has judged, the earliest due first.
///
/// # Errors
/// Only ours.
pub async fn queue(db: &Db, actor: &Actor) -> Outcome<Vec<AlertView>> {
    store::waiting(db.reader(), &actor.scope, WAITING).await?.into_iter().map(AlertView::of).collect()
}

/// How many wait, by severity.
///
/// # Errors
/// Only ours.
pub async fn open_counts(db: &Db, actor: &Actor) -> Outcome<Vec<(Severity, u64)>> {
    let mut counts = Vec::new();
    for severity in Severity::ALL.iter().rev() {
        counts.push((*severity, store::count_open(db.reader(), &actor.scope, severity.word()).await?));
    }
    Ok(counts)
}

/// One alert within reach, with its places, days and past.
///
/// # Errors
/// `not_found`.
pub async fn alert(db: &Db, actor: &Actor, keys: &dyn KeyProvider, id: &str) -> Outcome<AlertDetail> {
    let row = store::alert(db.reader(), &actor.scope, id).await?;
    let kind = SubjectKind::parse(&row.subject_kind).ok_or_else(|| unknown(&row.subject_kind))?;
    let since = Day::of(row.seen_at).plus(-29);
    let lines = facts::tallies(db.reader(), kind, &row.subject_id, since.start(), row.seen_at.max(row.raised_at) + DAY).await?;
    let (mut days, mut places) = (BTreeMap::<Day, i64>::new(), BTreeMap::<String, i64>::new());
    for (at, place, sessions) in lines {
        *days.entry(Day::of(at)).or_default() += sessions;
        *places.entry(place.unwrap_or_default()).or_default() += sessions;
    }
    let mut places: Vec<PlaceTally> = places.into_iter().map(|(place, sessions)| PlaceTally { place, sessions }).collect();
    places.sort_by_key(|tally| -tally.sessions);
    let asked = AlertsAsked { subject_id: Some(row.subject_id.clone()), ..AlertsAsked::default() };
    let past = store::alerts(db.reader(), &actor.scope, &asked, None, 50).await?;
    let past = past.into_iter().filter(|other| other.id != row.id).map(AlertView::of).collect::<Outcome<_>>()?;
    let code = if kind == SubjectKind::Code { code_of(db.reader(), keys, &row.subject_id).await? } else { None };
    let days = days.into_iter().map(|(day, sessions)| DayCount { day, sessions }).collect();
    Ok(AlertDetail { alert: AlertView::of(row)?, code, days, places, past })
}

/// The 20 characters of a code, from its order number and sequence number.
///
/// # Errors
/// Only ours.
pub(in crate::supervision) async fn code_of<C: ConnectionTrait>(
    connection: &C,
    keys: &dyn KeyProvider,
    subject: &str,
) -> Outcome<Option<String>> {
    let Some((order_no, seq)) = subject.split_once('-').and_then(|(no, seq)| Some((no.parse().ok()?, seq.parse().ok()?))) else {
        return Ok(None);
    };
    let order = orders::by_number(connection, order_no).await?;
    if order.locator.is_none() || order.key_wrapped.is_none() {
        return Ok(None);
    }
    Ok(IssuedOrder::open(keys, &order)?.code_at(seq).map(|code| code.as_str().to_owned()))
}

/// Alerts that wait, for the inbox.
///
/// # Errors
/// Only ours.
pub async fn due(db: &Db, actor: &Actor, _clock: &Clock) -> Outcome<Vec<Due>> {
    let rows = store::waiting(db.reader(), &actor.scope, WAITING).await?;
    let one = |row: AlertRow| Due {
        kind: "alert",
        title: format!("{} {}", row.rule, row.label),
        since: row.raised_at,
        due_on: row.due_on.as_deref().and_then(Day::parse),
        href: format!("/work/alerts/{}", row.id),
        step: "judge",
        id: row.id,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// A rule with what is in force, what waits, and how often it was right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleView {
    /// `R1` … `R25`.
    pub rule: String,
    /// Readable name.
    pub name: String,
    /// `scans` or `nightly`.
    pub cadence: String,
    /// The gravest it raises.
    pub severity: String,
    /// May it show on the consumer's page, as amber?
    pub on_page: bool,
    /// Does it run?
    pub is_on: bool,
    /// Thresholds in force.
    pub thresholds: BTreeMap<String, i64>,
    /// Confirmed within 90 days.
    pub confirmed: u64,
    /// Confirmed or a false alarm within 90 days.
    pub judged: u64,
    /// Whole per cent of them; nothing where nothing was judged.
    pub precision: Option<u64>,
    /// Its versions, newest first; none if it never changed.
    pub versions: Vec<VersionView>,
}

/// A version of a rule's thresholds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionView {
    /// `rlv_…`
    pub id: String,
    /// Which rule.
    pub rule: String,
    /// Its thresholds.
    pub thresholds: BTreeMap<String, i64>,
    /// Does the rule run with it?
    pub is_on: bool,
    /// Why.
    pub reason: String,
    /// `proposed`, `tested`, `in_force` or `dropped`.
    pub state: String,
    /// Who proposed it; `system` if the rule was mostly wrong.
    pub proposed_by: String,
    /// RFC 3339.
    pub proposed_at: String,
    /// Per cent of the back-test.
    pub progress: i64,
    /// What the back-test found.
    pub test: Option<Tested>,
    /// First day in force.
    pub from: Option<String>,
    /// Who put it in force or dropped it.
    pub decided_by: Option<String>,
}

impl VersionView {
    /// Of a row.
    ///
    /// # Errors
    /// Only ours.
    pub fn of(row: VersionRow) -> Outcome<Self> {
        Ok(Self {
            id: row.id,
            thresholds: serde_json::from_str(&row.thresholds).map_err(Failure::broken)?,
            rule: row.rule,
            is_on: row.is_on,
            reason: row.reason,
            state: row.state,
            proposed_by: row.proposed_by,
            proposed_at: rfc3339(row.proposed_at),
            progress: row.progress,
            test: row.test.as_deref().map(serde_json::from_str).transpose().map_err(Failure::broken)?,
            from: row.from_day,
            decided_by: row.decided_by,
        })
    }
}

/// One version of a rule.
///
/// # Errors
/// `not_found`.
pub async fn version(db: &Db, id: &str) -> Outcome<VersionView> {
    let found = store::versions(db.reader()).await?.into_iter().find(|row| row.id == id);
    VersionView::of(found.ok_or_else(Failure::not_found)?)
}

/// Every rule.
///
/// # Errors
/// Only ours.
pub async fn rules(db: &Db, clock: &Clock) -> Outcome<Vec<RuleView>> {
    let (limits, found) = (in_force(db, clock.today()).await?, precision(db, clock.now()).await?);
    let mut versions: BTreeMap<String, Vec<VersionView>> = BTreeMap::new();
    for row in store::versions(db.reader()).await?.into_iter().rev() {
        versions.entry(row.rule.clone()).or_default().push(VersionView::of(row)?);
    }
    let mut view = |rule: &crate::supervision::alert::Rule| {
        let (limits, precision) = (limits.get(&rule.id)?, found.get(&rule.id).copied().unwrap_or_default());
        Some(RuleView {
            rule: rule.id.word().to_owned(),
            name: rule.name.to_owned(),
            cadence: rule.cadence.word().to_owned(),
            severity: rule.severity.word().to_owned(),
            on_page: rule.on_page,
            is_on: limits.is_on,
            thresholds: limits.values.clone(),
            confirmed: precision.confirmed,
            judged: precision.judged(),
            precision: precision.percent(),
            versions: versions.remove(rule.id.word()).unwrap_or_default(),
        })
    };
    Ok(RULES.iter().filter_map(&mut view).collect())
}
