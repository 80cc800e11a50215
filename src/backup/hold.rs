//! A restored database is held until somebody knows what it lost.

use serde_json::json;

use super::store::{self, Restoration};
use crate::db::Db;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Millis, Outcome};
use crate::ledger::{self, Checkpoint, Event, kind};

/// Holds a database that was just restored from a backup of `taken_at` with `ledger_size` events.
///
/// # Errors
/// The database's.
pub(super) async fn begin(db: &Db, desk: &Desk, taken_at: Millis, ledger_size: i64) -> Outcome<()> {
    let desk = desk.clone();
    db.write_always(move |tx| {
        let desk = desk.clone();
        Box::pin(async move {
            let id = desk.new_id(Noun::Restoration);
            let facts = json!({ "taken_at": taken_at, "ledger_size": ledger_size });
            let restored_at = desk.clock.now();
            let row = Restoration { id: id.clone(), taken_at, restored_at, ledger_size, cleared_at: None, lost: None, reason: None };
            store::insert(tx, row).await?;
            ledger::append(tx, &desk, Event::new(kind::BACKUP_RESTORED, &id, facts)).await.map(|_| ())
        })
    })
    .await
}

/// The restoration this database is held for, if it is.
///
/// # Errors
/// Only ours.
pub async fn held(db: &Db) -> Outcome<Option<Restoration>> {
    store::held(db.reader()).await
}

/// Every restoration of this database, newest first.
///
/// # Errors
/// Only ours.
pub async fn restorations(db: &Db) -> Outcome<Vec<Restoration>> {
    store::all(db.reader()).await
}

/// Events that kept checkpoints prove there were after the backup was taken: gone from this database, whatever they were: voided codes,
/// recalls, batches. What came after the last checkpoint nobody can count.
pub fn lost(restoration: &Restoration, kept: &[Checkpoint]) -> i64 {
    let last = kept.iter().map(|checkpoint| checkpoint.size).max().unwrap_or(0);
    i64::try_from(last).unwrap_or(i64::MAX).saturating_sub(restoration.ledger_size).max(0)
}

/// Ends the hold. Whoever ends it says why, and how many events are lost by `kept`, so that nobody ends it unknowing.
///
/// # Errors
/// `not_held`; `restore_loss_unacknowledged` with the right number; `text_missing`.
pub async fn clear(db: &Db, desk: &Desk, kept: &[Checkpoint], said_lost: i64, reason: &str) -> Outcome<i64> {
    let restoration = held(db).await?.ok_or_else(|| Failure::conflict("not_held"))?;
    let lost = lost(&restoration, kept);
    if said_lost != lost {
        return Err(Failure::conflict("restore_loss_unacknowledged").with("lost", lost).with("said", said_lost));
    }
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Failure::field("/reason", "text_missing"));
    }
    let desk = desk.clone();
    db.write_always(move |tx| {
        let (desk, reason, id) = (desk.clone(), reason.clone(), restoration.id.clone());
        Box::pin(async move {
            if store::clear(tx, desk.clock.now(), lost, &reason).await? == 0 {
                return Err(Failure::conflict("not_held"));
            }
            let facts = json!({ "lost": lost, "reason": reason });
            ledger::append(tx, &desk, Event::new(kind::BACKUP_CLEARED, &id, facts)).await.map(|_| lost)
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_what_was_signed_for_after_the_backup() {
        let held =
            Restoration { id: String::new(), taken_at: 0, restored_at: 0, ledger_size: 40, cleared_at: None, lost: None, reason: None };
        let kept = |sizes: &[u64]| sizes.iter().map(|&size| Checkpoint { size, root: [0; 32] }).collect::<Vec<_>>();
        for (sizes, gone) in [(&[][..], 0), (&[12], 0), (&[12, 40], 0), (&[12, 40, 41], 1), (&[90, 40], 50)] {
            assert_eq!(lost(&held, &kept(sizes)), gone, "{sizes:?}");
        }
    }
}
