//! Divisions for everybody, those of before included.

use serde::Serialize;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::kernel::{Failure, Outcome};
use crate::registry::division::DivisionCode;
use crate::registry::search::query_words;
use crate::registry::store::{self, DivisionRow};

/// A division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionView {
    /// 6 or 9 digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// With all larger ones before it.
    pub full_name: String,
    /// province, prefecture, county or township.
    pub level: String,
    /// The code one level up.
    pub parent_code: Option<String>,
    /// In GB/T 2260 (as against a statistics-only zone); below counties always false.
    pub gbt2260: bool,
    /// Abolished: on papers of its time only.
    pub abolished: bool,
    /// The year it was abolished, where known.
    pub ended: Option<i64>,
    /// What became of it is still to be verified.
    pub verify: bool,
    /// What became of it.
    pub successors: Vec<String>,
}

/// Divisions by code: those directly inside `parent`, or all; with `q`, those whose name, pinyin or initials hold every word.
/// Of an abolished parent, those inside its successors.
///
/// # Errors
/// Only ours.
pub async fn divisions(db: &Db, parent: Option<&str>, q: Option<&str>, cursor: Option<&str>, limit: u64) -> Outcome<Listed<DivisionView>> {
    let parents = match parent.map(str::trim).filter(|parent| !parent.is_empty()) {
        None => None,
        Some(written) => Some(match DivisionCode::parse(written) {
            None => Vec::new(),
            Some(code) => {
                let known = store::division::around(db.reader(), &[]).await?;
                let today: Vec<String> = known.today(&code).iter().map(|code| code.as_str().to_owned()).collect();
                if today.is_empty() { vec![code.as_str().to_owned()] } else { today }
            }
        }),
    };
    let words = query_words(&q.unwrap_or_default().chars().take(100).collect::<String>());
    let rows = store::division::listed(db.reader(), parents.as_deref(), &words, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<DivisionView>::cut(rows, limit, |row| row.code.clone());
    Ok(Listed { items: views(db, rows).await?, next_cursor })
}

/// One division, of today or before.
///
/// # Errors
/// `not_found`.
pub async fn division(db: &Db, code: &str) -> Outcome<DivisionView> {
    let row = store::division::some(db.reader(), [code.to_owned()]).await?.remove(code);
    views(db, vec![row.ok_or_else(Failure::not_found)?]).await?.pop().ok_or_else(Failure::not_found)
}

/// Names of some divisions by their codes; an unknown code is not among them.
///
/// # Errors
/// Only ours.
pub async fn division_names(db: &Db, codes: &[String]) -> Outcome<std::collections::BTreeMap<String, String>> {
    let rows = store::division::some(db.reader(), codes.to_vec()).await?;
    Ok(rows.into_iter().map(|(code, row)| (code, row.name)).collect())
}

async fn views(db: &Db, rows: Vec<DivisionRow>) -> Outcome<Vec<DivisionView>> {
    let old = rows.iter().filter(|row| row.abolished).map(|row| row.code.clone()).collect();
    let links = store::division::successors(db.reader(), old).await?;
    let view = |row: DivisionRow| DivisionView {
        successors: links.iter().filter(|(old, _)| *old == row.code).map(|(_, new)| new.clone()).collect(),
        code: row.code,
        name: row.name,
        full_name: row.full_name,
        level: row.level,
        parent_code: row.parent_code,
        gbt2260: row.gbt2260,
        abolished: row.abolished,
        ended: row.ended,
        verify: row.verify,
    };
    Ok(rows.into_iter().map(view).collect())
}
