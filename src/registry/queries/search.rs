//! Searching products and organisations, exactly and in the order of relevance: names that begin with the query, names that hold it,
//! then what is found by alias, reading, place or holder; within each, the order of lists.
//!
//! Words that few have are found by their grams. A character that many have is found by walking the list in order until the page is
//! full; all that has it, and longer words whose every gram many have, are found by reading every text once.

use std::cmp::Ordering;

use crate::db::Db;
use crate::identity::store::{OrganisationRow, organisation};
use crate::kernel::{Actor, Outcome, text};
use crate::registry::search::{has_words, query_grams, query_words};
use crate::registry::store::search::{self as store, Hit, Place};

pub use crate::registry::store::search::Kind;

/// The longest query read; what is longer is cut.
const LONGEST: usize = 100;
/// From so many subjects on, one gram is better looked for in the order of lists.
const MANY: i64 = 2048;
/// The longest list filled by walking; a longer one is the whole, and reading every text is faster.
const WALKED: usize = 200;
/// The most grams whose frequencies are asked.
const GRAMS_ASKED: usize = 16;
/// The most grams that narrow.
const GRAMS_USED: usize = 4;

/// Ids of the subjects that have every word of `q`, best first. An empty query finds nothing.
///
/// # Errors
/// Only ours.
pub async fn search(db: &Db, kind: Kind, q: &str, limit: usize) -> Outcome<Vec<String>> {
    let q: String = q.chars().take(LONGEST).collect();
    let words = query_words(&q);
    let asked: Vec<String> = query_grams(&q).into_iter().take(GRAMS_ASKED).collect();
    if words.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let counts = store::frequencies(db.reader(), kind, &asked, false, u32::try_from(MANY).unwrap_or(u32::MAX)).await?;
    let mut grams: Vec<(i64, String)> = counts.into_iter().zip(asked).collect();
    grams.sort();
    let rarest = grams.first().map_or(0, |(count, _)| *count);
    if rarest == 0 {
        return Ok(Vec::new());
    }
    let only_gram = words.len() == 1 && grams.len() == 1;
    let hits = if rarest < MANY {
        let grams: Vec<String> = grams.into_iter().take(GRAMS_USED).map(|(_, gram)| gram).collect();
        ranked(store::by_grams(db.reader(), kind, &grams, false).await?, &words)
    } else if only_gram && limit <= WALKED {
        of_many(db, kind, &words[0], &grams[0].1, limit).await?
    } else {
        ranked(store::by_reading(db.reader(), kind, &words).await?, &words)
    };
    Ok(hits.into_iter().take(limit).map(|hit| hit.subject_id).collect())
}

/// Best first; what does not have every word is dropped.
fn ranked(hits: Vec<Hit>, words: &[String]) -> Vec<Hit> {
    let query = words.join(" ");
    let mut placed: Vec<(u8, Hit)> =
        hits.into_iter().filter(|hit| has_words(&hit.words, words)).map(|hit| (class(&hit.name, &query, words), hit)).collect();
    placed.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| in_list(left, right)));
    placed.into_iter().map(|(_, hit)| hit).collect()
}

fn class(name: &str, query: &str, words: &[String]) -> u8 {
    if name.starts_with(query) {
        0
    } else if has_words(name, words) {
        1
    } else {
        2
    }
}

fn in_list(a: &Hit, b: &Hit) -> Ordering {
    (&a.sort_key, &a.subject_id).cmp(&(&b.sort_key, &b.subject_id))
}

/// A word of one gram that many have: class by class, until there are enough.
async fn of_many(db: &Db, kind: Kind, word: &str, gram: &str, limit: usize) -> Outcome<Vec<Hit>> {
    let missing = |found: &Vec<Hit>| u64::try_from(limit.saturating_sub(found.len()).min(1_000_000)).unwrap_or(0);
    let mut found = store::in_order(db.reader(), kind, word, Place::Beginning, missing(&Vec::new())).await?;
    if missing(&found) == 0 {
        return Ok(found);
    }
    let gram = [gram.to_owned()];
    let in_names = store::frequencies(db.reader(), kind, &gram, true, u32::try_from(MANY).unwrap_or(u32::MAX)).await?;
    if in_names.first().is_some_and(|count| *count >= MANY) {
        found.extend(store::in_order(db.reader(), kind, word, Place::Name, missing(&found)).await?);
    } else {
        let words = [word.to_owned()];
        let hits = ranked(store::by_grams(db.reader(), kind, &gram, true).await?, &words);
        found.extend(hits.into_iter().filter(|hit| !hit.name.starts_with(word)));
    }
    if missing(&found) > 0 {
        found.extend(store::in_order(db.reader(), kind, word, Place::Elsewhere, missing(&found)).await?);
    }
    Ok(found)
}

/// Organisations an actor's scope reaches, best first.
///
/// # Errors
/// Only ours.
pub async fn search_organisations(db: &Db, actor: &Actor, q: &str, limit: usize) -> Outcome<Vec<OrganisationRow>> {
    let most = if actor.scope.all { limit } else { usize::MAX };
    let mut rows = Vec::new();
    for id in search(db, Kind::Organisation, &text::clean(q), most).await? {
        let row = organisation(db.reader(), &id).await?;
        if actor.scope.reaches_organisation(&row.id, Some(&row.division_code)) {
            rows.push(row);
            if rows.len() == limit {
                break;
            }
        }
    }
    Ok(rows)
}
