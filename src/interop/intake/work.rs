//! What the machine does with a sheet: staging, trying, taking. Every step is short transactions that can be repeated; where it stops,
//! it goes on.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::acts::{Tried, act};
use super::state::{ImportState, RowState};
use super::store::{self, ImportRow, Left, StagedRow};
use crate::db::Db;
use crate::files::Shelf;
use crate::identity::queries::standing_of;
use crate::interop::sheet::{self, Layout, ReadRow, RowFault, SheetKind};
use crate::kernel::{Actor, Clock, Desk, Failure, FailureKind, Millis, Outcome, Random, clock};

/// Rows staged in one transaction: a few milliseconds of the one writer.
pub const STAGED_AT_ONCE: usize = 200;
/// Rows tried in one transaction; each costs as much as the act itself.
pub const CHECKED_AT_ONCE: u64 = 10;
/// Rows read at once to be taken; each is taken in a transaction of its own.
const TAKEN_FROM: u64 = 200;
/// Rows forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 2_000;
/// How long the rows of a sheet that is over are kept.
const KEPT: Millis = 30 * clock::DAY;
/// How long a node has a sheet for itself without saying so again.
const HELD: Millis = 2 * clock::MINUTE;

/// What working on sheets needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The database.
    pub db: Db,
    /// Where the files lie.
    pub shelf: Shelf,
    /// Tells the time.
    pub clock: Clock,
    /// Gives chance.
    pub random: Random,
}

/// How far a step is: how many rows are through.
pub type Told<'a> = &'a (dyn Fn(ImportState, u64) + Send + Sync);

/// Who a sheet is taken in for, and what it holds.
struct Job {
    id: String,
    kind: SheetKind,
    owner: String,
    row: ImportRow,
}

impl Bench {
    /// Works on a sheet until it waits for somebody or is over. A sheet another node works on is left alone.
    ///
    /// # Errors
    /// What is not the sheet's fault: the database's, the disk's, or that nothing may be written now.
    pub async fn work(&self, id: &str, told: Told<'_>) -> Outcome<()> {
        let (now, held) = (self.clock.now(), id.to_owned());
        let mine = self
            .db
            .write(move |tx| {
                let id = held.clone();
                Box::pin(async move { store::hold(tx, &id, now, now + HELD).await })
            })
            .await?;
        if !mine {
            return Ok(());
        }
        let worked = self.steps(id, told).await;
        let id = id.to_owned();
        self.db
            .write(move |tx| {
                let id = id.clone();
                Box::pin(async move { store::keep(tx, &id, 0).await })
            })
            .await?;
        worked
    }

    async fn steps(&self, id: &str, told: Told<'_>) -> Outcome<()> {
        loop {
            let row = store::import(self.db.reader(), id).await?;
            let kind = SheetKind::parse(&row.kind).ok_or_else(|| Failure::broken("an unknown kind of sheet is stored"))?;
            let owner = row.organisation_id.clone().unwrap_or_else(|| row.account_id.clone());
            let job = Arc::new(Job { id: id.to_owned(), kind, owner, row });
            match ImportState::parse(&job.row.state) {
                Some(ImportState::Reading) => self.stage(&job, told).await?,
                Some(ImportState::Checking) => self.check(&job, told).await?,
                Some(ImportState::Taking) => self.take(&job, told).await?,
                _ => return Ok(()),
            }
        }
    }

    /// The desk of whoever uploaded the sheet, with the reach the account has now.
    async fn desk(&self, job: &Job) -> Outcome<Desk> {
        let mut actor = if job.row.account_id == Actor::system().account_id {
            Actor::system()
        } else {
            let standing = standing_of(&self.db, &self.clock, &job.row.account).await?;
            let active = standing.account.id == job.row.account_id && standing.account.state == "active";
            standing.acting(job.kind.writes()).filter(|_| active).ok_or_else(Failure::not_permitted)?
        };
        actor.handled_by.clone_from(&job.row.handled_by);
        Ok(Desk { clock: self.clock.clone(), random: self.random.clone(), actor })
    }

    async fn advance(&self, job: &Job, from: ImportState, to: ImportState, left: Left) -> Outcome<()> {
        let id = job.id.clone();
        self.db
            .write(move |tx| {
                let (id, left) = (id.clone(), left.clone());
                Box::pin(async move { store::advance(tx, &id, from, to, left).await.map(|_| ()) })
            })
            .await
    }

    /// Reads the file on a thread of its own; what is read waits in a short queue until it is written.
    async fn stage(&self, job: &Arc<Job>, told: Told<'_>) -> Outcome<()> {
        let bytes = self.shelf.read(&job.row.sha256).await?;
        let before = store::last_row(self.db.reader(), &job.id).await?;
        let (to, mut from) = mpsc::channel::<(Layout, Vec<ReadRow>)>(2);
        let kind = job.kind;
        let reading = tokio::task::spawn_blocking(move || -> Outcome<Layout> {
            let mut held = Vec::with_capacity(STAGED_AT_ONCE);
            let gone = |_| Failure::broken("nobody stages what is read");
            let mut seen = Layout::default();
            let read = sheet::read(kind, &bytes, &mut |layout, row| {
                if i64::from(row.row) > before {
                    held.push(row);
                }
                if held.len() >= STAGED_AT_ONCE {
                    seen = layout.clone();
                    to.blocking_send((seen.clone(), std::mem::take(&mut held))).map_err(gone)?;
                }
                Ok(())
            })?;
            to.blocking_send((read.clone(), held)).map_err(gone)?;
            Ok(read)
        });
        let mut staged = 0;
        while let Some((layout, rows)) = from.recv().await {
            staged += rows.len() as u64;
            self.stage_some(job, layout, rows).await?;
            told(ImportState::Reading, staged);
        }
        match reading.await.map_err(Failure::broken)? {
            Ok(layout) => {
                let layout = Some(serde_json::to_string(&layout).map_err(Failure::broken)?);
                self.advance(job, ImportState::Reading, ImportState::Checking, Left { layout, ..Left::default() }).await
            }
            Err(failure) if matches!(failure.kind, FailureKind::Broken) => Err(failure),
            Err(failure) => self.unreadable(job, &failure).await,
        }
    }

    async fn stage_some(&self, job: &Arc<Job>, layout: Layout, rows: Vec<ReadRow>) -> Outcome<()> {
        let (job, until) = (job.clone(), self.clock.now() + HELD);
        let rows = Arc::new(rows);
        let layout = serde_json::to_string(&layout).map_err(Failure::broken)?;
        self.db
            .write(move |tx| {
                let (job, rows, layout) = (job.clone(), rows.clone(), layout.clone());
                Box::pin(async move {
                    let hashes = rows.iter().map(|row| row.sha256.clone()).collect();
                    let known = store::remembered(tx.connection(), &job.owner, hashes).await?;
                    let staged: Outcome<Vec<StagedRow>> = rows.iter().map(|row| staged(&job.id, row, known.get(&row.sha256))).collect();
                    store::insert_rows(tx, staged?).await?;
                    store::lay_out(tx, &job.id, &layout).await?;
                    store::keep(tx, &job.id, until).await
                })
            })
            .await
    }

    /// Forgets the rows of a sheet, some at a time.
    async fn forget(&self, id: &str) -> Outcome<()> {
        let last = store::last_row(self.db.reader(), id).await?;
        let mut up_to = 0;
        while up_to < last {
            up_to += FORGOTTEN_AT_ONCE;
            let id = id.to_owned();
            self.db
                .write(move |tx| {
                    let id = id.clone();
                    Box::pin(async move { store::forget_rows(tx, &id, up_to).await })
                })
                .await?;
        }
        Ok(())
    }

    /// Forgets the rows of sheets that ended long ago: what people typed is kept no longer than somebody may ask about it. What was made
    /// of the rows, and the memory of what they said, stay.
    ///
    /// # Errors
    /// The database's.
    pub async fn tidy(&self) -> Outcome<()> {
        for id in store::ended_before(self.db.reader(), self.clock.now() - KEPT).await? {
            self.forget(&id).await?;
            self.db
                .write(move |tx| {
                    let id = id.clone();
                    Box::pin(async move { store::cleared(tx, &id).await })
                })
                .await?;
        }
        Ok(())
    }

    /// Nothing of a file that can't be read stays but why.
    async fn unreadable(&self, job: &Job, failure: &Failure) -> Outcome<()> {
        self.forget(&job.id).await?;
        let problems = sheet::fault::of_failure(job.kind, failure, &[]);
        let problems = Some(serde_json::to_string(&problems).map_err(Failure::broken)?);
        let left = Left { problems, ended_at: Some(self.clock.now()), ..Left::default() };
        self.advance(job, ImportState::Reading, ImportState::Unreadable, left).await
    }

    async fn check(&self, job: &Arc<Job>, told: Told<'_>) -> Outcome<()> {
        let desk = self.desk(job).await;
        let mut checked = 0;
        loop {
            let rows = store::rows(self.db.reader(), &job.id, &[RowState::Read], 0, CHECKED_AT_ONCE).await?;
            if rows.is_empty() {
                return self.advance(job, ImportState::Checking, ImportState::Ready, Left::default()).await;
            }
            checked += rows.len() as u64;
            match &desk {
                Ok(desk) => self.check_each(job, desk, rows).await?,
                Err(failure) if failure.kind == FailureKind::Broken => return Err(failure.clone()),
                Err(failure) => self.refuse_some(job, rows, RowState::Read, RowState::Wrong, failure).await?,
            }
            told(ImportState::Checking, checked);
        }
    }

    /// Tries some rows; one that breaks is tried alone and set aside, so that it stops none of the others.
    async fn check_each(&self, job: &Arc<Job>, desk: &Desk, rows: Vec<StagedRow>) -> Outcome<()> {
        match self.check_some(job, desk, rows.clone()).await {
            Err(failure) if failure.kind == FailureKind::Broken => tracing::error!(%failure, import = job.id, "rows of a sheet broke"),
            other => return other,
        }
        for row in rows {
            if let Err(failure) = self.check_some(job, desk, vec![row.clone()]).await {
                if failure.kind != FailureKind::Broken {
                    return Err(failure);
                }
                self.refuse_some(job, vec![row], RowState::Read, RowState::Wrong, &failure).await?;
            }
        }
        Ok(())
    }

    /// Tries some rows, each by itself, and undoes what each did.
    async fn check_some(&self, job: &Arc<Job>, desk: &Desk, rows: Vec<StagedRow>) -> Outcome<()> {
        let (job, desk, rows, until) = (job.clone(), desk.clone(), Arc::new(rows), self.clock.now() + HELD);
        self.db
            .write(move |tx| {
                let (job, desk, rows) = (job.clone(), desk.clone(), rows.clone());
                Box::pin(async move {
                    for row in rows.iter() {
                        let before: Vec<RowFault> = parsed(row.faults.as_deref())?.unwrap_or_default();
                        let given = parsed(Some(&row.given))?.unwrap_or_default();
                        store::begin_trial(tx).await?;
                        let tried = act(tx, &desk, job.kind, &given, &before).await;
                        store::undo_trial(tx).await?;
                        let (state, faults) = match tried? {
                            Tried::Made(_) => (RowState::Good, None),
                            Tried::Wrong(faults) => (RowState::Wrong, Some(written(&faults)?)),
                        };
                        store::settle(tx, row, RowState::Read, state, faults, None).await?;
                    }
                    store::keep(tx, &job.id, until).await
                })
            })
            .await
    }

    async fn refuse_some(&self, job: &Arc<Job>, rows: Vec<StagedRow>, from: RowState, to: RowState, failure: &Failure) -> Outcome<()> {
        let faults = written(&sheet::fault::of_failure(job.kind, failure, &[]))?;
        let rows = Arc::new(rows);
        self.db
            .write(move |tx| {
                let (rows, faults) = (rows.clone(), faults.clone());
                Box::pin(async move {
                    for row in rows.iter() {
                        store::settle(tx, row, from, to, Some(faults.clone()), None).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn take(&self, job: &Arc<Job>, told: Told<'_>) -> Outcome<()> {
        let desk = self.desk(job).await;
        let mut taken = 0;
        loop {
            let rows = store::rows(self.db.reader(), &job.id, &[RowState::Good], 0, TAKEN_FROM).await?;
            if rows.is_empty() {
                let left = Left { ended_at: Some(self.clock.now()), ..Left::default() };
                return self.advance(job, ImportState::Taking, ImportState::Done, left).await;
            }
            match &desk {
                Ok(desk) => {
                    for row in rows {
                        match self.take_one(job, desk, row.clone()).await {
                            Err(failure) if failure.kind == FailureKind::Broken => {
                                tracing::error!(%failure, import = job.id, row = row.row_no, "a row of a sheet broke");
                                self.refuse_some(job, vec![row], RowState::Good, RowState::Refused, &failure).await?;
                            }
                            other => other?,
                        }
                        taken += 1;
                        told(ImportState::Taking, taken);
                    }
                }
                Err(failure) if failure.kind == FailureKind::Broken => return Err(failure.clone()),
                Err(failure) => self.refuse_some(job, rows, RowState::Good, RowState::Refused, failure).await?,
            }
        }
    }

    /// Does one row's act; what the row became and the memory of it are in the same transaction.
    async fn take_one(&self, job: &Arc<Job>, desk: &Desk, row: StagedRow) -> Outcome<()> {
        let (job, desk, row, until) = (job.clone(), desk.clone(), Arc::new(row), self.clock.now() + HELD);
        self.db
            .write(move |tx| {
                let (job, desk, row) = (job.clone(), desk.clone(), row.clone());
                Box::pin(async move {
                    store::keep(tx, &job.id, until).await?;
                    let known = store::remembered(tx.connection(), &job.owner, vec![row.sha256.clone()]).await?;
                    if let Some(made) = known.into_values().next() {
                        return store::settle(tx, &row, RowState::Good, RowState::Already, None, Some(made)).await.map(|_| ());
                    }
                    let given = parsed(Some(&row.given))?.unwrap_or_default();
                    store::begin_trial(tx).await?;
                    match act(tx, &desk, job.kind, &given, &[]).await? {
                        Tried::Made(id) => {
                            store::remember(tx, &job.owner, &row, &id).await?;
                            store::settle(tx, &row, RowState::Good, RowState::Taken, None, Some(id)).await?;
                        }
                        Tried::Wrong(faults) => {
                            store::undo_trial(tx).await?;
                            store::settle(tx, &row, RowState::Good, RowState::Refused, Some(written(&faults)?), None).await?;
                        }
                    }
                    Ok(())
                })
            })
            .await
    }
}

fn staged(import_id: &str, row: &ReadRow, known: Option<&String>) -> Outcome<StagedRow> {
    let state = if known.is_some() { RowState::Already } else { RowState::Read };
    Ok(StagedRow {
        import_id: import_id.to_owned(),
        row_no: i64::from(row.row),
        cells: serde_json::to_string(&row.cells).map_err(Failure::broken)?,
        given: serde_json::to_string(&row.given).map_err(Failure::broken)?,
        sha256: row.sha256.clone(),
        state: state.word().to_owned(),
        faults: if row.faults.is_empty() { None } else { Some(written(&row.faults)?) },
        made_id: known.cloned(),
    })
}

fn written(faults: &[RowFault]) -> Outcome<String> {
    serde_json::to_string(faults).map_err(Failure::broken)
}

/// JSON as it is stored in a column.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(stored: Option<&str>) -> Outcome<Option<T>> {
    stored.map(serde_json::from_str).transpose().map_err(Failure::broken)
}
