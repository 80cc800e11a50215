//! A recorded scan over HTTP against a bare route that answers as many bytes, both under the same load from `wrk`, in one run: how much
//! of what the machine can answer is left when every answer waits for a durable commit. `scans` is the scan desk behind a plain route;
//! `service` is the whole service as it runs, asked for JSON.
//!
//! `tests/run with-postgres cargo bench --bench scan` runs it on both engines; without PostgreSQL it runs on SQLite alone. The private
//! cluster is made durable (fsync on) for the time of the run. `SCAN_BENCH_SECONDS` sets how long each load lasts, 5 by default;
//! `SCAN_BENCH_CONNECTIONS` how many ask at once, 128 by default: no more scans than that fit into one commit, and what one commit takes
//! (the column `commit`, of one row alone) is the floor of an answer, whatever the program does. `SCAN_BENCH_DIR` says where the SQLite
//! file lies. `anonymous` is the most anonymous memory that the process had during the scans: server, bench and database pools together.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that can't be set up stops")]

#[path = "../tests/scans/rows.rs"]
mod rows;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "../tests/scans/world.rs"]
mod world;

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path as File, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ConnectionTrait, Statement};
use serde::Serialize;
use support::Engine;
use world::{Issued, World};
use yanzhao::config::Config;
use yanzhao::kernel::{Clock, Random};
use yanzhao::node;
use yanzhao::trace::code::Code;
use yanzhao::trace::place::Places;
use yanzhao::trace::scan::{ScanDesk, Scanned, Via};

/// Codes asked for, drawn over the whole order.
const ASKED: u32 = 200_000;
/// Connections of the load.
static CONNECTIONS: LazyLock<String> = LazyLock::new(|| std::env::var("SCAN_BENCH_CONNECTIONS").unwrap_or_else(|_| "128".to_owned()));

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[derive(Serialize)]
struct Answer<'a> {
    code: &'a str,
    verdict: &'static str,
    severity: &'static str,
    recorded: bool,
    product: &'a str,
    producer: &'a str,
    batch: Option<&'a str>,
    origin: Option<&'a str>,
    rights: Vec<&'a str>,
    sessions: u32,
    first_at: Option<i64>,
    base_url: &'a str,
}

fn answer(code: &Code, scanned: &Scanned) -> String {
    let (facts, batch) = (&scanned.facts, scanned.facts.batch.as_deref());
    let answer = Answer {
        code: code.as_str(),
        verdict: scanned.decision.verdict.word(),
        severity: scanned.decision.verdict.severity().word(),
        recorded: scanned.recorded,
        product: facts.order.product(),
        producer: facts.order.producer(),
        batch: batch.map(|b| b.lot.as_str()),
        origin: batch.map(|b| b.origin.as_str()),
        rights: batch.map(|b| b.rights.iter().map(|r| r.route.name()).collect()).unwrap_or_default(),
        sessions: facts.verdict.history.sessions,
        first_at: facts.verdict.history.first_at,
        base_url: &facts.order.base_url,
    };
    serde_json::to_string(&answer).unwrap()
}

#[derive(Clone)]
struct Site {
    desk: ScanDesk,
    places: std::sync::Arc<Places>,
    bare: String,
}

async fn scan(State(site): State<Site>, Path(code): Path<String>, headers: HeaderMap) -> impl IntoResponse {
    let code = Code::parse(&code).unwrap();
    let located = site.desk.locate(&code).unwrap();
    let agent = headers.get("user-agent").and_then(|a| a.to_str().ok()).unwrap_or_default();
    let address = IpAddr::from([192, 0, 2, 1]);
    let visitor = site.desk.visitors().of_client(address, agent).await;
    let scanned = site.desk.record(located, visitor, site.places.of(address), Via::Printed).await.unwrap();
    assert!(scanned.recorded);
    (JSON, answer(&code, &scanned))
}

async fn bare(State(site): State<Site>, Path(_code): Path<String>) -> impl IntoResponse {
    (JSON, site.bare)
}

/// Serves until the runtime ends.
async fn serve(site: Site) -> SocketAddr {
    let router = Router::new().route("/Q/{code}", get(scan)).route("/bare/{code}", get(bare)).with_state(site);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// The whole service on the same database; serves until the runtime ends.
async fn whole(world: &World, url: &str, dir: &File) -> SocketAddr {
    let config = Config {
        database_url: url.to_owned(),
        base_url: "https://gi.example.cn".to_owned(),
        secrets_dir: dir.to_owned(),
        master_key: world::MASTER_KEY.to_owned(),
        place_table: "tests/fixtures/places.csv".into(),
        ..Config::default()
    };
    let app = node::assemble(config, world.db.clone(), world.clock.clone(), Random::system()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(yanzhao::web::serve(app, listener, std::future::pending(), std::time::Duration::ZERO));
    address
}

/// Every request names another code and comes from another telephone, so that each is a new session.
fn script(dir: &File, order: &Issued, count: u32) -> PathBuf {
    let random = Random::seeded(1);
    let mut codes = String::new();
    for n in 0..ASKED.min(count) {
        let seq = if count <= ASKED { n + 1 } else { u32::try_from(random.below(u64::from(count))).unwrap() + 1 };
        writeln!(codes, "{}", order.code(seq)).unwrap();
    }
    let (list, script) = (dir.join("codes"), dir.join("load.lua"));
    std::fs::write(&list, codes).unwrap();
    let load = format!(
        "wrk.headers[\"Accept\"] = \"application/json\"\nlocal codes = {{}}\nfor line in io.lines({list:?}) do codes[#codes + 1] = line end\nlocal n, route = 0, \"/Q/\"\n\
         function init(args) route = args[1]; n = os.time() % 100000 * 1000003 end\n\
         function request()\n  n = n + 1\n  wrk.headers[\"User-Agent\"] = \"telephone \" .. n\n\
         \x20 return wrk.format(\"GET\", route .. codes[n * 7919 % #codes + 1])\nend\n"
    );
    std::fs::write(&script, load).unwrap();
    script
}

struct Load {
    per_second: f64,
    median: String,
    slowest: String,
}

/// What `wrk` says of one load.
async fn load(address: SocketAddr, script: &File, route: &str, seconds: &str) -> Load {
    let (script, route, seconds) = (script.to_owned(), route.to_owned(), seconds.to_owned());
    let said = tokio::task::spawn_blocking(move || {
        let out = Command::new("wrk")
            .args(["-t1", "-c", CONNECTIONS.as_str(), "-d", &format!("{seconds}s"), "--latency", "-s"])
            .arg(&script)
            .arg(format!("http://{address}/"))
            .args(["--", &route])
            .output()
            .expect("wrk is installed (Debian package wrk)");
        String::from_utf8(out.stdout).unwrap()
    })
    .await
    .unwrap();
    assert!(!said.contains("Non-2xx") && !said.contains("Socket errors"), "{said}");
    let after = |mark: &str| said.lines().find_map(|line| line.trim().strip_prefix(mark)).unwrap_or("?").trim().to_owned();
    Load { per_second: after("Requests/sec:").parse().unwrap(), median: after("50%"), slowest: after("99%") }
}

/// `sessions` sessions recorded before, spread over as many codes as there are, at most one visitor each per minute.
async fn prefill(world: &World, engine: Engine, count: i64, sessions: i64) {
    let now = world.clock.now() - 3_600_000;
    let (codes, each) = (sessions.min(count), (sessions / count).max(1));
    let visit = "AAECAwQFBgc1c71f80@河北/石家庄";
    let ring = vec![visit; usize::try_from(each.min(32)).unwrap()].join(";");
    let numbers = |most: i64| match engine {
        Engine::Postgres => format!("generate_series(CAST(1 AS bigint), {most}) AS numbers(n)"),
        Engine::Sqlite => {
            format!("(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {most}) SELECT n FROM up) AS numbers")
        }
    };
    // Spread over the order: 7919 is prime to every count used here.
    world
        .sql(&format!(
            "INSERT INTO code_stat (order_no, seq, sessions, first_at, first_place, first_visitor, last_at, last_place, ring, revision) \
             SELECT 1, n * 7919 % {count} + 1, {each}, {now}, '河北/石家庄', 1, {now}, '河北/石家庄', '{ring}', {each} FROM {}",
            numbers(codes)
        ))
        .await;
    world
        .sql(&format!(
            "INSERT INTO scan (at, order_no, seq, visitor, place, via, verdict) \
             SELECT {now}, 1, n * 7919 % {count} + 1, n, '河北/石家庄', 'printed', 'first_check' FROM {}",
            numbers(sessions)
        ))
        .await;
    world.sql("ANALYZE").await;
}

async fn total(world: &World) -> i64 {
    let backend = world.db.reader().get_database_backend();
    let row = world.db.reader().query_one_raw(Statement::from_string(backend, "SELECT count(*) FROM scan")).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Anonymous memory of this process that is resident, in MB: the program and its caches, not the database's file. Linux only.
fn anonymous_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).and_then(|kb| kb.trim().strip_suffix(" kB"));
    kb.and_then(|kb| kb.trim().parse::<f64>().ok()).map_or(f64::NAN, |kb| kb / 1024.0)
}

/// The highest anonymous memory while something runs, looked at ten times a second.
async fn highest<T>(running: impl Future<Output = T>) -> (T, f64) {
    let (mut most, mut running) = (anonymous_mb(), std::pin::pin!(running));
    let mut every = tokio::time::interval(std::time::Duration::from_millis(100));
    loop {
        tokio::select! {
            given = &mut running => return (given, most.max(anonymous_mb())),
            _ = every.tick() => most = most.max(anonymous_mb()),
        }
    }
}

/// One engine with so many issued codes and recorded sessions; prints the bare route and the scan.
async fn measure(engine: Engine, count: u32, sessions: i64, seconds: &str) {
    let beside = std::env::var("SCAN_BENCH_DIR").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
    let dir = tempfile::tempdir_in(beside).unwrap();
    let (url, _guard) = match engine {
        Engine::Sqlite => (format!("sqlite://{}", dir.path().join("scan.db").display()), None),
        Engine::Postgres => {
            let (url, guard) = support::fresh_database_url(engine).await;
            (url, Some(guard))
        }
    };
    let world = World::at(&url, Clock::system()).await;
    let order = world.active(1, count).await;
    prefill(&world, engine, i64::from(count), sessions).await;
    let desk = world.desk().await;
    let commit = one_commit(&world).await;
    let code = order.code(1);
    let who = desk.visitors().of_client([192, 0, 2, 1].into(), "telephone").await;
    let sample = desk.record(desk.locate(&code).unwrap(), who, None, Via::Printed).await.unwrap();
    let places = Places::load(File::new("tests/fixtures/places.csv")).unwrap();
    let site = Site { desk: desk.clone(), places: places.into(), bare: answer(&code, &sample) };
    let address = serve(site).await;
    let script = script(dir.path(), &order, count);

    let before = load(address, &script, "/bare/", seconds).await;
    let known = total(&world).await;
    let (scans, memory) = highest(load(address, &script, "/Q/", seconds)).await;
    desk.stop().await;
    let journal = total(&world).await - known;
    let service = whole(&world, &url, dir.path()).await;
    let all = load(service, &script, "/Q/", seconds).await;
    let after = load(address, &script, "/bare/", seconds).await;
    let bare = f64::midpoint(before.per_second, after.per_second);
    println!(
        "{:<10}{count:>10}{sessions:>10}{bare:>10.0}{:>10.0}{:>8.2}{:>10.0}{:>8.2}{:>10}{:>10}{commit:>8.2}ms{journal:>10}{memory:>8.0}MB",
        format!("{engine:?}"),
        scans.per_second,
        scans.per_second / bare,
        all.per_second,
        all.per_second / bare,
        scans.median,
        scans.slowest
    );
    world.db.close().await;
}

/// Milliseconds that a transaction of one row takes, the median of some.
async fn one_commit(world: &World) -> f64 {
    let mut took = Vec::new();
    for _ in 0..50 {
        let begun = std::time::Instant::now();
        world.sql("UPDATE code_range SET since = since + 1 WHERE order_no = 1").await;
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    took[took.len() / 2]
}

#[tokio::main]
async fn main() {
    let seconds = std::env::var("SCAN_BENCH_SECONDS").unwrap_or_else(|_| "5".to_owned());
    println!("{} connections, {seconds} s each; every scan is a new session, answered after its commit", *CONNECTIONS);
    println!(
        "{:<10}{:>10}{:>10}{:>10}{:>10}{:>8}{:>10}{:>8}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "engine", "issued", "recorded", "bare/s", "scans/s", "ratio", "service/s", "ratio", "p50", "p99", "commit", "journal", "anonymous"
    );
    let with_postgres = std::env::var(support::postgres::VARIABLE).is_ok();
    if with_postgres {
        support::postgres::durable(true).await;
    }
    for engine in [Engine::Sqlite, Engine::Postgres].into_iter().filter(|e| *e == Engine::Sqlite || with_postgres) {
        for (count, sessions) in [(10_000, 10_000), (10_000, 1_000_000), (10_000_000, 10_000), (10_000_000, 1_000_000)] {
            measure(engine, count, sessions, &seconds).await;
        }
    }
    if with_postgres {
        support::postgres::durable(false).await;
    }
}
