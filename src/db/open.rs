//! Opening a database: pools, pragmas, and the assertions without which nothing starts.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector, Statement};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::RwLock;

use super::Engine;
use crate::kernel::{Failure, Outcome};

/// Versions below this can lose commits in WAL mode.
const SQLITE_AT_LEAST: (u32, u32, u32) = (3, 51, 3);
/// Connections that only read, on SQLite.
const SQLITE_READERS: u32 = 4;
/// Pages in the log before it is carried over into the file: 32 MB. What is committed is durable in the log; pages that change often are
/// carried over once for many commits.
const CHECKPOINT_PAGES: &str = "8000";
/// Connections per node on PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) engine: Engine,
    pub(super) url: String,
    pub(super) writer: RwLock<DatabaseConnection>,
    pub(super) reader: DatabaseConnection,
    pub(super) ailing: AtomicBool,
    pub(super) maintenance: AtomicBool,
    pub(super) held: AtomicBool,
}

impl Db {
    /// Opens `sqlite:PATH` (made if absent) or `postgres://…`, and refuses to start on settings that could lose a commit.
    ///
    /// # Errors
    /// In plain words what is wrong with the address, the version or a setting.
    pub async fn open(url: &str) -> Outcome<Self> {
        let engine = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres
        } else if url.starts_with("sqlite:") {
            Engine::Sqlite
        } else {
            return Err(Failure::invalid("database_url_unknown"));
        };
        let writer = connect_writer(engine, url).await?;
        let reader = match engine {
            Engine::Sqlite => {
                let options = sqlite_options(url)?.read_only(true);
                let pool =
                    SqlitePoolOptions::new().max_connections(SQLITE_READERS).test_before_acquire(false).connect_with(options).await?;
                SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
            }
            Engine::Postgres => writer.clone(),
        };
        let inner = Inner {
            engine,
            url: url.to_owned(),
            writer: RwLock::new(writer),
            reader,
            ailing: AtomicBool::new(false),
            maintenance: AtomicBool::new(false),
            held: AtomicBool::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// For reading only; on SQLite a pool that can't write.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// Stops or allows writes while pages stay readable.
    pub fn set_maintenance(&self, on: bool) {
        self.inner.maintenance.store(on, std::sync::atomic::Ordering::SeqCst);
    }

    /// Says that what is stored was restored and nobody has looked at what it lost: no answer is to be given from it.
    pub fn set_held(&self, on: bool) {
        self.inner.held.store(on, std::sync::atomic::Ordering::SeqCst);
    }

    /// Is no answer to be given from what is stored?
    pub fn is_held(&self) -> bool {
        self.inner.held.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Closes every connection. On SQLite this checkpoints the log into the file.
    pub async fn close(&self) {
        let writer = self.inner.writer.read().await.clone();
        let _ = self.inner.reader.clone().close().await;
        let _ = writer.close().await;
    }
}

pub(super) async fn connect_writer(engine: Engine, url: &str) -> Outcome<DatabaseConnection> {
    match engine {
        Engine::Sqlite => {
            let options = sqlite_options(url)?.create_if_missing(true);
            let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).connect_with(options).await?;
            let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
            assert_sqlite(&connection).await?;
            Ok(connection)
        }
        Engine::Postgres => {
            let options = PgConnectOptions::from_str(url).map_err(Failure::broken)?.application_name("yanzhao");
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(Duration::from_secs(10))
                .connect_with(options)
                .await?;
            let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
            assert_postgres(&connection).await?;
            Ok(connection)
        }
    }
}

fn sqlite_options(url: &str) -> Outcome<SqliteConnectOptions> {
    let options = SqliteConnectOptions::from_str(url).map_err(Failure::broken)?;
    Ok(options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(256)
        .pragma("trusted_schema", "OFF")
        .pragma("cache_size", "-16384")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("temp_store", "MEMORY"))
}

async fn one_text(connection: &DatabaseConnection, sql: &str) -> Outcome<String> {
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    let row = row.ok_or_else(|| Failure::broken(format!("no answer to {sql}")))?;
    match row.try_get_by_index::<String>(0) {
        Ok(text) => Ok(text),
        Err(_) => Ok(row.try_get_by_index::<i64>(0).map(|n| n.to_string())?),
    }
}

async fn assert_sqlite(connection: &DatabaseConnection) -> Outcome<()> {
    let version = one_text(connection, "SELECT sqlite_version()").await?;
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < SQLITE_AT_LEAST {
        return Err(Failure::broken(format!("SQLite {version} can lose commits in WAL mode; at least 3.51.3 is needed")));
    }
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0")] {
        let read = one_text(connection, &format!("PRAGMA {pragma}")).await?;
        if read != wanted {
            return Err(Failure::broken(format!(
                "PRAGMA {pragma} reads back {read}, not {wanted}: this file system can't hold the database safely"
            )));
        }
    }
    Ok(())
}

async fn assert_postgres(connection: &DatabaseConnection) -> Outcome<()> {
    for (question, wanted) in [
        ("SHOW server_encoding", &["UTF8"][..]),
        ("SHOW synchronous_commit", &["on", "remote_apply", "remote_write", "local"][..]),
        ("SHOW transaction_isolation", &["read committed"][..]),
    ] {
        let read = one_text(connection, question).await?;
        if !wanted.contains(&read.as_str()) {
            return Err(Failure::broken(format!("{question} answers {read}; one of {wanted:?} is needed")));
        }
    }
    Ok(())
}
