//! Lapses what is left on accounts whose season is over: one transaction for each, so that a failure stops one and not the others.

use crate::db::Db;
use crate::kernel::{Clock, Desk, Outcome, Random};
use crate::trace::commands::closing::{Lapsed, lapse_account};
use crate::trace::queries::closing::closed_accounts;

/// What a run did.
#[derive(Debug, Default)]
pub struct Closed {
    /// What lapsed, account by account.
    pub lapsed: Vec<Lapsed>,
    /// Accounts that could not be closed this time.
    pub failed: usize,
}

/// Closes every account whose day has passed.
///
/// # Errors
/// If accounts can't be read; one that can't be closed is counted and left for the next run.
pub async fn close_seasons(db: &Db, clock: &Clock, random: &Random) -> Outcome<Closed> {
    let (mut closed, mut cursor) = (Closed::default(), None);
    loop {
        let (ids, next) = closed_accounts(db, clock.today(), cursor.as_deref()).await?;
        for id in ids {
            let desk = Desk::system(clock, random);
            let named = id.clone();
            let done = db
                .write(move |tx| {
                    let (desk, id) = (desk.clone(), named.clone());
                    Box::pin(async move { lapse_account(tx, &desk, &id).await })
                })
                .await;
            match done {
                Ok(lapsed) => closed.lapsed.extend(lapsed),
                Err(failure) => {
                    tracing::error!(%failure, account = id, "a season account could not be closed");
                    closed.failed += 1;
                }
            }
        }
        cursor = next;
        if cursor.is_none() {
            return Ok(closed);
        }
    }
}
