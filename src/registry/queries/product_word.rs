//! Grades and varieties of a product, for everybody.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::{Day, Outcome};
use crate::registry::commands::WordKind;
use crate::registry::store::product_word as store;

/// A grade or variety.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordView {
    /// `wrd_…`
    pub id: String,
    /// `grade` or `variety`.
    pub kind: String,
    /// The word.
    pub word: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
    /// Where it is written.
    pub source: String,
}

impl From<store::WordRow> for WordView {
    fn from(row: store::WordRow) -> Self {
        Self { id: row.id, kind: row.kind, word: row.word, from: row.from_day, to: row.to_day, source: row.source }
    }
}

impl WordView {
    /// Is it in force on this day?
    pub fn holds(&self, day: Day) -> bool {
        let day = day.to_string();
        self.from <= day && self.to.as_ref().is_none_or(|to| *to >= day)
    }
}

/// Every word of a product, grades first, as they were recorded.
///
/// # Errors
/// Only ours.
pub async fn words(db: &Db, product_id: &str) -> Outcome<Vec<WordView>> {
    Ok(store::of(db.reader(), product_id).await?.into_iter().map(WordView::from).collect())
}

/// Words of one kind in force on a day.
///
/// # Errors
/// Only ours.
pub async fn words_of(db: &Db, product_id: &str, kind: WordKind, day: Day) -> Outcome<Vec<String>> {
    let all = words(db, product_id).await?;
    Ok(all.into_iter().filter(|word| word.kind == kind.word() && word.holds(day)).map(|word| word.word).collect())
}
