//! Takes telephone, words and photographs of feedback away when their term of keeping is over.

use crate::db::Db;
use crate::files::Shelf;
use crate::kernel::clock::DAY;
use crate::kernel::{Clock, Desk, Outcome, Random};
use crate::supervision::commands::feedback::{EraseInput, erase_feedback};
use crate::supervision::feedback::count::past_keeping;

/// Feedback of one run.
const MOST: u64 = 200;

/// Erases what ended `keep_days` ago; says how many. One transaction for each.
///
/// # Errors
/// The database's or the disk's.
pub async fn forget_reporters(db: &Db, shelf: &Shelf, clock: &Clock, random: &Random, keep_days: i64) -> Outcome<usize> {
    let due = past_keeping(db, clock.now() - keep_days.max(1) * DAY, MOST).await?;
    for id in &due {
        let (desk, id) = (Desk::system(clock, random), id.clone());
        let reason = format!("保存期满：办结后 {keep_days} 日");
        let gone = db
            .write(move |tx| {
                let (desk, id, input) = (desk.clone(), id.clone(), EraseInput { report_id: None, reason: reason.clone() });
                Box::pin(async move { erase_feedback(tx, &desk, &id, &input).await })
            })
            .await?;
        shelf.forget(db, &gone).await?;
    }
    Ok(due.len())
}
