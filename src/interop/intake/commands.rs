//! Uploading a sheet, and saying which of its rows go in.

use serde_json::json;

use super::state::{ImportState, RowState};
use super::store::{self, ImportRow, Left};
use crate::db::Tx;
use crate::files::{self, About, Kept, Purpose};
use crate::interop::sheet::{Format, SheetKind};
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};

/// The most bytes of a sheet.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;

/// A sheet whose bytes are on the shelf.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What it holds.
    pub kind: SheetKind,
    /// Its name where it came from.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many they are.
    pub size: usize,
}

/// What an upload came to.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// The sheet.
    pub id: String,
    /// It had come in before, with these very bytes.
    pub again: bool,
}

/// Puts a sheet in line to be staged. The same bytes again are the same sheet, unless rows of it had not gone in.
///
/// # Errors
/// Only ours.
pub async fn upload(tx: &Tx, desk: &Desk, upload: &Upload) -> Outcome<Uploaded> {
    if let Some(before) = store::same(tx.connection(), &desk.actor, upload.kind, &upload.sha256).await? {
        let counts = store::counts(tx.connection(), &before.id).await?;
        let out = [RowState::Wrong, RowState::Refused].iter().filter_map(|state| counts.get(state.word())).sum::<u64>();
        if before.state != ImportState::Done.word() || out == 0 {
            return Ok(Uploaded { id: before.id, again: true });
        }
    }
    let row = ImportRow {
        id: desk.new_id(Noun::Import),
        kind: upload.kind.word().to_owned(),
        name: upload.name.clone(),
        sha256: upload.sha256.clone(),
        format: upload.format.word().to_owned(),
        organisation_id: desk.actor.organisation_id.clone(),
        account_id: desk.actor.account_id.clone(),
        account: desk.actor.account.clone(),
        handled_by: desk.actor.handled_by.clone(),
        state: ImportState::Reading.word().to_owned(),
        layout: None,
        problems: None,
        held_until: 0,
        uploaded_at: desk.clock.now(),
        ended_at: None,
    };
    store::insert(tx, row.clone()).await?;
    // No organisation: a sheet is seen by whoever uploaded it, through the import, and by nobody else.
    let about = About { kind: "sheet_import", id: row.id.clone(), organisation_id: None };
    let media = match upload.format {
        Format::Csv => "text/csv",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let size = i64::try_from(upload.size).map_err(Failure::broken)?;
    let kept = Kept { sha256: row.sha256.clone(), size, media, name: row.name.clone(), view_sha256: None, field: "file".to_owned() };
    files::attach(tx, desk, &kept, &about, Purpose::Evidence).await?;
    let facts = json!({ "kind": row.kind, "sha256": row.sha256, "size": size });
    ledger::append(tx, desk, Event::new(kind::SHEET_UPLOADED, &row.id, facts)).await?;
    Ok(Uploaded { id: row.id, again: false })
}

/// Takes the good rows in, or none.
///
/// # Errors
/// `not_found`, also for somebody else's sheet; `sheet_not_ready`; `sheet_nothing_good`.
pub async fn decide(tx: &Tx, desk: &Desk, id: &str, take: bool) -> Outcome<()> {
    let row = store::own(tx.connection(), &desk.actor, id).await?;
    let counts = store::counts(tx.connection(), id).await?;
    let of = |state: RowState| counts.get(state.word()).copied().unwrap_or(0);
    if row.state == ImportState::Ready.word() && take && of(RowState::Good) == 0 {
        return Err(Failure::conflict("sheet_nothing_good"));
    }
    let (to, ended_at) = if take { (ImportState::Taking, None) } else { (ImportState::Dropped, Some(desk.clock.now())) };
    if !store::advance(tx, id, ImportState::Ready, to, Left { ended_at, ..Left::default() }).await? {
        return Err(Failure::conflict("sheet_not_ready"));
    }
    let facts = json!({
        "kind": row.kind, "sha256": row.sha256, "take": take, "good": of(RowState::Good), "wrong": of(RowState::Wrong),
        "already": of(RowState::Already),
    });
    ledger::append(tx, desk, Event::new(kind::SHEET_DECIDED, id, facts)).await?;
    Ok(())
}

/// Notes that rows are given out: who took what, in which form.
///
/// # Errors
/// Only ours.
pub async fn note_given_out(tx: &Tx, desk: &Desk, kind: SheetKind, form: &str) -> Outcome<()> {
    let facts = json!({ "kind": kind.word(), "form": form });
    ledger::append(tx, desk, Event::new(kind::SHEET_GIVEN_OUT, &desk.actor.account_id, facts)).await?;
    Ok(())
}
