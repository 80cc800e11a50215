//! Growers, within reach only: their names are never public.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Listed;
use crate::db::Db;
use crate::db::narrow::{Narrow, sought};
use crate::kernel::{Actor, Failure, Outcome, clock};
use crate::registry::search::{fold, search_text};
use crate::registry::store::grower::Called;
use crate::registry::store::{self, DivisionRow, GrowerRow};

/// Growers whose names are read at once.
const READ: u64 = 1000;
/// The most a text finds by reading.
const MOST_READ: u64 = 5000;

/// A grower.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrowerView {
    /// `gro_…`
    pub id: String,
    /// household, person or organisation.
    pub kind: String,
    /// Name.
    pub name: String,
    /// County or township.
    pub division_code: String,
    /// Its full name.
    pub division: String,
    /// Village.
    pub village: String,
    /// 户号.
    pub household_no: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// The organisation it sells to, `org_…`.
    pub organisation_id: String,
    /// RFC 3339.
    pub registered_at: String,
}

/// Growers within reach, of one organisation or of all, in the order they were registered.
///
/// # Errors
/// Only ours.
pub async fn growers(
    db: &Db,
    actor: &Actor,
    organisation_id: Option<&str>,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Listed<GrowerView>> {
    let rows = store::grower::page(db.reader(), &actor.scope, organisation_id, cursor, limit + 1).await?;
    let (rows, next_cursor) = Listed::<GrowerView>::cut(rows, limit, |row| row.id.clone());
    Ok(Listed { items: views(db, rows).await?, next_cursor })
}

/// One grower within reach.
///
/// # Errors
/// `not_found`.
pub async fn grower(db: &Db, actor: &Actor, id: &str) -> Outcome<GrowerView> {
    let row = store::grower::one(db.reader(), &actor.scope, id).await?;
    views(db, vec![row]).await?.pop().ok_or_else(Failure::not_found)
}

/// Growers within reach, narrowed to what a person looks for and in the order asked. Its states are the kinds. A text in Latin letters also
/// finds who is read so.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_growers(db: &Db, actor: &Actor, narrow: &Narrow, cursor: Option<&str>, limit: u64) -> Outcome<Listed<GrowerView>> {
    let mut narrow = narrow.clone();
    if let Some(typed) = &narrow.q {
        narrow.named = growers_read(db, actor, typed).await?;
    }
    let (rows, next_cursor) = store::grower::listed(db.reader(), &actor.scope, &narrow, cursor, limit).await?;
    Ok(Listed { items: views(db, rows).await?, next_cursor })
}

/// Ids of growers within reach whom a text names, by name, number, village or reading; [`MOST_READ`] at most.
///
/// # Errors
/// Only ours.
pub async fn growers_named(db: &Db, actor: &Actor, typed: &str) -> Outcome<Vec<String>> {
    let named = growers_read(db, actor, typed).await?;
    let narrow = Narrow { q: Some(typed.to_owned()), named, ..Narrow::default() };
    store::grower::ids(db.reader(), &actor.scope, &narrow, MOST_READ).await
}

/// Ids of growers within reach whose names somebody looks for by pinyin or initials, [`MOST_READ`] at most; none for a text without Latin
/// letters, which the database looks for itself.
async fn growers_read(db: &Db, actor: &Actor, typed: &str) -> Outcome<Vec<String>> {
    if !fold(typed).chars().any(|c| c.is_ascii_alphabetic()) {
        return Ok(Vec::new());
    }
    scan(db, actor, None, typed, MOST_READ).await
}

/// Growers named by id, within reach, in the order of their ids.
///
/// # Errors
/// Only ours.
pub async fn growers_by_id(db: &Db, actor: &Actor, ids: &[String]) -> Outcome<Vec<GrowerView>> {
    views(db, store::grower::some(db.reader(), &actor.scope, ids).await?).await
}

/// Who is meant by what somebody types, however many growers there are: the household of this number; else whoever has this very name; else
/// whose line of number, name and village has every word, a name also by how it is read. One more than `most` tells that there are others.
///
/// # Errors
/// Only ours.
pub async fn growers_meant(db: &Db, actor: &Actor, organisation_id: Option<&str>, typed: &str, most: u64) -> Outcome<Vec<GrowerView>> {
    let Some(text) = sought(typed) else { return Ok(Vec::new()) };
    let folded = fold(typed);
    let said = [text, folded.to_uppercase(), folded.clone()];
    let mut rows = store::grower::called(db.reader(), &actor.scope, organisation_id, &said, most + 1).await?;
    if rows.iter().any(|row| has_number(row.household_no.as_deref(), &folded)) {
        rows.retain(|row| has_number(row.household_no.as_deref(), &folded));
    }
    if rows.is_empty() {
        let ids = scan(db, actor, organisation_id, typed, most + 1).await?;
        rows = store::grower::some(db.reader(), &actor.scope, &ids).await?;
    }
    views(db, rows).await
}

fn has_number(number: Option<&str>, folded: &str) -> bool {
    number.is_some_and(|number| fold(number) == folded)
}

/// Ids of those a text fits best, `most` at most. Names are read and never indexed: they are personal, and a few thousand are read quickly.
async fn scan(db: &Db, actor: &Actor, organisation_id: Option<&str>, typed: &str, most: u64) -> Outcome<Vec<String>> {
    let words = words(typed);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut best, mut found, mut cursor) = (u8::MAX, Vec::new(), None::<String>);
    loop {
        let page = store::grower::names(db.reader(), &actor.scope, organisation_id, cursor.as_deref(), READ).await?;
        let is_last = (page.len() as u64) < READ;
        cursor = page.last().map(|(id, ..)| id.clone());
        for called in page {
            let Some(rank) = fits(&called, &words).filter(|rank| *rank <= best) else { continue };
            if rank < best {
                found.clear();
                best = rank;
            }
            if found.len() < most {
                found.push(called.0);
            }
        }
        if is_last || (best == 0 && found.len() == most) {
            return Ok(found);
        }
    }
}

/// The words of a text, folded; a `#` stands before the end of an id.
fn words(typed: &str) -> Vec<String> {
    fold(typed).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// How well the words fit a grower, 0 best; nothing if one of them does not.
fn fits((id, name, village, number): &Called, words: &[String]) -> Option<u8> {
    let (name, village) = (fold(name), fold(village));
    let readings = words.iter().any(|word| word.is_ascii()).then(|| search_text(&[&name], &[], &[], &[]));
    let one = |word: &str| {
        if let Some(tail) = word.strip_prefix('#') {
            return id.ends_with(tail).then_some(0);
        }
        let read = || readings.as_deref().is_some_and(|read| read.lines().any(|segment| segment.starts_with(word)));
        match () {
            () if has_number(number.as_deref(), word) || name.starts_with(word) || read() => Some(0),
            () if name.contains(word) => Some(1),
            () if village.contains(word) => Some(2),
            () => None,
        }
    };
    // What fits the household or the name decides; a village beside it only has to be right.
    let ranks = words.iter().map(|word| one(word)).collect::<Option<Vec<u8>>>()?;
    ranks.into_iter().min()
}

async fn views(db: &Db, rows: Vec<GrowerRow>) -> Outcome<Vec<GrowerView>> {
    let places = store::division::some(db.reader(), rows.iter().map(|row| row.division_code.clone())).await?;
    Ok(rows.into_iter().map(|row| view(row, &places)).collect())
}

fn view(row: GrowerRow, places: &BTreeMap<String, DivisionRow>) -> GrowerView {
    GrowerView {
        division: places.get(&row.division_code).map(|place| place.full_name.clone()).unwrap_or_default(),
        registered_at: clock::rfc3339(row.registered_at),
        id: row.id,
        kind: row.kind,
        name: row.name,
        division_code: row.division_code,
        village: row.village,
        household_no: row.household_no,
        phone: row.phone,
        organisation_id: row.registered_by_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(id: &str, name: &str, number: Option<&str>) -> Called {
        (format!("gro_{id}"), name.to_owned(), "东村".to_owned(), number.map(str::to_owned))
    }

    #[test]
    fn growers_are_found_by_line_name_and_reading() {
        let all =
            [called("a1", "张建国", Some("12")), called("a2", "张国", Some("2")), called("a3", "李梅", None), called("a4", "李梅", None)];
        let best = |typed: &str| {
            let words = words(typed);
            let ranks: Vec<Option<u8>> = all.iter().map(|called| fits(called, &words)).collect();
            let best = ranks.iter().flatten().min().copied();
            all.iter()
                .zip(&ranks)
                .filter(|(_, rank)| rank.is_some() && **rank == best)
                .map(|(called, _)| called.0.as_str())
                .collect::<Vec<_>>()
        };
        for (typed, right) in [
            ("12", vec!["gro_a1"]),
            ("２", vec!["gro_a2"]),
            ("12 张建国 东村", vec!["gro_a1"]),
            ("2 张建国", vec![]),
            ("lm", vec!["gro_a3", "gro_a4"]),
            ("李梅 东村 #a4", vec!["gro_a4"]),
            ("ZHANG", vec!["gro_a1", "gro_a2"]),
            ("国", vec!["gro_a1", "gro_a2"]),
            ("东村", vec!["gro_a1", "gro_a2", "gro_a3", "gro_a4"]),
            ("张国 西村", vec![]),
            ("1", vec![]),
            ("王", vec![]),
        ] {
            assert_eq!(best(typed), right, "{typed}");
        }
    }
}
