//! `backup` and `copy`: at the machine, where the archives and the keys are.

use std::io::Write;
use std::path::Path;

use super::{lang, progress, settings};
use crate::backup::{self, Made, Place, Proof, Source, Verified, hold};
use crate::cli::{BackupAction, CopyArgs, SettingArgs};
use crate::config::Config;
use crate::db::{self, Db};
use crate::files::Shelf;
use crate::kernel::{Clock, Desk, Failure, Outcome, Random};
use crate::ledger::Notary;
use crate::trace::keys::MasterKeys;
use crate::{node, web};

/// Does what was asked. True if a backup is sound, whole, restored or cleared.
pub(super) async fn run(action: BackupAction, setting: &SettingArgs, clock: &Clock, random: &Random) -> Outcome<bool> {
    let config = settings(setting)?;
    let desk = Desk::system(clock, random);
    match action {
        BackupAction::Create { out } => create(&config, &desk, out.as_deref()).await,
        BackupAction::Verify { file } => verify(&config, random, &file).await,
        BackupAction::Restore { file, to } => restore(&config, &desk, &file, &to).await,
        BackupAction::Clear { reason, lost } => clear(&config, &desk, &reason, lost).await,
    }
}

/// Says how far it is, on a terminal.
fn bar() -> (indicatif::ProgressBar, impl Fn(&str, u64, u64) + Send + Sync) {
    let bar = progress();
    let shown = bar.clone();
    (bar, move |what: &str, done: u64, all: u64| {
        shown.set_length(all);
        shown.set_position(done);
        shown.set_message(what.to_owned());
    })
}

async fn create(config: &Config, desk: &Desk, out: Option<&Path>) -> Outcome<bool> {
    let db = Db::open(&config.database_url).await?;
    let (keys, notary) = (node::master_keys(config, &desk.random)?, node::notary(config, &desk.random)?);
    let shelf = Shelf::new(&config.files_dir);
    let source = Source { db: &db, shelf: &shelf, keys: &keys, notary: &notary, base_url: &config.base_url };
    let (bar, tell) = bar();
    let here = Path::new(".");
    let dir = if config.backup_dir.as_os_str().is_empty() { here } else { &config.backup_dir };
    let (place, made) = match out {
        Some(out) if out == Path::new("-") => {
            let scratch = backup::scratch(&std::env::temp_dir())?;
            let made = backup::create(source, desk, &scratch, std::io::stdout(), &tell).await;
            std::fs::remove_dir_all(&scratch).map_err(Failure::broken)?;
            ("-".to_owned(), made?)
        }
        Some(out) => (out.display().to_string(), backup::take_to(source, desk, out, &tell).await?),
        None => backup::take(source, desk, dir, &tell).await.map(|(file, made)| (file.display().to_string(), made))?,
    };
    bar.finish_and_clear();
    db.close().await;
    let Made { manifest, bytes } = made;
    // Standard output may be the archive itself.
    eprintln!("{place}   bytes {bytes}   files {}   events {}", manifest.files, manifest.ledger_size);
    for name in &manifest.missing {
        eprintln!("{}", web::failure_words(lang(), &Failure::invalid("backup_file_missing").with("name", name)));
    }
    Ok(manifest.missing.is_empty())
}

/// The keys kept at this machine, none of them made anew.
fn keys_at_hand(config: &Config, random: &Random) -> Outcome<(Option<MasterKeys>, Option<Notary>)> {
    let has_master = !config.master_key.is_empty() || config.secrets_dir.join("master.keys").exists();
    let master = if has_master { Some(node::master_keys(config, random)?) } else { None };
    let notary = if config.secrets_dir.join("ledger.key").exists() { Some(node::notary(config, random)?) } else { None };
    Ok((master, notary))
}

async fn verify(config: &Config, random: &Random, file: &Path) -> Outcome<bool> {
    let (master, notary) = keys_at_hand(config, random)?;
    let proof = Proof { keys: master.as_ref().map(|keys| keys as _), notary: notary.as_ref() };
    let scratch = backup::scratch(&std::env::temp_dir())?;
    let (bar, tell) = bar();
    let verified = backup::verify(file, &scratch, proof, &tell).await;
    bar.finish_and_clear();
    std::fs::remove_dir_all(&scratch).map_err(Failure::broken)?;
    report(&verified?)
}

/// Says what was found; true if there is nothing wrong.
fn report(verified: &Verified) -> Outcome<bool> {
    let mut out = std::io::stdout().lock();
    let mut line = |text: String| writeln!(out, "{text}").map_err(Failure::broken);
    let manifest = &verified.manifest;
    line(format!("备份 backup      {}   {}   {}", manifest.taken_at, manifest.base_url, manifest.engine))?;
    line(format!("文件 files       {}   账本 events {}", manifest.files, manifest.ledger_size))?;
    for name in &manifest.missing {
        line(format!("备份时已缺 missing when it was taken: {name}"))?;
    }
    if !verified.keys_tried {
        line("主密钥没有试 master key not tried: secrets_dir".to_owned())?;
    }
    if !verified.signature_tried {
        line("账本签名没有核对 signature not checked: secrets_dir".to_owned())?;
    }
    for fault in &verified.faults {
        line(format!("有误 WRONG: {}", web::failure_words(lang(), fault)))?;
    }
    line(if verified.faults.is_empty() { "完好 sound" } else { "不能用 not sound" }.to_owned())?;
    Ok(verified.faults.is_empty())
}

async fn restore(config: &Config, desk: &Desk, file: &Path, to: &Path) -> Outcome<bool> {
    let (master, notary) = keys_at_hand(config, &desk.random)?;
    let proof = Proof { keys: master.as_ref().map(|keys| keys as _), notary: notary.as_ref() };
    let postgres = Some(config.database_url.as_str()).filter(|url| url.starts_with("postgres"));
    let (bar, tell) = bar();
    let done = backup::restore(file, Place { dir: to, postgres }, proof, desk, &tell).await;
    bar.finish_and_clear();
    let done = done?;
    let sound = report(&done.verified)?;
    if let Some(url) = done.database_url.filter(|_| sound) {
        let shown = if url.starts_with("sqlite:") { url.as_str() } else { "postgres://…" };
        println!("已恢复，待核 restored and held: {shown}   {}", to.join("files").display());
        println!("核对丢失的账目后解除 compare with the kept checkpoints, then: yanzhao backup clear --lost N --reason …");
    }
    Ok(sound)
}

/// Ends the hold, and lays the checkpoints aside that speak of events this database never saw: from here on the ledger is another one.
async fn clear(config: &Config, desk: &Desk, reason: &str, said_lost: i64) -> Outcome<bool> {
    let db = Db::open(&config.database_url).await?;
    db::up(&db).await?;
    let kept = node::notary(config, &desk.random)?.kept()?;
    let lost = hold::clear(&db, desk, &kept, said_lost, reason).await?;
    db.close().await;
    if lost > 0 {
        let aside = config.checkpoints().with_extension(format!("until-{}", desk.clock.today()));
        std::fs::rename(config.checkpoints(), &aside).map_err(Failure::broken)?;
        println!("旧检查点移到 old checkpoints moved to {}", aside.display());
    }
    println!("已解除 cleared   丢失 lost {lost}");
    Ok(true)
}

/// Carries a database over to another engine; the other must have no tables yet.
pub(super) async fn copy(args: &CopyArgs) -> Outcome<bool> {
    let (from, to) = (Db::open(&args.from).await?, Db::open(&args.to).await?);
    if !db::is_blank(&to).await? {
        return Err(Failure::conflict("restore_place_in_use").with("place", "--to"));
    }
    if from.engine() == to.engine() {
        return Err(Failure::conflict("copy_same_engine"));
    }
    if db::pending(&from).await?.iter().any(|step| !step.applied) {
        return Err(Failure::conflict("schema_older"));
    }
    db::up(&to).await?;
    let (bar, tell) = bar();
    let rows = db::carry(&from, &to, &[], |table, n, all| tell(table, n as u64, all as u64)).await?;
    bar.finish_and_clear();
    from.close().await;
    to.close().await;
    println!("{rows} 行 rows");
    Ok(true)
}
