//! Scores all listings anew where somebody asked for it, or goes on where it was left.

use crate::db::Db;
use crate::kernel::{Clock, Desk, Outcome, Random};
use crate::supervision::commands::listing::ask_rescore;
use crate::supervision::scoring::Run;
use crate::supervision::store::listing::RescoreRow;

/// Does the run that waits, to its end; `progress` is told after every chunk. Nothing where nobody asked.
///
/// # Errors
/// Only ours; what was done stays done.
pub async fn rescore_listings(db: &Db, clock: &Clock, mut progress: impl FnMut(&RescoreRow)) -> Outcome<Option<RescoreRow>> {
    let Some(mut run) = Run::begin(db, clock).await? else { return Ok(None) };
    loop {
        let row = run.step(db, clock).await?;
        progress(row);
        if row.finished_at.is_some() {
            return Ok(Some(row.clone()));
        }
        // Whoever waits for the one writer goes first.
        tokio::task::yield_now().await;
    }
}

/// Asks for a run as the program itself; one that is under way is enough.
///
/// # Errors
/// Only ours.
pub async fn ask_rescore_listings(db: &Db, clock: &Clock, random: &Random) -> Outcome<()> {
    let desk = Desk::system(clock, random);
    let asked = db
        .write(move |tx| {
            let desk = desk.clone();
            Box::pin(async move { ask_rescore(tx, &desk, "命令行 jobs run rescore_listings").await })
        })
        .await;
    match asked {
        Err(failure) if failure.says("rescore_running") => Ok(()),
        other => other,
    }
}
