//! What rules on scans read: the journal from a mark on, sessions, and what is known of codes. Each is one statement, whatever its size.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;

use crate::db::Tx;
use crate::kernel::clock::{DAY, MINUTE};
use crate::kernel::{Day, Failure, Millis, Outcome};
use crate::supervision::alert::{About, SubjectKind};
use crate::trace::store::scan::{execute, list, rows, unpacked};

/// A code: order number and sequence number.
pub type Key = (i64, i64);

/// One line of the journal of scans.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Millis,
    /// Which code.
    pub key: Key,
    /// Who.
    pub visitor: i64,
    /// Where, as stored.
    pub place: Option<String>,
    /// How it came in.
    pub via: String,
    /// What was answered.
    pub verdict: String,
}

/// A session as stored.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// Order number.
    pub order_no: i64,
    /// Sequence number.
    pub seq: i64,
    /// First scan.
    pub begun_at: Millis,
    /// Who.
    pub visitor: i64,
    /// What was answered.
    pub verdict: String,
    /// Last scan.
    pub last_at: Millis,
    /// Where, as stored.
    pub place: Option<String>,
}

/// What is known of an order whose codes were scanned.
#[derive(Debug, Clone, Default)]
pub struct OrderFacts {
    /// `unit`, `case` …
    pub kind: String,
    /// Whose.
    pub producer_id: String,
    /// Of what.
    pub product_id: String,
    /// The producer's place.
    pub division_code: String,
    /// The producer's city and province, by name.
    pub home: (String, String),
    /// The product's name.
    pub product: String,
    /// Its numbers by batch, in order.
    pub ranges: Vec<RangeFacts>,
}

/// Labels of an order that belong to one batch, or to none yet.
#[derive(Debug, Clone)]
pub struct RangeFacts {
    /// First number.
    pub first: i64,
    /// Last number.
    pub last: i64,
    /// `bat_…`
    pub batch_id: Option<String>,
    /// The batch's lot.
    pub lot: Option<String>,
    /// The last day of its goods.
    pub best_before: Option<Day>,
    /// Were they withdrawn because they are lost or stolen?
    pub is_missing: bool,
}

fn get<T: sea_orm::TryGetable>(row: &QueryResult, at: usize) -> Outcome<T> {
    Ok(row.try_get_by_index(at)?)
}

/// How far a journal has been read; 0 before the first time.
pub(in crate::supervision) async fn mark<C: ConnectionTrait>(connection: &C, name: &str) -> Outcome<i64> {
    let found = rows(connection, "SELECT seen FROM alert_mark WHERE name = $1", vec![name.into()]).await?;
    found.first().map_or(Ok(0), |row| get(row, 0))
}

/// Moves a mark, unless somebody else did.
pub(in crate::supervision) async fn move_mark(tx: &Tx, name: &str, from: i64, to: i64) -> Outcome<bool> {
    let put = "INSERT INTO alert_mark (name, seen) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING";
    execute(tx.connection(), put, vec![name.into()]).await?;
    let moved = "UPDATE alert_mark SET seen = $3 WHERE name = $1 AND seen = $2";
    Ok(execute(tx.connection(), moved, vec![name.into(), from.into(), to.into()]).await? == 1)
}

/// The next lines of the journal, in order. Numbers are given before a commit, so lines after a gap younger than a minute wait: what
/// fills it may still come.
pub(in crate::supervision) async fn journal<C: ConnectionTrait>(connection: &C, after: i64, most: i64, now: Millis) -> Outcome<Vec<Line>> {
    let sql = "SELECT id, at, order_no, seq, visitor, place, via, verdict FROM scan WHERE id > $1 ORDER BY id LIMIT $2";
    let mut lines = Vec::new();
    let mut expected = after + 1;
    for row in rows(connection, sql, vec![after.into(), most.into()]).await? {
        let line = Line {
            id: get(&row, 0)?,
            at: get(&row, 1)?,
            key: (get(&row, 2)?, get(&row, 3)?),
            visitor: get(&row, 4)?,
            place: get(&row, 5)?,
            via: get(&row, 6)?,
            verdict: get(&row, 7)?,
        };
        if after > 0 && line.id != expected && now - line.at < MINUTE {
            break;
        }
        expected = line.id + 1;
        lines.push(line);
    }
    Ok(lines)
}

#[derive(Serialize)]
struct KeyRow {
    order_no: i64,
    seq: i64,
}
const KEYS: [(&str, &str); 2] = [("order_no", "bigint"), ("seq", "bigint")];
const SESSION: [(&str, &str); 7] = [
    ("order_no", "bigint"),
    ("seq", "bigint"),
    ("begun_at", "bigint"),
    ("visitor", "bigint"),
    ("verdict", "text"),
    ("last_at", "bigint"),
    ("place", "text"),
];

fn session(row: &QueryResult) -> Outcome<SessionRow> {
    Ok(SessionRow {
        order_no: get(row, 0)?,
        seq: get(row, 1)?,
        begun_at: get(row, 2)?,
        visitor: get(row, 3)?,
        verdict: get(row, 4)?,
        last_at: get(row, 5)?,
        place: get(row, 6)?,
    })
}

/// Sessions of codes since a moment, by code and moment.
pub(in crate::supervision) async fn sessions<C: ConnectionTrait>(
    connection: &C,
    keys: &BTreeSet<Key>,
    since: Millis,
) -> Outcome<Vec<SessionRow>> {
    let keys: Vec<KeyRow> = keys.iter().map(|(order_no, seq)| KeyRow { order_no: *order_no, seq: *seq }).collect();
    let sql = format!(
        "SELECT s.order_no, s.seq, s.begun_at, s.visitor, s.verdict, s.last_at, s.place FROM ({}) AS g \
         JOIN alert_session s ON s.order_no = g.order_no AND s.seq = g.seq WHERE s.begun_at >= $2 \
         ORDER BY s.order_no, s.seq, s.begun_at, s.visitor, s.verdict",
        unpacked(connection.get_database_backend(), "$1", &KEYS)
    );
    rows(connection, &sql, vec![list(&keys)?, since.into()]).await?.iter().map(session).collect()
}

/// Sessions of whole codes, from the code after `after`, at most `most` sessions but all of the last code; for going through everything.
pub(in crate::supervision) async fn sessions_after<C: ConnectionTrait>(
    connection: &C,
    after: Key,
    since: Millis,
    most: i64,
) -> Outcome<Vec<SessionRow>> {
    let sql = "SELECT order_no, seq, begun_at, visitor, verdict, last_at, place FROM alert_session \
               WHERE (order_no > $1 OR (order_no = $1 AND seq > $2)) AND begun_at >= $3 \
               ORDER BY order_no, seq, begun_at, visitor, verdict LIMIT $4";
    let values = vec![after.0.into(), after.1.into(), since.into(), most.into()];
    let mut found: Vec<SessionRow> = rows(connection, sql, values).await?.iter().map(session).collect::<Outcome<_>>()?;
    if i64::try_from(found.len()).unwrap_or(i64::MAX) == most
        && let Some(last) = found.last().map(|row| (row.order_no, row.seq))
    {
        found.retain(|row| (row.order_no, row.seq) != last);
        found.extend(sessions(connection, &BTreeSet::from([last]), since).await?);
    }
    Ok(found)
}

/// Sessions with single items by visitor since a moment: visitor, moment, code. Labels not in use yet are tried on the packing line.
pub(in crate::supervision) async fn of_visitors<C: ConnectionTrait>(
    connection: &C,
    visitors: &BTreeSet<i64>,
    since: Millis,
) -> Outcome<BTreeMap<i64, Vec<(Millis, Key)>>> {
    #[derive(Serialize)]
    struct Visitor {
        visitor: i64,
    }
    let listed: Vec<Visitor> = visitors.iter().map(|visitor| Visitor { visitor: *visitor }).collect();
    let sql = format!(
        "SELECT s.visitor, s.begun_at, s.order_no, s.seq FROM ({}) AS g JOIN alert_session s ON s.visitor = g.visitor \
         JOIN code_order o ON o.order_no = s.order_no WHERE o.kind = 'unit' AND s.verdict <> 'not_activated' AND s.begun_at >= $2 \
         ORDER BY s.visitor, s.begun_at, s.order_no, s.seq",
        unpacked(connection.get_database_backend(), "$1", &[("visitor", "bigint")])
    );
    let mut found: BTreeMap<i64, Vec<(Millis, Key)>> = BTreeMap::new();
    for row in rows(connection, &sql, vec![list(&listed)?, since.into()]).await? {
        found.entry(get(&row, 0)?).or_default().push((get(&row, 1)?, (get(&row, 2)?, get(&row, 3)?)));
    }
    Ok(found)
}

/// Visitors with at least so many sessions since a moment.
pub(in crate::supervision) async fn busy_visitors<C: ConnectionTrait>(connection: &C, since: Millis, least: i64) -> Outcome<BTreeSet<i64>> {
    let sql = "SELECT visitor FROM alert_session WHERE begun_at >= $1 GROUP BY visitor HAVING COUNT(*) >= $2";
    rows(connection, sql, vec![since.into(), least.into()]).await?.iter().map(|row| get(row, 0)).collect()
}

/// Puts sessions in; one that is there grows.
pub(in crate::supervision) async fn keep_sessions(tx: &Tx, sessions: &[SessionRow]) -> Outcome<()> {
    let names = SESSION.map(|(name, _)| name).join(", ");
    let sql = format!(
        "INSERT INTO alert_session ({names}) SELECT {names} FROM ({}) AS kept WHERE true \
         ON CONFLICT (order_no, seq, begun_at, visitor, verdict) DO UPDATE SET last_at = excluded.last_at",
        unpacked(tx.connection().get_database_backend(), "$1", &SESSION)
    );
    execute(tx.connection(), &sql, vec![list(sessions)?]).await?;
    Ok(())
}

/// Forgets what is too old to be asked for.
pub(in crate::supervision) async fn forget(tx: &Tx, sessions_before: Millis, tries_before: Millis) -> Outcome<()> {
    execute(tx.connection(), "DELETE FROM alert_session WHERE begun_at < $1", vec![sessions_before.into()]).await?;
    execute(tx.connection(), "DELETE FROM code_miss WHERE slot < $1", vec![tries_before.into()]).await?;
    execute(tx.connection(), "DELETE FROM pin_try WHERE at < $1", vec![tries_before.into()]).await?;
    Ok(())
}

/// What is known of orders, by number.
pub(in crate::supervision) async fn orders<C: ConnectionTrait>(
    connection: &C,
    numbers: &BTreeSet<i64>,
) -> Outcome<HashMap<i64, OrderFacts>> {
    #[derive(Serialize)]
    struct Order {
        order_no: i64,
    }
    let listed: Vec<Order> = numbers.iter().map(|order_no| Order { order_no: *order_no }).collect();
    let asked = unpacked(connection.get_database_backend(), "$1", &[("order_no", "bigint")]);
    let sql = format!(
        "SELECT o.order_no, o.kind, o.producer_id, o.product_id, p.division_code, COALESCE(c.name, ''), COALESCE(v.name, ''), q.name \
         FROM ({asked}) AS g JOIN code_order o ON o.order_no = g.order_no JOIN organisation p ON p.id = o.producer_id \
         JOIN product q ON q.id = o.product_id \
         LEFT JOIN division c ON c.code = SUBSTR(p.division_code, 1, 4) || '00' \
         LEFT JOIN division v ON v.code = SUBSTR(p.division_code, 1, 2) || '0000'"
    );
    let mut found = HashMap::new();
    for row in rows(connection, &sql, vec![list(&listed)?]).await? {
        let facts = OrderFacts {
            kind: get(&row, 1)?,
            producer_id: get(&row, 2)?,
            product_id: get(&row, 3)?,
            division_code: get(&row, 4)?,
            home: (get(&row, 5)?, get(&row, 6)?),
            product: get(&row, 7)?,
            ranges: Vec::new(),
        };
        found.insert(get::<i64>(&row, 0)?, facts);
    }
    let sql = format!(
        "SELECT r.order_no, r.first, r.last, r.batch_id, b.lot, b.best_before, r.state, r.reason FROM ({asked}) AS g \
         JOIN code_range r ON r.order_no = g.order_no LEFT JOIN batch b ON b.id = r.batch_id ORDER BY r.order_no, r.first"
    );
    for row in rows(connection, &sql, vec![list(&listed)?]).await? {
        let best_before: Option<String> = get(&row, 5)?;
        let (state, reason): (String, Option<String>) = (get(&row, 6)?, get(&row, 7)?);
        if let Some(facts) = found.get_mut(&get::<i64>(&row, 0)?) {
            facts.ranges.push(RangeFacts {
                first: get(&row, 1)?,
                last: get(&row, 2)?,
                batch_id: get(&row, 3)?,
                lot: get(&row, 4)?,
                best_before: best_before.as_deref().and_then(Day::parse),
                is_missing: state == "voided" && matches!(reason.as_deref(), Some("lost" | "stolen")),
            });
        }
    }
    Ok(found)
}

impl OrderFacts {
    /// The labels a number is one of.
    pub fn of(&self, seq: i64) -> Option<&RangeFacts> {
        let at = self.ranges.partition_point(|range| range.first <= seq);
        at.checked_sub(1).and_then(|at| self.ranges.get(at)).filter(|range| seq <= range.last)
    }
    /// What an alert about one of its codes is about; the label names product, lot and number.
    pub fn about(&self, (order_no, seq): Key) -> About {
        let range = self.of(seq);
        let lot = range.and_then(|range| range.lot.as_deref()).map(|lot| format!(" {lot}")).unwrap_or_default();
        About {
            subject_id: format!("{order_no}-{seq}"),
            label: format!("{}{lot} #{seq}", self.product),
            division_code: self.division_code.clone(),
            producer_id: Some(self.producer_id.clone()),
            product_id: Some(self.product_id.clone()),
            batch_id: range.and_then(|range| range.batch_id.clone()),
        }
    }
}

/// Tries of PINs of the codes tried since a moment, all of each: code, moment, visitor, outcome, in order.
pub(in crate::supervision) async fn pin_tries<C: ConnectionTrait>(
    connection: &C,
    since: Millis,
) -> Outcome<Vec<(Key, Millis, i64, String)>> {
    let sql = "SELECT t.order_no, t.seq, t.at, t.visitor, t.outcome FROM pin_try t WHERE EXISTS \
               (SELECT 1 FROM pin_try n WHERE n.order_no = t.order_no AND n.seq = t.seq AND n.at >= $1) ORDER BY t.order_no, t.seq, t.at, t.id";
    let read = |row: &QueryResult| Ok(((get(row, 0)?, get(row, 1)?), get(row, 2)?, get(row, 3)?, get(row, 4)?));
    rows(connection, sql, vec![since.into()]).await?.iter().map(read).collect()
}

/// One made-up code as it was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct MissRow {
    /// Begin of the ten minutes.
    pub slot: Millis,
    /// The 20 characters.
    pub code: String,
    /// Who.
    pub visitor: i64,
    /// How often.
    pub tries: i64,
}

/// Adds to the record of misses.
pub(in crate::supervision) async fn keep_misses(tx: &Tx, misses: &[MissRow]) -> Outcome<()> {
    let columns = [("slot", "bigint"), ("code", "text"), ("visitor", "bigint"), ("tries", "bigint")];
    let sql = format!(
        "INSERT INTO code_miss (slot, code, visitor, tries) SELECT slot, code, visitor, tries FROM ({}) AS missed WHERE true \
         ON CONFLICT (slot, code, visitor) DO UPDATE SET tries = code_miss.tries + excluded.tries",
        unpacked(tx.connection().get_database_backend(), "$1", &columns)
    );
    execute(tx.connection(), &sql, vec![list(misses)?]).await?;
    Ok(())
}

/// The most misses looked at.
const MOST_MISSES: i64 = 100_000;

/// Misses of the last days, the newest of them, in order.
pub(in crate::supervision) async fn misses<C: ConnectionTrait>(connection: &C, since: Millis) -> Outcome<Vec<MissRow>> {
    let sql = "SELECT slot, code, visitor, tries FROM (SELECT slot, code, visitor, tries FROM code_miss WHERE slot >= $1 \
               ORDER BY slot DESC, code, visitor LIMIT $2) newest ORDER BY slot, code, visitor";
    let read = |row: &QueryResult| Ok(MissRow { slot: get(row, 0)?, code: get(row, 1)?, visitor: get(row, 2)?, tries: get(row, 3)? });
    rows(connection, sql, vec![since.into(), MOST_MISSES.into()]).await?.iter().map(read).collect()
}

/// A word nobody here knows is our own fault.
pub(in crate::supervision) fn unknown(word: &str) -> Failure {
    Failure::broken(format!("an alert has an unknown word {word:?}"))
}

/// The newest order's number.
pub(in crate::supervision) async fn last_order<C: ConnectionTrait>(connection: &C) -> Outcome<i64> {
    let found = rows(connection, "SELECT COALESCE(MAX(order_no), 0) FROM alert_session", Vec::new()).await?;
    found.first().map_or(Ok(0), |row| get(row, 0))
}

/// Sessions about a subject by day and place: a moment of the day, the place, how many. Subjects without scans have none.
pub(in crate::supervision) async fn tallies<C: ConnectionTrait>(
    connection: &C,
    kind: SubjectKind,
    subject: &str,
    from: Millis,
    to: Millis,
) -> Outcome<Vec<(Millis, Option<String>, i64)>> {
    let (which, values): (&str, Vec<sea_orm::Value>) = match kind {
        SubjectKind::Code => {
            let read = subject.split_once('-').and_then(|(no, seq)| Some((no.parse::<i64>().ok()?, seq.parse::<i64>().ok()?)));
            let Some((order_no, seq)) = read else { return Ok(Vec::new()) };
            ("FROM alert_session s WHERE s.order_no = $3 AND s.seq = $4", vec![order_no.into(), seq.into()])
        }
        SubjectKind::Batch => {
            let sql = "FROM alert_session s JOIN code_range r ON r.order_no = s.order_no AND s.seq BETWEEN r.first AND r.last \
                       WHERE r.batch_id = $3";
            (sql, vec![subject.into()])
        }
        SubjectKind::Order => ("FROM alert_session s JOIN code_order o ON o.order_no = s.order_no WHERE o.id = $3", vec![subject.into()]),
        SubjectKind::Visitor => {
            let Ok(visitor) = u64::from_str_radix(subject, 16) else { return Ok(Vec::new()) };
            ("FROM alert_session s WHERE s.visitor = $3", vec![i64::from_be_bytes(visitor.to_be_bytes()).into()])
        }
        _ => return Ok(Vec::new()),
    };
    // Literal figures: an expression with parameters is not the same to PostgreSQL in two places.
    let day = "(s.begun_at + 28800000) / 86400000";
    let sql = format!(
        "SELECT {day} AS day, s.place, COUNT(*) {which} AND s.begun_at >= $1 AND s.begun_at < $2 GROUP BY {day}, s.place ORDER BY 1, 2"
    );
    let values = [from.into(), to.into()].into_iter().chain(values).collect();
    let read = |row: &QueryResult| Ok((get::<i64>(row, 0)? * DAY, get(row, 1)?, get(row, 2)?));
    rows(connection, &sql, values).await?.iter().map(read).collect()
}
