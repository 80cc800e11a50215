//! The two hot statements: the state of a group's codes, and what becomes of their statistics with the lines of the journal.
//!
//! On PostgreSQL the statistics are locked in the order of the key while they are read; rows that another node puts in meanwhile are
//! found by their revision, and the group is done again. On SQLite the one writer makes both needless, and harmless.

use std::sync::LazyLock;

use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde::Serialize;

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
    pub batch: Option<BatchRow>,
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
#[derive(Debug)]
pub struct BatchRow {
    pub id: String,
    pub version: i64,
    pub state: String,
    pub hold_document: Option<String>,
    pub void_reason: Option<String>,
    /// There are recalls, lifted or not.
    pub recalled: bool,
    /// Some of it came back from a buyer under its codes.
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

/// `g` the codes asked for, `r` their ranges, `b` the batches of those, each once, `d` the orders, each once, `s` the statistics.
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
    format!(
        "WITH g AS MATERIALIZED ({listed}), \
         r AS MATERIALIZED (SELECT g.order_no, g.seq, c.last, c.state, c.reason, c.since, c.active_at, c.batch_id FROM g {range}), \
         b AS MATERIALIZED (SELECT x.id, x.version, x.state, x.hold_document, x.void_reason, \
           EXISTS (SELECT 1 FROM recall k WHERE k.batch_id = x.id AND k.confirmed_at IS NOT NULL) \
           OR (x.process_id IS NOT NULL AND EXISTS (SELECT 1 FROM batch_line l JOIN recall k ON k.batch_id = l.ancestor_id \
             WHERE l.descendant_id = x.id AND k.confirmed_at IS NOT NULL)) AS recalled, \
           EXISTS (SELECT 1 FROM stop t WHERE t.subject_id = x.id AND {in_force}) \
           OR (x.process_id IS NOT NULL AND EXISTS (SELECT 1 FROM batch_line l JOIN stop t ON t.subject_id = l.ancestor_id \
             WHERE l.descendant_id = x.id AND {in_force})) AS stopped, \
           EXISTS (SELECT 1 FROM shipment_line l WHERE l.batch_id = x.id AND l.returned > 0 AND l.codes > 0) AS came_back, \
           (SELECT string_agg(m.id || '|' || coalesce(m.in_force_to, '') || '|' || coalesce(y.in_force_to, '') || '|' || \
              coalesce(({suspensions}), '') || '|' || coalesce(({grants}), ''), ';') \
            FROM batch_right q JOIN mark_use m ON m.id = q.mark_use_id JOIN gi_right y ON y.id = q.right_id WHERE q.batch_id = x.id) AS standing \
           FROM batch x WHERE x.id IN (SELECT r.batch_id FROM r)), \
         d AS MATERIALIZED (SELECT o.order_no, \
           EXISTS (SELECT 1 FROM stop t WHERE t.order_no = o.order_no AND {in_force}) \
           OR EXISTS (SELECT 1 FROM stop t WHERE t.subject_id IN (o.id, o.producer_id, o.product_id) AND {in_force}) AS stopped \
           FROM code_order o WHERE o.order_no IN (SELECT g.order_no FROM g)){statistics} \
         SELECT r.order_no, r.seq, r.last, r.state, r.reason, r.since, r.active_at, \
           b.id, b.version, b.state, b.hold_document, b.void_reason, b.recalled, b.came_back, b.standing, b.stopped, d.stopped, \
           s.sessions, s.first_at, s.first_place, s.first_visitor, s.last_at, s.last_place, s.ring, s.revision \
         FROM r LEFT JOIN b ON b.id = r.batch_id LEFT JOIN d ON d.order_no = r.order_no \
         LEFT JOIN {s} ON s.order_no = r.order_no AND s.seq = r.seq",
        listed = unpacked(backend, "$1", &KEYS),
    )
}

/// The state of `keys`, each given once and in order. `to_write` holds their statistics until the end of the transaction.
pub async fn state<C: ConnectionTrait>(connection: &C, keys: &[CodeKey], to_write: bool) -> Outcome<Vec<CodeRow>> {
    let statements = Statements::of(connection.get_database_backend());
    let sql = if to_write { &statements.read_to_write } else { &statements.read };
    rows(connection, sql, vec![list(keys)?]).await?.iter().map(|row| code_row(&mut Columns::of(row))).collect()
}

fn code_row(columns: &mut Columns<'_>) -> Outcome<CodeRow> {
    let key = CodeKey { order_no: columns.next()?, seq: columns.next()? };
    let last: Option<i64> = columns.next()?;
    let (state, reason, since, active_at) = (columns.next::<Option<String>>()?, columns.next()?, columns.next()?, columns.next()?);
    let range = state.zip(since).filter(|_| last.is_some_and(|last| key.seq <= last));
    let range = range.map(|(state, since)| RangeRow { state, reason, since, active_at });
    let (batch, batch_stopped) = batch_row(columns)?;
    let order_stopped: Option<bool> = columns.next()?;
    let stopped = batch_stopped || order_stopped.unwrap_or(false);
    Ok(CodeRow { key, range, batch, stopped, stat: stat_row(key, columns)? })
}

fn batch_row(columns: &mut Columns<'_>) -> Outcome<(Option<BatchRow>, bool)> {
    let (id, version, state) = (columns.next::<Option<String>>()?, columns.next::<Option<i64>>()?, columns.next::<Option<String>>()?);
    let (hold_document, void_reason) = (columns.next()?, columns.next()?);
    let (recalled, came_back) = (columns.next::<Option<bool>>()?, columns.next::<Option<bool>>()?);
    let (standing, stopped) = (columns.next()?, columns.next::<Option<bool>>()?);
    let (recalled, came_back) = (recalled.unwrap_or(false), came_back.unwrap_or(false));
    let batch = id.zip(version).zip(state).map(|((id, version), state)| BatchRow {
        id,
        version,
        state,
        hold_document,
        void_reason,
        recalled,
        came_back,
        standing,
    });
    Ok((batch, stopped.unwrap_or(false)))
}

fn stat_row(key: CodeKey, columns: &mut Columns<'_>) -> Outcome<Option<StatRow>> {
    let Some(sessions) = columns.next::<Option<i64>>()? else { return Ok(None) };
    Ok(Some(StatRow {
        order_no: key.order_no,
        seq: key.seq,
        sessions,
        first_at: columns.next()?,
        first_place: columns.next()?,
        first_visitor: columns.next()?,
        last_at: columns.next()?,
        last_place: columns.next()?,
        ring: columns.next()?,
        revision: columns.next()?,
    }))
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
