//! The one door to a write.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QuerySelect, RuntimeErr, Select, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use super::{Db, Engine};
use crate::kernel::{Failure, Outcome};

/// How often a transaction that lost a deadlock or a serialisation race is tried again.
const TRIES: u32 = 6;

/// A transaction under way. Commands take one; only `store.rs` files look inside.
#[derive(Debug)]
pub struct Tx {
    connection: DatabaseTransaction,
    engine: Engine,
}

impl Tx {
    /// What statements run on.
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }
    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }
    /// A query whose rows stay locked until the commit. SQLite has one writer, which is lock enough.
    pub fn locked<E: EntityTrait>(&self, query: Select<E>) -> Select<E> {
        if self.engine == Engine::Postgres { query.lock_exclusive() } else { query }
    }
    /// Waits for the turn of this number and keeps it until the commit. SQLite has one writer, which is turn enough.
    ///
    /// # Errors
    /// Only ours.
    pub async fn turn(&self, number: i64) -> Outcome<()> {
        if self.engine == Engine::Postgres {
            self.connection.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({number})")).await?;
        }
        Ok(())
    }
}

/// What a write does inside its transaction. It may be run again after a lost race, so it must keep nothing of a try that failed.
pub type Act<'t, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 't>>;

impl Db {
    /// Runs `act` in one transaction and answers after the commit. An `Err` rolls everything back.
    ///
    /// # Errors
    /// The act's own refusal; `storage_ailing` or `maintenance` while nothing may be written.
    pub async fn write<T, F>(&self, act: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx) -> Act<'t, T> + Send + Sync + 'static,
    {
        let db = self.clone();
        let task = tokio::spawn(async move { db.write_here(act).await });
        task.await.unwrap_or_else(|panic| Err(Failure::broken(panic)))
    }

    /// The same during maintenance too: signing in, and ending the maintenance.
    ///
    /// # Errors
    /// The act's own refusal; `storage_ailing`.
    pub async fn write_always<T, F>(&self, act: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx) -> Act<'t, T> + Send + Sync + 'static,
    {
        let db = self.clone();
        let task = tokio::spawn(async move { db.write_open(act).await });
        task.await.unwrap_or_else(|panic| Err(Failure::broken(panic)))
    }

    async fn write_here<T, F>(&self, act: F) -> Outcome<T>
    where
        F: for<'t> Fn(&'t Tx) -> Act<'t, T> + Send + Sync,
    {
        if self.inner.maintenance.load(Ordering::SeqCst) {
            return Err(Failure::not_now("maintenance"));
        }
        self.write_open(act).await
    }

    async fn write_open<T, F>(&self, act: F) -> Outcome<T>
    where
        F: for<'t> Fn(&'t Tx) -> Act<'t, T> + Send + Sync,
    {
        if self.inner.ailing.load(Ordering::SeqCst) {
            self.recover().await?;
        }
        let mut pause = Duration::from_millis(2);
        for last in (0..TRIES).map(|n| n + 1 == TRIES) {
            match self.attempt(&act).await {
                Err(Attempt::Race(_)) if !last => {
                    tokio::time::sleep(pause).await;
                    pause *= 3;
                }
                Err(Attempt::Race(failure) | Attempt::Refused(failure)) => return Err(failure),
                Ok(value) => return Ok(value),
            }
        }
        Err(Failure::not_now("busy"))
    }

    async fn attempt<T, F>(&self, act: &F) -> Result<T, Attempt>
    where
        F: for<'t> Fn(&'t Tx) -> Act<'t, T> + Send + Sync,
    {
        let writer = self.inner.writer.read().await.clone();
        let mode = (self.inner.engine == Engine::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        let connection = writer.begin_with_options(options).await.map_err(Attempt::of)?;
        let tx = Tx { connection, engine: self.inner.engine };
        match act(&tx).await {
            Ok(value) => match tx.connection.commit().await {
                Ok(()) => Ok(value),
                Err(error) => {
                    if error.sql_err().is_none() && !is_race(&error.to_string()) {
                        self.inner.ailing.store(true, Ordering::SeqCst);
                        tracing::error!(%error, "a commit failed; no more writes until the database was opened again");
                        return Err(Attempt::Refused(Failure { source: Some(error.to_string()), ..Failure::not_now("storage_ailing") }));
                    }
                    Err(Attempt::of(error))
                }
            },
            Err(failure) => {
                let _ = tx.connection.rollback().await;
                Err(if failure.source.as_deref().is_some_and(is_race) { Attempt::Race(failure) } else { Attempt::Refused(failure) })
            }
        }
    }

    /// Opens the database anew after a failed commit; writes go on only if it answers.
    async fn recover(&self) -> Outcome<()> {
        let mut writer = self.inner.writer.write().await;
        if !self.inner.ailing.load(Ordering::SeqCst) {
            return Ok(());
        }
        let fresh =
            super::open::connect_writer(self.inner.engine, &self.inner.url).await.map_err(|_| Failure::not_now("storage_ailing"))?;
        let old = std::mem::replace(&mut *writer, fresh);
        let _ = old.close().await;
        self.inner.ailing.store(false, Ordering::SeqCst);
        tracing::warn!("the database was opened again after a failed commit");
        Ok(())
    }
}

enum Attempt {
    Race(Failure),
    Refused(Failure),
}

impl Attempt {
    fn of(error: DbErr) -> Self {
        let text = match &error {
            DbErr::Conn(RuntimeErr::SqlxError(e)) | DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => {
                e.to_string()
            }
            other => other.to_string(),
        };
        if is_race(&text) { Self::Race(Failure { source: Some(text), ..Failure::not_now("busy") }) } else { Self::Refused(error.into()) }
    }
}

/// PostgreSQL's words for a deadlock (40P01) and a serialisation failure (40001), SQLite's for a lock not given in time.
fn is_race(text: &str) -> bool {
    ["deadlock detected", "could not serialize access", "database is locked", "database table is locked"].iter().any(|w| text.contains(w))
}
