//! Fresh databases on the private cluster that `tests/run` starts and names in `YANZHAO_TEST_POSTGRES`.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use yanzhao::kernel::Random;

/// The variable with the URL of a database on a cluster where tests may create and drop databases.
pub const VARIABLE: &str = "YANZHAO_TEST_POSTGRES";

/// One empty database; dropping this value drops it.
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Creates `t_<random>`.
    ///
    /// # Panics
    /// If no cluster is named, with the way to get one; if it does not answer.
    pub async fn create() -> Self {
        let Ok(server) = std::env::var(VARIABLE) else {
            panic!(
                "this test needs PostgreSQL and {VARIABLE} is not set: run it by `tests/run unit FILTER` or `tests/run story FILTER`, \
                    or keep a cluster for a while with `tests/run with-postgres bash`"
            );
        };
        let name = format!("t_{}", data_encoding::HEXLOWER.encode(&Random::system().bytes::<8>()));
        execute(&server, format!("CREATE DATABASE {name}")).await.unwrap_or_else(|why| panic!("{VARIABLE}={server}: {why}"));
        let mut url = url::Url::parse(&server).unwrap_or_else(|why| panic!("{VARIABLE}={server}: {why}"));
        url.set_path(&name);
        Self { server, url: url.to_string(), name }
    }

    /// `postgres://…/t_<random>`
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    /// Best effort, on a thread of its own so that it works inside and outside of any runtime. What stays behind goes with the cluster.
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|r| r.block_on(execute(&server, statement)))
        });
        if !matches!(dropped.join(), Ok(Ok(Ok(())))) {
            eprintln!("the test database {} was not dropped", self.name);
        }
    }
}

/// For benches: makes the private cluster keep what it commits, or gives it its haste back.
pub async fn durable(on: bool) {
    let server = std::env::var(VARIABLE).unwrap();
    for setting in ["fsync", "full_page_writes"] {
        let change = if on { format!("ALTER SYSTEM SET {setting} = on") } else { format!("ALTER SYSTEM RESET {setting}") };
        execute(&server, change).await.unwrap();
    }
    execute(&server, "SELECT pg_reload_conf()".to_owned()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
}

async fn execute(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let options = PgConnectOptions::from_str(server)?.disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await?;
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await
}
