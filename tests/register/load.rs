//! Loading the facts that come with the program.

use std::time::Instant;

use sea_orm::{ConnectionTrait, Statement};
use yanzhao::ledger;
use yanzhao::registry::commands::{self, ProductInput};
use yanzhao::registry::queries::{self, ProductsAsked, RightsAsked};
use yanzhao::registry::right::{RightStatus, Route};

use super::*;

async fn count(register: &Register, table: &str) -> i64 {
    let connection = register.db.reader();
    let statement = Statement::from_string(connection.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {table}"));
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

const TABLES: [&str; 12] = [
    "division",
    "division_successor",
    "product",
    "gi_right",
    "announcement",
    "right_announcement",
    "area",
    "area_place",
    "standard",
    "search_text",
    "search_gram",
    "event",
];

async fn counts(register: &Register) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(count(register, table).await);
    }
    counts
}

on_both_engines! {
    async fn everything_is_put_in_once_with_one_event(engine: Engine) {
        let register = Register::empty(engine).await;
        let start = Instant::now();
        commands::load_register(&register.db, &register.desk).await.unwrap();
        let took = start.elapsed();
        let first = counts(&register).await;
        assert_eq!(first[..4], [2567 + 25, 29, 80, 91]);
        assert_eq!(first[4..9], [13, 17, 34, 284, 2], "announcements, links, areas, places, standards");
        assert_eq!((first[9], first[11]), (80, 1));
        let history = ledger::history(register.db.reader(), "register", 10).await.unwrap();
        let facts = &history[0].1;
        assert_eq!(facts["kind"], "register.loaded");
        assert_eq!(facts["facts"]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(facts["facts"]["added"]["products"], 80);
        commands::load_register(&register.db, &register.desk).await.unwrap();
        assert_eq!(counts(&register).await, first, "loading twice changes nothing");
        if engine == Engine::Sqlite {
            // It takes less than half a second; on a busy machine a few.
            assert!(took.as_secs() < 10, "loading took {took:?}");
        }
    }

    async fn what_is_missing_is_added_and_what_was_edited_stays(engine: Engine) {
        let register = Register::loaded(engine).await;
        let before = counts(&register).await;
        let edited: ProductInput = input(serde_json::json!({
            "slug": "jinzhou-yali", "name": "晋州鸭梨", "aliases": ["晋州贡梨"], "county_codes": ["130183"], "class": "food",
            "base_unit": "g", "account_basis": "plots", "season_from": "08-25", "season_to": "10-20", "source": "持有人 2026 年通知",
            "confidence": "A",
        }));
        let id = register.product("jinzhou-yali").await;
        act!(register, register.desk, change_product on &id, edited).unwrap();
        let gone = register.product("feixiang-yuancong").await;
        let connection = sea_orm::Database::connect(register.url()).await.unwrap();
        for statement in [
            format!("DELETE FROM area_place WHERE area_id IN (SELECT a.id FROM area a JOIN gi_right r ON r.id = a.right_id WHERE r.product_id = '{gone}')"),
            format!("DELETE FROM area WHERE right_id IN (SELECT id FROM gi_right WHERE product_id = '{gone}')"),
            format!("DELETE FROM gi_right WHERE product_id = '{gone}'"),
            format!("DELETE FROM product WHERE id = '{gone}'"),
            format!("DELETE FROM search_text WHERE subject_id = '{gone}'"),
            format!("DELETE FROM search_gram WHERE subject_id = '{gone}'"),
        ] {
            connection.execute_unprepared(&statement).await.unwrap();
        }
        commands::load_register(&register.db, &register.desk).await.unwrap();
        let after = counts(&register).await;
        assert_eq!(after[..9], before[..9]);
        assert_eq!(after[11], before[11] + 2, "one event for the change, one for what was added");
        let kept = queries::product(&register.db, "jinzhou-yali", None, register.today()).await.unwrap();
        assert_eq!((kept.season_from.as_deref(), kept.aliases), (Some("08-25"), vec!["晋州贡梨".to_owned()]));
        let back = queries::search(&register.db, queries::Kind::Product, "肥乡圆葱", 10).await.unwrap();
        assert_eq!(back, [register.product("feixiang-yuancong").await]);
    }

    async fn registered_accepted_and_applied_are_not_mixed_up(engine: Engine) {
        let register = Register::loaded(engine).await;
        let today = register.today();
        let with = |status| RightsAsked { status: Some(status), ..RightsAsked::default() };
        let expected = [
            (RightStatus::Registered, 75, 68),
            (RightStatus::Accepted, 10, 10),
            (RightStatus::TechnicalReviewPassed, 2, 2),
            (RightStatus::Publicised, 2, 2),
            (RightStatus::Applied, 1, 1),
            (RightStatus::ExpertReviewPassed, 1, 1),
        ];
        let mut all = 0;
        for (status, rights, products) in expected {
            let found = queries::rights(&register.db, &with(status), today, None, 200).await.unwrap().items;
            assert_eq!(found.len(), rights, "{status:?}");
            assert!(found.iter().all(|r| r.status == status.word() && r.term.is_some() == (status == RightStatus::Registered)));
            let asked = ProductsAsked { status: Some(status), ..ProductsAsked::default() };
            assert_eq!(queries::product_count(&register.db, &asked).await.unwrap(), products, "{status:?}");
            all += rights;
        }
        assert_eq!(all, 91);
        let on = RightsAsked { route: Some(Route::AgriGi), ..RightsAsked::default() };
        assert_eq!(queries::rights(&register.db, &on, today, None, 200).await.unwrap().items.len(), 27);
        let dates = queries::product(&register.db, "xingtang-dazao", None, today).await.unwrap();
        let said: Vec<(&str, bool)> = dates.rights.iter().map(|r| (r.status.as_str(), r.in_force)).collect();
        assert_eq!(said, [("registered", true), ("applied", false)]);
        let in_force = queries::product(&register.db, "xingtang-dazao", Some(today), today).await.unwrap();
        assert_eq!(in_force.rights.len(), 1, "what is applied for is in force on no day");
    }

    async fn made_up_figures_come_only_when_told_and_are_marked(engine: Engine) {
        let register = Register::loaded(engine).await;
        let product = |slug: &'static str| queries::product(&register.db, slug, None, register.today());
        let real = product("zhaoxian-xuehuali").await.unwrap();
        assert_eq!((real.yield_cap, real.demo), (Some(1_500_000), false), "1,500 kg a 亩 stand in the announcement");
        assert!(real.yield_cap_source.unwrap().contains("HB001"));
        let before = product("jinzhou-yali").await.unwrap();
        assert_eq!((before.yield_cap, before.season_from, before.demo), (None, None, false));
        commands::load_demo_figures(&register.db, &register.desk).await.unwrap();
        let once = counts(&register).await;
        commands::load_demo_figures(&register.db, &register.desk).await.unwrap();
        commands::load_register(&register.db, &register.desk).await.unwrap();
        assert_eq!(counts(&register).await, once);
        let pears = product("jinzhou-yali").await.unwrap();
        assert_eq!((pears.yield_cap, pears.season_from.as_deref(), pears.season_to.as_deref()), (Some(2_500_000), Some("08-20"), Some("10-31")));
        assert!(pears.demo && ["season", "closing_date", "yield_cap", "carry_over_cap"].iter().all(|f| pears.demo_figures.contains(&(*f).to_owned())));
        let snow = product("zhaoxian-xuehuali").await.unwrap();
        assert_eq!(snow.yield_cap, Some(1_500_000), "a figure with a source is kept");
        assert!(snow.demo && !snow.demo_figures.contains(&"yield_cap".to_owned()));
        let noodles = product("gaocheng-gongmian").await.unwrap();
        assert_eq!((noodles.yield_cap, noodles.account_basis.as_str()), (Some(950), "raw_material"), "grams from a kilogram of flour");
        let standards = queries::standards(&register.db, Some(&noodles.id), None, 10).await.unwrap().items;
        assert_eq!(standards.iter().map(|s| (s.number.as_str(), s.demo)).collect::<Vec<_>>(), [("演示标准 GM-2026", true)]);
        let all = ProductsAsked::default();
        let marked = queries::products(&register.db, &all, register.today(), None, 200).await.unwrap().items.iter().filter(|p| p.demo).count();
        assert_eq!(marked, 3);
    }

    async fn divisions_keep_their_history(engine: Engine) {
        let register = Register::loaded(engine).await;
        let old = queries::division(&register.db, "130182").await.unwrap();
        assert_eq!((old.name.as_str(), old.abolished, old.successors.as_slice()), ("藁城市", true, &["130109".to_owned()][..]));
        assert_eq!(queries::division(&register.db, "130103").await.unwrap().successors, ["130102", "130104"]);
        let town = queries::division(&register.db, "130183104").await.unwrap();
        assert_eq!((town.level.as_str(), town.parent_code.as_deref()), ("township", Some("130183")));
        assert!(town.full_name.starts_with("河北省石家庄市晋州市"));
        let inside = |parent: &'static str| queries::divisions(&register.db, Some(parent), None, None, 200);
        let cities = inside("130000").await.unwrap().items;
        assert_eq!(cities.iter().filter(|d| !d.abolished).count(), 11);
        let codes = |list: &queries::Listed<queries::DivisionView>| list.items.iter().map(|d| d.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&inside("130182").await.unwrap()), codes(&inside("130109").await.unwrap()), "the townships of 藁城 by its old code");
        let found = queries::divisions(&register.db, Some("130100"), Some("gaocheng"), None, 10).await.unwrap();
        assert_eq!(codes(&found), ["130109", "130182"]);
        assert_eq!(codes(&queries::divisions(&register.db, None, Some("行唐"), None, 10).await.unwrap())[0], "130125");
        let first = queries::divisions(&register.db, Some("130183"), None, None, 3).await.unwrap();
        let second = queries::divisions(&register.db, Some("130183"), None, first.next_cursor.as_deref(), 3).await.unwrap();
        assert!(first.items.len() == 3 && codes(&first) < codes(&second));
        assert!(queries::division(&register.db, "999999").await.unwrap_err().says("not_found"));
    }
}
