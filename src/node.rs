//! Wiring one node: open, migrate, load the register, take the keys, serve, drain.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::backup::BackupDesk;
use crate::config::Config;
use crate::db::{self, Db};
use crate::files::Shelf;
use crate::identity::vault::Vault;
use crate::interop::intake::{Bench, SheetDesk};
use crate::interop::qr;
use crate::kernel::{Clock, Desk, Failure, Outcome, Random};
use crate::ledger::Notary;
use crate::supervision::alert::missed::Misses;
use crate::trace::keys::{KeyProvider, MasterKeys};
use crate::trace::place::Places;
use crate::trace::scan::{ScanDesk, ScanSettings};
use crate::web::first_run::FirstRun;
use crate::web::gateway::Gateway;
use crate::web::{self, App, Parts, Throttle};

/// How long requests under way may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Opens the database and brings it to this program's schema, with the register's facts in it.
///
/// # Errors
/// What is wrong with the database.
pub async fn open(config: &Config, clock: &Clock, random: &Random) -> Outcome<Db> {
    let db = Db::open(&config.database_url).await?;
    db::up(&db).await?;
    crate::registry::commands::load_register(&db, &Desk::system(clock, random)).await?;
    Ok(db)
}

/// The master keys: from the setting, or from the file, made at first start.
///
/// # Errors
/// If there is a file that can't be read, or that doesn't hold keys.
pub fn master_keys(config: &Config, random: &Random) -> Outcome<MasterKeys> {
    if !config.master_key.is_empty() {
        return Ok(MasterKeys::read(&config.master_key)?);
    }
    let path = config.secrets_dir.join("master.keys");
    if path.exists() {
        return Ok(MasterKeys::load(&path)?);
    }
    std::fs::create_dir_all(&config.secrets_dir).map_err(Failure::broken)?;
    Ok(MasterKeys::create(&path, random)?)
}

/// The notary of the ledger.
///
/// # Errors
/// If its files can't be read or written.
pub fn notary(config: &Config, random: &Random) -> Outcome<Notary> {
    let origin = format!("{}/log", config.domain());
    Notary::open(&origin, &config.secrets_dir.join("ledger.key"), &config.checkpoints(), random)
}

/// Puts a node together on an open database.
///
/// # Errors
/// If the master keys don't open the newest order, or a setting can't work.
pub async fn assemble(config: Config, db: Db, clock: Clock, random: Random) -> Outcome<App> {
    let version = qr::version_needed(&config.base_url).map_err(Failure::broken)?;
    if version == qr::QrVersion::V4 && !config.allow_version_4 && !config.demo {
        return Err(Failure::broken(format!(
            "base_url {:?} needs QR version 4; shorten the host to 30 characters or set allow_version_4",
            config.base_url
        )));
    }
    let keys: Arc<dyn KeyProvider> = Arc::new(master_keys(&config, &random)?);
    crate::trace::commands::rotation::check_keys(&db, keys.as_ref()).await?;
    let places = if config.place_table.as_os_str().is_empty() { Places::none() } else { Places::load(&config.place_table)? };
    let settings = ScanSettings { thresholds: crate::supervision::alert::page::thresholds(&db).await? };
    let scans = ScanDesk::start(db.clone(), clock.clone(), random.clone(), keys.clone(), settings).await?;
    let notary = Arc::new(notary(&config, &random)?);
    let shelf = Shelf::new(&config.files_dir);
    let bench = Bench { db: db.clone(), shelf: shelf.clone(), clock: clock.clone(), random: random.clone() };
    let sheets = SheetDesk::start(bench);
    let vault = Vault::open(&config.sign_in_key, &config.secrets_dir.join("sign_in.key"), &random)?;
    let gateway = Gateway::of(&config.sms_url, &config.sms_template, &config.sms_header)?;
    let throttle = Throttle::default();
    Ok(App::new(Parts {
        vault,
        gateway,
        db,
        clock,
        random,
        config,
        keys,
        notary,
        scans,
        places,
        shelf,
        sheets,
        backups: BackupDesk::default(),
        throttle,
        misses: Misses::default(),
        first_run: FirstRun::default(),
    }))
}

/// The word by which the first administrators are made at `/first-run`, while there is no account; it is told here and nowhere else.
///
/// # Errors
/// If the database can't be read.
pub async fn offer_first_run(app: &App) -> Outcome<Option<String>> {
    let is_new = crate::identity::store::count_accounts(app.db.reader()).await? == 0;
    Ok(is_new.then(|| app.first_run.offer(&app.random)))
}

/// Serves until `stop` resolves, then drains. `listening` is called with the address once connections are taken.
///
/// # Errors
/// If the address can't be listened on.
pub async fn serve(app: App, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> Outcome<()> {
    app.heed_maintenance().await?;
    let notary = tokio::spawn(keep_checkpoints(app.clone()));
    let backups = tokio::spawn(keep_backups(app.clone()));
    let due = tokio::spawn(run_jobs(app.clone()));
    let alerts = tokio::spawn(judge_alerts(app.clone()));
    let heed = tokio::spawn(heed_notices(app.clone()));
    let rescoring = tokio::spawn(keep_rescoring(app.clone()));
    let gateways = crate::jobs::Gateways::of(&app.config.notice_gateways, &app.config.notice_token)?;
    let notices = tokio::spawn(keep_sending(app.clone(), gateways));
    web::serve(app.clone(), listener, stop, DRAIN).await?;
    notary.abort();
    due.abort();
    backups.abort();
    alerts.abort();
    heed.abort();
    rescoring.abort();
    notices.abort();
    app.scans.stop().await;
    app.keep_checkpoint().await?;
    app.db.close().await;
    Ok(())
}

/// Signs what is new at least every so many seconds.
async fn keep_checkpoints(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(app.config.checkpoint_seconds.max(1)));
    loop {
        tick.tick().await;
        app.throttle.tidy();
        if let Err(error) = app.keep_checkpoint().await {
            tracing::error!(%error, "no checkpoint could be kept");
        }
    }
}

/// Takes the daily backup where one is due, and tells the log if it could not be taken.
async fn keep_backups(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(300));
    loop {
        tick.tick().await;
        match app.backup_if_due().await {
            Ok(None) => {}
            Ok(Some(made)) => tracing::info!(bytes = made.bytes, files = made.manifest.files, "backup taken"),
            Err(error) => tracing::error!(%error, "no backup could be taken"),
        }
    }
}

/// Every node heeds a maintenance within seconds, whichever node it was set on.
async fn heed_notices(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        if let Err(error) = app.heed_maintenance().await {
            tracing::error!(%error, "notices could not be read");
        }
    }
}

/// Does what is due by date, a minute after the start and every hour from then on.
async fn run_jobs(app: App) {
    tokio::time::sleep(Duration::from_secs(60)).await;
    let mut tick = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tick.tick().await;
        match crate::jobs::close_seasons(&app.db, &app.clock, &app.random).await {
            Ok(closed) if closed.lapsed.is_empty() => {}
            Ok(closed) => tracing::info!(accounts = closed.lapsed.len(), failed = closed.failed, "seasons closed"),
            Err(error) => tracing::error!(%error, "seasons could not be closed"),
        }
        if let Err(error) = crate::jobs::licences_due(&app.db, &app.clock, &app.random).await {
            tracing::error!(%error, "licences that are due could not be noted");
        }
        if let Err(error) = crate::jobs::annual_reports_due(&app.db, &app.clock, &app.random).await {
            tracing::error!(%error, "yearly reports that are due could not be noted");
        }
        let keep_days = app.config.feedback_keep_days;
        if let Err(error) = crate::jobs::forget_reporters(&app.db, &app.shelf, &app.clock, &app.random, keep_days).await {
            tracing::error!(%error, "feedback past its term could not be erased");
        }
        match crate::jobs::forget_sign_ins(&app.db, &app.clock, &app.random).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "sign-ins forgotten"),
            Err(error) => tracing::error!(%error, "sign-ins that are over could not be forgotten"),
        }
    }
}

/// Runs the rules of the alerts: on scans every minute, of the night at the first minute of each day and after a start.
async fn judge_alerts(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(60));
    let mut judged = None;
    tick.tick().await;
    loop {
        tick.tick().await;
        let today = app.clock.today();
        if let Err(error) = app.misses.put_away(&app.db).await {
            tracing::error!(%error, "codes nobody issued could not be counted");
        }
        let done = match crate::jobs::judge_scans(&app.db, &app.clock, &app.random).await {
            Ok(done) if judged != Some(today) => crate::jobs::judge_nightly(&app.db, &app.clock, &app.random)
                .await
                .inspect(|_| {
                    judged = Some(today);
                })
                .map(|night| done.raised + night.raised),
            other => other.map(|done| done.raised),
        };
        match done {
            Ok(0) => {}
            Ok(raised) => tracing::info!(raised, "alerts raised"),
            Err(error) => tracing::error!(%error, "rules could not be run"),
        }
    }
}

/// Goes on with a run over all listings where somebody asked for one.
async fn keep_rescoring(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        if let Err(error) = crate::jobs::rescore_listings(&app.db, &app.clock, |_| {}).await {
            tracing::error!(%error, "listings could not be scored");
        }
    }
}

/// Sends notices out every half minute, where a gateway is set up.
async fn keep_sending(app: App, gateways: Option<crate::jobs::Gateways>) {
    let Some(gateways) = gateways else { return };
    let mut tick = tokio::time::interval(Duration::from_secs(30));
    loop {
        tick.tick().await;
        match crate::jobs::send_notices(&app.db, &app.clock, &gateways).await {
            Ok(run) if run.failed > 0 => tracing::warn!(sent = run.sent, failed = run.failed, "some notices could not be sent"),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "notices could not be sent"),
        }
    }
}

/// Resolves at SIGTERM or Ctrl-C.
pub async fn signal() {
    let interrupt = async { tokio::signal::ctrl_c().await.ok() };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = interrupt => {}, _ = terminate => {} }
}
