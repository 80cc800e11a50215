//! Doing what the command line asks. Exit code 0 done, 1 refused or failed (the reason on stderr), 2 misused.

mod backups;
mod sheets;

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use toml::{Table, Value};

use crate::cli::{
    AdminAction, Cli, CodesAction, Command, ConfigAction, GeoipAction, ImportArgs, Job, JobsAction, KeysAction, LedgerAction,
    MigrateAction, SettingArgs,
};
use crate::config::Config;
use crate::db::{self, Db};
use crate::identity::commands::{AccountInput, GrantInput, create_account, grant_role_at_start};
use crate::identity::password;
use crate::identity::profile::{PasswordProfile, judge};
use crate::identity::role::{Role, ScopeKind};
use crate::kernel::{Clock, Desk, Failure, Outcome, Random};
use crate::trace::commands::farm::{FarmSheet, import_farm_work};
use crate::web::body::MOST_BYTES;
use crate::web::words::Lang;
use crate::{demo, jobs, ledger, node, trace, web};

/// Runs one command to its end.
pub async fn run(cli: Cli) -> ExitCode {
    let (clock, random) = (Clock::system(), Random::system());
    match dispatch(cli.command, &clock, &random).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("yanzhao: {}", said(&failure));
            ExitCode::FAILURE
        }
    }
}

/// The language of this terminal.
fn lang() -> Lang {
    if std::env::var("LANG").unwrap_or_default().starts_with("zh") { Lang::Chinese } else { Lang::English }
}

/// A failure for somebody at a terminal: words, fields, and the source, since it is their own machine.
fn said(failure: &Failure) -> String {
    let mut text = web::failure_words(lang(), failure);
    if let Some(source) = &failure.source {
        text = format!("{text} ({source})");
    }
    text
}

async fn dispatch(command: Command, clock: &Clock, random: &Random) -> Outcome<bool> {
    match command {
        Command::Demo(args) => demo::run(&args, clock, random).await.map(|()| true),
        Command::Serve(args) => serve(settings(&args.setting)?, clock, random).await.map(|()| true),
        Command::Migrate { action, setting } => migrate(&settings(&setting)?, &action).await.map(|()| true),
        Command::Admin { action: AdminAction::Create { account, role, password_stdin }, setting } => {
            create_admin(&settings(&setting)?, clock, random, &account, &role, password_stdin).await.map(|()| true)
        }
        Command::Config { action: ConfigAction::Check, setting } => {
            print!("{}", settings(&setting)?.shown());
            Ok(true)
        }
        Command::Codes { action: CodesAction::Inspect { code }, setting } => inspect(&settings(&setting)?, clock, random, &code).await,
        Command::Keys { action: KeysAction::Rotate, setting } => rotate(&settings(&setting)?, clock, random).await.map(|()| true),
        Command::Geoip { action: GeoipAction::Check { file } } => check_places(&file),
        Command::Ledger { action: LedgerAction::Verify { against }, setting } => {
            verify(&settings(&setting)?, random, against.as_deref()).await
        }
        Command::Import(args) => match args.kind.sheet() {
            Some(kind) => sheets::import(&args, kind, clock, random).await,
            None => import(&args, clock, random).await.map(|()| true),
        },
        Command::Backup { action, setting } => backups::run(action, &setting, clock, random).await,
        Command::Copy(args) => backups::copy(&args).await,
        Command::Export(args) => sheets::export(&args, clock, random).await.map(|()| true),
        Command::Jobs { action: JobsAction::Run { job: Job::CloseSeasons }, setting } => {
            close_seasons(&settings(&setting)?, clock, random).await
        }
        Command::Jobs { action: JobsAction::Run { job: Job::RescoreListings }, setting } => {
            rescore_listings(&settings(&setting)?, clock, random).await
        }
        Command::Jobs { action: JobsAction::Run { job }, setting } => judge_alerts(&settings(&setting)?, clock, random, job).await,
        Command::Openapi { setting } => {
            let description = web::openapi(&settings(&setting)?.base_url);
            println!("{}", serde_json::to_string_pretty(&description).map_err(Failure::broken)?);
            Ok(true)
        }
        Command::Healthcheck { addr } => healthcheck(&addr).await,
    }
}

fn settings(args: &SettingArgs) -> Outcome<Config> {
    let mut flags = Table::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            flags.insert(name.to_owned(), Value::String(value));
        }
    };
    put("database_url", args.database_url.clone());
    put("base_url", args.base_url.clone());
    put("promo_base_url", args.promo_base_url.clone());
    put("addr", args.addr.clone());
    put("secrets_dir", args.secrets_dir.as_ref().map(|p| p.display().to_string()));
    Config::load(args.config.as_deref(), std::env::vars(), flags)
}

async fn serve(config: Config, clock: &Clock, random: &Random) -> Outcome<()> {
    let db = node::open(&config, clock, random).await?;
    let listener = tokio::net::TcpListener::bind(&config.addr).await.map_err(|e| Failure::broken(format!("{}: {e}", config.addr)))?;
    let app = node::assemble(config, db, clock.clone(), random.clone()).await?;
    if let Some(word) = node::offer_first_run(&app).await? {
        let port = listener.local_addr().map_err(Failure::broken)?.port();
        println!("还没有账号。请在本机浏览器打开 http://127.0.0.1:{port}/first-run 并填写一次性口令，建立第一批管理员。");
        println!("No account yet. Open that page on this machine and type this one-time word to make the first administrators:");
        println!("\n    {word}\n");
    }
    tracing::info!(addr = app.config.addr, base_url = app.config.base_url, "listening");
    node::serve(app, listener, node::signal()).await
}

/// Takes in a sheet; every fault of every row goes to stderr, one a line.
async fn import(args: &ImportArgs, clock: &Clock, random: &Random) -> Outcome<()> {
    let config = settings(&args.setting)?;
    let bytes = sheets::bytes_of(&args.file, MOST_BYTES)?;
    let db = node::open(&config, clock, random).await?;
    let desk = Desk::system(clock, random);
    let sheet = FarmSheet { bytes, late_reason: args.late_reason.clone(), dry_run: args.dry_run };
    let taken = db.write(move |tx| {
        let (desk, sheet) = (desk.clone(), sheet.clone());
        Box::pin(async move { import_farm_work(tx, &desk, &sheet).await })
    });
    let view = taken.await.map_err(|mut failure| {
        for fault in failure.fields.drain(..) {
            eprintln!(
                "{}",
                web::failure_words(lang(), &Failure { code: fault.code, params: fault.params, ..Failure::invalid("invalid_fields") })
            );
        }
        failure
    })?;
    let trial = if view.dry_run { "试读，未写入 trial, nothing written: " } else { "" };
    println!("{trial}读到 {} 行 rows, 写入 {} 行 added, 已有 {} 行 already on record", view.rows, view.added, view.already);
    Ok(())
}

async fn migrate(config: &Config, action: &MigrateAction) -> Outcome<()> {
    let db = Db::open(&config.database_url).await?;
    if matches!(action, MigrateAction::Up) {
        db::up(&db).await?;
    }
    for step in db::pending(&db).await? {
        println!("{} {}", if step.applied { "done   " } else { "pending" }, step.name);
    }
    Ok(())
}

async fn create_admin(config: &Config, clock: &Clock, random: &Random, account: &str, role: &str, from_stdin: bool) -> Outcome<()> {
    let role =
        Role::parse(role).filter(|r| r.is_administrator()).ok_or_else(|| Failure::field("/role", "word_unknown").with("value", role))?;
    let typed = read_password(from_stdin)?;
    let profile = PasswordProfile::parse(&config.password_profile).unwrap_or(PasswordProfile::Asvs);
    judge(profile, &typed, &[account])?;
    let password_hash = password::hash(typed, random).await?;
    let db = node::open(config, clock, random).await?;
    let desk = Desk::system(clock, random);
    let input = AccountInput {
        name: account.to_owned(),
        display_name: account.to_owned(),
        password_hash,
        organisation_id: None,
        grower_id: None,
        must_change: false,
    };
    db.write(move |tx| {
        let (desk, input) = (desk.clone(), input.clone());
        Box::pin(async move {
            let account = create_account(tx, &desk, &input).await?;
            let from = desk.clock.today();
            let grant = GrantInput { account_id: account.id, role, scope_kind: ScopeKind::All, scope_ref: None, from, to: None };
            grant_role_at_start(tx, &desk.clock, &desk.random, &grant).await
        })
    })
    .await?;
    db.close().await;
    println!("{account}: {}", role.word());
    Ok(())
}

async fn close_seasons(config: &Config, clock: &Clock, random: &Random) -> Outcome<bool> {
    let db = node::open(config, clock, random).await?;
    let closed = jobs::close_seasons(&db, clock, random).await?;
    for lapsed in &closed.lapsed {
        println!("{}   lapsed {}   kept for codes ordered {}", lapsed.account_id, lapsed.amount, lapsed.kept);
    }
    println!("accounts closed {}   failed {}", closed.lapsed.len(), closed.failed);
    db.close().await;
    Ok(closed.failed == 0)
}

async fn rescore_listings(config: &Config, clock: &Clock, random: &Random) -> Outcome<bool> {
    let db = node::open(config, clock, random).await?;
    jobs::ask_rescore_listings(&db, clock, random).await?;
    let shows = std::io::stderr().is_terminal();
    let done = jobs::rescore_listings(&db, clock, |run| {
        if shows {
            eprint!("\r{} / {}", run.done, run.total);
        }
    });
    let done = done.await?;
    if shows {
        eprintln!();
    }
    if let Some(run) = done {
        println!("listings {}   changed {}", run.done, run.changed);
    }
    db.close().await;
    Ok(true)
}

async fn judge_alerts(config: &Config, clock: &Clock, random: &Random, job: Job) -> Outcome<bool> {
    let db = node::open(config, clock, random).await?;
    let judged = match job {
        Job::JudgeNightly => jobs::judge_nightly(&db, clock, random).await?,
        _ => jobs::judge_scans(&db, clock, random).await?,
    };
    println!("scans {}   raised {}   renewed {}   faded {}", judged.scans, judged.raised, judged.renewed, judged.faded);
    db.close().await;
    Ok(true)
}

fn read_password(from_stdin: bool) -> Outcome<String> {
    if from_stdin || !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(Failure::broken)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    rpassword::prompt_password("密码 password: ").map_err(Failure::broken)
}

async fn verify(config: &Config, random: &Random, against: Option<&std::path::Path>) -> Outcome<bool> {
    let db = Db::open(&config.database_url).await?;
    let notary = node::notary(config, random)?;
    let kept = match against {
        Some(path) => notary.read(&std::fs::read_to_string(path).map_err(|e| Failure::broken(format!("{}: {e}", path.display())))?)?,
        None => notary.kept()?,
    };
    let mut replay = trace::replay::Replay::default();
    let mut report = ledger::verify(db.reader(), &kept, |_, _, body| replay.fold(body)).await?;
    report.findings.extend(trace::store::replay::compare(db.reader(), &replay).await?);
    let mut out = std::io::stdout().lock();
    let line = |out: &mut std::io::StdoutLock<'_>, text: String| writeln!(out, "{text}").map_err(Failure::broken);
    line(&mut out, format!("events {}   root {}", report.size, data_encoding::BASE64.encode(&report.root)))?;
    line(&mut out, format!("kept checkpoints {}   proved up to {}   bodies erased {}", kept.len(), report.proved, report.erased))?;
    if report.size > report.proved {
        line(
            &mut out,
            format!("the last {} events are newer than the last kept checkpoint: they can't be proved yet", report.size - report.proved),
        )?;
    }
    for finding in &report.findings {
        line(&mut out, format!("FOUND {finding:?}"))?;
    }
    line(
        &mut out,
        if report.findings.is_empty() { "nothing was found to differ".to_owned() } else { format!("{} findings", report.findings.len()) },
    )?;
    Ok(report.findings.is_empty())
}

async fn inspect(config: &Config, clock: &Clock, random: &Random, code: &str) -> Outcome<bool> {
    let db = Db::open(&config.database_url).await?;
    let keys = node::master_keys(config, random)?;
    let found = trace::queries::code::code_view(&db, &keys, &Desk::system(clock, random).actor, clock.now(), code).await?;
    println!("{}", serde_json::to_string_pretty(&found).map_err(Failure::broken)?);
    Ok(true)
}

async fn rotate(config: &Config, clock: &Clock, random: &Random) -> Outcome<()> {
    if !config.master_key.is_empty() {
        return Err(Failure::conflict("master_key_given"));
    }
    let db = Db::open(&config.database_url).await?;
    node::master_keys(config, random)?;
    let keys = trace::keys::MasterKeys::add(&config.secrets_dir.join("master.keys"), random)?;
    let bar = progress();
    let done = trace::commands::rotation::rotate_keys(&db, std::sync::Arc::new(keys), &Desk::system(clock, random), |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    println!("checked {}   wrapped under the new master key {}", done.checked, done.rewrapped);
    Ok(())
}

/// A bar on a terminal, nothing otherwise.
fn progress() -> indicatif::ProgressBar {
    if std::io::stderr().is_terminal() { indicatif::ProgressBar::new(0) } else { indicatif::ProgressBar::hidden() }
}

fn check_places(file: &std::path::Path) -> Outcome<bool> {
    let report = trace::place::check(file)?;
    for fault in &report.faults {
        println!("{}", fault.words(lang().tag()));
    }
    println!("rows {}   places {}   faults {}", report.rows, report.places, report.faults.len());
    Ok(report.faults.is_empty())
}

async fn healthcheck(addr: &str) -> Outcome<bool> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(addr).await.map_err(Failure::broken)?;
    stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").await.map_err(Failure::broken)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.map_err(Failure::broken)?;
    let status = answer.lines().next().unwrap_or_default();
    println!("{status}");
    Ok(status.contains(" 200"))
}
