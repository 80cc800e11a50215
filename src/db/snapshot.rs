//! One moment of a database as a file of SQLite.

use std::path::Path;
use std::str::FromStr;

use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxSqliteConnector, Statement};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

use super::carry::carry;
use super::{Db, Engine, pending, up};
use crate::kernel::{Failure, Outcome};

/// Writes one moment of the database to `file`, which must not be there yet; rows of the tables `left_out` are not in it. Writers go on
/// meanwhile. `tell` hears the table, its number and how many there are, where rows are carried one by one.
///
/// # Errors
/// If the file can't be written, or a PostgreSQL database misses steps of this program (`schema_older`).
pub async fn snapshot(db: &Db, file: &Path, left_out: &[&str], tell: impl Fn(&str, usize, usize)) -> Outcome<()> {
    let url = file_url(file)?;
    match db.engine() {
        Engine::Sqlite => {
            let path = file.to_str().ok_or_else(|| Failure::broken(format!("{}: no path to write to", file.display())))?;
            let reader = db.reader();
            let into = Statement::from_sql_and_values(reader.get_database_backend(), "VACUUM INTO ?", [path.into()]);
            reader.execute_raw(into).await?;
        }
        Engine::Postgres => {
            if pending(db).await?.iter().any(|step| !step.applied) {
                return Err(Failure::conflict("schema_older"));
            }
            let copy = Db::open(&url).await?;
            up(&copy).await?;
            carry(db, &copy, left_out, tell).await?;
            copy.close().await;
        }
    }
    let copy = plain(&url).await?;
    // What is left out leaves no bytes behind in free pages.
    copy.execute_unprepared("PRAGMA secure_delete = ON").await?;
    for table in left_out {
        copy.execute_unprepared(&format!("DELETE FROM {table}")).await?;
    }
    copy.close().await?;
    Ok(())
}

/// Does the file hold together: every page readable, every index right, every foreign key met? Answers what does not, in SQLite's words.
///
/// # Errors
/// If it is no database.
pub async fn unsound(file: &Path) -> Outcome<Vec<String>> {
    let file = plain(&file_url(file)?).await?;
    let backend = file.get_database_backend();
    let mut faults = Vec::new();
    for row in file.query_all_raw(Statement::from_string(backend, "PRAGMA integrity_check(20)")).await? {
        let line: String = row.try_get_by_index(0)?;
        if line != "ok" {
            faults.push(line);
        }
    }
    for row in file.query_all_raw(Statement::from_string(backend, "PRAGMA foreign_key_check")).await? {
        let (table, parent): (String, String) = (row.try_get("", "table")?, row.try_get("", "parent")?);
        faults.push(format!("{table}: a row names one of {parent} that is not there"));
    }
    file.close().await?;
    Ok(faults)
}

/// The address of a file.
///
/// # Errors
/// If its path is no text.
pub fn file_url(file: &Path) -> Outcome<String> {
    let path = file.to_str().ok_or_else(|| Failure::broken(format!("{}: no path to write to", file.display())))?;
    Ok(format!("sqlite:{path}"))
}

/// One connection to a file that is nobody else's: no log beside it.
async fn plain(url: &str) -> Outcome<DatabaseConnection> {
    let options = SqliteConnectOptions::from_str(url).map_err(Failure::broken)?;
    let options = options.journal_mode(SqliteJournalMode::Delete).pragma("trusted_schema", "OFF").foreign_keys(false);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}
