//! The main job on a fresh machine: an embedded database with the real Hebei register, demonstration organisations and accounts,
//! and (as the rooms are built) plots, batches and codes. Idempotent; passwords are set again at each start; no real authority is named.

pub mod accounts;
mod alerts;
mod annual;
mod applications;
mod audits;
mod codes;
mod farm;
mod goods;
mod holder;
mod inspections;
mod market;
mod numbers;
mod people;
mod plan;
mod printing;
mod reports;
mod stories;

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::cli::DemoArgs;
use crate::config::Config;
use crate::kernel::{Clock, Failure, Outcome, Random, crockford};
use crate::node;
use crate::web::App;

/// Sets the demonstration up, says what there is to try, and serves until Ctrl-C.
///
/// # Errors
/// If the address is taken or the directory can't be written.
pub async fn run(args: &DemoArgs, clock: &Clock, random: &Random) -> Outcome<()> {
    let listener = TcpListener::bind(&args.addr).await.map_err(|e| Failure::broken(format!("{}: {e}", args.addr)))?;
    let address = listener.local_addr().map_err(Failure::broken)?;
    let config = settings(args, address)?;
    let site = config.base_url.clone();
    eprintln!("准备演示数据 preparing demonstration data …");
    let db = node::open(&config, clock, random).await?;
    let password = std::env::var("YANZHAO_DEMO_PASSWORD")
        .unwrap_or_else(|_| crockford::upper(u128::from_le_bytes(random.bytes()), 12).to_ascii_lowercase());
    let mut accounts = accounts::prepare(&db, clock, random, &password).await?;
    let app = node::assemble(config, db, clock.clone(), random.clone()).await?;
    prepare_goods(&app).await?;
    if let (Some(about), Some(said)) = (accounts::prepare_grower(&app.db, clock, random, &password).await?, accounts.as_object_mut()) {
        said.insert("grower".to_owned(), Value::String(about.to_owned()));
    }
    let mut codes = codes::codes_to_try(&app).await?;
    alerts::prepare(&app, &mut codes).await?;
    audits::prepare(&app).await?;
    let facts = json!({ "site": site, "accounts": accounts, "password": password, "codes": codes });
    say(&facts);
    if let Some(file) = &args.facts {
        std::fs::write(file, facts.to_string()).map_err(|e| Failure::broken(format!("{}: {e}", file.display())))?;
    }
    node::serve(app, listener, node::signal()).await
}

/// Seasons, caps and standards made up for the demonstration; each is marked on its row.
///
/// # Errors
/// Only ours.
pub async fn prepare_figures(app: &App) -> Outcome<()> {
    crate::registry::commands::load_demo_figures(&app.db, &crate::kernel::Desk::system(&app.clock, &app.random)).await
}

/// Growers, plots, batches and codes, where they are missing.
///
/// # Errors
/// Only ours.
pub async fn prepare_goods(app: &App) -> Outcome<()> {
    let shop = goods::Workshop { db: &app.db, clock: &app.clock, random: &app.random, keys: &app.keys, config: &app.config };
    shop.prepare().await?;
    stories::prepare(app, &shop).await?;
    numbers::prepare(app, &shop).await
}

fn settings(args: &DemoArgs, address: SocketAddr) -> Outcome<Config> {
    std::fs::create_dir_all(&args.data).map_err(|e| Failure::broken(format!("{}: {e}", args.data.display())))?;
    let database = args.database_url.clone().unwrap_or_else(|| format!("sqlite:{}", args.data.join("yanzhao.db").display()));
    Ok(Config {
        addr: address.to_string(),
        database_url: database,
        base_url: format!("http://{address}"),
        // Another name of the same machine, so that the two surfaces can be told apart without a second address.
        promo_base_url: if address.ip() == std::net::Ipv4Addr::LOCALHOST {
            format!("http://localhost:{}", address.port())
        } else {
            String::new()
        },
        secrets_dir: args.data.join("secrets"),
        files_dir: args.data.join("files"),
        backup_dir: args.data.join("backups"),
        place_table: args.place_table.clone().unwrap_or_default(),
        trusted_proxies: match &args.trusted_proxies {
            Some(list) => list.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>().map_err(Failure::broken)?,
            None => Vec::new(),
        },
        second_factor: "offered".to_owned(),
        demo: true,
        ..Config::default()
    })
}

fn say(facts: &Value) {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    println!("\n燕赵 · 演示数据，未经任何机关授权 · demonstration data\n");
    println!("  网址 site      {}", text(&facts["site"]));
    println!("  登录 sign in   {}/login", text(&facts["site"]));
    println!("  密码 password  {}", text(&facts["password"]));
    for (name, what) in facts["accounts"].as_object().into_iter().flatten() {
        println!("  账号 account   {name:<12} {}", text(what));
    }
    let q = |code: &Value| format!("{}/Q/{}", text(&facts["site"]), text(code));
    println!("\n  可以扫的码 codes to scan:");
    println!("    未查验过 not yet scanned  {}", q(&facts["codes"]["ready"][0]));
    println!("    未启用   not activated    {}", q(&facts["codes"]["inactive"]));
    println!("    已追回   recalled         {}", q(&facts["codes"]["recalled"]));
    println!("    已停用   voided           {}", q(&facts["codes"]["voided"]));
    println!("\n  Ctrl-C 结束 ends it\n");
}
