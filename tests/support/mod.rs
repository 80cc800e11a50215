//! What the tests share: a fresh, empty database for a test, on either engine.
//!
//! A test file says `mod support;` (inside a directory: `#[path = "../support/mod.rs"] mod support;`) and writes its body
//! once for both engines with [`on_both_engines!`].
#![allow(dead_code, unused_macros, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be set up has failed")]

pub mod forms;
pub mod postgres;
pub mod season;
pub mod server;
pub mod world;

use tempfile::TempDir;

/// The two engines everything runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded; a file in a directory of its own.
    Sqlite,
    /// A database of its own on the run's private cluster.
    Postgres,
}

/// Both, for a test that walks through them itself.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Keeps a test's database; when it is dropped, so is the database. Hold it for as long as the test runs: `let (url, _guard) = …`.
#[must_use = "dropping the guard removes the database"]
pub enum Guard {
    /// The directory that holds the file.
    Sqlite(TempDir),
    /// The database to drop.
    Postgres(postgres::Database),
}

/// The URL of an empty database that nobody else uses.
///
/// SQLite: `sqlite:///…/yanzhao.db`, a file that does not exist yet. PostgreSQL: `postgres://…/t_<random>`, created.
pub async fn fresh_database_url(engine: Engine) -> (String, Guard) {
    match engine {
        Engine::Sqlite => {
            let dir = tempfile::Builder::new().prefix("yanzhao-test-").tempdir().unwrap();
            (format!("sqlite://{}", dir.path().join("yanzhao.db").display()), Guard::Sqlite(dir))
        }
        Engine::Postgres => {
            let database = postgres::Database::create().await;
            (database.url().to_owned(), Guard::Postgres(database))
        }
    }
}

/// Makes one test for each engine out of one body, named `<name>::sqlite` and `<name>::postgres`:
///
/// ```ignore
/// on_both_engines! {
///     async fn a_batch_is_registered(engine: Engine) { let (url, _guard) = fresh_database_url(engine).await; … }
/// }
/// ```
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($engine:ident: Engine) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "the body may need nothing from around it")]
            use super::*;

            #[allow(clippy::unwrap_used, clippy::expect_used, reason = "this is the body of a test")]
            async fn body($engine: $crate::support::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() { body($crate::support::Engine::Sqlite).await }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() { body($crate::support::Engine::Postgres).await }
        }
    )+};
}
#[allow(unused_imports, reason = "each test program uses its own part")]
pub(crate) use on_both_engines;
