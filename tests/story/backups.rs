//! A backup is taken while goods are sold, proved, restored elsewhere; what was voided after it is not sold again unknowingly.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use reqwest::Method;
use serde_json::json;
use yanzhao::backup::{self, Place, Proof, hold};
use yanzhao::db::{self, Db};
use yanzhao::entity::day_key;
use yanzhao::files::Incoming;
use yanzhao::files::store::{About, Purpose, attach};
use yanzhao::kernel::{Clock, Desk, Random};
use yanzhao::node;

use crate::batch_to_scan::{Goods, goods, scan};
use crate::support::server::{Server, answer};
use crate::support::{Engine, fresh_database_url};

const QUIET: backup::Tell<'_> = &|_, _, _| {};

/// Goods for sale with an uploaded file, and a backup of them in `dir`.
async fn backed_up(engine: Engine, dir: &Path) -> (Goods, std::path::PathBuf, String) {
    let goods = goods(engine).await;
    let app = &goods.server.app;
    let desk = Desk::system(&app.clock, &app.random);
    let letter = Incoming::new("papers", "合同.pdf", b"%PDF-1.7 a contract\n%%EOF\n".to_vec());
    let kept = app.shelf.keep_original(letter).await.unwrap();
    let sha256 = kept.sha256.clone();
    let about = About { kind: "batch", id: goods.batch.clone(), organisation_id: None };
    let wrote = app.db.write({
        let desk = desk.clone();
        move |tx| {
            let (desk, kept, about) = (desk.clone(), kept.clone(), about.clone());
            Box::pin(async move { attach(tx, &desk, &kept, &about, Purpose::Evidence).await })
        }
    });
    wrote.await.unwrap();
    // Somebody scans, so that there is a key of the day.
    assert_eq!(scan(&goods.server, &goods.codes[0], "Phone/1", "192.0.2.1").await.1["verdict"], "first_check");
    let source =
        backup::Source { db: &app.db, shelf: &app.shelf, keys: app.keys.as_ref(), notary: &app.notary, base_url: &app.config.base_url };
    let (file, made) = backup::take(source, &desk, dir, QUIET).await.unwrap();
    assert_eq!((made.manifest.files, made.manifest.missing.len()), (1, 0));
    assert_eq!(made.bytes, file.metadata().unwrap().len());
    (goods, file, sha256)
}

fn proof(server: &Server) -> Proof<'_> {
    Proof { keys: Some(server.app.keys.as_ref()), notary: Some(&server.app.notary) }
}

/// The faults' codes of an archive.
async fn faults(server: &Server, archive: &Path) -> Result<Vec<&'static str>, &'static str> {
    let scratch = tempfile::tempdir().unwrap();
    match backup::verify(archive, scratch.path(), proof(server), QUIET).await {
        Ok(verified) => Ok(verified.faults.iter().map(|fault| fault.code).collect()),
        Err(failure) => Err(failure.code),
    }
}

/// The parts of an archive by name.
type Parts = BTreeMap<String, Vec<u8>>;

fn parts(archive: &Path) -> Parts {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    let mut parts = BTreeMap::new();
    for n in 0..zip.len() {
        let mut entry = zip.by_index(n).unwrap();
        let (name, mut bytes) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).unwrap();
        parts.insert(name, bytes);
    }
    parts
}

fn archive_of(parts: &Parts, to: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// Every table's rows as text, sorted; equal databases say the same.
async fn said(db: &Db, dir: &Path) -> BTreeMap<String, Vec<String>> {
    use sea_orm::{ConnectionTrait, Statement};
    let file = dir.join(format!("said-{}.db", std::fs::read_dir(dir).unwrap().count()));
    db::snapshot(db, &file, &[], |_, _, _| {}).await.unwrap();
    let copy = sea_orm::Database::connect(db::file_url(&file).unwrap()).await.unwrap();
    let ask = |sql: String| {
        let copy = copy.clone();
        async move { copy.query_all_raw(Statement::from_string(copy.get_database_backend(), sql)).await.unwrap() }
    };
    let mut said = BTreeMap::new();
    for table in
        ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'seaql%' AND name NOT LIKE 'sqlite%'".to_owned()).await
    {
        let table: String = table.try_get("", "name").unwrap();
        let columns = ask(format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let quoted: Vec<String> = columns.iter().map(|c| format!("quote({})", c.try_get::<String>("", "name").unwrap())).collect();
        let rows = ask(format!("SELECT {} AS line FROM {table}", quoted.join(" || ',' || "))).await;
        let mut lines: Vec<String> = rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()).collect();
        lines.sort();
        said.insert(table, lines);
    }
    said
}

on_both_engines! {
    async fn what_was_lost_since_a_backup_is_known_before_anybody_is_answered(engine: Engine) {
        let dir = tempfile::tempdir().unwrap();
        let (goods, file, sha256) = backed_up(engine, dir.path()).await;
        let server = &goods.server;
        assert_eq!(faults(server, &file).await, Ok(vec![]));
        // Neither who is signed in nor what visitors are hashed under is in it.
        let day: Vec<day_key::Model> = <day_key::Entity as sea_orm::EntityTrait>::find().all(server.app.db.reader()).await.unwrap();
        let archive = parts(&file);
        let database = &archive["database.sqlite"];
        assert!(!day.is_empty() && day.iter().all(|key| !database.windows(key.key.len()).any(|bytes| bytes == key.key)), "the day's key is in the backup");

        // Life goes on: a roll is lost, and a checkpoint is kept of it.
        goods.producer.done(&format!("/api/v1/code-orders/{}/void", goods.order), json!({ "first": 46, "last": 46, "reason": "lost" })).await;
        assert_eq!(scan(server, &goods.codes[45], "Phone/1", "192.0.2.1").await.1["verdict"], "voided");
        server.app.keep_checkpoint().await.unwrap();

        // It is restored elsewhere, with the keys and checkpoints that were kept apart.
        let (url, _guard) = fresh_database_url(engine).await;
        let place = dir.path().join("restored");
        let postgres = matches!(engine, Engine::Postgres).then_some(url.as_str());
        let desk = Desk::system(&server.clock, &Random::system());
        let restored = backup::restore(&file, Place { dir: &place, postgres }, proof(server), &desk, QUIET).await.unwrap();
        assert!(restored.verified.faults.is_empty(), "{:?}", restored.verified.faults);
        let url = restored.database_url.unwrap();
        assert_eq!(std::fs::read(place.join("files").join(&sha256[..2]).join(&sha256)).unwrap(), b"%PDF-1.7 a contract\n%%EOF\n");
        assert!(std::fs::read_dir(dir.path()).unwrap().all(|e| !e.unwrap().file_name().to_string_lossy().ends_with(".part")), "something half-done lies about");

        // Once more is refused: something is there.
        let again = backup::restore(&file, Place { dir: &place, postgres }, proof(server), &desk, QUIET).await.unwrap_err();
        assert_eq!(again.code, "restore_place_in_use");

        // A node on it answers nobody and writes nothing.
        let mut config = server.app.config.clone();
        config.database_url.clone_from(&url);
        config.files_dir = place.join("files");
        config.secrets_dir = dir.path().join("secrets");
        std::fs::create_dir(&config.secrets_dir).unwrap();
        for kept in ["master.keys", "ledger.key", "sign_in.key", "checkpoints"] {
            std::fs::copy(server.dir.path().join(kept), config.secrets_dir.join(kept)).unwrap();
        }
        let held = Server::over(config, server.clock.clone()).await;
        let (status, told) = scan(&held, &goods.codes[45], "Phone/9", "192.0.2.9").await;
        assert_eq!((status, told["verdict"].as_str()), (503, Some("unavailable")), "a voided code must not be good again: {told:#}");
        assert_eq!(held.anybody().get("/readyz").await.0, 503);
        let person = held.person("producer").await;
        let refused = json!({ "first": 47, "last": 47, "reason": "lost" });
        person.refused(&format!("/api/v1/code-orders/{}/void", goods.order), refused, 503, "maintenance").await;
        let page = answer(held.anybody().request(Method::GET, &format!("/q/{}", goods.codes[45])).header("accept", "application/json")).await;
        assert_eq!(page.0, 503);

        // Whoever clears it must know how many events are gone.
        let restoration = hold::held(&held.app.db).await.unwrap().unwrap();
        let kept = held.app.notary.kept().unwrap();
        let lost = hold::lost(&restoration, &kept);
        assert!(lost >= 2, "the void and the record of the backup came after it: {lost}");
        assert_eq!(hold::clear(&held.app.db, &desk, &kept, 0, "演练").await.unwrap_err().code, "restore_loss_unacknowledged");
        assert_eq!(hold::clear(&held.app.db, &desk, &kept, lost, " ").await.unwrap_err().fields[0].code, "text_missing");
        assert_eq!(hold::clear(&held.app.db, &desk, &kept, lost, "演练：丢失的停用已补录").await.unwrap(), lost);
        assert_eq!(hold::clear(&held.app.db, &desk, &kept, lost, "再来").await.unwrap_err().code, "not_held");
        held.app.heed_maintenance().await.unwrap();
        assert_eq!(held.anybody().get("/readyz").await.0, 200);
        assert_eq!(scan(&held, &goods.codes[45], "Phone/9", "192.0.2.9").await.1["verdict"], "not_activated");
        person.done(&format!("/api/v1/code-orders/{}/void", goods.order), json!({ "first": 46, "last": 46, "reason": "lost" })).await;
        assert_eq!(scan(&held, &goods.codes[45], "Phone/9", "192.0.2.9").await.1["verdict"], "voided");
        assert_eq!(scan(&held, &goods.codes[1], "Phone/9", "192.0.2.9").await.1["verdict"], "first_check");
    }

    async fn a_backup_that_would_not_serve_is_told_apart(engine: Engine) {
        let dir = tempfile::tempdir().unwrap();
        let (goods, file, sha256) = backed_up(engine, dir.path()).await;
        let server = &goods.server;
        let whole = parts(&file);
        let name = format!("files/{}/{sha256}", &sha256[..2]);
        let changed = dir.path().join("changed.zip");
        let told = async |change: &dyn Fn(&mut Parts)| {
            let mut parts = whole.clone();
            change(&mut parts);
            archive_of(&parts, &changed);
            faults(server, &changed).await
        };
        assert_eq!(told(&|_| {}).await, Ok(vec![]), "the tool of this test changes nothing by itself");
        assert_eq!(told(&|p| { p.remove(&name); }).await, Ok(vec!["backup_files_differ"]));
        assert_eq!(told(&|p| p.get_mut(&name).unwrap()[3] ^= 1).await, Ok(vec!["backup_part_damaged", "backup_files_differ"]));
        assert_eq!(told(&|p| { p.insert("files/../../etc/passwd".to_owned(), b"x".to_vec()); }).await, Ok(vec!["backup_part_unknown"]));
        assert_eq!(told(&|p| p.get_mut("database.sqlite").unwrap()[5000] ^= 1).await, Ok(vec!["backup_part_damaged"]));
        assert_eq!(told(&|p| p.get_mut("database.sqlite").unwrap().extend([0; 4096])).await, Ok(vec!["backup_part_damaged"]));
        let resigned = |from: &'static str, to: &'static str| move |p: &mut Parts| {
            let text = String::from_utf8(p["manifest.json"].clone()).unwrap();
            assert!(text.contains(from), "{text}");
            p.insert("manifest.json".to_owned(), text.replace(from, to).into_bytes());
        };
        assert_eq!(told(&resigned("\"form\": 1", "\"form\": 9")).await, Err("backup_form_unknown"));
        assert_eq!(told(&resigned("\u{2014} ", "- ")).await, Ok(vec!["backup_signature_wrong"]));
        assert_eq!(told(&|p| { p.remove("manifest.json"); }).await, Err("backup_unreadable"));
        assert_eq!(told(&|p| { p.remove("database.sqlite"); }).await, Err("backup_unreadable"));
        std::fs::write(&changed, &std::fs::read(&file).unwrap()[..2000]).unwrap();
        assert_eq!(faults(server, &changed).await, Err("backup_unreadable"));

        // A file that was lost from the shelf is told when the backup is taken, and is no surprise later.
        std::fs::remove_file(server.dir.path().join(&name)).unwrap();
        let app = &server.app;
        let source = backup::Source { db: &app.db, shelf: &app.shelf, keys: app.keys.as_ref(), notary: &app.notary, base_url: &app.config.base_url };
        let desk = Desk::system(&app.clock, &app.random);
        let lacking = dir.path().join("lacking.zip");
        let made = backup::take_to(source, &desk, &lacking, QUIET).await.unwrap();
        assert_eq!(made.manifest.missing, vec![sha256.clone()]);
        assert_eq!(faults(server, &lacking).await, Ok(vec![]));
        assert_eq!(backup::take_to(source, &desk, &lacking, QUIET).await.unwrap_err().code, "backup_file_there");

        // Another house's master key opens nothing here.
        let secrets = tempfile::tempdir().unwrap();
        let foreign = yanzhao::config::Config { secrets_dir: secrets.path().to_owned(), ..Default::default() };
        let keys = node::master_keys(&foreign, &Random::system()).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let wrong = backup::verify(&file, scratch.path(), Proof { keys: Some(&keys), notary: None }, QUIET).await.unwrap();
        assert_eq!(wrong.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["master_key_wrong"]);
        let place = dir.path().join("never");
        let refused = backup::restore(&file, Place { dir: &place, postgres: None }, Proof { keys: Some(&keys), notary: None }, &desk, QUIET).await.unwrap();
        assert!(refused.database_url.is_none() && !place.exists(), "a backup that would not serve was restored");
    }

    async fn one_is_taken_a_day_and_the_oldest_go(engine: Engine) {
        let dir = tempfile::tempdir().unwrap();
        let into = dir.path().join("daily");
        let server = Server::start_with(engine, |config| { config.backup_dir.clone_from(&into); config.backup_keep = 2; }).await;
        // 10:00 in China: today's three o'clock is over, and a node takes the one that is due by itself.
        let mut waited = 0;
        while backup::kept(&into).unwrap().is_empty() {
            waited += 1;
            assert!(waited < 600, "no backup was taken");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        while server.app.backups.standing().under_way.is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(server.app.backup_if_due().await.unwrap().is_none(), "one a day");
        for _ in 0..3 {
            server.clock.advance(yanzhao::kernel::clock::DAY);
            assert!(server.app.backup_if_due().await.unwrap().is_some());
        }
        let kept = backup::kept(&into).unwrap();
        assert_eq!(kept.len(), 2);
        assert!(kept[0].taken_at > kept[1].taken_at && server.app.clock.now() - kept[0].taken_at < 60_000);
        // What is there besides archives is let lie; what could not be written is remembered and nothing half lies about.
        assert_eq!(std::fs::read_dir(&into).unwrap().count(), 2);
        std::fs::remove_dir_all(&into).unwrap();
        std::fs::write(&into, b"a file where the directory should be").unwrap();
        server.clock.advance(yanzhao::kernel::clock::DAY);
        let desk = Desk::system(&server.clock, &Random::system());
        assert!(server.app.take_backup(desk).await.is_err());
        assert!(server.app.backups.standing().failed_at.is_some());
    }
}

#[tokio::test]
async fn a_database_moves_house_and_back_without_losing_a_row() {
    let goods = goods(Engine::Sqlite).await;
    let here = &goods.server.app.db;
    let dir = tempfile::tempdir().unwrap();
    let (url, _guard) = fresh_database_url(Engine::Postgres).await;
    let there = Db::open(&url).await.unwrap();
    assert!(db::is_blank(&there).await.unwrap() && !db::is_blank(here).await.unwrap());
    db::up(&there).await.unwrap();
    let before = said(here, dir.path()).await;
    let rows = db::carry(here, &there, &[], |_, _, _| {}).await.unwrap();
    assert_eq!(rows as usize, before.values().map(Vec::len).sum::<usize>());
    let there_said = said(&there, dir.path()).await;
    for (table, lines) in &before {
        assert_eq!(lines, &there_said[table], "{table}");
    }
    assert!(before["scan"].is_empty() && !before["event"].is_empty() && !before["code_range"].is_empty());
    // Row numbers go on behind the last, and keys are checked at once again.
    use sea_orm::{ConnectionTrait, Statement};
    let reader = there.reader();
    let ask = |sql: &str| Statement::from_string(reader.get_database_backend(), sql.to_owned());
    let late =
        reader.query_one_raw(ask("SELECT COUNT(*) AS n FROM pg_constraint WHERE contype = 'f' AND condeferrable")).await.unwrap().unwrap();
    assert_eq!(late.try_get::<i64>("", "n").unwrap(), 0);
    let clock = Clock::at(goods.server.clock.now());
    let random = Random::system();
    let desk = Desk::system(&clock, &random);
    let wrote = there.write(move |tx| {
        let desk = desk.clone();
        Box::pin(async move {
            let event = yanzhao::ledger::Event::new(yanzhao::ledger::kind::BACKUP_TAKEN, "backup", json!({}));
            yanzhao::ledger::append(tx, &desk, event).await.map(|_| ())
        })
    });
    wrote.await.unwrap();
    let same = db::carry(here, here, &[], |_, _, _| {}).await.unwrap_err();
    assert!(same.source.is_some(), "a file is copied as a file");
}
