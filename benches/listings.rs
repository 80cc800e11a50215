//! Listings by the hundred thousand: scoring all of them anew, how long others wait who write meanwhile, one capture of a shop with
//! thousands of listings, and a turn of the audit queue; each beside the same thing with 1,000 listings in the same run.
//!
//! `tests/run with-postgres cargo bench --bench listings` runs it on both engines; without PostgreSQL it runs on SQLite alone.
//! `LISTINGS_BENCH` sets how many listings there are.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't be set up stops")]

#[path = "../tests/support/mod.rs"]
mod support;
#[path = "support/waiting.rs"]
mod waiting;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use sha2::{Digest, Sha256};
use support::Engine;
use support::world::{COUNTY, World, act};
use yanzhao::db::Db;
use yanzhao::entity::{listing, listing_capture, seller};
use yanzhao::jobs::{ask_rescore_listings, rescore_listings};
use yanzhao::kernel::Random;
use yanzhao::kernel::clock::DAY;
use yanzhao::supervision::audit::queries::{AuditFilter, audits};
use yanzhao::supervision::commands::listing::{grant_authorisation, record_listing};
use yanzhao::trade::authorisation::AuthorisationInput;
use yanzhao::trade::listing::ListingInput;

use waiting::{at, others};

/// Listings of a seller.
const EACH: usize = 50;
/// Rows of a turn of the queue.
const TURN: u64 = 1_000;
const PRODUCTS: [&str; 8] = ["晋州鸭梨", "赵县雪花梨", "深州蜜桃", "黄骅冬枣", "迁西板栗", "宣化牛奶葡萄", "涉县核桃", "藁城宫面"];
/// What titles say: honest ones, evocations, claims, other places, pinyin, a swapped character.
const TITLES: [&str; 7] = [
    "{} 5斤装",
    "产地晋州 {} 10斤 礼盒",
    "{}味硬糖 500g",
    "正宗{} 国家地理标志产品",
    "新疆香梨 8斤 礼盒",
    "jinzhou yali 5kg",
    "晋卅鸭梨 5斤",
];

/// Rows through entities, some thousand a transaction.
async fn insert<E, A>(db: &Db, rows: Vec<E::Model>)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A> + Clone + Send + Sync + 'static,
    A: sea_orm::ActiveModelTrait<Entity = E> + Send + 'static,
{
    for rows in rows.chunks(1_000) {
        let rows = rows.to_vec();
        db.write(move |tx| {
            let rows: Vec<A> = rows.iter().cloned().map(|row| row.into_active_model().reset_all()).collect();
            Box::pin(async move {
                E::insert_many(rows).exec_without_returning(tx.connection()).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    }
}

/// Sellers with listings of two captures each; everything else of them is unknown. The last seller has all listings beyond.
async fn fill(world: &World, many: usize, of_last: usize) {
    let (random, now) = (Random::seeded(5), world.clock.now());
    let below = |n: usize| usize::try_from(random.below(n as u64)).unwrap();
    let sellers = many / EACH;
    let seller_row = |n: usize| seller::Model {
        id: format!("sel_{n:026}"),
        kind: "farmer".to_owned(),
        name: format!("卖家{n}"),
        credit_code: None,
        organisation_id: None,
        division_code: COUNTY.to_owned(),
        place: format!("街{n}"),
        contact: None,
        recorded_at: now,
        recorded_by: "acc".to_owned(),
    };
    insert::<seller::Entity, _>(&world.db, (0..=sellers).map(seller_row).collect()).await;
    let (mut rows, mut captures) = (Vec::new(), Vec::new());
    for n in 0..many + of_last {
        let id = format!("lis_{n:026}");
        let title = TITLES[below(TITLES.len())].replace("{}", PRODUCTS[below(PRODUCTS.len())]);
        rows.push(listing::Model {
            id: id.clone(),
            seller_id: format!("sel_{:026}", if n < many { n % sellers } else { sellers }),
            platform: "淘宝".to_owned(),
            item_id: (900_000_000_000 + n).to_string(),
            claimed_product_id: None,
            recorded_at: now - 60 * DAY,
            recorded_by: "acc".to_owned(),
        });
        for (days, sold) in [(60, 100), (2, 150)] {
            captures.push(listing_capture::Model {
                listing_id: id.clone(),
                captured_at: now - days * DAY,
                title: title.clone(),
                url: None,
                shop: None,
                price_fen: Some(1_000 + i64::try_from(below(9_000)).unwrap()),
                claimed_product: None,
                stock: None,
                sold: Some(sold),
                recorded_by: "acc".to_owned(),
                origin: None,
                ship_from: None,
                details: None,
                shows_mark: None,
                content_hash: data_encoding::HEXLOWER.encode(&Sha256::digest(&title)),
            });
        }
    }
    insert::<listing::Entity, _>(&world.db, rows).await;
    insert::<listing_capture::Entity, _>(&world.db, captures).await;
}

/// Scores everything; seconds it took, and how many there were.
async fn rescored(world: &World) -> (f64, i64, i64) {
    ask_rescore_listings(&world.db, &world.clock, &world.random).await.unwrap();
    let begun = Instant::now();
    let row = rescore_listings(&world.db, &world.clock, |_| ()).await.unwrap().unwrap();
    (begun.elapsed().as_secs_f64(), row.done, row.changed)
}

/// The median of five, in milliseconds.
macro_rules! median {
    ($act:expr) => {{
        let mut took = Vec::new();
        for _ in 0..5 {
            let begun = Instant::now();
            $act;
            took.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        at_middle(took)
    }};
}

fn at_middle(mut took: Vec<f64>) -> f64 {
    took.sort_by(f64::total_cmp);
    took[took.len() / 2]
}

/// One size on one engine: a row of figures.
async fn measure(engine: Engine, many: usize) -> Vec<(&'static str, f64)> {
    let world = World::new(engine).await;
    let producer = world.organisation("某某鸭梨合作社", COUNTY).await;
    let mut first = None;
    for name in PRODUCTS {
        let product = world.product(name, |_| {}).await;
        let right = world.right(&product, None, |_| {}).await;
        world.mark_use(&producer, &right, "2024-01-01", None).await;
        first.get_or_insert(product);
    }
    let officer = world.office("officer");
    let of_last = many / 20;
    fill(&world, many, of_last).await;
    let member = world.member("另一个人", &producer);
    let idle = others(world.db.clone(), member.clone(), "闲时村", 200, Arc::default()).await;
    let over = Arc::new(AtomicBool::new(false));
    let meanwhile = tokio::spawn(others(world.db.clone(), member, "忙时村", usize::MAX, over.clone()));
    let (new, done, changed) = rescored(&world).await;
    over.store(true, Ordering::SeqCst);
    let waited = meanwhile.await.unwrap();
    assert_eq!(done, i64::try_from(many + of_last).unwrap(), "every listing is scored");
    assert!(changed > done / 4, "{changed} of {done} listings have findings");
    let (again, _, unchanged) = rescored(&world).await;
    assert_eq!(unchanged, 0, "nothing changed in between");

    // A shop with all those listings, whose sales are held against what it may sell.
    let last = format!("sel_{:026}", many / EACH);
    let input = json!({ "producer_id": producer, "seller": last, "product_id": first, "season": "2026", "net_weight_g": 1_000_000,
        "from": "2026-09-01", "to": "2027-08-31", "contract": "HT-1" });
    let input: AuthorisationInput = serde_json::from_value(input).unwrap();
    let begun = Instant::now();
    act!(world, officer, |tx, desk| grant_authorisation(tx, desk, &input), [input]).unwrap();
    let authorised = begun.elapsed().as_secs_f64() * 1000.0;
    let mut item = 0;
    let captured = median!({
        item += 1;
        world.clock.advance(1_000);
        let input = json!({ "seller_id": last, "platform": "淘宝", "item_id": (900_000_000_000_usize + many + item).to_string(), "title": "晋州鸭梨 3斤" });
        let input: ListingInput = serde_json::from_value(input).unwrap();
        act!(world, officer, |tx, desk| record_listing(tx, desk, &input), [input]).unwrap();
    });

    let mut cursor = None;
    let (mut turns, mut rows) = (Vec::new(), 0);
    while turns.len() < 40 {
        let begun = Instant::now();
        let (views, next) =
            audits(&world.db, &world.clock, &officer.actor, &AuditFilter::default(), cursor.as_deref(), TURN).await.unwrap();
        rows += views.len();
        turns.push(begun.elapsed().as_secs_f64() * 1000.0);
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(rows >= 1_000, "the queue has rows");
    let (one, slowest) = (turns[0], turns.iter().copied().fold(0.0, f64::max));
    vec![
        ("listings", (many + of_last) as f64),
        ("scored new, s", new),
        ("µs each", new * 1e6 / done as f64),
        ("again, s", again),
        ("write idle p50, ms", at(&idle, 500)),
        ("p99", at(&idle, 990)),
        ("meanwhile p50", at(&waited, 500)),
        ("p99 meanwhile", at(&waited, 990)),
        ("shop's listings", of_last as f64),
        ("its authorisation, ms", authorised),
        ("a capture of it, ms", captured),
        ("first turn, ms", one),
        ("slowest turn, ms", slowest),
    ]
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let many: usize = std::env::var("LISTINGS_BENCH").map_or(100_000, |n| n.parse().expect("a number"));
    let mut engines = vec![("SQLite", Engine::Sqlite)];
    if std::env::var(support::postgres::VARIABLE).is_ok() {
        engines.push(("PostgreSQL", Engine::Postgres));
    }
    for (name, engine) in engines {
        let (small, large) = (measure(engine, 1_000).await, measure(engine, many).await);
        println!("\n| {name} | 1,000 | {many} | ratio |\n|---|--:|--:|--:|");
        for ((what, small), (_, large)) in small.into_iter().zip(large) {
            println!("| {what} | {small:.2} | {large:.2} | {:.2} |", large / small);
        }
    }
}
