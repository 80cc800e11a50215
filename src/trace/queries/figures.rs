//! Figures anybody may know: sums without a party.

use crate::db::Db;
use crate::kernel::{Day, Outcome};
use crate::trace::store::figures;

/// Live figures of the front page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicFigures {
    /// Organisations with a mark use in force on the day.
    pub mark_users: u64,
    /// Grams covered by batches that are not void.
    pub registered_g: i64,
    /// Sessions ever counted.
    pub sessions: u64,
}

/// As of a day.
///
/// # Errors
/// Only ours.
pub async fn public_figures(db: &Db, day: Day) -> Outcome<PublicFigures> {
    Ok(PublicFigures {
        mark_users: figures::mark_users(db.reader(), &day.to_string()).await?,
        registered_g: figures::registered_g(db.reader()).await?,
        sessions: figures::sessions(db.reader()).await?,
    })
}
