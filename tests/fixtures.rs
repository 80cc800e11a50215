//! The tests' own ground: each gets an empty database of its own, on both engines, and it is gone afterwards.

mod support;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use support::{Engine, Guard, fresh_database_url, on_both_engines};

/// Opens `url`; SQLite creates the file if `create` is set.
async fn connect(url: &str, create: bool) -> Result<DatabaseConnection, DbErr> {
    let mode = if url.starts_with("sqlite:") && create { "?mode=rwc" } else { "" };
    Database::connect(ConnectOptions::new(format!("{url}{mode}")).max_connections(1).sqlx_logging(false).to_owned()).await
}

on_both_engines! {
    async fn a_fresh_database_answers(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let db = connect(&url, true).await.unwrap();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), "SELECT CAST(1 AS BIGINT) AS one")).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "one").unwrap(), 1);
    }

    async fn two_fresh_databases_are_separate(engine: Engine) {
        let (first, _one) = fresh_database_url(engine).await;
        let (second, _other) = fresh_database_url(engine).await;
        assert_ne!(first, second);
        let db = connect(&first, true).await.unwrap();
        db.execute_unprepared("CREATE TABLE pear (weight_g BIGINT)").await.unwrap();
        db.execute_unprepared("SELECT weight_g FROM pear").await.unwrap();
        let db = connect(&second, true).await.unwrap();
        db.execute_unprepared("SELECT weight_g FROM pear").await.unwrap_err();
    }

    async fn a_database_is_gone_after_its_test(engine: Engine) {
        let (url, guard) = fresh_database_url(engine).await;
        // A connection left open must not keep it alive.
        let _left_open = connect(&url, true).await.unwrap();
        connect(&url, false).await.unwrap();
        drop(guard);
        connect(&url, false).await.unwrap_err();
    }
}

#[test]
fn a_guard_may_be_dropped_outside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_url, guard) = runtime.block_on(fresh_database_url(Engine::Sqlite));
    drop(runtime);
    let Guard::Sqlite(dir) = guard else { panic!("asked for SQLite") };
    let path = dir.path().to_owned();
    drop(dir);
    assert!(!path.exists());
}
