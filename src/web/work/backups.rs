//! `/work/admin/backups`: what backups there are, how old the last one is, and one more by hand. Archives never leave the machine this way:
//! they hold everybody's data. They are proved and restored at the machine (RUNBOOK.md).

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::desk::{Reader, done_at};
use super::health::bytes;
use super::names::moment;
use super::parts::{Form, Part, PartsPage, Typed};
use crate::backup::{self, Kept, hold};
use crate::identity::role::Permission as P;
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Outcome};
use crate::web::app::App;
use crate::web::body::Posted;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, Table};
use crate::web::route::{Access, Route};

const PATH: &str = "/work/admin/backups";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(PATH, Access::Needs(P::HealthRead), show), Route::post(PATH, Access::Needs(P::BackupTake), take)]
}

fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("backups.{key}"))
}

fn number(n: u64) -> String {
    grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

/// What is to be known first: is one being taken, is the last one old, did one fail, is this database held.
fn facts(app: &App, reader: &Reader, kept: &[Kept]) -> Table {
    let now = app.clock.now();
    let standing = app.backups.standing();
    let dir = &app.config.backup_dir;
    let badge = |word: &str, class: &'static str| Cell::badge(say(reader, word), class);
    let last = match kept.first() {
        Some(last) if now - last.taken_at <= backup::OLD => (badge("fine", "ok"), moment(reader.lang, last.taken_at)),
        Some(last) => (badge("old", "amber"), moment(reader.lang, last.taken_at)),
        None => (badge("none", "amber"), String::new()),
    };
    let mut rows = vec![vec![Cell::text(say(reader, "last")), last.0, Cell::text(last.1)]];
    let (state, words) = if dir.as_os_str().is_empty() {
        (badge("off", "amber"), say(reader, "off_about"))
    } else {
        let (hour, keep) = (app.config.backup_hour.min(23), app.config.backup_keep.max(1));
        (badge("on", "ok"), reader.fill("backups.daily", &[("hour", &hour.to_string()), ("keep", &keep.to_string())]))
    };
    rows.push(vec![Cell::text(say(reader, "schedule")), state, Cell::text(words)]);
    if let Some((what, done, all)) = standing.under_way {
        let what = if what == "files" { say(reader, "files") } else { say(reader, "database") };
        let words = reader.fill("backups.progress", &[("what", &what), ("done", &number(done)), ("all", &number(all))]);
        rows.push(vec![Cell::text(say(reader, "under_way")), badge("running", "soft"), Cell::text(words)]);
    }
    if let Some(at) = standing.failed_at {
        let words = format!("{} · {}", moment(reader.lang, at), say(reader, "failed_about"));
        rows.push(vec![Cell::text(say(reader, "failed")), badge("bad", "red"), Cell::text(words)]);
    }
    Table {
        caption: say(reader, "standing"),
        columns: ["what", "state", "said"].map(|key| Column::text(say(reader, key))).into(),
        rows,
        empty: String::new(),
    }
}

fn archives(reader: &Reader, kept: &[Kept]) -> Table {
    let row = |one: &Kept| {
        let name = one.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let missing = if one.manifest.missing.is_empty() {
            Cell::text(number(one.manifest.files))
        } else {
            let lacking = one.manifest.missing.len() as u64;
            Cell::badge(reader.fill("backups.lacking", &[("files", &number(one.manifest.files)), ("missing", &number(lacking))]), "amber")
        };
        vec![
            Cell::text(moment(reader.lang, one.taken_at)),
            Cell::text(name),
            Cell::text(bytes(one.bytes)),
            missing,
            Cell::text(number(one.manifest.ledger_size)),
        ]
    };
    Table {
        caption: say(reader, "archives"),
        columns: vec![
            Column::text(say(reader, "taken_at")),
            Column::text(say(reader, "name")),
            Column::number(say(reader, "size")),
            Column::number(say(reader, "files")),
            Column::number(say(reader, "events")),
        ],
        rows: kept.iter().map(row).collect(),
        empty: say(reader, "empty"),
    }
}

async fn restorations(app: &App, reader: &Reader) -> Outcome<Option<Part>> {
    let found = hold::restorations(&app.db).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let row = |one: &backup::store::Restoration| {
        let state = match one.cleared_at {
            Some(at) => Cell::text(format!("{} · {}", moment(reader.lang, at), one.reason.clone().unwrap_or_default())),
            None => Cell::badge(say(reader, "held_state"), "red"),
        };
        vec![
            Cell::text(moment(reader.lang, one.restored_at)),
            Cell::text(moment(reader.lang, one.taken_at)),
            Cell::text(one.lost.map(grouped).unwrap_or_default()),
            state,
        ]
    };
    let table = Table {
        caption: say(reader, "restorations"),
        columns: vec![
            Column::text(say(reader, "restored_at")),
            Column::text(say(reader, "taken_at")),
            Column::number(say(reader, "lost")),
            Column::text(say(reader, "cleared")),
        ],
        rows: found.iter().map(row).collect(),
        empty: String::new(),
    };
    Ok(Some(Part { heading: say(reader, "restorations"), table: Some(table), ..Part::default() }))
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let dir = app.config.backup_dir.clone();
    let kept = if dir.as_os_str().is_empty() {
        Vec::new()
    } else {
        tokio::task::spawn_blocking(move || backup::kept(&dir)).await.map_err(Failure::broken)??
    };
    let mut forms = Vec::new();
    let running = app.backups.standing().under_way.is_some();
    if reader.who.acting(P::BackupTake).is_some() && !app.config.backup_dir.as_os_str().is_empty() && !running {
        forms.push(Form::new(&app, &reader, "backup", PATH, "backups.take", "backups.take", Vec::new()));
    }
    let first = Part {
        heading: say(&reader, "title"),
        about: say(&reader, "about"),
        table: Some(facts(&app, &reader, &kept)),
        links: if running { vec![(reader.to(PATH), say(&reader, "look_again"))] } else { Vec::new() },
        forms,
        ..Part::default()
    };
    let second = Part { heading: say(&reader, "archives"), table: Some(archives(&reader, &kept)), ..Part::default() };
    let mut parts = vec![first, second];
    parts.extend(restorations(&app, &reader).await?);
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "title"), Vec::new()), parts }.render()?))
}

/// Begins one; it goes on behind the answer. While one is under way a second press begins none.
async fn take(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    if app.config.backup_dir.as_os_str().is_empty() {
        return Err(Failure::conflict("backup_dir_missing").into());
    }
    let desk = app.desk(posted.actor);
    tokio::spawn(async move {
        if let Err(error) = app.take_backup(desk).await {
            tracing::error!(%error, "no backup could be taken");
        }
    });
    Ok(Redirect::to(&done_at(reader.lang, PATH, "backup_begun")).into_response())
}
