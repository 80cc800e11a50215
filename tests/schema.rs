//! Both engines migrate to equal tables: the same names, columns, kinds, nullability and uniqueness.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[macro_use]
mod support;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use support::Engine;
use yanzhao::db::{self, Db};

/// table → lines that describe it, sorted.
type Shape = BTreeMap<String, Vec<String>>;

async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap()
}

fn text(row: &sea_orm::QueryResult, column: &str) -> String {
    row.try_get::<String>("", column).unwrap()
}

async fn shape_on_sqlite(connection: &DatabaseConnection) -> Shape {
    let mut shape = Shape::new();
    for table in rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").await {
        let table = text(&table, "name");
        let mut lines = Vec::new();
        for column in rows(connection, &format!("PRAGMA table_info({table})")).await {
            let kind = text(&column, "type");
            let required = column.try_get::<i64>("", "notnull").unwrap() != 0 || column.try_get::<i64>("", "pk").unwrap() != 0;
            let kind = match kind.as_str() {
                "INTEGER" => "integer",
                "TEXT" | "varchar" => "text",
                "BLOB" => "bytes",
                other => panic!("{table}: {other}"),
            };
            lines.push(format!("{} {kind}{}", text(&column, "name"), if required { " required" } else { "" }));
        }
        for index in rows(connection, &format!("PRAGMA index_list({table})")).await {
            let (name, unique) = (text(&index, "name"), index.try_get::<i64>("", "unique").unwrap() != 0);
            let columns: Vec<String> =
                rows(connection, &format!("PRAGMA index_info({name})")).await.iter().map(|r| text(r, "name")).collect();
            lines.push(format!("{} ({})", if unique { "unique" } else { "index" }, columns.join(", ")));
        }
        // A single INTEGER PRIMARY KEY is the table itself and has no index of its own.
        let keys: Vec<String> = rows(connection, &format!("PRAGMA table_info({table})"))
            .await
            .iter()
            .filter(|r| r.try_get::<i64>("", "pk").unwrap() != 0)
            .map(|r| text(r, "name"))
            .collect();
        let line = format!("unique ({})", keys.join(", "));
        if keys.len() == 1 && !lines.contains(&line) {
            lines.push(line);
        }
        lines.sort();
        shape.insert(table, lines);
    }
    shape
}

async fn shape_on_postgres(connection: &DatabaseConnection) -> Shape {
    let mut shape = Shape::new();
    let columns = "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k, is_nullable::text AS n FROM information_schema.columns WHERE table_schema = 'public'";
    for row in rows(connection, columns).await {
        let kind = match text(&row, "k").as_str() {
            "bigint" | "boolean" => "integer",
            "text" | "character varying" => "text",
            "bytea" => "bytes",
            other => panic!("{}: {other}", text(&row, "t")),
        };
        let required = if text(&row, "n") == "NO" { " required" } else { "" };
        shape.entry(text(&row, "t")).or_default().push(format!("{} {kind}{required}", text(&row, "c")));
    }
    let indexes = "SELECT t.relname::text AS t, i.indisunique AS u, string_agg(a.attname::text, ', ' ORDER BY k.n) AS c
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
        CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (col, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.col
        WHERE s.nspname = 'public' GROUP BY i.indexrelid, t.relname, i.indisunique";
    for row in rows(connection, indexes).await {
        let word = if row.try_get::<bool>("", "u").unwrap() { "unique" } else { "index" };
        shape.entry(text(&row, "t")).or_default().push(format!("{word} ({})", text(&row, "c")));
    }
    for lines in shape.values_mut() {
        lines.sort();
    }
    shape
}

async fn migrated(engine: Engine) -> (Shape, support::Guard) {
    let (url, guard) = support::fresh_database_url(engine).await;
    let db = Db::open(&url).await.unwrap();
    db::up(&db).await.unwrap();
    db::up(&db).await.unwrap();
    assert!(db::pending(&db).await.unwrap().iter().all(|s| s.applied));
    let other = Database::connect(&url).await.unwrap();
    let shape = match engine {
        Engine::Sqlite => shape_on_sqlite(&other).await,
        Engine::Postgres => shape_on_postgres(&other).await,
    };
    (shape, guard)
}

#[tokio::test]
async fn both_engines_migrate_to_equal_tables() {
    let (here, _one) = migrated(Engine::Sqlite).await;
    let (there, _two) = migrated(Engine::Postgres).await;
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    for (table, lines) in here.iter().filter(|(t, _)| *t != "seaql_migrations") {
        assert_eq!(lines, &there[table], "{table}");
    }
    assert!(here.len() > 40 && here["batch"].contains(&"unique (producer_id, product_id, season, lot)".to_owned()));
}

on_both_engines! {
    async fn text_is_compared_bytewise(engine: Engine) {
        let (url, _guard) = support::fresh_database_url(engine).await;
        let db = Db::open(&url).await.unwrap();
        db::up(&db).await.unwrap();
        let other = Database::connect(&url).await.unwrap();
        for (code, name) in [("1", "Z"), ("2", "a"), ("3", "梨"), ("4", "É")] {
            other.execute_unprepared(&format!(
                "INSERT INTO division (code, name, level, full_name, abolished) VALUES ('{code}', '{name}', 'county', '{name}', {})",
                if engine == Engine::Postgres { "false" } else { "0" }
            )).await.unwrap();
        }
        let names: Vec<String> = rows(&other, "SELECT name FROM division ORDER BY name").await.iter().map(|r| text(r, "name")).collect();
        assert_eq!(names, ["Z", "a", "É", "梨"]);
    }

    async fn a_step_that_fails_leaves_nothing_behind(engine: Engine) {
        let (url, _guard) = support::fresh_database_url(engine).await;
        let other = Database::connect(if engine == Engine::Sqlite { format!("{url}?mode=rwc") } else { url.clone() }).await.unwrap();
        // In the way of the second step's `account`.
        other.execute_unprepared("CREATE TABLE account (x TEXT)").await.unwrap();
        let db = Db::open(&url).await.unwrap();
        assert!(db::up(&db).await.is_err());
        let shape = if engine == Engine::Sqlite { shape_on_sqlite(&other).await } else { shape_on_postgres(&other).await };
        assert!(shape.contains_key("event") && !shape.contains_key("organisation"), "{:?}", shape.keys());
    }
}

on_both_engines! {
    /// What was written before the goods' flow came is all there after it, still balanced, still pointing at its account.
    async fn accounts_outlive_a_new_balance(engine: Engine) {
        use sea_orm_migration::MigratorTrait;
        let (url, _guard) = support::fresh_database_url(engine).await;
        let other = Database::connect(format!("{url}{}", if engine == Engine::Sqlite { "?mode=rwc" } else { "" })).await.unwrap();
        migrations::Migrator::up(&other, Some(6)).await.unwrap();
        let product = "INSERT INTO product (id, slug, name, aliases, city_codes, county_codes, class, product_group, base_unit, account_basis, \
            fresh, release_by, varieties, sort_key, source, confidence, demo, demo_figures, registered_at) \
            VALUES ('pro_1', 'li', '梨', '', '', '', 'food', '', 'g', 'plots', TRUE, 'automatic', '', 'li', 't', 'A', TRUE, '', 0)";
        let account = |id: &str, remaining: i64| format!("INSERT INTO season_account (id, party_kind, party_id, product_id, season, state, basis, \
            basis_note, measured, proposed, approved, received, carried, opening, adjusted, held, released, uncoded, exported, processed, lost, \
            downgraded, own_use, delivered, lapsed, remaining, pending, reserved, coded, burned, proposed_by, proposed_at) VALUES ('{id}', \
            'organisation', 'org_1', 'pro_1', '{id}', 'approved', 'plots', '', TRUE, 100, 100, 0, 0, 0, 0, 30, 20, 1, 2, 3, 4, 5, 6, 7, 8, \
            {remaining}, 0, 0, 0, 0, 'acc_1', 0)");
        let movement = "INSERT INTO movement (id, account_id, kind, from_bucket, to_bucket, amount, happened_on, late, recorded_at, recorded_by) \
            VALUES ('mov_1', '2026', 'lost', 'remaining', 'lost', 4, '2026-10-01', FALSE, 0, 'acc_1')";
        for statement in [product, &account("2026", 14), movement] {
            other.execute_unprepared(statement).await.unwrap();
        }
        migrations::Migrator::up(&other, None).await.unwrap();
        let kept = rows(&other, "SELECT a.remaining, a.seized FROM season_account a JOIN movement m ON m.account_id = a.id").await;
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].try_get::<i64>("", "remaining").unwrap(), kept[0].try_get::<i64>("", "seized").unwrap()), (14, 0));
        other.execute_unprepared("UPDATE season_account SET released = 15, seized = 5").await.unwrap();
        for refused in [account("2027", 15), "UPDATE season_account SET seized = 6".to_owned(), "DELETE FROM season_account".to_owned()] {
            other.execute_unprepared(&refused).await.expect_err(&refused);
        }
    }
}
