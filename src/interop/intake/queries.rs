//! Sheets as those who uploaded them see them.

use std::collections::BTreeMap;

use super::state::{ImportState, RowState};
use super::store::{self, ImportRow, StagedRow};
use super::work::parsed;
use crate::db::Db;
use crate::interop::sheet::write::Out;
use crate::interop::sheet::{Format, Layout, RowFault, SheetKind};
use crate::kernel::{Actor, Failure, Millis, Outcome};

/// A sheet.
#[derive(Debug, Clone)]
pub struct ImportView {
    /// `imp_…`
    pub id: String,
    /// What it holds.
    pub kind: SheetKind,
    /// Its name where it came from.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// How far it has come.
    pub state: ImportState,
    /// Where what stands.
    pub layout: Layout,
    /// Why it can't be read.
    pub problems: Vec<RowFault>,
    /// When it came in.
    pub uploaded_at: Millis,
    counts: BTreeMap<String, u64>,
}

impl ImportView {
    fn of(row: ImportRow, counts: BTreeMap<String, u64>) -> Outcome<Self> {
        let unknown = || Failure::broken("an unknown word is stored of a sheet");
        Ok(Self {
            kind: SheetKind::parse(&row.kind).ok_or_else(unknown)?,
            format: Format::parse(&row.format).ok_or_else(unknown)?,
            state: ImportState::parse(&row.state).ok_or_else(unknown)?,
            layout: parsed(row.layout.as_deref())?.unwrap_or_default(),
            problems: parsed(row.problems.as_deref())?.unwrap_or_default(),
            id: row.id,
            name: row.name,
            uploaded_at: row.uploaded_at,
            counts,
        })
    }
    /// How many rows are in a state.
    pub fn count(&self, state: RowState) -> u64 {
        self.counts.get(state.word()).copied().unwrap_or(0)
    }
    /// How many rows were staged.
    pub fn rows(&self) -> u64 {
        self.counts.values().sum()
    }
    /// Were its rows forgotten, because it ended long ago?
    pub fn is_cleared(&self) -> bool {
        self.layout.row == 0 && matches!(self.state, ImportState::Done | ImportState::Dropped)
    }
    /// How many rows did not go in, or would not.
    pub fn out(&self) -> u64 {
        self.count(RowState::Wrong) + self.count(RowState::Refused)
    }
}

/// A row that did not go in.
#[derive(Debug, Clone)]
pub struct WrongRow {
    /// Its number as a spreadsheet shows it.
    pub row: i64,
    /// Its cells as written.
    pub cells: Vec<String>,
    /// Everything that is wrong with it.
    pub faults: Vec<RowFault>,
}

impl WrongRow {
    fn of(row: &StagedRow) -> Outcome<Self> {
        Ok(Self {
            row: row.row_no,
            cells: parsed(Some(&row.cells))?.unwrap_or_default(),
            faults: parsed(row.faults.as_deref())?.unwrap_or_default(),
        })
    }
}

const OUT: [RowState; 2] = [RowState::Wrong, RowState::Refused];

/// One sheet of one's own account or organisation.
///
/// # Errors
/// `not_found`, also for somebody else's.
pub async fn import(db: &Db, actor: &Actor, id: &str) -> Outcome<ImportView> {
    let row = store::own(db.reader(), actor, id).await?;
    let counts = store::counts(db.reader(), id).await?;
    ImportView::of(row, counts)
}

/// Own sheets, the newest first.
///
/// # Errors
/// Only ours.
pub async fn imports(db: &Db, actor: &Actor, before: Option<&str>, limit: u64) -> Outcome<Vec<ImportView>> {
    let mut views = Vec::new();
    for row in store::page(db.reader(), actor, before, limit).await? {
        let counts = store::counts(db.reader(), &row.id).await?;
        views.push(ImportView::of(row, counts)?);
    }
    Ok(views)
}

/// Rows that did not go in, after a row; and whether there are more. The caller has found the sheet within the reader's reach.
///
/// # Errors
/// Only ours.
pub async fn wrong_rows(db: &Db, import: &ImportView, after: i64, limit: u64) -> Outcome<(Vec<WrongRow>, bool)> {
    let mut rows = store::rows(db.reader(), &import.id, &OUT, after, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let views: Outcome<Vec<WrongRow>> = rows.iter().map(WrongRow::of).collect();
    Ok((views?, more))
}

/// How many rows that did not go in stand after a row.
///
/// # Errors
/// Only ours.
pub async fn wrong_after(db: &Db, import: &ImportView, after: i64) -> Outcome<u64> {
    store::count_after(db.reader(), &import.id, &OUT, after).await
}

/// The sheet as it came in, with a last column that says what is wrong with each row, in `say`'s words.
///
/// # Errors
/// The disk.
pub async fn with_faults(
    db: &Db,
    import: &ImportView,
    heading: &str,
    say: &(dyn Fn(&[RowFault]) -> String + Send + Sync),
) -> Outcome<Vec<u8>> {
    let name = import.layout.sheet.clone().unwrap_or_else(|| import.kind.word().to_owned());
    let mut out = Out::new(import.format, &name)?;
    // A sheet that comes back a second time has the column already.
    let own = import.layout.place("faults");
    let width = own.unwrap_or(import.layout.headings.len());
    let fitted = |cells: &[String]| -> Vec<String> { (0..width).map(|place| cells.get(place).cloned().unwrap_or_default()).collect() };
    let mut headings = fitted(&import.layout.headings);
    headings.push(heading.to_owned());
    out.headings(Some(import.layout.row), &headings)?;
    let mut after = 0;
    loop {
        let rows = store::rows(db.reader(), &import.id, &[], after, 500).await?;
        let Some(last) = rows.last() else { return out.end() };
        after = last.row_no;
        for row in &rows {
            let wrong = WrongRow::of(row)?;
            let out_of_it = RowState::parse(&row.state).is_some_and(|state| OUT.contains(&state));
            let red = out_of_it.then(|| say(&wrong.faults));
            out.row(u32::try_from(row.row_no).ok(), &fitted(&wrong.cells), red.as_deref())?;
        }
    }
}
