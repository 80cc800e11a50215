//! The tables of scans. Hot statements are written out, in a dialect both engines understand but for how a list of values comes in and
//! how rows are locked; everything a group needs is one statement, whatever its size.

pub mod codes;
pub mod contents;
pub mod day_keys;
pub mod goods;
pub mod issued;
pub mod pins;
pub mod seen;

use sea_orm::{ConnectionTrait, DatabaseBackend, QueryResult, Statement, TryGetable, Value};
use serde::Serialize;

use crate::kernel::{Day, Failure, Outcome};

/// All rows of a statement with `values` for `$1`, `$2` …
pub(crate) async fn rows<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Outcome<Vec<QueryResult>> {
    Ok(connection.query_all_raw(Statement::from_sql_and_values(connection.get_database_backend(), sql, values)).await?)
}

/// How many rows a statement touched.
pub(crate) async fn execute<C: ConnectionTrait>(connection: &C, sql: &str, values: Vec<Value>) -> Outcome<u64> {
    Ok(connection.execute_raw(Statement::from_sql_and_values(connection.get_database_backend(), sql, values)).await?.rows_affected())
}

/// A list of records as the one value of a statement.
pub(crate) fn list<T: Serialize>(records: &[T]) -> Outcome<Value> {
    serde_json::to_string(records).map(Value::from).map_err(Failure::broken)
}

/// The select list and source that turn such a list, given as `place` (`$1` …), into rows: `columns` are names with their PostgreSQL
/// types. SQLite's binary form spares it reading every record twice.
pub(crate) fn unpacked(backend: DatabaseBackend, place: &str, columns: &[(&str, &str)]) -> String {
    if backend == DatabaseBackend::Postgres {
        let typed = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect::<Vec<_>>().join(", ");
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        format!("SELECT {names} FROM json_to_recordset(CAST({place} AS json)) AS listed ({typed})")
    } else {
        let read = columns.iter().map(|(name, _)| format!("json_extract(value, '$.{name}') AS {name}")).collect::<Vec<_>>().join(", ");
        format!("SELECT {read} FROM jsonb_each({place})")
    }
}

/// Reads the columns of a row one after the other.
struct Columns<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl<'r> Columns<'r> {
    fn of(row: &'r QueryResult) -> Self {
        Self { row, next: 0 }
    }
    fn next<T: TryGetable>(&mut self) -> Outcome<T> {
        self.next += 1;
        Ok(self.row.try_get_by_index(self.next - 1)?)
    }
    fn day(&mut self) -> Outcome<Day> {
        read_day(&self.next::<String>()?)
    }
    fn day_if_any(&mut self) -> Outcome<Option<Day>> {
        self.next::<Option<String>>()?.as_deref().map(read_day).transpose()
    }
}

fn read_day(stored: &str) -> Outcome<Day> {
    Day::parse(stored).ok_or_else(|| Failure::broken(format!("{stored:?} is stored where a day belongs")))
}

/// What a stored word must be one of.
fn word<T>(stored: &str, parse: impl Fn(&str) -> Option<T>) -> Outcome<T> {
    parse(stored).ok_or_else(|| Failure::broken(format!("unknown word {stored:?}")))
}
