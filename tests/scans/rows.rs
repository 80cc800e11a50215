//! Rows put straight into tables: a fixture names the columns it cares for, every other column that must hold something holds zero,
//! nothing or false, so that a new column elsewhere breaks no fixture here.

use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde_json::Value;
use yanzhao::db::Db;

/// A column that must hold something.
struct Needed {
    name: String,
    filler: &'static str,
}

async fn texts(db: &Db, sql: &str) -> Vec<(String, String)> {
    let rows = db.reader().query_all_raw(Statement::from_string(db.reader().get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

async fn needed(db: &Db, table: &str) -> Vec<Needed> {
    let sql = if postgres(db) {
        format!(
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' AND is_nullable = 'NO' AND is_identity = 'NO'"
        )
    } else {
        format!("SELECT name, type FROM pragma_table_info('{table}') WHERE \"notnull\" = 1")
    };
    let filler = |kind: &str| match kind.to_ascii_lowercase().as_str() {
        "text" => "''",
        "boolean" => "false",
        "blob" | "bytea" => "''",
        _ => "0",
    };
    texts(db, &sql).await.into_iter().map(|(name, kind)| Needed { name, filler: filler(&kind) }).collect()
}

fn postgres(db: &Db) -> bool {
    db.reader().get_database_backend() == DatabaseBackend::Postgres
}

/// A value as a literal of the engine; `{"hex": "…"}` is bytes.
fn literal(value: &Value, postgres: bool) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Object(bytes) => {
            let hex = bytes["hex"].as_str().unwrap();
            if postgres { format!("'\\x{hex}'") } else { format!("x'{hex}'") }
        }
        Value::Null => "NULL".to_owned(),
        plain => plain.to_string(),
    }
}

/// Puts one row in.
pub async fn put(db: &Db, table: &str, row: Value) {
    let Value::Object(given) = row else { panic!("a row is an object") };
    let missing = needed(db, table).await.into_iter().filter(|column| !given.contains_key(&column.name));
    let mut columns: Vec<(String, String)> = missing.map(|column| (column.name, column.filler.to_owned())).collect();
    columns.extend(given.iter().map(|(name, value)| (name.clone(), literal(value, postgres(db)))));
    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    run(db, &format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))).await;
}

/// Runs a statement.
pub async fn run(db: &Db, statement: &str) {
    let statement = statement.to_owned();
    db.write(move |tx| {
        let statement = statement.clone();
        Box::pin(async move {
            tx.connection().execute_unprepared(&statement).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}
