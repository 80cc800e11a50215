//! Carrying a whole database over to another one, whichever engines they are: a PostgreSQL database into a file of SQLite (a backup), or a
//! file into PostgreSQL (a restoration, or moving house).
//!
//! Both have the same tables (`tests/schema.rs`), so a row is carried column by column by its kind. One transaction reads, so that what is
//! carried is one moment; one transaction writes, so that it arrives whole or not at all. Foreign keys are checked at its end.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, IsolationLevel, QueryResult, Statement, StreamTrait, TransactionOptions,
    TransactionTrait, Value,
};
use tokio_stream::StreamExt;

use super::{Db, Engine};
use crate::kernel::{Failure, Outcome};

/// The list of steps taken is each database's own.
const STEPS: &str = "seaql_migrations";
/// Rows of one statement at most.
const MOST_ROWS: usize = 500;
/// Values of one statement at most: below what either engine takes.
const MOST_VALUES: usize = 30_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Truth,
    Text,
    Bytes,
}

/// A table with its columns.
#[derive(Debug)]
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
}

/// Has the database no table at all yet?
///
/// # Errors
/// Only ours.
pub async fn is_blank(db: &Db) -> Outcome<bool> {
    let sql = match db.engine() {
        Engine::Sqlite => "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table'",
        Engine::Postgres => "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = current_schema()",
    };
    let row = db.reader().query_one_raw(Statement::from_string(db.reader().get_database_backend(), sql)).await?;
    let count: i64 = row.ok_or_else(|| Failure::broken("tables can't be counted"))?.try_get("", "n")?;
    Ok(count == 0)
}

/// Carries every row over, but those of the tables `left_out`; `tell` hears the table, its number and how many there are. `to` is new: its
/// steps are taken and nobody has used it. Answers how many rows went over.
///
/// # Errors
/// If both are SQLite (then the file itself is what is copied), if a row does not fit, or either breaks. Nothing has arrived then.
pub async fn carry(from: &Db, to: &Db, left_out: &[&str], tell: impl Fn(&str, usize, usize)) -> Outcome<u64> {
    let reading = TransactionOptions {
        isolation_level: (from.engine() == Engine::Postgres).then_some(IsolationLevel::RepeatableRead),
        access_mode: (from.engine() == Engine::Postgres).then_some(AccessMode::ReadOnly),
        ..TransactionOptions::default()
    };
    let source = from.reader().begin_with_options(reading).await?;
    let writer = to.inner.writer.read().await.clone();
    let target = writer.begin().await?;
    let tables = match (from.engine(), to.engine()) {
        (Engine::Postgres, _) => tables(&source).await?,
        (_, Engine::Postgres) => tables(&target).await?,
        _ => return Err(Failure::broken("a file of SQLite is copied as a file")),
    };
    let keys = put_off_keys(&target, to.engine()).await?;
    for table in &tables {
        target.execute_unprepared(&format!("DELETE FROM {}", table.name)).await?;
    }
    let mut rows = 0;
    for (n, table) in tables.iter().enumerate() {
        tell(&table.name, n, tables.len());
        if !left_out.contains(&table.name.as_str()) {
            rows += carry_table(&source, from.engine(), &target, to.engine(), table).await?;
        }
    }
    take_up_keys(&target, to.engine(), &keys).await?;
    target.commit().await?;
    source.rollback().await?;
    tell("", tables.len(), tables.len());
    Ok(rows)
}

/// The tables of a PostgreSQL database that are ours, with the kinds of their columns.
async fn tables(postgres: &DatabaseTransaction) -> Outcome<Vec<Table>> {
    let sql = "SELECT c.table_name::text AS t, c.column_name::text AS c, c.data_type::text AS k FROM information_schema.columns c
        JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
        WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position";
    let mut tables: Vec<Table> = Vec::new();
    for row in postgres.query_all_raw(Statement::from_string(ConnectionTrait::get_database_backend(postgres), sql)).await? {
        let (table, column, kind): (String, String, String) = (row.try_get("", "t")?, row.try_get("", "c")?, row.try_get("", "k")?);
        if table == STEPS {
            continue;
        }
        let kind = match kind.as_str() {
            "bigint" => Kind::Integer,
            "boolean" => Kind::Truth,
            "text" => Kind::Text,
            "bytea" => Kind::Bytes,
            other => return Err(Failure::broken(format!("{table}.{column} is of the kind {other}, which nobody carries"))),
        };
        match tables.last_mut().filter(|last| last.name == table) {
            Some(last) => last.columns.push((column, kind)),
            None => tables.push(Table { name: table, columns: vec![(column, kind)] }),
        }
    }
    Ok(tables)
}

/// Puts the checks of foreign keys off to the end of the transaction; answers the keys this was done to.
async fn put_off_keys(target: &DatabaseTransaction, engine: Engine) -> Outcome<Vec<(String, String)>> {
    if engine == Engine::Sqlite {
        target.execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
        return Ok(Vec::new());
    }
    let sql = "SELECT r.relname::text AS t, c.conname::text AS c FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
        JOIN pg_namespace s ON s.oid = r.relnamespace WHERE c.contype = 'f' AND s.nspname = current_schema() ORDER BY 1, 2";
    let mut keys = Vec::new();
    for row in target.query_all_raw(Statement::from_string(ConnectionTrait::get_database_backend(target), sql)).await? {
        let (table, key): (String, String) = (row.try_get("", "t")?, row.try_get("", "c")?);
        target.execute_unprepared(&format!("ALTER TABLE {table} ALTER CONSTRAINT \"{key}\" DEFERRABLE INITIALLY DEFERRED")).await?;
        keys.push((table, key));
    }
    Ok(keys)
}

/// Checks every foreign key now, makes them as they were, and lets row numbers go on behind the last.
async fn take_up_keys(target: &DatabaseTransaction, engine: Engine, keys: &[(String, String)]) -> Outcome<()> {
    if engine == Engine::Sqlite {
        // The commit checks them.
        return Ok(());
    }
    target.execute_unprepared("SET CONSTRAINTS ALL IMMEDIATE").await?;
    for (table, key) in keys {
        target.execute_unprepared(&format!("ALTER TABLE {table} ALTER CONSTRAINT \"{key}\" NOT DEFERRABLE")).await?;
    }
    let numbered = "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_identity = 'YES'";
    for row in target.query_all_raw(Statement::from_string(ConnectionTrait::get_database_backend(target), numbered)).await? {
        let (table, column): (String, String) = (row.try_get("", "t")?, row.try_get("", "c")?);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE((SELECT MAX({column}) FROM {table}), 0) + 1, false)"
        );
        target.execute_unprepared(&sql).await?;
    }
    Ok(())
}

async fn carry_table(source: &DatabaseTransaction, from: Engine, target: &DatabaseTransaction, to: Engine, table: &Table) -> Outcome<u64> {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(", ");
    let at_once = MOST_ROWS.min(MOST_VALUES / table.columns.len().max(1));
    let select = Statement::from_string(ConnectionTrait::get_database_backend(source), format!("SELECT {names} FROM {}", table.name));
    let mut rows = source.stream_raw(select).await?;
    let (mut waiting, mut count) = (Vec::new(), 0);
    while let Some(row) = rows.next().await.transpose()? {
        for (name, kind) in &table.columns {
            waiting.push(value(&row, name, *kind, from)?);
        }
        count += 1;
        if waiting.len() >= at_once * table.columns.len() {
            put(target, to, table, &names, std::mem::take(&mut waiting)).await?;
        }
    }
    put(target, to, table, &names, waiting).await?;
    Ok(count)
}

fn value(row: &QueryResult, name: &str, kind: Kind, from: Engine) -> Outcome<Value> {
    Ok(match kind {
        Kind::Integer => row.try_get::<Option<i64>>("", name)?.into(),
        Kind::Truth if from == Engine::Sqlite => row.try_get::<Option<i64>>("", name)?.map(|n| n != 0).into(),
        Kind::Truth => row.try_get::<Option<bool>>("", name)?.into(),
        Kind::Text => row.try_get::<Option<String>>("", name)?.into(),
        Kind::Bytes => row.try_get::<Option<Vec<u8>>>("", name)?.into(),
    })
}

/// Writes rows in one statement.
async fn put(target: &DatabaseTransaction, to: Engine, table: &Table, names: &str, values: Vec<Value>) -> Outcome<()> {
    if values.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let place = |n: usize| if to == Engine::Postgres { format!("${}", n + 1) } else { "?".to_owned() };
    let rows: Vec<String> = (0..values.len() / width)
        .map(|row| format!("({})", (row * width..(row + 1) * width).map(place).collect::<Vec<_>>().join(", ")))
        .collect();
    // Row numbers are kept as they are.
    let numbers = if to == Engine::Postgres { " OVERRIDING SYSTEM VALUE" } else { "" };
    let sql = format!("INSERT INTO {} ({names}){numbers} VALUES {}", table.name, rows.join(", "));
    target.execute_raw(Statement::from_sql_and_values(ConnectionTrait::get_database_backend(target), sql, values)).await?;
    Ok(())
}
