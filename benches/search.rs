//! Search over 10^5 names beside `LIKE '%…%'` on the same table and engine, in one run: all that is found (its number is the count) and
//! the first twenty of the list. Every query must find exactly what `LIKE` finds.
//!
//! `tests/run with-postgres cargo bench --bench search` runs it on both engines; without PostgreSQL it runs on SQLite alone.
//! `SEARCH_BENCH_NAMES` sets how many names there are.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't be set up stops")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement, Value};
use support::{Engine, fresh_database_url};
use yanzhao::db::{self, Db};
use yanzhao::kernel::Random;
use yanzhao::registry::queries::{Kind, search};
use yanzhao::registry::search::fold;
use yanzhao::registry::store::search::{Entry, put};

/// Each figure is the median of what fits into this.
const MEASURED: Duration = Duration::from_millis(1500);
const COUNTIES: [&str; 40] = [
    "晋州", "赵县", "藁城", "辛集", "深州", "泊头", "魏县", "黄骅", "行唐", "阜平", "蔚县", "怀来", "涿鹿", "宣化", "迁西", "迁安", "宽城",
    "兴隆", "平泉", "围场", "滦平", "隆化", "玉田", "乐亭", "昌黎", "卢龙", "安国", "满城", "易县", "涞水", "顺平", "望都", "鸡泽", "涉县",
    "永年", "临城", "内丘", "富岗", "巨鹿", "清河",
];
const BRANDS: [&str; 60] = [
    "鑫", "源", "丰", "盛", "绿", "康", "瑞", "泰", "宏", "达", "华", "兴", "旺", "顺", "福", "禄", "祥", "和", "金", "银", "玉", "龙",
    "凤", "春", "夏", "秋", "冬", "东", "南", "西", "北", "山", "河", "湖", "海", "田", "园", "林", "森", "木", "长", "永", "恒", "久",
    "新", "天", "地", "诚", "信", "义", "德", "仁", "美", "佳", "嘉", "庆", "喜", "乐", "宝", "珍",
];
const GOODS: [&str; 20] = [
    "鸭梨",
    "雪花梨",
    "大枣",
    "冬枣",
    "板栗",
    "核桃",
    "小米",
    "柿子",
    "苹果",
    "葡萄",
    "辣椒",
    "白菜",
    "蜜桃",
    "黄芩",
    "杏扁",
    "香菇",
    "宫面",
    "河蟹",
    "甘薯",
    "草莓",
];
const KINDS: [&str; 5] = ["种植专业合作社", "果品有限公司", "家庭农场", "农业科技有限公司", "食品厂"];

/// What is asked for, and what sort of query it is.
const QUERIES: [(&str, &str); 15] = [
    ("2 characters", "晋州"),
    ("2 characters", "雪花"),
    ("2 characters, few have them", "鑫源"),
    ("3 characters", "雪花梨"),
    ("3 characters, few have them", "赵县鑫"),
    ("1 character", "栗"),
    ("1 character, few have it", "喜"),
    ("1 character, most have it", "社"),
    ("pinyin", "xuehuali"),
    ("pinyin", "jinzhou"),
    ("initials", "xhl"),
    ("initials", "jzxy"),
    ("1 letter", "x"),
    ("2 words", "晋州 鸭梨"),
    ("nobody has it", "牛肉"),
];

fn made_up(random: &Random) -> String {
    let of = |parts: &[&'static str]| parts[usize::try_from(random.below(parts.len() as u64)).unwrap()];
    format!("{}{}{}{}{}", of(&COUNTIES), of(&BRANDS), of(&BRANDS), of(&GOODS), of(&KINDS))
}

/// The median of as many calls as fit, in milliseconds, and what the last one gave.
macro_rules! timed {
    ($act:expr) => {{
        let (begun, mut took) = (Instant::now(), Vec::new());
        let given = loop {
            let start = Instant::now();
            let given = $act.await;
            took.push(start.elapsed().as_secs_f64() * 1000.0);
            if begun.elapsed() > MEASURED && took.len() > 2 {
                break given;
            }
        };
        took.sort_by(f64::total_cmp);
        (took[took.len() / 2], given)
    }};
}

/// Ids whose text holds every word, by a scan of the table.
async fn by_like(db: &Db, q: &str, select: &str, end: &str) -> Vec<sea_orm::QueryResult> {
    let words: Vec<String> = fold(q).split(' ').map(|word| format!("%{word}%")).collect();
    let likes: Vec<String> = (2..words.len() + 2).map(|n| format!("words LIKE ${n}")).collect();
    let sql = format!("SELECT {select} FROM search_text WHERE kind = $1 AND {} {end}", likes.join(" AND "));
    let values = std::iter::once(Kind::Organisation.word().to_owned()).chain(words).map(Value::from);
    db.reader().query_all_raw(Statement::from_sql_and_values(db.reader().get_database_backend(), sql, values)).await.unwrap()
}

async fn fill(db: &Db, names: u32) {
    let random = Random::seeded(3);
    let mut made = 0;
    while made < names {
        let some = (names - made).min(5_000);
        let entries: Vec<Entry> = (made..made + some)
            .map(|n| Entry::of(Kind::Organisation, &format!("org_{n:026}"), &made_up(&random), &[], &["河北省"], &[]))
            .collect();
        db.write(move |tx| {
            let entries = entries.clone();
            Box::pin(async move { put(tx, &entries).await })
        })
        .await
        .unwrap();
        made += some;
    }
    db.write(|tx| Box::pin(async move { Ok(tx.connection().execute_unprepared("ANALYZE").await.map(drop)?) })).await.unwrap();
}

async fn measure(engine: Engine, names: u32) {
    let (url, _guard) = fresh_database_url(engine).await;
    let db = Db::open(&url).await.unwrap();
    db::up(&db).await.unwrap();
    let begun = Instant::now();
    fill(&db, names).await;
    println!("\n{engine:?}: {names} names kept in {:.0} s", begun.elapsed().as_secs_f64());
    println!(
        "{:<30}{:<12}{:>8}{:>11}{:>11}{:>8}{:>11}{:>11}{:>8}",
        "query", "", "found", "LIKE all", "all", "ratio", "LIKE 20", "first 20", "ratio"
    );
    for (what, q) in QUERIES {
        let (like_all, rows) = timed!(by_like(&db, q, "subject_id", ""));
        let (all, found) = timed!(search(&db, Kind::Organisation, q, usize::MAX));
        let mut found = found.unwrap();
        let mut expected: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let best: Vec<String> = found.iter().take(20).cloned().collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{engine:?} {q}: not what LIKE finds");
        let (like_some, _) = timed!(by_like(&db, q, "subject_id", "ORDER BY sort_key, subject_id LIMIT 20"));
        let (some, first) = timed!(search(&db, Kind::Organisation, q, 20));
        assert_eq!(first.unwrap(), best, "{engine:?} {q}: the first twenty are not the best of all");
        println!(
            "{what:<30}{q:<12}{:>8}{like_all:>9.2}ms{all:>9.2}ms{:>8.2}{like_some:>9.2}ms{some:>9.2}ms{:>8.2}",
            found.len(),
            like_all / all,
            like_some / some
        );
    }
    db.close().await;
}

#[tokio::main]
async fn main() {
    let names = std::env::var("SEARCH_BENCH_NAMES").map_or(100_000, |n| n.parse().expect("a number"));
    println!("ratio: how many times as fast as LIKE '%…%' over the same table; medians");
    let with_postgres = std::env::var(support::postgres::VARIABLE).is_ok();
    for engine in [Engine::Sqlite, Engine::Postgres].into_iter().filter(|e| *e == Engine::Sqlite || with_postgres) {
        measure(engine, names).await;
    }
}
