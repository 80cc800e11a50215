//! The two hot statements: the state of a group's codes, and what becomes of their statistics with the lines of the journal.
//!
//! On PostgreSQL the statistics are locked in the order of the key while they are read; rows that another node puts in meanwhile are
//! found by their revision, and the group is done again. On SQLite the one writer makes both needless, and harmless.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde::{Deserialize, Serialize};

use super::{Columns, execute, list, rows, unpacked};
use crate::kernel::{Failure, Millis, Outcome};

/// One code: its order's number and its sequence number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CodeKey {
    /// The order's number.
    pub order_no: i64,
    /// From 1.
    pub seq: i64,
}

/// The state of one code, as stored.
#[derive(Debug)]
pub struct CodeRow {
    pub key: CodeKey,
    pub range: Option<RangeRow>,
    pub batch: Option<Arc<BatchRow>>,
    /// Some stop not lifted may cover the code.
    pub stopped: bool,
    pub stat: Option<StatRow>,
}

/// The range a code lies in.
#[derive(Debug)]
pub struct RangeRow {
    pub state: String,
    pub reason: Option<String>,
    pub since: Millis,
    pub active_at: Option<Millis>,
}

/// The states of the range's batch.
#[derive(Debug, Deserialize)]
pub struct BatchRow {
    pub id: String,
    pub version: i64,
    pub state: String,
    pub hold_document: Option<String>,
    pub void_reason: Option<String>,
    /// There are recalls, lifted or not.
    #[serde(deserialize_with = "flag")]
    pub recalled: bool,
    /// Some stop not lifted may cover the batch.
    #[serde(deserialize_with = "flag")]
    pub stopped: bool,
    /// Some of it came back from a buyer under its codes.
    #[serde(deserialize_with = "flag")]
    pub came_back: bool,
    /// What became of the rights it relies on; see [`super::goods::standings`].
    pub standing: Option<String>,
}

/// What is known of a code's scans, as stored; days and places in their text forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatRow {
    pub order_no: i64,
    pub seq: i64,
    pub sessions: i64,
    pub first_at: Millis,
    pub first_place: Option<String>,
    pub first_visitor: i64,
    pub last_at: Millis,
    pub last_place: Option<String>,
    pub ring: String,
    pub revision: i64,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalRow {
    pub at: Millis,
    pub order_no: i64,
    pub seq: i64,
    pub visitor: i64,
    pub place: Option<String>,
    pub via: &'static str,
    pub verdict: &'static str,
}

const KEYS: [(&str, &str); 2] = [("order_no", "bigint"), ("seq", "bigint")];
const STAT: [(&str, &str); 10] = [
    ("order_no", "bigint"),
    ("seq", "bigint"),
    ("sessions", "bigint"),
    ("first_at", "bigint"),
    ("first_place", "text"),
    ("first_visitor", "bigint"),
    ("last_at", "bigint"),
    ("last_place", "text"),
    ("ring", "text"),
    ("revision", "bigint"),
];
const JOURNAL: [(&str, &str); 7] = [
    ("at", "bigint"),
    ("order_no", "bigint"),
    ("seq", "bigint"),
    ("visitor", "bigint"),
    ("place", "text"),
    ("via", "text"),
    ("verdict", "text"),
];

/// The statements of one engine, put together once.
struct Statements {
    read: String,
    read_to_write: String,
    write: String,
}

impl Statements {
    fn of(backend: DatabaseBackend) -> &'static Self {
        static SQLITE: LazyLock<Statements> = LazyLock::new(|| Statements::new(DatabaseBackend::Sqlite));
        static POSTGRES: LazyLock<Statements> = LazyLock::new(|| Statements::new(DatabaseBackend::Postgres));
        if backend == DatabaseBackend::Postgres { &POSTGRES } else { &SQLITE }
    }

    fn new(backend: DatabaseBackend) -> Self {
        let names = |columns: &[(&str, &str)]| columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let stat = names(&STAT);
        let changes = STAT[2..].iter().map(|(name, _)| format!("{name} = excluded.{name}")).collect::<Vec<_>>().join(", ");
        // The WHERE after the source keeps SQLite from reading ON as a join.
        let stats = format!(
            "INSERT INTO code_stat ({stat}) SELECT {stat} FROM ({}) AS scanned WHERE true ORDER BY order_no, seq \
             ON CONFLICT (order_no, seq) DO UPDATE SET {changes} WHERE code_stat.revision = excluded.revision - 1",
            unpacked(backend, "$1", &STAT)
        );
        let journal = format!("INSERT INTO scan ({}) {}", names(&JOURNAL), unpacked(backend, "$2", &JOURNAL));
        Self {
            read: state_of_codes(backend, false),
            read_to_write: state_of_codes(backend, true),
            write: match backend {
                // A journal without its statistics is worth nothing: if a revision moved on, no line is written and that is seen.
                DatabaseBackend::Postgres => format!("WITH kept AS ({stats} RETURNING 1) {journal} WHERE (SELECT count(*) FROM kept) = $3"),
                // Two statements at once; the list of each is numbered through.
                _ => format!("{stats}; {journal}"),
            },
        }
    }
}

/// `g` the codes asked for, `r` their ranges, `b` the batches of those, `d` the orders that are stopped, `s` the statistics. The answer is
/// one row of three lists (codes, batches, orders): drivers carry a few long texts many times faster than thousands of small values.
/// What a recall or stop says of a batch it says of those made of it; only a batch born of a process asks for its ancestors.
fn state_of_codes(backend: DatabaseBackend, to_write: bool) -> String {
    let postgres = backend == DatabaseBackend::Postgres;
    let range = if postgres {
        "LEFT JOIN LATERAL (SELECT * FROM code_range n WHERE n.order_no = g.order_no AND n.first <= g.seq ORDER BY n.first DESC LIMIT 1) c ON true"
    } else {
        "LEFT JOIN code_range c ON c.order_no = g.order_no \
         AND c.first = (SELECT max(n.first) FROM code_range n WHERE n.order_no = g.order_no AND n.first <= g.seq)"
    };
    let statistics = if postgres && to_write {
        ", s AS MATERIALIZED (SELECT k.* FROM g JOIN code_stat k ON k.order_no = g.order_no AND k.seq = g.seq \
         ORDER BY k.order_no, k.seq FOR UPDATE OF k)"
    } else {
        ""
    };
    let s = if statistics.is_empty() { "code_stat s" } else { "s" };
    let in_force = "t.confirmed_at IS NOT NULL AND t.lifted_at IS NULL";
    let suspensions =
        "SELECT string_agg(u.from_day || '~' || coalesce(u.to_day, ''), ',') FROM mark_use_suspension u WHERE u.mark_use_id = m.id";
    let grants = "SELECT string_agg(n.in_force_from || '~' || coalesce(n.in_force_to, ''), ',') FROM mark_use n \
                  WHERE n.organisation_id = m.organisation_id AND n.right_id = m.right_id";
    let flag = |condition: &str| format!("CASE WHEN {condition} THEN 1 ELSE 0 END");
    let all = |values: &str| {
        if postgres {
            format!("CAST(json_agg(json_build_array({values})) AS text)")
        } else {
            format!("json_group_array(json_array({values}))")
        }
    };
    format!(
        "WITH g AS MATERIALIZED ({listed}), \
         r AS MATERIALIZED (SELECT g.order_no, g.seq, c.last, c.state, c.reason, c.since, c.active_at, c.batch_id FROM g {range}), \
         b AS MATERIALIZED (SELECT x.id, x.version, x.state, x.hold_document, x.void_reason, {recalled} AS recalled, {batch_stopped} AS stopped, {came_back} AS came_back, \
           (SELECT string_agg(m.id || '|' || coalesce(m.in_force_to, '') || '|' || coalesce(y.in_force_to, '') || '|' || \
              coalesce(({suspensions}), '') || '|' || coalesce(({grants}), ''), ';') \
            FROM batch_right q JOIN mark_use m ON m.id = q.mark_use_id JOIN gi_right y ON y.id = q.right_id WHERE q.batch_id = x.id) AS standing \
           FROM batch x WHERE x.id IN (SELECT r.batch_id FROM r)), \
         d AS MATERIALIZED (SELECT o.order_no FROM code_order o WHERE o.order_no IN (SELECT g.order_no FROM g) \
           AND (EXISTS (SELECT 1 FROM stop t WHERE t.order_no = o.order_no AND {in_force}) \
             OR EXISTS (SELECT 1 FROM stop t WHERE t.subject_id IN (o.id, o.producer_id, o.product_id) AND {in_force}))){statistics} \
         SELECT (SELECT {codes} FROM r LEFT JOIN {s} ON s.order_no = r.order_no AND s.seq = r.seq), \
           (SELECT {batches} FROM b), (SELECT {orders} FROM d)",
        listed = unpacked(backend, "$1", &KEYS),
        recalled = flag(
            "EXISTS (SELECT 1 FROM recall k WHERE k.batch_id = x.id AND k.confirmed_at IS NOT NULL) \
             OR (x.process_id IS NOT NULL AND EXISTS (SELECT 1 FROM batch_line l JOIN recall k ON k.batch_id = l.ancestor_id \
               WHERE l.descendant_id = x.id AND k.confirmed_at IS NOT NULL))"
        ),
        batch_stopped = flag(&format!(
            "EXISTS (SELECT 1 FROM stop t WHERE t.subject_id = x.id AND {in_force}) \
             OR (x.process_id IS NOT NULL AND EXISTS (SELECT 1 FROM batch_line l JOIN stop t ON t.subject_id = l.ancestor_id \
               WHERE l.descendant_id = x.id AND {in_force}))"
        )),
        came_back = flag("EXISTS (SELECT 1 FROM shipment_line l WHERE l.batch_id = x.id AND l.returned > 0 AND l.codes > 0)"),
        codes =
            all("r.order_no, r.seq, r.last, r.state, r.reason, r.since, r.active_at, r.batch_id, s.sessions, s.first_at, s.first_place, \
             s.first_visitor, s.last_at, s.last_place, s.ring, s.revision"),
        batches = all("b.id, b.version, b.state, b.hold_document, b.void_reason, b.recalled, b.stopped, b.came_back, b.standing"),
        orders = all("d.order_no"),
    )
}

/// One code as [`state_of_codes`] gives it: its range and its statistics, if there are any.
#[derive(Deserialize)]
struct Line {
    order_no: i64,
    seq: i64,
    last: Option<i64>,
    state: Option<String>,
    reason: Option<String>,
    since: Option<Millis>,
    active_at: Option<Millis>,
    batch_id: Option<String>,
    sessions: Option<i64>,
    first_at: Option<Millis>,
    first_place: Option<String>,
    first_visitor: Option<i64>,
    last_at: Option<Millis>,
    last_place: Option<String>,
    ring: Option<String>,
    revision: Option<i64>,
}

fn flag<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(i64::deserialize(from)? != 0)
}

/// The state of `keys`, each given once. `to_write` holds their statistics until the end of the transaction.
pub async fn state<C: ConnectionTrait>(connection: &C, keys: &[CodeKey], to_write: bool) -> Outcome<Vec<CodeRow>> {
    let statements = Statements::of(connection.get_database_backend());
    let sql = if to_write { &statements.read_to_write } else { &statements.read };
    let found = rows(connection, sql, vec![list(keys)?]).await?;
    let mut columns = Columns::of(found.first().ok_or_else(|| Failure::broken("codes were asked for and not answered"))?);
    let lines: Vec<Line> = read_list(&mut columns)?;
    let batches: Vec<BatchRow> = read_list(&mut columns)?;
    let orders: Vec<[i64; 1]> = read_list(&mut columns)?;
    let batches: HashMap<String, Arc<BatchRow>> = batches.into_iter().map(|batch| (batch.id.clone(), Arc::new(batch))).collect();
    let stopped: HashSet<i64> = orders.into_iter().map(|[order_no]| order_no).collect();
    Ok(lines.into_iter().map(|line| line.row(&batches, &stopped)).collect())
}

/// A list made by the statement; nothing where there was nothing to list.
fn read_list<T: for<'de> Deserialize<'de>>(columns: &mut Columns<'_>) -> Outcome<Vec<T>> {
    match columns.next::<Option<String>>()? {
        Some(listed) => serde_json::from_str(&listed).map_err(Failure::broken),
        None => Ok(Vec::new()),
    }
}

impl Line {
    fn row(self, batches: &HashMap<String, Arc<BatchRow>>, stopped: &HashSet<i64>) -> CodeRow {
        let key = CodeKey { order_no: self.order_no, seq: self.seq };
        let batch = self.batch_id.as_ref().and_then(|id| batches.get(id)).cloned();
        let stopped = stopped.contains(&key.order_no) || batch.as_ref().is_some_and(|batch| batch.stopped);
        let range = self.state.zip(self.since).filter(|_| self.last.is_some_and(|last| key.seq <= last));
        let range = range.map(|(state, since)| RangeRow { state, reason: self.reason, since, active_at: self.active_at });
        let stat = self.sessions.map(|sessions| StatRow {
            order_no: key.order_no,
            seq: key.seq,
            sessions,
            first_at: self.first_at.unwrap_or_default(),
            first_place: self.first_place,
            first_visitor: self.first_visitor.unwrap_or_default(),
            last_at: self.last_at.unwrap_or_default(),
            last_place: self.last_place,
            ring: self.ring.unwrap_or_default(),
            revision: self.revision.unwrap_or_default(),
        });
        CodeRow { key, range, batch, stopped, stat }
    }
}

/// Puts statistics in or brings them up to date, each one revision ahead of what [`state`] read, and appends to the journal.
///
/// # Errors
/// `scan_raced` if another node was faster with one of them: read again.
pub async fn keep<C: ConnectionTrait>(connection: &C, stats: &[StatRow], lines: &[JournalRow]) -> Outcome<()> {
    let backend = connection.get_database_backend();
    let postgres = backend == DatabaseBackend::Postgres;
    let mut values = vec![list(stats)?, list(lines)?];
    if postgres {
        values.push(i64::try_from(stats.len()).map_err(Failure::broken)?.into());
    }
    let wanted = if postgres { lines.len() } else { stats.len() + lines.len() };
    let kept = execute(connection, &Statements::of(backend).write, values).await?;
    if usize::try_from(kept).is_ok_and(|kept| kept == wanted) { Ok(()) } else { Err(Failure::not_now("scan_raced")) }
}
