//! Nobody can be found from the database, and the keys under which visitors are hashed do not outlive two days.

use sea_orm::{ConnectionTrait, DatabaseBackend, EntityTrait, Statement};
use yanzhao::db::Db;
use yanzhao::entity::day_key;
use yanzhao::kernel::clock::{DAY, HOUR, MINUTE};
use yanzhao::trace::place::Places;
use yanzhao::trace::scan::Via;

use crate::support::{Guard, fresh_database_url, on_both_engines};
use crate::world::{World, day, located, noon, somebody};

const ADDRESS: &str = "198.51.100.33";
const AGENT: &str = "Mozilla/5.0 (Linux; Android 14; SomeTelephone) MicroMessenger/8.0.50";

/// Every value of every table as text.
async fn everything(db: &Db) -> Vec<String> {
    let backend = db.reader().get_database_backend();
    let postgres = backend == DatabaseBackend::Postgres;
    let rows = |sql: String| async move { db.reader().query_all_raw(Statement::from_string(backend, sql)).await.unwrap() };
    let tables = if postgres {
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    } else {
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
    };
    let mut values = Vec::new();
    for table in rows(tables.to_owned()).await {
        let table: String = table.try_get_by_index(0).unwrap();
        let columns = if postgres {
            format!("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'")
        } else {
            format!("SELECT name FROM pragma_table_info('{table}')")
        };
        for column in rows(columns).await {
            let column: String = column.try_get_by_index(0).unwrap();
            let shown = if postgres {
                format!("CAST(\"{column}\" AS text)")
            } else {
                format!("CASE typeof(\"{column}\") WHEN 'blob' THEN hex(\"{column}\") ELSE CAST(\"{column}\" AS text) END")
            };
            for row in rows(format!("SELECT {shown} FROM \"{table}\"")).await {
                values.extend(row.try_get_by_index::<Option<String>>(0).unwrap());
            }
        }
    }
    values
}

on_both_engines! {
    async fn nobody_is_identifiable(engine: Engine) {
        let (url, guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.issue(1, yanzhao::trace::kind::CodeKind::Unit, 100, true).await;
        world.range(1, 1, 100, "active", None).await;
        let desk = world.desk().await;
        let places = Places::load(std::path::Path::new("tests/fixtures/places.csv")).unwrap();
        let place = places.of(ADDRESS.parse().unwrap());
        let buyer = somebody(&desk, ADDRESS, AGENT).await;
        let partner = desk.visitors().of_partner("acc_1", "customer-of-somebody").await;
        for (who, via) in [(buyer, Via::Printed), (partner, Via::Api)] {
            desk.record(located(&desk, &order.code(1)), who, place.clone(), via).await.unwrap();
        }
        let code = order.code(1);
        desk.use_pin(&located(&desk, &code), &code, &order.pin(1), &buyer, place).await.unwrap();
        desk.stop().await;

        let values = everything(&world.db).await;
        assert!(values.iter().any(|v| v.contains("广东/深圳")), "the place is there, so what else is there would be found");
        assert!(values.iter().any(|v| v.contains("pin_use") || v.contains("printed")));
        let hex = |text: &str| data_encoding::HEXUPPER.encode(text.as_bytes());
        let secrets = [ADDRESS, "198.51.100", AGENT, "SomeTelephone", "MicroMessenger", "customer-of-somebody"];
        for secret in secrets {
            assert!(!values.iter().any(|v| v.contains(secret) || v.contains(&hex(secret))), "{secret}");
        }
        if let Guard::Sqlite(dir) = &guard {
            world.db.close().await;
            for file in std::fs::read_dir(dir.path()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                for secret in secrets {
                    assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret} in the file");
                }
            }
        }
    }

    async fn keys_of_days_do_not_outlive_two_days(engine: Engine) {
        let (url, guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let desk = world.desk().await;
        let buyer = somebody(&desk, ADDRESS, AGENT).await;
        let keys = || async { day_key::Entity::find().all(world.db.reader()).await.unwrap() };
        let days = || async { keys().await.into_iter().map(|k| k.day).collect::<Vec<_>>() };
        let first = keys().await.remove(0);
        assert_eq!((first.day.as_str(), first.key.len()), ("2026-11-23", 32));
        assert_eq!(buyer, somebody(&desk, ADDRESS, AGENT).await);

        // Ten minutes before midnight the next one is made; an hour before two days are over the first one goes.
        world.clock.advance(day("2026-11-24").start() - noon() - 5 * MINUTE);
        desk.visitors().sweep().await.unwrap();
        assert_eq!(days().await, ["2026-11-23", "2026-11-24"]);
        world.clock.advance(DAY - HOUR);
        desk.visitors().sweep().await.unwrap();
        assert_eq!(days().await, ["2026-11-23", "2026-11-24"]);
        world.clock.advance(10 * MINUTE);
        desk.visitors().sweep().await.unwrap();
        assert_eq!(days().await, ["2026-11-24"]);
        let tomorrow = somebody(&desk, ADDRESS, AGENT).await;
        assert_ne!(tomorrow.hash, buyer.hash);
        assert_eq!(tomorrow.before, None);
        desk.stop().await;
        world.db.close().await;
        if let Guard::Sqlite(dir) = &guard {
            let bytes = std::fs::read(dir.path().join("yanzhao.db")).unwrap();
            assert!(!bytes.windows(32).any(|w| w == first.key), "the deleted key is not in a free page either");
        }
    }

    async fn without_a_key_there_are_still_answers(engine: Engine) {
        let (url, _guard) = fresh_database_url(engine).await;
        let world = World::new(&url).await;
        let order = world.active(1, 10).await;
        world.db.set_maintenance(true);
        let desk = world.desk().await;
        let buyer = somebody(&desk, ADDRESS, AGENT).await;
        assert_eq!(buyer, somebody(&desk, ADDRESS, AGENT).await);
        let answered = desk.record(located(&desk, &order.code(1)), buyer, None, Via::Printed).await.unwrap();
        assert!(!answered.recorded);
        world.db.set_maintenance(false);
        assert_ne!(buyer.hash, somebody(&desk, ADDRESS, AGENT).await.hash, "the makeshift key was for waiting only");
        desk.stop().await;
    }
}
