//! `import` and `export`: the same sheets as on the pages, for whoever sits at the machine.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::{lang, progress, settings};
use crate::cli::{ExportArgs, ExportForm, ImportArgs};
use crate::db::Db;
use crate::files::Shelf;
use crate::interop::intake::Bench;
use crate::interop::intake::commands::{MOST_BYTES, Upload, Uploaded, decide, note_given_out, upload};
use crate::interop::intake::give::{Form, Giver, plots_geojson};
use crate::interop::intake::queries::{ImportView, import as seen, wrong_rows};
use crate::interop::intake::state::{ImportState, RowState};
use crate::interop::sheet::guard::format_of;
use crate::interop::sheet::{Format, SheetKind};
use crate::kernel::{Actor, Clock, Desk, Failure, Outcome, Random};
use crate::{node, web};

/// The bytes of a file, if they are not too many.
pub(super) fn bytes_of(file: &Path, most: usize) -> Outcome<Vec<u8>> {
    let broken = |error| Failure::broken(format!("{}: {error}", file.display()));
    let size = usize::try_from(std::fs::metadata(file).map_err(broken)?.len()).unwrap_or(usize::MAX);
    if size > most {
        return Err(Failure::field("/file", "sheet_too_large").with("figure", size / 1024 / 1024).with("most_mb", most / 1024 / 1024));
    }
    std::fs::read(file).map_err(broken)
}

/// Takes a sheet in. True only if every row of it is in afterwards (or would be, where nothing was to be written).
pub(super) async fn import(args: &ImportArgs, kind: SheetKind, clock: &Clock, random: &Random) -> Outcome<bool> {
    let config = settings(&args.setting)?;
    let bytes = bytes_of(&args.file, MOST_BYTES)?;
    let format = format_of(&bytes)?;
    let db = node::open(&config, clock, random).await?;
    let bench = Bench { db: db.clone(), shelf: Shelf::new(&config.files_dir), clock: clock.clone(), random: random.clone() };
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let upload = Upload { kind, name, format, sha256: bench.shelf.put(&bytes).map_err(Failure::broken)?, size: bytes.len() };
    let done = put_in_line(&db, &Desk::system(clock, random), upload).await?;
    let view = work(&bench, &done.id).await?;
    let in_whole = match view.state {
        ImportState::Unreadable => {
            for problem in &view.problems {
                eprintln!("{}", web::row_words(lang(), kind, &view.layout, None, std::slice::from_ref(problem)));
            }
            false
        }
        ImportState::Ready => {
            report(&db, &view).await?;
            let whole = view.out() == 0;
            let take = !args.dry_run && view.count(RowState::Good) > 0 && (whole || args.partly);
            settle(&db, &Desk::system(clock, random), &done.id, take).await?;
            if take { taken(&bench, &done.id).await? && whole } else { whole }
        }
        _ => {
            println!("这个文件已导入过 imported before: {} 行 rows", view.count(RowState::Taken) + view.count(RowState::Already));
            view.out() == 0
        }
    };
    db.close().await;
    Ok(in_whole)
}

async fn put_in_line(db: &Db, desk: &Desk, input: Upload) -> Outcome<Uploaded> {
    let desk = desk.clone();
    db.write(move |tx| {
        let (desk, input) = (desk.clone(), input.clone());
        Box::pin(async move { upload(tx, &desk, &input).await })
    })
    .await
}

async fn settle(db: &Db, desk: &Desk, id: &str, take: bool) -> Outcome<()> {
    let (desk, id) = (desk.clone(), id.to_owned());
    db.write(move |tx| {
        let (desk, id) = (desk.clone(), id.clone());
        Box::pin(async move { decide(tx, &desk, &id, take).await })
    })
    .await
}

/// Works on a sheet until it waits or is over; a running node may be the one that does it.
async fn work(bench: &Bench, id: &str) -> Outcome<ImportView> {
    let bar = progress();
    loop {
        bench
            .work(id, &|state, through| {
                bar.set_message(state.word());
                bar.set_position(through);
            })
            .await?;
        let view = seen(&bench.db, &Actor::system(), id).await?;
        if !view.state.is_under_way() {
            bar.finish_and_clear();
            return Ok(view);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Every fault of every row on stderr, a row a line; the figures on stdout.
async fn report(db: &Db, view: &ImportView) -> Outcome<()> {
    let mut after = 0;
    loop {
        let (rows, more) = wrong_rows(db, view, after, 500).await?;
        for row in &rows {
            after = row.row;
            eprintln!("{}", web::row_words(lang(), view.kind, &view.layout, Some(row.row), &row.faults));
        }
        if !more {
            break;
        }
    }
    let count = |state: RowState| view.count(state);
    println!(
        "读到 {} 行 rows, 可导入 {} 行 good, 有错 {} 行 wrong, 已有 {} 行 already on record",
        view.rows(),
        count(RowState::Good),
        count(RowState::Wrong),
        count(RowState::Already)
    );
    Ok(())
}

async fn taken(bench: &Bench, id: &str) -> Outcome<bool> {
    let view = work(bench, id).await?;
    let refused = view.count(RowState::Refused);
    if refused > 0 {
        report(&bench.db, &view).await?;
    }
    println!("已导入 {} 行 rows added, 没导入 {} 行 not", view.count(RowState::Taken), view.out());
    Ok(refused == 0)
}

/// Gives everything of a kind out.
pub(super) async fn export(args: &ExportArgs, clock: &Clock, random: &Random) -> Outcome<()> {
    let config = settings(&args.setting)?;
    let kind = args.kind.sheet().ok_or_else(|| Failure::field("/kind", "sheet_kind_missing"))?;
    let form = match args.format {
        ExportForm::Csv => Some(Form::Sheet(Format::Csv)),
        ExportForm::Xlsx => Some(Form::Sheet(Format::Xlsx)),
        ExportForm::Json => Some(Form::Json),
        ExportForm::Geojson if kind == SheetKind::Plots => None,
        ExportForm::Geojson => return Err(Failure::field("/format", "sheet_geojson_plots")),
    };
    let db = node::open(&config, clock, random).await?;
    let (desk, word) = (Desk::system(clock, random), form.map_or("geojson", Form::word));
    db.write(move |tx| {
        let desk = desk.clone();
        Box::pin(async move { note_given_out(tx, &desk, kind, word).await })
    })
    .await?;
    let mut out: Box<dyn Write + Send> = match &args.output {
        Some(path) => Box::new(std::fs::File::create(path).map_err(|e| Failure::broken(format!("{}: {e}", path.display())))?),
        None => Box::new(std::io::stdout()),
    };
    match form {
        None => serde_json::to_writer(&mut out, &plots_geojson(&db, &Actor::system()).await?).map_err(Failure::broken)?,
        Some(form) => {
            let (system, name) = (Actor::system(), lang().say(&format!("sheet.kind.{}", kind.word())).into_owned());
            let mut giver = Giver::new(&db, system.clone(), Some(system), (kind, form), &name, lang().english(), clock.today())?;
            while let Some(bytes) = giver.next().await? {
                out.write_all(&bytes).map_err(Failure::broken)?;
            }
        }
    }
    out.flush().map_err(Failure::broken)?;
    db.close().await;
    Ok(())
}
